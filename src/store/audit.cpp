// SPDX-License-Identifier: Apache-2.0
#include "change.hpp"

#include <allomatch/store/audit.hpp>

#include <vector>

namespace allomatch {

namespace {

/// The rows of an append-only table, by the entries that cover them.
class covered_rows {
public:
    covered_rows(sqlite::database& db, std::string_view table)
        : table_(table), width_(static_cast<int>(db.value("SELECT count(*) FROM pragma_table_info('" + table_ + "')"))),
          audit_(static_cast<int>(db.value("SELECT cid FROM pragma_table_info('" + table_ + "') WHERE name = 'audit'"))),
          rows_(db, "SELECT * FROM " + table_ + " ORDER BY rowid"), more_(rows_.step()) {}

    /// Adds the next rows if they are of this entry.
    void add_of(std::int64_t entry, audit_trail::digest& to) {
        for (; more_ && rows_.integer(audit_) == entry; more_ = rows_.step()) audit_trail::add_row(to, rows_, width_);
    }
    [[nodiscard]] bool more() const noexcept { return more_; }
    [[nodiscard]] const std::string& table() const noexcept { return table_; }

private:
    std::string table_;
    int width_;
    int audit_;
    sqlite::statement rows_;
    bool more_;
};

}  // namespace

std::vector<audit_entry> audit_entries(const registry_store& in, std::int64_t after, std::size_t most) {
    sqlite::statement s(in.connection(), "SELECT seq, at, actor, action, detail, version, hash FROM audit WHERE seq > ? ORDER BY seq LIMIT ?");
    s.with(after, static_cast<std::int64_t>(most));
    std::vector<audit_entry> all;
    while (s.step())
        all.push_back({s.integer(0), std::string(s.text(1)), std::string(s.text(2)), std::string(s.text(3)), std::string(s.text(4)),
                       static_cast<std::uint64_t>(s.integer(5)), std::string(s.text(6))});
    return all;
}

std::string verify_store(const registry_store& in) {
    sqlite::database& db = in.connection();
    const auto refuse = [&db](std::string reason) { throw store_error(problem::with_input(db.name(), std::move(reason))); };
    {
        sqlite::statement check(db, "PRAGMA integrity_check(1)");
        if (check.step() && check.text(0) != "ok") refuse("is damaged: " + std::string(check.text(0)));
    }
    std::vector<covered_rows> tables;
    for (const std::string_view table : store_schema::append_only) tables.emplace_back(db, table);
    sqlite::statement entries(db, "SELECT seq, at, actor, action, detail, version, digest, hash FROM audit ORDER BY seq");
    audit_trail::digest rows;
    std::string previous;
    for (std::int64_t expected = 1; entries.step(); ++expected) {
        const audit_trail::entry e{entries.integer(0), std::string(entries.text(1)), std::string(entries.text(2)), std::string(entries.text(3)),
                                   std::string(entries.text(4)), entries.integer(5), std::string(entries.text(6))};
        const std::string name = "entry " + std::to_string(e.seq) + " of the audit trail (" + e.action + ", " + e.at + ")";
        if (e.seq != expected) refuse("entry " + std::to_string(expected) + " of the audit trail is missing");
        for (covered_rows& table : tables) table.add_of(e.seq, rows);
        if (rows.finish() != e.digest) refuse("the rows that " + name + " covers were changed");
        const std::string hash = audit_trail::hash_of(e, previous);
        if (hash != entries.text(7)) refuse(name + " was changed");
        previous = hash;
    }
    sqlite::statement rules(db, "SELECT m.key FROM meta m JOIN audit a ON a.seq = (SELECT max(seq) FROM audit WHERE "
                                "json_extract(detail, '$.' || m.key) IS NOT NULL AND action IN ('create', 'switch rules')) "
                                "WHERE json_extract(a.detail, '$.' || m.key) <> m.value");
    if (rules.step()) refuse("its " + std::string(rules.text(0)) + " was changed");
    if (previous.empty()) refuse("has no audit trail");
    for (const covered_rows& table : tables)
        if (table.more()) refuse("table " + table.table() + " has rows that no entry of the audit trail covers");
    sqlite::statement wrong(db, "SELECT l.id FROM (SELECT id, max(seq) AS entry FROM log GROUP BY id) l LEFT JOIN donors d ON d.id = l.id "
                                "JOIN log s ON s.seq = l.entry WHERE d.id IS NULL OR d.entry <> l.entry OR d.there <> (s.record IS NOT NULL) "
                                "UNION ALL SELECT d.id FROM donors d WHERE d.id NOT IN (SELECT id FROM log) LIMIT 1");
    if (wrong.step()) refuse("donor '" + shown(wrong.text(0)) + "' is not as the last change left it");
    return previous;
}

}  // namespace allomatch
