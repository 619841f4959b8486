// SPDX-License-Identifier: Apache-2.0
// Cord units: what a match is for them, doses, and the order of two units. Expected lists are worked out by hand.
#include "pool.hpp"

#include <allomatch/io/match_table.hpp>
#include <allomatch/io/table_writers.hpp>
#include <allomatch/search/cord_units.hpp>

#include <cmath>
#include <limits>

using namespace allomatch;
using namespace allomatch::testing;

namespace {

using enum locus;

constexpr double infinite = std::numeric_limits<double>::infinity();
constexpr double no_number = std::numeric_limits<double>::quiet_NaN();

const typed_loci typed{{A, {"01:01", "02:01"}}, {B, {"07:02", "08:01"}}, {C, {"07:01", "07:02"}}, {DRB1, {"03:01", "15:01"}}};

/// A patient of 50 kg: TNC 50 is a dose of 1 x 10^7/kg, CD34 5 is 1 x 10^5/kg.
std::shared_ptr<const patient> patient_of(const std::string& weight = "50") {
    return make_patient(typed, {{"weight_kg", weight}, {"abo", "A"}});
}

pool_donor unit(std::string id, const cell_pair& drb1 = {"03:01", "15:01"}, field_list fields = {}) {
    pool_donor d{std::move(id), typed, std::move(fields)};
    d.typings[DRB1] = drb1;
    d.fields.emplace_back("type", "cord");
    return d;
}
pool_donor unit_of_dose(std::string id, double dose, std::string abo = "A") {
    return unit(std::move(id), {"03:01", "15:01"}, {{"tnc", number_text(static_cast<float>(50 * dose))}, {"abo", std::move(abo)}});
}

/// Ids and mismatches of single units: "U1 0, U2 1".
std::string units_found(const std::vector<pool_donor>& units, const search_request& request, const std::string& weight = "50") {
    const match_list found = search(make_pool(units), patient_of(weight), request);
    std::string out;
    for (const hit& h : found.hits)
        out += (out.empty() ? "" : ", ") + std::string(found.donors->id(h.donor)) + " " + std::to_string(h.mismatches);
    return out;
}

std::string pairs_text(const cord_pair_list& found) {
    std::string out;
    const auto id = [&](std::uint32_t row) { return std::string(found.units.donors->id(found.units.hits[row].donor)); };
    for (const cord_pair& p : found.pairs) out += (out.empty() ? "" : " ") + id(p.first) + "+" + id(p.second);
    return out;
}
cord_pair_list pairs_of(const std::vector<pool_donor>& units, const cord_pair_request& request = {}, const std::string& weight = "50") {
    return search_cord_pairs(make_pool(units), patient_of(weight), request);
}

/// The option and the reason of a refused request.
template <class Search>
std::string refusal(const Search& ask) {
    try {
        ask();
    } catch (const format_error& e) {
        return e.details().column + ": " + e.details().reason;
    }
    return "taken";
}

TEST(cord_match, of_six) {
    const search_request r = cord_request("4/6");
    EXPECT_EQ(r.loci, (std::vector{A, B, DRB1}));
    EXPECT_EQ(r.max_mismatches, 2U);
    EXPECT_TRUE(r.rules.antigen_level.test(index(A)) && r.rules.antigen_level.test(index(B)));
    EXPECT_EQ(r.rules.antigen_level.count(), 2U);
    EXPECT_EQ(r.order, ranking::preset("cord"));
    EXPECT_FALSE(r.min_tnc_per_kg || r.min_cd34_per_kg);
    EXPECT_EQ(cord_request("6/6").max_mismatches, 0U);
    EXPECT_EQ(cord_request("0/6").max_mismatches, 6U);
}

TEST(cord_match, of_eight) {
    const search_request r = cord_request("7/8");
    EXPECT_EQ(r.loci, (std::vector{A, B, C, DRB1}));
    EXPECT_EQ(r.max_mismatches, 1U);
    EXPECT_TRUE(r.rules.antigen_level.none());
    EXPECT_EQ(cord_request("4/8").max_mismatches, 4U);
}

TEST(cord_match, refuses_other_texts) {
    for (const char* text : {"", "6", "/6", "6/", "7/6", "9/8", "4/7", "10/10", "x/6", "-1/6", " 4/6", "4/6 ", "4-6", "4/66"}) {
        try {
            (void)cord_request(text);
            ADD_FAILURE() << text;
        } catch (const format_error& e) {
            EXPECT_EQ(e.details().column, "match") << text;
            EXPECT_EQ(e.details().text, text);
        }
    }
}

// A and B by antigen, DRB1 by class; of eight all by class.
TEST(cord_match, antigens_and_classes) {
    const auto changed = [](std::string id, locus l, const cell_pair& cells) {
        pool_donor d = unit(std::move(id));
        d.typings[l] = cells;
        return d;
    };
    const std::vector units{unit("same"), changed("a-allele", A, {"01:01", "02:06"}), changed("a-antigen", A, {"01:01", "11:01"}),
                            changed("b-allele", B, {"07:05", "08:01"}), changed("c", C, {"07:01", "01:02"}),
                            changed("drb1", DRB1, {"03:01", "15:02"})};
    EXPECT_EQ(units_found(units, cord_request("6/6")), "a-allele 0, b-allele 0, c 0, same 0");
    EXPECT_EQ(units_found(units, cord_request("5/6")), "a-allele 0, b-allele 0, c 0, same 0, a-antigen 1, drb1 1");
    EXPECT_EQ(units_found(units, cord_request("8/8")), "same 0");
    EXPECT_EQ(units_found(units, cord_request("7/8")), "same 0, a-allele 1, a-antigen 1, b-allele 1, c 1, drb1 1");
}

TEST(cord_match, adults_are_no_units) {
    pool_donor adult{"adult", typed, {{"type", "adult"}}};
    pool_donor unknown{"unknown", typed, {{"branch", "B1"}}};
    EXPECT_EQ(units_found({unit("U"), adult, unknown}, cord_request("4/6")), "U 0");
    EXPECT_EQ(pairs_text(pairs_of({unit("U"), adult, unknown, unit("V")})), "U+V");
}

// ---- doses ------------------------------------------------

std::vector<pool_donor> units_with_counts() {
    const auto counts = [](std::string id, std::string tnc, std::string cd34) {
        return unit(std::move(id), {"03:01", "15:01"}, {{"tnc", std::move(tnc)}, {"cd34", std::move(cd34)}});
    };
    return {counts("both", "125", "7.5"), counts("few-tnc", "124.9", "7.5"), counts("few-cd34", "125", "7.4"),
            counts("no-tnc", "", "20"), counts("no-cd34", "500", "")};
}

TEST(cord_doses, at_least) {
    search_request r = cord_request("4/6");
    r.min_tnc_per_kg = single_unit_doses.tnc_per_kg;
    EXPECT_EQ(units_found(units_with_counts(), r), "no-cd34 0, both 0, few-cd34 0");
    r.min_cd34_per_kg = single_unit_doses.cd34_per_kg;
    EXPECT_EQ(units_found(units_with_counts(), r), "both 0");
    r.min_tnc_per_kg.reset();
    EXPECT_EQ(units_found(units_with_counts(), r), "both 0, few-tnc 0, no-tnc 0");
    EXPECT_EQ(units_found(units_with_counts(), r, "49.9"), "both 0, few-tnc 0, no-tnc 0");
    EXPECT_EQ(units_found(units_with_counts(), r, "50.1"), "no-tnc 0");
}

TEST(cord_doses, zero_asks_for_a_count) {
    search_request r = cord_request("4/6");
    r.min_tnc_per_kg = 0;
    EXPECT_EQ(units_found(units_with_counts(), r), "no-cd34 0, both 0, few-cd34 0, few-tnc 0");
}

// 25.3 / 10.12 and 16.2 / 10.8 are below 2.5 and 1.5 as binary fractions.
TEST(cord_doses, a_unit_of_exactly_the_dose_has_it) {
    search_request r = cord_request("4/6");
    r.min_tnc_per_kg = 2.5;
    EXPECT_EQ(units_found({unit("U", {"03:01", "15:01"}, {{"tnc", "25.3"}})}, r, "10.12"), "U 0");
    EXPECT_EQ(units_found({unit("U", {"03:01", "15:01"}, {{"tnc", "25.29"}})}, r, "10.12"), "");
    r.min_tnc_per_kg = 1.5;
    EXPECT_EQ(units_found({unit("U", {"03:01", "15:01"}, {{"tnc", "16.2"}})}, r, "10.8"), "U 0");
}

TEST(cord_doses, patient_without_weight_and_units_without_counts) {
    for (const std::string weight : {"", "0"}) {
        search_request r = cord_request("4/6");
        EXPECT_EQ(units_found(units_with_counts(), r, weight), "both 0, few-cd34 0, few-tnc 0, no-cd34 0, no-tnc 0");
        const std::string reason = ": the patient has no weight_kg, and doses are asked for each kilogram";
        r.min_tnc_per_kg = 0;
        EXPECT_EQ(refusal([&] { (void)units_found(units_with_counts(), r, weight); }), "min_tnc_per_kg" + reason);
        r.min_tnc_per_kg.reset();
        r.min_cd34_per_kg = 0;
        EXPECT_EQ(refusal([&] { (void)units_found(units_with_counts(), r, weight); }), "min_cd34_per_kg" + reason);
        EXPECT_EQ(refusal([&] { (void)pairs_of(units_with_counts(), {.min_total_tnc_per_kg = 0}, weight); }),
                  "min_total_tnc_per_kg" + reason);
    }
    search_request r = cord_request("4/6");
    r.min_tnc_per_kg = 1;
    EXPECT_EQ(refusal([&] { (void)units_found({unit("U")}, r); }), "min_tnc_per_kg: the donors have no field tnc");
    r.min_tnc_per_kg.reset();
    r.min_cd34_per_kg = 1;
    EXPECT_EQ(refusal([&] { (void)units_found({unit("U")}, r); }), "min_cd34_per_kg: the donors have no field cd34");
}

TEST(cord_doses, refuses_what_is_no_dose) {
    for (const double least : {-0.1, -infinite, infinite, no_number}) {
        for (const auto option : {&search_request::min_tnc_per_kg, &search_request::min_cd34_per_kg}) {
            cord_pair_request r;
            r.units.*option = least;
            EXPECT_NE(refusal([&] { (void)search(make_pool(units_with_counts()), patient_of(), r.units); }), "taken") << least;
            EXPECT_NE(refusal([&] { (void)pairs_of(units_with_counts(), r); }), "taken") << least;
        }
        EXPECT_EQ(refusal([&] { (void)pairs_of(units_with_counts(), {.min_total_tnc_per_kg = least}); }),
                  "min_total_tnc_per_kg: expected a number from 0") << least;
    }
}

// ---- two units: one criterion after the other ------------------------------------------------

TEST(cord_pairs, by_the_worse_match_then_the_better) {
    const field_list small{{"tnc", "50"}};
    const field_list large{{"tnc", "500"}};  // does not help
    const cord_pair_list found = pairs_of({unit("d2", {"04:01", "07:01"}, large), unit("c1", {"03:01", "04:01"}, small),
                                           unit("b1", {"03:01", "04:01"}, small), unit("a0", {"03:01", "15:01"}, small)});
    EXPECT_EQ(pairs_text(found), "a0+b1 a0+c1 b1+c1 a0+d2 b1+d2 c1+d2");
    EXPECT_EQ(found.total, 6U);
    EXPECT_EQ(found.units.hits.size(), 4U);
    EXPECT_EQ(found.pairs[2].unit_mismatches, 0U);
    EXPECT_EQ(found.pairs[3].unit_mismatches, 2U);
    EXPECT_DOUBLE_EQ(found.pairs[3].total_tnc_per_kg, 11);
    EXPECT_DOUBLE_EQ(found.pairs[3].lowest_tnc_per_kg, 1);
}

TEST(cord_pairs, by_the_total_dose_in_bands) {
    EXPECT_EQ(pairs_text(pairs_of({unit_of_dose("x", 2), unit_of_dose("y", 3), unit_of_dose("z", 4)})), "z+y z+x y+x");
    // Totals 7, 6 and 5 are one band of 10: the lower dose decides, in bands of 5, then the ids.
    EXPECT_EQ(pairs_text(pairs_of({unit_of_dose("x", 2), unit_of_dose("y", 3), unit_of_dose("z", 4)}, {.dose_band = 10})), "z+y z+x y+x");
    EXPECT_EQ(pairs_text(pairs_of({unit_of_dose("x", 2, "O"), unit_of_dose("y", 3, "O"), unit_of_dose("z", 4)}, {.dose_band = 10})),
              "z+y z+x y+x");
    EXPECT_EQ(pairs_text(pairs_of({unit_of_dose("x", 2), unit_of_dose("y", 3), unit_of_dose("z", 4, "O")}, {.dose_band = 10})),
              "y+x z+y z+x");
}

TEST(cord_pairs, by_the_lower_dose_in_half_bands) {
    // r+s 6.1 before p+q 6.2: the lower dose is 2.9, not 1.
    EXPECT_EQ(pairs_text(pairs_of({unit_of_dose("p", 5.2), unit_of_dose("q", 1), unit_of_dose("r", 3.2), unit_of_dose("s", 2.9)})),
              "p+r p+s r+s p+q r+q s+q");
}

TEST(cord_pairs, by_the_match_of_one_unit_with_the_other) {
    const cord_pair_list found = pairs_of({unit("a", {"15:01", "04:01"}), unit("b", {"03:01", "07:01"}), unit("x1", {"03:01", "04:01"}),
                                           unit("x2", {"03:01", "04:01"})});
    EXPECT_EQ(pairs_text(found), "x1+x2 a+x1 a+x2 b+x1 b+x2 a+b");
    std::string between;
    for (const cord_pair& p : found.pairs) between += std::to_string(p.unit_mismatches);
    EXPECT_EQ(between, "011112");
}

TEST(cord_pairs, units_are_compared_as_with_the_patient) {
    pool_donor other = unit("v");
    other.typings[A] = {"01:01", "02:06"};
    EXPECT_EQ(pairs_of({unit("u"), other}).pairs.at(0).unit_mismatches, 0U);
    EXPECT_EQ(pairs_of({unit("u"), other}, {.units = cord_request("4/8")}).pairs.at(0).unit_mismatches, 1U);
}

TEST(cord_pairs, by_blood_groups) {
    const cord_pair_list found = pairs_of({unit_of_dose("a", 3, "O"), unit_of_dose("b", 3, ""), unit_of_dose("c", 3), unit_of_dose("d", 3)});
    EXPECT_EQ(pairs_text(found), "c+d a+c a+d b+c b+d a+b");
    EXPECT_EQ(found.pairs[0].abo_not_identical, 0U);
    EXPECT_EQ(found.pairs[5].abo_not_identical, 2U);
}

TEST(cord_pairs, by_the_total_and_the_ids) {
    // d+a and c+b are 6.3 both.
    EXPECT_EQ(pairs_text(pairs_of({unit_of_dose("a", 3), unit_of_dose("b", 3.1), unit_of_dose("c", 3.2), unit_of_dose("d", 3.3)}, {.dose_band = 10})),
              "d+c d+b c+b d+a c+a b+a");
    EXPECT_EQ(pairs_text(pairs_of({unit_of_dose("a", 3), unit_of_dose("9", 3), unit_of_dose("10", 3)})), "10+9 10+a 9+a");
}

TEST(cord_pairs, a_dose_on_the_edge_of_a_band) {
    // 0.1 + 0.2 against 0.35: with binary fractions 0.3 / 0.1 is below 3.
    const std::vector units{unit_of_dose("a", 0.1), unit_of_dose("b", 0.2, "A"), unit_of_dose("c", 0.15, "O")};
    EXPECT_EQ(pairs_text(pairs_of(units, {.dose_band = 0.1})), "b+c b+a c+a");
    EXPECT_EQ(pairs_of(units, {.min_total_tnc_per_kg = 0.3}).total, 2U);
}

// ---- two units: what is missing, and limits ------------------------------------------------

TEST(cord_pairs, a_missing_count_adds_nothing) {
    const cord_pair_list found = pairs_of({unit("none"), unit_of_dose("a", 3), unit_of_dose("b", 2)});
    EXPECT_EQ(pairs_text(found), "a+b a+none b+none");
    EXPECT_DOUBLE_EQ(found.pairs[1].total_tnc_per_kg, 3);
    EXPECT_EQ(found.pairs[1].lowest_tnc_per_kg, 0);
    EXPECT_EQ(pairs_text(pairs_of({unit("u"), unit("v")})), "u+v") << "no field tnc at all";
}

TEST(cord_pairs, a_patient_without_weight) {
    for (const std::string weight : {"", "0"}) {
        const cord_pair_list found = pairs_of({unit_of_dose("a", 1), unit_of_dose("b", 9, "O"), unit_of_dose("c", 5)}, {}, weight);
        EXPECT_EQ(pairs_text(found), "a+c a+b b+c") << "blood groups and ids decide";
        EXPECT_TRUE(std::isnan(found.pairs[0].total_tnc_per_kg) && std::isnan(found.pairs[0].lowest_tnc_per_kg));
    }
}

TEST(cord_pairs, thresholds) {
    const std::vector units{unit_of_dose("a", 4), unit_of_dose("b", 2), unit_of_dose("c", 1), unit("none")};
    cord_pair_request r{.min_total_tnc_per_kg = 5};
    EXPECT_EQ(pairs_text(pairs_of(units, r)), "a+b a+c");
    EXPECT_EQ(pairs_of(units, r).total, 2U);
    EXPECT_EQ(pairs_of(units, r).units.hits.size(), 4U);
    r.units.min_tnc_per_kg = 2;
    EXPECT_EQ(pairs_text(pairs_of(units, r)), "a+b");
    r.min_total_tnc_per_kg = 6.01;
    EXPECT_EQ(pairs_of(units, r).total, 0U);
}

TEST(cord_pairs, few_units) {
    EXPECT_EQ(pairs_of({{"adult", typed, {{"type", "adult"}}}}).units.hits.size(), 0U);
    EXPECT_THROW((void)pairs_of({{"?", typed}}), format_error) << "nobody knows what a unit is";
    EXPECT_EQ(pairs_of({unit("u")}).total, 0U);
    EXPECT_EQ(pairs_of({unit("u")}).units.hits.size(), 1U);
    EXPECT_EQ(pairs_of({unit("u", {"04:01", "04:01"}), unit("v")}, {.units = cord_request("6/6")}).total, 0U);
}

TEST(cord_pairs, top_cuts_and_the_total_stays) {
    const std::vector units{unit_of_dose("a", 4), unit_of_dose("b", 3), unit_of_dose("c", 2), unit_of_dose("d", 1)};
    const std::string all = pairs_text(pairs_of(units));
    for (std::size_t top = 0; top <= 7; ++top) {
        const cord_pair_list found = pairs_of(units, {.top = top});
        EXPECT_EQ(pairs_text(found), all.substr(0, top == 0 ? 0 : top * 4 - 1)) << top;
        EXPECT_EQ(found.total, 6U);
    }
    EXPECT_EQ(pairs_text(pairs_of(units, {.top = search_request::all_hits})), all);
}

TEST(cord_pairs, refuses_bands_that_are_none) {
    for (const double band : {0.0, -1.0, infinite, -infinite, no_number, std::numeric_limits<double>::denorm_min()})
        EXPECT_EQ(refusal([&] { (void)pairs_of({unit("u"), unit("v")}, {.dose_band = band}); }), "dose_band: expected a number above 0")
            << band;
}

TEST(cord_pairs, very_narrow_and_very_wide_bands) {
    const std::vector units{unit_of_dose("a", 4), unit_of_dose("b", 3), unit_of_dose("c", 3, "O"), unit("none")};
    for (const double band : {1e-300, 1e-9, 1e9, 1e300}) {
        const cord_pair_list found = pairs_of(units, {.dose_band = band});
        EXPECT_EQ(found.pairs.size(), 6U) << band;
        EXPECT_EQ(found.total, 6U);
    }
    EXPECT_EQ(pairs_text(pairs_of(units, {.dose_band = 1e-6})), "a+b a+c b+c a+none b+none c+none");
    EXPECT_EQ(pairs_text(pairs_of(units, {.dose_band = 1e9})), "a+b a+c b+c a+none b+none c+none");
}

TEST(cord_pairs, very_small_and_very_large_patients) {
    const std::vector units{unit_of_dose("a", 4), unit_of_dose("b", 3), unit_of_dose("c", 2, "O")};
    for (const std::string weight : {"0.001", "1000000"}) {
        const cord_pair_list found = pairs_of(units, {}, weight);
        EXPECT_EQ(pairs_text(found), "a+b a+c b+c") << weight;
        EXPECT_DOUBLE_EQ(found.pairs[0].total_tnc_per_kg, 350 / std::stod(weight));
    }
}

// ---- as a table ------------------------------------------------

TEST(cord_pairs, as_a_table) {
    const std::vector<cord_pair_list> lists{pairs_of({unit_of_dose("a", 3), unit_of_dose("b", 2, "O")}), pairs_of({unit("alone")}),
                                            pairs_of({unit("u"), unit("v")}, {}, "")};
    const io::table table = io::cord_pair_table(lists);
    std::vector<std::string> names;
    for (const io::column& c : table.columns) names.push_back(c.name);
    EXPECT_EQ(names, (std::vector<std::string>{"patient_id", "rank", "first_id", "second_id", "first_mismatches", "second_mismatches",
                                               "unit_mismatches", "total_tnc_per_kg", "lowest_tnc_per_kg", "abo_not_identical",
                                               "first_mismatches_max", "second_mismatches_max", "unit_mismatches_max"}));
    std::string csv;
    io::write_table(table, io::table_format::csv, [&](std::string_view piece) { csv += piece; });
    EXPECT_EQ(csv.substr(csv.find('\n') + 1), "P,1,a,b,0,0,0,5,2,1,0,0,0\nP,1,u,v,0,0,0,,,2,0,0,0\n");
    for (const std::size_t dose : {7U, 8U}) EXPECT_TRUE(table.columns[dose].is_valid(0) && !table.columns[dose].is_valid(1));
    EXPECT_EQ(io::cord_pair_table({}).columns.size(), 13U);
}

}  // namespace
