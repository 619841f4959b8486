// SPDX-License-Identifier: Apache-2.0
// A frequency file of any bytes: sets whose report accounts for every row, or a format_error. Normalising changes
// nothing but the frequencies.
#pragma once

#include "require.hpp"

#include <allomatch/core/utf8.hpp>
#include <allomatch/io/read_frequencies.hpp>

#include <cmath>
#include <optional>
#include <set>
#include <string>

namespace allomatch::fuzz {

inline void check_report(const io::frequency_sets& read) {
    const io::frequency_report& report = read.report;
    require(report.rows_read == report.rows_taken + report.rows_zero + report.rows_refused);
    require(report.problems.size() == report.rows_refused);
    for (const problem& p : report.problems) {
        require(p.place == "fuzz" && p.row > 0 && !p.reason.empty());
        require(is_utf8(p.message()));
    }
    for (const problem& p : report.warnings) require(!p.reason.empty());
    require(!read.sets.empty() && report.sets.size() == read.sets.size());
    std::size_t rows = 0;
    std::size_t merged = 0;
    std::set<std::string> populations;
    for (std::size_t i = 0; i < read.sets.size(); ++i) {
        const frequency_set& set = read.sets[i];
        const io::frequency_set_summary& summary = report.sets[i];
        require(populations.insert(set.name()).second && read.find(set.name()) == &set);
        require(summary.name == set.name() && summary.sum == set.sum_as_read());
        require(summary.rows == set.rows().size() && summary.haplotypes == set.merged().size());
        require(summary.rows > 0 && summary.haplotypes > 0 && summary.haplotypes <= summary.rows);
        rows += summary.rows;
        merged += summary.rows - summary.haplotypes;
        double of_rows = 0;
        double of_merged = 0;
        for (std::size_t row = 0; row < set.rows().size(); ++row) {
            require(!set.haplotype_text(row).empty());
            of_rows += set.rows().frequency(row);
        }
        for (const double f : set.merged().frequencies()) of_merged += f;
        require(std::abs(of_rows - of_merged) < 1e-9 && of_rows <= 1.00001);
    }
    require(rows == report.rows_taken && merged == report.rows_merged);
}

inline std::optional<io::frequency_sets> read_frequencies_if_good(std::string_view text, const nomenclature::pointer& names,
                                                              bool normalise) {
    try {
        io::frequency_sets read = io::read_frequencies_text(text, "fuzz", "stem", names, {.normalise = normalise});
        check_report(read);
        return read;
    } catch (const format_error& e) {
        require(e.details().place == "fuzz" && !e.details().reason.empty());
        return std::nullopt;
    }
}

inline int frequencies(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = text_of(data, size);
    const auto plain = read_frequencies_if_good(text, nomenclature::builtin(), false);
    const auto normalised = read_frequencies_if_good(text, nomenclature::builtin(), true);
    if (plain) {
        require(normalised && normalised->report.problems == plain->report.problems);
        require(normalised->sets.size() == plain->sets.size());
        for (std::size_t i = 0; i < plain->sets.size(); ++i)
            require(normalised->sets[i].merged().size() == plain->sets[i].merged().size());
    }
    (void)read_frequencies_if_good(text, nomenclature::names(), true);
    return 0;
}

}  // namespace allomatch::fuzz
