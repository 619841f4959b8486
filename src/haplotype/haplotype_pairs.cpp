// SPDX-License-Identifier: Apache-2.0
#include "haplotype_pairs.hpp"

#include <algorithm>
#include <map>

namespace allomatch::estimation {

namespace {

using key_pair = std::array<haplotype_key, 2>;

/// What may stand together at some loci.
struct factor {
    haplotype_key mask = 0;       // of the loci
    std::vector<key_pair> pairs;  // in both orders, each once
};

void add_products(std::vector<key_pair>& out, const std::vector<haplotype_key>& first, const std::vector<haplotype_key>& second) {
    for (const haplotype_key a : first)
        for (const haplotype_key b : second) {
            out.push_back({a, b});
            out.push_back({b, a});
        }
}

std::vector<haplotype_key> keys_of(const typed_people& people, std::size_t at, const std::vector<allele_number>& alleles) {
    std::vector<haplotype_key> keys;
    for (const allele_number a : alleles) keys.push_back(people.key(at, a));
    return keys;
}

std::vector<haplotype_key> joined(const std::vector<haplotype_key>& some, const std::vector<haplotype_key>& others) {
    std::vector<haplotype_key> all;
    for (const haplotype_key a : some)
        for (const haplotype_key b : others) all.push_back(a | b);
    return all;
}

/// Loci that go together: those of one phased block, or one.
std::vector<std::vector<std::size_t>> blocks_of(const typed_people& people, const typed_people::typing& typing) {
    std::map<std::string, std::vector<std::size_t>> phased;
    std::vector<std::vector<std::size_t>> blocks;
    for (std::size_t at = 0; at < people.width(); ++at) {
        const std::string& phase = people.choice(typing, at).phase;
        if (phase.empty())
            blocks.push_back({at});
        else
            phased[phase].push_back(at);
    }
    for (auto& [text, block] : phased) blocks.push_back(std::move(block));
    return blocks;
}

std::vector<factor> factors_of(const typed_people& people, const typed_people::typing& typing) {
    std::vector<factor> factors;
    for (const auto& block : blocks_of(people, typing)) {
        auto& [mask, pairs] = factors.emplace_back();
        for (const std::size_t at : block) mask |= people.key_mask(at);
        for (std::size_t k = 0; k < people.choice(typing, block.front()).alternatives.size(); ++k) {
            std::vector<haplotype_key> first{0};
            std::vector<haplotype_key> second{0};
            for (const std::size_t at : block) {
                const alternative& here = people.choice(typing, at).alternatives[k];
                first = joined(first, keys_of(people, at, here.first));
                second = joined(second, keys_of(people, at, here.second));
            }
            add_products(pairs, first, second);
        }
        std::sort(pairs.begin(), pairs.end());
        pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
    }
    return factors;
}

/// Goes through the product of the factors. As long as both haplotypes are alike, only one of both orders is taken.
void multiply(const std::vector<factor>& factors, std::size_t at, key_pair begun, bool alike,
              std::vector<key_pair>& out) {
    if (at == factors.size()) {
        out.push_back(begun);
        return;
    }
    for (const auto& [a, b] : factors[at].pairs) {
        if (alike && b < a) continue;
        multiply(factors, at + 1, {begun[0] | a, begun[1] | b}, alike && a == b, out);
    }
}

/// Which sides of which alternatives a haplotype fits at each factor: bit 2k for the first side of alternative k.
class fitting {
public:
    static constexpr std::size_t most_alternatives = 32;
    using mask = std::uint64_t;

    fitting(const typed_people& people, const typed_people::typing& typing)
        : people_(people), blocks_(blocks_of(people, typing)) {
        for (const auto& block : blocks_) {
            auto& of_locus = masks_.emplace_back();
            for (const std::size_t at : block) {
                const auto& alternatives = people.choice(typing, at).alternatives;
                possible_ = possible_ && alternatives.size() <= most_alternatives;
                auto& masks = of_locus.emplace_back(people.allele_texts(at).size(), 0);
                for (std::size_t k = 0; possible_ && k < alternatives.size(); ++k) {
                    for (const allele_number a : alternatives[k].first) masks[a] |= mask{1} << 2 * k;
                    for (const allele_number a : alternatives[k].second) masks[a] |= mask{2} << 2 * k;
                }
            }
        }
    }
    [[nodiscard]] bool possible() const noexcept { return possible_; }

    /// Empty when it fits nowhere.
    [[nodiscard]] std::vector<mask> operator()(haplotype_key key) const {
        std::vector<mask> out;
        for (std::size_t b = 0; b < blocks_.size(); ++b) {
            mask all = ~mask{0};
            for (std::size_t i = 0; i < blocks_[b].size(); ++i) all &= masks_[b][i][people_.allele(blocks_[b][i], key)];
            if (all == 0) return {};
            if (out.empty()) out.reserve(blocks_.size());
            out.push_back(all);
        }
        return out;
    }
    [[nodiscard]] static bool together(const std::vector<mask>& a, const std::vector<mask>& b) {
        constexpr mask first_sides = 0x5555'5555'5555'5555U;
        for (std::size_t i = 0; i < a.size(); ++i) {
            const mask swapped = (b[i] & first_sides) << 1 | (b[i] >> 1 & first_sides);
            if ((a[i] & swapped) == 0) return false;
        }
        return true;
    }

private:
    const typed_people& people_;
    std::vector<std::vector<std::size_t>> blocks_;
    std::vector<std::vector<std::vector<mask>>> masks_;  // of each block and locus, by allele
    bool possible_ = true;
};

}  // namespace

haplotype_number haplotype_numbers::add(haplotype_key key) {
    if (2 * (keys_.size() + 1) > slots_.size()) grow();
    std::uint64_t hash = (static_cast<std::uint64_t>(key) ^ static_cast<std::uint64_t>(key >> 64) * 0xD134'2543'DE82'EF95U) *
                         0x9E37'79B9'7F4A'7C15U;
    hash ^= hash >> 32;
    std::size_t slot = hash & (slots_.size() - 1);
    while (slots_[slot] != vacant && keys_[slots_[slot]] != key) slot = (slot + 1) & (slots_.size() - 1);
    if (slots_[slot] == vacant) {
        slots_[slot] = static_cast<haplotype_number>(keys_.size());
        keys_.push_back(key);
    }
    return slots_[slot];
}

void haplotype_numbers::grow() {
    const std::vector<haplotype_key> keys = std::move(keys_);
    slots_.assign(slots_.size() * 4, vacant);
    keys_.clear();
    keys_.reserve(slots_.size() / 2);
    for (const haplotype_key key : keys) add(key);
}

std::vector<std::array<haplotype_key, 2>> every_pair(const typed_people& people, const typed_people::typing& typing) {
    std::vector<key_pair> out;
    multiply(factors_of(people, typing), 0, {0, 0}, true, out);
    return out;
}

std::vector<std::array<haplotype_key, 2>> pairs_among(const typed_people& people, const typed_people::typing& typing,
                                                      std::span<const haplotype_key> haplotypes, std::size_t most) {
    const fitting fits(people, typing);
    std::vector<key_pair> out;
    if (!fits.possible()) return out;
    std::map<std::vector<fitting::mask>, std::vector<haplotype_key>> groups;
    for (const haplotype_key key : haplotypes)
        if (auto masks = fits(key); !masks.empty()) groups[std::move(masks)].push_back(key);
    for (auto a = groups.begin(); a != groups.end(); ++a) {
        for (auto b = a; b != groups.end(); ++b) {
            if (!fitting::together(a->first, b->first)) continue;
            for (std::size_t i = 0; i < a->second.size(); ++i)
                for (std::size_t j = a == b ? i : 0; j < b->second.size(); ++j) out.push_back({a->second[i], b->second[j]});
        }
    }
    if (!out.empty()) return out;

    const std::vector<factor> factors = factors_of(people, typing);
    for (const auto& [masks, members] : groups) {
        for (const haplotype_key one : members) {
            std::vector<haplotype_key> others{0};
            for (const factor& f : factors) {
                std::vector<haplotype_key> here;
                for (const auto& [a, b] : f.pairs)
                    if ((one & f.mask) == a) here.push_back(b);
                others = joined(others, here);
                if (out.size() + others.size() > most) return {};
            }
            for (const haplotype_key other : others) out.push_back({one, other});
        }
    }
    return out;
}

}  // namespace allomatch::estimation
