// SPDX-License-Identifier: Apache-2.0
/// \file
/// Comparing one typed locus of a patient with one of a donor: the outcome, and how it is folded over
/// alternatives. The rules are semantics.md section 4.
#pragma once

#include <allomatch/nomenclature/nomenclature.hpp>
#include <allomatch/registry/locus_dictionary.hpp>
#include <allomatch/typing/genotype.hpp>

#include <array>
#include <bitset>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace allomatch {

/// Certainty of a donor position.
enum class letter : std::uint8_t {
    certain,    ///< A: all resolutions match
    potential,  ///< P
    allele,     ///< L: alleles differ, antigens match
    antigen,    ///< M
    untyped,    ///< -
};
[[nodiscard]] constexpr char text_of(letter l) noexcept { return "APLM-"[static_cast<int>(l)]; }
[[nodiscard]] inline std::string text_of(const std::array<letter, 2>& letters) {
    return {text_of(letters[0]), text_of(letters[1])};
}

/// Outcome of one locus.
struct locus_outcome {
    std::uint8_t mismatches = 0;      ///< 0-2, lowest over the alternatives
    std::uint8_t mismatches_max = 0;  ///< 0-2, highest that some resolution allows
    std::uint8_t gvh = 0;             ///< 0-2, patient positions whose class the donor lacks, lowest
    std::uint8_t hvg = 0;             ///< 0-2, donor positions whose class the patient lacks, lowest
    std::array<letter, 2> letters{};  ///< in donor order
    bool crossed = false;             ///< donor position 1 is compared with patient position 2

    friend bool operator==(const locus_outcome&, const locus_outcome&) = default;
};

/// What one donor position is to one pair of patient positions, as bits.
struct relation {
    enum : std::uint16_t {
        meets_first = 1,         ///< shares a class with the patient's first position
        meets_second = 2,
        meets_both = 4,          ///< shares a class with what the two patient positions have in common
        equals_first = 8,        ///< both are the same single class
        equals_second = 16,
        antigen_first = 32,      ///< antigen match with the patient's first position
        antigen_second = 64,
        blank = 128,             ///< the donor position is blank
        covered = 256,           ///< 4 bits: the donor position cannot avoid the k-th choice of small patient positions
        covered_mask = 256 * 15,
        sure_antigen_first = 4096,  ///< any allele of one side has an antigen match with any of the other, patient's first
        sure_antigen_second = 8192,
    };
};

/// One pair of patient positions, prepared for comparing with many donor positions.
class prepared_pair {
public:
    prepared_pair(const nomenclature& names, locus l, const genotype_alternative& patient);

    /// Relation bits of one donor position. Linear in its classes.
    [[nodiscard]] std::uint16_t relate(const position& donor) const;

    /// Outcome and preference of this patient pair against a donor pair with the given relations; `common` is the
    /// relation of what the two donor positions have in common. Branch-light, no memory.
    struct scored {
        locus_outcome outcome;
        std::uint8_t preference;  ///< larger is preferred: matched, certain, antigen-matched positions
    };
    [[nodiscard]] scored combine(std::uint16_t first, std::uint16_t second, std::uint16_t common,
                                 bool donor_no_product) const noexcept;

    /// Applies `comparison_rules::antigen_level`: `mismatches` becomes the lowest number of positions that neither
    /// share a class nor match in antigens, `mismatches_max` the number of those not sure to, at most that of the classes.
    void count_antigens(locus_outcome& outcome, std::uint16_t first, std::uint16_t second) const noexcept;

    [[nodiscard]] const position& first() const noexcept { return patient_.first; }
    [[nodiscard]] const position& second() const noexcept { return patient_.second; }
    [[nodiscard]] const position& common() const noexcept { return common_; }

private:
    /// What the antigens of a patient position match.
    struct matching_antigens {
        antigen_set any;                                           ///< those of one allele at least
        boost::container::small_vector<antigen_set, 1> of_one;     ///< of single alleles
    };
    [[nodiscard]] matching_antigens matching(const nomenclature& names, const position& p) const;
    [[nodiscard]] bool antigen_match(const position& donor, const position& patient, const matching_antigens& lines) const;
    [[nodiscard]] bool sure_antigen_match(const position& donor, const position& patient, const matching_antigens& lines) const;

    genotype_alternative patient_;
    position common_;
    matching_antigens first_lines_;
    matching_antigens second_lines_;
    struct choice {
        std::array<class_id, 2> classes;
    };
    boost::container::small_vector<choice, 4> choices_;  ///< classes that small patient positions may take
    std::uint16_t all_choices_ = 0;
    bool dpb1_ = false;
};

/// Options of a comparison.
struct comparison_rules {
    /// Count A,A against B,B as one mismatch instead of two.
    bool homozygous_once = false;
    /// Loci where `mismatches` counts positions without a common antigen, as for cord units.
    std::bitset<locus_count> antigen_level{};
    friend bool operator==(const comparison_rules&, const comparison_rules&) = default;
};

/// Folds the scored pairs of alternatives of one locus into one outcome. Feed patient alternatives in their order,
/// for each the donor's in theirs.
class outcome_fold {
public:
    /// Whether this pair is the one that gives orientation and letters so far.
    bool add(const prepared_pair::scored& pair) noexcept;
    [[nodiscard]] locus_outcome result() const noexcept;

private:
    bool empty_ = true;
    std::uint8_t best_ = 0;
    locus_outcome chosen_{};
    std::array<bool, 2> always_certain_{true, true};
};

/// Applies `comparison_rules::homozygous_once` to the outcome of one pair of alternatives.
void count_homozygous_once(locus_outcome& outcome, const genotype_alternative& patient, const position& first,
                           const position& second);

/// Compares two typed loci directly.
[[nodiscard]] locus_outcome compare(const nomenclature& names, locus l, const genotype& patient, const genotype& donor,
                                    const comparison_rules& rules = {});

/// The same, with the pair of alternatives that gave orientation and letters.
struct compared_locus {
    locus_outcome outcome;
    locus_outcome chosen;  ///< of that pair alone
    std::size_t patient = 0;  ///< numbers of the alternatives
    std::size_t donor = 0;
};
[[nodiscard]] compared_locus compare_alternatives(const nomenclature& names, locus l, const genotype& patient,
                                                  const genotype& donor, const comparison_rules& rules = {});

}  // namespace allomatch
