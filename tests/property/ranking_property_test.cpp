// SPDX-License-Identifier: Apache-2.0
// Any ranking is a total order of the donors: whatever the order of insertion, the threads, the other donors or `top`.
#include "model/miniature.hpp"
#include "unit/search/pool.hpp"

#include <allomatch/haplotype/builtin_frequencies.hpp>
#include <allomatch/haplotype/donor_genotypes.hpp>
#include <allomatch/search/ranker.hpp>

#include <algorithm>
#include <set>

using namespace allomatch;
using namespace allomatch::testing;
using allomatch::model::dice;

namespace {

using enum locus;
using words = std::vector<std::string>;

/// What a donor is made of, without an id. Values are few, so that many donors are equal in many criteria.
pool_donor random_donor(dice& roll) {
    const auto cell = [&](const words& from) { return roll.pick(from); };
    pool_donor d;
    d.typings = {{A, {cell({"02:01", "02:07", "02:01/02:06", "11:01"}), cell({"24:02", "24:02", "33:03"})}},
                 {B, {cell({"40:01", "40:01", "39:01", "39:01/40:01", "07:02"}), "46:01"}},
                 {C, {"01:02", cell({"07:02", "07:02/07:04", "03:04"})}},
                 {DRB1, {"09:01", cell({"15:01", "15:01/15:02"})}},
                 {DQB1, {"03:03", cell({"06:02", "06:01"})}}};
    if (!roll.once_in(4)) d.typings[DPB1] = {cell({"03:01", "04:01", "09:01"}), cell({"04:01", "02:01", "NEW"})};
    d.fields = {{"birth_date", cell({"1968-02-29", "1988-12-01", "1996-01-05", "1999-04-12", "2004-07-07", ""})},
                {"sex", cell({"F", "M", ""})},
                {"pregnancies", cell({"0", "1", "3", ""})},
                {"abo", cell({"A", "B", "AB", "O", ""})},
                {"rh", cell({"+", "-", ""})},
                {"cmv", cell({"neg", "pos", "N", "G", ""})},
                {"weight_kg", cell({"0", "55.5", "70", "90", ""})},
                {"status", cell({"AV", "RS", "TU", "OP", "DE", ""})},
                {"branch", cell({"Hangzhou", "Ningbo", "Wenzhou", ""})},
                {"last_contact", cell({"2019-01-01", "2024-05-05", ""})},
                {"donations", cell({"0", "1", "2", ""})},
                {"tnc", cell({"80", "120.5", ""})},
                {"cd34", cell({"3", "4.5", ""})}};
    return d;
}

/// Donors with ids of their own; some are made of the same as others. `family[i]` numbers what donor i is made of.
struct people {
    std::vector<pool_donor> donors;
    std::map<std::string, std::size_t> family;
};

people random_people(dice& roll, unsigned families) {
    people all;
    for (std::size_t f = 0; f < families; ++f) {
        const pool_donor made = random_donor(roll);
        for (unsigned n = 1 + roll(3); n > 0; --n) {
            pool_donor d = made;
            // Short, long, capital and other ids, never twice.
            do d.id = roll.pick(words{"d", "D", "10", "9", "\xC3\xA9"}) + std::to_string(roll(5000));
            while (all.family.contains(d.id));
            all.family[d.id] = f;
            all.donors.push_back(std::move(d));
        }
    }
    return all;
}

std::vector<double> random_edges(dice& roll, double step) {
    std::vector<double> edges;
    double at = step * roll(3);
    for (unsigned n = 1 + roll(4); n > 0; --n) edges.push_back(at += step * (1 + roll(3)));
    return edges;
}

/// Any criterion with any of its options. With weights it has steps: categories or bands.
criterion random_criterion(dice& roll, bool with_probabilities) {
    static const words categories{"dpb1", "dpb1_expression", "leader", "availability", "cmv", "sex", "abo", "rh"};
    static const words counts{"mismatches", "antigen_mismatches", "mismatches_max", "gvh", "hvg", "low_expression", "A_mm", "DPB1_mm"};
    static const words numbers{"age", "age_band", "weight", "weight_ratio", "tnc_per_kg", "cd34_per_kg", "donations", "pregnancies", "weight_kg"};
    static const words probabilities{"probability", "exact_probability", "p0", "p1", "A_p0"};
    criterion c;
    bool steps = true;
    switch (roll(with_probabilities ? 6 : 5)) {
        case 0: c.by = roll.pick(categories); break;
        case 1:
            c.by = roll.pick(counts);
            if (roll.once_in(2)) c.bands = random_edges(roll, 1);
            break;
        case 2:
        case 3:
            c.by = roll.pick(numbers);
            if (roll.once_in(2)) c.bands = random_edges(roll, c.by.starts_with("age") ? 10 : c.by.starts_with("weight") ? 25 : 1);
            steps = !c.bands.empty() || c.by == "age_band";
            break;
        case 4:
            c.by = roll.pick(words{"branch", "last_contact"});
            if (c.by == "branch") c.order = roll.once_in(2) ? words{"Ningbo", "Hangzhou"} : words{"Wenzhou", "Nowhere"};
            steps = c.by == "branch";
            break;
        default:
            c.by = roll.pick(probabilities);
            if (roll.once_in(2)) c.bands = random_edges(roll, 0.1);
            steps = !c.bands.empty() || c.by == "probability";
    }
    if (roll.once_in(2)) c.direction = static_cast<sort_direction>(roll(2));
    c.missing_first = roll.once_in(3);
    if (steps && roll.once_in(3)) c.weight = roll(5) * 0.5;
    return c;
}

ranking random_ranking(dice& roll, bool with_probabilities) {
    if (roll.once_in(8)) return ranking::preset(roll.pick(words{"default", "ptcy", "cord", "hla_only"}));
    ranking r;
    for (unsigned n = roll(6); n > 0; --n) r.criteria.push_back(random_criterion(roll, with_probabilities));
    return r;
}

std::string text_of(const ranking& order) {
    std::string out;
    for (const criterion& c : order.criteria) {
        out += c.by + (c.direction ? (*c.direction == sort_direction::descending ? " down" : " up") : "") + (c.missing_first ? " missing first" : "");
        for (const double edge : c.bands) out += " <" + std::to_string(edge);
        if (c.weight) out += " x" + std::to_string(*c.weight);
        out += "; ";
    }
    return out;
}

words id_list(const match_list& found) {
    words out;
    for (const hit& h : found.hits) out.emplace_back(found.donors->id(h.donor));
    return out;
}

std::shared_ptr<const patient> the_patient() {
    return make_patient({{A, {"02:01", "24:02"}}, {B, {"40:01", "46:01"}}, {C, {"01:02", "07:02"}}, {DRB1, {"09:01", "15:01"}},
                         {DQB1, {"03:03", "06:02"}}, {DPB1, {"03:01", "04:01"}}},
                        {{"abo", "A"}, {"rh", "+"}, {"cmv", "neg"}, {"weight_kg", "30"}});
}

search_request a_request(const ranking& order) {
    search_request r;
    r.max_mismatches = 10;
    r.order = order;
    r.on = read_date("2026-01-01").value();
    r.threads = 1;
    return r;
}

class any_ranking : public ::testing::TestWithParam<bool> {
protected:
    /// Calls `check(people, registry, request)` for many pools and rankings; the parameter says whether with probabilities.
    template <class Check>
    static void for_each_ranking(unsigned seeds, Check check) {
        const bool predicted = GetParam();
        const auto sets = predicted ? std::make_shared<const populations>(std::vector{std::make_shared<const haplotype_index>(
                                          builtin_east_asian(nomenclature::builtin()))})
                                    : nullptr;
        for (unsigned seed = 0; seed < seeds; ++seed) {
            dice roll(seed + (predicted ? 1000U : 0U));
            const people all = random_people(roll, 40);
            const auto donors = make_pool(all.donors);
            const auto genotypes = predicted ? std::make_shared<const donor_genotypes>(donors, sets) : nullptr;
            for (int round = 0; round < 12; ++round) {
                search_request request = a_request(random_ranking(roll, predicted));
                request.genotypes = genotypes;
                check(roll, all, donors, request, sets);
                ASSERT_FALSE(HasFailure()) << "seed " << seed << " round " << round << ": " << text_of(request.order);
            }
        }
    }
};

TEST_P(any_ranking, does_not_depend_on_the_order_of_insertion) {
    for_each_ranking(12, [](dice& roll, const people& all, const auto& donors, const search_request& request, const auto& sets) {
        const match_list found = search(donors, the_patient(), request);
        EXPECT_EQ(found.hits.size(), all.donors.size());
        std::vector<pool_donor> shuffled = all.donors;
        for (std::size_t i = shuffled.size(); i > 1; --i) std::swap(shuffled[i - 1], shuffled[roll(static_cast<unsigned>(i))]);
        search_request again = request;
        const auto other = make_pool(shuffled);
        if (sets) again.genotypes = std::make_shared<const donor_genotypes>(other, sets);
        EXPECT_EQ(id_list(search(other, the_patient(), again)), id_list(found));
    });
}

TEST_P(any_ranking, does_not_depend_on_threads) {
    for_each_ranking(4, [](dice&, const people&, const auto& donors, const search_request& request, const auto&) {
        const auto who = the_patient();
        const words one = id_list(search(donors, who, request));
        search_request more = request;
        for (const std::size_t threads : {std::size_t{2}, std::size_t{0}}) {
            more.threads = threads;
            EXPECT_EQ(id_list(search(donors, who, more)), one);
            const std::vector<std::shared_ptr<const patient>> many(6, who);
            for (const match_list& found : search_many(donors, many, more)) EXPECT_EQ(id_list(found), one);
        }
    });
}

TEST_P(any_ranking, top_is_a_prefix) {
    for_each_ranking(8, [](dice& roll, const people&, const auto& donors, const search_request& request, const auto&) {
        const words full = id_list(search(donors, the_patient(), request));
        search_request best = request;
        for (const std::size_t top : {std::size_t{0}, std::size_t{1}, std::size_t{roll(40)}, full.size(), full.size() + 1}) {
            best.top = top;
            const match_list found = search(donors, the_patient(), best);
            EXPECT_EQ(found.total, full.size());
            EXPECT_EQ(id_list(found), words(full.begin(), full.begin() + static_cast<std::ptrdiff_t>(std::min(top, full.size())))) << top;
        }
    });
}

// Who else is there changes nothing between two donors: what a condition leaves is a subsequence.
TEST_P(any_ranking, of_some_is_a_subsequence_of_all) {
    for_each_ranking(8, [](dice& roll, const people&, const auto& donors, const search_request& request, const auto&) {
        const words full = id_list(search(donors, the_patient(), request));
        search_request some = request;
        some.where = roll.pick(words{"sex = 'M'", "branch = 'Ningbo' or branch is missing", "weight_kg >= 60", "not (status = 'AV')"});
        const words part = id_list(search(donors, the_patient(), some));
        const std::set<std::string> taken(part.begin(), part.end());
        words expected;
        std::copy_if(full.begin(), full.end(), std::back_inserter(expected), [&](const std::string& id) { return taken.contains(id); });
        EXPECT_EQ(part, expected);
        EXPECT_LT(part.size(), full.size());
    });
}

// Donors that are made of the same stand together, in the order of their ids as bytes, and are told apart by these only.
TEST_P(any_ranking, ties_end_with_the_id) {
    std::size_t ties = 0;
    for_each_ranking(8, [&](dice&, const people& all, const auto& donors, const search_request& request, const auto&) {
        const match_list found = search(donors, the_patient(), request);
        const words order = id_list(found);
        const ranker ranked(found);
        for (std::size_t i = 1; i < order.size(); ++i) {
            const bool by_id = ranked.place_reason(i - 1, i) == "donor id";
            if (by_id) {
                EXPECT_LT(order[i - 1], order[i]);
            }
            if (all.family.at(order[i - 1]) != all.family.at(order[i])) continue;
            EXPECT_TRUE(by_id) << order[i - 1] << ' ' << order[i];
            ++ties;
        }
        // Between two equal donors only others that are equal in all criteria may stand.
        std::map<std::size_t, std::size_t> last;
        for (std::size_t i = 0; i < order.size(); ++i) {
            const auto [at, first] = last.try_emplace(all.family.at(order[i]), i);
            for (std::size_t j = at->second; !first && j < i; ++j) EXPECT_EQ(ranked.place_reason(j, j + 1), "donor id");
            at->second = i;
        }
    });
    EXPECT_GT(ties, 100U);
}

// The reason between two donors is the same whether they are neighbours or not, and there is one for any two.
TEST_P(any_ranking, sets_every_donor_apart_from_every_one_below) {
    for_each_ranking(4, [](dice&, const people&, const auto& donors, const search_request& request, const auto&) {
        const match_list found = search(donors, the_patient(), request);
        const ranker ranked(found);
        for (std::size_t above = 0; above < found.hits.size(); above += 7)
            for (std::size_t row = above + 1; row < found.hits.size(); row += 3) {
                const std::string reason = ranked.place_reason(above, row);
                EXPECT_FALSE(reason.empty());
                if (reason == "donor id") {
                    EXPECT_LT(donors->id(found.hits[above].donor), donors->id(found.hits[row].donor));
                }
            }
        for (std::size_t i = 1; i < found.hits.size(); ++i) EXPECT_EQ(found.place_reason(i), ranked.place_reason(i - 1, i));
    });
}

INSTANTIATE_TEST_SUITE_P(searches, any_ranking, ::testing::Bool(),
                         [](const auto& about) { return about.param ? "with_probabilities" : "without_probabilities"; });

}  // namespace
