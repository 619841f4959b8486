// SPDX-License-Identifier: Apache-2.0
#include "toml_scan.hpp"

#include <allomatch/core/utf8.hpp>

#include <algorithm>

namespace allomatch::io {

namespace {

constexpr std::size_t deepest = 32;

/// The byte behind the text in quotes that starts at `at`, or its line.
std::size_t behind_quotes(std::string_view text, std::size_t at) {
    const char quote = text[at++];
    while (at < text.size() && text[at] != quote && text[at] != '\n') at += quote == '"' && text[at] == '\\' ? 2 : 1;
    return std::min(at + 1, text.size());
}

std::optional<toml_fault> find_bad_byte(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t length = utf8_length(text.substr(at));
        if (length == 0) return toml_fault{at, text.substr(at, 1), "not UTF-8"};
        at += length;
    }
    return std::nullopt;
}

}  // namespace

std::optional<toml_fault> find_toml_fault(std::string_view text) {
    if (auto fault = find_bad_byte(text)) return fault;
    std::size_t open = 0;
    std::size_t dots = 0;  // of the key or number
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        switch (c) {
            case '#': at = std::min(text.find('\n', at), text.size()); continue;
            case '"':
            case '\'':
                if (text.substr(at).starts_with(std::string(3, c)))
                    return toml_fault{at, text.substr(at, 3), "a text stands on one line"};
                at = behind_quotes(text, at);
                continue;
            case '[':
            case '{': ++open; dots = 0; break;
            case ']':
            case '}': open -= open > 0 ? 1 : 0; dots = 0; break;
            case '\n':
            case ',':
            case '=': dots = 0; break;
            case '.': ++dots; break;
            default: break;
        }
        if (open + dots > deepest)
            return toml_fault{at, {}, "nested more than " + std::to_string(deepest) + " deep"};
        const std::size_t length = utf8_length(text.substr(at));
        if (length > 1) return toml_fault{at, text.substr(at, length), "a text stands in quotes"};
        ++at;
    }
    return std::nullopt;
}

}  // namespace allomatch::io
