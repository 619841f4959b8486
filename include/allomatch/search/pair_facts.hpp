// SPDX-License-Identifier: Apache-2.0
/// \file
/// What a patient and a donor are to each other beyond mismatch counts: DPB1 permissiveness and expression, HLA-B
/// leaders, mismatches at loci of low expression. Semantics.md section 5.
#pragma once

#include <allomatch/search/locus_query.hpp>

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace allomatch {

/// T-cell epitope matching at DPB1, best first.
enum class tce_answer : std::uint8_t { match, permissive, unknown, nonpermissive_hvg, nonpermissive_gvh };
inline constexpr std::size_t tce_answer_count = 5;
[[nodiscard]] std::string_view name(tce_answer a) noexcept;

/// A single DPB1 mismatch by the expression of the patient's allele, best first.
enum class expression_match : std::uint8_t { none, matched, favourable, unknown, unfavourable };
[[nodiscard]] std::string_view name(expression_match e) noexcept;

/// HLA-B leaders of a person. `none`: B is not typed.
enum class leader_genotype : std::uint8_t { none, MM, MT, TT, uncertain };
[[nodiscard]] std::string_view name(leader_genotype g) noexcept;

/// Whether the two mismatched B alleles have the same leader. `none`: not exactly one mismatch.
enum class leader_match : std::uint8_t { none, match, unknown, mismatch };
[[nodiscard]] std::string_view name(leader_match m) noexcept;

/// Facts of one pair.
struct pair_facts {
    std::uint8_t tce_possible = 0;  ///< bit for each `tce_answer` that is possible; 0: DPB1 is not typed on both sides
    expression_match expression = expression_match::none;
    leader_genotype patient_leader = leader_genotype::none;
    leader_genotype donor_leader = leader_genotype::none;
    leader_match mismatched_leaders = leader_match::none;
    std::uint8_t low_expression_gvh = 0;  ///< GvH mismatches at DRB345, DQB1 and DPB1 together

    [[nodiscard]] bool has_tce() const noexcept { return tce_possible != 0; }
    /// The one possible answer, else `unknown`.
    [[nodiscard]] tce_answer tce() const noexcept;
    [[nodiscard]] bool is_possible(tce_answer a) const noexcept { return (tce_possible >> static_cast<int>(a) & 1) != 0; }
    /// Patient and donor, "MT/TT"; empty unless B is typed on both sides.
    [[nodiscard]] std::string leaders() const;
    friend bool operator==(const pair_facts&, const pair_facts&) = default;
};

/// The lowest TCE groups that a typed DPB1 locus may have: bits 1, 2, 3; bit 0 when it may be unknown.
[[nodiscard]] unsigned lowest_tce_groups(const genotype& dpb1, std::size_t version);
/// The same for a pair of alleles, each with the groups that it may have.
[[nodiscard]] unsigned lowest_tce_groups(unsigned first, unsigned second) noexcept;
/// Leaders of a typed B locus.
[[nodiscard]] leader_genotype leaders_of(const genotype& b);
/// The possible answers for a mismatched DPB1, from what `lowest_tce_groups` gave for each side.
[[nodiscard]] std::uint8_t tce_answers(unsigned patient, unsigned donor) noexcept;

/// Facts of one patient against the donors of a registry, by genotype code. Scratch memory is kept between patients;
/// one instance a thread. Not thread-safe.
class pair_facts_query {
public:
    /// The queries of B and DPB1 must be started for the patient; all arguments are borrowed until the next `start`.
    void start(const genotype& patient_b, const locus_dictionary& b, locus_query& b_query, const genotype& patient_dpb1,
               const locus_dictionary& dpb1, locus_query& dpb1_query, std::size_t tce_version);

    /// Facts of a donor with these genotypes, without the count at loci of low expression. Worked out once a genotype.
    [[nodiscard]] pair_facts facts(genotype_code b, genotype_code dpb1);

private:
    struct locus_side {
        const genotype* patient = nullptr;
        const locus_dictionary* dictionary = nullptr;
        locus_query* query = nullptr;
        std::vector<std::uint16_t> known;  // by genotype code
    };
    [[nodiscard]] std::uint16_t work_out_b(genotype_code code);
    [[nodiscard]] std::uint16_t work_out_dpb1(genotype_code code);

    locus_side b_;
    locus_side dpb1_;
    std::size_t tce_version_ = 0;
    unsigned patient_tce_ = 0;
    leader_genotype patient_leader_ = leader_genotype::none;
};

}  // namespace allomatch
