// SPDX-License-Identifier: Apache-2.0
#include "change.hpp"
#include "donor_records.hpp"

#include <allomatch/store/stored_searches.hpp>

namespace allomatch {

namespace {

std::string record_of(const patient& who) {
    nlohmann::ordered_json record = nlohmann::ordered_json::object();
    for (std::size_t l = 0; l < locus_count; ++l)
        if (!who.texts[l].empty()) record[std::string(locus_names[l])] = who.texts[l];
    for (const auto& [field, value] : who.fields) record[field] = value;
    return record.dump();
}

struct latest {
    std::string record;
    bool active = false;
};

std::optional<latest> find(sqlite::database& db, const std::string& id) {
    sqlite::statement s(db, "SELECT record, status FROM patients WHERE id = ?");
    if (!s.with(id).step()) return std::nullopt;
    return latest{std::string(s.text(0)), s.text(1) == "active"};
}

void add(sqlite::database& db, const store_change& change, const std::string& id, const std::string& record, std::string_view status) {
    sqlite::statement(db, "INSERT INTO patient_log(id, record, status, audit) VALUES(?, ?, ?, ?)")
        .with(id, record, status, change.entry()).run();
}

[[noreturn]] void refuse(const std::string& id, std::string reason) {
    throw store_error(problem::with_value("patient", id, std::move(reason)));
}

}  // namespace

bool update_patient(sqlite::database& db, const store_change& change, const patient& who) {
    const std::string record = record_of(who);
    const auto known = find(db, who.id);
    if (known && known->active && known->record == record) return false;
    add(db, change, who.id, record, "active");
    return true;
}

void keep_patient(registry_store& in, const patient& who, const std::string& actor) {
    store_change change(in, actor, "patient");
    if (update_patient(in.connection(), change, who)) change.commit({{"patient", who.id}, {"status", "active"}});
}

void close_patient(registry_store& in, const std::string& id, const std::string& reason, const std::string& actor) {
    store_change change(in, actor, "close patient");
    const auto known = find(in.connection(), id);
    if (!known) refuse(id, "there is no such patient");
    if (!known->active) refuse(id, "is closed already");
    add(in.connection(), change, id, known->record, "closed");
    change.commit({{"patient", id}, {"status", "closed"}, {"reason", reason}});
}

std::vector<stored_patient> stored_patients(const registry_store& in) {
    std::vector<stored_patient> all;
    sqlite::statement s(in.connection(), "SELECT id, status, record FROM patients ORDER BY id");
    while (s.step()) all.push_back({std::string(s.text(0)), s.text(1) == "active", cells_of(s.text(2))});
    return all;
}

std::shared_ptr<const patient> read_patient(const registry_store& in, const std::string& id, const reading_rules& rules) {
    const auto known = find(in.connection(), id);
    if (!known) refuse(id, "there is no such patient");
    std::array<std::string, locus_count> texts;
    std::vector<std::pair<std::string, std::string>> fields;
    for (auto& [column, value] : cells_of(known->record)) {
        if (const auto l = locus_from_name(column))
            texts[index(*l)] = std::move(value);
        else
            fields.emplace_back(std::move(column), std::move(value));
    }
    const typing_context context{rules.names.get(), rules.mac.get(), gene_set::all(), column_kind::dna};
    auto who = std::make_shared<patient>();
    const std::vector<problem> problems = read_patient(context, rules.nulls, id, texts, fields, *who);
    if (!problems.empty()) throw store_error(problems.front());
    return who;
}

}  // namespace allomatch
