// SPDX-License-Identifier: Apache-2.0
#include "genotype_table.hpp"
#include "key_table.hpp"

#include <allomatch/core/parallel.hpp>

#include <algorithm>
#include <bit>

namespace allomatch {

namespace {

constexpr std::size_t block_size = std::size_t{1} << 16;
constexpr std::size_t group_size = 4096;  // of genotypes that are looked at together, about

genotype_key without(genotype_key key, const coded_locus& l) {
    key.words[l.word] &= ~l.mask;
    return key;
}

/// Numbers of the genotypes, so that those which are equal but for one locus are in one group.
struct grouped_genotypes {
    std::vector<std::uint32_t> order;
    std::vector<std::size_t> begins;

    grouped_genotypes(const genotype_table& table, const coded_locus& left_out, std::size_t threads) {
        const std::size_t groups = std::bit_ceil(table.size() / group_size + 1);
        const std::size_t blocks = (table.size() + block_size - 1) / block_size;
        const auto group_of = [&](std::size_t g) { return mixed(without(table.keys[g], left_out)) >> 20 & (groups - 1); };
        std::vector<std::uint32_t> next(blocks * groups);
        parallel_for_blocks(table.size(), block_size, threads, [&](std::size_t begin, std::size_t end) {
            for (std::size_t g = begin; g < end; ++g) ++next[begin / block_size * groups + group_of(g)];
        });
        std::uint32_t so_far = 0;
        for (std::size_t group = 0; group < groups; ++group) {
            begins.push_back(so_far);
            for (std::size_t b = 0; b < blocks; ++b) {
                const std::uint32_t count = next[b * groups + group];
                next[b * groups + group] = so_far;
                so_far += count;
            }
        }
        begins.push_back(so_far);
        order.resize(table.size());
        parallel_for_blocks(table.size(), block_size, threads, [&](std::size_t begin, std::size_t end) {
            for (std::size_t g = begin; g < end; ++g) order[next[begin / block_size * groups + group_of(g)]++] = static_cast<std::uint32_t>(g);
        });
    }
};

/// Sums over the genotypes of one group that carry a class at the locus left out, with the scratch memory of one thread.
class carrier_sums {
public:
    carrier_sums(const genotype_table& table, std::span<const std::size_t> which)
        : table_(table), sums_(which.size()), which_(which) {}

    void add_neighbours(const coded_locus& l, std::span<const std::uint32_t> group, std::vector<std::vector<double>>& to) {
        keys_.start(2 * group.size());
        for (auto& column : sums_) column.clear();
        carriers_.clear();
        for (const std::uint32_t g : group)
            each_class(l, g, [&](const genotype_key& carrier) {
                const std::size_t c = keys_.insert(carrier);
                carriers_.push_back(static_cast<std::uint32_t>(c));
                for (std::size_t i = 0; i < which_.size(); ++i) {
                    if (c == sums_[i].size()) sums_[i].push_back(0);
                    sums_[i][c] += table_.probabilities[which_[i]][g];
                }
            });
        auto next = carriers_.begin();
        for (const std::uint32_t g : group)
            each_class(l, g, [&](const genotype_key&) {
                const std::size_t c = *next++;
                for (std::size_t i = 0; i < which_.size(); ++i)
                    to[i][g] += std::max(0.0, sums_[i][c] - table_.probabilities[which_[i]][g]);
            });
    }

private:
    template <class Visit>
    void each_class(const coded_locus& l, std::uint32_t g, const Visit& visit) const {
        const genotype_key& key = table_.keys[g];
        genotype_key carrier = without(key, l);
        const std::uint64_t rest = carrier.words[l.word];
        const auto& [a, b] = l.carried[(key.words[l.word] & l.mask) >> l.shift];
        if (a == 0) return;  // without a product at the locus, anything else is two mismatches
        carrier.words[l.word] = rest | std::uint64_t{a} << l.shift;
        visit(carrier);
        if (a == b) return;
        carrier.words[l.word] = rest | std::uint64_t{b} << l.shift;
        visit(carrier);
    }

    const genotype_table& table_;
    key_table keys_;
    std::vector<std::uint32_t> carriers_;  // number of the key of each class of each genotype
    std::vector<std::vector<double>> sums_;
    std::span<const std::size_t> which_;
};

}  // namespace

void add_one_mismatch(const genotype_coding& coding, genotype_table& table, std::span<const std::size_t> which, std::size_t threads) {
    std::vector<std::vector<double>> near;
    for (const std::size_t s : which) near.push_back(table.probabilities[s]);
    for (const coded_locus& l : coding.loci()) {
        if (!l.counted) continue;
        const grouped_genotypes groups(table, l, threads);
        parallel_for_blocks_with(groups.begins.size() - 1, 8, threads, [&] { return carrier_sums(table, which); },
                                 [&](carrier_sums& sums, std::size_t begin, std::size_t end) {
                                     for (std::size_t i = begin; i < end; ++i)
                                         sums.add_neighbours(l, std::span(groups.order).subspan(groups.begins[i], groups.begins[i + 1] - groups.begins[i]), near);
                                 });
    }
    for (std::size_t i = 0; i < which.size(); ++i) table.probabilities[which[i]] = std::move(near[i]);
}

}  // namespace allomatch
