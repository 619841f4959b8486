// SPDX-License-Identifier: Apache-2.0
#include "model/same_registry.hpp"
#include "model/small_pool.hpp"
#include "unit/io/scratch_folder.hpp"
#include "unit/search/pool.hpp"

#include <allomatch/io/csv.hpp>
#include <allomatch/io/people.hpp>
#include <allomatch/registry/registry_update.hpp>
#include <allomatch/registry/snapshot.hpp>

#include <gtest/gtest.h>

using namespace allomatch;
using namespace allomatch::model;
using namespace allomatch::testing;

namespace {

using enum locus;

registry_builder::donor_texts typed(std::string_view id, std::string_view a, std::vector<std::string_view> fields = {}) {
    registry_builder::donor_texts out;
    out.id = id;
    out.typings[index(A)] = a;
    out.fields = std::move(fields);
    return out;
}

TEST(registry_update, changes_adds_and_removes) {
    const auto base = small_pool();
    const auto before = small_pool();
    registry_update update(base, nullptr);
    update.declare_fields({"SEX", "note"});
    EXPECT_TRUE(update.put(typed("D2", "A*11:01+A*24:02", {"F", "called"})).empty());
    EXPECT_TRUE(update.put(typed(" D6 ", "A*01:01+A*02:01", {"M", ""})).empty());
    EXPECT_TRUE(update.remove("D4"));
    EXPECT_FALSE(update.remove("D6"));  // only the base is asked
    EXPECT_TRUE(update.remove("D2"));   // put wins
    const auto next = update.finish({{9}, 7});

    EXPECT_EQ(difference(*before, *base), "");
    EXPECT_EQ(disorder(*next), "");
    EXPECT_EQ(next->size(), 5U);
    EXPECT_EQ(next->origin(), (registry_origin{{9}, 7}));
    EXPECT_EQ(next->mac_fingerprint(), base->mac_fingerprint());
    EXPECT_FALSE(next->find("D4"));
    EXPECT_EQ(next->find("D2"), base->find("D2"));
    EXPECT_EQ(next->find("D6"), base->find("D4"));  // the index is free
    const donor_index changed = *next->find("D2");
    EXPECT_EQ(next->typing_text(A, changed), "A*11:01+A*24:02");
    EXPECT_EQ(next->typing_text(B, changed), "");  // put as a whole
    EXPECT_EQ(next->field("sex")->text(changed), "F");
    EXPECT_EQ(next->field("birth_date")->text(changed), "");
    EXPECT_EQ(next->field("note")->text(changed), "called");
    EXPECT_EQ(next->field("note")->text(0), "");
    EXPECT_EQ(next->field("birth_date")->text(0), "1990-04-12");
    EXPECT_EQ(base->field("note"), nullptr);
    EXPECT_EQ(next->column(A).typed, 5U);
    // Known texts and genotypes keep their numbers.
    EXPECT_EQ(next->code(A, *next->find("D6")), base->code(A, 0));
}

TEST(registry_update, refused_donors_leave_no_trace) {
    const auto base = small_pool();
    registry_update update(base, nullptr);
    update.declare_fields({"sex"});
    const auto problems = update.put(typed("D1", "A*99:01", {"X"}));
    ASSERT_EQ(problems.size(), 2U);
    EXPECT_EQ(problems[0].column, "A");
    EXPECT_EQ(problems[1].column, "sex");
    EXPECT_FALSE(update.put(typed("", "A*01:01", {""})).empty());
    EXPECT_FALSE(update.put(typed("D3", "A*02:ABC", {""})).empty());  // the codes of the base are not known here
    EXPECT_EQ(difference(*small_pool(), *base), "");
    const auto next = update.finish(base->origin());
    EXPECT_EQ(difference(*base, *next), "");
    EXPECT_EQ(next->places().data(), base->places().data());  // shared
}

TEST(registry_update, goes_on_from_its_last_version) {
    registry_update update(small_pool(), nullptr);
    for (int i = 0; i < 3; ++i) {
        EXPECT_TRUE(update.remove("D" + std::to_string(i + 1)));
        const std::string id = "N" + std::to_string(i);
        EXPECT_TRUE(update.put(typed(id, "A*01:01+A*02:01")).empty());
        const auto next = update.finish();
        EXPECT_EQ(disorder(*next), "");
        EXPECT_EQ(next->size(), 5U);
        EXPECT_EQ(next->field("sex")->text(*next->find(id)), "");
    }
    for (const char* id : {"N0", "N1", "N2", "D4", "\xE6\x9D\xAD\x35"}) EXPECT_TRUE(update.remove(id));
    const auto nobody = update.finish();
    EXPECT_EQ(nobody->size(), 0U);
    EXPECT_EQ(disorder(*nobody), "");
    EXPECT_TRUE(update.put(typed("D1", "A*01:01+A*02:01")).empty());
    EXPECT_EQ(update.finish()->typing_text(A, 0), "A*01:01+A*02:01");
}

/// Donors of 200 typings.
std::shared_ptr<const registry> large_pool(std::size_t size) {
    registry_builder builder(nomenclature::names(), nullptr);
    builder.declare_fields({"status", "branch"});
    for (std::size_t i = 0; i < size; ++i) {
        const std::string id = "D" + std::to_string(i);
        const std::string a = pair_text(std::to_string(10 + i % 20) + ":01", std::to_string(30 + i % 10) + ":01");
        if (!builder.add(typed(id, a, {"AV", "Ningbo"})).empty()) throw std::logic_error("refused");
    }
    return builder.finish();
}

TEST(registry_update, shares_what_does_not_change) {
    const auto base = large_pool(2000);
    registry_update update(base, nullptr);
    update.declare_fields({"status", "branch"});
    EXPECT_TRUE(update.put(typed("D77", base->typing_text(A, 77), {"RS", "Ningbo"})).empty());
    const auto next = update.finish();
    EXPECT_EQ(disorder(*next), "");
    const auto where = [](const packed_column& column) { return column.visit([](auto values) -> const void* { return values.data(); }); };
    EXPECT_EQ(next->places().data(), base->places().data());
    EXPECT_EQ(where(next->column(A).codes), where(base->column(A).codes));
    EXPECT_EQ(where(next->column(A).text_codes), where(base->column(A).text_codes));
    EXPECT_EQ(next->id(3).data(), base->id(3).data());
    EXPECT_EQ(&next->column(A).dictionary.at(1), &base->column(A).dictionary.at(1));
    EXPECT_EQ(next->field("status")->text(77), "RS");
    EXPECT_EQ(base->field("status")->text(77), "AV");
}

TEST(registry_update, few_changes_keep_the_order_and_many_make_it_anew) {
    for (const std::size_t changes : {1U, 30U, 100U, 900U}) {
        SCOPED_TRACE(changes);
        const auto base = large_pool(1000);
        registry_update update(base, nullptr);
        update.declare_fields({"status", "branch"});
        for (std::size_t i = 0; i < changes; ++i) {
            const std::string id = "D" + std::to_string(i * 7 % 1200);
            EXPECT_TRUE(update.put(typed(id, i % 3 == 0 ? "" : pair_text("77:01", std::to_string(30 + i % 5) + ":01"), {"TU", ""})).empty());
            update.remove("D" + std::to_string(999 - i));
        }
        EXPECT_EQ(disorder(*update.finish()), "");
    }
}

// What an index from a file says is not relied on.
TEST(registry_update, puts_a_wrong_index_right) {
    stored_array<std::uint32_t> all_the_same(std::vector<std::uint32_t>(64, 0));
    slot_index slots;
    slot_index::each_array(slots, [&](std::string_view, auto& array) { array = all_the_same; });
    const auto hash_at = [](std::uint32_t i) { return std::uint64_t{i} * 7; };
    EXPECT_FALSE(slots.find(7, 5, [](std::uint32_t i) { return i == 1; }));
    EXPECT_FALSE(slots.put(3, 5, 6));
    EXPECT_FALSE(slots.renumber(3, 2, 1));
    EXPECT_FALSE(slots.erase(3, 2, 6, hash_at));
    EXPECT_TRUE(slots.erase(0, 0, 6, hash_at));
    EXPECT_TRUE(slots.put(3, 5, 6));
    slots.rebuild(5, hash_at);
    slots.push_back(35, 5, hash_at);
    for (std::uint32_t n = 0; n < 6; ++n) EXPECT_EQ(slots.find(hash_at(n), 6, [n](std::uint32_t i) { return i == n; }), n);
    EXPECT_TRUE(slots.erase(hash_at(2), 2, 6, hash_at));
    EXPECT_FALSE(slots.find(hash_at(2), 6, [](std::uint32_t i) { return i == 2; }));
    for (const std::uint32_t n : {0U, 1U, 3U, 4U, 5U}) EXPECT_EQ(slots.find(hash_at(n), 6, [n](std::uint32_t i) { return i == n; }), n);
}

TEST(stored_array, a_copy_is_changed_alone) {
    stored_array<int> a(std::vector<int>{1, 2, 3});
    stored_array<int> b = a;
    EXPECT_EQ(a.data(), b.data());
    b.push_back(4);
    a.set(0, 7);
    EXPECT_TRUE(std::ranges::equal(a, std::vector{7, 2, 3}));
    EXPECT_TRUE(std::ranges::equal(b, std::vector{1, 2, 3, 4}));
    const std::vector<int> elsewhere{5, 6};
    stored_array<int> c(elsewhere, std::make_shared<int>());
    c.set(1, 8);
    EXPECT_EQ(elsewhere[1], 6);
    EXPECT_EQ(c[1], 8);
}

class csv_update : public ::testing::Test {
protected:
    std::shared_ptr<const registry> update(const std::string& csv, const std::vector<std::string>& removed, const io::import_options& options = {}) {
        io::csv_source rows(folder_.put("changes.csv", csv));
        return io::update_donors(rows, removed, base_, nullptr, options, report_);
    }
    io::testing::scratch_folder folder_;
    std::shared_ptr<const registry> base_ = small_pool();
    io::import_report report_;
};

TEST_F(csv_update, accounts_for_every_row) {
    const auto next = update("id,A_1,A_2,A_ser_1,sex\nD1,02:01,24:02,1,M\nD7,24:02,11:01,,F\nD3,99:01,24:02,,\nD7,01:01,01:01,,\n", {"D5", " D2", "D1"},
                             {.origin = {{1}, 2}});
    EXPECT_EQ(report_.rows_read, 4U);
    EXPECT_EQ(report_.rows_taken, 2U);
    EXPECT_EQ(report_.rows_refused, 2U);
    ASSERT_EQ(report_.problems.size(), 2U);
    EXPECT_EQ(report_.problems[0].id, "D3");
    EXPECT_EQ(report_.problems[1].reason, "the id is there already, in row 3");
    ASSERT_EQ(report_.warnings.size(), 1U);
    EXPECT_EQ(report_.warnings[0].first.reason, "serology contradicts the DNA typing; DNA was taken");
    EXPECT_EQ(disorder(*next), "");
    EXPECT_EQ(next->size(), 5U);
    EXPECT_FALSE(next->find("D2"));
    EXPECT_EQ(next->typing_text(A, *next->find("D1")), pair_text("02:01", "24:02"));
    EXPECT_EQ(next->typing_text(A, *next->find("D3")), "A*02:ABC+A*24:02");
    EXPECT_EQ(next->origin().version, 2U);
}

TEST_F(csv_update, strict_takes_nothing) {
    EXPECT_THROW((void)update("id,A_1,A_2\nD1,02:01,24:02\nD3,99:01,24:02\n", {}, {.strict = true}), format_error);
    EXPECT_EQ(report_.rows_taken, 0U);
    EXPECT_EQ(difference(*small_pool(), *base_), "");
}

}  // namespace
