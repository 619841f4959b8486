// SPDX-License-Identifier: Apache-2.0
/// \file
/// Who first, as data: criteria in an order, with bands, directions and weights. Semantics.md section 8.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace allomatch {

enum class sort_direction : std::uint8_t { ascending, descending };

/// One criterion. See `criterion_names` for those that are built in; any donor field and any column of the results with
/// a number can be named too.
struct criterion {
    std::string by;
    /// Edges of bands, ascending; values within a band are equal. An edge belongs to the better band.
    std::vector<double> bands{};
    /// For fields with words: the words, best first; those that are not listed come after them.
    std::vector<std::string> order{};
    /// What is better, small or large; left out: as the criterion is meant, small for fields.
    std::optional<sort_direction> direction{};
    /// Points for each step of a category or band. Criteria with weights come first, by their sum.
    std::optional<double> weight{};
    bool missing_first = false;  ///< a missing value is best instead of last
    friend bool operator==(const criterion&, const criterion&) = default;
};

/// An order of criteria; donors that are equal in all of them are ordered by id, as bytes.
struct ranking {
    std::vector<criterion> criteria;

    /// `default`, `ptcy`, `cord` or `hla_only`. \throws format_error for another name.
    [[nodiscard]] static ranking preset(std::string_view name);
    friend bool operator==(const ranking&, const ranking&) = default;
};

/// Names of the presets.
[[nodiscard]] std::span<const std::string_view> ranking_presets() noexcept;
/// Names of the criteria that are built in.
[[nodiscard]] std::span<const std::string_view> criterion_names() noexcept;

/// Checks a ranking against itself. \throws format_error naming the criterion.
void validate(const ranking& order);

}  // namespace allomatch
