// SPDX-License-Identifier: Apache-2.0
// The grammar and the three-valued logic of donor_filter, as filter.hpp states them.
#include "pool.hpp"
#include "unit/bounded.hpp"

using namespace allomatch;
using namespace allomatch::testing;

namespace {

class filter : public ::testing::Test {
protected:
    [[nodiscard]] std::string taken(std::string_view where) const {
        const donor_filter f(where, *pool, on);
        std::string out;
        for (donor_index d = 0; d < pool->size(); ++d)
            if (f(d)) out += (out.empty() ? "" : " ") + std::string(pool->id(d));
        return out;
    }
    [[nodiscard]] problem refusal(std::string_view where) const {
        try {
            const donor_filter f(where, *pool, on);
        } catch (const format_error& e) {
            EXPECT_FALSE(e.details().reason.empty()) << where;
            EXPECT_EQ(e.details().column, "where");
            return e.details();
        }
        ADD_FAILURE() << "'" << where << "' was accepted";
        return {};
    }
    // d has no fields at all.
    std::shared_ptr<const registry> pool = make_pool(
        {{"a", {}, {{"sex", "F"}, {"birth_date", "1990-06-15"}, {"weight_kg", "60"}, {"pregnancies", "2"}, {"branch", "Ningbo"}, {"Score", "7"}}},
         {"b", {}, {{"sex", "M"}, {"birth_date", "2000-02-29"}, {"weight_kg", "82.5"}, {"branch", "\xE6\x9D\xAD\xE5\xB7\x9E"}, {"Score", "10"}}},
         {"c", {}, {{"sex", "F"}, {"cmv", "neg"}, {"type", "C"}, {"branch", "O'Hara"}, {"Score", "x"}}},
         {"d", {}, {}}});
    day_number on = read_date("2024-02-28").value();
};

TEST_F(filter, an_empty_condition_takes_all) {
    EXPECT_TRUE(donor_filter().takes_all());
    EXPECT_EQ(taken(""), "a b c d");
    EXPECT_EQ(taken(" \t\n"), "a b c d");
}

TEST_F(filter, comparisons) {
    EXPECT_EQ(taken("sex='F'"), "a c");
    EXPECT_EQ(taken("sex = \"F\""), "a c");
    EXPECT_EQ(taken("SEX == 'F'"), "a c");
    EXPECT_EQ(taken("sex != 'F'"), "b");
    EXPECT_EQ(taken("sex <> 'F'"), "b");
    EXPECT_EQ(taken("weight_kg > 60"), "b");
    EXPECT_EQ(taken("weight_kg >= 60"), "a b");
    EXPECT_EQ(taken("weight_kg<82.5"), "a");
    EXPECT_EQ(taken("weight_kg<=8.25e1"), "a b");
    EXPECT_EQ(taken("weight_kg > -1"), "a b");
    EXPECT_EQ(taken("pregnancies = 2"), "a");
    EXPECT_EQ(taken("birth_date < '2000-01-01'"), "a");
    EXPECT_EQ(taken("birth_date = '2000-02-29'"), "b");
    EXPECT_EQ(taken("id = 'c'"), "c");
    EXPECT_EQ(taken("id > 'b'"), "c d");
    EXPECT_EQ(taken("branch = 'Ningbo'"), "a");
    EXPECT_EQ(taken("branch = 'ningbo'"), "");
    EXPECT_EQ(taken("branch < 'O'"), "a");
    EXPECT_EQ(taken("branch = '\xE6\x9D\xAD\xE5\xB7\x9E'"), "b");
    EXPECT_EQ(taken("branch = 'O''Hara'"), "c");
    EXPECT_EQ(taken("branch = \"O'Hara\""), "c");
}

TEST_F(filter, age_is_in_whole_years_on_the_day_of_the_search) {
    EXPECT_EQ(taken("age = 33"), "a");
    EXPECT_EQ(taken("age = 23"), "b");  // 24 only on 29 February
    on += 1;
    EXPECT_EQ(taken("age = 24"), "b");
    EXPECT_EQ(taken("age < 24.5"), "b");
    EXPECT_EQ(taken("AGE is missing"), "c d");
}

TEST_F(filter, aliases_and_carried_columns) {
    EXPECT_EQ(taken("donor_type = 'cord'"), "c");
    EXPECT_EQ(taken("type = 'C'"), "c");
    EXPECT_EQ(taken("score = '7'"), "a");
    EXPECT_EQ(taken("score > 7"), "b");       // as numbers
    EXPECT_EQ(taken("score > '7'"), "c");     // as texts: "10" < "7" < "x"
    EXPECT_EQ(taken("not score > 7"), "a");   // x is no number: unknown
}

TEST_F(filter, sets) {
    EXPECT_EQ(taken("branch in ('Ningbo', 'O''Hara')"), "a c");
    EXPECT_EQ(taken("branch not in ('Ningbo','Huzhou')"), "b c");
    EXPECT_EQ(taken("weight_kg IN (60, 61)"), "a");
    EXPECT_EQ(taken("id in ('a','d')"), "a d");
    EXPECT_EQ(taken("age in (33)"), "a");
    EXPECT_EQ(taken("sex not in ('M')"), "a c");
}

TEST_F(filter, missing_values) {
    EXPECT_EQ(taken("weight_kg is missing"), "c d");
    EXPECT_EQ(taken("weight_kg is not missing"), "a b");
    EXPECT_EQ(taken("weight_kg IS NULL"), "c d");
    EXPECT_EQ(taken("weight_kg is not null"), "a b");
    EXPECT_EQ(taken("id is missing"), "");
    EXPECT_EQ(taken("branch is missing"), "d");
}

// As in SQL: a comparison with a missing value is unknown, and only what is true is taken.
TEST_F(filter, three_values) {
    EXPECT_EQ(taken("weight_kg = 60 or weight_kg != 60"), "a b");
    EXPECT_EQ(taken("not weight_kg = 60"), "b");
    EXPECT_EQ(taken("not not weight_kg = 60"), "a");
    EXPECT_EQ(taken("not (weight_kg = 60 and sex = 'M')"), "a b c");  // no and unknown is no
    EXPECT_EQ(taken("weight_kg = 60 or sex = 'F'"), "a c");           // unknown or yes is yes
    EXPECT_EQ(taken("not (weight_kg = 60 or sex = 'F')"), "b");
    EXPECT_EQ(taken("not weight_kg is missing"), "a b");
    EXPECT_EQ(taken("weight_kg not in (1)"), "a b");
    EXPECT_EQ(taken("not weight_kg in (60)"), "b");
}

TEST_F(filter, precedence_and_parentheses) {
    EXPECT_EQ(taken("id='a' or id='b' and id='c'"), "a");
    EXPECT_EQ(taken("(id='a' or id='b') and id='b'"), "b");
    EXPECT_EQ(taken("not id='a' and id='b'"), "b");
    EXPECT_EQ(taken("not (id='a' or id='b')"), "c d");
    EXPECT_EQ(taken("((((id='a'))))"), "a");
    EXPECT_EQ(taken("NOT id='a' AND NOT id='b' AND NOT id='c'"), "d");
    EXPECT_EQ(taken("(id='a')or(id='b')"), "a b");
}

// The parts that `and` joins, in their order, and what the donor has: "sex = 'M' [sex F]", with ? where it is unknown.
TEST_F(filter, tells_what_fails) {
    const auto failed = [this](std::string_view where, donor_index d) {
        std::string out;
        for (const failed_condition& c : donor_filter(where, *pool, on).failed(d)) {
            out += (out.empty() ? "" : "; ") + c.text + (c.unknown ? "? [" : " [");
            for (const auto& [field, value] : c.values) out += field + " " + value + ",";
            out.back() = ']';
        }
        return out;
    };
    EXPECT_EQ(failed("", 0), "");
    EXPECT_EQ(failed("sex = 'F' and age < 40", 0), "");
    EXPECT_EQ(failed(" sex='M'  and\tage < 30 and id='a' ", 0), "sex='M' [sex F]; age < 30 [age 33]");
    EXPECT_EQ(failed("sex = 'F' and (weight_kg < 80 and age > 40)", 1), "sex = 'F' [sex M]; weight_kg < 80 [weight_kg 82.5]; age > 40 [age 23]");
    EXPECT_EQ(failed("((sex = 'F' and (age > 40)))", 1), "sex = 'F' [sex M]; age > 40 [age 23]");
    EXPECT_EQ(failed("(sex = 'F' or (AGE > 40 and Sex = 'F')) and id = 'b'", 1), "sex = 'F' or (AGE > 40 and Sex = 'F') [sex M,age 23]");
    EXPECT_EQ(failed("not (sex = 'M' and age < 30)", 1), "not (sex = 'M' and age < 30) [sex M,age 23]");
    EXPECT_EQ(failed("weight_kg = 60 and donor_type = 'adult'", 2), "weight_kg = 60? [weight_kg ]; donor_type = 'adult' [type cord]");
    EXPECT_EQ(failed("score > 7 and score is missing", 2), "score > 7? [Score x]; score is missing [Score x]");
    EXPECT_EQ(failed("not cmv not in ('neg', 'N')", 0), "not cmv not in ('neg', 'N')? [cmv ]");
    EXPECT_EQ(failed("branch in ( \"Ningbo\" , 'O''Hara' )", 1), "branch in ( \"Ningbo\" , 'O''Hara' ) [branch \xE6\x9D\xAD\xE5\xB7\x9E]");
    EXPECT_EQ(failed("id = 'd' or birth_date < '2000-01-01'", 1), "id = 'd' or birth_date < '2000-01-01' [id b,birth_date 2000-02-29]");
}

TEST_F(filter, a_donor_is_taken_when_nothing_fails) {
    for (const char* where : {"sex = 'F' and weight_kg = 60", "sex = 'F' or weight_kg > 60 and age < 30", "not (sex = 'F' and cmv = 'neg')",
                              "(age > 20 and age < 30) and branch is not missing", "score > 7 and not score > 100", "cmv is missing"}) {
        const donor_filter f(where, *pool, on);
        for (donor_index d = 0; d < pool->size(); ++d) EXPECT_EQ(f(d), f.failed(d).empty()) << where << " " << pool->id(d);
    }
}

TEST_F(filter, refuses_the_rest) {
    for (const char* bad :
         {"sex", "sex =", "= 'F'", "sex 'F'", "sex = F", "sex = 'F", "sex = \"F'", "sex = 'F' and", "and sex = 'F'", "sex = 'F' sex = 'M'",
          "sex === 'F'", "sex => 'F'", "sex = 'F';", "(sex = 'F'", "sex = 'F')", "()", "not", "sex in 'F'", "sex in ()", "sex in ('F'",
          "sex in ('F',)", "sex not 'F'", "sex is", "sex is 'F'", "sex is not", "sex = missing", "sex < 'F'", "sex = 'X'", "sex = 1",
          "weight_kg = '60'", "weight_kg = 60kg", "weight_kg = .", "weight_kg = -", "weight_kg = 1e999", "birth_date = 1990", "birth_date = '1990'",
          "birth_date = '2023-02-29'", "age = '30'", "age = 'x'", "colour = 'red'", "cmv > 'neg'", "1 = 1", "'sex' = 'F'", "sex = 'F' xor id='a'",
          "id like 'a%'", "sex ~ 'F'", "sex & 'F'", "#", "--", "weight_kg = 60 60", "weight_kg = 6 0"})
        (void)refusal(bad);
    EXPECT_NE(refusal("colour = 'red'").reason.find("branch"), std::string::npos);  // the fields that do exist
    EXPECT_EQ(refusal("sex = F").suggestion, "'F'");
    EXPECT_EQ(refusal("sex = 'f'").suggestion, "F");
    EXPECT_NE(refusal("sex = 'F' and ?").reason.find("15"), std::string::npos);  // the place, counted from 1
    EXPECT_NE(refusal("colour = 'red'").reason.find("character 1:"), std::string::npos);
}

// "Values: numbers": not a number is none.
TEST_F(filter, numbers_are_finite) {
    for (const char* bad : {"weight_kg > -inf", "weight_kg < -infinity", "weight_kg != -nan", "age > -inf"}) (void)refusal(bad);
}

TEST_F(filter, deep_or_long_conditions_do_not_crash) {
    (void)refusal(std::string(100'000, '('));
    std::string nots;
    for (int i = 0; i < 100'000; ++i) nots += "not ";
    (void)refusal(nots + "id='a'");
    EXPECT_TRUE(finishes([this] {
        for (const char* word : {" or ", " and "}) {
            std::string long_one = "id='a'";
            for (int i = 0; i < 200'000; ++i) long_one += std::string(word) + "id='a'";
            if (taken(long_one) != "a") return false;
        }
        return true;
    })) << "200,000 terms";
    std::string list = "id in ('zz'";
    for (int i = 0; i < 50'000; ++i) list += ",'x'";
    EXPECT_EQ(taken(list + ",'b')"), "b");
}

TEST_F(filter, needs_birth_dates_for_ages) {
    const auto plain = make_pool({{"a", {}}});
    EXPECT_THROW(donor_filter("age < 30", *plain, on), format_error);
}

}  // namespace
