// SPDX-License-Identifier: Apache-2.0
/// \file
/// Which contents of one locus may stand together under a typing. Semantics.md section 7.
#pragma once

#include <allomatch/haplotype/haplotype_index.hpp>
#include <allomatch/typing/person_typing.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace allomatch {

/// What a person carries at one locus when it is certain, or what one genotype says of it: two classes, in
/// ascending order, or no expressed product.
struct locus_content {
    std::array<class_id, 2> classes{no_class, no_class};
    [[nodiscard]] bool no_product() const noexcept { return classes[0] == no_class; }
    [[nodiscard]] bool homozygous() const noexcept { return classes[0] == classes[1] && !no_product(); }
    /// The content of two outcomes: null leaves the locus homozygous for the other class.
    [[nodiscard]] static locus_content of(class_id a, class_id b) noexcept {
        if (a == no_class) a = b;
        if (b == no_class) b = a;
        return {{a < b ? a : b, a < b ? b : a}};
    }
    /// Mismatches of two contents: two less the classes that they share, counted with their number. With
    /// `homozygous_once`, A,A against B,B is one.
    [[nodiscard]] unsigned mismatches(const locus_content& other, bool homozygous_once = false) const noexcept;
    friend bool operator==(const locus_content&, const locus_content&) = default;
    friend auto operator<=>(const locus_content&, const locus_content&) = default;
};

/// A symmetric relation over the outcomes of one locus of a set: which two may be together on the two haplotypes.
/// Outcomes with the same partners are one kind; kind 0 has none.
class locus_relation {
public:
    using kind = std::uint16_t;

    /// Untyped: everything fits.
    explicit locus_relation(std::size_t outcomes);
    /// From the readings of a locus, see `person_typing`.
    locus_relation(const haplotype_index& index, std::size_t at, std::span<const reading_pair> readings);
    /// From listed pairs of outcome sets.
    struct sides {
        std::vector<outcome_code> first;   ///< sorted
        std::vector<outcome_code> second;
    };
    locus_relation(std::size_t outcomes, std::span<const sides> alternatives);

    [[nodiscard]] bool open() const noexcept { return open_; }
    [[nodiscard]] kind kind_of(outcome_code code) const noexcept { return kinds_[code]; }
    [[nodiscard]] std::size_t kind_count() const noexcept { return kind_count_; }
    [[nodiscard]] bool fits(kind a, kind b) const noexcept { return fits_[a * kind_count_ + b] != 0; }

private:
    void relate(std::size_t outcomes, std::span<const sides> alternatives);

    bool open_ = false;
    std::size_t kind_count_ = 1;
    std::vector<kind> kinds_;
    std::vector<std::uint8_t> fits_;
};

/// The outcome sets of each alternative of a typed locus, blanks and nulls worked out.
[[nodiscard]] std::vector<locus_relation::sides> sides_of(const haplotype_index& index, std::size_t at,
                                                          std::span<const reading_pair> readings);

/// The one content of a locus whose every position is one class (section 7, "Fully typed"), or nothing. A null listed
/// beside the class counts only if the set carries it.
[[nodiscard]] std::optional<locus_content> certain_content(const haplotype_index& index, std::size_t at,
                                                           std::span<const reading_pair> readings);

/// Outcomes that a reading lists, sorted.
[[nodiscard]] std::vector<outcome_code> outcomes_of(const haplotype_index& index, std::size_t at, const reading& r);

}  // namespace allomatch
