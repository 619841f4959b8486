// SPDX-License-Identifier: Apache-2.0
// Three published releases against counts and groupings made here by plain scanning of their lines.
#include "miniature_folder.hpp"
#include "unit/shared_data.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

using namespace allomatch;
using namespace allomatch::testing;

namespace {

using row = std::vector<std::string>;

std::vector<row> rows_of(const std::filesystem::path& path, char separator) {
    std::vector<row> rows;
    std::ifstream file(path, std::ios::binary);
    for (std::string line; std::getline(file, line);) {
        if (!line.empty() && line.back() == '\r') line.pop_back();
        if (line.empty() || line[0] == '#') continue;
        row cells(1);
        for (const char c : line)
            if (c == separator)
                cells.emplace_back();
            else
                cells.back() += c;
        rows.push_back(cells);
    }
    return rows;
}

bool classical(const std::string& cell) {
    for (const std::string_view g : gene_names)
        if (cell == std::string(g) + "*") return true;
    return false;
}

class real : public ::testing::TestWithParam<const char*> {
protected:
    void SetUp() override {
        names_ = real_release(GetParam());
        if (names_ == nullptr) GTEST_SKIP() << "no release " << GetParam() << " in " << shared_folder();
        wmda_ = release_folder(GetParam()) / "wmda";
    }
    [[nodiscard]] allele_id id_of(const std::string& text) const {
        const std::size_t star = text.find('*');
        const auto found = names_->resolve(gene_from_name(text.substr(0, star)).value(), named(text.substr(star + 1)));
        EXPECT_EQ(found.alleles.size(), 1U) << text;
        return found.alleles.empty() ? 0 : found.alleles.ranges()[0].begin;
    }
    nomenclature::pointer names_;
    std::filesystem::path wmda_;
};

TEST_P(real, counts_equal_the_lines) {
    std::set<std::string> alleles;
    std::set<std::string> old;
    for (const row& r : rows_of(wmda_ / "hla_nom.txt", ';')) {
        if (!classical(r[0]) && r[0] != "Cw*") continue;
        (r[3].empty() ? alleles : old).insert((r[0] == "Cw*" ? "C*" : r[0]) + r[1]);
    }
    EXPECT_EQ(names_->version(), GetParam());
    EXPECT_EQ(names_->allele_count(), alleles.size());
    EXPECT_EQ(names_->old_name_count(), old.size());
    for (allele_id id = 0; id < names_->allele_count(); ++id) ASSERT_TRUE(alleles.contains(names_->allele_text(id)));
    std::size_t g_groups = 0;
    for (const row& r : rows_of(wmda_ / "hla_nom_g.txt", ';')) g_groups += classical(r[0]) && !r[2].empty() ? 1 : 0;
    EXPECT_EQ(names_->g_group_count(), g_groups);
}

TEST_P(real, classes_equal_p_groups_and_lone_alleles) {
    std::map<std::string, std::string> class_of;
    std::size_t p_groups = 0;
    for (const row& r : rows_of(wmda_ / "hla_nom_p.txt", ';')) {
        if (!classical(r[0]) || r[2].empty()) continue;
        ++p_groups;
        std::istringstream members(r[1]);
        for (std::string member; std::getline(members, member, '/');) class_of[r[0] + member] = r[0] + r[2];
    }
    EXPECT_EQ(names_->p_group_count(), p_groups);
    std::set<std::string> classes;
    for (allele_id id = 0; id < names_->allele_count(); ++id) {
        const std::string text = names_->allele_text(id);
        if (text.back() == 'N') {
            ASSERT_EQ(names_->class_of(id), no_class) << text;
            continue;
        }
        const auto it = class_of.find(text);
        const std::string expected = it == class_of.end() ? text : it->second;
        ASSERT_EQ(names_->class_text(names_->class_of(id)), expected) << text;
        classes.insert(expected);
    }
    EXPECT_EQ(names_->class_count(), classes.size());
}

TEST_P(real, serology_equals_the_lines) {
    std::size_t compared = 0;
    for (const row& r : rows_of(wmda_ / "rel_dna_ser.txt", ';')) {
        if (!classical(r[0])) continue;
        const auto g = gene_from_name(r[0].substr(0, r[0].size() - 1)).value();
        const auto family = family_of(g);
        const auto found = names_->resolve(g, named(r[1]));
        if (!family || found.alleles.size() != 1 || !found.renamed_to.empty()) continue;
        const allele_id id = found.alleles.ranges()[0].begin;
        std::set<std::string> expected;
        for (std::size_t i = 2; i < r.size(); ++i) {
            std::istringstream antigens(r[i]);
            for (std::string a; std::getline(antigens, a, '/');)
                if (a != "0" && a != "?" && !a.empty()) expected.insert(a);
        }
        std::set<std::string> seen;
        names_->serology(id).for_each([&](std::size_t i) { seen.insert(std::to_string(names_->antigens(*family).number(i))); });
        ASSERT_EQ(seen, expected) << r[0] << r[1];
        ++compared;
    }
    EXPECT_GT(compared, 15'000U);
}

TEST_P(real, tce_groups_equal_the_lines) {
    const auto rows = rows_of(wmda_.parent_path() / "tce" / "dpb_tce.csv", ',');
    std::size_t column = 3;
    for (std::size_t i = 0; rows[0][0] == "Allele" && i < rows[0].size(); ++i)
        if (rows[0][i].starts_with("V2")) column = i;
    std::size_t compared = 0;
    for (const row& r : rows) {
        if (!r[0].starts_with("DPB1*")) continue;
        const auto found = names_->resolve(gene::DPB1, named(r[0].substr(5)));
        if (found.alleles.size() != 1 || names_->allele_text(found.alleles.ranges()[0].begin) != r[0]) continue;
        const std::string& text = r[column];
        const int expected = text.empty() ? 0 : text[0] - '0';
        ASSERT_EQ(int{names_->tce_group(found.alleles.ranges()[0].begin)}, expected) << r[0];
        ++compared;
    }
    EXPECT_GT(compared, 500U);
}

// Facts that hold in all releases since 3.33.0.
TEST_P(real, well_known_facts) {
    EXPECT_TRUE(names_->is_null(id_of("A*24:09N")));
    EXPECT_TRUE(names_->is_null(id_of("DRB4*01:03:01:02N")));
    EXPECT_FALSE(names_->is_null(id_of("B*44:02:01:02S")));
    EXPECT_EQ(names_->class_of(id_of("A*02:01:01:02L")), names_->class_of(id_of("A*02:01:01:01")));
    EXPECT_EQ(names_->class_text(names_->class_of(id_of("A*02:01:01:01"))), "A*02:01P");
    EXPECT_EQ(names_->g_group_text(id_of("A*02:43N")), "A*02:01:01G");
    EXPECT_NE(names_->class_of(id_of("A*02:06:01:01")), names_->class_of(id_of("A*02:01:01:01")));
    const allele_id dpb1_0901 = names_->resolve(gene::DPB1, named("09:01")).alleles.ranges()[0].begin;
    EXPECT_EQ(int{names_->tce_group(dpb1_0901)}, 1);
    const auto a9 = names_->antigen_alleles(gene::A, 9);
    EXPECT_TRUE(a9.any([&](allele_id id) { return names_->allele_text(id).starts_with("A*23:01"); }));
    EXPECT_TRUE(a9.any([&](allele_id id) { return names_->allele_text(id).starts_with("A*24:03"); }));  // A2403
    EXPECT_FALSE(a9.any([&](allele_id id) { return names_->allele_text(id).starts_with("A*02:01:01"); }));
}

INSTANTIATE_TEST_SUITE_P(releases, real, ::testing::Values("3.33.0", "3.51.0", "3.58.0"),
                         [](const auto& about) {
                             std::string text = about.param;
                             for (char& c : text) c = c == '.' ? '_' : c;
                             return "v" + text;
                         });

}  // namespace
