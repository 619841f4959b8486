// SPDX-License-Identifier: Apache-2.0
#include <allomatch/search/match_list.hpp>

#include <algorithm>
#include <map>

namespace allomatch {

std::vector<match_class> count_classes(const match_list& list) {
    // Mismatches in all, not certain, then by locus for one and two: in this order classes are listed.
    std::map<std::vector<unsigned>, std::size_t> counts;
    std::vector<unsigned> key;
    for (std::size_t i = 0; i < list.hits.size(); ++i) {
        const hit& h = list.hits[i];
        key.assign({h.mismatches, h.mismatches == 0 && h.mismatches_max > 0 ? 1U : 0U});
        if (h.mismatches == 1 || h.mismatches == 2)
            for (std::size_t l = 0; l < list.loci.size(); ++l) key.push_back(2U - list.outcome(i, l).mismatches);
        ++counts[key];
    }
    std::vector<match_class> classes;
    for (const auto& [k, donors] : counts) {
        match_class c;
        c.mismatches = k[0];
        c.certain = k[0] == 0 && k[1] == 0;
        for (std::size_t l = 0; l + 2 < k.size(); ++l)
            if (k[l + 2] < 2) c.at.emplace_back(list.loci[l], 2 - k[l + 2]);
        c.donors = donors;
        classes.push_back(std::move(c));
    }
    return classes;
}

match_list rows_of(const match_list& all, std::span<const std::uint32_t> rows) {
    match_list some;
    some.donors = all.donors;
    some.who = all.who;
    some.loci = all.loci;
    some.also = all.also;
    some.rules = all.rules;
    some.tce_version = all.tce_version;
    some.classes = all.classes;
    some.total = all.total;
    some.has_ranks = all.has_ranks;
    some.order = all.order;
    some.on = all.on;
    const std::size_t width = all.width();
    some.hits.reserve(rows.size());
    some.facts.reserve(rows.size());
    some.outcomes.resize(rows.size() * width);
    if (all.probabilities) some.probabilities = all.probabilities->rows(rows);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        some.hits.push_back(all.hits[rows[i]]);
        some.facts.push_back(all.facts[rows[i]]);
        std::copy_n(all.outcomes.begin() + static_cast<std::ptrdiff_t>(rows[i] * width), width,
                    some.outcomes.begin() + static_cast<std::ptrdiff_t>(i * width));
    }
    return some;
}

}  // namespace allomatch
