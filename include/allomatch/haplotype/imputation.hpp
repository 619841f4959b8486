// SPDX-License-Identifier: Apache-2.0
/// \file
/// What a person's typing resolves to under haplotype frequencies: haplotype pairs, genotypes, single loci.
#pragma once

#include <allomatch/haplotype/donor_genotypes.hpp>
#include <allomatch/haplotype/genotype_list.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace allomatch {

/// The resolutions of one person, the likeliest first; equal ones in the order of the set, then of the classes.
struct imputation {
    bool explained = false;
    bool certain = false;          ///< fully typed at the loci asked for: one genotype, whatever the set knows
    population_number set = 0;     ///< the set used; of unexplained people the first that was tried
    std::string reason;            ///< why nothing fits, when unexplained

    struct haplotype_pair {
        haplotype_id first = 0;    ///< rows of the set's merged table, the lower first
        haplotype_id second = 0;
        double probability = 0;
    };
    std::vector<haplotype_pair> haplotype_pairs;
    double haplotype_pair_count = 0;  ///< all there are
    double haplotype_pair_mass = 0;   ///< probability of those given

    std::vector<locus> loci;       ///< those asked for that the set has
    struct genotype {
        std::vector<locus_content> contents;  ///< one a locus
        double probability = 0;
    };
    std::vector<genotype> genotypes;
    std::size_t genotype_count = 0;
    double genotype_mass = 0;

    std::vector<std::vector<locus_resolution>> at;  ///< of each locus, all of them
};

/// Resolves a typing; `top` limits haplotype pairs and genotypes, not the single loci. Exact, in bounded memory: people
/// with more than eight million haplotype pairs are gone through several times.
[[nodiscard]] imputation impute(const populations& sets, const populations::choice& choice,
                                const person_typing& typing, std::span<const locus> loci, std::size_t top);

/// Why no haplotype pair of the set fits: the loci and texts that no haplotype has, or that none fit together.
[[nodiscard]] std::string unexplained_reason(const haplotype_index& index, const person_typing& typing);

/// "A*02:01P+A*24:02P"; "A*null" when there is no expressed product.
[[nodiscard]] std::string content_text(const nomenclature& names, locus l, const locus_content& content);
/// "A*02:01P~C*..": a haplotype by its classes, null alleles by their names.
[[nodiscard]] std::string haplotype_text(const haplotype_index& index, haplotype_id h);

/// A probability in whole per cent, halves to even; "0" and "100" only when it is certain, else "<1" and ">99".
/// Empty for what is not a number.
[[nodiscard]] std::string percent_text(double probability);

}  // namespace allomatch
