// SPDX-License-Identifier: Apache-2.0
#include <allomatch/core/locus.hpp>
#include <allomatch/core/parallel.hpp>

#include "unit/io/scratch_folder.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <vector>

using namespace allomatch;

namespace {

using loci = std::vector<locus>;
using enum locus;

std::string refusal(const std::string& text) {
    return io::testing::message_of<format_error>([&] { (void)loci_from_text(text); });
}

TEST(locus, names_lead_back) {
    for (std::size_t i = 0; i < locus_count; ++i) EXPECT_EQ(locus_from_name(locus_names[i]), static_cast<locus>(i));
    for (std::size_t i = 0; i < gene_count; ++i) EXPECT_EQ(gene_from_name(gene_names[i]), static_cast<gene>(i));
    for (const char* bad : {"", "a", "Cw", "DRB2", "DRB", "HLA-A", "A*", "DRB345 "}) {
        EXPECT_FALSE(locus_from_name(bad)) << bad;
        EXPECT_FALSE(gene_from_name(bad)) << bad;
    }
    EXPECT_FALSE(gene_from_name("DRB345"));
    EXPECT_FALSE(locus_from_name("DRB3"));
}

TEST(locus, three_genes_fold_into_one) {
    for (const gene g : {gene::DRB3, gene::DRB4, gene::DRB5}) EXPECT_EQ(locus_of(g), DRB345);
    const gene_set three(DRB345);
    EXPECT_FALSE(three.only());
    EXPECT_TRUE(three.contains(gene::DRB4));
    EXPECT_FALSE(three.contains(gene::DRB1));
    EXPECT_EQ(gene_set(DRB1).only(), gene::DRB1);
    EXPECT_EQ(gene_set_from_name("DRB4"), gene_set(gene::DRB4));
    EXPECT_EQ(gene_set_from_name("DRB345"), three);
    EXPECT_FALSE(gene_set_from_name("drb4"));
    for (std::size_t i = 0; i < gene_count; ++i) EXPECT_TRUE(gene_set::all().contains(static_cast<gene>(i)));
}

// semantics.md section 1
TEST(loci_from_text, usual_criteria) {
    EXPECT_EQ(loci_from_text("6/6"), (loci{A, B, DRB1}));
    EXPECT_EQ(loci_from_text("8/8"), (loci{A, B, C, DRB1}));
    EXPECT_EQ(loci_from_text(" 10/10 "), (loci{A, B, C, DRB1, DQB1}));
    EXPECT_EQ(loci_from_text("12/12"), (loci{A, B, C, DRB1, DQB1, DPB1}));
}

TEST(loci_from_text, lists_keep_their_order) {
    EXPECT_EQ(loci_from_text("DRB1, A ,DRB345"), (loci{DRB1, A, DRB345}));
    EXPECT_EQ(loci_from_text("A,B,C,DRB1,DRB345,DQA1,DQB1,DPA1,DPB1").size(), locus_count);
}

TEST(loci_from_text, refuses_the_rest) {
    for (const char* bad : {"", " ", ",", "A,", ",A", "A,,B", "a", "A;B", "9/10", "7/8", "10/10,DPB1", "DRB3", "A B", "D"}) {
        EXPECT_FALSE(refusal(bad).empty()) << bad;
        EXPECT_NE(refusal(bad).find("loci"), std::string::npos) << bad;
    }
    EXPECT_NE(refusal("A,B,A").find("twice"), std::string::npos);
}

TEST(parallel_for_blocks, covers_each_item_once) {
    for (const std::size_t threads : {0U, 1U, 2U, 8U})
        for (const std::size_t count : {0U, 1U, 7U, 8U, 9U, 1000U})
            for (const std::size_t block : {0U, 1U, 8U, 5000U}) {
                std::vector<std::atomic<int>> seen(count);
                parallel_for_blocks(count, block, threads, [&](std::size_t begin, std::size_t end) {
                    ASSERT_LT(begin, end);
                    ASSERT_LE(end - begin, std::max<std::size_t>(block, 1));
                    for (; begin != end; ++begin) ++seen[begin];
                });
                for (const auto& n : seen) ASSERT_EQ(n, 1);
            }
    EXPECT_GE(all_threads(), 1U);
}

TEST(parallel_for_blocks, one_thread_keeps_the_order_and_exceptions_arrive) {
    std::vector<std::size_t> begins;
    parallel_for_blocks(10, 3, 1, [&](std::size_t begin, std::size_t) { begins.push_back(begin); });
    EXPECT_EQ(begins, (std::vector<std::size_t>{0, 3, 6, 9}));
    for (const std::size_t threads : {1U, 2U})
        EXPECT_THROW(parallel_for_blocks(10, 1, threads,
                                         [](std::size_t begin, std::size_t) {
                                             if (begin == 7) throw std::runtime_error("seven");
                                         }),
                     std::runtime_error);
}

}  // namespace
