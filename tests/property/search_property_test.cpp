// SPDX-License-Identifier: Apache-2.0
// The search by tables against the slow, obvious one.
#include "model/slow_search.hpp"

#include <gtest/gtest.h>

using namespace allomatch;
using namespace allomatch::model;

namespace {

void expect_same(const slow_hit& expected, const hit& seen, const match_list& list, std::size_t i) {
    EXPECT_EQ(seen.donor, expected.donor);
    EXPECT_EQ(seen.mismatches, expected.mismatches);
    EXPECT_EQ(seen.mismatches_max, expected.mismatches_max);
    EXPECT_EQ(seen.gvh, expected.gvh);
    EXPECT_EQ(seen.hvg, expected.hvg);
    EXPECT_EQ(seen.antigen_mismatches, expected.antigen_mismatches);
    for (std::size_t l = 0; l < list.loci.size(); ++l) EXPECT_EQ(list.outcome(i, l), expected.outcomes[l]) << name(list.loci[l]);
}

class searched_pool : public ::testing::TestWithParam<null_policy> {};

TEST_P(searched_pool, tables_equal_direct_comparison) {
    for (unsigned seed = 0; seed < 25; ++seed) {
        const random_pool pool = make_random_pool(seed, 120, 20, GetParam());
        dice roll(seed);
        search_agent agent(pool.donors);
        for (int round = 0; round < 12; ++round) {
            const auto who = random_patient(pool, roll);
            const search_request r = random_request(roll);
            const match_list list = agent.compare(who, r);
            ASSERT_EQ(list.hits.size(), pool.donors->size());
            for (donor_index d = 0; d < pool.donors->size(); ++d) {
                expect_same(slow_compare_all(pool, *who, r, d), list.hits[d], list, d);
                ASSERT_FALSE(HasFailure()) << "seed " << seed << " round " << round << " donor " << pool.donors->id(d);
            }
        }
    }
}

TEST_P(searched_pool, count_tables_equal_direct_comparison) {
    for (unsigned seed = 0; seed < 25; ++seed) {
        const random_pool pool = make_random_pool(seed, 60, 30, GetParam());
        dice roll(seed);
        locus_query query;
        for (int round = 0; round < 20; ++round) {
            const auto who = random_patient(pool, roll);
            const auto l = static_cast<locus>(roll(locus_count));
            const comparison_rules rules{.homozygous_once = roll.once_in(3)};
            const auto& column = pool.donors->column(l);
            query.start(*pool.m.names, l, who->at(l), column.dictionary, rules);
            for (const direction way : {direction::both, direction::gvh, direction::hvg})
                for (unsigned limit = 0; limit < 3; ++limit) {
                    const auto counts = query.counts(way, limit);
                    ASSERT_EQ(counts.size(), column.dictionary.genotype_count());
                    for (donor_index d = 0; d < pool.donors->size(); ++d) {
                        const auto o = compare(*pool.m.names, l, who->at(l), pool.genotypes[d][index(l)], rules);
                        const unsigned n = counted(o, way);
                        ASSERT_EQ(unsigned{counts[pool.donors->code(l, d)]}, n > limit ? over_limit : n)
                            << "seed " << seed << " " << name(l) << " '" << who->texts[index(l)] << "' '" << pool.donors->typing_text(l, d)
                            << "' way " << static_cast<int>(way);
                        ASSERT_EQ(unpack(query.outcome(pool.donors->code(l, d))), o);
                    }
                }
        }
    }
}

TEST_P(searched_pool, search_equals_filter_and_sort) {
    std::size_t hits = 0;
    for (unsigned seed = 0; seed < 30; ++seed) {
        const random_pool pool = make_random_pool(seed, 150, 12, GetParam());
        dice roll(seed);
        search_agent agent(pool.donors);
        for (int round = 0; round < 20; ++round) {
            const auto who = random_patient(pool, roll);
            search_request r = random_request(roll);
            const donor_filter filter(r.where, *pool.donors, r.on);
            const auto expected = slow_search(pool, *who, r);
            for (const std::size_t top : {search_request::all_hits, std::size_t{roll(20)}}) {
                r.top = top;
                const match_list list = agent.search(who, r, filter);
                ASSERT_EQ(list.total, expected.size());
                ASSERT_EQ(list.hits.size(), std::min(top, expected.size()));
                for (std::size_t i = 0; i < list.hits.size(); ++i) {
                    expect_same(expected[i], list.hits[i], list, i);
                    ASSERT_FALSE(HasFailure()) << "seed " << seed << " round " << round << " place " << i << " top " << top;
                    ASSERT_EQ(list.place_reason(i).empty(), i == 0);
                }
                hits += list.hits.size();
            }
        }
    }
    EXPECT_GT(hits, 10'000U);
}

INSTANTIATE_TEST_SUITE_P(nulls, searched_pool, ::testing::Values(null_policy::ignore_inside_ambiguity, null_policy::consider),
                         [](const auto& about) { return about.param == null_policy::consider ? "consider" : "ignore"; });

}  // namespace
