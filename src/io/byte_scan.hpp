// SPDX-License-Identifier: Apache-2.0
// Searching eight bytes at a time.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace allomatch::io {

inline constexpr std::uint64_t every_byte = 0x0101010101010101ULL;
inline constexpr std::uint64_t high_bits = every_byte << 7;

/// Eight bytes, the first one lowest.
[[nodiscard]] inline std::uint64_t load_word(const char* from) noexcept {
    std::uint64_t word = 0;
    std::memcpy(&word, from, sizeof word);
    if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
    return word;
}

/// The first `count` < 8 bytes, the others filled with spaces.
[[nodiscard]] inline std::uint64_t load_tail(const char* from, std::size_t count) noexcept {
    std::uint64_t word = every_byte * ' ';
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint64_t byte = static_cast<unsigned char>(from[i]);
        word = (word & ~(std::uint64_t{0xFF} << (8 * i))) | (byte << (8 * i));
    }
    return word;
}

/// The high bit of every zero byte; exact.
[[nodiscard]] constexpr std::uint64_t zero_bytes(std::uint64_t word) noexcept {
    return ~(((word & ~high_bits) + ~high_bits) | word) & high_bits;
}

[[nodiscard]] constexpr std::uint64_t equal_bytes(std::uint64_t word, std::uint64_t pattern) noexcept {
    return zero_bytes(word ^ pattern);
}

[[nodiscard]] constexpr std::uint64_t pattern_of(char c) noexcept {
    return every_byte * static_cast<unsigned char>(c);
}

/// Index of the lowest marked byte.
[[nodiscard]] constexpr std::size_t first_marked(std::uint64_t marks) noexcept {
    return static_cast<std::size_t>(std::countr_zero(marks)) / 8;
}

/// Which kinds of bytes outside printable ASCII a text holds.
struct byte_kinds {
    bool zero = false;
    bool non_ascii = false;
};

[[nodiscard]] inline byte_kinds kinds_of(std::string_view text) noexcept {
    std::uint64_t zero = 0;
    std::uint64_t high = 0;
    const char* at = text.data();
    std::size_t left = text.size();
    for (; left >= 8; left -= 8, at += 8) {
        const std::uint64_t word = load_word(at);
        zero |= zero_bytes(word);
        high |= word;
    }
    const std::uint64_t word = load_tail(at, left);
    zero |= zero_bytes(word);
    high |= word;
    return {zero != 0, (high & high_bits) != 0};
}

}  // namespace allomatch::io
