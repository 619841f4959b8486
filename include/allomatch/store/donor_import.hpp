// SPDX-License-Identifier: Apache-2.0
/// \file
/// Donor files into a store.
#pragma once

#include <allomatch/io/people.hpp>
#include <allomatch/store/registry_store.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace allomatch {

enum class import_mode : std::uint8_t {
    full,   ///< the file lists every donor: those that it lacks are deleted
    diff,   ///< the file lists donors that are new, changed or (column `change`: deleted) gone
    check,  ///< what `full` would change, and nothing is changed
};

/// How to import. Rows are those of a donor file (formats.md); a column `change` may say `new`, `changed`, `upsert` or
/// `deleted`, and a row that is deleted needs only its id.
struct donor_import {
    import_mode mode = import_mode::full;
    std::string actor;           ///< who does it, for the audit trail
    bool strict = false;         ///< change nothing when a row is refused
    double most_removed = 0.1;   ///< share of the donors that a full import may remove
    bool allow_shrink = false;   ///< remove more than that
    std::function<void(std::uint64_t)> progress{};  ///< rows read
};

/// How a donor of the file differs from the one in the store. A donor that differs in several columns has several.
struct donor_difference {
    enum class kind : std::uint8_t { added, changed, deleted };
    std::string id;
    kind what = kind::added;
    std::string column{};  ///< of a changed donor
    std::string before{};
    std::string after{};
};

/// `new`, `changed` or `deleted`.
[[nodiscard]] std::string_view name(donor_difference::kind what) noexcept;

/// What an import did.
struct import_outcome {
    std::int64_t import = 0;  ///< its number; 0 after a check
    io::import_report rows;
    std::uint64_t added = 0;
    std::uint64_t changed = 0;
    std::uint64_t deleted = 0;
    std::uint64_t unchanged = 0;
    std::uint64_t version = 0;                  ///< of the store afterwards
    std::uint64_t alerts = 0;                   ///< of standing searches, see alerts.hpp
    std::vector<problem> unasked{};             ///< patients whose standing searches could not be asked
    std::vector<donor_difference> differences;  ///< of a check
    [[nodiscard]] io::table to_table() const;   ///< the differences: donor_id, change, column, before, after
};

/// Imports donors in one transaction: all of it or nothing. Importing a file again changes no donor. A row that is refused
/// leaves the donor that it names as it was; what came of the rows is kept in the store.
///
/// A full import that would remove more than `most_removed` of the donors is refused; so is one that would remove any
/// while some row has no id to be read, as that row may be the donor.
/// Cost: some ten microseconds a donor; memory for the ids and the distinct typings.
/// \throws store_error when it is refused; format_error as `io::import_donors`.
import_outcome import_donors(registry_store& into, row_source& rows, const reading_rules& rules, const donor_import& how);

/// The same for a file of any layout that `io::open_donors` knows. \throws store_error also for mode `full` and a file that
/// says that it lists changes only.
import_outcome import_donors(registry_store& into, const std::filesystem::path& file, const reading_rules& rules, const donor_import& how);
/// The mode that a file asks for: `diff` where it says that it lists changes only, else `full`. \throws format_error.
[[nodiscard]] import_mode mode_of(const std::filesystem::path& file);

}  // namespace allomatch
