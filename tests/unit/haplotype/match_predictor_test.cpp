// SPDX-License-Identifier: Apache-2.0
// Probabilities of pairs of people, worked out by hand; semantics.md section 7.
#include "predicted.hpp"
#include "unit/bounded.hpp"

using namespace allomatch;
using namespace allomatch::testing;

namespace {

using enum locus;

const std::vector<locus> ab{A, B};

/// The prediction of one patient and one donor; counts of loci outside the sets as given.
prediction predict(const typed_texts& patient, const typed_texts& donor, const index_list& sets, std::span<const locus> loci,
                   const std::vector<count_range>& counts = {}, bool homozygous_once = false, const std::string& patient_population = "X",
                   const std::string& donor_population = "X") {
    match_predictor p(genotypes_of({{"D", donor, donor_population}}, sets), homozygous_once);
    const typed_person who(patient);
    p.start("P", patient_population, who.typing, loci);
    std::vector<count_range> all = counts;
    all.resize(loci.size());
    return p.predict(0, all);
}

void expect_total(const prediction& p, const std::vector<double>& expected) {
    ASSERT_TRUE(p.has_total);
    for (std::size_t k = 0; k < p.total.size(); ++k) {
        const double wanted = k < expected.size() ? expected[k] : 0;
        if (wanted == 0 || wanted == 1)
            EXPECT_EQ(p.total[k], wanted) << k;
        else
            EXPECT_NEAR(p.total[k], wanted, 1e-15) << k;
    }
}

TEST(match_predictor, two_certain_people) {
    const typed_texts patient{{A, "A*01:01+A*01:02"}, {B, "B*01:01+B*02:01"}};
    const prediction p = predict(patient, {{A, "A*01:02+A*03:01"}, {B, "B*02:02+B*01:01"}}, {four_haplotypes()}, ab);
    expect_total(p, {0, 1});
    EXPECT_EQ(p.at[0], (std::array<double, 3>{0, 1, 0}));
    EXPECT_EQ(p.at[1], (std::array<double, 3>{1, 0, 0}));
    EXPECT_TRUE(p.has_locus[0] && p.has_locus[1] && !p.has_locus[2]);
    EXPECT_TRUE(p.donor_explained);
}

TEST(match_predictor, one_certain_person) {
    // A1,A2 leaves h0+h2 0.08, h0+h3 0.24, h1+h2 0.04, h1+h3 0.12: B1,B1 8/48, B1,B2 28/48, B2,B2 12/48.
    const typed_texts certain{{A, "A*01:01+A*02:01"}, {B, "B*01:01+B*02:01"}};
    const typed_texts half{{A, "A*01:01+A*02:01"}};
    for (const auto& p : {predict(certain, half, {four_haplotypes()}, ab), predict(half, certain, {four_haplotypes()}, ab)}) {
        expect_total(p, {28.0 / 48, 20.0 / 48});
        EXPECT_EQ(p.at[0], (std::array<double, 3>{1, 0, 0}));
        EXPECT_NEAR(p.at[1][0], 28.0 / 48, 1e-15);
        EXPECT_EQ(p.at[1][2], 0);
    }
    const typed_texts homozygous{{A, "A*02:01"}, {B, "B*02:01+B*02:02"}};
    expect_total(predict(homozygous, half, {four_haplotypes()}, ab), {0, 12.0 / 48, 28.0 / 48, 8.0 / 48});
    // A class that no row has is certain all the same.
    expect_total(predict(half, {{A, "A*03:01+A*01:02"}, {B, "B*03:01+B*03:01"}}, {four_haplotypes()}, ab), {0, 0, 0, 0, 1});
}

TEST(match_predictor, nobody_certain) {
    // B is free for both, independently: 8/48, 28/48, 12/48 each.
    const typed_texts half{{A, "A*01:01+A*02:01"}};
    const double x = 8.0 / 48;
    const double y = 28.0 / 48;
    const double z = 12.0 / 48;
    const prediction p = predict(half, half, {four_haplotypes()}, ab);
    expect_total(p, {x * x + y * y + z * z, 2 * y * (x + z), 2 * x * z});
    EXPECT_NEAR(p.at[1][2], 2 * x * z, 1e-15);
    EXPECT_EQ(p.at[0], (std::array<double, 3>{1, 0, 0}));
    // With the option, B1,B1 against B2,B2 is one mismatch.
    expect_total(predict(half, half, {four_haplotypes()}, ab, {}, true), {x * x + y * y + z * z, 2 * y * (x + z) + 2 * x * z});
}

TEST(match_predictor, only_searched_loci_are_counted_but_all_inform) {
    // B1,B1 leaves h0+h0 0.16, h0+h2 0.08, h2+h2 0.01.
    const prediction p = predict({{B, "B*01:01+B*01:01"}}, {{A, "A*01:01+A*01:01"}}, {four_haplotypes()}, std::vector<locus>{A});
    expect_total(p, {0.16 / 0.25, 0.08 / 0.25, 0.01 / 0.25});
    EXPECT_FALSE(p.has_locus[1]);
}

TEST(match_predictor, two_populations) {
    const auto y = make_set("Y", {B, A}, {{"B*01:01~A*01:01", 0.5}, {"B*02:01~A*02:01", 0.5}});
    const typed_texts het{{A, "A*01:01+A*02:01"}};
    // In Y, A1,A2 is B1,B2; in X it is so with 28/48.
    for (const bool turned : {false, true}) {
        const prediction p = predict(het, het, {four_haplotypes(), y}, ab, {}, false, turned ? "Y" : "X", turned ? "X" : "Y");
        expect_total(p, {28.0 / 48, 20.0 / 48});
        EXPECT_EQ(p.donor_set, turned ? 0 : 1);
    }
    expect_total(predict(het, het, {four_haplotypes(), y}, ab, {}, false, "Y", "Y"), {1});
}

TEST(match_predictor, null_alleles_of_the_set) {
    const auto set = make_set("X", {A}, {{"A*01:01", 0.5}, {"A*02:01", 0.25}, {"A*04:01N", 0.25}});
    const std::vector<locus> a{A};
    // A1 or null, and A2: A1,A2 (2 * 0.5 * 0.25) or A2,null (2 * 0.25 * 0.25), counted as A2,A2.
    const typed_texts perhaps{{A, "A*01:01/A*04:01N+A*02:01"}};
    expect_total(predict({{A, "A*02:01+A*02:01"}}, perhaps, {set}, a), {1.0 / 3, 2.0 / 3});
    expect_total(predict(perhaps, {{A, "A*01:01+A*02:01"}}, {set}, a), {2.0 / 3, 1.0 / 3});
    // No product at all: certain, and against an untyped person, who is so with 1/16.
    const typed_texts none{{A, "A*04:01N+A*04:02N"}};
    expect_total(predict(none, none, {set}, a), {1});
    expect_total(predict(none, {{A, "A*01:01+A*02:01"}}, {set}, a), {0, 0, 1});
    expect_total(predict(none, {}, {set}, a), {1.0 / 16, 0, 15.0 / 16});
    expect_total(predict({}, none, {set}, a), {1.0 / 16, 0, 15.0 / 16});
}

TEST(match_predictor, loci_outside_the_set) {
    const typed_texts het{{A, "A*01:01+A*02:01"}, {B, "B*01:01+B*02:01"}};
    const typed_texts half{{A, "A*01:01+A*02:01"}};
    const std::vector<locus> loci{DPB1, A, C, B};
    prediction p = predict(het, half, {four_haplotypes()}, loci, {{1, 1}, {0, 2}, {2, 2}, {0, 2}});
    expect_total(p, {0, 0, 0, 28.0 / 48, 20.0 / 48});
    EXPECT_FALSE(p.has_locus[0]);
    EXPECT_TRUE(p.has_locus[1]);
    EXPECT_FALSE(p.has_locus[2]);
    EXPECT_EQ(p.at[1], (std::array<double, 3>{1, 0, 0}));
    p = predict(het, half, {four_haplotypes()}, loci, {{0, 1}, {0, 2}, {0, 0}, {0, 2}});
    EXPECT_FALSE(p.has_total);
    EXPECT_TRUE(p.has_locus[3]);
    // All of them outside: what plain comparison says.
    p = predict(het, half, {four_haplotypes()}, std::vector<locus>{C, DPB1}, {{2, 2}, {1, 1}});
    expect_total(p, {0, 0, 0, 1});
    EXPECT_FALSE(p.has_locus[0]);
    p = predict(het, half, {four_haplotypes()}, std::vector<locus>{C}, {{0, 2}});
    EXPECT_FALSE(p.has_total);
}

TEST(match_predictor, what_was_asked_before_does_not_matter_outside_the_set) {
    // Two donors share a typing; the locus outside is counted for each.
    const typed_texts half{{A, "A*01:01+A*02:01"}};
    match_predictor p(genotypes_of({{"D1", half}, {"D2", half}}, {four_haplotypes()}));
    const typed_person who({{A, "A*01:01+A*02:01"}, {B, "B*01:01+B*02:01"}});
    const std::vector<locus> loci{A, B, C};
    p.start("P", "", who.typing, loci);
    const std::array<count_range, 3> one{{{0, 2}, {0, 2}, {1, 1}}};
    const std::array<count_range, 3> open{{{0, 2}, {0, 2}, {0, 1}}};
    expect_total(p.predict(0, one), {0, 28.0 / 48, 20.0 / 48});
    EXPECT_FALSE(p.predict(1, open).has_total);
    expect_total(p.predict(1, one), {0, 28.0 / 48, 20.0 / 48});
    // Another patient, fewer loci.
    const typed_person other({{B, "B*01:01+B*02:01"}});
    p.start("Q", "", other.typing, std::span(loci).subspan(1, 1));
    expect_total(p.predict(0, std::span(one).first(1)), {28.0 / 48, 20.0 / 48});
}

TEST(match_predictor, unexplained_people) {
    const typed_texts het{{A, "A*01:01+A*02:01"}};
    const typed_texts strange{{A, "A*01:02+A*02:01"}};
    prediction p = predict(het, strange, {four_haplotypes()}, ab);
    EXPECT_FALSE(p.donor_explained);
    EXPECT_FALSE(p.has_total);
    EXPECT_FALSE(p.has_locus[0]);
    match_predictor predictor(genotypes_of({{"D", het}}, {four_haplotypes()}));
    const typed_person who(strange);
    predictor.start("P", "", who.typing, ab);
    EXPECT_FALSE(predictor.patient_explained());
    p = predictor.predict(0, std::vector<count_range>(2));
    EXPECT_TRUE(p.donor_explained);
    EXPECT_FALSE(p.has_total);
    // At A alone the patient is fully typed.
    predictor.start("P", "", who.typing, std::span(ab).first(1));
    EXPECT_TRUE(predictor.patient_explained());
    expect_total(predictor.predict(0, std::vector<count_range>(1)), {0, 1});
}

TEST(match_predictor, a_patient_without_a_population) {
    match_predictor predictor(genotypes_of({{"D", {}, "X"}}, {four_haplotypes("X"), four_haplotypes("Y")}));
    const typed_person who({});
    const problem p = thrown([&] {
        predictor.start("P7", "W", who.typing, ab);
        return 0;
    });
    EXPECT_EQ(p.id, "P7");
    EXPECT_EQ(p.text, "W");
    EXPECT_EQ(p.column, "population");
    EXPECT_NE(p.reason.find("X, Y"), std::string::npos);
}

TEST(match_predictor, what_is_not_certain_is_never_1) {
    // A2 is there with 1e-40: 1 - 2e-40 is 1 as a double, but it is not certain.
    const auto set = make_set("X", {A}, {{"A*01:01", 0.5}, {"A*02:01", 1e-40}});
    const prediction p = predict({{A, "A*01:01+A*01:01"}}, {}, {set}, std::vector<locus>{A});
    EXPECT_GT(p.total[1], 0);
    EXPECT_LT(p.total[0], 1);
    EXPECT_GT(p.total[0], 0.999999);
    EXPECT_LT(p.at[0][0], 1);
    const prediction walked = predict({{A, "A*01:01/A*02:01"}}, {{A, "A*01:01+A*01:01"}}, {set}, std::vector<locus>{A});
    EXPECT_GT(walked.total[1], 0);
    EXPECT_LT(walked.total[0], 1);
}

TEST(match_predictor, tiny_beside_small) {
    // A1,A2 is 2e-200 of A1,A1, though the product of both frequencies is below the smallest double.
    const auto set = make_set("X", {A}, {{"A*01:01", 1e-70}, {"A*02:01", 1e-270}});
    const prediction p = predict({{A, "A*01:01+A*01:01"}}, {}, {set}, std::vector<locus>{A});
    EXPECT_GT(p.total[1], 1.9e-200);
    EXPECT_LT(p.total[1], 2.1e-200);
    EXPECT_LT(p.total[0], 1);
}

TEST(match_predictor, all_nine_loci) {
    // The patient is heterozygous wherever typed, so that matches of both haplotypes add up: 16 and more positions.
    const std::vector<locus> nine{A, B, C, DRB1, DRB345, DQA1, DQB1, DPA1, DPB1};
    const auto texts = [&](const std::string& first, const std::string& second, const std::string& between) {
        typed_texts out;
        for (const locus l : nine) {
            const std::string star = (l == DRB345 ? "DRB3" : std::string(name(l))) + "*";
            out[l] = star + first + between + star + second;
        }
        return out;
    };
    const auto row = [&](const std::string& allele) {
        std::string out;
        for (const locus l : nine) out += (out.empty() ? "" : "~") + (l == DRB345 ? "DRB3" : std::string(name(l))) + "*" + allele;
        return out;
    };
    const auto set = make_set("X", nine, {{row("01:01"), 0.5}, {row("02:01"), 0.25}, {row("03:01"), 0.25}});
    const typed_texts certain = texts("01:01", "02:01", "+");
    for (const std::size_t vague : {std::size_t{1}, std::size_t{2}, std::size_t{9}}) {
        typed_texts patient = certain;
        for (std::size_t i = 0; i < vague; ++i) {
            const std::string star = (nine[i] == DRB345 ? "DRB3" : std::string(name(nine[i]))) + "*";
            patient[nine[i]] = star + "01:01+" + star + "02:01/" + star + "03:01";
        }
        // All nine vague: 02:01 or 03:01, half each, at all of them.
        const auto right = [&] {
            const prediction p = predict(patient, certain, {set}, nine);
            const prediction back = predict(certain, patient, {set}, nine);
            return vague < 9 ? p.total[0] == 1 && back.total[0] == 1 && p.at[8][0] == 1
                             : p.total[0] == 0.5 && p.total[9] == 0.5 && back.total == p.total;
        };
        EXPECT_TRUE(finishes(right)) << vague;
    }
}

}  // namespace
