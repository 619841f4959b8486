// SPDX-License-Identifier: Apache-2.0
#include <allomatch/haplotype/diplotypes.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

namespace allomatch {

namespace {

__extension__ typedef unsigned __int128 group_key;  // GCC and clang

/// Kinds of a haplotype within one phased block: the alternatives and sides that it fits.
class block_kinds {
public:
    block_kinds(const haplotype_index& index, const typing_relations::block& block) : index_(index), block_(block) {}

    std::uint32_t kind_of(haplotype_id h) {
        std::vector<std::uint32_t> places;  // 2 * alternative + side
        for (std::size_t k = 0; k < block_.alternatives.size(); ++k) {
            for (std::uint32_t side = 0; side < 2; ++side) {
                bool fits = true;
                for (std::size_t i = 0; fits && i < block_.at.size(); ++i) {
                    const auto& sides = block_.alternatives[k][i];
                    const auto& wanted = side == 0 ? sides.first : sides.second;
                    fits = std::binary_search(wanted.begin(), wanted.end(), index_.codes(block_.at[i])[h]);
                }
                if (fits) places.push_back(static_cast<std::uint32_t>(2 * k) + side);
            }
        }
        const auto [it, added] = known_.try_emplace(std::move(places), static_cast<std::uint32_t>(places_.size()));
        if (added) places_.push_back(it->first);
        return it->second;
    }

    [[nodiscard]] bool possible(std::uint32_t kind) const { return !places_[kind].empty(); }
    /// Some alternative has one kind on one side and the other on the other.
    [[nodiscard]] bool fits(std::uint32_t a, std::uint32_t b) const {
        const auto& other = places_[b];
        return std::any_of(places_[a].begin(), places_[a].end(),
                           [&](std::uint32_t place) { return std::binary_search(other.begin(), other.end(), place ^ 1U); });
    }

private:
    const haplotype_index& index_;
    const typing_relations::block& block_;
    std::map<std::vector<std::uint32_t>, std::uint32_t> known_;
    std::vector<std::vector<std::uint32_t>> places_;
};

/// Every haplotype that each locus on its own allows, with the key of its group.
struct keyed {
    group_key key;
    haplotype_id haplotype;
    friend bool operator<(const keyed& a, const keyed& b) {
        return a.key != b.key ? a.key < b.key : a.haplotype < b.haplotype;
    }
};

std::vector<keyed> candidates(const haplotype_index& index, const typing_relations& typing) {
    struct check {
        const locus_relation* relation;
        std::span<const outcome_code> codes;
    };
    std::vector<check> checks;
    std::size_t seed = index.width();
    std::size_t fewest = index.size();
    for (std::size_t at = 0; at < index.width(); ++at) {
        const locus_relation& relation = *typing.at[at];
        if (relation.open()) continue;
        checks.push_back({&relation, index.codes(at)});
        std::size_t carriers = 0;
        for (std::size_t code = 0; code < index.outcome_count(at); ++code)
            if (relation.kind_of(static_cast<outcome_code>(code)) != 0)
                carriers += index.carriers(at, static_cast<outcome_code>(code)).size();
        if (carriers >= fewest) continue;
        fewest = carriers;
        seed = at;
    }
    std::vector<keyed> found;
    const auto consider = [&](haplotype_id h) {
        group_key key = 0;
        for (const check& c : checks) {
            const auto kind = c.relation->kind_of(c.codes[h]);
            if (kind == 0) return;
            key = key * c.relation->kind_count() + kind;
        }
        found.push_back({key, h});
    };
    if (seed == index.width()) {
        for (std::size_t h = 0; h < index.size(); ++h) consider(static_cast<haplotype_id>(h));
    } else {
        for (std::size_t code = 0; code < index.outcome_count(seed); ++code) {
            if (typing.at[seed]->kind_of(static_cast<outcome_code>(code)) == 0) continue;
            for (const haplotype_id h : index.carriers(seed, static_cast<outcome_code>(code))) consider(h);
        }
    }
    return found;
}

/// Leaves groups out that go with none.
void drop_lonely_groups(diplotypes& d) {
    std::vector<std::uint32_t> number(d.group_count(), std::numeric_limits<std::uint32_t>::max());
    for (const auto& pair : d.pairs)
        for (const std::uint32_t g : pair) number[g] = 0;
    diplotypes kept;
    kept.begins.push_back(0);
    for (std::uint32_t g = 0; g < d.group_count(); ++g) {
        if (number[g] != 0) continue;
        number[g] = static_cast<std::uint32_t>(kept.group_count());
        const auto members = d.group(g);
        kept.haplotypes.insert(kept.haplotypes.end(), members.begin(), members.end());
        kept.begins.push_back(static_cast<std::uint32_t>(kept.haplotypes.size()));
    }
    for (const auto& [a, b] : d.pairs) kept.pairs.push_back({number[a], number[b]});
    d = std::move(kept);
}

void weigh(const haplotype_index& index, diplotypes& d) {
    constexpr int smallest_exponent = -200;  // of a product; below it, others might vanish beside it
    if (d.empty()) return;
    const auto frequencies = index.frequencies();
    std::vector<double> largest(d.group_count(), 0);
    for (std::size_t g = 0; g < d.group_count(); ++g)
        for (const haplotype_id h : d.group(g)) largest[g] = std::max(largest[g], frequencies[h]);
    int exponent = std::numeric_limits<int>::min();
    for (const auto& [a, b] : d.pairs) exponent = std::max(exponent, std::ilogb(largest[a]) + std::ilogb(largest[b]));
    if (exponent < smallest_exponent) d.scale = -exponent / 2;

    std::vector<double> sums(d.group_count(), 0);
    for (std::size_t g = 0; g < d.group_count(); ++g)
        for (const haplotype_id h : d.group(g)) sums[g] += std::ldexp(frequencies[h], d.scale);
    for (const auto& [a, b] : d.pairs) {
        const auto m = static_cast<double>(d.group(a).size());
        const auto n = static_cast<double>(d.group(b).size());
        d.total += a == b ? sums[a] * sums[a] : 2 * sums[a] * sums[b];
        d.pair_count += a == b ? m * (m + 1) / 2 : m * n;
    }
}

}  // namespace

std::size_t diplotypes::memory() const noexcept {
    return sizeof(diplotypes) + haplotypes.capacity() * sizeof(haplotype_id) + begins.capacity() * sizeof(std::uint32_t) +
           pairs.capacity() * sizeof(pairs[0]);
}

diplotypes find_diplotypes(const haplotype_index& index, const typing_relations& typing) {
    std::vector<keyed> found = candidates(index, typing);
    std::vector<block_kinds> blocks;
    for (const auto& block : typing.blocks) blocks.emplace_back(index, block);
    // Kinds of blocks are numbered as they come, so they go into the key one block after the other.
    for (block_kinds& block : blocks) {
        std::vector<std::uint32_t> kinds;
        for (const keyed& k : found) kinds.push_back(block.kind_of(k.haplotype));
        std::map<std::pair<group_key, std::uint32_t>, group_key> keys;
        std::size_t kept = 0;
        for (std::size_t i = 0; i < found.size(); ++i) {
            if (!block.possible(kinds[i])) continue;
            const group_key key = keys.try_emplace({found[i].key, kinds[i]}, keys.size()).first->second;
            found[kept++] = {key, found[i].haplotype};
        }
        found.resize(kept);
    }
    std::sort(found.begin(), found.end());

    diplotypes d;
    d.haplotypes.reserve(found.size());
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (i == 0 || found[i].key != found[i - 1].key) d.begins.push_back(static_cast<std::uint32_t>(i));
        d.haplotypes.push_back(found[i].haplotype);
    }
    d.begins.push_back(static_cast<std::uint32_t>(found.size()));

    std::vector<std::size_t> typed;
    for (std::size_t at = 0; at < index.width(); ++at)
        if (!typing.at[at]->open()) typed.push_back(at);
    std::vector<std::uint32_t> block_kind(d.group_count() * blocks.size());
    std::vector<locus_relation::kind> kind(d.group_count() * typed.size());
    for (std::size_t g = 0; g < d.group_count(); ++g) {
        const haplotype_id one = d.haplotypes[d.begins[g]];
        for (std::size_t i = 0; i < typed.size(); ++i)
            kind[g * typed.size() + i] = typing.at[typed[i]]->kind_of(index.codes(typed[i])[one]);
        for (std::size_t b = 0; b < blocks.size(); ++b) block_kind[g * blocks.size() + b] = blocks[b].kind_of(one);
    }
    const auto together = [&](std::size_t a, std::size_t b) {
        for (std::size_t i = 0; i < typed.size(); ++i)
            if (!typing.at[typed[i]]->fits(kind[a * typed.size() + i], kind[b * typed.size() + i])) return false;
        for (std::size_t i = 0; i < blocks.size(); ++i)
            if (!blocks[i].fits(block_kind[a * blocks.size() + i], block_kind[b * blocks.size() + i])) return false;
        return true;
    };
    for (std::uint32_t a = 0; a < d.group_count(); ++a)
        for (std::uint32_t b = a; b < d.group_count(); ++b)
            if (together(a, b)) d.pairs.push_back({a, b});
    drop_lonely_groups(d);
    weigh(index, d);
    return d;
}

std::vector<typing_relations::block> phased_blocks(const haplotype_index& index, const person_typing& typing) {
    std::vector<typing_relations::block> blocks;
    std::map<std::string_view, typing_relations::block> by_text;
    for (std::size_t at = 0; at < index.width(); ++at) {
        const std::string_view text = typing.phase[allomatch::index(index.locus_at(at))];
        if (!text.empty()) by_text[text].at.push_back(at);
    }
    for (auto& [text, block] : by_text) {
        if (block.at.size() < 2) continue;
        std::size_t alternatives = 0;
        for (const std::size_t at : block.at)
            alternatives = std::max(alternatives, typing.readings[allomatch::index(index.locus_at(at))].size());
        for (std::size_t k = 0; k < alternatives; ++k) {
            // A silent position makes an alternative of every class that the other may be.
            std::vector<std::vector<locus_relation::sides>> expanded{{}};
            for (const std::size_t at : block.at) {
                const auto readings = typing.readings[allomatch::index(index.locus_at(at))];
                const auto choices = sides_of(index, at, readings.subspan(k, 1));
                std::vector<std::vector<locus_relation::sides>> next;
                for (const auto& begun : expanded) {
                    for (const auto& choice : choices) {
                        next.push_back(begun);
                        next.back().push_back(choice);
                    }
                }
                expanded = std::move(next);
            }
            for (auto& one : expanded) block.alternatives.push_back(std::move(one));
        }
        blocks.push_back(std::move(block));
    }
    return blocks;
}

diplotypes find_diplotypes(const haplotype_index& index, const person_typing& typing) {
    std::vector<locus_relation> relations;
    relations.reserve(index.width());
    typing_relations all;
    for (std::size_t at = 0; at < index.width(); ++at) {
        relations.emplace_back(index, at, typing.readings[allomatch::index(index.locus_at(at))]);
        all.at.push_back(&relations.back());
    }
    all.blocks = phased_blocks(index, typing);
    return find_diplotypes(index, all);
}

}  // namespace allomatch
