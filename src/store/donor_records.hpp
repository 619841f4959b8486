// SPDX-License-Identifier: Apache-2.0
// Donors as they are kept: a JSON object of the cells as received.
#pragma once

#include "database.hpp"

#include <allomatch/core/row_source.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace allomatch {

/// Cells by column.
using record_cells = std::vector<std::pair<std::string, std::string>>;

/// Puts rows into records: columns sorted by name, blank cells and the id left out, so that equal donors have equal records.
class record_writer {
public:
    /// `columns` as `io::canonical_columns` gives them.
    explicit record_writer(const std::vector<std::string>& columns);
    /// Valid until the next call.
    [[nodiscard]] const std::string& write(const row_view& row);

private:
    struct key {
        std::string text;  // "\"A_1\":"
        std::size_t cell;
    };
    std::vector<key> keys_;
    std::string record_;
};

[[nodiscard]] record_cells cells_of(std::string_view record);

/// Names columns as the store does, letter case aside, and adds those that it does not have yet.
[[nodiscard]] std::vector<std::string> known_columns(sqlite::database& in, std::vector<std::string> columns);

/// The cell of a column; empty where there is none.
[[nodiscard]] std::string_view cell_of(const record_cells& cells, std::string_view column) noexcept;

/// The value of a cell of kind count, which may be written as `2.0`; 0 for any other text.
[[nodiscard]] std::uint32_t count_of(std::string_view cell) noexcept;

/// A record with what is laid over it. Nothing that the registry or the file holds back may come free by it: a status that the
/// registry set stands instead of the record's, but one that ends of itself only over an available donor; of two reservations
/// the one that lasts longer stands; a count of donations is the larger one, as the record may know of the last one already.
[[nodiscard]] record_cells overlaid(record_cells record, std::string_view life);

/// Donors of a store as rows: the columns id, record, life of a query.
class record_source final : public row_source {
public:
    record_source(sqlite::database& in, sqlite::statement& rows);
    [[nodiscard]] std::string_view name() const override { return name_; }
    [[nodiscard]] std::span<const std::string> columns() const override { return columns_; }
    bool next(row_view& row) override;

private:
    std::string name_;
    sqlite::statement& rows_;
    std::vector<std::string> columns_;
    record_cells kept_;
    std::vector<std::string_view> cells_;
    std::uint64_t number_ = 0;
};

}  // namespace allomatch
