// SPDX-License-Identifier: Apache-2.0
// Which contents of one locus may stand together, and what is certain; semantics.md section 7 by hand.
#include "predicted.hpp"

#include <allomatch/haplotype/imputation.hpp>

using namespace allomatch;
using namespace allomatch::testing;

namespace {

using enum locus;

/// A: 01:01, 02:01P, 03:01 and the null 04:01N (not 04:02N). B: no null. DRB345: genes 3 and 4, a null of gene 5.
const haplotype_index& with_null() {
    static const auto set = make_set("N", {A, B, DRB345},
                                     {{"A*01:01~B*01:01~DRB3*01:01", 0.4},
                                      {"A*02:01~B*01:02~DRB4*01:01", 0.2},
                                      {"A*03:01~B*02:01~DRB3*02:01", 0.2},
                                      {"A*04:01N~B*02:01~DRB5*04:01N", 0.1}});
    return *set;
}
constexpr outcome_code a0101 = 0;
constexpr outcome_code a0201 = 1;
constexpr outcome_code a0301 = 2;
constexpr outcome_code null = 3;

/// Pairs of outcomes that fit together, as "0+0 0+1": of a relation made from a GL String.
std::string fitting(const locus_relation& r, std::size_t outcomes) {
    std::string out;
    for (outcome_code a = 0; a < outcomes; ++a)
        for (outcome_code b = a; b < outcomes; ++b) {
            EXPECT_EQ(r.fits(r.kind_of(a), r.kind_of(b)), r.fits(r.kind_of(b), r.kind_of(a)));
            if (r.fits(r.kind_of(a), r.kind_of(b))) out += (out.empty() ? "" : " ") + std::to_string(a) + "+" + std::to_string(b);
        }
    return out;
}
std::string fitting(locus l, const std::string& text) {
    const haplotype_index& set = with_null();
    const std::size_t at = set.position_of(l).value();
    const typed_person person({{l, text}});
    return fitting(locus_relation(set, at, person.at(l)), set.outcome_count(at));
}

TEST(haplotype_index, knows_what_carries_what) {
    const haplotype_index& set = with_null();
    EXPECT_EQ(set.size(), 4U);
    EXPECT_EQ(set.width(), 3U);
    EXPECT_EQ(set.locus_at(2), DRB345);
    EXPECT_EQ(set.position_of(B), 1U);
    EXPECT_FALSE(set.position_of(C));
    EXPECT_EQ(set.outcome_count(0), 4U);
    EXPECT_EQ(set.outcome_count(1), 3U);
    EXPECT_EQ(set.code_of(0, class_named("A*02:02")), a0201);
    EXPECT_EQ(set.code_of(0, class_named("A*01:02")), haplotype_index::no_outcome);
    EXPECT_EQ(set.code_of(0, no_class - 1), haplotype_index::no_outcome);
    ASSERT_EQ(set.null_codes(0).size(), 1U);
    EXPECT_EQ(set.null_codes(0)[0], null);
    EXPECT_TRUE(set.null_codes(1).empty());
    EXPECT_EQ(set.class_of(0, null), no_class);
    const auto carriers = set.carriers(1, set.code_of(1, class_named("B*02:01")));
    EXPECT_EQ(std::vector<haplotype_id>(carriers.begin(), carriers.end()), (std::vector<haplotype_id>{2, 3}));
    const typed_person nulls({{A, "A*04:01N+A*04:02N"}});
    EXPECT_TRUE(set.can_be(0, null, nulls.at(A)[0][0].alleles.ranges()[0].begin));
    EXPECT_FALSE(set.can_be(0, null, nulls.at(A)[0][1].alleles.ranges()[0].begin));
}

TEST(haplotype_index, too_many_alleles_of_a_locus) {
    const auto set_of = [](unsigned alleles) {
        frequency_set_builder builder("X", {A}, nomenclature::names());
        for (unsigned i = 0; i < alleles; ++i) {
            const std::string allele = "A*" + std::to_string(100 + i / 8000) + ":" + std::to_string(100 + i % 8000);
            const std::array<std::string_view, 1> row{allele};
            EXPECT_FALSE(builder.add(row, 1e-5));
        }
        return std::move(builder).build(false);
    };
    EXPECT_EQ(haplotype_index(set_of(haplotype_index::most_outcomes)).outcome_count(0), haplotype_index::most_outcomes);
    const problem p = thrown([&] { return haplotype_index(set_of(haplotype_index::most_outcomes + 1)); });
    EXPECT_EQ(p.column, "A");
    EXPECT_NE(p.reason.find("16,384"), std::string::npos);
}

TEST(locus_content, counts_mismatches) {
    const class_id a = class_named("A*01:01");
    const class_id b = class_named("A*02:01");
    const class_id c = class_named("A*03:01");
    const auto of = [](class_id x, class_id y) { return locus_content::of(x, y); };
    EXPECT_EQ(of(b, a), of(a, b));
    EXPECT_EQ(of(a, no_class), of(a, a));
    EXPECT_EQ(of(no_class, a), of(a, a));
    EXPECT_TRUE(of(no_class, no_class).no_product());
    EXPECT_FALSE(of(no_class, no_class).homozygous());
    EXPECT_TRUE(of(a, no_class).homozygous());
    EXPECT_EQ(of(a, b).mismatches(of(a, b)), 0U);
    EXPECT_EQ(of(a, b).mismatches(of(b, c)), 1U);
    EXPECT_EQ(of(a, a).mismatches(of(a, b)), 1U);
    EXPECT_EQ(of(a, b).mismatches(of(b, b)), 1U);
    EXPECT_EQ(of(a, a).mismatches(of(b, b)), 2U);
    EXPECT_EQ(of(a, a).mismatches(of(b, c)), 2U);
    EXPECT_EQ(of(no_class, no_class).mismatches(of(no_class, no_class)), 0U);
    EXPECT_EQ(of(no_class, no_class).mismatches(of(a, b)), 2U);
    EXPECT_EQ(of(a, a).mismatches(of(b, b), true), 1U);
    EXPECT_EQ(of(a, a).mismatches(of(b, c), true), 2U);
    EXPECT_EQ(of(a, a).mismatches(of(a, b), true), 1U);
    EXPECT_EQ(of(no_class, no_class).mismatches(of(a, a), true), 2U);
    EXPECT_EQ(of(a, a).mismatches(of(a, a), true), 0U);
}

TEST(locus_relation, untyped_accepts_all) {
    const locus_relation open(3);
    EXPECT_TRUE(open.open());
    EXPECT_EQ(open.kind_count(), 2U);
    EXPECT_EQ(fitting(open, 3), "0+0 0+1 0+2 1+1 1+2 2+2");
    EXPECT_TRUE(locus_relation(with_null(), 0, {}).open());
}

TEST(locus_relation, two_positions) {
    EXPECT_EQ(fitting(A, "A*01:01+A*02:02"), "0+1");
    EXPECT_EQ(fitting(A, "A*01:01+A*01:01"), "0+0");
    EXPECT_EQ(fitting(A, "A*01:01/A*02:01+A*02:01/A*03:01"), "0+1 0+2 1+1 1+2");
    // One blank is a copy that may resolve differently.
    EXPECT_EQ(fitting(A, "A*01:01"), "0+0");
    EXPECT_EQ(fitting(A, "A*01:01/A*02:01"), "0+0 0+1 1+1");
    // Nothing of the set, NEW.
    EXPECT_EQ(fitting(A, "A*01:02+A*02:01"), "");
    EXPECT_EQ(fitting(A, "A*01:02"), "");
    EXPECT_EQ(fitting(A, "A*NEW+A*02:01"), "");
    EXPECT_EQ(fitting(A, "A*01:02/A*01:01+A*02:01"), "0+1");
}

TEST(locus_relation, kinds) {
    const haplotype_index& set = with_null();
    const typed_person person({{A, "A*01:01/A*02:01+A*02:01/A*03:01"}});
    const locus_relation r(set, 0, person.at(A));
    EXPECT_FALSE(r.open());
    EXPECT_EQ(r.kind_of(null), 0);
    EXPECT_NE(r.kind_of(a0101), 0);
    EXPECT_NE(r.kind_of(a0101), r.kind_of(a0201));
    EXPECT_NE(r.kind_of(a0301), r.kind_of(a0201));
    const typed_person vague({{A, "A*01:01/A*02:01"}});
    const locus_relation same(set, 0, vague.at(A));
    EXPECT_EQ(same.kind_of(a0101), same.kind_of(a0201));
    EXPECT_EQ(same.kind_count(), 2U);
    // Of a list: 01:01 goes with 02:01 and 03:01, which go with it only; so there are two kinds and none.
    const typed_person list({{A, "A*01:01+A*02:01|A*01:01+A*03:01"}});
    const locus_relation pairs(set, 0, list.at(A));
    EXPECT_EQ(pairs.kind_count(), 3U);
    EXPECT_EQ(pairs.kind_of(a0201), pairs.kind_of(a0301));
    const std::vector<locus_relation::sides> none;
    EXPECT_EQ(fitting(locus_relation(2, none), 2), "");
}

TEST(locus_relation, a_list_accepts_only_its_pairs) {
    EXPECT_EQ(fitting(A, "A*01:01+A*02:01|A*03:01+A*03:01"), "0+1 2+2");
    EXPECT_EQ(fitting(A, "A*01:01+A*02:01|A*02:01+A*01:01"), "0+1");
    EXPECT_EQ(fitting(A, "A*01:01+A*01:02|A*03:01+A*02:01"), "1+2");
    EXPECT_EQ(fitting(A, "A*01:02+A*01:02|A*NEW+A*02:01"), "");
    EXPECT_EQ(fitting(A, "A*01:01|A*02:01/A*03:01"), "0+0 1+1 1+2 2+2");
}

TEST(locus_relation, null_alleles) {
    // A null that the set carries fits where it is listed.
    EXPECT_EQ(fitting(A, "A*04:01N+A*02:01"), "1+3");
    EXPECT_EQ(fitting(A, "A*01:01/A*04:01N+A*02:01"), "0+1 1+3");
    EXPECT_EQ(fitting(A, "A*04:01N"), "3+3");
    EXPECT_EQ(fitting(A, "A*04:01N/A*04:02N+A*01:01"), "0+3");
    // One that it does not carry: homozygous for the other position, the copy is the same class.
    EXPECT_EQ(fitting(A, "A*04:02N+A*02:01"), "1+1");
    EXPECT_EQ(fitting(A, "A*01:01/A*02:01+A*04:02N"), "0+0 1+1");
    EXPECT_EQ(fitting(A, "A*01:01/A*04:01N+A*04:02N"), "0+0 3+3");
    EXPECT_EQ(fitting(A, "A*04:02N+A*01:02"), "");
    EXPECT_EQ(fitting(A, "A*04:02N+A*NEW"), "");
    // Listed beside a class it says nothing more.
    EXPECT_EQ(fitting(A, "A*01:01/A*04:02N+A*02:01"), "0+1");
    // Both are null, and no row carries either: no pair fits.
    EXPECT_EQ(fitting(A, "A*04:02N+A*04:02N"), "");
    EXPECT_EQ(fitting(A, "A*04:02N"), "");
    EXPECT_EQ(fitting(A, "A*04:01N+A*04:02N"), "3+3");
}

TEST(locus_relation, a_blank_of_drb345_fits_anything) {
    EXPECT_EQ(fitting(DRB345, "DRB3*01:01"), "0+0 0+1 0+2 0+3");
    EXPECT_EQ(fitting(DRB345, "DRB3*01:01+DRB4*01:01"), "0+1");
    EXPECT_EQ(fitting(DRB345, "DRB5*04:01N"), "0+3 1+3 2+3 3+3");
    // Beside a blank, a null that no row carries says nothing.
    EXPECT_EQ(fitting(DRB345, "DRB5*04:02N"), "0+0 0+1 0+2 0+3 1+1 1+2 1+3 2+2 2+3 3+3");
    EXPECT_EQ(fitting(DRB345, "DRB5*04:02N+DRB4*01:01"), "1+1");
    EXPECT_EQ(fitting(DRB345, "DRB5*01:01"), "");
}

/// Classes of the certain content, "-" when nothing is certain.
std::string certain(locus l, const std::string& text) {
    const haplotype_index& set = with_null();
    const typed_person person({{l, text}});
    const auto content = certain_content(set, set.position_of(l).value(), person.at(l));
    return content ? content_text(*set.set().names(), l, *content) : "-";
}

TEST(certain_content, one_class_at_every_position) {
    EXPECT_EQ(certain(A, "A*01:01+A*02:01"), "A*01:01+A*02:01P");
    EXPECT_EQ(certain(A, "A*02:01+A*01:01"), "A*01:01+A*02:01P");
    EXPECT_EQ(certain(A, "A*02:01/A*02:02"), "A*02:01P+A*02:01P");
    EXPECT_EQ(certain(A, "A*01:01/A*02:01+A*02:01"), "-");
    // Whether or not the set knows it.
    EXPECT_EQ(certain(A, "A*01:02+A*01:02"), "A*01:02+A*01:02");
    EXPECT_EQ(certain(A, "A*NEW+A*02:01"), "-");
    EXPECT_EQ(certain(A, "A*NEW"), "-");
    // A list whose pairs come to the same.
    EXPECT_EQ(certain(A, "A*01:01+A*02:01|A*02:02+A*01:01"), "A*01:01+A*02:01P");
    EXPECT_EQ(certain(A, "A*01:01+A*02:01|A*01:01+A*01:01"), "-");
    const haplotype_index& set = with_null();
    EXPECT_FALSE(certain_content(set, 0, {}));
}

TEST(certain_content, null_alleles) {
    // Listed beside the class: counts only if a row carries it.
    EXPECT_EQ(certain(A, "A*01:01/A*04:02N+A*02:01"), "A*01:01+A*02:01P");
    EXPECT_EQ(certain(A, "A*01:01/A*04:01N+A*02:01"), "-");
    EXPECT_EQ(certain(B, "B*01:01/B*04:01N+B*02:01"), "B*01:01+B*02:01P");
    // Null only: not carried, the copy of the other; carried, it is no class.
    EXPECT_EQ(certain(A, "A*04:02N+A*02:01"), "A*02:01P+A*02:01P");
    EXPECT_EQ(certain(A, "A*04:01N+A*02:01"), "-");
    EXPECT_EQ(certain(A, "A*04:02N+A*01:01/A*02:01"), "-");
    EXPECT_EQ(certain(A, "A*04:02N+A*NEW"), "-");
    // Both null is certain, carried or not.
    EXPECT_EQ(certain(A, "A*04:01N+A*04:02N"), "A*null");
    EXPECT_EQ(certain(A, "A*04:02N"), "A*null");
    EXPECT_EQ(certain(A, "A*04:01N"), "A*null");
    EXPECT_EQ(certain(A, "A*04:01N+A*04:01N|A*01:01+A*01:01"), "-");
}

TEST(certain_content, drb345) {
    EXPECT_EQ(certain(DRB345, "DRB3*01:01+DRB4*01:01"), "DRB3*01:01+DRB4*01:01");
    EXPECT_EQ(certain(DRB345, "DRB3*01:01"), "-");  // the blank fits anything
    EXPECT_EQ(certain(DRB345, "DRB5*04:02N"), "-");
    EXPECT_EQ(certain(DRB345, "DRB5*04:02N+DRB4*01:01"), "DRB4*01:01+DRB4*01:01");
    EXPECT_EQ(certain(DRB345, "DRB5*04:01N+DRB4*01:01"), "-");
}

}  // namespace
