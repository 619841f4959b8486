// SPDX-License-Identifier: Apache-2.0
/// \file
/// Random numbers that are the same everywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace allomatch {

/// One of 2^53 equally likely parts of [0, 1), as an integer.
inline constexpr int share_bits = 53;
inline constexpr std::uint64_t share_one = std::uint64_t{1} << share_bits;

/// A share in [0, 1] as the number of parts below it.
[[nodiscard]] inline std::uint64_t parts_of(double share) noexcept {
    return static_cast<std::uint64_t>(share * static_cast<double>(share_one));
}

/// The finaliser of splitmix64 (Steele, Lea, Flood 2014).
[[nodiscard]] constexpr std::uint64_t mixed(std::uint64_t x) noexcept {
    x = (x ^ (x >> 30)) * 0xBF58'476D'1CE4'E5B9U;
    x = (x ^ (x >> 27)) * 0x94D0'49BB'1331'11EBU;
    return x ^ (x >> 31);
}

/// xoshiro256** (Blackman, Vigna 2018), started from a seed, a stream and an index within it.
class random_generator {
public:
    random_generator(std::uint64_t seed, std::uint64_t stream, std::uint64_t index) noexcept {
        std::uint64_t x = mixed(mixed(mixed(seed + step) ^ stream * step) + index * 0xD134'2543'DE82'EF95U);
        for (std::uint64_t& word : state_) word = mixed(x += step);
    }
    std::uint64_t next() noexcept {
        const std::uint64_t result = rotated(state_[1] * 5, 7) * 9;
        const std::uint64_t t = state_[1] << 17;
        state_[2] ^= state_[0];
        state_[3] ^= state_[1];
        state_[1] ^= state_[2];
        state_[0] ^= state_[3];
        state_[2] ^= t;
        state_[3] = rotated(state_[3], 45);
        return result;
    }
    /// A whole number below `n` (which is below 2^32).
    std::uint32_t below(std::uint64_t n) noexcept { return static_cast<std::uint32_t>((next() >> 32) * n >> 32); }
    std::uint64_t part() noexcept { return next() >> (64 - share_bits); }
    /// True for `parts` of 2^53.
    bool chance(std::uint64_t parts) noexcept { return part() < parts; }

private:
    static constexpr std::uint64_t step = 0x9E37'79B9'7F4A'7C15U;
    static constexpr std::uint64_t rotated(std::uint64_t x, int by) noexcept { return x << by | x >> (64 - by); }
    std::uint64_t state_[4];
};

/// Draws an index with probability proportional to its weight. O(1) on average.
class weighted_choice {
public:
    weighted_choice() = default;
    /// Weights are finite, not negative and have a positive sum.
    explicit weighted_choice(std::span<const double> weights) {
        double total = 0;
        std::size_t last = 0;
        for (std::size_t i = 0; i < weights.size(); ++i) {
            total += weights[i];
            if (weights[i] > 0) last = i;
        }
        double sum = 0;
        for (std::size_t i = 0; i <= last; ++i) {
            sum += weights[i];
            const double share = sum / total;
            ends_.push_back(i == last ? share_one : parts_of(share));
        }
        int bits = 0;
        while ((std::size_t{1} << bits) < ends_.size()) ++bits;
        shift_ = share_bits - bits;
        std::uint32_t at = 0;
        for (std::uint64_t bucket = 0; bucket < std::uint64_t{1} << bits; ++bucket) {
            while (ends_[at] <= bucket << shift_) ++at;
            starts_.push_back(at);
        }
    }
    std::uint32_t operator()(random_generator& random) const noexcept {
        const std::uint64_t part = random.part();
        std::uint32_t at = starts_[part >> shift_];
        while (ends_[at] <= part) ++at;
        return at;
    }

private:
    std::vector<std::uint64_t> ends_;
    std::vector<std::uint32_t> starts_;  // first index that a part of each bucket can mean
    int shift_ = share_bits;
};

}  // namespace allomatch
