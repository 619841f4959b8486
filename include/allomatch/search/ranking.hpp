// SPDX-License-Identifier: Apache-2.0
/// \file
/// Who first: criteria in an order, and a key per donor that sorts by them. Semantics.md section 8.
#pragma once

#include <allomatch/registry/registry.hpp>
#include <allomatch/search/patient.hpp>

#include <array>
#include <limits>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace allomatch {

/// What donors are ordered by. Every criterion gives a number, the better the lower.
enum class criterion : std::uint8_t {
    mismatches,          ///< potential mismatches over the searched loci
    antigen_mismatches,  ///< positions with letter M: L before M
    probability,         ///< of no mismatch, in bands of 10 %; not known, then unexplained last
    availability,        ///< AV and RS, then not known, TU, OP, DE
    age_band,            ///< 18-25, 26-30, 31-35, 36-40, 41-45, 46 and older, not known
    cmv,                 ///< equal to the patient's, not known, different
    sex,                 ///< M, F without pregnancies, not known, F with pregnancies
    abo,                 ///< identical, minor, major, not known
    weight,              ///< heavier first, not known last
    exact_probability,   ///< of no mismatch
    age,                 ///< younger first, in days; not known last
};
inline constexpr std::size_t criterion_count = 11;
[[nodiscard]] std::string_view name(criterion c) noexcept;

/// An order of criteria; donors that are equal in all of them are ordered by id, as bytes.
struct ranking {
    std::vector<criterion> criteria;

    /// `default` or `hla_only`. \throws format_error for another name.
    [[nodiscard]] static ranking preset(std::string_view name);
    friend bool operator==(const ranking&, const ranking&) = default;
};

/// 192 bits that sort like the criteria.
struct rank_key {
    std::array<std::uint64_t, 3> words{};
    friend auto operator<=>(const rank_key&, const rank_key&) = default;
};

/// What is ranked: a donor and how it matches.
struct candidate {
    donor_index donor = 0;
    unsigned mismatches = 0;
    unsigned antigen_mismatches = 0;
    /// Of no mismatch; not a number when it is not known.
    double full_match = std::numeric_limits<double>::quiet_NaN();
    bool explained = true;  ///< by the frequency sets
};

/// The criteria of a ranking for one patient and registry, ready to be asked for donors. Borrows both.
/// Immutable: any number of threads may ask.
class ranker {
public:
    /// `predicted`: candidates come with probabilities; without, the criteria of probability separate nobody.
    ranker(const ranking& order, const registry& donors, const patient& who, day_number on, bool predicted = false);

    [[nodiscard]] rank_key key(const candidate& c) const noexcept;
    /// The criteria that count, in their order.
    [[nodiscard]] const std::vector<criterion>& criteria() const noexcept { return criteria_; }
    /// Value of a criterion, lower is better.
    [[nodiscard]] std::uint64_t value(criterion by, const candidate& c) const noexcept;
    /// All criteria of the ranking, in their order, in words.
    [[nodiscard]] std::vector<std::pair<criterion, std::string>> describe(const candidate& c) const;
    /// The value in words: "age 26-30", "CMV equal".
    [[nodiscard]] static std::string words(criterion by, std::uint64_t value);

private:
    /// Values of a criterion by the word of one field.
    struct by_word {
        template <class Value>
        by_word(const field_column* from, Value value);
        [[nodiscard]] std::uint32_t operator[](donor_index d) const noexcept {
            return values[column == nullptr ? 0 : column->code(d)];
        }
        const field_column* column;
        std::vector<std::uint8_t> values;
    };

    std::vector<criterion> criteria_;
    day_number on_;
    by_word availability_;
    by_word cmv_;
    by_word abo_;
    by_word sex_;  ///< 0 male, 1 female, 2 not known
    const field_column* birth_date_;
    const field_column* pregnancies_;
    const field_column* weight_;
    std::array<day_number, 5> band_starts_{};  ///< latest birth dates of the bands from 26-30 on
};

}  // namespace allomatch
