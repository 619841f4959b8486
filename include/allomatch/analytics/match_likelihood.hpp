// SPDX-License-Identifier: Apache-2.0
/// \file
/// For how many patients a registry of a given size has a matched donor, exactly, from haplotype frequencies.
#pragma once

#include <allomatch/analytics/dpb1_rule.hpp>
#include <allomatch/haplotype/frequency_set.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace allomatch {

/// Donors of one population.
struct donor_population {
    const frequency_set* set = nullptr;
    double reachable = 1;  ///< chance that a donor can be had when asked, in [0, 1]
};

struct likelihood_options {
    std::vector<locus> loci{locus::A, locus::B, locus::C, locus::DRB1, locus::DQB1};
    unsigned mismatches = 0;    ///< most mismatches of a matched donor at `loci`: 0 or 1
    dpb1_rule dpb1 = dpb1_rule::any;
    std::string tce_version{};  ///< see `nomenclature::tce_version`
    std::size_t threads = 0;    ///< 0: all cores
};

/// Patients and donors are drawn from haplotype frequencies in Hardy-Weinberg proportion, each donor independently. The
/// haplotypes of a set are merged at the loci in question and its frequencies divided by their sum; genotypes are unphased,
/// a null leaves a locus homozygous for its other class (semantics.md section 3). For a patient's genotype g, let p_j(g) be
/// the chance that a donor of population j matches it and a_j that such a donor is reachable. Then
///
///     P(at least one) = sum over g of P_F(g) (1 - product over j of (1 - a_j p_j(g)) ^ N_j)
///
/// Immutable: any number of threads may ask. All results are the same bits for any number of threads.
///
/// Cost: linear in the haplotype pairs of every distinct set; 12.5 million pairs (5,000 haplotypes) take about half a second on
/// two cores, with one mismatch ten times as long. Memory: 8 bytes a genotype and 8 a donor population for those genotypes
/// that both patients and donors have; three times that while it is worked out, four times with one mismatch.
class match_likelihood {
public:
    /// The sets are only read here.
    /// \throws format_error naming the option: no donor population; a set lacks a locus; sets of different nomenclatures;
    /// `reachable` outside [0, 1]; more than one mismatch; DPB1 both searched and under a rule; permissive without TCE groups;
    /// more distinct classes at a locus than 4,096, or genotypes that do not fit into 128 bits.
    match_likelihood(const frequency_set& patients, std::span<const donor_population> donors, const likelihood_options& options);

    [[nodiscard]] std::size_t population_count() const noexcept { return match_rates_.size(); }
    /// Genotypes of patients that some donor may match.
    [[nodiscard]] std::size_t genotype_count() const noexcept { return weights_.size(); }
    /// Chance that one random donor of each population is reachable and matches a random patient.
    [[nodiscard]] std::span<const double> match_rates() const noexcept { return match_rates_; }
    /// Part of the patients whom donors without end would serve.
    [[nodiscard]] double limit() const noexcept { return limit_; }

    /// P(at least one) for registries of `sizes`: rows of one number of donors (0 or more, whole or not) a population.
    /// Cost: about a nanosecond a genotype and row.
    /// \throws format_error for a number that is negative or not finite.
    [[nodiscard]] std::vector<double> probabilities(std::span<const double> sizes, std::size_t threads = 0) const;

    /// The fewest donors in all that give at least `probability`, of whom the part `shares[j]` is of population j; nothing
    /// where no number up to 10^15 does. Cost: about 60 times a row of `probabilities`.
    /// \throws format_error unless there is one share a population, 0 or more, with a positive sum.
    [[nodiscard]] std::optional<double> size_for(double probability, std::span<const double> shares, std::size_t threads = 0) const;

private:
    std::vector<double> weights_;  // P_F by genotype
    std::vector<double> rates_;    // -log(1 - a_j p_j), populations x genotypes
    std::vector<double> match_rates_;
    double limit_ = 0;
};

}  // namespace allomatch
