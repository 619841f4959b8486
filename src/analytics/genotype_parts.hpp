// SPDX-License-Identifier: Apache-2.0
/// \file
/// All haplotype pairs of some sets, cut into parts so that equal genotypes are in the same one.
#pragma once

#include "genotype_coding.hpp"

#include <cstdint>
#include <deque>
#include <span>
#include <vector>

namespace allomatch {

/// Every haplotype of the one list with every one of the other; of a list with itself each unordered pair once.
struct pair_block {
    std::span<const std::uint32_t> first;
    std::span<const std::uint32_t> second;
    [[nodiscard]] bool with_itself() const noexcept { return first.data() == second.data(); }
    [[nodiscard]] std::size_t pairs() const noexcept {
        return with_itself() ? first.size() * (first.size() + 1) / 2 : first.size() * second.size();
    }
};

/// Pairs of every set with the same contents at the loci that cut.
struct genotype_part {
    std::vector<std::vector<pair_block>> of_set;
    std::size_t pairs = 0;
};

/// The parts by the contents of the locus with the most classes; large ones are cut further by the next ones.
class genotype_parts {
public:
    explicit genotype_parts(const genotype_coding& coding);

    [[nodiscard]] std::span<const genotype_part> parts() const noexcept { return parts_; }

private:
    void cut(const genotype_part& whole, std::span<const std::size_t> by);

    const genotype_coding& coding_;
    std::deque<std::vector<std::uint32_t>> lists_;  // of haplotypes
    std::vector<genotype_part> parts_;
};

}  // namespace allomatch
