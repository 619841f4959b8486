// SPDX-License-Identifier: Apache-2.0
#include <allomatch/nomenclature/succession.hpp>

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

namespace allomatch {

namespace {

/// The allele that a name of another release is now.
std::optional<allele_id> successor_of(const nomenclature& names, gene g, const allele_name& old) {
    allele_set found = names.resolve(g, old).alleles;
    if (found.empty() && old.suffix != 0) {
        allele_name bare = old;
        bare.suffix = 0;
        found = names.resolve(g, bare).alleles;
    }
    std::optional<allele_id> first;
    std::optional<allele_id> same_suffix;
    found.for_each([&](allele_id id) {
        if (!first) first = id;
        if (!same_suffix && names.name_of(id).suffix == old.suffix) same_suffix = id;
    });
    return same_suffix ? same_suffix : first;
}

/// For each class of one side the class of the other side with which it shares most alleles.
struct best_partner {
    std::size_t shared = 0;
    class_id partner = no_class;
};

/// Whether `name` is a better partner than `other` for a class called `own` with which both share as much.
bool preferred(const std::string& own, const std::string& name, const std::string& other) {
    return std::tuple(name != own, name) < std::tuple(other != own, other);
}

}  // namespace

succession::succession(nomenclature::pointer before, nomenclature::pointer after)
    : before_(std::move(before)), after_(std::move(after)) {
    same_ = before_->fingerprint() == after_->fingerprint();
    if (same_) return;
    link_alleles();
    link_classes();
}

void succession::link_alleles() {
    if (before_->names_only()) {
        for (allele_id id = 0; id < after_->allele_count(); ++id)
            before_->resolve(after_->gene_of(id), after_->name_of(id)).alleles.for_each([&](allele_id old) {
                links_.emplace_back(old, id);
            });
        std::sort(links_.begin(), links_.end());
        return;
    }
    std::vector<bool> linked(before_->allele_count());
    const auto link = [&](allele_id old, allele_id now) {
        links_.emplace_back(old, now);
        linked[old] = true;
    };
    for (allele_id id = 0; id < before_->allele_count(); ++id)
        if (const auto now = successor_of(*after_, before_->gene_of(id), before_->name_of(id))) link(id, *now);
    for (allele_id id = 0; id < after_->allele_count(); ++id)
        if (const auto old = successor_of(*before_, after_->gene_of(id), after_->name_of(id)); old && !linked[*old]) link(*old, id);
    std::sort(links_.begin(), links_.end());
}

void succession::link_classes() {
    std::map<std::pair<class_id, class_id>, std::size_t> shared;
    for (const auto& [old, now] : links_) {
        const class_id from = before_->class_of(old);
        const class_id to = after_->class_of(now);
        if (from != no_class && to != no_class) ++shared[{from, to}];
    }
    std::unordered_map<class_id, best_partner> best_after;
    std::unordered_map<class_id, best_partner> best_before;
    for (const auto& [pair, count] : shared) {
        const auto [from, to] = pair;
        best_partner& a = best_after[from];
        if (count > a.shared || (count == a.shared && preferred(before_->class_text(from), after_->class_text(to), after_->class_text(a.partner))))
            a = {count, to};
        best_partner& b = best_before[to];
        if (count > b.shared || (count == b.shared && preferred(after_->class_text(to), before_->class_text(from), before_->class_text(b.partner))))
            b = {count, from};
    }
    for (const auto& [from, best] : best_after)
        if (best_before[best.partner].partner == from) classes_.emplace(from, best.partner);
}

std::optional<class_id> succession::class_after(class_id id) const {
    if (same_) return id;
    const auto it = classes_.find(id);
    if (it == classes_.end()) return std::nullopt;
    return it->second;
}

}  // namespace allomatch
