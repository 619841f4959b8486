// SPDX-License-Identifier: Apache-2.0
// Snapshots: writing, opening, and the first search after it, against reading the same donors as CSV.
#include "fixtures.hpp"

#include <allomatch/haplotype/builtin_frequencies.hpp>
#include <allomatch/io/people.hpp>
#include <allomatch/io/write_simulation.hpp>
#include <allomatch/registry/snapshot.hpp>

#include <benchmark/benchmark.h>

#include <chrono>
#include <filesystem>
#include <string>

#include <unistd.h>

namespace {

using namespace allomatch;
using allomatch::bench::simulated_pool;
using allomatch::bench::usual_request;
namespace fs = std::filesystem;

/// A file that goes with the benchmark.
class scratch_file {
public:
    explicit scratch_file(const std::string& name)
        : path_(fs::temp_directory_path() / ("allomatch-bench-" + std::to_string(getpid()) + name)) {}
    scratch_file(const scratch_file&) = delete;
    scratch_file& operator=(const scratch_file&) = delete;
    ~scratch_file() {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }
    [[nodiscard]] const fs::path& path() const { return path_; }

private:
    fs::path path_;
};

void save(benchmark::State& state) {
    const auto& pool = simulated_pool(static_cast<std::size_t>(state.range(0)));
    const scratch_file file(".amx");
    for (auto _ : state) save_snapshot(*pool.donors, file.path());
    const auto bytes = static_cast<double>(fs::file_size(file.path()));
    state.counters["MB"] = bytes / 1e6;
    state.counters["bytes_per_donor"] = bytes / static_cast<double>(pool.donors->size());
}
BENCHMARK(save)->Name("snapshot_save")->Arg(100'000)->Arg(10'000'000)->Iterations(2)->Unit(benchmark::kMillisecond)->UseRealTime();

/// The file is in the memory of the system, as behind a service that starts anew.
void open(benchmark::State& state) {
    const auto& pool = simulated_pool(static_cast<std::size_t>(state.range(0)));
    const scratch_file file(".amx");
    save_snapshot(*pool.donors, file.path());
    std::size_t found = 0;
    for (auto _ : state) {
        const auto opened = open_snapshot(file.path());
        state.PauseTiming();
        found = search(opened, pool.patients[0], usual_request()).total;
        state.ResumeTiming();
    }
    if (found != search(pool.donors, pool.patients[0], usual_request()).total) state.SkipWithError("the answer is wrong");
}
BENCHMARK(open)->Name("snapshot_open")->Arg(100'000)->Arg(10'000'000)->Unit(benchmark::kMillisecond)->UseRealTime();

void verify(benchmark::State& state) {
    const auto& pool = simulated_pool(static_cast<std::size_t>(state.range(0)));
    const scratch_file file(".amx");
    save_snapshot(*pool.donors, file.path());
    for (auto _ : state) verify_snapshot(file.path());
}
BENCHMARK(verify)->Name("snapshot_verify")->Arg(100'000)->Arg(10'000'000)->Unit(benchmark::kMillisecond)->UseRealTime();

/// How many times faster 100,000 donors are opened than read from CSV, in one run.
void against_csv(benchmark::State& state) {
    using clock = std::chrono::steady_clock;
    const auto seconds_of = [](auto&& job) {
        const auto start = clock::now();
        job();
        return std::chrono::duration<double>(clock::now() - start).count();
    };
    const scratch_file folder("");
    const scratch_file file(".amx");
    const auto names = nomenclature::builtin();
    simulation_options options;
    options.donors = 100'000;
    const auto plan = simulation::prepare(options, builtin_east_asian(names));
    io::write_simulation(plan, folder.path());
    const auto mac = mac_table::load(folder.path() / "mac.txt");
    double csv = 0;
    double snapshot = 0;
    for (auto _ : state) {
        std::shared_ptr<const registry> read;
        std::shared_ptr<const registry> opened;
        csv += seconds_of([&] {
            io::import_report report;
            read = io::import_donors(*io::open_people(folder.path() / "donors.csv"), names, mac, {}, report);
        });
        save_snapshot(*read, file.path());
        snapshot += seconds_of([&] { opened = open_snapshot(file.path()); });
        if (opened->size() != read->size()) state.SkipWithError("donors are missing");
    }
    state.counters["times_faster"] = csv / snapshot;
}
BENCHMARK(against_csv)->Name("snapshot_against_csv")->Iterations(3)->Unit(benchmark::kMillisecond);

}  // namespace
