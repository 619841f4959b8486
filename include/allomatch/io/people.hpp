// SPDX-License-Identifier: Apache-2.0
/// \file
/// Donors and patients from rows: which column means what, and what came of each row.
#pragma once

#include <allomatch/core/row_source.hpp>
#include <allomatch/io/table.hpp>
#include <allomatch/registry/registry.hpp>
#include <allomatch/search/patient.hpp>

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace allomatch::io {

/// A warning about rows that were taken; equal ones are counted, not repeated.
struct import_warning {
    problem first;            ///< where it was seen first
    std::uint64_t count = 0;  ///< in how many rows
};

/// What came of an input. Every row read is either taken or refused.
struct import_report {
    std::string source;
    std::uint64_t rows_read = 0;
    std::uint64_t rows_taken = 0;
    std::uint64_t rows_refused = 0;
    std::vector<problem> problems;  ///< all that is wrong with the refused rows
    std::vector<import_warning> warnings;
    double seconds = 0;

    /// The problems and warnings as a table: kind, row, column, id, text, reason, suggestion, count.
    [[nodiscard]] table to_table() const;
};

struct import_options {
    null_policy nulls = null_policy::ignore_inside_ambiguity;
    /// Take nothing when a row is refused.
    bool strict = false;
    /// Called now and then with the number of rows read.
    std::function<void(std::uint64_t)> progress{};
    /// Which state of which store of donors the registry made shows.
    registry_origin origin{};
    /// Called for every row with its id (empty where a malformed row has none to be read) and whether it was taken.
    std::function<void(const row_view& row, std::string_view id, bool taken)> seen{};
};

/// What the columns of an input are called in formats.md: "id", "A_1", "A_ser_2", "DRB1", "gl", "birth_date" ..; columns
/// without a meaning keep their names. \throws format_error as `import_donors` does for unusable columns.
[[nodiscard]] std::vector<std::string> canonical_columns(const row_source& rows);

/// Opens a file of people: CSV with a header (formats.md), GL lines `ID%GLSTRING`, or a donor file of Atlas or WMDA
/// (donor_files.hpp). Of the latter two the donors that are listed are given; a donor that the file deletes is a row with a fault.
/// \throws format_error when it cannot be read.
[[nodiscard]] std::unique_ptr<row_source> open_people(const std::filesystem::path& path);

/// Rows with the columns `id` and `gl` from lines `ID%GLSTRING`.
class gl_lines_source final : public row_source {
public:
    explicit gl_lines_source(const std::filesystem::path& path);
    ~gl_lines_source() override;
    [[nodiscard]] std::string_view name() const override;
    [[nodiscard]] std::span<const std::string> columns() const override { return columns_; }
    bool next(row_view& row) override;

private:
    struct state;
    std::unique_ptr<state> state_;
    std::array<std::string, 2> columns_{"id", "gl"};
    std::array<std::string_view, 2> cells_;
};

/// Builds a registry from rows. A bad row is left out and reported; the others are taken.
/// \throws format_error when the input as a whole is unusable: no id column, no typing column, a column given
/// twice; and with `strict` when any row is refused (the problem of the first).
[[nodiscard]] std::shared_ptr<const registry> import_donors(row_source& rows, const nomenclature::pointer& names,
                                                            const mac_table::pointer& mac,
                                                            const import_options& options, import_report& report);

/// The next version of a registry, see `registry_update`: the donors of the rows added or changed, those of `removed` gone.
/// Ids that `base` lacks are removed without a word; one that is in the rows too is not removed. A bad row is left out and
/// reported, the donor with its id stays what it was. Nulls are read as in `base`; `options.nulls` is not looked at.
/// \throws format_error as `import_donors`; there is no next version then.
[[nodiscard]] std::shared_ptr<const registry> update_donors(row_source& rows, std::span<const std::string> removed,
                                                            std::shared_ptr<const registry> base,
                                                            const mac_table::pointer& mac,
                                                            const import_options& options, import_report& report);

/// The same as `import_donors` for patients, in the order of the rows.
[[nodiscard]] std::vector<std::shared_ptr<const patient>> import_patients(row_source& rows,
                                                                          const nomenclature::pointer& names,
                                                                          const mac_table::pointer& mac,
                                                                          const import_options& options,
                                                                          import_report& report);

}  // namespace allomatch::io
