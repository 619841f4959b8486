// SPDX-License-Identifier: Apache-2.0
// A ranking file of any bytes: a ranking that stays the same when it is written and read again, or a format_error.
#pragma once

#include "require.hpp"

#include <allomatch/core/error.hpp>
#include <allomatch/core/utf8.hpp>
#include <allomatch/io/read_ranking.hpp>

#include <array>
#include <cstdio>
#include <optional>
#include <string>

namespace allomatch::fuzz {

inline std::string toml_text(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        std::array<char, 8> escaped{};
        if (byte < 0x20 || c == '"' || c == '\\' || c == '\x7F')
            std::snprintf(escaped.data(), escaped.size(), "\\u%04X", static_cast<unsigned>(byte));
        else
            escaped[0] = c;
        out += escaped.data();
    }
    return out + '"';
}

inline std::string toml_number(double value) {
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%.17e", value);
    return text.data();
}

inline std::string toml_text(const io::named_ranking& written) {
    std::string out = "name = " + toml_text(written.name) + '\n';
    for (const criterion& c : written.order.criteria) {
        out += "[[criteria]]\nby = " + toml_text(c.by) + "\nbands = [";
        for (const double edge : c.bands) out += toml_number(edge) + ", ";
        out += "]\norder = [";
        for (const std::string& word : c.order) out += toml_text(word) + ", ";
        out += "]\n";
        if (c.direction)
            out += *c.direction == sort_direction::ascending ? "direction = 'ascending'\n" : "direction = 'descending'\n";
        if (c.weight) out += "weight = " + toml_number(*c.weight) + '\n';
        if (c.missing_first) out += "missing = 'first'\n";
    }
    return out;
}

inline std::optional<io::named_ranking> parse_ranking_if_good(std::string_view text) {
    try {
        io::named_ranking read = io::parse_ranking(text, "fuzz");
        validate(read.order);
        require(!read.order.criteria.empty() && is_utf8(read.name));
        return read;
    } catch (const format_error& e) {
        const problem& p = e.details();
        require(p.place == "fuzz" && !p.reason.empty() && is_utf8(p.message()));
        require(p.message().find('\n') == std::string::npos);
        require(p.row > 0 || p.reason == "no list of criteria" || text.size() > (std::size_t{1} << 20));
        return std::nullopt;
    }
}

inline int ranking_file(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = text_of(data, size);
    const auto read = parse_ranking_if_good(text);
    if (!read) return 0;
    require(parse_ranking_if_good(std::string(text) + "\r\n# the end") == read);
    const std::string again = toml_text(*read);
    if (again.size() <= (std::size_t{1} << 20)) require(parse_ranking_if_good(again) == read);
    return 0;
}

}  // namespace allomatch::fuzz
