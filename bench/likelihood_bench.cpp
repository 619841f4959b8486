// SPDX-License-Identifier: Apache-2.0
#include "fixtures.hpp"

#include <allomatch/analytics/match_likelihood.hpp>
#include <allomatch/analytics/pool_matches.hpp>
#include <allomatch/haplotype/locus_relation.hpp>
#include <allomatch/search/donor_availability.hpp>

#include <benchmark/benchmark.h>

#include <array>
#include <chrono>
#include <cmath>
#include <map>

namespace {

using namespace allomatch;
using clock_type = std::chrono::steady_clock;

double milliseconds_since(clock_type::time_point start) {
    return std::chrono::duration<double, std::milli>(clock_type::now() - start).count();
}

/// 1,000 to 3,000,000 donors in equal steps of the logarithm.
std::vector<double> usual_sizes() {
    std::vector<double> sizes;
    for (int i = 0; i < 50; ++i) sizes.push_back(1000 * std::pow(3000.0, i / 49.0));
    return sizes;
}

/// The definition: all pairs into a map of genotypes, every size for every genotype.
std::vector<double> plain_curve(const frequency_set& set, std::span<const double> sizes) {
    const haplotype_table& rows = set.merged();
    std::map<std::array<locus_content, 5>, double> genotypes;
    for (std::size_t i = 0; i < rows.size(); ++i)
        for (std::size_t j = i; j < rows.size(); ++j) {
            std::array<locus_content, 5> g;
            for (std::size_t at = 0; at < g.size(); ++at)
                g[at] = locus_content::of(set.outcome(at, rows.codes(i)[at]).matched, set.outcome(at, rows.codes(j)[at]).matched);
            genotypes[g] += (i == j ? 1 : 2) * rows.frequency(i) * rows.frequency(j) / (set.sum_as_read() * set.sum_as_read());
        }
    std::vector<double> out;
    for (const double n : sizes) {
        long double sum = 0;
        for (const auto& [g, p] : genotypes) sum += p * -std::expm1(n * std::log1p(-p));
        out.push_back(static_cast<double>(sum));
    }
    return out;
}

/// The exact curve of one population at 50 sizes: `range` haplotypes, 10/10.
void likelihood_curve(benchmark::State& state) {
    const frequency_set set = bench::recombined_set(static_cast<std::size_t>(state.range(0)));
    const donor_population donors{&set};
    const auto sizes = usual_sizes();
    std::vector<double> curve;
    for (auto _ : state) {
        const match_likelihood likelihood(set, std::span(&donors, 1), {.mismatches = static_cast<unsigned>(state.range(1))});
        const auto made = clock_type::now();
        curve = likelihood.probabilities(sizes);
        state.counters["sizes_ms"] = milliseconds_since(made);
        state.counters["genotypes"] = static_cast<double>(likelihood.genotype_count());
    }
    if (!std::is_sorted(curve.begin(), curve.end())) state.SkipWithError("the curve falls");
}
BENCHMARK(likelihood_curve)->ArgNames({"haplotypes", "mismatches"})->Args({5000, 0})->Args({5000, 1})->Args({20000, 0})
    ->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(1);

/// One thread each, 1,000 haplotypes.
void likelihood_against_plain(benchmark::State& state) {
    const frequency_set set = bench::recombined_set(1000);
    const donor_population donors{&set};
    const auto sizes = usual_sizes();
    double plain = 0;
    double fast = 0;
    for (auto _ : state) {
        auto start = clock_type::now();
        const match_likelihood likelihood(set, std::span(&donors, 1), {.threads = 1});
        const auto curve = likelihood.probabilities(sizes, 1);
        fast += milliseconds_since(start);
        start = clock_type::now();
        const auto expected = plain_curve(set, sizes);
        plain += milliseconds_since(start);
        for (std::size_t i = 0; i < sizes.size(); ++i)
            if (std::abs(curve[i] - expected[i]) > 1e-12) state.SkipWithError("differs from the plain sum");
    }
    state.counters["plain_to_fast"] = plain / fast;
}
BENCHMARK(likelihood_against_plain)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(1);

/// Every donor as a patient against all others, 10/10 with up to one mismatch, counts by donor.
void all_against_all(benchmark::State& state) {
    const auto& pool = bench::simulated_pool(static_cast<std::size_t>(state.range(0)));
    const registry& donors = *pool.donors;
    pool_matches found{{0, 0}, {0, 0}, {}};
    double milliseconds = 0;
    for (auto _ : state) {
        const auto start = clock_type::now();
        found = count_pool_matches(donors, {});
        milliseconds += milliseconds_since(start);
    }
    // Donors spread over the pool, each searched for as a patient.
    constexpr std::size_t sample = 1000;
    std::vector<std::shared_ptr<const patient>> patients;
    std::vector<donor_index> of_patient;
    for (std::size_t i = 0; i < sample; ++i) {
        const auto d = static_cast<donor_index>(i * donors.size() / sample);
        auto who = std::make_shared<patient>();
        who->id = std::string(donors.id(d));
        for (std::size_t l = 0; l < locus_count; ++l) {
            const auto at = static_cast<locus>(l);
            who->genotypes[l] = donors.column(at).dictionary.genotype_at(donors.code(at, d));
        }
        patients.push_back(std::move(who));
        of_patient.push_back(d);
    }
    search_request request = bench::usual_request();
    request.threads = 0;
    request.order = ranking::preset("hla_only");
    request.also = std::vector<locus>{};
    const auto start = clock_type::now();
    const auto lists = search_many(pool.donors, patients, request);
    const double searched = milliseconds_since(start) * static_cast<double>(donors.size()) / sample;
    const donor_availability availability(donors, "", request.on);
    for (std::size_t i = 0; i < sample; ++i) {
        std::array<std::uint32_t, 2> counts{};
        for (const hit& h : lists[i].hits)
            if (h.donor != of_patient[i] && availability.status(h.donor) != "DE") ++counts[h.mismatches];
        if (counts[0] != found.potential.count(of_patient[i], 0) || counts[1] != found.potential.count(of_patient[i], 1))
            state.SkipWithError("differs from searching");
    }
    state.counters["typings"] = static_cast<double>(found.typings);
    state.counters["search_many_to_this"] = searched / milliseconds * static_cast<double>(state.iterations());
}
BENCHMARK(all_against_all)->Arg(100'000)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(1);

}  // namespace
