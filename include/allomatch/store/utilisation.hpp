// SPDX-License-Identifier: Apache-2.0
/// \file
/// How the pool of a registry is used, by branch.
#pragma once

#include <allomatch/io/table.hpp>
#include <allomatch/registry/field.hpp>
#include <allomatch/store/registry_store.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace allomatch {

/// The donors of one branch and what happened to them in a range of days. Donors are those that are there now, with statuses
/// and reservations counted as of the last day of the range: `available`, `reserved`, `unavailable` and `retired` add up to
/// them. Events count for the branch that the donor had then, whatever became of the donor since; withdrawn ones do not count.
struct branch_utilisation {
    std::string branch;               ///< empty: donors without one
    std::uint64_t donors = 0;
    std::uint64_t available = 0;      ///< AV, RS without a reservation, or no status
    std::uint64_t reserved = 0;       ///< a reservation in force, or OP
    std::uint64_t unavailable = 0;    ///< TU
    std::uint64_t retired = 0;        ///< DE
    std::uint64_t repeat_donors = 0;  ///< 2 or more donations in all
    std::uint64_t examined = 0;       ///< donors with a physical examination in the range
    std::uint64_t collections = 0;    ///< in the range
    std::uint64_t abroad_collections = 0;
    std::optional<double> collections_per_1000;  ///< of the donors; nothing without donors
    /// Median of the collections in the range, from the first day of the reservation; nothing without any.
    std::optional<double> days_to_collection;
    std::map<std::string, std::uint64_t> retired_for;  ///< donors by the reason given; empty: the donor's record says so
};

struct utilisation_report {
    day_number first = no_day;
    day_number last = no_day;
    std::vector<branch_utilisation> branches;  ///< by name
    branch_utilisation whole;                  ///< all of them, `branch` is empty
    [[nodiscard]] io::table to_table() const;  ///< a row for each branch, columns named as the fields
    [[nodiscard]] io::table retirements() const;  ///< branch, reason, donors
};

/// Of the days `first` to `last`, both included. Reads all donors and events once: some microseconds a donor.
/// \throws store_error when `last` is before `first`.
[[nodiscard]] utilisation_report utilisation(const registry_store& of, day_number first, day_number last);

}  // namespace allomatch
