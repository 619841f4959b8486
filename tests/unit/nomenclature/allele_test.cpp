// SPDX-License-Identifier: Apache-2.0
#include <allomatch/nomenclature/allele.hpp>

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>
#include <vector>

using namespace allomatch;

namespace {

TEST(allele_name, reads_and_writes) {
    for (const char* text : {"01", "01:01", "02:01:01:02L", "110:01", "02:1000", "4095:8191:4095:4095N", "24:09N", "30:14L",
                             "44:02:01:02S", "32:11Q", "24:24A", "24:24C"}) {
        const auto name = read_allele_name(text);
        ASSERT_TRUE(name) << text;
        EXPECT_EQ(name->text(), text);
        for (const gene g : {gene::A, gene::DPB1}) {
            EXPECT_EQ(allele_name::from_key(name->key(g)), *name) << text;
            EXPECT_EQ(allele_name::gene_of_key(name->key(g)), g);
        }
    }
    EXPECT_TRUE(read_allele_name("24:09N")->is_null());
    EXPECT_FALSE(read_allele_name("24:02:01:02L")->is_null());
}

TEST(allele_name, refuses_the_rest) {
    for (const char* bad : {"", "1", "1:01", "01:1", "001:01", "01:001", "00:01", "01:00", "01:", ":01", "01::01", "01:01:01:01:01",
                            "01:01n", "01:01X", "01:01NL", "01 :01", "01:01 ", "A*01:01", "4096:01", "01:8192", "01:01:4096",
                            "01:9999999999", "01-01", "01:0l"})
        EXPECT_FALSE(read_allele_name(bad)) << bad;
}

TEST(allele_name, keys_sort_by_fields_then_suffix_and_prefixes_end) {
    const auto key = [](const char* text) { return read_allele_name(text)->key(gene::B); };
    const std::vector<const char*> sorted{"01:01", "01:01N", "01:01:01", "01:01:01:01", "01:01:01:02N", "01:01:02", "01:02", "01:10", "01:100", "02:01", "110:01"};
    for (std::size_t i = 1; i < sorted.size(); ++i) EXPECT_LT(key(sorted[i - 1]), key(sorted[i])) << sorted[i];
    const auto inside = [&](const char* prefix, const char* text) {
        return key(text) >= key(prefix) && key(text) < read_allele_name(prefix)->prefix_end(gene::B);
    };
    EXPECT_TRUE(inside("01:01", "01:01:01:02N"));
    EXPECT_TRUE(inside("01:01", "01:01:4095:4095"));
    EXPECT_FALSE(inside("01:01", "01:02"));
    EXPECT_FALSE(inside("01:01", "01:10"));
    EXPECT_TRUE(inside("01", "01:8191"));
    EXPECT_FALSE(inside("01", "02:01"));
    EXPECT_TRUE(inside("01:01:01:01", "01:01:01:01N"));
    EXPECT_FALSE(inside("01:01:01:01", "01:01:01:02"));
}

// semantics.md section 2, "old name"
TEST(old_digits, are_pairs) {
    const auto read = [](gene g, const char* text) {
        const auto name = read_old_digits(g, text);
        return name ? name->text() : std::string("-");
    };
    EXPECT_EQ(read(gene::A, "0201"), "02:01");
    EXPECT_EQ(read(gene::A, "31012"), "31:01:02");
    EXPECT_EQ(read(gene::A, "020101"), "02:01:01");
    EXPECT_EQ(read(gene::A, "02010102L"), "02:01:01:02L");
    EXPECT_EQ(read(gene::A, "2409N"), "24:09N");
    EXPECT_EQ(read(gene::A, "9201"), "02:101");
    EXPECT_EQ(read(gene::A, "9299"), "02:199");
    EXPECT_EQ(read(gene::B, "9201"), "92:01");
    EXPECT_EQ(read(gene::B, "9502"), "15:102");
    EXPECT_EQ(read(gene::A, "9502"), "95:02");
    EXPECT_EQ(read(gene::B, "950201"), "15:102:01");
    for (const char* bad : {"", "02", "020", "0200", "0001", "0201012", "020101021", "02010", "0201X", "0201NN", "02:01", "N", "0201 "})
        EXPECT_EQ(read(gene::A, bad), "-") << bad;
}

TEST(allele_set, normalises_to_ranges) {
    allele_set set;
    EXPECT_TRUE(set.empty());
    for (const allele_id id : {7U, 3U, 4U, 3U, 9U, 8U}) set.collect(allele_set(id));
    set.normalise();
    EXPECT_EQ(set.size(), 5U);
    ASSERT_EQ(set.ranges().size(), 2U);
    EXPECT_EQ(set.ranges()[0], (allele_set::range{3, 5}));
    EXPECT_EQ(set.ranges()[1], (allele_set::range{7, 10}));
    EXPECT_TRUE(allele_set(5, 5).empty());
    EXPECT_TRUE(allele_set(6, 5).empty());
}

TEST(allele_set, equals_a_plain_set) {
    std::minstd_rand engine(1);
    const auto random = [&engine] { return static_cast<allele_id>(engine()); };
    for (int round = 0; round < 500; ++round) {
        allele_set set;
        std::set<allele_id> plain;
        for (int i = 0; i < 12; ++i) {
            const allele_id begin = random() % 40;
            const allele_id end = begin + random() % 4;
            set.collect(allele_set(begin, end));
            for (allele_id id = begin; id < end; ++id) plain.insert(id);
        }
        set.normalise();
        std::vector<allele_id> seen;
        set.for_each([&](allele_id id) { seen.push_back(id); });
        ASSERT_EQ(seen, std::vector<allele_id>(plain.begin(), plain.end()));
        ASSERT_EQ(set.size(), plain.size());
        for (std::size_t i = 1; i < set.ranges().size(); ++i) ASSERT_LT(set.ranges()[i - 1].end, set.ranges()[i].begin);
        allele_set appended;
        for (const allele_id id : plain) appended.append(id);
        ASSERT_EQ(appended, set);
    }
}

}  // namespace
