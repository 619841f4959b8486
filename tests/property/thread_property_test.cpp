// SPDX-License-Identifier: Apache-2.0
// The same answer whatever the number of threads, also where the size of the registry meets the sizes of the blocks
// that are scanned (4096 donors, and 2^18 for each parallel task).
#include "model/random_pool.hpp"

#include <gtest/gtest.h>

#include <array>
#include <span>
#include <stdexcept>

using namespace allomatch;
using namespace allomatch::model;

namespace {

void expect_equal(const match_list& a, const match_list& b) {
    ASSERT_EQ(a.total, b.total);
    ASSERT_EQ(a.hits.size(), b.hits.size());
    for (std::size_t i = 0; i < a.hits.size(); ++i) ASSERT_EQ(a.hits[i].donor, b.hits[i].donor) << i;
    ASSERT_EQ(a.outcomes, b.outcomes);
}

TEST(threads, one_two_and_eight_give_the_same) {
    for (unsigned seed = 0; seed < 4; ++seed) {
        const random_pool pool = make_random_pool(seed, 3000, 40);
        dice roll(seed);
        std::vector<std::shared_ptr<const patient>> patients;
        for (int i = 0; i < 30; ++i) patients.push_back(random_patient(pool, roll));
        for (int round = 0; round < 4; ++round) {
            search_request r = random_request(roll);
            r.top = 50;
            r.threads = 1;
            const auto expected = search_many(pool.donors, patients, r);
            for (const std::size_t threads : {0U, 2U, 8U}) {
                r.threads = threads;
                const auto lists = search_many(pool.donors, patients, r);
                ASSERT_EQ(lists.size(), expected.size());
                for (std::size_t i = 0; i < lists.size(); ++i) expect_equal(lists[i], expected[i]);
            }
        }
    }
}

/// Donors of one or two loci without a nomenclature; donor i has one of `kinds` typings by a fixed pattern.
std::shared_ptr<const registry> cheap_pool(std::size_t size, std::size_t kinds) {
    registry_builder builder(nomenclature::names(), nullptr);
    std::vector<std::string> texts;
    for (std::size_t k = 0; k < kinds; ++k) texts.push_back(pair_text("01:" + two_digits(static_cast<unsigned>(k + 1)), "02:01"));
    for (std::size_t i = 0; i < size; ++i) {
        const std::string id = std::to_string(1'000'000 + (i * 7919) % 999'983);
        registry_builder::donor_texts row;
        row.id = id;
        row.typings[index(locus::A)] = texts[(i * i + i / 7) % kinds];
        if (i % 3 != 0) row.typings[index(locus::DRB1)] = texts[i % 2];
        if (!builder.add(row).empty()) throw std::logic_error("a generated donor was refused");
    }
    return builder.finish();
}

void expect_all_threads_equal(const std::shared_ptr<const registry>& donors, std::size_t kinds) {
    auto who = std::make_shared<patient>();
    std::array<std::string, locus_count> texts;
    texts[index(locus::A)] = texts[index(locus::DRB1)] = pair_text("01:01", "02:01");
    ASSERT_TRUE(read_patient({nomenclature::names().get(), nullptr, gene_set::all(), column_kind::dna},
                             null_policy::ignore_inside_ambiguity, "P", texts, {}, *who).empty());
    for (const unsigned max : {0U, 1U}) {
        search_request r;
        r.loci = {locus::A, locus::DRB1};
        r.max_mismatches = max;
        r.order = ranking::preset("hla_only");
        // What is to be found, by the pattern of cheap_pool.
        std::size_t total = 0;
        for (std::size_t i = 0; i < donors->size(); ++i) {
            const unsigned mismatches = ((i * i + i / 7) % kinds != 0 ? 1U : 0U) + (i % 3 != 0 && i % 2 != 0 ? 1U : 0U);
            total += mismatches <= max ? 1 : 0;
        }
        r.threads = 1;
        const match_list expected = search(donors, who, r);
        ASSERT_EQ(expected.total, total);
        for (std::size_t i = 1; i < expected.hits.size(); ++i) {
            const hit& above = expected.hits[i - 1];
            const hit& here = expected.hits[i];
            ASSERT_LE(above.mismatches, here.mismatches);
            if (above.mismatches == here.mismatches && above.antigen_mismatches == here.antigen_mismatches) {
                ASSERT_LT(donors->id(above.donor), donors->id(here.donor));
            }
        }
        for (const std::size_t threads : {0U, 2U, 8U}) {
            r.threads = threads;
            expect_equal(search(donors, who, r), expected);
        }
        r.top = 7;
        match_list cut = search(donors, who, r);
        ASSERT_EQ(cut.total, total);
        for (std::size_t i = 0; i < cut.hits.size(); ++i) ASSERT_EQ(cut.hits[i].donor, expected.hits[i].donor);
        search_agent agent(donors);
        const match_list all = agent.compare(who, r);
        std::size_t seen = 0;
        agent.compare_blocks(*who, r, [&](std::span<const donor_index> block, std::span<const outcome_sums> sums,
                                          std::span<const packed_outcome> rows) {
            ASSERT_EQ(sums.size(), block.size());
            ASSERT_EQ(rows.size(), block.size() * 2);
            for (std::size_t i = 0; i < block.size(); ++i) {
                ASSERT_EQ(block[i], donors->places()[seen + i]);
                ASSERT_EQ(sums[i].mismatches(), all.hits[block[i]].mismatches);
                for (std::size_t l = 0; l < 2; ++l) ASSERT_EQ(rows[l * block.size() + i], all.outcomes[block[i] * 2 + l]);
            }
            seen += block.size();
        });
        ASSERT_EQ(seen, donors->size());
    }
}

TEST(block_edges, of_the_scan) {
    for (const std::size_t size : {1U, 2U, 4095U, 4096U, 4097U, 8191U, 8192U, 8193U}) expect_all_threads_equal(cheap_pool(size, 5), 5);
}

TEST(block_edges, of_the_parallel_tasks) {
    constexpr std::size_t task = std::size_t{1} << 18;
    for (const std::size_t size : {task - 1, task, task + 1}) expect_all_threads_equal(cheap_pool(size, 40), 40);
    expect_all_threads_equal(cheap_pool(2 * task + 1, 90), 90);
}

TEST(block_edges, of_the_width_of_codes) {
    for (const std::size_t kinds : {254U, 255U, 256U, 257U}) expect_all_threads_equal(cheap_pool(3000, kinds), kinds);
}

}  // namespace
