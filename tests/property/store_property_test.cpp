// SPDX-License-Identifier: Apache-2.0
// Random imports into a store: after each, what is searched is what a fresh build of the donors that should be there gives.
#include "model/random_pool.hpp"
#include "model/same_registry.hpp"
#include "unit/io/scratch_folder.hpp"

#include <allomatch/io/csv.hpp>
#include <allomatch/store/audit.hpp>
#include <allomatch/store/donor_import.hpp>
#include <allomatch/store/live_registry.hpp>

#include <gtest/gtest.h>

#include <map>

using namespace allomatch;
using namespace allomatch::model;
using io::testing::scratch_folder;

namespace {

using cells = std::map<std::string, std::string>;

/// A CSV of donors; `change` is written when it is not empty.
std::string csv_of(const std::vector<std::pair<std::string, cells>>& rows, const std::vector<std::string>& columns) {
    std::string text = "id";
    for (const std::string& c : columns) text += "," + c;
    text += '\n';
    for (const auto& [id, row] : rows) {
        text += id;
        for (const std::string& c : columns) text += ",\"" + (row.contains(c) ? row.at(c) : "") + '"';
        text += '\n';
    }
    return text;
}

class living_store {
public:
    explicit living_store(unsigned seed)
        : roll_(seed), pool_{make_miniature(seed), nullptr, {}, {}, seed % 2 == 0 ? null_policy::consider : null_policy::ignore_inside_ambiguity},
          rules_{pool_.m.names, nullptr, pool_.nulls}, store_(registry_store::create(path(), rules_, "setup")) {
        for (std::size_t l = 0; l < locus_count; ++l)
            for (int i = 0; i < 60; ++i) texts_[l].push_back(random_locus_text(pool_.m, static_cast<locus>(l), roll_));
        columns_.assign(locus_names.begin(), locus_names.end());
        columns_.insert(columns_.end(), pool_fields().begin(), pool_fields().end());
        columns_.push_back("Note");
        live_ = std::make_unique<live_registry>(path(), rules_, std::chrono::milliseconds(0));
    }

    void step() {
        switch (roll_(7)) {
            case 0: return full(false);
            case 1: return full(true);
            case 2: case 3: case 4: return diff();
            case 5: return check_only();
            default: return reopen();
        }
    }

    void expect_as_built_anew() {
        live_->refresh();
        const auto donors = live_->current();
        ASSERT_EQ(donors->origin().version, store_.version());
        std::vector<std::pair<std::string, cells>> rows(there_.begin(), there_.end());
        std::vector<std::string> columns = columns_;
        columns.push_back("reserved_for");  // as registries from a store have it: nobody who is OP or DE is offered
        const std::string text = csv_of(rows, columns);
        io::csv_source source(text, "model");
        io::import_report report;
        io::import_options options;
        options.nulls = pool_.nulls;
        const auto fresh = io::import_donors(source, rules_.names, nullptr, options, report);
        ASSERT_EQ(report.rows_refused, 0U);
        ASSERT_EQ(content_difference(*fresh, *donors), "");
        const unsigned seed = roll_(1'000'000);
        ASSERT_EQ(answers(fresh, seed), answers(donors, seed));
    }
    void expect_intact() { ASSERT_EQ(verify_store(store_).size(), 64U); }

private:
    std::filesystem::path path() const { return folder_ / "registry.db"; }
    std::string random_id() { return "D" + std::to_string(roll_(80)); }
    cells random_row() {
        cells row;
        for (std::size_t l = 0; l < locus_count; ++l)
            if (l == 0 || !roll_.once_in(4)) row[std::string(locus_names[l])] = roll_.pick(texts_[l]);
        const auto values = random_fields(roll_);
        for (std::size_t f = 0; f < values.size(); ++f)
            if (!values[f].empty()) row[pool_fields()[f]] = values[f];
        if (roll_.once_in(3)) row["Note"] = "n" + std::to_string(roll_(5));
        return row;
    }
    import_outcome import(const std::string& text, import_mode mode) {
        donor_import how;
        how.mode = mode;
        how.actor = "property";
        how.allow_shrink = true;
        io::csv_source source(text, "donors.csv");
        return import_donors(store_, source, rules_, how);
    }

    void full(bool keep_most) {
        std::map<std::string, cells> next;
        if (keep_most) next = there_;
        for (unsigned i = 0, n = roll_(40); i < n; ++i) next[random_id()] = random_row();
        for (unsigned i = 0, n = roll_(5); keep_most && i < n; ++i) next.erase(random_id());
        std::vector<std::pair<std::string, cells>> rows(next.begin(), next.end());
        std::ranges::reverse(rows);
        const std::string text = csv_of(rows, columns_);
        const std::uint64_t before = there_.size();
        const auto out = import(text, import_mode::full);
        EXPECT_EQ(before + out.added - out.deleted, next.size());
        there_ = std::move(next);
        const auto version = store_.version();
        EXPECT_EQ(import(text, import_mode::full).unchanged, there_.size());
        EXPECT_EQ(store_.version(), version);
    }

    void diff() {
        std::vector<std::string> columns = columns_;
        columns.push_back("change");
        std::map<std::string, cells> changes;
        for (unsigned i = 0, n = roll_(12); i < n; ++i) {
            const std::string id = random_id();
            cells row = random_row();
            const unsigned what = roll_(8);
            if (what == 0) row = {{"change", "deleted"}};
            if (what == 1) row["change"] = roll_.once_in(2) ? "changed" : "New";
            if (what == 2) row["A"] = "no such allele";
            changes[id] = row;
        }
        (void)import(csv_of({changes.begin(), changes.end()}, columns), import_mode::diff);
        for (auto& [id, row] : changes) {
            const bool deleted = row.contains("change") && row["change"] == "deleted";
            const bool refused = row.contains("A") && row["A"] == "no such allele";
            row.erase("change");
            if (deleted)
                there_.erase(id);
            else if (!refused)
                there_[id] = row;
        }
    }

    void check_only() {
        const auto before = store_.info();
        (void)import(csv_of({{random_id(), random_row()}}, columns_), import_mode::check);
        EXPECT_EQ(store_.info().changes, before.changes);
    }

    void reopen() {
        if (roll_.once_in(2)) write_snapshot(store_, *live_->current());
        live_ = nullptr;
        store_ = registry_store(path());
        live_ = std::make_unique<live_registry>(path(), rules_, std::chrono::milliseconds(0));
    }

    std::vector<std::string> answers(const std::shared_ptr<const registry>& donors, unsigned seed) const {
        dice roll(seed);
        std::vector<std::string> out;
        if (donors->size() == 0) return out;
        for (int round = 0; round < 3; ++round) {
            const auto who = random_patient(pool_, roll);
            const match_list found = search(donors, who, random_request(roll));
            out.push_back(std::to_string(found.total));
            for (std::size_t i = 0; i < found.hits.size(); ++i) out.push_back(std::string(donors->id(found.hits[i].donor)) + ' ' + found.place_reason(i));
        }
        return out;
    }

    dice roll_;
    random_pool pool_;
    scratch_folder folder_;
    reading_rules rules_;
    registry_store store_;
    std::unique_ptr<live_registry> live_;
    std::array<std::vector<std::string>, locus_count> texts_;
    std::vector<std::string> columns_;
    std::map<std::string, cells> there_;
};

}  // namespace

TEST(store_property, is_what_its_changes_make_of_it) {
    for (unsigned seed = 0; seed < 12; ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        living_store store(seed);
        for (int i = 0; i < 12; ++i) {
            store.step();
            if (HasFatalFailure()) return;
            store.expect_as_built_anew();
            if (HasFatalFailure()) return;
        }
        store.expect_intact();
    }
}
