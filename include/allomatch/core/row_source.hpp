// SPDX-License-Identifier: Apache-2.0
/// \file
/// Rows coming in, whatever is behind them: a file, a data frame, a simulation.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace allomatch {

/// One row of an input. `cells` has one entry for every column of the source; the views stay valid
/// until the next call of `row_source::next`.
struct row_view {
    std::uint64_t number = 0;  ///< 1-based line (text) or row (frame) where the row starts
    std::span<const std::string_view> cells;
    /// Not empty when the row is malformed (too many cells, an open quote, broken UTF-8 ..): it is to
    /// be refused with this reason, and `cells` holds what could be read.
    std::string_view fault;
};

/// A stream of rows with named columns. Not thread-safe.
class row_source {
public:
    row_source() = default;
    row_source(const row_source&) = delete;
    row_source& operator=(const row_source&) = delete;
    virtual ~row_source() = default;

    /// What to call this input in messages: a file path, or "frame".
    [[nodiscard]] virtual std::string_view name() const = 0;
    /// Column names as the input spells them.
    [[nodiscard]] virtual std::span<const std::string> columns() const = 0;
    /// Moves to the next row. Returns false at the end.
    /// \throws format_error when the input as a whole cannot be read on (truncated gzip, I/O error).
    virtual bool next(row_view& row) = 0;
};

}  // namespace allomatch
