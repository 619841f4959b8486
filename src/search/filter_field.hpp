// SPDX-License-Identifier: Apache-2.0
/// \file
/// What a condition can ask of a donor.
#pragma once

#include "filter_tokens.hpp"

#include <allomatch/registry/registry.hpp>

#include <cstdint>
#include <functional>
#include <span>
#include <string>

namespace allomatch {

/// Unknown is the third truth value, as in SQL.
enum class truth : std::uint8_t { no, unknown, yes };

[[nodiscard]] constexpr truth sure(bool b) { return b ? truth::yes : truth::no; }

enum class relation_sign : std::uint8_t { equal, unequal, less, less_equal, greater, greater_equal };

/// Who is asked about.
struct filter_subject {
    donor_index donor;
    std::span<const double> row;  ///< of probabilities
};

using filter_test = std::function<truth(const filter_subject&)>;

/// A field that a condition names.
struct filter_field {
    std::string name;        ///< as the column is called
    bool predicted = false;  ///< a probability
    std::function<bool(const filter_subject&)> missing;
    std::function<std::string(const filter_subject&)> text;  ///< the value of one who has it
    /// \throws format_error for a value that the field cannot be compared with.
    std::function<filter_test(relation_sign, const filter_token&)> compare;
};

/// The field that the token at hand names. Borrows all arguments; `compare` tells errors at the place of the
/// tokens then. \throws format_error naming the fields that there are.
[[nodiscard]] filter_field find_filter_field(const filter_tokens& tokens, const registry& donors, day_number on,
                                             std::span<const locus> predicted);

}  // namespace allomatch
