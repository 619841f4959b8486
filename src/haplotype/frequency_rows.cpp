// SPDX-License-Identifier: Apache-2.0
#include "frequency_rows.hpp"

#include <allomatch/core/text.hpp>
#include <allomatch/io/csv.hpp>

#include <bitset>
#include <charconv>
#include <cmath>

namespace allomatch::haplotype_files {

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
            found.loci.emplace_back(*l, i);
        else if (gene_from_name(capital))
            refuse_file(place, "DRB3, DRB4 and DRB5 go into one column DRB345", column);
    }
    if (found.frequency == none) refuse_file(place, "no column 'frequency' (or 'Freq')");
    if (found.haplotype == none && found.loci.empty())
        refuse_file(place, "no column 'haplotype' (or 'Haplo') and none named by a locus");
    if (found.haplotype != none) found.loci.clear();
    return found;
}

/// Reads one text into a report and rows by population.
class frequency_reader {
public:
    frequency_reader(const std::string& place, const std::string& name, frequency_report& report)
        : place_(place), name_(name), report_(report) {}

    void read(std::string_view text) {
        const std::string_view line = first_line(text);
        if (line.starts_with('{') || line.starts_with('['))
            refuse_file(place_, "frequency sets in JSON are not read yet; write them as CSV with the columns haplotype "
                                "and frequency");
        const bool header = has_header(line);
        io::csv_source source(text, place_, {.header = header});
        columns_.assign(source.columns().begin(), source.columns().end());
        layout_ = layout_of(place_, columns_, header);
        io::row_view row;
        while (source.next(row)) {
            ++report_.rows_read;
            line_ = row.number;
            if (!row.fault.empty())
                refuse(none, {}, std::string(row.fault));
            else
                take(row);
        }
    }

    [[nodiscard]] file_rows take_rows() {
        return {std::move(populations_), layout_.haplotype == none ? "" : column_name(layout_.haplotype)};
    }

private:
    void refuse(std::size_t column, std::string_view text, std::string reason) {
        problem p;
        p.place = place_;
        p.row = line_;
        if (column != none) p.column = column_name(column);
        p.text = shown(text);
        p.reason = std::move(reason);
        ++report_.rows_refused;
        report_.problems.push_back(std::move(p));
    }
    [[nodiscard]] std::string column_name(std::size_t column) const { return std::string(trim(columns_[column])); }

    void take(const io::row_view& row) {
        pending_row pending;
        pending.line = row.number;
        const std::string_view frequency = trim(row.cells[layout_.frequency]);
        const auto [end, code] =
            std::from_chars(frequency.data(), frequency.data() + frequency.size(), pending.frequency);
        if (code != std::errc() || end != frequency.data() + frequency.size() || std::isnan(pending.frequency))
            return refuse(layout_.frequency, frequency, "not a number");
        if (pending.frequency < 0) return refuse(layout_.frequency, frequency, "a frequency is not negative");
        if (pending.frequency > 1) return refuse(layout_.frequency, frequency, "a frequency is at most 1");
        if (pending.frequency == 0) {
            ++report_.rows_zero;
            return;
        }
        if (layout_.haplotype != none) {
            if (!take_haplotype(trim(row.cells[layout_.haplotype]), pending)) return;
        } else {
            for (const auto& [l, column] : layout_.loci) {
                const std::string_view cell = trim(row.cells[column]);
                if (cell.empty()) return refuse(column, cell, "no allele at this locus");
                pending.alleles.emplace_back(l, cell);
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
            pending.alleles.emplace_back(l, part);
        }
        return true;
    }

    std::vector<pending_row>& rows_of(std::string_view population) {
        for (auto& p : populations_)
            if (p.name == population) return p.rows;
        populations_.push_back({std::string(population), {}});
        return populations_.back().rows;
    }

    const std::string& place_;
    const std::string& name_;
    frequency_report& report_;
    std::vector<std::string> columns_;
    layout layout_;
    std::uint64_t line_ = 0;
    std::vector<population_rows> populations_;
};

}  // namespace

file_rows read_rows(std::string_view text, const std::string& place, const std::string& name,
                    frequency_report& report) {
    if (trim(text).empty()) refuse_file(place, "the file is empty");
    frequency_reader reader(place, name, report);
    reader.read(text);
    return reader.take_rows();
}

}  // namespace allomatch::haplotype_files
