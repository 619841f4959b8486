// SPDX-License-Identifier: Apache-2.0
#include <allomatch/core/error.hpp>
#include <allomatch/core/file.hpp>

#include "unit/io/scratch_folder.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

using namespace allomatch;
using io::testing::gzip;
using io::testing::message_of;
using io::testing::scratch_folder;

namespace {

std::string many_lines() {
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += "line " + std::to_string(i) + "\n";
    return text;
}

TEST(byte_reader, reads_plain_files_of_any_length) {
    const scratch_folder folder;
    for (const std::string& text : {std::string{}, std::string{"\x1F"}, std::string{"a"}, std::string{"ab"},
                                    std::string{"abc\0d", 5}, many_lines()}) {
        EXPECT_EQ(read_file(folder.put("f", text)), text);
    }
}

TEST(byte_reader, reads_gzip_by_content_not_by_name) {
    const scratch_folder folder;
    EXPECT_EQ(read_file(folder.put("f.txt", gzip(many_lines()))), many_lines());
    EXPECT_EQ(read_file(folder.put("f.gz", "plain")), "plain");
    EXPECT_EQ(read_file(folder.put("f.gz", gzip(""))), "");
}

TEST(byte_reader, reads_several_members_and_padding) {
    const scratch_folder folder;
    const std::string padding(700, '\0');
    EXPECT_EQ(read_file(folder.put("f.gz", gzip("one ") + gzip("") + gzip("two"))), "one two");
    EXPECT_EQ(read_file(folder.put("f.gz", gzip("one") + padding)), "one");
}

TEST(byte_reader, small_reads_add_up) {
    const scratch_folder folder;
    for (const std::string& bytes : {std::string("0123456789"), gzip("0123456789")}) {
        byte_reader reader(folder.put("f", bytes));
        std::string out;
        char three[3];
        for (std::size_t got = 3; got == 3;) {
            got = reader.read(three);
            out.append(three, got);
        }
        EXPECT_EQ(out, "0123456789");
        EXPECT_EQ(reader.read(three), 0U);
    }
}

TEST(byte_reader, every_truncation_of_gzip_is_an_error_naming_the_file) {
    const scratch_folder folder;
    const std::string whole = gzip("A*01:01~B*08:01 and some more text to pack");
    for (std::size_t length = 2; length < whole.size(); ++length) {
        const auto path = folder.put("cut.gz", whole.substr(0, length));
        const std::string message = message_of<format_error>([&] { (void)read_file(path); });
        EXPECT_NE(message.find("cut.gz: truncated gzip"), std::string::npos) << length << message;
    }
}

TEST(byte_reader, corrupt_gzip_is_an_error) {
    const scratch_folder folder;
    const std::string whole = gzip(many_lines());
    for (const std::size_t at : {std::size_t{2}, whole.size() / 2, whole.size() - 6}) {
        std::string bad = whole;
        bad[at] = static_cast<char>(bad[at] ^ 0x55);
        const auto path = folder.put("bad.gz", bad);
        EXPECT_THROW((void)read_file(path), format_error) << at;
    }
    for (const std::string& tail : {std::string("x"), std::string("\0x", 2), std::string("\x1F")}) {
        EXPECT_THROW((void)read_file(folder.put("bad.gz", whole + tail)), format_error);
    }
}

TEST(byte_reader, missing_files_and_folders_are_errors) {
    const scratch_folder folder;
    EXPECT_NE(message_of<format_error>([&] { byte_reader r(folder / "none"); }).find("cannot be opened"),
              std::string::npos);
    EXPECT_NE(message_of<format_error>([&] { byte_reader r(folder.path()); }).find("is a folder"),
              std::string::npos);
    EXPECT_THROW(byte_reader{std::filesystem::path()}, format_error);
}

TEST(byte_reader, names_outside_ascii_work) {
    const scratch_folder folder;
    const auto path = folder.put("捐献者 Spender ñ.csv", "x");
    EXPECT_EQ(read_file(path), "x");
    EXPECT_TRUE(byte_reader(path).name().ends_with("捐献者 Spender ñ.csv"));
}

TEST(read_file, says_what_is_wrong) {
    const scratch_folder folder;
    const auto message = [](const std::filesystem::path& path) {
        return message_of<format_error>([&] { (void)read_file(path); });
    };
    EXPECT_NE(message(folder / "none.txt").find("none.txt"), std::string::npos);
    EXPECT_NE(message(folder.path()).find("folder"), std::string::npos);
    EXPECT_EQ(read_file(folder.put("empty", "")), "");
    EXPECT_EQ(read_file(folder.put("\xE5\xAE\x81.txt", std::string_view("a\0\r\n", 4))), std::string("a\0\r\n", 4));
}

TEST(read_file, keeps_the_mark_and_to_the_limit) {
    const scratch_folder folder;
    EXPECT_EQ(read_file(folder.put("f", "\xEF\xBB\xBFtext")), "\xEF\xBB\xBFtext");
    EXPECT_EQ(read_file(folder.put("f", "12345"), 5), "12345");
    EXPECT_EQ(read_file(folder.put("f", gzip("12345")), 5), "12345");
    EXPECT_THROW((void)read_file(folder.put("f", "123456"), 5), format_error);
    EXPECT_THROW((void)read_file(folder.put("f", gzip("123456")), 5), format_error);
}

TEST(delimited_lines, passes_over_comments_and_blank_lines_and_keeps_count) {
    delimited_lines lines("t", "# x\r\n\r\na;b\r\n#\n;\nlast;", ';');
    ASSERT_TRUE(lines.next());
    EXPECT_EQ(lines.number(), 3U);
    EXPECT_EQ(lines.cells(), (std::vector<std::string_view>{"a", "b"}));
    ASSERT_TRUE(lines.next());
    EXPECT_EQ(lines.number(), 5U);
    EXPECT_EQ(lines.cells().size(), 2U);
    ASSERT_TRUE(lines.next());
    EXPECT_EQ(lines.cells(), (std::vector<std::string_view>{"last", ""}));
    try {
        (void)lines.cell(2);
        FAIL();
    } catch (const format_error& e) {
        EXPECT_EQ(e.details().place, "t");
        EXPECT_EQ(e.details().row, 6U);
        EXPECT_EQ(e.details().column, "3");
    }
    EXPECT_FALSE(lines.next());
    EXPECT_FALSE(lines.next());
}

}  // namespace
