// SPDX-License-Identifier: Apache-2.0
#include <allomatch/core/error.hpp>
#include <allomatch/core/utf8.hpp>

#include <algorithm>

namespace allomatch {

problem problem::with_value(std::string_view column, std::string_view value, std::string reason) {
    problem p;
    p.column = column;
    p.text = shown(value);
    p.reason = std::move(reason);
    return p;
}

problem problem::with_input(std::string place, std::string reason) {
    problem p;
    p.place = std::move(place);
    p.reason = std::move(reason);
    return p;
}

std::string problem::message() const {
    std::string out;
    const auto part = [&out](std::string_view separator, std::string_view what) {
        if (what.empty()) return;
        if (!out.empty()) out += separator;
        out += what;
    };
    part("", place);
    if (row != 0) part(":", std::to_string(row));
    if (!id.empty()) part(": ", "id " + shown(id, 64));
    if (!column.empty()) part(": ", "column " + shown(column, 64));
    if (!text.empty()) part(": ", "'" + text + "'");
    part(": ", reason);
    if (!suggestion.empty()) out += " (did you mean '" + suggestion + "'?)";
    return out;
}

namespace {

/// A valid code point that ends or reorders what stands beside it: control characters (C0, C1), line and paragraph
/// separators, and the marks that set the direction of text.
bool is_control(std::string_view bytes) {
    // UTF-8 sorts as its code points do.
    const auto between = [bytes](std::string_view first, std::string_view last) {
        return bytes >= first && bytes <= last;
    };
    return bytes.front() == '\0' || between("\x01", "\x1F") || between("\x7F", "\xC2\x9F") || bytes == "\u061C" ||
           between("\u200E", "\u200F") || between("\u2028", "\u202E") || between("\u2066", "\u2069");
}

}  // namespace

std::string shown(std::string_view text, std::size_t limit) {
    constexpr char digits[] = "0123456789ABCDEF";
    constexpr std::string_view cut = "...";
    std::string out;
    std::size_t whole = 0;  // length of `out` that leaves room for the dots
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = utf8_length(text.substr(at));
        const std::string_view bytes = text.substr(at, std::max<std::size_t>(length, 1));
        if (length == 0 || is_control(bytes)) {
            for (const char c : bytes) {
                const auto byte = static_cast<unsigned char>(c);
                out += {'\\', 'x', digits[byte >> 4], digits[byte & 15]};
            }
        } else {
            out += bytes;
        }
        at += bytes.size();
        if (out.size() > limit) {
            out.resize(whole);
            return out.append(cut.substr(0, limit));
        }
        if (out.size() + cut.size() <= limit) whole = out.size();
    }
    return out;
}

}  // namespace allomatch
