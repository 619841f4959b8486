// SPDX-License-Identifier: Apache-2.0
// The slow, obvious search: every donor compared directly, filtered, and sorted by a ranking written from semantics.md
// section 8 alone.
#pragma once

#include "random_pool.hpp"

#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace allomatch::model {

struct slow_hit {
    donor_index donor;
    std::vector<locus_outcome> outcomes;
    unsigned mismatches = 0;
    unsigned mismatches_max = 0;
    unsigned gvh = 0;
    unsigned hvg = 0;
    unsigned antigen_mismatches = 0;
};

inline slow_hit slow_compare_all(const random_pool& pool, const patient& who, const search_request& r, donor_index d) {
    slow_hit h{d, {}};
    for (const locus l : r.loci) {
        const locus_outcome o = compare(*pool.m.names, l, who.at(l), pool.genotypes[d][index(l)], r.rules);
        h.outcomes.push_back(o);
        h.mismatches += o.mismatches;
        h.mismatches_max += o.mismatches_max;
        h.gvh += o.gvh;
        h.hvg += o.hvg;
        for (const letter x : o.letters) h.antigen_mismatches += x == letter::antigen ? 1 : 0;
    }
    return h;
}

inline unsigned counted(const locus_outcome& o, direction d) {
    return d == direction::both ? o.mismatches : d == direction::gvh ? o.gvh : o.hvg;
}

/// The order of the default ranking, but for DPB1 and leaders, as one comparable value.
inline auto slow_rank(const random_pool& pool, const patient& who, const slow_hit& h, bool hla_only) {
    const auto& f = pool.fields[h.donor];
    const auto positive = [](std::string_view cmv) { return cmv != "N" && cmv != "O" && cmv != "neg"; };
    const std::string& status = f[4];
    int availability = 1;
    if (status == "AV" || status == "RS") availability = 0;
    if (status == "TU") availability = 2;
    if (status == "OP") availability = 3;
    if (status == "DE") availability = 4;
    int band = 6;
    std::int64_t days = 1'000'000;
    if (!f[6].empty()) {
        const day_number born = read_date(f[6]).value();
        days = read_date("2024-06-01").value() - born;
        const int years = age_in_years(born, read_date("2024-06-01").value());
        band = years <= 25 ? 0 : years <= 30 ? 1 : years <= 35 ? 2 : years <= 40 ? 3 : years <= 45 ? 4 : 5;
    }
    const std::string own_cmv(who.field("cmv"));
    const int cmv = own_cmv.empty() || f[3].empty() ? 1 : positive(own_cmv) == positive(f[3]) ? 0 : 2;
    const int sex = f[0] == "M" ? 0 : f[0].empty() || f[1].empty() ? 2 : f[1] == "0" ? 1 : 3;
    const std::string own_abo(who.field("abo"));
    int abo = 4;
    if (!own_abo.empty() && !f[2].empty()) {
        const auto antigens = [](const std::string& group) {
            std::set<char> out(group.begin(), group.end());
            out.erase('O');
            return out;
        };
        const auto mine = antigens(own_abo);
        const auto theirs = antigens(f[2]);
        const bool lacks = !std::includes(mine.begin(), mine.end(), theirs.begin(), theirs.end());   // the patient
        const bool misses = !std::includes(theirs.begin(), theirs.end(), mine.begin(), mine.end());  // the donor
        abo = lacks ? (misses ? 3 : 2) : misses ? 1 : 0;
    }
    const double lightness = f[5].empty() ? 1e9 : -std::stod(f[5]);
    const std::string id(pool.donors->id(h.donor));
    if (hla_only) return std::make_tuple(h.mismatches, h.antigen_mismatches, 0, 0, 0, 0, 0, 0.0, std::int64_t{0}, id);
    return std::make_tuple(h.mismatches, h.antigen_mismatches, availability, band, cmv, sex, abo, lightness, days, id);
}

inline bool slow_where(const random_pool& pool, const search_request& r, donor_index d) {
    if (r.where.empty()) return true;
    const auto& f = pool.fields[d];  // sex = 'M' or weight_kg > 60
    return f[0] == "M" || (!f[5].empty() && std::stod(f[5]) > 60);
}

inline std::vector<slow_hit> slow_search(const random_pool& pool, const patient& who, const search_request& r) {
    using rank = decltype(slow_rank(pool, who, std::declval<const slow_hit&>(), false));
    std::vector<std::pair<rank, slow_hit>> found;
    for (donor_index d = 0; d < pool.donors->size(); ++d) {
        slow_hit h = slow_compare_all(pool, who, r, d);
        unsigned total = 0;
        bool within = slow_where(pool, r, d);
        for (std::size_t l = 0; l < r.loci.size(); ++l) {
            const unsigned n = counted(h.outcomes[l], r.count);
            total += n;
            for (const auto& [limited, limit] : r.limits)
                if (limited == r.loci[l] && n > limit) within = false;
        }
        if (!within || total > r.max_mismatches || total < r.min_mismatches) continue;
        found.emplace_back(slow_rank(pool, who, h, r.order == ranking::preset("hla_only")), std::move(h));
    }
    std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<slow_hit> hits;
    for (auto& [key, h] : found) hits.push_back(std::move(h));
    return hits;
}

}  // namespace allomatch::model
