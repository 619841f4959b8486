// SPDX-License-Identifier: Apache-2.0
/// \file
/// Probabilities of the hits of one search.
#pragma once

#include <allomatch/haplotype/match_predictor.hpp>
#include <allomatch/search/tce_probabilities.hpp>

#include <cmath>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace allomatch {

/// One row of probabilities a hit: P(exactly k mismatches) for k = 0 .. 2 * loci, then P(0), P(1), P(2) of each
/// searched locus, then P of each `tce_answer`. Not a number where there is none (formats.md, section "Matches").
class match_probabilities {
public:
    match_probabilities() = default;
    match_probabilities(std::shared_ptr<const donor_genotypes> genotypes, std::size_t loci)
        : genotypes_(std::move(genotypes)), loci_(loci) {}

    /// Place of an answer in a row.
    [[nodiscard]] static constexpr std::size_t place_of(tce_answer a, std::size_t loci) noexcept {
        return 2 * loci + 1 + 3 * loci + static_cast<std::size_t>(a);
    }
    [[nodiscard]] static constexpr std::size_t width_of(std::size_t loci) noexcept {
        return place_of(tce_answer::match, loci) + tce_answer_count;
    }
    [[nodiscard]] std::size_t width() const noexcept { return width_of(loci_); }
    [[nodiscard]] std::span<const double> row(std::size_t i) const noexcept {
        return std::span(values_).subspan(i * width(), width());
    }
    /// P(exactly k mismatches) over the searched loci.
    [[nodiscard]] std::span<const double> total(std::size_t i) const noexcept { return row(i).first(2 * loci_ + 1); }
    /// P(0), P(1), P(2) at searched locus `l`.
    [[nodiscard]] std::span<const double> at(std::size_t i, std::size_t l) const noexcept {
        return row(i).subspan(2 * loci_ + 1 + 3 * l, 3);
    }
    /// P of each `tce_answer` at DPB1, searched or not.
    [[nodiscard]] std::span<const double> tce(std::size_t i) const noexcept { return row(i).last(tce_answer_count); }
    [[nodiscard]] double full_match(std::size_t i) const noexcept { return row(i)[0]; }
    [[nodiscard]] bool donor_explained(std::size_t i) const noexcept { return donor_explained_[i] != 0; }
    /// The set used for the donor; of unexplained ones the first that was tried.
    [[nodiscard]] const std::string& donor_population(std::size_t i) const noexcept {
        return genotypes_->sets().name(donor_sets_[i]);
    }
    [[nodiscard]] const std::string& patient_population() const noexcept { return genotypes_->sets().name(patient_set); }
    [[nodiscard]] const std::shared_ptr<const donor_genotypes>& genotypes() const noexcept { return genotypes_; }
    /// Hits that the sets do not explain.
    [[nodiscard]] std::size_t unexplained() const noexcept;

    void resize(std::size_t hits);
    void set(std::size_t i, const prediction& p, const tce_distribution& tce = no_tce_distribution);
    /// Turns a row into what it were if searched locus `l` were known to match, or not to. Other totals than that of no
    /// mismatch become unknown.
    void suppose(std::size_t i, std::size_t l, bool matches);
    /// The same for the answers at DPB1.
    void suppose_dpb1(std::size_t i, bool matches);
    /// Some of the rows, in a new order.
    [[nodiscard]] match_probabilities rows(std::span<const std::uint32_t> which) const;

    bool patient_explained = false;
    bool predicts_tce = false;  ///< a set has DPB1
    population_number patient_set = 0;

private:
    std::shared_ptr<const donor_genotypes> genotypes_;
    std::size_t loci_ = 0;
    std::vector<double> values_;
    std::vector<population_number> donor_sets_;
    std::vector<std::uint8_t> donor_explained_;
};

}  // namespace allomatch
