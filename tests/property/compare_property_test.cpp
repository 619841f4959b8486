// SPDX-License-Identifier: Apache-2.0
// compare() against the enumeration of all resolutions in model/slow_compare.hpp.
#include "model/slow_compare.hpp"

#include <allomatch/search/locus_query.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

using namespace allomatch;
using namespace allomatch::model;

namespace {

typed_locus read(const miniature& m, locus l, const std::string& text, null_policy nulls) {
    auto read = read_locus({m.names.get(), nullptr, gene_set::all(), column_kind::dna}, l, text, nulls);
    if (!read) throw std::logic_error(text + ": " + read.error().message());
    return std::move(*read);
}

bool some_product_free(const std::vector<slow_pair>& all) {
    return std::any_of(all.begin(), all.end(), [](const slow_pair& p) { return p[0].nothing; });
}
bool some_half_blank(const std::vector<slow_pair>& all) {
    return std::any_of(all.begin(), all.end(), [](const slow_pair& p) { return p[0].blank || p[1].blank; });
}

class compared_locus : public ::testing::TestWithParam<locus> {
protected:
    static void run(null_policy nulls, comparison_rules rules, unsigned rounds) {
        const locus l = GetParam();
        for (unsigned seed = 0; seed < rounds; ++seed) {
            const miniature m = make_miniature(seed);
            dice roll(seed * 31 + 5);
            std::vector<std::pair<std::string, typed_locus>> people;
            for (int i = 0; i < 14; ++i) {
                const std::string text = random_locus_text(m, l, roll);
                people.emplace_back(text, read(m, l, text, nulls));
            }
            slow_locus slow(m, l, nulls, rules);
            for (const auto& [patient_text, patient] : people)
                for (const auto& [donor_text, donor] : people) {
                    const auto p = slow.alternatives(patient.readings);
                    const auto d = slow.alternatives(donor.readings);
                    // What a single blank is to a locus without product, or counts once when homozygous, is not
                    // laid down.
                    if ((some_half_blank(p) || some_half_blank(d)) &&
                        (some_product_free(p) || some_product_free(d) || rules.homozygous_once))
                        continue;
                    const slow_result expected = slow.compare(p, d);
                    const slow_result seen = as_slow(compare(*m.names, l, patient.meaning, donor.meaning, rules));
                    ASSERT_EQ(text_of(seen), text_of(expected))
                        << "seed " << seed << " patient '" << patient_text << "' donor '" << donor_text << "'";
                }
        }
    }
};

TEST_P(compared_locus, equals_all_resolutions) { run(null_policy::ignore_inside_ambiguity, {}, 60); }
TEST_P(compared_locus, equals_all_resolutions_with_nulls_considered) { run(null_policy::consider, {}, 60); }
TEST_P(compared_locus, equals_all_resolutions_with_homozygous_once) {
    run(null_policy::ignore_inside_ambiguity, {.homozygous_once = true}, 40);
    run(null_policy::consider, {.homozygous_once = true}, 20);
}

INSTANTIATE_TEST_SUITE_P(loci, compared_locus,
                         ::testing::Values(locus::A, locus::C, locus::DRB345, locus::DQA1, locus::DPB1),
                         [](const auto& about) { return std::string(name(about.param)); });

// Counting at antigen level changes the counts only, and is never more than counting classes.
TEST_P(compared_locus, at_antigen_level_equals_all_pairs_of_positions) {
    const locus l = GetParam();
    comparison_rules rules;
    rules.antigen_level.set(index(l));
    for (unsigned seed = 0; seed < 60; ++seed) {
        const miniature m = make_miniature(seed);
        dice roll(seed * 17 + 3);
        std::vector<std::pair<std::string, typed_locus>> people;
        for (int i = 0; i < 14; ++i) {
            const std::string text = random_locus_text(m, l, roll);
            people.emplace_back(text, read(m, l, text, null_policy::ignore_inside_ambiguity));
        }
        slow_locus slow(m, l, null_policy::ignore_inside_ambiguity);
        for (const auto& [patient_text, patient] : people)
            for (const auto& [donor_text, donor] : people) {
                const unsigned expected = slow.antigen_mismatches(slow.alternatives(patient.readings), slow.alternatives(donor.readings));
                const locus_outcome seen = compare(*m.names, l, patient.meaning, donor.meaning, rules);
                const locus_outcome classes = compare(*m.names, l, patient.meaning, donor.meaning);
                const std::string people_text = "seed " + std::to_string(seed) + " patient '" + patient_text + "' donor '" + donor_text + "'";
                ASSERT_EQ(unsigned{seen.mismatches}, expected) << people_text;
                ASSERT_LE(seen.mismatches, seen.mismatches_max) << people_text;
                ASSERT_LE(seen.mismatches, classes.mismatches) << people_text;
                locus_outcome same = classes;
                same.mismatches = seen.mismatches;
                same.mismatches_max = seen.mismatches_max;
                ASSERT_EQ(seen, same) << people_text;
                ASSERT_LE(seen.mismatches_max, classes.mismatches_max) << people_text;
            }
    }
}

// What must hold of any outcome, whoever worked it out.
TEST(compare_property, outcomes_are_consistent) {
    for (unsigned seed = 0; seed < 100; ++seed) {
        const miniature m = make_miniature(seed);
        dice roll(seed);
        const locus l = static_cast<locus>(roll(locus_count));
        std::vector<genotype> people;
        for (int i = 0; i < 12; ++i)
            people.push_back(read(m, l, random_locus_text(m, l, roll), null_policy::ignore_inside_ambiguity).meaning);
        for (const genotype& p : people)
            for (const genotype& d : people) {
                const locus_outcome there = compare(*m.names, l, p, d);
                const locus_outcome back = compare(*m.names, l, d, p);
                ASSERT_LE(there.mismatches, there.mismatches_max);
                ASSERT_LE(there.mismatches_max, 2);
                ASSERT_LE(there.gvh, there.mismatches);
                ASSERT_LE(there.hvg, there.mismatches);
                // Patient and donor changed about: the counts stay and the directions change places.
                ASSERT_EQ(there.mismatches, back.mismatches);
                ASSERT_EQ(there.mismatches_max, back.mismatches_max);
                ASSERT_EQ(there.gvh, back.hvg);
                ASSERT_EQ(there.hvg, back.gvh);
                if (there.letters[0] == letter::certain && there.letters[1] == letter::certain) {
                    ASSERT_EQ(there.mismatches_max, 0);
                }
                ASSERT_EQ(unpack(pack(there)), there);
            }
    }
}

}  // namespace
