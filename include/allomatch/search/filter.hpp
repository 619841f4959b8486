// SPDX-License-Identifier: Apache-2.0
/// \file
/// A condition on donor fields, such as `age<36 and sex='M' and branch in ('Ningbo','Hangzhou')`.
#pragma once

#include <allomatch/registry/registry.hpp>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace allomatch {

/// A part of a condition that is not true for a donor.
struct failed_condition {
    std::string text;      ///< as written
    bool unknown = false;  ///< not false either: a value is missing, or is no number where one is needed
    /// The fields that it names, as the columns are called and each once, with the donor's values; empty: missing.
    std::vector<std::pair<std::string, std::string>> values;
};

/// A condition read once and asked for many donors. Immutable: any number of threads may ask.
///
/// Grammar: comparisons `field = value` (also `==`, `!=`, `<>`, `<`, `<=`, `>`, `>=`), `field in (v, ..)`,
/// `field not in (v, ..)`, `field is missing`, `field is not missing` (`null` for `missing`), joined by
/// `not`, `and`, `or` and parentheses. Values: numbers, 'texts' or "texts", dates as 'YYYY-MM-DD'. Fields: the
/// donor fields, any column carried along, `id`, and `age` in whole years on the day of the search. As in SQL, a
/// comparison with a missing value is unknown, and only donors for whom the whole is true are taken.
class donor_filter {
public:
    /// Takes every donor.
    donor_filter() = default;
    /// \throws format_error naming the place in the text, the reason and, for a field that does not exist,
    /// the fields that do. `on` is the day that ages are counted at.
    /// With `predicted`, the loci of a search with probabilities, these may be asked for too: `p0`, `p1` ..
    /// and `A_p0` .., and `dpb1_p_match` .., as in the columns of the results.
    donor_filter(std::string_view text, const registry& donors, day_number on, std::span<const locus> predicted = {});

    [[nodiscard]] bool takes_all() const noexcept { return root_ == nullptr; }
    /// Whether the condition asks for probabilities; `row` is read only then.
    [[nodiscard]] bool asks_probabilities() const noexcept { return asks_probabilities_; }
    /// `row` has the probabilities of the donor, see `match_probabilities::row`.
    [[nodiscard]] bool operator()(donor_index d, std::span<const double> row = {}) const {
        return root_ == nullptr || holds(d, row);
    }
    /// What keeps a donor from being taken: of the parts that the whole joins by `and`, also inside parentheses, those
    /// that are not true. None for a donor who is taken.
    [[nodiscard]] std::vector<failed_condition> failed(donor_index d, std::span<const double> row = {}) const;

    struct node;

private:
    [[nodiscard]] bool holds(donor_index d, std::span<const double> row) const;
    std::shared_ptr<const node> root_;
    bool asks_probabilities_ = false;
};

}  // namespace allomatch
