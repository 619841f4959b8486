// SPDX-License-Identifier: Apache-2.0
/// \file
/// Whether the genotypes of one locus are in Hardy-Weinberg proportion.
#pragma once

#include <allomatch/haplotype/estimation.hpp>

#include <cstddef>
#include <optional>
#include <span>

namespace allomatch {

/// Homozygotes at one locus, as they are and as Hardy-Weinberg proportion has them.
struct hardy_weinberg {
    std::size_t people = 0;          ///< typed at the locus
    std::size_t certain = 0;         ///< of them with one genotype
    std::size_t alleles = 0;         ///< with at least one expected copy among a thousand people
    double homozygotes = 0;          ///< expected number, given each typing
    double expected_homozygotes = 0; ///< of as many people who share the same copies of the alleles at random (Levene 1949)
    /// 1 - observed / expected heterozygosity, as it would be were all typings clear; above 0 with too many homozygotes. Like `z`
    /// and `p_value` not a number where the typings do not tell: with one allele, or too ambiguous.
    double inbreeding = 0;
    double z = 0;                    ///< excess of homozygotes in standard errors
    double p_value = 1;              ///< two-sided, normal
};

/// Score test of the share of homozygotes. Allele frequencies are the maximum likelihood ones of all typings; of an ambiguous
/// typing the probability that it is homozygous counts; the variance is the information that genotypes of these frequencies
/// would give, less what the typings leave open (Louis 1982) and what the estimation of the frequencies takes. It keeps its
/// level down to about two expected homozygotes. Valid with ambiguous typings if a typing says no more than the genotypes that
/// it allows: whichever of them a person has, the typing was as likely. A laboratory that does not see an allele is found as an
/// excess. Where each position is ambiguous by a lot of its own, a list beside one of its alleles speaks for two of that
/// allele, and a lack of homozygotes is found that is none.
/// People untyped at the locus are left out. `options` gives unit, limits and threads; its loci are not looked at.
/// \throws format_error as `estimate_frequencies`.
[[nodiscard]] hardy_weinberg test_hardy_weinberg(const registry& donors, locus at, const estimation_options& options = {},
                                                 std::optional<std::span<const donor_index>> people = std::nullopt);

}  // namespace allomatch
