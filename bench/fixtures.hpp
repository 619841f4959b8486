// SPDX-License-Identifier: Apache-2.0
/// \file
/// Simulated registries shared by the benchmarks, made once per size.
#pragma once

#include <allomatch/analytics/simulate.hpp>
#include <allomatch/haplotype/imputation.hpp>
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

/// The built-in haplotypes and as many recombinations of them as make `haplotypes` in all: A, C~B and DRB1~DQB1 of
/// different haplotypes joined, the likeliest joins first, with 40 % of the sum.
frequency_set recombined_set(std::size_t haplotypes);

/// The same donors and patients drawn from a recombined set of 20,000 haplotypes, ready to predict with.
struct predicted_pool {
    pool people;
    std::shared_ptr<const populations> sets;
};
const predicted_pool& simulated_predicted_pool(std::size_t donors);

/// Patients of a pool typed by first field at A, B and DRB1 (`A*02:XX`), and nothing else.
std::vector<std::shared_ptr<const patient>> first_field_patients(const pool& people, std::size_t count);
/// The hardest of them: the most frequent families, A*02,*24 B*15,*40 DRB1*04,*15.
std::shared_ptr<const patient> hardest_patient();

/// The shared data folder, from ALLOMATCH_SHARED or beside the project; nothing when it is not there.
std::optional<std::filesystem::path> shared_data();

/// 10/10 with up to one mismatch, one thread.
search_request usual_request();

}  // namespace allomatch::bench
