// SPDX-License-Identifier: Apache-2.0
// What single alleles and whole positions carry beyond classes: leaders, TCE groups, expression, core groups.
#include "typed.hpp"
#include "unit/nomenclature/miniature_folder.hpp"

#include <allomatch/registry/registry.hpp>

using namespace allomatch;
using namespace allomatch::testing;

namespace {

constexpr unsigned M = 1, T = 2;                              // leaders
constexpr unsigned no_group = 1, group_1 = 2, group_2 = 4, group_3 = 8;
constexpr unsigned low = 1, high = 2, other = 4;              // expression
constexpr unsigned core = 1, non_core = 2, core_unknown = 4;

allele_traits traits(const nomenclature& names, gene g, std::string_view text) {
    const auto found = names.resolve(g, named(text)).alleles;
    EXPECT_FALSE(found.empty()) << text;
    return found.empty() ? allele_traits() : allele_traits(names, found.ranges()[0].begin);
}
allele_traits of_b(std::string_view text) { return traits(*nomenclature::builtin(), gene::B, text); }
allele_traits of_dpb1(std::string_view text) { return traits(*nomenclature::builtin(), gene::DPB1, text); }

TEST(allele_traits, leaders_of_b_alleles) {
    EXPECT_EQ(of_b("07:02").leaders(), M);
    EXPECT_EQ(of_b("39:01:01:02L").leaders(), M);
    EXPECT_EQ(of_b("40:01").leaders(), T);
    EXPECT_TRUE(of_b("40:01").any());
}

TEST(allele_traits, groups_expression_and_core_of_dpb1_alleles) {
    EXPECT_EQ(of_dpb1("09:01").tce_groups(0), group_1);
    EXPECT_EQ(of_dpb1("03:01").tce_groups(0), group_2);
    EXPECT_EQ(of_dpb1("04:01").tce_groups(0), group_3);
    EXPECT_EQ(of_dpb1("04:01").expressions(), low);
    EXPECT_EQ(of_dpb1("03:01").expressions(), high);
    EXPECT_EQ(of_dpb1("10:01").expressions(), other);  // mixed
    EXPECT_EQ(of_dpb1("04:01").cores(), core);
    EXPECT_EQ(of_dpb1("05:01").cores(), non_core);
    EXPECT_EQ(of_dpb1("350:01").cores(), core_unknown);
    EXPECT_EQ(of_dpb1("03:01").cores(), 0U);  // not of group 3
    EXPECT_EQ(of_dpb1("09:01").cores(), 0U);
}

TEST(allele_traits, other_loci_have_none) {
    const auto names = nomenclature::builtin();
    for (const auto& [g, text] : std::vector<std::pair<gene, const char*>>{
             {gene::A, "02:01"}, {gene::C, "07:02"}, {gene::DRB1, "09:01"}, {gene::DQB1, "03:03"}, {gene::DPA1, "01:03"}})
        EXPECT_FALSE(traits(*names, g, text).any()) << name(g) << '*' << text;
    EXPECT_EQ(allele_traits(), traits(*names, gene::A, "02:01"));
}

// V1 and V2 of the miniature release: 01:01 2 3, 02:01 3 1$, 04:01 blank 2a, 05:01 3 0.
TEST(allele_traits, groups_of_every_version) {
    const auto names = miniature_folder().load();
    const auto groups = [&](std::string_view text, std::size_t version) { return traits(*names, gene::DPB1, text).tce_groups(version); };
    EXPECT_EQ(groups("01:01", 0), group_2);
    EXPECT_EQ(groups("01:01", 1), group_3);
    EXPECT_EQ(groups("02:01", 0), group_3);
    EXPECT_EQ(groups("02:01", 1), group_1);
    EXPECT_EQ(groups("04:01", 0), no_group);
    EXPECT_EQ(groups("04:01", 1), group_2);
    EXPECT_EQ(groups("05:01", 0), group_3);
    EXPECT_EQ(groups("05:01", 1), no_group);
    // The division of group 3 is that of the newest version.
    EXPECT_EQ(traits(*names, gene::DPB1, "01:01").cores(), non_core);
    EXPECT_EQ(traits(*names, gene::DPB1, "02:01").cores(), 0U);
    EXPECT_EQ(traits(*names, gene::DPB1, "05:01").cores(), 0U);
}

TEST(allele_traits, four_versions_do_not_touch_each_other) {
    miniature_folder folder;
    folder.put("tce/dpb_tce.csv", "Allele,V1,V2,V3,V4\nDPB1*01:01:01,1,2,3,3\nDPB1*04:01:01,3,,1,2\n");
    const auto names = folder.load();
    const allele_traits a = traits(*names, gene::DPB1, "01:01");
    const allele_traits b = traits(*names, gene::DPB1, "04:01");
    allele_traits both = a;
    both |= b;
    const std::array<unsigned, 4> of_a{group_1, group_2, group_3, group_3};
    const std::array<unsigned, 4> of_b{group_3, no_group, group_1, group_2};
    for (std::size_t v = 0; v < 4; ++v) {
        EXPECT_EQ(a.tce_groups(v), of_a[v]) << v;
        EXPECT_EQ(b.tce_groups(v), of_b[v]) << v;
        EXPECT_EQ(both.tce_groups(v), of_a[v] | of_b[v]) << v;
    }
    EXPECT_EQ(a.expressions(), high);
    EXPECT_EQ(b.expressions(), low);
    EXPECT_EQ(both.expressions(), low | high);
    EXPECT_EQ(both.cores(), non_core);  // b is of group 2 in the newest version
}

TEST(allele_traits, without_a_release_groups_are_unknown_and_leaders_are_not) {
    const auto names = nomenclature::names();
    EXPECT_EQ(traits(*names, gene::DPB1, "04:01").tce_groups(0), no_group);
    EXPECT_EQ(traits(*names, gene::DPB1, "04:01").expressions(), low);
    EXPECT_EQ(traits(*names, gene::B, "07:02").leaders(), M);
    EXPECT_EQ(traits(*names, gene::B, "15:68").leaders(), M);
}

// -- positions ------------------------------------------------

position first_of(locus l, const std::string& first, const std::string& second = "04:01") {
    const auto read = read_locus({nomenclature::builtin().get(), nullptr, gene_set::all(), column_kind::dna}, l, pair_text(first, second),
                                 null_policy::ignore_inside_ambiguity);
    if (!read) throw std::logic_error(read.error().message());
    return read->meaning.alternatives.front().first;
}

TEST(position_traits, are_those_of_all_expressed_alleles) {
    EXPECT_EQ(first_of(locus::B, "07:02/08:01", "40:01").traits.leaders(), M);
    EXPECT_EQ(first_of(locus::B, "07:02/40:01", "40:01").traits.leaders(), M | T);
    EXPECT_EQ(first_of(locus::B, "B60", "40:01").traits.leaders(), T);
    EXPECT_EQ(first_of(locus::DPB1, "03:01/04:02/09:01").traits.tce_groups(0), group_1 | group_2 | group_3);
    EXPECT_EQ(first_of(locus::DPB1, "03:01/04:02").traits.expressions(), low | high);
    EXPECT_EQ(first_of(locus::DPB1, "04:01/05:01").traits.cores(), core | non_core);
    EXPECT_FALSE(first_of(locus::A, "02:01/11:01", "24:02").traits.any());
}

TEST(position_traits, nulls_and_new_alleles_have_none) {
    EXPECT_EQ(first_of(locus::B, "07:02/15:26N", "40:01").traits.leaders(), M);  // the null would be T
    EXPECT_EQ(first_of(locus::DPB1, "03:01/61:01N").traits, first_of(locus::DPB1, "03:01").traits);
    EXPECT_FALSE(first_of(locus::DPB1, "NEW").traits.any());
    EXPECT_FALSE(first_of(locus::B, "NEW", "40:01").traits.any());
}

// B*07:65 has leader T. Were it in the P group of 07:02, matching could not tell the two apart; leaders must.
TEST(position_traits, tell_alleles_of_one_class_apart) {
    release_files files = miniature_files();
    files["wmda/hla_nom.txt"] += "B*;07:02:02;20000101;;;\nB*;07:65;20100101;;;\n";
    files["wmda/hla_nom_p.txt"] = "B*;07:02:01/07:02:02/07:65;07:02P\n";
    files["wmda/rel_dna_ser.txt"] += "B*;07:02:02;7;;;\nB*;07:65;7;;;\n";
    registry_builder builder(miniature_folder(files).load(), nullptr);
    for (const char* text : {"07:02:01", "07:02:02", "07:65"}) {
        registry_builder::donor_texts donor;
        donor.id = text;
        donor.typings[index(locus::B)] = text;
        ASSERT_TRUE(builder.add(donor).empty()) << text;
    }
    const auto donors = builder.finish();
    const auto& dictionary = donors->column(locus::B).dictionary;
    const auto code = [&](const char* id) { return donors->code(locus::B, *donors->find(id)); };
    const auto first = [&](const char* id) { return dictionary.at(dictionary.alternatives(code(id)).front().first); };
    EXPECT_EQ(code("07:02:01"), code("07:02:02"));
    EXPECT_NE(code("07:02:01"), code("07:65"));
    EXPECT_EQ(first("07:02:01").classes, first("07:65").classes);
    EXPECT_EQ(first("07:02:01").traits.leaders(), M);
    EXPECT_EQ(first("07:65").traits.leaders(), T);
}

}  // namespace
