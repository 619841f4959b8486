// SPDX-License-Identifier: Apache-2.0
// What a registry itself knows of its donors: status, reservations, steps to a collection, donations.
#include "unit/io/scratch_folder.hpp"
#include "unit/store/stores.hpp"

#include <allomatch/search/search.hpp>
#include <allomatch/store/audit.hpp>
#include <allomatch/store/donor_life.hpp>
#include <allomatch/store/stored_donors.hpp>
#include <allomatch/store/stored_searches.hpp>

#include <gtest/gtest.h>

#include <set>

using namespace allomatch;
using namespace allomatch::testing;
using io::testing::message_of;
using io::testing::scratch_folder;
using enum collection_step;

namespace {

constexpr std::string_view donors = "id,A_1,A_2,branch,status,donations\n"
                                    "D1,01:01,02:01,Ningbo,,1\n"
                                    "D2,01:01,02:01,Hangzhou,AV,\n"
                                    "D3,01:01,02:01,Ningbo,TU,\n"
                                    "D4,01:01,02:01,Ningbo,OP,\n"
                                    "D5,01:01,02:01,Ningbo,DE,\n";

day_number day(std::string_view text) { return read_date(text).value(); }
const step_detail cleared{.cleared = true};
const step_detail pbsc{.product = collection_product::pbsc};
const step_detail marrow{.product = collection_product::marrow};

class donor_life : public ::testing::Test {
protected:
    donor_life() { import(donors); }

    void import(std::string_view text, import_mode mode = import_mode::full) {
        donor_import how;
        how.mode = mode;
        how.actor = "nightly";
        how.allow_shrink = true;
        (void)import_text(store, text, how);
    }
    /// A cell of the donor as searches have it.
    [[nodiscard]] std::string cell(std::string_view id, std::string_view field) const {
        const auto all = read_registry(store, starter()).donors;
        const auto d = all->find(id);
        return d ? all->field(field)->text(*d) : "not there";
    }
    static std::shared_ptr<const patient> patient_of(const std::string& id) {
        std::array<std::string, locus_count> texts;
        texts[index(locus::A)] = "A*01:01+A*02:01";
        auto who = std::make_shared<patient>();
        (void)read_patient({starter().names.get(), nullptr, gene_set::all(), column_kind::dna}, null_policy::ignore_inside_ambiguity, id, texts,
                           {}, *who);
        return who;
    }
    /// Ids that a search for the patient offers.
    [[nodiscard]] std::string offered(const std::string& patient_id, std::string_view on) const {
        search_request request;
        request.loci = {locus::A};
        request.on = day(on);
        const match_list found = search(read_registry(store, starter()).donors, patient_of(patient_id), request);
        std::set<std::string> ids;
        for (const hit& h : found.hits) ids.emplace(found.donors->id(h.donor));
        std::string out;
        for (const std::string& id : ids) out += (out.empty() ? "" : " ") + id;
        return out;
    }
    /// What a call says that must change nothing.
    template <class Call>
    std::string refused(const Call& call) {
        const store_info before = store.info();
        const std::string said = message_of<store_error>(call);
        const store_info after = store.info();
        EXPECT_EQ(after.version, before.version) << said;
        EXPECT_EQ(after.changes, before.changes) << said;
        return said;
    }
    std::int64_t step(collection_step what, std::string_view on, const step_detail& detail = {}, const std::string& donor = "D1",
                      const std::string& patient_id = "P7") {
        return record_step(store, donor, patient_id, what, day(on), detail, "coordinator");
    }
    std::string refused_step(collection_step what, std::string_view on, const step_detail& detail = {}, const std::string& donor = "D1",
                             const std::string& patient_id = "P7") {
        return refused([&] { step(what, on, detail, donor, patient_id); });
    }
    void reserve_d1(std::string_view from = "2024-01-10", std::string_view until = "2024-06-30") {
        (void)reserve(store, "D1", "P7", day(from), day(until), "work-up", "coordinator");
    }
    [[nodiscard]] std::string kinds(std::string_view id) const {
        std::string out;
        for (const donor_event& e : donor_events(store, id)) out += (out.empty() ? "" : " ") + e.kind + (e.withdrawn ? "(withdrawn)" : "");
        return out;
    }

    scratch_folder folder;
    registry_store store = registry_store::create(folder / "registry.db", starter(), "setup");
};

#define EXPECT_SAYS(said, words) EXPECT_NE((said).find(words), std::string::npos) << (said)

TEST_F(donor_life, a_search_never_offers_who_is_retired_or_reserved) {
    EXPECT_EQ(offered("P7", "2024-03-01"), "D1 D2 D3");  // D4 is OP, D5 DE
    reserve_d1();
    set_status(store, "D2", "DE", day("2024-01-11"), "own wish", "coordinator");
    EXPECT_EQ(offered("P7", "2024-06-30"), "D1 D3");
    EXPECT_EQ(offered("P8", "2024-06-30"), "D3");
    EXPECT_EQ(offered("P8", "2024-07-01"), "D1 D3");  // it ended without a further call
    lift_status(store, "D2", day("2024-02-01"), "a mistake", "coordinator");
    EXPECT_EQ(offered("P8", "2024-06-30"), "D2 D3");
    EXPECT_EQ(verify_store(store).size(), 64U);
}

TEST_F(donor_life, a_status_holds_over_imports) {
    set_status(store, "D1", "DE", day("2024-01-10"), "illness", "coordinator");
    reserve(store, "D2", "P7", day("2024-01-10"), day("2024-12-31"), "", "coordinator");
    const auto version = store.version();
    import(donors);
    EXPECT_EQ(store.version(), version);
    import("id,A_1,A_2,branch,status,donations\nD1,01:01,02:01,Ningbo,AV,1\nD2,01:01,02:01,Hangzhou,AV,\n");
    EXPECT_EQ(cell("D1", "status"), "DE");
    EXPECT_EQ(cell("D2", "reserved_for"), "P7");
    import("id,A_1\nD9,01:01\n");
    EXPECT_EQ(cell("D1", "status"), "not there");
    EXPECT_SAYS(refused([&] { set_status(store, "D1", "AV", day("2024-02-01"), "x", "c"); }), "is deleted");
    import(donors);
    EXPECT_EQ(cell("D1", "status"), "DE");
    EXPECT_EQ(cell("D2", "reserved_until"), "2024-12-31");
    set_status(store, "D1", "AV", day("2024-02-01"), "well again", "coordinator");
    EXPECT_EQ(cell("D1", "status"), "AV");
    EXPECT_EQ(kinds("D1"), "status status");
    import("id,A_1,A_2,branch,status,donations\nD1,01:01,02:01,Ningbo,DE,1\n");
    EXPECT_EQ(cell("D1", "status"), "DE");  // nobody offers a donor whom the branch has lost
    EXPECT_SAYS(refused([&] { set_status(store, "D1", "AV", day("2024-02-02"), "x", "c"); }), "retired by the donor file");
    import("id,A_1,A_2,branch,status,donations\nD1,01:01,02:01,Ningbo,TU,1\n");
    EXPECT_EQ(cell("D1", "status"), "AV");
    const auto as_it_is = store.version();
    set_status(store, "D1", "AV", day("2024-02-02"), "asked again", "coordinator");
    EXPECT_EQ(store.version(), as_it_is);  // an event, and the donor is as before
}

TEST_F(donor_life, a_status_that_ends) {
    set_status(store, "D2", "TU", day("2024-01-10"), "travel", "coordinator", day("2024-03-31"));
    EXPECT_EQ(cell("D2", "status_until"), "2024-03-31");
    import("id,A_1,A_2,status\nD2,01:01,02:01,DE\n");
    EXPECT_EQ(cell("D2", "status"), "DE");  // the end of a pause brings nobody back whom the file retires
    EXPECT_EQ(cell("D2", "status_until"), "");
    import("id,A_1,A_2,status\nD2,01:01,02:01,AV\n");
    EXPECT_EQ(cell("D2", "status"), "TU");
    EXPECT_SAYS(refused([&] { set_status(store, "D2", "OP", day("2024-02-01"), "x", "c", day("2024-03-01")); }), "only the status TU ends of itself");
    EXPECT_SAYS(refused([&] { set_status(store, "D2", "TU", day("2024-02-01"), "x", "c", day("2024-01-31")); }), "is before 2024-02-01");
    lift_status(store, "D2", day("2024-02-01"), "back early", "coordinator");
    EXPECT_EQ(cell("D2", "status"), "AV");
    EXPECT_SAYS(refused([&] { lift_status(store, "D2", day("2024-02-01"), "x", "c"); }), "the registry has set none");
}

TEST_F(donor_life, a_status_needs_its_words) {
    EXPECT_SAYS(refused([&] { set_status(store, "D1", "XX", day("2024-01-10"), "x", "c"); }), "'XX': expected one of AV, TU, OP, RS, DE");
    EXPECT_SAYS(refused([&] { set_status(store, "D1", "DE", day("2024-01-10"), " ", "c"); }), "reason");
    EXPECT_SAYS(refused([&] { set_status(store, "D1", "DE", day("2024-01-10"), "x", " "); }), "actor");
    EXPECT_SAYS(refused([&] { set_status(store, "D1", "DE", no_day, "x", "c"); }), "expected a day from");
    EXPECT_SAYS(refused([&] { set_status(store, "D1", "DE", today() + 2, "x", "c"); }), "lies in the future");
    EXPECT_SAYS(refused([&] { set_status(store, "D77", "DE", day("2024-01-10"), "x", "c"); }), "'D77': there is no such donor");
    set_status(store, "D1", "DE", day("2024-01-10"), "x", "c");
    EXPECT_SAYS(refused([&] { set_status(store, "D1", "AV", day("2024-01-09"), "x", "c"); }), "before the last change of status of 2024-01-10");
}

TEST_F(donor_life, a_reservation_is_for_one_patient) {
    reserve_d1();
    const std::string said = refused([&] { reserve(store, "D1", "P8", day("2024-06-30"), day("2024-09-01"), "", "c"); });
    EXPECT_SAYS(said, "donor: 'D1': is reserved for patient P7 until 2024-06-30");
    reserve(store, "D1", "P7", day("2024-06-20"), day("2024-07-31"), "later", "c");
    EXPECT_EQ(cell("D1", "reserved_until"), "2024-07-31");
    EXPECT_SAYS(refused([&] { reserve(store, "D1", "P8", day("2024-07-31"), day("2024-09-01"), "", "c"); }), "until 2024-07-31");
    reserve(store, "D1", "P8", day("2024-08-01"), day("2024-09-01"), "", "c");
    EXPECT_EQ(cell("D1", "reserved_for"), "P8");
    EXPECT_SAYS(refused([&] { reserve(store, "D2", "P7", day("2024-01-10"), day("2024-01-09"), "", "c"); }), "is before 2024-01-10");
    EXPECT_SAYS(refused([&] { reserve(store, "D2", " P7", day("2024-01-10"), day("2024-01-19"), "", "c"); }), "expected an id");
    EXPECT_SAYS(refused([&] { reserve(store, "D5", "P7", day("2024-01-10"), day("2024-01-19"), "", "c"); }), "is retired");
    EXPECT_SAYS(refused([&] { reserve(store, "D4", "P7", day("2024-01-10"), day("2024-01-19"), "", "c"); }), "another patient (status OP)");
    EXPECT_SAYS(refused([&] { reserve(store, "D9", "P7", day("2024-01-10"), day("2024-01-19"), "", "c"); }), "no such donor");
    EXPECT_SAYS(refused([&] { reserve(store, "D2", "P7", day("2024-01-10"), day("2024-01-19"), "", ""); }), "actor");
}

TEST_F(donor_life, a_release_ends_it) {
    EXPECT_SAYS(refused([&] { release(store, "D1", "P7", day("2024-02-01"), "x", "c"); }), "is not reserved");
    reserve_d1();
    EXPECT_SAYS(refused([&] { release(store, "D1", "P8", day("2024-02-01"), "x", "c"); }), "is reserved for patient P7 until 2024-06-30");
    EXPECT_SAYS(refused([&] { release(store, "D1", "P7", day("2024-01-09"), "x", "c"); }), "before the reservation of 2024-01-10");
    EXPECT_SAYS(refused([&] { release(store, "D1", "P7", day("2024-02-01"), "", "c"); }), "reason");
    step(physical_examination, "2024-01-20", cleared);
    release(store, "D1", "P7", day("2024-02-01"), "patient died", "c");
    EXPECT_EQ(cell("D1", "reserved_for"), "");
    EXPECT_SAYS(refused([&] { reserve(store, "D1", "P8", day("2024-01-31"), day("2024-03-01"), "", "c"); }), "before the release of 2024-02-01 for patient P7");
    reserve(store, "D1", "P7", day("2024-02-02"), day("2024-03-01"), "", "c");
    EXPECT_SAYS(refused_step(assessment, "2024-02-03", cleared), "the physical_examination is missing, no step is recorded");
}

TEST_F(donor_life, the_record_may_reserve_too) {
    import("id,A_1,A_2,reserved_for,reserved_until\nD1,01:01,02:01,P9,2024-12-31\nD2,01:01,02:01,P9,2024-02-01\n");
    EXPECT_SAYS(refused([&] { reserve(store, "D1", "P7", day("2024-03-01"), day("2024-04-01"), "", "c"); }), "patient P9 until 2024-12-31");
    EXPECT_SAYS(refused([&] { release(store, "D1", "P9", day("2024-03-01"), "x", "c"); }), "only a donor file can change");
    reserve(store, "D2", "P7", day("2024-03-01"), day("2024-04-01"), "", "c");
    EXPECT_EQ(cell("D2", "reserved_for"), "P7");
    import("id,A_1,A_2,reserved_for,reserved_until\nD1,01:01,02:01,,\nD2,01:01,02:01,P9,\n");
    EXPECT_EQ(cell("D1", "reserved_for"), "");
    EXPECT_EQ(cell("D2", "reserved_for"), "P9");  // the one that lasts longer
    EXPECT_EQ(cell("D2", "reserved_until"), "");
}

TEST_F(donor_life, the_whole_way_to_a_collection) {
    EXPECT_SAYS(refused_step(physical_examination, "2024-01-20", cleared), "is not reserved for patient P7 on 2024-01-20");
    reserve_d1();
    EXPECT_SAYS(refused_step(physical_examination, "2024-01-09", cleared), "before the reservation of 2024-01-10");
    EXPECT_SAYS(refused_step(physical_examination, "2024-07-01", cleared), "is not reserved");
    step(physical_examination, "2024-01-20", cleared);
    EXPECT_SAYS(refused_step(assessment, "2024-01-19", cleared), "assessment: '2024-01-19': is before the physical_examination of 2024-01-20");
    EXPECT_SAYS(refused_step(collection_plan, "2024-01-21", pbsc), "the assessment is missing, the last step is the physical_examination of 2024-01-20");
    step(assessment, "2024-01-25", cleared);
    step(collection_plan, "2024-01-26", pbsc);
    EXPECT_SAYS(refused_step(collection, "2024-02-10"), "the mobilisation is missing, the last step is the collection_plan of 2024-01-26");
    step(mobilisation, "2024-02-05");
    step(mobilisation, "2024-02-06");
    EXPECT_SAYS(refused_step(collection, "2024-02-10", marrow), "is for pbsc, not for marrow");
    EXPECT_SAYS(refused_step(follow_up, "2024-02-10"), "the collection is missing");
    step(collection, "2024-02-10", {.abroad = true, .note = "handed over at 18:40"});
    EXPECT_EQ(cell("D1", "donations"), "2");
    EXPECT_EQ(cell("D1", "abroad_donations"), "1");
    EXPECT_EQ(cell("D1", "reserved_for"), "");
    EXPECT_SAYS(refused_step(collection, "2024-02-11"), "the collection of 2024-02-10 has ended these steps");
    EXPECT_SAYS(refused_step(follow_up, "2024-02-09"), "is before the collection of 2024-02-10");
    step(follow_up, "2024-03-10", {.note = "well"});
    step(follow_up, "2024-02-17");
    EXPECT_EQ(kinds("D1"), "reservation physical_examination assessment collection_plan mobilisation mobilisation collection follow_up follow_up");
    const donor_event collected = donor_events(store, "D1")[6];
    EXPECT_EQ(collected.patient_id, "P7");
    EXPECT_EQ(collected.day, day("2024-02-10"));
    EXPECT_EQ(collected.actor, "coordinator");
    const std::vector<std::pair<std::string, std::string>> detail{
        {"product", "pbsc"}, {"abroad", "yes"}, {"note", "handed over at 18:40"}, {"branch", "Ningbo"}, {"reserved_since", "2024-01-10"}};
    EXPECT_EQ(collected.detail, detail);
    EXPECT_EQ(verify_store(store).size(), 64U);
}

TEST_F(donor_life, a_second_donation_begins_with_an_examination) {
    reserve_d1();
    step(physical_examination, "2024-01-20", cleared);
    step(assessment, "2024-01-25", cleared);
    step(collection_plan, "2024-01-26", marrow);
    EXPECT_SAYS(refused_step(mobilisation, "2024-01-27"), "is for marrow, only pbsc needs it");
    step(collection, "2024-02-10", marrow);
    EXPECT_SAYS(refused_step(assessment, "2024-03-01", cleared), "a further donation begins with a physical_examination");
    EXPECT_SAYS(refused_step(physical_examination, "2024-03-01", cleared), "is not reserved");
    reserve(store, "D1", "P7", day("2024-03-01"), day("2024-06-30"), "lymphocytes", "c");
    EXPECT_SAYS(refused_step(physical_examination, "2024-02-09", cleared), "before the reservation of 2024-03-01");
    step(physical_examination, "2024-03-02", cleared);
    step(assessment, "2024-03-03", cleared);
    step(collection_plan, "2024-03-04", {.product = collection_product::lymphocytes});
    step(collection, "2024-03-05");
    EXPECT_EQ(cell("D1", "donations"), "3");
    EXPECT_EQ(cell("D1", "abroad_donations"), "");
    // The record counts them too, some day.
    import("id,A_1,A_2,branch,status,donations\nD1,01:01,02:01,Ningbo,,5\n");
    EXPECT_EQ(cell("D1", "donations"), "5");
}

TEST_F(donor_life, a_count_may_be_written_with_a_point) {
    import("id,A_1,donations\nD1,01:01,2.0\n");
    reserve_d1();
    step(physical_examination, "2024-01-20", cleared);
    step(assessment, "2024-01-25", cleared);
    step(collection_plan, "2024-01-26", marrow);
    step(collection, "2024-02-10");
    EXPECT_EQ(cell("D1", "donations"), "3");
}

TEST_F(donor_life, a_repeated_search_says_who_was_taken) {
    search_request request;
    request.loci = {locus::A};
    request.on = day("2024-03-01");
    const match_list first = search(read_registry(store, starter()).donors, patient_of("P8"), request);
    const std::int64_t kept = keep_search(store, first, request, false, {"", "coordinator"});
    reserve_d1();
    set_status(store, "D2", "DE", day("2024-01-10"), "own wish", "coordinator");
    const auto again = repeat_search(store, kept, read_registry(store, starter()).donors, starter(), nullptr, request.on, {"", "coordinator"});
    ASSERT_EQ(again.changes.size(), 2U);
    std::string told;
    for (const result_change& c : again.changes) told += c.donor_id + " " + c.reason + "; ";
    EXPECT_NE(told.find("D1 reserved; "), std::string::npos) << told;
    EXPECT_NE(told.find("D2 retired; "), std::string::npos) << told;
}

TEST_F(donor_life, who_was_not_cleared_is_examined_again) {
    reserve_d1();
    step(physical_examination, "2024-01-20", cleared);
    EXPECT_SAYS(refused_step(assessment, "2024-01-25", {.cleared = false}), "reason");
    step(assessment, "2024-01-25", {.cleared = false, .reason = "anaemia"});
    EXPECT_SAYS(refused_step(collection_plan, "2024-01-26", marrow), "the assessment of 2024-01-25 did not clear the donor (anaemia)");
    EXPECT_SAYS(refused_step(assessment, "2024-01-26", cleared), "a new physical_examination is needed");
    EXPECT_SAYS(refused_step(physical_examination, "2024-01-24", cleared), "is before the assessment of 2024-01-25");
    step(physical_examination, "2024-02-20", {.cleared = false, .reason = "fever"});
    EXPECT_SAYS(refused_step(assessment, "2024-02-21", cleared), "the physical_examination of 2024-02-20 did not clear the donor (fever)");
    step(physical_examination, "2024-03-01", cleared);
    step(assessment, "2024-03-01", cleared);
    EXPECT_SAYS(refused_step(collection, "2024-03-02"), "the collection_plan is missing, the last step is the assessment of 2024-03-01");
    step(collection_plan, "2024-07-15", marrow);  // the reservation is over, the steps go on
    reserve(store, "D1", "P8", day("2024-07-16"), day("2024-08-30"), "", "c");
    EXPECT_SAYS(refused_step(collection, "2024-07-17"), "is reserved for patient P8 until 2024-08-30");
    release(store, "D1", "P8", day("2024-07-18"), "x", "c");
    EXPECT_SAYS(refused_step(collection, "2024-07-19"), "the physical_examination is missing");
}

TEST_F(donor_life, who_retires_on_the_way_goes_no_further) {
    reserve_d1();
    step(physical_examination, "2024-01-20", cleared);
    set_status(store, "D1", "DE", day("2024-01-21"), "own wish", "c");
    EXPECT_SAYS(refused_step(assessment, "2024-01-25", cleared), "is retired");
    import("id,A_1\nD2,01:01\n");
    EXPECT_SAYS(refused_step(assessment, "2024-01-25", cleared), "is deleted");
    release(store, "D1", "P7", day("2024-01-22"), "own wish", "c");
    import(donors);
    EXPECT_EQ(cell("D1", "status"), "DE");
    EXPECT_EQ(cell("D1", "reserved_for"), "");
}

TEST_F(donor_life, details_belong_to_their_steps) {
    reserve_d1();
    EXPECT_SAYS(refused_step(physical_examination, "2024-01-20"), "cleared: is needed");
    EXPECT_SAYS(refused_step(collection_plan, "2024-01-20"), "product: is needed");
    EXPECT_SAYS(refused_step(mobilisation, "2024-01-20", pbsc), "is of collection_plan and collection, not of mobilisation");
    EXPECT_SAYS(refused_step(follow_up, "2024-01-20", cleared), "not of follow_up");
    EXPECT_SAYS(refused_step(follow_up, "2024-01-20", {.reason = "x"}), "not of follow_up");
    EXPECT_SAYS(refused_step(collection_plan, "2024-01-20", {.product = collection_product::marrow, .abroad = true}), "not of collection_plan");
    EXPECT_SAYS(refused_step(physical_examination, "2024-01-20", {.cleared = true, .note = std::string(2001, 'x')}), "at most 2000 bytes");
    EXPECT_EQ(collection_step_from("follow_up"), follow_up);
    EXPECT_EQ(collection_product_from("lymphocytes"), collection_product::lymphocytes);
    EXPECT_SAYS(refused([] { (void)collection_step_from("operation"); }), "expected one of physical_examination, assessment");
    EXPECT_SAYS(refused([] { (void)collection_product_from("cord"); }), "expected one of marrow, pbsc, lymphocytes");
    EXPECT_SAYS(refused([&] { (void)donor_events(store, "D9"); }), "there is no such donor");
}

TEST_F(donor_life, events_are_withdrawn_from_the_last) {
    reserve_d1();
    const std::int64_t examined = step(physical_examination, "2024-01-20", cleared);
    step(assessment, "2024-01-25", cleared);
    const std::int64_t planned = step(collection_plan, "2024-01-26", marrow);
    const std::int64_t collected = step(collection, "2024-02-10", {.abroad = true});
    EXPECT_SAYS(refused([&] { withdraw_event(store, examined, "x", "c"); }),
                "event " + std::to_string(collected) + " of donor D1 (collection of 2024-02-10) is later");
    EXPECT_SAYS(refused([&] { withdraw_event(store, collected, "", "c"); }), "reason");
    EXPECT_SAYS(refused([&] { withdraw_event(store, 999, "x", "c"); }), "there is no such event");
    const std::int64_t withdrawal = withdraw_event(store, collected, "it was D2", "coordinator");
    EXPECT_EQ(cell("D1", "donations"), "1");
    EXPECT_EQ(cell("D1", "abroad_donations"), "");
    EXPECT_EQ(cell("D1", "reserved_for"), "P7");
    EXPECT_SAYS(refused([&] { withdraw_event(store, collected, "x", "c"); }), "is withdrawn already");
    EXPECT_SAYS(refused([&] { withdraw_event(store, withdrawal, "x", "c"); }), "is a withdrawal");
    EXPECT_SAYS(refused_step(follow_up, "2024-02-17"), "the collection is missing");
    withdraw_event(store, planned, "x", "coordinator");
    EXPECT_SAYS(refused_step(collection, "2024-02-11"), "the collection_plan is missing");
    EXPECT_EQ(kinds("D1"), "reservation physical_examination assessment collection_plan(withdrawn) collection(withdrawn) withdrawal withdrawal");
    EXPECT_EQ(verify_store(store).size(), 64U);
}

}  // namespace
