// SPDX-License-Identifier: Apache-2.0
/// \file
/// The hot loops over donor columns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace allomatch {

/// Adds up look-ups in a first table and keeps the donors that stay within `limit`: writes their offsets to
/// `kept` and sums to `sums`, returns how many. Both outputs need codes.size() elements.
template <class Code>
std::size_t scan_first(std::span<const Code> codes, const std::uint8_t* table, unsigned limit, std::uint32_t* kept,
                       std::uint8_t* sums);

/// The same for a further table, over the donors kept so far, in place.
template <class Code>
std::size_t scan_next(std::span<const Code> codes, const std::uint8_t* table, unsigned limit, std::uint32_t* kept,
                      std::uint8_t* sums, std::size_t count);

}  // namespace allomatch
