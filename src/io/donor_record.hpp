// SPDX-License-Identifier: Apache-2.0
// One donor of a published layout, put together as a row.
#pragma once

#include <allomatch/core/row_source.hpp>
#include <allomatch/core/text.hpp>

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace allomatch::io {

/// Where a field of a layout goes. `read` turns its words into ours; nothing when it is not one of them.
struct published_field {
    std::string path;    ///< from the donor on, as "HLA/A/DNA/FIELD1"
    std::string column;
    std::optional<std::string> (*read)(std::string_view) = nullptr;
};

/// HLA/A/DNA/FIELD1 .. HLA/DPB1/DNA/FIELD2, and SER of the loci with serology.
[[nodiscard]] std::vector<published_field> typing_fields();
/// The date of a date with or without a time behind it.
[[nodiscard]] std::optional<std::string> date_part(std::string_view text);

class donor_record {
public:
    enum class names { exact, without_case };
    /// `columns`: those that the reader fills in itself; they come first.
    donor_record(std::vector<std::string> columns, const std::vector<published_field>& fields, names compared);

    [[nodiscard]] std::span<const std::string> columns() const { return columns_; }
    /// The number of a column.
    [[nodiscard]] std::size_t at(std::string_view column) const;

    void begin(std::uint64_t line);
    /// A field, or a group that fields lie in; nothing for a path that the layout does not name. Paths are in lower case
    /// where names are compared without case.
    [[nodiscard]] std::optional<std::size_t> find(std::string_view path) const;
    [[nodiscard]] bool is_group(std::size_t entry) const { return entries_[entry].group; }
    /// Notes that the donor has the field or group. A second time is a fault.
    void meet(std::size_t entry);
    void put(std::size_t entry, std::string_view text);
    /// The first fault of a donor is kept.
    void fault(std::string reason);
    [[nodiscard]] std::string& cell(std::size_t column) { return cells_[column]; }
    void clear_cells();
    [[nodiscard]] const std::string& path_of(std::size_t entry) const { return entries_[entry].path; }

    void show(row_view& row);

private:
    struct path_entry {
        std::string path;
        std::size_t column = 0;
        bool group = false;
        std::optional<std::string> (*read)(std::string_view) = nullptr;
    };
    void add(path_entry e, names compared);

    std::vector<std::string> columns_;
    std::vector<path_entry> entries_;
    std::unordered_map<std::string, std::size_t, text_hash, std::equal_to<>> by_path_;
    std::vector<bool> met_;
    std::vector<std::string> cells_;
    std::vector<std::string_view> views_;
    std::string fault_;
    std::uint64_t line_ = 0;
};

}  // namespace allomatch::io
