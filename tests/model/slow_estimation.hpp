// SPDX-License-Identifier: Apache-2.0
// Haplotype frequencies by plain expectation maximisation: every pair of all haplotypes is looked at for every person.
#pragma once

#include <array>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace allomatch::model::em {

/// Alleles that may be on the two copies of a locus: alternatives of a list for each side.
struct slow_locus {
    std::vector<std::array<std::vector<std::string>, 2>> alternatives;
};
struct slow_person {
    std::vector<slow_locus> loci;
    bool phased = false;  ///< alternatives and sides of the first two loci go together
};

using slow_haplotype = std::vector<std::string>;

inline bool has(const std::vector<std::string>& list, const std::string& x) {
    for (const auto& y : list)
        if (x == y) return true;
    return false;
}

/// Whether `a` and `b`, in this order or the other, are what was typed.
inline bool slow_fits(const slow_person& p, const slow_haplotype& a, const slow_haplotype& b) {
    std::size_t from = 0;
    if (p.phased) {
        bool any = false;
        for (std::size_t k = 0; k < p.loci[0].alternatives.size(); ++k)
            for (unsigned side = 0; side < 2; ++side) {
                bool all = true;
                for (std::size_t l = 0; l < 2; ++l) {
                    const auto& alternative = p.loci[l].alternatives[k];
                    all = all && has(alternative[side], a[l]) && has(alternative[1 - side], b[l]);
                }
                any = any || all;
            }
        if (!any) return false;
        from = 2;
    }
    for (std::size_t l = from; l < p.loci.size(); ++l) {
        bool any = false;
        for (const auto& alternative : p.loci[l].alternatives)
            for (unsigned side = 0; side < 2; ++side)
                any = any || (has(alternative[side], a[l]) && has(alternative[1 - side], b[l]));
        if (!any) return false;
    }
    return true;
}

struct slow_estimate {
    std::map<std::string, double> frequencies;
    std::vector<double> trace;
};

/// Starts from each person's copies spread evenly over the pairs.
inline slow_estimate slow_estimation(const std::vector<slow_person>& people, const std::vector<std::vector<std::string>>& alleles,
                                     double stop, std::size_t most) {
    std::vector<slow_haplotype> all{{}};
    for (const auto& locus : alleles) {
        std::vector<slow_haplotype> longer;
        for (const auto& begun : all)
            for (const auto& allele : locus) {
                longer.push_back(begun);
                longer.back().push_back(allele);
            }
        all = longer;
    }
    std::vector<std::vector<std::pair<std::size_t, std::size_t>>> pairs;
    std::vector<double> f(all.size(), 0);
    for (const auto& p : people) {
        auto& list = pairs.emplace_back();
        for (std::size_t a = 0; a < all.size(); ++a)
            for (std::size_t b = a; b < all.size(); ++b)
                if (slow_fits(p, all[a], all[b])) list.emplace_back(a, b);
        for (const auto& [a, b] : list) {
            f[a] += 0.5 / static_cast<double>(list.size() * people.size());
            f[b] += 0.5 / static_cast<double>(list.size() * people.size());
        }
    }
    slow_estimate out;
    double change = 1;
    for (std::size_t i = 0; i < most && change > stop; ++i) {
        std::vector<double> next(all.size(), 0);
        double logs = 0;
        for (const auto& list : pairs) {
            double total = 0;
            for (const auto& [a, b] : list) total += f[a] * f[b] * (a == b ? 1 : 2);
            logs += std::log(total);
            for (const auto& [a, b] : list) {
                const double part = f[a] * f[b] * (a == b ? 1 : 2) / total / static_cast<double>(2 * people.size());
                next[a] += part;
                next[b] += part;
            }
        }
        out.trace.push_back(logs);
        change = 0;
        for (std::size_t h = 0; h < all.size(); ++h) change = std::max(change, std::abs(next[h] - f[h]));
        f = next;
    }
    for (std::size_t h = 0; h < all.size(); ++h) {
        if (f[h] == 0) continue;
        std::string text;
        for (const auto& allele : all[h]) text += (text.empty() ? "" : "~") + allele;
        out.frequencies[text] = f[h];
    }
    return out;
}

}  // namespace allomatch::model::em
