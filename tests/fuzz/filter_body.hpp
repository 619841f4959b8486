// SPDX-License-Identifier: Apache-2.0
// A condition of any bytes over a few donors.
#pragma once

#include "require.hpp"

#include <allomatch/search/filter.hpp>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace allomatch::fuzz {

inline const registry& filter_pool() {
    static const std::shared_ptr<const registry> pool = [] {
        registry_builder builder(nomenclature::builtin(), nullptr);
        builder.declare_fields({"sex", "birth_date", "weight_kg", "pregnancies", "branch", "score"});
        const std::vector<std::vector<std::string_view>> rows{{"F", "1990-06-15", "60", "2", "Ningbo", "7"},
                                                              {"M", "2000-02-29", "82.5", "", "Hangzhou", "10"},
                                                              {"", "", "", "", "O'Hara", "x"},
                                                              {"", "", "", "", "", ""}};
        for (const auto& row : rows) {
            const std::string id(1, static_cast<char>('a' + builder.size()));
            registry_builder::donor_texts d;
            d.id = id;
            d.fields = row;
            require(builder.add(d).empty());
        }
        return builder.finish();
    }();
    return *pool;
}

using taken_donors = std::array<bool, 4>;

inline std::optional<taken_donors> taken(const std::string& text) {
    try {
        const donor_filter filter(text, filter_pool(), 19'781);  // 2024-02-28
        taken_donors out{};
        for (donor_index d = 0; d < out.size(); ++d) {
            out[d] = filter(d);
            const auto failed = filter.failed(d);
            require(out[d] == failed.empty());
            // A part that fails is a condition of its own, which does not take the donor.
            for (const failed_condition& part : failed) require(!donor_filter(part.text, filter_pool(), 19'781)(d));
        }
        return out;
    } catch (const format_error& e) {
        require(!e.details().reason.empty() && e.details().column == "where");
        return std::nullopt;
    }
}

inline int filter(const std::uint8_t* data, std::size_t size) {
    const std::string text(text_of(data, size));
    const auto plain = taken(text);
    require(taken(" \n" + text + "\t ") == plain);
    if (!plain || trim(text).empty()) return 0;
    // Only a depth that is at its limit may refuse the longer texts.
    if (const auto same = taken("(" + text + ")")) require(same == plain);
    const auto other = taken("not (" + text + ")");
    if (!other) return 0;
    for (std::size_t d = 0; d < other->size(); ++d) require(!((*plain)[d] && (*other)[d]));
    if (const auto both = taken("(" + text + ") and not (" + text + ")")) require(*both == taken_donors{});
    const auto either = taken("(" + text + ") or not (" + text + ")");
    for (std::size_t d = 0; either && d < either->size(); ++d) require((*either)[d] == ((*plain)[d] || (*other)[d]));
    return 0;
}

}  // namespace allomatch::fuzz
