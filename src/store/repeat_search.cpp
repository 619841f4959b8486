// SPDX-License-Identifier: Apache-2.0
#include "donor_records.hpp"
#include "request_text.hpp"
#include "results.hpp"

#include <allomatch/search/listing.hpp>
#include <allomatch/store/stored_donors.hpp>
#include <allomatch/store/stored_searches.hpp>

#include <algorithm>
#include <map>

namespace allomatch {

namespace {

using json = nlohmann::ordered_json;
using difference = result_change::difference;

struct kept_row {
    std::size_t rank;
    std::int64_t entry;
    std::string result;
};

std::string text_of(const json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

/// Members that differ between two flat objects.
std::vector<difference> differences(const json& before, const json& after) {
    std::vector<difference> all;
    const auto value = [](const json& in, const std::string& key) { return in.contains(key) ? text_of(in[key]) : std::string{}; };
    const auto add = [&](const std::string& key) {
        if (value(before, key) != value(after, key)) all.push_back({key, value(before, key), value(after, key)});
    };
    for (const auto& [key, unused] : after.items()) add(key);
    for (const auto& [key, unused] : before.items())
        if (!after.contains(key)) add(key);
    return all;
}

json cells_json(sqlite::database& db, std::int64_t entry) {
    sqlite::statement s(db, "SELECT record, life FROM log WHERE seq = ?");
    json out = json::object();
    if (s.with(entry).step())
        for (const auto& [column, value] : overlaid(cells_of(s.text(0)), s.text(1))) out[column] = value;
    return out;
}

bool is_typing(const std::string& column) {
    std::string stem = column.substr(0, column.find('_'));
    return column == "gl" || locus_from_name(stem) || gene_from_name(stem);
}

std::string listed(const std::vector<difference>& all) {
    std::string words;
    for (const difference& d : all) {
        if (!words.empty()) words += ", ";
        words += d.column + " " + (d.before.empty() ? "none" : d.before) + " -> " + (d.after.empty() ? "none" : d.after);
    }
    return words;
}

/// Why a donor of the run before is not in the result any more.
void explain_gone(result_change& gone, sqlite::database& db, std::int64_t entry_before, const match_list& found, const search_request& request) {
    std::int64_t entry = 0;
    bool there = false;
    {
        sqlite::statement s(db, "SELECT entry, there FROM donors WHERE id = ?");
        if (s.with(gone.donor_id).step()) {
            entry = s.integer(0);
            there = s.integer(1) != 0;
        }
    }
    if (!there) {
        gone.reason = "deleted";
        gone.words = "was deleted from the registry";
        return;
    }
    gone.donor = differences(cells_json(db, entry_before), cells_json(db, entry));
    const bool retyped = std::ranges::any_of(gone.donor, [](const difference& d) { return is_typing(d.column); });
    const auto donor = found.donors->find(gone.donor_id);
    if (!donor) {
        gone.reason = "unreadable";
        gone.words = "the typing cannot be read with release " + std::string(found.donors->names()->version());
        return;
    }
    const listing now = explain_listing(found.donors, found.who, request, *donor);
    gone.words = now.words;
    const auto has = [&now](std::initializer_list<obstacle_kind> kinds) {
        return std::ranges::any_of(now.obstacles, [&](const obstacle& o) { return std::ranges::find(kinds, o.what) != kinds.end(); });
    };
    using enum obstacle_kind;
    if (has({retired, reserved}))
        gone.reason = has({retired}) ? "retired" : "reserved";
    else if (has({max_mismatches, min_mismatches, limit}))
        gone.reason = retyped ? "retyped" : "mismatches";
    else
        gone.reason = has({top}) ? "not among the best" : "not eligible";
    if (gone.words.ends_with('.')) gone.words.pop_back();
    if (!gone.donor.empty()) gone.words += "; changed: " + listed(gone.donor);
}

}  // namespace

repeated_search repeat_search(registry_store& in, std::int64_t search_id, std::shared_ptr<const registry> donors, const reading_rules& rules,
                              std::shared_ptr<const donor_genotypes> genotypes, day_number on, const run_conditions& conditions) {
    sqlite::database& db = in.connection();
    store_change change(in, conditions.actor, "repeat search");
    repeated_search out;
    out.search = search_id;
    std::string patient_id;
    search_request request;
    {
        sqlite::statement s(db, "SELECT patient_id, request FROM searches WHERE id = ?");
        if (!s.with(search_id).step())
            throw store_error(problem::with_value("search", std::to_string(search_id), "there is no such search"));
        patient_id = s.text(0);
        request = read_request(s.text(1));
    }
    request.genotypes = std::move(genotypes);
    request.on = on;
    std::map<std::string, kept_row, std::less<>> before;
    json conditions_before;
    {
        sqlite::statement last(db, "SELECT r.id, r.conditions, a.at FROM runs r JOIN audit a ON a.seq = r.audit WHERE r.search = ? ORDER BY r.id DESC LIMIT 1");
        last.with(search_id).step();
        conditions_before = json::parse(last.text(1));
        out.before = last.text(2);
        sqlite::statement rows(db, "SELECT donor_id, rank, entry, result FROM results WHERE run = ?");
        rows.with(last.integer(0));
        while (rows.step())
            before.emplace(std::string(rows.text(0)), kept_row{static_cast<std::size_t>(rows.integer(1)), rows.integer(2), std::string(rows.text(3))});
    }
    out.found = search(std::move(donors), read_patient(in, patient_id, rules), request);

    const std::vector<std::string> rows = result_rows(out.found);
    std::vector<result_change> changed;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        result_change c;
        c.donor_id = out.found.donors->id(out.found.hits[i].donor);
        c.rank_after = i + 1;
        const auto it = before.find(c.donor_id);
        if (it == before.end()) {
            c.words = "is new";
            out.changes.push_back(std::move(c));
            continue;
        }
        c.what = result_change::kind::changed;
        c.rank_before = it->second.rank;
        if (rows[i] != it->second.result) c.result = differences(json::parse(it->second.result), json::parse(rows[i]));
        if (const std::int64_t entry = entry_of(db, c.donor_id); entry != it->second.entry)
            c.donor = differences(cells_json(db, it->second.entry), cells_json(db, entry));
        before.erase(it);
        if (c.result.empty() && c.donor.empty()) {
            ++out.unchanged;
            continue;
        }
        c.words = listed(c.donor.empty() ? c.result : c.donor);
        changed.push_back(std::move(c));
    }
    std::ranges::move(changed, std::back_inserter(out.changes));
    std::vector<result_change> gone;
    for (const auto& [id, row] : before) {
        result_change& c = gone.emplace_back();
        c.what = result_change::kind::gone;
        c.donor_id = id;
        c.rank_before = row.rank;
        explain_gone(c, db, row.entry, out.found, request);
    }
    std::ranges::sort(gone, {}, &result_change::rank_before);
    std::ranges::move(gone, std::back_inserter(out.changes));

    const json now = conditions_of(out.found, conditions.frequencies);
    for (const difference& d : differences(conditions_before, now))
        if (d.column != "on") out.conditions.push_back(d.column + ": " + (d.before.empty() ? "none" : d.before) + " -> " + (d.after.empty() ? "none" : d.after));
    out.run = add_run(db, change, search_id, out.found, now);
    change.commit({{"search", search_id}, {"run", out.run}, {"total", out.found.total}, {"changes", out.changes.size()}});
    return out;
}

}  // namespace allomatch
