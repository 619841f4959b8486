// SPDX-License-Identifier: Apache-2.0
/// \file
/// A condition on donor fields, such as `age<36 and sex='M' and branch in ('Ningbo','Hangzhou')`.
#pragma once

#include <allomatch/registry/registry.hpp>

#include <memory>
#include <string_view>

namespace allomatch {

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
    donor_filter(std::string_view text, const registry& donors, day_number on);

    [[nodiscard]] bool takes_all() const noexcept { return root_ == nullptr; }
    [[nodiscard]] bool operator()(donor_index d) const { return root_ == nullptr || holds(d); }

    struct node;

private:
    [[nodiscard]] bool holds(donor_index d) const;
    std::shared_ptr<const node> root_;
};

}  // namespace allomatch
