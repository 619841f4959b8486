// SPDX-License-Identifier: Apache-2.0
/// \file
/// From people to what the iterations of an estimate work on, and where they begin.
#pragma once

#include "expectation_maximisation.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace allomatch::estimation {

/// Everything that iterations need of the people.
struct estimation_input {
    haplotype_numbers haplotypes;
    pair_lists lists;                 // of the typings that take part
    std::vector<std::uint32_t> typing_of_list;
    std::vector<double> people_of_list;
    frequency_vector prior;           // by haplotype, sums to 1; zeros without one
    double prior_people = 0;
    std::size_t resolved_by_others = 0;
    std::size_t too_ambiguous = 0;

    [[nodiscard]] Eigen::Index size() const { return static_cast<Eigen::Index>(haplotypes.size()); }
    void add(const typed_people& people, std::uint32_t typing, std::span<const std::array<haplotype_key, 2>> pairs);
    /// Copies of haplotypes that the old estimate stands for.
    [[nodiscard]] frequency_vector prior_copies() const;
    [[nodiscard]] pair_likelihood likelihood() const { return {lists, people_of_list, prior_copies()}; }
};

/// Goes through the pairs of every typing; people with too many are given the haplotypes that the others make likely.
[[nodiscard]] estimation_input gather(const typed_people& people, const estimation_options& options);

/// Frequencies to begin with, all positive. `number` tells random starts apart.
[[nodiscard]] frequency_vector start_of(const estimation_input& in, estimation_start start, std::uint64_t seed = 0,
                                        std::uint64_t number = 0);

}  // namespace allomatch::estimation
