// SPDX-License-Identifier: Apache-2.0
// HLA-B leaders, DPB1 expression, core groups and TCE versions, semantics.md section 5.
#include "miniature_folder.hpp"
#include "unit/shared_data.hpp"

#include <gtest/gtest.h>

#include <array>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace allomatch;
using namespace allomatch::testing;

namespace {

// -- leaders ------------------------------------------------

const std::set<unsigned> m_families{7, 8, 14, 38, 39, 42, 48, 67, 73, 81};
using protein = std::pair<unsigned, unsigned>;
const std::set<protein> t_exceptions{{7, 65}, {7, 271}, {7, 390}, {7, 489}, {8, 276}};
const std::set<protein> m_exceptions{{13, 117}, {15, 68}, {18, 206}, {35, 516}, {35, 520}, {40, 416}, {44, 387},
                                     {49, 78},  {50, 21}, {51, 399}, {52, 90},  {56, 68},  {58, 112}};

TEST(leader, every_family_and_every_exception) {
    unsigned exceptions = 0;
    for (unsigned first = 1; first <= 120; ++first)
        for (unsigned second = 1; second <= 600; ++second) {
            const bool is_m = m_exceptions.contains({first, second}) ||
                              (m_families.contains(first) && !t_exceptions.contains({first, second}));
            ASSERT_EQ(leader_of(first, second), is_m ? b_leader::M : b_leader::T) << first << ':' << second;
            exceptions += is_m != m_families.contains(first) ? 1U : 0U;
        }
    EXPECT_EQ(exceptions, 18U);
}

TEST(leader, exceptions_belong_to_their_family_alone) {
    EXPECT_EQ(leader_of(7, 276), b_leader::M);   // 08:276 is T
    EXPECT_EQ(leader_of(8, 65), b_leader::M);    // 07:65 is T
    EXPECT_EQ(leader_of(35, 112), b_leader::T);  // 58:112 is M
    EXPECT_EQ(leader_of(15, 21), b_leader::T);   // 50:21 is M
    EXPECT_EQ(leader_of(7, 4065), b_leader::M);  // no exception by its last digits
    EXPECT_EQ(leader_of(46, 0), b_leader::T);    // a family alone
    EXPECT_EQ(leader_of(7, 0), b_leader::M);
}

allele_id one_of(const nomenclature& names, gene g, std::string_view text) {
    const auto found = names.resolve(g, named(text)).alleles;
    EXPECT_FALSE(found.empty()) << text;
    return found.empty() ? 0 : found.ranges()[0].begin;
}

TEST(leader, of_alleles_of_a_nomenclature) {
    const auto names = nomenclature::builtin();
    for (const char* text : {"07:02:01:01", "08:01", "14:02", "38:02", "39:01:01:02L", "48:01", "67:01"})
        EXPECT_EQ(names->leader_of(one_of(*names, gene::B, text)), b_leader::M) << text;
    for (const char* text : {"13:01", "15:01", "27:05", "40:01", "44:02:01:02S", "46:01", "58:01"})
        EXPECT_EQ(names->leader_of(one_of(*names, gene::B, text)), b_leader::T) << text;
}

// -- DPB1 facts ------------------------------------------------

dpb1_facts facts(std::string_view text) { return facts_of_dpb1(named(text)); }

// Petersdorf et al. 2015: low with rs9277534A, high with G. Core and non-core as published with release 3.60.0.
TEST(dpb1_facts, of_common_alleles) {
    for (const char* text : {"02:01", "02:02", "04:01", "04:02", "17:01"})
        EXPECT_EQ(facts(text).expression, dpb1_expression::low) << text;
    for (const char* text : {"01:01", "03:01", "05:01", "06:01", "09:01", "11:01", "13:01", "14:01"})
        EXPECT_EQ(facts(text).expression, dpb1_expression::high) << text;
    EXPECT_EQ(facts("10:01").expression, dpb1_expression::mixed);
    for (const char* text : {"02:01", "04:01", "04:02"}) EXPECT_EQ(facts(text).core, tce3_core::core) << text;
    for (const char* text : {"01:01", "05:01", "13:01"}) EXPECT_EQ(facts(text).core, tce3_core::non_core) << text;
    for (const char* text : {"03:01", "09:01", "17:01"}) EXPECT_EQ(facts(text).core, tce3_core::unknown) << text;  // not group 3
}

TEST(dpb1_facts, go_by_two_fields_and_the_suffix) {
    EXPECT_EQ(facts("04:01:01:24").expression, dpb1_expression::low);
    EXPECT_EQ(facts("04:01:99").expression, dpb1_expression::low);
    EXPECT_EQ(facts("04:01N").expression, dpb1_expression::unknown);
    EXPECT_EQ(facts("04:01Q").core, tce3_core::unknown);
    for (const char* text : {"04", "04:99", "4000:01"}) {
        EXPECT_EQ(facts(text).expression, dpb1_expression::unknown) << text;
        EXPECT_EQ(facts(text).core, tce3_core::unknown) << text;
    }
}

dpb1_facts facts_of(const nomenclature& names, std::string_view text) { return names.dpb1_facts_of(one_of(names, gene::DPB1, text)); }

TEST(dpb1_facts, core_as_the_release_says_else_as_the_table) {
    miniature_folder folder;
    const auto cores = [&] {
        const auto names = folder.load();
        std::string out;
        for (const char* text : {"01:01", "02:01", "04:01", "05:01"}) {
            const tce3_core core = facts_of(*names, text).core;
            out += core == tce3_core::core ? 'c' : core == tce3_core::non_core ? 'n' : '-';
            EXPECT_EQ(facts_of(*names, text).expression, facts(text).expression) << text;
        }
        return out;
    };
    const auto third = [&](const char* a, const char* b, const char* c, const char* d) {
        const std::string head = "Allele,Protein,V2_Assignment,V3_Assignment\n";
        folder.put("tce/dpb_tce.csv", head + "DPB1*01:01:01,DPB1*01:01,3," + a + "\nDPB1*02:01:02,DPB1*02:01,3," + b +
                                          "\nDPB1*04:01:01,DPB1*04:01,3," + c + "\nDPB1*05:01:01,DPB1*05:01,3," + d + "\n");
        return cores();
    };
    EXPECT_EQ(cores(), "nccn");  // no word of it in the release: the table
    EXPECT_EQ(third("3C", "3NC", "3c", "3nc"), "cncn");
    EXPECT_EQ(third("3 (core)", "3 non-core", "3 Core", "3 Non-Core"), "cncn");
    EXPECT_EQ(third("3C", "3$", "3a", ""), "c---");  // once the release speaks of it, the table is silent
    EXPECT_EQ(third("3$", "3a", "0", ""), "nccn");   // notes are no word
    EXPECT_EQ(third("2C", "1NC", "2", "1"), "nccn"); // other groups have no core
}

// -- TCE versions ------------------------------------------------

/// Groups of the four DPB1 alleles of the miniature release in every version, newest last: "2330 3120".
std::string groups_by_version(const nomenclature& names) {
    std::string out;
    for (std::size_t v = 0; v < names.tce_versions().size(); ++v) {
        out += out.empty() ? "" : " ";
        for (const char* text : {"01:01", "02:01", "04:01", "05:01"})
            out += static_cast<char>('0' + names.tce_group(one_of(names, gene::DPB1, text), v));
    }
    return out;
}

TEST(tce_versions, every_column_with_notes_zero_and_blank) {
    const auto names = miniature_folder().load();
    EXPECT_EQ(names->tce_versions(), (std::vector<std::string>{"V1", "V2"}));
    EXPECT_EQ(groups_by_version(*names), "2303 3120");  // 1$ and 2a are 1 and 2; blank and 0 are none
    EXPECT_EQ(names->tce_group(one_of(*names, gene::DPB1, "02:01")), 1);
    EXPECT_EQ(names->tce_group(one_of(*names, gene::DPB1, "02:01"), 2), 0);  // no such version
    EXPECT_EQ(names->tce_group(one_of(*names, gene::A, "01:02"), 0), 0);
}

TEST(tce_versions, are_named) {
    const auto names = miniature_folder().load();
    EXPECT_EQ(names->tce_version("V1"), 0U);
    EXPECT_EQ(names->tce_version("V2"), 1U);
    EXPECT_EQ(names->tce_version(""), 1U);
    for (const char* bad : {"V3", "v1", "1", " V1"}) {
        try {
            (void)names->tce_version(bad);
            ADD_FAILURE() << bad << " was taken";
        } catch (const format_error& e) {
            EXPECT_EQ(e.details().column, "tce_version");
            EXPECT_EQ(e.details().text, bad);
            EXPECT_NE(e.details().reason.find("V1, V2"), std::string::npos) << e.details().reason;
        }
    }
}

TEST(tce_versions, in_the_order_of_their_numbers_and_the_newest_four) {
    miniature_folder folder;
    folder.put("tce/dpb_tce.csv", "Allele,V3,V1,V2\nDPB1*01:01:01,3,1,2\nDPB1*02:01:02,1$,,0\n");
    auto names = folder.load();
    EXPECT_EQ(names->tce_versions(), (std::vector<std::string>{"V1", "V2", "V3"}));
    EXPECT_EQ(groups_by_version(*names), "1000 2000 3100");
    folder.put("tce/dpb_tce.csv", "Allele,V1,V2,V3,V4,V10\nDPB1*01:01:01,1,2,3,2,1\n");
    names = folder.load();
    EXPECT_EQ(names->tce_versions(), (std::vector<std::string>{"V2", "V3", "V4", "V10"}));
    EXPECT_EQ(groups_by_version(*names), "2000 3000 2000 1000");
    EXPECT_EQ(names->tce_version(""), 3U);
}

TEST(tce_versions, without_the_file_there_are_none) {
    miniature_folder folder;
    folder.remove("tce/dpb_tce.csv");
    for (const auto& names : {folder.load(), nomenclature::names()}) {
        EXPECT_TRUE(names->tce_versions().empty());
        EXPECT_EQ(names->tce_version(""), 0U);
        EXPECT_EQ(names->tce_group(one_of(*names, gene::DPB1, "01:01")), 0);
        EXPECT_THROW((void)names->tce_version("V1"), format_error);
    }
}

// -- real releases ------------------------------------------------

class real_facts : public ::testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        names_ = real_release(GetParam());
        if (names_ == nullptr) GTEST_SKIP() << "no release " << GetParam() << " in " << shared_folder();
    }
    nomenclature::pointer names_;
};

// The columns are allele, protein, V1, V2 in all three releases; 3.33.0 has no header.
TEST_P(real_facts, both_versions_equal_the_lines) {
    EXPECT_EQ(names_->tce_versions(), (std::vector<std::string>{"V1", "V2"}));
    std::ifstream file(release_folder(GetParam()) / "tce" / "dpb_tce.csv");
    std::map<std::string, unsigned> seen;
    std::size_t compared = 0;
    for (std::string line; std::getline(file, line);) {
        if (!line.starts_with("DPB1*")) continue;
        std::array<std::string, 4> cells;
        for (std::size_t i = 0, at = 0; i < 4; ++i) {
            const std::size_t end = line.find(',', at);
            cells[i] = line.substr(at, end - at);
            at = end + 1;
        }
        const auto found = names_->resolve(gene::DPB1, named(cells[0].substr(5))).alleles;
        if (found.size() != 1 || names_->allele_text(found.ranges()[0].begin) != cells[0]) continue;
        for (std::size_t v = 0; v < 2; ++v) {
            const std::string& text = cells[2 + v];
            ++seen[text.substr(text.empty() ? 0 : 1)];
            ASSERT_EQ(int{names_->tce_group(found.ranges()[0].begin, v)}, text.empty() ? 0 : text[0] - '0') << line;
        }
        ++compared;
    }
    EXPECT_GT(compared, 500U);
    EXPECT_GT(seen["$"], 0U);
    EXPECT_GT(seen["a"] + seen["a$"] + seen["$a"], 0U);
}

// No expressed allele of group 1 or 2 has a core; group 3 alleles with a fact agree with the table.
TEST_P(real_facts, cores_are_of_group_3) {
    std::size_t known = 0;
    for (allele_id id = 0; id < names_->allele_count(); ++id) {
        if (names_->gene_of(id) != gene::DPB1 || names_->dpb1_facts_of(id).core == tce3_core::unknown) continue;
        const unsigned group = names_->tce_group(id);
        EXPECT_TRUE(group == 0 || group == 3) << names_->allele_text(id);
        known += group == 3 ? 1U : 0U;
    }
    EXPECT_GT(known, 90U);
}

// Families of M by their names in the release, but for the exceptions.
TEST_P(real_facts, leaders_by_name) {
    std::map<b_leader, std::size_t> counts;
    for (allele_id id = 0; id < names_->allele_count(); ++id) {
        if (names_->gene_of(id) != gene::B) continue;
        const allele_name name = names_->name_of(id);
        const protein own{name.fields[0], name.fields[1]};
        const bool is_m = m_exceptions.contains(own) || (m_families.contains(own.first) && !t_exceptions.contains(own));
        ASSERT_EQ(names_->leader_of(id), is_m ? b_leader::M : b_leader::T) << names_->allele_text(id);
        ++counts[names_->leader_of(id)];
    }
    EXPECT_GT(counts[b_leader::M], 500U);
    EXPECT_GT(counts[b_leader::T], counts[b_leader::M]);
}

INSTANTIATE_TEST_SUITE_P(releases, real_facts, ::testing::Values("3.33.0", "3.51.0", "3.58.0"),
                         [](const auto& about) {
                             std::string text = about.param;
                             for (char& c : text) c = c == '.' ? '_' : c;
                             return "v" + text;
                         });

}  // namespace
