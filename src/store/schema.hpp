// SPDX-License-Identifier: Apache-2.0
// The tables of a store, format version 1.
#pragma once

#include "database.hpp"

#include <array>
#include <string_view>

namespace allomatch::store_schema {

inline constexpr std::int64_t application_id = 0x414D5831;  // "AMX1"
inline constexpr std::int64_t format_version = 1;

/// Tables to which rows are only ever added. Each has the column `audit`: the entry of the audit trail whose digest covers
/// the row. Rows of one entry follow each other.
inline constexpr std::array<std::string_view, 10> append_only{"log",      "imports", "import_rows", "patient_log", "searches",
                                                              "search_ends", "runs", "results",     "alerts",      "donor_events"};

/// Makes the tables in an empty database.
void create(sqlite::database& in);
/// \throws store_error when the database is no store or of a newer format.
void check(sqlite::database& in);

}  // namespace allomatch::store_schema
