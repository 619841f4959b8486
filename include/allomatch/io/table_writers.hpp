// SPDX-License-Identifier: Apache-2.0
/// \file
/// Result tables as CSV, TSV, JSON and JSON Lines.
#pragma once

#include <allomatch/io/table.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace allomatch::io {

enum class table_format : std::uint8_t { csv, tsv, json, json_lines };

/// Takes the next piece of a text.
using text_sink = std::function<void(std::string_view)>;

/// `text` as a JSON string with its quotes. Any bytes may come in; the result is valid UTF-8 without
/// control characters, with U+FFFD for every byte that is not part of valid UTF-8.
[[nodiscard]] std::string json_string(std::string_view text);
/// Appends `json_string(text)` to `out`.
void append_json_string(std::string& out, std::string_view text);
/// Appends a number with 17 significant digits, which read back as the same double; `nan`, `inf` and
/// `-inf` otherwise.
void append_double(std::string& out, double value);

/// Writes the table in pieces of about 1 MiB. Columns must be of equal length.
///
/// CSV and TSV: a header line, LF, RFC 4180 quotes where needed; missing values and NaN are empty,
/// booleans `true`/`false`. JSON: an array of objects, one per line, or one object per line (JSON
/// Lines); missing values, NaN and infinities are `null`. Numbers as `append_double`. With
/// distinct column names and valid UTF-8, CSV and TSV read back with `csv_source` to the same cells.
/// \throws what `sink` throws.
void write_table(const table& rows, table_format format, const text_sink& sink);

/// The table as one text.
[[nodiscard]] std::string to_text(const table& rows, table_format format);

/// Writes the table to a file in the format its ending names, letter case aside: .csv .tsv .json .jsonl,
/// each also with .gz behind it. The file appears only when complete (see `output_file`).
/// \throws format_error for another ending (Parquet is written from Python only) and when the file
/// cannot be written; nothing is left behind then.
void write_table(const table& rows, const std::filesystem::path& path);

}  // namespace allomatch::io
