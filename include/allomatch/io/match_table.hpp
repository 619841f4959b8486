// SPDX-License-Identifier: Apache-2.0
/// \file
/// Search results in the columns of formats.md, section "Matches".
#pragma once

#include <allomatch/io/table.hpp>
#include <allomatch/search/cord_units.hpp>

#include <filesystem>
#include <memory>
#include <span>

namespace allomatch::io {

/// Rows of one or more lists that were searched at the same loci: patient_id, donor_id, rank,
/// mismatches, mismatches_max, gvh, hvg, a column of two letters per locus, and its mismatches as A_mm .., for the
/// searched loci and those shown with them. With frequencies also p0, p1 .., A_p0 .., patient_explained, donor_explained,
/// patient_population and donor_population, and where a set has DPB1 dpb1_p_match ..; either all lists have probabilities or none. dpb1_tce, dpb1_expression and
/// b_leader where donors are typed at DPB1 and B.
[[nodiscard]] table match_table(std::span<const match_list> lists);

/// Pairs of cord units of one or more searches: patient_id, rank, first_id, second_id, first_mismatches,
/// second_mismatches, unit_mismatches, total_tnc_per_kg, lowest_tnc_per_kg (10^7 for each kilogram), abo_not_identical,
/// and the highest counts: first_mismatches_max, second_mismatches_max, unit_mismatches_max.
[[nodiscard]] table cord_pair_table(std::span<const cord_pair_list> lists);

/// Writes match tables to one file as they come: .csv .tsv .jsonl, each also .gz. Nothing is left behind unless `commit`
/// is called.
class match_writer {
public:
    /// \throws format_error for another ending, or when the file cannot be created.
    explicit match_writer(const std::filesystem::path& path);
    match_writer(match_writer&&) noexcept;
    match_writer& operator=(match_writer&&) noexcept;
    ~match_writer();
    void add(std::span<const match_list> lists);
    void commit();

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace allomatch::io
