// SPDX-License-Identifier: Apache-2.0
/// \file
/// Whether a donor can be had for a patient on a day: status, reservation, and when they end.
#pragma once

#include <allomatch/registry/registry.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace allomatch {

/// Why a donor is not offered.
enum class refused_offer : std::uint8_t { none, retired, reserved };

/// The statuses of a registry (WMDA codes: AV available, TU temporarily not, OP reserved for another patient, RS for this
/// one, DE deleted, which is retired), read for one patient on one day. Borrows the registry. Immutable: any number of threads
/// may ask.
///
/// Registries that come from a store have the column `reserved_for`, and there the codes follow from the dates: until the day
/// `reserved_until`, which still counts, a donor is RS for the patient `reserved_for` and OP for all others; without that day,
/// for ever. Afterwards OP and RS have become AV. TU becomes AV after the day `status_until`. DE stands above all, and a donor
/// who is reserved for this patient stays TU. Without the column, codes are what the donor file says.
///
/// A search never offers a donor of such a registry who is DE or OP. Those of a registry without the column are all offered,
/// as it cannot say for whom a donor is OP. Conditions of a search see the columns as they are.
class donor_availability {
public:
    donor_availability(const registry& donors, std::string_view patient_id, day_number on);

    /// One of the codes; empty where the registry does not know.
    [[nodiscard]] std::string_view status(donor_index d) const noexcept {
        const std::string_view code = status_ == nullptr ? std::string_view{} : status_->word(status_->code(d));
        return reserved_for_ == nullptr ? code : on_the_day(code, d);
    }
    /// Whether nobody is held back.
    [[nodiscard]] bool offers_all() const noexcept { return reserved_for_ == nullptr; }
    [[nodiscard]] refused_offer refused(donor_index d) const noexcept {
        if (offers_all()) return refused_offer::none;
        const std::string_view code = status(d);
        return code == "DE" ? refused_offer::retired : code == "OP" ? refused_offer::reserved : refused_offer::none;
    }

    /// For whom a donor is reserved on the day; empty where the registry does not know or nobody is.
    [[nodiscard]] std::string_view reserved_for(donor_index d) const noexcept;
    /// The last day of it, where it has one.
    [[nodiscard]] std::optional<day_number> reserved_until(donor_index d) const noexcept;

private:
    [[nodiscard]] std::string_view on_the_day(std::string_view code, donor_index d) const noexcept;
    [[nodiscard]] bool has_ended(const field_column* until, donor_index d) const noexcept {
        return until != nullptr && !until->is_missing(d) && until->day(d) < on_;
    }

    day_number on_;
    const field_column* status_;
    const field_column* status_until_;
    const field_column* reserved_for_;
    const field_column* reserved_until_;
    std::optional<std::uint32_t> patient_;  // code of the patient among those who donors are reserved for
};

}  // namespace allomatch
