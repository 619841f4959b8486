// SPDX-License-Identifier: Apache-2.0
// Rows of results as they are kept.
#pragma once

#include "change.hpp"

#include <allomatch/search/search.hpp>

#include <string>
#include <vector>

namespace allomatch {

/// Adds a patient to a change, or what is new about one; false when all of it is known.
bool update_patient(sqlite::database& db, const store_change& change, const patient& who);

/// One JSON object a row: the columns of `io::match_table` but patient, donor and rank.
[[nodiscard]] std::vector<std::string> result_rows(const match_list& found);

/// Number of the row of the log that a donor has. \throws store_error when the store has no such donor.
[[nodiscard]] std::int64_t entry_of(sqlite::database& db, std::string_view donor_id);

/// Adds a run with its results; returns its number.
std::int64_t add_run(sqlite::database& db, const store_change& change, std::int64_t search, const match_list& found,
                     const nlohmann::ordered_json& conditions);

/// What decided a result besides request and donors.
[[nodiscard]] nlohmann::ordered_json conditions_of(const match_list& found, const std::string& frequencies);

}  // namespace allomatch
