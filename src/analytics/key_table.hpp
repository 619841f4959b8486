// SPDX-License-Identifier: Apache-2.0
/// \file
/// Numbers for distinct genotype keys.
#pragma once

#include "genotype_coding.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <span>
#include <vector>

namespace allomatch {

/// Open addressing, emptied and used again; keys are numbered in the order of their first insertion. Not thread-safe.
class key_table {
public:
    static constexpr std::size_t none = ~std::size_t{0};

    /// Empties it and makes room for `most` distinct keys.
    void start(std::size_t most) {
        const std::size_t slots = std::bit_ceil(std::max<std::size_t>(16, 2 * most));
        slots_.assign(slots, 0);
        mask_ = slots - 1;
        keys_.clear();
    }
    [[nodiscard]] std::size_t size() const noexcept { return keys_.size(); }
    [[nodiscard]] std::span<const genotype_key> keys() const noexcept { return keys_; }

    std::size_t insert(const genotype_key& key) {
        std::uint32_t& slot = slots_[place(key)];
        if (slot == 0) {
            keys_.push_back(key);
            slot = static_cast<std::uint32_t>(keys_.size());
        }
        return slot - 1U;
    }
    [[nodiscard]] std::size_t find(const genotype_key& key) const noexcept {
        const std::uint32_t slot = slots_[place(key)];
        return slot == 0 ? none : slot - 1U;
    }

private:
    [[nodiscard]] std::size_t place(const genotype_key& key) const noexcept {
        std::size_t i = mixed(key) & mask_;
        while (slots_[i] != 0 && keys_[slots_[i] - 1U] != key) i = (i + 1) & mask_;
        return i;
    }

    std::vector<std::uint32_t> slots_;  // number of the key, from 1
    std::vector<genotype_key> keys_;
    std::size_t mask_ = 0;
};

}  // namespace allomatch
