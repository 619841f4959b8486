// SPDX-License-Identifier: Apache-2.0
#include "results.hpp"

#include <allomatch/io/match_table.hpp>

namespace allomatch {

namespace {

using json = nlohmann::ordered_json;

json value_of(const io::column& column, std::size_t row) {
    return std::visit([row](const auto& values) { return json(values[row]); }, column.values);
}

}  // namespace

std::vector<std::string> result_rows(const match_list& found) {
    const io::table all = io::match_table({&found, 1});
    std::vector<std::string> rows;
    for (std::size_t i = 0; i < found.hits.size(); ++i) {
        json row = json::object();
        for (const io::column& column : all.columns)
            if (column.name != "patient_id" && column.name != "donor_id" && column.name != "rank" && column.is_valid(i))
                row[column.name] = value_of(column, i);
        rows.push_back(row.dump());
    }
    return rows;
}

std::int64_t entry_of(sqlite::database& db, std::string_view donor_id) {
    sqlite::statement s(db, "SELECT entry FROM donors WHERE id = ?");
    if (!s.with(donor_id).step()) throw store_error(problem::with_value("donor", donor_id, "is not in the store"));
    return s.integer(0);
}

std::int64_t add_run(sqlite::database& db, const store_change& change, std::int64_t search, const match_list& found,
                     const json& conditions) {
    sqlite::statement(db, "INSERT INTO runs(search, version, total, conditions, audit) VALUES(?, ?, ?, ?, ?)")
        .with(search, db.value("SELECT coalesce(max(seq), 0) FROM log"), static_cast<std::int64_t>(found.total), conditions.dump(), change.entry())
        .run();
    const std::int64_t run = db.last_id();
    sqlite::statement add(db, "INSERT INTO results(run, rank, donor_id, entry, result, audit) VALUES(?, ?, ?, ?, ?, ?)");
    const std::vector<std::string> rows = result_rows(found);
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const std::string_view id = found.donors->id(found.hits[i].donor);
        add.with(run, static_cast<std::int64_t>(i + 1), id, entry_of(db, id), rows[i], change.entry()).run();
    }
    return run;
}

json conditions_of(const match_list& found, const std::string& frequencies) {
    json typings = json::object();
    for (std::size_t l = 0; l < locus_count; ++l)
        if (!found.who->texts[l].empty()) typings[std::string(locus_names[l])] = shown_pair_text(found.who->texts[l]);
    return {{"on", date_text(found.on)}, {"release", found.donors->names()->version()}, {"frequencies", frequencies}, {"patient", typings}};
}

}  // namespace allomatch
