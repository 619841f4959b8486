// SPDX-License-Identifier: Apache-2.0
#include "model/same_registry.hpp"
#include "unit/io/scratch_folder.hpp"
#include "unit/store/stores.hpp"

#include <allomatch/registry/snapshot.hpp>
#include <allomatch/search/search.hpp>
#include <allomatch/store/live_registry.hpp>

#include <gtest/gtest.h>

#include <thread>

using namespace allomatch;
using namespace allomatch::testing;
using io::testing::message_of;
using io::testing::scratch_folder;

namespace {

/// Thirty donors, all with the same note; every third one is left out when `k` is odd.
std::string file(int k) {
    std::string text = "id,A_1,A_2,B_1,DRB1_1,note\n";
    for (int d = 0; d < 30; ++d) {
        if (k % 2 == 1 && d % 3 == 0) continue;
        const char* a = (d + k) % 2 == 0 ? "02:01" : "24:02";
        text += "D" + std::to_string(d) + "," + a + ",11:01,40:01,09:01,n" + std::to_string(k) + "\n";
    }
    return text;
}

class a_followed_store : public ::testing::Test {
protected:
    scratch_folder folder;
    std::filesystem::path path = folder / "registry.db";
    registry_store store = registry_store::create(path, starter(), "setup");

    void import(int k) {
        donor_import how;
        how.actor = "tester";
        how.allow_shrink = true;
        (void)import_text(store, file(k), how);
    }
    /// The note that all donors have; empty when they differ or are not as many as they should be.
    static std::string note_of(const registry& donors) {
        const field_column* notes = donors.field("note");
        if (notes == nullptr || donors.size() == 0) return {};
        const std::string note = notes->text(0);
        for (donor_index d = 0; d < donors.size(); ++d)
            if (notes->text(d) != note) return {};
        const bool odd = (note.back() - '0') % 2 == 1;
        return donors.size() == (odd ? 20U : 30U) ? note : std::string{};
    }
};

}  // namespace

TEST_F(a_followed_store, follows_what_another_connection_commits) {
    import(0);
    live_registry live(path, starter(), std::chrono::milliseconds(0));
    const auto first = live.current();
    EXPECT_EQ(note_of(*first), "n0");
    EXPECT_FALSE(live.refresh());
    EXPECT_EQ(live.current(), first);
    import(1);
    EXPECT_TRUE(live.refresh());
    EXPECT_EQ(note_of(*live.current()), "n1");
    EXPECT_EQ(note_of(*first), "n0");  // who has it keeps it
    EXPECT_EQ(live.current()->origin().version, store.version());
    const auto fresh = read_registry(store, starter()).donors;
    EXPECT_EQ(model::content_difference(*live.current(), *fresh), "");
}

TEST_F(a_followed_store, picks_changes_up_by_itself) {
    import(0);
    live_registry live(path, starter(), std::chrono::milliseconds(1));
    import(1);
    for (int i = 0; i < 5000 && note_of(*live.current()) != "n1"; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(2));
    EXPECT_EQ(note_of(*live.current()), "n1");
}

TEST_F(a_followed_store, concurrent_readers_see_complete_versions) {
    import(0);
    live_registry live(path, starter(), std::chrono::milliseconds(1));
    std::atomic<bool> done = false;
    std::atomic<int> torn = 0;
    std::atomic<int> looked = 0;
    {
        std::vector<std::jthread> readers;
        for (int r = 0; r < 3; ++r)
            readers.emplace_back([&] {
                std::uint64_t version = 0;
                while (!done) {
                    const auto donors = live.current();
                    if (note_of(*donors).empty() || donors->origin().version < version) ++torn;
                    version = donors->origin().version;
                    ++looked;
                }
            });
        for (int k = 1; k < 10; ++k) {
            import(k);
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        while (note_of(*live.current()) != "n9") std::this_thread::yield();
        done = true;
    }
    EXPECT_EQ(torn, 0);
    EXPECT_GT(looked, 10);
}

TEST_F(a_followed_store, tells_why_it_does_not_follow) {
    import(0);
    live_registry live(path, starter(), std::chrono::milliseconds(0));
    store.switch_rules({nomenclature::names()}, "tester");
    EXPECT_NE(message_of<store_error>([&] { (void)live.refresh(); }).find("are read with release"), std::string::npos);
    ASSERT_TRUE(live.trouble());
    EXPECT_EQ(note_of(*live.current()), "n0");
    store.switch_rules(starter(), "tester");
    EXPECT_FALSE(live.refresh());
    EXPECT_FALSE(live.trouble());
}

TEST_F(a_followed_store, opens_from_its_snapshot_and_what_came_since) {
    import(0);
    const auto at_first = open_registry(store, starter()).donors;
    EXPECT_FALSE(is_snapshot(snapshot_path(path)));
    write_snapshot(store, *at_first);
    EXPECT_EQ(open_registry(store, starter()).donors->origin(), at_first->origin());
    const auto written = std::filesystem::last_write_time(snapshot_path(path));
    write_snapshot(store, *at_first);
    EXPECT_EQ(std::filesystem::last_write_time(snapshot_path(path)), written);

    donor_import one;
    one.mode = import_mode::diff;
    one.actor = "tester";
    (void)import_text(store, "id,A_1,A_2,B_1,DRB1_1,note\nD1,33:03,,40:01,09:01,n0\nD77,33:03,,40:01,09:01,n0\n", one);
    const auto now = open_registry(store, starter()).donors;
    EXPECT_EQ(model::content_difference(*now, *read_registry(store, starter()).donors), "");
    EXPECT_TRUE(now->find("D77"));

    // A damaged or foreign snapshot is not used.
    std::ofstream(snapshot_path(path), std::ios::binary | std::ios::in | std::ios::out).seekp(200) << "damage";
    EXPECT_EQ(open_registry(store, starter()).donors->size(), 31U);
    const auto other_path = folder / "other.db";
    auto other = registry_store::create(other_path, starter(), "setup");
    EXPECT_THROW(write_snapshot(other, *now), store_error);
    save_snapshot(*now, snapshot_path(other_path));
    EXPECT_EQ(open_registry(other, starter()).donors->size(), 0U);
}

TEST_F(a_followed_store, a_store_that_was_put_back_to_a_backup_is_read_anew) {
    import(0);
    std::filesystem::copy_file(path, folder / "backup.db");
    std::filesystem::copy_file(folder / "registry.db-wal", folder / "backup.db-wal");
    const auto diff = [](registry_store& into, std::string_view text) {
        donor_import how;
        how.mode = import_mode::diff;
        how.actor = "tester";
        (void)import_text(into, text, how);
    };
    diff(store, "id,A_1,note\nD1,33:03,lost\n");
    const auto lost = open_registry(store, starter()).donors;
    registry_store back(folder / "backup.db");
    diff(back, "id,A_1,note\nD2,33:03,kept\n");
    EXPECT_EQ(back.version(), lost->origin().version);
    EXPECT_EQ(back.id(), store.id());
    diff(back, "id,A_1,note\nD3,33:03,kept\n");
    EXPECT_EQ(model::content_difference(*follow(back, lost, starter()).donors, *read_registry(back, starter()).donors), "");
    save_snapshot(*lost, snapshot_path(folder / "backup.db"));
    EXPECT_EQ(open_registry(back, starter()).donors->field("note")->text(*open_registry(back, starter()).donors->find("D1")), "n0");
}

TEST_F(a_followed_store, an_empty_store_is_a_registry_too) {
    EXPECT_EQ(open_registry(store, starter()).donors->size(), 0U);
    live_registry live(path, starter(), std::chrono::milliseconds(0));
    import(2);
    EXPECT_TRUE(live.refresh());
    EXPECT_EQ(note_of(*live.current()), "n2");
}
