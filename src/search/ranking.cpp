// SPDX-License-Identifier: Apache-2.0
#include <allomatch/core/error.hpp>
#include <allomatch/search/ranking.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace allomatch {

namespace {

constexpr std::array<std::string_view, 4> presets{"default", "ptcy", "cord", "hla_only"};
constexpr std::array<std::string_view, 26> names{
    "mismatches",  "antigen_mismatches", "mismatches_max", "gvh",          "hvg",        "probability",     "exact_probability",
    "dpb1",        "dpb1_expression",    "leader",         "low_expression", "availability", "age_band",    "age",
    "cmv",         "sex",                "abo",            "rh",           "weight",     "weight_ratio",    "tnc_per_kg",
    "cd34_per_kg", "p0",                 "A_mm",           "A_p0",         "dpb1_p_permissive"};

std::vector<criterion> by_names(std::initializer_list<const char*> list) {
    std::vector<criterion> all;
    for (const char* name : list) all.push_back({.by = name});
    return all;
}

}  // namespace

std::span<const std::string_view> ranking_presets() noexcept { return presets; }
std::span<const std::string_view> criterion_names() noexcept { return names; }

ranking ranking::preset(std::string_view name) {
    const auto standard = [] {
        return by_names({"mismatches", "antigen_mismatches", "probability", "dpb1", "availability", "age_band", "cmv", "sex",
                         "abo", "weight", "leader", "exact_probability", "age"});
    };
    if (name == "default") return {standard()};
    if (name == "ptcy") {
        // Up to one mismatch is one class; a younger donor comes before a better match within it.
        ranking r{{{.by = "mismatches", .bands = {1}}, {.by = "age_band"}}};
        for (criterion& c : standard()) r.criteria.push_back(std::move(c));
        return r;
    }
    if (name == "cord") return {by_names({"mismatches", "probability", "tnc_per_kg", "cd34_per_kg", "exact_probability"})};
    if (name == "hla_only")
        return {by_names({"mismatches", "antigen_mismatches", "probability", "exact_probability"})};
    throw format_error(problem::with_value("rank", name, "no such ranking: default, ptcy, cord or hla_only"));
}

void validate(const ranking& order) {
    for (const criterion& c : order.criteria) {
        const auto refuse = [&](const std::string& reason) {
            throw format_error(problem::with_value("rank", c.by, reason));
        };
        if (c.by.empty()) refuse("a criterion needs a name");
        if (!c.bands.empty() && !c.order.empty()) refuse("a criterion has bands or an order of words, not both");
        for (std::size_t i = 0; i < c.bands.size(); ++i) {
            if (!std::isfinite(c.bands[i])) refuse("the edge of a band is not a number");
            if (i > 0 && c.bands[i] <= c.bands[i - 1]) refuse("the edges of bands must ascend");
        }
        if (c.bands.size() > 1000) refuse("more than 1000 bands");
        if (c.weight && !(*c.weight >= 0 && *c.weight <= 1e9)) refuse("a weight is a number from 0 to 1e9");
        std::vector<std::string_view> words(c.order.begin(), c.order.end());
        std::sort(words.begin(), words.end());
        const auto twice = std::adjacent_find(words.begin(), words.end());
        if (twice != words.end()) refuse("the word " + shown(*twice) + " is listed twice");
    }
}

}  // namespace allomatch
