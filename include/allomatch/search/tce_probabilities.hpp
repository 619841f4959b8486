// SPDX-License-Identifier: Apache-2.0
/// \file
/// How likely each answer of T-cell epitope matching at DPB1 is. Semantics.md sections 5 and 7.
#pragma once

#include <allomatch/haplotype/donor_genotypes.hpp>
#include <allomatch/search/pair_facts.hpp>

#include <array>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace allomatch {

/// Probability of each `tce_answer`, in their order; not numbers where there is none.
using tce_distribution = std::array<double, tce_answer_count>;
inline constexpr tce_distribution no_tce_distribution = [] {
    tce_distribution none{};
    none.fill(std::numeric_limits<double>::quiet_NaN());
    return none;
}();

/// "dpb1_p_permissive": the probability of an answer in tables, conditions and rankings.
[[nodiscard]] std::string tce_column(tce_answer a);
/// The answer with this column, written without case; nothing for another name.
[[nodiscard]] std::optional<tce_answer> tce_answer_of_column(std::string_view column) noexcept;

/// Predicts for one patient at a time with the scratch memory of one thread. Not thread-safe; create one a thread, or copy one
/// that is started.
///
/// Patient and donor resolve to genotypes of DPB1 as in a search at the same loci and DPB1, independently, each by the own
/// set. Equal genotypes are a match. Any other pair has the answer of section 5 for the alleles that the typings list for
/// these genotypes, all alleles of their classes where DPB1 is not typed: the one answer that they allow, else `unknown`.
class tce_predictor {
public:
    /// `version` of the TCE groups, see `nomenclature::tce_version`.
    tce_predictor(std::shared_ptr<const donor_genotypes> donors, std::size_t version);

    /// Whether any set has DPB1; when not, there is no probability.
    [[nodiscard]] bool possible() const noexcept { return possible_; }

    /// Takes a patient and the loci of the search.
    /// \throws format_error when the patient has no set to use.
    void start(std::string_view patient_id, std::string_view population, const person_typing& typing,
               std::span<const locus> loci);

    /// One donor. No numbers when a person is unexplained, or is explained by a set without DPB1. Sums to 1; only an
    /// answer that is certain under the sets has 1. Linear in the genotypes of the donor at DPB1.
    [[nodiscard]] tce_distribution predict(donor_index d);

private:
    /// Lowest groups that a genotype may have, as `lowest_tce_groups` has them.
    using group_bits = std::uint8_t;
    static constexpr std::size_t group_bits_count = 16;

    /// A genotype of the patient.
    struct patient_genotype {
        locus_content content;
        double probability;
        group_bits groups;
        double others;  ///< probability of the patient's other genotypes with the same groups
    };
    struct resolution {
        locus_content content;
        double probability;
        group_bits groups;
    };

    /// The genotypes of a person by content, into `resolved_`; false when there are none.
    bool resolve(const set_view& who, std::span<const reading_pair> readings);
    void take_patient();
    [[nodiscard]] tce_distribution work_out();

    std::shared_ptr<const donor_genotypes> donors_;
    std::size_t version_;
    bool possible_ = false;
    std::shared_ptr<const std::unordered_map<class_id, group_bits>> all_groups_;  ///< of whole classes
    std::array<std::array<tce_answer, group_bits_count>, group_bits_count> decisions_{};  ///< patient, donor
    std::vector<locus> loci_;  ///< DPB1 is among them
    std::vector<patient_genotype> patient_;  ///< by content; none: no probabilities
    std::array<double, group_bits_count> patient_groups_{};
    std::vector<resolution> resolved_;
    std::unordered_map<std::uint32_t, tce_distribution> remembered_;  ///< of typings that several donors share
};

}  // namespace allomatch
