// SPDX-License-Identifier: Apache-2.0
// Random registries, saved and opened.
#include "model/random_pool.hpp"
#include "model/same_registry.hpp"
#include "unit/io/scratch_folder.hpp"

#include <allomatch/registry/snapshot.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

using namespace allomatch;
using namespace allomatch::model;

namespace {

void expect_same(const match_list& a, const match_list& b) {
    ASSERT_EQ(a.hits.size(), b.hits.size());
    EXPECT_EQ(a.total, b.total);
    for (std::size_t i = 0; i < a.hits.size(); ++i) {
        EXPECT_EQ(a.hits[i].donor, b.hits[i].donor);
        EXPECT_EQ(a.place_reason(i), b.place_reason(i));
        for (std::size_t l = 0; l < a.loci.size(); ++l) EXPECT_EQ(a.outcome(i, l), b.outcome(i, l));
    }
}

TEST(random_registries, are_the_same_opened) {
    const io::testing::scratch_folder folder;
    for (unsigned seed = 0; seed < 40; ++seed) {
        SCOPED_TRACE(seed);
        const auto nulls = seed % 2 == 0 ? null_policy::consider : null_policy::ignore_inside_ambiguity;
        // More than 256 texts: codes of two bytes.
        const random_pool pool = make_random_pool(seed, seed % 8 == 0 ? 900 : 1 + seed * 7, seed % 8 == 0 ? 600 : 12, nulls);
        save_snapshot(*pool.donors, folder / "pool.amx");
        const auto opened = open_snapshot(folder / "pool.amx", pool.m.names);
        ASSERT_EQ(difference(*pool.donors, *opened), "");
        dice roll(seed);
        for (int round = 0; round < 6; ++round) {
            const auto who = random_patient(pool, roll);
            const search_request request = random_request(roll);
            expect_same(search(pool.donors, who, request), search(opened, who, request));
            ASSERT_FALSE(HasFailure());
        }
    }
}

// The readings are put together when they are first asked for.
TEST(random_registries, are_read_by_many_threads_at_once) {
    const io::testing::scratch_folder folder;
    const random_pool pool = make_random_pool(7, 300, 40);
    save_snapshot(*pool.donors, folder / "pool.amx");
    const auto opened = open_snapshot(folder / "pool.amx", pool.m.names);
    std::atomic<std::size_t> same = 0;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 4; ++t)
            threads.emplace_back([&] {
                for (donor_index d = 0; d < opened->size(); ++d) {
                    const person_typing a = pool.donors->typing(d);
                    const person_typing b = opened->typing(d);
                    bool equal = true;
                    for (std::size_t l = 0; l < locus_count; ++l) equal = equal && same_readings(a.readings[l], b.readings[l]);
                    same += equal ? 1 : 0;
                }
            });
    }
    EXPECT_EQ(same, 4 * opened->size());
}

}  // namespace
