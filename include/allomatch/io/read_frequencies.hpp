// SPDX-License-Identifier: Apache-2.0
/// \file
/// Haplotype frequency files (formats.md, section "Haplotype frequencies").
#pragma once

#include <allomatch/haplotype/frequency_set.hpp>

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace allomatch::io {

struct frequency_options {
    /// Divide each set by its sum. Without it a sum above 1.000001 is an error.
    bool normalise = false;
};

/// A set that was read.
struct frequency_set_summary {
    std::string name;            ///< the population
    std::size_t rows = 0;        ///< taken
    std::size_t haplotypes = 0;  ///< after rows with the same classes were merged
    double sum = 0;              ///< of the frequencies, before any normalising
};

/// What became of the rows of frequency files.
struct frequency_report {
    std::size_t rows_read = 0;
    std::size_t rows_taken = 0;
    std::size_t rows_zero = 0;      ///< skipped: frequency 0
    std::size_t rows_refused = 0;   ///< one entry each in `problems`
    std::size_t rows_merged = 0;    ///< taken rows that share their classes with an earlier one
    std::vector<frequency_set_summary> sets;  ///< in the order of the input
    /// Place, row, column, text, reason, suggestion. In JSON the row is the 1-based number of the entry in its set,
    /// and the id is the population where a file has several sets.
    std::vector<problem> problems;
    /// Names that were read as others, once each, and JSON sets made with another release.
    std::vector<problem> warnings;
};

/// Frequency sets of one or more populations.
struct frequency_sets {
    std::vector<frequency_set> sets;  ///< in the order of the input
    frequency_report report;

    /// The set of a population, or null.
    [[nodiscard]] const frequency_set* find(std::string_view population) const noexcept;
};

/// Reads frequency files, plain or gzip: with a header that names `haplotype` (or `Haplo`) and `frequency` (or
/// `Freq`), optionally `population`; without a header as haplotype, population, frequency; with one column a
/// locus and `frequency`; or JSON. A set without a population is named by its file's stem. The loci of a set are
/// those of most of its rows; other rows are refused, as are rows that cannot be read.
///
/// JSON is `{"nomenclatureVersion": .., "populationId": .., "frequencies": [{"a": .., "b": .., "frequency": ..}]}` or
/// an array of such objects. An entry has a text for each locus (`drb345`, or one of `drb3`, `drb4`, `drb5`, of which
/// the others may be null) and a number; keys are matched without case, unknown ones are passed over. An entry with
/// a value of another kind or a key twice is refused. Nesting may be of any depth.
///
/// About 1 s for a million rows of five loci, 2 s in JSON.
/// \throws format_error for a file that cannot be read, an unknown layout, damaged JSON or a value of the wrong kind
/// outside of its entries (row and column are line and byte), a set without rows, a sum above 1.000001 (without
/// `normalise`) and a population that has two sets.
[[nodiscard]] frequency_sets read_frequencies(std::span<const std::filesystem::path> files,
                                              const nomenclature::pointer& names,
                                              const frequency_options& options = {});
[[nodiscard]] frequency_sets read_frequencies(const std::filesystem::path& file, const nomenclature::pointer& names,
                                              const frequency_options& options = {});
/// The same from text; `place` is its name in messages, `name` that of a set without a population.
[[nodiscard]] frequency_sets read_frequencies_text(std::string_view text, const std::string& place,
                                                   const std::string& name, const nomenclature::pointer& names,
                                                   const frequency_options& options = {});

}  // namespace allomatch::io
