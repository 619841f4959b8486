// SPDX-License-Identifier: Apache-2.0
#include "unit/io/scratch_folder.hpp"
#include "unit/store/stores.hpp"

#include <allomatch/registry/snapshot.hpp>
#include <allomatch/store/donor_life.hpp>
#include <allomatch/store/stored_donors.hpp>

#include <gtest/gtest.h>

using namespace allomatch;
using namespace allomatch::testing;
using io::testing::message_of;
using io::testing::scratch_folder;

namespace {

/// D1 and D3 are of every release; the antigen of D2 is none where there is no nomenclature.
constexpr std::string_view file = "id,A_1,A_2,B_1\nD1,02:01,11:01,40:01\nD2,A203,11:01,40:01\nD3,24:02,11:01,40:01\n";
const reading_rules no_release{nomenclature::names()};

class a_store_of_three : public ::testing::Test {
protected:
    scratch_folder folder;
    std::filesystem::path path = folder / "registry.db";
    registry_store store = registry_store::create(path, starter(), "setup");

    void SetUp() override { import(file); }
    void import(std::string_view text, import_mode mode = import_mode::full) {
        (void)import_text(store, text, {.mode = mode, .actor = "tester"});
    }
    std::string refusal_of_snapshot() {
        const auto donors = read_registry(store, starter()).donors;
        return message_of<store_error>([&] { write_snapshot(store, *donors); });
    }
};

}  // namespace

TEST_F(a_store_of_three, is_read_with_other_rules_without_a_switch) {
    const derived_registry others = reread_donors(store, no_release);
    EXPECT_EQ(others.donors->size(), 2U);
    EXPECT_EQ(others.donors->origin(), registry_origin{});
    ASSERT_EQ(others.unreadable.rows_refused, 1U);
    EXPECT_EQ(others.unreadable.problems.at(0).id, "D2");
    EXPECT_THROW((void)read_registry(store, no_release), store_error);
    EXPECT_EQ(read_registry(store, starter()).donors->size(), 3U);
}

TEST_F(a_store_of_three, tells_how_the_latest_version_came) {
    derived_registry now = latest_registry(store, {}, starter());
    EXPECT_EQ(now.how, derivation::read);
    EXPECT_EQ(now.unreadable.rows_read, 3U);
    const auto first = now.donors;
    now = latest_registry(store, now, starter());
    EXPECT_EQ(now.how, derivation::unchanged);
    EXPECT_EQ(now.donors, first);
    import("id,A_1,A_2\nD4,02:01,11:01\n", import_mode::diff);
    now = latest_registry(store, now, starter());
    EXPECT_EQ(now.how, derivation::patched);
    EXPECT_EQ(now.unreadable.rows_read, 4U);
    EXPECT_EQ(now.unreadable.rows_taken, 4U);
    EXPECT_EQ(now.donors->origin().version, store.version());
}

TEST_F(a_store_of_three, names_donors_who_cannot_be_read_whatever_it_is_opened_from) {
    store.switch_rules(no_release, "tester");
    const auto check = [](const derived_registry& now, derivation how, std::uint64_t donors) {
        EXPECT_EQ(now.how, how);
        EXPECT_EQ(now.donors->size(), donors - 1);
        EXPECT_EQ(now.unreadable.rows_read, donors);
        EXPECT_EQ(now.unreadable.rows_taken, donors - 1);
        ASSERT_EQ(now.unreadable.rows_refused, 1U);
        EXPECT_EQ(now.unreadable.problems.at(0).id, "D2");
    };
    const derived_registry first = latest_registry(store, {}, no_release);
    check(first, derivation::read, 3);
    write_snapshot(store, *first.donors);
    check(latest_registry(store, {}, no_release), derivation::unchanged, 3);
    (void)set_status(store, "D1", "TU", today(), "ill", "tester");
    check(latest_registry(store, {}, no_release), derivation::patched, 3);
    const derived_registry second = latest_registry(store, first, no_release);
    check(second, derivation::patched, 3);
    (void)set_status(store, "D2", "TU", today(), "ill", "tester");
    check(latest_registry(store, second, no_release), derivation::patched, 3);
    (void)import_donors(store, *std::make_unique<io::csv_source>("id,A_1,A_2\nD2,,\nD4,02:01,\n", "next.csv"), no_release,
                        {.mode = import_mode::diff, .actor = "tester"});
    const derived_registry last = latest_registry(store, second, no_release);
    EXPECT_EQ(last.donors->size() + last.unreadable.rows_refused, 4U);
    EXPECT_EQ(last.unreadable.rows_read, 4U);
}

TEST_F(a_store_of_three, does_not_write_its_snapshot_over_other_files) {
    const std::filesystem::path beside = snapshot_path(path);
    std::ofstream(beside) << "notes";
    EXPECT_NE(refusal_of_snapshot().find("is no snapshot and is left as it is"), std::string::npos);
    std::filesystem::remove(beside);
    registry_builder builder(starter().names, nullptr);
    save_snapshot(*builder.finish(), beside);
    EXPECT_NE(refusal_of_snapshot().find("is a snapshot of other donors"), std::string::npos);
    EXPECT_EQ(open_snapshot(beside)->size(), 0U);
}

TEST_F(a_store_of_three, whose_snapshot_would_have_its_name_gets_another) {
    EXPECT_EQ(snapshot_path("registry.db"), "registry.amx");
    EXPECT_EQ(snapshot_path("registry.amx"), "registry.amx.amx");
}
