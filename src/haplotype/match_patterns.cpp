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

void pattern_table::take(std::span<const locus_content> genotype, bool homozygous_once) {
    once_.clear();
    for (const std::uint32_t i : set_) bits_[i] = 0;
    set_.clear();
    any_ = all_ = needs_first_ = 0;
    const auto mark = [&](std::size_t l, outcome_code code, match_pattern bits) {
        bits_[begins_[l] + code] |= bits;
        set_.push_back(begins_[l] + code);
    };
    for (std::size_t l = 0; l < codes_.size(); ++l) {
        const match_pattern first = match_pattern{1} << l;
        const match_pattern second = first << codes_.size();
        const auto& [a, b] = genotype[l].classes;
        const auto nulls = index_->null_codes(at_[l]);
        if (genotype[l].no_product()) {
            // Only two nulls match it, and both positions at once.
            for (const outcome_code n : nulls) mark(l, n, first | second);
            all_ |= first | second;
            continue;
        }
        const outcome_code code_a = index_->code_of(at_[l], a);
        const outcome_code code_b = index_->code_of(at_[l], b);
        if (code_a != haplotype_index::no_outcome) mark(l, code_a, a == b ? first | second : first);
        if (a != b) {
            if (code_b != haplotype_index::no_outcome) mark(l, code_b, second);
            any_ |= first | second;
            continue;
        }
        if (homozygous_once) once_.push_back(l);
        // Beside a null, the other haplotype counts twice: the null agrees to the second position.
        for (const outcome_code n : nulls) mark(l, n, second);
        any_ |= first;
        all_ |= second;
        needs_first_ |= second;
    }
}

match_pattern pattern_table::both_once(haplotype_id a, haplotype_id b) const noexcept {
    match_pattern matched = both(of(a), of(b));
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

void pattern_sums::pair_sorts(const diplotypes& person, const pattern_table& table, double factor) {
    for (const auto& [a, b] : person.pairs) {
        if (a == b) {
            for (std::size_t i = begins_[a]; i < begins_[a + 1]; ++i) {
                const sort& one = sorts_[i];
                add(table.both(one.pattern, one.pattern), factor * one.weight * one.weight);
                for (std::size_t j = i + 1; j < begins_[a + 1]; ++j)
                    add(table.both(one.pattern, sorts_[j].pattern), 2 * factor * one.weight * sorts_[j].weight);
            }
        } else {
            for (std::size_t i = begins_[a]; i < begins_[a + 1]; ++i) {
                const match_pattern pattern = sorts_[i].pattern;
                const double weight = 2 * factor * sorts_[i].weight;
                for (std::size_t j = begins_[b]; j < begins_[b + 1]; ++j)
                    add(table.both(pattern, sorts_[j].pattern), weight * sorts_[j].weight);
            }
        }
    }
}

}  // namespace allomatch
