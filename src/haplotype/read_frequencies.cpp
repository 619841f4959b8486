// SPDX-License-Identifier: Apache-2.0
#include "frequency_rows.hpp"

#include <allomatch/core/file.hpp>
#include <allomatch/haplotype/read_frequencies.hpp>

#include <algorithm>
#include <bitset>

namespace allomatch {

namespace east_asian_text {
extern const std::string_view haplotypes;
}

namespace {

using haplotype_files::pending_row;
using haplotype_files::population_rows;
using locus_bits = std::bitset<locus_count>;

locus_bits bits_of(const pending_row& row) {
    locus_bits bits;
    for (const auto& [l, text] : row.alleles) bits.set(index(l));
    return bits;
}

/// The loci that most rows have (on ties those of the earlier row), in the order of the first such row.
std::vector<locus> loci_of(const std::vector<pending_row>& rows) {
    std::vector<std::pair<locus_bits, std::size_t>> counts;
    for (const pending_row& row : rows) {
        const locus_bits bits = bits_of(row);
        const auto it = std::find_if(counts.begin(), counts.end(), [&](const auto& c) { return c.first == bits; });
        if (it == counts.end())
            counts.emplace_back(bits, 1);
        else
            ++it->second;
    }
    const auto most = std::max_element(counts.begin(), counts.end(),
                                       [](const auto& a, const auto& b) { return a.second < b.second; });
    std::vector<locus> loci;
    const auto first = std::find_if(rows.begin(), rows.end(), [&](const auto& r) { return bits_of(r) == most->first; });
    for (const auto& [l, text] : first->alleles) loci.push_back(l);
    return loci;
}

std::string listed(const std::vector<locus>& loci) {
    std::string text;
    for (const locus l : loci) (text += text.empty() ? "" : ", ") += name(l);
    return text;
}

std::string haplotype_of(const pending_row& row) {
    std::string text;
    for (const auto& [l, allele] : row.alleles) (text += text.empty() ? "" : "~") += allele;
    return text;
}

/// Turns the rows of one population into a set.
class set_maker {
public:
    set_maker(const std::string& place, const std::string& haplotype_column, frequency_report& report)
        : place_(place), haplotype_column_(haplotype_column), report_(report) {}

    frequency_set make(const population_rows& population, const nomenclature::pointer& names, bool normalise) {
        const std::vector<locus> loci = loci_of(population.rows);
        frequency_set_builder builder(population.name, loci, names);
        std::vector<std::string_view> haplotype(loci.size());
        for (const pending_row& row : population.rows) {
            const std::size_t warned = builder.warnings().size();
            if (in_order(row, loci, haplotype)) {
                if (auto p = builder.add(haplotype, row.frequency))
                    refuse(row, *std::move(p));
                else
                    ++report_.rows_taken;
            } else {
                problem p;
                p.text = shown(haplotype_of(row));
                p.reason = "the loci of this set are " + listed(loci);
                refuse(row, std::move(p));
            }
            for (std::size_t i = warned; i < builder.warnings().size(); ++i)
                report_.warnings.push_back(placed(row, builder.warnings()[i]));
        }
        try {
            frequency_set set = std::move(builder).build(normalise);
            report_.rows_merged += set.rows().size() - set.merged().size();
            return set;
        } catch (const format_error& error) {
            problem p = error.details();
            p.place = place_;
            if (report_.rows_taken == 0 && !report_.problems.empty())
                p.reason += "; the first fault: " + report_.problems.front().message();
            throw format_error(std::move(p));
        }
    }

private:
    /// Puts the alleles of a row in the order of the loci; false when it has other loci.
    static bool in_order(const pending_row& row, const std::vector<locus>& loci,
                         std::vector<std::string_view>& haplotype) {
        if (row.alleles.size() != loci.size()) return false;
        for (std::size_t at = 0; at < loci.size(); ++at) {
            const auto it = std::find_if(row.alleles.begin(), row.alleles.end(),
                                         [&](const auto& a) { return a.first == loci[at]; });
            if (it == row.alleles.end()) return false;
            haplotype[at] = it->second;
        }
        return true;
    }
    [[nodiscard]] problem placed(const pending_row& row, problem p) const {
        p.place = place_;
        p.row = row.line;
        if (!haplotype_column_.empty()) p.column = haplotype_column_;
        return p;
    }
    void refuse(const pending_row& row, problem p) {
        ++report_.rows_refused;
        report_.problems.push_back(placed(row, std::move(p)));
    }

    const std::string& place_;
    const std::string& haplotype_column_;
    frequency_report& report_;
};

void append(frequency_report& to, frequency_report from) {
    to.rows_read += from.rows_read;
    to.rows_taken += from.rows_taken;
    to.rows_zero += from.rows_zero;
    to.rows_refused += from.rows_refused;
    to.rows_merged += from.rows_merged;
    std::move(from.problems.begin(), from.problems.end(), std::back_inserter(to.problems));
    std::move(from.warnings.begin(), from.warnings.end(), std::back_inserter(to.warnings));
}

/// "EAS" of "folder/EAS.csv.gz".
std::string stem_of(const std::filesystem::path& file) {
    std::filesystem::path last = file.filename();
    if (last.extension() == ".gz") last = last.stem();
    return path_text(last.stem());
}

}  // namespace

const frequency_set* frequency_sets::find(std::string_view population) const noexcept {
    for (const frequency_set& set : sets)
        if (set.name() == population) return &set;
    return nullptr;
}

frequency_sets read_frequencies_text(std::string_view text, const std::string& place, const std::string& name,
                                     const nomenclature::pointer& names, const frequency_options& options) {
    frequency_sets found;
    const auto rows = haplotype_files::read_rows(text, place, name, found.report);
    if (rows.populations.empty()) {
        problem p;
        p.place = place;
        p.reason = "no row with a haplotype frequency";
        if (!found.report.problems.empty()) p.reason += "; the first fault: " + found.report.problems.front().message();
        throw format_error(std::move(p));
    }
    set_maker maker(place, rows.haplotype_column, found.report);
    for (const population_rows& population : rows.populations)
        found.sets.push_back(maker.make(population, names, options.normalise));
    const auto by_row = [](const problem& a, const problem& b) { return a.row < b.row; };
    std::stable_sort(found.report.problems.begin(), found.report.problems.end(), by_row);
    std::stable_sort(found.report.warnings.begin(), found.report.warnings.end(), by_row);
    return found;
}

frequency_sets read_frequencies(std::span<const std::filesystem::path> files, const nomenclature::pointer& names,
                                const frequency_options& options) {
    frequency_sets all;
    std::vector<std::string> place_of;
    for (const std::filesystem::path& file : files) {
        const std::string place = path_text(file);
        frequency_sets one = read_frequencies_text(read_file(file), place, stem_of(file), names, options);
        for (frequency_set& set : one.sets) {
            for (std::size_t i = 0; i < all.sets.size(); ++i) {
                if (all.sets[i].name() != set.name()) continue;
                problem p;
                p.place = place;
                p.text = shown(set.name());
                p.reason = "this population is also in " + place_of[i];
                throw format_error(std::move(p));
            }
            all.sets.push_back(std::move(set));
            place_of.push_back(place);
        }
        append(all.report, std::move(one.report));
    }
    return all;
}

frequency_sets read_frequencies(const std::filesystem::path& file, const nomenclature::pointer& names,
                                const frequency_options& options) {
    return read_frequencies(std::span(&file, 1), names, options);
}

frequency_set builtin_east_asian(const nomenclature::pointer& names) {
    frequency_sets found =
        read_frequencies_text(east_asian_text::haplotypes, "the built-in East Asian frequencies", "east_asian", names);
    return std::move(found.sets.front());
}

}  // namespace allomatch
