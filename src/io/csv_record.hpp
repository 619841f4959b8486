// SPDX-License-Identifier: Apache-2.0
// One record of delimited text, cut into cells.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace allomatch::io {

/// The delimiter of the record that `text` starts with: the one of comma, semicolon and tab found most
/// often outside quotes, comma when there is none. Nothing when the record does not end in `text`.
[[nodiscard]] std::optional<char> find_delimiter(std::string_view text, bool last);

/// Cuts records into cells without copying; unescapes quoted cells into a buffer of its own.
class csv_record {
public:
    enum class outcome {
        complete,
        incomplete,  ///< the record does not end in the text
        open_quote,  ///< the record ends with the input, inside a quote
    };

    /// Keeps the first `kept` cells of every record; the others are only counted.
    csv_record(char delimiter, std::size_t kept) : delimiter_(delimiter), cells_(kept) {}

    /// Reads the record that `text` starts with; `last`: nothing follows `text`.
    outcome split(std::string_view text, bool last);

    /// The kept cells, those that are missing empty. Valid until the next `split` and as long as its
    /// text.
    [[nodiscard]] std::span<const std::string_view> cells() const noexcept { return cells_; }
    /// Cells found.
    [[nodiscard]] std::size_t found() const noexcept { return found_; }
    /// Whether a cell beyond the kept ones is not empty.
    [[nodiscard]] bool surplus() const noexcept { return surplus_; }
    /// Bytes of the record with its line end, and line ends in it.
    [[nodiscard]] std::size_t length() const noexcept { return length_; }
    [[nodiscard]] std::uint64_t lines() const noexcept { return lines_; }
    [[nodiscard]] bool has_zero() const noexcept { return has_zero_; }
    [[nodiscard]] bool has_non_ascii() const noexcept { return has_non_ascii_; }
    /// Whether text followed a closing quote.
    [[nodiscard]] bool stray() const noexcept { return stray_; }
    void clear_cells();

private:
    bool split_plain(std::string_view line, std::size_t readable);
    outcome split_quoted(std::string_view text, bool last);
    void unescape();

    void push(const char* from, const char* to) {
        const std::string_view cell{from, static_cast<std::size_t>(to - from)};
        if (found_ < cells_.size()) {
            cells_[found_] = cell;
        } else {
            surplus_ = surplus_ || !cell.empty();
        }
        ++found_;
    }

    char delimiter_;
    std::vector<std::string_view> cells_;
    std::size_t found_ = 0;
    std::size_t length_ = 0;
    std::uint64_t lines_ = 0;
    bool surplus_ = false;
    bool has_zero_ = false;
    bool has_non_ascii_ = false;
    bool stray_ = false;
    std::vector<std::size_t> escaped_;  // cells with doubled quotes
    std::string unescaped_;
};

}  // namespace allomatch::io
