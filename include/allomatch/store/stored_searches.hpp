// SPDX-License-Identifier: Apache-2.0
/// \file
/// Patients and searches that are kept, to be asked again.
#pragma once

#include <allomatch/io/table.hpp>
#include <allomatch/search/search.hpp>
#include <allomatch/store/registry_store.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace allomatch {

/// A patient of the store.
struct stored_patient {
    std::string id;
    bool active = true;  ///< still waiting: standing searches are asked
    std::vector<std::pair<std::string, std::string>> record;  ///< typings and fields as received, by column
};

/// Keeps a patient, or what is new about one; active from now on. Does nothing when all of it is known.
void keep_patient(registry_store& in, const patient& who, const std::string& actor);
/// No longer waiting: standing searches for the patient are not asked any more, and reservations stay.
/// \throws store_error when there is no such patient or it is closed already.
void close_patient(registry_store& in, const std::string& id, const std::string& reason, const std::string& actor);
[[nodiscard]] std::vector<stored_patient> stored_patients(const registry_store& in);
/// A patient to search for. \throws store_error when there is none of this id, or the typings cannot be read any more.
[[nodiscard]] std::shared_ptr<const patient> read_patient(const registry_store& in, const std::string& id, const reading_rules& rules);

/// A search that was kept.
struct stored_search {
    std::int64_t id = 0;
    std::string patient_id;
    std::string request;      ///< a JSON object of options
    bool standing = false;    ///< asked at every change of donors, while it has not ended and the patient is active
    bool ended = false;
    std::string at, actor;    ///< when and by whom it was kept
    std::uint64_t runs = 0;
    std::string last_run;     ///< when
    std::uint64_t total = 0;  ///< donors found in the last run
};

/// What a run depends on besides request and donors.
struct run_conditions {
    std::string frequencies;  ///< in words, empty without
    std::string actor;
};

/// Keeps a search with its result (all rows of the list); the patient is kept too. `found` must come from a registry derived
/// from the store. Returns the number of the search. \throws store_error.
std::int64_t keep_search(registry_store& in, const match_list& found, const search_request& request, bool standing,
                         const run_conditions& conditions);
[[nodiscard]] std::vector<stored_search> stored_searches(const registry_store& in);
/// Standing searches only: it is not asked any more. \throws store_error when there is no such search or it has ended.
void end_search(registry_store& in, std::int64_t search, const std::string& reason, const std::string& actor);

/// How one donor of a result changed since the run before.
struct result_change {
    enum class kind : std::uint8_t { added, changed, gone };
    kind what = kind::added;
    std::string donor_id;
    std::size_t rank_before = 0;  ///< 0: not listed
    std::size_t rank_after = 0;
    struct difference {
        std::string column, before, after;
    };
    std::vector<difference> result;  ///< columns of the match that differ, rank aside
    std::vector<difference> donor;   ///< cells of the donor that differ
    /// Of a donor who is gone: `deleted`, `retyped`, `unreadable`, `retired`, `reserved`, `not eligible`, `mismatches`, `not among the best`.
    std::string reason;
    std::string words;               ///< one sentence
};

/// `new`, `changed` or `gone`.
[[nodiscard]] std::string_view name(result_change::kind what) noexcept;

/// A search that was asked again.
struct repeated_search {
    std::int64_t search = 0;
    std::int64_t run = 0;
    std::string before;              ///< when it was last asked
    match_list found;
    std::vector<result_change> changes;  ///< new ones by rank, then changed ones by rank, then those gone by their old rank
    std::size_t unchanged = 0;
    std::vector<std::string> conditions; ///< what else is not as it was: release, frequencies, the patient's typing

    /// The changes: change, donor_id, rank_before, rank_after (missing where not listed), reason (of those gone), words.
    [[nodiscard]] io::table to_table() const;
};

/// Asks a search again and keeps the result as its latest run. `donors` is a registry derived from the store, `genotypes`
/// (may be null) what it is predicted with.
/// Cost: the search, and for each donor who is gone another one. \throws store_error when there is no such search.
repeated_search repeat_search(registry_store& in, std::int64_t search, std::shared_ptr<const registry> donors,
                              const reading_rules& rules, std::shared_ptr<const donor_genotypes> genotypes, day_number on,
                              const run_conditions& conditions);

}  // namespace allomatch
