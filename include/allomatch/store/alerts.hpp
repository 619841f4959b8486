// SPDX-License-Identifier: Apache-2.0
/// \file
/// Standing searches: which waiting patients does a new or retyped donor fit?
#pragma once

#include <allomatch/search/search.hpp>
#include <allomatch/store/registry_store.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace allomatch {

/// A donor who fits a standing search.
struct standing_hit {
    std::size_t search = 0;  ///< place in `standing_searches`
    donor_index donor = 0;
    std::string result;      ///< the columns of the match, a JSON object
};

/// The standing searches of active patients, read once and asked for any donors. Immutable: any number of threads may ask.
class standing_searches {
public:
    /// Some 20 us a patient. \throws store_error.
    standing_searches(const registry_store& in, const reading_rules& rules);

    struct search {
        std::int64_t id = 0;
        std::shared_ptr<const patient> who;
        std::size_t request = 0;  // place in requests_
    };
    [[nodiscard]] std::size_t size() const noexcept { return searches_.size(); }
    [[nodiscard]] const search& operator[](std::size_t i) const noexcept { return searches_[i]; }
    /// Patients whose typings cannot be read, and why; their searches are not asked.
    [[nodiscard]] const std::vector<problem>& unreadable() const noexcept { return unreadable_; }

    /// Every donor of a (small) registry that is within the limits of a search, whatever its `top`; ordered by search, then
    /// as the search ranks. Without frequencies: a hit is a potential match. In parallel; a few microseconds a search,
    /// and the distinct genotypes of the donors once for each.
    /// Searches that cannot be asked of these donors are told in `unasked` and do not hinder the others.
    [[nodiscard]] std::vector<standing_hit> ask(const std::shared_ptr<const registry>& donors, std::vector<problem>* unasked = nullptr) const;

private:
    std::vector<search> searches_;
    std::vector<search_request> requests_;
    std::vector<problem> unreadable_;
};

/// A donor who began to fit a waiting patient with a change of the store.
struct alert {
    std::int64_t seq = 0;    ///< ascending; the position of a subscriber
    std::string at;          ///< when, UTC
    std::int64_t search = 0;
    std::string patient_id;
    std::string donor_id;
    std::string kind;        ///< `new` donor, `retyped` (fits with another typing), `eligible` (other fields changed)
    std::string result;      ///< the columns of the match then, a JSON object
};

/// Alerts with numbers above `after`, in their order.
[[nodiscard]] std::vector<alert> alerts(const registry_store& in, std::int64_t after = 0, std::size_t most = 1000);

/// Up to which alert a subscriber has acknowledged; 0 for a new one.
[[nodiscard]] std::int64_t subscriber_position(const registry_store& in, const std::string& subscriber);
/// The subscriber has taken care of all alerts up to `seq`, and gets only later ones from now on. What was not acknowledged
/// is given again, after a crash too. \throws store_error when there is no such alert yet, or the name is empty.
void acknowledge(registry_store& in, const std::string& subscriber, std::int64_t seq);

}  // namespace allomatch
