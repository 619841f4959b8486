// SPDX-License-Identifier: Apache-2.0
/// \file
/// Reading text files, plain or gzip-compressed, in bounded memory.
#pragma once

#include <allomatch/core/file.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace allomatch::io {

/// Longest single line or record that is read, in bytes, unless told otherwise.
inline constexpr std::size_t default_max_record = std::size_t{64} << 20;

/// A sliding view of a text: what is at hand, and the way to get more. Holds a buffer of at most twice
/// the bytes kept unread (256 KiB at least) for a file, and none for a text in memory. Not thread-safe.
class input_window {
public:
    /// \throws format_error as `byte_reader`.
    explicit input_window(const std::filesystem::path& path);
    /// `text` is not copied and must outlive the window.
    input_window(std::string_view text, std::string name);

    /// The unread bytes at hand. The views stay valid until `extend`.
    [[nodiscard]] std::string_view rest() const noexcept { return rest_; }
    /// Whether nothing follows `rest()`.
    [[nodiscard]] bool at_end() const noexcept { return at_end_; }
    /// Drops the first `count` bytes of `rest()`; their memory stays readable until `extend`.
    void consume(std::size_t count) noexcept { rest_.remove_prefix(count); }
    /// Appends bytes to `rest()`. Returns false when there were none left.
    /// \throws format_error as `byte_reader::read`.
    bool extend();
    /// Drops a UTF-8 byte-order mark; to be called before anything is consumed.
    void skip_bom();
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

private:
    std::unique_ptr<byte_reader> file_;
    std::string name_;
    std::unique_ptr<char[]> buffer_;
    std::size_t capacity_ = 0;
    std::string_view rest_;
    bool at_end_ = false;
};

/// Lines of a text, LF or CRLF, the last one with or without a line end; a byte-order mark is skipped.
/// Bytes are not checked. Not thread-safe.
class line_reader {
public:
    /// \throws format_error as `byte_reader`.
    explicit line_reader(const std::filesystem::path& path,
                         std::size_t max_line = default_max_record);
    /// `text` is not copied and must outlive the reader; `name` is used in messages.
    line_reader(std::string_view text, std::string name, std::size_t max_line = default_max_record);

    /// Moves to the next line, without its line end. Returns false at the end. The view stays valid
    /// until the next call.
    /// \throws format_error naming file and line when a line is longer than `max_line` bytes, and as
    /// `byte_reader::read`.
    bool next(std::string_view& line);
    /// 1-based number of the line returned last, 0 before the first.
    [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
    [[nodiscard]] const std::string& name() const noexcept { return window_.name(); }

private:
    input_window window_;
    std::size_t max_line_;
    std::uint64_t number_ = 0;
};

}  // namespace allomatch::io
