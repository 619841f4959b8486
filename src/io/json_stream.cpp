// SPDX-License-Identifier: Apache-2.0
#include "json_stream.hpp"

#include <allomatch/core/error.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace allomatch::io {

namespace {

constexpr bool is_json_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

}  // namespace

// Whether `c` belongs to the value.
bool json_extent::take(char c) {
    if (in_text_) {
        if (escaped_)
            escaped_ = false;
        else if (c == '\\')
            escaped_ = true;
        else if (c == '"') {
            in_text_ = false;
            complete_ = depth_ == 0;
        }
        return true;
    }
    const bool first = !std::exchange(begun_, true);
    if (c == '"') {
        if (scalar_) complete_ = true;
        in_text_ = !scalar_;
        return !scalar_;
    }
    if (c == '{' || c == '[') {
        if (scalar_) {
            complete_ = true;
            return false;
        }
        ++depth_;
        return true;
    }
    if (depth_ > 0) {
        if (c == '}' || c == ']') complete_ = --depth_ == 0;
        return true;
    }
    if (is_json_space(c) || c == ',' || c == ':' || c == '}' || c == ']') {
        complete_ = true;
        return false;
    }
    if (first) scalar_ = true;
    return true;
}

std::size_t json_extent::feed(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool mine = take(text[i]);
        if (complete_) return mine ? i + 1 : i;
    }
    return text.size();
}

json_stream::json_stream(input_window window, std::size_t max_value) : window_(std::move(window)), max_value_(max_value) {
    window_.skip_bom();
}

void json_stream::consume(std::size_t count) {
    const std::string_view passed = window_.rest().substr(0, count);
    line_ += static_cast<std::uint64_t>(std::count(passed.begin(), passed.end(), '\n'));
    window_.consume(passed.size());
}

std::optional<char> json_stream::peek() {
    for (;;) {
        const std::string_view rest = window_.rest();
        const auto at = std::find_if_not(rest.begin(), rest.end(), is_json_space);
        consume(static_cast<std::size_t>(at - rest.begin()));
        if (!window_.rest().empty()) return window_.rest().front();
        if (!window_.extend()) return std::nullopt;
    }
}

bool json_stream::take(char c) {
    if (peek() != c) return false;
    consume(1);
    return true;
}

void json_stream::expect(char c, std::string_view what) {
    if (take(c)) return;
    const auto found = peek();
    const std::string wanted = std::string("expected '") + c + "' " + std::string(what);
    if (!found) fail(wanted + ", found the end of the file");
    fail(wanted + ", found '" + shown({&*found, 1}) + "'");
}

std::optional<std::string_view> json_stream::value() {
    if (!peek()) fail("the file ends where a value should stand");
    json_extent extent;
    std::size_t seen = 0;
    bool kept = true;
    for (;;) {
        seen += extent.feed(window_.rest().substr(seen));
        if (extent.complete()) break;
        if (seen > max_value_) {
            consume(seen);
            seen = 0;
            kept = false;
        }
        if (!window_.extend()) {
            if (extent.may_end()) break;
            fail("the file ends inside a value");
        }
    }
    const std::string_view text = window_.rest().substr(0, seen);
    consume(seen);
    if (!kept || seen > max_value_) return std::nullopt;
    return text;
}

std::string json_stream::text(std::string_view what) {
    const auto found = value();
    if (found && found->starts_with('"')) {
        const auto read = nlohmann::json::parse(*found, nullptr, false);
        if (read.is_string()) return read.get<std::string>();
    }
    fail(std::string(what) + " is not a text");
}

void json_stream::fail(std::string reason) const {
    problem p = problem::with_input(name(), std::move(reason));
    p.row = line_;
    throw format_error(std::move(p));
}

}  // namespace allomatch::io
