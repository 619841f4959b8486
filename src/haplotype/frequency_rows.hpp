// SPDX-License-Identifier: Apache-2.0
/// \file
/// Rows of a frequency file, before the loci of their sets are known.
#pragma once

#include <allomatch/haplotype/read_frequencies.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace allomatch::haplotype_files {

struct pending_row {
    std::uint64_t line = 0;
    double frequency = 0;
    std::vector<std::pair<locus, std::string>> alleles;
};

struct population_rows {
    std::string name;
    std::vector<pending_row> rows;
};

struct file_rows {
    std::vector<population_rows> populations;  ///< in the order of first appearance
    std::string haplotype_column;              ///< empty with one column a locus
};

/// Reads a text in any of the CSV layouts; refused and skipped rows go into the report.
/// \throws format_error for JSON and unknown layouts.
[[nodiscard]] file_rows read_rows(std::string_view text, const std::string& place, const std::string& name,
                                  frequency_report& report);

}  // namespace allomatch::haplotype_files
