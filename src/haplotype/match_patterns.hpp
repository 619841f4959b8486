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
    /// The positions of the genotype that two haplotypes with these patterns match, as bits: their number at a locus
    /// is the number of its matched positions.
    [[nodiscard]] match_pattern both(match_pattern a, match_pattern b) const noexcept {
        const match_pattern joined = ((a | b) & any_) | ((a & b) & all_);
        return joined & (~needs_first_ | joined << codes_.size());
    }
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
    match_pattern any_ = 0;               // matched when one haplotype has the bit
    match_pattern all_ = 0;               // matched when both have it
    std::vector<std::size_t> once_;       // homozygous loci, where `both_once` has to look
    match_pattern needs_first_ = 0;       // second positions of homozygous loci: not matched without the first
};

/// Sorts of haplotypes of one person by their pattern, group by group, and the weight of every outcome of their pairs.
class pattern_sums {
public:
    void start(std::size_t width);
    /// Adds `weight` times the distribution over matched positions of a person against one genotype.
    /// `pattern(h)` gives the pattern of a haplotype.
    template <class Pattern>
    void add(const haplotype_index& index, const diplotypes& person, const pattern_table& table, double weight,
             Pattern pattern) {
        sort_haplotypes(index, person, pattern);
        pair_sorts(person, table, weight / person.total);
    }
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
    struct sort {
        match_pattern pattern;
        double weight;
    };

    template <class Pattern>
    void sort_haplotypes(const haplotype_index& index, const diplotypes& person, Pattern pattern) {
        sorts_.clear();
        begins_.clear();
        const double* frequency = index.frequencies().data();
        const haplotype_id* h = person.haplotypes.data();
        for (std::size_t g = 0; g < person.group_count(); ++g) {
            const std::size_t begin = sorts_.size();
            begins_.push_back(static_cast<std::uint32_t>(begin));
            for (const haplotype_id* end = person.haplotypes.data() + person.begins[g + 1]; h != end; ++h) {
                const match_pattern p = pattern(*h);
                std::uint32_t& place = place_of_[p];
                if (place == 0) {
                    sorts_.push_back({p, 0});
                    place = static_cast<std::uint32_t>(sorts_.size());
                }
                sorts_[place - 1].weight += frequency[*h];
            }
            for (std::size_t i = begin; i < sorts_.size(); ++i) place_of_[sorts_[i].pattern] = 0;
        }
        begins_.push_back(static_cast<std::uint32_t>(sorts_.size()));
        if (person.scale != 0)
            for (sort& s : sorts_) s.weight = std::ldexp(s.weight, person.scale);
    }
    void pair_sorts(const diplotypes& person, const pattern_table& table, double factor);

    std::vector<sort> sorts_;
    std::vector<std::uint32_t> begins_;
    std::vector<std::uint32_t> place_of_;  // of a pattern among the sorts of a group, from 1
    std::vector<double> sums_;
    std::vector<match_pattern> seen_;
};

}  // namespace allomatch
