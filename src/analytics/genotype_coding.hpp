// SPDX-License-Identifier: Apache-2.0
/// \file
/// Haplotypes of several sets at some loci, in the same codes, and unphased genotypes as numbers.
#pragma once

#include <allomatch/analytics/match_likelihood.hpp>

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace allomatch {

/// Code of a class at one locus, the same for all sets; 0 is null.
using class_code = std::uint16_t;

/// An unphased genotype at the loci of a coding; equal numbers mean equal genotypes.
struct genotype_key {
    std::array<std::uint64_t, 2> words{};
    friend bool operator==(const genotype_key&, const genotype_key&) = default;
};

/// Mixes the bits of a key.
[[nodiscard]] inline std::uint64_t mixed(const genotype_key& k) noexcept {
    std::uint64_t x = k.words[0] * 0x9E37'79B9'7F4A'7C15U ^ (k.words[1] + 0x7F4A'7C15U) * 0xC2B2'AE3D'27D4'EB4FU;
    x ^= x >> 29;
    x *= 0xBF58'476D'1CE4'E5B9U;
    return x ^ x >> 32;
}

/// The distinct haplotypes of one set at the loci of a coding.
struct coded_haplotypes {
    std::vector<std::vector<class_code>> codes;  ///< by locus
    std::vector<double> frequencies;             ///< their sum is 1
    [[nodiscard]] std::size_t size() const noexcept { return frequencies.size(); }
};

/// One locus of genotypes.
struct coded_locus {
    std::size_t classes = 1;                         ///< with null
    std::vector<std::uint32_t> contents;             ///< of two codes: classes x classes
    std::vector<std::array<class_code, 2>> carried;  ///< of a content: its two classes in ascending order, or 0 and 0
    std::size_t word = 0;                            ///< of the key
    unsigned shift = 0;
    std::uint64_t mask = 0;                          ///< of the field in its word
    bool counted = true;                             ///< its mismatches count; else contents must be equal

    [[nodiscard]] const std::uint32_t* row(class_code a) const noexcept { return contents.data() + a * classes; }
};

/// The same codes for several sets. Loci are those of the search, then DPB1 where a rule asks for it.
class genotype_coding {
public:
    /// \throws format_error as `match_likelihood` does.
    genotype_coding(std::span<const frequency_set* const> sets, const likelihood_options& options);

    [[nodiscard]] std::span<const coded_locus> loci() const noexcept { return loci_; }
    [[nodiscard]] const coded_haplotypes& set(std::size_t s) const noexcept { return sets_[s]; }
    [[nodiscard]] std::size_t set_count() const noexcept { return sets_.size(); }

private:
    void join_levels(std::span<const frequency_set* const> sets, std::span<const class_id> classes, std::size_t tce_version);
    void place_fields();
    void merge(const frequency_set& set, std::size_t s);

    std::vector<coded_locus> loci_;
    std::vector<coded_haplotypes> sets_;
};

}  // namespace allomatch
