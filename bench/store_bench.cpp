// SPDX-License-Identifier: Apache-2.0
// The store of a registry: a donor file into store and snapshot, following changes, standing searches.
#include "fixtures.hpp"

#include <allomatch/haplotype/builtin_frequencies.hpp>
#include <allomatch/io/csv.hpp>
#include <allomatch/io/write_simulation.hpp>
#include <allomatch/store/alerts.hpp>
#include <allomatch/store/donor_import.hpp>
#include <allomatch/store/stored_donors.hpp>
#include <allomatch/store/stored_searches.hpp>

#include <benchmark/benchmark.h>

#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>

#include <unistd.h>

namespace {

using namespace allomatch;
namespace fs = std::filesystem;

double seconds_of(const auto& job) {
    const auto start = std::chrono::steady_clock::now();
    job();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Simulated donors as files, and a store beside them.
class scratch_registry {
public:
    explicit scratch_registry(std::size_t donors)
        : folder_(fs::temp_directory_path() / ("allomatch-bench-" + std::to_string(getpid()))), names_(nomenclature::builtin()) {
        simulation_options options;
        options.donors = donors;
        options.patients = 2000;
        io::write_simulation(simulation::prepare(options, builtin_east_asian(names_)), folder_);
        rules_ = {names_, mac_table::load(folder_ / "mac.txt")};
    }
    scratch_registry(const scratch_registry&) = delete;
    scratch_registry& operator=(const scratch_registry&) = delete;
    ~scratch_registry() {
        std::error_code ignored;
        fs::remove_all(folder_, ignored);
    }

    [[nodiscard]] const reading_rules& rules() const { return rules_; }
    [[nodiscard]] fs::path file(const char* name) const { return folder_ / name; }
    [[nodiscard]] registry_store new_store() const {
        for (const char* ending : {"registry.db", "registry.db-wal", "registry.db-shm", "registry.amx"}) fs::remove(file(ending));
        return registry_store::create(file("registry.db"), rules_, "bench");
    }
    import_outcome import(registry_store& into, row_source& rows, import_mode mode = import_mode::full) const {
        donor_import how;
        how.mode = mode;
        how.actor = "bench";
        return import_donors(into, rows, rules_, how);
    }
    import_outcome import(registry_store& into) const { return import(into, *io::open_people(file("donors.csv"))); }
    [[nodiscard]] std::vector<std::shared_ptr<const patient>> patients() const {
        io::import_report report;
        return io::import_patients(*io::open_people(file("patients.csv")), names_, rules_.mac, {}, report);
    }

private:
    fs::path folder_;
    nomenclature::pointer names_;
    reading_rules rules_;
};

/// The header and the first rows of a donor file, each with another id.
std::string renamed_rows(const fs::path& donors, std::size_t count) {
    io::csv_source rows(donors);
    const auto id = static_cast<std::size_t>(std::find(rows.columns().begin(), rows.columns().end(), "id") - rows.columns().begin());
    std::string text;
    const auto line = [&text](const auto& cells) {
        for (std::size_t i = 0; i < cells.size(); ++i) text += (i > 0 ? ",\"" : "\"") + std::string(cells[i]) + '"';
        text += '\n';
    };
    line(rows.columns());
    row_view row;
    for (std::size_t i = 0; i < count && rows.next(row); ++i) {
        std::vector<std::string> cells(row.cells.begin(), row.cells.end());
        cells[id] = "NEW" + cells[id];
        line(cells);
    }
    return text;
}

/// A CSV file of 100,000 donors into an empty store, and the snapshot of it; `times_registry`: against reading the same file
/// as a registry and nothing more, in one run.
void import_file(benchmark::State& state) {
    const scratch_registry pool(static_cast<std::size_t>(state.range(0)));
    double registry_only = 0;
    double all = 0;
    for (auto _ : state) {
        io::import_report report;
        registry_only += seconds_of([&] {
            (void)io::import_donors(*io::open_people(pool.file("donors.csv")), pool.rules().names, pool.rules().mac, {}, report);
        });
        std::uint64_t stored = 0;
        const double seconds = seconds_of([&] {
            registry_store store = pool.new_store();
            (void)pool.import(store);
            write_snapshot(store, *read_registry(store, pool.rules()).donors);
            stored = store.info().donors;
        });
        state.SetIterationTime(seconds);
        all += seconds;
        if (stored != report.rows_taken) state.SkipWithError("donors are missing");
    }
    state.counters["times_registry"] = all / registry_only;
}
BENCHMARK(import_file)->Name("store_import")->Arg(100'000)->Iterations(2)->UseManualTime()->Unit(benchmark::kMillisecond);

/// The same file again: nothing changes.
void import_again(benchmark::State& state) {
    const scratch_registry pool(100'000);
    registry_store store = pool.new_store();
    (void)pool.import(store);
    for (auto _ : state)
        if (pool.import(store).unchanged != store.info().donors) state.SkipWithError("donors were changed");
}
BENCHMARK(import_again)->Name("store_import_again")->Iterations(2)->Unit(benchmark::kMillisecond)->UseRealTime();

/// A diff of 1,000 new donors and the version of a registry in memory after it; only the following is timed.
void follow_changes(benchmark::State& state) {
    const scratch_registry pool(100'000);
    registry_store store = pool.new_store();
    (void)pool.import(store);
    const auto before = read_registry(store, pool.rules()).donors;
    const std::string text = renamed_rows(pool.file("donors.csv"), 1000);
    io::csv_source rows(text, "new.csv");
    if (pool.import(store, rows, import_mode::diff).added != 1000) state.SkipWithError("not all donors were taken");
    for (auto _ : state)
        if (follow(store, before, pool.rules()).donors->size() != before->size() + 1000) state.SkipWithError("donors are missing");
}
BENCHMARK(follow_changes)->Name("store_follow_1000")->Iterations(20)->Unit(benchmark::kMillisecond)->UseRealTime();

/// 1,000 new donors against the standing searches of 2,000 patients, 10/10 with up to one mismatch. `times_forward`: how many
/// times as long the plain way takes, a search of each patient in the donors of 100,000, in one run. `import_ms`: the whole
/// transaction that brings these donors into the store and writes the alerts.
void standing(benchmark::State& state) {
    const scratch_registry pool(100'000);
    registry_store store = pool.new_store();
    (void)pool.import(store);
    const auto all = read_registry(store, pool.rules()).donors;
    search_request request;
    request.max_mismatches = 1;
    search_request few = request;
    few.top = 1;
    const auto patients = pool.patients();
    for (const auto& who : patients) (void)keep_search(store, search(all, who, few), request, true, {"", "bench"});
    const standing_searches searches(store, pool.rules());
    if (searches.size() != patients.size()) state.SkipWithError("searches are missing");
    const std::string text = renamed_rows(pool.file("donors.csv"), 1000);
    io::csv_source rows(text, "new.csv");
    io::import_report report;
    const auto fresh = io::import_donors(rows, pool.rules().names, pool.rules().mac, {}, report);
    std::size_t hits = 0;
    double reverse = 0;
    for (auto _ : state) reverse += seconds_of([&] { hits = searches.ask(fresh).size(); });
    std::size_t expected = 0;
    for (const match_list& found : search_many(fresh, patients, request)) expected += found.total;
    if (hits != expected) state.SkipWithError("the answer is wrong");
    const double forward = seconds_of([&] { (void)search_many(all, patients, request); });
    state.counters["hits"] = static_cast<double>(hits);
    io::csv_source again(text, "new.csv");
    std::uint64_t alerted = 0;
    state.counters["import_ms"] = 1000 * seconds_of([&] { alerted = pool.import(store, again, import_mode::diff).alerts; });
    const auto offered = [&](const standing_hit& hit) {  // as searches of a store hold the others back
        const field_column& status = *fresh->field("status");
        return status.text(hit.donor) != "OP" && status.text(hit.donor) != "DE";
    };
    if (alerted != static_cast<std::uint64_t>(std::ranges::count_if(searches.ask(fresh), offered))) state.SkipWithError("alerts are missing");
    state.counters["times_forward"] = forward * static_cast<double>(state.iterations()) / reverse;
}
BENCHMARK(standing)->Name("standing_searches")->Iterations(20)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
