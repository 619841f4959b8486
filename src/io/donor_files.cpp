// SPDX-License-Identifier: Apache-2.0
#include <allomatch/core/text.hpp>
#include <allomatch/io/csv.hpp>
#include <allomatch/io/donor_files.hpp>
#include <allomatch/io/input.hpp>
#include <allomatch/io/people.hpp>

#include <algorithm>
#include <utility>
#include <vector>

namespace allomatch::io {

namespace {

/// The first character that is not white space, within what a reader keeps anyway; NUL when there is none.
char first_character(const std::filesystem::path& path) {
    constexpr std::size_t most = std::size_t{1} << 20;
    input_window window(path);
    window.skip_bom();
    do {
        for (const char c : window.rest())
            if (!is_space(c)) return c;
    } while (window.rest().size() < most && window.extend());
    return '\0';
}

bool has_gl_lines(const std::filesystem::path& path) {
    line_reader lines(path);
    std::string_view line;
    while (lines.next(line))
        if (!trim(line).empty() && line.front() != '#') break;
    // A header has no percent sign before its first delimiter; a GL line has no delimiter before the percent sign.
    const std::size_t percent = line.find('%');
    return percent != std::string_view::npos && line.substr(0, percent).find_first_of(",;\t") == std::string_view::npos;
}

/// A file of a published layout; nothing for any other.
std::unique_ptr<donor_source> open_published(const std::filesystem::path& path, char first) {
    if (first == '{' || first == '[') return std::make_unique<atlas_source>(path);
    if (first == '<') return std::make_unique<wmda_source>(path);
    return nullptr;
}

/// The donors that a file lists, without the column that tells of changes.
class listed_donors final : public row_source {
public:
    explicit listed_donors(std::unique_ptr<donor_source> rows) : rows_(std::move(rows)) {
        const auto given = rows_->columns();
        columns_.assign(given.begin(), given.end());
        const auto place = [this](std::string_view column) { return std::find(columns_.begin(), columns_.end(), column) - columns_.begin(); };
        id_ = static_cast<std::size_t>(place("id"));
        change_ = place("change");
        columns_.erase(columns_.begin() + change_);
    }
    [[nodiscard]] std::string_view name() const override { return rows_->name(); }
    [[nodiscard]] std::span<const std::string> columns() const override { return columns_; }
    bool next(row_view& row) override {
        if (!rows_->next(row)) return false;
        if (row.fault.empty() && row.cells[static_cast<std::size_t>(change_)] == "deleted") {
            fault_ = "the file deletes donor " + shown(row.cells[id_], 64) + ", a listing has nothing to delete it from";
            row.fault = fault_;
        }
        cells_.assign(row.cells.begin(), row.cells.end());
        cells_.erase(cells_.begin() + change_);
        row.cells = cells_;
        return true;
    }

private:
    std::unique_ptr<donor_source> rows_;
    std::size_t id_ = 0;
    std::ptrdiff_t change_ = 0;
    std::vector<std::string> columns_;
    std::vector<std::string_view> cells_;
    std::string fault_;
};

}  // namespace

donor_file open_donors(const std::filesystem::path& path) {
    const char first = first_character(path);
    if (auto rows = open_published(path, first)) {
        const update_mode mode = rows->mode();
        return {std::move(rows), mode, first == '<' ? "wmda" : "atlas"};
    }
    if (has_gl_lines(path)) return {std::make_unique<gl_lines_source>(path), update_mode::unstated, "gl"};
    return {std::make_unique<csv_source>(path), update_mode::unstated, "csv"};
}

std::unique_ptr<row_source> open_people(const std::filesystem::path& path) {
    if (auto rows = open_published(path, first_character(path))) return std::make_unique<listed_donors>(std::move(rows));
    return open_donors(path).rows;
}

}  // namespace allomatch::io
