// SPDX-License-Identifier: Apache-2.0
#include "alerting.hpp"
#include "change.hpp"
#include "donor_records.hpp"

#include <allomatch/core/text.hpp>
#include <allomatch/io/donor_files.hpp>
#include <allomatch/store/donor_import.hpp>

#include <algorithm>
#include <optional>

namespace allomatch {

namespace {

constexpr std::string_view change_column = "change";

/// Rows of donors that are there; the ids of those that the file says are deleted are put aside.
class listed_donors final : public row_source {
public:
    explicit listed_donors(row_source& all) : all_(all) {
        for (std::size_t i = 0; i < all.columns().size(); ++i) {
            if (!change_ && same_ignoring_case(trim(all.columns()[i]), change_column))
                change_ = i;
            else
                columns_.push_back(all.columns()[i]);
        }
        std::vector<std::string> names;
        try {
            names = io::canonical_columns(*this);
        } catch (const format_error&) {
            if (!change_) throw;
            typed_ = false;  // a list of deletions has no typings
            columns_.emplace_back("A");
            names = io::canonical_columns(*this);
        }
        id_ = static_cast<std::size_t>(std::ranges::find(names, "id") - names.begin());
    }
    [[nodiscard]] std::string_view name() const override { return all_.name(); }
    [[nodiscard]] std::span<const std::string> columns() const override { return columns_; }
    bool next(row_view& row) override {
        while (all_.next(row)) {
            if (!change_ || !row.fault.empty()) return true;
            const std::string_view word = trim(row.cells[*change_]);
            cells_.assign(row.cells.begin(), row.cells.end());
            cells_.erase(cells_.begin() + static_cast<std::ptrdiff_t>(*change_));
            if (!typed_) cells_.emplace_back();
            row.cells = cells_;
            if (same_ignoring_case(word, "deleted")) {
                const std::string_view id = trim(cells_[id_]);
                if (!id.empty()) {
                    deleted.push_back({std::string(id), row.number});
                    continue;
                }
                row.fault = "a donor without an id is to be deleted";
            } else if (!word.empty() && !same_ignoring_case(word, "new") && !same_ignoring_case(word, "changed") &&
                       !same_ignoring_case(word, "upsert")) {
                row.fault = fault_ = "column change: '" + shown(word) + "': expected new, changed, upsert or deleted";
            } else if (!typed_) {
                row.fault = "the file has no typing columns such as A_1, A_2, B_1 .. DRB1_2, or gl";
            }
            return true;
        }
        return false;
    }
    struct deletion {
        std::string id;
        std::uint64_t row;
    };
    std::vector<deletion> deleted;

private:
    row_source& all_;
    std::optional<std::size_t> change_;
    std::size_t id_ = 0;
    bool typed_ = true;
    std::vector<std::string> columns_;
    std::vector<std::string_view> cells_;
    std::string fault_;
};

/// Brings the donors of a store to what a file says, within a change.
class donor_writer {
public:
    donor_writer(sqlite::database& db, store_change& change, bool with_differences, import_outcome& out)
        : change_(change), with_differences_(with_differences), out_(out),
          find_(db, "SELECT d.there, l.record, l.life FROM donors d JOIN log l ON l.seq = d.entry WHERE d.id = ?") {}

    void put(std::string_view id, std::string_view record) {
        find_.with(id);
        const bool known = find_.step();
        const bool there = known && find_.integer(0) != 0;
        const std::optional<std::string> life = known && !find_.is_null(2) ? std::optional<std::string>(find_.text(2)) : std::nullopt;
        const bool same = there && find_.text(1) == record;
        if (there && !same && with_differences_) compare(id, find_.text(1), record);
        find_.reset();
        if (same) {
            ++out_.unchanged;
            return;
        }
        ++(there ? out_.changed : out_.added);
        if (!there && with_differences_) out_.differences.push_back({std::string(id), donor_difference::kind::added});
        change_.set_donor(id, record, life);
    }
    /// False where there is no such donor.
    bool remove(std::string_view id) {
        find_.with(id);
        const bool there = find_.step() && find_.integer(0) != 0;
        const std::optional<std::string> life = there && !find_.is_null(2) ? std::optional<std::string>(find_.text(2)) : std::nullopt;
        find_.reset();
        if (!there) return false;
        ++out_.deleted;
        if (with_differences_) out_.differences.push_back({std::string(id), donor_difference::kind::deleted});
        change_.set_donor(id, std::nullopt, life);
        return true;
    }

private:
    void compare(std::string_view id, std::string_view before, std::string_view after) {
        const record_cells old_cells = cells_of(before);
        const record_cells new_cells = cells_of(after);
        const auto value = [](const record_cells& cells, const std::string& column) {
            const auto it = std::ranges::find(cells, column, &record_cells::value_type::first);
            return it == cells.end() ? std::string{} : it->second;
        };
        const auto add = [&](const std::string& column) {
            donor_difference d{std::string(id), donor_difference::kind::changed, column, value(old_cells, column), value(new_cells, column)};
            if (d.before != d.after) out_.differences.push_back(std::move(d));
        };
        for (const auto& cell : new_cells) add(cell.first);
        for (const auto& cell : old_cells)
            if (value(new_cells, cell.first).empty()) add(cell.first);
    }

    store_change& change_;
    bool with_differences_;
    import_outcome& out_;
    sqlite::statement find_;
};

std::string_view name_of(import_mode mode) {
    switch (mode) {
        case import_mode::full: return "full";
        case import_mode::diff: return "diff";
        case import_mode::check: break;
    }
    return "check";
}

/// Deletes the donors that the file did not name. \throws store_error when too many would go.
void remove_unlisted(sqlite::database& db, donor_writer& donors, const donor_import& how, std::uint64_t added, std::uint64_t without_id) {
    const std::int64_t before = db.value("SELECT count(*) FROM donors WHERE there") - static_cast<std::int64_t>(added);
    std::vector<std::string> unlisted;
    sqlite::statement find(db, "SELECT id FROM donors WHERE there AND id NOT IN (SELECT id FROM temp.listed) ORDER BY id");
    while (find.step()) unlisted.emplace_back(find.text(0));
    const auto refuse = [&](const std::string& reason) {
        throw store_error(problem::with_input(db.name(), "nothing was changed: the file lacks " + std::to_string(unlisted.size()) + " of " +
                                                             std::to_string(before) + " donors, " + reason +
                                                             "; import again with --allow-shrink if they are to be deleted"));
    };
    if (!how.allow_shrink && how.mode == import_mode::full && !unlisted.empty()) {
        if (without_id > 0) refuse("and " + std::to_string(without_id) + " rows have no id that can be read");
        if (static_cast<double>(unlisted.size()) > how.most_removed * static_cast<double>(before))
            refuse("more than the share of " + number_text(static_cast<float>(how.most_removed)) + " that a full import may remove");
    }
    for (const std::string& id : unlisted) donors.remove(id);
}

/// Deletes the donors that the file says are gone; one that another row has too is not deleted, one that is not there is
/// a warning.
void remove_deleted(sqlite::database& db, donor_writer& donors, const listed_donors& file, io::import_report& report) {
    sqlite::statement list(db, "INSERT INTO temp.listed(id) VALUES(?) ON CONFLICT(id) DO NOTHING RETURNING id");
    std::vector<std::string> missing;
    for (const auto& [id, row] : file.deleted) {
        ++report.rows_read;
        problem p = problem::with_value("change", "deleted", {});
        p.place = report.source;
        p.row = row;
        p.id = shown(id, 64);
        const bool is_first = list.with(id).step();
        list.reset();
        if (!is_first) {
            ++report.rows_refused;
            p.reason = "the id is in another row too";
            report.problems.push_back(std::move(p));
            continue;
        }
        ++report.rows_taken;
        if (donors.remove(id)) continue;
        p.reason = "there is no such donor to delete";
        report.warnings.push_back({std::move(p), 1});
    }
}

void keep_report(sqlite::database& db, const store_change& change, const import_outcome& out, const donor_import& how) {
    sqlite::statement(db, "INSERT INTO imports(id, source, mode, rows_read, rows_taken, rows_refused, added, changed, deleted, unchanged, audit) "
                          "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .with(out.import, out.rows.source, name_of(how.mode), static_cast<std::int64_t>(out.rows.rows_read),
              static_cast<std::int64_t>(out.rows.rows_taken), static_cast<std::int64_t>(out.rows.rows_refused),
              static_cast<std::int64_t>(out.added), static_cast<std::int64_t>(out.changed), static_cast<std::int64_t>(out.deleted),
              static_cast<std::int64_t>(out.unchanged), change.entry())
        .run();
    sqlite::statement add(db, "INSERT INTO import_rows(import, kind, row, column, id, text, reason, suggestion, count, audit) "
                              "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    const auto keep = [&](std::string_view kind, const problem& p, std::uint64_t count) {
        add.with(out.import, kind, static_cast<std::int64_t>(p.row), p.column, p.id, p.text, p.reason, p.suggestion,
                 static_cast<std::int64_t>(count), change.entry())
            .run();
    };
    for (const problem& p : out.rows.problems) keep("refused", p, 1);
    for (const io::import_warning& w : out.rows.warnings) keep("warning", w.first, w.count);
}

}  // namespace

std::string_view name(donor_difference::kind what) noexcept {
    switch (what) {
        case donor_difference::kind::added: return "new";
        case donor_difference::kind::changed: return "changed";
        case donor_difference::kind::deleted: break;
    }
    return "deleted";
}

import_outcome import_donors(registry_store& into, row_source& rows, const reading_rules& rules, const donor_import& how) {
    if (how.mode != import_mode::check && into.is_blank() && !into.has(rules)) into.switch_rules(rules, how.actor);
    if (!(how.most_removed >= 0 && how.most_removed <= 1))
        throw store_error(problem::with_value("most_removed", number_text(static_cast<float>(how.most_removed)), "expected a share from 0 to 1"));
    sqlite::database& db = into.connection();
    import_outcome out;
    const auto alert_count = [](sqlite::database& in) { return in.value("SELECT coalesce(max(seq), 0) FROM alerts"); };
    store_change change(into, how.mode == import_mode::check && how.actor.empty() ? "check" : how.actor, "import");
    into.check(rules);
    const std::int64_t alerts_before = alert_count(db);
    donor_writer donors(db, change, how.mode == import_mode::check, out);
    db.run_script("CREATE TEMP TABLE IF NOT EXISTS listed(id TEXT PRIMARY KEY) WITHOUT ROWID; DELETE FROM temp.listed");
    sqlite::statement list(db, "INSERT INTO temp.listed(id) VALUES(?) ON CONFLICT(id) DO NOTHING");

    listed_donors listed(rows);
    record_writer records(known_columns(db, io::canonical_columns(listed)));
    std::uint64_t without_id = 0;
    io::import_options options;
    options.nulls = rules.nulls;
    options.strict = how.strict;
    options.progress = how.progress;
    options.seen = [&](const row_view& row, std::string_view id, bool taken) {
        if (id.empty()) {
            ++without_id;
            return;
        }
        list.with(id).run();
        if (taken) donors.put(id, records.write(row));
    };
    (void)io::import_donors(listed, rules.names, rules.mac, options, out.rows);
    remove_deleted(db, donors, listed, out.rows);
    if (how.strict && out.rows.rows_refused > 0) throw format_error(out.rows.problems.front());
    if (how.mode != import_mode::diff) remove_unlisted(db, donors, how, out.added, without_id);
    db.run("DELETE FROM temp.listed");
    if (how.mode == import_mode::check) {
        out.version = static_cast<std::uint64_t>(db.value("SELECT coalesce(max(version), 0) FROM audit"));
        return out;  // undone
    }
    out.import = db.value("SELECT coalesce(max(id), 0) FROM imports") + 1;
    out.version = into.version();
    keep_report(db, change, out, how);
    out.unasked = add_alerts(into, change, rules);
    out.alerts = static_cast<std::uint64_t>(alert_count(db) - alerts_before);
    change.commit({{"import", out.import}, {"source", out.rows.source}, {"mode", name_of(how.mode)}, {"rows", out.rows.rows_read},
                   {"refused", out.rows.rows_refused}, {"added", out.added}, {"changed", out.changed}, {"deleted", out.deleted}, {"alerts", out.alerts}});
    return out;
}

import_outcome import_donors(registry_store& into, const std::filesystem::path& file, const reading_rules& rules, const donor_import& how) {
    const io::donor_file opened = io::open_donors(file);
    if (opened.mode == io::update_mode::differential && how.mode != import_mode::diff)
        throw store_error(problem::with_input(std::string(opened.rows->name()), "lists changes only and not every donor: import it with mode diff"));
    return import_donors(into, *opened.rows, rules, how);
}

import_mode mode_of(const std::filesystem::path& file) {
    return io::open_donors(file).mode == io::update_mode::differential ? import_mode::diff : import_mode::full;
}

io::table import_outcome::to_table() const {
    io::column::strings ids, kinds, columns, befores, afters;
    for (const donor_difference& d : differences) {
        ids.push_back(d.id);
        kinds.emplace_back(name(d.what));
        columns.push_back(d.column);
        befores.push_back(d.before);
        afters.push_back(d.after);
    }
    io::table out;
    out.columns.push_back({"donor_id", std::move(ids), {}});
    out.columns.push_back({"change", std::move(kinds), {}});
    out.columns.push_back({"column", std::move(columns), {}});
    out.columns.push_back({"before", std::move(befores), {}});
    out.columns.push_back({"after", std::move(afters), {}});
    return out;
}

}  // namespace allomatch
