// SPDX-License-Identifier: Apache-2.0
#include "donor_records.hpp"
#include "request_text.hpp"
#include "results.hpp"

#include <allomatch/store/stored_donors.hpp>
#include <allomatch/store/stored_searches.hpp>

#include <algorithm>

namespace allomatch {

namespace {

[[noreturn]] void refuse(std::int64_t search, std::string reason) {
    throw store_error(problem::with_value("search", std::to_string(search), std::move(reason)));
}

/// A standing search is asked without frequencies. \throws store_error when it cannot be.
void check_without_frequencies(const match_list& found, search_request request) {
    request.genotypes = nullptr;
    request.top = 0;
    try {
        (void)search(found.donors, found.who, request);
    } catch (const format_error& error) {
        problem p = error.details();
        p.reason += "; a standing search is asked at every import, without frequencies";
        throw store_error(std::move(p));
    }
}

}  // namespace

std::int64_t keep_search(registry_store& in, const match_list& found, const search_request& request, bool standing,
                         const run_conditions& conditions) {
    if (standing) check_without_frequencies(found, request);
    sqlite::database& db = in.connection();
    store_change change(in, conditions.actor, "search");
    update_patient(db, change, *found.who);
    const std::string text = request_text(request);
    sqlite::statement(db, "INSERT INTO searches(patient_id, request, standing, audit) VALUES(?, ?, ?, ?)")
        .with(found.who->id, text, static_cast<std::int64_t>(standing), change.entry())
        .run();
    const std::int64_t search = db.last_id();
    const std::int64_t run = add_run(db, change, search, found, conditions_of(found, conditions.frequencies));
    change.commit({{"search", search}, {"run", run}, {"patient", found.who->id}, {"standing", standing}, {"total", found.total}});
    return search;
}

std::vector<stored_search> stored_searches(const registry_store& in) {
    sqlite::statement s(in.connection(),
        "SELECT s.id, s.patient_id, s.request, s.standing, EXISTS(SELECT 1 FROM search_ends e WHERE e.search = s.id), a.at, a.actor, "
        "(SELECT count(*) FROM runs r WHERE r.search = s.id), l.at, r.total "
        "FROM searches s JOIN audit a ON a.seq = s.audit "
        "JOIN runs r ON r.id = (SELECT max(id) FROM runs WHERE search = s.id) JOIN audit l ON l.seq = r.audit ORDER BY s.id");
    std::vector<stored_search> all;
    while (s.step())
        all.push_back({s.integer(0), std::string(s.text(1)), std::string(s.text(2)), s.integer(3) != 0, s.integer(4) != 0, std::string(s.text(5)),
                       std::string(s.text(6)), static_cast<std::uint64_t>(s.integer(7)), std::string(s.text(8)),
                       static_cast<std::uint64_t>(s.integer(9))});
    return all;
}

void end_search(registry_store& in, std::int64_t search, const std::string& reason, const std::string& actor) {
    store_change change(in, actor, "end search");
    sqlite::database& db = in.connection();
    sqlite::statement find(db, "SELECT EXISTS(SELECT 1 FROM search_ends WHERE search = s.id), s.standing FROM searches s WHERE s.id = ?");
    if (!find.with(search).step()) refuse(search, "there is no such search");
    if (find.integer(0) != 0) refuse(search, "has ended already");
    if (find.integer(1) == 0) refuse(search, "is not a standing search: it is only asked when somebody repeats it");
    find.reset();
    sqlite::statement(db, "INSERT INTO search_ends(search, reason, audit) VALUES(?, ?, ?)").with(search, reason, change.entry()).run();
    change.commit({{"search", search}, {"reason", reason}});
}

}  // namespace allomatch
