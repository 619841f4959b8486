// SPDX-License-Identifier: Apache-2.0
#include "settled.hpp"

#include <allomatch/haplotype/genotype_list.hpp>
#include <allomatch/haplotype/imputation.hpp>

#include <algorithm>
#include <cmath>

namespace allomatch {

namespace {

/// Genotypes that are held at a time.
constexpr double most_held = 8'000'000;

/// Keeps the best `top` of many. `better` is a total order.
template <class Item, class Better>
class best_list {
public:
    best_list(std::size_t top, Better better) : top_(top), better_(better) {}
    [[nodiscard]] bool full() const { return top_ != 0 && items_.size() >= top_; }
    [[nodiscard]] const Item& worst() const { return items_.front(); }
    void offer(Item item) {
        if (top_ == 0 || (full() && !better_(item, worst()))) return;
        if (full()) {
            std::pop_heap(items_.begin(), items_.end(), better_);
            items_.back() = std::move(item);
        } else {
            items_.push_back(std::move(item));
        }
        std::push_heap(items_.begin(), items_.end(), better_);
    }
    std::vector<Item> take() && {
        std::sort_heap(items_.begin(), items_.end(), better_);
        return std::move(items_);
    }

private:
    std::size_t top_;
    Better better_;
    std::vector<Item> items_;  // a heap with the worst in front
};

/// Makes what is certain exactly so, and gives the probability that the items hold; `count` of them there are in all.
template <class Item>
double settle_best(std::vector<Item>& items, double count) {
    double mass = 0;
    for (Item& item : items) {
        item.probability = count == 1 ? 1.0 : std::min(item.probability, nearly_certain);
        mass += item.probability;
    }
    if (items.empty()) return 0;
    return static_cast<double>(items.size()) == count ? 1.0 : std::min(mass, nearly_certain);
}

void find_pairs(const haplotype_index& index, const diplotypes& person, std::size_t top, imputation& out) {
    using item = imputation::haplotype_pair;
    const auto better = [](const item& a, const item& b) {
        if (a.probability != b.probability) return a.probability > b.probability;
        return a.first != b.first ? a.first < b.first : a.second < b.second;
    };
    best_list<item, decltype(better)> best(top, better);
    std::vector<std::vector<haplotype_id>> groups;
    const auto frequency = [&](haplotype_id h) { return std::ldexp(index.frequencies()[h], person.scale); };
    for (std::size_t g = 0; g < person.group_count(); ++g) {
        auto& members = groups.emplace_back(person.group(g).begin(), person.group(g).end());
        std::stable_sort(members.begin(), members.end(),
                         [&](haplotype_id a, haplotype_id b) { return frequency(a) > frequency(b); });
    }
    for (const auto& [a, b] : person.pairs) {
        for (std::size_t i = 0; i < groups[a].size(); ++i) {
            for (std::size_t j = a == b ? i : 0; j < groups[b].size(); ++j) {
                const haplotype_id x = groups[a][i];
                const haplotype_id y = groups[b][j];
                const double weight = frequency(x) * frequency(y) / person.total;
                // Members come in falling frequency, so nothing behind can enter either.
                if (best.full() && 2 * weight < best.worst().probability) break;
                best.offer({std::min(x, y), std::max(x, y), x == y ? weight : 2 * weight});
            }
        }
    }
    out.haplotype_pairs = std::move(best).take();
    out.haplotype_pair_count = person.pair_count;
    out.haplotype_pair_mass = settle_best(out.haplotype_pairs, person.pair_count);
}

void find_genotypes(const haplotype_index& index, const diplotypes& person, std::span<const std::size_t> at,
                    std::size_t top, imputation& out) {
    using item = imputation::genotype;
    const auto better = [](const item& a, const item& b) {
        return a.probability != b.probability ? a.probability > b.probability : a.contents < b.contents;
    };
    best_list<item, decltype(better)> best(top, better);
    const auto passes = static_cast<std::size_t>(std::ceil(person.pair_count / most_held));
    genotype_list list;
    for (std::size_t pass = 0; pass < passes; ++pass) {
        list.clear(at.size());
        for_each_genotype(index, person, at, [&](std::span<const locus_content> g, double weight) {
            if (passes > 1) {
                std::size_t part = 0;
                for (const locus_content& c : g) part = part * 31 + c.classes[0] * 7U + c.classes[1];
                if (part % passes != pass) return;
            }
            list.add(g, weight);
        });
        out.genotype_count += list.size();
        for (std::size_t i = 0; i < list.size(); ++i) {
            if (best.full() && list.weight(i) < best.worst().probability) continue;
            best.offer({{list.row(i).begin(), list.row(i).end()}, list.weight(i)});
        }
    }
    out.genotypes = std::move(best).take();
    out.genotype_mass = settle_best(out.genotypes, static_cast<double>(out.genotype_count));
}

std::string shown_alleles(const nomenclature& names, const allele_set& alleles) {
    constexpr std::size_t most = 4;
    std::string text;
    std::size_t count = 0;
    alleles.for_each([&](allele_id id) {
        if (++count <= most) text += (text.empty() ? "" : "/") + names.allele_text(id);
    });
    if (count > most) text += "/.. (" + std::to_string(count) + " alleles)";
    return text;
}

}  // namespace

std::string unexplained_reason(const haplotype_index& index, const person_typing& typing) {
    const nomenclature& names = *index.set().names();
    std::string reason;
    const auto add = [&](const std::string& what) { reason += (reason.empty() ? "" : "; ") + what; };
    for (std::size_t at = 0; at < index.width(); ++at) {
        const locus l = index.locus_at(at);
        const auto readings = typing.readings[allomatch::index(l)];
        if (readings.empty()) continue;
        const auto sides = sides_of(index, at, readings);
        const bool possible = std::any_of(sides.begin(), sides.end(), [](const auto& s) { return !s.first.empty() && !s.second.empty(); });
        if (possible) continue;
        std::vector<std::string> lacking;
        for (const reading_pair& pair : readings) {
            for (const reading& r : pair) {
                if (r.what == reading::kind::blank || !outcomes_of(index, at, r).empty()) continue;
                std::string text = r.what == reading::kind::new_allele ? "NEW" : shown_alleles(names, r.alleles);
                if (std::find(lacking.begin(), lacking.end(), text) == lacking.end()) lacking.push_back(std::move(text));
            }
        }
        std::string listed;
        for (std::size_t i = 0; i < lacking.size() && i < 3; ++i) listed += (i == 0 ? "" : ", ") + lacking[i];
        if (lacking.size() > 3) listed += " and " + std::to_string(lacking.size() - 3) + " more";
        add("no haplotype of " + index.set().name() + " has " +
            (listed.empty() ? "what is typed at " + std::string(name(l)) : listed));
    }
    if (reason.empty()) reason = "no two haplotypes of " + index.set().name() + " have all of the typing together";
    return reason;
}

imputation impute(const populations& sets, const populations::choice& choice, const person_typing& typing,
                  std::span<const locus> loci, std::size_t top) {
    imputation out;
    const set_view view = view_person(sets, choice, typing, loci);
    out.explained = view.explained;
    out.certain = view.certain;
    out.set = view.set;
    const haplotype_index& index = sets[view.set];
    std::vector<std::size_t> at;
    for (const locus l : loci) {
        const auto position = index.position_of(l);
        if (!position) continue;
        out.loci.push_back(l);
        at.push_back(*position);
    }
    if (!view.explained) {
        for (const population_number tried : choice)
            out.reason += (out.reason.empty() ? "" : "; ") + unexplained_reason(sets[tried], typing);
        return out;
    }
    const diplotypes found = view.certain ? find_diplotypes(index, typing) : *view.pairs;
    find_pairs(index, found, top, out);
    if (view.certain) {
        out.genotype_count = 1;
        out.genotype_mass = 1;
        out.genotypes.push_back({view.contents, 1.0});
        for (const locus_content& c : view.contents) out.at.push_back({{c, 1.0}});
        return out;
    }
    find_genotypes(index, found, at, top, out);
    for (const std::size_t l : at) {
        auto& all = out.at.emplace_back(resolve_locus(index, found, l));
        std::stable_sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return a.probability > b.probability; });
    }
    return out;
}

std::string content_text(const nomenclature& names, locus l, const locus_content& content) {
    if (content.no_product()) return std::string(name(l)) + "*null";
    return names.class_text(content.classes[0]) + '+' + names.class_text(content.classes[1]);
}

std::string haplotype_text(const haplotype_index& index, haplotype_id h) {
    const nomenclature& names = *index.set().names();
    std::string text;
    for (std::size_t at = 0; at < index.width(); ++at) {
        const haplotype_outcome& o = index.set().outcome(at, index.codes(at)[h]);
        if (at != 0) text += '~';
        text += o.is_null() ? shown_alleles(names, o.nulls) : names.class_text(o.matched);
    }
    return text;
}

std::string percent_text(double probability) {
    if (std::isnan(probability)) return {};
    if (probability <= 0) return "0";
    if (probability >= 1) return "100";
    const double whole = std::nearbyint(100 * probability);  // halves to even
    if (whole == 0) return "<1";
    if (whole == 100) return ">99";
    return std::to_string(static_cast<int>(whole));
}

}  // namespace allomatch
