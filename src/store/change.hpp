// SPDX-License-Identifier: Apache-2.0
// A change of a store: one transaction and its entry in the audit trail.
#pragma once

#include "database.hpp"
#include "schema.hpp"

#include <allomatch/store/registry_store.hpp>

#include <nlohmann/json.hpp>

#include <array>
#include <string>

namespace allomatch {

/// Begins when it is made, waiting for other writers; undone when it goes without `commit`.
class store_change {
public:
    /// \throws store_error without an actor, or when the store cannot be written.
    store_change(const registry_store& in, std::string actor, std::string action);
    store_change(const store_change&) = delete;
    store_change& operator=(const store_change&) = delete;
    ~store_change();

    /// Number of the last row of the log before the change.
    [[nodiscard]] std::int64_t log_before() const noexcept { return last_rows_[0]; }
    /// Number of the entry, for the column `audit` of the rows that are added.
    [[nodiscard]] std::int64_t entry() const noexcept { return entry_; }
    /// Adds a state of a donor; an absent record says that the donor is deleted. Returns its number in the log.
    std::int64_t set_donor(std::string_view id, std::optional<std::string_view> record, std::optional<std::string_view> life);

    /// Writes the audit entry and makes everything lasting.
    void commit(const nlohmann::ordered_json& detail);

private:
    sqlite::database& db_;
    std::string actor_;
    std::string action_;
    std::int64_t entry_ = 0;
    std::array<std::int64_t, store_schema::append_only.size()> last_rows_{};  // of each table before the change
    sqlite::statement add_log_;
    sqlite::statement set_donor_;
};

namespace audit_trail {

/// SHA-256 of the rows of `table` with numbers above `after` and up to `last`, added to a digest of texts in hexadecimal.
class digest {
public:
    digest();
    ~digest();
    digest(const digest&) = delete;
    digest& operator=(const digest&) = delete;
    void add(std::string_view bytes);
    /// Hexadecimal; the digest begins anew.
    [[nodiscard]] std::string finish();

private:
    void* context_;
};

/// Adds the current row of a statement, its types and lengths included.
void add_row(digest& to, const sqlite::statement& row, int columns);

struct entry {
    std::int64_t seq = 0;
    std::string at, actor, action, detail;
    std::int64_t version = 0;
    std::string digest;
};
[[nodiscard]] std::string hash_of(const entry& e, std::string_view previous);

}  // namespace audit_trail

/// Now, UTC, as 2026-01-31T23:59:59Z.
[[nodiscard]] std::string time_text();

}  // namespace allomatch
