// SPDX-License-Identifier: Apache-2.0
/// \file
/// What it would bring to type a donor better.
#pragma once

#include <allomatch/search/match_list.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace allomatch {

/// A donor of a list and a searched locus where the typing of the donor leaves open whether there is a match.
struct typing_gain {
    std::uint32_t row = 0;  ///< of the list
    locus where = locus::A;
    double full_match = 0;           ///< P(no mismatch) as things are
    double locus_match = 0;          ///< P(no mismatch at this locus): the chance that typing confirms it
    double full_match_if_match = 0;  ///< P(no mismatch) once the locus is known to match
    /// By how much P(no mismatch) of the best donor is expected to grow when this donor is typed there and the best is
    /// chosen anew: the value of the answer before it is known. From 0 to 1. Donors who are deleted, reserved or
    /// temporarily not available are no choice: they gain nothing and are not the best.
    double gain = 0;
    std::size_t rank = 0;  ///< from 1, among the rows of the list in its ranking
    std::size_t rank_if_match = 0;
    std::size_t rank_if_mismatch = 0;  ///< with one mismatch there and none known elsewhere
};

/// All donors and loci of a list with probabilities that typing could settle, the largest gain first, then the larger
/// climb in rank, then rows and loci in their order. A donor without a total probability has none.
/// \throws format_error when the list has no probabilities.
/// Cost: ranking as many rows as there are donors and two for each entry.
[[nodiscard]] std::vector<typing_gain> typing_gains(const match_list& list);

}  // namespace allomatch
