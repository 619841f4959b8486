// SPDX-License-Identifier: Apache-2.0
// Searches over a small pool, semantics.md section 6.
#include "pool.hpp"

using namespace allomatch;
using namespace allomatch::testing;

namespace {

using enum locus;

class search_pool : public ::testing::Test {
protected:
    search_pool() { request.order = ranking::preset("hla_only"); }
    [[nodiscard]] std::string found() const { return ids(search(pool, who, request)); }
    std::string limited(unsigned max, unsigned min = 0) {
        request.max_mismatches = max;
        request.min_mismatches = min;
        return found();
    }
    static typed_loci typed(const cell_pair& a, const cell_pair& b, const cell_pair& dr) { return {{A, a}, {B, b}, {DRB1, dr}}; }

    // Mismatches at A, B, DRB1 by the names: "102" has 1, 0, 2. h is homozygous for one of the patient's A.
    std::shared_ptr<const registry> pool =
        make_pool({{"000", typed({"01:01", "02:01"}, {"07:02", "08:01"}, {"03:01", "15:01"})},
                   {"100", typed({"01:01", "11:01"}, {"07:02", "08:01"}, {"03:01", "15:01"})},
                   {"h00", typed({"01:01", "01:01"}, {"07:02", "08:01"}, {"03:01", "15:01"})},
                   {"110", typed({"01:01", "11:01"}, {"07:02", "35:01"}, {"03:01", "15:01"})},
                   {"200", typed({"03:01", "11:01"}, {"07:02", "08:01"}, {"03:01", "15:01"})},
                   {"222", typed({"03:01", "11:01"}, {"35:01", "44:02"}, {"04:01", "07:01"})},
                   {"0-0", {{A, {"01:01", "02:01"}}, {DRB1, {"03:01", "15:01"}}}},
                   {"---", {}}});
    std::shared_ptr<const patient> who = make_patient(typed({"01:01", "02:01"}, {"07:02", "08:01"}, {"03:01", "15:01"}));
    search_request request = [] {
        search_request r;
        r.loci = {A, B, DRB1};
        return r;
    }();
};

TEST_F(search_pool, total_limits) {
    EXPECT_EQ(limited(0), "--- 0-0 000");
    EXPECT_EQ(limited(1), "--- 0-0 000 100 h00");
    EXPECT_EQ(limited(2), "--- 0-0 000 100 h00 110 200");
    EXPECT_EQ(limited(6), "--- 0-0 000 100 h00 110 200 222");
    EXPECT_EQ(limited(search_request::no_limit), "--- 0-0 000 100 h00 110 200 222");
}

TEST_F(search_pool, exactly_k_and_better_excluded) {
    EXPECT_EQ(limited(0, 0), "--- 0-0 000");
    EXPECT_EQ(limited(1, 1), "100 h00");
    EXPECT_EQ(limited(2, 2), "110 200");
    EXPECT_EQ(limited(3, 3), "");
    EXPECT_EQ(limited(6, 6), "222");
    EXPECT_EQ(limited(6, 2), "110 200 222");
}

TEST_F(search_pool, limits_at_single_loci) {
    request.limits = {{A, 0}};
    EXPECT_EQ(limited(6), "--- 0-0 000");
    request.limits = {{A, 1}, {B, 0}};
    EXPECT_EQ(limited(6), "--- 0-0 000 100 h00");
    request.limits = {{A, 2}, {B, 2}, {DRB1, 1}};
    EXPECT_EQ(limited(6), "--- 0-0 000 100 h00 110 200");
}

TEST_F(search_pool, directional_limits) {
    // h00 (A: 01:01,01:01 against 01:01,02:01) lacks a class of the patient and shows none that is foreign.
    request.count = direction::hvg;
    EXPECT_EQ(limited(0), "--- 0-0 000 h00");
    request.count = direction::gvh;
    EXPECT_EQ(limited(0), "--- 0-0 000");
    EXPECT_EQ(limited(1, 1), "100 h00");
    who = make_patient(typed({"01:01", "01:01"}, {"07:02", "08:01"}, {"03:01", "15:01"}));
    EXPECT_EQ(limited(0), "--- h00 0-0 000 100");  // h00 has no bidirectional mismatch
    request.count = direction::hvg;
    EXPECT_EQ(limited(0), "--- h00");
    request.limits = {{A, 0}};
    EXPECT_EQ(limited(6), "--- h00");
}

TEST_F(search_pool, sums_and_outcomes) {
    request.max_mismatches = 6;
    const match_list list = search(pool, who, request);
    ASSERT_EQ(list.total, 8U);
    ASSERT_EQ(list.outcomes.size(), 24U);
    for (std::size_t i = 0; i < list.hits.size(); ++i) {
        const hit& h = list.hits[i];
        const std::string id(pool->id(h.donor));
        unsigned mismatches = 0;
        unsigned highest = 0;
        for (std::size_t l = 0; l < 3; ++l) {
            const locus_outcome o = list.outcome(i, l);
            EXPECT_EQ(char('0' + o.mismatches), id[l] == '-' ? '0' : id[l] == 'h' ? '1' : id[l]) << id;
            EXPECT_EQ(o.letters[0] == letter::untyped, id[l] == '-');
            mismatches += o.mismatches;
            highest += o.mismatches_max;
        }
        EXPECT_EQ(h.mismatches, mismatches);
        EXPECT_EQ(h.mismatches_max, highest);
        if (id == "h00") {
            EXPECT_EQ(h.gvh, 1);
            EXPECT_EQ(h.hvg, 0);
            EXPECT_EQ(h.antigen_mismatches, 1);
        }
        if (id == "222") {
            EXPECT_EQ(h.antigen_mismatches, 6);
        }
    }
}

TEST_F(search_pool, homozygous_once) {
    who = make_patient(typed({"02:01", ""}, {"07:02", "08:01"}, {"03:01", "15:01"}));
    request.rules.homozygous_once = true;
    request.limits = {{A, 1}};
    EXPECT_EQ(limited(1), "--- 0-0 000 h00");  // 01:01,01:01 against 02:01,02:01
    request.rules.homozygous_once = false;
    EXPECT_EQ(limited(1), "--- 0-0 000");
}

TEST_F(search_pool, top_keeps_the_true_total) {
    request.max_mismatches = 6;
    for (std::size_t top : {0U, 1U, 3U, 7U, 8U, 100U}) {
        request.top = top;
        const match_list list = search(pool, who, request);
        EXPECT_EQ(list.total, 8U);
        EXPECT_EQ(list.hits.size(), std::min<std::size_t>(top, 8));
        EXPECT_EQ(list.outcomes.size(), list.hits.size() * 3);
        EXPECT_TRUE(std::string("--- 0-0 000 100 h00 110 200 222").starts_with(ids(list)));
    }
}

TEST_F(search_pool, condition_on_fields_counts_in_the_total) {
    request.where = "id > '1'";
    request.top = 2;
    request.max_mismatches = 2;
    const match_list list = search(pool, who, request);
    EXPECT_EQ(ids(list), "100 h00");
    EXPECT_EQ(list.total, 4U);
    request.where = "colour = 'red'";
    EXPECT_THROW((void)search(pool, who, request), format_error);
}

TEST_F(search_pool, loci_decide) {
    request.loci = {A};
    EXPECT_EQ(limited(0), "--- 0-0 000");
    EXPECT_EQ(limited(1, 1), "100 110 h00");
    request.loci = {DRB1, B};
    EXPECT_EQ(limited(0), "--- 0-0 000 100 200 h00");
    request.loci = {DPB1, C};  // nobody is typed there
    EXPECT_EQ(limited(0), "--- 0-0 000 100 110 200 222 h00");
    request.loci = loci_from_text("A,B,C,DRB1,DRB345,DQA1,DQB1,DPA1,DPB1");
    EXPECT_EQ(limited(0), "--- 0-0 000");
    who = make_patient({});  // an untyped patient
    EXPECT_EQ(limited(0), "--- 0-0 000 100 110 200 222 h00");
    EXPECT_EQ(limited(2, 1), "");
}

TEST_F(search_pool, compare_visits_all_in_registry_order) {
    search_agent agent(pool);
    request.max_mismatches = 0;
    request.where = "id = '000'";
    const match_list list = agent.compare(who, request);
    EXPECT_EQ(ids(list), "000 100 h00 110 200 222 0-0 ---");
    EXPECT_FALSE(list.has_ranks);
    EXPECT_EQ(list.total, 8U);
    EXPECT_EQ(list.place_reason(1), "");
    EXPECT_EQ(text_of(list.outcome(2, 0)), "AM 1-1 1/0");
}

TEST_F(search_pool, one_agent_serves_many_requests) {
    search_agent agent(pool);
    const auto other = make_patient({{A, {"A*03:01", "A*11:01"}}});
    for (int round = 0; round < 3; ++round) {
        request.loci = {A, B, DRB1};
        request.max_mismatches = 1;
        EXPECT_EQ(ids(agent.search(who, request, {})), "--- 0-0 000 100 h00");
        request.loci = {A};
        EXPECT_EQ(ids(agent.search(other, request, {})), "--- 200 222 100 110");
        EXPECT_EQ(agent.compare(other, request).hits[0].mismatches, 2);
    }
}

TEST_F(search_pool, search_many_equals_single_searches) {
    std::vector<std::shared_ptr<const patient>> patients{who, make_patient({}), make_patient({{A, {"03:01", "11:01"}}}), who};
    request.max_mismatches = 2;
    for (const std::size_t threads : {0U, 1U, 2U, 8U}) {
        request.threads = threads;
        std::vector<std::size_t> progress;
        const auto lists = search_many(pool, patients, request, [&](std::size_t n) { progress.push_back(n); });
        ASSERT_EQ(lists.size(), patients.size());
        for (std::size_t i = 0; i < lists.size(); ++i) {
            const match_list one = search(pool, patients[i], request);
            EXPECT_EQ(ids(lists[i]), ids(one));
            EXPECT_EQ(lists[i].outcomes, one.outcomes);
            EXPECT_EQ(lists[i].who, patients[i]);
        }
        EXPECT_TRUE(std::is_sorted(progress.begin(), progress.end()));
        ASSERT_FALSE(progress.empty());
        EXPECT_EQ(progress.back(), patients.size());
    }
    EXPECT_TRUE(search_many(pool, {}, request).empty());
}

TEST_F(search_pool, requests_are_checked) {
    const auto refused = [](const auto& change) {
        search_request r;
        change(r);
        try {
            validate(r);
        } catch (const format_error& e) {
            return e.details().column;
        }
        return std::string("accepted");
    };
    using r = search_request;
    EXPECT_EQ(refused([](r&) {}), "accepted");
    EXPECT_EQ(refused([](r& q) { q.loci = {}; }), "loci");
    EXPECT_EQ(refused([](r& q) { q.loci = {A, B, A}; }), "loci");
    EXPECT_EQ(refused([](r& q) { q.max_mismatches = 19; }), "max_mismatches");
    EXPECT_EQ(refused([](r& q) { q.max_mismatches = 1, q.min_mismatches = 2; }), "min_mismatches");
    EXPECT_EQ(refused([](r& q) { q.limits = {{DPB1, 0}}; }), "limit");
    EXPECT_EQ(refused([](r& q) { q.limits = {{A, 3}}; }), "limit");
    request.loci = {};
    EXPECT_THROW((void)found(), format_error);
    EXPECT_THROW((void)search_many(pool, {}, request), format_error);
}

TEST(patient, is_read_or_refused) {
    const typing_context context{nomenclature::builtin().get(), nullptr, gene_set::all(), column_kind::dna};
    patient who;
    std::array<std::string, locus_count> texts;
    texts[index(A)] = "nonsense";
    texts[index(B)] = pair_text("", "07:02");
    const auto problems = read_patient(context, null_policy::ignore_inside_ambiguity, "", texts,
                                       {{"cmv", "what"}, {"HF_SET", "CHN"}, {"ward", " 7 "}, {"sex", " "}}, who);
    std::string columns;
    for (const problem& p : problems) columns += p.column + " ";
    EXPECT_EQ(columns, "id A cmv ");
    EXPECT_EQ(who.field("population"), "CHN");
    EXPECT_EQ(who.field("ward"), "7");
    EXPECT_EQ(who.field("sex"), "");
    EXPECT_TRUE(who.at(A).untyped());
    EXPECT_FALSE(who.at(B).untyped());
    EXPECT_EQ(who.warnings.size(), 1U);
    EXPECT_TRUE(patient().at(DPB1).untyped());
}

}  // namespace
