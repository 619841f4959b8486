// SPDX-License-Identifier: Apache-2.0
/// \file
/// Unsigned codes in the narrowest width that holds them.
#pragma once

#include <allomatch/core/stored_array.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <variant>

namespace allomatch {

/// A column of codes, one a donor, stored in 8, 16 or 32 bits each. Widens by itself while it grows.
class packed_column {
public:
    using storage = std::variant<stored_array<std::uint8_t>, stored_array<std::uint16_t>, stored_array<std::uint32_t>>;

    packed_column() = default;
    explicit packed_column(storage values) : values_(std::move(values)) {}

    void push_back(std::uint32_t code) {
        if (code > limit()) widen(code);
        std::visit([code](auto& v) { v.push_back(static_cast<typename std::decay_t<decltype(v)>::value_type>(code)); },
                   values_);
    }
    /// Makes room for `n` codes up to `largest`.
    void reserve(std::size_t n, std::uint32_t largest) {
        if (largest > limit()) widen(largest);
        std::visit([n](auto& v) { v.reserve(n); }, values_);
    }
    [[nodiscard]] std::uint32_t operator[](std::size_t i) const noexcept {
        switch (values_.index()) {
            case 0: return std::get_if<0>(&values_)->operator[](i);
            case 1: return std::get_if<1>(&values_)->operator[](i);
            default: return std::get_if<2>(&values_)->operator[](i);
        }
    }
    [[nodiscard]] std::size_t size() const noexcept {
        return std::visit([](const auto& v) { return v.size(); }, values_);
    }
    /// Calls `f` with a span of std::uint8_t, std::uint16_t or std::uint32_t.
    template <class F>
    decltype(auto) visit(F&& f) const {
        return std::visit([&](const auto& v) -> decltype(auto) { return f(std::span(v)); }, values_);
    }
    void shrink_to_fit() {
        std::visit([](auto& v) { v.shrink_to_fit(); }, values_);
    }
    /// Bytes of one code.
    [[nodiscard]] std::size_t width() const noexcept { return std::size_t{1} << values_.index(); }
    [[nodiscard]] std::size_t memory() const noexcept {
        return std::visit([](const auto& v) { return v.memory(); }, values_);
    }

private:
    [[nodiscard]] std::uint32_t limit() const noexcept {
        constexpr std::uint32_t limits[] = {0xFF, 0xFFFF, 0xFFFF'FFFF};
        return limits[values_.index()];
    }
    template <class Wide>
    void move_to() {
        stored_array<Wide> wide;
        std::visit([&wide](const auto& v) {
            wide.reserve(v.size() + v.size() / 2);
            for (const auto x : v) wide.push_back(static_cast<Wide>(x));
        }, values_);
        values_ = std::move(wide);
    }
    void widen(std::uint32_t code) {
        if (code > 0xFFFF)
            move_to<std::uint32_t>();
        else
            move_to<std::uint16_t>();
    }
    storage values_;
};

}  // namespace allomatch
