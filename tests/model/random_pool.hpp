// SPDX-License-Identifier: Apache-2.0
// Generated registries, patients and requests over a miniature nomenclature, and the slow, obvious search.
#pragma once

#include "miniature.hpp"

#include <allomatch/search/search.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace allomatch::model {

inline const std::vector<std::string>& pool_fields() {
    static const std::vector<std::string> names{"sex", "pregnancies", "abo", "cmv", "status", "weight_kg", "birth_date"};
    return names;
}

inline std::vector<std::string> random_fields(dice& roll) {
    const std::vector<std::vector<std::string>> words{{"F", "M", ""},
                                                      {"0", "1", "2", ""},
                                                      {"A", "B", "AB", "O", ""},
                                                      {"neg", "pos", "N", "G", "O", ""},
                                                      {"AV", "RS", "TU", "OP", "DE", ""},
                                                      {"50", "61.5", "90", ""},
                                                      {"1960-01-01", "1984-06-01", "1998-06-02", "2000-02-29", "2003-03-03", ""}};
    std::vector<std::string> out;
    for (const auto& list : words) out.push_back(roll.pick(list));
    return out;
}

struct random_pool {
    miniature m;
    std::shared_ptr<const registry> donors;
    std::vector<std::array<genotype, locus_count>> genotypes;  ///< of each donor
    std::vector<std::vector<std::string>> fields;              ///< of each donor
    null_policy nulls = null_policy::ignore_inside_ambiguity;
};

/// A registry of `size` donors; typings come from `kinds` texts at each locus, some donors lack some.
inline random_pool make_random_pool(unsigned seed, unsigned size, unsigned kinds,
                                    null_policy nulls = null_policy::ignore_inside_ambiguity) {
    random_pool pool{make_miniature(seed), nullptr, {}, {}, nulls};
    dice roll(seed + 1000);
    const typing_context context{pool.m.names.get(), nullptr, gene_set::all(), column_kind::dna};
    std::array<std::vector<std::string>, locus_count> texts;
    std::array<std::vector<genotype>, locus_count> meanings;
    for (std::size_t l = 0; l < locus_count; ++l)
        for (unsigned i = 0; i < kinds; ++i) {
            texts[l].push_back(random_locus_text(pool.m, static_cast<locus>(l), roll));
            meanings[l].push_back(read_locus(context, static_cast<locus>(l), texts[l].back(), nulls)->meaning);
        }
    registry_builder builder(pool.m.names, nullptr, nulls);
    builder.declare_fields(pool_fields());
    const bool nobody_has_last = roll.once_in(2);
    for (unsigned i = 0; i < size; ++i) {
        std::string id = "D" + std::to_string((i * 7919U) % (size * 13U + 1U)) + "-" + std::to_string(i);
        registry_builder::donor_texts row;
        row.id = id;
        pool.genotypes.emplace_back();
        for (std::size_t l = 0; l < locus_count; ++l) {
            pool.genotypes.back()[l].alternatives.emplace_back();
            if (roll.once_in(5) || (nobody_has_last && l + 1 == locus_count)) continue;
            const unsigned kind = roll(kinds);
            row.typings[l] = texts[l][kind];
            pool.genotypes.back()[l] = meanings[l][kind];
        }
        pool.fields.push_back(random_fields(roll));
        for (const std::string& f : pool.fields.back()) row.fields.emplace_back(f);
        if (!builder.add(row).empty()) throw std::logic_error("a generated donor was refused");
    }
    pool.donors = builder.finish();
    return pool;
}

inline std::shared_ptr<const patient> random_patient(const random_pool& pool, dice& roll) {
    std::array<std::string, locus_count> texts;
    for (std::size_t l = 0; l < locus_count; ++l)
        if (!roll.once_in(8)) texts[l] = random_locus_text(pool.m, static_cast<locus>(l), roll);
    const auto values = random_fields(roll);
    const std::vector<std::pair<std::string, std::string>> fields{{"abo", values[2]}, {"cmv", values[3]}};
    auto who = std::make_shared<patient>();
    const auto problems = read_patient({pool.m.names.get(), nullptr, gene_set::all(), column_kind::dna}, pool.nulls, "P", texts, fields, *who);
    if (!problems.empty()) throw std::logic_error(problems[0].message());
    return who;
}

inline search_request random_request(dice& roll) {
    search_request r;
    r.loci.clear();
    for (unsigned n = 1 + roll(5); n > 0; --n) {
        const auto l = static_cast<locus>(roll(locus_count));
        if (std::find(r.loci.begin(), r.loci.end(), l) == r.loci.end()) r.loci.push_back(l);
    }
    r.max_mismatches = roll(static_cast<unsigned>(r.loci.size()) * 2 + 1);
    r.min_mismatches = roll.once_in(3) ? roll(r.max_mismatches + 1) : 0;
    r.count = static_cast<direction>(roll(3));
    r.rules.homozygous_once = roll.once_in(3);
    for (const locus l : r.loci)
        if (roll.once_in(4)) r.limits.emplace_back(l, roll(3));
    if (roll.once_in(3)) r.where = "sex = 'M' or weight_kg > 60";
    r.order = ranking::preset(roll.once_in(4) ? "hla_only" : "default");
    // These the model in Python knows.
    std::erase_if(r.order.criteria, [](const criterion& c) { return c.by == "dpb1" || c.by == "leader"; });
    r.on = read_date("2024-06-01").value();
    r.threads = 1;
    return r;
}

}  // namespace allomatch::model
