// SPDX-License-Identifier: Apache-2.0
// Lives of donors at random, beside a plain model.
#include "model/miniature.hpp"
#include "unit/io/scratch_folder.hpp"
#include "unit/store/stores.hpp"

#include <allomatch/store/audit.hpp>
#include <allomatch/store/donor_life.hpp>
#include <allomatch/store/stored_donors.hpp>

#include <gtest/gtest.h>

#include <map>

using namespace allomatch;
using namespace allomatch::testing;
using io::testing::scratch_folder;
using enum collection_step;

namespace {

constexpr std::string_view one_night = "id,A_1,A_2,branch\nD1,01:01,02:01,x\nD2,01:01,02:01,y\n";
constexpr std::string_view another_night = "id,A_1,A_2,branch\nD1,01:01,02:01,z\nD2,01:01,02:01,y\n";

/// Whatever is called in whatever order, the store stays whole, refusals change nothing, and a plain model agrees
/// on who is held back.
TEST(random_lives, agree_with_a_plain_model) {
    struct state {
        std::string status, holder;
        day_number until = no_day;
    };
    const scratch_folder folder;
    std::size_t done = 0;
    std::size_t refusals = 0;
    std::size_t collections = 0;
    for (unsigned seed = 0; seed < 6; ++seed) {
        allomatch::model::dice roll(seed);
        std::map<std::string, state> states;
        std::map<std::pair<std::string, std::string>, collection_step> next;  // of donor and patient
        registry_store store = registry_store::create(folder / ("random" + std::to_string(seed) + ".db"), starter(), "setup");
        const auto import = [&](std::string_view text) {
            donor_import how;
            how.actor = "nightly";
            (void)import_text(store, text, how);
        };
        import(one_night);
        day_number on = read_date("2020-01-01").value();
        for (int i = 0; i < 150; ++i) {
            on += static_cast<day_number>(roll(4));
            const std::string donor = roll.pick(std::vector<std::string>{"D1", "D2"});
            const std::string who = roll.pick(std::vector<std::string>{"P1", "P2"});
            state& s = states[donor];
            const auto call = [&](const auto& what) {
                const auto version = store.version();
                const auto changes = store.info().changes;
                try {
                    what();
                    ++done;
                    EXPECT_EQ(store.info().changes, changes + 1);
                    return true;
                } catch (const store_error&) {
                    ++refusals;
                    EXPECT_EQ(store.version(), version);
                    EXPECT_EQ(store.info().changes, changes);
                    return false;
                }
            };
            const bool held_by_other = !s.holder.empty() && s.holder != who && s.until >= on;
            switch (roll(14)) {
                case 0: {
                    const std::string status = roll.pick(std::vector<std::string>{"AV", "TU", "DE", "AV", "AV"});
                    EXPECT_TRUE(call([&] { set_status(store, donor, status, on, "x", "c"); }));
                    s.status = status;
                    break;
                }
                case 1:
                    EXPECT_EQ(call([&] { lift_status(store, donor, on, "x", "c"); }), !s.status.empty());
                    s.status.clear();
                    break;
                case 2:
                case 3: {
                    const auto until = on + static_cast<day_number>(roll(40));
                    EXPECT_EQ(call([&] { reserve(store, donor, who, on, until, "", "c"); }), s.status != "DE" && !held_by_other);
                    if (s.status != "DE" && !held_by_other) s.holder = who, s.until = until;
                    break;
                }
                case 4:
                    if (roll.once_in(2)) {
                        EXPECT_EQ(call([&] { release(store, donor, who, on, "x", "c"); }), s.holder == who);
                        if (s.holder == who) s.holder.clear();
                    }
                    break;
                case 5: import(roll.once_in(2) ? one_night : another_night); break;
                default: {
                    collection_step& likely = next[{donor, who}];
                    const auto what = roll.once_in(4) ? static_cast<collection_step>(roll(6)) : likely;
                    step_detail detail;
                    if (what <= assessment) detail.cleared = !roll.once_in(8);
                    if (detail.cleared == false) detail.reason = "x";
                    if (what == collection_plan) detail.product = static_cast<collection_product>(roll(3));
                    const bool taken = call([&] { record_step(store, donor, who, what, on, detail, "c"); });
                    likely = taken && what != follow_up ? static_cast<collection_step>(static_cast<int>(what) + 1) : physical_examination;
                    if (what == follow_up || !taken) break;
                    EXPECT_TRUE(s.status != "DE" && !held_by_other);
                    if (what == collection_plan && detail.product != collection_product::pbsc) likely = collection;
                    if (what != collection) break;
                    ++collections;
                    if (s.holder == who) s.holder.clear();
                }
            }
        }
        const auto all = read_registry(store, starter()).donors;
        for (const char* donor : {"D1", "D2"}) {
            const donor_index d = all->find(donor).value();
            EXPECT_EQ(all->field("status")->text(d), states[donor].status);
            EXPECT_EQ(all->field("reserved_for")->text(d), states[donor].holder);
        }
        EXPECT_EQ(verify_store(store).size(), 64U);
    }
    EXPECT_GT(done, 200U);
    EXPECT_GT(refusals, 200U);
    EXPECT_GT(collections, 5U);
}

}  // namespace
