// SPDX-License-Identifier: Apache-2.0
#include "fixtures.hpp"

#include <allomatch/analytics/match_likelihood.hpp>
#include <allomatch/haplotype/locus_relation.hpp>

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

}  // namespace
