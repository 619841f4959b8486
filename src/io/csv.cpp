// SPDX-License-Identifier: Apache-2.0
#include "column_names.hpp"
#include "csv_record.hpp"

#include <allomatch/core/error.hpp>
#include <allomatch/core/utf8.hpp>
#include <allomatch/io/csv.hpp>

#include <algorithm>
#include <optional>
#include <unordered_set>
#include <utility>
#include <vector>

namespace allomatch::io {
namespace {

using outcome = csv_record::outcome;

bool all_utf8(std::span<const std::string_view> cells) {
    return std::all_of(cells.begin(), cells.end(), [](std::string_view cell) { return is_utf8(cell); });
}

}  // namespace

struct csv_source::state {
    state(input_window input, const csv_options& o) : window(std::move(input)), options(o) {
        window.skip_bom();
        refuse_other_encodings();
        skip_to_header();
        read_header();
    }

    input_window window;
    csv_options options;
    std::uint64_t line = 1;  // of the first unread byte
    std::vector<std::string> columns;
    char delimiter = ',';
    std::optional<csv_record> record;
    std::string fault;

    [[noreturn]] void fail(std::string reason, std::string_view text = {}) const {
        problem p;
        p.place = window.name();
        p.row = line;
        p.text = shown(text);
        p.reason = std::move(reason);
        throw format_error(std::move(p));
    }

    void refuse_other_encodings() const {
        const std::string_view start = window.rest().substr(0, 4);
        if (start.starts_with("\xFF\xFE") || start.starts_with("\xFE\xFF")) {
            fail("the text is UTF-16, save it as UTF-8");
        }
        if (start == "PK\x03\x04") fail("this is a zip archive or a workbook, not a text file");
        if (start == "PAR1") fail("this is a Parquet file, not a text file");
    }

    // Drops bytes up to and with the next line end.
    void skip_line() {
        for (;;) {
            const std::size_t newline = window.rest().find('\n');
            if (newline != std::string_view::npos) {
                window.consume(newline + 1);
                break;
            }
            window.consume(window.rest().size());
            if (!window.extend()) break;
        }
        ++line;
    }

    // Whether an empty line was dropped.
    bool skip_blank() {
        const std::string_view rest = window.rest();
        const bool crlf = rest.starts_with("\r\n") || (rest == "\r" && window.at_end());
        if (!crlf && !rest.starts_with('\n')) return false;
        window.consume(std::min<std::size_t>(rest.size(), crlf ? 2 : 1));
        ++line;
        return true;
    }

    void skip_to_header() {
        for (;;) {
            if (window.rest().size() < 2) window.extend();
            if (window.rest().empty()) fail(line == 1 ? "the file is empty" : "no header line");
            if (window.rest().front() == '#') {
                skip_line();
            } else if (!skip_blank()) {
                return;
            }
        }
    }

    // The start of the unread text that may hold the next record, and whether the input ends with it.
    [[nodiscard]] std::pair<std::string_view, bool> next_text() const {
        const std::size_t most = options.max_record;
        return {window.rest().substr(0, most), window.at_end() && window.rest().size() <= most};
    }

    // More of the record being read. Returns false when it is longer than allowed.
    bool extend() {
        if (window.rest().size() > options.max_record) return false;
        window.extend();
        return true;
    }

    void read_header() {
        std::optional<char> found;
        while (!found) {
            const auto [text, last] = next_text();
            found = find_delimiter(text, last);
            if (!found && !extend()) fail("the header is longer than " + limit() + " bytes");
        }
        delimiter = *found;
        const auto [text, last] = next_text();
        csv_record names(delimiter, 0);
        names.split(text, last);
        names = csv_record(delimiter, std::min(names.found(), options.max_columns));
        const outcome result = names.split(text, last);
        if (names.surplus()) fail("more than " + std::to_string(options.max_columns) + " columns");
        if (options.header) {
            if (result != outcome::complete) fail("a quote in the header is not closed");
            check_header(names, text.substr(0, names.length()));
            name_columns(names.cells());
            line += names.lines();
            window.consume(names.length());
        } else {
            for (std::size_t i = 1; i <= names.cells().size(); ++i) columns.push_back(std::to_string(i));
        }
        record.emplace(delimiter, columns.size());
    }

    void check_header(const csv_record& names, std::string_view text) const {
        if (names.has_zero()) fail("the header holds a NUL byte: not a text file");
        if (names.has_non_ascii() && !is_utf8(text)) fail("the header is not valid UTF-8", text);
        if (names.stray()) fail("text after a closing quote in the header");
    }

    void name_columns(std::span<const std::string_view> names) {
        while (!names.empty() && names.back().empty()) names = names.first(names.size() - 1);
        if (names.empty()) fail("the header names no column");
        std::unordered_set<std::string> seen;
        for (const std::string_view name : names) {
            if (!name.empty() && !seen.insert(folded(name)).second) {
                fail("the header names this column twice", name);
            }
            columns.emplace_back(name);
        }
    }

    [[nodiscard]] std::string limit() const { return std::to_string(options.max_record); }

    void drop_oversized() {
        const std::uint64_t first = line;
        const std::string_view dropped = window.rest().substr(0, options.max_record);
        line += static_cast<std::uint64_t>(std::count(dropped.begin(), dropped.end(), '\n'));
        const bool line_done = dropped.ends_with('\n');
        window.consume(dropped.size());
        if (!line_done) skip_line();
        record->clear_cells();
        fault = "the row is longer than " + limit() + " bytes";
        if (line > first + 1) fault += "; lines up to " + std::to_string(line - 1) + " are left out";
    }

    void find_fault(outcome result) {
        const std::size_t wanted = columns.size();
        if (result == outcome::open_quote) {
            fault = "a quote is not closed before the end of the file";
            if (record->lines() > 1) {
                fault += "; lines up to " + std::to_string(line + record->lines() - 1) + " are left out";
            }
        } else if (record->has_zero()) {
            fault = "the row holds a NUL byte";
        } else if (record->has_non_ascii() && !all_utf8(record->cells())) {
            fault = "the row is not valid UTF-8";
        } else if (record->stray()) {
            fault = "text after a closing quote";
        } else if (record->found() < wanted || record->surplus()) {
            fault = "expected " + std::to_string(wanted) + " cells, found " +
                    std::to_string(record->found());
        }
    }

    bool next(row_view& row) {
        fault.clear();
        for (;;) {
            if (window.rest().empty() && !window.extend()) return false;
            if (skip_blank()) continue;
            const auto [text, last] = next_text();
            row.number = line;
            const outcome result = record->split(text, last);
            if (result != outcome::incomplete) {
                find_fault(result);
                line += record->lines();
                window.consume(record->length());
                break;
            }
            if (!extend()) {
                drop_oversized();
                break;
            }
        }
        row.cells = record->cells();
        row.fault = fault;
        return true;
    }
};

csv_source::csv_source(const std::filesystem::path& path, const csv_options& options)
    : state_(std::make_unique<state>(input_window(path), options)) {}

csv_source::csv_source(std::string_view text, std::string name, const csv_options& options)
    : state_(std::make_unique<state>(input_window(text, std::move(name)), options)) {}

csv_source::~csv_source() = default;

std::string_view csv_source::name() const { return state_->window.name(); }

std::span<const std::string> csv_source::columns() const { return state_->columns; }

bool csv_source::next(row_view& row) { return state_->next(row); }

char csv_source::delimiter() const noexcept { return state_->delimiter; }

}  // namespace allomatch::io
