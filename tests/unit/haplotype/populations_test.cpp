// SPDX-License-Identifier: Apache-2.0
// Which set a person uses, and donors seen through sets; semantics.md section 7, "Population" and "Unexplained".
#include "predicted.hpp"

#include <cmath>
#include <limits>

using namespace allomatch;
using namespace allomatch::testing;

namespace {

using enum locus;

std::string chosen(const populations& sets, std::string_view population) {
    std::string out;
    for (const population_number n : sets.choose(population)) out += (out.empty() ? "" : " ") + sets.name(n);
    return out;
}

TEST(populations, a_persons_own_set_then_the_fall_backs) {
    const index_list three{four_haplotypes("X"), four_haplotypes("Y"), four_haplotypes("Z")};
    const populations plain(three);
    EXPECT_EQ(plain.size(), 3U);
    EXPECT_EQ(plain.name(2), "Z");
    EXPECT_EQ(plain.listed(), "X, Y, Z");
    EXPECT_EQ(plain.names(), ten_alleles());
    EXPECT_EQ(chosen(plain, "Y"), "Y");
    EXPECT_EQ(chosen(plain, ""), "");
    EXPECT_EQ(chosen(plain, "W"), "");
    EXPECT_EQ(chosen(plain, "y"), "");

    const populations falling(three, {"Z", "X", "Z"});
    EXPECT_EQ(chosen(falling, "Y"), "Y Z X");
    EXPECT_EQ(chosen(falling, "X"), "X Z");
    EXPECT_EQ(chosen(falling, "Z"), "Z X");
    EXPECT_EQ(chosen(falling, ""), "Z X");
    EXPECT_EQ(chosen(falling, "W"), "Z X");
}

TEST(populations, the_only_set_is_everybodys) {
    const populations one({four_haplotypes("X")});
    EXPECT_EQ(chosen(one, "X"), "X");
    EXPECT_EQ(chosen(one, "Y"), "X");
    EXPECT_EQ(chosen(one, ""), "X");
}

TEST(populations, errors) {
    EXPECT_EQ(thrown([] { return populations({}); }).column, "frequencies");
    const problem twice = thrown([] { return populations({four_haplotypes("X"), four_haplotypes("X")}); });
    EXPECT_EQ(twice.text, "X");
    EXPECT_NE(twice.reason.find("two frequency sets"), std::string::npos);
    const problem fallback = thrown([] { return populations({four_haplotypes("X"), four_haplotypes("Y")}, {"X", "W"}); });
    EXPECT_EQ(fallback.column, "fallback");
    EXPECT_EQ(fallback.text, "W");
    EXPECT_NE(fallback.reason.find("X, Y"), std::string::npos);
    const auto other = make_set("Y", {A}, {{"A*01:01", 0.5}}, nomenclature::names());
    EXPECT_EQ(thrown([&] { return populations({four_haplotypes("X"), other}); }).text, "Y");
}

TEST(donor_genotypes, errors) {
    const std::vector<predicted_donor> donors{{"D1", {}, "X"}, {"D2", {}, "W"}};
    const index_list two{four_haplotypes("X"), four_haplotypes("Y")};
    const problem nobody = thrown([&] { return genotypes_of(donors, two); });
    EXPECT_EQ(nobody.column, "population");
    EXPECT_EQ(nobody.id, "D2");
    EXPECT_EQ(nobody.text, "W");
    EXPECT_NE(nobody.reason.find("X, Y"), std::string::npos);
    EXPECT_EQ(thrown([&] { return genotypes_of({{"D1", {}, ""}}, two); }).id, "D1");
    EXPECT_NO_THROW((void)genotypes_of(donors, two, {"Y"}));
    EXPECT_NO_THROW((void)genotypes_of(donors, {two[0]}));
    // Donors without the column.
    const auto pool = predicted_pool({{"D1", {}}}, ten_alleles(), false);
    EXPECT_THROW(donor_genotypes(pool, std::make_shared<const populations>(two)), format_error);
    EXPECT_NO_THROW(donor_genotypes(pool, std::make_shared<const populations>(two, std::vector<std::string>{"X"})));
    EXPECT_NE(thrown([&] {
                  return std::make_unique<donor_genotypes>(predicted_pool({}, nomenclature::names()), std::make_shared<const populations>(two));
              }).reason.find("another nomenclature"),
              std::string::npos);
}

TEST(donor_genotypes, equal_typings_are_one) {
    const typed_texts het{{A, "A*01:01+A*02:01"}};
    const typed_texts outside{{A, "A*01:01+A*02:01"}, {DQB1, "DQB1*01:01"}};
    const auto g = genotypes_of({{"D1", het, "X"}, {"D2", outside, "X"}, {"D3", het, "Y"}, {"D4", {}, "X"}, {"D5", het, "W"}, {"D6", het, ""}},
                                {four_haplotypes("X"), four_haplotypes("Y")}, {"X"});
    // D5 and D6 fall back to X, as D1 and D2 do; D3 tries Y, then X.
    EXPECT_EQ(g->typing_count(), 3U);
    EXPECT_EQ(g->typing_of(0), g->typing_of(1));
    EXPECT_EQ(g->typing_of(0), g->typing_of(4));
    EXPECT_EQ(g->typing_of(0), g->typing_of(5));
    EXPECT_NE(g->typing_of(0), g->typing_of(2));
    EXPECT_EQ(g->shared_by(g->typing_of(0)), 4U);
    EXPECT_EQ(g->shared_by(g->typing_of(3)), 1U);
    EXPECT_EQ(g->memory(), 0U);
    g->prepare(1);
    EXPECT_GT(g->memory(), 0U);
}

TEST(donor_genotypes, views) {
    const auto y = make_set("Y", {B, A}, {{"B*03:01~A*03:01", 0.5}, {"B*01:01~A*01:01", 0.5}});
    const auto g = genotypes_of({{"known", {{A, "A*01:01+A*02:01"}}, "X"},
                                 {"full", {{A, "A*03:01+A*03:01"}, {B, "B*01:02+B*02:01"}}, "X"},
                                 {"falls back", {{A, "A*03:01"}}, "X"},
                                 {"nowhere", {{A, "A*01:02"}}, "Y"}},
                                {four_haplotypes("X"), y}, {"X", "Y"});
    const std::vector<locus> both{A, B};
    set_view v;
    g->view(g->typing_of(0), both, v);
    EXPECT_TRUE(v.explained);
    EXPECT_FALSE(v.certain);
    EXPECT_EQ(v.set, 0);
    EXPECT_EQ(v.pairs->pair_count, 4);
    g->view(g->typing_of(1), both, v);
    EXPECT_TRUE(v.explained && v.certain);
    EXPECT_EQ(v.set, 0);
    ASSERT_EQ(v.contents.size(), 2U);
    EXPECT_EQ(v.contents[1], locus_content::of(class_named("B*01:02"), class_named("B*02:01")));
    g->view(g->typing_of(2), both, v);
    EXPECT_TRUE(v.explained);
    EXPECT_FALSE(v.certain);
    EXPECT_EQ(v.set, 1);
    EXPECT_EQ(v.pairs->pair_count, 1);
    g->view(g->typing_of(3), both, v);
    EXPECT_FALSE(v.explained);
    EXPECT_EQ(v.set, 1);
    // At A alone it is fully typed by whichever set comes first.
    const std::vector<locus> a{A, DQB1};
    g->view(g->typing_of(3), a, v);
    EXPECT_TRUE(v.explained && v.certain);
    EXPECT_EQ(v.contents.size(), 1U);
    // view_person is the same for people outside a registry.
    const typed_person person({{A, "A*03:01"}});
    const set_view own = view_person(g->sets(), g->sets().choose("X"), person.typing, both);
    EXPECT_TRUE(own.explained);
    EXPECT_EQ(own.set, 1);
    EXPECT_EQ(own.pairs->pair_count, 1);
    const set_view none = view_person(g->sets(), g->sets().choose("X"), typed_person({{B, "B*01:02"}}).typing, both);
    EXPECT_FALSE(none.explained);
    EXPECT_EQ(none.set, 0);
    EXPECT_EQ(none.pairs, nullptr);
}

TEST(donor_genotypes, probabilities_of_typings) {
    const auto half = make_set("Y", {A, B}, {{"A*03:01~B*03:01", 0.1}, {"A*01:01~B*01:01", 0.4}});
    const auto tiny = make_set("Z", {A, B}, {{"A*03:01~B*03:01", 1e-200}, {"A*01:01~B*01:01", 1.0}});
    const auto g = genotypes_of({{"open", {{A, "A*01:01+A*02:01"}}, "X"},
                                 {"phased", {{A, "A*01:01~B*01:01+A*02:01~B*02:01"}, {B, "A*01:01~B*01:01+A*02:01~B*02:01"}}, "X"},
                                 {"untyped", {}, "X"},
                                 {"falls back", {{A, "A*03:01"}}, "X"},
                                 {"nowhere", {{A, "A*01:02"}}, "X"},
                                 {"rare", {{A, "A*03:01"}}, "Z"}},
                                {four_haplotypes("X"), half, tiny}, {"Y"});
    const std::vector<double> expected{std::log10(2 * 0.6 * 0.4), std::log10(2 * 0.4 * 0.3), 0,
                                       std::log10(0.2 * 0.2), -std::numeric_limits<double>::infinity(), -400};
    for (const std::size_t threads : {1U, 2U}) {
        const std::vector<double> found = g->log10_probabilities(threads);
        ASSERT_EQ(found.size(), g->typing_count());
        for (donor_index d = 0; d < 5; ++d) {
            if (std::isinf(expected[d]))
                EXPECT_EQ(found[g->typing_of(d)], expected[d]);
            else
                EXPECT_NEAR(found[g->typing_of(d)], expected[d], 1e-12) << d;
        }
        EXPECT_NEAR(found[g->typing_of(5)], -400, 1e-9);
    }
}

}  // namespace
