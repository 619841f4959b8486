// SPDX-License-Identifier: Apache-2.0
#include "simulated_alleles.hpp"

#include "simulated_codes.hpp"

#include <allomatch/typing/reading.hpp>

#include <algorithm>
#include <map>

namespace allomatch::analytics {

namespace {

constexpr std::size_t most_members = 8;
constexpr std::size_t most_nulls = 8;

bool holds(const allele_set& set, allele_id id) {
    const auto& ranges = set.ranges();
    return std::any_of(ranges.begin(), ranges.end(), [id](const auto& r) { return r.begin <= id && id < r.end; });
}

/// The alleles that a name of the set can stand for in a person: the first of each three-field name among those of its
/// class, without an expression suffix where there is one.
std::vector<allele_id> members_of(const nomenclature& names, const haplotype_allele& name) {
    std::vector<allele_id> plain;
    std::vector<allele_id> suffixed;
    const auto take = [&names](std::vector<allele_id>& to, allele_id id) {
        if (to.size() == most_members) return;
        if (!to.empty()) {
            const allele_name a = names.name_of(to.back());
            const allele_name b = names.name_of(id);
            if (std::equal(a.fields.begin(), a.fields.begin() + 3, b.fields.begin())) return;
        }
        to.push_back(id);
    };
    name.alleles.for_each([&](allele_id id) {
        if (names.class_of(id) == name.matched) take(names.name_of(id).suffix == 0 ? plain : suffixed, id);
    });
    return plain.empty() ? suffixed : plain;
}

/// Writes alleles in every kind and checks that each text holds its allele.
class text_maker {
public:
    text_maker(const nomenclature& names, allele_pools& pools) : names_(names), pools_(pools), codes_(names) {}

    /// First pass: the codes of all alleles.
    void add_codes(const true_allele& a) {
        if (!names_.names_only() && !names_.is_null(a.id)) codes_of_[a.id] = codes_.codes_for(a.id);
    }
    void close_codes() {
        pools_.mac_text = codes_.text();
        if (!pools_.mac_text.empty()) pools_.mac = mac_table::from_text(pools_.mac_text, "simulated codes");
    }

    /// Second pass: the texts.
    void write(locus l, true_allele& a) {
        at_ = l;
        id_ = a.id;
        texts_.clear();
        a.full = keep(names_.allele_text(a.id));
        const allele_name name = names_.name_of(a.id);

        offer(cut(name, 3));
        offer(name.text());
        store(a, typing_kind::three_field, typing_kind::three_field);
        offer(cut(name, 2));
        store(a, typing_kind::two_field, typing_kind::three_field);
        if (const std::string group = names_.g_group_text(a.id); !group.empty() && !names_.is_null(a.id))
            offer(group.substr(group.find('*') + 1));
        store(a, typing_kind::g_group, typing_kind::two_field);
        if (const auto it = codes_of_.find(a.id); it != codes_of_.end())
            for (const std::string& code : it->second) offer(cut_fields(name, 1) + ':' + code, false);
        store(a, typing_kind::mac, typing_kind::two_field);
        offer(cut_fields(name, 1) + ":XX");
        store(a, typing_kind::xx, typing_kind::two_field);
        offer_antigens();
        store(a, typing_kind::serology, typing_kind::xx);
    }

private:
    static std::string cut_fields(allele_name name, std::uint8_t count) {
        name.suffix = 0;
        name.count = std::min(name.count, count);
        for (std::size_t i = name.count; i < name.fields.size(); ++i) name.fields[i] = 0;
        return name.text();
    }
    static std::string cut(const allele_name& name, std::uint8_t count) {
        std::string text = cut_fields(name, count);
        if (name.suffix != 0) text += name.suffix;
        return text;
    }
    std::string_view keep(std::string text) {
        const auto [it, added] = kept_.try_emplace(std::move(text));
        if (added) it->second = pools_.texts.emplace_back(it->first);
        return it->second;
    }
    [[nodiscard]] bool readable(const std::string& text) {
        const auto [it, added] = read_.try_emplace(std::string(name(at_)) + ' ' + text);
        if (added) {
            auto r = read_position({&names_, pools_.mac.get(), gene_set(at_), column_kind::dna}, text);
            if (r) it->second = std::move(r->alleles);
        }
        return holds(it->second, id_);
    }
    /// Takes a text if it holds the allele; `only_first`: and if there is none yet.
    bool offer(const std::string& text, bool only_first = true) {
        if (only_first && !texts_.empty()) return false;
        if (texts_.size() == text_variants || !readable(text)) return false;
        texts_.push_back(keep(text));
        return true;
    }
    void store(true_allele& a, typing_kind kind, typing_kind otherwise) {
        auto& to = a.texts[static_cast<std::size_t>(kind)];
        if (texts_.empty())
            to = a.texts[static_cast<std::size_t>(otherwise)];
        else
            for (std::size_t i = 0; i < text_variants; ++i) to[i] = texts_[i % texts_.size()];
        texts_.clear();
    }
    /// The antigen three times in four, its broad the fourth where it has one.
    void offer_antigens() {
        const auto family = family_of(*gene_set(at_).only());
        if (!family || names_.names_only()) return;
        const antigen_table& table = names_.antigens(*family);
        const antigen_set& own = names_.serology(id_);
        const auto above = [&](std::size_t high, std::size_t low) {
            if (high == low || !table.line(low).contains(high)) return false;
            antigen_set both = table.line(low);
            both |= table.line(high);
            return both != table.line(low);
        };
        bool found = false;
        own.for_each([&](std::size_t i) {
            bool is_broad = false;
            own.for_each([&](std::size_t other) { is_broad = is_broad || above(i, other); });
            if (found || is_broad || !offer(antigen_text(*family, table, i), false)) return;
            found = true;
            texts_.resize(text_variants, texts_.front());
            table.line(i).for_each([&](std::size_t high) {
                const std::string text = antigen_text(*family, table, high);
                if (above(high, i) && readable(text)) texts_.back() = keep(text);
            });
        });
    }
    static std::string antigen_text(serology_family family, const antigen_table& table, std::size_t i) {
        return std::string(name(family)) + std::to_string(table.number(i));
    }

    const nomenclature& names_;
    allele_pools& pools_;
    simulated_codes codes_;
    std::unordered_map<allele_id, std::vector<std::string>> codes_of_;
    std::unordered_map<std::string, std::string_view> kept_;
    std::unordered_map<std::string, allele_set> read_;
    std::vector<std::string_view> texts_;
    locus at_ = locus::A;
    allele_id id_ = 0;
};

/// Members of each name and the null alleles of each first field.
allele_pool collect(const frequency_set& set, locus l) {
    const nomenclature& names = *set.names();
    allele_pool pool;
    pool.where = l;
    pool.at = static_cast<std::size_t>(std::find(set.loci().begin(), set.loci().end(), l) - set.loci().begin());
    std::map<allele_id, std::uint32_t> known;
    const auto position_of = [&](allele_id id) {
        const auto [it, added] = known.try_emplace(id, static_cast<std::uint32_t>(pool.alleles.size()));
        if (added) pool.alleles.push_back({.id = id});
        return it->second;
    };
    for (const haplotype_allele& name : set.alleles(pool.at)) {
        const auto begin = static_cast<std::uint32_t>(pool.members.size());
        for (const allele_id id : members_of(names, name)) pool.members.push_back(position_of(id));
        pool.of_name.push_back({begin, static_cast<std::uint32_t>(pool.members.size()) - begin});
    }
    std::map<std::uint32_t, allele_pool::range> nulls;
    const std::size_t expressed = pool.alleles.size();
    for (std::size_t i = 0; i < expressed; ++i) {
        const std::uint32_t first = names.first_field(pool.alleles[i].id);
        const auto [it, added] = nulls.try_emplace(first);
        if (added) {
            it->second.begin = static_cast<std::uint32_t>(pool.nulls.size());
            names.first_field_alleles(*gene_set(l).only(), first).for_each([&](allele_id id) {
                if (!names.is_null(id) || it->second.count == most_nulls) return;
                pool.nulls.push_back(position_of(id));
                ++it->second.count;
            });
        }
        if (names.is_null(pool.alleles[i].id)) continue;
        pool.alleles[i].first_null = it->second.begin;
        pool.alleles[i].null_count = it->second.count;
    }
    return pool;
}

}  // namespace

allele_pools make_pools(const frequency_set& set, const std::vector<locus>& loci) {
    allele_pools pools;
    text_maker texts(*set.names(), pools);
    for (const locus l : loci) pools.loci.push_back(collect(set, l));
    for (const allele_pool& pool : pools.loci)
        for (const true_allele& a : pool.alleles) texts.add_codes(a);
    texts.close_codes();
    for (allele_pool& pool : pools.loci)
        for (true_allele& a : pool.alleles) texts.write(pool.where, a);
    return pools;
}

}  // namespace allomatch::analytics
