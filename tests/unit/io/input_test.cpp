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
