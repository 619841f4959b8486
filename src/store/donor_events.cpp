// SPDX-License-Identifier: Apache-2.0
#include "donor_events.hpp"

#include "donor_records.hpp"

#include <allomatch/core/text.hpp>

#include <algorithm>
#include <array>
#include <unordered_map>

namespace allomatch {

namespace {

constexpr std::array<std::string_view, 6> step_names{"physical_examination", "assessment", "collection_plan",
                                                     "mobilisation",         "collection", "follow_up"};
constexpr std::array<std::string_view, 3> product_names{"marrow", "pbsc", "lymphocytes"};

template <class Enum, std::size_t N>
std::optional<Enum> find_word(const std::array<std::string_view, N>& words, std::string_view word) {
    const auto it = std::ranges::find(words, word);
    if (it == words.end()) return std::nullopt;
    return static_cast<Enum>(it - words.begin());
}

template <class Enum, std::size_t N>
Enum word_or_refuse(std::string_view what, const std::array<std::string_view, N>& words, std::string_view word) {
    if (const auto found = find_word<Enum>(words, word)) return *found;
    std::string expected;
    for (const std::string_view w : words) expected += (expected.empty() ? "expected one of " : ", ") + std::string(w);
    throw store_error(problem::with_value(what, word, std::move(expected)));
}

std::string dated(collection_step what, day_number day) { return std::string(name(what)) + " of " + date_text(day); }

}  // namespace

std::string_view name(collection_step step) noexcept { return step_names[static_cast<std::size_t>(step)]; }
std::string_view name(collection_product product) noexcept { return product_names[static_cast<std::size_t>(product)]; }
collection_step collection_step_from(std::string_view word) { return word_or_refuse<collection_step>("step", step_names, word); }
collection_product collection_product_from(std::string_view word) {
    return word_or_refuse<collection_product>("product", product_names, word);
}

std::string_view detail_of(const donor_event& e, std::string_view name) noexcept { return cell_of(e.detail, name); }

std::vector<donor_event> read_events(sqlite::database& in, std::string_view donor) {
    sqlite::statement s(in, std::string("SELECT e.seq, e.donor_id, e.day, e.kind, e.patient_id, e.detail, a.at, a.actor "
                                        "FROM donor_events e JOIN audit a ON a.seq = e.audit ") +
                                (donor.empty() ? "" : "WHERE e.donor_id = ? ") + "ORDER BY e.seq");
    if (!donor.empty()) s.with(donor);
    std::vector<donor_event> all;
    std::unordered_map<std::int64_t, std::size_t> places;
    while (s.step()) {
        donor_event e{s.integer(0), std::string(s.text(1)), read_date(s.text(2)).value_or(no_day), std::string(s.text(3)),
                      std::string(s.text(4)), cells_of(s.text(5)), std::string(s.text(6)), std::string(s.text(7))};
        places.emplace(e.number, all.size());
        if (e.kind == "withdrawal") all[places.at(number(detail_of(e, "event")).value_or(0))].withdrawn = true;
        all.push_back(std::move(e));
    }
    return all;
}

std::optional<reservation> last_reservation(const std::vector<donor_event>& events) {
    std::optional<reservation> last;
    for (const donor_event& e : events) {
        if (e.withdrawn) continue;
        if (e.kind == "reservation") {
            const day_number until = read_date(detail_of(e, "until")).value_or(no_day);
            if (!last || last->patient_id != e.patient_id || last->until < e.day)
                last = {e.patient_id, e.day, until};
            else
                last = {e.patient_id, std::min(last->since, e.day), until};
        } else if (last && last->patient_id == e.patient_id && (e.kind == "release" || e.kind == name(collection_step::collection))) {
            last.reset();
        }
    }
    return last;
}

collection_course::collection_course(const std::vector<donor_event>& events, std::string_view patient) {
    for (const donor_event& e : events) {
        if (e.withdrawn) continue;
        if (e.patient_id == patient)
            take(e);
        else if (e.kind == "reservation" && is_open())
            steps_.clear();
    }
}

void collection_course::take(const donor_event& e) {
    if (e.kind == "release" && is_open()) steps_.clear();
    const auto what = find_word<collection_step>(step_names, e.kind);
    if (!what || *what == collection_step::follow_up) return;
    std::erase_if(steps_, [&](const step& s) { return s.what >= *what; });
    steps_.push_back({*what, e.day, detail_of(e, "cleared") != "no", find_word<collection_product>(product_names, detail_of(e, "product")),
                      std::string(detail_of(e, "reason"))});
    if (*what == collection_step::collection && !first_collection_) first_collection_ = e.day;
}

const collection_course::step* collection_course::find(collection_step what) const noexcept {
    const auto it = std::ranges::find(steps_, what, &step::what);
    return it == steps_.end() ? nullptr : &*it;
}

std::optional<collection_product> collection_course::planned() const noexcept {
    const step* plan = find(collection_step::collection_plan);
    return plan == nullptr ? std::nullopt : plan->product;
}

std::string collection_course::missing_before(collection_step next) const {
    for (auto i = std::uint8_t{0}; i < static_cast<std::uint8_t>(next); ++i) {
        const auto needed = static_cast<collection_step>(i);
        if (needed == collection_step::mobilisation && planned() != collection_product::pbsc) continue;
        if (find(needed) == nullptr)
            return "the " + std::string(name(needed)) + " is missing, " +
                   (steps_.empty() ? "no step is recorded" : "the last step is the " + dated(steps_.back().what, steps_.back().day));
    }
    return {};
}

std::string collection_course::obstacle(collection_step next, day_number day, const step_detail& detail) const {
    using enum collection_step;
    if (next == follow_up) {
        if (!first_collection_) return "the collection is missing, which a follow_up follows";
        return day < *first_collection_ ? "is before the " + dated(collection, *first_collection_) : "";
    }
    if (next != physical_examination) {
        if (const step* done = find(collection))
            return "the " + dated(collection, done->day) + " has ended these steps, a further donation begins with a physical_examination";
        for (const step& s : steps_)
            if (!s.cleared)
                return "the " + dated(s.what, s.day) + " did not clear the donor (" + shown(s.reason) +
                       "), a new physical_examination is needed";
        if (std::string missing = missing_before(next); !missing.empty()) return missing;
    }
    const step* plan = find(collection_plan);
    if (next == mobilisation && planned() != collection_product::pbsc)
        return "the " + dated(collection_plan, plan->day) + " is for " + std::string(name(planned().value())) + ", only pbsc needs it";
    if (next == collection && detail.product && detail.product != planned())
        return "the " + dated(collection_plan, plan->day) + " is for " + std::string(name(planned().value())) + ", not for " +
               std::string(name(*detail.product));
    if (!steps_.empty() && day < steps_.back().day) return "is before the " + dated(steps_.back().what, steps_.back().day);
    return {};
}

std::vector<donor_event> donor_events(const registry_store& in, std::string_view donor) {
    sqlite::statement known(in.connection(), "SELECT 1 FROM donors WHERE id = ?");
    if (!known.with(donor).step()) throw store_error(problem::with_value("donor", donor, "there is no such donor"));
    std::vector<donor_event> events = read_events(in.connection(), donor);
    for (donor_event& e : events) std::erase_if(e.detail, [](const auto& cell) { return cell.first == "life_before"; });
    return events;
}

}  // namespace allomatch
