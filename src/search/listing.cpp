// SPDX-License-Identifier: Apache-2.0
#include <allomatch/search/donor_availability.hpp>
#include <allomatch/search/field_comparison.hpp>
#include <allomatch/search/listing.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>

namespace allomatch {

namespace {

unsigned counted(const locus_outcome& o, direction d) {
    return d == direction::both ? o.mismatches : d == direction::gvh ? o.gvh : o.hvg;
}

std::string mismatches_text(std::size_t n, direction d) {
    const std::string_view side = d == direction::both ? "" : d == direction::gvh ? "GvH " : "HvG ";
    return (n == 0 ? "no" : std::to_string(n)) + " " + std::string(side) + (n < 2 ? "mismatch" : "mismatches");
}

std::string at_most(std::size_t bound) { return bound == 0 ? "none allowed" : "at most " + std::to_string(bound) + " allowed"; }

/// " (A MM, B AL)"; nothing without mismatches.
std::string loci_text(const std::vector<mismatched_locus>& loci) {
    std::string out;
    for (const mismatched_locus& l : loci)
        out += (out.empty() ? " (" : ", ") + std::string(name(l.where)) + " " + text_of(l.letters);
    return out.empty() ? out : out + ")";
}

obstacle of_condition(failed_condition condition) {
    obstacle o;
    o.words = shown(condition.text) + (condition.unknown ? " is not known (" : " does not hold (");
    for (std::size_t i = 0; i < condition.values.size(); ++i) {
        const auto& [field, value] = condition.values[i];
        o.words += (i == 0 ? "" : ", ") + shown(field) + " is " + (value.empty() ? "missing" : shown(value));
    }
    o.words += ")";
    o.condition = std::move(condition);
    return o;
}

/// What the limits of a request have against a pair; `one` is the pair alone.
void add_limits(const match_list& one, const search_request& request, std::vector<obstacle>& obstacles) {
    std::vector<mismatched_locus> loci;
    unsigned sum = 0;
    for (std::size_t l = 0; l < one.loci.size(); ++l) {
        const locus_outcome o = one.outcome(0, l);
        const unsigned n = counted(o, request.count);
        sum += n;
        if (n > 0) loci.push_back({one.loci[l], n, o.letters});
    }
    const auto add = [&](obstacle_kind what, std::size_t count, std::size_t bound, std::vector<mismatched_locus> at) -> obstacle& {
        obstacle& o = obstacles.emplace_back();
        o.what = what;
        o.count = count;
        o.bound = bound;
        o.loci = std::move(at);
        o.words = mismatches_text(count, request.count);
        return o;
    };
    if (sum > request.max_mismatches) {
        obstacle& o = add(obstacle_kind::max_mismatches, sum, request.max_mismatches, loci);
        o.words += ", " + at_most(o.bound) + loci_text(loci);
    }
    if (sum < request.min_mismatches) {
        obstacle& o = add(obstacle_kind::min_mismatches, sum, request.min_mismatches, loci);
        o.words += ", at least " + std::to_string(o.bound) + " asked for" + loci_text(loci);
    }
    for (const mismatched_locus& l : loci)
        for (const auto& [limited, limit] : request.limits)
            if (limited == l.where && l.mismatches > limit) {
                obstacle& o = add(obstacle_kind::limit, l.mismatches, limit, {l});
                o.words += " at " + std::string(name(l.where)) + ", " + at_most(limit) + " there (" + text_of(l.letters) + ")";
            }
}

/// What keeps a donor out of a search for cord units.
void add_unit(const match_list& one, const search_request& request, std::vector<obstacle>& obstacles) {
    const field_comparison fields(*one.donors, *one.who, request.on);
    if (request.cord_units && !fields.is_cord_unit(one.hits.front().donor)) {
        obstacle& o = obstacles.emplace_back();
        o.what = obstacle_kind::type;
        o.words = "not a cord unit";
    }
    const auto check = [&](obstacle_kind what, std::optional<double> least, double dose, const char* cells, const char* unit) {
        if (!least || reaches(dose, *least)) return;
        obstacle& o = obstacles.emplace_back();
        o.what = what;
        o.dose = dose;
        o.least_dose = *least;
        const auto text = [](double value) { return number_text(static_cast<float>(value)); };
        o.words = std::string(cells) + (std::isnan(dose) ? " not known" : " " + text(dose) + unit) + ", at least " + text(*least) +
                  unit + " asked for";
    };
    const donor_index d = one.hits.front().donor;
    check(obstacle_kind::min_tnc_per_kg, request.min_tnc_per_kg, fields.tnc_per_kg(d), "TNC", " x 10^7/kg");
    check(obstacle_kind::min_cd34_per_kg, request.min_cd34_per_kg, fields.cd34_per_kg(d), "CD34", " x 10^5/kg");
}

/// What keeps a donor from being offered to this patient, whatever the request.
void add_refused_offer(const match_list& one, std::vector<obstacle>& obstacles) {
    const donor_availability can_be_had(*one.donors, one.who->id, one.on);
    const donor_index d = one.hits.front().donor;
    const refused_offer why = can_be_had.refused(d);
    if (why == refused_offer::none) return;
    obstacle& o = obstacles.emplace_back();
    o.what = why == refused_offer::retired ? obstacle_kind::retired : obstacle_kind::reserved;
    if (why == refused_offer::retired) {
        o.words = "retired";
        return;
    }
    const std::string_view other = can_be_had.reserved_for(d);
    o.words = "reserved for " + (other.empty() ? "another patient" : "patient " + shown(other));
    if (const auto until = can_be_had.reserved_until(d); until && !other.empty()) o.words += " until " + date_text(*until);
}

std::string whole_sentence(const listing& found, std::string_view donor, std::string_view patient) {
    const std::string subject = "Donor " + shown(donor) + " is ";
    if (found.listed)
        return subject + "listed for patient " + shown(patient) + ", rank " + std::to_string(found.rank) + " of " +
               std::to_string(found.total) + ".";
    std::string words = subject + "not listed for patient " + shown(patient) + ": ";
    for (std::size_t i = 0; i < found.obstacles.size(); ++i) words += (i == 0 ? "" : "; ") + found.obstacles[i].words;
    return words + ".";
}

}  // namespace

std::string_view name(obstacle_kind kind) noexcept {
    constexpr std::array<std::string_view, 10> names{"where",          "max_mismatches",  "min_mismatches", "limit",    "type",
                                                     "min_tnc_per_kg", "min_cd34_per_kg", "retired",        "reserved", "top"};
    return names[static_cast<std::size_t>(kind)];
}

listing explain_listing(const std::shared_ptr<const registry>& donors, const std::shared_ptr<const patient>& who,
                        const search_request& request, donor_index donor) {
    search_request whole = request;
    whole.top = search_request::all_hits;
    validate(whole);
    const donor_filter filter = request_filter(whole, *donors);
    search_agent agent(donors);
    const match_list all = agent.search(who, whole, filter);
    const auto at = std::find_if(all.hits.begin(), all.hits.end(), [&](const hit& h) { return h.donor == donor; });

    listing found;
    found.total = all.total;
    if (at != all.hits.end()) {
        found.rank = static_cast<std::size_t>(at - all.hits.begin()) + 1;
        found.listed = found.rank <= request.top;
        if (!found.listed) {
            obstacle& o = found.obstacles.emplace_back();
            o.what = obstacle_kind::top;
            o.count = found.rank;
            o.bound = request.top;
            o.words = "rank " + std::to_string(found.rank) + " of " + std::to_string(found.total) + ", and the list ends at " +
                      std::to_string(request.top);
        }
    } else {
        const match_list one = agent.compare_one(who, donor, whole);
        add_refused_offer(one, found.obstacles);
        add_limits(one, whole, found.obstacles);
        add_unit(one, whole, found.obstacles);
        const auto row = filter.asks_probabilities() ? one.probabilities->row(0) : std::span<const double>{};
        for (failed_condition& c : filter.failed(donor, row)) found.obstacles.push_back(of_condition(std::move(c)));
        assert(!found.obstacles.empty());
    }
    found.words = whole_sentence(found, donors->id(donor), who->id);
    return found;
}

}  // namespace allomatch
