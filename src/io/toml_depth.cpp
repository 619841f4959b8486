// SPDX-License-Identifier: Apache-2.0
#include "toml_depth.hpp"

#include <algorithm>
#include <string>

namespace allomatch::io {

namespace {

/// The byte behind the text in quotes that starts at `at`.
std::size_t behind_quotes(std::string_view text, std::size_t at) {
    const char quote = text[at];
    const std::string three(3, quote);
    const bool several_lines = text.substr(at).starts_with(three);
    for (at += several_lines ? 3 : 1; at < text.size(); ++at) {
        if (text[at] == '\\' && quote == '"') {
            ++at;
        } else if (several_lines && text.substr(at).starts_with(three)) {
            at += 3;
            for (int more = 0; more < 2 && at < text.size() && text[at] == quote; ++more) ++at;
            return at;
        } else if (!several_lines && (text[at] == quote || text[at] == '\n')) {
            return at + 1;
        }
    }
    return text.size();
}

}  // namespace

std::size_t find_deep_nesting(std::string_view text, std::size_t limit) {
    std::size_t open = 0;
    std::size_t dots = 0;  // of the key or number
    for (std::size_t at = 0; at < text.size(); ++at) {
        switch (text[at]) {
            case '#': at = std::min(text.find('\n', at), text.size()) - 1; break;
            case '"':
            case '\'': at = behind_quotes(text, at) - 1; break;
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
        if (open + dots > limit) return at;
    }
    return std::string_view::npos;
}

}  // namespace allomatch::io
