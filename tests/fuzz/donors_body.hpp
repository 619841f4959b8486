// SPDX-License-Identifier: Apache-2.0
// Donor files of any bytes: nothing but format_error may come out, a row without a fault has an id and clean cells, rows go
// forward, and a small limit on donors changes no donor that fits.
#pragma once

#include "require.hpp"

#include <allomatch/core/error.hpp>
#include <allomatch/core/utf8.hpp>
#include <allomatch/io/donor_files.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace allomatch::fuzz {

using donor_cells = std::vector<std::string>;

/// Reads up to the end or the error. Returns the cells of the rows, none for a row with a fault.
template <class Source>
std::vector<donor_cells> read_donors(std::string_view text, const io::donor_file_options& options) {
    std::vector<donor_cells> out;
    try {
        Source source(text, "fuzz", options);
        const auto id = std::find(source.columns().begin(), source.columns().end(), "id") - source.columns().begin();
        row_view row;
        std::uint64_t last = 1;
        while (source.next(row)) {
            require(row.number >= last);
            last = row.number;
            require(out.size() < text.size());
            require(row.cells.size() == source.columns().size());
            out.emplace_back();
            if (!row.fault.empty()) continue;
            require(!row.cells[static_cast<std::size_t>(id)].empty());
            for (const std::string_view cell : row.cells) {
                require(is_utf8(cell) && cell.find('\0') == std::string_view::npos);
                out.back().emplace_back(cell);
            }
        }
    } catch (const format_error& e) {
        require(!e.details().reason.empty());
    }
    return out;
}

template <class Source>
int donors(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = text_of(data, size);
    const auto all = read_donors<Source>(text, {});
    const auto short_ones = read_donors<Source>(text, {.max_record = 100});
    require(short_ones.size() <= all.size());
    for (std::size_t i = 0; i < short_ones.size(); ++i) require(short_ones[i].empty() || short_ones[i] == all[i]);
    return 0;
}

inline int atlas_donors(const std::uint8_t* data, std::size_t size) { return donors<io::atlas_source>(data, size); }
inline int wmda_donors(const std::uint8_t* data, std::size_t size) { return donors<io::wmda_source>(data, size); }

}  // namespace allomatch::fuzz
