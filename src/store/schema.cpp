// SPDX-License-Identifier: Apache-2.0
#include "schema.hpp"

#include <allomatch/core/error.hpp>

#include <string>

namespace allomatch::store_schema {

namespace {

// Records are JSON objects of cells as received, by the column names of formats.md; dates are YYYY-MM-DD, times UTC.
constexpr const char* tables = R"(
CREATE TABLE meta(key TEXT PRIMARY KEY, value NOT NULL) WITHOUT ROWID;
-- Every column that a donor's record ever had.
CREATE TABLE columns(name TEXT PRIMARY KEY COLLATE NOCASE) WITHOUT ROWID;

-- What each donor became, one row a change: `record` is null where the donor was deleted, `life` what the registry itself
-- laid over the record (status, reservation, donations).
CREATE TABLE log(seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, record TEXT, life TEXT, audit INTEGER NOT NULL);
CREATE INDEX log_by_id ON log(id);
-- The last row of the log of each donor.
CREATE TABLE donors(id TEXT PRIMARY KEY, entry INTEGER NOT NULL, there INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX donors_by_entry ON donors(entry);

CREATE TABLE imports(id INTEGER PRIMARY KEY, source TEXT NOT NULL, mode TEXT NOT NULL, rows_read INTEGER NOT NULL,
  rows_taken INTEGER NOT NULL, rows_refused INTEGER NOT NULL, added INTEGER NOT NULL, changed INTEGER NOT NULL,
  deleted INTEGER NOT NULL, unchanged INTEGER NOT NULL, audit INTEGER NOT NULL);
CREATE TABLE import_rows(seq INTEGER PRIMARY KEY, import INTEGER NOT NULL, kind TEXT NOT NULL, row INTEGER, column TEXT,
  id TEXT, text TEXT, reason TEXT, suggestion TEXT, count INTEGER NOT NULL, audit INTEGER NOT NULL);
CREATE INDEX import_rows_by_import ON import_rows(import);

CREATE TABLE patient_log(seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL, record TEXT NOT NULL, status TEXT NOT NULL,
  audit INTEGER NOT NULL);
CREATE INDEX patient_log_by_id ON patient_log(id, seq);
CREATE VIEW patients AS SELECT p.* FROM patient_log p
  WHERE p.seq = (SELECT max(q.seq) FROM patient_log q WHERE q.id = p.id);

-- `request` has the options of the search; `standing` ones are asked at every import.
CREATE TABLE searches(id INTEGER PRIMARY KEY AUTOINCREMENT, patient_id TEXT NOT NULL, request TEXT NOT NULL,
  standing INTEGER NOT NULL, audit INTEGER NOT NULL);
CREATE INDEX searches_by_patient ON searches(patient_id);
CREATE TABLE search_ends(seq INTEGER PRIMARY KEY, search INTEGER NOT NULL UNIQUE, reason TEXT NOT NULL, audit INTEGER NOT NULL);
-- `conditions`: what else decided the result (release, frequencies, day, record of the patient).
CREATE TABLE runs(id INTEGER PRIMARY KEY AUTOINCREMENT, search INTEGER NOT NULL, version INTEGER NOT NULL, total INTEGER NOT NULL,
  conditions TEXT NOT NULL, audit INTEGER NOT NULL);
CREATE INDEX runs_by_search ON runs(search);
-- `entry` is the row of the log that the donor had then, `result` the columns of the match.
CREATE TABLE results(seq INTEGER PRIMARY KEY, run INTEGER NOT NULL, rank INTEGER NOT NULL, donor_id TEXT NOT NULL,
  entry INTEGER NOT NULL, result TEXT NOT NULL, audit INTEGER NOT NULL);
CREATE INDEX results_by_run ON results(run);

CREATE TABLE alerts(seq INTEGER PRIMARY KEY AUTOINCREMENT, search INTEGER NOT NULL, patient_id TEXT NOT NULL,
  donor_id TEXT NOT NULL, kind TEXT NOT NULL, entry INTEGER NOT NULL, result TEXT NOT NULL, audit INTEGER NOT NULL);
CREATE TABLE subscribers(name TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE donor_events(seq INTEGER PRIMARY KEY AUTOINCREMENT, donor_id TEXT NOT NULL, day TEXT NOT NULL, kind TEXT NOT NULL,
  patient_id TEXT, detail TEXT NOT NULL, audit INTEGER NOT NULL);
CREATE INDEX donor_events_by_donor ON donor_events(donor_id);

-- Who did what when. `version` is the last row of the log afterwards, `digest` covers the rows that the change added,
-- `hash` the entry and the hash of the one before.
CREATE TABLE audit(seq INTEGER PRIMARY KEY, at TEXT NOT NULL, actor TEXT NOT NULL, action TEXT NOT NULL, detail TEXT NOT NULL,
  version INTEGER NOT NULL, digest TEXT NOT NULL, hash TEXT NOT NULL);
)";

void forbid_changes(sqlite::database& in, std::string_view table) {
    for (const std::string_view what : {"UPDATE", "DELETE"}) {
        const std::string name(table);
        in.run("CREATE TRIGGER " + name + "_no_" + std::string(what) + " BEFORE " + std::string(what) + " ON " + name +
               " BEGIN SELECT RAISE(ABORT, '" + name + " is only ever added to'); END");
    }
}

}  // namespace

void create(sqlite::database& in) {
    in.run_script(tables);
    for (const std::string_view table : append_only) forbid_changes(in, table);
    forbid_changes(in, "audit");
    in.run("PRAGMA application_id = " + std::to_string(application_id));
    in.run("PRAGMA user_version = " + std::to_string(format_version));
}

void check(sqlite::database& in) {
    const auto refuse = [&in](std::string reason) { throw store_error(problem::with_input(in.name(), std::move(reason))); };
    if (in.value("PRAGMA application_id") != application_id) refuse("is not a registry store");
    const std::int64_t version = in.value("PRAGMA user_version");
    if (version > format_version)
        refuse("has format " + std::to_string(version) + ", this version of allomatch reads up to " + std::to_string(format_version));
}

}  // namespace allomatch::store_schema
