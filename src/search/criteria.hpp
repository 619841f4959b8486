// SPDX-License-Identifier: Apache-2.0
/// \file
/// Criteria compiled for one list: a number for each row, and its words.
#pragma once

#include <allomatch/search/field_comparison.hpp>
#include <allomatch/search/ranker.hpp>

#include <functional>
#include <limits>
#include <span>

namespace allomatch {

/// What `value` gives for a donor whom the frequency sets do not explain: behind those without a probability.
inline constexpr double unexplained_value = -std::numeric_limits<double>::infinity();

/// A criterion of a ranking for one list.
struct ranker::term {
    std::string name;
    /// Of a row; not a number where it is missing.
    std::function<double(std::size_t row)> value;
    std::function<std::string(double)> words;
    /// Values are whole numbers from 0 to this one, the lower the better; 0 for numbers of any size.
    unsigned categories = 0;
    std::vector<double> bands;
    bool descending = false;
    bool missing_first = false;
    std::optional<double> weight;

    /// A number that sorts like the criterion, the lower the better; in `bits` bits.
    [[nodiscard]] std::uint64_t ordinal(double v) const;
    [[nodiscard]] unsigned bits() const;
    /// Whether `ordinal` counts steps: categories or bands.
    [[nodiscard]] bool in_steps() const { return categories > 0 || !bands.empty(); }
};

/// Nothing when the criterion asks for probabilities that the list does not have. Borrows the list.
/// \throws format_error for a criterion that the donors or the search do not have.
[[nodiscard]] std::optional<ranker::term> compile(const criterion& c, const match_list& list,
                                                  const std::shared_ptr<const field_comparison>& fields);

/// The bits of a number, turned so that they sort like it.
[[nodiscard]] std::uint64_t sortable(double v) noexcept;

}  // namespace allomatch
