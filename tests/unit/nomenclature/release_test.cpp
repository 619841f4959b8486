// SPDX-License-Identifier: Apache-2.0
// Loading of a handmade release. Expected values are read off miniature_folder.hpp.
#include "miniature_folder.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

using namespace allomatch;
using namespace allomatch::testing;

namespace {

allele_id only(const nomenclature& names, gene g, std::string_view text) {
    const allele_set alleles = names.resolve(g, named(text)).alleles;
    EXPECT_EQ(alleles.size(), 1U) << text;
    return alleles.ranges()[0].begin;
}

TEST(release, loads_as_written) {
    const miniature_folder folder;
    const auto names = folder.load();
    EXPECT_FALSE(names->names_only());
    EXPECT_EQ(names->version(), "9.99.0");
    EXPECT_EQ(names->allele_count(), 15U);
    EXPECT_EQ(names->p_group_count(), 2U);
    EXPECT_EQ(names->g_group_count(), 2U);
    EXPECT_EQ(names->old_name_count(), 3U);
    EXPECT_EQ(names->class_count(), 11U);
}

TEST(release, classes_follow_p_groups_and_nulls_have_none) {
    const miniature_folder folder;
    const auto names = folder.load();
    const auto class_of = [&](gene g, std::string_view text) { return names->class_of(only(*names, g, text)); };
    EXPECT_EQ(class_of(gene::A, "01:01:01:01"), class_of(gene::A, "01:01:02"));
    EXPECT_EQ(names->class_text(class_of(gene::A, "01:01:02")), "A*01:01P");
    EXPECT_EQ(class_of(gene::A, "02:01:01"), class_of(gene::A, "02:07:01L"));  // L is expressed
    EXPECT_NE(class_of(gene::A, "02:01:01"), class_of(gene::A, "02:06:01"));
    EXPECT_EQ(names->class_text(class_of(gene::A, "02:06:01")), "A*02:06:01");  // listed alone
    EXPECT_EQ(names->class_text(class_of(gene::DPB1, "01:01:01")), "DPB1*01:01:01");  // not listed
    EXPECT_EQ(class_of(gene::A, "01:01:01:02N"), no_class);
    EXPECT_TRUE(names->is_null(only(*names, gene::A, "24:09N")));
    EXPECT_EQ(names->gene_of_class(class_of(gene::DRB1, "03:01")), gene::DRB1);
}

TEST(release, groups_have_their_members) {
    const miniature_folder folder;
    const auto names = folder.load();
    ASSERT_NE(names->g_group(gene::A, named("02:01:01")), nullptr);
    EXPECT_EQ(texts(*names, *names->g_group(gene::A, named("02:01:01"))), "A*02:01:01 A*02:07:01L A*24:09N");
    EXPECT_EQ(texts(*names, *names->p_group(gene::A, named("01:01"))), "A*01:01:01:01 A*01:01:02");
    EXPECT_EQ(names->p_group(gene::A, named("01:02")), nullptr);
    EXPECT_EQ(names->g_group(gene::B, named("01:01:01")), nullptr);
    EXPECT_EQ(names->g_group_text(only(*names, gene::A, "24:09N")), "A*02:01:01G");
    EXPECT_EQ(names->g_group_text(only(*names, gene::A, "01:02")), "");
    // Small g: the P group and the nulls of the G groups that it touches.
    EXPECT_EQ(texts(*names, names->small_g_group(gene::A, named("02:01")).alleles), "A*02:01:01 A*02:07:01L A*24:09N");
    EXPECT_EQ(texts(*names, names->small_g_group(gene::A, named("01:01")).alleles),
              "A*01:01:01:01 A*01:01:01:02N A*01:01:02");
    EXPECT_EQ(texts(*names, names->small_g_group(gene::A, named("02:06")).alleles), "A*02:06:01");
}

TEST(release, old_names_lead_to_current_ones) {
    const miniature_folder folder;
    const auto names = folder.load();
    const auto old = names->resolve_old(gene::A, "0104");
    ASSERT_TRUE(old);
    EXPECT_EQ(texts(*names, old->alleles), "A*01:02");
    EXPECT_EQ(old->renamed_to, "A*01:02");
    EXPECT_EQ(texts(*names, names->resolve_old(gene::C, "0701")->alleles), "C*07:01:01");
    const resolved_name deleted = names->resolve(gene::A, named("02:99"));
    EXPECT_TRUE(deleted.alleles.empty());
    EXPECT_NE(deleted.reason.find("deleted"), std::string::npos) << deleted.reason;
    EXPECT_NE(deleted.reason.find("Sequence error"), std::string::npos);
    EXPECT_FALSE(names->resolve_old(gene::B, "0104"));
    EXPECT_TRUE(names->resolve(gene::A, named("03:01")).alleles.empty());
    EXPECT_FALSE(names->resolve(gene::A, named("03:01")).reason.empty());
}

TEST(release, serology_has_lines_of_descent) {
    const miniature_folder folder;
    const auto names = folder.load();
    EXPECT_EQ(texts(*names, names->antigen_alleles(gene::A, 2)), "A*02:01:01 A*02:06:01 A*02:07:01L");
    EXPECT_EQ(texts(*names, names->antigen_alleles(gene::A, 203)), "A*02:01:01 A*02:06:01 A*02:07:01L");
    EXPECT_EQ(texts(*names, names->antigen_alleles(gene::A, 210)), "A*02:01:01 A*02:07:01L");  // 203 is a sibling
    EXPECT_EQ(texts(*names, names->antigen_alleles(gene::DRB1, 3)), "DRB1*03:01:01");  // expert column, its broad
    EXPECT_EQ(texts(*names, names->antigen_alleles(gene::DRB1, 18)), "");
    EXPECT_EQ(texts(*names, names->antigen_alleles(gene::C, 7)), "C*07:01:01");
    EXPECT_EQ(texts(*names, names->antigen_alleles(gene::A, 9)), "");
    EXPECT_EQ(texts(*names, names->antigen_alleles(gene::DPB1, 1)), "");
    const antigen_table& table = names->antigens(serology_family::A);
    const auto at = [&](std::uint32_t number) { return table.find(number).value(); };
    EXPECT_EQ(table.path(at(9), at(2403)), (std::vector<std::size_t>{at(9), at(24), at(2403)}));
    EXPECT_EQ(table.path(at(2403), at(9)), (std::vector<std::size_t>{at(2403), at(24), at(9)}));
    EXPECT_TRUE(table.path(at(23), at(24)).empty());
    EXPECT_FALSE(names->antigens(serology_family::DR).find(19));  // Dw is not DR
}

// semantics.md section 5: the newest version column, suffixes are notes, 0 or blank is none.
TEST(release, tce_groups_of_the_newest_version) {
    miniature_folder folder;
    const auto groups = [&] {
        const auto names = folder.load();
        std::string out;
        for (const char* text : {"01:01", "02:01", "04:01", "05:01"})
            out += static_cast<char>('0' + names->tce_group(only(*names, gene::DPB1, text)));
        EXPECT_EQ(names->tce_group(only(*names, gene::A, "24:09N")), 0);
        return out;
    };
    EXPECT_EQ(groups(), "3120");
    folder.put("tce/dpb_tce.csv",  // without a header: allele, protein, V1, V2
               "# 3.33.0\nDPB1*01:01:01,DPB1*01:01,2,3\nDPB1*02:01:02,DPB1*02:01,3,1$\nDPB1*04:01:01,DPB1*04:01,1,2a");
    EXPECT_EQ(groups(), "3120");
    folder.put("tce/dpb_tce.csv",
               "Allele,Protein,V1_Assignment,V2_Assignment,V3_Assignment,Comments\r\n"
               "DPB1*01:01:01,DPB1*01:01,2,2,3,\r\n# note\r\n\r\nDPB1*02:01:02,DPB1*02:01,3,1$,2,\r\n");
    EXPECT_EQ(groups(), "3200");
    folder.put("tce/dpb_tce.csv", "Allele,Protein,V10,V9\nDPB1*01:01:01,DPB1*01:01,1,2\n");
    EXPECT_EQ(groups(), "1000");
    folder.put("tce/dpb_tce.csv", "Allele,V3,V2\nDPB1*01:01:01,1,2\n");
    EXPECT_EQ(groups(), "1000");
    folder.put("tce/dpb_tce.csv", "");
    EXPECT_EQ(groups(), "0000");
    folder.remove("tce/dpb_tce.csv");
    EXPECT_EQ(groups(), "0000");
}

// semantics.md, introduction: columns are found by header where there is one.
TEST(release, tce_columns_are_found_by_header) {
    miniature_folder folder;
    folder.put("tce/dpb_tce.csv", "Protein,Allele,V1,V2\nDPB1*01:01,DPB1*01:01:01,2,3\n");
    const auto names = folder.load();
    EXPECT_EQ(names->tce_group(only(*names, gene::DPB1, "01:01")), 3);
}

TEST(release, bears_cr_lf_missing_last_newline_and_comments_anywhere) {
    const auto plain = miniature_folder().load();
    const auto same = [&](const std::function<std::string(std::string)>& change) {
        release_files files = miniature_files();
        for (auto& [name, text] : files) text = change(text);
        const auto names = miniature_folder(files).load();
        EXPECT_EQ(names->version(), plain->version());
        ASSERT_EQ(names->allele_count(), plain->allele_count());
        EXPECT_EQ(names->class_count(), plain->class_count());
        EXPECT_EQ(names->old_name_count(), plain->old_name_count());
        for (allele_id id = 0; id < names->allele_count(); ++id) {
            EXPECT_EQ(names->allele_text(id), plain->allele_text(id));
            EXPECT_EQ(names->class_of(id), plain->class_of(id));
            EXPECT_EQ(names->tce_group(id), plain->tce_group(id));
            EXPECT_EQ(names->g_group_text(id), plain->g_group_text(id));
            EXPECT_EQ(names->serology(id), plain->serology(id));
        }
    };
    const auto each_line = [](const std::string& text, const std::string& end) {
        std::string out;
        for (const char c : text) out += c == '\n' ? end : std::string(1, c);
        return out;
    };
    same([&](const std::string& text) { return each_line(text, "\r\n"); });
    same([](const std::string& text) { return text.substr(0, text.size() - 1); });
    same([&](const std::string& text) {
        const std::string crlf = each_line(text, "\r\n");
        return crlf.substr(0, crlf.size() - 2);
    });
    same([&](const std::string& text) { return each_line(text, "\n# x;y,z\n\n"); });
    same([](const std::string& text) { return text + "\n\n"; });
}

TEST(release, rows_about_unknown_alleles_are_counted) {
    release_files files = miniature_files();
    files["wmda/rel_dna_ser.txt"] += "A*;99:01;9;;;\n";
    files["wmda/hla_nom_p.txt"] += "A*;98:01/98:02;98:01P\n";
    files["tce/dpb_tce.csv"] += "DPB1*99:01,DPB1*99:01,3,3,\n";
    const auto names = miniature_folder(files).load();
    EXPECT_EQ(names->unmatched_rows(), 4U);
    EXPECT_EQ(names->p_group(gene::A, named("98:01")), nullptr);
}

TEST(release, open_knows_three_kinds) {
    const miniature_folder folder;
    EXPECT_EQ(nomenclature::open("builtin"), nomenclature::builtin());
    EXPECT_TRUE(nomenclature::open("names")->names_only());
    EXPECT_EQ(nomenclature::open(folder.path().string())->allele_count(), 15U);
    EXPECT_THROW((void)nomenclature::open("/nowhere/at/all"), format_error);
    EXPECT_THROW((void)nomenclature::open(""), format_error);
    EXPECT_THROW((void)nomenclature::open("Builtin"), format_error);
}

}  // namespace
