// SPDX-License-Identifier: Apache-2.0
// Column names are matched without case.
#pragma once

#include <allomatch/core/text.hpp>

#include <algorithm>
#include <string>
#include <string_view>

namespace allomatch::io {

/// The name in lower case (ASCII letters only).
[[nodiscard]] inline std::string folded(std::string_view name) {
    std::string out(name);
    std::transform(out.begin(), out.end(), out.begin(), [](char c) { return lower(c); });
    return out;
}

}  // namespace allomatch::io
