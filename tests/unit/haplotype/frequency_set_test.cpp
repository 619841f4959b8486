// SPDX-License-Identifier: Apache-2.0
#include "unit/shared_data.hpp"

#include <allomatch/haplotype/frequency_set.hpp>
#include <allomatch/nomenclature/release_tables.hpp>

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace allomatch {
namespace {

using testing::real_release;
using views = std::vector<std::string_view>;

std::uint64_t key(std::string_view text) { return read_allele_name(text)->key(gene::A); }

/// A*01: 01 in P group 01:01P but for 01:01:02, 02 in two classes without a P group of its name, 03 null.
nomenclature::pointer small_release() {
    release_tables t;
    t.version = "small";
    for (const char* name : {"01:01:01", "01:01:02", "01:01:03", "01:02:01", "01:02:02", "01:02:03", "01:03N", "01:04"})
        t.alleles.push_back(key(name));
    t.p_groups.push_back({key("01:01"), {key("01:01:01")}});
    t.p_groups.push_back({key("01:04"), {key("01:04"), key("01:02:02"), key("01:02:03")}});
    return std::make_shared<const nomenclature>(t);
}

std::string class_of(const nomenclature& names, std::string_view text, bool* spans = nullptr) {
    const auto read = frequency_set_builder::read_allele(names, locus::A, text, nullptr, spans);
    if (!read) return "refused: " + read.error().reason;
    return read->is_null() ? "null" : names.class_text(read->matched);
}

TEST(haplotype_allele, a_name_takes_one_class) {
    const auto names = small_release();
    bool spans = false;
    EXPECT_EQ(class_of(*names, "A*01:01:02", &spans), "A*01:01:02");
    EXPECT_FALSE(spans);
    // Three classes, and the P group has the name.
    EXPECT_EQ(class_of(*names, "A*01:01", &spans), "A*01:01P");
    EXPECT_TRUE(spans);
    // No such P group: two of three alleles are in 01:04P.
    EXPECT_EQ(class_of(*names, "01:02", &spans), "A*01:04P");
    EXPECT_TRUE(spans);
    EXPECT_EQ(class_of(*names, "A*01:04P", &spans), "A*01:04P");
    EXPECT_FALSE(spans);
    EXPECT_EQ(class_of(*names, "A*01:03N"), "null");
}

TEST(haplotype_allele, only_alleles_and_groups) {
    const auto names = nomenclature::builtin();
    EXPECT_EQ(class_of(*names, "HLA-A*02:01:01G"), "A*02:01P");
    EXPECT_EQ(class_of(*names, "A*02:01g"), "A*02:01P");
    EXPECT_EQ(class_of(*names, "A*0201"), "A*02:01P");
    for (const char* text : {"A*02:XX", "A*02:01/02:06", "A2", "NEW", "", "A*02", "A*02:9999", "B*07:02", "A*02:0l"})
        EXPECT_TRUE(class_of(*names, text).starts_with("refused")) << text;
}

TEST(haplotype_allele, names_only) {
    const auto names = nomenclature::names();
    EXPECT_EQ(class_of(*names, "A*01:16N"), "A*01:16N");
    EXPECT_EQ(class_of(*names, "A*02"), "A*02");
}

TEST(frequency_set, rows_of_the_same_classes_are_merged_and_nulls_kept) {
    frequency_set_builder builder("X", {locus::A, locus::B}, nomenclature::builtin());
    const auto add = [&](views haplotype, double f) { return builder.add(haplotype, f); };
    EXPECT_FALSE(add({"A*02:01", "B*07:02"}, 0.25));
    EXPECT_FALSE(add({"A*02:01:01G", "B*07:02:01"}, 0.25));
    EXPECT_FALSE(add({"A*01:16N", "B*07:02"}, 0.125));
    EXPECT_FALSE(add({"A*01:22N", "B*07:02"}, 0.125));
    EXPECT_FALSE(add({"A*01:16N", "B*07:02P"}, 0.125));
    const auto refused = add({"A*02:01", "B*02:01"}, 0.125);
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->column, "B");
    EXPECT_TRUE(add({"A*02:01"}, 0.125));
    EXPECT_TRUE(add({"A*02:01", "B*07:02"}, 0));
    EXPECT_TRUE(add({"A*02:01", "B*07:02"}, 1.5));

    const frequency_set set = std::move(builder).build(false);
    EXPECT_EQ(set.sum_as_read(), 0.875);
    ASSERT_EQ(set.rows().size(), 5U);
    EXPECT_EQ(set.haplotype_text(1), "A*02:01:01G~B*07:02:01");
    const haplotype_table& merged = set.merged();
    ASSERT_EQ(merged.size(), 3U);
    EXPECT_EQ(merged.frequency(0), 0.5);
    EXPECT_EQ(merged.frequency(1), 0.25);
    EXPECT_EQ(merged.frequency(2), 0.125);
    const haplotype_outcome& null = set.outcome(0, merged.codes(1)[0]);
    EXPECT_TRUE(null.is_null());
    EXPECT_EQ(set.names()->allele_text(null.nulls.ranges().front().begin), "A*01:16N");
}

TEST(frequency_set, sums) {
    const auto made = [](double f, bool normalise) {
        frequency_set_builder builder("X", {locus::A}, nomenclature::builtin());
        EXPECT_FALSE(builder.add(views{"A*02:01"}, f));
        EXPECT_FALSE(builder.add(views{"A*24:02"}, 0.5));
        return std::move(builder).build(normalise).rows().frequency(1);
    };
    EXPECT_EQ(made(0.25, false), 0.5);
    EXPECT_EQ(made(0.5000009, false), 0.5);
    EXPECT_THROW(made(0.500002, false), format_error);
    EXPECT_EQ(made(0.75, true), 0.4);
    EXPECT_THROW((void)frequency_set_builder("X", {locus::A}, nomenclature::builtin()).build(true), format_error);
    EXPECT_THROW(frequency_set_builder("X", {locus::A, locus::A}, nomenclature::builtin()), format_error);
    EXPECT_THROW(frequency_set_builder("X", {}, nomenclature::builtin()), format_error);
}

}  // namespace
}  // namespace allomatch
