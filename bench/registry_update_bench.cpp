// SPDX-License-Identifier: Apache-2.0
// The next version of a registry after 1,000 changes, as it is made beside running searches.
#include "fixtures.hpp"

#include <allomatch/registry/registry_update.hpp>
#include <allomatch/typing/locus_text.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace {

using namespace allomatch;
using allomatch::bench::pool;
using allomatch::bench::simulated_pool;
using allomatch::bench::usual_request;

constexpr std::size_t change_count = 1000;

/// The cells in the other order: another text, which most registries have not seen.
std::string turned(const std::string& text) {
    const std::string shown = shown_pair_text(text);
    const std::size_t plus = shown.find(" + ");
    return plus == std::string::npos ? text : pair_text(shown.substr(plus + 3), shown.substr(0, plus));
}

/// A donor as texts of its own.
struct donor_row {
    std::string id;
    std::array<std::string, locus_count> typings;
    std::vector<std::string> fields;

    /// What another donor has.
    donor_row(std::string id_of_it, const registry& donors, donor_index d) : id(std::move(id_of_it)) {
        for (std::size_t l = 0; l < locus_count; ++l) typings[l] = donors.typing_text(static_cast<locus>(l), d);
        for (const field_column& f : donors.fields()) fields.push_back(f.text(d));
    }
    void turn() {
        for (std::string& text : typings) text = turned(text);
    }
    [[nodiscard]] registry_builder::donor_texts texts() const {
        registry_builder::donor_texts out;
        out.id = id;
        for (std::size_t l = 0; l < locus_count; ++l) out.typings[l] = typings[l];
        out.fields.assign(fields.begin(), fields.end());
        return out;
    }
};

std::vector<std::string> field_names(const registry& donors) {
    std::vector<std::string> names;
    for (const field_column& f : donors.fields()) names.push_back(f.name());
    return names;
}

struct change_list {
    std::vector<donor_row> put;
    std::vector<std::string> removed;

    [[nodiscard]] std::shared_ptr<const registry> applied(const pool& people) const {
        registry_update update(people.donors, people.mac);
        update.declare_fields(field_names(*people.donors));
        for (const donor_row& row : put)
            if (!update.put(row.texts()).empty()) throw std::logic_error("a donor was refused");
        for (const std::string& id : removed) update.remove(id);
        return update.finish();
    }
};

/// Half of the changes give a donor the typings and fields of another, three of ten are new donors with typings written in
/// another way, two of ten go.
change_list mixed_changes(const pool& people) {
    const registry& donors = *people.donors;
    change_list out;
    for (std::size_t i = 0; i < change_count; ++i) {
        const auto d = static_cast<donor_index>(i * 7919 * (donors.size() / change_count) % donors.size());
        const auto other = static_cast<donor_index>((d + donors.size() / 3) % donors.size());
        if (i % 10 < 5)
            out.put.emplace_back(std::string(donors.id(d)), donors, other);
        else if (i % 10 < 8)
            out.put.emplace_back("NEW" + std::to_string(i), donors, other).turn();
        else
            out.removed.emplace_back(donors.id(d));
    }
    return out;
}

/// Donors who become reserved, and nothing else.
change_list status_changes(const pool& people) {
    const registry& donors = *people.donors;
    const auto names = field_names(donors);
    const auto status = static_cast<std::size_t>(std::find(names.begin(), names.end(), "status") - names.begin());
    change_list out;
    for (std::size_t i = 0; i < change_count; ++i) {
        const auto d = static_cast<donor_index>(i * (donors.size() / change_count));
        out.put.emplace_back(std::string(donors.id(d)), donors, d);
        out.put.back().fields.at(status) = "RS";
    }
    return out;
}

/// Whether searches find what they found before, without the donors changed, and these as a registry of their own.
bool answers_fit(const pool& people, const change_list& changes, const std::shared_ptr<const registry>& next) {
    registry_builder builder(people.donors->names(), people.mac);
    builder.declare_fields(field_names(*people.donors));
    std::unordered_set<std::string_view> touched(changes.removed.begin(), changes.removed.end());
    for (const donor_row& row : changes.put) {
        touched.insert(row.id);
        if (!builder.add(row.texts()).empty()) return false;
    }
    const auto changed = builder.finish();
    for (std::size_t i = 0; i < 20; ++i) {
        const match_list before = search(people.donors, people.patients[i], usual_request());
        std::size_t expected = search(changed, people.patients[i], usual_request()).total;
        for (const hit& h : before.hits) expected += touched.contains(people.donors->id(h.donor)) ? 0 : 1;
        if (search(next, people.patients[i], usual_request()).total != expected) return false;
    }
    return true;
}

template <class Changes>
void apply(benchmark::State& state, const Changes& changes_of) {
    const auto& people = simulated_pool(static_cast<std::size_t>(state.range(0)));
    const change_list changes = changes_of(people);
    std::shared_ptr<const registry> next;
    for (auto _ : state) {
        next = changes.applied(people);
        state.PauseTiming();
        if (!answers_fit(people, changes, next)) state.SkipWithError("the answer is wrong");
        next = nullptr;
        state.ResumeTiming();
    }
    state.counters["donors_a_second"] = benchmark::Counter(double(change_count), benchmark::Counter::kIsIterationInvariantRate);
}
void apply_mixed(benchmark::State& state) { apply(state, mixed_changes); }
void apply_status(benchmark::State& state) { apply(state, status_changes); }
BENCHMARK(apply_mixed)->Name("registry_update")->Arg(100'000)->Arg(10'000'000)->Iterations(5)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(apply_status)->Name("registry_update_status")->Arg(100'000)->Arg(10'000'000)->Iterations(5)->Unit(benchmark::kMillisecond)->UseRealTime();

/// How many times faster than adding all 100,000 donors to a builder anew, in one run.
void against_build(benchmark::State& state) {
    using clock = std::chrono::steady_clock;
    const auto seconds_of = [](auto&& job) {
        const auto start = clock::now();
        job();
        return std::chrono::duration<double>(clock::now() - start).count();
    };
    const auto& people = simulated_pool(100'000);
    const change_list changes = mixed_changes(people);
    std::vector<donor_row> all;
    for (donor_index d = 0; d < people.donors->size(); ++d) all.emplace_back(std::string(people.donors->id(d)), *people.donors, d);
    double fresh = 0;
    double updated = 0;
    for (auto _ : state) {
        fresh += seconds_of([&] {
            registry_builder builder(people.donors->names(), people.mac);
            builder.declare_fields(field_names(*people.donors));
            for (const donor_row& row : all)
                if (!builder.add(row.texts()).empty()) state.SkipWithError("a donor was refused");
            benchmark::DoNotOptimize(builder.finish());
        });
        updated += seconds_of([&] { benchmark::DoNotOptimize(changes.applied(people)); });
    }
    state.counters["times_faster"] = fresh / updated;
}
BENCHMARK(against_build)->Name("registry_update_against_build")->Iterations(5)->Unit(benchmark::kMillisecond);

}  // namespace
