// SPDX-License-Identifier: Apache-2.0
#include "donor_events.hpp"
#include "donor_records.hpp"

#include <allomatch/store/utilisation.hpp>

#include <algorithm>
#include <set>
#include <unordered_map>

namespace allomatch {

namespace {

/// Counts for one branch while they are made.
struct tally {
    branch_utilisation counts;
    std::set<std::string, std::less<>> examined;
    std::vector<day_number> waits;  // of collections

    void finish() {
        counts.examined = examined.size();
        if (counts.donors > 0)
            counts.collections_per_1000 = 1000.0 * static_cast<double>(counts.collections) / static_cast<double>(counts.donors);
        if (waits.empty()) return;
        std::ranges::sort(waits);
        const std::size_t half = waits.size() / 2;
        counts.days_to_collection = waits.size() % 2 == 1 ? waits[half] : (waits[half - 1] + waits[half]) / 2.0;
    }
};

class tallies {
public:
    /// Changes the counts of a branch and of the whole.
    template <class Change>
    void change(std::string_view branch, const Change& how) {
        auto it = branches_.find(branch);
        if (it == branches_.end()) {
            it = branches_.emplace(branch, tally{}).first;
            it->second.counts.branch = branch;
        }
        how(it->second);
        how(whole_);
    }
    void finish(utilisation_report& report) {
        for (auto& [branch, t] : branches_) {
            t.finish();
            report.branches.push_back(std::move(t.counts));
        }
        whole_.finish();
        report.whole = std::move(whole_.counts);
    }

private:
    std::map<std::string, tally, std::less<>> branches_;
    tally whole_;
};

void add_event(tallies& to, const donor_event& e) {
    const std::string_view branch = detail_of(e, "branch");
    if (e.kind == name(collection_step::physical_examination)) {
        to.change(branch, [&](tally& t) { t.examined.insert(e.donor_id); });
    } else if (e.kind == name(collection_step::collection)) {
        const auto since = read_date(detail_of(e, "reserved_since"));
        const bool abroad = detail_of(e, "abroad") == "yes";
        to.change(branch, [&](tally& t) {
            ++t.counts.collections;
            if (abroad) ++t.counts.abroad_collections;
            if (since) t.waits.push_back(e.day - *since);
        });
    }
}

/// Dates compare as texts do.
bool lasts(const record_cells& cells, std::string_view until, std::string_view day) {
    const std::string_view last = cell_of(cells, until);
    return last.empty() || last >= day;
}

void add_donor(tallies& to, const record_cells& cells, std::string_view day, const std::string& reason) {
    const std::string_view status = cell_of(cells, "status");
    const bool has_holder = !cell_of(cells, "reserved_for").empty();
    const bool held = has_holder ? lasts(cells, "reserved_until", day) : status == "OP";
    const bool repeated = count_of(cell_of(cells, "donations")) >= 2;
    to.change(cell_of(cells, "branch"), [&](tally& t) {
        ++t.counts.donors;
        if (repeated) ++t.counts.repeat_donors;
        if (status == "DE") {
            ++t.counts.retired;
            ++t.counts.retired_for[reason];
        } else if (held) {
            ++t.counts.reserved;
        } else if (status == "TU" && lasts(cells, "status_until", day)) {
            ++t.counts.unavailable;
        } else {
            ++t.counts.available;
        }
    });
}

}  // namespace

utilisation_report utilisation(const registry_store& of, day_number first, day_number last) {
    if (last < first)
        throw store_error(problem::with_value("last", date_text(last), "is before the first day, " + date_text(first)));
    sqlite::database& db = of.connection();
    const sqlite::read_transaction reading(db);
    tallies all;
    std::unordered_map<std::string, std::string> reasons;  // why the registry retired a donor
    for (const donor_event& e : read_events(db)) {
        if (e.withdrawn) continue;
        if (e.day >= first && e.day <= last) add_event(all, e);
        if (e.kind == "lift") reasons.erase(e.donor_id);
        if (e.kind == "status") reasons[e.donor_id] = detail_of(e, "status") == "DE" ? detail_of(e, "reason") : "";
    }
    const std::string day = date_text(last);
    sqlite::statement donors(db, "SELECT d.id, l.record, l.life FROM donors d JOIN log l ON l.seq = d.entry WHERE d.there ORDER BY d.entry");
    while (donors.step()) {
        const auto reason = reasons.find(std::string(donors.text(0)));
        add_donor(all, overlaid(cells_of(donors.text(1)), donors.text(2)), day, reason == reasons.end() ? std::string{} : reason->second);
    }
    utilisation_report report{first, last, {}, {}};
    all.finish(report);
    return report;
}

io::table utilisation_report::to_table() const {
    io::table out;
    io::column::strings names;
    for (const branch_utilisation& b : branches) names.push_back(b.branch);
    out.columns.push_back({"branch", std::move(names), {}});
    const auto add_count = [&](const char* title, std::uint64_t branch_utilisation::* field) {
        std::vector<std::int64_t> values;
        for (const branch_utilisation& b : branches) values.push_back(static_cast<std::int64_t>(b.*field));
        out.columns.push_back({title, std::move(values), {}});
    };
    const auto add_number = [&](const char* title, std::optional<double> branch_utilisation::* field) {
        std::vector<double> values;
        std::vector<bool> valid;
        for (const branch_utilisation& b : branches) {
            values.push_back((b.*field).value_or(0));
            valid.push_back((b.*field).has_value());
        }
        out.columns.push_back({title, std::move(values), std::move(valid)});
    };
    add_count("donors", &branch_utilisation::donors);
    add_count("available", &branch_utilisation::available);
    add_count("reserved", &branch_utilisation::reserved);
    add_count("unavailable", &branch_utilisation::unavailable);
    add_count("retired", &branch_utilisation::retired);
    add_count("repeat_donors", &branch_utilisation::repeat_donors);
    add_count("examined", &branch_utilisation::examined);
    add_count("collections", &branch_utilisation::collections);
    add_count("abroad_collections", &branch_utilisation::abroad_collections);
    add_number("collections_per_1000", &branch_utilisation::collections_per_1000);
    add_number("days_to_collection", &branch_utilisation::days_to_collection);
    return out;
}

io::table utilisation_report::retirements() const {
    io::column::strings names, reasons;
    std::vector<std::int64_t> donors;
    for (const branch_utilisation& b : branches)
        for (const auto& [reason, count] : b.retired_for) {
            names.push_back(b.branch);
            reasons.push_back(reason);
            donors.push_back(static_cast<std::int64_t>(count));
        }
    io::table out;
    out.columns.push_back({"branch", std::move(names), {}});
    out.columns.push_back({"reason", std::move(reasons), {}});
    out.columns.push_back({"donors", std::move(donors), {}});
    return out;
}

}  // namespace allomatch
