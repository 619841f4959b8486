// SPDX-License-Identifier: Apache-2.0
// Choosing among many that fit: ranking, and pairs of cord units.
#include "fixtures.hpp"

#include <allomatch/io/people.hpp>
#include <allomatch/search/cord_units.hpp>
#include <allomatch/search/ranker.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <stdexcept>

namespace {

using namespace allomatch;
using clock_type = std::chrono::steady_clock;

double milliseconds_since(clock_type::time_point start) {
    return std::chrono::duration<double, std::milli>(clock_type::now() - start).count();
}

/// So many hits of one patient, in no order.
match_list unordered_hits(std::size_t count) {
    const auto& pool = bench::simulated_pool(100'000);
    auto request = bench::usual_request();
    request.order = {};
    for (request.max_mismatches = 2; request.max_mismatches <= 10; ++request.max_mismatches) {
        match_list list = search(pool.donors, pool.patients.front(), request);
        if (list.hits.size() < count) continue;
        list.hits.resize(count);
        list.facts.resize(count);
        list.outcomes.resize(count * list.width());
        list.order = ranking::preset("default");
        return list;
    }
    throw std::logic_error("too few donors");
}

/// 20,000 hits by the default criteria, all of them and the best 100; against sorting their ids alone.
void rank_hits(benchmark::State& state) {
    const match_list list = unordered_hits(20'000);
    const auto top = static_cast<std::size_t>(state.range(0));
    const auto all = ranker(list).best(list.hits.size());
    const auto best = ranker(list).best(top);
    if (!std::equal(best.begin(), best.end(), all.begin())) {
        state.SkipWithError("the answer is wrong");
        return;
    }
    std::vector<donor_index> ids(list.hits.size());
    for (std::size_t i = 0; i < ids.size(); ++i) ids[i] = list.hits[i].donor;
    std::shuffle(ids.begin(), ids.end(), std::mt19937(1));
    const auto start = clock_type::now();
    std::sort(ids.begin(), ids.end(), [&](donor_index a, donor_index b) { return list.donors->id(a) < list.donors->id(b); });
    const double sorting = milliseconds_since(start);
    double ranking_time = 0;
    for (auto _ : state) {
        const auto begin = clock_type::now();
        benchmark::DoNotOptimize(ranker(list).best(top));
        ranking_time += milliseconds_since(begin);
    }
    state.counters["times_sorting_ids"] = ranking_time / static_cast<double>(state.iterations()) / sorting;
}
BENCHMARK(rank_hits)->Arg(20'000)->Arg(100)->Unit(benchmark::kMillisecond);

/// Simulated donors as cord units with cell counts.
class cord_rows final : public row_source {
public:
    explicit cord_rows(row_source& donors) : donors_(donors), columns_(donors.columns().begin(), donors.columns().end()) {
        type_ = static_cast<std::size_t>(std::find(columns_.begin(), columns_.end(), "type") - columns_.begin());
        columns_.insert(columns_.end(), {"tnc", "cd34"});
    }
    [[nodiscard]] std::string_view name() const override { return "units"; }
    [[nodiscard]] std::span<const std::string> columns() const override { return columns_; }
    bool next(row_view& row) override {
        row_view donor;
        if (!donors_.next(donor)) return false;
        const double tnc = std::clamp(120 * std::exp(0.35 * normal_(random_)), 30.0, 500.0);
        counts_ = {std::to_string(tnc), std::to_string(tnc * 0.035 * std::exp(0.4 * normal_(random_)))};
        cells_.assign(donor.cells.begin(), donor.cells.end());
        cells_[type_] = "cord";
        cells_.insert(cells_.end(), {counts_[0], counts_[1]});
        row = donor;
        row.cells = cells_;
        return true;
    }

private:
    row_source& donors_;
    std::vector<std::string> columns_;
    std::size_t type_ = 0;
    std::vector<std::string_view> cells_;
    std::array<std::string, 2> counts_;
    std::mt19937 random_{1};
    std::normal_distribution<double> normal_;
};

const bench::pool& cord_pool() {
    static const bench::pool pool = [] {
        simulation_options options;
        options.donors = 50'000;
        options.patients = 100;
        const frequency_set set = bench::recombined_set(20'000);
        const auto plan = simulation::prepare(options, set);
        donor_simulator donors(plan);
        cord_rows units(donors);
        io::import_report report;
        bench::pool made;
        made.mac = plan->mac();
        made.donors = io::import_donors(units, set.names(), made.mac, {}, report);
        patient_simulator patients(plan);
        made.patients = io::import_patients(patients, set.names(), made.mac, {}, report);
        return made;
    }();
    return pool;
}

/// The best 100 of the pairs of 50,000 units for patients of 50 kg, two threads: 4/6 with the doses of the guideline, 3/6
/// without, and a patient without typings, whom every unit may match.
void double_cords(benchmark::State& state) {
    const bench::pool& pool = cord_pool();
    const std::int64_t agreeing = state.range(0);
    cord_pair_request request;
    request.units = cord_request(std::to_string(agreeing) + "/6");
    request.units.threads = 2;
    if (agreeing == 4) {
        request.units.min_tnc_per_kg = double_unit_doses.tnc_per_kg;
        request.units.min_cd34_per_kg = double_unit_doses.cd34_per_kg;
    }
    std::vector<double> times;
    double units = 0;
    double pairs = 0;
    for (auto _ : state) {
        for (std::int64_t i = 0; i < state.range(1); ++i) {
            auto who = std::make_shared<patient>(agreeing == 6 ? patient() : *pool.patients[static_cast<std::size_t>(i)]);
            std::erase_if(who->fields, [](const auto& f) { return f.first == "weight_kg"; });
            who->fields.emplace_back("weight_kg", "50");
            const auto start = clock_type::now();
            const cord_pair_list found = search_cord_pairs(pool.donors, who, request);
            times.push_back(milliseconds_since(start));
            units += static_cast<double>(found.units.hits.size());
            pairs += static_cast<double>(found.total);
            if (found.pairs.size() != std::min<std::size_t>(found.total, request.top)) state.SkipWithError("pairs are missing");
        }
    }
    std::sort(times.begin(), times.end());
    const auto n = static_cast<double>(times.size());
    state.counters["median_ms"] = times[times.size() / 2];
    state.counters["most_ms"] = times.back();
    state.counters["units_each"] = units / n;
    state.counters["pairs_each"] = pairs / n;
}
BENCHMARK(double_cords)
    ->ArgNames({"agreeing", "patients"})
    ->Args({4, 100})
    ->Args({3, 20})
    ->Args({6, 1})
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
