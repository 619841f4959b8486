// SPDX-License-Identifier: Apache-2.0
/// \file
/// From the hash of an item to its number.
#pragma once

#include <allomatch/core/stored_array.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace allomatch {

/// Open addressing with 4 bytes per slot at a load of at most 2/3. The items are numbered from 0 and lie elsewhere: every
/// call is told how many there are. Reading is thread-safe, and everything ends whatever the slots hold, so that they may
/// come from a file.
class slot_index {
public:
    /// The number of an item with this hash of which `is_it(number)` holds. O(1).
    template <class Test>
    [[nodiscard]] std::optional<std::uint32_t> find(std::uint64_t hash, std::size_t items, Test is_it) const {
        const auto slot = slot_where(hash, [&](std::uint32_t i) { return i >= items || is_it(i); });
        if (!slot || slots_[*slot] >= items) return std::nullopt;
        return slots_[*slot];
    }
    /// Adds item number `items`, which is not there yet. `hash_at(i)` gives the hash of any item, for growth.
    template <class Hash>
    void push_back(std::uint64_t hash, std::size_t items, Hash hash_at) {
        if (!is_small_for(items + 1) && put(hash, static_cast<std::uint32_t>(items), items)) return;
        rebuild(items, hash_at);
        (void)put(hash, static_cast<std::uint32_t>(items), items);
    }

    // Changes of single items, for a dictionary that is patched. False where the slots are not as they should be, or
    // full: `rebuild` puts them right.
    /// Puts an item into a slot that no number below `items` holds.
    [[nodiscard]] bool put(std::uint64_t hash, std::uint32_t number, std::size_t items) {
        const auto slot = slot_where(hash, [items](std::uint32_t i) { return i >= items; });
        if (slot) slots_.set(*slot, number);
        return slot.has_value();
    }
    [[nodiscard]] bool renumber(std::uint64_t hash, std::uint32_t from, std::uint32_t to) {
        const auto slot = slot_where(hash, [from](std::uint32_t i) { return i == from || i == vacant; });
        if (!slot || slots_[*slot] != from) return false;
        slots_.set(*slot, to);
        return true;
    }
    template <class Hash>
    [[nodiscard]] bool erase(std::uint64_t hash, std::uint32_t number, std::size_t items, Hash hash_at) {
        auto hole = slot_where(hash, [number](std::uint32_t i) { return i == number || i == vacant; });
        if (!hole || slots_[*hole] != number) return false;
        const std::size_t mask = slots_.size() - 1;
        std::size_t at = *hole;
        for (std::size_t left = mask; left > 0; --left) {  // those behind move up, unless that is before their home
            at = (at + 1) & mask;
            if (slots_[at] >= items) break;
            if (((at - hash_at(slots_[at])) & mask) < ((at - *hole) & mask)) continue;
            slots_.set(*hole, slots_[at]);
            hole = at;
        }
        slots_.set(*hole, vacant);
        return true;
    }

    /// Whether `items` need more slots.
    [[nodiscard]] bool is_small_for(std::size_t items) const noexcept { return items * 3 > slots_.size() * 2; }
    /// Makes the slots of `items` items anew, with room for one more. About 50 ns an item when there are millions.
    template <class Hash>
    void rebuild(std::size_t items, Hash hash_at) {
        std::size_t size = std::max<std::size_t>(slots_.size(), 64);
        while ((items + 1) * 3 > size * 2) size *= 2;
        std::vector<std::uint32_t> fresh(size, vacant);
        for (std::size_t i = 0; i < items; ++i) {
            std::size_t slot = hash_at(static_cast<std::uint32_t>(i)) & (size - 1);
            while (fresh[slot] != vacant) slot = (slot + 1) & (size - 1);
            fresh[slot] = static_cast<std::uint32_t>(i);
        }
        slots_ = stored_array(std::move(fresh));
    }

    [[nodiscard]] std::size_t memory() const noexcept { return slots_.memory(); }

    template <class Self, class Visit>
    static void each_array(Self& self, Visit&& visit) {
        visit("slots", self.slots_);
    }

private:
    static constexpr std::uint32_t vacant = 0xFFFF'FFFF;

    /// The first slot from the home of `hash` on whose number passes.
    template <class Test>
    [[nodiscard]] std::optional<std::size_t> slot_where(std::uint64_t hash, Test passes) const {
        const std::size_t mask = slots_.size() - 1;
        std::size_t slot = hash & mask;
        for (std::size_t left = slots_.size(); left > 0; --left, slot = (slot + 1) & mask)
            if (passes(slots_[slot])) return slot;
        return std::nullopt;
    }

    stored_array<std::uint32_t> slots_;
};

}  // namespace allomatch
