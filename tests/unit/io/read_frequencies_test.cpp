// SPDX-License-Identifier: Apache-2.0
#include "unit/io/scratch_folder.hpp"
#include "unit/shared_data.hpp"

#include <allomatch/haplotype/builtin_frequencies.hpp>
#include <allomatch/io/read_frequencies.hpp>

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace allomatch::io {
namespace {

using testing::message_of;
using testing::scratch_folder;
using allomatch::testing::real_release;
using allomatch::testing::shared_folder;

frequency_sets read(std::string_view text, bool normalise = false) {
    return read_frequencies_text(text, "f.csv", "f", nomenclature::builtin(), {.normalise = normalise});
}

std::string refusal(std::string_view text) {
    return message_of<format_error>([&] { static_cast<void>(read(text)); });
}

TEST(read_frequencies, header_layouts) {
    const auto a = read("haplotype,frequency\nA*02:01~B*07:02,0.5\nB*08:01~A*01:01,0.25\n");
    ASSERT_EQ(a.sets.size(), 1U);
    EXPECT_EQ(a.sets[0].name(), "f");
    EXPECT_EQ(a.sets[0].haplotype_text(1), "A*01:01~B*08:01");
    EXPECT_EQ(a.sets[0].sum_as_read(), 0.75);
    EXPECT_EQ(a.report.rows_taken, 2U);

    const auto c = read("Haplo;Count;Freq\r\nA*02:01~B*07:02;3;5e-1");
    EXPECT_EQ(c.sets[0].rows().frequency(0), 0.5);

    const auto d = read("frequency,B,A\n0.5,07:02,A*02:01\n0.1,,A*02:01\n0.1,08:01,B*08:01\n");
    EXPECT_EQ(d.sets[0].loci(), (std::vector{locus::B, locus::A}));
    EXPECT_EQ(d.sets[0].haplotype_text(0), "B*07:02~A*02:01");
    ASSERT_EQ(d.report.problems.size(), 2U);
    EXPECT_EQ(d.report.problems[0].message(), "f.csv:3: column B: no allele at this locus");
    EXPECT_EQ(d.report.problems[1].column, "A");
}

TEST(read_frequencies, without_a_header_and_by_population) {
    const auto b = read("A*02:01~B*07:02,1,0.5\nA*01:01~B*08:01,1,1\nA*02:01~C*07:02,2,1\n", true);
    ASSERT_EQ(b.sets.size(), 2U);
    EXPECT_EQ(b.sets[0].name(), "1");
    EXPECT_EQ(b.sets[0].rows().frequency(0), 0.5 / 1.5);
    ASSERT_NE(b.find("2"), nullptr);
    EXPECT_EQ(b.find("2")->loci(), (std::vector{locus::A, locus::C}));
    EXPECT_EQ(b.find("3"), nullptr);

    const auto a = read("population,haplotype,frequency\nX,A*02:01,0.5\n,A*02:01,0.25\n");
    ASSERT_EQ(a.sets.size(), 2U);
    EXPECT_EQ(a.sets[1].name(), "f");
}

TEST(read_frequencies, refused_rows) {
    const auto r = read(
        "haplotype,frequency\n"
        "A*02:01~B*07:02,0.1\n"    // 2
        "A*02:01,0.1\n"            // 3 other loci
        "A*02:01~B*07:02,-0.1\n"   // 4
        "A*02:01~B*07:02,1.1\n"    // 5
        "A*02:01~B*07:02,nan\n"    // 6
        "A*02:01~B*07:02,0\n"      // 7 skipped
        "A*02:0l~B*07:02,0.1\n"    // 8
        "A*02:01~A*01:01,0.1\n"    // 9
        "A*02:01~B*07:02,\n"       // 10
        "A*02:01~B*07:02~X*1,0.1\n"  // 11
        "A*02:01~B*07:02,0.1,7\n"  // 12
        "A*02:01~B*07:02,1e-400\n"  // 13
        "A*02:01~B*08:01,0.1\n");
    EXPECT_EQ(r.report.rows_read, 13U);
    EXPECT_EQ(r.report.rows_taken, 2U);
    EXPECT_EQ(r.report.rows_zero, 1U);
    EXPECT_EQ(r.report.rows_refused, 10U);
    std::vector<std::string> messages;
    for (const problem& p : r.report.problems) messages.push_back(p.message());
    ASSERT_EQ(messages.size(), 10U);
    EXPECT_EQ(messages[0], "f.csv:3: column haplotype: 'A*02:01': the loci of this set are A, B");
    EXPECT_EQ(messages[1], "f.csv:4: column frequency: '-0.1': a frequency is not negative");
    EXPECT_EQ(messages[2], "f.csv:5: column frequency: '1.1': a frequency is at most 1");
    EXPECT_EQ(messages[3], "f.csv:6: column frequency: 'nan': not a number");
    EXPECT_EQ(r.report.problems[4].row, 8U);
    EXPECT_EQ(r.report.problems[4].text, "A*02:0l");
    EXPECT_EQ(messages[5], "f.csv:9: column haplotype: 'A*02:01~A*01:01': locus A is there twice");
    EXPECT_EQ(r.report.problems[7].text, "X*1");
    EXPECT_EQ(r.report.problems[8].row, 12U);
    EXPECT_EQ(r.report.problems[9].reason, "a number too large or too small to be kept");
}

TEST(read_frequencies, numbers) {
    const auto reason = [](const std::string& number) {
        const auto r = read("haplotype;frequency\nA*01:01;0.25\nA*02:01;" + number + "\n");
        EXPECT_EQ(r.report.rows_read, 2U);
        EXPECT_EQ(r.report.rows_taken + r.report.rows_zero + r.report.rows_refused, 2U);
        if (r.report.rows_zero == 1) return std::string("zero");
        return r.report.problems.empty() ? "taken" : r.report.problems[0].reason;
    };
    for (const char* taken : {"0.5", " 5e-1 ", "5E-01", ".5", "5e-324", "1e-320", "1e-07", "\"0.5\""})
        EXPECT_EQ(reason(taken), "taken") << taken;
    for (const char* zero : {"0", "0.0", "-0", "0e99", "0e-999999999"}) EXPECT_EQ(reason(zero), "zero") << zero;
    for (const char* no :
         {"", "x", "nan", "-nan", "nan(1)", "0,5", "0.5 %", "50%", "+0.5", "0x1p-2", "1e", "0.5.5", "1/2"})
        EXPECT_EQ(reason(no), "not a number") << no;
    for (const char* large : {"1.0000001", "2", "1e300", "inf", "infinity"})
        EXPECT_EQ(reason(large), "a frequency is at most 1") << large;
    for (const char* negative : {"-1e-300", "-inf", "-5"})
        EXPECT_EQ(reason(negative), "a frequency is not negative") << negative;
    for (const char* far : {"1e400", "1e-400", "-1e400", "1e999999999999999999999"})
        EXPECT_EQ(reason(far), "a number too large or too small to be kept") << far;
}

// formats.md, "Common to all text files"
TEST(read_frequencies, marks_comments_quotes_and_delimiters) {
    for (const char delimiter : {',', ';', '\t'}) {
        const std::string d(1, delimiter);
        std::string text = "\xEF\xBB\xBF# made by hand\r\n\r\n\"Haplotype\"" + d + "FREQUENCY" + d + "source\r\n";
        text += "\"A*02:01~B*07:02\"" + d + "\"0.5\"" + d + "\"say \"\"x\"\"\"\r\n";
        text += "# no comment here" + d + "0.5" + d + "\r\n";
        const auto r = read(text);
        EXPECT_EQ(r.report.rows_taken, 1U);
        ASSERT_EQ(r.report.problems.size(), 1U);
        EXPECT_EQ(r.report.problems[0].row, 5U);
    }
    const auto bare = read("\xEF\xBB\xBF# populations\nA*02:01,X,0.5\nA*01:01,X,0.5\n");
    EXPECT_EQ(bare.sets.at(0).name(), "X");
    EXPECT_EQ(bare.report.rows_taken, 2U);
    // layout (a) with a count, in any order of columns
    const auto counted = read("count,frequency,population,haplotype\n3,0.5,X,B*07:02~HLA-A*02:01\n");
    EXPECT_EQ(counted.sets.at(0).haplotype_text(0), "B*07:02~A*02:01");
}

TEST(read_frequencies, the_report_has_each_set) {
    const auto r = read("haplotype,population,frequency\n"
                        "A*02:01~B*07:02,X,0.25\n"
                        "A*01:01~B*08:01,Y,1\n"
                        "B*07:02:01~A*02:01,X,0.125\n"
                        "A*02:01~B*07:02,X,0.125\n"
                        "A*01:01~B*08:01,X,0\n");
    ASSERT_EQ(r.report.sets.size(), 2U);
    EXPECT_EQ(r.report.sets[0].name, "X");
    EXPECT_EQ(r.report.sets[0].rows, 3U);
    EXPECT_EQ(r.report.sets[0].haplotypes, 1U);
    EXPECT_EQ(r.report.sets[0].sum, 0.5);
    EXPECT_EQ(r.report.sets[1].name, "Y");
    EXPECT_EQ(r.report.sets[1].sum, 1);
    EXPECT_EQ(r.report.rows_merged, 2U);
    EXPECT_EQ(r.sets[0].merged().frequency(0), 0.5);
    // Normalising leaves the sum as read.
    EXPECT_EQ(read("haplotype,frequency\nA*02:01,0.75\nA*01:01,0.75\n", true).report.sets[0].sum, 1.5);
}

TEST(read_frequencies, a_population_without_a_good_row_is_left_out) {
    const frequency_sets found =
        read_frequencies_text("haplotype,population,frequency\nA*01:01,X,0.5\nA*99:99,Y,0.5\nB*99:01,Z,1\n", "f.csv",
                              "f", nomenclature::builtin());
    ASSERT_EQ(found.sets.size(), 1U);
    EXPECT_EQ(found.sets[0].name(), "X");
    EXPECT_EQ(found.report.rows_refused, 2U);
    ASSERT_EQ(found.report.warnings.size(), 2U);
    EXPECT_EQ(found.report.warnings[0].text, "Y");
    EXPECT_EQ(found.report.warnings[1].text, "Z");
    const std::string message = refusal("haplotype,population,frequency\nA*99:99,Y,0.5\nB*99:01,Z,1\n");
    EXPECT_NE(message.find("first fault"), std::string::npos) << message;
    EXPECT_NE(message.find("A*99:99"), std::string::npos) << message;
}

TEST(read_frequencies, files_that_are_no_frequencies) {
    EXPECT_NE(refusal("").find("empty"), std::string::npos);
    EXPECT_NE(refusal("\xEF\xBB\xBF\n").find("empty"), std::string::npos);
    EXPECT_NE(refusal("A, A,frequency\n02:01,01:01,1\n").find("two columns"), std::string::npos);
    EXPECT_NE(refusal(std::string_view("\xFF\xFE" "h\0a\0", 6)).find("UTF-16"), std::string::npos);
    EXPECT_NE(refusal("haplotype,count\nA*02:01,1\n").find("frequency"), std::string::npos);
    EXPECT_NE(refusal("a_name,frequency\nA*02:01,1\n").find("haplotype"), std::string::npos);
    EXPECT_NE(refusal("A,DRB4,frequency\n02:01,01:01,1\n").find("DRB345"), std::string::npos);
    EXPECT_NE(refusal("A*02:01,0.5\n").find("population"), std::string::npos);
    EXPECT_NE(refusal("haplotype,frequency\n").find("no row"), std::string::npos);
    EXPECT_NE(refusal("haplotype,frequency\nA*02:0l,0.1\n").find("A*02:0l"), std::string::npos);
    EXPECT_NE(refusal("haplotype,frequency\nA*02:01,0.6\nA*01:01,0.6\n").find("1.2"), std::string::npos);
    EXPECT_NE(refusal("haplotype,frequency,Freq\nA*02:01,0.6,1\n").find("Freq"), std::string::npos);
}

TEST(read_frequencies, files_and_their_names) {
    const scratch_folder folder;
    const std::array files{folder.put("EAS.csv.GZ", io::testing::gzip("haplotype,frequency\nA*02:01,0.5\n")),
                           folder.put("EUR.csv", "haplotype,frequency\nA*01:01,0.5\n"),
                           folder.put("other.csv", "haplotype,population,frequency\nA*01:01,EUR,0.5\n")};
    const auto two = read_frequencies(std::span(files).first(2), nomenclature::builtin());
    ASSERT_EQ(two.sets.size(), 2U);
    EXPECT_EQ(two.sets[0].name(), "EAS");
    EXPECT_EQ(two.report.rows_read, 2U);
    const std::string twice =
        message_of<format_error>([&] { static_cast<void>(read_frequencies(files, nomenclature::builtin())); });
    EXPECT_NE(twice.find("EUR"), std::string::npos);
    EXPECT_THROW((void)read_frequencies(folder / "none.csv", nomenclature::builtin()), format_error);
}

TEST(read_frequencies, old_names_are_followed_with_a_warning) {
    const auto r = read("haplotype,frequency\nA*23:69,0.5\nA*23:69,0.25\n");
    EXPECT_EQ(r.report.rows_merged, 1U);
    ASSERT_EQ(r.report.warnings.size(), 1U);
    EXPECT_EQ(r.report.warnings[0].row, 2U);
}

TEST(builtin_east_asian, is_whole_under_the_starter_nomenclature) {
    const frequency_set set = builtin_east_asian(nomenclature::builtin());
    EXPECT_EQ(set.name(), "east_asian");
    EXPECT_EQ(set.loci(), (std::vector{locus::A, locus::C, locus::B, locus::DRB1, locus::DQB1}));
    EXPECT_EQ(set.rows().size(), 915U);
    EXPECT_NEAR(set.sum_as_read(), 1, 1e-6);
    EXPECT_EQ(set.haplotype_text(0), "A*02:07~C*01:02~B*46:01~DRB1*09:01~DQB1*03:03");
    EXPECT_EQ(builtin_east_asian(nomenclature::names()).rows().size(), 915U);
}

TEST(read_frequencies, published_sets) {
    const auto release = real_release();
    if (release == nullptr) GTEST_SKIP() << "no release folder at " << shared_folder();
    const auto folder = shared_folder() / "data" / "frequencies";
    // The African-American figures sum to 1.004.
    EXPECT_THROW((void)read_frequencies(folder / "HEGL_AFA.csv", release), format_error);
    const auto all = read_frequencies(std::array{folder / "HEGL_AFA.csv", folder / "HEGL_CAU.csv",
                                                 folder / "family_Global_dpb1.csv"},
                                      release, {.normalise = true});
    ASSERT_EQ(all.sets.size(), 3U);
    EXPECT_EQ(all.report.rows_refused, 0U);
    EXPECT_EQ(all.report.rows_zero, 15U);
    EXPECT_NEAR(all.sets[0].sum_as_read(), 1.00389, 1e-9);
    EXPECT_EQ(all.sets[2].loci().size(), 6U);
    const auto names = read_frequencies(shared_folder() / "data" / "wmda3" / "CAU.csv", nomenclature::names());
    EXPECT_EQ(names.sets[0].name(), "1");
    EXPECT_EQ(names.sets[0].rows().size(), 3380U);
}

}  // namespace
}  // namespace allomatch::io
