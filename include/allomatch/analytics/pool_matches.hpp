// SPDX-License-Identifier: Apache-2.0
/// \file
/// Every donor of a registry as a patient against all the others: how many match.
#pragma once

#include <allomatch/analytics/dpb1_rule.hpp>
#include <allomatch/registry/registry.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace allomatch {

struct pool_match_options {
    std::vector<locus> loci{locus::A, locus::B, locus::C, locus::DRB1, locus::DQB1};
    unsigned max_mismatches = 1;  ///< most mismatches that are counted, over all loci
    std::size_t threads = 0;      ///< 0: all cores
    day_number on = today();      ///< day that availability is looked up at
    dpb1_rule dpb1 = dpb1_rule::any;
    std::string tce_version{};    ///< see `nomenclature::tce_version`
    /// Gets how many of the distinct typings are done, from any thread, never at the same time.
    std::function<void(std::size_t done, std::size_t all)> progress{};
};

/// Donors by their number of mismatches with each donor as the patient.
class match_counts {
public:
    static constexpr std::uint32_t no_group = 0xFFFF'FFFF;
    static constexpr std::uint32_t several_groups = 0xFFFF'FFFE;

    match_counts(std::size_t donors, unsigned max_mismatches)
        : width_(max_mismatches + 1U), counts_(donors * width_), groups_(donors, no_group) {}

    /// Other donors with exactly `mismatches`.
    [[nodiscard]] std::uint32_t count(donor_index d, unsigned mismatches) const noexcept { return counts_[d * width_ + mismatches]; }
    [[nodiscard]] std::uint32_t& count(donor_index d, unsigned mismatches) noexcept { return counts_[d * width_ + mismatches]; }
    /// The one group that all donors counted for `d` are of, `no_group` where there are none, else `several_groups`.
    [[nodiscard]] std::uint32_t group(donor_index d) const noexcept { return groups_[d]; }
    [[nodiscard]] std::uint32_t& group(donor_index d) noexcept { return groups_[d]; }
    [[nodiscard]] std::size_t width() const noexcept { return width_; }

private:
    std::size_t width_;
    std::vector<std::uint32_t> counts_;
    std::vector<std::uint32_t> groups_;
};

/// The donor itself is not counted, nor are retired donors (status DE) and those whom a search would not offer (see
/// `donor_availability`). Under a rule for DPB1 nobody is who is not typed there, and patients who are not have no matches.
struct pool_matches {
    match_counts potential;  ///< by the lowest count of mismatches, as searches limit it: an upper bound of matches
    match_counts certain;    ///< by the highest count that some resolution of both typings allows: a lower bound
    std::vector<std::uint32_t> others;  ///< donors that each donor was compared with
    std::size_t typings = 0;  ///< distinct typings at the loci
};

/// Counts exactly what `search` finds for a patient with the typing of each donor, less the retired. `groups` is empty or
/// has one number a donor, such as of branches. The same for any number of threads.
///
/// Cost: the square of the number of distinct typings, of which all but those near at the most telling locus are passed over:
/// 100,000 donors of mixed typing quality at 10/10 with one mismatch take some seconds on two cores.
/// \throws format_error for no locus, a doubled one, more than 18 mismatches, or a rule for DPB1 that does not fit.
[[nodiscard]] pool_matches count_pool_matches(const registry& donors, const pool_match_options& options,
                                              std::span<const std::uint32_t> groups = {});

}  // namespace allomatch
