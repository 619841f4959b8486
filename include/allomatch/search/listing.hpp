// SPDX-License-Identifier: Apache-2.0
/// \file
/// Whether a search lists one donor, and all that keeps the donor off the list, as data and in words.
#pragma once

#include <allomatch/search/search.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace allomatch {

/// What keeps a donor off a list, named as the option that does; `retired` and `reserved` no option undoes.
enum class obstacle_kind : std::uint8_t {
    where,           ///< a part of the condition is not true
    max_mismatches,  ///< too many mismatches in all
    min_mismatches,  ///< too few: better than asked for
    limit,           ///< too many mismatches at one locus
    type,            ///< not a cord unit
    min_tnc_per_kg,  ///< too few nucleated cells, or not known how many
    min_cd34_per_kg, ///< too few CD34 positive cells, or not known how many
    retired,         ///< status DE
    reserved,        ///< for another patient
    top,             ///< within the limits, and not among the best
};
[[nodiscard]] std::string_view name(obstacle_kind kind) noexcept;

/// Mismatches at one locus, in the direction that the search counts.
struct mismatched_locus {
    locus where = locus::A;
    unsigned mismatches = 0;          ///< 1 or 2
    std::array<letter, 2> letters{};  ///< in donor order
};

/// One thing that keeps a donor off a list.
struct obstacle {
    obstacle_kind what = obstacle_kind::where;
    failed_condition condition{};          ///< of `where`
    std::size_t count = 0;                 ///< mismatches; of `top` the rank
    std::size_t bound = 0;                 ///< what the request says: most or fewest mismatches, or how many are listed
    std::vector<mismatched_locus> loci{};  ///< where the mismatches are; of `limit` that locus alone
    double dose = 0;                       ///< for each kilogram; not a number where it is not known
    double least_dose = 0;
    std::string words;                     ///< without a full stop
};

/// What a search says of one donor.
struct listing {
    bool listed = false;
    std::size_t rank = 0;   ///< among all within the limits, from 1; 0 for a donor who is not
    std::size_t total = 0;  ///< donors within the limits, see `match_list::total`
    std::vector<obstacle> obstacles;  ///< none of a listed donor, at least one of any other
    std::string words;                ///< one sentence
};

/// What `search` with this request says of one donor of the registry: `listed` is whether it returns the donor. Of a
/// donor who is not within the limits all obstacles are told, so that a request without them
/// has the donor, unless the donor is retired or reserved (see `donor_availability`).
/// \throws format_error for a request that does not fit.
/// Cost: a search that returns all within the limits.
[[nodiscard]] listing explain_listing(const std::shared_ptr<const registry>& donors,
                                      const std::shared_ptr<const patient>& who, const search_request& request,
                                      donor_index donor);

}  // namespace allomatch
