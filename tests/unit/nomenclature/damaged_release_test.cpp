// SPDX-License-Identifier: Apache-2.0
// Every kind of damage is an error that names file, line and column.
#include "miniature_folder.hpp"
#include "unit/bounded.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>

using namespace allomatch;
using namespace allomatch::testing;

namespace {

problem problem_of(const release_files& files) {
    const miniature_folder folder(files);
    try {
        (void)folder.load();
    } catch (const format_error& e) {
        return e.details();
    }
    return {};
}

struct damage {
    const char* file;
    const char* line;    // added as the last line
    const char* column;  // 1-based
};

class damaged_line : public ::testing::TestWithParam<damage> {};

TEST_P(damaged_line, is_refused_with_its_place) {
    const damage& d = GetParam();
    release_files files = miniature_files();
    std::string& text = files.at(d.file);
    text += d.line;
    const auto row = static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n') + 1);
    const problem p = problem_of(files);
    EXPECT_TRUE(p.place.ends_with(d.file)) << p.message();
    EXPECT_EQ(p.row, row) << p.message();
    EXPECT_EQ(p.column, d.column) << p.message();
    EXPECT_FALSE(p.reason.empty());
}

INSTANTIATE_TEST_SUITE_P(
    hla_nom, damaged_line,
    ::testing::Values(damage{"wmda/hla_nom.txt", "A*;01:0x;19890801;;;", "2"}, damage{"wmda/hla_nom.txt", "A*;1:01;19890801;;;", "2"},
                      damage{"wmda/hla_nom.txt", "A*;001:01;19890801;;;", "2"},
                      damage{"wmda/hla_nom.txt", "A*;00:01;19890801;;;", "2"},
                      damage{"wmda/hla_nom.txt", "A*;01:01:01:01:01;19890801;;;", "2"},
                      damage{"wmda/hla_nom.txt", "A*;01:01n;19890801;;;", "2"},
                      damage{"wmda/hla_nom.txt", "A*;01:01NN;19890801;;;", "2"},
                      damage{"wmda/hla_nom.txt", "A*;01:99999999999999999999;19890801;;;", "2"},
                      damage{"wmda/hla_nom.txt", "A*;5000:01;19890801;;;", "2"}, damage{"wmda/hla_nom.txt", "A*;;19890801;;;", "2"},
                      damage{"wmda/hla_nom.txt", "A*", "2"}, damage{"wmda/hla_nom.txt", "A*;01:05;19890801", "4"},
                      damage{"wmda/hla_nom.txt", "A*;01:05;19890801;;", "6"},
                      damage{"wmda/hla_nom.txt", "A*,01:05,19890801,,,", "2"},
                      damage{"wmda/hla_nom.txt", "A*;01:05;19890801;19900101;what;Renamed", "5"}));
INSTANTIATE_TEST_SUITE_P(
    groups, damaged_line,
    ::testing::Values(damage{"wmda/hla_nom_p.txt", "A*;01:01:01:01;01:01", "3"}, damage{"wmda/hla_nom_p.txt", "A*;01:01;01:01G", "3"},
                      damage{"wmda/hla_nom_p.txt", "A*;01:01;P", "3"}, damage{"wmda/hla_nom_p.txt", "A*;01:01//01:02;01:01P", "2"},
                      damage{"wmda/hla_nom_p.txt", "A*;;01:01P", "2"}, damage{"wmda/hla_nom_p.txt", "A*;01:01", "3"},
                      damage{"wmda/hla_nom_g.txt", "A*;01:01:01:01;01:01:01P", "3"},
                      damage{"wmda/hla_nom_g.txt", "A*;01:01 01:02;01:01:01G", "2"}, damage{"wmda/hla_nom_g.txt", "A*", "2"}));
INSTANTIATE_TEST_SUITE_P(
    serology, damaged_line,
    ::testing::Values(damage{"wmda/rel_dna_ser.txt", "A*;01:01:01:01;1;;", "1"}, damage{"wmda/rel_dna_ser.txt", "A*;01:01:01:01;1;;;;", "1"},
                      damage{"wmda/rel_dna_ser.txt", "A*;01:01x;1;;;", "2"}, damage{"wmda/rel_dna_ser.txt", "A*;01:02;one;;;", "3"},
                      damage{"wmda/rel_dna_ser.txt", "A*;01:02;;1-2;;", "4"}, damage{"wmda/rel_dna_ser.txt", "A*;01:02;;;-1;", "5"},
                      damage{"wmda/rel_dna_ser.txt", "A*;01:02;;;;12345", "6"}, damage{"wmda/rel_ser_ser.txt", "A;;23/24;", "2"},
                      damage{"wmda/rel_ser_ser.txt", "A;9/10;23;", "2"}, damage{"wmda/rel_ser_ser.txt", "A;x;23;", "2"},
                      damage{"wmda/rel_ser_ser.txt", "A;9;23,24;", "3"}, damage{"wmda/rel_ser_ser.txt", "A;9;23;a", "4"},
                      damage{"wmda/rel_ser_ser.txt", "A;9;23", "4"}));
INSTANTIATE_TEST_SUITE_P(
    tce, damaged_line,
    ::testing::Values(damage{"tce/dpb_tce.csv", "DPA1*01:01,DPB1*01:01,3,3,", "1"}, damage{"tce/dpb_tce.csv", "DPB1*1,DPB1*01:01,3,3,", "1"},
                      damage{"tce/dpb_tce.csv", "DPB1*01:01:01,DPB1*01:01,3,4,", "4"},
                      damage{"tce/dpb_tce.csv", "DPB1*01:01:01,DPB1*01:01,3,33,", "4"},
                      damage{"tce/dpb_tce.csv", "DPB1*01:01:01,DPB1*01:01,3,x,", "4"},
                      damage{"tce/dpb_tce.csv", "DPB1*01:01:01,DPB1*01:01,3", "4"}, damage{"tce/dpb_tce.csv", ",,,,", "1"}));

TEST(damaged_release, missing_or_wrong_files_are_named) {
    for (const auto& [name, text] : miniature_files()) {
        if (name.starts_with("tce")) continue;
        release_files files = miniature_files();
        files.erase(name);
        EXPECT_TRUE(problem_of(files).place.ends_with(name)) << name;
    }
    release_files files = miniature_files();
    files["wmda/hla_nom.txt"] = "";
    EXPECT_TRUE(problem_of(files).place.ends_with("wmda/hla_nom.txt"));
    files["wmda/hla_nom.txt"] = "<html><body>404: Not Found</body></html>\n";
    EXPECT_TRUE(problem_of(files).place.ends_with("wmda/hla_nom.txt"));
    files = miniature_files();
    files["tce/dpb_tce.csv"] = "Allele,Protein,Group\nDPB1*01:01:01,DPB1*01:01,3\n";
    EXPECT_TRUE(problem_of(files).place.ends_with("tce/dpb_tce.csv"));
    EXPECT_EQ(problem_of(files).row, 1U);
    EXPECT_FALSE(problem_of({}).reason.empty());
}

TEST(damaged_release, more_antigens_than_fit_are_refused) {
    const auto refused = [](const char* file, std::uint64_t row, const char* column, const char* text, const auto& line) {
        release_files files = miniature_files();
        for (int i = 300; i < 500; ++i) files.at(file) += line(std::to_string(i));
        const problem p = problem_of(files);
        EXPECT_TRUE(p.place.ends_with(file)) << p.message();
        EXPECT_EQ(p.row, row) << p.message();
        EXPECT_EQ(p.column, column) << p.message();
        EXPECT_EQ(p.text, text) << p.message();
        EXPECT_NE(p.reason.find("128"), std::string::npos) << p.message();
    };
    // A has 1, 2, 203, 210, 9, 23, 24 and 2403 already: room for 300 to 419.
    refused("wmda/rel_ser_ser.txt", 5 + 121, "3", "420", [](const std::string& i) { return "A;9;23/" + i + ";\n"; });
    refused("wmda/rel_ser_ser.txt", 5 + 121, "2", "420", [](const std::string& i) { return "A;" + i + ";24;\n"; });
    // rel_dna_ser.txt is read first, and has 1, 2 and 203.
    refused("wmda/rel_dna_ser.txt", 8 + 126, "5", "425", [](const std::string& i) { return "A*;01:02;;;" + i + ";\n"; });
    refused("wmda/hla_nom.txt", 22 + 129, "2", "428", [](const std::string& i) { return "C*;" + i + ":01;20200101;;;\n"; });
}

TEST(damaged_release, any_bytes_load_or_are_refused) {
    const miniature_folder folder;
    for (const auto& [name, text] : miniature_files()) {
        for (std::size_t at = 0; at < text.size(); at += 4)
            for (const char c : {'\0', ';', '\n', '\xFF', '/'}) {
                std::string changed = text;
                changed[at] = c;
                folder.put(name, changed);
                try {
                    (void)folder.load();
                } catch (const format_error& e) {
                    EXPECT_TRUE(e.details().place.ends_with(name)) << name << " " << at << " " << e.what();
                }
            }
        folder.put(name, text);
    }
}

TEST(cycles, renames_do_not_hang) {
    release_files files = miniature_files();
    files["wmda/hla_nom.txt"] +=
        "A*;30:01;20000101;20010101;30:02;Renamed\n"
        "A*;30:02;20000101;20010101;30:01;Renamed\n"
        "A*;30:03;20000101;20010101;30:03;Renamed\n";
    const miniature_folder folder(files);
    EXPECT_TRUE(finishes([&] {
        const auto names = folder.load();
        for (const char* text : {"30:01", "30:02", "30:03", "30:01N"}) {
            const resolved_name found = names->resolve(gene::A, named(text));
            if (!found.alleles.empty() || found.reason.empty()) return false;
        }
        return names->resolve_old(gene::A, "30:03")->alleles.empty();
    }));
}

// Every old name leads back to the prefix of all of them: the work must not multiply with each step.
TEST(cycles, renames_to_a_shared_prefix_do_not_hang) {
    release_files files = miniature_files();
    for (int i = 10; i < 60; ++i)
        files["wmda/hla_nom.txt"] += "A*;30:01:" + std::to_string(i) + ";20000101;20010101;30:01;Renamed\n";
    const miniature_folder folder(files);
    EXPECT_TRUE(finishes([&] { return folder.load()->resolve(gene::A, named("30:01")).alleles.empty(); }));
}

TEST(cycles, serology_does_not_hang) {
    release_files files = miniature_files();
    files["wmda/rel_ser_ser.txt"] += "A;23;9;\nA;2;2;\nA;301;302;\nA;302;303;\nA;303;301;\n";
    const miniature_folder folder(files);
    EXPECT_TRUE(finishes([&] {
        const auto names = folder.load();
        const antigen_table& table = names->antigens(serology_family::A);
        for (const auto& [from, to] : {std::pair{9U, 23U}, {23U, 9U}, {301U, 303U}, {303U, 302U}, {2U, 2U}})
            if (table.line(table.find(from).value()).empty() || !table.line(table.find(from).value()).contains(*table.find(to)))
                return false;
        return !names->antigen_alleles(gene::A, 2).empty();
    }));
    EXPECT_TRUE(finishes([&] {
        const auto names = folder.load();
        const antigen_table& table = names->antigens(serology_family::A);
        for (std::size_t from = 0; from < table.size(); ++from)
            for (std::size_t to = 0; to < table.size(); ++to) (void)table.path(from, to);
        return true;
    })) << "antigen_table::path on a cycle";
}

}  // namespace
