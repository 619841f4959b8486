// SPDX-License-Identifier: Apache-2.0
#include "model/same_registry.hpp"
#include "unit/io/scratch_folder.hpp"
#include "unit/store/stores.hpp"

#include <allomatch/store/audit.hpp>
#include <allomatch/store/stored_donors.hpp>

#include <gtest/gtest.h>

#include <sqlite3.h>

using namespace allomatch;
using namespace allomatch::testing;
using io::testing::message_of;
using io::testing::scratch_folder;

namespace {

constexpr std::string_view three = "id,A_1,A_2,B_1,sex,note\n"
                                   "D1,01:01,02:01,07:02,F,\n"
                                   "D2,03:01,11:01,,M,\"a \"\"quoted\"\" note\"\n"
                                   "D3,24:02,,08:01,,\xE6\x9D\xAD\n";

std::string counts(const import_outcome& out) {
    return std::to_string(out.added) + " new " + std::to_string(out.changed) + " changed " + std::to_string(out.deleted) + " deleted " +
           std::to_string(out.unchanged) + " same";
}

class a_store : public ::testing::Test {
protected:
    scratch_folder folder;
    std::filesystem::path path = folder / "registry.db";
    registry_store store = registry_store::create(path, starter(), "setup");

    import_outcome import(std::string_view text, import_mode mode = import_mode::full, donor_import how = {}) {
        how.mode = mode;
        how.actor = "tester";
        return import_text(store, text, how);
    }
    /// What the library says when the store was changed behind its back.
    std::string after_tampering(const std::string& sql) {
        sqlite3* db = nullptr;
        sqlite3_open(path.c_str(), &db);
        for (const char* table : {"log", "audit", "import_rows", "imports"})
            for (const char* what : {"UPDATE", "DELETE"})
                sqlite3_exec(db, ("DROP TRIGGER " + std::string(table) + "_no_" + what).c_str(), nullptr, nullptr, nullptr);
        EXPECT_EQ(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(db);
        EXPECT_GT(sqlite3_total_changes(db), 0) << sql;
        sqlite3_close(db);
        return message_of<store_error>([&] { (void)verify_store(store); });
    }
};

}  // namespace

TEST_F(a_store, a_full_import_replaces_all) {
    EXPECT_EQ(counts(import(three)), "3 new 0 changed 0 deleted 0 same");
    const auto version = store.version();
    EXPECT_EQ(counts(import(three)), "0 new 0 changed 0 deleted 3 same");
    EXPECT_EQ(store.version(), version);

    donor_import shrink;
    shrink.allow_shrink = true;
    EXPECT_EQ(counts(import("id,A_1,A_2,B_1,sex,note\nD1,01:01,02:01,07:02,M,\nD4,01:01,,,,\n", import_mode::full, shrink)),
              "1 new 1 changed 2 deleted 0 same");
    const auto derived = read_registry(store, starter());
    EXPECT_EQ(derived.donors->size(), 2U);
    EXPECT_FALSE(derived.donors->find("D2"));
    EXPECT_EQ(store.info().donors, 2U);
    EXPECT_EQ(find_donor(store, "D2")->there, false);
    EXPECT_EQ(find_donor(store, "D9"), std::nullopt);
}

TEST_F(a_store, gives_the_registry_that_the_file_gives) {
    (void)import(three);
    io::csv_source rows(three, "donors.csv");
    io::import_report report;
    const auto direct = io::import_donors(rows, starter().names, nullptr, {}, report);
    const auto derived = read_registry(store, starter());
    EXPECT_EQ(derived.unreadable.rows_refused, 0U);
    for (donor_index d = 0; d < direct->size(); ++d) {
        const auto same = derived.donors->find(direct->id(d));
        ASSERT_TRUE(same);
        for (std::size_t l = 0; l < locus_count; ++l)
            EXPECT_EQ(direct->typing_text(static_cast<locus>(l), d), derived.donors->typing_text(static_cast<locus>(l), *same));
        for (const char* field : {"sex", "note"}) EXPECT_EQ(direct->field(field)->text(d), derived.donors->field(field)->text(*same));
    }
}

TEST_F(a_store, a_diff_changes_what_it_names) {
    (void)import(three);
    EXPECT_EQ(counts(import("id,A_1,A_2,change\nD1,01:01,,changed\nD2,,,deleted\nD9,,,deleted\nD5,02:01,,new\n", import_mode::diff)),
              "1 new 1 changed 1 deleted 0 same");
    EXPECT_EQ(read_registry(store, starter()).donors->size(), 3U);
    const auto refused = import("id,A_1,change\nD1,01:01,renamed\n", import_mode::diff);
    ASSERT_EQ(refused.rows.problems.size(), 1U);
    EXPECT_NE(refused.rows.problems[0].reason.find("expected new, changed, upsert or deleted"), std::string::npos);
    const auto history = donor_history(store, "D2");
    ASSERT_EQ(history.size(), 2U);
    EXPECT_TRUE(history[0].donor.there);
    EXPECT_FALSE(history[1].donor.there);
    EXPECT_EQ(history[1].actor, "tester");
}

TEST_F(a_store, a_list_of_deletions_needs_only_ids) {
    (void)import(three);
    const auto out = import("id,change\nD9,deleted\nD1,deleted\nD2,changed\nD1,deleted\n", import_mode::diff);
    EXPECT_EQ(counts(out), "0 new 0 changed 1 deleted 0 same");
    ASSERT_EQ(out.rows.warnings.size(), 1U);
    EXPECT_EQ(out.rows.warnings[0].first.id, "D9");
    EXPECT_EQ(out.rows.warnings[0].first.row, 2U);
    EXPECT_EQ(out.rows.rows_refused, 2U);  // D2 would lose its typing, D1 is deleted twice
    EXPECT_EQ(read_registry(store, starter()).donors->size(), 2U);
}

TEST_F(a_store, an_id_in_a_deletion_and_another_row_is_refused) {
    (void)import(three);
    const auto out = import("id,A_1,change\nD1,,deleted\nD1,02:01,new\n", import_mode::diff);
    EXPECT_EQ(counts(out), "0 new 1 changed 0 deleted 0 same");
    ASSERT_EQ(out.rows.problems.size(), 1U);
    EXPECT_NE(out.rows.problems[0].reason.find("in another row too"), std::string::npos);
}

TEST_F(a_store, the_first_import_decides_the_rules) {
    donor_import how;
    how.actor = "tester";
    io::csv_source rows(three, "donors.csv");
    const reading_rules plain{nomenclature::names()};
    EXPECT_EQ(import_donors(store, rows, plain, how).added, 3U);
    EXPECT_EQ(store.info().release, nomenclature::names()->version());
    EXPECT_THROW(store.check(starter()), store_error);
    EXPECT_EQ(verify_store(store).size(), 64U);
}

TEST_F(a_store, a_check_changes_nothing) {
    (void)import(three);
    const auto before = store.info();
    const auto found = import("id,A_1,A_2,B_1,sex,note\nD1,01:01,02:01,08:01,F,\nD2,03:01,11:01,,M,\"a \"\"quoted\"\" note\"\nD7,01:01,,,,\n", import_mode::check);
    EXPECT_EQ(counts(found), "1 new 1 changed 1 deleted 1 same");
    std::string differences;
    for (const donor_difference& d : found.differences) differences += d.id + ' ' + d.column + ' ' + d.before + ">" + d.after + "; ";
    EXPECT_EQ(differences, "D1 B_1 07:02>08:01; D7  >; D3  >; ");
    EXPECT_EQ(store.info().changes, before.changes);
    EXPECT_EQ(store.version(), before.version);
}

TEST_F(a_store, does_not_lose_many_donors_by_mistake) {
    (void)import(three);
    const auto said = message_of<store_error>([&] { (void)import("id,A_1\nD1,01:01\n"); });
    EXPECT_NE(said.find("lacks 2 of 3 donors"), std::string::npos) << said;
    EXPECT_EQ(store.info().donors, 3U);
    donor_import half;
    half.most_removed = 0.5;
    EXPECT_EQ(counts(import("id,A_1,A_2,B_1,sex,note\nD1,01:01,02:01,07:02,F,\nD2,03:01,11:01,,M,x\n", import_mode::full, half)),
              "0 new 1 changed 1 deleted 1 same");
    // A row without an id may be the donor that seems to be gone.
    const auto lost = message_of<store_error>([&] { (void)import("id,A_1,A_2,B_1,sex,note\nD1,01:01,02:01,07:02,F,\n,03:01,,,,\n", import_mode::full, half); });
    EXPECT_NE(lost.find("1 rows have no id"), std::string::npos) << lost;
}

TEST_F(a_store, a_refused_row_leaves_its_donor) {
    (void)import(three);
    const auto out = import("id,A_1,A_2,B_1,sex,note\nD1,99:99:99:99:99,,,,\nD2,03:01,11:01,,M,\"a \"\"quoted\"\" note\"\nD3,24:02,,08:01,,\xE6\x9D\xAD\n");
    EXPECT_EQ(counts(out), "0 new 0 changed 0 deleted 2 same");
    EXPECT_EQ(out.rows.rows_refused, 1U);
    EXPECT_EQ(find_donor(store, "D1")->record[0].second, "01:01");
    donor_import strict;
    strict.strict = true;
    EXPECT_THROW((void)import("id,A_1\nD1,99:99:99:99:99\nD8,01:01\n", import_mode::diff, strict), format_error);
    EXPECT_FALSE(find_donor(store, "D8").has_value());
}

TEST_F(a_store, takes_files_that_say_what_they_are) {
    (void)import(three);
    const auto file = folder / "changes.json";
    std::ofstream(file) << R"({"updateMode": "diff", "donors": [
        {"recordId": "D2", "changeType": "D"},
        {"recordId": "D8", "changeType": "N", "donorType": "D",
         "hla": {"a": {"dna": {"field1": "02:01", "field2": "11:01"}}, "b": {"dna": {"field1": "40:01", "field2": "46:01"}},
                 "drb1": {"dna": {"field1": "09:01", "field2": "15:01"}}}}]})";
    EXPECT_EQ(mode_of(file), import_mode::diff);
    donor_import how;
    how.actor = "tester";
    EXPECT_NE(message_of<store_error>([&] { (void)import_donors(store, file, starter(), how); }).find("mode diff"), std::string::npos);
    how.mode = import_mode::diff;
    EXPECT_EQ(counts(import_donors(store, file, starter(), how)), "1 new 0 changed 1 deleted 0 same");
    const auto donors = read_registry(store, starter()).donors;
    EXPECT_EQ(shown_pair_text(donors->typing_text(locus::A, *donors->find("D8"))), "02:01 + 11:01");
}

TEST_F(a_store, columns_differ_in_more_than_case) {
    (void)import("id,A_1,Note\nD1,01:01,x\n");
    EXPECT_EQ(counts(import("ID,a_1,NOTE\nD1,01:01,x\n")), "0 new 0 changed 0 deleted 1 same");
}

TEST_F(a_store, verify_finds_every_kind_of_tampering) {
    (void)import(three);
    (void)import("id,A_1,A_2,change\nD1,bad,,\nD2,,,deleted\n", import_mode::diff);
    EXPECT_EQ(verify_store(store).size(), 64U);
    EXPECT_NE(after_tampering("UPDATE donors SET entry = 1 WHERE id = 'D2'").find("donor 'D2' is not as"), std::string::npos);
    EXPECT_NE(after_tampering("DELETE FROM donors WHERE id = 'D2'").find("donor 'D2' is not as"), std::string::npos);
    EXPECT_NE(after_tampering("INSERT INTO log(id, record, audit) VALUES('D1', '{}', 99)").find("no entry of the audit trail covers"), std::string::npos);
    EXPECT_NE(after_tampering("DELETE FROM log WHERE audit = 99; UPDATE import_rows SET reason = ''").find("covers were changed"), std::string::npos);
}

TEST_F(a_store, verify_finds_a_changed_record) {
    (void)import(three);
    EXPECT_NE(after_tampering("UPDATE log SET record = replace(record, '01:01', '01:02') WHERE id = 'D1'").find("(import, "), std::string::npos);
}

TEST_F(a_store, verify_finds_a_changed_trail) {
    (void)import(three);
    EXPECT_NE(after_tampering("UPDATE audit SET actor = 'somebody else' WHERE seq = 2").find("entry 2 of the audit trail"), std::string::npos);
    EXPECT_NE(after_tampering("DELETE FROM audit WHERE seq = 1").find("entry 1 of the audit trail is missing"), std::string::npos);
}

TEST_F(a_store, verify_finds_changed_rules) {
    (void)import(three);
    EXPECT_NE(after_tampering("UPDATE meta SET value = 'starter 9.9' WHERE key = 'release'").find("its release was changed"), std::string::npos);
}

TEST_F(a_store, what_was_written_stays) {
    (void)import(three);
    sqlite3* db = nullptr;
    sqlite3_open(path.c_str(), &db);
    for (const char* table : {"log", "audit", "imports"}) {
        EXPECT_NE(sqlite3_exec(db, ("DELETE FROM " + std::string(table)).c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
        EXPECT_NE(sqlite3_exec(db, ("UPDATE " + std::string(table) + " SET audit = 1").c_str(), nullptr, nullptr, nullptr), SQLITE_OK);
    }
    sqlite3_close(db);
    EXPECT_EQ(verify_store(store).size(), 64U);
}

TEST_F(a_store, refuses_what_is_not_its_own) {
    (void)import(three);
    EXPECT_NE(message_of<store_error>([&] { (void)registry_store::create(path, starter(), "x"); }).find("is there already"), std::string::npos);
    EXPECT_NE(message_of<store_error>([&] { registry_store{folder / "none.db"}; }).find("no such file"), std::string::npos);
    EXPECT_NE(message_of<store_error>([&] { registry_store{folder.path()}; }).find("folder"), std::string::npos);
    std::ofstream(folder / "text.db") << "id,A_1\n";
    EXPECT_NE(message_of<store_error>([&] { registry_store{folder / "text.db"}; }).find("not a registry store"), std::string::npos);
    EXPECT_FALSE(is_store(folder / "text.db"));
    EXPECT_TRUE(is_store(path));
    const reading_rules other{nomenclature::names()};
    EXPECT_NE(message_of<store_error>([&] { (void)read_registry(store, other); }).find("are read with release"), std::string::npos);
    donor_import nobody;
    io::csv_source rows(three, "donors.csv");
    EXPECT_NE(message_of<store_error>([&] { (void)import_donors(store, rows, starter(), nobody); }).find("actor"), std::string::npos);
    EXPECT_EQ(store.version(), 3U);
}
