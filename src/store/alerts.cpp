// SPDX-License-Identifier: Apache-2.0
#include "alerting.hpp"
#include "donor_records.hpp"
#include "request_text.hpp"
#include "results.hpp"

#include <allomatch/io/people.hpp>
#include <allomatch/store/stored_searches.hpp>

#include <map>
#include <set>

namespace allomatch {

standing_searches::standing_searches(const registry_store& in, const reading_rules& rules) {
    sqlite::statement s(in.connection(),
        "SELECT s.id, s.patient_id, s.request FROM searches s JOIN patients p ON p.id = s.patient_id AND p.status = 'active' "
        "WHERE s.standing AND NOT EXISTS (SELECT 1 FROM search_ends e WHERE e.search = s.id) ORDER BY s.id");
    std::map<std::string, std::shared_ptr<const patient>, std::less<>> known;
    std::map<std::string, std::size_t, std::less<>> requests;
    while (s.step()) {
        const std::string id(s.text(1));
        auto who = known.find(id);
        if (who == known.end()) {
            std::shared_ptr<const patient> read;
            try {
                read = read_patient(in, id, rules);
            } catch (const store_error& error) {
                unreadable_.push_back(error.details());
                unreadable_.back().id = id;
            }
            who = known.emplace(id, std::move(read)).first;
        }
        if (who->second == nullptr) continue;
        auto request = requests.find(s.text(2));
        if (request == requests.end()) {
            try {
                requests_.push_back(read_request(s.text(2)));
            } catch (const store_error& error) {
                unreadable_.push_back(error.details());
                unreadable_.back().id = id;
                continue;
            }
            requests_.back().top = search_request::all_hits;
            request = requests.emplace(std::string(s.text(2)), requests_.size() - 1).first;
        }
        searches_.push_back({s.integer(0), who->second, request->second});
    }
}

std::vector<standing_hit> standing_searches::ask(const std::shared_ptr<const registry>& donors, std::vector<problem>* unasked) const {
    std::vector<standing_hit> all;
    if (donors->size() == 0) return all;
    for (std::size_t r = 0; r < requests_.size(); ++r) {
        std::vector<std::size_t> asked;
        std::vector<std::shared_ptr<const patient>> who;
        for (std::size_t i = 0; i < searches_.size(); ++i)
            if (searches_[i].request == r) {
                asked.push_back(i);
                who.push_back(searches_[i].who);
            }
        search_request request = requests_[r];
        request.on = today();
        std::vector<match_list> found;
        try {
            found = search_many(donors, who, request);
        } catch (const format_error& error) {
            for (std::size_t i = 0; unasked != nullptr && i < asked.size(); ++i) {
                problem p = error.details();
                p.place = "standing search " + std::to_string(searches_[asked[i]].id);
                p.id = who[i]->id;
                unasked->push_back(std::move(p));
            }
            continue;
        }
        for (std::size_t i = 0; i < found.size(); ++i) {
            if (found[i].hits.empty()) continue;
            std::vector<std::string> rows = result_rows(found[i]);
            for (std::size_t h = 0; h < rows.size(); ++h) all.push_back({asked[i], found[i].hits[h].donor, std::move(rows[h])});
        }
    }
    std::ranges::stable_sort(all, {}, &standing_hit::search);
    return all;
}

namespace {

/// The donors of a query as a registry; those that cannot be read are left out.
std::shared_ptr<const registry> registry_of(sqlite::database& db, sqlite::statement& donors, const reading_rules& rules) {
    record_source rows(db, donors);
    io::import_report report;
    io::import_options options;
    options.nulls = rules.nulls;
    return io::import_donors(rows, rules.names, rules.mac, options, report);
}

bool same_typing(const registry& a, donor_index in_a, const registry& b, donor_index in_b) {
    for (std::size_t l = 0; l < locus_count; ++l)
        if (a.typing_text(static_cast<locus>(l), in_a) != b.typing_text(static_cast<locus>(l), in_b)) return false;
    return true;
}

}  // namespace

std::vector<problem> add_alerts(const registry_store& in, const store_change& change, const reading_rules& rules) {
    sqlite::database& db = in.connection();
    const standing_searches standing(in, rules);
    if (standing.size() == 0) return standing.unreadable();
    sqlite::statement after(db, "SELECT d.id, l.record, l.life, l.seq FROM log l JOIN donors d ON d.entry = l.seq WHERE l.seq > ? AND d.there");
    after.with(change.log_before());
    const auto donors = registry_of(db, after, rules);
    // The same donors as they were before the change.
    sqlite::statement before(db, "SELECT p.id, p.record, p.life FROM log l JOIN log p ON p.seq = "
                                 "(SELECT max(q.seq) FROM log q WHERE q.id = l.id AND q.seq < l.seq) WHERE l.seq > ? AND p.record IS NOT NULL");
    before.with(change.log_before());
    const auto were = registry_of(db, before, rules);
    std::set<std::pair<std::size_t, donor_index>> fitted;
    for (const standing_hit& hit : standing.ask(were)) fitted.emplace(hit.search, hit.donor);

    sqlite::statement add(db, "INSERT INTO alerts(search, patient_id, donor_id, kind, entry, result, audit) VALUES(?, ?, ?, ?, ?, ?, ?)");
    std::vector<problem> unasked = standing.unreadable();
    for (const standing_hit& hit : standing.ask(donors, &unasked)) {
        const std::string_view id = donors->id(hit.donor);
        const auto was = were->find(id);
        const bool same = was && same_typing(*donors, hit.donor, *were, *was);
        if (same && fitted.contains({hit.search, *was})) continue;
        const auto& search = standing[hit.search];
        add.with(search.id, search.who->id, id, !was ? "new" : same ? "eligible" : "retyped", entry_of(db, id), hit.result, change.entry()).run();
    }
    return unasked;
}

std::vector<alert> alerts(const registry_store& in, std::int64_t after, std::size_t most) {
    sqlite::statement s(in.connection(), "SELECT l.seq, a.at, l.search, l.patient_id, l.donor_id, l.kind, l.result FROM alerts l "
                                         "JOIN audit a ON a.seq = l.audit WHERE l.seq > ? ORDER BY l.seq LIMIT ?");
    s.with(after, static_cast<std::int64_t>(std::min<std::size_t>(most, INT64_MAX)));
    std::vector<alert> all;
    while (s.step())
        all.push_back({s.integer(0), std::string(s.text(1)), s.integer(2), std::string(s.text(3)), std::string(s.text(4)), std::string(s.text(5)),
                       std::string(s.text(6))});
    return all;
}

std::int64_t subscriber_position(const registry_store& in, const std::string& subscriber) {
    sqlite::statement s(in.connection(), "SELECT position FROM subscribers WHERE name = ?");
    return s.with(subscriber).step() ? s.integer(0) : 0;
}

void acknowledge(registry_store& in, const std::string& subscriber, std::int64_t seq) {
    sqlite::database& db = in.connection();
    if (subscriber.empty()) throw store_error(problem::with_value("subscriber", subscriber, "expected a name"));
    if (seq < 0 || seq > db.value("SELECT coalesce(max(seq), 0) FROM alerts"))
        throw store_error(problem::with_value("position", std::to_string(seq), "there is no such alert yet"));
    sqlite::statement(db, "INSERT INTO subscribers(name, position) VALUES(?, ?) "
                          "ON CONFLICT(name) DO UPDATE SET position = max(position, excluded.position)").with(subscriber, seq).run();
}

}  // namespace allomatch
