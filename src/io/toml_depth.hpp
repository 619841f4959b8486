// SPDX-License-Identifier: Apache-2.0
// How deep a TOML text nests. toml++ 3.3 frees tables by recursion, also those of keys with thousands of dots.
#pragma once

#include <cstddef>
#include <string_view>

namespace allomatch::io {

/// The first byte with more than `limit` open brackets and dots of one key around it; npos when there is none, or
/// the text is damaged before it.
[[nodiscard]] std::size_t find_deep_nesting(std::string_view text, std::size_t limit);

}  // namespace allomatch::io
