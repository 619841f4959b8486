// SPDX-License-Identifier: Apache-2.0
// The values of a JSON text one at a time, in memory that does not grow with the text.
#pragma once

#include <allomatch/io/input.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace allomatch::io {

/// Finds where a value ends by counting brackets outside of texts, so that its depth costs nothing. What is inside is not
/// checked.
class json_extent {
public:
    /// Reads on. Returns the number of bytes that belong to the value.
    std::size_t feed(std::string_view text);
    [[nodiscard]] bool complete() const noexcept { return complete_; }
    /// Whether it may end with the input: a number, true, false or null.
    [[nodiscard]] bool may_end() const noexcept { return scalar_; }

private:
    bool take(char c);

    std::uint64_t depth_ = 0;
    bool begun_ = false;
    bool in_text_ = false;
    bool escaped_ = false;
    bool scalar_ = false;
    bool complete_ = false;
};

class json_stream {
public:
    /// `max_value`: bytes of the longest value that `value` returns.
    json_stream(input_window window, std::size_t max_value);

    [[nodiscard]] const std::string& name() const noexcept { return window_.name(); }
    /// 1-based line of the next byte.
    [[nodiscard]] std::uint64_t line() const noexcept { return line_; }

    /// Passes over white space. Returns the next byte; nothing at the end of the text.
    std::optional<char> peek();
    /// Passes over `c` if it is the next byte.
    bool take(char c);
    /// \throws format_error when `c` is not the next byte.
    void expect(char c, std::string_view what);
    /// The text of the next value, valid until the next call; nothing when it is too long, it is passed over then.
    /// \throws format_error at the end of the text.
    std::optional<std::string_view> value();
    /// The next value, which is a text. \throws format_error when it is not.
    std::string text(std::string_view what);
    [[noreturn]] void fail(std::string reason) const;

private:
    void consume(std::size_t count);

    input_window window_;
    std::size_t max_value_;
    std::uint64_t line_ = 1;
};

}  // namespace allomatch::io
