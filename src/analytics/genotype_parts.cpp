// SPDX-License-Identifier: Apache-2.0
#include "genotype_parts.hpp"

#include <algorithm>
#include <map>
#include <numeric>

namespace allomatch {

namespace {

/// Pairs of a part: their table stays near the processor.
constexpr std::size_t part_pairs = std::size_t{1} << 18;

using haplotypes_by_code = std::vector<std::pair<class_code, std::span<const std::uint32_t>>>;

}  // namespace

genotype_parts::genotype_parts(const genotype_coding& coding) : coding_(coding) {
    std::vector<std::size_t> by(coding.loci().size());
    std::iota(by.begin(), by.end(), 0U);
    std::stable_sort(by.begin(), by.end(), [&](std::size_t a, std::size_t b) { return coding.loci()[a].classes > coding.loci()[b].classes; });
    genotype_part whole;
    for (std::size_t s = 0; s < coding.set_count(); ++s) {
        auto& all = lists_.emplace_back(coding.set(s).size());
        std::iota(all.begin(), all.end(), 0U);
        whole.of_set.push_back({{all, all}});
        whole.pairs += whole.of_set.back().front().pairs();
    }
    cut(whole, by);
}

void genotype_parts::cut(const genotype_part& whole, std::span<const std::size_t> by) {
    if (whole.pairs <= part_pairs || by.empty()) {
        parts_.push_back(whole);
        return;
    }
    const coded_locus& at = coding_.loci()[by.front()];
    std::map<std::uint32_t, genotype_part> cuts;
    for (std::size_t s = 0; s < whole.of_set.size(); ++s) {
        const auto& codes = coding_.set(s).codes[by.front()];
        const auto split = [&](std::span<const std::uint32_t> list) {
            std::map<class_code, std::vector<std::uint32_t>> by_code;
            for (const std::uint32_t h : list) by_code[codes[h]].push_back(h);
            haplotypes_by_code out;
            for (auto& [code, some] : by_code) out.emplace_back(code, lists_.emplace_back(std::move(some)));
            return out;
        };
        const auto add = [&](class_code a, class_code b, pair_block block) {
            genotype_part& part = cuts[at.row(a)[b]];
            part.of_set.resize(whole.of_set.size());
            part.of_set[s].push_back(block);
            part.pairs += block.pairs();
        };
        for (const pair_block& block : whole.of_set[s]) {
            const haplotypes_by_code first = split(block.first);
            if (block.with_itself()) {
                for (std::size_t i = 0; i < first.size(); ++i)
                    for (std::size_t j = i; j < first.size(); ++j) add(first[i].first, first[j].first, {first[i].second, first[j].second});
            } else {
                const haplotypes_by_code second = split(block.second);
                for (const auto& [a, one] : first)
                    for (const auto& [b, other] : second) add(a, b, {one, other});
            }
        }
    }
    for (const auto& [content, part] : cuts) cut(part, by.subspan(1));
}

}  // namespace allomatch
