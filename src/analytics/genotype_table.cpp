// SPDX-License-Identifier: Apache-2.0
#include "genotype_table.hpp"

#include "genotype_parts.hpp"
#include "key_table.hpp"

#include <allomatch/core/parallel.hpp>

#include <algorithm>

namespace allomatch {

namespace {

/// Genotypes of one part after the other, with the scratch memory of one thread.
class part_reader {
public:
    /// `donors` is empty when all genotypes are wanted.
    part_reader(const genotype_coding& coding, std::span<const std::size_t> donors)
        : coding_(coding), donors_(donors), shared_only_(!donors.empty()) {
        for (const coded_locus& l : coding.loci()) loci_of_word_[l.word].push_back(static_cast<std::size_t>(&l - coding.loci().data()));
    }

    [[nodiscard]] genotype_table read(const genotype_part& part) {
        const std::size_t sets = coding_.set_count();
        std::size_t pairs = 0;
        for (std::size_t s = 0; s < sets; ++s)
            if (s == 0 || !shared_only_)
                for (const pair_block& block : part.of_set[s]) pairs += block.pairs();
        keys_.start(pairs);
        sums_.assign(sets, {});
        for (std::size_t s = 0; s < sets; ++s) {
            sums_[s].assign(keys_.size(), 0.0);
            for (const pair_block& block : part.of_set[s]) add(s, block);
        }
        for (auto& column : sums_) column.resize(keys_.size(), 0.0);
        genotype_table found;
        if (shared_only_)
            keep_shared();
        else
            found.keys.assign(keys_.keys().begin(), keys_.keys().end());
        found.probabilities = std::move(sums_);
        return found;
    }

private:
    void add(std::size_t s, const pair_block& block) {
        const coded_haplotypes& set = coding_.set(s);
        auto& sums = sums_[s];
        const bool insert = s == 0 || !shared_only_;
        for (std::size_t i = 0; i < block.first.size(); ++i) {
            const std::uint32_t x = block.first[i];
            const auto partners = block.with_itself() ? block.second.subspan(i) : block.second;
            make_keys(set, x, partners);
            const double twice = 2 * set.frequencies[x];
            for (std::size_t j = 0; j < partners.size(); ++j) {
                const std::uint32_t y = partners[j];
                const double p = (x == y ? set.frequencies[x] : twice) * set.frequencies[y];
                if (insert) {
                    const std::size_t g = keys_.insert(row_[j]);
                    if (g == sums.size()) sums.push_back(0);
                    sums[g] += p;
                } else if (const std::size_t g = keys_.find(row_[j]); g != key_table::none) {
                    sums[g] += p;
                }
            }
        }
    }

    /// The genotypes of one haplotype with others, into `row_`.
    void make_keys(const coded_haplotypes& set, std::uint32_t x, std::span<const std::uint32_t> partners) {
        row_.assign(partners.size(), {});
        for (std::size_t word = 0; word < 2; ++word)
            for (const std::size_t l : loci_of_word_[word]) {
                const coded_locus& at = coding_.loci()[l];
                const class_code* const codes = set.codes[l].data();
                const std::uint32_t* const contents = at.row(codes[x]);
                for (std::size_t j = 0; j < partners.size(); ++j)
                    row_[j].words[word] |= std::uint64_t{contents[codes[partners[j]]]} << at.shift;
            }
    }

    void keep_shared() {
        std::size_t kept = 0;
        for (std::size_t g = 0; g < keys_.size(); ++g) {
            if (std::none_of(donors_.begin(), donors_.end(), [&](std::size_t s) { return sums_[s][g] > 0; })) continue;
            for (auto& column : sums_) column[kept] = column[g];
            ++kept;
        }
        for (auto& column : sums_) column.resize(kept);
    }

    const genotype_coding& coding_;
    std::span<const std::size_t> donors_;
    bool shared_only_;
    std::array<std::vector<std::size_t>, 2> loci_of_word_;
    key_table keys_;
    std::vector<std::vector<double>> sums_;
    std::vector<genotype_key> row_;
};

genotype_table make(const genotype_coding& coding, std::span<const std::size_t> donors, std::size_t threads) {
    const genotype_parts cut(coding);
    const auto parts = cut.parts();
    std::vector<genotype_table> found(parts.size());
    parallel_for_blocks_with(parts.size(), 1, threads, [&] { return part_reader(coding, donors); },
                             [&](part_reader& reader, std::size_t begin, std::size_t) { found[begin] = reader.read(parts[begin]); });
    std::vector<std::size_t> begins(parts.size() + 1, 0);
    for (std::size_t i = 0; i < found.size(); ++i) begins[i + 1] = begins[i] + found[i].size();
    genotype_table all;
    if (donors.empty()) all.keys.resize(begins.back());
    all.probabilities.resize(coding.set_count());
    for (auto& column : all.probabilities) column.resize(begins.back());
    parallel_for_blocks(found.size(), 16, threads, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i) {
            const auto to = static_cast<std::ptrdiff_t>(begins[i]);
            std::copy(found[i].keys.begin(), found[i].keys.end(), all.keys.begin() + (found[i].keys.empty() ? 0 : to));
            for (std::size_t s = 0; s < all.probabilities.size(); ++s)
                std::copy(found[i].probabilities[s].begin(), found[i].probabilities[s].end(), all.probabilities[s].begin() + to);
            found[i] = {};
        }
    });
    return all;
}

}  // namespace

genotype_table make_genotypes(const genotype_coding& coding, std::size_t threads) { return make(coding, {}, threads); }

genotype_table make_shared_genotypes(const genotype_coding& coding, std::span<const std::size_t> donors, std::size_t threads) {
    return make(coding, donors, threads);
}

}  // namespace allomatch
