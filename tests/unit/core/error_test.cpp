// SPDX-License-Identifier: Apache-2.0
#include <allomatch/core/error.hpp>
#include <allomatch/core/utf8.hpp>

#include "unit/io/scratch_folder.hpp"

#include <gtest/gtest.h>

#include <string>
#include <type_traits>

using namespace allomatch;

namespace {

TEST(shown, leaves_readable_text_alone) {
    EXPECT_EQ(shown(""), "");
    EXPECT_EQ(shown("A*02:01"), "A*02:01");
    EXPECT_EQ(shown("\xE5\xAE\x81\xE6\xB3\xA2"), "\xE5\xAE\x81\xE6\xB3\xA2");
    EXPECT_EQ(shown(std::string(200, 'a')), std::string(200, 'a'));
}

TEST(shown, makes_control_characters_and_bad_bytes_visible) {
    EXPECT_EQ(shown("a\nb"), "a\\x0Ab");
    EXPECT_EQ(shown(std::string_view("\0", 1)), "\\x00");
    EXPECT_EQ(shown("\x1B[31m"), "\\x1B[31m");
    EXPECT_EQ(shown("\x7F"), "\\x7F");
    EXPECT_EQ(shown("\xFF\xFE"), "\\xFF\\xFE");
    EXPECT_EQ(shown("\xC3"), "\\xC3");
    EXPECT_EQ(shown("\xED\xA0\x80"), "\\xED\\xA0\\x80");  // a surrogate
}

TEST(shown, makes_hidden_code_points_visible) {
    EXPECT_EQ(shown("a\u0085b"), "a\\xC2\\x85b");
    EXPECT_EQ(shown("\xC2\x80\xC2\x9F"), "\\xC2\\x80\\xC2\\x9F");
    EXPECT_EQ(shown("\u202E10:20*A"), "\\xE2\\x80\\xAE10:20*A");
    for (const std::string hidden : {"\u061C", "\u200E", "\u200F", "\u2028", "\u2029", "\u202A", "\u202B", "\u202C",
                                     "\u202D", "\u202E", "\u2066", "\u2067", "\u2068", "\u2069"})
        EXPECT_EQ(shown(hidden).size(), 4 * hidden.size()) << shown(hidden);
    for (const std::string beside : {"\u00A0", "\u00FF", "\u061B", "\u061D", "\u200D", "\u2010", "\u2027", "\u202F",
                                     "\u2065", "\u206A", "\u3042"})
        EXPECT_EQ(shown(beside), beside);
}

TEST(shown, is_short_and_whole) {
    for (const std::string unit : {"a", "\xC3\xA9", "\xE5\xAE\x81", "\xF0\x9F\xA9\xB8", "\xFF", "\n", "\u202E"})
        for (std::size_t limit = 8; limit < 40; ++limit) {
            std::string text;
            while (text.size() < 100) text += unit;
            const std::string out = shown(text, limit);
            EXPECT_TRUE(is_utf8(out));
            EXPECT_LT(out.size(), text.size());
            // error.hpp promises at most `limit` bytes.
            ASSERT_LE(out.size(), limit) << out;
        }
}

TEST(problem, message_has_its_parts_in_order) {
    problem p;
    p.place = "donors.csv";
    p.row = 7;
    p.column = "A_1";
    p.id = "D1";
    p.text = "A*02:0l";
    p.reason = "not an allele";
    p.suggestion = "A*02:01";
    const std::string text = p.message();
    std::size_t at = 0;
    for (const char* part : {"donors.csv:7", "D1", "A_1", "'A*02:0l'", "not an allele", "A*02:01"}) {
        at = text.find(part, at);
        ASSERT_NE(at, std::string::npos) << part << " in " << text;
    }
    problem bare;
    bare.reason = "no such file";
    EXPECT_EQ(bare.message(), "no such file");
    EXPECT_EQ(problem{}.message(), "");
}

TEST(problem, exceptions_carry_it) {
    problem p;
    p.reason = "why";
    const format_error error(p);
    EXPECT_EQ(error.details(), p);
    EXPECT_STREQ(error.what(), "why");
    static_assert(std::is_base_of_v<input_error, typing_error> && std::is_base_of_v<std::invalid_argument, input_error>);
    static_assert(!std::is_base_of_v<format_error, typing_error>);
}

TEST(result, holds_one_of_both) {
    result<int> good(3);
    EXPECT_TRUE(good.ok());
    EXPECT_EQ(*good, 3);
    result<int> bad(problem{});
    EXPECT_FALSE(bad);
    EXPECT_EQ(bad.error(), problem{});
}

}  // namespace
