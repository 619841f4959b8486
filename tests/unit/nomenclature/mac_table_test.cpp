// SPDX-License-Identifier: Apache-2.0
#include <allomatch/core/error.hpp>
#include <allomatch/nomenclature/mac_table.hpp>

#include "unit/io/scratch_folder.hpp"

#include <gtest/gtest.h>
#include <minizip/zip.h>

#include <string>
#include <utility>
#include <vector>

using namespace allomatch;
using io::testing::message_of;
using io::testing::scratch_folder;

namespace {

void write_zip(const std::filesystem::path& path, const std::vector<std::pair<std::string, std::string>>& files) {
    const zipFile zip = zipOpen64(path.c_str(), APPEND_STATUS_CREATE);
    ASSERT_NE(zip, nullptr);
    for (const auto& [name, text] : files) {
        ASSERT_EQ(zipOpenNewFileInZip(zip, name.c_str(), nullptr, nullptr, 0, nullptr, 0, nullptr, Z_DEFLATED, 6), ZIP_OK);
        ASSERT_EQ(zipWriteInFileInZip(zip, text.data(), static_cast<unsigned>(text.size())), ZIP_OK);
        ASSERT_EQ(zipCloseFileInZip(zip), ZIP_OK);
    }
    ASSERT_EQ(zipClose(zip, nullptr), ZIP_OK);
}

problem refusal(const std::string& text) {
    try {
        (void)mac_table::from_text(text, "codes.txt");
    } catch (const format_error& e) {
        return e.details();
    }
    return {};
}

std::string found_in(const std::string& text) {
    const auto table = mac_table::from_text(text);
    std::string out = std::to_string(table->size());
    for (const char* code : {"AB", "ABC", "GFJM", "ZZ"}) out += " " + std::string(table->find(code).value_or("-"));
    return out;
}

const char* const expected = "3 01/02 02:01/03:01 01/05 -";

// formats.md, section "MAC table"
TEST(mac_table, both_layouts) {
    EXPECT_EQ(found_in("CODE\tSUBTYPE\nAB\t01/02\nABC\t02:01/03:01\nGFJM\t01/05\n"), expected);
    EXPECT_EQ(found_in("Last Updated: 2024-10-09\n*\tCODE\tSUBTYPE\n\n\tAB\t01/02\n*\tABC\t02:01/03:01\n\tGFJM\t01/05\n"), expected);
    EXPECT_EQ(found_in("*\tCODE\tSUBTYPE\r\n\r\nAB\t01/02\r\nABC\t02:01/03:01\r\nGFJM\t01/05"), expected);
    EXPECT_EQ(found_in("AB\t01/02\nABC\t02:01/03:01\nGFJM\t01/05"), expected);
    EXPECT_EQ(found_in("# comment\nLast Updated: 2024-10-09\n\nCODE\tSUBTYPE\n\nGFJM\t01/05\nABC\t02:01/03:01\nAB\t01/02\n"), expected);
}

// formats.md, "Common to all text files": a byte-order mark is skipped.
TEST(mac_table, byte_order_mark) {
    EXPECT_EQ(found_in("\xEF\xBB\xBFLast Updated\n*\tCODE\tSUBTYPE\n\tAB\t01/02\n*\tABC\t02:01/03:01\n\tGFJM\t01/05\n"), expected);
    EXPECT_NO_THROW(EXPECT_EQ(found_in("\xEF\xBB\xBF"
                                               "CODE\tSUBTYPE\nAB\t01/02\nABC\t02:01/03:01\nGFJM\t01/05\n"),
                              expected));
    EXPECT_NO_THROW(EXPECT_EQ(found_in("\xEF\xBB\xBF"
                                               "AB\t01/02\nABC\t02:01/03:01\nGFJM\t01/05\n"),
                              expected));
}

TEST(mac_table, damage_is_named) {
    const auto at = [](const std::string& text, std::uint64_t row, const std::string& column) {
        const problem p = refusal("CODE\tSUBTYPE\nAB\t01/02\n" + text);
        EXPECT_EQ(p.place, "codes.txt");
        EXPECT_EQ(p.row, row) << p.message();
        EXPECT_EQ(p.column, column) << p.message();
        EXPECT_FALSE(p.reason.empty());
    };
    at("ABC", 3, "2");
    at("ABC\t", 3, "2");
    at("abc\t01/02", 3, "1");
    at("A\t01/02", 3, "1");
    at("A1\t01/02", 3, "1");
    at("\n\n01/02\tAC", 5, "1");
    at("ABCDEFGHIJKLMNOPQ\t01/02", 3, "1");
    at("CODE\tSUBTYPE\nab\t1", 4, "1");
    at("\t\t01/02", 3, "2");
    EXPECT_FALSE(refusal("").reason.empty());
    EXPECT_FALSE(refusal("CODE\tSUBTYPE\n").reason.empty());
    EXPECT_FALSE(refusal("just a text\nof two lines\n").reason.empty());
    EXPECT_FALSE(refusal("<html><body>404</body></html>").reason.empty());
}

TEST(mac_table, a_code_has_one_meaning) {
    const problem p = refusal("AB\t01/02\nAC\t01/03\nAB\t01/04\n");
    EXPECT_EQ(p.message(), "codes.txt:3: column 1: 'AB': the code stands for another list in line 1");
    const problem marked = refusal("\xEF\xBB\xBF*\tCODE\tSUBTYPE\r\n\r\n*\tGFJM\t01/02\r\n\tAB\t01/04\r\n*\tGFJM\t01/05");
    EXPECT_EQ(marked.message(), "codes.txt:5: column 2: 'GFJM': the code stands for another list in line 3");
    const auto table = mac_table::from_text("AB\t01/02\nAC\t01/03\nAB\t01/02\n");
    EXPECT_EQ(table->find("AB"), "01/02");
}

TEST(mac_table, finds_codes_exactly) {
    const auto table = mac_table::from_text("ZZ\t01/02\nAA\t01/03\nAAA\t01/04\nAB\t01/05\n");
    EXPECT_EQ(table->find("AA"), "01/03");
    EXPECT_EQ(table->find("AAA"), "01/04");
    EXPECT_EQ(table->find("ZZ"), "01/02");
    for (const char* code : {"", "A", "AAAA", "aa", "ZZZ", "AC", "CODE"}) EXPECT_FALSE(table->find(code)) << code;
}

TEST(mac_table, plain_and_zip_files) {
    const scratch_folder folder;
    const std::string text = "Last Updated: 2024-10-09\n*\tCODE\tSUBTYPE\n\n\tAB\t01/02\n";
    EXPECT_EQ(mac_table::load(folder.put("codes.txt", text))->find("AB"), "01/02");
    write_zip(folder / "codes.zip", {{"alpha.v3.txt", text}});
    EXPECT_EQ(mac_table::load(folder / "codes.zip")->find("AB"), "01/02");
    // The archive is known by its content, not by its name.
    write_zip(folder / "odd.txt", {{"alpha.v3.txt", text}});
    EXPECT_EQ(mac_table::load(folder / "odd.txt")->size(), 1U);
    std::string large = "CODE\tSUBTYPE\n";
    for (char a = 'A'; a <= 'Z'; ++a)
        for (char b = 'A'; b <= 'Z'; ++b)
            for (char c = 'A'; c <= 'Z'; ++c)
                for (char d = 'A'; d <= 'D'; ++d) large += std::string{a, b, c, d} + "\t01/02/03/04/05/06/07/08/09\n";
    write_zip(folder / "large.zip", {{"t", large}});  // more than one step of reading
    EXPECT_EQ(mac_table::load(folder / "large.zip")->size(), 26U * 26 * 26 * 4);
}

TEST(mac_table, gzip_files) {
    const scratch_folder folder;
    const std::string packed = io::testing::gzip("\xEF\xBB\xBFLast Updated: 2024-10-09\n*\tCODE\tSUBTYPE\n\n\tAB\t01/02\n");
    EXPECT_EQ(mac_table::load(folder.put("codes.txt.gz", packed))->find("AB"), "01/02");
    EXPECT_EQ(mac_table::load(folder.put("odd.txt", packed))->size(), 1U);
    const auto cut = folder.put("cut.txt.gz", packed.substr(0, packed.size() - 3));
    EXPECT_NE(message_of<format_error>([&] { (void)mac_table::load(cut); }).find("cut.txt.gz: truncated gzip"),
              std::string::npos);
}

TEST(mac_table, damaged_archives_are_named) {
    const scratch_folder folder;
    std::string text = "CODE\tSUBTYPE\n";
    for (char a = 'A'; a <= 'Z'; ++a)
        for (char b = 'A'; b <= 'Z'; ++b) text += std::string{a, b} + "\t0" + std::to_string(1 + (a * b) % 9) + "/02\n";
    write_zip(folder / "good.zip", {{"t", text}});
    const std::string bytes = io::testing::bytes_of(folder / "good.zip");
    const std::size_t codes = mac_table::load(folder / "good.zip")->size();
    for (std::size_t size = 4; size < bytes.size(); size += 97) {
        const auto cut = folder.put("cut.zip", bytes.substr(0, size));
        EXPECT_NE(message_of<format_error>([&] { (void)mac_table::load(cut); }).find("cut.zip"), std::string::npos);
    }
    for (std::size_t at = 60; at + 200 < bytes.size(); at += 13) {  // inside the packed data
        std::string bad = bytes;
        bad[at] = static_cast<char>(bad[at] ^ 0x55);
        const auto path = folder.put("bad.zip", bad);
        EXPECT_NE(message_of<format_error>([&] { (void)mac_table::load(path); }).find("bad.zip"), std::string::npos) << at;
    }
    EXPECT_EQ(codes, 26U * 26);
    write_zip(folder / "none.zip", {});
    write_zip(folder / "empty.zip", {{"t", ""}});
    for (const char* name : {"none.zip", "empty.zip", "missing.zip"})
        EXPECT_NE(message_of<format_error>([&] { (void)mac_table::load(folder / name); }).find(name), std::string::npos);
}

}  // namespace
