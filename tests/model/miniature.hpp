// SPDX-License-Identifier: Apache-2.0
// Generated miniature nomenclatures and typings: few names, so that all that can happen happens often.
#pragma once

#include <allomatch/nomenclature/nomenclature.hpp>
#include <allomatch/nomenclature/release_tables.hpp>
#include <allomatch/typing/locus_text.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace allomatch::model {

/// Small random numbers, the same on every platform.
class dice {
public:
    explicit dice(unsigned seed) : engine_(seed + 1) { (void)engine_(); }
    /// 0 .. n - 1
    unsigned operator()(unsigned n) { return static_cast<unsigned>(engine_() >> 5) % n; }
    bool once_in(unsigned n) { return (*this)(n) == 0; }
    template <class T>
    const T& pick(const std::vector<T>& from) {
        return from[(*this)(static_cast<unsigned>(from.size()))];
    }

private:
    std::minstd_rand engine_;
};

struct miniature {
    release_tables tables;
    nomenclature::pointer names;
    std::array<std::vector<std::string>, gene_count> alleles;      ///< full names without the gene
    std::array<std::vector<std::string>, gene_count> two_fields;   ///< names cut to two fields
    std::array<std::vector<unsigned>, gene_count> first_fields;
};

inline std::string two_digits(unsigned n) { return (n < 10 ? "0" : "") + std::to_string(n); }

/// The splits and associated antigens of the generated serology: 1 over 2 and 3, 2 over 21 and 22, 3 over 31.
inline const std::map<std::uint32_t, std::vector<std::uint32_t>>& children() {
    static const std::map<std::uint32_t, std::vector<std::uint32_t>> table{{1, {2, 3}}, {2, {21, 22}}, {3, {31}}};
    return table;
}

inline miniature make_miniature(unsigned seed) {
    dice roll(seed);
    miniature m;
    m.tables.version = "miniature";
    const std::vector<std::uint32_t> antigens{1, 2, 3, 21, 22, 31, 7};
    for (std::size_t i = 0; i < gene_count; ++i) {
        const auto g = static_cast<gene>(i);
        std::map<unsigned, std::vector<std::uint64_t>> p_groups;
        std::map<unsigned, std::vector<std::uint64_t>> g_groups;
        // At C, first fields above ten are antigens of their own.
        const unsigned base = g == gene::C ? 9 : 0;
        for (unsigned first = base + 1; first <= base + 3; ++first) {
            m.first_fields[i].push_back(first);
            const unsigned count = 1 + roll(3);
            for (unsigned second = 1; second <= count; ++second) {
                m.two_fields[i].push_back(two_digits(first) + ":" + two_digits(second));
                const unsigned thirds = roll(3);
                for (unsigned third = thirds == 0 ? 0 : 1; third <= thirds; ++third) {
                    allele_name name;
                    name.fields = {static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(second), static_cast<std::uint16_t>(third), 0};
                    name.count = third == 0 ? 2 : 3;
                    const unsigned kind = roll(7);
                    name.suffix = kind == 0 ? 'N' : kind == 1 ? 'L' : char{0};
                    m.alleles[i].push_back(name.text());
                    const std::uint64_t key = name.key(g);
                    m.tables.alleles.push_back(key);
                    if (name.suffix != 'N' && !roll.once_in(4)) p_groups[roll(4)].push_back(key);
                    if (!roll.once_in(3)) g_groups[roll(3)].push_back(key);
                    release_tables::allele_antigens row{key, {}};
                    if (name.suffix != 'N' && !roll.once_in(4)) row.antigens.push_back(roll.pick(antigens));
                    if (roll.once_in(6)) row.antigens.push_back(roll.pick(antigens));
                    if (!row.antigens.empty()) m.tables.serology.push_back(row);
                }
            }
        }
        const auto take = [](const auto& from, auto& to) {
            for (const auto& [number, keys] : from) to.push_back({keys.front() & ~std::uint64_t{7}, keys});
        };
        take(p_groups, m.tables.p_groups);
        take(g_groups, m.tables.g_groups);
    }
    for (std::size_t f = 0; f < serology_family_count; ++f)
        for (const auto& [parent, below] : children()) m.tables.broads.push_back({static_cast<serology_family>(f), parent, below});
    m.names = std::make_shared<const nomenclature>(m.tables);
    return m;
}

/// One position of a gene, without blank.
inline std::string random_position(const miniature& m, gene g, dice& roll) {
    const std::string star = std::string(name(g)) + "*";
    const auto& full = m.alleles[index(g)];
    const auto& two = m.two_fields[index(g)];
    switch (roll(10)) {
        case 0: return "NEW";
        case 1: return star + two_digits(roll.pick(m.first_fields[index(g)])) + ":XX";
        case 2:
        case 3: {
            std::string list = star + roll.pick(full);
            for (unsigned n = 1 + roll(3); n > 0; --n) list += "/" + star + roll.pick(full);
            return list;
        }
        case 4:
        case 5: return star + roll.pick(two);
        default: return star + roll.pick(full);
    }
}

inline gene random_gene(locus l, dice& roll) {
    if (l == locus::DRB345) return static_cast<gene>(index(gene::DRB3) + roll(3));
    for (std::size_t g = 0; g < gene_count; ++g)
        if (locus_of(static_cast<gene>(g)) == l) return static_cast<gene>(g);
    return gene::A;
}

/// A locus text: two cells, one of them perhaps blank, nothing, or a GL String with a list of genotypes.
inline std::string random_locus_text(const miniature& m, locus l, dice& roll) {
    const auto one = [&] { return random_position(m, random_gene(l, roll), roll); };
    const unsigned form = roll(12);
    if (form == 0) return {};
    if (form == 1) return pair_text(one(), "");
    if (form == 2) return pair_text("", one());
    if (form < 6) {
        std::string text;
        for (unsigned n = 1 + roll(3); n > 0; --n) {
            if (!text.empty()) text += "|";
            text += one();
            if (!roll.once_in(5)) text += "+" + one();
        }
        return text;
    }
    return pair_text(one(), one());
}

}  // namespace allomatch::model
