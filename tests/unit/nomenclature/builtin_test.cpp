// SPDX-License-Identifier: Apache-2.0
// The starter nomenclature and the one without a nomenclature. Facts from IPD-IMGT/HLA release 3.58.0.
#include "miniature_folder.hpp"



#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>

using namespace allomatch;
using namespace allomatch::testing;

namespace {

const nomenclature& builtin() { return *nomenclature::builtin(); }

std::string class_text(gene g, std::string_view text) {
    const allele_set alleles = builtin().resolve(g, named(text)).alleles;
    if (alleles.empty()) return "unknown";
    const class_id c = builtin().class_of(alleles.ranges()[0].begin);
    return c == no_class ? "null" : builtin().class_text(c);
}

TEST(builtin, is_one_table_per_process) {
    EXPECT_EQ(nomenclature::builtin(), nomenclature::builtin());
    EXPECT_GT(builtin().allele_count(), 900U);
    EXPECT_EQ(builtin().unmatched_rows(), 0U);
    EXPECT_NE(builtin().version().find("3.58.0"), std::string::npos);
}

TEST(builtin, has_all_genes) {
    std::array<bool, gene_count> seen{};
    for (allele_id id = 0; id < builtin().allele_count(); ++id) seen[index(builtin().gene_of(id))] = true;
    for (std::size_t g = 0; g < gene_count; ++g) EXPECT_TRUE(seen[g]) << gene_names[g];
}

TEST(builtin, well_known_classes) {
    EXPECT_EQ(class_text(gene::A, "02:09:01:01"), "A*02:01P");
    EXPECT_EQ(class_text(gene::A, "24:02:01:02L"), "A*24:02P");
    EXPECT_EQ(class_text(gene::A, "24:09N"), "null");
    EXPECT_EQ(class_text(gene::B, "44:02:01:02S"), "B*44:02P");
    EXPECT_EQ(class_text(gene::C, "07:06:01:01"), "C*07:01P");
    EXPECT_EQ(class_text(gene::DQB1, "02:02:01:01"), "DQB1*02:01P");
    EXPECT_EQ(class_text(gene::DPB1, "104:01:01:01"), "DPB1*03:01P");
    EXPECT_EQ(class_text(gene::DRB4, "01:03:01:02N"), "null");
    EXPECT_EQ(class_text(gene::A, "01:06"), "A*01:06");
}

// Zino et al. 2004 and Crivello et al. 2015, as in dpb_tce.csv, column V2.
TEST(builtin, well_known_tce_groups) {
    const auto tce = [](std::string_view text) {
        return int{builtin().tce_group(builtin().resolve(gene::DPB1, named(text)).alleles.ranges()[0].begin)};
    };
    for (const char* text : {"09:01", "10:01", "17:01"}) EXPECT_EQ(tce(text), 1) << text;
    for (const char* text : {"03:01", "06:01", "14:01"}) EXPECT_EQ(tce(text), 2) << text;
    for (const char* text : {"01:01", "02:01", "04:01", "04:02", "05:01"}) EXPECT_EQ(tce(text), 3) << text;
    EXPECT_EQ(tce("61:01N"), 0);
}

TEST(builtin, old_names) {
    EXPECT_EQ(resolved(builtin(), "01:34N"), "A*01:01:38L");
    EXPECT_EQ(texts(builtin(), builtin().resolve_old(gene::A, "0105N")->alleles), "A*01:04:01:01N");
    EXPECT_EQ(texts(builtin(), builtin().resolve_old(gene::C, "0101")->alleles), "C*01:02:01:01");
    EXPECT_EQ(resolved(builtin(), "42:01", gene::DPB1), "");
    EXPECT_EQ(texts(builtin(), builtin().resolve_old(gene::DPB1, "4201")->alleles), "DPB1*31:01:01:01");
    EXPECT_EQ(resolved(builtin(), "02:100"), "");
    EXPECT_NE(builtin().resolve(gene::A, named("02:100")).reason.find("deleted"), std::string::npos);
}

// formats.md, `--release names`: two-field names are classes, nulls too.
TEST(names_only, every_name_is_its_own_class) {
    const nomenclature& names = *nomenclature::names();
    EXPECT_TRUE(names.names_only());
    std::set<class_id> classes;
    std::size_t count = 0;
    for (const gene g : {gene::A, gene::B, gene::DPB1})
        for (const char* text : {"01", "01:01", "01:01N", "01:02", "4095:8191Q", "99:99"}) {
            const allele_set alleles = names.resolve(g, named(text)).alleles;
            ASSERT_EQ(alleles.size(), 1U);
            const allele_id id = alleles.ranges()[0].begin;
            EXPECT_EQ(names.gene_of(id), g);
            EXPECT_EQ(names.gene_of_class(names.class_of(id)), g);
            EXPECT_EQ(names.name_of(id), named(text));
            EXPECT_EQ(names.class_text(names.class_of(id)), std::string(name(g)) + "*" + text);
            EXPECT_FALSE(names.is_null(id));
            EXPECT_TRUE(names.serology(id).empty());
            EXPECT_EQ(names.g_group_text(id), "");
            EXPECT_EQ(names.tce_group(id), 0);
            classes.insert(names.class_of(id));
            ++count;
        }
    EXPECT_EQ(classes.size(), count);
}

TEST(names_only, first_field_is_without_the_gene) {
    const nomenclature& names = *nomenclature::names();
    for (const gene g : {gene::A, gene::B, gene::DPB1})
        EXPECT_EQ(names.first_field(names.resolve(g, named("07:02")).alleles.ranges()[0].begin), 7U) << name(g);
}

}  // namespace
