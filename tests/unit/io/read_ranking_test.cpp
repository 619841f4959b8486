// SPDX-License-Identifier: Apache-2.0
// Rankings from TOML: what a file means, and what is said of one that has no meaning.
#include "unit/bounded.hpp"
#include "unit/io/scratch_folder.hpp"

#include <allomatch/core/error.hpp>
#include <allomatch/io/read_ranking.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace allomatch::io {
namespace {

using allomatch::testing::finishes;
using testing::scratch_folder;

std::vector<criterion> criteria_of(std::string_view text) { return parse_ranking(text, "r.toml").order.criteria; }

criterion first_of(std::string_view text) { return criteria_of(text).at(0); }

/// The message about a text, "" when it is read.
std::string refusal(std::string_view text) {
    return testing::message_of<format_error>([&] { (void)parse_ranking(text, "r.toml"); });
}

/// The message about one criterion with a line `rest` after its name.
std::string refusal_with(const std::string& rest) { return refusal("[[criteria]]\nby = 'age'\n" + rest); }

TEST(read_ranking, criteria_in_their_order_and_then_those_of_the_preset) {
    const named_ranking read = parse_ranking(R"(name = "ours"
preset = "hla_only"
[[criteria]]
by = "branch"
order = ["Hangzhou", "宁波"]
missing = "first"
[[criteria]]
by = "age"
bands = [30, 40.5]
direction = "descending"
weight = 2
)", "r.toml");
    EXPECT_EQ(read.name, "ours");
    std::vector<criterion> expected{
        {.by = "branch", .order = {"Hangzhou", "宁波"}, .missing_first = true},
        {.by = "age", .bands = {30, 40.5}, .direction = sort_direction::descending, .weight = 2.0}};
    for (const criterion& c : ranking::preset("hla_only").criteria) expected.push_back(c);
    EXPECT_EQ(read.order.criteria, expected);
}

TEST(read_ranking, names_and_tables_in_one_list) {
    const std::vector<criterion> expected{{.by = "mismatches"}, {.by = "sex"}, {.by = "weight", .direction = sort_direction::ascending}};
    const std::string text = "criteria = ['mismatches', # a comment\n {by = 'sex', missing = 'last', bands = []},\n"
                             " {by = \"weight\", direction = \"ascending\"}]";
    EXPECT_EQ(criteria_of(text), expected);
    EXPECT_EQ(criteria_of("\xEF\xBB\xBF" + text), expected);
    std::string crlf;
    for (const char c : text) crlf += c == '\n' ? "\r\n" : std::string(1, c);
    EXPECT_EQ(criteria_of(crlf), expected);
}

TEST(read_ranking, a_preset_alone) {
    for (const std::string_view name : ranking_presets()) {
        const named_ranking read = parse_ranking("preset = '" + std::string(name) + "'\ncriteria = []", "r.toml");
        EXPECT_EQ(read.order, ranking::preset(name));
        EXPECT_EQ(read.name, "");
    }
}

TEST(read_ranking, edges_are_numbers_and_dates) {
    const auto edges = [](const std::string& list) { return first_of("criteria = [{by = 'x', bands = [" + list + "]}]").bands; };
    EXPECT_EQ(edges("-1, 0, 0.5, 1e2, 9007199254740992, 1e300"), (std::vector<double>{-1, 0, 0.5, 100, 9007199254740992.0, 1e300}));
    EXPECT_EQ(edges("1969-12-31, 1970-01-01, '1970-01-03', 2020-02-29"), (std::vector<double>{-1, 0, 2, 18321}));
}

TEST(read_ranking, texts_with_escapes_and_other_scripts) {
    const criterion c = first_of(R"(criteria = [{"by" = "\u0041 # \"b\" ]", order = ['\', "", "\t", "é、"]}])");
    EXPECT_EQ(c.by, "A # \"b\" ]");
    EXPECT_EQ(c.order, (std::vector<std::string>{"\\", "", "\t", "é、"}));
}

TEST(read_ranking, files_and_their_names) {
    const scratch_folder folder;
    const std::string text = "criteria = ['age']";
    EXPECT_EQ(read_ranking(folder.put("ours.v2.toml", text)), (named_ranking{"ours.v2", {{{.by = "age"}}}}));
    EXPECT_EQ(read_ranking(folder.put("packed.toml.gz", testing::gzip(text))).name, "packed");
    EXPECT_EQ(read_ranking(folder.put("a.toml", text + "\nname = 'b'")).name, "b");
    const auto refused = [](const std::filesystem::path& file) {
        const std::string message = testing::message_of<format_error>([&] { (void)read_ranking(file); });
        EXPECT_EQ(message.find(file.string()), 0U) << message;
        return message.substr(file.string().size());
    };
    EXPECT_EQ(refused(folder / "none.toml"), ": cannot be opened: No such file or directory");
    EXPECT_EQ(refused(folder.path()), ": is a folder, not a file");
    EXPECT_EQ(refused(folder.put("large.toml", text + std::string(1 << 20, '\n'))), ": is larger than 1048576 bytes");
    EXPECT_EQ(refused(folder.put("bad.toml", "\ncriteria = 1")),
              ":2: column criteria: '1': criteria are a list of names and tables");
}

TEST(read_ranking, a_file_without_criteria) {
    for (const char* text : {"", "# nothing", "name = 'x'", "criteria = []"})
        EXPECT_EQ(refusal(text), "r.toml: column criteria: no list of criteria") << text;
}

TEST(read_ranking, keys_that_are_not_there) {
    EXPECT_EQ(refusal("criteria = ['age']\nrank = 1"), "r.toml:2: 'rank': no such key; there are name, preset and criteria");
    const std::string of_criterion =
        ": no such key of a criterion; there are by, bands, order, direction, weight and missing";
    EXPECT_EQ(refusal_with("band = [1]"), "r.toml:3: 'band'" + of_criterion);
    EXPECT_EQ(refusal("criteria = [\n'sex',\n{by = 'age', \"\\n\" = 1}]"), "r.toml:3: '\\x0A'" + of_criterion);
}

TEST(read_ranking, values_of_the_wrong_kind) {
    const std::string line = "r.toml:3: column ";
    EXPECT_EQ(refusal("name = 1\npreset = 'cord'"), "r.toml:1: column name: '1': the name is a text");
    EXPECT_EQ(refusal("\npreset = ['cord']"), "r.toml:2: column preset: '[..]': the preset is a text");
    EXPECT_EQ(refusal("\npreset = 'best'"), "r.toml:2: column rank: 'best': no such ranking: default, ptcy, cord or hla_only");
    EXPECT_EQ(refusal("criteria = ['age',\n\n 7]"),
              line + "criteria: '7': expected the name of a criterion or a table with `by`");
    EXPECT_EQ(refusal("\n\ncriteria = {by = 'age'}"),
              line + "criteria: '{..}': criteria are a list of names and tables");
    EXPECT_EQ(refusal("criteria = [\n\n{by = 7}]"), line + "by: '7': a criterion needs a name in `by`");
    EXPECT_EQ(refusal("criteria = [\n\n{}]"), line + "by: '{..}': a criterion needs a name in `by`");
    EXPECT_EQ(refusal_with("bands = 30"), line + "bands: '30': the bands of age are a list of numbers or dates");
    EXPECT_EQ(refusal_with("order = 'M'"), line + "order: 'M': the order of age is a list of texts");
    EXPECT_EQ(refusal_with("order = ['M', 1]"), line + "order: '1': the order of age is a list of texts");
    EXPECT_EQ(refusal_with("weight = '1'"), line + "weight: '1': the weight of age is a number");
    EXPECT_EQ(refusal_with("direction = 'up'"), line + "direction: 'up': direction of age is ascending or descending");
    EXPECT_EQ(refusal_with("missing = true"), line + "missing: 'true': missing of age is first or last");
}

TEST(read_ranking, edges_that_are_none) {
    for (const std::string edge : {"true", "1979-05-27T07:32:00Z", "1979-05-27T07:32:00", "07:32:00"})
        EXPECT_EQ(refusal_with("bands = [1,\n" + edge + "]"),
                  "r.toml:4: column bands: '" + edge + "': an edge of age is a number or a date");
    EXPECT_EQ(refusal_with("bands = [[nan]]"), "r.toml:3: column bands: '[..]': an edge of age is a number or a date");
    for (const std::string edge : {"30", "2020-02-30", "2020-2-3", ""})
        EXPECT_EQ(refusal_with("bands = ['" + edge + "']"), "r.toml:3: column bands: " + (edge.empty() ? "" : "'" + edge + "': ") +
                                                                "an edge of age is a number or a date");
    for (const std::string whole : {"9007199254740993", "-9007199254740993", "9223372036854775807"}) {
        EXPECT_EQ(refusal_with("bands = [" + whole + "]"), "r.toml:3: column bands: '" + whole + "': a whole number beyond 2^53");
        EXPECT_EQ(refusal_with("weight = " + whole), "r.toml:3: column weight: '" + whole + "': a whole number beyond 2^53");
    }
}

TEST(read_ranking, what_a_criterion_cannot_be_has_its_line) {
    const std::string line = "r.toml:1: column rank: 'age': ";
    for (const char* edge : {"nan", "inf", "-inf"})
        EXPECT_EQ(refusal_with("bands = [" + std::string(edge) + "]"), line + "the edge of a band is not a number");
    EXPECT_EQ(refusal_with("bands = [1, 1.0]"), line + "the edges of bands must ascend");
    EXPECT_EQ(refusal_with("bands = [1]\norder = ['a']"), line + "a criterion has bands or an order of words, not both");
    EXPECT_EQ(refusal_with("order = ['b', 'a', 'b']"), line + "the word b is listed twice");
    for (const char* weight : {"nan", "inf", "-1"})
        EXPECT_EQ(refusal_with("weight = " + std::string(weight)), line + "a weight is a number from 0 to 1e9");
    EXPECT_EQ(refusal("criteria = [\n'age', 'sex',\n '']"), "r.toml:3: column rank: a criterion needs a name");
}

TEST(read_ranking, damaged_toml) {
    const std::string damaged = "damaged TOML: ";
    EXPECT_EQ(refusal("criteria = ['a']\nname"), "r.toml:2: column 5: " + damaged + "key-value pair: encountered end-of-file");
    EXPECT_EQ(refusal("criteria = ['a'\n\n"), "r.toml:2: column 2: " + damaged + "array: encountered end-of-file");
    EXPECT_EQ(refusal("name = 'a'\nname = 'b'"),
              "r.toml:2: column 8: " + damaged + "key-value pair: cannot redefine existing string 'name'");
    for (const std::string number : {"99999999999999999999", "1e999"}) {
        const std::string message = refusal_with("weight = " + number);
        EXPECT_EQ(message.find("r.toml:3: column "), 0U) << message;
        EXPECT_NE(message.find("'" + number + "'"), std::string::npos) << message;
    }
    // The first of these runs into an assertion of toml++ 3.3.
    for (const char* text : {"[&", "[=", "[,", "[]", "[[", "[", "=", ",", "a", "'", "a=1\rb=2", "\v", "a=\"\x01\"", "a='\\\n'", "a=-", "a=[,]"})
        EXPECT_NE(refusal(text).find(damaged), std::string::npos) << text;
}

TEST(read_ranking, letters_beyond_ascii) {
    EXPECT_EQ(refusal("# é\ncriteria = ['é']\n  é = 1"),
              "r.toml:3: column 3: damaged TOML: root table: expected keys, tables, whitespace or comments, saw 'é'");
    // Where toml++ 3.3 asks whether a letter is a blank.
    for (const char* text : {"a = 1、", "a = 8\"é\"", "a = [2020-01-01 0,\"é\"]", "a = [+0b=\"é\"", "é", "a é = 1", "a = 1 é", "[a]é"})
        EXPECT_NE(refusal(text).find("damaged TOML: "), std::string::npos) << text;
    const auto several_lines = criteria_of("criteria = ['''\né、''', \"\"\"\\\n  é\"\"\"]");
    EXPECT_EQ(several_lines, (std::vector<criterion>{{.by = "é、"}, {.by = "é"}}));
    EXPECT_EQ(refusal("# \xFF"), "r.toml:1: '\\xFF': damaged TOML: not UTF-8");
    EXPECT_EQ(refusal("\ncriteria = ['\xED\xA0\x80']"), "r.toml:2: '\\xED': damaged TOML: not UTF-8");
}

TEST(read_ranking, nesting) {
    const auto repeated = [](const std::string& what, std::size_t times) {
        std::string all;
        for (std::size_t i = 0; i < times; ++i) all += what;
        return all;
    };
    const std::string message = "r.toml:2: damaged TOML: nested more than 32 deep";
    for (const char* part : {"[", "{a=", "[{a.b="}) {
        EXPECT_EQ(refusal("\ncriteria = " + repeated(part, 100'000)), message);
        EXPECT_NE(refusal("\ncriteria = " + repeated(part, 10)), message);
    }
    for (const char* part : {"a.", "'=,'.", "\"[\\\"\" . "})
        for (const char* start : {"\n", "\n[", "\n[["}) EXPECT_EQ(refusal(start + repeated(part, 100'000)), message);
}

TEST(read_ranking, large_lists) {
    std::string words;
    std::string bands;
    for (int i = 0; i < 100'000; ++i) words += "'" + std::to_string(i) + "', ";
    for (int i = 0; i < 1001; ++i) bands += std::to_string(i) + ".5, ";
    EXPECT_TRUE(finishes([&] { return first_of("criteria = [{by = 'x', order = [" + words + "]}]").order.size() == 100'000; }));
    EXPECT_EQ(refusal_with("bands = [" + bands + "]"), "r.toml:1: column rank: 'age': more than 1000 bands");
}

}  // namespace
}  // namespace allomatch::io
