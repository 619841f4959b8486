// SPDX-License-Identifier: Apache-2.0
/// \file
/// What a typed locus means for matching: alternatives of pairs of class sets.
#pragma once

#include <allomatch/typing/allele_traits.hpp>
#include <allomatch/typing/reading.hpp>

#include <boost/container/small_vector.hpp>

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace allomatch {

/// What becomes of a null allele that stands beside expressed ones in an ambiguous position
/// (semantics.md section 3).
enum class null_policy : std::uint8_t {
    ignore_inside_ambiguity,  ///< it is dropped
    consider,                 ///< "null" stays one of the possible outcomes
};

/// One position as the comparison sees it.
struct position {
    enum class kind : std::uint8_t {
        classes,     ///< one of `classes`
        new_allele,  ///< an unnamed allele: equals nothing
        blank,       ///< not typed, or at DRB345 perhaps absent: fits anything
        no_product,  ///< both copies of the locus are null
    };
    kind what = kind::blank;
    boost::container::small_vector<class_id, 4> classes;           ///< sorted
    antigen_set antigens;                                          ///< of all typed expressed alleles
    boost::container::small_vector<antigen_set, 1> antigens_of_one;///< sets that single alleles have, sorted
    boost::container::small_vector<std::uint16_t, 2> first_fields; ///< sorted, gene in the top 4 bits
    allele_traits traits;                                          ///< of all typed expressed alleles

    friend bool operator==(const position&, const position&) = default;
};

/// A pair of positions that were typed together.
struct genotype_alternative {
    position first;
    position second;
    friend bool operator==(const genotype_alternative&, const genotype_alternative&) = default;
};

/// A typed locus: at least one alternative, in the order of the typing. Untyped is one alternative of
/// two blank positions.
struct genotype {
    std::vector<genotype_alternative> alternatives;
    [[nodiscard]] bool untyped() const noexcept;
    friend bool operator==(const genotype&, const genotype&) = default;
};

/// A pair of readings, as typed.
using reading_pair = std::array<reading, 2>;

/// What a list of typed pairs means. Applies the rules for blanks and null alleles: a blank copies the other
/// position (at DRB345 it fits anything), a position that is null only makes the locus homozygous.
[[nodiscard]] genotype make_genotype(const nomenclature& names, locus l, std::span<const reading_pair> pairs,
                                     null_policy nulls = null_policy::ignore_inside_ambiguity);

/// Classes of the expressed alleles of a reading, sorted; empty when it is null only.
[[nodiscard]] boost::container::small_vector<class_id, 4> classes_of(const nomenclature& names,
                                                                     const allele_set& alleles);

/// Whether a reading names null alleles and nothing else.
[[nodiscard]] bool null_only(const nomenclature& names, const reading& r);

}  // namespace allomatch
