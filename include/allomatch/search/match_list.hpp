// SPDX-License-Identifier: Apache-2.0
/// \file
/// What a search found.
#pragma once

#include <allomatch/registry/registry.hpp>
#include <allomatch/search/locus_query.hpp>
#include <allomatch/search/match_probabilities.hpp>
#include <allomatch/search/pair_facts.hpp>
#include <allomatch/search/patient.hpp>
#include <allomatch/search/ranking.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace allomatch {

/// A donor that was found or compared.
struct hit {
    donor_index donor = 0;
    std::uint8_t mismatches = 0;  ///< sums over the searched loci
    std::uint8_t mismatches_max = 0;
    std::uint8_t gvh = 0;
    std::uint8_t hvg = 0;
    std::uint8_t antigen_mismatches = 0;  ///< positions with letter M
};

/// Donors in a class of matches.
struct match_class {
    unsigned mismatches = 0;                  ///< potential ones
    bool certain = false;                     ///< of no mismatch: `mismatches_max` is 0
    std::vector<std::pair<locus, unsigned>> at{};  ///< mismatches by locus, where there are one or two
    std::size_t donors = 0;
};

/// What a search found, best first. Keeps registry and patient alive.
class match_list {
public:
    std::shared_ptr<const registry> donors;
    std::shared_ptr<const patient> who;
    std::vector<locus> loci;
    std::vector<locus> also;  ///< compared without being searched on
    comparison_rules rules;
    std::size_t tce_version = 0;  ///< as `nomenclature::tce_version` gives it
    std::vector<hit> hits;
    std::vector<packed_outcome> outcomes;  ///< hits x (loci, then also), row by row
    std::vector<pair_facts> facts;         ///< one a hit
    std::optional<match_probabilities> probabilities;  ///< one row a hit, where the request had frequencies
    std::vector<match_class> classes;      ///< of all donors within the limits, best first
    std::size_t total = 0;                 ///< donors within the limits; more than hits where `top` cut
    bool has_ranks = true;                 ///< false: every donor in registry order, without ranks
    ranking order;
    day_number on = 0;

    /// Loci of a row of `outcomes`.
    [[nodiscard]] std::size_t width() const noexcept { return loci.size() + also.size(); }
    /// At searched locus `l`, or behind them at those of `also`.
    [[nodiscard]] locus_outcome outcome(std::size_t i, std::size_t l) const { return unpack(outcomes[i * width() + l]); }
    /// Why hit `i` stands below the one above it: the first criterion that separates them, in words. Empty for
    /// the first. See `ranker` for many hits.
    [[nodiscard]] std::string place_reason(std::size_t i) const;
    /// Explained by the frequency sets, patient and donor.
    [[nodiscard]] bool explained(std::size_t i) const {
        return probabilities && probabilities->patient_explained && probabilities->donor_explained(i);
    }
};

/// Some rows of a list, in a new order; the same row may be asked for more than once.
[[nodiscard]] match_list rows_of(const match_list& all, std::span<const std::uint32_t> rows);

/// Counts the rows of a list by class: full matches certain and potential, one and two mismatches by locus, more.
[[nodiscard]] std::vector<match_class> count_classes(const match_list& list);

}  // namespace allomatch
