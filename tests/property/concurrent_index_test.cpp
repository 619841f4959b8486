// SPDX-License-Identifier: Apache-2.0
// Many threads read one const registry, each with its own agent. This is the test to run under thread sanitizer: it
// starts its own threads and every search stays in the thread that asked.
#include "model/random_pool.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>

using namespace allomatch;
using namespace allomatch::model;

namespace {

struct job {
    std::shared_ptr<const patient> who;
    search_request request;
    match_list expected;
};

TEST(concurrent_index, many_agents_read_one_registry) {
    constexpr unsigned workers = 8;
    const random_pool pool = make_random_pool(17, 2500, 30);
    dice roll(4);
    std::vector<job> jobs(24);
    search_agent serial(pool.donors);
    for (job& j : jobs) {
        j.who = random_patient(pool, roll);
        j.request = random_request(roll);
        j.request.top = 100;
        j.expected = serial.search(j.who, j.request, donor_filter(j.request.where, *pool.donors, j.request.on));
    }
    std::atomic<std::size_t> different{0};
    std::atomic<std::size_t> done{0};
    {
        std::latch start(workers);
        std::vector<std::jthread> threads;
        for (unsigned t = 0; t < workers; ++t)
            threads.emplace_back([&, t] {
                start.arrive_and_wait();
                search_agent agent(pool.donors);
                for (std::size_t i = 0; i < jobs.size(); ++i) {
                    const job& j = jobs[(i + t * 5) % jobs.size()];
                    const donor_filter filter(j.request.where, *pool.donors, j.request.on);
                    const match_list list = agent.search(j.who, j.request, filter);
                    bool same = list.total == j.expected.total && list.outcomes == j.expected.outcomes;
                    for (std::size_t k = 0; same && k < list.hits.size(); ++k) {
                        same = list.hits[k].donor == j.expected.hits[k].donor;
                        if (k % 10 == 1) same = same && !list.place_reason(k).empty();
                    }
                    const match_list all = agent.compare(j.who, j.request);
                    same = same && all.hits.size() == pool.donors->size() && pool.donors->find(pool.donors->id(t)) == t;
                    if (!same) ++different;
                    ++done;
                }
            });
    }
    EXPECT_EQ(done, workers * jobs.size());
    EXPECT_EQ(different, 0U);
}

TEST(concurrent_index, many_threads_read_texts_with_one_nomenclature) {
    const auto names = nomenclature::builtin();
    const auto mac = mac_table::from_text("AB\t01/02\nGFJM\t02:01/24:02\n");
    const std::vector<std::string> texts{"A*02:01", "A*02:XX", "A*02:AB", "A*01:GFJM", "A24", "A*02:01g", "A*2402", "A*02:0l", "A*02:100", "NEW"};
    const auto read_all = [&] {
        std::string out;
        for (const std::string& text : texts) {
            const auto r = read_position({names.get(), mac.get(), gene_set(locus::A), column_kind::dna}, text);
            out += r ? std::to_string(r->alleles.size()) : r.error().message();
            out += ";";
        }
        return out;
    };
    const std::string expected = read_all();
    std::atomic<int> different{0};
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 6; ++t)
            threads.emplace_back([&] {
                for (int i = 0; i < 50; ++i)
                    if (read_all() != expected) ++different;
            });
    }
    EXPECT_EQ(different, 0);
}

}  // namespace
