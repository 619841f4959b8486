// SPDX-License-Identifier: Apache-2.0
// Many predictors over one donor_genotypes that has worked nothing out yet: the first to ask works it out for all. To
// be run under thread sanitizer too.
#include "model/random_prediction.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>

using namespace allomatch;
using namespace allomatch::model;

namespace {

TEST(concurrent_prediction, many_predictors_share_donors_and_patient) {
    using enum locus;
    constexpr unsigned workers = 6;
    const std::vector<locus> loci{A, B, C, DRB1, DQB1};
    for (const std::size_t keep : {donor_genotypes::keep_by_default, std::size_t{0}, std::size_t{5000}}) {
        const prediction_world w = make_world(
            31, {.sets = {loci, {A, B, DRB1}}, .fallback = {"pop1"}, .haplotypes = 20, .donors = 80, .patients = 4, .untyped = 3, .kinds = 60});
        const auto donors = static_cast<donor_index>(w.donors->size());
        const std::array<count_range, locus_count> counts{};
        std::vector<std::vector<std::vector<double>>> expected(w.patients.size());
        {
            match_predictor alone(std::make_shared<const donor_genotypes>(w.donors, w.all, 1));
            for (std::size_t i = 0; i < w.patients.size(); ++i) {
                const person_typing typing = w.patients[i]->typing();
                alone.start("P", w.patients[i]->field("population"), typing, loci);
                for (donor_index d = 0; d < donors; ++d) expected[i].push_back(bits_of(alone.predict(d, std::span(counts).first(5))));
            }
        }
        const auto cold = std::make_shared<const donor_genotypes>(w.donors, w.all, 1, keep);
        // The patient is prepared once and taken over by half of the threads.
        match_predictor prepared(cold);
        const person_typing first = w.patients[0]->typing();
        prepared.start("P", w.patients[0]->field("population"), first, loci);
        std::atomic<unsigned> different{0};
        std::atomic<unsigned> done{0};
        {
            std::latch start(workers);
            std::vector<std::jthread> threads;
            for (unsigned t = 0; t < workers; ++t)
                threads.emplace_back([&, t] {
                    start.arrive_and_wait();
                    match_predictor own = t % 2 == 0 ? match_predictor(prepared) : match_predictor(cold);
                    for (std::size_t i = 0; i < w.patients.size(); ++i) {
                        const person_typing typing = w.patients[i]->typing();
                        if (t % 2 == 1 || i > 0) own.start("P", w.patients[i]->field("population"), typing, loci);
                        for (donor_index n = 0; n < donors; ++n) {
                            const donor_index d = (n + t * 13) % donors;
                            if (bits_of(own.predict(d, std::span(counts).first(5))) != expected[i][d]) ++different;
                            ++done;
                        }
                    }
                    if (t == 0) cold->prepare(1);
                });
        }
        EXPECT_EQ(done, workers * donors * w.patients.size());
        EXPECT_EQ(different, 0U);
        EXPECT_LE(cold->memory(), keep);
    }
}

}  // namespace
