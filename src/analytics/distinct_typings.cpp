// SPDX-License-Identifier: Apache-2.0
#include "distinct_typings.hpp"

#include <allomatch/search/donor_availability.hpp>

#include <algorithm>
#include <numeric>

namespace allomatch {

distinct_typings::distinct_typings(const registry& donors, const pool_match_options& options, std::span<const std::uint32_t> groups)
    : donors_(donors.size()), can_be_offered_(donors.size()) {
    for (const locus l : options.loci)
        if (donors.column(l).typed > 0) loci_.push_back(l);
    std::stable_sort(loci_.begin(), loci_.end(), [&](locus a, locus b) { return donors.column(a).passing < donors.column(b).passing; });
    std::vector<std::vector<genotype_code>> of_donor;
    const auto read = [&](locus l) {
        auto& column = of_donor.emplace_back();
        column.reserve(donors.size());
        for (donor_index d = 0; d < donors.size(); ++d) column.push_back(donors.code(l, d));
    };
    for (const locus l : loci_) read(l);
    const bool with_dpb1 = options.dpb1 != dpb1_rule::any;
    if (with_dpb1) read(locus::DPB1);
    std::iota(donors_.begin(), donors_.end(), 0U);
    std::sort(donors_.begin(), donors_.end(), [&](donor_index a, donor_index b) {
        for (const auto& column : of_donor)
            if (column[a] != column[b]) return column[a] < column[b];
        return a < b;
    });
    const donor_availability availability(donors, "", options.on);
    codes_.resize(loci_.size());
    for (std::uint32_t i = 0; i < donors_.size(); ++i) {
        const donor_index d = donors_[i];
        const bool is_new = i == 0 || std::any_of(of_donor.begin(), of_donor.end(), [&](const auto& column) { return column[d] != column[donors_[i - 1]]; });
        if (is_new) {
            begins_.push_back(i);
            for (std::size_t at = 0; at < loci_.size(); ++at) codes_[at].push_back(of_donor[at][d]);
            if (with_dpb1) dpb1_.push_back(of_donor.back()[d]);
            offered_.push_back(0);
            group_.push_back(match_counts::no_group);
        }
        if (availability.refused(d) != refused_offer::none || availability.status(d) == "DE") continue;
        if (with_dpb1 && dpb1_.back() == untyped_code) continue;
        can_be_offered_[d] = 1;
        ++offered_.back();
        if (!groups.empty()) group_.back() = joined_group(group_.back(), groups[d]);
    }
    begins_.push_back(static_cast<std::uint32_t>(donors_.size()));
    if (loci_.empty()) return;
    first_begins_.assign(donors.column(loci_.front()).dictionary.genotype_count() + 1, 0);
    for (const genotype_code c : codes_.front()) ++first_begins_[c + 1];
    std::partial_sum(first_begins_.begin(), first_begins_.end(), first_begins_.begin());
}

}  // namespace allomatch
