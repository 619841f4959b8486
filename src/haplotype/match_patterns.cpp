// SPDX-License-Identifier: Apache-2.0
#include "match_patterns.hpp"

namespace allomatch {

void pattern_table::start(const haplotype_index& index, std::span<const std::size_t> at) {
    index_ = &index;
    at_.assign(at.begin(), at.end());
    codes_.clear();
    begins_.clear();
    set_.clear();
    std::size_t size = 0;
    for (const std::size_t l : at) {
        codes_.push_back(index.codes(l));
        begins_.push_back(static_cast<std::uint32_t>(size));
        size += index.outcome_count(l);
    }
    bits_.assign(size, 0);
}

pattern_rule pattern_rule::of(const locus_content& content, std::size_t l, std::size_t width) noexcept {
    const match_pattern first = match_pattern{1} << l;
    const match_pattern second = first << width;
    if (content.no_product()) return {0, first | second, 0, width};
    if (content.homozygous()) return {first, second, second, width};
    return {first | second, 0, 0, width};
}

void pattern_table::take(std::span<const locus_content> genotype, bool homozygous_once) {
    for (const std::uint32_t i : set_) bits_[i] = 0;
    set_.clear();
    once_.clear();
    const std::size_t width = codes_.size();
    rule_ = {0, 0, 0, width};
    for (std::size_t l = 0; l < width; ++l) {
        rule_ |= pattern_rule::of(genotype[l], l, width);
        for_each_match(*index_, at_[l], genotype[l], l, width, [&](outcome_code code, match_pattern bits) {
            bits_[begins_[l] + code] |= bits;
            set_.push_back(begins_[l] + code);
        });
        if (homozygous_once && genotype[l].homozygous()) once_.push_back(l);
    }
}

match_pattern pattern_table::both_once(haplotype_id a, haplotype_id b) const noexcept {
    match_pattern matched = rule_.both(of(a), of(b));
    for (const std::size_t l : once_) {
        const match_pattern first = match_pattern{1} << l;
        if ((matched & first) != 0) continue;
        const auto content = locus_content::of(index_->class_of(at_[l], codes_[l][a]), index_->class_of(at_[l], codes_[l][b]));
        if (content.homozygous()) matched |= first;
    }
    return matched;
}

void pattern_sums::add_once(const haplotype_index& index, const diplotypes& person, const pattern_table& table,
                            double weight) {
    const auto frequency = [&](haplotype_id h) { return std::ldexp(index.frequencies()[h], person.scale); };
    for (const auto& [a, b] : person.pairs)
        for (const haplotype_id x : person.group(a))
            for (const haplotype_id y : person.group(b)) {
                const double both = frequency(x) * frequency(y) * weight / person.total;
                add(table.both_once(x, y), a == b ? both : 2 * both);
            }
}

void pattern_sums::start(std::size_t width) {
    if (sums_.size() == std::size_t{1} << (2 * width)) return;  // they are left empty
    place_of_.assign(std::size_t{1} << (2 * width), 0);
    sums_.assign(std::size_t{1} << (2 * width), 0);
    seen_.clear();
}

void pattern_sums::pair_sorts(const diplotypes& person, const pattern_sorts& sorts, const pattern_rule& rule,
                              double factor) {
    const pattern_sorts::sort* const all = sorts.all.data();
    for (const auto& [a, b] : person.pairs) {
        const pattern_sorts::sort* const end_a = all + sorts.begins[a + 1];
        const pattern_sorts::sort* const begin_b = all + sorts.begins[b];
        const pattern_sorts::sort* const end_b = all + sorts.begins[b + 1];
        for (const pattern_sorts::sort* i = all + sorts.begins[a]; i != end_a; ++i) {
            const match_pattern pattern = i->pattern;
            const double weight = 2 * factor * i->weight;
            if (a == b) add(rule.both(pattern, pattern), weight / 2 * i->weight);
            for (const pattern_sorts::sort* j = a == b ? i + 1 : begin_b; j != end_b; ++j)
                add(rule.both(pattern, j->pattern), weight * j->weight);
        }
    }
}

}  // namespace allomatch
