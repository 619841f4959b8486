// SPDX-License-Identifier: Apache-2.0
// Handmade frequency sets and people for tests of probabilities.
#pragma once

#include <allomatch/haplotype/match_predictor.hpp>
#include <allomatch/nomenclature/release_tables.hpp>
#include <allomatch/search/search.hpp>

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace allomatch::testing {

/// Alleles 01:01, 01:02, 02:01, 02:02, 03:01 and the nulls 04:01N, 04:02N of every gene. Each is a class of its own, but
/// for 02:01 and 02:02, which are the P group 02:01P.
inline nomenclature::pointer ten_alleles() {
    static const nomenclature::pointer names = [] {
        release_tables t;
        t.version = "ten alleles";
        for (std::size_t i = 0; i < gene_count; ++i) {
            const auto g = static_cast<gene>(i);
            for (const char* text : {"01:01", "01:02", "02:01", "02:02", "03:01", "04:01N", "04:02N"})
                t.alleles.push_back(read_allele_name(text)->key(g));
            t.p_groups.push_back({read_allele_name("02:01")->key(g),
                                  {read_allele_name("02:01")->key(g), read_allele_name("02:02")->key(g)}});
        }
        return std::make_shared<const nomenclature>(t);
    }();
    return names;
}

/// Haplotype ("A*01:01~B*01:01") and frequency.
using set_rows = std::vector<std::pair<std::string, double>>;

inline std::shared_ptr<const haplotype_index> make_set(const std::string& name, const std::vector<locus>& loci, const set_rows& rows,
                                                       nomenclature::pointer names = ten_alleles()) {
    frequency_set_builder builder(name, loci, std::move(names));
    for (const auto& [haplotype, frequency] : rows) {
        std::vector<std::string_view> views;
        for (const std::string_view part : split(haplotype, '~')) views.push_back(part);
        if (const auto p = builder.add(views, frequency)) throw std::logic_error(p->message());
    }
    return std::make_shared<const haplotype_index>(std::move(builder).build(false));
}

/// Two loci, four haplotypes: 0.4, 0.2, 0.1, 0.3.
inline std::shared_ptr<const haplotype_index> four_haplotypes(const std::string& name = "X") {
    return make_set(name, {locus::A, locus::B},
                    {{"A*01:01~B*01:01", 0.4}, {"A*01:01~B*02:01", 0.2}, {"A*02:01~B*01:01", 0.1}, {"A*02:01~B*02:01", 0.3}});
}

/// GL Strings by locus.
using typed_texts = std::map<locus, std::string>;

/// One person, kept alive with the typing that borrows from it.
struct typed_person {
    patient who;
    person_typing typing;

    explicit typed_person(const typed_texts& loci, const std::string& population = {}, const nomenclature::pointer& names = ten_alleles()) {
        std::array<std::string, locus_count> texts;
        for (const auto& [l, text] : loci) texts[index(l)] = text;
        const std::vector<std::pair<std::string, std::string>> fields{{"population", population}};
        const auto problems = read_patient({names.get(), nullptr, gene_set::all(), column_kind::dna},
                                           null_policy::ignore_inside_ambiguity, "P", texts, fields, who);
        if (!problems.empty()) throw std::logic_error(problems[0].message());
        typing = who.typing();
    }
    typed_person(const typed_person&) = delete;
    typed_person& operator=(const typed_person&) = delete;

    [[nodiscard]] std::span<const reading_pair> at(locus l) const { return typing.readings[index(l)]; }
};

struct predicted_donor {
    std::string id;
    typed_texts loci;
    std::string population{};
};

inline std::shared_ptr<const registry> predicted_pool(const std::vector<predicted_donor>& donors,
                                                      nomenclature::pointer names = ten_alleles(), bool with_population = true) {
    registry_builder builder(std::move(names), nullptr);
    if (with_population) builder.declare_fields({"population"});
    for (const predicted_donor& d : donors) {
        registry_builder::donor_texts row;
        row.id = d.id;
        for (const auto& [l, text] : d.loci) row.typings[index(l)] = text;
        if (with_population) row.fields = {d.population};
        for (const problem& p : builder.add(row)) throw std::logic_error(d.id + ": " + p.message());
    }
    return builder.finish();
}

using index_list = std::vector<std::shared_ptr<const haplotype_index>>;

inline std::shared_ptr<const donor_genotypes> genotypes_of(const std::vector<predicted_donor>& donors, const index_list& sets,
                                                           const std::vector<std::string>& fallback = {},
                                                           const nomenclature::pointer& names = ten_alleles()) {
    return std::make_shared<const donor_genotypes>(predicted_pool(donors, names), std::make_shared<const populations>(sets, fallback), 1);
}

/// The class of an allele.
inline class_id class_named(const std::string& text, const nomenclature::pointer& names = ten_alleles()) {
    const gene g = gene_from_name(text.substr(0, text.find('*'))).value();
    const auto read = read_position({names.get(), nullptr, gene_set(g), column_kind::dna}, text);
    if (!read) throw std::logic_error(read.error().message());
    return names->class_of(read->alleles.ranges()[0].begin);
}

/// The reason of what `make` throws.
template <class Make>
problem thrown(Make make) {
    try {
        (void)make();
    } catch (const format_error& e) {
        return e.details();
    }
    ADD_FAILURE() << "nothing was thrown";
    return {};
}

}  // namespace allomatch::testing
