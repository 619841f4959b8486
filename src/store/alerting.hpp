// SPDX-License-Identifier: Apache-2.0
// Alerts of a change that is under way.
#pragma once

#include "change.hpp"

#include <allomatch/store/alerts.hpp>

#include <vector>

namespace allomatch {

/// Asks the standing searches about the donors that a change has set, and adds an alert for each donor who fits now and was
/// not there, had another typing, or did not fit before. Returns what keeps searches from being asked.
[[nodiscard]] std::vector<problem> add_alerts(const registry_store& in, const store_change& change, const reading_rules& rules);

}  // namespace allomatch
