// SPDX-License-Identifier: Apache-2.0
// The slow, obvious probability: every haplotype pair of a set against every reading, then every genotype of the
// patient against every genotype of the donor. Written from semantics.md section 7 alone.
#pragma once

#include <allomatch/haplotype/frequency_set.hpp>
#include <allomatch/typing/person_typing.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace allomatch::model {

/// Two classes of a locus in ascending order; `no_class` twice: no expressed product.
using slow_content = std::array<class_id, 2>;
/// One content a locus, with its weight.
using slow_genotypes = std::map<std::vector<slow_content>, long double>;

/// "When mismatches are counted that locus is homozygous for its other class."
inline slow_content content_of_two(class_id a, class_id b) {
    if (a == no_class) a = b;
    if (b == no_class) b = a;
    return a < b ? slow_content{a, b} : slow_content{b, a};
}

/// Two less the classes that both have, each counted as often as both have it.
inline unsigned slow_mismatches(const slow_content& p, const slow_content& d, bool homozygous_once = false) {
    std::vector<class_id> left(d.begin(), d.end());
    unsigned mismatches = 0;
    for (const class_id c : p) {
        const auto it = std::find(left.begin(), left.end(), c);
        if (it == left.end())
            ++mismatches;
        else
            left.erase(it);
    }
    const bool both_homozygous = p[0] == p[1] && d[0] == d[1] && p[0] != no_class && d[0] != no_class;
    return homozygous_once && both_homozygous && mismatches == 2 ? 1 : mismatches;
}

/// A person under one set.
class slow_imputer {
public:
    slow_imputer(const frequency_set& set, const person_typing& typing) : set_(set), names_(*set.names()), typing_(typing) {
        find_pairs();
    }

    struct weighted_pair {
        std::size_t first;
        std::size_t second;
        long double weight;  ///< 2 f1 f2, or f1 f1; not normalised
    };
    [[nodiscard]] const std::vector<weighted_pair>& pairs() const { return pairs_; }

    /// The genotype of a person whose every position is one class at all of the loci that the set has.
    [[nodiscard]] std::optional<std::vector<slow_content>> certain(std::span<const locus> loci) const {
        std::vector<slow_content> all;
        for (const locus l : loci) {
            const auto at = position_of(l);
            if (!at) continue;
            const auto typed = typing_.readings[index(l)];
            std::optional<slow_content> content;
            for (const reading_pair& alternative : typed) {
                const auto one = certain_pair(*at, filled(*at, alternative));
                if (!one || (content && *content != *one)) return std::nullopt;
                content = one;
            }
            if (!content) return std::nullopt;
            all.push_back(*content);
        }
        return all;
    }

    /// Weights of the genotypes at those of `loci` that the set has; they sum to 1. Empty: unexplained.
    [[nodiscard]] slow_genotypes genotypes(std::span<const locus> loci) const {
        if (const auto one = certain(loci)) return {{*one, 1.0L}};
        slow_genotypes out;
        long double total = 0;
        for (const weighted_pair& p : pairs_) {
            std::vector<slow_content> contents;
            for (const locus l : loci)
                if (const auto at = position_of(l))
                    contents.push_back(content_of_two(outcome(p.first, *at).matched, outcome(p.second, *at).matched));
            out[contents] += p.weight;
            total += p.weight;
        }
        for (auto& [contents, weight] : out) weight /= total;
        return out;
    }

    [[nodiscard]] std::optional<std::size_t> position_of(locus l) const {
        for (std::size_t at = 0; at < set_.loci().size(); ++at)
            if (set_.loci()[at] == l) return at;
        return std::nullopt;
    }

private:
    [[nodiscard]] const haplotype_outcome& outcome(std::size_t haplotype, std::size_t at) const {
        return set_.outcome(at, set_.merged().codes(haplotype)[at]);
    }
    [[nodiscard]] bool expressed(allele_id id) const { return names_.name_of(id).suffix != 'N'; }

    /// A null outcome "fits positions whose typing lists that null", a class one that lists an allele of it.
    [[nodiscard]] bool fits(const reading& r, const haplotype_outcome& o) const {
        if (r.what == reading::kind::blank) return true;
        if (r.what == reading::kind::new_allele) return false;
        return r.alleles.any([&](allele_id id) {
            if (!o.is_null()) return expressed(id) && names_.class_of(id) == o.matched;
            return o.nulls.any([&](allele_id null) { return null == id; });
        });
    }
    [[nodiscard]] bool null_only(const reading& r) const {
        return r.what == reading::kind::alleles && !r.alleles.any([&](allele_id id) { return expressed(id); });
    }
    /// Some row of the set carries a null of this reading.
    [[nodiscard]] bool null_carried(std::size_t at, const reading& r) const {
        for (std::size_t h = 0; h < set_.merged().size(); ++h)
            if (outcome(h, at).is_null() && r.what == reading::kind::alleles && fits(r, outcome(h, at))) return true;
        return false;
    }
    /// "A null-only position whose nulls no row carries is read as in section 3."
    [[nodiscard]] bool lost(std::size_t at, const reading& r) const { return null_only(r) && !null_carried(at, r); }

    /// "One blank = copy of the other"; at DRB345 it "fits anything".
    [[nodiscard]] reading_pair filled(std::size_t at, reading_pair pair) const {
        const bool first = pair[0].what == reading::kind::blank;
        const bool second = pair[1].what == reading::kind::blank;
        if (set_.loci()[at] == locus::DRB345 || first == second) return pair;
        (first ? pair[0] : pair[1]) = first ? pair[1] : pair[0];
        return pair;
    }

    /// One haplotype at the first position, the other at the second.
    [[nodiscard]] bool accepts(std::size_t at, const reading_pair& typed, std::size_t x, std::size_t y) const {
        const reading_pair pair = filled(at, typed);
        const std::array<bool, 2> gone{lost(at, pair[0]), lost(at, pair[1])};
        for (std::size_t i = 0; i < 2; ++i) {
            if (!gone[i]) continue;
            if (pair[1 - i].what == reading::kind::blank) return true;
            return outcome(x, at) == outcome(y, at) && fits(pair[1 - i], outcome(x, at));
        }
        return fits(pair[0], outcome(x, at)) && fits(pair[1], outcome(y, at));
    }

    [[nodiscard]] bool consistent(std::size_t x, std::size_t y) const {
        std::vector<bool> done(set_.loci().size(), false);
        for (std::size_t at = 0; at < done.size(); ++at) {
            const auto typed = typing_.readings[index(set_.loci()[at])];
            if (typed.empty() || done[at]) continue;
            // Loci in phase with this one: some alternative has to hold at all of them, the same way round.
            const std::string_view phase = typing_.phase[index(set_.loci()[at])];
            std::vector<std::size_t> block{at};
            for (std::size_t other = at + 1; other < done.size() && !phase.empty(); ++other)
                if (typing_.phase[index(set_.loci()[other])] == phase) block.push_back(other);
            bool some = false;
            for (std::size_t k = 0; k < typed.size(); ++k)
                for (const bool crossed : {false, true}) {
                    bool all = true;
                    for (const std::size_t b : block) {
                        done[b] = true;
                        const reading_pair& here = typing_.readings[index(set_.loci()[b])][k];
                        all = all && (crossed ? accepts(b, here, y, x) : accepts(b, here, x, y));
                    }
                    some = some || all;
                }
            if (!some) return false;
        }
        return true;
    }

    void find_pairs() {
        for (std::size_t x = 0; x < set_.merged().size(); ++x)
            for (std::size_t y = x; y < set_.merged().size(); ++y) {
                if (!consistent(x, y)) continue;
                const long double both = static_cast<long double>(set_.merged().frequency(x)) * set_.merged().frequency(y);
                pairs_.push_back({x, y, x == y ? both : 2 * both});
            }
    }

    [[nodiscard]] std::optional<slow_content> certain_pair(std::size_t at, const reading_pair& pair) const {
        if (null_only(pair[0]) && null_only(pair[1])) return slow_content{no_class, no_class};
        std::array<class_id, 2> classes{};
        for (std::size_t i = 0; i < 2; ++i) {
            const reading& r = lost(at, pair[i]) ? pair[1 - i] : pair[i];
            if (r.what != reading::kind::alleles || null_carried(at, r)) return std::nullopt;
            std::vector<class_id> all;
            r.alleles.for_each([&](allele_id id) {
                if (expressed(id)) all.push_back(names_.class_of(id));
            });
            if (all.empty() || std::any_of(all.begin(), all.end(), [&](class_id c) { return c != all[0]; })) return std::nullopt;
            classes[i] = all[0];
        }
        return content_of_two(classes[0], classes[1]);
    }

    const frequency_set& set_;
    const nomenclature& names_;
    const person_typing& typing_;
    std::vector<weighted_pair> pairs_;
};

/// "A person's own set; blank or without a set: the named fall-backs in order; if only one set is loaded, that one."
inline std::vector<const frequency_set*> slow_choice(const std::vector<const frequency_set*>& sets,
                                                     const std::vector<std::string>& fallback, std::string_view population) {
    std::vector<std::string> wanted{std::string(population)};
    wanted.insert(wanted.end(), fallback.begin(), fallback.end());
    std::vector<const frequency_set*> chosen;
    for (const std::string& name : wanted)
        for (const frequency_set* s : sets)
            if (s->name() == name && !name.empty() && std::find(chosen.begin(), chosen.end(), s) == chosen.end()) chosen.push_back(s);
    if (chosen.empty() && sets.size() == 1) chosen = sets;
    return chosen;
}

/// A person under the first set that explains the typing.
struct slow_person {
    const frequency_set* set = nullptr;
    bool explained = false;
    std::vector<locus> loci;  ///< those searched that the set has
    slow_genotypes genotypes;
};

inline slow_person slow_view(const std::vector<const frequency_set*>& choice, const person_typing& typing,
                             std::span<const locus> loci) {
    slow_person out;
    for (const frequency_set* s : choice) {
        const slow_imputer imputed(*s, typing);
        slow_person tried{s, false, {}, imputed.genotypes(loci)};
        tried.explained = !tried.genotypes.empty();
        for (const locus l : loci)
            if (imputed.position_of(l)) tried.loci.push_back(l);
        if (tried.explained) return tried;
        if (out.set == nullptr) out = tried;
    }
    return out;
}

/// Probabilities of two people; nothing where there are none.
struct slow_prediction {
    std::optional<std::vector<long double>> total;             ///< k = 0 .. 2L
    std::vector<std::optional<std::array<long double, 3>>> at;  ///< of each searched locus
};

struct slow_count {
    unsigned lowest = 0;
    unsigned highest = 2;
};

inline slow_prediction slow_predict(const slow_person& p, const slow_person& d, std::span<const locus> loci,
                                    std::span<const slow_count> counts, bool homozygous_once = false) {
    slow_prediction out;
    out.at.resize(loci.size());
    if (!p.explained || !d.explained) return out;
    std::vector<long double> total(2 * loci.size() + 1, 0.0L);
    std::size_t shift = 0;
    bool known = true;
    std::vector<std::array<std::size_t, 3>> shared;  // place in the search, in the patient's genotypes, in the donor's
    for (std::size_t i = 0; i < loci.size(); ++i) {
        const auto mine = std::find(p.loci.begin(), p.loci.end(), loci[i]);
        const auto theirs = std::find(d.loci.begin(), d.loci.end(), loci[i]);
        if (mine == p.loci.end() || theirs == d.loci.end()) {
            known = known && counts[i].lowest == counts[i].highest;
            shift += counts[i].lowest;
            continue;
        }
        shared.push_back({i, static_cast<std::size_t>(mine - p.loci.begin()), static_cast<std::size_t>(theirs - d.loci.begin())});
        out.at[i].emplace();
    }
    for (const auto& [x, weight_x] : p.genotypes)
        for (const auto& [y, weight_y] : d.genotypes) {
            std::size_t sum = 0;
            for (const auto& [i, mine, theirs] : shared) {
                const unsigned n = slow_mismatches(x[mine], y[theirs], homozygous_once);
                (*out.at[i])[n] += weight_x * weight_y;
                sum += n;
            }
            if (known) total[sum + shift] += weight_x * weight_y;
        }
    if (known) out.total = total;
    return out;
}

}  // namespace allomatch::model
