// SPDX-License-Identifier: Apache-2.0
#include "frequency_rows.hpp"

#include <allomatch/core/text.hpp>
#include <allomatch/core/utf8.hpp>
#include <allomatch/io/csv.hpp>

#include <bitset>
#include <charconv>
#include <cmath>

namespace allomatch::io::haplotype_files {

namespace {

[[noreturn]] void refuse_file(const std::string& place, std::string reason, std::string_view text = {}) {
    problem p;
    p.place = place;
    p.text = shown(text);
    p.reason = std::move(reason);
    throw format_error(std::move(p));
}

constexpr std::size_t none = static_cast<std::size_t>(-1);

/// Where the cells of a layout stand.
struct layout {
    std::size_t haplotype = none;
    std::size_t frequency = none;
    std::size_t population = none;
    std::vector<std::pair<locus, std::size_t>> loci;  ///< with one column a locus
};

/// The first line that is neither blank nor a comment.
std::string_view first_line(std::string_view text) {
    for (const std::string_view line : split(text, '\n'))
        if (!trim(line).empty() && line.front() != '#') return trim(line);
    return {};
}

/// A first line whose first cell is a haplotype is no header.
bool has_header(std::string_view line) {
    return line.substr(0, line.find_first_of(",;\t")).find('*') == std::string_view::npos;
}

layout layout_of(const std::string& place, std::span<const std::string> columns, bool header) {
    layout found;
    if (!header) {
        if (columns.size() != 3)
            refuse_file(place, "without a header the columns are haplotype, population and frequency");
        found.haplotype = 0;
        found.population = 1;
        found.frequency = 2;
        return found;
    }
    const auto take = [&](std::size_t& field, std::size_t column) {
        if (field != none) refuse_file(place, "two columns for the same thing", columns[column]);
        field = column;
    };
    const auto take_locus = [&](locus l, std::size_t column) {
        for (const auto& [other, at] : found.loci)
            if (other == l) refuse_file(place, "two columns for the same thing", columns[column]);
        found.loci.emplace_back(l, column);
    };
    for (std::size_t i = 0; i < columns.size(); ++i) {
        const std::string_view column = trim(columns[i]);
        std::string capital(column);
        for (char& c : capital) c = upper(c);
        if (capital == "HAPLOTYPE" || capital == "HAPLO")
            take(found.haplotype, i);
        else if (capital == "FREQUENCY" || capital == "FREQ")
            take(found.frequency, i);
        else if (capital == "POPULATION")
            take(found.population, i);
        else if (const auto l = locus_from_name(capital))
            take_locus(*l, i);
        else if (gene_from_name(capital))
            refuse_file(place, "DRB3, DRB4 and DRB5 go into one column DRB345", column);
    }
    if (found.frequency == none) refuse_file(place, "no column 'frequency' (or 'Freq')");
    if (found.haplotype == none && found.loci.empty())
        refuse_file(place, "no column 'haplotype' (or 'Haplo') and none named by a locus");
    if (found.haplotype != none) found.loci.clear();
    return found;
}

/// Reads a text with columns.
class frequency_reader {
public:
    frequency_reader(const std::string& place, const std::string& name) : place_(place), name_(name) {}

    file_part read(std::string_view text) {
        const bool header = has_header(first_line(text));
        csv_source source(text, place_, {.header = header});
        columns_.assign(source.columns().begin(), source.columns().end());
        layout_ = layout_of(place_, columns_, header);
        row_view row;
        while (source.next(row)) {
            ++part_.report.rows_read;
            line_ = row.number;
            if (!row.fault.empty())
                refuse(none, {}, std::string(row.fault));
            else
                take(row);
        }
        if (layout_.haplotype != none) part_.haplotype_column = column_name(layout_.haplotype);
        return std::move(part_);
    }

private:
    void refuse(std::size_t column, std::string_view text, std::string reason) {
        problem p;
        p.place = place_;
        p.row = line_;
        if (column != none) p.column = column_name(column);
        p.text = shown(text);
        p.reason = std::move(reason);
        ++part_.report.rows_refused;
        part_.report.problems.push_back(std::move(p));
    }
    [[nodiscard]] std::string column_name(std::size_t column) const { return std::string(trim(columns_[column])); }

    void take(const row_view& row) {
        pending_row pending;
        pending.line = row.number;
        const std::string_view text = trim(row.cells[layout_.frequency]);
        const auto frequency = read_frequency(text);
        if (!frequency) return refuse(layout_.frequency, text, frequency.error().reason);
        if (*frequency == 0) {
            ++part_.report.rows_zero;
            return;
        }
        pending.frequency = *frequency;
        if (layout_.haplotype != none) {
            if (!take_haplotype(trim(row.cells[layout_.haplotype]), pending)) return;
        } else {
            for (const auto& [l, column] : layout_.loci) {
                const std::string_view cell = trim(row.cells[column]);
                if (cell.empty()) return refuse(column, cell, "no allele at this locus");
                pending.alleles.push_back(part_.alleles.number(l, cell));
            }
        }
        std::string_view population = layout_.population == none ? "" : trim(row.cells[layout_.population]);
        if (population.empty()) population = name_;
        rows_of(population).push_back(std::move(pending));
    }

    bool take_haplotype(std::string_view text, pending_row& pending) {
        const auto fail = [&](std::string_view part, std::string reason) {
            refuse(layout_.haplotype, part, std::move(reason));
            return false;
        };
        if (text.empty()) return fail(text, "no haplotype");
        std::bitset<locus_count> seen;
        for (std::string_view part : split(text, '~')) {
            part = trim(part);
            std::string_view bare = part;
            if (bare.starts_with("HLA-")) bare.remove_prefix(4);
            const std::size_t star = bare.find('*');
            const auto g = star == std::string_view::npos ? std::nullopt : gene_from_name(bare.substr(0, star));
            if (!g) return fail(part, "not an allele with its locus, such as A*02:01");
            const locus l = locus_of(*g);
            if (seen[index(l)]) return fail(text, "locus " + std::string(name(l)) + " is there twice");
            seen.set(index(l));
            pending.alleles.push_back(part_.alleles.number(l, part));
        }
        return true;
    }

    std::vector<pending_row>& rows_of(std::string_view population) {
        auto known = number_of_.find(population);
        if (known == number_of_.end()) {
            known = number_of_.emplace(population, part_.populations.size()).first;
            part_.populations.push_back({std::string(population), {}});
        }
        return part_.populations[known->second].rows;
    }

    const std::string& place_;
    const std::string& name_;
    std::vector<std::string> columns_;
    layout layout_;
    std::uint64_t line_ = 0;
    file_part part_;
    std::unordered_map<std::string, std::size_t, text_hash, std::equal_to<>> number_of_;  // of a population
};

}  // namespace

std::uint32_t allele_texts::number(locus l, std::string_view text) {
    numbers& known = known_[index(l)];
    if (const auto it = known.find(text); it != known.end()) return it->second;
    const auto next = static_cast<std::uint32_t>(list_.size());
    list_.emplace_back(l, &known.emplace(text, next).first->first);
    return next;
}

result<double> read_frequency(std::string_view text) {
    double value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    const auto refuse = [](std::string reason) { return problem::with_input({}, std::move(reason)); };
    if (end != text.data() + text.size() || code == std::errc::invalid_argument || std::isnan(value))
        return refuse("not a number");
    if (code != std::errc()) return refuse("a number too large or too small to be kept");
    if (value < 0) return refuse("a frequency is not negative");
    if (value > 1) return refuse("a frequency is at most 1");
    return value;
}

std::vector<file_part> read_rows(std::string_view text, const std::string& place, const std::string& name) {
    text = without_mark(text);
    if (trim(text).empty()) refuse_file(place, "the file is empty");
    if (is_json(text)) return read_json(text, place, name);
    std::vector<file_part> parts;
    parts.push_back(frequency_reader(place, name).read(text));
    return parts;
}

}  // namespace allomatch::io::haplotype_files
