// SPDX-License-Identifier: Apache-2.0
/// \file
/// Delimited text (CSV, TSV, semicolons) as a stream of rows.
#pragma once

#include <allomatch/io/input.hpp>
#include <allomatch/core/row_source.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace allomatch::io {

struct csv_options {
    /// False: there is no header line, the columns are named "1", "2", .. after the first row.
    bool header = true;
    /// Longest record in bytes, line end included.
    std::size_t max_record = default_max_record;
    /// Most columns of a header.
    std::size_t max_columns = 65'536;
};

/// Rows of a delimited text in UTF-8: RFC 4180 with LF or CRLF, a byte-order mark, `#` lines before the
/// header and blank lines skipped. The delimiter (comma, semicolon or tab) is the one that the header
/// holds most often outside quotes. Cells and names are given as they are, not trimmed; empty cells at
/// the end of the header are dropped and accepted in every row.
///
/// A row has a fault when it has a different number of cells, holds a NUL byte or invalid UTF-8, has
/// text after a closing quote, ends the file inside a quote, or is longer than `max_record`; after the
/// last, reading goes on at the next line beyond the limit. Rows are numbered by the line they start in.
///
/// Cells are views into the read buffer; memory is bounded by about twice `max_record`, whatever the
/// size of the file. Time is linear. Not thread-safe.
class csv_source final : public row_source {
public:
    /// A file, plain or gzip.
    /// \throws format_error when it cannot be opened, is empty, or its header is malformed, too long or
    /// names a column twice (letter case aside; unnamed columns may repeat).
    explicit csv_source(const std::filesystem::path& path, const csv_options& options = {});
    /// A text in memory, which is not copied and must outlive the source; `name` is used in messages.
    /// \throws format_error as above.
    csv_source(std::string_view text, std::string name, const csv_options& options = {});
    ~csv_source() override;

    [[nodiscard]] std::string_view name() const override;
    [[nodiscard]] std::span<const std::string> columns() const override;
    bool next(row_view& row) override;
    /// The delimiter found: ',', ';' or '\t'.
    [[nodiscard]] char delimiter() const noexcept;

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace allomatch::io
