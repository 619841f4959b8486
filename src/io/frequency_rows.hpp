// SPDX-License-Identifier: Apache-2.0
/// \file
/// Rows of a frequency file, before the loci of their sets are known.
#pragma once

#include <allomatch/io/read_frequencies.hpp>

#include <boost/container/static_vector.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace allomatch::io::haplotype_files {

/// Names of alleles as a file writes them, each kept once and numbered.
class allele_texts {
public:
    [[nodiscard]] std::uint32_t number(locus l, std::string_view text);
    [[nodiscard]] locus locus_at(std::uint32_t number) const { return list_[number].first; }
    [[nodiscard]] const std::string& text(std::uint32_t number) const { return *list_[number].second; }

private:
    using numbers = std::unordered_map<std::string, std::uint32_t, text_hash, std::equal_to<>>;
    std::array<numbers, locus_count> known_;
    std::vector<std::pair<locus, const std::string*>> list_;  // keys of `known_`, which stay where they are
};

struct pending_row {
    std::uint64_t line = 0;  ///< in JSON the 1-based number of the entry in its set
    double frequency = 0;
    boost::container::static_vector<std::uint32_t, locus_count> alleles;  ///< one a locus, as in `allele_texts`
};

struct population_rows {
    std::string name;
    std::vector<pending_row> rows;
};

/// What is reported on its own: a text with columns, or one set of a JSON text.
struct file_part {
    std::vector<population_rows> populations;  ///< in the order of first appearance
    allele_texts alleles;
    std::string haplotype_column;      ///< empty with one column a locus
    std::string id;                    ///< of its problems: the population of a set among several in JSON
    std::string nomenclature_version;  ///< that the file names; empty when it does not
    frequency_report report;           ///< refused and skipped rows so far
};

/// A frequency of a row, 0 included, or why the row is refused.
[[nodiscard]] result<double> read_frequency(std::string_view text);

/// Reads a text in any layout. \throws format_error for unknown layouts and damaged JSON.
[[nodiscard]] std::vector<file_part> read_rows(std::string_view text, const std::string& place,
                                               const std::string& name);

/// Whether a text is JSON by its first byte, blanks, `#` lines and a byte-order mark aside.
[[nodiscard]] bool is_json(std::string_view text) noexcept;
/// Layout (e) of formats.md; a set without `populationId` is called `name`.
[[nodiscard]] std::vector<file_part> read_json(std::string_view text, const std::string& place,
                                               const std::string& name);

}  // namespace allomatch::io::haplotype_files
