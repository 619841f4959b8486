// SPDX-License-Identifier: Apache-2.0
/// \file
/// The distinct typings of a registry at some loci, sorted.
#pragma once

#include <allomatch/analytics/pool_matches.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace allomatch {

/// Typings as columns of genotype codes, sorted by them; `loci` go from the one that tells donors apart best to the worst.
/// Loci where nobody is typed are left out: any two people have 0 to 2 mismatches there. Under a rule for DPB1 the typings
/// are told apart there too, and whoever is not typed there cannot be offered.
class distinct_typings {
public:
    distinct_typings(const registry& donors, const pool_match_options& options, std::span<const std::uint32_t> groups);

    [[nodiscard]] std::size_t size() const noexcept { return begins_.size() - 1; }
    [[nodiscard]] const std::vector<locus>& loci() const noexcept { return loci_; }
    [[nodiscard]] std::span<const genotype_code> codes(std::size_t at) const noexcept { return codes_[at]; }
    /// Codes at DPB1; none without a rule for it.
    [[nodiscard]] std::span<const genotype_code> dpb1() const noexcept { return dpb1_; }
    /// Donors with a typing.
    [[nodiscard]] std::span<const donor_index> donors(std::size_t typing) const noexcept {
        return std::span(donors_).subspan(begins_[typing], begins_[typing + 1] - begins_[typing]);
    }
    /// How many of them can be offered.
    [[nodiscard]] std::uint32_t offered(std::size_t typing) const noexcept { return offered_[typing]; }
    /// Their one group, see `match_counts::group`.
    [[nodiscard]] std::uint32_t group(std::size_t typing) const noexcept { return group_[typing]; }
    [[nodiscard]] bool can_be_offered(donor_index d) const noexcept { return can_be_offered_[d] != 0; }
    /// The typings with each code at the first locus: [first_begins[c], first_begins[c + 1]).
    [[nodiscard]] std::span<const std::uint32_t> first_begins() const noexcept { return first_begins_; }

private:
    std::vector<locus> loci_;
    std::vector<std::vector<genotype_code>> codes_;
    std::vector<genotype_code> dpb1_;
    std::vector<donor_index> donors_;
    std::vector<std::uint32_t> begins_;
    std::vector<std::uint32_t> offered_;
    std::vector<std::uint32_t> group_;
    std::vector<std::uint8_t> can_be_offered_;
    std::vector<std::uint32_t> first_begins_;
};

/// The one group of two.
[[nodiscard]] inline std::uint32_t joined_group(std::uint32_t a, std::uint32_t b) noexcept {
    if (a == match_counts::no_group || a == b) return b;
    return b == match_counts::no_group ? a : match_counts::several_groups;
}

}  // namespace allomatch
