// SPDX-License-Identifier: Apache-2.0
#include <allomatch/store/live_registry.hpp>

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

namespace allomatch {

struct live_registry::state {
    reading_rules rules;
    std::mutex following;  // one at a time; holds the connection
    registry_store store;
    mutable std::mutex publishing;
    std::shared_ptr<const registry> current;
    std::optional<problem> trouble;
    std::condition_variable_any waking;
    std::mutex sleeping;
    std::jthread follower;  // last: it ends before the rest goes

    state(const std::filesystem::path& path, reading_rules r) : rules(std::move(r)), store(path) {
        current = open_registry(store, rules).donors;
    }

    std::shared_ptr<const registry> latest() const {
        const std::lock_guard lock(publishing);
        return current;
    }

    bool refresh() {
        const std::lock_guard one(following);
        const auto before = latest();
        try {
            auto next = follow(store, before, rules).donors;
            const std::lock_guard lock(publishing);
            trouble.reset();
            current = std::move(next);
            return current != before;
        } catch (const input_error& error) {
            const std::lock_guard lock(publishing);
            trouble = error.details();
            throw;
        }
    }

    void watch(const std::stop_token& stop, std::chrono::milliseconds interval) {
        while (!stop.stop_requested()) {
            {
                std::unique_lock lock(sleeping);
                waking.wait_for(lock, stop, interval, [] { return false; });
            }
            if (stop.stop_requested()) return;
            try {
                refresh();
            } catch (const std::exception&) {  // told by trouble(); tried again
            }
        }
    }
};

live_registry::live_registry(const std::filesystem::path& store, reading_rules rules, std::chrono::milliseconds interval)
    : state_(std::make_unique<state>(store, std::move(rules))) {
    if (interval.count() > 0)
        state_->follower = std::jthread([s = state_.get(), interval](const std::stop_token& stop) { s->watch(stop, interval); });
}

live_registry::~live_registry() = default;

std::shared_ptr<const registry> live_registry::current() const { return state_->latest(); }
bool live_registry::refresh() { return state_->refresh(); }
std::optional<problem> live_registry::trouble() const {
    const std::lock_guard lock(state_->publishing);
    return state_->trouble;
}

}  // namespace allomatch
