// SPDX-License-Identifier: Apache-2.0
#include "scan.hpp"

namespace allomatch {

template <class Code>
std::size_t scan_first(std::span<const Code> codes, const std::uint8_t* table, unsigned limit, std::uint32_t* kept,
                       std::uint8_t* sums) {
    std::size_t n = 0;
    for (std::size_t i = 0; i < codes.size(); ++i) {
        const std::uint8_t count = table[codes[i]];
        kept[n] = static_cast<std::uint32_t>(i);
        sums[n] = count;
        n += count <= limit ? 1 : 0;
    }
    return n;
}

template <class Code>
std::size_t scan_next(std::span<const Code> codes, const std::uint8_t* table, unsigned limit, std::uint32_t* kept,
                      std::uint8_t* sums, std::size_t count) {
    std::size_t n = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint32_t at = kept[i];
        const auto sum = static_cast<std::uint8_t>(sums[i] + table[codes[at]]);
        kept[n] = at;
        sums[n] = sum;
        n += sum <= limit ? 1 : 0;
    }
    return n;
}

template std::size_t scan_first(std::span<const std::uint8_t>, const std::uint8_t*, unsigned, std::uint32_t*, std::uint8_t*);
template std::size_t scan_first(std::span<const std::uint16_t>, const std::uint8_t*, unsigned, std::uint32_t*, std::uint8_t*);
template std::size_t scan_first(std::span<const std::uint32_t>, const std::uint8_t*, unsigned, std::uint32_t*, std::uint8_t*);
template std::size_t scan_next(std::span<const std::uint8_t>, const std::uint8_t*, unsigned, std::uint32_t*, std::uint8_t*, std::size_t);
template std::size_t scan_next(std::span<const std::uint16_t>, const std::uint8_t*, unsigned, std::uint32_t*, std::uint8_t*, std::size_t);
template std::size_t scan_next(std::span<const std::uint32_t>, const std::uint8_t*, unsigned, std::uint32_t*, std::uint8_t*, std::size_t);

}  // namespace allomatch
