// SPDX-License-Identifier: Apache-2.0
/// \file
/// Cord units: what a match is for them, and two units for one patient. Semantics.md section 6.
#pragma once

#include <allomatch/search/search.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace allomatch {

/// A search for cord units that agree in so many of the positions: "4/6" .. "6/6" (A and B by antigen, DRB1 by class),
/// "4/8" .. "8/8" (A, B, C, DRB1 by class), or fewer, down to "0/6"; ranked by the preset `cord`, without thresholds of
/// doses.
/// \throws format_error for another text.
[[nodiscard]] search_request cord_request(std::string_view match);

/// Least doses for each kilogram of the patient that guidelines ask for: nucleated cells in 10^7, CD34 positive in 10^5.
/// Source: ASTCT Cord Blood Special Interest Group, Biol Blood Marrow Transplant 2020;26:2190-2196.
struct cord_doses {
    double tnc_per_kg;
    double cd34_per_kg;
};
inline constexpr cord_doses single_unit_doses{2.5, 1.5};
inline constexpr cord_doses double_unit_doses{1.5, 1.0};  ///< of each of two units

/// What two units to search for.
struct cord_pair_request {
    search_request units = cord_request("4/6");  ///< what each unit must be; its ranking, `top` and `also` are not used
    std::optional<double> min_total_tnc_per_kg{};
    double dose_band = 1.0;  ///< totals within a band of this width are equal, lower single doses within half of it
    std::size_t top = 100;
};

/// Two units. The first is the better one: fewer mismatches, then the larger dose, then the id.
struct cord_pair {
    std::uint32_t first = 0;   ///< rows of `cord_pair_list::units`
    std::uint32_t second = 0;
    std::uint8_t unit_mismatches = 0;    ///< of one unit with the other, counted as with the patient
    std::uint8_t unit_mismatches_max = 0;
    std::uint8_t abo_not_identical = 0;  ///< units whose ABO group is not known to be the patient's
    double total_tnc_per_kg = 0;   ///< 10^7; a count that is missing adds nothing; not a number without the patient's weight
    double lowest_tnc_per_kg = 0;
};

/// Pairs of units, best first.
struct cord_pair_list {
    match_list units;             ///< every unit that fits alone
    std::vector<cord_pair> pairs;
    std::size_t total = 0;        ///< pairs that fit; more than `pairs` where `top` cut
};

/// Pairs of units by their worse match, their better match, the band of the total dose, the band of the lower single dose,
/// the match of one unit with the other, the number of units of another ABO group, the total dose, the ids.
/// Cost: the search for single units; n log n of them for each match class and band that is opened; and a comparison of
/// two units for every pair in the bands that the `top` best come from.
/// \throws format_error for a request that does not fit, or doses asked for a patient without weight.
[[nodiscard]] cord_pair_list search_cord_pairs(std::shared_ptr<const registry> donors, std::shared_ptr<const patient> who,
                                               const cord_pair_request& request);

}  // namespace allomatch
