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
    /// For an antigen match: from an antigen of the donor to one of the patient, up or down one line.
    std::vector<std::string> serology_path;
    std::vector<std::string> patient_traits;   ///< DPB1: "TCE group 3, core", "low expression"; B: "leader M"
    std::vector<std::string> donor_traits;
    std::string reason;                        ///< one sentence
};

struct locus_explanation {
    locus where = locus::A;
    std::string patient_text;  ///< as received
    std::string donor_text;
    locus_outcome outcome;
    std::array<position_explanation, 2> positions;  ///< in donor order
    bool searched = true;  ///< false: compared and shown only
    std::string note;      ///< about alternatives and null alleles, often empty
    std::string decision;  ///< DPB1: TCE groups and expression; B with one mismatch: the leaders; else empty
};

/// Explains one locus; `outcome` equals that of `compare`.
[[nodiscard]] locus_explanation explain_locus(const nomenclature& names, locus l, const genotype& patient,
                                              const genotype& donor, const comparison_rules& rules = {},
                                              std::size_t tce_version = 0);

/// Explains one row of a list: the searched loci, then those shown with them. For one pair, see
/// `search_agent::compare_one`.
[[nodiscard]] std::vector<locus_explanation> explain(const match_list& list, std::size_t row);

}  // namespace allomatch
