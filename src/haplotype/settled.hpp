// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace allomatch {

/// The largest probability below certainty.
inline constexpr double nearly_certain = 1 - std::numeric_limits<double>::epsilon() / 2;

/// Rounding makes nothing certain and nothing uncertain: of probabilities that sum to 1, the only one that is not 0
/// becomes exactly 1, and where there are several, none reaches 1.
template <class Values>
void settle(Values& values) {
    const auto possible = std::count_if(values.begin(), values.end(), [](double v) { return v != 0; });
    for (double& v : values)
        if (v != 0) v = possible == 1 ? 1.0 : std::min(v, nearly_certain);
}

}  // namespace allomatch
