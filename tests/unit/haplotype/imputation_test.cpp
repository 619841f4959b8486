// SPDX-License-Identifier: Apache-2.0
// What a typing resolves to, likeliest first, and probabilities in words.
#include "predicted.hpp"
#include "unit/bounded.hpp"

#include <allomatch/haplotype/imputation.hpp>

#include <limits>

using namespace allomatch;
using namespace allomatch::testing;

namespace {

using enum locus;

const std::vector<locus> ab{A, B};

imputation imputed(const typed_texts& loci, std::size_t top, std::span<const locus> wanted = ab, const index_list& sets = {four_haplotypes()},
                   const std::vector<std::string>& fallback = {}, const std::string& population = "X") {
    const populations all(sets, fallback);
    const typed_person person(loci);
    return impute(all, all.choose(population), person.typing, wanted, top);
}

std::string text_of(const imputation& found, std::size_t i) {
    std::string out;
    for (std::size_t l = 0; l < found.loci.size(); ++l)
        out += (l == 0 ? "" : "^") + content_text(*ten_alleles(), found.loci[l], found.genotypes[i].contents[l]);
    return out;
}

TEST(imputation, likeliest_first) {
    const imputation found = imputed({{A, "A*01:01+A*02:01"}}, 10);
    EXPECT_TRUE(found.explained);
    EXPECT_FALSE(found.certain);
    EXPECT_EQ(found.reason, "");
    EXPECT_EQ(found.set, 0);
    // h0+h3 0.24, h1+h3 0.12, h0+h2 0.08, h1+h2 0.04, of 0.48.
    ASSERT_EQ(found.haplotype_pairs.size(), 4U);
    EXPECT_EQ(found.haplotype_pair_count, 4);
    EXPECT_EQ(found.haplotype_pair_mass, 1);
    const std::vector<std::array<haplotype_id, 2>> pairs{{0, 3}, {1, 3}, {0, 2}, {1, 2}};
    const std::vector<double> weights{0.24, 0.12, 0.08, 0.04};
    for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_EQ(found.haplotype_pairs[i].first, pairs[i][0]);
        EXPECT_EQ(found.haplotype_pairs[i].second, pairs[i][1]);
        EXPECT_NEAR(found.haplotype_pairs[i].probability, weights[i] / 0.48, 1e-15);
    }
    ASSERT_EQ(found.genotypes.size(), 3U);
    EXPECT_EQ(found.genotype_count, 3U);
    EXPECT_EQ(text_of(found, 0), "A*01:01+A*02:01P^B*01:01+B*02:01P");
    EXPECT_EQ(text_of(found, 1), "A*01:01+A*02:01P^B*02:01P+B*02:01P");
    EXPECT_EQ(text_of(found, 2), "A*01:01+A*02:01P^B*01:01+B*01:01");
    EXPECT_NEAR(found.genotypes[0].probability, 28.0 / 48, 1e-15);
    EXPECT_EQ(found.loci, ab);
    ASSERT_EQ(found.at.size(), 2U);
    ASSERT_EQ(found.at[0].size(), 1U);
    EXPECT_EQ(found.at[0][0].probability, 1);
    ASSERT_EQ(found.at[1].size(), 3U);
    EXPECT_NEAR(found.at[1][0].probability, 28.0 / 48, 1e-15);
    EXPECT_NEAR(found.at[1][1].probability, 12.0 / 48, 1e-15);
}

TEST(imputation, the_best_few) {
    const imputation found = imputed({}, 2);
    EXPECT_EQ(found.haplotype_pair_count, 10);
    ASSERT_EQ(found.haplotype_pairs.size(), 2U);  // h0+h3 0.24, then h0+h0 and h0+h1, 0.16 each
    EXPECT_EQ(found.haplotype_pairs[0].second, 3U);
    EXPECT_EQ(found.haplotype_pairs[1].first, 0U);
    EXPECT_NEAR(found.haplotype_pair_mass, 0.4, 1e-15);
    EXPECT_EQ(found.genotype_count, 9U);
    ASSERT_EQ(found.genotypes.size(), 2U);
    EXPECT_NEAR(found.genotypes[0].probability, 0.28, 1e-15);
    EXPECT_NEAR(found.genotype_mass, found.genotypes[0].probability + found.genotypes[1].probability, 1e-15);
    EXPECT_EQ(found.at[0].size(), 3U);  // single loci are not cut
    EXPECT_TRUE(finishes([] {
        const imputation none = imputed({}, 0);
        return none.haplotype_pairs.empty() && none.genotypes.empty() && none.genotype_count == 9 && none.genotype_mass == 0 &&
               none.haplotype_pair_mass == 0 && none.at[0].size() == 3;
    }));
}

TEST(imputation, equal_ones_in_the_order_of_the_set) {
    const auto set = make_set("X", {A}, {{"A*03:01", 0.25}, {"A*02:01", 0.25}, {"A*01:01", 0.25}, {"A*01:02", 0.25}});
    for (std::size_t top = 1; top < 12; ++top) {
        const imputation found = imputed({}, top, std::vector<locus>{A}, {set});
        // The heterozygous ones first: 0+1 0+2 0+3 1+2 1+3 2+3, then the homozygous ones.
        const std::vector<std::array<haplotype_id, 2>> order{{0, 1}, {0, 2}, {0, 3}, {1, 2}, {1, 3}, {2, 3}, {0, 0}, {1, 1}, {2, 2}, {3, 3}};
        ASSERT_EQ(found.haplotype_pairs.size(), std::min<std::size_t>(top, 10));
        for (std::size_t i = 0; i < found.haplotype_pairs.size(); ++i) {
            EXPECT_EQ(found.haplotype_pairs[i].first, order[i][0]) << top << " " << i;
            EXPECT_EQ(found.haplotype_pairs[i].second, order[i][1]) << top << " " << i;
        }
        EXPECT_EQ(content_text(*ten_alleles(), A, found.genotypes[0].contents[0]), "A*01:01+A*01:02");
    }
}

TEST(imputation, a_certain_person) {
    const imputation known = imputed({{A, "A*01:01+A*02:01"}, {B, "B*01:01+B*02:01"}}, 5);
    EXPECT_TRUE(known.explained && known.certain);
    ASSERT_EQ(known.genotypes.size(), 1U);
    EXPECT_EQ(known.genotypes[0].probability, 1);
    EXPECT_EQ(known.genotype_mass, 1);
    EXPECT_EQ(known.genotype_count, 1U);
    ASSERT_EQ(known.haplotype_pairs.size(), 2U);
    EXPECT_NEAR(known.haplotype_pairs[0].probability, 24.0 / 28, 1e-15);
    EXPECT_EQ(known.at[1][0].probability, 1);
    const imputation unknown = imputed({{A, "A*01:02"}, {B, "B*03:01"}}, 5);
    EXPECT_TRUE(unknown.explained && unknown.certain);
    EXPECT_TRUE(unknown.haplotype_pairs.empty());
    EXPECT_EQ(unknown.haplotype_pair_count, 0);
    EXPECT_EQ(text_of(unknown, 0), "A*01:02+A*01:02^B*03:01+B*03:01");
    // One pair only is certain by the set.
    const imputation one = imputed({{A, "A*01:01"}, {B, "B*01:01/B*03:01"}}, 5);
    EXPECT_FALSE(one.certain);
    ASSERT_EQ(one.haplotype_pairs.size(), 1U);
    EXPECT_EQ(one.haplotype_pairs[0].probability, 1);
    EXPECT_EQ(one.genotype_mass, 1);
}

TEST(imputation, unexplained_and_fall_backs) {
    const auto y = make_set("Y", {A}, {{"A*03:01", 0.5}});
    const imputation fallen = imputed({{A, "A*03:01/A*01:02"}}, 5, ab, {four_haplotypes(), y}, {"Y"});
    EXPECT_TRUE(fallen.explained);
    EXPECT_EQ(fallen.set, 1);
    EXPECT_EQ(fallen.loci, std::vector<locus>{A});
    const imputation none = imputed({{A, "A*01:02"}}, 5, ab, {four_haplotypes(), y}, {"Y"});
    // At A the second set finds it fully typed.
    EXPECT_TRUE(none.explained && none.certain);
    const imputation both = imputed({{A, "A*01:02+A*NEW"}}, 5, ab, {four_haplotypes(), y}, {"Y"});
    EXPECT_FALSE(both.explained);
    EXPECT_EQ(both.set, 0);
    EXPECT_EQ(both.reason, "no haplotype of X has A*01:02, NEW; no haplotype of Y has A*01:02, NEW");
    EXPECT_TRUE(both.haplotype_pairs.empty() && both.genotypes.empty() && both.at.empty());
    EXPECT_EQ(both.genotype_count, 0U);
}

TEST(imputation, texts) {
    const auto set = make_set("X", {A, DRB345}, {{"A*02:02~DRB4*01:01", 0.5}, {"A*04:01N~DRB3*04:02N", 0.25}});
    EXPECT_EQ(haplotype_text(*set, 0), "A*02:01P~DRB4*01:01");
    EXPECT_EQ(haplotype_text(*set, 1), "A*04:01N~DRB3*04:02N");
    EXPECT_EQ(content_text(*ten_alleles(), DRB345, locus_content{}), "DRB345*null");
    EXPECT_EQ(content_text(*ten_alleles(), A, locus_content::of(class_named("A*02:01"), no_class)), "A*02:01P+A*02:01P");
}

TEST(percent_text, whole_per_cent_halves_to_even) {
    const std::vector<std::pair<double, std::string>> table{
        {0, "0"},       {-0.0, "0"},       {1e-300, "<1"},   {1e-9, "<1"},   {0.0049, "<1"}, {0.005, "<1"}, {0.0051, "1"},
        {0.01, "1"},    {0.015, "2"},      {0.025, "2"},     {0.035, "4"},   {0.125, "12"},  {0.375, "38"}, {0.5, "50"},
        {0.994, "99"},  {0.9949, "99"},    {0.995, ">99"},   {0.9999, ">99"}, {1 - 1e-16, ">99"}, {1, "100"},
        {std::numeric_limits<double>::quiet_NaN(), ""}};
    for (const auto& [probability, text] : table) EXPECT_EQ(percent_text(probability), text) << probability;
}

}  // namespace
