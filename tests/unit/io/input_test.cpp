// SPDX-License-Identifier: Apache-2.0
#include "scratch_folder.hpp"

#include <allomatch/core/error.hpp>
#include <allomatch/io/input.hpp>

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace allomatch::io {
namespace {

using testing::gzip;
using testing::message_of;
using testing::scratch_folder;

std::vector<std::string> lines_of(line_reader reader) {
    std::vector<std::string> out;
    std::string_view line;
    while (reader.next(line)) out.emplace_back(line);
    EXPECT_EQ(reader.number(), out.size());
    return out;
}

std::string many_lines() {
    std::string text;
    for (int i = 0; i < 100'000; ++i) text += "line " + std::to_string(i) + "\n";
    return text;
}

TEST(byte_reader, reads_plain_files_of_any_length) {
    const scratch_folder folder;
    for (const std::string& text : {std::string{}, std::string{"\x1F"}, std::string{"a"}, std::string{"ab"},
                                    std::string{"abc\0d", 5}, many_lines()}) {
        EXPECT_EQ(read_text(folder.put("f", text)), text);
    }
}

TEST(byte_reader, reads_gzip_by_content_not_by_name) {
    const scratch_folder folder;
    EXPECT_EQ(read_text(folder.put("f.txt", gzip(many_lines()))), many_lines());
    EXPECT_EQ(read_text(folder.put("f.gz", "plain")), "plain");
    EXPECT_EQ(read_text(folder.put("f.gz", gzip(""))), "");
}

TEST(byte_reader, reads_several_members_and_padding) {
    const scratch_folder folder;
    const std::string padding(700, '\0');
    EXPECT_EQ(read_text(folder.put("f.gz", gzip("one ") + gzip("") + gzip("two"))), "one two");
    EXPECT_EQ(read_text(folder.put("f.gz", gzip("one") + padding)), "one");
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
        const std::string message = message_of<format_error>([&] { (void)read_text(path); });
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
        EXPECT_THROW((void)read_text(path), format_error) << at;
    }
    for (const std::string& tail : {std::string("x"), std::string("\0x", 2), std::string("\x1F")}) {
        EXPECT_THROW((void)read_text(folder.put("bad.gz", whole + tail)), format_error);
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
    EXPECT_EQ(read_text(path), "x");
    EXPECT_TRUE(byte_reader(path).name().ends_with("捐献者 Spender ñ.csv"));
}

TEST(read_text, drops_the_mark_and_keeps_to_the_limit) {
    const scratch_folder folder;
    EXPECT_EQ(read_text(folder.put("f", "\xEF\xBB\xBFtext")), "text");
    EXPECT_EQ(read_text(folder.put("f", "12345"), 5), "12345");
    EXPECT_THROW((void)read_text(folder.put("f", "123456"), 5), format_error);
}

TEST(line_reader, cuts_lf_and_crlf) {
    using list = std::vector<std::string>;
    EXPECT_EQ(lines_of({"", "t"}), list{});
    EXPECT_EQ(lines_of({"\n", "t"}), list{""});
    EXPECT_EQ(lines_of({"\xEF\xBB\xBF" "a\r\nb\n\nc", "t"}), (list{"a", "b", "", "c"}));
    EXPECT_EQ(lines_of({"a\rb\r", "t"}), list{"a\rb"});
}

TEST(line_reader, a_file_equals_the_same_text_in_memory) {
    const scratch_folder folder;
    const std::string text = many_lines() + std::string(600'000, 'x') + "\nlast";
    const auto expected = lines_of({text, "t"});
    EXPECT_EQ(expected.size(), 100'002U);
    EXPECT_EQ(lines_of(line_reader(folder.put("f", text))), expected);
    EXPECT_EQ(lines_of(line_reader(folder.put("f.gz", gzip(text)))), expected);
}

TEST(line_reader, long_lines_are_errors_with_file_and_line) {
    line_reader reader("ok\n123456\n", "t", 5);
    std::string_view line;
    EXPECT_TRUE(reader.next(line));
    EXPECT_EQ(message_of<format_error>([&] { reader.next(line); }), "t:2: line longer than 5 bytes");

    line_reader exact("12345\n12345", "t", 5);
    EXPECT_TRUE(exact.next(line));
    EXPECT_TRUE(exact.next(line));
    EXPECT_FALSE(exact.next(line));
}

TEST(line_reader, a_gzip_bomb_is_refused_before_it_unfolds) {
    const scratch_folder folder;
    std::string bomb;
    const std::string zeros = gzip(std::string(std::size_t{16} << 20, '\0'));
    for (int i = 0; i < 64; ++i) bomb += zeros;
    line_reader reader(folder.put("bomb.gz", bomb), std::size_t{1} << 20);
    std::string_view line;
    EXPECT_THROW(reader.next(line), format_error);
}

}  // namespace
}  // namespace allomatch::io
