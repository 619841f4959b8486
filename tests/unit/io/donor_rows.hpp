// SPDX-License-Identifier: Apache-2.0
// The rows of a donor file, by column.
#pragma once

#include <allomatch/core/error.hpp>
#include <allomatch/core/row_source.hpp>
#include <allomatch/io/donor_files.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace allomatch::io::testing {

struct donor_row {
    std::uint64_t line = 0;
    std::string fault;
    std::map<std::string, std::string> cells;  ///< those that are not empty
    friend bool operator==(const donor_row&, const donor_row&) = default;
};

struct donor_rows {
    std::vector<donor_row> rows;
    std::string error;  ///< message of the format_error that ended the reading
};

inline donor_row row_of(const row_source& source, const row_view& row) {
    donor_row out{row.number, std::string(row.fault), {}};
    for (std::size_t i = 0; i < row.cells.size(); ++i)
        if (!row.cells[i].empty()) out.cells[source.columns()[i]] = row.cells[i];
    return out;
}

/// Reads to the end or to the error; `open` returns the source.
template <class Open>
donor_rows read_rows(Open&& open) {
    donor_rows out;
    try {
        auto source = open();
        row_view row;
        while (source->next(row)) out.rows.push_back(row_of(*source, row));
    } catch (const format_error& e) {
        out.error = e.what();
    }
    return out;
}

template <class Source>
donor_rows rows_of(std::string_view text, const donor_file_options& options = {}) {
    return read_rows([&] { return std::make_unique<Source>(text, "f", options); });
}

/// A text cut at every byte gives the first rows of the whole text and then an error.
template <class Source>
std::string truncation_difference(const std::string& text) {
    const donor_rows whole = rows_of<Source>(text);
    if (!whole.error.empty()) return whole.error;
    const std::size_t end = text.find_last_not_of(" \n") + 1;
    for (std::size_t size = 0; size < end; ++size) {
        const donor_rows cut = rows_of<Source>(text.substr(0, size));
        const std::string at = "at byte " + std::to_string(size) + ": ";
        if (cut.error.empty()) return at + "no error";
        if (cut.rows.size() > whole.rows.size()) return at + "more rows";
        for (std::size_t i = 0; i < cut.rows.size(); ++i)
            if (cut.rows[i] != whole.rows[i]) return at + "another row " + std::to_string(i);
    }
    return {};
}

}  // namespace allomatch::io::testing
