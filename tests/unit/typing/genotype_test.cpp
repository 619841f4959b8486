// SPDX-License-Identifier: Apache-2.0
// Match classes and the rules for nulls and blanks, semantics.md section 3, and the names-only nomenclature.
#include "typed.hpp"

using namespace allomatch;
using namespace allomatch::testing;

namespace {

using enum locus;

std::string meaning(locus l, std::string_view first, std::string_view second, null_policy nulls = null_policy::ignore_inside_ambiguity,
                    const nomenclature::pointer& names = nomenclature::builtin()) {
    const auto read = read_locus({names.get(), nullptr, gene_set::all(), column_kind::dna}, l, pair_text(first, second), nulls);
    return read ? text_of(*names, read->meaning) : read.error().message();
}

TEST(genotype, classes_are_p_groups_or_alleles) {
    EXPECT_EQ(meaning(A, "02:09", "01:06"), "A*02:01P+A*01:06");
    EXPECT_EQ(meaning(A, "02:01/02:06", "24:02:01:02L"), "A*02:01P/A*02:06P+A*24:02P");
    EXPECT_EQ(meaning(B, "44:02S", "07:02"), "B*44:02P+B*07:02P");
}

TEST(genotype, nulls_are_dropped_inside_ambiguity) {
    EXPECT_EQ(meaning(A, "01:01", "02:01"), "A*01:01P+A*02:01P");  // 01:01 lists 01:01:01:02N
    EXPECT_EQ(meaning(A, "02:01/02:15N", "24:02"), "A*02:01P+A*24:02P");
}

TEST(genotype, a_null_makes_the_locus_homozygous) {
    EXPECT_EQ(meaning(A, "24:09N", "02:01"), "A*02:01P+A*02:01P");
    EXPECT_EQ(meaning(A, "02:01", "24:09N"), "A*02:01P+A*02:01P");
    EXPECT_EQ(meaning(A, "24:09N/24:11N", "02:01"), "A*02:01P+A*02:01P");
    EXPECT_EQ(meaning(A, "24:09", "02:01"), "A*02:01P+A*02:01P");  // suffix left out
    // The copy is the same class, whatever that resolves to.
    EXPECT_EQ(meaning(A, "24:09N", "02:01/02:06"), "A*02:01P+A*02:01P|A*02:06P+A*02:06P");
    EXPECT_EQ(meaning(A, "24:09N", "NEW"), "NEW+NEW");
    // The copy for a blank is independent.
    EXPECT_EQ(meaning(A, "02:01/02:06", ""), "A*02:01P/A*02:06P+A*02:01P/A*02:06P");
}

TEST(genotype, two_nulls_leave_no_product) {
    EXPECT_EQ(meaning(A, "24:09N", "24:11N"), "0+0");
    EXPECT_EQ(meaning(A, "24:09N", ""), "0+0");
    EXPECT_EQ(meaning(A, "", "24:09N"), "0+0");
}

TEST(genotype, drb345_blanks_stay) {
    EXPECT_EQ(meaning(DRB345, "", ""), "-+-");
    EXPECT_EQ(meaning(DRB345, "DRB3*01:01", ""), "DRB3*01:01P+-");
    EXPECT_EQ(meaning(DRB345, "", "DRB3*01:01"), "-+DRB3*01:01P");
    EXPECT_EQ(meaning(DRB345, "DRB4*01:03:01:02N", "DRB3*01:01"), "DRB3*01:01P+DRB3*01:01P");
}

TEST(genotype, considered_nulls_stay_an_outcome) {
    const auto considered = [](std::string_view a, std::string_view b) { return meaning(A, a, b, null_policy::consider); };
    EXPECT_EQ(considered("02:01:01:01", "24:02:01:01"), "A*02:01P+A*24:02P");
    EXPECT_EQ(considered("02:01:01:01/02:15N", "24:02:01:01"), "A*02:01P+A*24:02P|A*24:02P+A*24:02P");
    EXPECT_EQ(considered("24:02:01:01", "02:01:01:01/02:15N"), "A*24:02P+A*02:01P|A*24:02P+A*24:02P");
    EXPECT_EQ(considered("02:01:01:01/02:15N", "24:02:01:01/24:09N"),
              "A*02:01P+A*24:02P|A*24:02P+A*24:02P|A*02:01P+A*02:01P|0+0");
    EXPECT_EQ(considered("24:09N", "02:01:01:01/02:15N"), "A*02:01P+A*02:01P|0+0");
    EXPECT_EQ(considered("24:09N", "24:11N"), "0+0");
    EXPECT_EQ(considered("24:09N", "02:01:01:01"), "A*02:01P+A*02:01P");
}

TEST(genotype, untyped_is_told_apart) {
    const auto read = [](locus l, std::string_view a, std::string_view b) {
        return read_locus({nomenclature::builtin().get(), nullptr, gene_set::all(), column_kind::dna}, l, pair_text(a, b))->meaning.untyped();
    };
    EXPECT_TRUE(read(A, "", ""));
    EXPECT_TRUE(read(DRB345, "", ""));
    EXPECT_FALSE(read(DRB345, "DRB3*01:01", ""));
    EXPECT_FALSE(read(A, "NEW", ""));
    EXPECT_FALSE(read(A, "24:09N", ""));
}

TEST(genotype, null_only_readings) {
    const reader r(nomenclature::builtin());
    EXPECT_TRUE(null_only(r.release(), r.read(A, "24:09N/24:11N").value()));
    EXPECT_FALSE(null_only(r.release(), r.read(A, "24:09N/24:02").value()));
    EXPECT_FALSE(null_only(r.release(), r.read(A, "NEW").value()));
    EXPECT_FALSE(null_only(r.release(), r.read(A, "").value()));
    EXPECT_EQ(classes_of(r.release(), r.read(A, "24:09N").value().alleles).size(), 0U);
    EXPECT_EQ(classes_of(r.release(), r.read(A, "02:01/02:06/02:09").value().alleles).size(), 2U);
}

// formats.md, `--release names`
TEST(names_only, texts) {
    const auto names = nomenclature::names();
    const auto read = [&](std::string_view a, std::string_view b) {
        return meaning(A, a, b, null_policy::ignore_inside_ambiguity, names);
    };
    EXPECT_EQ(read("02:01:01:02L", "A*24:02:01"), "A*02:01L+A*24:02");
    EXPECT_EQ(read("24:09N", "02:01"), "A*24:09N+A*02:01");  // no null rule
    EXPECT_EQ(read("24:09N", "24:09N"), "A*24:09N+A*24:09N");
    EXPECT_EQ(read("02", "A*2402"), "A*02+A*24:02");
    EXPECT_EQ(read("02:01/02:06/02:01:01", ""), "A*02:01/A*02:06+A*02:01/A*02:06");
    EXPECT_EQ(read("4000:7000", "NEW"), "A*4000:7000+NEW");
    const reader r(names);
    for (const char* bad : {"A2", "02:XX", "02:AB", "02:GFJM", "02:01P", "02:01:01G", "02:01g", "2", "02:01X", "B*07:02"}) (void)r.refusal(A, bad);
    EXPECT_EQ(text_of(*names, read_locus({names.get(), nullptr, gene_set::all(), column_kind::dna}, DRB345,
                                         "DRB3*01:01^DRB4*01:03:01:02N")->meaning),
              "DRB3*01:01+DRB4*01:03N");
}

}  // namespace
