// SPDX-License-Identifier: Apache-2.0
// Readers search at full speed while one thread publishes version after version. This too is a test to run under thread
// sanitizer.
#include "model/same_registry.hpp"
#include "model/miniature.hpp"

#include <allomatch/registry/registry_update.hpp>
#include <allomatch/search/search.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <mutex>
#include <thread>

using namespace allomatch;
using namespace allomatch::model;

namespace {

constexpr unsigned first_donors = 3000;
constexpr unsigned versions = 60;

/// A mutex, as thread sanitizer takes the lock inside libstdc++ 12's `std::atomic<std::shared_ptr>` for none.
class latest_version {
public:
    [[nodiscard]] std::shared_ptr<const registry> load() const {
        const std::lock_guard lock(mutex_);
        return donors_;
    }
    void store(std::shared_ptr<const registry> donors) {
        const std::lock_guard lock(mutex_);
        donors_.swap(donors);
    }

private:
    mutable std::mutex mutex_;
    std::shared_ptr<const registry> donors_;
};

class published_pool {
public:
    published_pool() {
        auto who = std::make_shared<patient>();
        std::array<std::string, locus_count> texts;
        texts[index(locus::A)] = fitting();
        EXPECT_TRUE(read_patient({.names = nomenclature::names().get()}, null_policy::ignore_inside_ambiguity, "P", texts, {}, *who).empty());
        patient_ = who;
        registry_builder builder(nomenclature::names(), nullptr);
        builder.declare_fields({"version"});
        for (unsigned i = 0; i < first_donors; ++i) EXPECT_TRUE(put(i, 0, [&](const auto& d) { return builder.add(d); }));
        fitting_at_[0] = count();
        current_.store(builder.finish({{7}, 0}));
    }

    /// Some donors change, some come, some go.
    void publish(std::uint64_t version) {
        registry_update update(current_.load(), nullptr);
        update.declare_fields({"version"});
        for (unsigned i = 0; i < 40; ++i) {
            const unsigned donor = roll_.once_in(3) ? static_cast<unsigned>(fits_.size()) : roll_(static_cast<unsigned>(fits_.size()));
            if (update.find("D" + std::to_string(donor))) continue;
            EXPECT_TRUE(put(donor, version, [&](const auto& d) { return update.put(d); }));
        }
        for (unsigned i = 0; i < 10; ++i) {
            const unsigned donor = roll_(static_cast<unsigned>(fits_.size()));
            const std::string id = "D" + std::to_string(donor);
            if (update.find(id)) continue;
            update.remove(id);
            fits_[donor] = false;
        }
        fitting_at_[version] = count();
        current_.store(update.finish({{7}, version}));
    }

    /// Whether the version that is there is a complete one; its number.
    [[nodiscard]] std::pair<bool, std::uint64_t> ask() const {
        const std::shared_ptr<const registry> donors = current_.load();
        const std::uint64_t version = donors->origin().version;
        const search_request request{.loci = {locus::A}, .max_mismatches = 0, .order = ranking::preset("hla_only"), .on = 20'000, .threads = 1};
        const match_list found = search_agent(donors).search(patient_, request, donor_filter("", *donors, request.on));
        bool good = found.total == fitting_at_[version];
        for (const hit& h : found.hits)
            good = good && donors->typing_text(locus::A, h.donor) == fitting() && donors->find(donors->id(h.donor)) == h.donor &&
                   std::stoull(donors->field("version")->text(h.donor)) <= version;
        return {good, version};
    }
    [[nodiscard]] std::shared_ptr<const registry> current() const { return current_.load(); }

private:
    static std::string fitting() { return pair_text("01:01", "02:01"); }
    [[nodiscard]] std::size_t count() const { return static_cast<std::size_t>(std::ranges::count(fits_, true)); }

    template <class Put>
    bool put(unsigned donor, std::uint64_t version, Put how) {
        if (donor >= fits_.size()) fits_.resize(donor + 1);
        fits_[donor] = roll_.once_in(3);
        const std::string id = "D" + std::to_string(donor);
        const std::string a = fits_[donor] ? fitting() : pair_text("03:01", two_digits(1 + roll_(99)) + ":01");
        const std::string b = pair_text("07:02", two_digits(1 + roll_(99)) + ":02");
        const std::string number = std::to_string(version);
        registry_builder::donor_texts row;
        row.id = id;
        row.typings[index(locus::A)] = a;
        row.typings[index(locus::B)] = b;
        row.fields = {number};
        return how(row).empty();
    }

    dice roll_{3};
    std::vector<bool> fits_;
    std::array<std::atomic<std::size_t>, versions + 1> fitting_at_{};
    std::shared_ptr<const patient> patient_;
    latest_version current_;
};

TEST(concurrent_updates, readers_see_complete_versions) {
    constexpr unsigned readers = 4;
    published_pool pool;
    std::atomic<bool> done = false;
    std::atomic<std::size_t> wrong = 0;
    std::array<std::size_t, readers> asked{};
    {
        std::latch start(readers + 1);
        std::vector<std::jthread> threads;
        for (unsigned t = 0; t < readers; ++t)
            threads.emplace_back([&, t] {
                start.arrive_and_wait();
                std::uint64_t last = 0;
                while (!done || asked[t] == 0) {
                    const auto [good, version] = pool.ask();
                    if (!good || version < last) ++wrong;
                    last = version;
                    ++asked[t];
                }
            });
        start.arrive_and_wait();
        for (std::uint64_t v = 1; v <= versions; ++v) pool.publish(v);
        done = true;
    }
    EXPECT_EQ(wrong, 0U);
    EXPECT_EQ(pool.ask(), std::pair(true, std::uint64_t{versions}));
    EXPECT_EQ(disorder(*pool.current()), "");
}

}  // namespace
