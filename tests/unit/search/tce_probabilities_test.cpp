// SPDX-License-Identifier: Apache-2.0
// How likely each answer at DPB1 is, by hand.
#include "unit/haplotype/predicted.hpp"

#include <allomatch/io/match_table.hpp>
#include <allomatch/search/ranker.hpp>

#include <cmath>
#include <numeric>

using namespace allomatch;
using namespace allomatch::testing;

namespace {

using enum locus;

/// Alleles of every gene. DPB1 01:01 and 03:01 are of group 3, 02:01 of 2, 04:01 of 1, 05:01 of none; 02:02 shares the class
/// of 02:01 and is of none either; 06:01N is null.
nomenclature::pointer grouped_alleles() {
    static const nomenclature::pointer names = [] {
        release_tables t;
        t.version = "grouped alleles";
        for (std::size_t i = 0; i < gene_count; ++i) {
            const auto g = static_cast<gene>(i);
            for (const char* text : {"01:01", "02:01", "02:02", "03:01", "04:01", "05:01", "06:01N"})
                t.alleles.push_back(read_allele_name(text)->key(g));
            t.p_groups.push_back({read_allele_name("02:01")->key(g),
                                  {read_allele_name("02:01")->key(g), read_allele_name("02:02")->key(g)}});
        }
        t.tce_versions = {"V1"};
        for (const auto& [text, group] : {std::pair("01:01", 3), {"03:01", 3}, {"02:01", 2}, {"04:01", 1}})
            t.tce.push_back({read_allele_name(text)->key(gene::DPB1), {static_cast<std::uint8_t>(group)}, {}});
        return std::make_shared<const nomenclature>(t);
    }();
    return names;
}

std::shared_ptr<const haplotype_index> grouped_set(const set_rows& rows, const std::vector<locus>& loci = {A, DPB1}, const std::string& name = "X") {
    return make_set(name, loci, rows, grouped_alleles());
}

/// A*01:01 goes with 01:01 or 03:01 (group 3), A*04:01 with 04:01 (group 1), A*05:01 with 05:01 (none).
std::shared_ptr<const haplotype_index> linked() {
    return grouped_set({{"A*01:01~DPB1*01:01", 0.3},
                        {"A*01:01~DPB1*03:01", 0.1},
                        {"A*03:01~DPB1*02:01", 0.2},
                        {"A*04:01~DPB1*04:01", 0.2},
                        {"A*05:01~DPB1*05:01", 0.1},
                        {"A*02:01~DPB1*06:01N", 0.1}});
}

using answers = tce_distribution;  // match, permissive, unknown, nonpermissive_hvg, nonpermissive_gvh

/// One patient and donors of one population each, searched at some loci.
struct compared {
    std::shared_ptr<const donor_genotypes> genotypes;
    std::shared_ptr<const patient> who;
    match_list list;

    compared(const typed_texts& patient_typing, const std::vector<predicted_donor>& donors, const index_list& sets = {linked()},
             std::vector<locus> loci = {A}, const std::string& population = "X")
        : genotypes(genotypes_of(donors, sets, {}, grouped_alleles())),
          who(std::make_shared<const patient>(typed_person(patient_typing, population, grouped_alleles()).who)) {
        search_request r;
        r.loci = std::move(loci);
        r.genotypes = genotypes;
        list = search_agent(std::shared_ptr<const registry>(genotypes, &genotypes->donors())).compare(who, r);
    }
    [[nodiscard]] std::span<const double> tce(std::size_t i = 0) const { return list.probabilities->tce(i); }
};

void expect_answers(const typed_texts& patient_typing, const typed_texts& donor, const answers& expected) {
    const compared c(patient_typing, {{"D", donor, "X"}});
    for (std::size_t a = 0; a < tce_answer_count; ++a) {
        const double p = c.tce()[a];
        EXPECT_NEAR(p, expected[a], 1e-15) << name(static_cast<tce_answer>(a));
        if (expected[a] == 0 || expected[a] == 1) {
            EXPECT_EQ(p, expected[a]) << name(static_cast<tce_answer>(a));
        }
    }
}

const typed_texts core{{A, "A*01:01+A*01:01"}};      // DPB1 01:01 and 03:01: 0.5625 and 0.0625 homozygous, 0.375 both
const typed_texts lowest{{A, "A*01:01+A*04:01"}};    // 04:01 with 01:01 0.75, with 03:01 0.25
const typed_texts without{{A, "A*01:01+A*05:01"}};   // 05:01 likewise
const typed_texts silent{{A, "A*01:01+A*02:01"}};    // 01:01 homozygous 0.75, 03:01 0.25

TEST(tce_probabilities, haplotypes_tell_of_untyped_people) {
    expect_answers(core, core, {0.4609375, 0.5390625, 0, 0, 0});
    expect_answers(core, lowest, {0, 0, 0, 1, 0});
    expect_answers(lowest, core, {0, 0, 0, 0, 1});
    expect_answers(lowest, lowest, {0.625, 0.375, 0, 0, 0});
    // Against anybody: two haplotypes of group 3 (0.4 of all), or one beside the null, have the lowest group 3; one with 04:01
    // beside those or 04:01, has 1; all else has an allele without a group, or no product.
    const double same = (0.09 + 2 * 0.3 * 0.1) * 0.5625 + 0.06 * 0.375 + (0.01 + 2 * 0.1 * 0.1) * 0.0625;
    const double third = 0.4 * 0.4 + 2 * 0.4 * 0.1;
    const double first = 2 * 0.2 * (0.4 + 0.1) + 0.2 * 0.2;
    expect_answers(core, {}, {same, third - same, 1 - third - first, first, 0});
}

TEST(tce_probabilities, an_allele_without_a_group_leaves_it_unknown_unless_it_matches) {
    expect_answers(core, without, {0, 0, 1, 0, 0});
    expect_answers(without, without, {0.625, 0, 0.375, 0, 0});
}

TEST(tce_probabilities, a_null_leaves_the_other_allele) {
    expect_answers(core, silent, {0.4375, 0.5625, 0, 0, 0});
    const typed_texts no_product{{A, "A*02:01+A*02:01"}};
    expect_answers(no_product, no_product, {1, 0, 0, 0, 0});
    expect_answers(no_product, core, {0, 0, 1, 0, 0});
}

TEST(tce_probabilities, typed_alleles_tell_the_group_of_a_class) {
    const auto second = [](const std::string& dpb1) { return typed_texts{{A, "A*03:01+A*03:01"}, {DPB1, dpb1}}; };
    expect_answers(second("DPB1*02:01+DPB1*02:01"), core, {0, 0, 0, 0, 1});
    expect_answers(core, second("DPB1*02:01+DPB1*02:01"), {0, 0, 0, 1, 0});
    expect_answers(second("DPB1*02:02+DPB1*02:02"), core, {0, 0, 1, 0, 0});
    expect_answers(second("DPB1*02:01/DPB1*02:02+DPB1*02:01"), core, {0, 0, 1, 0, 0});
    expect_answers({{A, "A*03:01+A*03:01"}}, core, {0, 0, 1, 0, 0});
    expect_answers({{A, "A*03:01+A*03:01"}}, second("DPB1*02:02+DPB1*02:02"), {1, 0, 0, 0, 0});
}

TEST(tce_probabilities, fully_typed_people_are_certain) {
    const typed_texts strange{{A, "A*05:01+A*05:01"}, {DPB1, "DPB1*01:01+DPB1*03:01"}};  // no haplotype has them
    expect_answers(strange, strange, {1, 0, 0, 0, 0});
    expect_answers(strange, core, {0.375, 0.625, 0, 0, 0});
    expect_answers(core, strange, {0.375, 0.625, 0, 0, 0});
    expect_answers(strange, lowest, {0, 0, 0, 1, 0});
}

TEST(tce_probabilities, none_where_a_set_has_no_dpb1_or_explains_nobody) {
    const auto all_missing = [](std::span<const double> p) { return std::all_of(p.begin(), p.end(), [](double v) { return std::isnan(v); }); };
    const auto narrow = grouped_set({{"A*01:01", 0.5}, {"A*04:01", 0.5}}, {A}, "Y");
    const compared without_dpb1(core, {{"D", core, "Y"}}, {narrow}, {A}, "Y");
    EXPECT_FALSE(without_dpb1.list.probabilities->predicts_tce);
    EXPECT_TRUE(all_missing(without_dpb1.tce()));
    const compared mixed(core, {{"D", core, "Y"}, {"E", core, "X"}}, {linked(), narrow});
    EXPECT_TRUE(mixed.list.probabilities->predicts_tce);
    EXPECT_TRUE(all_missing(mixed.tce(0)));
    EXPECT_FALSE(std::isnan(mixed.tce(1)[0]));
    // Certain at A, so the search at A alone explains the donor; DPB1 is told by haplotypes only, and none fits.
    const compared unexplained(core, {{"D", {{A, "A*05:01+A*05:01"}, {DPB1, "DPB1*01:01/DPB1*03:01"}}, "X"}});
    EXPECT_TRUE(unexplained.list.probabilities->donor_explained(0));
    EXPECT_TRUE(all_missing(unexplained.tce()));
    const compared patient_unexplained({{A, "A*05:01+A*05:01"}, {DPB1, "DPB1*01:01/DPB1*03:01"}}, {{"D", core, "X"}});
    EXPECT_TRUE(all_missing(patient_unexplained.tce()));
}

TEST(tce_probabilities, agree_with_the_probability_of_a_match_and_with_possible_answers) {
    const std::vector<typed_texts> people{core, lowest, without, silent,
                                          {},
                                          {{DPB1, "DPB1*01:01/DPB1*04:01+DPB1*03:01"}},
                                          {{DPB1, "DPB1*01:01/DPB1*03:01/DPB1*05:01"}},
                                          {{A, "A*01:01+A*03:01"}, {DPB1, "DPB1*02:01+DPB1*01:01/DPB1*03:01"}},
                                          {{A, "A*01:01/A*04:01"}, {DPB1, "DPB1*01:01+DPB1*01:01|DPB1*04:01+DPB1*04:01"}}};
    std::vector<predicted_donor> donors;
    for (const auto& one : people) donors.push_back({"D" + std::to_string(donors.size()), one, "X"});
    int decided = 0;
    for (const auto& one : people) {
        const compared aside(one, donors);
        const compared searched(one, donors, {linked()}, {DPB1, A});
        for (std::size_t i = 0; i < donors.size(); ++i) {
            const auto p = aside.tce(i);
            EXPECT_EQ(std::vector(p.begin(), p.end()), std::vector(searched.tce(i).begin(), searched.tce(i).end()));
            EXPECT_NEAR(p[0], searched.list.probabilities->at(i, 0)[0], 1e-14);
            EXPECT_NEAR(std::accumulate(p.begin(), p.end(), 0.0), 1, 1e-12);
            const pair_facts& facts = searched.list.facts[i];
            // Where the typings may match, the answer is a match before all others, however unlikely.
            if (!facts.has_tce() || facts.is_possible(tce_answer::match)) continue;
            for (std::size_t a = 0; a < tce_answer_count; ++a) {
                EXPECT_TRUE(p[a] == 0 || facts.is_possible(static_cast<tce_answer>(a))) << a;
                EXPECT_TRUE(p[a] == 1 || facts.tce_possible != 1U << a) << a;
            }
            ++decided;
        }
    }
    EXPECT_GE(decided, 8);
}

TEST(tce_probabilities, of_a_supposed_match_or_mismatch) {
    compared c(core, {{"D", core, "X"}, {"E", {{A, "A*05:01+A*05:01"}, {DPB1, "DPB1*01:01/DPB1*03:01"}}, "X"}}, {linked()}, {A, DPB1});
    match_probabilities& all = *c.list.probabilities;
    match_probabilities other = all;
    all.suppose_dpb1(0, true);
    EXPECT_EQ(std::vector(c.tce().begin(), c.tce().end()), (std::vector<double>{1, 0, 0, 0, 0}));
    other.suppose_dpb1(0, false);
    EXPECT_EQ(std::vector(other.tce(0).begin(), other.tce(0).end()), (std::vector<double>{0, 1, 0, 0, 0}));
    all.suppose_dpb1(1, true);
    EXPECT_TRUE(std::isnan(all.tce(1)[0]));
}

TEST(tce_probabilities, columns_conditions_and_rankings) {
    EXPECT_EQ(tce_column(tce_answer::nonpermissive_hvg), "dpb1_p_nonpermissive_hvg");
    EXPECT_EQ(tce_answer_of_column("DPB1_P_Unknown"), tce_answer::unknown);
    for (const char* other : {"dpb1_p_", "dpb1_p", "dpb1_p_matc", "dpb1_p0", "p0", "dpb1-p_match", ""}) EXPECT_FALSE(tce_answer_of_column(other)) << other;

    const std::vector<predicted_donor> donors{{"core", core, "X"}, {"lowest", lowest, "X"}, {"silent", silent, "X"}, {"without", without, "X"}};
    const auto genotypes = genotypes_of(donors, {linked()}, {}, grouped_alleles());
    const auto pool = std::shared_ptr<const registry>(genotypes, &genotypes->donors());
    const auto who = std::make_shared<const patient>(typed_person(core, "X", grouped_alleles()).who);
    const auto ids = [&](const std::string& where, const std::string& by = "dpb1_p_permissive") {
        search_request r{.loci = {A}, .max_mismatches = 2, .where = where, .order = {{{.by = by}}}, .genotypes = genotypes};
        std::string out;
        for (const hit& h : search(pool, who, r).hits) out += (out.empty() ? "" : " ") + std::string(pool->id(h.donor));
        return out;
    };
    EXPECT_EQ(ids(""), "silent core lowest without");
    EXPECT_EQ(ids("", "dpb1_p_match"), "core silent lowest without");
    EXPECT_EQ(ids("DPB1_p_permissive >= 0.55"), "silent");
    EXPECT_EQ(ids("dpb1_p_nonpermissive_hvg = 1 or dpb1_p_unknown > 0"), "lowest without");
    EXPECT_EQ(ids("dpb1_p_match is missing"), "");
    EXPECT_NE(thrown([&] { return search(pool, who, {.loci = {A}, .where = "dpb1_p_match > 0"}); }).reason.find("needs haplotype frequencies"), std::string::npos);
    EXPECT_EQ(thrown([&] { return ids("", "DPB1_p_match"); }).column, "rank");

    search_request r{.loci = {A}, .max_mismatches = 2, .order = {{{.by = "dpb1_p_permissive"}}}, .genotypes = genotypes};
    const match_list list = search(pool, who, r);
    EXPECT_EQ(ranker(list).describe(1).at(0).second, "53.9062 %");
    std::string names;
    for (const io::column& c : io::match_table(std::span(&list, 1)).columns) names += c.name + " ";
    EXPECT_TRUE(names.ends_with("donor_population dpb1_p_match dpb1_p_permissive dpb1_p_unknown dpb1_p_nonpermissive_hvg dpb1_p_nonpermissive_gvh ")) << names;
}

}  // namespace
