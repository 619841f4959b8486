// SPDX-License-Identifier: Apache-2.0
// People with more haplotype pairs than are ever listed, and more classes than a genotype can be numbered by.
#include "model/random_prediction.hpp"

#include <allomatch/haplotype/imputation.hpp>

#include <gtest/gtest.h>

#include <set>

using namespace allomatch;
using namespace allomatch::model;

namespace {

using enum locus;

/// Haplotypes over A, B, DQB1 (few alleles) and C, DRB1 (many), without a nomenclature.
struct big_set {
    static constexpr std::array<locus, 5> all{A, C, B, DRB1, DQB1};
    std::vector<std::array<std::string, 5>> rows;
    std::vector<double> frequencies;

    big_set(unsigned size, unsigned seed) {
        dice roll(seed);
        std::set<std::array<std::string, 5>> seen;
        while (rows.size() < size) {
            std::array<std::string, 5> row;
            for (std::size_t l = 0; l < 5; ++l)
                row[l] = std::string(name(all[l])) + "*01:" + two_digits(1 + roll(l % 2 == 1 ? 90 : 4));
            if (!seen.insert(row).second) continue;
            rows.push_back(row);
            frequencies.push_back((1 + roll(50)) / (51.0 * size));
        }
    }
    /// At some loci, where equal rows are one: the same for people who are not typed elsewhere. Or only rows that `fits`.
    template <class Fits>
    [[nodiscard]] frequency_set cut(const std::string& name, std::span<const locus> loci, Fits fits) const {
        frequency_set_builder builder(name, {loci.begin(), loci.end()}, nomenclature::names());
        for (std::size_t i = 0; i < rows.size(); ++i) {
            if (!fits(rows[i])) continue;
            std::vector<std::string_view> row;
            for (const locus l : loci) row.push_back(rows[i][static_cast<std::size_t>(std::find(all.begin(), all.end(), l) - all.begin())]);
            if (builder.add(row, frequencies[i])) throw std::logic_error("a generated haplotype was refused");
        }
        return std::move(builder).build(false);
    }
    [[nodiscard]] frequency_set cut(const std::string& name, std::span<const locus> loci) const {
        return cut(name, loci, [](const auto&) { return true; });
    }
};


patient read(const std::array<std::string, locus_count>& texts, const std::string& population = "big") {
    patient who;
    const std::vector<std::pair<std::string, std::string>> fields{{"population", population}};
    const auto problems = read_patient({nomenclature::names().get(), nullptr, gene_set::all(), column_kind::dna},
                                       null_policy::ignore_inside_ambiguity, "P", texts, fields, who);
    if (!problems.empty()) throw std::logic_error(problems[0].message());
    return who;
}

using donor_list = std::vector<std::pair<std::array<std::string, locus_count>, std::string>>;

std::shared_ptr<const donor_genotypes> genotypes_of(const donor_list& donors, const std::vector<std::shared_ptr<const haplotype_index>>& sets) {
    registry_builder builder(nomenclature::names(), nullptr);
    builder.declare_fields({"population"});
    for (std::size_t i = 0; i < donors.size(); ++i) {
        const std::string id = std::to_string(i);
        registry_builder::donor_texts row;
        row.id = id;
        for (std::size_t l = 0; l < locus_count; ++l) row.typings[l] = donors[i].first[l];
        row.fields = {donors[i].second};
        if (!builder.add(row).empty()) throw std::logic_error("a donor was refused");
    }
    return std::make_shared<const donor_genotypes>(builder.finish(), std::make_shared<const populations>(sets), 1);
}

void expect_equal(const prediction& fast, const slow_person& p, const slow_person& d, std::span<const locus> loci, bool once = false) {
    const std::array<slow_count, locus_count> counts{};
    EXPECT_EQ(difference(fast, slow_predict(p, d, loci, counts, once), loci.size()), "");
}

slow_person untyped_person(const frequency_set& cut, std::span<const locus> loci) { return slow_view({&cut}, person_typing{}, loci); }

const std::vector<locus> few{A, B, DQB1};

TEST(prediction_scale, more_pairs_than_are_listed) {
    const big_set big(1600, 1);
    const auto index = std::make_shared<const haplotype_index>(big.cut("big", big_set::all));
    ASSERT_EQ(index->size(), 1600U);
    // A fully typed donor, an ambiguous one typed everywhere, and an untyped one.
    std::array<std::string, locus_count> certain;
    std::array<std::string, locus_count> vague;
    std::set<std::string> listed;
    for (std::size_t l = 0; l < 5; ++l) {
        const std::string& x = big.rows[3][l];
        const std::string& y = big.rows[8][l];
        const std::string& z = big.rows[700][l];
        certain[allomatch::index(big_set::all[l])] = pair_text(x, y);
        vague[allomatch::index(big_set::all[l])] = pair_text(x + "/" + z, y + "/" + z + "/" + big.rows[30][l]);
        for (const std::size_t row : {3U, 8U, 700U, 30U}) listed.insert(big.rows[row][l]);
    }
    const auto genotypes = genotypes_of({{certain, "big"}, {vague, "big"}, {{}, "big"}}, {index});
    const std::array<count_range, locus_count> counts{};
    const patient nobody = read({});
    const person_typing untyped = nobody.typing();

    const frequency_set cut = big.cut("big", few);
    const slow_person slow_untyped = untyped_person(cut, few);
    const frequency_set near = big.cut("big", big_set::all, [&](const auto& row) {
        return std::all_of(row.begin(), row.end(), [&](const std::string& a) { return listed.contains(a); });
    });
    const slow_person slow_vague = slow_view({&near}, genotypes->donors().typing(1), few);
    const slow_person slow_certain = slow_view({&near}, genotypes->donors().typing(0), few);
    ASSERT_TRUE(slow_vague.explained);
    ASSERT_GT(slow_vague.genotypes.size(), 1U);

    for (const bool once : {false, true}) {
        match_predictor fast(genotypes, once);
        fast.start("P", "big", untyped, few);
        expect_equal(fast.predict(0, counts), slow_untyped, slow_certain, few, once);
        if (once) break;  // haplotype by haplotype: the others would take a while
        expect_equal(fast.predict(1, counts), slow_untyped, slow_vague, few);
        expect_equal(fast.predict(2, counts), slow_untyped, slow_untyped, few);
        // The other way round.
        const patient full = read(certain);
        fast.start("P", "big", full.typing(), few);
        expect_equal(fast.predict(2, counts), slow_certain, slow_untyped, few);
        const patient some = read(vague);
        fast.start("P", "big", some.typing(), few);
        expect_equal(fast.predict(2, counts), slow_vague, slow_untyped, few);
    }

    // All loci: pair by pair.
    match_predictor fast(genotypes);
    fast.start("P", "big", untyped, big_set::all);
    const prediction& p = fast.predict(0, counts);
    std::array<long double, 11> total{};
    long double sum = 0;
    for (std::size_t i = 0; i < big.rows.size(); ++i)
        for (std::size_t j = i; j < big.rows.size(); ++j) {
            unsigned mismatches = 0;
            for (std::size_t l = 0; l < 5; ++l) {
                const auto same = [&](std::size_t x, std::size_t y) { return big.rows[x][l] == big.rows[y][l] ? 1U : 0U; };
                mismatches += 2 - std::max(same(i, 3) + same(j, 8), same(i, 8) + same(j, 3));
            }
            const long double weight = static_cast<long double>(big.frequencies[i]) * big.frequencies[j] * (i == j ? 1 : 2);
            total[mismatches] += weight;
            sum += weight;
        }
    for (std::size_t k = 0; k < total.size(); ++k) EXPECT_NEAR(p.total[k], static_cast<double>(total[k] / sum), 1e-12) << k;
}

TEST(prediction_scale, an_untyped_patient_of_a_smaller_set) {
    // The donor has so many pairs that the patient's genotypes are gone through, which are too many for a list.
    const big_set mine(1450, 2);
    const big_set theirs(31'000, 3);
    const auto sets = std::vector<std::shared_ptr<const haplotype_index>>{
        std::make_shared<const haplotype_index>(mine.cut("mine", big_set::all)),
        std::make_shared<const haplotype_index>(theirs.cut("theirs", big_set::all))};
    const auto genotypes = genotypes_of({{{}, "theirs"}, {{}, "mine"}}, sets);
    const patient nobody = read({}, "mine");
    match_predictor fast(genotypes);
    const std::vector<locus> loci{B, A};
    fast.start("P", "mine", nobody.typing(), loci);
    const std::array<count_range, locus_count> counts{};
    const frequency_set my_cut = mine.cut("mine", loci);
    const frequency_set their_cut = theirs.cut("theirs", loci);
    expect_equal(fast.predict(0, counts), untyped_person(my_cut, loci), untyped_person(their_cut, loci), loci);
    expect_equal(fast.predict(1, counts), untyped_person(my_cut, loci), untyped_person(my_cut, loci), loci);
    fast.start("P", "theirs", nobody.typing(), loci);
    expect_equal(fast.predict(1, counts), untyped_person(their_cut, loci), untyped_person(my_cut, loci), loci);
}

TEST(prediction_scale, imputation_in_several_passes) {
    // More than eight million haplotype pairs, few genotypes at the loci asked for.
    const big_set big(4100, 7);
    const populations sets({std::make_shared<const haplotype_index>(big.cut("big", big_set::all))});
    const frequency_set cut = big.cut("big", few);
    const slow_person expected = untyped_person(cut, few);
    for (const std::size_t top : {std::size_t{5}, std::size_t{100'000}}) {
        const imputation found = impute(sets, sets.choose(""), person_typing{}, few, std::min<std::size_t>(top, 3000));
        EXPECT_EQ(found.haplotype_pair_count, 4100.0 * 4101 / 2);
        EXPECT_EQ(found.genotype_count, expected.genotypes.size());
        ASSERT_EQ(found.genotypes.size(), std::min(top, expected.genotypes.size()));
        for (std::size_t i = 0; i < found.genotypes.size(); ++i) {
            std::vector<slow_content> contents;
            for (const locus_content& c : found.genotypes[i].contents) contents.push_back(c.classes);
            const auto it = expected.genotypes.find(contents);
            ASSERT_NE(it, expected.genotypes.end());
            EXPECT_NEAR(found.genotypes[i].probability, static_cast<double>(it->second), 1e-12);
            if (i > 0) {
                EXPECT_GE(found.genotypes[i - 1].probability, found.genotypes[i].probability);
            }
        }
        if (top > expected.genotypes.size()) {
            EXPECT_EQ(found.genotype_mass, 1);
        }
        double likeliest = 0;
        for (const auto& [contents, weight] : expected.genotypes) likeliest = std::max(likeliest, static_cast<double>(weight));
        EXPECT_NEAR(found.genotypes[0].probability, likeliest, 1e-12);
    }
}

TEST(prediction_scale, more_classes_than_a_genotype_can_be_numbered_by) {
    // About 280 classes at each of nine loci.
    std::vector<locus> nine;
    for (std::size_t l = 0; l < locus_count; ++l) nine.push_back(static_cast<locus>(l));
    dice roll(5);
    const auto set_of = [&](unsigned rows) {
        frequency_set_builder builder("big", nine, nomenclature::names());
        for (unsigned i = 0; i < rows; ++i) {
            std::vector<std::string> row;
            for (const locus l : nine) row.push_back((l == DRB345 ? "DRB3" : std::string(name(l))) + "*" + std::to_string(10 + roll(80)) + ":0" + std::to_string(1 + roll(4)));
            const std::vector<std::string_view> views(row.begin(), row.end());
            if (builder.add(views, (1 + roll(50)) / (51.0 * rows))) throw std::logic_error("refused");
        }
        return std::move(builder).build(false);
    };
    const frequency_set set = set_of(600);
    const auto index = std::make_shared<const haplotype_index>(set);
    for (std::size_t at = 0; at < 9; ++at) ASSERT_GT(index->outcome_count(at), 181U);  // 16 bits each
    std::array<std::string, locus_count> certain;
    std::array<std::string, locus_count> half;
    for (std::size_t at = 0; at < 9; ++at) {
        const auto allele = [&](std::size_t row) { return set.allele(at, set.rows().codes(row)[at]).name; };
        certain[at] = pair_text(allele(1), allele(2));
        half[at] = at < 4 ? pair_text(allele(1), allele(2) + "/" + allele(3)) : "";
    }
    const auto genotypes = genotypes_of({{certain, "big"}, {half, "big"}}, {index});
    match_predictor fast(genotypes);
    const patient nobody = read({});
    fast.start("P", "big", nobody.typing(), nine);
    const std::array<count_range, locus_count> counts{};
    const slow_person mine = slow_view({&set}, person_typing{}, nine);
    for (const donor_index d : {0U, 1U})
        expect_equal(fast.predict(d, counts), mine, slow_view({&set}, genotypes->donors().typing(d), nine), nine);
}

}  // namespace
