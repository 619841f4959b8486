// SPDX-License-Identifier: Apache-2.0
// Random changes of registries, batch by batch: every version is what a fresh build of its donors is.
#include "model/random_pool.hpp"
#include "model/same_registry.hpp"
#include "unit/io/scratch_folder.hpp"

#include <allomatch/registry/registry_update.hpp>
#include <allomatch/registry/snapshot.hpp>

#include <gtest/gtest.h>

#include <map>

using namespace allomatch;
using namespace allomatch::model;

namespace {

struct donor_row {
    std::array<std::string, locus_count> typings;
    std::map<std::string, std::string> fields;
};
using donor_rows = std::map<std::string, donor_row>;

/// Puts a donor with the values of these fields.
template <class Put>
std::vector<problem> put(const std::string& id, const donor_row& row, const std::vector<std::string>& fields, Put how) {
    registry_builder::donor_texts donor;
    donor.id = id;
    for (std::size_t l = 0; l < locus_count; ++l) donor.typings[l] = row.typings[l];
    for (const std::string& f : fields) {
        const auto value = row.fields.find(f);
        donor.fields.push_back(value == row.fields.end() ? std::string_view{} : value->second);
    }
    return how(donor);
}

std::shared_ptr<const registry> built(const random_pool& pool, const donor_rows& rows, const std::vector<std::string>& fields) {
    registry_builder builder(pool.m.names, nullptr, pool.nulls);
    builder.declare_fields(fields);
    for (const auto& [id, row] : rows)
        if (!put(id, row, fields, [&](const auto& d) { return builder.add(d); }).empty()) throw std::logic_error("a generated donor was refused");
    return builder.finish();
}

/// What searches give, in words.
std::vector<std::string> answers(const random_pool& pool, const std::shared_ptr<const registry>& donors, unsigned seed) {
    dice roll(seed);
    std::vector<std::string> out;
    for (int round = 0; round < 4; ++round) {
        const auto who = random_patient(pool, roll);
        search_request request = random_request(roll);
        if (roll.once_in(3)) request.top = roll(20);
        const match_list found = search(donors, who, request);
        out.push_back(std::to_string(found.total));
        for (std::size_t i = 0; i < found.hits.size(); ++i) {
            out.push_back(std::string(donors->id(found.hits[i].donor)) + ' ' + found.place_reason(i));
            for (std::size_t l = 0; l < found.loci.size(); ++l) out.push_back(std::to_string(pack(found.outcome(i, l))));
        }
    }
    return out;
}

class changing_registry {
public:
    explicit changing_registry(unsigned seed)
        : roll_(seed), pool_{make_miniature(seed), nullptr, {}, {}, seed % 2 == 0 ? null_policy::consider : null_policy::ignore_inside_ambiguity} {
        for (std::size_t l = 0; l < locus_count; ++l)
            for (int i = 0; i < 400; ++i) texts_[l].push_back(random_locus_text(pool_.m, static_cast<locus>(l), roll_));
        const unsigned size = seed % 4 == 0 ? 0 : roll_(1200);
        for (unsigned i = 0; i < size; ++i) rows_[random_id()] = with_fields(random_row(8), fields_);
        current_ = built(pool_, rows_, fields_);
        reopen_sometimes();
    }

    void change() {
        registry_update update(current_, nullptr);
        std::vector<std::string> declared;
        for (const std::string& f : fields_)
            if (!roll_.once_in(6)) declared.push_back(f);
        const std::string carried = "carried" + std::to_string(roll_(4));
        if (std::ranges::find(fields_, carried) == fields_.end()) declared.push_back(carried);
        update.declare_fields(declared);
        std::map<std::string, donor_row> put_now;
        const unsigned kinds = roll_.once_in(2) ? 8 : 400;
        for (unsigned n = changes(); n > 0; --n) {
            const std::string id = !rows_.empty() && roll_.once_in(2) ? std::next(rows_.begin(), roll_(static_cast<unsigned>(rows_.size())))->first
                                                                      : random_id();
            const donor_row row = random_row(kinds);
            const auto how = [&](const auto& d) { return update.put(d); };
            if (roll_.once_in(10)) {  // refused, without a trace
                donor_row bad = row;
                bad.typings[roll_(locus_count)] = "no allele";
                ASSERT_FALSE(put(id, bad, declared, how).empty());
            }
            if (put_now.contains(id)) {
                const auto problems = put(id, row, declared, how);
                ASSERT_EQ(problems.size(), 1U);
                ASSERT_EQ(problems[0].reason, "the id is there already");
                continue;
            }
            ASSERT_TRUE(put(id, row, declared, how).empty());
            put_now[id] = with_fields(row, declared);
        }
        std::vector<std::string> gone;
        for (unsigned n = roll_.once_in(3) ? 0 : changes(); n > 0 && !rows_.empty(); --n) {
            const std::string id = std::next(rows_.begin(), roll_(static_cast<unsigned>(rows_.size())))->first;
            ASSERT_TRUE(update.remove(id));
            gone.push_back(id);
        }
        ASSERT_FALSE(update.remove("nobody"));
        for (const std::string& id : gone) rows_.erase(id);
        for (const auto& [id, row] : put_now) rows_[id] = row;
        for (const std::string& f : declared)
            if (std::ranges::find(fields_, f) == fields_.end()) fields_.push_back(f);
        const registry_origin origin{{1, 2, 3}, known_.size() + 1};
        current_ = update.finish(origin);
        EXPECT_EQ(current_->origin(), origin);
    }

    void check() {
        const auto fresh = built(pool_, rows_, fields_);
        ASSERT_EQ(disorder(*current_), "");
        ASSERT_EQ(content_difference(*fresh, *current_), "");
        const auto seed = static_cast<unsigned>(known_.size());
        const auto expected = answers(pool_, fresh, seed);
        ASSERT_EQ(answers(pool_, current_, seed), expected);
        known_.push_back({current_, fresh, expected});
        reopen_sometimes();
    }

    /// Versions of before are what they were.
    void look_back() const {
        for (std::size_t v = 0; v < known_.size(); ++v) {
            ASSERT_EQ(disorder(*known_[v].donors), "");
            ASSERT_EQ(content_difference(*known_[v].fresh, *known_[v].donors), "");
            ASSERT_EQ(answers(pool_, known_[v].donors, static_cast<unsigned>(v)), known_[v].expected);
        }
    }

private:
    struct version {
        std::shared_ptr<const registry> donors;
        std::shared_ptr<const registry> fresh;
        std::vector<std::string> expected;
    };

    std::string random_id() { return "D" + std::to_string(roll_(roll_.once_in(2) ? 3000 : 3'000'000)); }
    unsigned changes() {
        const auto size = static_cast<unsigned>(rows_.size());
        switch (roll_(4)) {
            case 0: return roll_(4);
            case 1: return roll_(size / 20 + 2);
            case 2: return roll_(size + 2);
            default: return roll_(60);
        }
    }
    donor_row random_row(unsigned kinds) {
        donor_row row;
        for (std::size_t l = 0; l < locus_count; ++l)
            if (!roll_.once_in(5)) row.typings[l] = texts_[l][roll_(kinds)];
        if (roll_.once_in(8)) row.typings = {};
        const auto values = random_fields(roll_);
        for (std::size_t f = 0; f < values.size(); ++f) row.fields[pool_fields()[f]] = values[f];
        for (unsigned i = 0; i < 4; ++i) row.fields["carried" + std::to_string(i)] = "word" + std::to_string(roll_(50));
        return row;
    }
    static donor_row with_fields(donor_row row, const std::vector<std::string>& declared) {
        std::erase_if(row.fields, [&](const auto& f) { return std::ranges::find(declared, f.first) == declared.end(); });
        return row;
    }
    /// The next base lies in a file.
    void reopen_sometimes() {
        if (!roll_.once_in(3)) return;
        save_snapshot(*current_, folder_ / "pool.amx");
        const auto opened = open_snapshot(folder_ / "pool.amx", pool_.m.names);
        ASSERT_EQ(difference(*current_, *opened), "");
        ASSERT_EQ(opened->origin(), current_->origin());
        current_ = opened;
    }

    io::testing::scratch_folder folder_;
    dice roll_;
    random_pool pool_;
    std::array<std::vector<std::string>, locus_count> texts_;
    std::vector<std::string> fields_ = pool_fields();
    donor_rows rows_;
    std::shared_ptr<const registry> current_;
    std::vector<version> known_;
};

TEST(updates, are_what_a_fresh_build_is) {
    for (unsigned seed = 0; seed < 40; ++seed) {
        SCOPED_TRACE(seed);
        changing_registry donors(seed);
        for (int batch = 0; batch < 8; ++batch) {
            SCOPED_TRACE(batch);
            donors.change();
            ASSERT_FALSE(HasFatalFailure());
            donors.check();
            ASSERT_FALSE(HasFatalFailure());
        }
        donors.look_back();
        ASSERT_FALSE(HasFatalFailure());
    }
}

}  // namespace
