// SPDX-License-Identifier: Apache-2.0
/// \file
/// Texts by number, and from a text to its number.
#pragma once

#include <allomatch/core/hash.hpp>
#include <allomatch/core/stored_array.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace allomatch {

/// Texts numbered from 0, in one block of memory of up to 4 GiB. Reading is thread-safe.
class text_table {
public:
    text_table() = default;
    text_table(std::initializer_list<std::string_view> texts) {
        for (const std::string_view text : texts) push_back(text);
    }

    [[nodiscard]] std::size_t size() const noexcept { return ends_.size(); }
    [[nodiscard]] std::string_view operator[](std::size_t i) const noexcept {
        const std::uint32_t begin = i == 0 ? 0 : ends_[i - 1];
        return {bytes_.data() + begin, ends_[i] - begin};
    }
    /// Whether a text of this length still fits.
    [[nodiscard]] bool has_room_for(std::string_view text) const noexcept {
        return bytes_.size() + text.size() <= std::numeric_limits<std::uint32_t>::max();
    }
    void push_back(std::string_view text) {
        bytes_.append(text);
        ends_.push_back(static_cast<std::uint32_t>(bytes_.size()));
    }
    void shrink_to_fit() {
        bytes_.shrink_to_fit();
        ends_.shrink_to_fit();
    }
    [[nodiscard]] std::size_t memory() const noexcept { return bytes_.memory() + ends_.memory(); }

    /// Calls `visit(name, array)` for everything it is made of.
    template <class Self, class Visit>
    static void each_array(Self& self, Visit&& visit) {
        visit("ends", self.ends_);
        visit("bytes", self.bytes_);
    }

    friend bool operator==(const text_table&, const text_table&) = default;

private:
    stored_array<char> bytes_;
    stored_array<std::uint32_t> ends_;
};

/// Distinct texts with an open-addressing index of 4 bytes per slot at a load of at most 2/3. Reading is thread-safe,
/// and ends whatever the index holds.
class text_dictionary {
public:
    text_dictionary() = default;
    text_dictionary(std::initializer_list<std::string_view> texts) {
        for (const std::string_view text : texts) push_back(text);
    }

    [[nodiscard]] const text_table& texts() const noexcept { return texts_; }
    [[nodiscard]] std::size_t size() const noexcept { return texts_.size(); }
    [[nodiscard]] std::string_view operator[](std::size_t i) const noexcept { return texts_[i]; }
    [[nodiscard]] std::optional<std::uint32_t> find(std::string_view text) const noexcept {
        if (slots_.empty()) return std::nullopt;
        const std::uint32_t i = slots_[slot_of(text)];
        if (i >= size() || texts_[i] != text) return std::nullopt;
        return i;
    }
    [[nodiscard]] bool has_room_for(std::string_view text) const noexcept { return texts_.has_room_for(text); }
    /// Adds a text that is not there yet.
    void push_back(std::string_view text) {
        if ((size() + 1) * 3 > slots_.size() * 2) grow();
        slots_.set(slot_of(text), static_cast<std::uint32_t>(size()));
        texts_.push_back(text);
    }
    void shrink_to_fit() { texts_.shrink_to_fit(); }
    [[nodiscard]] std::size_t memory() const noexcept { return texts_.memory() + slots_.memory(); }
    [[nodiscard]] std::size_t slot_count() const noexcept { return slots_.size(); }

    template <class Self, class Visit>
    static void each_array(Self& self, Visit&& visit) {
        text_table::each_array(self.texts_, visit);
        visit("slots", self.slots_);
    }

private:
    static constexpr std::uint32_t vacant = 0xFFFF'FFFF;

    /// The slot that holds `text`, or the vacant one where it would go.
    [[nodiscard]] std::size_t slot_of(std::string_view text) const noexcept {
        const std::size_t mask = slots_.size() - 1;
        std::size_t slot = hash_of(text) & mask;
        for (std::size_t left = mask; left > 0 && slots_[slot] < size() && texts_[slots_[slot]] != text; --left)
            slot = (slot + 1) & mask;
        return slot;
    }
    void grow() {
        slots_ = stored_array(std::vector<std::uint32_t>(slots_.empty() ? 64 : slots_.size() * 2, vacant));
        for (std::size_t i = 0; i < size(); ++i) slots_.set(slot_of(texts_[i]), static_cast<std::uint32_t>(i));
    }

    text_table texts_;
    stored_array<std::uint32_t> slots_;
};

}  // namespace allomatch
