// SPDX-License-Identifier: Apache-2.0
#include "fixtures.hpp"

#include <allomatch/core/file.hpp>
#include <allomatch/core/parallel.hpp>
#include <allomatch/haplotype/genotype_list.hpp>
#include <allomatch/haplotype/match_predictor.hpp>
#include <allomatch/io/read_frequencies.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cmath>

namespace {

using namespace allomatch;
using allomatch::bench::shared_data;
using allomatch::bench::simulated_predicted_pool;
using clock_type = std::chrono::steady_clock;

constexpr std::array loci{locus::A, locus::B, locus::C, locus::DRB1, locus::DQB1};

double milliseconds_since(clock_type::time_point start) {
    return std::chrono::duration<double, std::milli>(clock_type::now() - start).count();
}

double quantile(std::vector<double>& values, double part) {
    std::sort(values.begin(), values.end());
    return values[static_cast<std::size_t>(part * static_cast<double>(values.size() - 1))];
}

/// All genotypes of a person by the plain definition: listed, whether certain or not.
genotype_list listed(const haplotype_index& index, const set_view& who) {
    genotype_list list(loci.size());
    if (who.certain) {
        list.add(who.contents, 1);
        return list;
    }
    std::vector<std::size_t> at;
    for (const locus l : loci) at.push_back(*index.position_of(l));
    list_genotypes(index, *who.pairs, at, list);
    return list;
}

/// Every genotype of the one against every genotype of the other.
std::array<double, 11> plain(const genotype_list& patient, const genotype_list& donor) {
    std::array<double, 11> total{};
    for (std::size_t i = 0; i < patient.size(); ++i)
        for (std::size_t j = 0; j < donor.size(); ++j) {
            std::size_t mismatches = 0;
            for (std::size_t l = 0; l < loci.size(); ++l) mismatches += patient.row(i)[l].mismatches(donor.row(j)[l]);
            total[mismatches] += patient.weight(i) * donor.weight(j);
        }
    return total;
}

/// The largest difference to the plain definition over some hits of a search.
double worst_difference(const bench::predicted_pool& pool, const donor_genotypes& genotypes, const match_list& found) {
    double worst = 0;
    const auto patient = listed((*pool.sets)[0], view_person(*pool.sets, pool.sets->choose(""), found.who->typing(), loci));
    set_view donor;
    for (std::size_t i = 0; i < found.hits.size(); i += found.hits.size() / 10 + 1) {
        genotypes.view(genotypes.typing_of(found.hits[i].donor), loci, donor);
        if (!donor.explained || patient.size() == 0) continue;
        if (!donor.certain && donor.pairs->pair_count * static_cast<double>(patient.size()) > 1e7) continue;
        const auto expected = plain(patient, listed((*pool.sets)[0], donor));
        for (std::size_t k = 0; k < expected.size(); ++k)
            worst = std::max(worst, std::abs(expected[k] - found.probabilities->total(i)[k]));
    }
    return worst;
}

/// Working out the haplotype pairs of all donors: time and memory.
void prepare_donors(benchmark::State& state) {
    const auto& pool = simulated_predicted_pool(static_cast<std::size_t>(state.range(0)));
    for (auto _ : state) {
        const donor_genotypes genotypes(pool.people.donors, pool.sets, 0, std::size_t{8} << 30);
        genotypes.prepare();
        state.counters["typings"] = static_cast<double>(genotypes.typing_count());
        state.counters["kept_MB"] = static_cast<double>(genotypes.memory()) / 1e6;
    }
}
BENCHMARK(prepare_donors)->Arg(10'000)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(1);

/// 10/10 with up to two mismatches and probabilities, 100,000 donors of mixed quality, all cores, all hits ranked.
void predicted_search(benchmark::State& state, const std::vector<std::shared_ptr<const patient>>& patients) {
    const auto& pool = simulated_predicted_pool(100'000);
    const auto genotypes = std::make_shared<const donor_genotypes>(pool.people.donors, pool.sets);
    genotypes->prepare();
    search_request request;
    request.max_mismatches = 2;
    request.genotypes = genotypes;
    std::vector<double> times;
    double hits = 0;
    double worst = 0;
    for (std::size_t i = 0; i < patients.size(); i += patients.size() / 5 + 1)
        worst = std::max(worst, worst_difference(pool, *genotypes, search(pool.people.donors, patients[i], request)));
    if (worst > 1e-12) {
        state.SkipWithError("the answer is wrong");
        return;
    }
    for (auto _ : state) {
        for (const auto& who : patients) {
            const auto start = clock_type::now();
            hits += static_cast<double>(search(pool.people.donors, who, request).total);
            times.push_back(milliseconds_since(start));
        }
    }
    state.counters["hits_each"] = hits / static_cast<double>(times.size());
    state.counters["median_ms"] = quantile(times, 0.5);
    state.counters["p90_ms"] = quantile(times, 0.9);
    state.counters["max_ms"] = times.back();
}

void predicted_search_typed(benchmark::State& state) {
    const auto& all = simulated_predicted_pool(100'000).people.patients;
    predicted_search(state, {all.begin(), all.begin() + 300});
}
BENCHMARK(predicted_search_typed)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(1);

void predicted_search_first_field(benchmark::State& state) {
    predicted_search(state, bench::first_field_patients(simulated_predicted_pool(100'000).people, 100));
}
BENCHMARK(predicted_search_first_field)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(1);

void predicted_search_hardest(benchmark::State& state) { predicted_search(state, {bench::hardest_patient()}); }
BENCHMARK(predicted_search_hardest)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(3);

/// A patient and a donor both typed A*02,*24 B*15,*40 DRB1*04,*15 by first field, one thread, donor not prepared.
void hard_pair(benchmark::State& state) {
    const auto& pool = simulated_predicted_pool(100'000);
    const auto who = bench::hardest_patient();
    registry_builder builder(nomenclature::builtin(), nullptr);
    registry_builder::donor_texts texts;
    texts.id = "hardest";
    for (std::size_t l = 0; l < locus_count; ++l) texts.typings[l] = who->texts[l];
    if (!builder.add(texts).empty()) throw std::logic_error("the donor was refused");
    const auto one = builder.finish();
    constexpr std::array<count_range, 5> counts{};
    for (auto _ : state) {
        match_predictor predictor(std::make_shared<const donor_genotypes>(one, pool.sets));
        predictor.start("hardest", "", who->typing(), loci);
        const prediction& p = predictor.predict(0, counts);
        double sum = 0;
        for (std::size_t k = 0; k <= 10; ++k) sum += p.total[k];
        if (std::abs(sum - 1) > 1e-12) state.SkipWithError("the probabilities do not sum to 1");
    }
}
BENCHMARK(hard_pair)->Unit(benchmark::kMillisecond);

/// One pair of usual ambiguity (MAC or first-field donors, patients by first field) against the plain definition.
void predict_against_plain(benchmark::State& state) {
    const auto& pool = simulated_predicted_pool(100'000);
    const auto patients = bench::first_field_patients(pool.people, 20);
    const auto genotypes = std::make_shared<const donor_genotypes>(pool.people.donors, pool.sets);
    double fast = 0;
    double slow = 0;
    std::size_t pairs = 0;
    for (auto _ : state) {
        for (const auto& who : patients) {
            const set_view view = view_person(*pool.sets, pool.sets->choose(""), who->typing(), loci);
            if (!view.explained || view.pairs->pair_count > 3000) continue;
            search_request request;
            request.max_mismatches = 2;
            const match_list found = search(pool.people.donors, who, request);
            std::vector<donor_index> donors;
            set_view donor;
            for (const hit& h : found.hits) {
                genotypes->view(genotypes->typing_of(h.donor), loci, donor);
                if (donor.explained && !donor.certain && donor.pairs->pair_count < 3000 && donors.size() < 100)
                    donors.push_back(h.donor);
            }
            constexpr std::array<count_range, 5> counts{};
            auto start = clock_type::now();
            match_predictor predictor(genotypes);
            predictor.start(who->id, "", who->typing(), loci);
            for (const donor_index d : donors) benchmark::DoNotOptimize(predictor.predict(d, counts).total[0]);
            fast += milliseconds_since(start);
            start = clock_type::now();
            const genotype_list own = listed((*pool.sets)[0], view);
            for (const donor_index d : donors) {
                genotypes->view(genotypes->typing_of(d), loci, donor);
                benchmark::DoNotOptimize(plain(own, listed((*pool.sets)[0], donor))[0]);
            }
            slow += milliseconds_since(start);
            pairs += donors.size();
        }
    }
    state.counters["pairs"] = static_cast<double>(pairs);
    state.counters["us_a_pair"] = 1000 * fast / static_cast<double>(pairs);
    state.counters["plain_to_fast"] = slow / fast;
}
BENCHMARK(predict_against_plain)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(1);

std::shared_ptr<const registry> gl_people(const nomenclature::pointer& names, const std::filesystem::path& file) {
    registry_builder builder(names, nullptr);
    const std::string text = read_file(file);
    for (const std::string_view line : split(text, '\n')) {
        const std::size_t bar = line.find('%');
        if (bar == std::string_view::npos) continue;
        const auto typed = split_gl_string(trim(line.substr(bar + 1)));
        registry_builder::donor_texts person;
        person.id = line.substr(0, bar);
        for (std::size_t l = 0; l < locus_count; ++l) person.typings[l] = (*typed)[l];
        if (!builder.add(person).empty()) throw std::logic_error("a validation person was refused");
    }
    return builder.finish();
}

/// The 1,000 patients and 10,000 donors of the public WMDA validation, every pair, all people resolved anew; checked
/// against the published probabilities.
void wmda_all_pairs(benchmark::State& state) {
    const auto data = shared_data();
    if (!data) {
        state.SkipWithError("needs ALLOMATCH_SHARED");
        return;
    }
    const auto names = nomenclature::names();
    std::vector<populations::set_pointer> read;
    for (frequency_set& s : io::read_frequencies(*data / "wmda3/CAU.csv", names).sets)
        read.push_back(std::make_shared<const haplotype_index>(std::move(s)));
    const auto sets = std::make_shared<const populations>(std::move(read));
    const auto donors = gl_people(names, *data / "wmda3/don.gl.txt");
    const auto patients = gl_people(names, *data / "wmda3/pat.gl.txt");
    std::vector<std::array<double, 3>> found(std::size_t{patients->size()} * donors->size());
    constexpr std::array<count_range, 5> counts{};
    for (auto _ : state) {
        const auto genotypes = std::make_shared<const donor_genotypes>(donors, sets);
        genotypes->prepare();
        parallel_for_blocks(patients->size(), 8, 0, [&](std::size_t begin, std::size_t end) {
            match_predictor predictor(genotypes);
            for (std::size_t p = begin; p < end; ++p) {
                predictor.start(patients->id(static_cast<donor_index>(p)), "", patients->typing(static_cast<donor_index>(p)), loci);
                for (donor_index d = 0; d < donors->size(); ++d) {
                    const prediction& one = predictor.predict(d, counts);
                    found[p * donors->size() + d] = {one.total[0], one.total[1], one.total[2]};
                }
            }
        });
    }
    double worst = 0;
    const std::string reference = read_file(*data / "wmda3/expected_P1-100_D1-1000_nonzero.txt");
    for (const std::string_view line : split(reference, '\n')) {
        const std::size_t first = line.find(';');
        const std::size_t bar = line.find('|');
        if (bar == std::string_view::npos) continue;
        const std::size_t p = *patients->find(line.substr(0, first));
        const std::size_t d = *donors->find(line.substr(first + 1, line.find(';', first + 1) - first - 1));
        std::string_view rest = trim(line.substr(bar + 1));
        for (const double value : found[p * donors->size() + d]) {
            double expected = 0;
            const auto [end, code] = std::from_chars(rest.data(), rest.data() + rest.size(), expected);
            rest.remove_prefix(std::min<std::size_t>(static_cast<std::size_t>(end - rest.data()) + 1, rest.size()));
            worst = std::max(worst, std::abs(value - expected));
        }
    }
    if (worst > 1e-9) state.SkipWithError("the probabilities differ from the reference");
    state.counters["pairs_per_s"] =
        benchmark::Counter(static_cast<double>(found.size()), benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(wmda_all_pairs)->Unit(benchmark::kMillisecond)->UseRealTime()->Iterations(3);

}  // namespace
