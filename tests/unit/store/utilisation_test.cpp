// SPDX-License-Identifier: Apache-2.0
// How the pool is used, by branch: counted by hand.
#include "unit/io/scratch_folder.hpp"
#include "unit/store/stores.hpp"

#include <allomatch/store/donor_life.hpp>
#include <allomatch/store/utilisation.hpp>

#include <gtest/gtest.h>

using namespace allomatch;
using namespace allomatch::testing;
using io::testing::message_of;
using io::testing::scratch_folder;
using enum collection_step;

namespace {

day_number day(std::string_view text) { return read_date(text).value(); }

class used_pool : public ::testing::Test {
protected:
    used_pool() {
        import("id,A_1,branch,status,donations\nN1,01:01,Ningbo,,1\nN2,01:01,Ningbo,AV,\nN3,01:01,Ningbo,TU,2\nN4,01:01,Ningbo,AV,\n"
               "H1,01:01,Hangzhou,AV,\nH2,01:01,Hangzhou,OP,\nX,01:01,,DE,\n");
        collect("N1", "P1", "2024-01-01", "2024-01-31", false);
        collect("N2", "P2", "2024-02-01", "2024-02-11", true);
        collect("H1", "P3", "2024-03-01", "2024-03-05", false);
        set_status(store, "N4", "DE", day("2024-04-01"), "own wish", "c");
        (void)reserve(store, "N2", "P9", day("2024-05-01"), day("2024-06-30"), "", "c");
    }
    void import(std::string_view text) {
        donor_import how;
        how.actor = "nightly";
        how.allow_shrink = true;
        (void)import_text(store, text, how);
    }
    void collect(const char* donor, const char* patient_id, const char* from, const char* on, bool abroad) {
        (void)reserve(store, donor, patient_id, day(from), day("2024-12-31"), "", "c");
        record_step(store, donor, patient_id, physical_examination, day(from), {.cleared = true}, "c");
        record_step(store, donor, patient_id, assessment, day(from), {.cleared = true}, "c");
        record_step(store, donor, patient_id, collection_plan, day(from), {.product = collection_product::marrow}, "c");
        last = record_step(store, donor, patient_id, collection, day(on), {.abroad = abroad}, "c");
    }
    static std::string text_of(const branch_utilisation& b) {
        const auto optional = [](const std::optional<double>& v) { return v ? number_text(static_cast<float>(*v)) : "none"; };
        std::string out = b.branch + ":";
        for (const auto n : {b.donors, b.available, b.reserved, b.unavailable, b.retired, b.repeat_donors, b.examined, b.collections, b.abroad_collections})
            out += " " + std::to_string(n);
        return out + " " + optional(b.collections_per_1000) + " " + optional(b.days_to_collection);
    }

    scratch_folder folder;
    registry_store store = registry_store::create(folder / "registry.db", starter(), "setup");
    std::int64_t last = 0;
};

TEST_F(used_pool, by_branch) {
    const auto year = utilisation(store, day("2024-01-01"), day("2024-06-30"));
    ASSERT_EQ(year.branches.size(), 3U);
    EXPECT_EQ(text_of(year.branches[0]), ": 1 0 0 0 1 0 0 0 0 0 none");
    EXPECT_EQ(text_of(year.branches[1]), "Hangzhou: 2 1 1 0 0 0 1 1 0 500 4");
    EXPECT_EQ(text_of(year.branches[2]), "Ningbo: 4 1 1 1 1 2 2 2 1 500 20");
    EXPECT_EQ(text_of(year.whole).substr(0, 30), ": 7 2 2 1 2 2 3 3 1 428.57144 ");
    EXPECT_EQ(year.whole.days_to_collection, 10);
    const io::table table = year.to_table();
    ASSERT_EQ(table.columns.size(), 12U);
    EXPECT_EQ(table.rows(), 3U);
    EXPECT_FALSE(table.columns[11].is_valid(0));
    const io::table retired = year.retirements();
    EXPECT_EQ(std::get<io::column::strings>(retired.columns[1].values), (io::column::strings{"", "own wish"}));
}

TEST_F(used_pool, the_range_counts_its_days) {
    const auto february = utilisation(store, day("2024-01-31"), day("2024-02-11"));
    EXPECT_EQ(february.whole.collections, 2U);
    EXPECT_EQ(february.whole.examined, 1U);
    EXPECT_EQ(utilisation(store, day("2024-02-01"), day("2024-02-10")).whole.collections, 0U);
    EXPECT_EQ(utilisation(store, day("2024-01-01"), day("2024-07-01")).whole.reserved, 1U);  // the reservation is over
    EXPECT_NE(message_of<store_error>([&] { (void)utilisation(store, 1, 0); }).find("is before the first day"), std::string::npos);
}

TEST_F(used_pool, events_outlive_their_donor) {
    import("id,A_1,branch\nN3,01:01,Ningbo\n");
    const auto year = utilisation(store, day("2024-01-01"), day("2024-06-30"));
    ASSERT_EQ(year.branches.size(), 2U);
    EXPECT_EQ(text_of(year.branches[0]), "Hangzhou: 0 0 0 0 0 0 1 1 0 none 4");
    EXPECT_EQ(year.branches[1].collections, 2U);
    EXPECT_EQ(year.branches[1].donors, 1U);
}

TEST_F(used_pool, withdrawn_events_do_not_count) {
    withdraw_event(store, last, "wrong donor", "c");
    const auto year = utilisation(store, day("2024-01-01"), day("2024-06-30"));
    EXPECT_EQ(year.whole.collections, 2U);
    EXPECT_EQ(year.branches[1].reserved, 2U);
}

}  // namespace
