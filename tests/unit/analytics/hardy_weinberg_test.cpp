// SPDX-License-Identifier: Apache-2.0
#include <allomatch/analytics/hardy_weinberg.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <random>

using namespace allomatch;

namespace {

std::shared_ptr<const registry> pool(const std::vector<std::string>& typings) {
    registry_builder builder(nomenclature::names(), nullptr);
    std::size_t number = 0;
    for (const std::string& text : typings) {
        registry_builder::donor_texts donor;
        const std::string id = std::to_string(++number);
        donor.id = id;
        donor.typings[index(locus::B)] = text;
        for (const problem& p : builder.add(donor)) throw std::logic_error(p.message());
    }
    return builder.finish();
}

std::vector<std::string> times(std::size_t n, const std::string& text) { return std::vector<std::string>(n, text); }

std::vector<std::string> joined(std::initializer_list<std::vector<std::string>> parts) {
    std::vector<std::string> all;
    for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

/// Five alleles; some people are homozygous by descent. In some people a laboratory does not tell the first two alleles apart,
/// nor the next two. That is one lot a person: were it one a position, a list beside an allele of it would speak for two of
/// that allele, as either position may have been the unclear one.
std::vector<std::string> drawn(unsigned seed, std::size_t people, double inbreeding, double ambiguous) {
    static const std::vector<double> shares{0.4, 0.25, 0.2, 0.1, 0.05};
    std::mt19937 engine(seed);
    std::discrete_distribution<int> allele(shares.begin(), shares.end());
    std::uniform_real_distribution<double> part;
    std::vector<std::string> out;
    for (std::size_t i = 0; i < people; ++i) {
        const int a = allele(engine);
        const int b = part(engine) < inbreeding ? a : allele(engine);
        const bool unclear = part(engine) < ambiguous;
        const auto text = [&](int n) -> std::string {
            if (unclear && n < 4) return n < 2 ? "01:01/02:01" : "03:01/04:01";
            return "0" + std::to_string(n + 1) + ":01";
        };
        out.push_back(text(a) + '+' + text(b));
    }
    return out;
}

TEST(hardy_weinberg_test, counts_of_clear_genotypes) {
    // 25 : 50 : 25 is the proportion itself; of 200 copies shared out at random it has half a homozygote too many.
    const auto even = test_hardy_weinberg(*pool(joined({times(25, "01:01"), times(50, "01:01+02:01"), times(25, "02:01")})), locus::B);
    EXPECT_EQ(even.people, 100U);
    EXPECT_EQ(even.certain, 100U);
    EXPECT_EQ(even.alleles, 2U);
    EXPECT_NEAR(even.homozygotes, 50, 1e-9);
    EXPECT_NEAR(even.expected_homozygotes, 2 * 100 * 99 / (2 * 199.0), 1e-6);
    EXPECT_NEAR(even.inbreeding, 0.25 / 50, 0.001);
    EXPECT_GT(even.p_value, 0.9);
    // With two alleles the statistic is about the square root of the people times the inbreeding coefficient.
    const auto excess = test_hardy_weinberg(*pool(joined({times(60, "01:01"), times(80, "01:01+02:01"), times(60, "02:01")})), locus::B);
    EXPECT_NEAR(excess.inbreeding, 0.2, 0.005);
    EXPECT_NEAR(excess.z, std::sqrt(200.0) * 0.2, 0.1);
    EXPECT_LT(excess.p_value, 0.01);
    const auto lack = test_hardy_weinberg(*pool(joined({times(40, "01:01"), times(120, "01:01+02:01"), times(40, "02:01")})), locus::B);
    EXPECT_NEAR(lack.z, -excess.z, 0.2);
}

/// Everybody who carries the only copy of an allele is heterozygous, however many there are.
TEST(hardy_weinberg_test, single_copies_say_nothing) {
    std::vector<std::string> typings;
    for (int i = 10; i < 70; i += 2) typings.push_back(std::to_string(i) + ":01+" + std::to_string(i + 1) + ":01");
    const auto found = test_hardy_weinberg(*pool(typings), locus::B);
    EXPECT_EQ(found.homozygotes, 0);
    EXPECT_NEAR(found.expected_homozygotes, 0, 1e-9);
    EXPECT_NEAR(found.z, 0, 1e-9);
    EXPECT_NEAR(found.p_value, 1, 1e-9);
}

/// Forty alleles in a small group: about two homozygotes are expected, one in three groups has none or one.
TEST(hardy_weinberg_test, keeps_its_level_where_few_homozygotes_are_expected) {
    for (const bool unclear : {false, true}) {
        constexpr unsigned samples = 2000;
        unsigned below_5 = 0;
        unsigned below_1 = 0;
        double expected = 0;
        for (unsigned seed = 0; seed < samples; ++seed) {
            std::mt19937 engine(seed);
            std::vector<double> shares;
            for (int i = 0; i < 40; ++i) shares.push_back(std::exp(-0.07 * i));
            std::discrete_distribution<int> allele(shares.begin(), shares.end());
            std::vector<std::string> typings;
            for (int i = 0; i < 50; ++i) {
                // A third of the people are typed by a method that tells neighbours apart only two by two.
                const bool pairs = unclear && i % 3 == 0;
                std::string text;
                for (int side = 0; side < 2; ++side) {
                    const int a = allele(engine);
                    if (side != 0) text += '+';
                    text += pairs ? std::to_string(10 + a / 2 * 2) + ":01/" + std::to_string(11 + a / 2 * 2) + ":01" : std::to_string(10 + a) + ":01";
                }
                typings.push_back(text);
            }
            const auto found = test_hardy_weinberg(*pool(typings), locus::B);
            below_5 += found.p_value < 0.05;
            below_1 += found.p_value < 0.01;
            expected += found.expected_homozygotes / samples;
        }
        EXPECT_LT(expected, 2.5);
        EXPECT_LT(below_5, 0.07 * samples) << unclear;
        EXPECT_GT(below_5, 0.015 * samples) << unclear;
        EXPECT_LT(below_1, 0.025 * samples) << unclear;
    }
}

TEST(hardy_weinberg_test, what_cannot_be_told) {
    const auto one = test_hardy_weinberg(*pool(times(10, "01:01")), locus::B);
    EXPECT_EQ(one.alleles, 1U);
    EXPECT_TRUE(std::isnan(one.z) && std::isnan(one.p_value));
    EXPECT_THROW(static_cast<void>(test_hardy_weinberg(*pool({"01:01"}), locus::A)), format_error);
    EXPECT_THROW(static_cast<void>(test_hardy_weinberg(*pool({"01:01"}), locus::DRB345)), format_error);
}

TEST(hardy_weinberg_test, keeps_its_level_with_ambiguous_typings) {
    constexpr unsigned samples = 400;
    unsigned below_5 = 0;
    unsigned below_half = 0;
    for (unsigned seed = 0; seed < samples; ++seed) {
        const auto found = test_hardy_weinberg(*pool(drawn(seed, 300, 0, 0.3)), locus::B);
        EXPECT_LT(found.certain, found.people);
        below_5 += found.p_value < 0.05;
        below_half += found.p_value < 0.5;
    }
    // Four standard errors of 400 draws at 5 and 50 %.
    EXPECT_NEAR(below_5, 0.05 * samples, 4 * std::sqrt(samples * 0.05 * 0.95));
    EXPECT_NEAR(below_half, 0.5 * samples, 4 * std::sqrt(samples * 0.25));
}

TEST(hardy_weinberg_test, finds_inbreeding_through_ambiguity) {
    unsigned found = 0;
    double inbreeding = 0;
    for (unsigned seed = 0; seed < 50; ++seed) {
        const auto one = test_hardy_weinberg(*pool(drawn(seed, 1000, 0.15, 0.2)), locus::B);
        found += one.p_value < 0.01 && one.z > 0;
        inbreeding += one.inbreeding / 50;
    }
    EXPECT_GT(found, 45U);
    EXPECT_NEAR(inbreeding, 0.15, 0.015);
}

}  // namespace
