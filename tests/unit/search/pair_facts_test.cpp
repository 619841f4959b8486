// SPDX-License-Identifier: Apache-2.0
// Facts of a pair, semantics.md section 5, under the starter table. TCE groups: 09:01 10:01 are 1; 03:01 06:01 14:01 are 2;
// 02:01 02:02 04:01 04:02 05:01 are 3. Expression: 02:01 04:01 04:02 low, 03:01 05:01 06:01 14:01 high, 10:01 mixed.
#include "pool.hpp"
#include "unit/nomenclature/miniature_folder.hpp"

#include <allomatch/search/pair_facts.hpp>

#include <set>

using namespace allomatch;
using namespace allomatch::testing;

namespace {

using enum locus;

match_list compare_pair(const typed_loci& p, const typed_loci& d, const search_request& request,
                        const nomenclature::pointer& names = nomenclature::builtin()) {
    search_agent agent(make_pool({{"D", d}}, names));
    return agent.compare(make_patient(p, {}, names), request);
}
/// The facts do not depend on the loci that are searched.
pair_facts facts(const typed_loci& p, const typed_loci& d) {
    const pair_facts alone = compare_pair(p, d, {.loci = {A}, .also = std::vector<locus>{}}).facts[0];
    EXPECT_EQ(alone, compare_pair(p, d, {.loci = {A, B, DQB1, DPB1}}).facts[0]);
    return alone;
}
pair_facts of_dpb1(const cell_pair& p, const cell_pair& d) { return facts({{DPB1, p}}, {{DPB1, d}}); }
pair_facts of_b(const cell_pair& p, const cell_pair& d) { return facts({{B, p}}, {{B, d}}); }

// -- TCE ------------------------------------------------

std::string_view tce(const cell_pair& p, const cell_pair& d) { return name(of_dpb1(p, d).tce()); }

/// All possible answers, joined by blanks.
std::string possible(const pair_facts& f) {
    std::string out;
    for (std::size_t a = 0; a < tce_answer_count; ++a)
        if (f.is_possible(static_cast<tce_answer>(a))) out += (out.empty() ? "" : " ") + std::string(name(static_cast<tce_answer>(a)));
    return out;
}

constexpr const char* gvh = "nonpermissive_gvh";
constexpr const char* hvg = "nonpermissive_hvg";
/// Rows: the patient's lowest group 1, 2, 3, unknown; columns: the donor's.
const std::array<std::array<std::string, 4>, 4> answers{{{"permissive", gvh, gvh, "unknown"},
                                                         {hvg, "permissive", gvh, "unknown"},
                                                         {hvg, hvg, "permissive", "unknown"},
                                                         {"unknown", "unknown", "unknown", "unknown"}}};

TEST(tce, every_pair_of_groups) {
    const std::array<cell_pair, 4> patients{{{"09:01", "04:01"}, {"03:01", "04:01"}, {"02:01", "04:01"}, {"NEW", "04:01"}}};
    const std::array<cell_pair, 4> donors{{{"10:01", "04:02"}, {"14:01", "04:02"}, {"05:01", "04:02"}, {"NEW", "04:02"}}};
    for (std::size_t p = 0; p < 4; ++p)
        for (std::size_t d = 0; d < 4; ++d) {
            EXPECT_EQ(tce(patients[p], donors[d]), answers[p][d]) << p << ' ' << d;
            EXPECT_EQ(possible(of_dpb1(patients[p], donors[d])), answers[p][d]) << p << ' ' << d;
        }
}

TEST(tce, every_choice_of_groups) {
    const auto place = [](unsigned bit) { return bit == 0 ? std::size_t{3} : std::size_t{bit} - 1; };  // bit 0 is unknown
    for (unsigned patient = 1; patient < 16; ++patient)
        for (unsigned donor = 1; donor < 16; ++donor) {
            std::set<std::string> expected;
            for (unsigned p = 0; p < 4; ++p)
                for (unsigned d = 0; d < 4; ++d)
                    if ((patient >> p & donor >> d & 1U) != 0) expected.insert(answers[place(p)][place(d)]);
            std::set<std::string> seen;
            const unsigned found = tce_answers(patient, donor);
            for (std::size_t a = 0; a < 8; ++a)
                if ((found >> a & 1U) != 0) seen.emplace(name(static_cast<tce_answer>(a)));
            EXPECT_EQ(seen, expected) << patient << ' ' << donor;
        }
}

TEST(tce, the_lowest_group_of_a_typing) {
    const compared names;
    const auto lowest = [&](const cell_pair& cells) { return lowest_tce_groups(names.read(DPB1, cells.first, cells.second), 0); };
    constexpr unsigned unknown = 1, one = 2, two = 4, three = 8;
    EXPECT_EQ(lowest({"09:01", "03:01"}), one);
    EXPECT_EQ(lowest({"04:01", "03:01"}), two);
    EXPECT_EQ(lowest({"04:01", "02:01"}), three);
    EXPECT_EQ(lowest({"04:01", ""}), three);
    EXPECT_EQ(lowest({"04:01", "61:01N"}), three);  // a null: homozygous
    EXPECT_EQ(lowest({"04:01", "NEW"}), unknown);
    EXPECT_EQ(lowest({"09:01/03:01", "04:01"}), one | two);
    EXPECT_EQ(lowest({"09:01/04:01", "03:01"}), one | two);
    EXPECT_EQ(lowest({"09:01/04:01", "03:01/04:02"}), one | two | three);
    EXPECT_EQ(lowest({"DPB1*09:01+DPB1*04:01|DPB1*04:01+NEW", "GL"}), one | unknown);
    EXPECT_EQ(lowest({"61:01N", "64:01N"}), unknown);  // no product
}

TEST(tce, several_answers_are_listed_and_the_answer_is_unknown) {
    const cell_pair patient{"03:01", "04:01"};
    EXPECT_EQ(possible(of_dpb1(patient, {"04:01", "04:02/14:01"})), std::string("permissive ") + gvh);
    EXPECT_EQ(tce(patient, {"04:01", "04:02/14:01"}), "unknown");
    EXPECT_EQ(possible(of_dpb1(patient, {"04:02/10:01", "05:01/14:01"})), std::string("permissive ") + hvg + ' ' + gvh);
    EXPECT_EQ(possible(of_dpb1(patient, {"DPB1*02:01+DPB1*05:01|DPB1*02:01+NEW", "GL"})), std::string("unknown ") + gvh);
    // Ambiguous, and the same answer whatever it is.
    EXPECT_EQ(tce(patient, {"04:01", "04:02/05:01"}), gvh);
    EXPECT_EQ(tce({"03:01/06:01", "04:01"}, {"14:01", "04:01"}), "permissive");
}

TEST(tce, an_allele_match_comes_first) {
    EXPECT_EQ(tce({"03:01", "04:01"}, {"04:01", "03:01"}), "match");
    EXPECT_EQ(tce({"03:01", "04:01"}, {"03:01/09:01", "04:01"}), "match");  // P and A
    EXPECT_EQ(possible(of_dpb1({"03:01", "04:01"}, {"03:01/09:01", "04:01/02:01"})), "match");
    EXPECT_EQ(tce({"04:01", "61:01N"}, {"04:01", "04:01"}), "match");
    EXPECT_EQ(tce({"NEW", "04:01"}, {"NEW", "04:01"}), "unknown");  // NEW matches nothing
}

TEST(tce, asks_dpb1_of_both) {
    for (const auto& [p, d] : std::vector<std::pair<typed_loci, typed_loci>>{
             {{{DPB1, {"03:01", "04:01"}}}, {}}, {{}, {{DPB1, {"03:01", "04:01"}}}}, {{}, {}}}) {
        const pair_facts f = facts(p, d);
        EXPECT_FALSE(f.has_tce());
        EXPECT_EQ(possible(f), "");
        EXPECT_EQ(f.expression, expression_match::none);
    }
}

// V1 and V2 of the miniature release: 01:01 2 3, 02:01 3 1$, 04:01 blank 2a, 05:01 3 0.
TEST(tce, by_the_version_that_is_asked_for) {
    miniature_folder folder;
    const auto names = folder.load();
    const auto answer = [&](const char* p, const char* d, const char* version) {
        const match_list list = compare_pair({{DPB1, {p, p}}}, {{DPB1, {d, d}}}, {.loci = {DPB1}, .tce_version = version}, names);
        return std::string(name(list.facts[0].tce()));
    };
    EXPECT_EQ(answer("01:01", "02:01", "V1"), gvh);           // 2, 3
    EXPECT_EQ(answer("01:01", "02:01", "V2"), hvg);           // 3, 1
    EXPECT_EQ(answer("01:01", "02:01", ""), hvg);             // the newest
    EXPECT_EQ(answer("02:01", "05:01", "V1"), "permissive");  // 3, 3
    EXPECT_EQ(answer("02:01", "05:01", "V2"), "unknown");     // 1, 0
    EXPECT_EQ(answer("01:01", "04:01", "V1"), "unknown");     // 2, blank
    EXPECT_EQ(answer("01:01", "04:01", "V2"), hvg);           // 3, 2
    EXPECT_THROW((void)answer("01:01", "02:01", "V3"), format_error);
}

// -- expression ------------------------------------------------

std::string_view expression(const cell_pair& p, const cell_pair& d) { return name(of_dpb1(p, d).expression); }

TEST(expression, of_the_patients_mismatched_allele) {
    const cell_pair patient{"03:01", "04:01"};
    EXPECT_EQ(expression(patient, {"04:01", "03:01"}), "matched");
    EXPECT_EQ(expression(patient, {"03:01", "04:01/02:01"}), "matched");  // P
    EXPECT_EQ(expression(patient, {"03:01", "05:01"}), "favourable");     // 04:01 is low, whatever the donor's is
    EXPECT_EQ(expression(patient, {"02:01", "03:01"}), "favourable");     // crossed
    EXPECT_EQ(expression(patient, {"04:01", "02:01"}), "unfavourable");
    EXPECT_EQ(expression(patient, {"NEW", "04:01"}), "unfavourable");
    EXPECT_EQ(expression(patient, {"02:01", "05:01"}), "");               // two mismatches
}

TEST(expression, unknown_stays_unknown) {
    EXPECT_EQ(expression({"10:01", "04:01"}, {"02:01", "04:01"}), "unknown");  // mixed
    EXPECT_EQ(expression({"NEW", "04:01"}, {"02:01", "04:01"}), "unknown");
    EXPECT_EQ(expression({"NEW", "04:01"}, {"NEW", "04:01"}), "unknown");
    EXPECT_EQ(expression({"03:01/04:02", "04:01"}, {"05:01", "04:01"}), "unknown");
    EXPECT_EQ(expression({"03:01/06:01", "04:01"}, {"05:01", "04:01"}), "unfavourable");
    EXPECT_EQ(expression({"04:02/02:01", "03:01"}, {"05:01", "03:01"}), "favourable");
}

TEST(expression, homozygous_and_null) {
    EXPECT_EQ(expression({"04:01", "61:01N"}, {"04:01", "04:01"}), "matched");
    EXPECT_EQ(expression({"04:01", "61:01N"}, {"04:01", "05:01"}), "favourable");  // the copy stands against 05:01
    EXPECT_EQ(expression({"04:01", "05:01"}, {"04:01", "61:01N"}), "unfavourable");
    EXPECT_EQ(expression({"04:01", "04:01"}, {"05:01", "05:01"}), "");
    // A,A against B,B counted once is still two positions.
    const comparison_rules once{.homozygous_once = true};
    const auto list = compare_pair({{DPB1, {"04:01", ""}}}, {{DPB1, {"05:01", ""}}}, {.loci = {DPB1}, .rules = once});
    EXPECT_EQ(list.hits[0].mismatches, 1);
    EXPECT_EQ(list.facts[0].expression, expression_match::none);
}

// -- leaders ------------------------------------------------

TEST(b_leaders, of_a_person) {
    const compared names;
    const auto genotype_of = [&](const std::string& a, const std::string& b) { return std::string(name(leaders_of(names.read(B, a, b)))); };
    EXPECT_EQ(genotype_of("07:02", "08:01"), "MM");
    EXPECT_EQ(genotype_of("07:02", "40:01"), "MT");
    EXPECT_EQ(genotype_of("40:01", "07:02"), "MT");
    EXPECT_EQ(genotype_of("44:02", "46:01"), "TT");
    EXPECT_EQ(genotype_of("07:02", ""), "MM");
    EXPECT_EQ(genotype_of("46:01", "15:26N"), "TT");
    EXPECT_EQ(genotype_of("07:02", "15:26N"), "MM");  // homozygous for M, whatever leader the null has
    EXPECT_EQ(genotype_of("07:02/08:01", "40:XX"), "MT");
    EXPECT_EQ(genotype_of("07:02/40:01", "40:01"), "?");
    EXPECT_EQ(genotype_of("NEW", "40:01"), "?");
    EXPECT_EQ(genotype_of("B*07:02+B*40:01|B*44:02+B*39:01", "GL"), "MT");
    EXPECT_EQ(genotype_of("B*07:02+B*40:01|B*07:02+B*39:01", "GL"), "?");
    EXPECT_EQ(genotype_of("", ""), "");
}

TEST(b_leaders, of_patient_and_donor) {
    EXPECT_EQ(of_b({"07:02", "40:01"}, {"44:02", "46:01"}).leaders(), "MT/TT");
    EXPECT_EQ(of_b({"07:02", "40:01"}, {"07:02/40:01", "46:01"}).leaders(), "MT/?");
    EXPECT_EQ(of_b({"NEW", "40:01"}, {"08:01", "39:01"}).leaders(), "?/MM");
    EXPECT_EQ(of_b({"", ""}, {"08:01", "39:01"}).leaders(), "");
    EXPECT_EQ(of_b({"08:01", "39:01"}, {"", ""}).leaders(), "");
}

std::string_view mismatched(const cell_pair& p, const cell_pair& d) { return name(of_b(p, d).mismatched_leaders); }

TEST(b_leaders, of_the_two_mismatched_alleles) {
    const cell_pair patient{"07:02", "46:01"};                        // M, T
    EXPECT_EQ(mismatched(patient, {"07:02", "40:01"}), "match");      // 46:01 T, 40:01 T
    EXPECT_EQ(mismatched(patient, {"40:01", "07:02"}), "match");      // the same crossed
    EXPECT_EQ(mismatched(patient, {"07:02", "39:01"}), "mismatch");   // 46:01 T, 39:01 M
    EXPECT_EQ(mismatched(patient, {"40:01", "46:01"}), "mismatch");   // 07:02 M, 40:01 T
    EXPECT_EQ(mismatched(patient, {"46:01", "08:01"}), "match");      // 07:02 M, 08:01 M
    EXPECT_EQ(mismatched(patient, {"46:01", "07:05"}), "match");      // an allele mismatch
    EXPECT_EQ(mismatched(patient, {"07:02/07:05", "40:01"}), "match");  // P and M: one mismatch
    EXPECT_EQ(mismatched({"07:02", "07:02"}, {"07:02", "40:01"}), "mismatch");
    EXPECT_EQ(mismatched({"07:02", "15:26N"}, {"07:02", "39:01"}), "match");
}

TEST(b_leaders, unknown_where_the_typing_leaves_it_open) {
    const cell_pair patient{"07:02", "46:01"};
    EXPECT_EQ(mismatched(patient, {"07:02", "39:01/40:01"}), "unknown");
    EXPECT_EQ(mismatched(patient, {"07:02", "40:01/44:02"}), "match");
    EXPECT_EQ(mismatched(patient, {"07:02", "NEW"}), "unknown");
    EXPECT_EQ(mismatched({"07:02", "39:01/40:01"}, {"07:02", "44:02"}), "unknown");
    EXPECT_EQ(mismatched({"07:02", "NEW"}, {"07:02", "NEW"}), "unknown");
}

TEST(b_leaders, are_compared_for_exactly_one_mismatch) {
    const cell_pair patient{"07:02", "46:01"};
    EXPECT_EQ(mismatched(patient, {"46:01", "07:02"}), "");
    EXPECT_EQ(mismatched(patient, {"46:01/40:01", "07:02"}), "");
    EXPECT_EQ(mismatched(patient, {"40:01", "39:01"}), "");
    EXPECT_EQ(mismatched(patient, {"", ""}), "");
    EXPECT_EQ(mismatched({"", ""}, patient), "");
}

// -- loci of low expression ------------------------------------------------

TEST(low_expression, gvh_at_drb345_dqb1_and_dpb1_together) {
    const typed_loci patient{{A, {"01:01", "02:01"}}, {DRB345, {"DRB4*01:03", "DRB5*01:01"}}, {DQB1, {"03:03", "06:02"}}, {DPB1, {"03:01", "04:01"}}};
    const auto count = [&](const typed_loci& changed) {
        typed_loci donor = patient;
        for (const auto& [l, cells] : changed) donor[l] = cells;
        return int{facts(patient, donor).low_expression_gvh};
    };
    EXPECT_EQ(count({}), 0);
    EXPECT_EQ(count({{DQB1, {"03:01", "06:02"}}}), 1);
    EXPECT_EQ(count({{DPB1, {"02:01", "05:01"}}}), 2);
    EXPECT_EQ(count({{DRB345, {"DRB4*01:03", "DRB5*01:02"}}}), 1);
    EXPECT_EQ(count({{DRB345, {"DRB3*01:01", "DRB3*02:02"}}, {DQB1, {"02:01", "05:01"}}, {DPB1, {"02:01", "05:01"}}}), 6);
    EXPECT_EQ(count({{A, {"11:01", "11:01"}}}), 0);                   // another locus
    EXPECT_EQ(count({{DQB1, {"03:03", "03:03"}}}), 1);                // the donor lacks 06:02
    EXPECT_EQ(count({{DQB1, {"", ""}}, {DPB1, {"", ""}}}), 0);        // not typed
    EXPECT_EQ(count({{DQB1, {"03:01/03:03", "06:02"}}}), 0);          // the fewest possible
}

TEST(low_expression, what_only_the_donor_has_does_not_count) {
    const typed_loci patient{{DQB1, {"03:03", "03:03"}}, {DPB1, {"04:01", ""}}};
    const typed_loci donor{{DQB1, {"03:03", "06:02"}}, {DPB1, {"04:01", "03:01"}}};
    EXPECT_EQ(facts(patient, donor).low_expression_gvh, 0);
    EXPECT_EQ(facts(donor, patient).low_expression_gvh, 2);
    EXPECT_EQ(facts({}, donor).low_expression_gvh, 0);
}

}  // namespace
