// SPDX-License-Identifier: Apache-2.0
#include "position_reader.hpp"

#include <array>

namespace allomatch {

namespace {

constexpr std::size_t longest_repaired = 200;

/// Full-width forms of ASCII, as Chinese input methods write them, as plain ASCII.
std::string half_width(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto at = [&](std::size_t k) { return static_cast<unsigned char>(text[i + k]); };
        if (i + 2 < text.size() && at(0) == 0xEF && (at(1) == 0xBC || at(1) == 0xBD)) {
            out += static_cast<char>((at(1) == 0xBC ? 0x20 : 0x60) + (at(2) - 0x80));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

std::string replaced(std::string text, std::string_view from, char to) {
    for (char& c : text)
        if (from.find(c) != std::string_view::npos) c = to;
    return text;
}

/// Letters that look like digits, behind the locus.
std::string digits_for_letters(std::string text) {
    const std::size_t star = text.find('*');
    for (std::size_t i = star == std::string::npos ? 0 : star + 1; i < text.size(); ++i) {
        if (text[i] == 'l' || text[i] == 'I') text[i] = '1';
        if (text[i] == 'O' || text[i] == 'o') text[i] = '0';
    }
    return text;
}

std::string upper_case(std::string text) {
    for (char& c : text) c = upper(c);
    return text;
}

std::string without_spaces(std::string text) {
    std::erase_if(text, is_space);
    return text;
}

std::string without_stars_at_end(std::string text) {
    while (!text.empty() && (text.back() == '*' || text.back() == '?')) text.pop_back();
    return text;
}

/// Every field with two digits: `2:1` -> `02:01`, `002:01` -> `02:01`.
std::string padded_fields(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t digits = leading(std::string_view(text).substr(i), is_digit);
        if (digits == 0) {
            out += text[i++];
            continue;
        }
        std::string field = text.substr(i, digits);
        while (field.size() > 2 && field[0] == '0') field.erase(0, 1);
        if (field.size() == 1) field.insert(0, 1, '0');
        out += field;
        i += digits;
    }
    return out;
}

/// The star that is missing behind a locus: `A02:01` -> `A*02:01`.
std::string with_star(const std::string& text) {
    for (const std::string_view gene : gene_names)
        if (text.starts_with(gene) && text.size() > gene.size() && is_digit(text[gene.size()]) &&
            text.find(':') != std::string::npos)
            return std::string(gene) + '*' + text.substr(gene.size());
    return {};
}

/// The first repair of `text` that can be read.
std::string find_suggestion(const typing_context& context, std::string_view text) {
    if (text.size() > longest_repaired) return {};
    const std::string plain = half_width(text);
    const std::string tight = without_spaces(plain);
    const std::array<std::string, 15> repairs{
        plain,
        with_star(tight),
        without_stars_at_end(tight),
        upper_case(tight),
        digits_for_letters(tight),
        digits_for_letters(upper_case(tight)),
        replaced(tight, ";.-_", ':'),
        replaced(tight, "-", '*'),
        tight,
        replaced(plain, " ,;", '/'),
        replaced(tight, ",;", '/'),
        padded_fields(tight),
        padded_fields(upper_case(replaced(tight, ";.-_", ':'))),
        padded_fields(replaced(replaced(tight, ";.", ':'), "-_", '*')),
        replaced(tight, "\\", '/'),
    };
    for (const std::string& repair : repairs) {
        if (repair.empty() || repair == text) continue;
        position_reader reader(context);
        if (reader.read(repair)) return repair;
    }
    return {};
}

}  // namespace

result<reading> read_position(const typing_context& context, std::string_view text) {
    text = trim(text);
    if (text.empty()) return reading{};
    position_reader reader(context);
    if (reader.read(text)) return reader.take();
    problem p;
    p.text = shown(text);
    p.reason = reader.reason();
    p.suggestion = reader.suggestion();
    position_reader again(context);
    if (p.suggestion.empty() || !again.read(p.suggestion)) p.suggestion = find_suggestion(context, text);
    return p;
}

}  // namespace allomatch
