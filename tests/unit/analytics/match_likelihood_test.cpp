// SPDX-License-Identifier: Apache-2.0
#include "unit/haplotype/predicted.hpp"

#include <allomatch/analytics/match_likelihood.hpp>
#include <allomatch/core/text.hpp>

#include <cmath>
#include <random>
#include <set>

namespace allomatch {
namespace {

using testing::make_set;
using testing::set_rows;
using set_pointer = std::shared_ptr<const haplotype_index>;

/// The alleles of `ten_alleles`, with TCE groups 1, 3, 2 of DPB1*01:01, 01:02, 02:01 (and 02:02); none of 03:01.
nomenclature::pointer with_tce() {
    static const nomenclature::pointer names = [] {
        release_tables t;
        t.version = "ten alleles with TCE groups";
        const auto key = [](const char* text, std::size_t g) { return read_allele_name(text)->key(static_cast<gene>(g)); };
        for (std::size_t g = 0; g < gene_count; ++g) {
            for (const char* text : {"01:01", "01:02", "02:01", "02:02", "03:01", "04:01N", "04:02N"}) t.alleles.push_back(key(text, g));
            t.p_groups.push_back({key("02:01", g), {key("02:01", g), key("02:02", g)}});
        }
        t.tce_versions = {"V1"};
        for (const auto& [text, group] : {std::pair("01:01", 1), std::pair("01:02", 3), std::pair("02:01", 2), std::pair("02:02", 2)}) {
            t.tce.emplace_back();
            t.tce.back().key = key(text, index(gene::DPB1));
            t.tce.back().groups[0] = static_cast<std::uint8_t>(group);
        }
        return std::make_shared<const nomenclature>(t);
    }();
    return names;
}

const std::vector<locus> three_loci{locus::A, locus::B, locus::DPB1};

/// Some haplotypes at A, B and DPB1, nulls among them.
set_pointer random_set(std::mt19937& random, const std::string& name) {
    const std::array<const char*, 7> alleles{"01:01", "01:02", "02:01", "02:02", "03:01", "04:01N", "04:02N"};
    std::map<std::string, double> rows;
    for (int i = 0; i < 9; ++i) {
        std::string haplotype;
        for (const char* l : {"A*", "~B*", "~DPB1*"}) haplotype += std::string(l) + alleles[random() % alleles.size()];
        rows[haplotype] = 0.01 + static_cast<double>(random() % 100) / 1100;
    }
    return make_set(name, three_loci, set_rows(rows.begin(), rows.end()), with_tce());
}

// -- the definition, slowly ------------------------------------------------

using person = std::vector<locus_content>;  // A, B, DPB1

std::map<person, double> genotypes_of(const frequency_set& set, std::size_t loci) {
    std::map<person, double> all;
    const haplotype_table& rows = set.rows();
    for (std::size_t i = 0; i < rows.size(); ++i)
        for (std::size_t j = 0; j < rows.size(); ++j) {
            person g;
            for (std::size_t at = 0; at < loci; ++at)
                g.push_back(locus_content::of(set.allele(at, rows.codes(i)[at]).matched, set.allele(at, rows.codes(j)[at]).matched));
            all[g] += rows.frequency(i) * rows.frequency(j) / (set.sum_as_read() * set.sum_as_read());
        }
    return all;
}

/// The lowest TCE group; 0 when it is not known.
int level(const locus_content& dpb1) {
    static const std::map<std::string, int> groups{{"DPB1*01:01", 1}, {"DPB1*01:02", 3}, {"DPB1*02:01P", 2}};
    if (dpb1.no_product()) return 0;
    int lowest = 9;
    for (const class_id c : dpb1.classes) {
        const auto found = groups.find(with_tce()->class_text(c));
        if (found == groups.end()) return 0;
        lowest = std::min(lowest, found->second);
    }
    return lowest;
}

bool is_match(const person& patient, const person& donor, unsigned most, dpb1_rule rule) {
    const unsigned mismatches = patient[0].mismatches(donor[0]) + patient[1].mismatches(donor[1]);
    if (mismatches > most) return false;
    if (rule == dpb1_rule::any || patient[2] == donor[2]) return true;
    return rule == dpb1_rule::permissive && level(patient[2]) != 0 && level(patient[2]) == level(donor[2]);
}

struct expected_likelihood {
    double any = 0;
    std::vector<double> rates;
};

expected_likelihood slowly(const set_pointer& patients, const std::vector<std::pair<set_pointer, double>>& donors,
                           const std::vector<double>& sizes, unsigned most, dpb1_rule rule) {
    const std::size_t loci = rule == dpb1_rule::any ? 2 : 3;
    expected_likelihood out;
    out.rates.resize(donors.size());
    for (const auto& [g, weight] : genotypes_of(patients->set(), loci)) {
        double none = 1;
        for (std::size_t j = 0; j < donors.size(); ++j) {
            double p = 0;
            for (const auto& [other, share] : genotypes_of(donors[j].first->set(), loci))
                if (is_match(g, other, most, rule)) p += share;
            none *= std::pow(1 - donors[j].second * p, sizes[j]);
            out.rates[j] += weight * donors[j].second * p;
        }
        out.any += weight * (1 - none);
    }
    return out;
}

TEST(match_likelihood, equals_the_sum_over_all_genotypes) {
    std::mt19937 random(20);
    for (int round = 0; round < 6; ++round) {
        const auto own = random_set(random, "own");
        const auto other = random_set(random, "other");
        for (const auto& donors : {std::vector<std::pair<set_pointer, double>>{{own, 1.0}}, {{other, 0.7}}, {{own, 0.5}, {other, 0.9}}, {{other, 1.0}, {own, 0.25}, {other, 0.0}}})
            for (const unsigned most : {0U, 1U})
                for (const dpb1_rule rule : {dpb1_rule::any, dpb1_rule::match, dpb1_rule::permissive}) {
                    std::vector<donor_population> populations;
                    for (const auto& [set, reachable] : donors) populations.push_back({&set->set(), reachable});
                    const match_likelihood likelihood(own->set(), populations, {.loci = {locus::A, locus::B}, .mismatches = most, .dpb1 = rule});
                    const std::vector<double> sizes{3, 40, 7.5};
                    const std::vector<double> of_donors(sizes.begin(), sizes.begin() + static_cast<std::ptrdiff_t>(donors.size()));
                    const auto expected = slowly(own, donors, of_donors, most, rule);
                    EXPECT_NEAR(likelihood.probabilities(of_donors).front(), expected.any, 1e-13);
                    for (std::size_t j = 0; j < donors.size(); ++j) EXPECT_NEAR(likelihood.match_rates()[j], expected.rates[j], 1e-14);
                }
    }
}

TEST(match_likelihood, order_of_loci_does_not_matter) {
    std::mt19937 random(4);
    const auto own = random_set(random, "own");
    const donor_population donors{&own->set(), 1};
    const double size = 25;
    const match_likelihood ab(own->set(), std::span(&donors, 1), {.loci = {locus::A, locus::B}, .mismatches = 1});
    const match_likelihood ba(own->set(), std::span(&donors, 1), {.loci = {locus::B, locus::A}, .mismatches = 1});
    EXPECT_NEAR(ab.probabilities(std::span(&size, 1)).front(), ba.probabilities(std::span(&size, 1)).front(), 1e-14);
}

/// Enough haplotypes that parts are cut, with a tail of tiny frequencies.
set_pointer long_set() {
    std::mt19937 random(8);
    set_rows rows;
    std::set<std::string> known;
    double f = 0.1;
    while (rows.size() < 900) {
        std::string haplotype;
        for (const char* l : {"A*", "~B*", "~C*", "~DRB1*"})
            haplotype += l + std::to_string(10 + random() % 12) + ":0" + std::to_string(1 + random() % 3);
        if (!known.insert(haplotype).second) continue;
        rows.emplace_back(haplotype, f);
        f = std::max(1e-12, f * 0.9);
    }
    return make_set("long", {locus::A, locus::B, locus::C, locus::DRB1}, rows, nomenclature::names());
}

TEST(match_likelihood, threads_do_not_change_a_bit) {
    const auto set = long_set();
    const donor_population donors{&set->set(), 0.8};
    for (const unsigned most : {0U, 1U}) {
        const likelihood_options one{.loci = {locus::A, locus::B, locus::DRB1}, .mismatches = most, .threads = 1};
        const match_likelihood serial(set->set(), std::span(&donors, 1), one);
        likelihood_options many = one;
        many.threads = 4;
        const match_likelihood parallel(set->set(), std::span(&donors, 1), many);
        const std::vector<double> sizes{1, 1000, 1e6};
        EXPECT_EQ(serial.probabilities(sizes, 1), parallel.probabilities(sizes, 4));
        EXPECT_EQ(serial.match_rates()[0], parallel.match_rates()[0]);
        EXPECT_EQ(serial.genotype_count(), parallel.genotype_count());
    }
}

TEST(match_likelihood, cut_parts_equal_a_map_of_genotypes) {
    const auto set = long_set();
    const donor_population donors{&set->set()};
    const match_likelihood likelihood(set->set(), std::span(&donors, 1), {.loci = {locus::A, locus::B, locus::DRB1}});
    const frequency_set& f = set->set();
    std::map<std::array<locus_content, 3>, double> all;
    const std::array<std::size_t, 3> at{0, 1, 3};
    for (std::size_t i = 0; i < f.merged().size(); ++i)
        for (std::size_t j = 0; j < f.merged().size(); ++j) {
            std::array<locus_content, 3> g;
            for (std::size_t l = 0; l < 3; ++l)
                g[l] = locus_content::of(f.outcome(at[l], f.merged().codes(i)[at[l]]).matched, f.outcome(at[l], f.merged().codes(j)[at[l]]).matched);
            all[g] += f.merged().frequency(i) * f.merged().frequency(j) / (f.sum_as_read() * f.sum_as_read());
        }
    EXPECT_EQ(likelihood.genotype_count(), all.size());
    for (const double n : {1.0, 500.0, 1e7}) {
        double expected = 0;
        for (const auto& [g, p] : all) expected += p * -std::expm1(n * std::log1p(-p));
        EXPECT_NEAR(likelihood.probabilities(std::span(&n, 1)).front() / expected, 1, 1e-11);
    }
}

TEST(match_likelihood, size_is_the_first_that_reaches) {
    std::mt19937 random(3);
    const auto own = random_set(random, "own");
    const auto other = random_set(random, "other");
    const std::vector<donor_population> donors{{&own->set(), 1}, {&other->set(), 0.5}};
    const match_likelihood likelihood(own->set(), donors, {.loci = {locus::A, locus::B}});
    const std::vector<double> shares{1, 3};
    for (const double target : {0.05, 0.3, 0.5, 0.9}) {
        const auto size = likelihood.size_for(target, shares);
        ASSERT_TRUE(size);
        const auto at = [&](double n) { return likelihood.probabilities(std::vector<double>{n / 4, 3 * n / 4}).front(); };
        EXPECT_GE(at(*size), target);
        EXPECT_LT(at(*size - 1), target);
    }
    EXPECT_EQ(likelihood.size_for(0, shares), 0);
}

TEST(match_likelihood, what_no_donor_has_is_out_of_reach) {
    const auto own = make_set("own", {locus::A}, {{"A*01:01", 0.5}, {"A*02:01", 0.5}});
    const auto other = make_set("other", {locus::A}, {{"A*01:01", 1.0}});
    const donor_population donors{&other->set(), 1};
    const match_likelihood likelihood(own->set(), std::span(&donors, 1), {.loci = {locus::A}});
    EXPECT_EQ(likelihood.limit(), 0.25);
    const std::vector<double> sizes{0, 1, 1e12};
    EXPECT_EQ(likelihood.probabilities(sizes), (std::vector<double>{0, 0.25, 0.25}));
    const double share = 1;
    EXPECT_EQ(likelihood.size_for(0.25, std::span(&share, 1)), 1);
    EXPECT_EQ(likelihood.size_for(0.26, std::span(&share, 1)), std::nullopt);
    const match_likelihood near(own->set(), std::span(&donors, 1), {.loci = {locus::A}, .mismatches = 1});
    EXPECT_EQ(near.limit(), 0.75);
}

TEST(match_likelihood, tiny_chances_keep_their_digits) {
    const auto set = make_set("X", {locus::A}, {{"A*01:01", 1 - 1e-9}, {"A*02:01", 1e-9}});
    const auto rare = make_set("rare", {locus::A}, {{"A*02:01", 1.0}});
    const donor_population donors{&set->set()};
    const match_likelihood likelihood(rare->set(), std::span(&donors, 1), {.loci = {locus::A}});
    const double one = 1;
    EXPECT_DOUBLE_EQ(likelihood.probabilities(std::span(&one, 1)).front(), 1e-18);
}

template <class Make>
std::string refusal(const Make& make) {
    try {
        make();
    } catch (const format_error& e) {
        return e.details().column + ": " + e.details().reason;
    }
    return "";
}

TEST(match_likelihood, refuses_what_does_not_fit) {
    const auto set = testing::four_haplotypes();
    const auto made = [&](const likelihood_options& options, double reachable = 1, const frequency_set* of = nullptr) {
        const donor_population donors{of == nullptr ? &set->set() : of, reachable};
        return refusal([&] { match_likelihood(set->set(), std::span(&donors, 1), options); });
    };
    EXPECT_EQ(made({.loci = {locus::A, locus::B}}), "");
    EXPECT_EQ(made({.loci = {locus::C}}), "loci: the frequency set X does not have the locus");
    EXPECT_EQ(made({.loci = {}}), "loci: at least one locus is needed");
    EXPECT_EQ(made({.loci = {locus::A, locus::A}}), "loci: the locus is named twice");
    EXPECT_EQ(made({.loci = {locus::A}, .mismatches = 2}), "mismatches: expected 0 or 1");
    EXPECT_EQ(made({.loci = {locus::A}}, 1.5), "reachable: expected a number from 0 to 1");
    EXPECT_EQ(made({.loci = {locus::A}}, std::nan("")), "reachable: expected a number from 0 to 1");
    const auto foreign = make_set("Y", {locus::A}, {{"A*01:01", 1.0}}, nomenclature::names());
    EXPECT_EQ(made({.loci = {locus::A}}, 1, &foreign->set()), "donors: read with another nomenclature than X");
    const auto dpb1 = make_set("D", {locus::A, locus::DPB1}, {{"A*01:01~DPB1*01:01", 1.0}});
    EXPECT_EQ(refusal([&] {
                  const donor_population donors{&dpb1->set(), 1};
                  match_likelihood(dpb1->set(), std::span(&donors, 1), {.loci = {locus::A}, .dpb1 = dpb1_rule::permissive});
              }), "dpb1: the release has no TCE groups");
    const donor_population donors{&set->set(), 1};
    const match_likelihood likelihood(set->set(), std::span(&donors, 1), {.loci = {locus::A}});
    for (const double n : {-1.0, std::nan(""), 1e300})
        EXPECT_EQ(refusal([&] { (void)likelihood.probabilities(std::span(&n, 1)); }), "sizes: expected a number of donors from 0");
}

}  // namespace
}  // namespace allomatch
