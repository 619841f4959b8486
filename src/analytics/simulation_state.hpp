// SPDX-License-Identifier: Apache-2.0
/// \file
/// What a simulation draws from, and how a person is drawn.
#pragma once

#include "core/random.hpp"
#include "simulated_alleles.hpp"
#include "simulated_fields.hpp"

#include <allomatch/analytics/simulate.hpp>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace allomatch {

namespace analytics {

inline constexpr std::size_t most_loci = 6;

/// Independent streams of random numbers for one seed.
enum class stream : std::uint64_t {
    donor_alleles = 1,
    donor_typing = 2,
    donor_fields = 3,
    patient_alleles = 4,
    patient_typing = 5,
    patient_fields = 6,
};

/// A person's true alleles: two haplotypes, and per locus the allele on each as a position in the pool.
struct true_person {
    std::array<std::uint32_t, 2> haplotypes{};
    std::array<std::array<std::uint32_t, 2>, most_loci> alleles{};
};

/// Typing quality made ready to draw from.
struct quality_dice {
    explicit quality_dice(const typing_quality& quality, std::span<const locus> loci);

    weighted_choice kinds;
    std::array<std::array<std::uint64_t, most_loci>, typing_kind_count> untyped{};
    std::uint64_t retyped;
    std::uint64_t blank;
};

}  // namespace analytics

struct simulation::state {
    state(simulation_options o, const frequency_set& set);

    [[nodiscard]] analytics::true_person draw(analytics::stream s, std::size_t person) const;
    /// Fills two cells a locus and returns the person's kind.
    typing_kind type(const analytics::true_person& truth, const analytics::quality_dice& dice, analytics::stream s,
                     std::size_t person, std::span<std::string_view> cells) const;

    simulation_options options;
    std::string population;
    std::vector<locus> loci;
    analytics::allele_pools pools;
    std::vector<std::string> haplotype_texts;
    std::vector<std::uint32_t> haplotype_names;  // most_loci codes a haplotype
    weighted_choice haplotypes;
    std::uint64_t other_members;
    std::uint64_t null_alleles;
    analytics::quality_dice donor_dice;
    analytics::quality_dice patient_dice;
    analytics::field_dice fields;
};

}  // namespace allomatch
