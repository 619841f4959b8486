// SPDX-License-Identifier: Apache-2.0
#include <allomatch/registry/field.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

using namespace allomatch;

namespace {

day_number day(std::string_view text) { return read_date(text).value(); }
int age(std::string_view birth, std::string_view on) { return age_in_years(day(birth), day(on)); }

TEST(date, counts_days) {
    EXPECT_EQ(read_date("1970-01-01"), 0);
    EXPECT_EQ(read_date("1970-01-02"), 1);
    EXPECT_EQ(read_date("1969-12-31"), -1);
    EXPECT_EQ(read_date("2000-03-01").value() - read_date("2000-02-28").value(), 2);
    EXPECT_EQ(read_date("1900-03-01").value() - read_date("1900-02-28").value(), 1);
    EXPECT_EQ(read_date("2024-02-29"), 19'782);  // date -d 2024-02-29 +%s / 86400
    for (const char* text : {"0001-01-01", "1583-10-15", "2024-02-29", "9999-12-31"}) EXPECT_EQ(date_text(day(text)), text);
}

TEST(date, refuses_days_that_do_not_exist_and_other_spellings) {
    for (const char* bad : {"", "2023-02-29", "1900-02-29", "2023-04-31", "2023-13-01", "2023-00-10", "2023-01-00", "2023-1-1", "23-01-01",
                            "2023/01/01", "20230101", "2023-01-01 ", " 2023-01-01", "2023-01-01T00:00", "01.01.2023", "+023-01-01",
                            "-023-01-01", "2023-0a-01", "2023-01-1x"})
        EXPECT_FALSE(read_date(bad)) << bad;
}

TEST(age, counts_birthdays) {
    EXPECT_EQ(age("1990-06-15", "2020-06-14"), 29);
    EXPECT_EQ(age("1990-06-15", "2020-06-15"), 30);
    EXPECT_EQ(age("1990-06-15", "1990-06-15"), 0);
    EXPECT_EQ(age("1990-12-31", "2020-01-01"), 29);
    // field.hpp: 29 February has its birthday on 1 March in common years.
    EXPECT_EQ(age("2000-02-29", "2018-02-28"), 17);
    EXPECT_EQ(age("2000-02-29", "2018-03-01"), 18);
    EXPECT_EQ(age("2000-02-29", "2020-02-28"), 19);
    EXPECT_EQ(age("2000-02-29", "2020-02-29"), 20);
    EXPECT_EQ(age("2000-02-28", "2020-02-29"), 20);
    EXPECT_LT(age("2020-01-02", "2020-01-01"), 0);
}

TEST(fields, are_found_by_name_or_alias_without_case) {
    const auto found = [](std::string_view column) {
        const field_definition* f = find_field(column);
        return f == nullptr ? std::string() : std::string(f->name);
    };
    EXPECT_EQ(found("BIRTH_DATE"), "birth_date");
    EXPECT_EQ(found("HF_SET"), "population");
    EXPECT_EQ(found("ethn"), "population");
    EXPECT_EQ(found("donor_type"), "type");
    EXPECT_EQ(found("hospital"), "");
    EXPECT_EQ(found(""), "");
    std::set<std::string_view> names;
    for (const field_definition& f : known_fields()) names.insert(f.name);
    EXPECT_EQ(names.size(), known_fields().size());
    // formats.md, section "Donors"
    for (const char* name : {"type", "population", "birth_date", "sex", "abo", "rh", "weight_kg", "pregnancies", "cmv", "status", "branch",
                             "registered", "last_contact", "donations", "abroad_donations", "tnc", "cd34", "volume_ml", "status_until", "reserved_for", "reserved_until"})
        EXPECT_TRUE(names.contains(name)) << name;
}

/// What becomes of a cell: its canonical text, or "refused".
std::string stored(std::string_view name, std::string_view cell) {
    const field_definition* f = find_field(name);
    field_column column(std::string(name), f == nullptr ? field_kind::text : f->kind, f);
    if (column.check(cell)) return "refused";
    column.push_back(cell);
    EXPECT_EQ(column.size(), 1U);
    EXPECT_EQ(column.is_missing(0), column.text(0).empty());
    return column.text(0);
}

// Values of formats.md, section "Donors".
TEST(fields, accepted_values) {
    EXPECT_EQ(stored("type", "D"), "adult");
    EXPECT_EQ(stored("type", "C"), "cord");
    EXPECT_EQ(stored("type", " cord "), "cord");
    EXPECT_EQ(stored("rh", "P"), "+");
    EXPECT_EQ(stored("rh", "N"), "-");
    EXPECT_EQ(stored("abo", "AB"), "AB");
    for (const char* code : {"N", "G", "M", "B", "P", "H", "O", "neg", "pos"}) EXPECT_EQ(stored("cmv", code), code);
    for (const char* code : {"AV", "TU", "OP", "RS", "DE"}) EXPECT_EQ(stored("status", code), code);
    EXPECT_EQ(stored("weight_kg", "70"), "70");
    EXPECT_EQ(stored("weight_kg", "70.50"), "70.5");
    EXPECT_EQ(stored("weight_kg", "0"), "0");
    EXPECT_EQ(stored("tnc", "1e2"), "100");
    EXPECT_EQ(stored("pregnancies", "2"), "2");
    EXPECT_EQ(stored("donations", "0"), "0");
    EXPECT_EQ(stored("birth_date", "1990-02-28"), "1990-02-28");
    EXPECT_EQ(stored("branch", "\xE6\x9D\xAD\xE5\xB7\x9E"), "\xE6\x9D\xAD\xE5\xB7\x9E");
    EXPECT_EQ(stored("anything", "a,b"), "a,b");
    for (const field_definition& f : known_fields())
        for (const char* blank : {"", " ", "\t"}) EXPECT_EQ(stored(f.name, blank), "") << f.name;
}

TEST(fields, refused_values) {
    for (const auto& [name, bad] : std::vector<std::pair<const char*, const char*>>{
             {"type", "donor"}, {"sex", "X"}, {"sex", "m"}, {"sex", "male"}, {"abo", "C"}, {"abo", "0"}, {"abo", "ab"}, {"rh", "pos"},
             {"cmv", "Neg"}, {"cmv", "Q"}, {"status", "av"}, {"weight_kg", "70kg"}, {"weight_kg", "-1"}, {"weight_kg", "nan"},
             {"weight_kg", "inf"}, {"weight_kg", "1e999"}, {"weight_kg", "70,5"}, {"weight_kg", "0x10"}, {"weight_kg", "+70"},
             {"pregnancies", "1.5"}, {"pregnancies", "-1"}, {"pregnancies", "1e30"}, {"birth_date", "1990"}, {"birth_date", "31.12.1990"},
             {"registered", "2023-02-30"}})
        EXPECT_EQ(stored(name, bad), "refused") << name << " " << bad;
    field_column abo("abo", field_kind::category, find_field("abo"));
    const auto p = abo.check("ab");
    ASSERT_TRUE(p);
    EXPECT_EQ(p->column, "abo");
    EXPECT_EQ(p->text, "ab");
    EXPECT_EQ(p->suggestion, "AB");
}

// A weight is not negative; -0 must not become a key that sorts before every weight.
TEST(fields, minus_zero_is_zero_or_refused) {
    const std::string text = stored("weight_kg", "-0");
    EXPECT_TRUE(text == "refused" || text == "0") << text;
}

TEST(field_column, keeps_values_by_row) {
    field_column branch("branch", field_kind::text);
    for (int i = 0; i < 300; ++i) branch.push_back("b" + std::to_string(i));
    branch.push_missing(2);
    branch.push_back("b7");
    EXPECT_EQ(branch.size(), 303U);
    EXPECT_EQ(branch.text(299), "b299");
    EXPECT_TRUE(branch.is_missing(300));
    EXPECT_TRUE(branch.is_missing(301));
    EXPECT_EQ(branch.code(302), branch.code(7));
    EXPECT_EQ(branch.find_word("b7"), branch.code(7));
    EXPECT_FALSE(branch.find_word("b999"));
    EXPECT_GT(branch.memory(), 0U);
    field_column born("birth_date", field_kind::date, find_field("birth_date"));
    born.push_back("1990-01-01");
    born.push_missing();
    EXPECT_EQ(born.day(0), day("1990-01-01"));
    EXPECT_EQ(born.day(1), no_day);
    field_column weight("weight_kg", field_kind::number, find_field("weight_kg"));
    weight.push_back("61.5");
    weight.push_missing();
    EXPECT_EQ(weight.value(0), 61.5F);
    EXPECT_TRUE(std::isnan(weight.value(1)));
    EXPECT_EQ(weight.text(1), "");
}

TEST(packed_column, widens_and_keeps_its_codes) {
    packed_column codes;
    std::vector<std::uint32_t> plain;
    for (const std::uint32_t code : {0U, 255U, 256U, 1U, 65'535U, 65'536U, 3U, 0xFFFF'FFFFU, 9U}) {
        codes.push_back(code);
        plain.push_back(code);
        for (std::size_t i = 0; i < plain.size(); ++i) ASSERT_EQ(codes[i], plain[i]);
    }
    EXPECT_EQ(codes.width(), 4U);
    EXPECT_EQ(codes.size(), plain.size());
    codes.visit([&](auto values) { EXPECT_EQ(values[3], 1U); });
}

}  // namespace
