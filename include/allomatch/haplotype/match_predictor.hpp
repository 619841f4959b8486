// SPDX-License-Identifier: Apache-2.0
/// \file
/// The probability of every number of mismatches between a patient and donors. Semantics.md section 7.
#pragma once

#include <allomatch/haplotype/donor_genotypes.hpp>
#include <allomatch/haplotype/genotype_list.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace allomatch {

/// Probabilities of one pair over the searched loci.
struct prediction {
    /// P(exactly k mismatches), k = 0 .. 2 * loci; valid when `has_total`.
    std::array<double, 2 * locus_count + 1> total{};
    /// P(0), P(1), P(2) at each searched locus, in the order of the search; valid where `has_locus`.
    std::array<std::array<double, 3>, locus_count> at{};
    std::array<bool, locus_count> has_locus{};
    bool has_total = false;
    bool donor_explained = false;
    population_number donor_set = 0;
};

/// Fewest and most mismatches that plain comparison allows at a locus.
struct count_range {
    std::uint8_t lowest = 0;
    std::uint8_t highest = 2;
};

/// Predicts for one patient at a time with the scratch memory of one thread. Not thread-safe; create one a thread.
/// Results are the same bits whatever the thread, the order of the donors and what was asked before.
///
/// The person with fewer genotypes is taken genotype by genotype; against one genotype, the haplotypes of the other fall
/// into as many sorts as they match it in different ways, and sorts are paired instead of haplotypes.
class match_predictor {
public:
    /// `homozygous_once` counts A,A against B,B as one mismatch.
    explicit match_predictor(std::shared_ptr<const donor_genotypes> donors, bool homozygous_once = false);
    /// For another thread: the patient is taken over as prepared.
    match_predictor(const match_predictor& other);
    ~match_predictor();
    match_predictor(match_predictor&&) noexcept;
    match_predictor& operator=(match_predictor&&) noexcept;

    /// Takes a patient and the loci of the search, in the order of their columns.
    /// \throws format_error when the patient has no set to use.
    void start(std::string_view patient_id, std::string_view population, const person_typing& typing,
               std::span<const locus> loci);
    [[nodiscard]] bool patient_explained() const noexcept;
    [[nodiscard]] population_number patient_set() const noexcept;

    /// One donor; `counts` has the range of each searched locus, read for loci outside the sets only.
    /// The result is valid until the next call.
    [[nodiscard]] const prediction& predict(donor_index d, std::span<const count_range> counts);

private:
    struct plan;
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace allomatch
