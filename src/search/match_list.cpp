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

}  // namespace allomatch
