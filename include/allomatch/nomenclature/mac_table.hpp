// SPDX-License-Identifier: Apache-2.0
/// \file
/// NMDP multiple allele codes (MAC).
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace allomatch {

/// Codes and what they stand for, `AB` -> `01/02`, `ABC` -> `02:01/03:01`. Immutable: any number of
/// threads may read it. Memory: the text of the table and 16 bytes per code.
class mac_table {
public:
    using pointer = std::shared_ptr<const mac_table>;

    /// Loads one of the published layouts (formats.md, section "MAC table"), plain, gzip or zip.
    /// \throws format_error naming file, line, column and text.
    static pointer load(const std::filesystem::path& file);
    /// The same from text; `place` is its name in messages.
    static pointer from_text(std::string content, const std::string& place = "MAC table");

    /// What a code stands for; nothing for an unknown code. O(log n).
    [[nodiscard]] std::optional<std::string_view> find(std::string_view code) const noexcept;
    [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
    /// Hash of the text of the table, never 0.
    [[nodiscard]] std::uint64_t fingerprint() const noexcept;

private:
    struct entry {
        std::uint32_t code;       // offset of the code in content_
        std::uint32_t expansion;  // offset of its expansion
        std::uint16_t code_size;
        std::uint32_t expansion_size;
    };
    [[nodiscard]] std::string_view code_of(const entry& e) const {
        return std::string_view(content_).substr(e.code, e.code_size);
    }
    std::string content_;
    std::vector<entry> entries_;  // sorted by code
};

}  // namespace allomatch
