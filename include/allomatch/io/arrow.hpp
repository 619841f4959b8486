// SPDX-License-Identifier: Apache-2.0
/// \file
/// Tables and rows through the Arrow C data and stream interfaces, without the Arrow library.
/// https://arrow.apache.org/docs/format/CDataInterface.html and CStreamInterface.html
#pragma once

#include <allomatch/core/row_source.hpp>
#include <allomatch/io/table.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

extern "C" {

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
    const char* format;
    const char* name;
    const char* metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema** children;
    struct ArrowSchema* dictionary;
    void (*release)(struct ArrowSchema*);
    void* private_data;
};

struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void** buffers;
    struct ArrowArray** children;
    struct ArrowArray* dictionary;
    void (*release)(struct ArrowArray*);
    void* private_data;
};

#endif  // ARROW_C_DATA_INTERFACE

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream*, struct ArrowSchema* out);
    int (*get_next)(struct ArrowArrayStream*, struct ArrowArray* out);
    const char* (*get_last_error)(struct ArrowArrayStream*);
    void (*release)(struct ArrowArrayStream*);
    void* private_data;
};

#endif  // ARROW_C_STREAM_INTERFACE
}

namespace allomatch::io {

/// Text columns with more bytes than this are exported as large_utf8, which has 64-bit offsets.
inline constexpr std::size_t max_utf8_bytes = 0x7FFF'FFFF;

/// Hands a table out as a stream of one record batch: int64, double and bool columns, text as utf8, all
/// nullable. Numbers are moved; text and bits are packed into contiguous buffers here, once, O(bytes).
/// `out` is overwritten and owned by the caller, who calls its `release`. Columns must be of equal
/// length. The stream may be read from one thread at a time, the arrays from any.
void export_stream(table&& rows, ArrowArrayStream* out, std::size_t utf8_limit = max_utf8_bytes);

/// Rows of an Arrow stream, every cell as text. Accepted: utf8, large_utf8, string_view and dictionaries
/// of any type accepted here, null, bool (`true`/`false`), integers, floats (shortest text that reads
/// back to the same value, `31` for 31.0), date32, date64 and timestamps (`YYYY-MM-DD`, the day in UTC).
/// Missing values and NaN are empty cells. Rows are numbered from 1 through all batches.
///
/// A row has a fault when a text in it holds a NUL byte or invalid UTF-8, or its offsets or dictionary
/// index point outside. Lengths of buffers are not part of the interface: the producer is trusted with
/// them. Holds one batch at a time. Not thread-safe.
class arrow_source final : public row_source {
public:
    /// Takes over the stream, in every case: `stream->release` is null afterwards.
    /// \throws format_error when the stream fails or is released, is not a table, has a column of another
    /// type (nested, decimal, binary, time ..; the column is named) or the same name twice (letter case
    /// aside).
    explicit arrow_source(ArrowArrayStream* stream, std::string name = "frame");
    ~arrow_source() override;

    [[nodiscard]] std::string_view name() const override;
    [[nodiscard]] std::span<const std::string> columns() const override;
    bool next(row_view& row) override;

private:
    struct state;
    std::unique_ptr<state> state_;
};

}  // namespace allomatch::io
