// SPDX-License-Identifier: Apache-2.0
// Ranking, semantics.md section 8: every criterion alone, their order, ties, independence of insertion order.
#include "pool.hpp"
#include "unit/bounded.hpp"

#include <algorithm>
#include <random>

using namespace allomatch;
using namespace allomatch::testing;

namespace {

using enum locus;
const typed_loci same{{A, {"01:01", "02:01"}}};

search_request request_of(const ranking& order) {
    search_request r;
    r.loci = {A};
    r.max_mismatches = 2;
    r.order = order;
    r.on = read_date("2024-06-01").value();
    return r;
}

/// Ids in the order of the given ranking, for donors that differ in one field.
std::string ranked(const std::vector<std::pair<std::string, field_list>>& donors, const field_list& patient_fields = {},
                   const ranking& order = ranking::preset("default")) {
    std::vector<pool_donor> pool;
    for (const auto& [id, fields] : donors) pool.push_back({id, same, fields});
    std::string result;
    // Whatever the order of insertion.
    for (int round = 0; round < 2; ++round) {
        std::reverse(pool.begin(), pool.end());
        const std::string now = ids(search(make_pool(pool), make_patient(same, patient_fields), request_of(order)));
        if (round == 0) result = now;
        EXPECT_EQ(now, result);
    }
    return result;
}

TEST(ranking, ties_end_with_the_id_as_bytes) {
    EXPECT_EQ(ranked({{"b", {}}, {"a", {}}, {"B", {}}, {"10", {}}, {"9", {}}, {"\xC3\xA9", {}}, {"ab", {}}}), "10 9 B a ab b \xC3\xA9");
}

TEST(ranking, fewer_mismatches_then_l_before_m) {
    const auto pool = make_pool({{"two", {{A, {"03:01", "11:01"}}}},
                                 {"m", {{A, {"01:01", "03:01"}}}},
                                 {"none", same},
                                 {"l", {{A, {"01:01", "02:06"}}}},
                                 {"potential", {{A, {"01:01", "02:01/02:06"}}}},
                                 {"untyped", {}}});
    // Potential counts decide the class: none, potential and untyped have 0.
    EXPECT_EQ(ids(search(pool, make_patient(same), request_of(ranking::preset("hla_only")))), "none potential untyped l m two");
}

TEST(ranking, availability) {
    EXPECT_EQ(ranked({{"de", {{"status", "DE"}}}, {"op", {{"status", "OP"}}}, {"tu", {{"status", "TU"}}}, {"unknown", {}},
                      {"av", {{"status", "AV"}}}, {"rs", {{"status", "RS"}}}}),
              "av rs unknown tu op de");
}

TEST(ranking, age_bands_and_then_age_in_days) {
    // 18-25, 26-30, 31-35, 36-40, 41-45, 46+ on 2024-06-01; inside a band the younger one.
    EXPECT_EQ(ranked({{"25", {{"birth_date", "1998-06-02"}}}, {"26", {{"birth_date", "1998-06-01"}}}, {"30", {{"birth_date", "1993-06-02"}}},
                      {"31", {{"birth_date", "1993-06-01"}}}, {"36", {{"birth_date", "1988-06-01"}}}, {"41", {{"birth_date", "1983-06-01"}}},
                      {"46", {{"birth_date", "1978-06-01"}}}, {"60", {{"birth_date", "1964-01-01"}}}, {"18", {{"birth_date", "2006-06-01"}}},
                      {"unknown", {}}}),
              "18 25 26 30 31 36 41 46 60 unknown");
    // The band comes before sex, the days after it.
    EXPECT_EQ(ranked({{"older-man", {{"birth_date", "1994-01-01"}, {"sex", "M"}}}, {"younger-woman", {{"birth_date", "1995-01-01"}, {"sex", "F"}}},
                      {"band", {{"birth_date", "2000-01-01"}, {"sex", "F"}, {"pregnancies", "3"}}}}),
              "band older-man younger-woman");
}

TEST(ranking, cmv_equal_to_the_patients) {
    const std::vector<std::pair<std::string, field_list>> donors{{"neg", {{"cmv", "neg"}}}, {"N", {{"cmv", "N"}}}, {"pos", {{"cmv", "pos"}}},
                                                                 {"G", {{"cmv", "G"}}},     {"B", {{"cmv", "B"}}}, {"unknown", {}}};
    EXPECT_EQ(ranked(donors, {{"cmv", "pos"}}), "B G pos unknown N neg");
    EXPECT_EQ(ranked(donors, {{"cmv", "N"}}), "N neg unknown B G pos");
    EXPECT_EQ(ranked(donors), "B G N neg pos unknown");
}

TEST(ranking, sex_and_pregnancies) {
    EXPECT_EQ(ranked({{"mother", {{"sex", "F"}, {"pregnancies", "1"}}}, {"woman", {{"sex", "F"}, {"pregnancies", "0"}}}, {"man", {{"sex", "M"}}},
                      {"asked", {{"sex", "F"}}}, {"unknown", {}}}),
              "man woman asked unknown mother");
}

TEST(ranking, abo) {
    const std::vector<std::pair<std::string, field_list>> donors{{"A", {{"abo", "A"}}}, {"B", {{"abo", "B"}}}, {"AB", {{"abo", "AB"}}},
                                                                 {"O", {{"abo", "O"}}}, {"unknown", {}}};
    // Major: the donor has an antigen that the patient lacks; minor: the other way round only.
    EXPECT_EQ(ranked(donors, {{"abo", "A"}}), "A O AB B unknown");
    EXPECT_EQ(ranked(donors, {{"abo", "O"}}), "O A AB B unknown");
    EXPECT_EQ(ranked(donors, {{"abo", "AB"}}), "AB A B O unknown");
    EXPECT_EQ(ranked(donors), "A AB B O unknown");
}

TEST(ranking, heavier_first) {
    EXPECT_EQ(ranked({{"unknown", {}}, {"60", {{"weight_kg", "60"}}}, {"60.5", {{"weight_kg", "60.5"}}}, {"100", {{"weight_kg", "100"}}},
                      {"0", {{"weight_kg", "0"}}}}),
              "100 60.5 60 0 unknown");
}

TEST(ranking, criteria_can_be_reordered_and_dropped) {
    const auto by = [](std::initializer_list<const char*> names) {
        ranking r;
        for (const char* name : names) r.criteria.push_back({.by = name});
        return r;
    };
    const std::vector<std::pair<std::string, field_list>> donors{
        {"old-heavy", {{"birth_date", "1970-01-01"}, {"weight_kg", "90"}}}, {"young-light", {{"birth_date", "2000-01-01"}, {"weight_kg", "50"}}}};
    EXPECT_EQ(ranked(donors, {}, by({"age_band", "weight"})), "young-light old-heavy");
    EXPECT_EQ(ranked(donors, {}, by({"weight", "age_band"})), "old-heavy young-light");
    EXPECT_EQ(ranked(donors, {}, by({})), "old-heavy young-light");  // ids
    EXPECT_EQ(ranked(donors, {}, by({"age"})), "young-light old-heavy");
    EXPECT_EQ(ranked(donors, {}, by({"sex", "cmv", "abo", "availability", "weight"})), "old-heavy young-light");
}

TEST(ranking, presets) {
    EXPECT_NO_THROW((void)ranking::preset("default"));
    EXPECT_NO_THROW((void)ranking::preset("hla_only"));
    for (const char* bad : {"", "Default", "best", "default "}) EXPECT_THROW((void)ranking::preset(bad), format_error) << bad;
    EXPECT_LT(ranking::preset("hla_only").criteria.size(), ranking::preset("default").criteria.size());
}

// A criterion that is named twice or many times must not write past the bits of a key.
TEST(ranking, doubled_criteria_are_harmless) {
    const auto pool = make_pool({{"a", same, {{"weight_kg", "50"}}}, {"b", same, {{"weight_kg", "60"}}}});
    ranking order;
    for (int i = 0; i < 200; ++i) {
        order.criteria.push_back({.by = "weight"});
        order.criteria.push_back({.by = "weight_kg", .bands = {10.0 + i}});
    }
    const search_request r = request_of(order);
    EXPECT_EQ(ids(search(pool, make_patient(same), r)), "b a");
}

/// A ranking by one criterion.
ranking by(criterion c) { return {{std::move(c)}}; }

TEST(ranking, fields_bands_words_and_directions) {
    const std::vector<std::pair<std::string, field_list>> donors{
        {"a", {{"donations", "3"}, {"branch", "Ningbo"}, {"last_contact", "2024-01-01"}, {"note", "x"}}},
        {"b", {{"donations", "1"}, {"branch", "Wenzhou"}, {"last_contact", "2020-01-01"}}},
        {"c", {{"donations", "2"}, {"branch", "Hangzhou"}}},
        {"d", {}}};
    EXPECT_EQ(ranked(donors, {}, by({.by = "donations"})), "b c a d");
    EXPECT_EQ(ranked(donors, {}, by({.by = "donations", .direction = sort_direction::descending})), "a c b d");
    EXPECT_EQ(ranked(donors, {}, by({.by = "donations", .missing_first = true})), "d b c a");
    // An edge belongs to the better band.
    EXPECT_EQ(ranked(donors, {}, by({.by = "donations", .bands = {2}})), "b c a d");
    EXPECT_EQ(ranked(donors, {}, by({.by = "donations", .bands = {1, 2}, .direction = sort_direction::descending})), "a c b d");
    EXPECT_EQ(ranked(donors, {}, by({.by = "donations", .bands = {3}, .direction = sort_direction::descending})), "a b c d");
    EXPECT_EQ(ranked(donors, {}, by({.by = "branch", .order = {"Hangzhou", "Ningbo"}})), "c a b d");
    EXPECT_EQ(ranked(donors, {}, by({.by = "last_contact", .direction = sort_direction::descending})), "a b c d");
    EXPECT_EQ(ranked(donors, {}, by({.by = "registered"})), "a b c d");  // a field that nobody has
}

TEST(ranking, weights_add_up) {
    const std::vector<std::pair<std::string, field_list>> donors{
        {"old-man", {{"birth_date", "1970-01-01"}, {"sex", "M"}}},       // band 5, sex 0
        {"young-mother", {{"birth_date", "2000-01-01"}, {"sex", "F"}, {"pregnancies", "1"}}},  // 0, 3
        {"middle", {{"birth_date", "1990-01-01"}, {"sex", "F"}, {"pregnancies", "0"}}}};       // 2, 1
    const auto weights = [](double age, double sex) {
        return ranking{{{.by = "age_band", .weight = age}, {.by = "sex", .weight = sex}}};
    };
    EXPECT_EQ(ranked(donors, {}, weights(1, 1)), "middle young-mother old-man");   // 3, 3, 5
    EXPECT_EQ(ranked(donors, {}, weights(1, 3)), "middle old-man young-mother");   // 5, 5, 9
    EXPECT_EQ(ranked(donors, {}, weights(0, 1)), "old-man middle young-mother");
    EXPECT_EQ(ranked(donors, {}, weights(1, 0)), "young-mother middle old-man");
    // Those without weight separate what is equal in points.
    ranking mixed = weights(1, 1);
    mixed.criteria.push_back({.by = "age"});
    EXPECT_EQ(ranked(donors, {}, mixed), "young-mother middle old-man");
}

TEST(ranking, an_order_of_its_own_is_of_the_field) {
    const std::vector<std::pair<std::string, field_list>> donors{
        {"a", {{"abo", "A"}, {"sex", "M"}}}, {"b", {{"abo", "O"}, {"sex", "F"}}}, {"c", {{"abo", "B"}, {"sex", ""}}}};
    const field_list patient{{"abo", "A"}};
    EXPECT_EQ(ranked(donors, patient, {{{.by = "abo"}}}), "a b c");  // identical, minor and major by the patient's group
    EXPECT_EQ(ranked(donors, patient, {{{.by = "abo", .order = {"O", "B"}}}}), "b c a");
    EXPECT_EQ(ranked(donors, patient, {{{.by = "sex"}}}), "a b c");  // neither the pregnancies of b nor the sex of c are known
    EXPECT_EQ(ranked(donors, patient, {{{.by = "sex", .order = {"F", "M"}}}}), "b a c");
}

TEST(ranking, what_does_not_fit_is_refused_by_name) {
    const auto refusal = [](criterion c) {
        const auto pool = make_pool({{"a", same, {{"branch", "x"}}}});
        try {
            (void)search(pool, make_patient(same), request_of(by(std::move(c))));
        } catch (const format_error& e) {
            EXPECT_EQ(e.details().column, "rank");
            return e.details().reason;
        }
        return std::string("taken");
    };
    EXPECT_NE(refusal({.by = "colour"}).find("age_band"), std::string::npos);
    EXPECT_NE(refusal({.by = "branch"}).find("order"), std::string::npos);
    EXPECT_NE(refusal({.by = "B_mm"}).find("not compared"), std::string::npos);
    EXPECT_NE(refusal({.by = "p0"}).find("needs haplotype frequencies"), std::string::npos);
    EXPECT_NE(refusal({.by = "A_p0"}).find("needs haplotype frequencies"), std::string::npos);
    EXPECT_NE(refusal({.by = "dpb1_p_permissive"}).find("needs haplotype frequencies"), std::string::npos);
    EXPECT_NE(refusal({.by = "age", .weight = 1}).find("bands"), std::string::npos);
    EXPECT_NE(refusal({.by = "age", .bands = {30, 30}}).find("ascend"), std::string::npos);
    EXPECT_NE(refusal({.by = "sex", .order = {"F"}}).find("order"), std::string::npos);
    EXPECT_NE(refusal({.by = "sex", .weight = -1}).find("weight"), std::string::npos);
    EXPECT_NE(refusal({.by = ""}).find("name"), std::string::npos);
}

TEST(ranking, each_place_has_its_reason) {
    const auto pool = make_pool({{"a", same, {{"sex", "M"}, {"status", "AV"}}},
                                 {"b", same, {{"sex", "F"}, {"pregnancies", "2"}, {"status", "AV"}}},
                                 {"c", same, {{"sex", "F"}, {"pregnancies", "2"}, {"status", "AV"}}},
                                 {"d", same, {{"sex", "M"}, {"status", "TU"}}},
                                 {"e", {{A, {"01:01", "02:06"}}}, {{"sex", "M"}, {"status", "AV"}}}});
    const match_list found = search(pool, make_patient(same), request_of(ranking::preset("default")));
    ASSERT_EQ(ids(found), "a b c d e");
    EXPECT_EQ(found.place_reason(0), "");
    EXPECT_NE(found.place_reason(1).find("pregnancies"), std::string::npos) << found.place_reason(1);
    EXPECT_NE(found.place_reason(2).find("id"), std::string::npos) << found.place_reason(2);
    EXPECT_NE(found.place_reason(3).find("temporarily"), std::string::npos) << found.place_reason(3);
    EXPECT_NE(found.place_reason(4).find("mismatch"), std::string::npos) << found.place_reason(4);
}

TEST(ranking, is_independent_of_insertion_order) {
    std::minstd_rand random(3);
    const auto pick = [&](const std::vector<std::string>& from) { return from[(random() >> 4) % from.size()]; };
    std::vector<pool_donor> donors;
    for (int i = 0; i < 300; ++i)
        donors.push_back({"D" + std::to_string(i),
                          {{A, {pick({"01:01", "02:01", "02:06"}), pick({"02:01", "03:01", ""})}}},
                          {{"sex", pick({"F", "M", ""})}, {"pregnancies", pick({"0", "1", ""})}, {"abo", pick({"A", "B", "O", "AB", ""})},
                           {"cmv", pick({"neg", "pos", ""})}, {"status", pick({"AV", "TU", "OP", ""})}, {"weight_kg", pick({"60", "61", "90", ""})},
                           {"birth_date", pick({"1990-01-01", "2000-01-01", "1975-05-05", ""})}}});
    const auto who = make_patient(same, {{"cmv", "neg"}, {"abo", "A"}});
    const std::string first = ids(search(make_pool(donors), who, request_of(ranking::preset("default"))));
    for (int round = 0; round < 5; ++round) {
        std::shuffle(donors.begin(), donors.end(), random);
        EXPECT_EQ(ids(search(make_pool(donors), who, request_of(ranking::preset("default")))), first);
    }
}

}  // namespace
