// SPDX-License-Identifier: Apache-2.0
#include "fixtures.hpp"

#include <allomatch/haplotype/builtin_frequencies.hpp>
#include <allomatch/io/people.hpp>
#include <allomatch/typing/locus_text.hpp>

#include <benchmark/benchmark.h>

#include <unordered_map>
#include <unordered_set>

namespace {

using namespace allomatch;

nomenclature::pointer full_release() {
    static const nomenclature::pointer loaded = [] {
        const auto data = bench::shared_data();
        return data ? nomenclature::load(*data / "imgt" / "3.58.0") : nomenclature::pointer();
    }();
    return loaded;
}

void load_release(benchmark::State& state) {
    const auto data = bench::shared_data();
    if (!data) {
        state.SkipWithError("needs the release 3.58.0 in the shared data folder");
        return;
    }
    std::size_t alleles = 0;
    for (auto _ : state) alleles = nomenclature::load(*data / "imgt" / "3.58.0")->allele_count();
    state.counters["alleles"] = static_cast<double>(alleles);
}
BENCHMARK(load_release)->Unit(benchmark::kMillisecond);

/// Distinct texts as registries have them: those of 200,000 simulated donors under a full release (the starter
/// where there is none).
struct typing_texts {
    nomenclature::pointer names;
    mac_table::pointer mac;
    std::vector<std::pair<locus, std::string>> texts;
};

const typing_texts& realistic_texts() {
    static const typing_texts made = [] {
        typing_texts t;
        t.names = full_release() ? full_release() : nomenclature::builtin();
        simulation_options options;
        options.donors = 200'000;
        options.other_members = 0.3;
        const auto plan = simulation::prepare(options, builtin_east_asian(t.names));
        t.mac = plan->mac();
        donor_simulator rows(plan);
        std::unordered_set<std::string> seen;
        row_view row;
        while (rows.next(row)) {
            for (std::size_t c = 0; c < rows.columns().size(); ++c) {
                const std::string& column = rows.columns()[c];
                if (!column.ends_with("_1") && !column.ends_with("_2")) continue;
                const auto l = locus_from_name(column.substr(0, column.size() - 2));
                if (l && !row.cells[c].empty() && seen.insert(std::string(name(*l)) + std::string(row.cells[c])).second)
                    t.texts.emplace_back(*l, row.cells[c]);
            }
        }
        return t;
    }();
    return made;
}

/// Every distinct text is read anew each time.
void typing_cold(benchmark::State& state) {
    const typing_texts& t = realistic_texts();
    typing_context context{t.names.get(), t.mac.get(), gene_set::all(), column_kind::dna};
    std::size_t alleles = 0;
    for (auto _ : state) {
        for (const auto& [l, text] : t.texts) {
            context.genes = gene_set(l);
            const auto read = read_position(context, text);
            if (!read) state.SkipWithError(read.error().message().c_str());
            const auto classes = classes_of(*t.names, read->alleles);
            alleles += classes.size();
        }
    }
    benchmark::DoNotOptimize(alleles);
    state.counters["distinct_texts"] = static_cast<double>(t.texts.size());
    state.SetItemsProcessed(static_cast<std::int64_t>(t.texts.size()) * state.iterations());
}
BENCHMARK(typing_cold)->Unit(benchmark::kMillisecond);

/// Known texts through the memory of a registry builder.
void typing_warm(benchmark::State& state) {
    const typing_texts& t = realistic_texts();
    registry_builder builder(t.names, t.mac);
    std::vector<std::pair<locus, std::string>> pairs;
    for (const auto& [l, text] : t.texts) pairs.emplace_back(l, pair_text(text, text));
    for (const auto& [l, text] : pairs) (void)builder.read(l, text);
    std::size_t ok = 0;
    for (auto _ : state)
        for (const auto& [l, text] : pairs) ok += builder.read(l, text).ok() ? 1 : 0;
    benchmark::DoNotOptimize(ok);
    state.SetItemsProcessed(static_cast<std::int64_t>(pairs.size()) * state.iterations());
}
BENCHMARK(typing_warm)->Unit(benchmark::kMillisecond);

/// 100,000 simulated donors as rows into an index; drawing the rows is measured apart.
void index_100k(benchmark::State& state) {
    const auto names = nomenclature::builtin();
    simulation_options options;
    options.donors = 100'000;
    const auto plan = simulation::prepare(options, builtin_east_asian(names));
    for (auto _ : state) {
        donor_simulator rows(plan);
        io::import_report report;
        const auto donors = io::import_donors(rows, names, plan->mac(), {}, report);
        if (donors->size() != 100'000) state.SkipWithError("donors are missing");
    }
}
BENCHMARK(index_100k)->Unit(benchmark::kMillisecond);

}  // namespace
