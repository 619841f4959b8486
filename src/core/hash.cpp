// SPDX-License-Identifier: Apache-2.0
#include <allomatch/core/hash.hpp>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace allomatch {

std::uint64_t hash_of(std::string_view bytes, std::uint64_t seed) noexcept {
    return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace allomatch
