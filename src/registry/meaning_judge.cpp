// SPDX-License-Identifier: Apache-2.0
#include "locus_meanings.hpp"

#include <algorithm>

namespace allomatch {

namespace {

/// The alleles of a reading as alleles of after; those that are gone stay apart.
struct common_reading {
    reading::kind what = reading::kind::blank;
    std::vector<meaning_symbol> alleles;  // sorted
    friend auto operator<=>(const common_reading&, const common_reading&) = default;
};

common_reading in_common(const succession& names, reading_side side, const reading& r) {
    common_reading out{r.what, {}};
    r.alleles.for_each([&](allele_id id) {
        if (side == reading_side::after) return out.alleles.push_back(id);
        const std::size_t before = out.alleles.size();
        names.each_allele(id, [&](allele_id now) { out.alleles.push_back(now); });
        if (out.alleles.size() == before) out.alleles.push_back(of_before_only | id);
    });
    std::sort(out.alleles.begin(), out.alleles.end());
    out.alleles.erase(std::unique(out.alleles.begin(), out.alleles.end()), out.alleles.end());
    return out;
}

std::vector<std::pair<common_reading, common_reading>> readings_in_common(const locus_readings& m, reading_side side, std::uint32_t text) {
    std::vector<std::pair<common_reading, common_reading>> out;
    for (const reading_pair& pair : m.column(side).readings[text]) {
        common_reading first = in_common(m.names, side, pair[0]);
        common_reading second = in_common(m.names, side, pair[1]);
        if (second < first) std::swap(first, second);
        out.emplace_back(std::move(first), std::move(second));
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

/// Whether a sorted list has a symbol.
bool contains(const std::vector<meaning_symbol>& sorted, meaning_symbol s) {
    return std::binary_search(sorted.begin(), sorted.end(), s);
}

/// Whether a position of a text lists null alleles and nothing else.
bool some_null_only(const locus_readings& m, reading_side side, std::uint32_t text) {
    const nomenclature& names = side == reading_side::before ? m.names.before() : m.names.after();
    for (const reading_pair& pair : m.column(side).readings[text])
        if (null_only(names, pair[0]) || null_only(names, pair[1])) return true;
    return false;
}

}  // namespace

bool same_alleles(const locus_readings& m, std::uint32_t before, std::uint32_t after) {
    return readings_in_common(m, reading_side::before, before) == readings_in_common(m, reading_side::after, after);
}

std::vector<moved_allele> moved_alleles(const locus_readings& m, std::uint32_t before, std::uint32_t after) {
    std::vector<allele_id> listed;
    for (const reading_pair& pair : m.column(reading_side::after).readings[after])
        for (const reading& r : pair) r.alleles.for_each([&](allele_id id) { listed.push_back(id); });
    std::sort(listed.begin(), listed.end());
    std::vector<moved_allele> moved;
    for (const reading_pair& pair : m.column(reading_side::before).readings[before])
        for (const reading& r : pair)
            r.alleles.for_each([&](allele_id old) {
                m.names.each_allele(old, [&](allele_id now) {
                    const meaning_symbol from = symbol_of_allele(m.names, reading_side::before, old);
                    const meaning_symbol to = symbol_of_allele(m.names, reading_side::after, now);
                    if (from != to && std::binary_search(listed.begin(), listed.end(), now)) moved.push_back({old, now, from, to});
                });
            });
    const auto key = [](const moved_allele& a) { return std::pair(a.before, a.after); };
    std::sort(moved.begin(), moved.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
    moved.erase(std::unique(moved.begin(), moved.end(), [&](const auto& a, const auto& b) { return key(a) == key(b); }), moved.end());
    return moved;
}

bool meaning_judge::within(locus_meanings::number inner, locus_meanings::number outer) {
    if (inner == outer) return true;
    const auto& a = meanings_.symbols(inner);
    const auto& b = meanings_.symbols(outer);
    if (a.size() > b.size()) return false;
    if (a.size() == 1) return contains(b, a.front());
    const auto [it, added] = within_.try_emplace(std::uint64_t{inner} << 32 | outer);
    if (added) it->second = std::includes(b.begin(), b.end(), a.begin(), a.end());
    return it->second;
}

/// Whether every outcome of one pair of sets is one of some others.
bool meaning_judge::covered(const number_pair& one, const pair_set& by) {
    if (std::binary_search(by.begin(), by.end(), one)) return true;
    const auto [a, b] = one;
    for (const auto& [c, d] : by)
        if ((within(a, c) && within(b, d)) || (within(a, d) && within(b, c))) return true;
    // Together they may: each member of one position goes with what stands beside it in any of them.
    const auto& others = meanings_.symbols(b);
    std::vector<meaning_symbol> beside;
    for (const meaning_symbol s : meanings_.symbols(a)) {
        beside.clear();
        for (const auto& [c, d] : by) {
            const auto& left = meanings_.symbols(c);
            const auto& right = meanings_.symbols(d);
            if (contains(left, s)) beside.insert(beside.end(), right.begin(), right.end());
            if (contains(right, s)) beside.insert(beside.end(), left.begin(), left.end());
        }
        std::sort(beside.begin(), beside.end());
        if (!std::all_of(others.begin(), others.end(), [&](meaning_symbol t) { return contains(beside, t); })) return false;
    }
    return true;
}

bool meaning_judge::covered(const pair_set& all, const pair_set& by) {
    return std::all_of(all.begin(), all.end(), [&](const number_pair& one) { return covered(one, by); });
}

meaning_kind meaning_judge::operator()(std::uint32_t before, std::uint32_t after) {
    const locus_readings& readings = meanings_.readings();
    const bool was_typed = readings.typed(reading_side::before, before);
    const bool is_typed = readings.typed(reading_side::after, after);
    if (!is_typed) return was_typed ? meaning_kind::lost : meaning_kind::same;
    if (!was_typed) return meaning_kind::gained;

    const pair_set old = meanings_.outcomes(reading_side::before, before);
    const pair_set now = meanings_.outcomes(reading_side::after, after);
    const bool equal = old == now;
    const bool all_kept = equal || covered(old, now);
    const bool none_new = equal || covered(now, old);
    if (all_kept && none_new) {
        if (meanings_.facts(reading_side::before, before) != meanings_.facts(reading_side::after, after)) return meaning_kind::facts;
        return same_alleles(readings, before, after) ? meaning_kind::same : meaning_kind::alleles_only;
    }
    if (all_kept) return meaning_kind::widened;
    if (none_new) return meaning_kind::narrowed;
    const auto possible_before = readings.symbols(reading_side::before, before);
    const auto possible_after = readings.symbols(reading_side::after, after);
    const bool null_before = some_null_only(readings, reading_side::before, before);
    const bool null_after = some_null_only(readings, reading_side::after, after);
    for (const moved_allele& a : moved_alleles(readings, before, after)) {
        const bool left = a.from == no_product_symbol ? null_before && !null_after : !contains(possible_after, a.from);
        const bool arrived = a.to == no_product_symbol ? null_after && !null_before : !contains(possible_before, a.to);
        if (left && arrived) return meaning_kind::moved;
    }
    return meaning_kind::changed;
}

}  // namespace allomatch
