// SPDX-License-Identifier: Apache-2.0
/// \file
/// Why a locus came out as it did, as data and in words.
#pragma once

#include <allomatch/search/search.hpp>

#include <array>
#include <string>
#include <vector>

namespace allomatch {

/// One donor position against the patient position that it is compared with.
struct position_explanation {
    letter outcome = letter::untyped;
    std::vector<std::string> patient_classes;  ///< "NEW", or nothing for a blank
    std::vector<std::string> donor_classes;
    std::vector<std::string> shared_classes;
    std::vector<std::string> patient_antigens;
    std::vector<std::string> donor_antigens;
    std::string reason;                        ///< one sentence
};

struct locus_explanation {
    locus where = locus::A;
    std::string patient_text;  ///< as received
    std::string donor_text;
    locus_outcome outcome;
    std::array<position_explanation, 2> positions;  ///< in donor order
    std::string note;  ///< about alternatives and null alleles, often empty
};

/// Explains one locus; `outcome` equals that of `compare`.
[[nodiscard]] locus_explanation explain_locus(const nomenclature& names, locus l, const genotype& patient,
                                              const genotype& donor, const comparison_rules& rules = {});

/// Explains one pair at the loci given.
[[nodiscard]] std::vector<locus_explanation> explain(const registry& donors, donor_index d, const patient& who,
                                                     std::span<const locus> loci, const comparison_rules& rules = {});

/// The genotype that a code stands for.
[[nodiscard]] genotype genotype_of(const locus_dictionary& dictionary, genotype_code code);

}  // namespace allomatch
