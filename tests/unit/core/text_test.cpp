// SPDX-License-Identifier: Apache-2.0
#include <allomatch/core/text.hpp>
#include <allomatch/core/utf8.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

using namespace allomatch;

namespace {

std::vector<std::string> parts(std::string_view text, char separator) {
    std::vector<std::string> out;
    for (const std::string_view part : split(text, separator)) out.emplace_back(part);
    return out;
}

using texts = std::vector<std::string>;

TEST(text, trims_outer_ascii_space_only) {
    EXPECT_EQ(trim(""), "");
    EXPECT_EQ(trim(" \t\r\n\v\f"), "");
    EXPECT_EQ(trim(" \ta b\r\n"), "a b");
    EXPECT_EQ(trim("\xC2\xA0"
                   "a"),
              "\xC2\xA0"
              "a");  // a no-break space is not ASCII
    EXPECT_EQ(trim(std::string_view("\0a", 2)).size(), 2U);
}

TEST(text, splits_into_every_part) {
    EXPECT_EQ(parts("", ','), (texts{""}));
    EXPECT_EQ(parts(",", ','), (texts{"", ""}));
    EXPECT_EQ(parts("a", ','), (texts{"a"}));
    EXPECT_EQ(parts("a,,b,", ','), (texts{"a", "", "b", ""}));
    EXPECT_EQ(parts("a/b", ','), (texts{"a/b"}));
}

TEST(text, reads_whole_numbers_and_nothing_else) {
    EXPECT_EQ(number("0"), 0U);
    EXPECT_EQ(number("007"), 7U);
    EXPECT_EQ(number("999999999"), 999'999'999U);
    EXPECT_EQ(number("10", 10), 10U);
    for (const char* bad : {"", "1000000000", "4294967297", "-1", "+1", " 1", "1 ", "1.0", "0x1", "a", "1e3"})
        EXPECT_FALSE(number(bad)) << bad;
    EXPECT_FALSE(number("11", 10));
    EXPECT_FALSE(number("\xD9\xA1"));  // an Arabic digit
}

TEST(text, knows_case_of_ascii_alone) {
    EXPECT_TRUE(same_ignoring_case("Birth_Date", "bIRTH_dATE"));
    EXPECT_FALSE(same_ignoring_case("a", "ab"));
    EXPECT_FALSE(same_ignoring_case("[", "{"));
    EXPECT_FALSE(same_ignoring_case("\xC3\x84", "\xC3\xA4"));
    EXPECT_EQ(upper('z'), 'Z');
    EXPECT_EQ(lower('@'), '@');
    EXPECT_EQ(leading("12:3", is_digit), 2U);
    EXPECT_TRUE(all_of("", is_digit));
    EXPECT_FALSE(all_of("1a", is_digit));
}

/// Encodes a code point without looking whether it may be encoded.
std::string encoded(std::uint32_t c) {
    const auto tail = [c](unsigned shift) { return static_cast<char>(0x80 | (c >> shift & 0x3F)); };
    if (c < 0x80) return {static_cast<char>(c)};
    if (c < 0x800) return {static_cast<char>(0xC0 | c >> 6), tail(0)};
    if (c < 0x10000) return {static_cast<char>(0xE0 | c >> 12), tail(6), tail(0)};
    return {static_cast<char>(0xF0 | c >> 18), tail(12), tail(6), tail(0)};
}

TEST(utf8, every_code_point_has_its_length_and_surrogates_have_none) {
    for (std::uint32_t c = 0; c < 0x120000; ++c) {
        const std::string text = encoded(c);
        const bool valid = (c < 0xD800 || c > 0xDFFF) && c <= 0x10FFFF;
        ASSERT_EQ(utf8_length(text), valid ? text.size() : 0U) << c;
        for (std::size_t cut = 1; cut < text.size(); ++cut) ASSERT_EQ(utf8_length(text.substr(0, cut)), 0U) << c;
    }
}

TEST(utf8, refuses_damage) {
    for (const std::string_view bad : {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xF0\x80\x80\x80",
                                       "\xF0\x8F\xBF\xBF", "\xF5\x80\x80\x80", "\xFE", "\xFF", "\xC3(", "\xE4\xBD(", "a\xC3"})
        EXPECT_FALSE(is_utf8(bad));
    EXPECT_TRUE(is_utf8(""));
    EXPECT_TRUE(is_utf8("\xE6\x9D\xAD\xE5\xB7\x9E"));  // Hangzhou
    EXPECT_EQ(utf8_length(""), 0U);
}

}  // namespace
