// SPDX-License-Identifier: Apache-2.0
#include "fixtures.hpp"

#include <allomatch/haplotype/read_frequencies.hpp>
#include <allomatch/io/people.hpp>

#include <cstdlib>
#include <map>

namespace allomatch::bench {

const pool& simulated_pool(std::size_t donors) {
    static std::map<std::size_t, pool> pools;
    if (const auto it = pools.find(donors); it != pools.end()) return it->second;
    std::erase_if(pools, [](const auto& entry) { return entry.first > 1'000'000; });
    const auto names = nomenclature::builtin();
    simulation_options options;
    options.donors = donors;
    options.patients = 1000;
    const auto plan = simulation::prepare(options, builtin_east_asian(names));
    pool made;
    made.mac = plan->mac();
    io::import_report report;
    donor_simulator rows(plan);
    made.donors = io::import_donors(rows, names, made.mac, {}, report);
    patient_simulator patient_rows(plan);
    made.patients = io::import_patients(patient_rows, names, made.mac, {}, report);
    return pools.emplace(donors, std::move(made)).first->second;
}

std::optional<std::filesystem::path> shared_data() {
    const char* set = std::getenv("ALLOMATCH_SHARED");
    const std::filesystem::path folder =
        set != nullptr ? std::filesystem::path(set) : std::filesystem::path(ALLOMATCH_BENCH_DIR) / ".." / ".." / "shared";
    if (!std::filesystem::is_directory(folder / "data")) return std::nullopt;
    return folder / "data";
}

search_request usual_request() {
    search_request request;
    request.max_mismatches = 1;
    request.threads = 1;
    return request;
}

}  // namespace allomatch::bench
