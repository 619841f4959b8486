// SPDX-License-Identifier: Apache-2.0
#include "locus_meanings.hpp"

#include <algorithm>
#include <map>

namespace allomatch {

namespace {

std::optional<serology_family> family_of(locus l) {
    for (std::size_t g = 0; g < gene_count; ++g)
        if (locus_of(static_cast<gene>(g)) == l) return family_of(static_cast<gene>(g));
    return std::nullopt;
}

/// Numbers values from 0, equal ones alike.
template <class Value>
class numbering {
public:
    std::uint32_t operator()(const Value& value) {
        const auto [it, added] = numbers_.try_emplace(value, static_cast<std::uint32_t>(numbers_.size()));
        return it->second;
    }
    [[nodiscard]] std::vector<Value> values() const {
        std::vector<Value> all(numbers_.size());
        for (const auto& [value, n] : numbers_) all[n] = value;
        return all;
    }

private:
    std::map<Value, std::uint32_t> numbers_;
};

}  // namespace

position_facts facts_of(const nomenclature& names, locus l, const position& p) {
    position_facts out;
    if (const auto family = family_of(l)) {
        const auto numbers_of = [&](const antigen_set& set) {
            position_facts::antigen_names numbers;
            set.for_each([&](std::size_t i) { numbers.push_back(names.antigens(*family).number(i)); });
            std::sort(numbers.begin(), numbers.end());
            return numbers;
        };
        out.antigens = numbers_of(p.antigens);
        for (const antigen_set& one : p.antigens_of_one) out.antigens_of_one.push_back(numbers_of(one));
        std::sort(out.antigens_of_one.begin(), out.antigens_of_one.end());
    }
    out.first_fields.assign(p.first_fields.begin(), p.first_fields.end());
    constexpr std::uint32_t all_groups = (1U << 4 * most_tce_versions) - 1;
    const std::size_t newest = std::max<std::size_t>(names.tce_versions().size(), 1) - 1;
    out.traits = l == locus::DPB1 ? allele_traits::from_bits((p.traits.bits() & ~all_groups) | p.traits.tce_groups(newest)) : p.traits;
    return out;
}

meaning_symbol symbol_of_class(const succession& names, reading_side side, class_id id) {
    if (side == reading_side::after) return id;
    const auto now = names.class_after(id);
    return now ? meaning_symbol{*now} : of_before_only | id;
}

meaning_symbol symbol_of_allele(const succession& names, reading_side side, allele_id id) {
    const class_id c = (side == reading_side::before ? names.before() : names.after()).class_of(id);
    return c == no_class ? no_product_symbol : symbol_of_class(names, side, c);
}

std::vector<meaning_symbol> symbols_of(const succession& names, reading_side side, const position& p) {
    switch (p.what) {
        case position::kind::blank: return {blank_symbol};
        case position::kind::new_allele: return {new_allele_symbol};
        case position::kind::no_product: return {no_product_symbol};
        case position::kind::classes: break;
    }
    std::vector<meaning_symbol> out;
    for (const class_id c : p.classes) out.push_back(symbol_of_class(names, side, c));
    std::sort(out.begin(), out.end());
    return out;
}

std::vector<meaning_symbol> locus_readings::symbols(reading_side side, std::uint32_t text) const {
    std::vector<meaning_symbol> out;
    const locus_dictionary& dictionary = column(side).dictionary;
    for (const stored_alternative& a : dictionary.alternatives(column(side).code_of_text[text]))
        for (const position_id p : {a.first, a.second}) {
            const auto some = symbols_of(names, side, dictionary.at(p));
            out.insert(out.end(), some.begin(), some.end());
        }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

locus_meanings::locus_meanings(const locus_readings& readings) : readings_(readings) {
    numbering<std::vector<meaning_symbol>> sets;
    numbering<position_facts> facts;
    for (const reading_side side : {reading_side::before, reading_side::after}) {
        const locus_dictionary& dictionary = readings.column(side).dictionary;
        const nomenclature& own = side == reading_side::before ? readings.names.before() : readings.names.after();
        auto& set_of = sets_of_[static_cast<std::size_t>(side)];
        auto& facts_of_position = facts_of_[static_cast<std::size_t>(side)];
        for (position_id p = 0; p < dictionary.position_count(); ++p) {
            set_of.push_back(sets(symbols_of(readings.names, side, dictionary.at(p))));
            facts_of_position.push_back(facts(facts_of(own, readings.where, dictionary.at(p))));
        }
    }
    sets_ = sets.values();
}

locus_meanings::pair_set locus_meanings::pairs(reading_side side, std::uint32_t text, const numbers_of_positions& of) const {
    const auto& numbers = of[static_cast<std::size_t>(side)];
    pair_set out;
    const registry::locus_column& column = readings_.column(side);
    for (const stored_alternative& a : column.dictionary.alternatives(column.code_of_text[text]))
        out.push_back(std::minmax(numbers[a.first], numbers[a.second]));
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

}  // namespace allomatch
