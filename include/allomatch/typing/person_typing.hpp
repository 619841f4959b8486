// SPDX-License-Identifier: Apache-2.0
/// \file
/// Everything that was typed of one person, as probabilities need it.
#pragma once

#include <allomatch/typing/genotype.hpp>

#include <array>
#include <span>
#include <string_view>

namespace allomatch {

/// Readings at every locus with their null alleles, and what was typed in phase. Borrows from a patient or a registry.
struct person_typing {
    /// Alternatives as typed, blanks not yet filled; none where the locus is untyped.
    std::array<std::span<const reading_pair>, locus_count> readings;
    /// The GL String block with `~` that the locus is in, else empty. Loci with equal blocks share alternatives and
    /// sides: alternative `i` of one goes with alternative `i` of the other.
    std::array<std::string_view, locus_count> phase;

    /// A locus and the text that it was read from.
    void add(locus l, std::span<const reading_pair> pairs, std::string_view text);
};

}  // namespace allomatch
