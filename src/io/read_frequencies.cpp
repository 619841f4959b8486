// SPDX-License-Identifier: Apache-2.0
#include "frequency_rows.hpp"

#include <allomatch/core/file.hpp>
#include <allomatch/io/read_frequencies.hpp>

#include <algorithm>
#include <bitset>
#include <iterator>
#include <optional>

namespace allomatch::io {

namespace {

using haplotype_files::allele_texts;
using haplotype_files::file_part;
using haplotype_files::pending_row;
using haplotype_files::population_rows;
using locus_bits = std::bitset<locus_count>;

locus_bits bits_of(const pending_row& row, const allele_texts& texts) {
    locus_bits bits;
    for (const std::uint32_t allele : row.alleles) bits.set(index(texts.locus_at(allele)));
    return bits;
}

/// The loci that most rows have (on ties those of the earlier row), in the order of the first such row.
std::vector<locus> loci_of(const std::vector<pending_row>& rows, const allele_texts& texts) {
    struct kind {
        locus_bits bits;
        std::size_t count;
        const pending_row* first;
    };
    std::vector<kind> kinds;
    for (const pending_row& row : rows) {
        const locus_bits bits = bits_of(row, texts);
        const auto it = std::find_if(kinds.begin(), kinds.end(), [&](const kind& k) { return k.bits == bits; });
        if (it == kinds.end())
            kinds.push_back({bits, 1, &row});
        else
            ++it->count;
    }
    const auto most = std::max_element(kinds.begin(), kinds.end(),
                                       [](const kind& a, const kind& b) { return a.count < b.count; });
    std::vector<locus> loci;
    for (const std::uint32_t allele : most->first->alleles) loci.push_back(texts.locus_at(allele));
    return loci;
}

std::string listed(const std::vector<locus>& loci) {
    std::string text;
    for (const locus l : loci) (text += text.empty() ? "" : ", ") += name(l);
    return text;
}

/// Turns the rows of one population into a set.
class set_maker {
public:
    set_maker(const std::string& place, file_part& part) : place_(place), part_(part), report_(part.report) {}

    /// Nothing when no row could be taken, while another population of the file has rows.
    std::optional<frequency_set> make(const population_rows& population, const nomenclature::pointer& names, bool normalise) {
        const std::vector<locus> loci = loci_of(population.rows, part_.alleles);
        frequency_set_builder builder(population.name, loci, names);
        std::vector<std::string_view> haplotype(loci.size());
        const std::size_t first_fault = report_.problems.size();
        for (const pending_row& row : population.rows) {
            const std::size_t warned = builder.warnings().size();
            if (!in_order(row, loci, haplotype))
                refuse(row, other_loci(row, loci));
            else if (auto p = builder.add(haplotype, row.frequency))
                refuse(row, *std::move(p));
            for (std::size_t i = warned; i < builder.warnings().size(); ++i)
                report_.warnings.push_back(placed(row, builder.warnings()[i]));
        }
        report_.rows_taken += builder.size();
        const bool none = builder.size() == 0;
        if (none && part_.populations.size() > 1) {
            problem p = problem::with_value("population", population.name, "none of its rows could be taken: it is left out");
            p.place = place_;
            report_.warnings.push_back(std::move(p));
            return std::nullopt;
        }
        try {
            frequency_set set = std::move(builder).build(normalise);
            report_.rows_merged += set.rows().size() - set.merged().size();
            report_.sets.push_back({set.name(), set.rows().size(), set.merged().size(), set.sum_as_read()});
            return set;
        } catch (const format_error& error) {
            problem p = error.details();
            p.place = place_;
            if (none) p.reason += "; the first fault: " + report_.problems.at(first_fault).message();
            throw format_error(std::move(p));
        }
    }

private:
    /// Puts the alleles of a row in the order of the loci; false when it has other loci.
    bool in_order(const pending_row& row, const std::vector<locus>& loci,
                  std::vector<std::string_view>& haplotype) const {
        if (row.alleles.size() != loci.size()) return false;
        for (std::size_t at = 0; at < loci.size(); ++at) {
            const auto it = std::find_if(row.alleles.begin(), row.alleles.end(),
                                         [&](std::uint32_t a) { return part_.alleles.locus_at(a) == loci[at]; });
            if (it == row.alleles.end()) return false;
            haplotype[at] = part_.alleles.text(*it);
        }
        return true;
    }
    [[nodiscard]] problem other_loci(const pending_row& row, const std::vector<locus>& loci) const {
        std::string text;
        for (const std::uint32_t a : row.alleles) (text += text.empty() ? "" : "~") += part_.alleles.text(a);
        const locus_bits bits = bits_of(row, part_.alleles);
        const auto missing = std::find_if(loci.begin(), loci.end(), [&](locus l) { return !bits[index(l)]; });
        std::string column;
        if (missing != loci.end()) column = name(*missing);
        return problem::with_value(column, text, "the loci of this set are " + listed(loci));
    }
    [[nodiscard]] problem placed(const pending_row& row, problem p) const {
        p.place = place_;
        p.row = row.line;
        p.id = part_.id;
        if (!part_.haplotype_column.empty()) p.column = part_.haplotype_column;
        return p;
    }
    void refuse(const pending_row& row, problem p) {
        ++report_.rows_refused;
        report_.problems.push_back(placed(row, std::move(p)));
    }

    const std::string& place_;
    const file_part& part_;
    frequency_report& report_;
};

/// The number in "IPD-IMGT/HLA 3.58.0" and in "3.58.0".
std::string_view release_number(std::string_view version) {
    version = trim(version);
    return version.substr(version.rfind(' ') + 1);
}

std::optional<problem> other_release(const std::string& place, const file_part& part, const nomenclature& names) {
    if (names.names_only() || part.nomenclature_version.empty()) return std::nullopt;
    if (release_number(part.nomenclature_version) == release_number(names.version())) return std::nullopt;
    problem p = problem::with_value("nomenclatureVersion", part.nomenclature_version,
                                    "the release in use is " + shown(names.version()));
    p.place = place;
    p.id = part.id;
    return p;
}

void append(frequency_report& to, frequency_report from) {
    to.rows_read += from.rows_read;
    to.rows_taken += from.rows_taken;
    to.rows_zero += from.rows_zero;
    to.rows_refused += from.rows_refused;
    to.rows_merged += from.rows_merged;
    std::move(from.sets.begin(), from.sets.end(), std::back_inserter(to.sets));
    std::move(from.problems.begin(), from.problems.end(), std::back_inserter(to.problems));
    std::move(from.warnings.begin(), from.warnings.end(), std::back_inserter(to.warnings));
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
    const auto by_row = [](const problem& a, const problem& b) { return a.row < b.row; };
    for (file_part& part : haplotype_files::read_rows(text, place, name)) {
        if (part.populations.empty()) {
            problem p = problem::with_input(place, "no row with a haplotype frequency");
            p.id = part.id;
            if (!part.report.problems.empty())
                p.reason += "; the first fault: " + part.report.problems.front().message();
            throw format_error(std::move(p));
        }
        set_maker maker(place, part);
        const std::size_t before = found.sets.size();
        for (const population_rows& population : part.populations)
            if (auto set = maker.make(population, names, options.normalise)) found.sets.push_back(*std::move(set));
        if (found.sets.size() == before) {
            throw format_error(problem::with_input(
                place, "no row with a haplotype frequency; the first fault: " + part.report.problems.front().message()));
        }
        std::stable_sort(part.report.problems.begin(), part.report.problems.end(), by_row);
        if (auto p = other_release(place, part, *names)) part.report.warnings.push_back(*std::move(p));
        std::stable_sort(part.report.warnings.begin(), part.report.warnings.end(), by_row);
        append(found.report, std::move(part.report));
    }
    return found;
}

frequency_sets read_frequencies(std::span<const std::filesystem::path> files, const nomenclature::pointer& names,
                                const frequency_options& options) {
    frequency_sets all;
    std::vector<std::string> place_of;
    for (const std::filesystem::path& file : files) {
        const std::string place = path_text(file);
        frequency_sets one = read_frequencies_text(read_file(file), place, file_stem(file), names, options);
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

}  // namespace allomatch::io
