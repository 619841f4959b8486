// SPDX-License-Identifier: Apache-2.0
/// \file
/// Donor files as registries exchange them: the import files of Atlas (JSON) and the inventories of WMDA (XML).
#pragma once

#include <allomatch/core/row_source.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace allomatch::io {

/// What a donor file says of itself.
enum class update_mode : std::uint8_t {
    unstated,      ///< nothing, as a CSV does
    full,          ///< all donors that there are
    differential,  ///< what changed since the file before
};

struct donor_file_options {
    /// Longest donor in bytes. A longer one is a faulty row, and reading goes on behind it.
    std::size_t max_record = std::size_t{1} << 20;
};

/// A donor file of a published layout as rows of formats.md, section "Donors" (docs/donor-files.md lists the fields). The
/// columns are fixed by the layout; what the layout does not name is passed over. Beside them the column `change`: `new`,
/// `changed`, `upsert` (either), `deleted`, or empty where the file only lists the donor. A deleted donor needs nothing but the id.
///
/// A row is numbered by the line where its donor starts. It has a fault when the donor is longer than `max_record`, has
/// no id, has a field twice or one of the wrong kind; other donors are not touched by that. Memory is bounded by a small
/// multiple of `max_record`, whatever the size of the file. Not thread-safe.
class donor_source : public row_source {
public:
    [[nodiscard]] virtual update_mode mode() const noexcept = 0;
};

/// `{"updateMode": .., "donors": [..]}`, the donor import file of Atlas.
class atlas_source final : public donor_source {
public:
    /// A file, plain or gzip.
    /// \throws format_error when it cannot be opened or does not begin as such a file; so does `next` at damage
    /// behind the donors that it handed out.
    explicit atlas_source(const std::filesystem::path& path, const donor_file_options& options = {});
    /// A text in memory, which is not copied and must outlive the source; `name` is used in messages.
    atlas_source(std::string_view text, std::string name, const donor_file_options& options = {});
    ~atlas_source() override;

    [[nodiscard]] std::string_view name() const override;
    [[nodiscard]] std::span<const std::string> columns() const override;
    bool next(row_view& row) override;
    [[nodiscard]] update_mode mode() const noexcept override;

private:
    struct state;
    std::unique_ptr<state> state_;
};

/// `<INVENTORIES>` of `<DONOR>` and `<CBU>`, the inventory of WMDA in schema 2.2 or 2.3. A document type definition is refused,
/// and with it every entity of its own.
class wmda_source final : public donor_source {
public:
    /// As `atlas_source`.
    explicit wmda_source(const std::filesystem::path& path, const donor_file_options& options = {});
    wmda_source(std::string_view text, std::string name, const donor_file_options& options = {});
    ~wmda_source() override;

    [[nodiscard]] std::string_view name() const override;
    [[nodiscard]] std::span<const std::string> columns() const override;
    bool next(row_view& row) override;
    [[nodiscard]] update_mode mode() const noexcept override;

private:
    struct state;
    std::unique_ptr<state> state_;
};

/// An opened donor file.
struct donor_file {
    std::unique_ptr<row_source> rows;
    update_mode mode = update_mode::unstated;
    std::string layout;  ///< "atlas", "wmda", "gl" or "csv"
};

/// Opens a donor file, plain or gzip; the layout is known by its first bytes: `{` or `[` of JSON, `<` of XML, else what
/// `open_people` reads.
/// \throws format_error as the readers.
[[nodiscard]] donor_file open_donors(const std::filesystem::path& path);

}  // namespace allomatch::io
