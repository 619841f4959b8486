// SPDX-License-Identifier: Apache-2.0
#include <allomatch/core/file.hpp>
#include <allomatch/core/hash.hpp>
#include <allomatch/nomenclature/mac_table.hpp>

#include <minizip/unzip.h>

#include <algorithm>
#include <limits>

namespace allomatch {

namespace {

constexpr std::size_t largest_table = 1U << 30;

[[noreturn]] void refuse(const std::string& place, std::string reason) {
    throw format_error(problem::with_input(place, std::move(reason)));
}

/// 1-based number of the line that holds a byte.
std::uint64_t line_of(std::string_view text, std::size_t at) {
    text = text.substr(0, at);
    return 1 + static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n'));
}

/// Refuses a code at byte `at` of a table that had another meaning at byte `earlier`.
[[noreturn]] void refuse_second(const std::string& place, std::string_view table, std::size_t at,
                                std::string_view code, std::size_t earlier) {
    const std::string_view before = table.substr(0, at);
    const std::string_view line = before.substr(before.rfind('\n') + 1);
    const auto column = 1 + std::count(line.begin(), line.end(), '\t');
    problem p = problem::with_value(std::to_string(column), code, "the code stands for another list in line " +
                                                                      std::to_string(line_of(table, earlier)));
    p.place = place;
    p.row = line_of(table, at);
    throw format_error(std::move(p));
}

/// The first file of a zip archive.
std::string unzip_first(const std::filesystem::path& path) {
    const std::string place = path_text(path);
    const std::unique_ptr<void, int (*)(unzFile)> archive(unzOpen64(path.c_str()), unzClose);
    if (!archive || unzGoToFirstFile(archive.get()) != UNZ_OK || unzOpenCurrentFile(archive.get()) != UNZ_OK)
        refuse(place, "not a readable zip archive");
    std::string content;
    constexpr std::size_t step = 1U << 20;
    for (;;) {
        const std::size_t size = content.size();
        content.resize(size + step);
        const int got = unzReadCurrentFile(archive.get(), content.data() + size, step);
        content.resize(size + static_cast<std::size_t>(std::max(got, 0)));
        if (got < 0) refuse(place, "the zip archive is damaged");
        if (got == 0) break;
        if (content.size() > largest_table) refuse(place, "the table is larger than 1 GiB");
    }
    if (unzCloseCurrentFile(archive.get()) != UNZ_OK) refuse(place, "the zip archive is damaged");
    return content;
}

}  // namespace

mac_table::pointer mac_table::load(const std::filesystem::path& file) {
    std::string content = read_file(file, largest_table);
    if (content.starts_with("PK\x03\x04")) content = unzip_first(file);
    return from_text(std::move(content), path_text(file));
}

mac_table::pointer mac_table::from_text(std::string content, const std::string& place) {
    if (content.size() > largest_table) refuse(place, "the table is larger than 1 GiB");
    auto table = std::make_shared<mac_table>();
    table->content_ = std::move(content);
    const std::string_view all = table->content_;
    delimited_lines lines(place, all, '\t');
    bool in_header = true;
    while (lines.next()) {
        const auto& cells = lines.cells();
        if (trim(lines.line()).empty()) continue;
        // The published layouts put a marker column before the code, or not.
        const std::size_t code_cell = cells.size() >= 3 ? 1 : 0;
        const std::string_view code = trim(lines.cell(code_cell));
        if (in_header) {
            if (cells.size() == 1) continue;  // date line
            in_header = false;
            if (code == "CODE") continue;
        }
        const std::string_view expansion = trim(lines.cell(code_cell + 1));
        if (code.size() < 2 || code.size() > 16 || !all_of(code, is_upper))
            lines.fail(code_cell, code, "not a code: two or more capital letters");
        if (expansion.empty()) lines.fail(code_cell + 1, expansion, "the code stands for nothing");
        table->entries_.push_back({static_cast<std::uint32_t>(code.data() - all.data()),
                                   static_cast<std::uint32_t>(expansion.data() - all.data()),
                                   static_cast<std::uint16_t>(code.size()),
                                   static_cast<std::uint32_t>(expansion.size())});
    }
    if (table->entries_.empty()) refuse(place, "no codes: not a MAC table");
    const auto before = [&table](const entry& a, const entry& b) { return table->code_of(a) < table->code_of(b); };
    if (!std::is_sorted(table->entries_.begin(), table->entries_.end(), before))
        std::stable_sort(table->entries_.begin(), table->entries_.end(), before);
    for (std::size_t i = 1; i < table->entries_.size(); ++i) {
        const entry& a = table->entries_[i - 1];
        const entry& b = table->entries_[i];
        if (table->code_of(a) == table->code_of(b) &&
            all.substr(a.expansion, a.expansion_size) != all.substr(b.expansion, b.expansion_size))
            refuse_second(place, all, b.code, table->code_of(b), a.code);
    }
    return table;
}

std::optional<std::string_view> mac_table::find(std::string_view code) const noexcept {
    const auto it = std::lower_bound(entries_.begin(), entries_.end(), code,
                                     [this](const entry& e, std::string_view c) { return code_of(e) < c; });
    if (it == entries_.end() || code_of(*it) != code) return std::nullopt;
    return std::string_view(content_).substr(it->expansion, it->expansion_size);
}

std::uint64_t mac_table::fingerprint() const noexcept { return std::max<std::uint64_t>(hash_of(content_), 1); }

}  // namespace allomatch
