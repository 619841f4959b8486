// SPDX-License-Identifier: Apache-2.0
#include "donor_records.hpp"

#include <allomatch/core/file.hpp>
#include <allomatch/registry/registry_update.hpp>
#include <allomatch/registry/snapshot.hpp>
#include <allomatch/store/stored_donors.hpp>

#include <nlohmann/json.hpp>

#include <charconv>

namespace allomatch {

namespace {

/// The beginning of the hash of the change that made a version; 0 where the store has no such version.
std::uint64_t change_of(sqlite::database& db, std::uint64_t version) {
    sqlite::statement s(db, version == 0 ? "SELECT hash FROM audit WHERE seq = 1 + ?"
                                         : "SELECT a.hash FROM log l JOIN audit a ON a.seq = l.audit WHERE l.seq = ?");
    std::uint64_t change = 0;
    if (s.with(static_cast<std::int64_t>(version)).step()) {
        const std::string_view hash = s.text(0).substr(0, 16);
        std::from_chars(hash.data(), hash.data() + hash.size(), change, 16);
    }
    return change;
}

registry_origin origin_of(const registry_store& store) {
    registry_origin origin;
    for (std::size_t i = 0; i < origin.store.size(); ++i)
        std::from_chars(store.id().data() + 2 * i, store.id().data() + 2 * i + 2, origin.store[i], 16);
    origin.version = store.version();
    origin.change = change_of(store.connection(), origin.version);
    return origin;
}

/// Whether a registry is an earlier version of this one, read by the same rules.
bool fits(const registry_store& store, const registry& donors, const registry_origin& now, const reading_rules& rules) {
    const registry_origin& then = donors.origin();
    return then.store == now.store && then.version <= now.version && then.change == change_of(store.connection(), then.version) &&
           donors.names()->fingerprint() == rules.names->fingerprint() && donors.nulls() == rules.nulls &&
           donors.mac_fingerprint() == (rules.mac != nullptr ? rules.mac->fingerprint() : 0);
}

io::import_options options_for(const reading_rules& rules, const registry_origin& origin) {
    io::import_options options;
    options.nulls = rules.nulls;
    options.origin = origin;
    return options;
}

derived_registry read_all(const registry_store& from, const reading_rules& rules, const registry_origin& origin) {
    sqlite::database& db = from.connection();
    sqlite::statement donors(db, "SELECT d.id, l.record, l.life FROM donors d JOIN log l ON l.seq = d.entry WHERE d.there ORDER BY d.entry");
    record_source rows(db, donors);
    derived_registry out;
    out.donors = io::import_donors(rows, rules.names, rules.mac, options_for(rules, origin), out.unreadable);
    return out;
}

/// The donors of the store that a registry of the same version lacks, read again to tell why.
io::import_report account_of(const registry_store& from, const registry& donors, const reading_rules& rules) {
    sqlite::database& db = from.connection();
    io::import_report out;
    const auto there = static_cast<std::uint64_t>(db.value("SELECT count(*) FROM donors WHERE there"));
    if (there != donors.size()) {
        nlohmann::json missing = nlohmann::json::array();
        sqlite::statement ids(db, "SELECT id FROM donors WHERE there ORDER BY entry");
        while (ids.step())
            if (!donors.find(ids.text(0))) missing.emplace_back(std::string(ids.text(0)));
        sqlite::statement find(db, "SELECT d.id, l.record, l.life FROM donors d JOIN log l ON l.seq = d.entry "
                                   "WHERE d.id IN (SELECT value FROM json_each(?)) ORDER BY d.entry");
        const std::string list = missing.dump();
        find.with(list);
        record_source rows(db, find);
        (void)io::import_donors(rows, rules.names, rules.mac, options_for(rules, {}), out);
    }
    return out;
}

stored_donor donor_of(std::string_view id, const sqlite::statement& row, int record, int life) {
    return {std::string(id), !row.is_null(record), cells_of(row.text(record)), cells_of(row.text(life))};
}

}  // namespace

derived_registry read_registry(const registry_store& from, const reading_rules& rules) {
    const sqlite::read_transaction reading(from.connection());
    from.check(rules);
    return read_all(from, rules, origin_of(from));
}

derived_registry reread_donors(const registry_store& from, const reading_rules& rules) {
    const sqlite::read_transaction reading(from.connection());
    return read_all(from, rules, {});
}

derived_registry follow(const registry_store& from, std::shared_ptr<const registry> current, const reading_rules& rules) {
    sqlite::database& db = from.connection();
    const sqlite::read_transaction reading(db);
    from.check(rules);
    const auto origin = origin_of(from);
    if (!fits(from, *current, origin, rules)) return read_registry(from, rules);
    const auto version = static_cast<std::int64_t>(current->origin().version);
    if (current->origin() == origin) return {std::move(current), {}, derivation::unchanged};
    sqlite::statement find(db, "SELECT id FROM donors WHERE entry > ?");
    std::vector<std::string> changed;
    for (find.with(version); find.step();) changed.emplace_back(find.text(0));
    if (changed.size() > current->size() / 2) return read_registry(from, rules);

    sqlite::statement donors(db, "SELECT d.id, l.record, l.life FROM donors d JOIN log l ON l.seq = d.entry WHERE d.entry > ? AND d.there ORDER BY d.entry");
    donors.with(version);
    record_source rows(db, donors);
    derived_registry out;
    out.how = derivation::patched;
    std::vector<std::string> unreadable;
    io::import_options options = options_for(rules, origin);
    options.seen = [&](const row_view&, std::string_view id, bool taken) {
        if (!taken) unreadable.emplace_back(id);
    };
    out.donors = io::update_donors(rows, changed, std::move(current), rules.mac, options, out.unreadable);
    if (!unreadable.empty()) {  // nobody is offered with what was typed before
        registry_update without(out.donors, rules.mac);
        for (const std::string& id : unreadable) without.remove(id);
        out.donors = without.finish(origin);
    }
    return out;
}

std::filesystem::path snapshot_path(const std::filesystem::path& store) {
    std::filesystem::path path = store;
    return path.extension() == ".amx" ? path += ".amx" : path.replace_extension(".amx");
}

derived_registry open_registry(const registry_store& from, const reading_rules& rules) {
    const std::filesystem::path path = snapshot_path(from.path());
    if (is_snapshot(path)) {
        try {
            return follow(from, open_snapshot(path, rules.names), rules);
        } catch (const snapshot_error&) {  // of another release, or damaged: the store has all that is needed
        }
    }
    return read_registry(from, rules);
}

derived_registry latest_registry(const registry_store& from, const derived_registry& before, const reading_rules& rules) {
    const sqlite::read_transaction reading(from.connection());
    const bool first = before.donors == nullptr;
    derived_registry now = first ? open_registry(from, rules) : follow(from, before.donors, rules);
    if (now.how == derivation::read) return now;
    if (now.how == derivation::unchanged && !first) {
        now.unreadable = before.unreadable;
        return now;
    }
    const bool all_are_read = !first && before.unreadable.rows_refused == 0 && now.unreadable.rows_refused == 0;
    now.unreadable = all_are_read ? io::import_report{} : account_of(from, *now.donors, rules);
    now.unreadable.source = from.path();
    now.unreadable.rows_taken = now.donors->size();
    now.unreadable.rows_read = now.unreadable.rows_taken + now.unreadable.rows_refused;
    return now;
}

void write_snapshot(const registry_store& of, const registry& donors) {
    const std::filesystem::path path = snapshot_path(of.path());
    if (donors.origin().store != origin_of(of).store)
        throw store_error(problem::with_input(of.path(), "the donors are not from this store"));
    const auto refuse = [&](const std::string& what) {
        throw store_error(problem::with_input(path.string(), "is " + what + " and is left as it is; the snapshot of the store belongs there"));
    };
    std::error_code error;
    if (is_snapshot(path)) {
        try {
            const snapshot_info there = read_snapshot_info(path);
            if (there.origin.store != donors.origin().store) refuse("a snapshot of other donors");
            if (there.origin == donors.origin() && there.release_fingerprint == donors.names()->fingerprint() &&
                there.mac_fingerprint == donors.mac_fingerprint() && there.nulls == donors.nulls())
                return;
        } catch (const snapshot_error&) {  // is written anew
        }
    } else if (std::filesystem::exists(path, error)) {
        refuse("no snapshot");
    }
    save_snapshot(donors, path);
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
