// SPDX-License-Identifier: Apache-2.0
/// \file
/// Haplotype pairs that typings allow, as numbers.
#pragma once

#include "estimation_people.hpp"

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

namespace allomatch::estimation {

using haplotype_number = std::uint32_t;

/// Haplotypes by their keys, numbered in the order in which they are added.
class haplotype_numbers {
public:
    haplotype_numbers() : slots_(16, vacant) {}

    haplotype_number add(haplotype_key key);
    [[nodiscard]] const std::vector<haplotype_key>& keys() const noexcept { return keys_; }
    [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }

private:
    static constexpr haplotype_number vacant = 0xFFFF'FFFF;
    void grow();
    std::vector<haplotype_key> keys_;
    std::vector<haplotype_number> slots_;  // open addressing
};

/// Unordered haplotype pairs of each typing, one after the other.
struct pair_lists {
    std::vector<std::size_t> begins{0};
    std::vector<std::array<haplotype_number, 2>> pairs;

    [[nodiscard]] std::size_t size() const noexcept { return begins.size() - 1; }
    void end_list() { begins.push_back(pairs.size()); }
    [[nodiscard]] auto begin_of(std::size_t list) const { return pairs.begin() + static_cast<std::ptrdiff_t>(begins[list]); }
    [[nodiscard]] auto end_of(std::size_t list) const { return begin_of(list + 1); }
};

/// Every unordered pair that a typing allows, each once, as keys.
[[nodiscard]] std::vector<std::array<haplotype_key, 2>> every_pair(const typed_people& people,
                                                                   const typed_people::typing& typing);

/// Pairs of the given haplotypes that a typing allows. Where there are none, pairs of one of them with one that has what the
/// typing leaves for it; at most `most` of those.
[[nodiscard]] std::vector<std::array<haplotype_key, 2>> pairs_among(const typed_people& people,
                                                                    const typed_people::typing& typing,
                                                                    std::span<const haplotype_key> haplotypes,
                                                                    std::size_t most);

}  // namespace allomatch::estimation
