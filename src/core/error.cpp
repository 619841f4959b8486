// SPDX-License-Identifier: Apache-2.0
#include <allomatch/core/error.hpp>
#include <allomatch/core/utf8.hpp>

namespace allomatch {

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

std::string shown(std::string_view text, std::size_t limit) {
    constexpr char digits[] = "0123456789ABCDEF";
    std::string out;
    std::size_t at = 0;
    while (at < text.size()) {
        if (out.size() >= limit) {
            out += "...";
            break;
        }
        const auto byte = static_cast<unsigned char>(text[at]);
        const std::size_t length = utf8_length(text.substr(at));
        if (length == 0 || byte < 0x20 || byte == 0x7f) {
            out += "\\x";
            out += digits[byte >> 4];
            out += digits[byte & 15];
            ++at;
        } else {
            out += text.substr(at, length);
            at += length;
        }
    }
    return out;
}

}  // namespace allomatch
