// SPDX-License-Identifier: Apache-2.0
// Comparing one locus, semantics.md section 4, under the starter table. Every expected line is worked out by
// hand from the classes and antigens in starter_alleles.tsv: letters in donor order, lowest-highest, GvH/HvG.
#include "pool.hpp"

using namespace allomatch;
using namespace allomatch::testing;

namespace {

using enum locus;
const compared match;

TEST(compare, certain_matches) {
    EXPECT_EQ(match(A, {"01:01", "02:01"}, {"01:01", "02:01"}), "AA 0-0 0/0");
    EXPECT_EQ(match(A, {"01:01", "02:01"}, {"02:01", "01:01"}), "AA 0-0 0/0");
    EXPECT_EQ(match(A, {"02:01:01:01", "01:01"}, {"02:09", "01:32"}), "AA 0-0 0/0");  // same P groups
    EXPECT_EQ(match(A, {"01:01", ""}, {"01:01", "01:01"}), "AA 0-0 0/0");
    EXPECT_EQ(match(DPB1, {"03:01", "04:02"}, {"104:01", "105:01"}), "AA 0-0 0/0");
}

TEST(compare, homozygous_and_heterozygous) {
    EXPECT_EQ(match(A, {"01:01", "01:01"}, {"01:01", "02:01"}), "AM 1-1 0/1");
    EXPECT_EQ(match(A, {"01:01", "01:01"}, {"02:01", "01:01"}), "MA 1-1 0/1");
    EXPECT_EQ(match(A, {"01:01", "02:01"}, {"01:01", "01:01"}), "AM 1-1 1/0");
    EXPECT_EQ(match(A, {"02:01", "01:01"}, {"01:01", "01:01"}), "MA 1-1 1/0");
    EXPECT_EQ(match(A, {"01:01", "01:01"}, {"02:01", "02:01"}), "MM 2-2 2/2");
    EXPECT_EQ(match(A, {"01:01", "02:01"}, {"03:01", "11:01"}), "MM 2-2 2/2");
    EXPECT_EQ(match(A, {"01:01", "02:01"}, {"01:01", "11:01"}), "AM 1-1 1/1");
}

TEST(compare, homozygous_may_count_once) {
    const compared once{.rules = {.homozygous_once = true}};
    EXPECT_EQ(once(A, {"01:01", "01:01"}, {"02:01", "02:01"}), "MM 1-1 2/2");
    EXPECT_EQ(once(A, {"01:01", ""}, {"02:01", ""}), "MM 1-1 2/2");
    EXPECT_EQ(once(A, {"01:01", "01:01"}, {"02:01", "03:01"}), "MM 2-2 2/2");
    EXPECT_EQ(once(A, {"01:01", "01:01"}, {"01:01", "02:01"}), "AM 1-1 0/1");
    EXPECT_EQ(once(A, {"01:01", "01:01"}, {"02:01/02:05", "02:01/02:05"}), "MM 1-2 2/2");
    EXPECT_EQ(once(A, {"24:09N", "24:11N"}, {"02:01", "02:01"}), "MM 2-2 0/2");
}

TEST(compare, potential_matches) {
    EXPECT_EQ(match(A, {"02:01/02:06", "01:01"}, {"02:01", "01:01"}), "PA 0-1 0/0");
    EXPECT_EQ(match(A, {"02:01/02:06", "01:01"}, {"02:01/02:06", "01:01"}), "PA 0-1 0/0");
    EXPECT_EQ(match(A, {"02:01/02:06", "01:01/01:02"}, {"01:01", "02:01"}), "PP 0-2 0/0");
    EXPECT_EQ(match(A, {"02:01", "01:01"}, {"02:XX", "03:01"}), "PM 1-2 1/1");
    // One of two classes of the donor is certain to fit either side: at least one match in every resolution.
    EXPECT_EQ(match(A, {"02:01", "02:06"}, {"02:01/02:06", "11:01"}), "PM 1-1 1/1");
    EXPECT_EQ(match(A, {"02:01", "02:06"}, {"02:01/02:06", "02:01/02:06"}), "PP 0-1 0/0");
}

TEST(compare, orientation_prefers_matched_then_certain_then_antigen_matched_then_direct) {
    // Most matched: direct has one certain match, crossed two potential ones.
    EXPECT_EQ(match(A, {"02:01", "02:01/24:02"}, {"02:01/24:02", "02:01/02:06"}), "PP 0-2 0/0");
    EXPECT_TRUE(match.outcome(A, {"01:01", "02:01"}, {"02:01", "01:01"}).crossed);
    EXPECT_FALSE(match.outcome(A, {"01:01", "01:01"}, {"01:01", "01:01"}).crossed);
    // Most certain: both orientations match twice, the crossed one for certain.
    EXPECT_EQ(match(A, {"02:01/02:06", "02:01"}, {"02:01", "02:01/02:06"}), "AP 0-1 0/0");
    EXPECT_TRUE(match.outcome(A, {"02:01/02:06", "02:01"}, {"02:01", "02:01/02:06"}).crossed);
    // Antigen-matched among the mismatched: 02:01 with 02:06 (A2), 24:02 with 24:07 (A24).
    EXPECT_EQ(match(A, {"02:01", "24:02"}, {"24:07", "02:06"}), "LL 2-2 2/2");
    EXPECT_TRUE(match.outcome(A, {"02:01", "24:02"}, {"24:07", "02:06"}).crossed);
    EXPECT_EQ(match(A, {"02:01", "24:02"}, {"24:07", "11:01"}), "LM 2-2 2/2");
    // A certain match wins over an antigen match elsewhere.
    EXPECT_EQ(match(A, {"02:01", "02:06"}, {"02:06", "11:01"}), "AM 1-1 1/1");
    // Equal: direct.
    EXPECT_FALSE(match.outcome(A, {"01:01", "03:01"}, {"02:01", "11:01"}).crossed);
}

TEST(compare, antigens_of_a_mismatch) {
    const auto letter_of = [](locus l, const char* p, const char* d) { return match(l, {p, p}, {d, d}).substr(0, 1); };
    EXPECT_EQ(letter_of(A, "02:01", "02:06"), "L");    // 2, 2
    EXPECT_EQ(letter_of(A, "02:01", "02:03"), "L");    // 203 is associated with 2
    EXPECT_EQ(letter_of(A, "02:03", "02:10"), "M");    // 203 and 210 are siblings
    EXPECT_EQ(letter_of(A, "23:01", "24:02"), "M");    // splits of 9
    EXPECT_EQ(letter_of(A, "24:02", "24:03"), "L");    // 2403 below 24
    EXPECT_EQ(letter_of(A, "66:03", "25:01"), "L");    // 10 above 25
    EXPECT_EQ(letter_of(A, "66:01", "26:01"), "L");    // expert column: 26/34
    EXPECT_EQ(letter_of(B, "38:01", "39:03"), "M");    // semantics.md: siblings such as B38/B39
    EXPECT_EQ(letter_of(B, "39:01", "39:02"), "M");    // 3901, 3902
    EXPECT_EQ(letter_of(B, "39:01", "39:03"), "L");    // 3901 below 39
    EXPECT_EQ(letter_of(B, "27:08", "07:02"), "L");    // expert column: 7
    EXPECT_EQ(letter_of(B, "15:01", "15:16"), "M");    // 62, 63: the first field does not matter
    EXPECT_EQ(letter_of(B, "15:29", "15:01"), "L");    // 15 above 62
    EXPECT_EQ(letter_of(DRB1, "03:01", "03:02"), "M"); // 17, 18
    EXPECT_EQ(letter_of(DRB1, "03:01", "03:124"), "A");
    EXPECT_EQ(letter_of(DQB1, "03:01", "03:02"), "M"); // 7, 8
    EXPECT_EQ(letter_of(DQB1, "03:01", "03:04"), "L"); // 7, 7
}

TEST(compare, at_c_a_first_field_above_ten_is_the_antigen) {
    const auto letter_of = [](const char* p, const char* d) { return match(C, {p, p}, {d, d}).substr(0, 1); };
    EXPECT_EQ(letter_of("12:02", "12:03"), "L");  // no serology at all
    EXPECT_EQ(letter_of("14:02", "01:02"), "M");  // 14:02 is 1 by expert, which is not used
    EXPECT_EQ(letter_of("17:01", "07:01"), "M");  // 7 by expert, not used
    EXPECT_EQ(letter_of("16:01", "15:02"), "M");
    EXPECT_EQ(letter_of("03:03", "03:04"), "M");  // 9, 10
    EXPECT_EQ(letter_of("03:03", "03:05"), "L");  // 3 above 9
    EXPECT_EQ(letter_of("04:03", "06:02"), "L");  // 6 by expert; the first field is not above ten
}

TEST(compare, without_serology_first_fields_are_compared) {
    const auto letter_of = [](locus l, const char* p, const char* d) { return match(l, {p, p}, {d, d}).substr(0, 1); };
    EXPECT_EQ(letter_of(DQA1, "01:01", "01:02"), "L");
    EXPECT_EQ(letter_of(DQA1, "01:01", "05:01"), "M");
    EXPECT_EQ(letter_of(DPA1, "01:03", "02:01"), "M");
    const compared named{.names = nomenclature::names()};
    EXPECT_EQ(named(A, {"02:01", "01:01"}, {"02:06", "03:01"}), "LM 2-2 2/2");
    EXPECT_EQ(named(A, {"24:09N", "02:01"}, {"24:09N", "02:01"}), "AA 0-0 0/0");
    EXPECT_EQ(named(A, {"24:09N", "02:01"}, {"24:02", "02:01"}), "LA 1-1 1/1");
}

TEST(compare, every_dpb1_mismatch_is_m) {
    EXPECT_EQ(match(DPB1, {"04:01", "02:01"}, {"04:02", "02:02"}), "MM 2-2 2/2");
    EXPECT_EQ(match(DPB1, {"04:01", "02:01"}, {"04:02", "02:01"}), "MA 1-1 1/1");
}

TEST(compare, ambiguous_positions_have_all_their_antigens) {
    EXPECT_EQ(match(A, {"02:06/11:01", "01:01"}, {"02:01", "01:01"}), "LA 1-1 1/1");
    EXPECT_EQ(match(A, {"03:01/11:01", "01:01"}, {"02:01/24:02", "01:01"}), "MA 1-1 1/1");
    // A null has no say: 24:09N beside 11:01 adds nothing.
    EXPECT_EQ(match(A, {"11:01/24:09N", "01:01"}, {"24:02", "01:01"}), "MA 1-1 1/1");
}

TEST(compare, untyped) {
    EXPECT_EQ(match(A, {"", ""}, {"01:01", "02:01"}), "-- 0-2 0/0");
    EXPECT_EQ(match(A, {"01:01", "02:01"}, {"", ""}), "-- 0-2 0/0");
    EXPECT_EQ(match(A, {"", ""}, {"", ""}), "-- 0-2 0/0");
    EXPECT_EQ(match(A, {"NEW", "NEW"}, {"", ""}), "-- 0-2 0/0");
    EXPECT_EQ(match(A, {"24:09N", ""}, {"", ""}), "-- 0-2 0/0");
}

TEST(compare, new_alleles_match_nothing) {
    EXPECT_EQ(match(A, {"NEW", "01:01"}, {"NEW", "01:01"}), "MA 1-1 1/1");
    EXPECT_EQ(match(A, {"NEW", "NEW"}, {"NEW", "NEW"}), "MM 2-2 2/2");
    EXPECT_EQ(match(A, {"NEW", ""}, {"NEW", ""}), "MM 2-2 2/2");
    EXPECT_EQ(match(A, {"NEW", "01:01"}, {"02:01", "01:01"}), "MA 1-1 1/1");
    EXPECT_EQ(match(A, {"01:01", "02:01"}, {"NEW", "02:01"}), "MA 1-1 1/1");
    EXPECT_EQ(match(A, {"NEW", "01:01"}, {"01:01", "01:01"}), "MA 1-1 1/0");
}

TEST(compare, null_alleles) {
    EXPECT_EQ(match(A, {"01:01", "24:09N"}, {"01:01", "01:01"}), "AA 0-0 0/0");
    EXPECT_EQ(match(A, {"01:01", "24:09N"}, {"01:01", "24:02"}), "AM 1-1 0/1");
    EXPECT_EQ(match(A, {"01:01", "24:09N"}, {"01:01", "24:11N"}), "AA 0-0 0/0");
    // The copy is the same class: never one match and one mismatch with 02:01,02:01.
    EXPECT_EQ(match(A, {"02:01/02:06", "24:09N"}, {"02:01", "02:01"}), "PP 0-2 0/0");
    EXPECT_EQ(match(A, {"02:01/02:06", ""}, {"02:01", "02:01"}), "PP 0-2 0/0");
    EXPECT_EQ(match(A, {"02:01/02:06", "24:09N"}, {"02:01", "02:06"}), "PL 1-1 0/1");
    EXPECT_EQ(match(A, {"02:01/02:06", ""}, {"02:01", "02:06"}), "PP 0-1 0/0");
}

TEST(compare, no_expressed_product) {
    EXPECT_EQ(match(A, {"24:09N", "24:11N"}, {"01:22N", ""}), "AA 0-0 0/0");
    EXPECT_EQ(match(A, {"24:09N", "24:11N"}, {"01:01", "02:01"}), "MM 2-2 0/2");
    EXPECT_EQ(match(A, {"01:01", "02:01"}, {"24:09N", "24:11N"}), "MM 2-2 2/0");
    EXPECT_EQ(match(A, {"24:09N", "24:11N"}, {"NEW", "NEW"}), "MM 2-2 0/2");
}

TEST(compare, genotype_lists_stay_pairs) {
    // Flattened into two sets this would match twice.
    EXPECT_EQ(match(A, {"A*01:01+A*02:01|A*11:01+A*24:02", "GL"}, {"01:01", "24:02"}), "PM 1-1 1/1");
    EXPECT_EQ(match(A, {"A*01:01+A*02:01|A*01:01+A*02:06", "GL"}, {"01:01", "02:01"}), "AP 0-1 0/0");
    EXPECT_EQ(match(A, {"01:01", "02:01"}, {"A*01:01+A*02:01|A*02:01+A*01:01", "GL"}), "AA 0-0 0/0");
    EXPECT_EQ(match(A, {"A*03:01+A*11:01|A*01:01+A*02:01", "GL"}, {"01:01", "02:01"}), "PP 0-2 0/0");
    // On ties the first alternative of the patient gives the letters.
    EXPECT_EQ(match(A, {"A*01:01+A*02:01|A*03:01+A*02:06", "GL"}, {"01:01", "02:06"}), "PL 1-1 1/1");
    EXPECT_EQ(match(A, {"A*03:01+A*02:06|A*01:01+A*02:01", "GL"}, {"01:01", "02:06"}), "PL 1-1 1/1");
}

TEST(compare, directions_are_the_lowest_over_the_resolutions) {
    EXPECT_EQ(match(A, {"02:01/02:06", "02:01"}, {"02:01", "02:01"}), "PA 0-1 0/0");
    EXPECT_EQ(match(A, {"02:01/02:06", "02:01/02:05"}, {"02:01", "11:01"}), "PM 1-2 0/1");
    EXPECT_EQ(match(A, {"02:01", "11:01"}, {"02:01/02:06", "02:01/02:05"}), "PM 1-2 1/0");
}

TEST(compare, drb345_blanks_never_mismatch) {
    const auto counts = [](const cell_pair& p, const cell_pair& d) {
        const locus_outcome o = match.outcome(DRB345, p, d);
        return std::to_string(o.mismatches) + " " + std::to_string(o.gvh) + "/" + std::to_string(o.hvg);
    };
    EXPECT_EQ(counts({"DRB3*01:01", ""}, {"DRB3*01:01", ""}), "0 0/0");
    EXPECT_EQ(counts({"DRB3*01:01", ""}, {"DRB4*01:01", ""}), "0 0/0");
    EXPECT_EQ(counts({"DRB3*01:01", ""}, {"", "DRB4*01:01"}), "0 0/0");
    EXPECT_EQ(counts({"DRB3*01:01", ""}, {"DRB3*01:01", "DRB4*01:01"}), "0 0/0");
    EXPECT_EQ(counts({"DRB3*01:01", "DRB4*01:01"}, {"DRB3*02:02", ""}), "1 1/1");
    EXPECT_EQ(counts({"DRB3*01:01", ""}, {"DRB3*02:02", "DRB4*01:01"}), "1 1/1");
    EXPECT_EQ(match.outcome(DRB345, {"DRB3*01:01", ""}, {"DRB3*01:01", ""}).letters[0], letter::certain);
    EXPECT_EQ(match.outcome(DRB345, {"DRB3*01:01", ""}, {"DRB3*01:01", ""}).letters[1], letter::untyped);
    EXPECT_EQ(match(DRB345, {"", ""}, {"DRB3*01:01", ""}).substr(0, 4), "-- 0");
}

TEST(compare, drb345_classes_carry_their_gene) {
    EXPECT_EQ(match(DRB345, {"DRB3*01:01", "DRB4*01:01"}, {"DRB4*01:01", "DRB3*01:01"}), "AA 0-0 0/0");
    EXPECT_EQ(match(DRB345, {"DRB3*01:01", "DRB4*01:01"}, {"DRB3*02:02", "DRB4*01:01"}), "LA 1-1 1/1");  // 52, 52
    EXPECT_EQ(match(DRB345, {"DRB3*01:01", "DRB3*01:01"}, {"DRB4*01:01", "DRB5*01:01"}), "MM 2-2 2/2");
    const compared named{.names = nomenclature::names()};
    EXPECT_EQ(named(DRB345, {"DRB3*01:01", "DRB3*01:01"}, {"DRB4*01:01", "DRB4*01:01"}), "MM 2-2 2/2");
}

TEST(compare, considered_nulls) {
    const compared considered{.nulls = null_policy::consider};
    EXPECT_EQ(match(A, {"02:01:01:01/02:15N", "01:02"}, {"02:01:01:01", "01:02"}), "AA 0-0 0/0");
    // The null would make the patient 01:02,01:02.
    EXPECT_EQ(considered(A, {"02:01:01:01/02:15N", "01:02"}, {"02:01:01:01", "01:02"}), "PA 0-1 0/0");
    EXPECT_EQ(considered(A, {"02:01:01:01/02:15N", "01:02"}, {"01:02", "01:02"}), "PA 0-1 0/0");
    EXPECT_EQ(considered(A, {"24:09N", "02:01:01:01/02:15N"}, {"24:09N", ""}), "PP 0-2 0/0");
    EXPECT_EQ(considered(A, {"02:01:01:01", "01:02"}, {"02:01:01:01", "01:02"}), "AA 0-0 0/0");
}

TEST(outcome, packs_into_sixteen_bits) {
    for (std::uint8_t mm = 0; mm < 3; ++mm)
        for (std::uint8_t high = mm; high < 3; ++high)
            for (int a = 0; a < 5; ++a)
                for (int b = 0; b < 5; ++b)
                    for (const bool crossed : {false, true}) {
                        const locus_outcome o{mm, high, mm, high, {static_cast<letter>(a), static_cast<letter>(b)}, crossed};
                        EXPECT_EQ(unpack(pack(o)), o);
                    }
}

}  // namespace
