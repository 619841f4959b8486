// SPDX-License-Identifier: Apache-2.0
/// \file
/// What the rules beyond matching ask of the alleles of a position, as bits.
#pragma once

#include <allomatch/nomenclature/nomenclature.hpp>

#include <cstdint>

namespace allomatch {

/// Which traits the alleles of a position may have; at other loci than B and DPB1 none. Alleles that differ in
/// traits are told apart even where matching does not. Semantics.md section 5.
class allele_traits {
public:
    allele_traits() = default;
    allele_traits(const nomenclature& names, allele_id id);

    allele_traits& operator|=(allele_traits other) noexcept {
        bits_ |= other.bits_;
        return *this;
    }
    [[nodiscard]] bool any() const noexcept { return bits_ != 0; }
    [[nodiscard]] std::uint32_t bits() const noexcept { return bits_; }
    [[nodiscard]] static allele_traits from_bits(std::uint32_t bits) noexcept {
        allele_traits t;
        t.bits_ = bits;
        return t;
    }

    /// B: bit 0 when an allele has leader M, bit 1 when one has T.
    [[nodiscard]] unsigned leaders() const noexcept { return bits_ & 3U; }
    /// DPB1: bit g when an allele has TCE group g in a version, bit 0 when one has none.
    [[nodiscard]] unsigned tce_groups(std::size_t version) const noexcept { return bits_ >> (4 * version) & 15U; }
    /// DPB1: bit 0 when an allele is of low expression, bit 1 of high, bit 2 of any other or unknown.
    [[nodiscard]] unsigned expressions() const noexcept { return bits_ >> 16 & 7U; }
    /// DPB1, alleles of group 3: bit 0 when one is core, bit 1 non-core, bit 2 not known.
    [[nodiscard]] unsigned cores() const noexcept { return bits_ >> 19 & 7U; }

    friend bool operator==(allele_traits, allele_traits) = default;

private:
    std::uint32_t bits_ = 0;
};

}  // namespace allomatch
