// SPDX-License-Identifier: Apache-2.0
/// \file
/// One hash function, the same on every machine: for checksums, fingerprints and tables that are kept in files.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>

namespace allomatch {

/// XXH3, 64 bits: finds chance damage of a file, not a forgery. About 10 GB/s. A result may be the seed of the next,
/// so that parts are hashed one after the other.
[[nodiscard]] std::uint64_t hash_of(std::string_view bytes, std::uint64_t seed = 0) noexcept;

/// The bytes of some values; `T` must have no padding.
template <class T>
    requires std::is_trivially_copyable_v<T>
[[nodiscard]] std::uint64_t hash_of(std::span<const T> values, std::uint64_t seed = 0) noexcept {
    return hash_of(std::string_view(reinterpret_cast<const char*>(values.data()), values.size_bytes()), seed);
}

}  // namespace allomatch
