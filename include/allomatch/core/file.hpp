// SPDX-License-Identifier: Apache-2.0
/// \file
/// Files, plain or gzip-compressed, and lines of delimited text with their place for messages.
#pragma once

#include <allomatch/core/error.hpp>
#include <allomatch/core/text.hpp>
#include <allomatch/core/utf8.hpp>

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace allomatch {

/// UTF-8 text of a path, for messages.
[[nodiscard]] std::string path_text(const std::filesystem::path& path);
/// "EAS" of "folder/EAS.csv" and of "folder/EAS.csv.gz".
[[nodiscard]] std::string file_stem(const std::filesystem::path& path);

/// The bytes of a file in order. gzip (also of several members) is recognised by its first two bytes,
/// whatever the name, and unpacked while reading; memory use is constant. Not thread-safe.
class byte_reader {
public:
    /// \throws format_error when the path is missing, a directory or cannot be opened.
    explicit byte_reader(const std::filesystem::path& path);
    byte_reader(byte_reader&&) noexcept;
    byte_reader& operator=(byte_reader&&) noexcept;
    ~byte_reader();

    /// Fills `into`; returns the number of bytes, less than its size only at the end of the file.
    /// \throws format_error naming the file on I/O errors and truncated or corrupt gzip.
    std::size_t read(std::span<char> into);
    /// The path as UTF-8.
    [[nodiscard]] const std::string& name() const noexcept;

private:
    struct state;
    std::unique_ptr<state> state_;
};

/// The whole content of a file, unpacked when gzip. A byte-order mark stays in it.
/// \throws format_error as `byte_reader`, and when there are more than `limit` bytes.
[[nodiscard]] std::string read_file(const std::filesystem::path& path, std::size_t limit = std::size_t{1} << 30);

/// Walks over the lines of a delimited text that are neither empty nor start with `#`, bearing CR LF and a missing
/// last line end.
class delimited_lines {
public:
    delimited_lines(std::string place, std::string_view content, char separator)
        : place_(std::move(place)), rest_(without_mark(content)), separator_(separator) {}

    /// Moves to the next line; false at the end.
    bool next();
    [[nodiscard]] std::string_view line() const { return line_; }
    [[nodiscard]] std::size_t number() const { return number_; }
    [[nodiscard]] const std::vector<std::string_view>& cells() const { return cells_; }
    /// Cell by 0-based number. \throws format_error when the line has fewer.
    [[nodiscard]] std::string_view cell(std::size_t i) const;
    /// \throws format_error naming place, line, 1-based column, text and reason.
    [[noreturn]] void fail(std::size_t cell, std::string_view text, std::string reason) const;

private:
    std::string place_;
    std::string_view rest_;
    char separator_;
    std::size_t number_ = 0;
    std::string_view line_;
    std::vector<std::string_view> cells_;
};

}  // namespace allomatch
