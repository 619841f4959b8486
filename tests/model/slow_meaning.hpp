// SPDX-License-Identifier: Apache-2.0
// What changed in the meaning of typings, written from the definitions with sets of names, one donor after the other.
#pragma once

#include <allomatch/registry/meaning_change.hpp>

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace allomatch::model {

using name_set = std::set<std::string>;
template <class T>
using unordered_pairs = std::set<std::pair<T, T>>;

template <class T>
std::pair<T, T> unordered_pair(T a, T b) {
    return b < a ? std::pair(b, a) : std::pair(a, b);
}

/// Alleles and classes of one release in another, by names.
class slow_succession {
public:
    slow_succession(const nomenclature& before, const nomenclature& after) : before_(before), after_(after) {
        same_ = before.fingerprint() == after.fingerprint();
        if (same_) return;
        if (before.names_only())
            for (allele_id id = 0; id < after.allele_count(); ++id) {
                const allele_id cut = before.resolve(after.gene_of(id), after.name_of(id)).alleles.ranges()[0].begin;
                link(cut, id);
            }
        else {
            for (allele_id id = 0; id < before.allele_count(); ++id)
                if (const auto now = called_in(before, id, after)) link(id, *now);
            for (allele_id id = 0; id < after.allele_count(); ++id)
                if (const auto old = called_in(after, id, before); old && alleles_.count(before.allele_text(*old)) == 0) link(*old, id);
        }
        for (const auto& [from, partners] : shared_after_) {
            const std::string to = best(from, partners);
            if (best(to, shared_before_.at(to)) == from) classes_[from] = to;
        }
    }

    [[nodiscard]] name_set alleles(const std::string& before) const {
        if (same_) return {before};
        const auto it = alleles_.find(before);
        return it == alleles_.end() ? name_set{} : it->second;
    }
    /// The class of before in names of after, or marked as gone.
    [[nodiscard]] std::string class_after(const std::string& before) const {
        if (same_) return before;
        const auto it = classes_.find(before);
        return it == classes_.end() ? "only before: " + before : it->second;
    }

private:
    using counts = std::map<std::string, std::size_t>;

    static std::optional<allele_id> called_in(const nomenclature& from, allele_id id, const nomenclature& to) {
        const allele_name name = from.name_of(id);
        allele_name bare = name;
        bare.suffix = 0;
        allele_set found = to.resolve(from.gene_of(id), name).alleles;
        if (found.empty()) found = to.resolve(from.gene_of(id), bare).alleles;
        std::vector<allele_id> all;
        found.for_each([&](allele_id now) { all.push_back(now); });
        if (all.empty()) return std::nullopt;
        for (const allele_id now : all)
            if (to.name_of(now).suffix == name.suffix) return now;
        return all.front();
    }
    void link(allele_id from, allele_id to) {
        alleles_[before_.allele_text(from)].insert(after_.allele_text(to));
        if (before_.is_null(from) || after_.is_null(to)) return;
        const std::string c = before_.class_text(before_.class_of(from));
        const std::string d = after_.class_text(after_.class_of(to));
        ++shared_after_[c][d];
        ++shared_before_[d][c];
    }
    static std::string best(const std::string& own, const counts& partners) {
        std::size_t most = 0;
        for (const auto& [name, count] : partners) most = std::max(most, count);
        if (const auto it = partners.find(own); it != partners.end() && it->second == most) return own;
        for (const auto& [name, count] : partners)
            if (count == most) return name;
        return {};
    }

    const nomenclature& before_;
    const nomenclature& after_;
    bool same_ = false;
    std::map<std::string, name_set> alleles_;
    std::map<std::string, counts> shared_after_;
    std::map<std::string, counts> shared_before_;
    std::map<std::string, std::string> classes_;
};

/// One reading of one locus text, in names of after where there are some.
struct slow_reading {
    bool typed = false;
    bool some_null_only = false;  ///< a position lists null alleles and nothing else
    unordered_pairs<std::string> outcomes;
    unordered_pairs<std::string> facts;
    unordered_pairs<name_set> alleles;
    std::map<std::string, std::string> class_of_allele;  ///< of all alleles listed, those of before by their names in after
};

inline std::string slow_facts(const nomenclature& names, const position& p, locus l) {
    std::string out;
    const auto add_antigens = [&](const antigen_set& set) {
        std::set<std::uint32_t> numbers;
        for (std::size_t g = 0; g < gene_count; ++g)
            if (const auto family = family_of(static_cast<gene>(g)); family && locus_of(static_cast<gene>(g)) == l)
                set.for_each([&](std::size_t i) { numbers.insert(names.antigens(*family).number(i)); });
        std::string text = "[";
        for (const std::uint32_t n : numbers) text += std::to_string(n) + " ";
        return text + "]";
    };
    out += add_antigens(p.antigens);
    name_set single;
    for (const antigen_set& one : p.antigens_of_one) single.insert(add_antigens(one));
    for (const std::string& one : single) out += one;
    for (const auto first : p.first_fields) out += " " + std::to_string(first);
    out += " leaders " + std::to_string(p.traits.leaders() * (l == locus::B ? 1U : 0U));
    if (l != locus::DPB1) return out;
    const std::size_t versions = names.tce_versions().size();
    out += " tce " + std::to_string(p.traits.tce_groups(versions == 0 ? 0 : versions - 1));
    return out + " expression " + std::to_string(p.traits.expressions()) + " core " + std::to_string(p.traits.cores());
}

inline slow_reading slow_read(const slow_succession& s, const nomenclature& names, bool is_before, locus l, const std::string& text,
                              const mac_table* mac, null_policy nulls) {
    const auto read = read_locus({&names, mac, gene_set::all(), column_kind::dna}, l, text, nulls);
    slow_reading out;
    out.typed = !read->meaning.untyped();
    const auto class_name = [&](class_id c) { return is_before ? s.class_after(names.class_text(c)) : names.class_text(c); };
    const auto possible = [&](const position& p) -> name_set {
        if (p.what == position::kind::blank) return {"blank"};
        if (p.what == position::kind::new_allele) return {"NEW"};
        if (p.what == position::kind::no_product) return {"null"};
        name_set all;
        for (const class_id c : p.classes) all.insert(class_name(c));
        return all;
    };
    for (const genotype_alternative& a : read->meaning.alternatives) {
        for (const std::string& first : possible(a.first))
            for (const std::string& second : possible(a.second)) out.outcomes.insert(unordered_pair(first, second));
        out.facts.insert(unordered_pair(slow_facts(names, a.first, l), slow_facts(names, a.second, l)));
    }
    for (const reading_pair& pair : read->readings) {
        std::array<name_set, 2> both;
        for (std::size_t i = 0; i < 2; ++i) {
            if (pair[i].what == reading::kind::blank) both[i] = {"blank"};
            if (pair[i].what == reading::kind::new_allele) both[i] = {"NEW"};
            if (!pair[i].alleles.empty() && !pair[i].alleles.any([&](allele_id id) { return !names.is_null(id); })) out.some_null_only = true;
            pair[i].alleles.for_each([&](allele_id id) {
                const std::string own = names.allele_text(id);
                name_set common = is_before ? s.alleles(own) : name_set{own};
                for (const std::string& one : common) out.class_of_allele[is_before ? own + " now " + one : one] = names.is_null(id) ? "null" : class_name(names.class_of(id));
                if (common.empty()) common = {"only before: " + own};
                both[i].insert(common.begin(), common.end());
            });
        }
        out.alleles.insert(unordered_pair(both[0], both[1]));
    }
    return out;
}

inline meaning_kind slow_kind(const slow_reading& before, const slow_reading& after) {
    if (!before.typed && !after.typed) return meaning_kind::same;
    if (!after.typed) return meaning_kind::lost;
    if (!before.typed) return meaning_kind::gained;
    const auto& o = before.outcomes;
    const auto& n = after.outcomes;
    if (o == n && before.facts != after.facts) return meaning_kind::facts;
    if (o == n) return before.alleles == after.alleles ? meaning_kind::same : meaning_kind::alleles_only;
    if (std::includes(n.begin(), n.end(), o.begin(), o.end())) return meaning_kind::widened;
    if (std::includes(o.begin(), o.end(), n.begin(), n.end())) return meaning_kind::narrowed;
    const auto possible = [](const slow_reading& r, const std::string& c) {
        return std::any_of(r.outcomes.begin(), r.outcomes.end(), [&](const auto& pair) { return pair.first == c || pair.second == c; });
    };
    // From one state to another that only one reading has; null is a state of positions that are null only.
    const auto gone = [&](const std::string& c, const slow_reading& here, const slow_reading& there) {
        return c == "null" ? here.some_null_only && !there.some_null_only : !possible(there, c);
    };
    for (const auto& [key, from] : before.class_of_allele) {
        const auto now = after.class_of_allele.find(key.substr(key.find(" now ") + 5));
        if (now == after.class_of_allele.end() || now->second == from) continue;
        if (gone(from, before, after) && gone(now->second, after, before)) return meaning_kind::moved;
    }
    return meaning_kind::changed;
}

}  // namespace allomatch::model
