// SPDX-License-Identifier: Apache-2.0
// Probabilities of generated people under generated sets are those of plain enumeration, whatever was asked before.
#include "model/random_prediction.hpp"

#include <gtest/gtest.h>

#include <numeric>

using namespace allomatch;
using namespace allomatch::model;

namespace {

using enum locus;

/// How often each sort of pair was met, so that a generator that no longer makes them is noticed.
struct census {
    unsigned pairs = 0;
    unsigned both_certain = 0;
    unsigned patient_certain = 0;
    unsigned donor_certain = 0;
    unsigned few = 0;   // genotypes of an uncertain patient against an uncertain donor
    unsigned many = 0;
    unsigned unexplained = 0;
    unsigned without_total = 0;
    unsigned outside = 0;
};

void expect_sound(const prediction& p, std::size_t loci, const std::string& who) {
    double sum = 0;
    for (std::size_t k = 0; k < p.total.size(); ++k) {
        ASSERT_TRUE(p.total[k] >= 0 && p.total[k] <= 1) << who;
        if (k > 2 * loci) {
            ASSERT_EQ(p.total[k], 0) << who;
        }
        sum += p.total[k];
    }
    if (p.has_total) {
        ASSERT_NEAR(sum, 1, 1e-12) << who;
        // One possible count is certain.
        if (std::count(p.total.begin(), p.total.end(), 0.0) + 1 == static_cast<std::ptrdiff_t>(p.total.size())) {
            ASSERT_EQ(sum, 1) << who;
        }
    }
    for (std::size_t l = 0; l < loci; ++l) {
        if (!p.has_locus[l]) continue;
        ASSERT_NEAR(p.at[l][0] + p.at[l][1] + p.at[l][2], 1, 1e-12) << who;
        for (std::size_t k = 0; k < 3; ++k) {
            ASSERT_TRUE(p.at[l][k] >= 0 && p.at[l][k] <= 1) << who;
            if (p.at[l][(k + 1) % 3] == 0 && p.at[l][(k + 2) % 3] == 0) {
                ASSERT_EQ(p.at[l][k], 1) << who;
            }
        }
    }
}

void expect_equals_slow(unsigned seed, const world_options& o, std::span<const locus> loci, census& seen, bool homozygous_once = false) {
    const prediction_world w = make_world(seed, o);
    auto genotypes = std::make_shared<const donor_genotypes>(w.donors, w.all, 1);
    match_predictor fast(genotypes, homozygous_once);
    std::vector<slow_person> donors;
    for (donor_index d = 0; d < w.donors->size(); ++d) donors.push_back(w.slow_donor(d, loci));
    for (const auto& who : w.patients) {
        const slow_person mine = w.slow_patient(*who, loci);
        const person_typing typing = who->typing();
        fast.start(who->id, who->field("population"), typing, loci);
        ASSERT_EQ(fast.patient_explained(), mine.explained) << seed << " " << who->id;
        ASSERT_EQ((*w.all)[fast.patient_set()].set().name(), mine.set->name()) << seed << " " << who->id;
        const bool certain = mine.explained && slow_imputer(*mine.set, typing).certain(loci);
        for (donor_index d = 0; d < w.donors->size(); ++d) {
            const std::string where = std::to_string(seed) + " " + who->id + " " + std::string(w.donors->id(d));
            const compared_counts counts = compare_counts(w, *who, d, loci, homozygous_once);
            const prediction& p = fast.predict(d, std::span(counts.fast).first(loci.size()));
            const slow_prediction expected = slow_predict(mine, donors[d], loci, counts.slow, homozygous_once);
            ASSERT_EQ(p.donor_explained, donors[d].explained) << where;
            ASSERT_EQ((*w.all)[p.donor_set].set().name(), donors[d].set->name()) << where;
            ASSERT_EQ(difference(p, expected, loci.size()), "") << where;
            expect_sound(p, loci.size(), where);
            ++seen.pairs;
            if (!p.donor_explained || !mine.explained) {
                ++seen.unexplained;
                continue;
            }
            const auto typed = w.donors->typing(d);
            const bool donor_certain = slow_imputer(*donors[d].set, typed).certain(loci).has_value();
            if (certain && donor_certain) ++seen.both_certain;
            if (certain && !donor_certain) ++seen.patient_certain;
            if (!certain && donor_certain) ++seen.donor_certain;
            if (!certain && !donor_certain) ++(mine.genotypes.size() <= 64 ? seen.few : seen.many);
            if (!p.has_total) ++seen.without_total;
            if (std::find(p.has_locus.begin(), p.has_locus.begin() + static_cast<std::ptrdiff_t>(loci.size()), false) !=
                p.has_locus.begin() + static_cast<std::ptrdiff_t>(loci.size()))
                ++seen.outside;
        }
    }
}

TEST(prediction, well_typed_people) {
    census seen;
    const std::vector<locus> loci{A, B, DRB1};
    for (unsigned seed = 0; seed < 40; ++seed) expect_equals_slow(seed, {.untyped = 40, .vague = 16}, loci, seen);
    EXPECT_GT(seen.both_certain, 100U);
    EXPECT_GT(seen.patient_certain, 100U);
    EXPECT_GT(seen.donor_certain, 100U);
}

TEST(prediction, ambiguous_people) {
    census seen;
    const std::vector<locus> loci{A, B, DRB1};
    for (unsigned seed = 100; seed < 160; ++seed) expect_equals_slow(seed, {}, loci, seen);
    EXPECT_GT(seen.few, 500U);
    EXPECT_GT(seen.unexplained, 50U);
    EXPECT_EQ(seen.without_total, 0U);
}

TEST(prediction, people_with_many_genotypes) {
    census seen;
    const std::vector<locus> all{A, B, C, DRB1, DQB1};
    for (unsigned seed = 200; seed < 216; ++seed)
        for (const bool nulls : {true, false})
            expect_equals_slow(seed, {.sets = {all}, .haplotypes = 26, .donors = 14, .patients = 2, .untyped = 2, .nulls = nulls}, all, seen);
    EXPECT_GT(seen.many, 100U);
    EXPECT_GT(seen.few, 100U);
}

TEST(prediction, some_loci_of_the_set_are_searched) {
    census seen;
    const std::vector<locus> all{DQB1, C, A, DRB345, B};
    const std::vector<std::vector<locus>> searches{{B}, {A, DQB1}, {DRB345, C, B}, {C, DRB1}};
    for (unsigned seed = 300; seed < 340; ++seed)
        expect_equals_slow(seed, {.sets = {all}, .donors = 12, .patients = 2, .untyped = 4}, searches[seed % searches.size()], seen);
    EXPECT_GT(seen.outside, 50U);
    EXPECT_GT(seen.without_total, 20U);
    EXPECT_GT(seen.outside, seen.without_total);
}

TEST(prediction, two_populations_of_different_loci) {
    census seen;
    const std::vector<std::vector<locus>> searches{{A, B, C, DRB1, DQB1}, {A, DRB1}, {DQB1, C}, {DRB345, A, B, DPB1}};
    for (unsigned seed = 400; seed < 440; ++seed) {
        world_options o;
        o.sets = {{A, B, C, DRB1, DQB1}, {DRB1, B, A}};
        if (seed % 2 == 1) o.sets = {{A, B, DRB345, DRB1}, {B, C}, {DRB345, A}};
        if (seed % 3 == 0) o.fallback = {"pop1", "pop0"};
        o.untyped = 5;
        expect_equals_slow(seed, o, searches[seed % searches.size()], seen);
    }
    EXPECT_GT(seen.outside, 200U);
    EXPECT_GT(seen.pairs, seen.unexplained + 500U);
}

TEST(prediction, homozygous_against_homozygous_counted_once) {
    census seen;
    const std::vector<locus> loci{A, B, DRB345};
    for (unsigned seed = 500; seed < 545; ++seed) {
        world_options o{.sets = {{A, B, DRB345}}, .untyped = 4, .vague = 3};
        if (seed % 3 != 0) o.untyped = o.vague = 40;
        if (seed % 2 == 1) o.sets.push_back({B, DRB345, A});
        expect_equals_slow(seed, o, loci, seen, true);
    }
    EXPECT_GT(seen.few, 50U);
    EXPECT_GT(seen.donor_certain, 50U);
    EXPECT_GT(seen.patient_certain, 50U);
}

TEST(prediction, tiny_frequencies) {
    census seen;
    const std::vector<locus> loci{A, B};
    for (unsigned seed = 600; seed < 640; ++seed) {
        const prediction_world w = make_world(seed, {.sets = {{A, B}}, .tiny = true});
        match_predictor fast(std::make_shared<const donor_genotypes>(w.donors, w.all, 1));
        for (const auto& who : w.patients) {
            const person_typing typing = who->typing();
            const slow_person mine = w.slow_patient(*who, loci);
            fast.start(who->id, who->field("population"), typing, loci);
            for (donor_index d = 0; d < w.donors->size(); ++d) {
                const compared_counts counts = compare_counts(w, *who, d, loci);
                const prediction& p = fast.predict(d, std::span(counts.fast).first(2));
                const slow_prediction expected = slow_predict(mine, w.slow_donor(d, loci), loci, counts.slow);
                ASSERT_EQ(p.has_total, expected.total.has_value());
                for (std::size_t k = 0; p.has_total && k <= 4; ++k) {
                    // A probability that a double can hold is not lost.
                    ASSERT_NEAR(p.total[k], static_cast<double>((*expected.total)[k]), 1e-12) << seed << who->id << d;
                    if ((*expected.total)[k] > 1e-250L) {
                        ASSERT_GT(p.total[k], 0) << seed << who->id << d << " p" << k;
                    }
                }
            }
        }
    }
}

/// Everything that `predict` gives for every donor, in one order of asking.
std::vector<std::vector<double>> all_bits(const prediction_world& w, match_predictor& fast, const patient& who,
                                          std::span<const locus> loci, std::span<const donor_index> order, bool start = true) {
    std::vector<std::vector<double>> out(w.donors->size());
    const person_typing typing = who.typing();
    if (start) fast.start(who.id, who.field("population"), typing, loci);
    for (const donor_index d : order) {
        const compared_counts counts = compare_counts(w, who, d, loci);
        out[d] = bits_of(fast.predict(d, std::span(counts.fast).first(loci.size())));
    }
    return out;
}

TEST(prediction, the_same_bits_whatever_is_kept_copied_or_asked_before) {
    const std::vector<locus> loci{A, B, C, DRB1, DQB1};
    for (unsigned seed = 700; seed < 708; ++seed) {
        const prediction_world w = make_world(
            seed, {.sets = {loci, {A, B, DRB1}}, .fallback = {"pop0"}, .haplotypes = 22, .donors = 60, .untyped = 3, .kinds = 40});
        std::vector<donor_index> order(w.donors->size());
        std::iota(order.begin(), order.end(), donor_index{0});
        auto keeps = std::make_shared<const donor_genotypes>(w.donors, w.all, 1);
        EXPECT_EQ(keeps->memory(), 0U);
        EXPECT_LE(keeps->typing_count(), 40U);
        match_predictor first(keeps);
        std::vector<std::vector<std::vector<double>>> expected;
        for (const auto& who : w.patients) expected.push_back(all_bits(w, first, *who, loci, order));
        EXPECT_GT(keeps->memory(), 0U);

        std::reverse(order.begin(), order.end());
        std::vector<std::shared_ptr<const donor_genotypes>> others{keeps};
        for (const std::size_t keep : {std::size_t{0}, std::size_t{700}, std::size_t{20'000}})
            others.push_back(std::make_shared<const donor_genotypes>(w.donors, w.all, 2, keep));
        others.push_back(std::make_shared<const donor_genotypes>(w.donors, w.all));
        std::size_t most = 0;
        others.back()->prepare(2, [&](std::size_t done, std::size_t all) { most = std::max(most, done); EXPECT_LE(done, all); });
        EXPECT_EQ(most, others.back()->typing_count());
        for (const auto& genotypes : others) {
            match_predictor again(genotypes);
            for (std::size_t i = w.patients.size(); i-- > 0;) {
                EXPECT_EQ(all_bits(w, again, *w.patients[i], loci, order), expected[i]) << seed;
                match_predictor copy(again);
                EXPECT_EQ(all_bits(w, copy, *w.patients[i], loci, order, false), expected[i]) << seed;
                // A second time, from what is remembered.
                EXPECT_EQ(all_bits(w, again, *w.patients[i], loci, order, false), expected[i]) << seed;
            }
        }
        EXPECT_EQ(others[1]->memory(), 0U);
        EXPECT_LE(others[2]->memory(), 700U);
        EXPECT_LE(others[3]->memory(), 20'000U);
    }
}

TEST(prediction, a_search_gives_the_same_bits_with_any_number_of_threads) {
    const std::vector<locus> loci{A, B, C, DRB1, DQB1};
    for (unsigned seed = 800; seed < 804; ++seed) {
        const prediction_world w = make_world(
            seed, {.sets = {loci, {A, B, DRB1}}, .haplotypes = 20, .donors = 150, .patients = 4, .untyped = 3, .kinds = 120});
        search_request r;
        r.loci = loci;
        r.max_mismatches = 5;
        r.threads = 1;
        r.genotypes = std::make_shared<const donor_genotypes>(w.donors, w.all, 1);
        const auto expected = search_many(w.donors, w.patients, r);
        const auto same = [&](const match_list& a, const match_list& b) {
            ASSERT_EQ(a.hits.size(), b.hits.size());
            for (std::size_t i = 0; i < a.hits.size(); ++i) {
                ASSERT_EQ(a.hits[i].donor, b.hits[i].donor);
                const auto x = a.probabilities->row(i);
                const auto y = b.probabilities->row(i);
                for (std::size_t k = 0; k < x.size(); ++k) ASSERT_TRUE(x[k] == y[k] || (std::isnan(x[k]) && std::isnan(y[k])));
                ASSERT_EQ(a.probabilities->donor_explained(i), b.probabilities->donor_explained(i));
                ASSERT_EQ(a.probabilities->donor_population(i), b.probabilities->donor_population(i));
            }
        };
        for (const std::size_t threads : {1U, 2U, 8U}) {
            r.threads = threads;
            r.genotypes = std::make_shared<const donor_genotypes>(w.donors, w.all, threads);
            const auto lists = search_many(w.donors, w.patients, r);
            for (std::size_t i = 0; i < lists.size(); ++i) {
                same(lists[i], expected[i]);
                same(search(w.donors, w.patients[i], r), expected[i]);
            }
            search_agent agent(w.donors);
            const match_list everybody = agent.compare(w.patients[0], r);
            const match_list one = agent.compare_one(w.patients[0], 7, r);
            const auto x = everybody.probabilities->row(7);
            const auto y = one.probabilities->row(0);
            for (std::size_t k = 0; k < x.size(); ++k) ASSERT_TRUE(x[k] == y[k] || (std::isnan(x[k]) && std::isnan(y[k])));
        }
    }
}

}  // namespace
