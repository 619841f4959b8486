// SPDX-License-Identifier: Apache-2.0
/// \file
/// The hot loop of match likelihoods.
#pragma once

#include <span>

namespace allomatch {

/// Sum of weights[i] (1 - exp(-x[i])) for x of 0 or more, with full relative precision where x is small. The order of the
/// sum depends on nothing but the length.
[[nodiscard]] double chance_of_any(std::span<const double> weights, std::span<const double> x) noexcept;

}  // namespace allomatch
