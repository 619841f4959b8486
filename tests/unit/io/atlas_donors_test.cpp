// SPDX-License-Identifier: Apache-2.0
// docs/donor-files.md, section "Atlas".
#include "unit/io/donor_rows.hpp"
#include "unit/io/scratch_folder.hpp"

#include <gtest/gtest.h>

namespace allomatch::io {
namespace {

using testing::donor_rows;
using testing::gzip;
using testing::scratch_folder;
using cells = std::map<std::string, std::string>;

donor_rows read(std::string_view text, const donor_file_options& options = {}) {
    return testing::rows_of<atlas_source>(text, options);
}

std::string file_of(const std::string& donors, const std::string& mode = "diff") {
    return "{\"updateMode\":\"" + mode + "\",\"donors\":[" + donors + "]}";
}

/// Fault of the one donor in a file.
std::string fault_of(const std::string& donor) {
    const donor_rows found = read(file_of(donor));
    EXPECT_EQ(found.error, "");
    EXPECT_EQ(found.rows.size(), 1U);
    return found.rows.empty() ? "" : found.rows[0].fault;
}

const std::string two_donors = R"({
 "updateMode": "diff",
 "donors": [
  {
   "recordId": "D1", "changeType": "N", "donorType": "D", "donPool": "1234", "ethn": "CAEU",
   "hla": {
    "a": {"dna": {"field1": "*01:01", "field2": "*02:01"}, "ser": {"field1": "1", "field2": null}},
    "b": {"dna": {"field1": "*07:02", "field2": ""}, "ser": {"field1": "7"}},
    "c": {"dna": {"field1": " 07:02 "}},
    "drb1": {"dna": null, "ser": {"field1": "15", "field2": "4"}},
    "dqb1": {}, "dpb1": {"dna": {"field1": "04:01", "field2": "02:01"}}
   }
  },
  {"recordId": "D2", "changeType": "D"}
 ]
}
)";

TEST(atlas_donors, fields_and_their_columns) {
    const atlas_source source(two_donors, "f");
    EXPECT_EQ(source.mode(), update_mode::differential);
    EXPECT_EQ(source.name(), "f");
    const donor_rows found = read(two_donors);
    EXPECT_EQ(found.error, "");
    ASSERT_EQ(found.rows.size(), 2U);
    EXPECT_EQ(found.rows[0].line, 4U);
    EXPECT_EQ(found.rows[0].fault, "");
    EXPECT_EQ(found.rows[0].cells,
              (cells{{"id", "D1"}, {"change", "new"}, {"type", "adult"}, {"donpool", "1234"}, {"population", "CAEU"},
                     {"A_1", "*01:01"}, {"A_2", "*02:01"}, {"A_ser_1", "1"}, {"B_1", "*07:02"}, {"B_ser_1", "7"},
                     {"C_1", "07:02"}, {"DRB1_ser_1", "15"}, {"DRB1_ser_2", "4"}, {"DPB1_1", "04:01"}, {"DPB1_2", "02:01"}}));
    EXPECT_EQ(found.rows[1].line, 14U);
    EXPECT_EQ(found.rows[1].cells, (cells{{"id", "D2"}, {"change", "deleted"}}));
}

TEST(atlas_donors, loci_of_the_first_schema) {
    const auto found = read(file_of(R"({"recordId":7,"donPool":6939,"hla":{"drb3":{"dna":{"field1":"01:01"}},
        "drb5":{"dna":{"field2":"01:02"}},"dqa1":{"dna":{"field1":"01:01"}},"dpa1":{"dna":{"field1":"01:03"}}}})"));
    ASSERT_EQ(found.rows.size(), 1U);
    EXPECT_EQ(found.rows[0].fault, "");
    EXPECT_EQ(found.rows[0].cells, (cells{{"id", "7"}, {"donpool", "6939"}, {"DRB3_1", "01:01"}, {"DRB5_2", "01:02"},
                                          {"DQA1_1", "01:01"}, {"DPA1_1", "01:03"}}));
}

TEST(atlas_donors, words) {
    const auto cell_of = [](const std::string& member, const std::string& column) {
        auto found = read(file_of("{\"recordId\":\"1\"," + member + "}"));
        return found.rows.at(0).fault.empty() ? found.rows.at(0).cells[column] : found.rows.at(0).fault;
    };
    EXPECT_EQ(cell_of(R"("changeType":"N")", "change"), "new");
    EXPECT_EQ(cell_of(R"("changeType":"U")", "change"), "changed");
    EXPECT_EQ(cell_of(R"("changeType":"NU")", "change"), "upsert");
    EXPECT_EQ(cell_of(R"("changeType":"D")", "change"), "deleted");
    EXPECT_EQ(cell_of(R"("changeType":null)", "change"), "");
    EXPECT_EQ(cell_of(R"("changeType":"X")", "change"), "changeType: 'X' is not a word of this field");
    EXPECT_EQ(cell_of(R"("donorType":"C")", "type"), "cord");
    EXPECT_EQ(cell_of(R"("donorType":"B")", "type"), "donorType: 'B' is not a word of this field");
    EXPECT_EQ(cell_of(R"("RECORDID2":"1","Ethn":"x")", "population"), "x");
}

TEST(atlas_donors, modes) {
    const std::string donor = R"({"recordId":"1"})";
    EXPECT_EQ(atlas_source(file_of(donor, "full"), "f").mode(), update_mode::full);
    EXPECT_EQ(atlas_source(file_of(donor, "Diff"), "f").mode(), update_mode::differential);
    EXPECT_EQ(atlas_source("{\"donors\":[" + donor + "]}", "f").mode(), update_mode::unstated);
    EXPECT_EQ(read(file_of(donor, "check")).error, "f:1: updateMode is check: the file is there to be compared, not to be read");
    EXPECT_EQ(read(file_of(donor, "all")).error, "f:1: updateMode is 'all', expected full or diff");
    EXPECT_EQ(read(R"({"updateMode":1,"donors":[]})").error, "f:1: updateMode is not a text");
    const auto late = read("{\"donors\":[" + donor + "],\n\"updateMode\":\"full\"}");
    EXPECT_EQ(late.rows.size(), 1U);
    EXPECT_EQ(late.error, "f:2: updateMode has to stand before donors");
}

TEST(atlas_donors, unknown_members_are_passed_over) {
    const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
    const auto found = read("{\"note\":{\"donors\":[1]},\"text\":\"]}\\\"{\",\"updateMode\":\"full\",\"n\":-1.5e3,\"donors\":["
                            "{\"x\":" + deep + ",\"recordId\":\"1\",\"hla\":{\"recordId\":\"2\",\"a\":{\"dna\":{\"field1\":\"01:01\",\"field3\":{}}},"
                            "\"e\":{\"dna\":{\"field1\":\"01:01\"}}}}],\"end\":[{}]}\n");
    EXPECT_EQ(found.error, "");
    ASSERT_EQ(found.rows.size(), 1U);
    EXPECT_EQ(found.rows[0].fault, "");
    EXPECT_EQ(found.rows[0].cells, (cells{{"id", "1"}, {"A_1", "01:01"}}));
}

TEST(atlas_donors, faults_are_of_their_donor_only) {
    const auto found = read(file_of("{\"recordId\":\"1\"},\n{\"recordId\":},\n7,\n{\"recordId\":\"\xFF\"},{\"recordId\":\"4\"}"));
    EXPECT_EQ(found.error, "");
    ASSERT_EQ(found.rows.size(), 5U);
    EXPECT_EQ(found.rows[0].fault, "");
    EXPECT_EQ(found.rows[1].line, 2U);
    EXPECT_TRUE(found.rows[1].fault.starts_with("damaged JSON: ")) << found.rows[1].fault;
    EXPECT_EQ(found.rows[1].cells, cells{});
    EXPECT_EQ(found.rows[2].fault, "a donor is an object, found '7'");
    EXPECT_TRUE(found.rows[3].fault.starts_with("damaged JSON: ")) << found.rows[3].fault;
    EXPECT_EQ(found.rows[4].cells, (cells{{"id", "4"}}));
}

TEST(atlas_donors, members_of_the_wrong_kind) {
    EXPECT_EQ(fault_of("{}"), "no recordId");
    EXPECT_EQ(fault_of(R"({"recordId":" "})"), "no recordId");
    EXPECT_EQ(fault_of(R"({"recordId":1.5})"), "recordId is a text, found 1.5");
    EXPECT_EQ(fault_of(R"({"recordId":99999999999999999999})"), "recordId is a text, found 99999999999999999999");
    EXPECT_EQ(fault_of(R"({"recordId":["1"]})"), "recordId is a text, found an array");
    EXPECT_EQ(fault_of(R"({"recordId":"1","ethn":true})"), "ethn is a text, found true");
    EXPECT_EQ(fault_of(R"({"recordId":"1","hla":"A1"})"), "hla is an object, found 'A1'");
    EXPECT_EQ(fault_of(R"({"recordId":"1","hla":{"a":[]}})"), "hla/a is an object, found an array");
    EXPECT_EQ(fault_of(R"({"recordId":"1","hla":{"a":{"dna":{"field1":{"recordId":"2"}}}}})"), "hla/a/dna/field1 is a text, found an object");
    EXPECT_EQ(fault_of(R"({"recordId":"a\u0000b"})"), "recordId holds a NUL character");
}

TEST(atlas_donors, a_member_that_is_there_twice) {
    EXPECT_EQ(fault_of(R"({"recordId":"1","recordId":"1"})"), "recordId is there twice");
    EXPECT_EQ(fault_of(R"({"recordId":"1","hla":{"a":null},"HLA":{"b":null}})"), "hla is there twice");
    EXPECT_EQ(fault_of(R"({"recordId":"1","hla":{"a":{"dna":{"field1":null,"field1":"01:01"}}}})"), "hla/a/dna/field1 is there twice");
    EXPECT_EQ(fault_of(R"({"recordId":"1","x":1,"x":2})"), "");
}

TEST(atlas_donors, a_donor_that_is_too_long) {
    for (const std::string& filler : {std::string(3'000'000, 'x'), std::string(999, 'x')}) {
        const auto found = read(file_of("{\"recordId\":\"1\"},\n{\"recordId\":\"2\",\n\"x\":\"" + filler + "\"},\n{\"recordId\":\"3\"}"), {.max_record = 1000});
        EXPECT_EQ(found.error, "");
        ASSERT_EQ(found.rows.size(), 3U);
        EXPECT_EQ(found.rows[1].fault, "the donor is longer than 1000 bytes");
        EXPECT_EQ(found.rows[1].cells, cells{});
        EXPECT_EQ(found.rows[2].line, 4U);
        EXPECT_EQ(found.rows[2].cells, (cells{{"id", "3"}}));
    }
}

TEST(atlas_donors, files_that_are_refused) {
    EXPECT_EQ(read("").error, "f:1: a donor file in JSON is an object with updateMode and donors");
    EXPECT_EQ(read("[{}]").error, "f:1: a donor file in JSON is an object with updateMode and donors");
    EXPECT_EQ(read("{}").error, "f:1: no donors: not a donor file of Atlas");
    EXPECT_EQ(read("{\"a\":1}").error, "f:1: no donors: not a donor file of Atlas");
    EXPECT_EQ(read("{\"updateMode\":\"full\",\"updateMode\":\"diff\"}").error, "f:1: updateMode is there twice");
    EXPECT_EQ(read("{\"donors\":{}}").error, "f:1: expected '[' as the start of donors, found '{'");
    EXPECT_EQ(read("{\"donors\":[]}").error, "f:1: donors is empty");
    EXPECT_EQ(read("{\"a\":,\"donors\":[]}").error, "f:1: a value is missing");
    EXPECT_EQ(read("{\"a\" 1}").error, "f:1: expected ':' behind a name, found '1'");
    EXPECT_EQ(read("{a:1}").error, "f:1: a name is not a text");
    const std::string one = "{\"recordId\":\"1\"}";
    EXPECT_EQ(read("{\"donors\":[" + one + ",]}").error, "f:1: expected a donor");
    EXPECT_EQ(read("{\"donors\":[" + one + "\n" + one + "]}").error, "f:2: expected ',' or ']' behind a donor, found '{'");
    EXPECT_EQ(read("{\"donors\":[" + one + "}").error, "f:1: expected ',' or ']' behind a donor, found '}'");
    EXPECT_EQ(read("{\"donors\":[" + one + "],\"donors\":[" + one + "]}").error, "f:1: donors is there twice");
    EXPECT_EQ(read("{\"donors\":[" + one + "]} x").error, "f:1: text behind the end of the JSON object");
    EXPECT_EQ(read("{\"donors\":[" + one).error, "f:1: expected ',' or ']' behind a donor, found the end of the file");
}

TEST(atlas_donors, a_bracket_that_is_missing_yields_no_donor) {
    const auto found = read(file_of("{\"recordId\":\"1\"},{\"recordId\":\"2\",\"hla\":{\"a\":{},{\"recordId\":\"3\"}"));
    EXPECT_EQ(found.error, "f:1: expected ',' or ']' behind a donor, found the end of the file");
    ASSERT_EQ(found.rows.size(), 2U);
    EXPECT_TRUE(found.rows[1].fault.starts_with("damaged JSON: ")) << found.rows[1].fault;
    EXPECT_EQ(found.rows[1].cells, cells{});
}

TEST(atlas_donors, cut_at_every_byte) { EXPECT_EQ(testing::truncation_difference<atlas_source>(two_donors), ""); }

TEST(atlas_donors, files_equal_memory) {
    std::string many = "{\"updateMode\":\"full\",\"donors\":[";
    for (int i = 0; i < 20'000; ++i) many += (i > 0 ? ",\n" : "") + std::string("{\"recordId\":\"") + std::to_string(i) + "\"}";
    many += "]}";
    const scratch_folder folder;
    const auto expected = read(many);
    EXPECT_EQ(expected.error, "");
    ASSERT_EQ(expected.rows.size(), 20'000U);
    EXPECT_EQ(expected.rows.back().line, 20'000U);
    for (const auto& path : {folder.put("f.json", many), folder.put("f.json.gz", gzip(many)), folder.put("m.json", "\xEF\xBB\xBF" + many)}) {
        const auto found = testing::read_rows([&] { return std::make_unique<atlas_source>(path); });
        EXPECT_EQ(found.error, "");
        EXPECT_EQ(found.rows, expected.rows);
    }
    const std::string packed = gzip(many);
    const auto cut = folder.put("cut.json.gz", packed.substr(0, packed.size() - 20));
    EXPECT_TRUE(testing::read_rows([&] { return std::make_unique<atlas_source>(cut); }).error.ends_with("truncated gzip"));
}

}  // namespace
}  // namespace allomatch::io
