// SPDX-License-Identifier: Apache-2.0
/// \file
/// Texts by number, and from a text to its number.
#pragma once

#include <allomatch/core/hash.hpp>
#include <allomatch/core/stored_array.hpp>
#include <allomatch/registry/slot_index.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace allomatch {

/// Texts numbered from 0, in one block of memory of up to 4 GiB. Reading is thread-safe.
class text_table {
public:
    text_table() = default;
    text_table(std::initializer_list<std::string_view> texts) {
        for (const std::string_view text : texts) push_back(text);
    }
    /// Texts one after the other, and where each ends.
    text_table(stored_array<char> bytes, stored_array<std::uint32_t> ends) : bytes_(std::move(bytes)), ends_(std::move(ends)) {}

    [[nodiscard]] std::size_t size() const noexcept { return ends_.size(); }
    [[nodiscard]] std::span<const char> bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::span<const std::uint32_t> ends() const noexcept { return ends_; }
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

/// Distinct texts with an index from the text to its number. Reading is thread-safe, and ends whatever the index holds.
class text_dictionary {
public:
    text_dictionary() = default;
    text_dictionary(std::initializer_list<std::string_view> texts) {
        for (const std::string_view text : texts) push_back(text);
    }
    /// Texts and the index of them.
    text_dictionary(text_table texts, slot_index slots) : texts_(std::move(texts)), slots_(std::move(slots)) {}

    [[nodiscard]] const text_table& texts() const noexcept { return texts_; }
    [[nodiscard]] std::size_t size() const noexcept { return texts_.size(); }
    [[nodiscard]] std::string_view operator[](std::size_t i) const noexcept { return texts_[i]; }
    /// O(1).
    [[nodiscard]] std::optional<std::uint32_t> find(std::string_view text) const noexcept {
        return slots_.find(hash_of(text), size(), [&](std::uint32_t i) { return texts_[i] == text; });
    }
    [[nodiscard]] bool has_room_for(std::string_view text) const noexcept { return texts_.has_room_for(text); }
    /// Adds a text that is not there yet.
    void push_back(std::string_view text) {
        slots_.push_back(hash_of(text), size(), [this](std::uint32_t i) { return hash_of(texts_[i]); });
        texts_.push_back(text);
    }
    void shrink_to_fit() { texts_.shrink_to_fit(); }
    [[nodiscard]] std::size_t memory() const noexcept { return texts_.memory() + slots_.memory(); }
    [[nodiscard]] const slot_index& slots() const noexcept { return slots_; }

    template <class Self, class Visit>
    static void each_array(Self& self, Visit&& visit) {
        text_table::each_array(self.texts_, visit);
        slot_index::each_array(self.slots_, visit);
    }

private:
    text_table texts_;
    slot_index slots_;
};

}  // namespace allomatch
