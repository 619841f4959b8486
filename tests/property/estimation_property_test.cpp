// SPDX-License-Identifier: Apache-2.0
// Haplotype frequencies against a plain model, on generated people.
#include "model/miniature.hpp"
#include "model/slow_estimation.hpp"

#include <allomatch/haplotype/estimation.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

using namespace allomatch;
using namespace allomatch::model::em;
using allomatch::model::dice;

namespace {

constexpr std::array loci{locus::A, locus::B, locus::DRB1};

struct generated {
    std::vector<std::vector<std::string>> alleles;
    std::vector<slow_person> people;
    std::vector<std::array<std::string, loci.size()>> texts;
};

std::string listed(const std::vector<std::string>& alleles) {
    std::string text;
    for (const auto& a : alleles) text += (text.empty() ? "" : "/") + a;
    return text;
}

std::string genotypes(const slow_locus& locus) {
    std::string text;
    for (const auto& [first, second] : locus.alternatives)
        text += (text.empty() ? "" : "|") + listed(first) + '+' + listed(second);
    return text;
}

/// The two loci of a block in phase, one allele a side.
std::string block(const slow_person& p) {
    std::string text;
    for (std::size_t k = 0; k < p.loci[0].alternatives.size(); ++k) {
        text += text.empty() ? "" : "|";
        for (unsigned side = 0; side < 2; ++side)
            text += std::string(side == 0 ? "" : "+") + p.loci[0].alternatives[k][side][0] + '~' + p.loci[1].alternatives[k][side][0];
    }
    return text;
}

/// People of a few haplotypes, typed well or badly.
generated generate(unsigned seed, unsigned count) {
    dice roll(seed);
    generated g;
    for (const locus l : loci) {
        auto& names = g.alleles.emplace_back();
        for (unsigned i = 1; i <= 3 + roll(2); ++i) names.push_back(std::string(name(l)) + "*0" + std::to_string(i) + ":01");
    }
    std::vector<slow_haplotype> pool;
    for (unsigned i = 0; i < 6; ++i) pool.push_back({roll.pick(g.alleles[0]), roll.pick(g.alleles[1]), roll.pick(g.alleles[2])});
    for (unsigned n = 0; n < count; ++n) {
        const slow_haplotype& a = pool[std::min(roll(6), roll(6))];
        const slow_haplotype& b = pool[std::min(roll(6), roll(6))];
        slow_person p;
        for (std::size_t l = 0; l < loci.size(); ++l) {
            slow_locus& locus = p.loci.emplace_back();
            // Somebody is always fully typed, so that an untyped locus may be every allele.
            const unsigned way = n < 2 ? 0 : roll(8);
            if (way == 0 && n >= 2 && l != 0) continue;
            auto& [first, second] = locus.alternatives.emplace_back();
            first = {a[l]};
            second = {b[l]};
            for (auto* side : {&first, &second})
                if (way == 1 && !has(*side, g.alleles[l][0])) side->push_back(g.alleles[l][0]);
            if (way == 2) locus.alternatives.push_back({std::vector{roll.pick(g.alleles[l])}, std::vector{roll.pick(g.alleles[l])}});
        }
        const auto single = [&](std::size_t l) {
            return std::ranges::all_of(p.loci[l].alternatives, [](const auto& alt) { return alt[0].size() == 1 && alt[1].size() == 1; });
        };
        p.phased = n >= 2 && roll.once_in(4) && !p.loci[0].alternatives.empty() && single(0) && single(1) &&
                   p.loci[0].alternatives.size() == p.loci[1].alternatives.size();
        auto& texts = g.texts.emplace_back();
        for (std::size_t l = 0; l < loci.size(); ++l) texts[l] = genotypes(p.loci[l]);
        if (p.phased) texts[0] = texts[1] = block(p);
        g.people.push_back(std::move(p));
    }
    // Untyped loci are open to the alleles that somebody has alone.
    for (std::size_t l = 0; l < loci.size(); ++l) {
        std::vector<std::string> open;
        for (const std::string& allele : g.alleles[l])
            if (std::ranges::any_of(g.people, [&](const slow_person& p) {
                    return std::ranges::any_of(p.loci[l].alternatives, [&](const auto& alternative) {
                        return alternative[0] == std::vector{allele} || alternative[1] == std::vector{allele};
                    });
                }))
                open.push_back(allele);
        for (slow_person& p : g.people)
            if (p.loci[l].alternatives.empty()) p.loci[l].alternatives = {{open, open}};
    }
    return g;
}

std::shared_ptr<const registry> pool_of(const generated& g, bool backwards = false) {
    registry_builder builder(nomenclature::names(), nullptr);
    for (std::size_t i = 0; i < g.texts.size(); ++i) {
        const auto& texts = g.texts[backwards ? g.texts.size() - 1 - i : i];
        registry_builder::donor_texts donor;
        const std::string id = "D" + std::to_string(i);
        donor.id = id;
        for (std::size_t l = 0; l < loci.size(); ++l) donor.typings[index(loci[l])] = texts[l];
        for (const problem& p : builder.add(donor)) throw std::logic_error(p.message());
    }
    return builder.finish();
}

std::map<std::string, double> by_name(const haplotype_estimate& e) {
    std::map<std::string, double> out;
    for (std::size_t i = 0; i < e.size(); ++i) out[e.haplotype_text(i)] = e.frequencies[i];
    return out;
}

double largest_difference(const std::map<std::string, double>& a, const std::map<std::string, double>& b) {
    double most = 0;
    for (const auto& [name, f] : a) most = std::max(most, std::abs(f - (b.contains(name) ? b.at(name) : 0)));
    for (const auto& [name, f] : b) most = std::max(most, a.contains(name) ? 0 : f);
    return most;
}

const std::vector<locus> in_order(loci.begin(), loci.end());

class estimation : public testing::TestWithParam<unsigned> {};

TEST_P(estimation, equals_the_plain_model) {
    const generated g = generate(GetParam(), 12 + GetParam() % 30);
    const auto pool = pool_of(g);
    const estimation_options options{.loci = in_order, .stop = 1e-9, .most_iterations = 300, .cut = 0};
    const haplotype_estimate found = estimate_frequencies(*pool, options);
    const slow_estimate wanted = slow_estimation(g.people, g.alleles, options.stop, options.most_iterations);
    EXPECT_EQ(found.people, g.people.size());
    EXPECT_EQ(found.resolved_by_others + found.too_ambiguous + found.untyped + found.new_alleles, 0U);
    EXPECT_LT(largest_difference(by_name(found), wanted.frequencies), 1e-10);
    ASSERT_EQ(found.trace.size(), wanted.trace.size());
    for (std::size_t i = 0; i < found.trace.size(); ++i) EXPECT_NEAR(found.trace[i], wanted.trace[i], 1e-8);
    for (std::size_t i = 1; i < found.trace.size(); ++i) EXPECT_GE(found.trace[i], found.trace[i - 1] - 1e-9);
    EXPECT_NEAR(std::accumulate(found.frequencies.begin(), found.frequencies.end(), 0.0), 1, 1e-9);
    const double logs = std::accumulate(found.log_probability.begin(), found.log_probability.end(), 0.0);
    EXPECT_NEAR(found.log_likelihood, logs, 1e-9);
    EXPECT_GE(found.log_likelihood, found.trace.back() - 1e-9);
}

TEST_P(estimation, does_not_depend_on_threads_or_order) {
    const generated g = generate(GetParam(), 60);
    const auto pool = pool_of(g);
    estimation_options options{.loci = in_order, .cut = 0, .bootstrap = 20, .threads = 1};
    const haplotype_estimate one = estimate_frequencies(*pool, options);
    options.threads = 0;
    const haplotype_estimate many = estimate_frequencies(*pool, options);
    EXPECT_EQ(one.codes, many.codes);
    EXPECT_EQ(one.frequencies, many.frequencies);
    EXPECT_EQ(one.trace, many.trace);
    EXPECT_EQ(one.low, many.low);
    EXPECT_EQ(one.standard_errors, many.standard_errors);
    const haplotype_estimate backwards = estimate_frequencies(*pool_of(g, true), options);
    EXPECT_LT(largest_difference(by_name(one), by_name(backwards)), 1e-9);
    EXPECT_NEAR(one.log_likelihood, backwards.log_likelihood, 1e-8);
}

/// People whose pairs are too many are given the haplotypes of the others: nothing that the others rule out is lost.
TEST_P(estimation, resolves_people_with_too_many_pairs) {
    const generated g = generate(GetParam(), 60);
    const auto pool = pool_of(g);
    const haplotype_estimate all = estimate_frequencies(*pool, {.loci = in_order, .cut = 0});
    const haplotype_estimate some = estimate_frequencies(*pool, {.loci = in_order, .cut = 0, .most_pairs = 100});
    EXPECT_GT(some.resolved_by_others, 0U);
    EXPECT_EQ(some.people + some.too_ambiguous, all.people);
    EXPECT_LE(some.haplotypes, all.haplotypes);
    EXPECT_NEAR(std::accumulate(some.frequencies.begin(), some.frequencies.end(), 0.0), 1, 1e-9);
    const auto known = std::ranges::count_if(some.log_probability, [](double x) { return std::isfinite(x); });
    EXPECT_EQ(static_cast<std::size_t>(known), some.people);
}

INSTANTIATE_TEST_SUITE_P(generated, estimation, testing::Range(0U, 40U));

}  // namespace
