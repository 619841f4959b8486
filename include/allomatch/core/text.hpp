// SPDX-License-Identifier: Apache-2.0
/// \file
/// Scanning of short texts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace allomatch {

[[nodiscard]] constexpr bool is_space(char c) noexcept {
    return c == ' ' || (c >= '\t' && c <= '\r');
}
[[nodiscard]] constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
[[nodiscard]] constexpr bool is_upper(char c) noexcept { return c >= 'A' && c <= 'Z'; }
[[nodiscard]] constexpr bool is_lower(char c) noexcept { return c >= 'a' && c <= 'z'; }
[[nodiscard]] constexpr bool is_letter(char c) noexcept { return is_upper(c) || is_lower(c); }
[[nodiscard]] constexpr char lower(char c) noexcept {
    return is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}
[[nodiscard]] constexpr char upper(char c) noexcept {
    return is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c;
}

/// `text` without outer ASCII white space.
[[nodiscard]] constexpr std::string_view trim(std::string_view text) noexcept {
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

/// ASCII case-insensitive equality.
[[nodiscard]] constexpr bool same_ignoring_case(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (lower(a[i]) != lower(b[i])) return false;
    return true;
}

/// Number of leading characters of `text` for which `test` holds.
template <class Test>
[[nodiscard]] constexpr std::size_t leading(std::string_view text, Test test) noexcept {
    std::size_t n = 0;
    while (n < text.size() && test(text[n])) ++n;
    return n;
}

template <class Test>
[[nodiscard]] constexpr bool all_of(std::string_view text, Test test) noexcept {
    return leading(text, test) == text.size();
}

/// A whole decimal number without sign, at most `limit`; nothing for any other text.
[[nodiscard]] constexpr std::optional<std::uint32_t> number(std::string_view text,
                                                            std::uint32_t limit = 999'999'999) noexcept {
    if (text.empty() || text.size() > 9) return std::nullopt;
    std::uint32_t value = 0;
    for (const char c : text) {
        if (!is_digit(c)) return std::nullopt;
        value = value * 10 + static_cast<std::uint32_t>(c - '0');
    }
    if (value > limit) return std::nullopt;
    return value;
}

/// Cuts the part before the next `separator` off `rest` and returns it; the rest becomes empty with
/// `at_end` set once there is no separator left.
struct splitter {
    std::string_view rest;
    char separator;
    bool at_end = false;

    [[nodiscard]] constexpr std::string_view next() noexcept {
        const std::size_t at = rest.find(separator);
        const std::string_view part = rest.substr(0, at);
        at_end = at == std::string_view::npos;
        rest = at_end ? std::string_view{} : rest.substr(at + 1);
        return part;
    }
};

/// A range over the parts of `text`; an empty text has one empty part.
class split {
public:
    constexpr split(std::string_view text, char separator) : text_(text), separator_(separator) {}

    class iterator {
    public:
        constexpr iterator(std::string_view text, char separator) : cut_{text, separator} {
            part_ = cut_.next();
        }
        constexpr iterator() : done_(true) {}
        constexpr std::string_view operator*() const { return part_; }
        constexpr iterator& operator++() {
            if (cut_.at_end)
                done_ = true;
            else
                part_ = cut_.next();
            return *this;
        }
        constexpr bool operator!=(const iterator& other) const { return done_ != other.done_; }

    private:
        splitter cut_{{}, ','};
        std::string_view part_;
        bool done_ = false;
    };
    [[nodiscard]] constexpr iterator begin() const { return {text_, separator_}; }
    [[nodiscard]] constexpr iterator end() const { return {}; }

private:
    std::string_view text_;
    char separator_;
};

/// Hash and equality that let string-keyed maps be searched with a string_view.
struct text_hash {
    using is_transparent = void;
    [[nodiscard]] std::size_t operator()(std::string_view text) const noexcept {
        return std::hash<std::string_view>{}(text);
    }
};

}  // namespace allomatch
