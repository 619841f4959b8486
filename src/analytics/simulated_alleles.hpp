// SPDX-License-Identifier: Apache-2.0
/// \file
/// The true alleles of a simulation with all texts that they can be typed as.
#pragma once

#include <allomatch/analytics/simulate.hpp>

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace allomatch::analytics {

/// Equally likely texts of one kind; shorter lists are repeated.
inline constexpr std::size_t text_variants = 4;

struct true_allele {
    allele_id id = 0;
    std::uint32_t first_null = 0;  ///< null alleles of the same first field, as positions in the locus' list
    std::uint32_t null_count = 0;
    std::string_view full{};       ///< "A*02:01:01:01"
    std::array<std::array<std::string_view, text_variants>, typing_kind_count> texts{};
};

/// The true alleles of one locus.
struct allele_pool {
    struct range {
        std::uint32_t begin = 0;
        std::uint32_t count = 0;
    };
    locus where = locus::A;
    std::size_t at = 0;                  ///< position of the locus in the set
    std::vector<true_allele> alleles;
    std::vector<std::uint32_t> members;  ///< positions in `alleles`, a range a name, the usual one first
    std::vector<range> of_name;          ///< range in `members`
    std::vector<std::uint32_t> nulls;    ///< positions in `alleles`, by first field
};

/// Pools of some loci, the texts that they point into, and the codes that the texts use.
struct allele_pools {
    std::vector<allele_pool> loci;
    std::deque<std::string> texts;
    std::string mac_text;
    mac_table::pointer mac;
};

/// Works out all that a person of the set can have and be typed as. Every text reads, with the codes, as a set
/// of alleles that holds the true one.
[[nodiscard]] allele_pools make_pools(const frequency_set& set, const std::vector<locus>& loci);

}  // namespace allomatch::analytics
