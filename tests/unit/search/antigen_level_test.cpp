// SPDX-License-Identifier: Apache-2.0
// Counting at antigen level, semantics.md section 6 (cord units): a position agrees when it shares a class or matches
// in antigens by section 4. Expected counts are worked out by hand from starter_alleles.tsv and starter_serology.tsv.
#include "pool.hpp"

#include <algorithm>

using namespace allomatch;
using namespace allomatch::testing;

namespace {

using enum locus;

comparison_rules antigens_at(std::initializer_list<locus> loci) {
    comparison_rules rules;
    for (const locus l : loci) rules.antigen_level.set(index(l));
    return rules;
}

const compared by_antigen{.rules = antigens_at({A, B, C, DPB1})};
const compared by_class;

/// Lowest and highest count, the same from either side.
std::string counts(locus l, const cell_pair& p, const cell_pair& d) {
    const auto text = [l](const cell_pair& a, const cell_pair& b) {
        const locus_outcome o = by_antigen.outcome(l, a, b);
        return std::to_string(o.mismatches) + "-" + std::to_string(o.mismatches_max);
    };
    EXPECT_EQ(text(p, d), text(d, p)) << "as patient and donor, and turned round";
    if (p.second != "GL") {
        EXPECT_EQ(text(p, d), text({p.second, p.first}, d)) << "whichever position is first";
    }
    return text(p, d);
}

TEST(antigen_level, alleles_of_one_antigen_agree) {
    EXPECT_EQ(counts(A, {"01:01", "02:01"}, {"01:01", "02:01"}), "0-0");
    EXPECT_EQ(counts(A, {"01:01", "02:01"}, {"01:01", "02:07"}), "0-0");  // 2, 2
    EXPECT_EQ(counts(A, {"01:01", "02:01"}, {"01:01", "02:03"}), "0-0");  // 203 is associated with 2
    EXPECT_EQ(counts(B, {"40:01", "15:01"}, {"40:01", "15:25"}), "0-0");  // 62, 62
    EXPECT_EQ(counts(B, {"39:01", "07:02"}, {"39:03", "07:05"}), "0-0");  // 3901 below 39; 7, 7
    EXPECT_EQ(counts(C, {"12:02", "01:02"}, {"12:03", "01:02"}), "0-0");  // above ten the first field is the antigen
}

TEST(antigen_level, other_antigens_are_mismatches) {
    EXPECT_EQ(counts(A, {"01:01", "02:01"}, {"01:01", "11:01"}), "1-1");
    EXPECT_EQ(counts(A, {"01:01", "02:03"}, {"01:01", "02:10"}), "1-1");  // siblings 203, 210
    EXPECT_EQ(counts(A, {"23:01", "23:01"}, {"24:02", "24:02"}), "2-2");  // splits of 9
    EXPECT_EQ(counts(B, {"38:01", "07:02"}, {"39:03", "07:02"}), "1-1");
    EXPECT_EQ(counts(A, {"01:01", "01:01"}, {"02:01", "11:01"}), "2-2");
    EXPECT_EQ(counts(A, {"01:01", "NEW"}, {"01:01", "02:01"}), "1-1");
    EXPECT_EQ(counts(A, {"NEW", "NEW"}, {"NEW", "NEW"}), "2-2");
    EXPECT_EQ(counts(A, {"24:09N", "24:11N"}, {"24:02", "24:02"}), "2-2");  // no product has no antigen
    EXPECT_EQ(counts(A, {"24:09N", "24:11N"}, {"01:22N", ""}), "0-0");
    EXPECT_EQ(counts(DPB1, {"04:01", "04:01"}, {"04:02", "04:02"}), "2-2");  // every DPB1 mismatch is M
}

TEST(antigen_level, the_orientation_is_that_of_the_antigens) {
    // By class 02:01 stands against 02:01 and 02:03 against 02:10; crossed, both positions agree in the antigen.
    EXPECT_EQ(by_class(A, {"02:01", "02:03"}, {"02:01", "02:10"}), "AM 1-1 1/1");
    EXPECT_EQ(counts(A, {"02:01", "02:03"}, {"02:01", "02:10"}), "0-0");  // 2 with 210, 203 with 2
}

TEST(antigen_level, one_allele_of_several_antigens_is_certain) {
    // 66:01 has 26 and 34: it matches 26:01, whatever else it has. All alleles that A2 stands for match 2.
    EXPECT_EQ(counts(A, {"24:02", "26:01"}, {"24:02", "66:01"}), "0-0");
    EXPECT_EQ(counts(A, {"24:02", "02:01"}, {"24:02", "A2"}), "0-0");
    EXPECT_EQ(counts(A, {"24:02", "02:03"}, {"24:02", "A2"}), "0-1");  // 02:10 does not match 203
}

TEST(antigen_level, a_copy_has_the_antigens_of_its_class_alone) {
    // The patient is 02:01, 02:01 or 11:01, 11:01: one of the two always mismatches.
    EXPECT_EQ(counts(A, {"24:09N", "02:01/11:01"}, {"02:01", "11:01"}), "1-1");
    EXPECT_EQ(by_class(A, {"24:09N", "02:01/11:01"}, {"02:01", "11:01"}), "PM 1-1 0/1");
}

TEST(antigen_level, ambiguity) {
    EXPECT_EQ(counts(A, {"01:01", "02:01"}, {"01:01", "02:01/02:06"}), "0-0");  // whichever it is, A2
    EXPECT_EQ(counts(A, {"01:01", "02:01"}, {"01:01", "02:06/11:01"}), "0-1");
    EXPECT_EQ(counts(A, {"01:01", "02:06/11:01"}, {"01:01", "02:06/11:01"}), "0-1");
    EXPECT_EQ(counts(A, {"01:01", "03:01/11:01"}, {"01:01", "02:01/24:02"}), "1-1");
    EXPECT_EQ(counts(A, {"01:01", "02:03/02:10"}, {"01:01", "02:01"}), "0-0");   // both are below 2
    EXPECT_EQ(counts(A, {"01:01", "02:03/02:10"}, {"01:01", "02:03"}), "0-1");   // 210 is a sibling
    // Whichever of the two it is, one position of the other side agrees.
    EXPECT_EQ(counts(A, {"02:01", "11:01"}, {"02:01/11:01", "NEW"}), "1-1");
    EXPECT_EQ(counts(A, {"01:01", "02:01"}, {"", ""}), "0-2");
    EXPECT_EQ(counts(A, {"A*01:01+A*02:01|A*01:01+A*11:01", "GL"}, {"01:01", "02:07"}), "0-1");
}

TEST(antigen_level, letters_and_directions_stay_those_of_the_classes) {
    for (const auto& [p, d] : std::vector<std::pair<cell_pair, cell_pair>>{{{"01:01", "02:01"}, {"01:01", "02:07"}},
                                                                           {{"02:01", "02:03"}, {"02:01", "02:10"}},
                                                                           {{"01:01", "01:01"}, {"02:01/02:06", "01:01"}}}) {
        locus_outcome classes = by_class.outcome(A, p, d);
        const locus_outcome antigens = by_antigen.outcome(A, p, d);
        classes.mismatches = antigens.mismatches;
        classes.mismatches_max = antigens.mismatches_max;
        EXPECT_EQ(antigens, classes);
    }
}

TEST(antigen_level, of_a_search_counts_and_classes) {
    const typed_loci typed{{A, {"02:01", "24:02"}}, {B, {"07:02", "46:01"}}, {DRB1, {"09:01", "15:01"}}};
    auto a_allele = typed;
    a_allele[A] = {"02:07", "24:02"};
    auto a_antigen = typed;
    a_antigen[A] = {"11:01", "24:02"};
    auto drb1_allele = typed;
    drb1_allele[DRB1] = {"09:01", "15:02"};
    auto open = typed;
    open[A] = {"02:06/11:01", "24:02"};
    const auto pool = make_pool({{"same", typed}, {"a-allele", a_allele}, {"a-antigen", a_antigen}, {"drb1", drb1_allele}, {"open", open}});
    search_request request{.loci = {A, B, DRB1}, .max_mismatches = 1, .rules = antigens_at({A, B}), .order = ranking::preset("hla_only")};
    const match_list found = search(pool, make_patient(typed), request);
    ASSERT_EQ(ids(found), "a-allele open same drb1 a-antigen");
    std::string all;
    for (const hit& h : found.hits) all += std::to_string(h.mismatches) + "-" + std::to_string(h.mismatches_max) + " ";
    EXPECT_EQ(all, "0-0 0-1 0-0 1-1 1-1 ");
    ASSERT_EQ(found.classes.size(), 4U);
    EXPECT_TRUE(found.classes[0].certain);
    EXPECT_EQ(found.classes[0].donors, 2U);  // same, a-allele
    EXPECT_FALSE(found.classes[1].certain);
    EXPECT_EQ(found.classes[1].donors, 1U);
    request.max_mismatches = 0;
    EXPECT_EQ(ids(search(pool, make_patient(typed), request)), "a-allele open same");
    request.count = direction::gvh;
    EXPECT_THROW((void)search(pool, make_patient(typed), request), format_error);
}

// The search works from tables of codes, `compare` from the positions: they must agree.
TEST(antigen_level, a_search_equals_the_direct_comparison) {
    const std::vector<std::string> cells{"02:01", "02:03", "02:10", "02:06/11:01", "24:02", "24:03", "23:01", "A9", "A2", "NEW", "24:09N", "02:XX"};
    std::vector<pool_donor> donors;
    std::vector<cell_pair> typings;
    for (const std::string& first : cells)
        for (const std::string& second : cells) {
            typings.emplace_back(first, second);
            donors.push_back({std::to_string(1000 + donors.size()), {{A, {first, second}}}});
        }
    const auto pool = make_pool(donors);
    search_request request{.loci = {A}, .max_mismatches = 2, .rules = antigens_at({A}), .order = {}};
    for (const cell_pair& p : typings) {
        const match_list found = search(pool, make_patient({{A, p}}), request);
        ASSERT_EQ(found.hits.size(), donors.size());
        for (std::size_t i = 0; i < donors.size(); ++i)
            ASSERT_EQ(text_of(found.outcome(i, 0)), by_antigen(A, p, typings[i])) << p.first << " + " << p.second << ", donor " << i;
    }
}

}  // namespace
