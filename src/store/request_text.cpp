// SPDX-License-Identifier: Apache-2.0
#include "request_text.hpp"

#include <allomatch/core/error.hpp>

#include <nlohmann/json.hpp>

namespace allomatch {

namespace {

using json = nlohmann::ordered_json;

constexpr std::array<std::string_view, 3> directions{"both", "gvh", "hvg"};

locus locus_of_name(const std::string& text) {
    const auto l = locus_from_name(text);
    if (!l) throw std::invalid_argument("no locus " + text);
    return *l;
}

json names_of(std::span<const locus> loci) {
    json all = json::array();
    for (const locus l : loci) all.push_back(name(l));
    return all;
}

std::vector<locus> loci_of(const json& names) {
    std::vector<locus> loci;
    for (const json& text : names) loci.push_back(locus_of_name(text.get<std::string>()));
    return loci;
}

json criterion_json(const criterion& c) {
    json one{{"by", c.by}};
    if (!c.bands.empty()) one["bands"] = c.bands;
    if (!c.order.empty()) one["order"] = c.order;
    if (c.direction) one["direction"] = *c.direction == sort_direction::ascending ? "ascending" : "descending";
    if (c.weight) one["weight"] = *c.weight;
    if (c.missing_first) one["missing"] = "first";
    return one;
}

criterion criterion_of(const json& one) {
    criterion c;
    c.by = one.at("by").get<std::string>();
    c.bands = one.value("bands", std::vector<double>{});
    c.order = one.value("order", std::vector<std::string>{});
    if (one.contains("direction")) c.direction = one["direction"] == "ascending" ? sort_direction::ascending : sort_direction::descending;
    if (one.contains("weight")) c.weight = one["weight"].get<double>();
    c.missing_first = one.contains("missing");
    return c;
}

template <class T>
std::optional<T> optional_at(const json& from, const char* key) {
    return from.contains(key) ? std::optional<T>(from[key].get<T>()) : std::nullopt;
}

}  // namespace

std::string request_text(const search_request& r) {
    json out{{"loci", names_of(r.loci)}, {"max_mismatches", r.max_mismatches}};
    if (r.min_mismatches != 0) out["min_mismatches"] = r.min_mismatches;
    for (const auto& [l, limit] : r.limits) out["limits"].push_back({name(l), limit});
    if (r.count != direction::both) out["direction"] = directions[static_cast<std::size_t>(r.count)];
    if (r.rules.homozygous_once) out["homozygous_once"] = true;
    for (std::size_t l = 0; l < locus_count; ++l)
        if (r.rules.antigen_level.test(l)) out["antigen_level"].push_back(locus_names[l]);
    if (!r.where.empty()) out["where"] = r.where;
    if (r.cord_units) out["cord_units"] = true;
    if (r.min_tnc_per_kg) out["min_tnc_per_kg"] = *r.min_tnc_per_kg;
    if (r.min_cd34_per_kg) out["min_cd34_per_kg"] = *r.min_cd34_per_kg;
    out["rank"] = json::array();
    for (const criterion& c : r.order.criteria) out["rank"].push_back(criterion_json(c));
    if (r.top != search_request::all_hits) out["top"] = r.top;
    if (r.also) out["also"] = names_of(*r.also);
    if (!r.tce_version.empty()) out["tce_version"] = r.tce_version;
    return out.dump();
}

search_request read_request(std::string_view text) {
    try {
        const json in = json::parse(text);
        search_request r;
        r.loci = loci_of(in.at("loci"));
        r.max_mismatches = in.at("max_mismatches").get<unsigned>();
        r.min_mismatches = in.value("min_mismatches", 0U);
        for (const json& limit : in.value("limits", json::array()))
            r.limits.emplace_back(locus_of_name(limit.at(0).get<std::string>()), limit.at(1).get<unsigned>());
        const std::string count = in.value("direction", std::string(directions[0]));
        for (std::size_t d = 0; d < directions.size(); ++d)
            if (directions[d] == count) r.count = static_cast<direction>(d);
        r.rules.homozygous_once = in.value("homozygous_once", false);
        for (const locus l : loci_of(in.value("antigen_level", json::array()))) r.rules.antigen_level.set(index(l));
        r.where = in.value("where", std::string{});
        r.cord_units = in.value("cord_units", false);
        r.min_tnc_per_kg = optional_at<double>(in, "min_tnc_per_kg");
        r.min_cd34_per_kg = optional_at<double>(in, "min_cd34_per_kg");
        r.order.criteria.clear();
        for (const json& c : in.at("rank")) r.order.criteria.push_back(criterion_of(c));
        r.top = optional_at<std::size_t>(in, "top").value_or(search_request::all_hits);
        if (in.contains("also")) r.also = loci_of(in["also"]);
        r.tce_version = in.value("tce_version", std::string{});
        validate(r);
        return r;
    } catch (const std::exception& error) {
        throw store_error(problem::with_value("request", text, std::string("cannot be read: ") + error.what()));
    }
}

}  // namespace allomatch
