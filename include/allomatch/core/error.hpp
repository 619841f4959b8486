// SPDX-License-Identifier: Apache-2.0
/// \file
/// What went wrong with an input, as data, and the exceptions that carry it.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace allomatch {

/// One fault of an input: where, which text, why, and what may have been meant.
/// Empty or zero fields do not apply.
struct problem {
    std::string place;       ///< file path or name of the input
    std::uint64_t row = 0;   ///< 1-based line of a file, or row of a frame
    std::string column;      ///< column name, or 1-based column number in files without a header
    std::string id;          ///< donor or patient concerned
    std::string text;        ///< the offending text, shortened to at most 200 bytes
    std::string reason;      ///< why it is refused, one sentence without a full stop
    std::string suggestion;  ///< a text that would have been accepted, where one is known

    /// A fault of one value of a column or option; `value` is shortened and made printable.
    [[nodiscard]] static problem with_value(std::string_view column, std::string_view value, std::string reason);
    /// A fault of an input as a whole.
    [[nodiscard]] static problem with_input(std::string place, std::string reason);

    friend bool operator==(const problem&, const problem&) = default;

    /// "place:row: column: 'text': reason (suggestion?)", parts that do not apply left out.
    [[nodiscard]] std::string message() const;
};

/// Base of all exceptions about input. Carries the problem as data.
class input_error : public std::invalid_argument {
public:
    explicit input_error(problem details)
        : std::invalid_argument(details.message()), details_(std::move(details)) {}
    [[nodiscard]] const problem& details() const noexcept { return details_; }

private:
    problem details_;
};

/// A typing text that has no meaning under the nomenclature in use.
class typing_error : public input_error {
public:
    using input_error::input_error;
};

/// A file, frame, option or expression that cannot be read.
class format_error : public input_error {
public:
    using input_error::input_error;
};

/// A snapshot file that cannot be opened.
class snapshot_error : public input_error {
public:
    using input_error::input_error;
};

/// A store of donors and searches that cannot be opened, read or written, or a change that it refuses.
class store_error : public input_error {
public:
    using input_error::input_error;
};

/// Shortens a text for a message: at most `limit` bytes, cut at a UTF-8 boundary. Control characters (C0 and C1), line
/// separators, marks of text direction and invalid bytes are shown as `\xNN`, byte by byte.
[[nodiscard]] std::string shown(std::string_view text, std::size_t limit = 200);

/// A value or the problem that prevented it. The throwing overloads of the library sit on top.
template <class T>
class result {
public:
    result(T value) : state_(std::move(value)) {}
    result(problem p) : state_(std::move(p)) {}

    [[nodiscard]] bool ok() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return ok(); }
    [[nodiscard]] const T& value() const& { return std::get<0>(state_); }
    [[nodiscard]] T& value() & { return std::get<0>(state_); }
    [[nodiscard]] T&& value() && { return std::get<0>(std::move(state_)); }
    [[nodiscard]] const problem& error() const& { return std::get<1>(state_); }
    [[nodiscard]] problem& error() & { return std::get<1>(state_); }
    const T& operator*() const& { return value(); }
    T& operator*() & { return value(); }
    const T* operator->() const { return &value(); }
    T* operator->() { return &value(); }

private:
    std::variant<T, problem> state_;
};

}  // namespace allomatch
