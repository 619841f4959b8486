// SPDX-License-Identifier: Apache-2.0
#include "chance_of_any.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__)
#define ALLOMATCH_CLONES __attribute__((target_clones("avx2", "default")))
#else
#define ALLOMATCH_CLONES
#endif

namespace allomatch {

namespace {

constexpr std::size_t lane_count = 8;
constexpr std::size_t block = 512;

/// 1 - exp(-x): with x = n ln 2 + r, |r| <= ln 2 / 2, it is (1 - 2^-n) - 2^-n (exp(-r) - 1), and the last bracket is its
/// series, whose first term left out is below 2^-56 of the sum.
inline double one_less_exp(double x) noexcept {
    constexpr double log2_e = 1.4426950408889634;
    constexpr double ln2_high = 0.693145751953125;  // products with n are exact
    constexpr double ln2_low = 1.4286068203094172e-06;
    constexpr double to_integer = 6755399441055744.0;  // 1.5 * 2^52: the low bits of a sum hold the integer
    x = x < 700.0 ? x : 700.0;
    const double shifted = x * log2_e + to_integer;
    const double n = shifted - to_integer;
    const double r = -((x - n * ln2_high) - n * ln2_low);
    double series = 1.0 / 6227020800.0;
    series = series * r + 1.0 / 479001600.0;
    series = series * r + 1.0 / 39916800.0;
    series = series * r + 1.0 / 3628800.0;
    series = series * r + 1.0 / 362880.0;
    series = series * r + 1.0 / 40320.0;
    series = series * r + 1.0 / 5040.0;
    series = series * r + 1.0 / 720.0;
    series = series * r + 1.0 / 120.0;
    series = series * r + 1.0 / 24.0;
    series = series * r + 1.0 / 6.0;
    series = series * r + 0.5;
    series = series * r * r + r;
    const double power = std::bit_cast<double>((std::uint64_t{1023} - std::bit_cast<std::uint64_t>(shifted)) << 52);
    return (1.0 - power) - power * series;
}

}  // namespace

ALLOMATCH_CLONES
double chance_of_any(std::span<const double> weights, std::span<const double> x) noexcept {
    std::array<double, lane_count> lanes{};
    std::array<double, block> terms;
    const double* const w = weights.data();
    for (std::size_t begin = 0; begin < x.size(); begin += block) {
        const std::size_t n = std::min(block, x.size() - begin);
        const double* const from = x.data() + begin;
        for (std::size_t i = 0; i < n; ++i) terms[i] = w[begin + i] * one_less_exp(from[i]);
        for (std::size_t i = n; i < (n + lane_count - 1) / lane_count * lane_count; ++i) terms[i] = 0;
        for (std::size_t i = 0; i < n; i += lane_count)
            for (std::size_t k = 0; k < lane_count; ++k) lanes[k] += terms[i + k];
    }
    double sum = 0;
    for (const double lane : lanes) sum += lane;
    return sum;
}

}  // namespace allomatch
