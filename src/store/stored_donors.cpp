// SPDX-License-Identifier: Apache-2.0
#include "donor_records.hpp"

#include <allomatch/core/file.hpp>
#include <allomatch/registry/snapshot.hpp>
#include <allomatch/store/stored_donors.hpp>

namespace allomatch {

namespace {

stored_donor donor_of(std::string_view id, const sqlite::statement& row, int record, int life) {
    return {std::string(id), !row.is_null(record), cells_of(row.text(record)), cells_of(row.text(life))};
}

}  // namespace

derived_registry read_registry(const registry_store& from, const reading_rules& rules) {
    from.check(rules);
    sqlite::database& db = from.connection();
    const sqlite::read_transaction reading(db);
    sqlite::statement donors(db, "SELECT d.id, l.record, l.life FROM donors d JOIN log l ON l.seq = d.entry WHERE d.there ORDER BY d.entry");
    record_source rows(db, donors);
    derived_registry out;
    io::import_options options;
    options.nulls = rules.nulls;
    out.donors = io::import_donors(rows, rules.names, rules.mac, options, out.unreadable);
    return out;
}

std::filesystem::path snapshot_path(const std::filesystem::path& store) {
    std::filesystem::path path = store;
    return path.replace_extension(".amx");
}

std::optional<stored_donor> find_donor(const registry_store& in, std::string_view id) {
    sqlite::statement s(in.connection(), "SELECT l.record, l.life FROM donors d JOIN log l ON l.seq = d.entry WHERE d.id = ?");
    s.with(id);
    if (!s.step()) return std::nullopt;
    return donor_of(id, s, 0, 1);
}

std::vector<donor_state> donor_history(const registry_store& in, std::string_view id) {
    sqlite::statement s(in.connection(), "SELECT l.seq, a.at, a.actor, a.action, l.record, l.life FROM log l JOIN audit a ON a.seq = l.audit "
                                         "WHERE l.id = ? ORDER BY l.seq");
    s.with(id);
    std::vector<donor_state> all;
    while (s.step())
        all.push_back({static_cast<std::uint64_t>(s.integer(0)), std::string(s.text(1)), std::string(s.text(2)),
                       std::string(s.text(3)), donor_of(id, s, 4, 5)});
    return all;
}

}  // namespace allomatch
