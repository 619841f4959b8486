// SPDX-License-Identifier: Apache-2.0
// Haplotype pairs of a typing in groups, and the genotypes that they make.
#include "predicted.hpp"

#include <allomatch/haplotype/genotype_list.hpp>
#include <allomatch/haplotype/imputation.hpp>

#include <cmath>
#include <set>

using namespace allomatch;
using namespace allomatch::testing;

namespace {

using enum locus;

/// All pairs of haplotypes, "0+3 1+2", each once.
std::string pairs_of(const diplotypes& d) {
    std::set<std::pair<haplotype_id, haplotype_id>> all;
    std::size_t count = 0;
    for (const auto& [a, b] : d.pairs) {
        EXPECT_LE(a, b);
        for (std::size_t i = 0; i < d.group(a).size(); ++i)
            for (std::size_t j = a == b ? i : 0; j < d.group(b).size(); ++j, ++count)
                all.insert(std::minmax(d.group(a)[i], d.group(b)[j]));
    }
    EXPECT_EQ(all.size(), count);
    EXPECT_EQ(d.pair_count, static_cast<double>(count));
    std::string out;
    for (const auto& [x, y] : all) out += (out.empty() ? "" : " ") + std::to_string(x) + "+" + std::to_string(y);
    return out;
}

diplotypes found(const haplotype_index& set, const typed_texts& loci) { return find_diplotypes(set, typed_person(loci).typing); }

TEST(diplotypes, pairs_and_totals) {
    const auto set = four_haplotypes();
    // h0 A1~B1 0.4, h1 A1~B2 0.2, h2 A2~B1 0.1, h3 A2~B2 0.3
    const diplotypes all = found(*set, {});
    EXPECT_EQ(pairs_of(all), "0+0 0+1 0+2 0+3 1+1 1+2 1+3 2+2 2+3 3+3");
    EXPECT_EQ(all.group_count(), 1U);
    EXPECT_NEAR(all.total, 1, 1e-15);
    EXPECT_EQ(all.scale, 0);

    const diplotypes both = found(*set, {{A, "A*01:01+A*02:01"}, {B, "B*01:01+B*02:01"}});
    EXPECT_EQ(pairs_of(both), "0+3 1+2");
    EXPECT_EQ(both.group_count(), 4U);
    EXPECT_NEAR(both.total, 2 * 0.4 * 0.3 + 2 * 0.2 * 0.1, 1e-15);

    const diplotypes one = found(*set, {{A, "A*01:01+A*02:01"}});
    EXPECT_EQ(pairs_of(one), "0+2 0+3 1+2 1+3");
    EXPECT_EQ(one.group_count(), 2U);
    EXPECT_NEAR(one.total, 2 * 0.6 * 0.4, 1e-15);

    const diplotypes homozygous = found(*set, {{B, "B*02:01"}});
    EXPECT_EQ(pairs_of(homozygous), "1+1 1+3 3+3");
    EXPECT_NEAR(homozygous.total, 0.25, 1e-15);
    EXPECT_EQ(pairs_of(found(*set, {{A, "A*01:01/A*02:01+A*02:01"}, {B, "B*01:01"}})), "0+2 2+2");
}

TEST(diplotypes, nothing_fits) {
    const auto set = make_set("X", {A, B}, {{"A*01:01~B*01:01", 0.5}, {"A*02:01~B*02:01", 0.5}});
    const diplotypes none = found(*set, {{A, "A*01:01+A*01:01"}, {B, "B*01:01+B*02:01"}});
    EXPECT_TRUE(none.empty());
    EXPECT_EQ(none.pair_count, 0);
    EXPECT_EQ(none.total, 0);
    EXPECT_EQ(none.scale, 0);
    EXPECT_EQ(none.group_count(), 0U);  // lonely groups are left out
    EXPECT_TRUE(none.haplotypes.empty());
    EXPECT_TRUE(found(*set, {{A, "A*03:01"}}).empty());
    EXPECT_GT(none.memory(), 0U);
}

TEST(diplotypes, phase) {
    const auto set = four_haplotypes();
    const std::string cis = "A*01:01~B*01:01+A*02:01~B*02:01";
    EXPECT_EQ(pairs_of(found(*set, {{A, cis}, {B, cis}})), "0+3");
    const std::string either = cis + "|A*02:01~B*01:01+A*02:01~B*02:01";
    EXPECT_EQ(pairs_of(found(*set, {{A, either}, {B, either}})), "0+3 2+3");
    const std::string vague = "A*01:01/A*02:01~B*01:01+A*02:01~B*01:01/B*02:01";
    EXPECT_EQ(pairs_of(found(*set, {{A, vague}, {B, vague}})), "0+2 0+3 2+2 2+3");
    // A null that no row carries is a copy of the other side, in phase too.
    const std::string silent = "A*04:02N~B*01:01+A*01:01/A*02:01~B*02:01";
    EXPECT_EQ(pairs_of(found(*set, {{A, silent}, {B, silent}})), "0+1 2+3");
    // A phase over one locus of the set binds nothing.
    const std::string outside = "A*01:01~C*01:01+A*02:01~C*02:01";
    EXPECT_EQ(pairs_of(found(*set, {{A, outside}, {C, outside}})), "0+2 0+3 1+2 1+3");
}

TEST(diplotypes, the_smallest_frequencies_do_not_vanish) {
    const auto set = make_set("X", {A, B},
                              {{"A*01:01~B*01:01", 1e-200}, {"A*01:01~B*02:01", 3e-200}, {"A*02:01~B*01:01", 1e-200}, {"A*03:01~B*03:01", 0.5}});
    const diplotypes d = found(*set, {{A, "A*01:01+A*02:01"}});
    EXPECT_EQ(pairs_of(d), "0+2 1+2");
    EXPECT_GT(d.scale, 0);
    EXPECT_TRUE(std::isnormal(d.total));
    const auto at_b = resolve_locus(*set, d, 1);
    ASSERT_EQ(at_b.size(), 2U);
    EXPECT_NEAR(at_b[0].probability, 0.25, 1e-15);
    EXPECT_NEAR(at_b[1].probability, 0.75, 1e-15);
    genotype_list list;
    const std::array<std::size_t, 2> at{0, 1};
    list_genotypes(*set, d, at, list);
    ASSERT_EQ(list.size(), 2U);
    EXPECT_NEAR(list.weight(0) + list.weight(1), 1, 1e-15);

    const auto least = make_set("Y", {A}, {{"A*01:01", 5e-324}, {"A*02:01", 5e-324}});
    const diplotypes smallest = found(*least, {});
    EXPECT_TRUE(std::isnormal(smallest.total));
    for (const auto& r : resolve_locus(*least, smallest, 0))
        EXPECT_NEAR(r.probability, r.content.homozygous() ? 0.25 : 0.5, 1e-15);
}

TEST(genotype_list, adds_equal_rows) {
    const class_id a = class_named("A*01:01");
    const class_id b = class_named("A*02:01");
    genotype_list list(1);
    const std::array<locus_content, 1> het{locus_content::of(a, b)};
    const std::array<locus_content, 1> hom{locus_content::of(a, a)};
    list.add(het, 0.5);
    list.add(hom, 0.25);
    list.add(het, 0.25);
    ASSERT_EQ(list.size(), 2U);
    EXPECT_EQ(list.width(), 1U);
    EXPECT_EQ(list.row(0)[0], het[0]);
    EXPECT_EQ(list.weight(0), 0.75);
    list.multiply(2);
    EXPECT_EQ(list.weight(1), 0.5);
    list.clear(1);
    EXPECT_EQ(list.size(), 0U);
    for (class_id i = 0; i < 1000; ++i) list.add(std::array<locus_content, 1>{locus_content::of(i % 500, i % 500)}, 1);
    EXPECT_EQ(list.size(), 500U);
    EXPECT_EQ(list.weight(499), 2);
    // Rows of no locus are one.
    list.clear(0);
    list.add({}, 0.5);
    list.add({}, 0.5);
    ASSERT_EQ(list.size(), 1U);
    EXPECT_EQ(list.weight(0), 1);
}

TEST(genotype_list, genotypes_that_differ_in_phase_only_are_one) {
    const auto set = four_haplotypes();
    const diplotypes d = found(*set, {});
    genotype_list list;
    const std::array<std::size_t, 2> both{0, 1};
    list_genotypes(*set, d, both, list);
    EXPECT_EQ(list.size(), 9U);  // 3 contents of A by 3 of B
    const class_id a1 = class_named("A*01:01");
    const class_id a2 = class_named("A*02:01");
    const class_id b1 = class_named("B*01:01");
    const class_id b2 = class_named("B*02:01");
    double sum = 0;
    for (std::size_t i = 0; i < list.size(); ++i) {
        sum += list.weight(i);
        if (list.row(i)[0] == locus_content::of(a1, a2) && list.row(i)[1] == locus_content::of(b1, b2)) {
            EXPECT_NEAR(list.weight(i), 2 * 0.4 * 0.3 + 2 * 0.2 * 0.1, 1e-15);
        }
    }
    EXPECT_NEAR(sum, 1, 1e-15);
    const std::array<std::size_t, 1> b{1};
    list_genotypes(*set, d, b, list);
    ASSERT_EQ(list.size(), 3U);
    for (std::size_t i = 0; i < list.size(); ++i)
        EXPECT_NEAR(list.weight(i), list.row(i)[0].homozygous() ? 0.25 : 0.5, 1e-15);
    const auto resolved = resolve_locus(*set, d, 0);
    ASSERT_EQ(resolved.size(), 3U);
    EXPECT_NEAR(resolved[0].probability + resolved[1].probability + resolved[2].probability, 1, 1e-15);
    EXPECT_EQ(resolve_locus(*set, found(*set, {{A, "A*01:01"}}), 0)[0].probability, 1);
}

std::string reason(const haplotype_index& set, const typed_texts& loci) { return unexplained_reason(set, typed_person(loci).typing); }

TEST(unexplained_reason, names_what_no_haplotype_has) {
    const auto set = make_set("north", {A, B}, {{"A*01:01~B*01:01", 0.5}, {"A*02:01~B*02:01", 0.5}});
    EXPECT_EQ(reason(*set, {{A, "A*03:01+A*01:01"}}), "no haplotype of north has A*03:01");
    EXPECT_EQ(reason(*set, {{A, "A*03:01+A*01:02"}, {B, "B*03:01+B*03:01"}}),
              "no haplotype of north has A*03:01, A*01:02; no haplotype of north has B*03:01");
    EXPECT_EQ(reason(*set, {{A, "A*NEW+A*01:01"}}), "no haplotype of north has NEW");
    EXPECT_EQ(reason(*set, {{A, "A*01:01"}, {B, "B*02:01"}}), "no two haplotypes of north have all of the typing together");
    EXPECT_EQ(reason(*set, {{A, "A*03:01+A*01:01|A*01:02+A*02:01"}}), "no haplotype of north has A*03:01, A*01:02");
    EXPECT_EQ(reason(*set, {{A, "A*04:01N+A*04:02N"}}), "no haplotype of north has A*04:01N, A*04:02N");
    EXPECT_EQ(reason(*set, {{A, "A*03:01/A*01:02+A*01:01"}}), "no haplotype of north has A*01:02/A*03:01");
    const auto small = make_set("small", {A}, {{"A*04:01N", 0.5}});
    EXPECT_EQ(reason(*small, {{A, "A*01:01+A*01:02|A*02:01+A*03:01"}}), "no haplotype of small has A*01:01, A*01:02, A*02:01 and 1 more");
    EXPECT_EQ(reason(*small, {{A, "A*01:01/A*01:02/A*02:01/A*02:02/A*03:01"}}),
              "no haplotype of small has A*01:01/A*01:02/A*02:01/A*02:02/.. (5 alleles)");
}

}  // namespace
