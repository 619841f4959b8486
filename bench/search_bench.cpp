// SPDX-License-Identifier: Apache-2.0
#include "fixtures.hpp"
#include "search/scan.hpp"

#include <allomatch/core/parallel.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <numeric>

namespace {

using namespace allomatch;
using allomatch::bench::simulated_pool;
using allomatch::bench::usual_request;
using clock_type = std::chrono::steady_clock;

double microseconds_since(clock_type::time_point start) {
    return std::chrono::duration<double, std::micro>(clock_type::now() - start).count();
}

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// What a search must find, counted donor by donor without any table.
std::size_t counted_directly(const registry& donors, const patient& who, const search_request& request) {
    std::size_t found = 0;
    std::vector<std::vector<int>> known(request.loci.size());
    for (std::size_t l = 0; l < request.loci.size(); ++l) {
        const auto& dictionary = donors.column(request.loci[l]).dictionary;
        for (genotype_code code = 0; code < dictionary.genotype_count(); ++code) {
            const genotype g = dictionary.genotype_at(code);
            known[l].push_back(compare(*donors.names(), request.loci[l], who.at(request.loci[l]), g).mismatches);
        }
    }
    for (donor_index d = 0; d < donors.size(); ++d) {
        int sum = 0;
        for (std::size_t l = 0; l < request.loci.size(); ++l) sum += known[l][donors.code(request.loci[l], d)];
        found += sum <= static_cast<int>(request.max_mismatches) ? 1 : 0;
    }
    return found;
}

/// One patient, all hits ranked, one thread; the counters give median and worst over 1,000 patients.
void search_one(benchmark::State& state) {
    const auto& pool = simulated_pool(static_cast<std::size_t>(state.range(0)));
    auto request = usual_request();
    request.threads = static_cast<std::size_t>(state.range(1));
    const donor_filter everyone;
    search_agent agent(pool.donors);
    for (std::size_t i = 0; i < 3; ++i)
        if (agent.search(pool.patients[i], request, everyone).total !=
            counted_directly(*pool.donors, *pool.patients[i], request)) {
            state.SkipWithError("the answer is wrong");
            return;
        }
    const std::size_t patients = pool.donors->size() > 1'000'000 ? 20 : pool.patients.size();
    std::vector<double> times;
    std::size_t hits = 0;
    for (auto _ : state) {
        for (std::size_t i = 0; i < patients; ++i) {
            const auto start = clock_type::now();
            hits += agent.search(pool.patients[i], request, everyone).total;
            times.push_back(microseconds_since(start));
        }
    }
    state.counters["median_us"] = median(times);
    state.counters["p99_us"] = [&] {
        std::sort(times.begin(), times.end());
        return times[times.size() * 99 / 100];
    }();
    state.counters["hits_each"] = static_cast<double>(hits) / static_cast<double>(times.size());
    const auto memory = pool.donors->memory();
    const auto n = static_cast<double>(pool.donors->size());
    state.counters["bytes_per_donor"] = static_cast<double>(memory.typings + memory.typing_texts + memory.fields) / n;
    state.counters["total_MB"] = static_cast<double>(memory.total()) / 1e6;
}
BENCHMARK(search_one)->Args({100'000, 1})->Unit(benchmark::kMillisecond);
BENCHMARK(search_one)->Args({10'000'000, 1})->Args({10'000'000, 2})->Iterations(1)->Unit(benchmark::kMillisecond);

/// The scan against reading the same five columns once, in one run, over the first 50 patients.
void scan_against_bandwidth(benchmark::State& state) {
    const auto& pool = simulated_pool(static_cast<std::size_t>(state.range(0)));
    const auto request = usual_request();
    const registry& donors = *pool.donors;
    std::vector<double> scans;
    std::vector<double> probes;
    std::vector<std::uint32_t> found;
    std::uint64_t bytes = 0;
    for (auto _ : state) {
        for (std::size_t p = 0; p < 50; ++p) {
            std::array<locus_query, locus_count> queries;
            scan_plan plan;
            plan.max_mismatches = 1;
            plan.cluster_begins = donors.cluster_begins();
            for (std::size_t i = 0; i < request.loci.size(); ++i) {
                const locus l = request.loci[i];
                const auto& column = donors.column(l);
                queries[i].start(*donors.names(), l, pool.patients[p]->at(l), column.dictionary, {});
                const auto counts = queries[i].counts(direction::both, 2);
                if (l == donors.cluster_locus())
                    plan.cluster_counts = counts;
                else
                    plan.columns.push_back({&column.codes, counts.data(), column.passing});
            }
            std::sort(plan.columns.begin(), plan.columns.end(),
                      [](const auto& a, const auto& b) { return a.passing < b.passing; });
            auto start = clock_type::now();
            found.clear();
            scan_places(plan, 0, donors.size(), found);
            benchmark::DoNotOptimize(found.data());
            scans.push_back(microseconds_since(start));
            start = clock_type::now();
            std::uint64_t sum = 0;
            bytes = 0;
            for (const locus l : request.loci)
                donors.column(l).codes.visit([&](auto codes) {
                    bytes += codes.size_bytes();
                    const auto* words = reinterpret_cast<const std::uint64_t*>(codes.data());
                    for (std::size_t i = 0; i < codes.size_bytes() / 8; ++i) sum += words[i];
                });
            benchmark::DoNotOptimize(sum);
            probes.push_back(microseconds_since(start));
        }
    }
    state.counters["scan_us"] = median(scans);
    state.counters["probe_us"] = median(probes);
    state.counters["ratio"] = median(scans) / median(probes);
    state.counters["probe_GB_per_s"] = static_cast<double>(bytes) / median(probes) / 1e3;
}
BENCHMARK(scan_against_bandwidth)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMicrosecond);

/// 1,000 patients against 100,000 donors, two threads.
void search_batch(benchmark::State& state) {
    const auto& pool = simulated_pool(100'000);
    auto request = usual_request();
    request.threads = 2;
    std::size_t hits = 0;
    for (auto _ : state) {
        hits = 0;
        for (const match_list& list : search_many(pool.donors, pool.patients, request)) hits += list.total;
    }
    state.counters["hits"] = static_cast<double>(hits);
}
BENCHMARK(search_batch)->Unit(benchmark::kMillisecond)->UseRealTime();

/// Every pair of 1,000 patients and 10,000 donors: outcomes at five loci and their sums, two threads.
void compare_all_pairs(benchmark::State& state) {
    const auto& pool = simulated_pool(10'000);
    const auto request = usual_request();
    std::uint64_t mismatches = 0;
    for (auto _ : state) {
        std::atomic<std::uint64_t> total{0};
        parallel_for_blocks(pool.patients.size(), 32, 2, [&](std::size_t begin, std::size_t end) {
            search_agent agent(pool.donors);
            std::uint64_t own = 0;
            for (std::size_t p = begin; p < end; ++p)
                agent.compare_blocks(*pool.patients[p], request,
                                     [&](std::span<const donor_index>, std::span<const outcome_sums> sums, std::span<const packed_outcome> all) {
                                         benchmark::DoNotOptimize(all.data());
                                         for (const outcome_sums s : sums) own += s.mismatches();
                                     });
            total += own;
        });
        mismatches = total;
    }
    state.counters["pairs_per_s"] =
        benchmark::Counter(1e7 * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
    state.counters["mismatches"] = static_cast<double>(mismatches);
}
BENCHMARK(compare_all_pairs)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
