// SPDX-License-Identifier: Apache-2.0
#include "fixtures.hpp"

#include <allomatch/haplotype/estimation.hpp>
#include <allomatch/io/input.hpp>

#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <map>
#include <random>
#include <set>
#include <string>
#include <unordered_map>

namespace {

using namespace allomatch;
using allomatch::bench::recombined_set;
using allomatch::bench::shared_data;
using allomatch::bench::simulated_pool;
using clock_type = std::chrono::steady_clock;

constexpr std::array loci{locus::A, locus::C, locus::B, locus::DRB1, locus::DQB1};
using haplotype = std::array<std::string, loci.size()>;
/// Alleles that each of the two positions of each locus may be.
using person = std::array<std::array<std::vector<std::string>, 2>, loci.size()>;

/// Drawn from 5,000 haplotypes; `ambiguous` per cent of the people have a list of two or three at one position.
std::vector<person> draw_people(std::size_t count, unsigned ambiguous) {
    const frequency_set set = recombined_set(5000);
    std::vector<haplotype> pool;
    std::array<std::map<std::string, std::set<std::string>>, loci.size()> family;
    for (std::size_t row = 0; row < set.rows().size(); ++row) {
        haplotype& h = pool.emplace_back();
        for (std::size_t i = 0; i < loci.size(); ++i) {
            const auto at = std::find(set.loci().begin(), set.loci().end(), loci[i]) - set.loci().begin();
            h[i] = set.allele(static_cast<std::size_t>(at), set.rows().codes(row)[static_cast<std::size_t>(at)]).name;
            family[i][h[i].substr(0, h[i].find(':'))].insert(h[i]);
        }
    }
    std::minstd_rand engine(5);
    std::discrete_distribution<std::size_t> draw(set.rows().frequencies().begin(), set.rows().frequencies().end());
    std::vector<person> people(count);
    for (person& p : people) {
        const haplotype& a = pool[draw(engine)];
        const haplotype& b = pool[draw(engine)];
        for (std::size_t i = 0; i < loci.size(); ++i) p[i] = {{{a[i]}, {b[i]}}};
        if (engine() % 100 >= ambiguous) continue;
        const std::size_t i = engine() % loci.size();
        auto& position = p[i][engine() % 2];
        const auto& relatives = family[i][position[0].substr(0, position[0].find(':'))];
        const std::size_t length = 2 + engine() % 2;
        for (const std::string& other : relatives)
            if (other != position[0] && position.size() < length) position.push_back(other);
    }
    return people;
}

std::shared_ptr<const registry> registry_of(const std::vector<person>& people) {
    registry_builder builder(nomenclature::names(), nullptr);
    const auto listed = [](const std::vector<std::string>& alleles) {
        std::string text;
        for (const std::string& a : alleles) text += (text.empty() ? "" : "/") + a;
        return text;
    };
    std::size_t number = 0;
    for (const person& p : people) {
        std::array<std::string, loci.size()> texts;
        registry_builder::donor_texts donor;
        const std::string id = std::to_string(++number);
        donor.id = id;
        for (std::size_t i = 0; i < loci.size(); ++i) {
            texts[i] = listed(p[i][0]) + '+' + listed(p[i][1]);
            donor.typings[index(loci[i])] = texts[i];
        }
        static_cast<void>(builder.add(donor));
    }
    return builder.finish();
}

/// What a plain program does: flat arrays, one thread, every pair in every iteration.
std::unordered_map<std::string, double> plain(const std::vector<person>& people, double stop, std::size_t& iterations) {
    std::unordered_map<std::string, std::uint32_t> numbers;
    std::vector<std::array<std::uint32_t, 2>> pairs;
    std::vector<std::size_t> begins{0};
    std::vector<double> weights;
    std::map<person, std::size_t> known;
    for (const person& p : people) {
        person key = p;
        for (auto& locus : key) std::sort(locus.begin(), locus.end());
        const auto [it, added] = known.try_emplace(key, weights.size());
        if (added)
            weights.push_back(1);
        else
            ++weights[it->second];
    }
    std::vector<const person*> distinct(known.size());
    for (const auto& [p, at] : known) distinct[at] = &p;
    for (const person* p : distinct) {
        std::set<std::array<std::uint32_t, 2>> found;
        const auto add = [&](const auto& self, std::size_t i, const std::string& a, const std::string& b) -> void {
            if (i == loci.size()) {
                const std::uint32_t x = numbers.try_emplace(a, static_cast<std::uint32_t>(numbers.size())).first->second;
                const std::uint32_t y = numbers.try_emplace(b, static_cast<std::uint32_t>(numbers.size())).first->second;
                found.insert({std::min(x, y), std::max(x, y)});
                return;
            }
            const std::string sign = i == 0 ? "" : "~";
            for (const std::string& x : (*p)[i][0])
                for (const std::string& y : (*p)[i][1]) {
                    self(self, i + 1, a + sign + x, b + sign + y);
                    if (i != 0 && x != y) self(self, i + 1, a + sign + y, b + sign + x);
                }
        };
        add(add, 0, "", "");
        pairs.insert(pairs.end(), found.begin(), found.end());
        begins.push_back(pairs.size());
    }
    const auto copies = static_cast<double>(2 * people.size());
    std::vector<double> f(numbers.size());
    for (std::size_t i = 0; i < weights.size(); ++i)
        for (std::size_t k = begins[i]; k < begins[i + 1]; ++k)
            for (const std::uint32_t h : pairs[k]) f[h] += weights[i] / static_cast<double>(begins[i + 1] - begins[i]) / copies;
    std::vector<double> next(f.size());
    for (double change = 1; change > stop; ++iterations) {
        std::fill(next.begin(), next.end(), 0);
        for (std::size_t i = 0; i < weights.size(); ++i) {
            double total = 0;
            for (std::size_t k = begins[i]; k < begins[i + 1]; ++k) {
                const auto [a, b] = pairs[k];
                total += f[a] * f[b] * (a == b ? 1 : 2);
            }
            const double share = weights[i] / total / copies;
            for (std::size_t k = begins[i]; k < begins[i + 1]; ++k) {
                const auto [a, b] = pairs[k];
                const double part = f[a] * f[b] * (a == b ? 1 : 2) * share;
                next[a] += part;
                next[b] += part;
            }
        }
        change = 0;
        for (std::size_t h = 0; h < f.size(); ++h) change = std::max(change, std::abs(f[h] - next[h]));
        f.swap(next);
    }
    std::unordered_map<std::string, double> out;
    for (const auto& [text, number] : numbers) out[text] = f[number];
    return out;
}

double seconds_since(clock_type::time_point start) { return std::chrono::duration<double>(clock_type::now() - start).count(); }

void tell(benchmark::State& state, const haplotype_estimate& found) {
    state.counters["haplotypes"] = static_cast<double>(found.size());
    state.counters["pairs"] = static_cast<double>(found.pairs);
    state.counters["iterations"] = static_cast<double>(found.trace.size());
}

void estimate(benchmark::State& state) {
    const std::vector<person> people = draw_people(static_cast<std::size_t>(state.range(0)), static_cast<unsigned>(state.range(1)));
    const auto donors = registry_of(people);
    haplotype_estimate found;
    double own = 0;
    for (auto _ : state) {
        const auto start = clock_type::now();
        found = estimate_frequencies(*donors);
        own += seconds_since(start) / static_cast<double>(state.max_iterations);
    }
    const auto start = clock_type::now();
    std::size_t iterations = 0;
    const auto wanted = plain(people, estimation_options{}.stop, iterations);
    state.counters["times_plain"] = seconds_since(start) / own;
    double worst = 0;
    for (std::size_t i = 0; i < found.size(); ++i)
        worst = std::max(worst, std::abs(found.frequencies[i] - wanted.at(found.haplotype_text(i))));
    if (worst > 1e-9 || iterations != found.trace.size()) state.SkipWithError("not what the plain program finds");
    tell(state, found);
}

/// 37,993 real people typed by first field.
void estimate_first_field(benchmark::State& state) {
    const auto folder = shared_data();
    if (!folder) return state.SkipWithError("set ALLOMATCH_SHARED");
    io::line_reader lines(*folder / "typings" / "portugal_37993_first_field.tsv.gz");
    std::string_view line;
    registry_builder builder(nomenclature::names(), nullptr);
    constexpr std::array four{locus::A, locus::B, locus::C, locus::DRB1};
    lines.next(line);
    while (lines.next(line)) {
        std::vector<std::string> cells{""};
        for (const char c : line) c == '\t' ? void(cells.emplace_back()) : cells.back().push_back(c);
        std::array<std::string, four.size()> texts;
        registry_builder::donor_texts donor;
        donor.id = cells[0];
        for (std::size_t i = 0; i < four.size(); ++i) {
            const auto two_digits = [](const std::string& n) { return (n.size() == 1 ? "0" : "") + n; };
            const std::string gene = std::string(name(four[i])) + '*';
            texts[i] = gene + two_digits(cells[1 + 2 * i]) + '+' + gene + two_digits(cells[2 + 2 * i]);
            donor.typings[index(four[i])] = texts[i];
        }
        if (!builder.add(donor).empty()) return state.SkipWithError("a row cannot be read");
    }
    const auto donors = builder.finish();
    haplotype_estimate found;
    for (auto _ : state) found = estimate_frequencies(*donors, {.loci = {locus::A, locus::C, locus::B, locus::DRB1}});
    if (found.people != donors->size()) state.SkipWithError("people are missing");
    tell(state, found);
}

/// Donors of mixed quality, many without C or DQB1.
void estimate_mixed(benchmark::State& state) {
    const auto& donors = simulated_pool(static_cast<std::size_t>(state.range(0))).donors;
    haplotype_estimate found;
    for (auto _ : state) found = estimate_frequencies(*donors);
    if (found.people + found.too_ambiguous + found.untyped != donors->size()) state.SkipWithError("people are missing");
    tell(state, found);
    state.counters["resolved_by_others"] = static_cast<double>(found.resolved_by_others);
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    state.counters["peak_MB"] = static_cast<double>(used.ru_maxrss) / 1024;
}

BENCHMARK(estimate)->Args({50'000, 0})->Args({50'000, 20})->Unit(benchmark::kMillisecond)->Iterations(3)->UseRealTime();
BENCHMARK(estimate_first_field)->Unit(benchmark::kMillisecond)->Iterations(3)->UseRealTime();
BENCHMARK(estimate_mixed)->Arg(100'000)->Unit(benchmark::kMillisecond)->Iterations(1)->UseRealTime();

}  // namespace
