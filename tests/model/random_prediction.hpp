// SPDX-License-Identifier: Apache-2.0
// Generated frequency sets over a miniature nomenclature, and people drawn from them.
#pragma once

#include "miniature.hpp"
#include "slow_prediction.hpp"

#include <allomatch/haplotype/match_predictor.hpp>
#include <allomatch/search/search.hpp>

#include <cmath>
#include <stdexcept>
#include <utility>

namespace allomatch::model {

/// What a world is made of.
struct world_options {
    std::vector<std::vector<locus>> sets{{locus::A, locus::B, locus::DRB1}};  ///< loci of each set
    std::vector<std::string> fallback{};
    unsigned haplotypes = 16;  ///< rows of a set
    unsigned donors = 20;
    unsigned patients = 3;
    unsigned untyped = 8;      ///< one locus in so many is not typed
    unsigned vague = 2;        ///< one position in so many is more than its allele
    bool nulls = true;         ///< haplotypes may carry null alleles
    bool tiny = false;         ///< frequencies down to 1e-200
    unsigned kinds = 100;      ///< distinct typings of the donors, at most
};

/// A random row of a set: names with their gene, in the order of the loci.
inline std::vector<std::string> random_haplotype(const miniature& m, std::span<const locus> loci, bool nulls, dice& roll) {
    std::vector<std::string> out;
    for (const locus l : loci) {
        std::string allele;
        const gene g = random_gene(l, roll);
        do {
            allele = roll.once_in(4) ? roll.pick(m.two_fields[index(g)]) : roll.pick(m.alleles[index(g)]);
        } while (!nulls && frequency_set_builder::read_allele(*m.names, l, std::string(name(g)) + "*" + allele)->is_null());
        out.push_back(std::string(name(g)) + "*" + allele);
    }
    return out;
}

inline frequency_set random_set(const miniature& m, const std::string& name, std::span<const locus> loci, unsigned rows,
                                bool nulls, bool tiny, dice& roll) {
    frequency_set_builder builder(name, {loci.begin(), loci.end()}, m.names);
    for (unsigned i = 0; i < rows; ++i) {
        const auto haplotype = random_haplotype(m, loci, nulls, roll);
        const std::vector<std::string_view> views(haplotype.begin(), haplotype.end());
        double frequency = (1 + roll(40)) / (41.0 * rows);
        if (tiny && roll.once_in(2)) frequency = std::pow(10.0, -1.0 - roll(200));
        if (builder.add(views, frequency)) throw std::logic_error("a generated haplotype was refused");
    }
    return std::move(builder).build(false);
}

struct prediction_world {
    miniature m;
    std::vector<std::shared_ptr<const haplotype_index>> indices;
    std::vector<const frequency_set*> sets;
    std::vector<std::string> fallback;
    std::shared_ptr<const populations> all;
    std::shared_ptr<const registry> donors;
    std::vector<std::shared_ptr<const patient>> patients;

    [[nodiscard]] slow_person slow_donor(donor_index d, std::span<const locus> loci) const {
        const field_column* population = donors->field("population");
        return slow_view(slow_choice(sets, fallback, population->text(d)), donors->typing(d), loci);
    }
    [[nodiscard]] slow_person slow_patient(const patient& who, std::span<const locus> loci) const {
        return slow_view(slow_choice(sets, fallback, who.field("population")), who.typing(), loci);
    }
};

/// More than one allele around the one that a person has.
inline std::string vague_text(const miniature& m, const std::string& allele, dice& roll) {
    const std::size_t star = allele.find('*');
    const gene g = gene_from_name(allele.substr(0, star)).value();
    const std::string prefix = allele.substr(0, star + 1);
    if (roll.once_in(3)) return prefix + allele.substr(star + 1, 2) + ":XX";
    std::string list = allele;
    for (unsigned n = 1 + roll(3); n > 0; --n) list += "/" + prefix + roll.pick(m.alleles[index(g)]);
    return list;
}

/// Texts of a person who has two haplotypes of a set, typed well or badly.
inline std::array<std::string, locus_count> typed_person(const miniature& m, const frequency_set& set, const world_options& o,
                                                         dice& roll) {
    std::array<std::string, locus_count> texts;
    std::array<std::size_t, 2> rows{};
    for (auto& r : rows) r = roll(static_cast<unsigned>(set.rows().size()));
    const auto name_of = [&](std::size_t at, std::size_t side) { return set.allele(at, set.rows().codes(rows[side])[at]).name; };
    const auto position = [&](std::size_t at, std::size_t side) {
        return roll.once_in(o.vague) ? vague_text(m, name_of(at, side), roll) : name_of(at, side);
    };
    const auto other = [&](std::size_t at) {
        return set.allele(at, roll(static_cast<unsigned>(set.alleles(at).size()))).name;
    };
    const std::size_t width = set.loci().size();
    for (std::size_t at = 0; at < width; ++at) {
        std::string& text = texts[index(set.loci()[at])];
        if (roll.once_in(o.untyped)) continue;
        const bool turned = roll.once_in(2);
        const std::string first = position(at, turned ? 1 : 0);
        const std::string second = position(at, turned ? 0 : 1);
        switch (roll(16)) {
            case 0: text = pair_text(first, ""); break;
            case 1: text = pair_text("", second); break;
            case 2:
            case 3:
                text = first + "+" + second + "|" + other(at) + "+" + other(at);
                if (roll.once_in(2)) text += "|" + first + "+" + other(at);
                break;
            case 4:
                if (roll.once_in(4)) {
                    text = random_locus_text(m, set.loci()[at], roll);
                    break;
                }
                [[fallthrough]];
            default: text = pair_text(first, second);
        }
    }
    // Some loci in phase, perhaps in several ways.
    if (width >= 2 && roll.once_in(4)) {
        std::vector<std::size_t> block;
        for (std::size_t at = 0; at < width; ++at)
            if (!roll.once_in(3)) block.push_back(at);
        if (block.size() < 2) return texts;
        std::string whole;
        for (unsigned n = 1 + roll(2); n > 0; --n) {
            std::array<std::string, 2> sides;
            for (std::size_t side = 0; side < 2; ++side)
                for (const std::size_t at : block)
                    sides[side] += (sides[side].empty() ? "" : "~") + (whole.empty() ? position(at, side) : other(at));
            whole += (whole.empty() ? "" : "|") + sides[0] + "+" + sides[1];
        }
        for (const std::size_t at : block) texts[index(set.loci()[at])] = whole;
    }
    return texts;
}

inline prediction_world make_world(unsigned seed, const world_options& o) {
    prediction_world w{make_miniature(seed), {}, {}, o.fallback, nullptr, nullptr, {}};
    dice roll(seed + 500);
    for (std::size_t s = 0; s < o.sets.size(); ++s) {
        const std::string name = "pop" + std::to_string(s);
        w.indices.push_back(std::make_shared<const haplotype_index>(random_set(w.m, name, o.sets[s], o.haplotypes, o.nulls, o.tiny, roll)));
        w.sets.push_back(&w.indices.back()->set());
    }
    w.all = std::make_shared<const populations>(w.indices, o.fallback);
    const typing_context context{w.m.names.get(), nullptr, gene_set::all(), column_kind::dna};
    // The other loci are typed too, as random texts.
    const auto person = [&](std::size_t s) {
        auto texts = typed_person(w.m, *w.sets[s], o, roll);
        for (std::size_t l = 0; l < locus_count; ++l) {
            const auto& loci = w.sets[s]->loci();
            if (std::find(loci.begin(), loci.end(), static_cast<locus>(l)) == loci.end() && roll.once_in(2))
                texts[l] = random_locus_text(w.m, static_cast<locus>(l), roll);
        }
        return texts;
    };
    const auto population = [&](std::size_t s) {
        if (o.sets.size() == 1) return std::string(roll.once_in(2) ? "" : "pop0");
        if (!o.fallback.empty() && roll.once_in(5)) return std::string(roll.once_in(2) ? "" : "elsewhere");
        return w.sets[s]->name();
    };
    const auto of_set = [&] { return roll(static_cast<unsigned>(o.sets.size())); };
    std::vector<std::pair<std::string, std::array<std::string, locus_count>>> kinds;
    registry_builder builder(w.m.names, nullptr);
    builder.declare_fields({"population"});
    for (unsigned i = 0; i < o.donors; ++i) {
        if (kinds.size() < o.kinds) {
            const std::size_t s = of_set();
            kinds.emplace_back(population(s), person(s));
        }
        const auto& [own, texts] = kinds[i < kinds.size() ? i : roll(static_cast<unsigned>(kinds.size()))];
        const std::string id = "D" + std::to_string(i);
        registry_builder::donor_texts row;
        row.id = id;
        for (std::size_t l = 0; l < locus_count; ++l) row.typings[l] = texts[l];
        row.fields = {own};
        const auto problems = builder.add(row);
        if (!problems.empty()) throw std::logic_error(problems[0].message());
    }
    w.donors = builder.finish();
    for (unsigned i = 0; i < o.patients; ++i) {
        const std::size_t s = of_set();
        auto who = std::make_shared<patient>();
        const std::vector<std::pair<std::string, std::string>> fields{{"population", population(s)}};
        const auto problems = read_patient(context, null_policy::ignore_inside_ambiguity, "P" + std::to_string(i), person(s), fields, *who);
        if (!problems.empty()) throw std::logic_error(problems[0].message());
        w.patients.push_back(std::move(who));
    }
    return w;
}

/// Counts that plain comparison allows at each searched locus, in both shapes.
struct compared_counts {
    std::array<count_range, locus_count> fast;
    std::array<slow_count, locus_count> slow;
};
inline compared_counts compare_counts(const prediction_world& w, const patient& who, donor_index d, std::span<const locus> loci,
                                      bool homozygous_once = false) {
    compared_counts out;
    for (std::size_t i = 0; i < loci.size(); ++i) {
        const auto typed = w.donors->typing(d).readings[index(loci[i])];
        const locus_outcome o = compare(*w.m.names, loci[i], who.at(loci[i]), make_genotype(*w.m.names, loci[i], typed), {homozygous_once});
        out.fast[i] = {o.mismatches, o.mismatches_max};
        out.slow[i] = {o.mismatches, o.mismatches_max};
    }
    return out;
}

/// What differs between both predictions, or nothing.
inline std::string difference(const prediction& fast, const slow_prediction& slow, std::size_t loci) {
    constexpr long double close = 1e-12L;
    const auto differs = [&](double f, long double s) {
        const bool exact = (s == 0) == (f == 0);
        return !exact || !(std::abs(static_cast<long double>(f) - s) <= close);
    };
    std::string out;
    const auto note = [&](const std::string& where, double f, long double s) {
        out += where + ": " + std::to_string(f) + " is not " + std::to_string(static_cast<double>(s)) + "; ";
    };
    if (fast.has_total != slow.total.has_value()) out += "total there or not; ";
    for (std::size_t k = 0; fast.has_total && slow.total && k <= 2 * loci; ++k)
        if (differs(fast.total[k], (*slow.total)[k])) note("p" + std::to_string(k), fast.total[k], (*slow.total)[k]);
    for (std::size_t l = 0; l < loci; ++l) {
        if (fast.has_locus[l] != slow.at[l].has_value()) out += "locus " + std::to_string(l) + " there or not; ";
        for (std::size_t k = 0; fast.has_locus[l] && slow.at[l] && k < 3; ++k)
            if (differs(fast.at[l][k], (*slow.at[l])[k]))
                note("locus " + std::to_string(l) + " p" + std::to_string(k), fast.at[l][k], (*slow.at[l])[k]);
    }
    return out;
}

/// The bits of a prediction, to be compared with `==`.
inline std::vector<double> bits_of(const prediction& p) {
    std::vector<double> out(p.total.begin(), p.total.end());
    for (const auto& l : p.at) out.insert(out.end(), l.begin(), l.end());
    for (const bool b : p.has_locus) out.push_back(b ? 1 : 0);
    out.insert(out.end(), {p.has_total ? 1.0 : 0.0, p.donor_explained ? 1.0 : 0.0, static_cast<double>(p.donor_set)});
    return out;
}

}  // namespace allomatch::model
