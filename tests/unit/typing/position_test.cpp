// SPDX-License-Identifier: Apache-2.0
// Accepted texts: every row of the table in semantics.md section 2, under the newest real release where it is
// present and the starter table otherwise. Expected sets are worked out from names alone.
#include "typed.hpp"

using namespace allomatch;
using namespace allomatch::testing;

namespace {

using enum locus;

class position_text : public ::testing::Test {
protected:
    [[nodiscard]] name_set prefix(const std::string& start, const std::string& suffixes = {}) const {
        return r.all([&](const std::string& t) {
            return t.starts_with(start) && (suffixes.empty() || suffixes.find(t.back()) != std::string::npos);
        });
    }
    reader r;
};

TEST_F(position_text, with_or_without_hla_and_locus) {
    const name_set expected = prefix("A*02:01:");
    EXPECT_GE(expected.size(), 4U);
    for (const char* text : {"HLA-A*02:01", "A*02:01", "*02:01", "02:01", " 02:01\t", "\r\nA*02:01 "})
        EXPECT_EQ(r.names(A, text), expected) << text;
    EXPECT_EQ(r.names_of(r.read(gene_set::all(), "A*02:01"), "A*02:01"), expected);
    EXPECT_EQ(r.names(DRB345, "DRB4*01:03:01:02N"), (name_set{"DRB4*01:03:01:02N"}));
    EXPECT_EQ(r.names_of(r.read(gene_set(gene::DRB3), "01:01:02:01"), ""), (name_set{"DRB3*01:01:02:01"}));
}

TEST_F(position_text, exact_names_win) {
    for (const char* text : {"A*02:01:01:01", "A*02:01:01:02L", "A*24:09N", "A*01:06"}) {
        const bool exact = !r.all([&](const std::string& t) { return t == text; }).empty();
        if (exact) {
            EXPECT_EQ(r.names(A, text), (name_set{text}));
        }
        EXPECT_EQ(r.warnings(A, text), 0U) << text;
    }
}

TEST_F(position_text, truncated_names_mean_all_with_that_prefix) {
    EXPECT_EQ(r.names(A, "02:01:01"), prefix("A*02:01:01:"));
    EXPECT_EQ(r.names(A, "01:01"), prefix("A*01:01:"));
    EXPECT_TRUE(r.names(A, "01:01").contains("A*01:01:01:02N"));
    EXPECT_FALSE(r.names(A, "02:01").contains("A*02:10"));
    EXPECT_EQ(r.warnings(A, "02:01"), 0U);
    EXPECT_EQ(r.names(DPB1, "04:01"), prefix("DPB1*04:01:"));
    EXPECT_EQ(r.names(DPB1, "104:01"), prefix("DPB1*104:01:"));
}

TEST_F(position_text, a_suffix_keeps_those_that_carry_it) {
    EXPECT_EQ(r.names(A, "02:01L"), prefix("A*02:01:", "L"));
    EXPECT_TRUE(r.names(A, "02:01L").contains("A*02:01:01:02L"));
    EXPECT_EQ(r.names(A, "01:01N"), prefix("A*01:01:", "N"));
    EXPECT_EQ(r.names(A, "02:01:01L"), prefix("A*02:01:01:", "L"));
    EXPECT_EQ(r.names(B, "44:02S"), prefix("B*44:02:", "S"));
    EXPECT_EQ(r.names(A, "24:09N"), united(prefix("A*24:09N"), prefix("A*24:09:", "N")));
    EXPECT_EQ(r.warnings(A, "24:09N"), 0U);
}

TEST_F(position_text, a_suffix_left_out_is_a_warning) {
    EXPECT_EQ(r.names(A, "24:09"), united(prefix("A*24:09N"), prefix("A*24:09:")));
    EXPECT_EQ(r.warnings(A, "24:09"), 1U);
    EXPECT_EQ(r.warnings(A, "02:01:01:02"), 1U);
    EXPECT_EQ(r.names(A, "02:01:01:02"), (name_set{"A*02:01:01:02L"}));
}

TEST_F(position_text, groups) {
    EXPECT_TRUE(r.names(A, "02:01:01G").contains("A*02:43N"));
    EXPECT_TRUE(r.names(A, "02:01:01G").contains("A*02:09:01:01"));
    EXPECT_FALSE(r.names(A, "02:01:01G").contains("A*02:06:01:01"));
    EXPECT_TRUE(r.names(A, "A*02:01P").contains("A*02:09:01:01"));
    EXPECT_FALSE(r.names(A, "A*02:01P").contains("A*02:43N"));
    EXPECT_TRUE(r.names(DPB1, "DPB1*03:01P").contains("DPB1*104:01:01:01"));
    // Small g: the P group, and the nulls of the G groups that its members are in.
    name_set expected = r.names(A, "02:01P");
    name_set touched;
    for (allele_id id = 0; id < r.release().allele_count(); ++id)
        if (expected.contains(r.release().allele_text(id))) touched.insert(r.release().g_group_text(id));
    for (allele_id id = 0; id < r.release().allele_count(); ++id)
        if (r.release().is_null(id) && !r.release().g_group_text(id).empty() && touched.contains(r.release().g_group_text(id)))
            expected.insert(r.release().allele_text(id));
    EXPECT_EQ(r.names(A, "02:01g"), expected);
    EXPECT_TRUE(expected.contains("A*02:43N"));
    EXPECT_EQ(r.names(A, "A*01:06g"), r.names(A, "A*01:06"));  // no P group has the name
    EXPECT_EQ(r.names(A, "24:09g"), r.names(A, "24:09"));
}

TEST_F(position_text, xx_is_the_first_field) {
    EXPECT_EQ(r.names(A, "02:XX"), prefix("A*02:"));
    EXPECT_EQ(r.names(B, "B*15:XX"), prefix("B*15:"));
    EXPECT_EQ(r.names(DPB1, "04:XX"), prefix("DPB1*04:"));
    EXPECT_EQ(r.refusal(A, "A*09:XX").suggestion, "A9");
    EXPECT_EQ(r.refusal(B, "B*12:XX").suggestion, "B12");
    EXPECT_EQ(r.refusal(DPB1, "4000:XX").suggestion, "");
}

TEST_F(position_text, lists_are_unions) {
    const name_set both = united(prefix("A*02:01:"), prefix("A*02:06"));
    for (const char* text : {"02:01/02:06", "02:01/06", "A*02:01/A*02:06", "A*02:01/06", "A*02:01/02:06", "*02:01/06",
                             "HLA-A*02:01/HLA-A*02:06", "02:06/02:01", "02:01/02:01/06"})
        EXPECT_EQ(r.names(A, text), both) << text;
    EXPECT_EQ(r.names(A, "02:01/06/07"), united(both, prefix("A*02:07")));
    EXPECT_EQ(r.names(A, "02:01/24:02/07"), united(united(prefix("A*02:01:"), prefix("A*24:02:")), prefix("A*24:07")));
    EXPECT_EQ(r.names(A, "02:01/43N"), united(prefix("A*02:01:"), {"A*02:43N"}));
}

TEST_F(position_text, lists_take_groups) {
    EXPECT_EQ(r.names(A, "02:01P/24:02P"), united(r.names(A, "02:01P"), r.names(A, "24:02P")));
    EXPECT_EQ(r.names(A, "02:01:01G/24:02:01G"), united(r.names(A, "02:01:01G"), r.names(A, "24:02:01G")));
    EXPECT_EQ(r.names(A, "02:01g/24:02"), united(r.names(A, "02:01g"), r.names(A, "24:02")));
    EXPECT_EQ(r.names(DRB345, "DRB3*02:02/DRB4*01:01"), united(r.names(DRB345, "DRB3*02:02"), r.names(DRB345, "DRB4*01:01")));
}

TEST_F(position_text, serology_is_a_whole_line) {
    EXPECT_EQ(r.names(A, "A2"), r.with_antigens(gene::A, {2, 203, 210}));
    EXPECT_EQ(r.names(A, "A9"), r.with_antigens(gene::A, {9, 23, 24, 2403}));
    EXPECT_EQ(r.names(A, "A203"), r.with_antigens(gene::A, {203, 2}));
    EXPECT_EQ(r.names(A, "A2403"), r.with_antigens(gene::A, {2403, 24, 9}));
    EXPECT_EQ(r.names(A, "A24"), r.with_antigens(gene::A, {2403, 24, 9}));
    EXPECT_EQ(r.names(A, "HLA-A24"), r.names(A, "A24"));
    EXPECT_EQ(r.names(B, "B62"), r.with_antigens(gene::B, {62, 15}));
    EXPECT_EQ(r.names(B, "B15"), r.with_antigens(gene::B, {15, 62, 63, 75, 76, 77}));
    EXPECT_EQ(r.names(C, "Cw7"), r.with_antigens(gene::C, {7}));
    EXPECT_EQ(r.names(C, "C7"), r.names(C, "Cw7"));
    EXPECT_EQ(r.names(C, "Cw10"), r.with_antigens(gene::C, {10, 3}));
    EXPECT_EQ(r.names(DRB1, "DR17"), r.with_antigens(gene::DRB1, {17, 3}));
    EXPECT_EQ(r.names(DQB1, "DQ7"), r.with_antigens(gene::DQB1, {7, 3}));
    EXPECT_EQ(r.names(DRB345, "DR52"), r.with_antigens(gene::DRB3, {52}));
    EXPECT_TRUE(r.names(A, "A203").contains("A*02:03:01:01"));
    EXPECT_FALSE(r.names(A, "A203").contains("A*02:10"));  // a sibling
    EXPECT_EQ(r.names(A, "2", column_kind::serology), r.names(A, "A2"));
    EXPECT_EQ(r.names(A, "A2", column_kind::serology), r.names(A, "A2"));
    EXPECT_EQ(r.names(C, "7", column_kind::serology), r.names(C, "Cw7"));
    EXPECT_EQ(r.names(DRB1, "17", column_kind::serology), r.names(DRB1, "DR17"));
    EXPECT_EQ(r.names(A, "02:01", column_kind::serology), r.names(A, "02:01"));
}

TEST_F(position_text, old_names_are_followed) {
    EXPECT_EQ(r.names(A, "A*01:34N"), (name_set{"A*01:01:38L"}));
    EXPECT_NE(r.warning(A, "A*01:34N").find("A*01:01:38L"), std::string::npos);
    EXPECT_EQ(r.names(A, "A*0105N"), (name_set{"A*01:04:01:01N"}));
    EXPECT_EQ(r.names(C, "Cw*0101"), r.names(C, "C*01:02:01:01"));
    EXPECT_EQ(r.names(DPB1, "4201"), r.names(DPB1, "31:01:01:01"));
    EXPECT_EQ(r.names(DRB345, "DRB4*0101102N"), (name_set{"DRB4*01:03:01:02N"}));
    EXPECT_EQ(r.names(B, "15:102"), r.names(B, "B*9502"));
    EXPECT_NE(r.refusal(A, "A*02:100").reason.find("deleted"), std::string::npos);
    EXPECT_NE(r.refusal(A, "A*2401").reason.find("deleted"), std::string::npos);
}

TEST_F(position_text, names_without_colons_are_pairs_of_digits) {
    EXPECT_EQ(r.names(A, "A*0201"), r.names(A, "02:01"));
    EXPECT_EQ(r.names(A, "0201"), r.names(A, "02:01"));
    EXPECT_EQ(r.names(A, "*0201"), r.names(A, "02:01"));
    EXPECT_EQ(r.names(A, "02010102L"), (name_set{"A*02:01:01:02L"}));
    EXPECT_EQ(r.names(A, "A*2409N"), r.names(A, "24:09N"));
    for (const char* text : {"A*31012", "A*310102"}) {
        for (const std::string& name : r.names(A, text)) EXPECT_TRUE(name.starts_with("A*31:01:02")) << text << " " << name;
    }
    EXPECT_EQ(r.names(DRB1, "DRB1*0301"), r.names(DRB1, "03:01"));
}

TEST_F(position_text, new_alleles_and_blanks) {
    for (const char* text : {"NEW", "A*NEW", "HLA-A*NEW", "*NEW", " NEW "}) {
        const auto read = r.read(A, text);
        ASSERT_TRUE(read.ok()) << text;
        EXPECT_EQ(read->what, reading::kind::new_allele) << text;
        EXPECT_TRUE(read->alleles.empty());
    }
    for (const char* text : {"", " ", "\t\r\n"}) {
        const auto read = r.read(A, text);
        ASSERT_TRUE(read.ok());
        EXPECT_EQ(read->what, reading::kind::blank);
    }
}

// semantics.md section 2, row MAC; the table is in typed.hpp.
TEST_F(position_text, multiple_allele_codes) {
    EXPECT_EQ(r.names(A, "02:AB"), united(r.names(A, "02:01"), r.names(A, "02:02")));
    EXPECT_EQ(r.names(A, "HLA-A*02:AB"), r.names(A, "02:AB"));
    EXPECT_EQ(r.names(B, "07:AB"), r.names(B, "07:02"));  // B*07:01 is no name of today
    EXPECT_EQ(r.warnings(B, "07:AB"), 1U);
    const name_set listed = united(united(r.names(A, "02:01"), r.names(A, "02:06")), r.names(A, "24:02"));
    EXPECT_EQ(r.names(A, "02:GFJM"), listed);
    EXPECT_EQ(r.warnings(A, "02:GFJM"), 0U);
    EXPECT_EQ(r.names(A, "11:GFJM"), listed);
    EXPECT_EQ(r.warnings(A, "11:GFJM"), 1U);
    EXPECT_EQ(r.names(A, "02:AC"), r.names(A, "02:01"));
    EXPECT_NE(r.warning(A, "02:AC").find('1'), std::string::npos);  // one was dropped
    EXPECT_EQ(r.names(A, "24:NUL"), r.names(A, "24:09N"));
    EXPECT_EQ(r.names(A, "01:OLD"), united(r.names(A, "01:01"), {"A*01:01:38L"}));
    for (const char* bad : {"02:ZERO", "02:QQQ", "02:BAD", "A*4000:AB", "00:AB", "2:AB", "002:AB", "02:A", "02:ab", "02:Ab", "02:A1"})
        EXPECT_NE(r.refusal(A, bad).reason, "") << bad;
    EXPECT_NE(reader(best_release(), false).refusal(A, "02:AB").reason.find("MAC"), std::string::npos);
}

}  // namespace
