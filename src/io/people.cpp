// SPDX-License-Identifier: Apache-2.0
#include "person_layout.hpp"

#include <allomatch/core/file.hpp>
#include <allomatch/core/utf8.hpp>
#include <allomatch/io/input.hpp>
#include <allomatch/io/people.hpp>
#include <allomatch/registry/registry_update.hpp>

#include <chrono>
#include <map>
#include <tuple>
#include <unordered_set>

namespace allomatch::io {

namespace {

constexpr std::uint64_t rows_between_reports = 4096;

/// Collects what came of the rows.
class accounting {
public:
    accounting(const row_source& rows, const person_layout& layout, import_report& report)
        : layout_(layout), report_(report), start_(std::chrono::steady_clock::now()) {
        report_ = {};
        report_.source = rows.name();
    }

    void refuse(const row_view& row, std::string_view id, std::vector<problem> problems) {
        ++report_.rows_refused;
        for (problem& p : problems) {
            locate(p, row, id);
            report_.problems.push_back(std::move(p));
        }
    }

    void warn(const row_view& row, std::string_view id, std::string column, std::string_view text, const std::string& reason) {
        const auto [it, added] = warnings_.try_emplace(std::tuple(column, std::string(text), reason), report_.warnings.size());
        if (added) {
            problem p;
            p.column = std::move(column);
            p.text = shown(shown_pair_text(text));
            p.reason = reason;
            locate(p, row, id);
            report_.warnings.push_back({std::move(p), 0});
        }
        ++report_.warnings[it->second].count;
    }

    void taken(const row_view& row) {
        ++report_.rows_taken;
        rows_.push_back(row.number);
    }
    /// Names both places of an id that is there twice; `first` is the number of the person who has it.
    [[nodiscard]] std::string twice(std::size_t first) const {
        return "the id is there already, in row " + std::to_string(rows_[first]);
    }

    /// Closes the report. \throws format_error in strict mode when a row was refused.
    void close(bool strict) {
        report_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
        if (!strict || report_.rows_refused == 0) return;
        report_.rows_taken = 0;
        problem p = report_.problems.front();
        p.reason += " (strict: nothing was taken; " + std::to_string(report_.rows_refused) + " of " +
                    std::to_string(report_.rows_read) + " rows are refused)";
        throw format_error(std::move(p));
    }

private:
    void locate(problem& p, const row_view& row, std::string_view id) const {
        p.place = report_.source;
        p.row = row.number;
        p.id = shown(id, 64);
        if (!p.column.empty()) p.column = layout_.source_column(p.column);
    }
    const person_layout& layout_;
    import_report& report_;
    std::chrono::steady_clock::time_point start_;
    std::map<std::tuple<std::string, std::string, std::string>, std::size_t> warnings_;
    std::vector<std::uint64_t> rows_;  // of the persons taken
};

/// Reads all rows: cuts each, leaves out malformed ones, and hands the others to `take`, which returns what is
/// wrong with them.
template <class Take>
void for_each_person(row_source& rows, const import_options& options, const person_layout& layout, accounting& account,
                     import_report& report, Take take) {
    row_view row;
    person_texts texts;
    while (rows.next(row)) {
        ++report.rows_read;
        if (options.progress && report.rows_read % rows_between_reports == 0) options.progress(report.rows_read);
        if (!row.fault.empty()) {
            problem p;
            p.reason = row.fault;
            account.refuse(row, {}, {std::move(p)});
            if (options.seen) options.seen(row, {}, false);
            continue;
        }
        layout.cut(row, texts);
        std::vector<problem> problems = take(row, texts);
        const bool taken = problems.empty();
        if (taken)
            account.taken(row);
        else
            account.refuse(row, texts.id, std::move(problems));
        if (options.seen) options.seen(row, texts.id, taken);
    }
    if (options.progress) options.progress(report.rows_read);
}

/// Reads donors into a builder or an update, by `put`.
template <class Donors, class Put>
void take_donors(row_source& rows, const import_options& options, const person_layout& layout, import_report& report,
                 Donors& donors, Put put) {
    donors.declare_fields(layout.field_columns());
    accounting account(rows, layout, report);
    registry_builder::donor_texts donor;
    const auto change = std::ranges::find_if(layout.field_columns(), [](const auto& c) { return same_ignoring_case(c, "change"); });
    const auto change_at = static_cast<std::size_t>(change - layout.field_columns().begin());
    for_each_person(rows, options, layout, account, report, [&](const row_view& row, person_texts& texts) {
        if (change_at < texts.fields.size() && same_ignoring_case(trim(texts.fields[change_at]), "deleted"))
            return std::vector{problem::with_value("change", "deleted", "the file deletes this donor; a listing has nothing to delete it from")};
        donor.id = texts.id;
        for (std::size_t l = 0; l < locus_count; ++l) donor.typings[l] = texts.typings[l];
        donor.fields = texts.fields;
        if (!texts.problems.empty()) return std::move(texts.problems);
        std::vector<problem> problems = put(donor);
        if (!problems.empty()) {
            const auto same_id = donors.find(texts.id);
            for (problem& p : problems)
                if (same_id && p.column == "id") p.reason = account.twice(*same_id);
            return problems;
        }
        for (std::size_t l = 0; l < locus_count; ++l) {
            const auto here = static_cast<locus>(l);
            if (!texts.typings[l].empty())
                for (const std::string& w : donors.warnings(here, texts.typings[l]))
                    account.warn(row, texts.id, std::string(name(here)), texts.typings[l], w);
            if (texts.serology[l].empty()) continue;
            const auto& serology = donors.read(here, texts.serology[l]);
            if (!serology)
                account.warn(row, texts.id, std::string(name(here)), texts.serology[l],
                             "serology beside DNA cannot be read: " + serology.error().reason);
            else if (!consistent(*donors.read(here, texts.typings[l]), *serology))
                account.warn(row, texts.id, std::string(name(here)), texts.serology[l],
                             "serology contradicts the DNA typing; DNA was taken");
        }
        return problems;
    });
    account.close(options.strict);
}

}  // namespace

struct gl_lines_source::state {
    line_reader lines;
    std::string fault;
};

gl_lines_source::gl_lines_source(const std::filesystem::path& path)
    : state_(std::make_unique<state>(state{line_reader(path), {}})) {}
gl_lines_source::~gl_lines_source() = default;

std::string_view gl_lines_source::name() const { return state_->lines.name(); }

bool gl_lines_source::next(row_view& row) {
    std::string_view line;
    do {
        if (!state_->lines.next(line)) return false;
    } while (trim(line).empty() || line.front() == '#');
    row.number = state_->lines.number();
    const std::size_t percent = line.find('%');
    row.fault = percent == std::string_view::npos ? "expected ID%GLSTRING" : is_utf8(line) ? "" : "not valid UTF-8";
    cells_ = {line.substr(0, percent), percent == std::string_view::npos ? std::string_view{} : line.substr(percent + 1)};
    row.cells = cells_;
    return true;
}

std::vector<std::string> canonical_columns(const row_source& rows) { return person_layout(rows).canonical_columns(); }

std::shared_ptr<const registry> import_donors(row_source& rows, const nomenclature::pointer& names,
                                              const mac_table::pointer& mac, const import_options& options,
                                              import_report& report) {
    const person_layout layout(rows);
    registry_builder builder(names, mac, options.nulls);
    take_donors(rows, options, layout, report, builder, [&](const auto& donor) { return builder.add(donor); });
    return builder.finish(options.origin);
}

std::shared_ptr<const registry> update_donors(row_source& rows, std::span<const std::string> removed,
                                              std::shared_ptr<const registry> base, const mac_table::pointer& mac,
                                              const import_options& options, import_report& report) {
    const person_layout layout(rows);
    registry_update update(std::move(base), mac);
    std::unordered_set<std::string> refused;  // stay what they were
    import_options watched = options;
    watched.seen = [&](const row_view& row, std::string_view id, bool taken) {
        if (!taken) refused.emplace(id);
        if (options.seen) options.seen(row, id, taken);
    };
    take_donors(rows, watched, layout, report, update, [&](const auto& donor) { return update.put(donor); });
    for (const std::string& id : removed)
        if (!refused.contains(std::string(trim(id)))) update.remove(trim(id));
    return update.finish(options.origin);
}

std::vector<std::shared_ptr<const patient>> import_patients(row_source& rows, const nomenclature::pointer& names,
                                                            const mac_table::pointer& mac,
                                                            const import_options& options, import_report& report) {
    const person_layout layout(rows);
    accounting account(rows, layout, report);
    const typing_context context{names.get(), mac.get(), gene_set::all(), column_kind::dna};
    std::vector<std::shared_ptr<const patient>> patients;
    std::unordered_map<std::string, std::size_t, text_hash, std::equal_to<>> known;
    std::vector<std::pair<std::string, std::string>> fields(layout.field_columns().size());
    for_each_person(rows, options, layout, account, report, [&](const row_view& row, person_texts& texts) {
        if (!texts.problems.empty()) return std::move(texts.problems);
        for (std::size_t f = 0; f < fields.size(); ++f)
            fields[f] = {layout.field_columns()[f], std::string(texts.fields[f])};
        auto one = std::make_shared<patient>();
        std::vector<problem> problems = read_patient(context, options.nulls, texts.id, texts.typings, fields, *one);
        if (problems.empty() && !known.emplace(one->id, patients.size()).second) {
            problem p;
            p.column = "id";
            p.text = one->id;
            p.reason = account.twice(known.find(one->id)->second);
            problems.push_back(std::move(p));
        }
        if (!problems.empty()) return problems;
        for (const std::string& w : one->warnings) account.warn(row, texts.id, {}, {}, w);
        patients.push_back(std::move(one));
        return problems;
    });
    account.close(options.strict);
    return patients;
}

table import_report::to_table() const {
    using strings = column::strings;
    strings kind;
    strings where;
    strings ids;
    strings texts;
    strings reasons;
    strings suggestions;
    std::vector<std::int64_t> rows;
    std::vector<std::int64_t> counts;
    const auto add = [&](const char* what, const problem& p, std::uint64_t count) {
        kind.emplace_back(what);
        rows.push_back(static_cast<std::int64_t>(p.row));
        where.push_back(p.column);
        ids.push_back(p.id);
        texts.push_back(p.text);
        reasons.push_back(p.reason);
        suggestions.push_back(p.suggestion);
        counts.push_back(static_cast<std::int64_t>(count));
    };
    for (const problem& p : problems) add("refused", p, 1);
    for (const import_warning& w : warnings) add("warning", w.first, w.count);
    table out;
    out.columns.push_back({"kind", std::move(kind), {}});
    out.columns.push_back({"row", std::move(rows), {}});
    out.columns.push_back({"column", std::move(where), {}});
    out.columns.push_back({"id", std::move(ids), {}});
    out.columns.push_back({"text", std::move(texts), {}});
    out.columns.push_back({"reason", std::move(reasons), {}});
    out.columns.push_back({"suggestion", std::move(suggestions), {}});
    out.columns.push_back({"count", std::move(counts), {}});
    return out;
}

}  // namespace allomatch::io
