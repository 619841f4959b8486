// SPDX-License-Identifier: Apache-2.0
// Who is offered to whom on which day: retired and reserved donors, against a plain loop over the texts.
#include "model/miniature.hpp"
#include "pool.hpp"

#include <allomatch/search/cord_units.hpp>
#include <allomatch/search/donor_availability.hpp>
#include <allomatch/search/field_comparison.hpp>
#include <allomatch/search/listing.hpp>

#include <set>

using namespace allomatch;
using namespace allomatch::testing;

namespace {

const typed_loci same{{locus::A, {"01:01", "02:01"}}};
const day_number today_is = read_date("2024-06-01").value();

search_request request_at(day_number on) {
    search_request r;
    r.loci = {locus::A};
    r.on = on;
    r.threads = 1;
    return r;
}

std::string value(const field_list& fields, std::string_view name) {
    for (const auto& [field, text] : fields)
        if (field == name) return text;
    return {};
}

/// The rule, as it is written.
bool may_be_offered(const field_list& donor, const std::string& patient, const std::string& day) {
    const std::string holder = value(donor, "reserved_for");
    const std::string until = value(donor, "reserved_until");
    const bool in_force = !holder.empty() && (until.empty() || until >= day);
    if (value(donor, "status") == "DE") return false;
    if (in_force && holder != patient) return false;
    return value(donor, "status") != "OP" || !holder.empty();
}

TEST(donor_availability, a_search_offers_whom_a_plain_loop_offers) {
    std::size_t offered = 0;
    std::size_t held_back = 0;
    for (unsigned seed = 0; seed < 40; ++seed) {
        model::dice roll(seed);
        const auto pick = [&](std::vector<std::string> words) { return roll.pick(words); };
        std::vector<pool_donor> donors;
        for (unsigned i = 0; i < 60; ++i)
            donors.push_back({"D" + std::to_string(i), roll.once_in(4) ? typed_loci{{locus::A, {"03:01", "11:01"}}} : same,
                              {{"status", pick({"AV", "TU", "OP", "RS", "DE", ""})},
                               {"status_until", pick({"", "2024-05-31", "2024-06-01"})},
                               {"reserved_for", pick({"", "", "P", "P1", "p"})},
                               {"reserved_until", pick({"", "2024-05-31", "2024-06-01", "2025-01-01"})},
                               {"sex", pick({"M", "F", ""})}}});
        const auto pool = make_pool(donors);
        const auto who = make_patient(same);
        search_request r = request_at(today_is);
        r.max_mismatches = roll(3);
        if (roll.once_in(2)) r.where = "sex = 'M'";
        const match_list found = search(pool, who, r);
        std::set<std::string> expected;
        for (const pool_donor& d : donors) {
            const bool fits = r.max_mismatches == 2 || d.typings == same;
            if (!fits || (!r.where.empty() && value(d.fields, "sex") != "M")) continue;
            (may_be_offered(d.fields, who->id, date_text(r.on)) ? (void)expected.insert(d.id) : (void)++held_back);
        }
        std::set<std::string> seen;
        for (const hit& h : found.hits) seen.emplace(pool->id(h.donor));
        ASSERT_EQ(seen, expected) << "seed " << seed;
        ASSERT_EQ(found.total, expected.size());
        const std::vector<std::shared_ptr<const patient>> patients{who};
        ASSERT_EQ(ids(search_many(pool, patients, r).front()), ids(found));
        for (donor_index d = 0; d < pool->size(); ++d)
            ASSERT_EQ(explain_listing(pool, who, r, d).listed, expected.contains(std::string(pool->id(d)))) << pool->id(d);
        ASSERT_EQ(search_agent(pool).compare(who, r).hits.size(), donors.size());
        offered += expected.size();
    }
    EXPECT_GT(offered, 300U);
    EXPECT_GT(held_back, 300U);
}

TEST(donor_availability, without_the_column_all_are_offered) {
    const auto pool = make_pool({{"av", same, {{"status", "AV"}}}, {"op", same, {{"status", "OP"}}}, {"de", same, {{"status", "DE"}}}});
    EXPECT_EQ(ids(search(pool, make_patient(same), request_at(today_is))), "av op de");
    EXPECT_TRUE(donor_availability(*pool, "P", today_is).offers_all());
}

TEST(donor_availability, the_status_follows_from_the_dates) {
    const auto status = [](const field_list& fields, const char* on) {
        field_list all{{"status", ""}, {"status_until", ""}, {"reserved_for", ""}, {"reserved_until", ""}};
        for (auto& [field, text] : all) text = value(fields, field);
        const auto pool = make_pool({{"D", same, all}});
        return std::string(donor_availability(*pool, "P", read_date(on).value()).status(0));
    };
    const field_list mine{{"status", "OP"}, {"reserved_for", "P"}, {"reserved_until", "2024-06-01"}};
    EXPECT_EQ(status(mine, "2024-06-01"), "RS");
    EXPECT_EQ(status(mine, "2024-06-02"), "AV");
    const field_list theirs{{"status", "AV"}, {"reserved_for", "Q"}, {"reserved_until", "2024-06-01"}};
    EXPECT_EQ(status(theirs, "2024-06-01"), "OP");
    EXPECT_EQ(status(theirs, "2024-06-02"), "AV");
    EXPECT_EQ(status({{"reserved_for", "Q"}}, "2199-01-01"), "OP");
    EXPECT_EQ(status({{"status", "OP"}}, "2024-06-01"), "OP");
    const field_list pause{{"status", "TU"}, {"status_until", "2024-06-01"}};
    EXPECT_EQ(status(pause, "2024-06-01"), "TU");
    EXPECT_EQ(status(pause, "2024-06-02"), "AV");
    EXPECT_EQ(status({{"status", "TU"}, {"reserved_for", "P"}}, "2024-06-01"), "TU");
    EXPECT_EQ(status({{"status", "TU"}, {"reserved_for", "Q"}}, "2024-06-01"), "OP");
    EXPECT_EQ(status({{"status", "DE"}, {"reserved_for", "P"}}, "2024-06-01"), "DE");
    EXPECT_EQ(status({}, "2024-06-01"), "");
}

TEST(donor_availability, only_who_is_offered_can_be_asked_to_be_typed) {
    const auto pool = make_pool({{"mine", same, {{"status", "OP"}, {"reserved_for", "P"}, {"reserved_until", "2024-12-31"}}},
                                 {"theirs", same, {{"status", "AV"}, {"reserved_for", "Q"}, {"reserved_until", "2024-12-31"}}},
                                 {"free", same, {{"status", "AV"}}}});
    const auto who = make_patient(same);
    const field_comparison fields(*pool, *who, today_is);
    EXPECT_TRUE(fields.can_be_asked(0));
    EXPECT_FALSE(fields.can_be_asked(1));
    EXPECT_TRUE(fields.can_be_asked(2));
    EXPECT_EQ(ids(search(pool, who, request_at(today_is))), "free mine");  // RS and AV are equal, the id decides
}

TEST(donor_availability, why_names_the_reservation) {
    const auto pool = make_pool({{"held", same, {{"status", "AV"}, {"reserved_for", "P7"}, {"reserved_until", "2026-12-31"}}},
                                 {"ever", {{locus::A, {"03:01", "11:01"}}}, {{"reserved_for", "P7"}}},
                                 {"op", same, {{"status", "OP"}}},
                                 {"gone", same, {{"status", "DE"}}}});
    const auto who = make_patient(same);
    const auto told = [&](std::string_view id) {
        std::string out;
        for (const obstacle& o : explain_listing(pool, who, request_at(today_is), *pool->find(id)).obstacles)
            out += (out.empty() ? "" : "; ") + std::string(name(o.what)) + ": " + o.words;
        return out;
    };
    EXPECT_EQ(told("held"), "reserved: reserved for patient P7 until 2026-12-31");
    EXPECT_EQ(told("ever"), "reserved: reserved for patient P7; max_mismatches: 2 mismatches, none allowed (A MM)");
    EXPECT_EQ(told("op"), "reserved: reserved for another patient");
    EXPECT_EQ(told("gone"), "retired: retired");
    EXPECT_EQ(explain_listing(pool, who, request_at(today_is), *pool->find("held")).words,
              "Donor held is not listed for patient P: reserved for patient P7 until 2026-12-31.");
}

TEST(donor_availability, holds_for_cord_units_and_their_pairs) {
    const auto unit = [](const char* id, const char* holder) {
        return pool_donor{id, same, {{"type", "cord"}, {"tnc", "200"}, {"reserved_for", holder}}};
    };
    const auto pool = make_pool({unit("a", ""), unit("b", "Q"), unit("c", "P"), unit("d", "")});
    cord_pair_request pairs;
    pairs.units = request_at(today_is);
    pairs.units.cord_units = true;
    const cord_pair_list found = search_cord_pairs(pool, make_patient(same, {{"weight_kg", "60"}}), pairs);
    EXPECT_EQ(found.units.total, 3U);
    EXPECT_EQ(found.total, 3U);
}

}  // namespace
