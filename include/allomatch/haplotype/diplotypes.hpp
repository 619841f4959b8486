// SPDX-License-Identifier: Apache-2.0
/// \file
/// All haplotype pairs that a typing allows, without writing them down one by one.
#pragma once

#include <allomatch/haplotype/locus_relation.hpp>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace allomatch {

/// The haplotypes of a person in groups; any member of one group goes with any member of another that the group is
/// paired with. Exact and without a cap: memory grows with the haplotypes that fit, not with their pairs.
struct diplotypes {
    std::vector<haplotype_id> haplotypes;  ///< group by group, ascending in each
    std::vector<std::uint32_t> begins;     ///< of the groups, and the end
    std::vector<std::array<std::uint32_t, 2>> pairs;  ///< groups that go together, the lower first
    double total = 0;       ///< sum of f1 f2 over ordered pairs, of frequencies times 2^scale
    int scale = 0;          ///< keeps products of tiny frequencies from vanishing
    double pair_count = 0;  ///< unordered haplotype pairs

    [[nodiscard]] bool empty() const noexcept { return pairs.empty(); }
    [[nodiscard]] std::size_t group_count() const noexcept { return begins.size() - 1; }
    [[nodiscard]] std::span<const haplotype_id> group(std::size_t g) const noexcept {
        return std::span(haplotypes).subspan(begins[g], begins[g + 1] - begins[g]);
    }
    [[nodiscard]] std::size_t memory() const noexcept;
};

/// What a typing says at every locus of a set: one relation a locus, borrowed, and the blocks typed in phase.
struct typing_relations {
    std::vector<const locus_relation*> at;  ///< in the order of the set
    /// Loci of one block with `~`, and per alternative the outcomes of both sides at each of them.
    struct block {
        std::vector<std::size_t> at;
        std::vector<std::vector<locus_relation::sides>> alternatives;
    };
    std::vector<block> blocks;
};

/// Finds the haplotypes of a typing. Starts from the locus with the fewest carriers, so the cost is linear in those,
/// plus the pairs of groups.
[[nodiscard]] diplotypes find_diplotypes(const haplotype_index& index, const typing_relations& typing);

/// The blocks of a typing that cover several loci of the set.
[[nodiscard]] std::vector<typing_relations::block> phased_blocks(const haplotype_index& index,
                                                                 const person_typing& typing);

/// The same from a typing.
[[nodiscard]] diplotypes find_diplotypes(const haplotype_index& index, const person_typing& typing);

}  // namespace allomatch
