// SPDX-License-Identifier: Apache-2.0
#include <allomatch/nomenclature/allele.hpp>

namespace allomatch {

allele_name allele_name::from_key(std::uint64_t key) noexcept {
    allele_name name;
    const auto code = key & 7U;
    name.suffix = code == 0 ? char{0} : suffixes[code - 1];
    name.fields[3] = static_cast<std::uint16_t>(key >> 3 & 0xFFF);
    name.fields[2] = static_cast<std::uint16_t>(key >> 15 & 0xFFF);
    name.fields[1] = static_cast<std::uint16_t>(key >> 27 & 0x1FFF);
    name.fields[0] = static_cast<std::uint16_t>(key >> 40 & 0xFFF);
    while (name.count < 4 && name.fields[name.count] != 0) ++name.count;
    return name;
}

std::string allele_name::text() const {
    std::string out;
    for (std::size_t i = 0; i < count; ++i) {
        if (i != 0) out += ':';
        if (fields[i] < 10) out += '0';
        out += std::to_string(fields[i]);
    }
    if (suffix != 0) out += suffix;
    return out;
}

std::optional<allele_name> read_allele_fields(std::string_view text, std::string_view& tail) {
    allele_name name;
    while (name.count < 4) {
        const std::size_t digits = leading(text, is_digit);
        if (digits < 2 || (digits > 2 && text[0] == '0')) return std::nullopt;
        const auto value = number(text.substr(0, digits), allele_name::largest[name.count]);
        if (!value || *value == 0) return std::nullopt;
        name.fields[name.count++] = static_cast<std::uint16_t>(*value);
        text.remove_prefix(digits);
        if (text.empty() || text[0] != ':') break;
        text.remove_prefix(1);
        if (name.count == 4) return std::nullopt;
    }
    if (!all_of(text, is_letter)) return std::nullopt;
    tail = text;
    return name;
}

std::optional<allele_name> read_allele_name(std::string_view text) {
    std::string_view tail;
    auto name = read_allele_fields(text, tail);
    if (!name || tail.size() > 1) return std::nullopt;
    if (tail.empty()) return name;
    if (allele_name::suffixes.find(tail[0]) == std::string_view::npos) return std::nullopt;
    name->suffix = tail[0];
    return name;
}

std::optional<allele_name> read_old_digits(gene g, std::string_view text) {
    const std::size_t digits = leading(text, is_digit);
    const std::string_view tail = text.substr(digits);
    if (digits < 4 || digits > 8 || (digits % 2 == 1 && digits != 5) || tail.size() > 1) return std::nullopt;
    if (!tail.empty() && allele_name::suffixes.find(tail[0]) == std::string_view::npos) return std::nullopt;
    allele_name old;
    if (!tail.empty()) old.suffix = tail[0];
    for (std::size_t at = 0; at < digits; at += 2) {
        const auto field = number(text.substr(at, digits - at >= 2 ? 2 : 1));
        if (*field == 0) return std::nullopt;
        old.fields[old.count++] = static_cast<std::uint16_t>(*field);
    }
    const bool a92 = g == gene::A && old.fields[0] == 92;
    const bool b95 = g == gene::B && old.fields[0] == 95;
    if (a92 || b95) {
        old.fields[0] = a92 ? 2 : 15;
        old.fields[1] = static_cast<std::uint16_t>(old.fields[1] + 100);
    }
    return old;
}

void allele_set::normalise() {
    if (ranges_.size() < 2) return;
    std::sort(ranges_.begin(), ranges_.end(),
              [](const range& a, const range& b) { return a.begin < b.begin; });
    std::size_t last = 0;
    for (std::size_t i = 1; i < ranges_.size(); ++i) {
        if (ranges_[i].begin <= ranges_[last].end)
            ranges_[last].end = std::max(ranges_[last].end, ranges_[i].end);
        else
            ranges_[++last] = ranges_[i];
    }
    ranges_.resize(last + 1);
}

std::size_t allele_set::size() const noexcept {
    std::size_t n = 0;
    for (const range& r : ranges_) n += r.end - r.begin;
    return n;
}

}  // namespace allomatch
