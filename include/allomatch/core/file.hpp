// SPDX-License-Identifier: Apache-2.0
/// \file
/// Whole small files, and lines of delimited text with their place for messages.
#pragma once

#include <allomatch/core/error.hpp>
#include <allomatch/core/text.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace allomatch {

/// UTF-8 text of a path, for messages.
[[nodiscard]] std::string path_text(const std::filesystem::path& path);

/// The whole content of a file. \throws format_error when it cannot be read.
[[nodiscard]] std::string read_file(const std::filesystem::path& path);

/// Walks over the lines of a delimited text that are neither empty nor start with `#`, bearing CR LF and a missing
/// last line end.
class delimited_lines {
public:
    delimited_lines(std::string place, std::string_view content, char separator)
        : place_(std::move(place)), rest_(content), separator_(separator) {
        if (rest_.starts_with("\xEF\xBB\xBF")) rest_.remove_prefix(3);  // byte-order mark
    }

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
