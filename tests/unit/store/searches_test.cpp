// SPDX-License-Identifier: Apache-2.0
#include "unit/io/scratch_folder.hpp"
#include "unit/store/stores.hpp"

#include <allomatch/search/cord_units.hpp>
#include <allomatch/store/alerts.hpp>
#include <allomatch/store/audit.hpp>
#include <allomatch/store/stored_donors.hpp>
#include <allomatch/store/stored_searches.hpp>

#include <gtest/gtest.h>

#include <sqlite3.h>

using namespace allomatch;
using namespace allomatch::testing;
using io::testing::message_of;
using io::testing::scratch_folder;

namespace {

// 6/6 with the patient: D1 certain, D2 at one mismatch.
constexpr std::string_view pool = "id,A_1,A_2,B_1,B_2,DRB1_1,DRB1_2,sex,branch\n"
                                  "D1,02:01,24:02,40:01,46:01,09:01,15:01,M,x\n"
                                  "D2,02:01,11:01,40:01,46:01,09:01,15:01,M,x\n"
                                  "D3,01:01,01:01,07:02,08:01,03:01,03:01,F,y\n";

class searches_of_a_store : public ::testing::Test {
protected:
    scratch_folder folder;
    registry_store store = registry_store::create(folder / "registry.db", starter(), "setup");
    search_request request;

    searches_of_a_store() {
        request.loci = {locus::A, locus::B, locus::DRB1};
        request.max_mismatches = 1;
        (void)import(pool, import_mode::full);
    }
    import_outcome import(std::string_view text, import_mode mode = import_mode::diff) {
        donor_import how;
        how.mode = mode;
        how.actor = "tester";
        how.allow_shrink = true;
        return import_text(store, text, how);
    }
    static std::shared_ptr<const patient> patient_with(const std::string& id, std::string_view a2 = "24:02") {
        const auto names = starter().names;
        std::array<std::string, locus_count> texts;
        texts[index(locus::A)] = pair_text("02:01", a2);
        texts[index(locus::B)] = pair_text("40:01", "46:01");
        texts[index(locus::DRB1)] = pair_text("09:01", "15:01");
        auto who = std::make_shared<patient>();
        const typing_context context{names.get(), nullptr, gene_set::all(), column_kind::dna};
        EXPECT_TRUE(read_patient(context, {}, id, texts, {{"weight_kg", "60"}}, *who).empty());
        return who;
    }
    std::int64_t keep(bool standing = false, const std::string& id = "P1") {
        const auto found = search(read_registry(store, starter()).donors, patient_with(id), request);
        return keep_search(store, found, request, standing, {"", "tester"});
    }
    repeated_search repeat(std::int64_t id) {
        return repeat_search(store, id, read_registry(store, starter()).donors, starter(), nullptr, today(), {"", "tester"});
    }
    std::string changes(const repeated_search& again) {
        std::string out;
        for (const result_change& c : again.changes) {
            out += c.donor_id + (c.what == result_change::kind::added ? " new" : c.what == result_change::kind::changed ? " changed" : " gone: " + c.reason);
            for (const auto& d : c.donor) out += " " + d.column + " " + d.before + ">" + d.after;
            out += "; ";
        }
        return out;
    }
    std::string alerted(std::int64_t after = 0) {
        std::string out;
        for (const alert& a : alerts(store, after)) out += a.patient_id + ' ' + a.donor_id + ' ' + a.kind + "; ";
        return out;
    }
};

}  // namespace

TEST_F(searches_of_a_store, a_repeated_search_tells_what_changed) {
    const std::int64_t id = keep();
    EXPECT_EQ(changes(repeat(id)), "");
    EXPECT_EQ(repeat(id).unchanged, 2U);
    (void)import("id,A_1,A_2,B_1,B_2,DRB1_1,DRB1_2,sex,branch,change\n"
                 "D1,,,,,,,,,deleted\n"
                 "D2,02:01,24:02,40:01,46:01,09:01,15:01,M,x,\n"
                 "D4,02:01,24:02,40:01,46:01,09:01,15:02,M,x,new\n");
    EXPECT_EQ(changes(repeat(id)), "D4 new; D2 changed A_2 11:01>24:02; D1 gone: deleted; ");
    EXPECT_EQ(changes(repeat(id)), "");
    (void)import("id,A_1,A_2,B_1,B_2,DRB1_1,DRB1_2,sex,branch\nD2,01:01,01:01,40:01,46:01,09:01,15:01,M,x\n"
                 "D4,02:01,24:02,40:01,46:01,09:01,15:02,F,x\n");
    EXPECT_EQ(changes(repeat(id)), "D4 changed sex M>F; D2 gone: retyped A_1 02:01>01:01 A_2 24:02>01:01; ");
    const auto all = stored_searches(store);
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].runs, 6U);
    EXPECT_EQ(all[0].total, 1U);
    EXPECT_EQ(verify_store(store).size(), 64U);
}

TEST_F(searches_of_a_store, gone_donors_say_why) {
    request.where = "branch = 'x'";
    request.top = 1;
    const std::int64_t id = keep();
    (void)import("id,A_1,A_2,B_1,B_2,DRB1_1,DRB1_2,sex,branch\nD1,02:01,24:02,40:01,46:01,09:01,15:01,M,y\n");
    EXPECT_EQ(changes(repeat(id)), "D2 new; D1 gone: not eligible branch x>y; ");
    (void)import("id,A_1,A_2,B_1,B_2,DRB1_1,DRB1_2,sex,branch\nD1,02:01,24:02,40:01,46:01,09:01,15:01,M,x\n");
    EXPECT_EQ(changes(repeat(id)), "D1 new; D2 gone: not among the best; ");
}

TEST_F(searches_of_a_store, a_changed_patient_is_a_condition) {
    const std::int64_t id = keep();
    keep_patient(store, *patient_with("P1", "11:01"), "tester");
    const auto again = repeat(id);
    ASSERT_EQ(again.conditions.size(), 1U);
    EXPECT_NE(again.conditions[0].find("24:02"), std::string::npos);
    EXPECT_EQ(again.found.hits[0].mismatches, 0U);
    EXPECT_EQ(again.found.donors->id(again.found.hits[0].donor), "D2");
}

TEST_F(searches_of_a_store, requests_are_kept_whole) {
    request.limits = {{locus::DRB1, 0}};
    request.count = direction::gvh;
    request.rules.homozygous_once = true;
    request.order = ranking::preset("ptcy");
    request.order.criteria.push_back({.by = "branch", .bands = {}, .order = {"x", "y"}, .direction = sort_direction::descending, .weight = 2.5, .missing_first = true});
    request.also = {locus::C};
    request.min_mismatches = 1;
    request.where = "sex = 'M' and branch is not missing";
    const std::int64_t id = keep();
    const auto again = repeat(id);
    EXPECT_EQ(changes(again), "");
    EXPECT_EQ(again.found.order, request.order);
    EXPECT_EQ(again.found.also, *request.also);
    EXPECT_TRUE(again.found.rules == request.rules);
    EXPECT_EQ(again.found.hits.size(), again.unchanged);
    (void)import("id,A_1,A_2,B_1,B_2,DRB1_1,DRB1_2,type,tnc\nC1,02:01,24:02,40:01,46:01,09:01,15:01,C,200\n");
    request = cord_request("4/6");
    request.min_tnc_per_kg = 2.5;
    const auto cords = repeat(keep());
    EXPECT_TRUE(cords.found.rules == request.rules);
    EXPECT_EQ(cords.unchanged, 1U);
}

TEST_F(searches_of_a_store, a_standing_search_hears_of_donors_who_begin_to_fit) {
    (void)keep(true);
    (void)keep(false, "P2");
    EXPECT_EQ(alerted(), "");
    (void)import("id,A_1,A_2,B_1,B_2,DRB1_1,DRB1_2,sex,branch\n"
                 "D3,02:01,24:02,40:01,46:01,09:01,15:01,F,y\n"    // retyped, fits
                 "D2,02:01,11:01,40:01,46:01,09:01,15:01,F,x\n"    // fitted before, another sex
                 "D5,02:01,24:02,40:01,46:01,09:01,15:01,M,x\n"    // new
                 "D6,01:01,01:01,07:02,08:01,03:01,03:01,M,x\n");  // new, does not fit
    EXPECT_EQ(alerted(), "P1 D5 new; P1 D3 retyped; ");
    EXPECT_EQ(import("id,A_1,A_2,B_1,B_2,DRB1_1,DRB1_2,sex,branch\nD3,02:01,24:02,40:01,46:01,09:01,15:01,F,y\n").alerts, 0U);

    EXPECT_EQ(subscriber_position(store, "lab"), 0);
    acknowledge(store, "lab", 1);
    acknowledge(store, "lab", 0);
    EXPECT_EQ(subscriber_position(store, "lab"), 1);
    EXPECT_EQ(alerted(subscriber_position(store, "lab")), "P1 D3 retyped; ");
    EXPECT_NE(message_of<store_error>([&] { acknowledge(store, "lab", 99); }).find("no such alert"), std::string::npos);
    EXPECT_THROW(acknowledge(store, "", 1), store_error);
}

TEST_F(searches_of_a_store, a_search_that_cannot_be_asked_hinders_nobody) {
    request.where = "p0 > 0.5";
    const auto found = search(read_registry(store, starter()).donors, patient_with("P1"), search_request{.loci = request.loci, .max_mismatches = 1});
    EXPECT_NE(message_of<store_error>([&] { (void)keep_search(store, found, request, true, {"", "tester"}); }).find("without frequencies"), std::string::npos);
    EXPECT_EQ(stored_searches(store).size(), 0U);

    request.where = "branch = 'x'";
    (void)keep(true);
    sqlite3* db = nullptr;  // as something else may have left it
    sqlite3_open((folder / "registry.db").c_str(), &db);
    sqlite3_exec(db, "DROP TRIGGER searches_no_UPDATE", nullptr, nullptr, nullptr);
    sqlite3_exec(db, "UPDATE searches SET request = replace(request, 'branch', 'p0 > 0.5 and branch')", nullptr, nullptr, nullptr);
    EXPECT_EQ(sqlite3_changes(db), 1);
    request.where.clear();
    (void)keep(true, "P2");
    const auto out = import("id,A_1,A_2,B_1,B_2,DRB1_1,DRB1_2,sex,branch\nD5,02:01,24:02,40:01,46:01,09:01,15:01,M,x\n");
    EXPECT_EQ(out.added, 1U);
    ASSERT_GE(out.unasked.size(), 1U);
    EXPECT_EQ(out.unasked[0].id, "P1");
    EXPECT_EQ(alerted(), "P2 D5 new; ");
    sqlite3_exec(db, "UPDATE searches SET request = '{bad' WHERE id = 1", nullptr, nullptr, nullptr);
    sqlite3_close(db);
    EXPECT_EQ(import("id,A_1,A_2,B_1,B_2,DRB1_1,DRB1_2\nD6,02:01,24:02,40:01,46:01,09:01,15:01\n").unasked.at(0).id, "P1");
}

TEST_F(searches_of_a_store, fields_can_make_a_donor_eligible) {
    request.where = "branch = 'y'";
    (void)keep(true);
    (void)import("id,A_1,A_2,B_1,B_2,DRB1_1,DRB1_2,sex,branch\nD1,02:01,24:02,40:01,46:01,09:01,15:01,M,y\n");
    EXPECT_EQ(alerted(), "P1 D1 eligible; ");
}

TEST_F(searches_of_a_store, ended_searches_and_closed_patients_are_not_asked) {
    const std::int64_t first = keep(true);
    (void)keep(true, "P2");
    end_search(store, first, "transplanted", "tester");
    close_patient(store, "P2", "moved away", "tester");
    (void)import("id,A_1,A_2,B_1,B_2,DRB1_1,DRB1_2,sex,branch\nD5,02:01,24:02,40:01,46:01,09:01,15:01,M,x\n");
    EXPECT_EQ(alerted(), "");
    keep_patient(store, *patient_with("P2"), "tester");  // waits again
    (void)import("id,A_1,A_2,B_1,B_2,DRB1_1,DRB1_2,sex,branch\nD6,02:01,24:02,40:01,46:01,09:01,15:01,M,x\n");
    EXPECT_EQ(alerted(), "P2 D6 new; ");
    EXPECT_THROW(end_search(store, first, "", "tester"), store_error);
    EXPECT_THROW(end_search(store, 99, "", "tester"), store_error);
    EXPECT_THROW(close_patient(store, "P9", "", "tester"), store_error);
    EXPECT_THROW((void)repeat(99), store_error);
    EXPECT_EQ(verify_store(store).size(), 64U);
}
