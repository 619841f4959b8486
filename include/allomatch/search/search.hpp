// SPDX-License-Identifier: Apache-2.0
/// \file
/// Searching a registry for a patient. Semantics.md section 6.
#pragma once

#include <allomatch/registry/registry.hpp>
#include <allomatch/search/filter.hpp>
#include <allomatch/search/match_list.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace allomatch {

/// What to search for. All mismatch counts are potential ones, over the searched loci, in `count`.
struct search_request {
    static constexpr unsigned no_limit = 2 * locus_count;
    static constexpr std::size_t all_hits = std::numeric_limits<std::size_t>::max();

    std::vector<locus> loci{locus::A, locus::B, locus::C, locus::DRB1, locus::DQB1};
    unsigned max_mismatches = 0;
    unsigned min_mismatches = 0;  ///< leaves better donors out; equal to `max_mismatches` for exactly-k
    std::vector<std::pair<locus, unsigned>> limits{};  ///< most mismatches at single loci
    direction count = direction::both;
    comparison_rules rules{};
    std::string where{};                               ///< see donor_filter
    bool cord_units = false;                           ///< only donors whose type is cord
    /// Least nucleated cells of a cord unit, 10^7 for each kilogram of the patient; CD34 positive ones, 10^5.
    std::optional<double> min_tnc_per_kg{};
    std::optional<double> min_cd34_per_kg{};
    ranking order = ranking::preset("default");
    std::size_t top = all_hits;                        ///< how many to return; the total is counted all the same
    day_number on = today();                           ///< day that ages are counted at
    std::size_t threads = 0;                           ///< 0: all cores
    /// Loci that are compared and shown without being searched on. Left out: every other locus that some donor is
    /// typed at.
    std::optional<std::vector<locus>> also{};
    std::string tce_version{};                         ///< "V1", "V2" ..; empty: the newest of the release
    /// With it, results have probabilities.
    std::shared_ptr<const donor_genotypes> genotypes{};
};

/// Checks a request against itself. \throws format_error naming the option.
void validate(const search_request& request);

/// The loci that a request compares without searching on them.
[[nodiscard]] std::vector<locus> shown_loci(const search_request& request, const registry& donors);

/// Searches one registry for patients with the scratch memory of one thread. Not thread-safe; create one a thread.
class search_agent {
public:
    explicit search_agent(std::shared_ptr<const registry> donors) : donors_(std::move(donors)) {}

    /// Donors within the limits who pass `filter` (see `request_filter`) and may be offered (see `donor_availability`),
    /// ranked. Results do not depend on threads or on the order of insertion.
    /// Cost: the distinct genotypes at the searched loci, plus about a nanosecond for each donor who may match at
    /// the cluster locus, plus the hits.
    [[nodiscard]] match_list search(std::shared_ptr<const patient> who, const search_request& request,
                                    const donor_filter& filter);
    /// Every donor, in registry order, no limits and no ranking.
    [[nodiscard]] match_list compare(std::shared_ptr<const patient> who, const search_request& request);

    /// One donor, as `compare` finds it.
    [[nodiscard]] match_list compare_one(std::shared_ptr<const patient> who, donor_index donor,
                                         const search_request& request);

    /// The work of `compare` without its table: hands over every donor's outcomes at the searched loci, block by block,
    /// in the order of `registry::places`. `sums[i]` belongs to `donors[i]`, its outcome at searched locus `l` is
    /// `outcomes[l * sums.size() + i]`.
    using block_visitor = std::function<void(std::span<const donor_index> donors, std::span<const outcome_sums> sums,
                                             std::span<const packed_outcome> outcomes)>;
    void compare_blocks(const patient& who, const search_request& request, const block_visitor& visit);

private:
    void start(const patient& who, const search_request& request);
    void check_units(const patient& who, const search_request& request) const;
    [[nodiscard]] locus_query& query(locus l) noexcept { return queries_[index(l)]; }
    [[nodiscard]] match_list new_list(std::shared_ptr<const patient> who, const search_request& request) const;
    /// Fills in the outcomes of the hits at the loci from place `from` of a row on.
    void compare_at(match_list& list, std::size_t from);
    void add_facts(match_list& list);
    /// Predicts every hit of a list with outcomes.
    [[nodiscard]] match_probabilities predict(const match_list& list, const search_request& request);

    std::shared_ptr<const registry> donors_;
    std::array<locus_query, locus_count> queries_;  // by locus
    pair_facts_query facts_;
    /// What predicts a hit; copied for other threads.
    struct predictors {
        match_predictor mismatches;
        tce_predictor tce;
    };
    std::shared_ptr<const donor_genotypes> predicting_;
    comparison_rules predicting_by_;
    std::size_t predicting_version_ = 0;  ///< of TCE groups
    std::optional<predictors> predictors_;
};

/// The condition of a request, read once for many patients. \throws format_error.
[[nodiscard]] donor_filter request_filter(const search_request& request, const registry& donors);

/// One patient. \throws format_error for a request that does not fit.
[[nodiscard]] match_list search(std::shared_ptr<const registry> donors, std::shared_ptr<const patient> who,
                                const search_request& request);

/// Many patients, in parallel; results in the order of the patients. `done` is called after each patient with how
/// many are finished, from any thread, never at the same time.
[[nodiscard]] std::vector<match_list> search_many(std::shared_ptr<const registry> donors,
                                                  std::span<const std::shared_ptr<const patient>> patients,
                                                  const search_request& request,
                                                  const std::function<void(std::size_t)>& done = {});

}  // namespace allomatch
