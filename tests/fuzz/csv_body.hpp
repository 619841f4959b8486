// SPDX-License-Identifier: Apache-2.0
// Delimited text of any bytes: nothing but format_error may come out, all cells may be read, rows go
// forward, and a small limit on records changes no row that fits.
#pragma once

#include "require.hpp"

#include <allomatch/core/error.hpp>
#include <allomatch/core/utf8.hpp>
#include <allomatch/io/csv.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace allomatch::fuzz {

inline void read_csv(std::string_view text, const io::csv_options& options) {
    try {
        io::csv_source source(text, "fuzz", options);
        row_view row;
        std::uint64_t last = 0;
        std::size_t rows = 0;
        while (source.next(row)) {
            require(row.number > last);
            last = row.number;
            require(++rows <= text.size());
            require(row.cells.size() == source.columns().size());
            for (const std::string_view cell : row.cells) {
                const bool valid = is_utf8(cell) && cell.find('\0') == std::string_view::npos;
                require(valid || !row.fault.empty());
            }
        }
    } catch (const format_error& e) {
        require(!e.details().reason.empty());
    }
}

inline int csv(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = text_of(data, size);
    read_csv(text, {});
    read_csv(text, {.header = false});
    read_csv(text, {.max_record = 16});
    return 0;
}

}  // namespace allomatch::fuzz
