// SPDX-License-Identifier: Apache-2.0
/// \file
/// Unphased genotypes and their probabilities in several sets. All results are the same bits for any number of threads.
#pragma once

#include "genotype_coding.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace allomatch {

/// Distinct genotypes as columns.
struct genotype_table {
    std::vector<genotype_key> keys;                   ///< empty when they were not asked for
    std::vector<std::vector<double>> probabilities;   ///< by set

    [[nodiscard]] std::size_t size() const noexcept { return probabilities.front().size(); }
};

/// The genotypes of all sets, with keys.
[[nodiscard]] genotype_table make_genotypes(const genotype_coding& coding, std::size_t threads);

/// Without keys, and only those genotypes that the first set has and one of the sets `donors` too.
[[nodiscard]] genotype_table make_shared_genotypes(const genotype_coding& coding, std::span<const std::size_t> donors, std::size_t threads);

/// Adds to the probabilities of the sets `which` those of all genotypes with exactly one mismatch, at a locus that counts:
/// what is chance of a match becomes chance of at most one mismatch.
void add_one_mismatch(const genotype_coding& coding, genotype_table& table, std::span<const std::size_t> which, std::size_t threads);

}  // namespace allomatch
