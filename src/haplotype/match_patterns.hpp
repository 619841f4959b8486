// SPDX-License-Identifier: Apache-2.0
/// \file
/// How the haplotypes of one person match one genotype of the other, as bits.
#pragma once

#include <allomatch/haplotype/diplotypes.hpp>

#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

namespace allomatch {

/// Bits of a haplotype against one genotype: at each locus `l` of `n`, bit `l` when it carries the first class of the
/// genotype, bit `n + l` when it carries the second.
using match_pattern = std::uint32_t;

/// How the patterns of the two haplotypes of a person add up to matched positions.
struct pattern_rule {
    match_pattern any = 0;          ///< matched when one haplotype has the bit
    match_pattern all = 0;          ///< matched when both have it
    match_pattern needs_first = 0;  ///< second positions of homozygous loci: not matched without the first
    std::size_t width = 0;

    /// The positions of the genotype that two haplotypes match, as bits: their number at a locus is the number of its
    /// matched positions.
    [[nodiscard]] match_pattern both(match_pattern a, match_pattern b) const noexcept {
        const match_pattern joined = ((a | b) & any) | ((a & b) & all);
        return joined & (~needs_first | joined << width);
    }
    /// What one content of locus `l` asks for.
    [[nodiscard]] static pattern_rule of(const locus_content& content, std::size_t l, std::size_t width) noexcept;
    pattern_rule& operator|=(const pattern_rule& other) noexcept {
        any |= other.any;
        all |= other.all;
        needs_first |= other.needs_first;
        return *this;
    }
};

/// Bits of every outcome at one locus of a set against one content: hands over code and bits where they are not 0.
template <class Visit>
void for_each_match(const haplotype_index& index, std::size_t at, const locus_content& content, std::size_t l,
                    std::size_t width, Visit visit) {
    const match_pattern first = match_pattern{1} << l;
    const match_pattern second = first << width;
    const auto& [a, b] = content.classes;
    if (content.no_product()) {
        // Only two nulls match it, and both positions at once.
        for (const outcome_code n : index.null_codes(at)) visit(n, first | second);
        return;
    }
    const outcome_code code_a = index.code_of(at, a);
    if (code_a != haplotype_index::no_outcome) visit(code_a, a == b ? first | second : first);
    if (a == b) {
        // Beside a null, the other haplotype counts twice: the null agrees to the second position.
        for (const outcome_code n : index.null_codes(at)) visit(n, second);
    } else if (const outcome_code code_b = index.code_of(at, b); code_b != haplotype_index::no_outcome) {
        visit(code_b, second);
    }
}

/// One genotype, ready to be matched against the haplotypes of a set.
class pattern_table {
public:
    /// `at` are the positions of the loci in the set; the tables keep their memory from call to call.
    void start(const haplotype_index& index, std::span<const std::size_t> at);
    /// With `homozygous_once`, see `both_once`.
    void take(std::span<const locus_content> genotype, bool homozygous_once = false);

    [[nodiscard]] match_pattern of(haplotype_id h) const noexcept {
        match_pattern p = 0;
        for (std::size_t l = 0; l < codes_.size(); ++l) p |= bits_[begins_[l] + codes_[l][h]];
        return p;
    }
    [[nodiscard]] const pattern_rule& rule() const noexcept { return rule_; }
    /// The same when A,A against B,B is one mismatch: sorts do not tell, the haplotypes do.
    [[nodiscard]] match_pattern both_once(haplotype_id a, haplotype_id b) const noexcept;
    [[nodiscard]] std::size_t width() const noexcept { return codes_.size(); }

private:
    const haplotype_index* index_ = nullptr;
    std::vector<std::size_t> at_;
    std::vector<std::span<const outcome_code>> codes_;
    std::vector<std::uint32_t> begins_;
    std::vector<match_pattern> bits_;
    std::vector<std::uint32_t> set_;      // entries of `bits_` that are not 0
    std::vector<std::size_t> once_;       // homozygous loci, where `both_once` has to look
    pattern_rule rule_;
};

/// Haplotypes of one person taken together by their pattern, group by group.
struct pattern_sorts {
    struct sort {
        match_pattern pattern;
        double weight;
    };
    std::vector<sort> all;
    std::vector<std::uint32_t> begins;  ///< of the groups, and the end
};

/// The weight of every outcome of the haplotype pairs of a person.
class pattern_sums {
public:
    void start(std::size_t width);
    /// Adds `weight` times the distribution over matched positions of a person against one genotype.
    /// `pattern(h)` gives the pattern of a haplotype.
    template <class Pattern>
    void add(const haplotype_index& index, const diplotypes& person, const pattern_table& table, double weight,
             Pattern pattern) {
        sort_haplotypes(index, person, pattern);
        pair_sorts(person, sorts_, table.rule(), weight / person.total);
    }
    /// The same with the sorts at hand; `factor` multiplies the products of their weights.
    void pair_sorts(const diplotypes& person, const pattern_sorts& sorts, const pattern_rule& rule, double factor);
    /// The same with `pattern_table::both_once`: haplotype by haplotype.
    void add_once(const haplotype_index& index, const diplotypes& person, const pattern_table& table, double weight);
    void add(match_pattern matched, double weight) {
        double& sum = sums_[matched];
        if (sum == 0) seen_.push_back(matched);
        sum += weight;
    }
    /// Hands over every outcome once and empties the sums.
    template <class Visit>
    void finish(Visit visit) {
        for (const match_pattern matched : seen_) {
            if (sums_[matched] != 0) visit(matched, sums_[matched]);
            sums_[matched] = 0;
        }
        seen_.clear();
    }

private:
    template <class Pattern>
    void sort_haplotypes(const haplotype_index& index, const diplotypes& person, Pattern pattern) {
        auto& sorts = sorts_.all;
        sorts.clear();
        sorts_.begins.clear();
        const double* frequency = index.frequencies().data();
        const haplotype_id* h = person.haplotypes.data();
        for (std::size_t g = 0; g < person.group_count(); ++g) {
            const std::size_t begin = sorts.size();
            sorts_.begins.push_back(static_cast<std::uint32_t>(begin));
            for (const haplotype_id* end = person.haplotypes.data() + person.begins[g + 1]; h != end; ++h) {
                const match_pattern p = pattern(*h);
                std::uint32_t& place = place_of_[p];
                if (place == 0) {
                    sorts.push_back({p, 0});
                    place = static_cast<std::uint32_t>(sorts.size());
                }
                sorts[place - 1].weight += frequency[*h];
            }
            for (std::size_t i = begin; i < sorts.size(); ++i) place_of_[sorts[i].pattern] = 0;
        }
        sorts_.begins.push_back(static_cast<std::uint32_t>(sorts.size()));
        if (person.scale != 0)
            for (pattern_sorts::sort& s : sorts) s.weight = std::ldexp(s.weight, person.scale);
    }

    pattern_sorts sorts_;
    std::vector<std::uint32_t> place_of_;  // of a pattern among the sorts of a group, from 1
    std::vector<double> sums_;
    std::vector<match_pattern> seen_;
};

}  // namespace allomatch
