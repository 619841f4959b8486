// SPDX-License-Identifier: Apache-2.0
/// \file
/// Ids of donors: the texts, and from a text to its number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace allomatch {

/// Distinct texts numbered from 0, in one block of memory, with an open-addressing index of 4 bytes per slot
/// at a load of at most 2/3. Reading is thread-safe.
class id_table {
public:
    [[nodiscard]] std::size_t size() const noexcept { return ends_.size(); }
    [[nodiscard]] std::string_view operator[](std::size_t i) const noexcept {
        const std::uint32_t begin = i == 0 ? 0 : ends_[i - 1];
        return std::string_view(text_).substr(begin, ends_[i] - begin);
    }
    [[nodiscard]] std::optional<std::uint32_t> find(std::string_view id) const noexcept {
        if (slots_.empty()) return std::nullopt;
        const std::uint32_t i = slots_[slot_of(id)];
        if (i == empty) return std::nullopt;
        return i;
    }
    /// Whether an id of this length still fits into 4 GiB of text.
    [[nodiscard]] bool has_room_for(std::string_view id) const noexcept {
        return text_.size() + id.size() <= std::numeric_limits<std::uint32_t>::max();
    }
    /// Adds an id that is not there yet.
    void push_back(std::string_view id) {
        if ((size() + 1) * 3 > slots_.size() * 2) grow();
        slots_[slot_of(id)] = static_cast<std::uint32_t>(size());
        text_ += id;
        ends_.push_back(static_cast<std::uint32_t>(text_.size()));
    }
    void shrink_to_fit() {
        text_.shrink_to_fit();
        ends_.shrink_to_fit();
    }
    [[nodiscard]] std::size_t memory() const noexcept {
        return text_.capacity() + (ends_.capacity() + slots_.capacity()) * sizeof(std::uint32_t);
    }

private:
    static constexpr std::uint32_t empty = 0xFFFF'FFFF;

    /// The slot that holds `id`, or the free one where it would go.
    [[nodiscard]] std::size_t slot_of(std::string_view id) const noexcept {
        std::size_t slot = std::hash<std::string_view>{}(id) & (slots_.size() - 1);
        while (slots_[slot] != empty && (*this)[slots_[slot]] != id) slot = (slot + 1) & (slots_.size() - 1);
        return slot;
    }
    void grow() {
        slots_.assign(slots_.empty() ? 64 : slots_.size() * 2, empty);
        for (std::size_t i = 0; i < size(); ++i) slots_[slot_of((*this)[i])] = static_cast<std::uint32_t>(i);
    }

    std::string text_;
    std::vector<std::uint32_t> ends_;
    std::vector<std::uint32_t> slots_;
};

}  // namespace allomatch
