// SPDX-License-Identifier: Apache-2.0
// A mapped snapshot with its header and table verified.
#pragma once

#include "snapshot_layout.hpp"

#include <allomatch/core/file_mapping.hpp>
#include <allomatch/core/stored_array.hpp>
#include <allomatch/registry/packed_column.hpp>
#include <allomatch/registry/snapshot.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

namespace allomatch {

class snapshot_file {
public:
    /// \throws snapshot_error
    explicit snapshot_file(const std::filesystem::path& path);

    [[nodiscard]] const std::string& place() const noexcept { return place_; }
    [[nodiscard]] const snapshot_layout::header& head() const noexcept { return *header_; }
    [[nodiscard]] std::span<const snapshot_layout::section> sections() const noexcept { return sections_; }
    [[nodiscard]] snapshot_info info() const;

    /// Verifies the checksum of every section.
    void verify() const;

    // What a section holds.
    template <class T>
    [[nodiscard]] stored_array<T> array(std::string_view name) const {
        return values<T>(find(name, sizeof(T)));
    }
    [[nodiscard]] packed_column codes(std::string_view name) const;

    /// \throws snapshot_error
    [[noreturn]] void refuse(std::string reason) const;
    /// The same for a damaged file or section, with what to do about it.
    [[noreturn]] void fail(std::string reason) const;
    [[noreturn]] void fail(std::string_view section, std::string_view reason) const;

private:
    void check_header();
    void check_table();
    /// `element_size` 0 is any.
    [[nodiscard]] const snapshot_layout::section& find(std::string_view name, std::size_t element_size) const;
    template <class T>
    [[nodiscard]] stored_array<T> values(const snapshot_layout::section& s) const {
        const char* const at = mapping_->bytes().data() + s.offset;
        return {std::span(reinterpret_cast<const T*>(at), s.size / sizeof(T)), mapping_};
    }

    std::string place_;
    std::shared_ptr<const file_mapping> mapping_;
    const snapshot_layout::header* header_ = nullptr;
    std::span<const snapshot_layout::section> sections_;
    std::unordered_map<std::string_view, const snapshot_layout::section*> by_name_;
};

}  // namespace allomatch
