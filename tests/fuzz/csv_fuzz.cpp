// SPDX-License-Identifier: Apache-2.0
// Delimited text of any bytes: nothing but format_error may come out, all cells may be read, rows go
// forward, and a small limit on records changes no row that fits.
#include <allomatch/core/error.hpp>
#include <allomatch/core/utf8.hpp>
#include <allomatch/io/csv.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

void require(bool holds) {
    if (!holds) std::abort();
}

void read_all(std::string_view text, const allomatch::io::csv_options& options) {
    try {
        allomatch::io::csv_source source(text, "fuzz", options);
        allomatch::io::row_view row;
        std::uint64_t last = 0;
        std::size_t rows = 0;
        while (source.next(row)) {
            require(row.number > last);
            last = row.number;
            require(++rows <= text.size());
            require(row.cells.size() == source.columns().size());
            for (const std::string_view cell : row.cells) {
                const bool valid = allomatch::is_utf8(cell) && cell.find('\0') == std::string_view::npos;
                require(valid || !row.fault.empty());
            }
        }
    } catch (const allomatch::format_error& e) {
        require(!e.details().reason.empty());
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    read_all(text, {});
    read_all(text, {.header = false});
    read_all(text, {.max_record = 16});
    return 0;
}
