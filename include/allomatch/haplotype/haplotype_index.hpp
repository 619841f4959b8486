// SPDX-License-Identifier: Apache-2.0
/// \file
/// A frequency set, ready to be asked which haplotypes carry what.
#pragma once

#include <allomatch/haplotype/frequency_set.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <utility>
#include <vector>

namespace allomatch {

/// Number of a haplotype of the merged table of its set.
using haplotype_id = std::uint32_t;
/// Number of a distinct content of one locus of a set.
using outcome_code = std::uint16_t;

/// Haplotypes by class as columns, with the carriers of every content of every locus. Immutable: any number of threads
/// may read it. Memory: about 6 bytes a haplotype and locus, plus 8 a haplotype.
class haplotype_index {
public:
    static constexpr std::size_t most_outcomes = 1U << 14;
    static constexpr outcome_code no_outcome = 0xFFFF;

    /// \throws format_error when a locus has more than `most_outcomes` distinct contents.
    explicit haplotype_index(frequency_set set);

    [[nodiscard]] const frequency_set& set() const noexcept { return set_; }
    [[nodiscard]] std::size_t size() const noexcept { return set_.merged().size(); }
    [[nodiscard]] std::size_t width() const noexcept { return columns_.size(); }
    [[nodiscard]] locus locus_at(std::size_t at) const noexcept { return set_.loci()[at]; }
    /// Position of a locus in the set, or nothing.
    [[nodiscard]] std::optional<std::size_t> position_of(locus l) const noexcept;

    [[nodiscard]] std::span<const double> frequencies() const noexcept { return set_.merged().frequencies(); }
    [[nodiscard]] std::span<const outcome_code> codes(std::size_t at) const noexcept { return columns_[at].codes; }
    [[nodiscard]] std::size_t outcome_count(std::size_t at) const noexcept { return set_.outcomes(at).size(); }
    /// Class of an outcome; `no_class` when it is null.
    [[nodiscard]] class_id class_of(std::size_t at, outcome_code code) const noexcept {
        return set_.outcomes(at)[code].matched;
    }
    /// The outcome that is this class, or `no_outcome`.
    [[nodiscard]] outcome_code code_of(std::size_t at, class_id c) const noexcept;
    /// Outcomes that are null.
    [[nodiscard]] std::span<const outcome_code> null_codes(std::size_t at) const noexcept { return columns_[at].nulls; }
    /// Whether a null outcome can be this allele.
    [[nodiscard]] bool can_be(std::size_t at, outcome_code null, allele_id allele) const noexcept;
    /// Haplotypes with an outcome, ascending.
    [[nodiscard]] std::span<const haplotype_id> carriers(std::size_t at, outcome_code code) const noexcept {
        const column& c = columns_[at];
        return std::span(c.carriers).subspan(c.begins[code], c.begins[code + 1U] - c.begins[code]);
    }

private:
    struct column {
        std::vector<outcome_code> codes;  // one a haplotype
        std::vector<haplotype_id> carriers;
        std::vector<std::uint32_t> begins;
        std::vector<std::pair<class_id, outcome_code>> by_class;  // sorted
        std::vector<outcome_code> nulls;
    };
    frequency_set set_;
    std::vector<column> columns_;
};

}  // namespace allomatch
