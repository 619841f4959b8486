// SPDX-License-Identifier: Apache-2.0
#include "unit/shared_data.hpp"

#include <allomatch/haplotype/estimation.hpp>
#include <allomatch/io/people.hpp>
#include <allomatch/io/input.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <numeric>
#include <random>

using namespace allomatch;

namespace {

using row = std::map<locus, std::string>;

std::shared_ptr<const registry> pool(const std::vector<row>& rows, const nomenclature::pointer& names = nomenclature::names(),
                                     null_policy nulls = null_policy::ignore_inside_ambiguity) {
    registry_builder builder(names, nullptr, nulls);
    std::size_t number = 0;
    for (const row& r : rows) {
        registry_builder::donor_texts donor;
        const std::string id = std::to_string(++number);
        donor.id = id;
        for (const auto& [l, text] : r) donor.typings[index(l)] = text;
        for (const problem& p : builder.add(donor)) throw std::logic_error(p.message());
    }
    return builder.finish();
}

std::map<std::string, double> by_name(const haplotype_estimate& e) {
    std::map<std::string, double> out;
    for (std::size_t i = 0; i < e.size(); ++i) out[e.haplotype_text(i)] = e.frequencies[i];
    return out;
}

const std::vector<locus> a_b{locus::A, locus::B};

/// Ten people who show which haplotypes there are, and one whose phase is open.
std::vector<row> clear_people() {
    std::vector<row> rows(10, row{{locus::A, "01:01+01:01"}, {locus::B, "08:01+08:01"}});
    for (int i = 0; i < 5; ++i) rows.push_back({{locus::A, "02:01+02:01"}, {locus::B, "07:02+07:02"}});
    rows.push_back({{locus::A, "01:01+02:01"}, {locus::B, "07:02+08:01"}});
    return rows;
}

std::string refusal(const registry& donors, const estimation_options& options) {
    try {
        static_cast<void>(estimate_frequencies(donors, options));
    } catch (const format_error& e) {
        return e.details().column + ": " + e.details().reason;
    }
    return "taken";
}

TEST(haplotype_estimation, finds_the_phase_that_others_make_likely) {
    const haplotype_estimate e = estimate_frequencies(*pool(clear_people()), {.loci = a_b, .stop = 1e-12});
    ASSERT_EQ(e.size(), 2U);
    EXPECT_EQ(e.haplotype_text(0), "A*01:01~B*08:01");
    EXPECT_NEAR(e.frequencies[0], 21.0 / 32, 1e-9);
    EXPECT_NEAR(e.frequencies[1], 11.0 / 32, 1e-9);
    EXPECT_TRUE(e.converged);
    EXPECT_EQ(e.people, 16U);
    EXPECT_EQ(e.typings, 3U);
    EXPECT_EQ(e.haplotypes, 4U);
    EXPECT_EQ(e.pairs, 4U);
    const double p = 21.0 / 32;
    EXPECT_NEAR(e.log_likelihood, 20 * std::log(p) + 10 * std::log(1 - p) + std::log(2 * p * (1 - p)), 1e-6);
    EXPECT_NEAR(std::exp(e.log_probability.back()), 2 * p * (1 - p), 1e-8);
}

TEST(haplotype_estimation, one_locus_by_counting) {
    const haplotype_estimate e = estimate_frequencies(*pool(clear_people()), {.loci = {locus::B}});
    EXPECT_EQ(by_name(e), (std::map<std::string, double>{{"B*08:01", 21.0 / 32}, {"B*07:02", 11.0 / 32}}));
}

TEST(haplotype_estimation, a_list_is_shared_by_what_others_carry) {
    std::vector<row> rows = clear_people();
    rows.push_back({{locus::A, "01:01/02:01+01:01/02:01"}, {locus::B, "08:01"}});
    const auto names = by_name(estimate_frequencies(*pool(rows), {.loci = a_b, .stop = 1e-12}));
    EXPECT_NEAR(names.at("A*01:01~B*08:01"), 23.0 / 34, 1e-6);
}

TEST(haplotype_estimation, who_is_left_out) {
    std::vector<row> rows = clear_people();
    rows.push_back({{locus::A, "01:01+NEW"}, {locus::B, "08:01"}});
    rows.push_back({{locus::C, "07:01"}});
    const haplotype_estimate e = estimate_frequencies(*pool(rows), {.loci = a_b});
    EXPECT_EQ(e.people, 16U);
    EXPECT_EQ(e.new_alleles, 1U);
    EXPECT_EQ(e.untyped, 1U);
    EXPECT_TRUE(std::isnan(e.log_probability[16]) && std::isnan(e.log_probability[17]));
    EXPECT_EQ(refusal(*pool(rows), {.loci = {locus::DPB1}}), "loci: nobody is typed at these loci");
    EXPECT_EQ(refusal(*pool(rows), {.loci = {locus::A, locus::DPB1}}), "loci: nobody is typed at this locus");
}

TEST(haplotype_estimation, some_of_the_people) {
    const std::vector<donor_index> some{15, 0, 11};
    const haplotype_estimate e = estimate_frequencies(*pool(clear_people()), {.loci = a_b, .stop = 1e-12}, some);
    EXPECT_EQ(e.people, 3U);
    EXPECT_NEAR(e.frequencies[0], 0.5, 1e-6);
    EXPECT_EQ(e.log_probability.size(), 3U);
}

TEST(haplotype_estimation, an_old_estimate_counts_as_people) {
    const auto first = pool(clear_people());
    const auto old = std::make_shared<haplotype_index>(
        estimate_frequencies(*first, {.loci = a_b, .stop = 1e-13}).set("old", first->names()));
    const std::vector<row> newcomers{{{locus::A, "02:01"}, {locus::B, "07:02"}}, {{locus::A, "03:01+02:01"}, {locus::B, "07:02+35:01"}}};
    std::vector<row> everybody = clear_people();
    everybody.insert(everybody.end(), newcomers.begin(), newcomers.end());
    const haplotype_estimate updated = estimate_frequencies(
        *pool(newcomers), {.loci = a_b, .prior = old, .prior_people = 16, .stop = 1e-13});
    const haplotype_estimate anew = estimate_frequencies(*pool(everybody), {.loci = a_b, .stop = 1e-13});
    for (const auto& [name, f] : by_name(anew)) EXPECT_NEAR(by_name(updated).at(name), f, 1e-6) << name;
    const haplotype_estimate begun = estimate_frequencies(
        *pool(newcomers), {.loci = a_b, .start = estimation_start::prior, .prior = old, .stop = 1e-13});
    EXPECT_NEAR(by_name(begun).at("A*02:01~B*07:02"), 0.75, 1e-6);
}

TEST(haplotype_estimation, starts) {
    const auto donors = pool(clear_people());
    for (const auto start : {estimation_start::uniform, estimation_start::random}) {
        const haplotype_estimate e = estimate_frequencies(*donors, {.loci = a_b, .start = start, .starts = 3, .stop = 1e-12});
        EXPECT_NEAR(e.frequencies[0], 21.0 / 32, 1e-6);
        ASSERT_EQ(e.log_likelihood_of_starts.size(), 3U);
        EXPECT_NEAR(e.log_likelihood, *std::ranges::max_element(e.log_likelihood_of_starts), 1e-9);
    }
    const haplotype_estimate short_one = estimate_frequencies(*donors, {.loci = a_b, .most_iterations = 2});
    EXPECT_FALSE(short_one.converged);
    EXPECT_EQ(short_one.trace.size(), 2U);
}

TEST(haplotype_estimation, cut_and_what_it_drops) {
    std::vector<row> rows(99, row{{locus::A, "01:01"}});
    rows.push_back({{locus::A, "02:01"}});
    const haplotype_estimate e = estimate_frequencies(*pool(rows), {.loci = {locus::A}, .cut = 0.05});
    EXPECT_EQ(e.size(), 1U);
    EXPECT_EQ(e.cut_haplotypes, 1U);
    EXPECT_NEAR(e.cut_mass, 0.01, 1e-12);
    EXPECT_EQ(e.cut_people, 1U);
    // Beside very many people of an old estimate, a single person's haplotype is rarer than what is left out as none.
    const auto old = std::make_shared<haplotype_index>(estimate_frequencies(*pool(std::vector<row>(9, row{{locus::A, "01:01"}})), {.loci = {locus::A}}).set("old", nomenclature::names()));
    estimation_options beside{.loci = {locus::A}, .prior = old, .prior_people = 1e9};
    const haplotype_estimate needed = estimate_frequencies(*pool({rows.back()}), beside);
    ASSERT_EQ(needed.size(), 2U);
    EXPECT_LT(needed.frequencies[1], estimation_options::as_good_as_none);
    EXPECT_EQ(needed.cut_people, 0U);
    beside.cut = estimation_options::as_good_as_none;
    const haplotype_estimate cut = estimate_frequencies(*pool({rows.back()}), beside);
    EXPECT_EQ(cut.size(), 1U);
    EXPECT_EQ(cut.cut_people, 1U);
}

TEST(haplotype_estimation, copies_are_those_of_the_people) {
    const auto old = std::make_shared<haplotype_index>(estimate_frequencies(*pool({{{locus::A, "01:01"}}, {{locus::A, "02:01"}}}), {.loci = {locus::A}}).set("old", nomenclature::names()));
    const haplotype_estimate e = estimate_frequencies(
        *pool({{{locus::A, "03:01"}}, {{locus::A, "03:01+02:01"}}}), {.loci = {locus::A}, .prior = old, .prior_people = 4});
    ASSERT_EQ(e.size(), 3U);
    const std::map<std::string, double> wanted{{"A*01:01", 0}, {"A*02:01", 1}, {"A*03:01", 3}};
    for (std::size_t i = 0; i < e.size(); ++i) {
        EXPECT_NEAR(e.copies[i], wanted.at(e.haplotype_text(i)), 1e-9);
        EXPECT_NEAR(e.frequencies[i], (e.copies[i] + (e.haplotype_text(i) == "A*03:01" ? 0 : 4)) / 12, 1e-9);
    }
}

TEST(haplotype_estimation, classes_two_fields_and_nulls) {
    const std::vector<row> rows{{{locus::A, "02:01:01:01+24:09N"}, {locus::B, "07:02:01G+08:01"}},
                                {{locus::A, "02:01:01G"}, {locus::B, "07:02+08:01:01:01"}}};
    const auto donors = pool(rows, nomenclature::builtin());
    const auto classes = by_name(estimate_frequencies(*donors, {.loci = {locus::A}}));
    EXPECT_NEAR(classes.at("A*02:01P"), 0.75, 1e-9);
    EXPECT_NEAR(classes.at("A*24:09N"), 0.25, 1e-9);
    const auto fields = by_name(estimate_frequencies(*donors, {.loci = {locus::A}, .unit = haplotype_unit::two_fields}));
    EXPECT_NEAR(fields.at("A*24:09N"), 0.25, 1e-9);
    EXPECT_TRUE(fields.contains("A*02:01"));
    // The set can be read and searched with.
    const haplotype_estimate both = estimate_frequencies(*donors, {.loci = a_b});
    const frequency_set set = both.set("pool", donors->names());
    EXPECT_EQ(set.merged().size(), both.size());
    EXPECT_EQ(set.name(), "pool");
}

TEST(haplotype_estimation, suffixes_of_two_fields) {
    // A*24:02 has expressed alleles and 24:02:01:02L; all of A*30:14 are L.
    const auto donors = pool({{{locus::A, "24:02+30:14L"}}, {{locus::A, "24:02:01:02L+24:09N"}}, {{locus::A, "30:14+24:02:01:01"}}}, nomenclature::builtin());
    const haplotype_estimate found = estimate_frequencies(*donors, {.loci = {locus::A}, .unit = haplotype_unit::two_fields});
    EXPECT_EQ(found.pairs, 2U);  // the first and the last typing are the same
    const auto fields = by_name(found);
    EXPECT_EQ(fields.size(), 3U);
    EXPECT_NEAR(fields.at("A*24:02"), 3.0 / 6, 1e-12);
    EXPECT_NEAR(fields.at("A*30:14L"), 2.0 / 6, 1e-12);
    EXPECT_NEAR(fields.at("A*24:09N"), 1.0 / 6, 1e-12);
    EXPECT_EQ(found.set("pool", donors->names()).merged().size(), 3U);
    // Without a nomenclature each name is its own.
    const auto named = pool({{{locus::A, "24:02+24:02L"}}}, nomenclature::names());
    EXPECT_EQ(by_name(estimate_frequencies(*named, {.loci = {locus::A}, .unit = haplotype_unit::two_fields})).size(), 2U);
}

TEST(haplotype_estimation, options_that_do_not_fit) {
    const auto donors = pool(clear_people());
    const auto bad = [&](estimation_options o) {
        if (o.loci.size() == 5) o.loci = a_b;
        return refusal(*donors, o);
    };
    EXPECT_EQ(refusal(*donors, {.loci = {}}), "loci: name at least one locus");
    EXPECT_EQ(bad({.loci = {locus::A, locus::A}}), "loci: the locus is named twice");
    EXPECT_EQ(bad({.loci = {locus::DRB345}}), "loci: a blank there may be an absent gene, which is not estimated");
    EXPECT_EQ(bad({.start = estimation_start::prior}), "prior: an old estimate is needed for that start, or for its people");
    EXPECT_EQ(bad({.stop = NAN}), "stop: expected 0 or a small number below 1");
    EXPECT_EQ(bad({.cut = 1}), "cut: expected 0 or a small number below 1");
    EXPECT_EQ(bad({.bootstrap = 19}), "bootstrap: expected 0, or at least 20 samples: fewer tell no interval");
    EXPECT_EQ(bad({.prior_people = 1e10}), "prior_people: expected 0 or a number of people, at most 1e9");
    EXPECT_EQ(bad({.starts = 0}), "starts: expected at least one start");
    EXPECT_EQ(bad({.most_iterations = 0}), "most_iterations: expected at least one iteration");
    EXPECT_EQ(bad({.level = 1}), "level: expected a number between 0 and 1");
    EXPECT_EQ(bad({.most_pairs = 0}), "most_pairs: no typing is clear enough to begin with: all have more haplotype pairs; more of them or fewer loci may help");
    EXPECT_THROW(static_cast<void>(estimation_start_from_name("zero")), format_error);
    EXPECT_THROW(static_cast<void>(haplotype_unit_from_name("allele")), format_error);
    EXPECT_EQ(estimation_start_from_name("random"), estimation_start::random);
    EXPECT_EQ(haplotype_unit_from_name("two_fields"), haplotype_unit::two_fields);
}

/// 90 % intervals of simulated people hold the truth about nine times out of ten.
TEST(haplotype_estimation, bootstrap_intervals_hold_the_truth) {
    const std::vector<double> truth{0.4, 0.3, 0.2, 0.1};
    std::size_t held = 0;
    std::size_t asked = 0;
    for (unsigned seed = 0; seed < 30; ++seed) {
        std::minstd_rand engine(seed + 7);
        const auto draw = [&] {
            double at = static_cast<double>(engine() >> 4) / static_cast<double>(std::minstd_rand::max() >> 4);
            std::size_t h = 0;
            while (h + 1 < truth.size() && at >= truth[h]) at -= truth[h++];
            return h;
        };
        std::vector<row> rows;
        for (int i = 0; i < 300; ++i) {
            const std::size_t a = draw();
            const std::size_t b = draw();
            rows.push_back({{locus::A, "0" + std::to_string(1 + a % 2) + ":01+0" + std::to_string(1 + b % 2) + ":01"},
                            {locus::B, "0" + std::to_string(1 + a / 2) + ":01+0" + std::to_string(1 + b / 2) + ":01"}});
        }
        const haplotype_estimate e = estimate_frequencies(*pool(rows), {.loci = a_b, .seed = seed, .bootstrap = 60, .level = 0.9});
        for (std::size_t i = 0; i < e.size(); ++i) {
            const std::string text = e.haplotype_text(i);
            const std::size_t h = static_cast<std::size_t>(text[3] - '1') + 2 * static_cast<std::size_t>(text[11] - '1');
            EXPECT_LE(e.low[i], e.high[i]);
            EXPECT_GT(e.standard_errors[i], 0);
            ++asked;
            if (e.low[i] <= truth[h] && truth[h] <= e.high[i]) ++held;
        }
    }
    EXPECT_EQ(asked, 120U);
    EXPECT_GT(held, 95U);
    EXPECT_LT(held, 119U);
}

/// A sample is estimated as the people are: from the same start, over all that the typings allow.
TEST(haplotype_estimation, bootstrap_is_the_estimate_of_people_drawn_anew) {
    // What the one double heterozygote has is decided by who is drawn beside it.
    std::vector<row> rows = clear_people();
    rows.resize(2);
    rows.push_back({{locus::A, "01:01+02:01"}, {locus::B, "07:02+08:01"}});
    rows.push_back({{locus::A, "01:01/02:01+02:01"}, {locus::B, "07:02/08:01+07:02"}});
    const haplotype_estimate e = estimate_frequencies(*pool(rows), {.loci = a_b, .cut = 0, .bootstrap = 4000});
    // All samples, each by its chance.
    std::map<std::string, double> mean;
    std::map<std::string, double> square;
    for (std::size_t number = 0; number < 256; ++number) {
        std::vector<row> drawn;
        for (std::size_t i = 0, n = number; i < 4; ++i, n /= 4) drawn.push_back(rows[n % 4]);
        for (const auto& [text, f] : by_name(estimate_frequencies(*pool(drawn), {.loci = a_b, .cut = 0}))) {
            mean[text] += f / 256;
            square[text] += f * f / 256;
        }
    }
    for (std::size_t i = 0; i < e.size(); ++i) {
        const std::string text = e.haplotype_text(i);
        EXPECT_NEAR(e.standard_errors[i], std::sqrt(square[text] - mean[text] * mean[text]), 0.02) << text;
    }
}

/// Made by an independent program: plain expectation maximisation until nothing changes by more than 1e-8.
TEST(haplotype_estimation, equals_known_estimates) {
    const auto folder = allomatch::testing::shared_folder() / "data" / "em";
    if (!std::filesystem::exists(folder)) GTEST_SKIP() << "set ALLOMATCH_SHARED to the folder with data/em";
    struct known {
        std::string people, frequencies;
    };
    for (const auto& [people, frequencies] : {known{"kg_eas.glstring.txt", "kg_eas.exact.tsv"},
                                              known{"cau10k_amb20.glstring.txt.gz", "cau10k_amb20.exact.tsv.gz"}}) {
        io::import_report report;
        const auto rows = io::open_people(folder / people);
        const auto donors = io::import_donors(*rows, nomenclature::names(), nullptr, {}, report);
        const haplotype_estimate e = estimate_frequencies(*donors);
        const auto found = by_name(e);
        io::line_reader lines(folder / frequencies);
        std::string_view line;
        std::size_t count = 0;
        double worst = 0;
        while (lines.next(line)) {
            const std::size_t tab = line.find('\t');
            const double wanted = std::stod(std::string(line.substr(tab + 1)));
            worst = std::max(worst, std::abs(found.at(std::string(line.substr(0, tab))) - wanted));
            ++count;
        }
        EXPECT_EQ(count, found.size());
        EXPECT_LT(worst, 1e-9) << people;
    }
}

}  // namespace
