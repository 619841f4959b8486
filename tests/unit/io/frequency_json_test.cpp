// SPDX-License-Identifier: Apache-2.0
// Layout (e) of formats.md, section "Haplotype frequencies".
#include "unit/bounded.hpp"
#include "unit/io/scratch_folder.hpp"

#include <allomatch/io/read_frequencies.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace allomatch::io {
namespace {

using testing::message_of;
using testing::scratch_folder;

frequency_sets read(std::string_view text, bool normalise = false) {
    return read_frequencies_text(text, "f.json", "f", nomenclature::builtin(), {.normalise = normalise});
}

problem refusal(std::string_view text) {
    try {
        (void)read(text);
    } catch (const format_error& e) {
        return e.details();
    }
    return {};
}

std::string set_of(const std::string& entries) { return "{\"frequencies\":[" + entries + "]}"; }

constexpr const char* good = R"({"a":"A*02:01","b":"B*07:02","frequency":0.25})";

TEST(frequency_json, one_population) {
    const std::string text = R"({"nomenclatureVersion":"3.58.0","populationId":"EAS","frequencies":[
        {"a":"A*02:01","b":"B*07:02","c":"C*07:02","drb1":"DRB1*15:01","dqb1":"DQB1*06:02","frequency":0.25},
        {"frequency":0.5,"DQB1":"02:01","Drb1":"HLA-DRB1*03:01","C":"C*07:01","b":"B*08:01","A":" 01:01 ",
         "note":[{"a":1}]}
    ],"size":7,"frequenciesOf":{"frequencies":[]}})";
    for (const std::string& marked : {text, "\xEF\xBB\xBF" + text, "# comment\r\n\r\n " + text + "\n"}) {
        const auto r = read(marked);
        ASSERT_EQ(r.sets.size(), 1U);
        const frequency_set& set = r.sets[0];
        EXPECT_EQ(set.name(), "EAS");
        EXPECT_EQ(set.loci(), (std::vector{locus::A, locus::B, locus::C, locus::DRB1, locus::DQB1}));
        ASSERT_EQ(set.rows().size(), 2U);
        EXPECT_EQ(set.haplotype_text(1), "A*01:01~B*08:01~C*07:01~DRB1*03:01~DQB1*02:01");
        EXPECT_EQ(set.rows().frequency(0), 0.25);
        EXPECT_EQ(r.report.rows_read, 2U);
        EXPECT_EQ(r.report.rows_taken, 2U);
        EXPECT_TRUE(r.report.problems.empty());
        EXPECT_TRUE(r.report.warnings.empty());
        EXPECT_EQ(r.report.sets.at(0).sum, 0.75);
    }
}

TEST(frequency_json, is_the_same_as_csv) {
    const auto csv = read(
        "haplotype,frequency\nA*02:01~B*07:02,0.1\nA*02:01~B*08:01,1e-05\nA*02:01:01~B*07:02,3E-2\n");
    const auto json = read(set_of(R"({"a":"A*02:01","b":"B*07:02","frequency":0.1},
        {"a":"A*02:01","b":"B*08:01","frequency":1e-05},{"a":"A*02:01:01","b":"B*07:02","frequency":3E-2})"));
    ASSERT_EQ(csv.sets[0].rows().size(), json.sets[0].rows().size());
    EXPECT_EQ(csv.sets[0].merged().size(), json.sets[0].merged().size());
    EXPECT_EQ(csv.report.rows_merged, json.report.rows_merged);
    for (std::size_t row = 0; row < 3; ++row) {
        EXPECT_EQ(csv.sets[0].haplotype_text(row), json.sets[0].haplotype_text(row));
        EXPECT_EQ(csv.sets[0].rows().frequency(row), json.sets[0].rows().frequency(row));
    }
}

TEST(frequency_json, files_and_their_names) {
    const scratch_folder folder;
    const std::string unnamed = set_of(good);
    const auto file = folder.put("EUR.json.gz", io::testing::gzip(unnamed));
    EXPECT_EQ(read_frequencies(file, nomenclature::builtin()).sets.at(0).name(), "EUR");
    for (const char* blank : {"null", "\"\"", "\" \""}) {
        const auto r = read("{\"populationId\":" + std::string(blank) + ",\"frequencies\":[" + good + "]}");
        EXPECT_EQ(r.sets[0].name(), "f") << blank;
    }
    const std::string cut = io::testing::gzip(unnamed).substr(0, 40);
    EXPECT_THROW((void)read_frequencies(folder.put("cut.json.gz", cut), nomenclature::builtin()), format_error);
}

TEST(frequency_json, several_populations) {
    const std::string a =
        R"({"frequencies":[{"a":"A*02:01","frequency":0.5},{"a":null,"frequency":0.1}],"populationId":"X"})";
    const std::string b =
        R"({"populationId":"Y","frequencies":[{"b":"B*99:99","frequency":0.1},{"b":"B*07:02","frequency":1}]})";
    const auto r = read("[" + a + "," + b + "]");
    ASSERT_EQ(r.sets.size(), 2U);
    ASSERT_NE(r.find("Y"), nullptr);
    EXPECT_EQ(r.find("Y")->loci(), std::vector{locus::B});
    EXPECT_EQ(r.report.rows_read, 4U);
    EXPECT_EQ(r.report.rows_taken, 2U);
    ASSERT_EQ(r.report.problems.size(), 2U);
    EXPECT_EQ(r.report.problems[0].message(), "f.json:2: id X: column A: no allele at this locus");
    EXPECT_EQ(r.report.problems[1].row, 1U);
    EXPECT_EQ(r.report.problems[1].id, "Y");
    EXPECT_EQ(r.report.sets.size(), 2U);

    EXPECT_NE(refusal("[" + a + "," + a + "]").message().find("'X': this population is there twice"),
              std::string::npos);
    const problem empty = refusal("[" + a + R"(,{"populationId":"Z","frequencies":[]}])");
    EXPECT_NE(empty.message().find("id Z"), std::string::npos) << empty.message();
    EXPECT_NE(refusal("[]").reason.find("no frequency set"), std::string::npos);
}

TEST(frequency_json, refused_entries) {
    const std::vector<std::pair<std::string, std::string>> cases{
        {R"({"a":null,"b":"B*07:02","frequency":0.1})", "f.json:2: column A: no allele at this locus"},
        {R"({"b":"B*07:02","frequency":0.1})", "f.json:2: column A: 'B*07:02': the loci of this set are A, B"},
        {R"({"a":2,"b":"B*07:02","frequency":0.1})", "f.json:2: column A: '2': not a text"},
        {R"({"a":"A*02:01","b":["B*07:02"],"frequency":0.1})", "f.json:2: column B: '[': not a text"},
        {R"({"a":"A*02:01","b":{"b":{}},"frequency":0.1})", "f.json:2: column B: '{': not a text"},
        {R"({"a":"A*02:01","b":"B*07:02","frequency":"0.1"})", "f.json:2: column frequency: '0.1': not a number"},
        {R"({"a":"A*02:01","b":"B*07:02","frequency":null})", "f.json:2: column frequency: 'null': not a number"},
        {R"({"a":"A*02:01","b":"B*07:02","frequency":[0.1]})", "f.json:2: column frequency: '[': not a number"},
        {R"({"a":"A*02:01","b":"B*07:02"})", "f.json:2: column frequency: no frequency"},
        {R"({"a":"A*02:01","b":"B*07:02","frequency":-1})",
         "f.json:2: column frequency: '-1': a frequency is not negative"},
        {R"({"a":"A*02:01","b":"B*07:02","frequency":2})",
         "f.json:2: column frequency: '2': a frequency is at most 1"},
        {R"({"a":"A*02:01","b":"B*07:02","frequency":1e-400})",
         "f.json:2: column frequency: '1e-400': a number too large or too small to be kept"},
        {R"({"a":"A*02:01","b":"B*07:02","A":"A*02:01","frequency":0.1})",
         "f.json:2: column A: 'A*02:01': locus A is there twice"},
        {R"({"a":"A*02:01","b":"B*07:02","frequency":0,"frequency":0.1})",
         "f.json:2: column frequency: 'frequency': the key is there twice"},
        {R"({"frequency":0.1})", "f.json:2: no locus"},
        {R"({"a":"A*02:01","b":"B*07:02","c":"C*07:02","frequency":0.1})",
         "f.json:2: 'A*02:01~B*07:02~C*07:02': the loci of this set are A, B"},
        {R"({"a":"A*02:01","b":"A*02:01","frequency":0.1})", "f.json:2: column B: 'A*02:01': "},
        {R"("A*02:01~B*07:02")", "f.json:2: 'A*02:01~B*07:02': an entry is an object with loci and a frequency"},
        {"[[[{}]]]", "f.json:2: '[': an entry is an object with loci and a frequency"},
        {"null", "f.json:2: 'null': an entry is an object with loci and a frequency"},
    };
    for (const auto& [entry, message] : cases) {
        const auto r = read(set_of(std::string(good) + "," + entry + "," + good));
        EXPECT_EQ(r.report.rows_read, 3U) << entry;
        EXPECT_EQ(r.report.rows_taken, 2U) << entry;
        EXPECT_EQ(r.report.rows_refused, 1U) << entry;
        ASSERT_EQ(r.report.problems.size(), 1U) << entry;
        EXPECT_TRUE(r.report.problems[0].message().starts_with(message)) << r.report.problems[0].message();
    }
    const auto zero = read(set_of(std::string(good) +
                                  R"(,{"a":null,"frequency":0},{"b":"B*07:02","frequency":-0.0})"));
    EXPECT_EQ(zero.report.rows_zero, 2U);
    EXPECT_EQ(zero.report.rows_refused, 0U);
}

TEST(frequency_json, drb3_drb4_and_drb5_are_one_locus) {
    const auto r = read(set_of(R"({"drb1":"15:01","drb3":null,"drb4":"","drb5":"01:01","frequency":0.1},
        {"drb1":"03:01","DRB345":"DRB3*01:01","frequency":0.1},
        {"drb1":"04:01","drb4":"HLA-DRB4*01:01","frequency":0.1},
        {"drb1":"04:01","drb4":"DRB3*01:01","frequency":0.1},
        {"drb1":"04:01","drb4":"01:01","drb3":"01:01","frequency":0.1},
        {"drb1":"01:01","drb3":null,"frequency":0.1})"));
    ASSERT_EQ(r.sets[0].rows().size(), 3U);
    EXPECT_EQ(r.sets[0].haplotype_text(0), "DRB1*15:01~DRB5*01:01");
    EXPECT_EQ(r.sets[0].haplotype_text(1), "DRB1*03:01~DRB3*01:01");
    ASSERT_EQ(r.report.problems.size(), 3U);
    EXPECT_EQ(r.report.problems[0].message(), "f.json:4: column DRB4: 'DRB3*01:01': not an allele of DRB4");
    EXPECT_EQ(r.report.problems[1].message(), "f.json:5: column DRB3: '01:01': locus DRB345 is there twice");
    EXPECT_EQ(r.report.problems[2].column, "DRB345");
}

TEST(frequency_json, another_release_is_a_warning) {
    const auto warned = [](const std::string& version, const nomenclature::pointer& names) {
        const std::string text =
            "{\"frequencies\":[" + std::string(good) + "],\"nomenclatureVersion\":" + version + "}";
        const auto r = read_frequencies_text(text, "f.json", "f", names);
        return r.report.warnings.empty() ? "" : r.report.warnings.at(0).message();
    };
    const auto builtin = nomenclature::builtin();
    EXPECT_EQ(warned("\"3.33.0\"", builtin),
              "f.json: column nomenclatureVersion: '3.33.0': the release in use is starter 3.58.0");
    for (const char* same : {"\"3.58.0\"", "\"IPD-IMGT/HLA 3.58.0\"", "null", "\"\""})
        EXPECT_EQ(warned(same, builtin), "") << same;
    EXPECT_EQ(warned("\"3.33.0\"", nomenclature::names()), "");
}

TEST(frequency_json, damage_is_named_with_its_place) {
    const auto at = [](const std::string& text, std::uint64_t row, const char* column, const char* reason) {
        const problem p = refusal(text);
        EXPECT_EQ(p.place, "f.json") << text;
        EXPECT_EQ(p.row, row) << text << " -> " << p.message();
        EXPECT_EQ(p.column, column) << text << " -> " << p.message();
        EXPECT_NE(p.reason.find(reason), std::string::npos) << p.message();
    };
    at("{", 1, "1", "damaged JSON");
    at("{\n  \"frequencies\": [,]}", 2, "19", "damaged JSON");
    at("# c\n{\n\"frequencies\":[]}}", 3, "18", "damaged JSON");
    at("{\"populationId\":\"\xFF\",\"frequencies\":[]}", 1, "18", "damaged JSON");
    at(set_of("{\"a\":\"A*02:01\",\"frequency\":NaN}"), 1, "44", "damaged JSON");
    at(set_of("{\"a\":\"A*02:01\",\"frequency\":1e999}"), 1, "49", "number overflow");
    at("[1]", 1, "3", "object");
    at("[[]]", 1, "2", "object");
    at("{}", 1, "2", "no 'frequencies'");
    at("{\"populationId\":\"X\"}", 1, "20", "no 'frequencies'");
    at("{\"frequencies\":{}}", 1, "16", "frequencies is an array");
    at("{\"frequencies\":\n null}", 2, "5", "frequencies is an array");
    at("{\"populationId\":7,\"frequencies\":[]}", 1, "18", "populationId is a text or null");
    at("{\"nomenclatureVersion\":[3,58],\"frequencies\":[]}", 1, "24", "nomenclatureVersion is a text or null");
    at("{\"populationId\":null,\"POPULATIONID\":null,\"frequencies\":[]}", 1, "35", "twice");
    EXPECT_NE(refusal(set_of("")).reason.find("no row"), std::string::npos);
    EXPECT_NE(refusal(set_of("null")).message().find("first fault"), std::string::npos);
    const problem above =
        refusal(set_of(std::string(good) + "," + good + R"(,{"a":"A*01:01","b":"B*08:01","frequency":0.75})"));
    EXPECT_NE(above.message().find("1.25"), std::string::npos) << above.message();
}

TEST(frequency_json, nesting_of_any_depth) {
    EXPECT_TRUE(allomatch::testing::finishes([] {
        const std::size_t depth = 5'000'000;
        const std::string nested = std::string(depth, '[') + std::string(depth, ']');
        if (read("{\"note\":" + nested + ",\"frequencies\":[" + good + "]}").report.rows_taken != 1) return false;
        if (read(set_of(std::string(good) + "," + nested)).report.rows_refused != 1) return false;
        std::string objects;
        for (std::size_t i = 0; i < depth / 10; ++i) objects += "{\"a\":";
        return !refusal(std::string(depth, '[')).reason.empty() && !refusal(set_of(objects)).reason.empty();
    }));
}

}  // namespace
}  // namespace allomatch::io
