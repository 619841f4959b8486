// SPDX-License-Identifier: Apache-2.0
/// \file
/// Simulated registries shared by the benchmarks, made once per size.
#pragma once

#include <allomatch/analytics/simulate.hpp>
#include <allomatch/search/search.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace allomatch::bench {

struct pool {
    std::shared_ptr<const registry> donors;
    std::vector<std::shared_ptr<const patient>> patients;  ///< 1,000
    mac_table::pointer mac;
};

/// Mixed-quality donors from the built-in frequencies under the starter nomenclature. Only the largest size asked for last is
/// kept beside 100,000.
const pool& simulated_pool(std::size_t donors);

/// The shared data folder, from ALLOMATCH_SHARED or beside the project; nothing when it is not there.
std::optional<std::filesystem::path> shared_data();

/// 10/10 with up to one mismatch, one thread.
search_request usual_request();

}  // namespace allomatch::bench
