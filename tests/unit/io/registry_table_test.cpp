// SPDX-License-Identifier: Apache-2.0
// Donors as a table, in the columns of formats.md, section "Donors".
#include <allomatch/io/registry_table.hpp>
#include <allomatch/io/table_writers.hpp>

#include <gtest/gtest.h>

using namespace allomatch;

namespace {

using enum locus;

struct row {
    std::string id;
    std::vector<std::pair<locus, std::string>> typings;
    std::vector<std::string> fields;
};

std::string written(const std::vector<std::string>& fields, const std::vector<row>& rows) {
    registry_builder builder(nomenclature::names(), nullptr);
    builder.declare_fields(fields);
    for (const row& r : rows) {
        registry_builder::donor_texts donor;
        donor.id = r.id;
        for (const auto& [l, text] : r.typings) donor.typings[index(l)] = text;
        donor.fields.assign(r.fields.begin(), r.fields.end());
        const auto problems = builder.add(donor);
        EXPECT_TRUE(problems.empty());
    }
    return io::to_text(io::registry_table(*builder.finish()), io::table_format::csv);
}

TEST(registry_table, has_what_was_received) {
    EXPECT_EQ(written({"birth_date", "weight_kg", "donations", "sex", "note"},
                      {{"D2", {{B, pair_text("07:02", "08:01")}}, {"1990-02-28", "62.5", "3", "F", "宁波, \"east\""}},
                       {"D1", {{A, pair_text("01:01", "")}, {B, "B*07:02+B*08:01|B*13:01+B*15:01"}}, {"", "", "", "", ""}}}),
              "id,A_1,A_2,B_1,B_2,B,birth_date,weight_kg,donations,sex,note\n"
              "D2,,,07:02,08:01,,1990-02-28,62.5,3,F,\"宁波, \"\"east\"\"\"\n"
              "D1,01:01,,,,B*07:02+B*08:01|B*13:01+B*15:01,,,,,\n");
}

TEST(registry_table, nobody_typed_and_nobody_at_all) {
    EXPECT_EQ(written({}, {{"D1", {}, {}}}), "id,A_1,A_2\nD1,,\n");
    EXPECT_EQ(written({"branch"}, {}), "id,A_1,A_2,branch\n");
}

}  // namespace
