// SPDX-License-Identifier: Apache-2.0
// Donor fields against the patient's: CMV, blood groups, sex, age, weight, doses. Every table is written out by hand.
#include "pool.hpp"

#include <allomatch/search/field_comparison.hpp>

#include <cmath>

using namespace allomatch;
using namespace allomatch::testing;

namespace {

const typed_loci same{{locus::A, {"01:01", "02:01"}}};

/// Fields of some donors, seen by one patient on one day.
class seen {
public:
    explicit seen(const std::vector<field_list>& donors, const field_list& patient_fields = {}, const char* on = "2026-01-01") {
        std::vector<pool_donor> pool;
        for (const field_list& fields : donors) pool.push_back({std::to_string(pool.size()), same, fields});
        donors_ = make_pool(pool);
        who_ = make_patient(same, patient_fields);
        compared_.emplace(*donors_, *who_, read_date(on).value());
    }
    const field_comparison* operator->() const { return &*compared_; }

private:
    std::shared_ptr<const registry> donors_;
    std::shared_ptr<const patient> who_;
    std::optional<field_comparison> compared_;
};

// -- CMV ------------------------------------------------

const std::vector<std::string> negative{"N", "O", "neg"};
const std::vector<std::string> positive{"G", "M", "B", "P", "H", "pos"};

TEST(field_comparison, every_pair_of_cmv_codes) {
    const auto equal = [](const std::string& p, const std::string& d) {
        EXPECT_EQ(compare_cmv(p, d), cmv_match::equal) << p << ' ' << d;
    };
    const auto different = [](const std::string& p, const std::string& d) {
        EXPECT_EQ(compare_cmv(p, d), cmv_match::different) << p << ' ' << d;
        EXPECT_EQ(compare_cmv(d, p), cmv_match::different) << d << ' ' << p;
    };
    for (const std::string& p : negative)
        for (const std::string& d : negative) equal(p, d);
    for (const std::string& p : positive)
        for (const std::string& d : positive) equal(p, d);
    for (const std::string& p : negative)
        for (const std::string& d : positive) different(p, d);
    for (const auto* codes : {&negative, &positive})
        for (const std::string& code : *codes) {
            EXPECT_EQ(compare_cmv(code, ""), cmv_match::unknown);
            EXPECT_EQ(compare_cmv("", code), cmv_match::unknown);
        }
    EXPECT_EQ(compare_cmv("", ""), cmv_match::unknown);
}

TEST(field_comparison, cmv_of_donors) {
    std::vector<field_list> donors(1);
    for (const auto* codes : {&negative, &positive})
        for (const std::string& code : *codes) donors.push_back({{"cmv", code}});
    const seen by_negative(donors, {{"cmv", "O"}});
    const seen by_positive(donors, {{"cmv", "H"}});
    const seen by_unknown(donors);
    EXPECT_EQ(by_negative->cmv(0), cmv_match::unknown);
    for (donor_index d = 1; d <= 9; ++d) {
        EXPECT_EQ(by_negative->cmv(d), d <= 3 ? cmv_match::equal : cmv_match::different) << d;
        EXPECT_EQ(by_positive->cmv(d), d <= 3 ? cmv_match::different : cmv_match::equal) << d;
        EXPECT_EQ(by_unknown->cmv(d), cmv_match::unknown) << d;
    }
}

// -- blood groups ------------------------------------------------

TEST(field_comparison, every_pair_of_abo_groups) {
    const std::vector<std::string> groups{"O", "A", "B", "AB", ""};
    const std::vector<std::vector<std::string>> table{
        // donor O       A                B                AB           ?
        {"identical", "major",         "major",         "major",     "unknown"},  // patient O
        {"minor",     "identical",     "bidirectional", "major",     "unknown"},  // A
        {"minor",     "bidirectional", "identical",     "major",     "unknown"},  // B
        {"minor",     "minor",         "minor",         "identical", "unknown"},  // AB
        {"unknown",   "unknown",       "unknown",       "unknown",   "unknown"}};
    for (std::size_t p = 0; p < groups.size(); ++p)
        for (std::size_t d = 0; d < groups.size(); ++d) {
            EXPECT_EQ(name(compare_abo(groups[p], groups[d])), table[p][d]) << groups[p] << ' ' << groups[d];
            const seen one({{{"abo", groups[d]}}}, {{"abo", groups[p]}});
            EXPECT_EQ(name(one->abo(0)), table[p][d]) << groups[p] << ' ' << groups[d];
        }
}

TEST(field_comparison, every_pair_of_rh) {
    const auto sign = [](const std::string& text) { return text.empty() ? 0 : text == "+" || text == "P" ? 1 : -1; };
    for (const std::string p : {"+", "P", "-", "N", ""})
        for (const std::string d : {"+", "P", "-", "N", ""}) {
            const rh_match expected = sign(p) * sign(d) == 0 ? rh_match::unknown : sign(p) == sign(d) ? rh_match::identical : rh_match::different;
            EXPECT_EQ(compare_rh(p, d), expected) << p << ' ' << d;
            const seen one({{{"rh", d}}}, {{"rh", p}});
            EXPECT_EQ(one->rh(0), expected) << p << ' ' << d;
        }
    EXPECT_EQ(name(rh_match::identical), "identical");
    EXPECT_EQ(name(rh_match::different), "different");
    EXPECT_EQ(name(rh_match::unknown), "unknown");
}

// -- sex ------------------------------------------------

TEST(field_comparison, sex_and_pregnancies) {
    const seen donors({{{"sex", "M"}},
                       {{"sex", "M"}, {"pregnancies", "0"}},
                       {{"sex", "F"}, {"pregnancies", "0"}},
                       {{"sex", "F"}},
                       {{"sex", "F"}, {"pregnancies", "1"}},
                       {{"sex", "F"}, {"pregnancies", "4"}},
                       {},
                       {{"pregnancies", "2"}}});
    const std::vector<sex_class> expected{sex_class::male,
                                          sex_class::male,
                                          sex_class::female_without_pregnancies,
                                          sex_class::unknown,
                                          sex_class::female_with_pregnancies,
                                          sex_class::female_with_pregnancies,
                                          sex_class::unknown,
                                          sex_class::unknown};
    for (donor_index d = 0; d < expected.size(); ++d) EXPECT_EQ(donors->sex(d), expected[d]) << d;
    const seen never_asked({{{"sex", "F"}}}, {});  // no column of pregnancies at all
    EXPECT_EQ(never_asked->sex(0), sex_class::unknown);
}

// -- age ------------------------------------------------

int age_on(const char* born, const char* on) {
    const seen one({{{"birth_date", born}}}, {}, on);
    return one->age(0).value();
}

TEST(field_comparison, age_on_a_day) {
    EXPECT_EQ(age_on("2000-01-01", "2026-01-01"), 26);
    EXPECT_EQ(age_on("2000-01-02", "2026-01-01"), 25);
    EXPECT_EQ(age_on("1999-12-31", "2026-01-01"), 26);
    EXPECT_EQ(age_on("2000-06-15", "2026-06-14"), 25);
    EXPECT_EQ(age_on("2000-06-15", "2026-06-15"), 26);
    EXPECT_EQ(age_on("2000-12-31", "2026-01-01"), 25);
    EXPECT_EQ(age_on("1930-05-05", "2026-05-05"), 96);
    EXPECT_EQ(age_on("2026-01-01", "2026-01-01"), 0);
}

// Born on 29 February: in common years the birthday is 1 March.
TEST(field_comparison, age_of_leap_day_children) {
    EXPECT_EQ(age_on("2000-02-29", "2025-02-28"), 24);
    EXPECT_EQ(age_on("2000-02-29", "2025-03-01"), 25);
    EXPECT_EQ(age_on("2000-02-29", "2024-02-28"), 23);
    EXPECT_EQ(age_on("2000-02-29", "2024-02-29"), 24);
    EXPECT_EQ(age_on("2000-03-01", "2024-02-29"), 23);
    EXPECT_EQ(age_on("2000-02-28", "2024-02-28"), 24);
    EXPECT_EQ(age_on("1900-03-01", "2000-02-29"), 99);  // 1900 was no leap year, 2000 was
}

TEST(field_comparison, age_in_days) {
    const seen donors({{{"birth_date", "2024-02-28"}}, {{"birth_date", "2026-01-01"}}, {}}, {}, "2026-01-01");
    EXPECT_EQ(donors->age_in_days(0), 673.0);  // 2 + 306 to the end of 2024, 365 in 2025
    EXPECT_EQ(donors->age_in_days(1), 0.0);
    EXPECT_TRUE(std::isnan(donors->age_in_days(2)));
    EXPECT_EQ(donors->age(2), std::nullopt);
}

// -- weight and doses ------------------------------------------------

TEST(field_comparison, weight_and_doses_by_the_weight_of_the_patient) {
    const std::vector<field_list> units{{{"weight_kg", "75"}, {"tnc", "120"}, {"cd34", "4.5"}}, {{"weight_kg", "0"}, {"tnc", "0"}}, {}};
    const seen child(units, {{"weight_kg", "30"}});
    EXPECT_EQ(child->weight(0), 75.0);
    EXPECT_EQ(child->weight_ratio(0), 2.5);
    EXPECT_EQ(child->tnc_per_kg(0), 4.0);   // 120 x 10^7 by 30 kg
    EXPECT_EQ(child->cd34_per_kg(0), 1.5);  // 4.5 x 10^6 by 30 kg, in 10^5
    EXPECT_EQ(child->weight_ratio(1), 0.0);
    EXPECT_EQ(child->tnc_per_kg(1), 0.0);
    for (const double missing : {child->weight(2), child->weight_ratio(2), child->tnc_per_kg(2), child->cd34_per_kg(1), child->cd34_per_kg(2)})
        EXPECT_TRUE(std::isnan(missing));
    EXPECT_TRUE(child->patient_has_weight());
}

TEST(field_comparison, no_doses_without_the_weight_of_the_patient) {
    for (const field_list& fields : {field_list{}, field_list{{"weight_kg", "0"}}}) {
        const seen nobody({{{"weight_kg", "75"}, {"tnc", "120"}, {"cd34", "4.5"}}}, fields);
        EXPECT_FALSE(nobody->patient_has_weight());
        EXPECT_EQ(nobody->weight(0), 75.0);
        EXPECT_TRUE(std::isnan(nobody->weight_ratio(0)));
        EXPECT_TRUE(std::isnan(nobody->tnc_per_kg(0)));
        EXPECT_TRUE(std::isnan(nobody->cd34_per_kg(0)));
    }
}

TEST(field_comparison, fields_that_the_pool_does_not_have) {
    const seen bare({{}}, {{"cmv", "neg"}, {"abo", "A"}, {"rh", "+"}, {"weight_kg", "30"}});
    EXPECT_EQ(bare->cmv(0), cmv_match::unknown);
    EXPECT_EQ(bare->abo(0), abo_match::unknown);
    EXPECT_EQ(bare->rh(0), rh_match::unknown);
    EXPECT_EQ(bare->sex(0), sex_class::unknown);
    EXPECT_EQ(bare->age(0), std::nullopt);
    EXPECT_EQ(bare->status(0), "");
    EXPECT_TRUE(std::isnan(bare->tnc_per_kg(0)));
}

}  // namespace
