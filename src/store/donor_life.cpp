// SPDX-License-Identifier: Apache-2.0
#include "change.hpp"
#include "donor_events.hpp"
#include "donor_records.hpp"

#include <allomatch/core/text.hpp>
#include <allomatch/core/utf8.hpp>

#include <algorithm>
#include <array>

namespace allomatch {

namespace {

using json = nlohmann::ordered_json;

constexpr std::size_t longest_id = 200;
constexpr std::size_t longest_text = 2000;

[[noreturn]] void refuse(std::string_view what, std::string_view value, std::string reason) {
    throw store_error(problem::with_value(what, value, std::move(reason)));
}

void check_text(std::string_view what, const std::string& text, bool needed) {
    if (needed && trim(text).empty()) refuse(what, text, "is needed");
    if (text.size() > longest_text || !is_utf8(text)) refuse(what, text, "expected at most 2000 bytes of text");
}

void check_patient(const std::string& id) {
    if (trim(id).empty() || trim(id) != id || id.size() > longest_id || !is_utf8(id))
        refuse("patient", id, "expected an id: 1 to 200 bytes of text without outer blanks");
}

void check_day(std::string_view what, day_number day) {
    static const day_number first = read_date("1900-01-01").value();
    static const day_number last = read_date("2199-12-31").value();
    static const std::array texts{read_date("0001-01-01").value(), read_date("9999-12-31").value()};
    if (day >= first && day <= last) return;
    const bool has_text = day >= texts.front() && day <= texts.back();
    refuse(what, has_text ? date_text(day) : day == no_day ? "" : std::to_string(day), "expected a day from 1900-01-01 to 2199-12-31");
}

/// Donors east of UTC live a day ahead of it.
void check_happened(day_number day) {
    check_day("day", day);
    if (day > today() + 1) refuse("day", date_text(day), "lies in the future");
}

/// One event of a donor and what it changes, within one change of the store.
class donor_change {
public:
    donor_change(const registry_store& in, const std::string& donor, const std::string& actor, std::string action)
        : db_(in.connection()), change_(in, actor, std::move(action)), donor_(donor) {
        sqlite::statement s(db_, "SELECT l.record, l.life FROM donors d JOIN log l ON l.seq = d.entry WHERE d.id = ?");
        if (!s.with(donor).step()) refuse("there is no such donor");
        if (!s.is_null(0)) record_ = s.text(0);
        life_text_ = s.text(1);
        life_ = cells_of(life_text_);
        events_ = read_events(db_, donor);
    }

    [[noreturn]] void refuse(std::string reason) const { allomatch::refuse("donor", donor_, std::move(reason)); }
    void must_be_there() const {
        if (!record_) refuse("is deleted");
    }
    [[nodiscard]] const std::vector<donor_event>& events() const noexcept { return events_; }
    /// Where the event is that was recorded last and stands, of those that `is` holds for.
    template <class Predicate>
    [[nodiscard]] const donor_event* last_event(const Predicate& is) const {
        const auto it = std::find_if(events_.rbegin(), events_.rend(), [&](const donor_event& e) { return !e.withdrawn && is(e); });
        return it == events_.rend() ? nullptr : &*it;
    }

    [[nodiscard]] std::string_view own(std::string_view column) const noexcept { return cell_of(life_, column); }
    /// The cell of a column as the donor file has it.
    [[nodiscard]] std::string recorded(std::string_view column) const {
        return std::string(cell_of(cells_of(record_.value_or("")), column));
    }
    /// The cell of a column as searches have it.
    [[nodiscard]] std::string cell(std::string_view column) const {
        return std::string(cell_of(overlaid(cells_of(record_.value_or("")), life_json()), column));
    }
    /// An empty value takes the cell away.
    void set(std::string_view column, std::string_view value) {
        std::erase_if(life_, [&](const auto& c) { return c.first == column; });
        if (!value.empty()) life_.emplace_back(column, value);
    }
    void set_life(std::string_view text) { life_ = cells_of(text); }

    /// The patient whom the donor is reserved for on a day; empty without.
    [[nodiscard]] std::string reserved_for(day_number day) const {
        const std::string until = cell("reserved_until");
        return until.empty() || until >= date_text(day) ? cell("reserved_for") : std::string{};
    }
    [[nodiscard]] std::string reservation_words() const {
        const std::string until = cell("reserved_until");
        return "is reserved for patient " + shown(cell("reserved_for")) + (until.empty() ? "" : " until " + until);
    }
    /// \throws store_error when the donor cannot be had for the patient on the day.
    void must_be_free_for(std::string_view patient, day_number day) const {
        must_be_there();
        const std::string status = cell("status");
        if (status == "DE") refuse("is retired (status DE)");
        const std::string holder = reserved_for(day);
        if (!holder.empty() && holder != patient) refuse(reservation_words());
        if (status == "OP" && cell("reserved_for").empty()) refuse("is reserved for another patient (status OP)");
    }

    /// Adds the event and makes everything lasting. Returns the number of the event.
    std::int64_t finish(std::string_view kind, day_number day, const std::string& patient, json detail) {
        json told{{"donor", donor_}, {"day", date_text(day)}};
        if (!patient.empty()) told["patient"] = patient;
        told.update(detail);
        const std::string life = life_json();
        if (life != life_text_) {
            detail["life_before"] = life_text_;
            change_.set_donor(donor_, record_, life.empty() ? std::nullopt : std::optional<std::string_view>(life));
        }
        sqlite::statement(db_, "INSERT INTO donor_events(donor_id, day, kind, patient_id, detail, audit) VALUES(?, ?, ?, ?, ?, ?)")
            .with(donor_, date_text(day), kind, patient.empty() ? std::nullopt : std::optional<std::string_view>(patient), detail.dump(),
                  change_.entry())
            .run();
        const std::int64_t number = db_.last_id();
        change_.commit(told);
        return number;
    }

private:
    [[nodiscard]] std::string life_json() const {
        if (life_.empty()) return {};
        nlohmann::json sorted = nlohmann::json::object();
        for (const auto& [column, value] : life_) sorted[column] = value;
        return sorted.dump();
    }

    sqlite::database& db_;
    store_change change_;
    std::string donor_;
    std::optional<std::string> record_;  // nothing: deleted
    std::string life_text_;
    record_cells life_;
    std::vector<donor_event> events_;
};

void check_after_last_status(const donor_change& c, day_number day) {
    const donor_event* last = c.last_event([](const donor_event& e) { return e.kind == "status" || e.kind == "lift"; });
    if (last != nullptr && day < last->day) refuse("day", date_text(day), "is before the last change of status of " + date_text(last->day));
}

void check_detail(collection_step step, const step_detail& d) {
    using enum collection_step;
    const bool judges = step == physical_examination || step == assessment;
    const std::string of(name(step));
    if (judges && !d.cleared) refuse("cleared", "", "is needed: whether the " + of + " cleared the donor");
    if (!judges && d.cleared) refuse("cleared", *d.cleared ? "yes" : "no", "is of physical_examination and assessment, not of " + of);
    if (!judges && !d.reason.empty()) refuse("reason", d.reason, "is of physical_examination and assessment, not of " + of);
    check_text("reason", d.reason, judges && !*d.cleared);
    if (step == collection_plan && !d.product) refuse("product", "", "is needed: what the donor is to give");
    if (d.product && step != collection_plan && step != collection)
        refuse("product", name(*d.product), "is of collection_plan and collection, not of " + of);
    if (d.abroad && step != collection) refuse("abroad", "yes", "is of collection, not of " + of);
    check_text("note", d.note, false);
}

/// What a collection leaves behind.
void add_collection(donor_change& c, const std::string& patient, bool abroad) {
    const auto one_more = [&](std::string_view column) { c.set(column, std::to_string(count_of(c.cell(column)) + 1)); };
    one_more("donations");
    if (abroad) one_more("abroad_donations");
    if (c.own("reserved_for") != patient) return;
    c.set("reserved_for", {});
    c.set("reserved_until", {});
}

}  // namespace

std::int64_t set_status(registry_store& in, const std::string& donor, std::string_view status, day_number day, const std::string& reason,
                        const std::string& actor, std::optional<day_number> until) {
    constexpr std::array<std::string_view, 5> words{"AV", "TU", "OP", "RS", "DE"};
    if (std::ranges::find(words, status) == words.end()) refuse("status", status, "expected one of AV, TU, OP, RS, DE");
    check_happened(day);
    check_text("reason", reason, true);
    if (until) {
        check_day("until", *until);
        if (status != "TU") refuse("until", date_text(*until), "only the status TU ends of itself, not " + std::string(status));
        if (*until < day) refuse("until", date_text(*until), "is before " + date_text(day));
    }
    donor_change c(in, donor, actor, "status");
    c.must_be_there();
    check_after_last_status(c, day);
    if (status != "DE" && c.recorded("status") == "DE") c.refuse("is retired by the donor file (status DE), which alone can take that back");
    c.set("status", status);
    c.set("status_until", until ? date_text(*until) : "");
    json detail{{"status", status}};
    if (until) detail["until"] = date_text(*until);
    detail["reason"] = reason;
    return c.finish("status", day, {}, std::move(detail));
}

std::int64_t lift_status(registry_store& in, const std::string& donor, day_number day, const std::string& reason, const std::string& actor) {
    check_happened(day);
    check_text("reason", reason, true);
    donor_change c(in, donor, actor, "lift status");
    c.must_be_there();
    if (c.own("status").empty()) c.refuse("has the status of the record, the registry has set none");
    check_after_last_status(c, day);
    c.set("status", {});
    c.set("status_until", {});
    return c.finish("lift", day, {}, {{"reason", reason}});
}

std::int64_t reserve(registry_store& in, const std::string& donor, const std::string& patient, day_number day, day_number until,
                     const std::string& reason, const std::string& actor) {
    check_patient(patient);
    check_day("day", day);
    check_day("until", until);
    if (until < day) refuse("until", date_text(until), "is before " + date_text(day));
    check_text("reason", reason, false);
    donor_change c(in, donor, actor, "reserve");
    c.must_be_free_for(patient, day);
    const donor_event* ended = c.last_event([&](const donor_event& e) {
        return e.patient_id != patient && (e.kind == "release" || e.kind == name(collection_step::collection));
    });
    if (ended != nullptr && day < ended->day)
        refuse("day", date_text(day), "is before the " + ended->kind + " of " + date_text(ended->day) + " for patient " + shown(ended->patient_id));
    c.set("reserved_for", patient);
    c.set("reserved_until", date_text(until));
    json detail{{"until", date_text(until)}};
    if (!reason.empty()) detail["reason"] = reason;
    return c.finish("reservation", day, patient, std::move(detail));
}

std::int64_t release(registry_store& in, const std::string& donor, const std::string& patient, day_number day, const std::string& reason,
                     const std::string& actor) {
    check_patient(patient);
    check_happened(day);
    check_text("reason", reason, true);
    donor_change c(in, donor, actor, "release");
    if (const std::string holder = c.cell("reserved_for"); holder != patient)
        c.refuse(holder.empty() ? "is not reserved" : c.reservation_words());
    if (const auto held = last_reservation(c.events()); held && held->patient_id == patient && day < held->since)
        refuse("day", date_text(day), "is before the reservation of " + date_text(held->since));
    c.set("reserved_for", {});
    c.set("reserved_until", {});
    if (!c.reserved_for(day).empty()) c.refuse(c.reservation_words() + " by the donor's record, which only a donor file can change");
    return c.finish("release", day, patient, {{"reason", reason}});
}

std::int64_t record_step(registry_store& in, const std::string& donor, const std::string& patient, collection_step step, day_number day,
                         const step_detail& detail, const std::string& actor) {
    using enum collection_step;
    check_patient(patient);
    check_happened(day);
    check_detail(step, detail);
    donor_change c(in, donor, actor, std::string(name(step)));
    const collection_course course(c.events(), patient);
    const auto held = last_reservation(c.events());
    if (step != follow_up) c.must_be_free_for(patient, day);
    if (step == physical_examination && !course.is_open()) {
        if (c.reserved_for(day) != patient) c.refuse("is not reserved for patient " + shown(patient) + " on " + date_text(day));
        if (held && held->patient_id == patient && day < held->since)
            refuse("day", date_text(day), "is before the reservation of " + date_text(held->since));
    }
    if (std::string reason = course.obstacle(step, day, detail); !reason.empty()) refuse(name(step), date_text(day), std::move(reason));

    json told = json::object();
    if (detail.cleared) told["cleared"] = *detail.cleared ? "yes" : "no";
    if (!detail.reason.empty()) told["reason"] = detail.reason;
    if (const auto product = step == collection ? course.planned() : detail.product) told["product"] = name(*product);
    if (detail.abroad) told["abroad"] = "yes";
    if (!detail.note.empty()) told["note"] = detail.note;
    if (const std::string branch = c.cell("branch"); !branch.empty() && (step == physical_examination || step == collection))
        told["branch"] = branch;
    if (step == collection) {
        if (held && held->patient_id == patient) told["reserved_since"] = date_text(held->since);
        add_collection(c, patient, detail.abroad);
    }
    return c.finish(name(step), day, patient, std::move(told));
}

std::int64_t withdraw_event(registry_store& in, std::int64_t event, const std::string& reason, const std::string& actor) {
    check_text("reason", reason, true);
    std::string donor;
    {
        sqlite::statement s(in.connection(), "SELECT donor_id FROM donor_events WHERE seq = ?");
        if (!s.with(event).step()) refuse("event", std::to_string(event), "there is no such event");
        donor = s.text(0);
    }
    donor_change c(in, donor, actor, "withdraw");
    const auto it = std::ranges::find(c.events(), event, &donor_event::number);
    if (it->kind == "withdrawal") refuse("event", std::to_string(event), "is a withdrawal, record what it took back again");
    if (it->withdrawn) refuse("event", std::to_string(event), "is withdrawn already");
    const donor_event* last = c.last_event([](const donor_event& e) { return e.kind != "withdrawal"; });
    if (last->number != event)
        refuse("event", std::to_string(event), "event " + std::to_string(last->number) + " of donor " + shown(donor) + " (" + last->kind + " of " +
                                                   date_text(last->day) + ") is later, withdraw it first");
    if (const auto before = std::ranges::find(it->detail, "life_before", &record_cells::value_type::first); before != it->detail.end())
        c.set_life(before->second);
    return c.finish("withdrawal", today(), it->patient_id, {{"event", std::to_string(event)}, {"reason", reason}});
}

}  // namespace allomatch
