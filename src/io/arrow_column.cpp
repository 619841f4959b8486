// SPDX-License-Identifier: Apache-2.0
#include "arrow_column.hpp"

#include "byte_scan.hpp"

#include <allomatch/core/utf8.hpp>

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

namespace allomatch::io {
namespace {

constexpr const char* outside = "a text offset points outside of its buffer";

template <class T>
T element(const void* buffer, std::int64_t at) {
    T value;
    std::memcpy(&value, static_cast<const char*>(buffer) + static_cast<std::size_t>(at) * sizeof(T),
                sizeof(T));
    return value;
}

bool bit(const void* buffer, std::int64_t at) {
    return ((element<std::uint8_t>(buffer, at / 8) >> (at % 8)) & 1) != 0;
}

double half_value(std::uint16_t bits) {
    const int exponent = (bits >> 10) & 31;
    const int fraction = bits & 1023;
    double value = 0;
    if (exponent == 31) {
        value = fraction == 0 ? std::numeric_limits<double>::infinity()
                              : std::numeric_limits<double>::quiet_NaN();
    } else if (exponent == 0) {
        value = std::ldexp(fraction, -24);
    } else {
        value = std::ldexp(fraction + 1024, exponent - 25);
    }
    return (bits & 0x8000) != 0 ? -value : value;
}

bool is_integer(arrow_kind kind) { return kind >= arrow_kind::int8 && kind <= arrow_kind::uint64; }

std::int64_t buffers_wanted(arrow_kind kind) {
    switch (kind) {
        case arrow_kind::missing: return 0;
        case arrow_kind::utf8:
        case arrow_kind::large_utf8:
        case arrow_kind::utf8_view: return 3;
        default: return 2;
    }
}

}  // namespace

std::optional<arrow_type> parse_arrow_format(std::string_view format) {
    constexpr std::int64_t seconds = 86'400;
    if (format == "vu") return arrow_type{arrow_kind::utf8_view};
    if (format == "tdD") return arrow_type{arrow_kind::days};
    if (format == "tdm") return arrow_type{arrow_kind::ticks, seconds * 1000};
    if (format.starts_with("tss:")) return arrow_type{arrow_kind::ticks, seconds};
    if (format.starts_with("tsm:")) return arrow_type{arrow_kind::ticks, seconds * 1000};
    if (format.starts_with("tsu:")) return arrow_type{arrow_kind::ticks, seconds * 1'000'000};
    if (format.starts_with("tsn:")) return arrow_type{arrow_kind::ticks, seconds * 1'000'000'000};
    constexpr std::string_view letters = "nbcCsSiIlLefguU";
    const std::size_t which = format.size() == 1 ? letters.find(format.front()) : std::string_view::npos;
    if (which == std::string_view::npos) return std::nullopt;
    return arrow_type{static_cast<arrow_kind>(which)};
}

std::optional<arrow_column> arrow_column::of(const ArrowSchema& field) {
    const auto type = parse_arrow_format(field.format != nullptr ? field.format : "");
    if (!type) return std::nullopt;
    arrow_column out(*type);
    if (field.dictionary != nullptr) {
        if (!is_integer(type->kind) || field.dictionary->dictionary != nullptr) return std::nullopt;
        std::optional<arrow_column> values = of(*field.dictionary);
        if (!values) return std::nullopt;
        out.dictionary_ = std::make_unique<arrow_column>(std::move(*values));
    }
    return out;
}

const char* arrow_column::bind(const ArrowArray* array, std::int64_t rows) {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / 32;
    array_ = nullptr;
    if (array == nullptr) return "an array is missing";
    if (array->length < rows) return "an array is shorter than its batch";
    if (array->offset < 0 || array->offset > most || array->length > most) {
        return "an array has an offset or length out of range";
    }
    const std::int64_t wanted = buffers_wanted(type_.kind);
    if (array->n_buffers < wanted || (array->n_buffers > 0 && array->buffers == nullptr)) {
        return "an array has too few buffers";
    }
    if (wanted > 1 && array->length > 0 && array->buffers[1] == nullptr) {
        return "an array has no buffer of values";
    }
    if (dictionary_) {
        if (array->dictionary == nullptr) return "an array has no dictionary";
        if (array->dictionary->length < 0) return "a dictionary has a negative length";
        if (const char* problem = dictionary_->bind(array->dictionary, 0)) return problem;
    }
    array_ = array;
    return nullptr;
}

std::string_view arrow_column::text(std::int64_t row, const char*& fault) {
    if (type_.kind == arrow_kind::missing) return {};
    const std::int64_t at = array_->offset + row;
    if (array_->buffers[0] != nullptr && !bit(array_->buffers[0], at)) return {};
    if (!dictionary_) return value(at, fault);
    const std::int64_t entry = integer(at);
    if (entry < 0 || entry >= dictionary_->array_->length) {
        fault = "a dictionary index points outside of the dictionary";
        return {};
    }
    return dictionary_->text(entry, fault);
}

std::string_view arrow_column::value(std::int64_t at, const char*& fault) {
    std::string_view out;
    switch (type_.kind) {
        case arrow_kind::missing: return {};
        case arrow_kind::boolean: return bit(array_->buffers[1], at) ? "true" : "false";
        case arrow_kind::uint64: return number(element<std::uint64_t>(array_->buffers[1], at));
        case arrow_kind::float32: {
            const auto single = element<float>(array_->buffers[1], at);
            return std::trunc(single) == single ? rounded(single) : number(single);
        }
        case arrow_kind::float16:
        case arrow_kind::float64: return rounded(real(at));
        case arrow_kind::days: return date(element<std::int32_t>(array_->buffers[1], at));
        case arrow_kind::ticks: {
            const auto ticks = element<std::int64_t>(array_->buffers[1], at);
            const std::int64_t day = ticks / type_.ticks_per_day;
            return date(ticks % type_.ticks_per_day < 0 ? day - 1 : day);
        }
        case arrow_kind::utf8: out = sliced<std::int32_t>(at, fault); break;
        case arrow_kind::large_utf8: out = sliced<std::int64_t>(at, fault); break;
        case arrow_kind::utf8_view: out = viewed(at, fault); break;
        default: return number(integer(at));
    }
    const byte_kinds kinds = kinds_of(out);
    if (kinds.zero) fault = "a text holds a NUL byte";
    if (kinds.non_ascii && !is_utf8(out)) fault = "a text is not valid UTF-8";
    return out;
}

template <class Offset>
std::string_view arrow_column::sliced(std::int64_t at, const char*& fault) const {
    const auto from = element<Offset>(array_->buffers[1], at);
    const auto to = element<Offset>(array_->buffers[1], at + 1);
    if (from == to) return {};
    if (from < 0 || to < from || array_->buffers[2] == nullptr) {
        fault = outside;
        return {};
    }
    return {static_cast<const char*>(array_->buffers[2]) + from, static_cast<std::size_t>(to - from)};
}

// 16 bytes: the length, then up to 12 bytes of text, or 4 bytes of it, a buffer number and an offset.
std::string_view arrow_column::viewed(std::int64_t at, const char*& fault) const {
    const char* const view = static_cast<const char*>(array_->buffers[1]) + at * 16;
    const auto length = element<std::int32_t>(view, 0);
    if (length >= 0 && length <= 12) return {view + 4, static_cast<std::size_t>(length)};
    const auto buffer = element<std::int32_t>(view, 2);
    const auto offset = element<std::int32_t>(view, 3);
    const std::int64_t buffers = array_->n_buffers - 3;
    if (length >= 0 && offset >= 0 && buffer >= 0 && buffer < buffers) {
        const void* const sizes = array_->buffers[array_->n_buffers - 1];
        const void* const data = array_->buffers[2 + buffer];
        if (sizes != nullptr && data != nullptr &&
            std::int64_t{offset} + length <= element<std::int64_t>(sizes, buffer)) {
            return {static_cast<const char*>(data) + offset, static_cast<std::size_t>(length)};
        }
    }
    fault = outside;
    return {};
}

// uint64 values beyond the signed range come out negative.
std::int64_t arrow_column::integer(std::int64_t at) const {
    const void* const values = array_->buffers[1];
    switch (type_.kind) {
        case arrow_kind::int8: return element<std::int8_t>(values, at);
        case arrow_kind::uint8: return element<std::uint8_t>(values, at);
        case arrow_kind::int16: return element<std::int16_t>(values, at);
        case arrow_kind::uint16: return element<std::uint16_t>(values, at);
        case arrow_kind::int32: return element<std::int32_t>(values, at);
        case arrow_kind::uint32: return element<std::uint32_t>(values, at);
        default: return element<std::int64_t>(values, at);
    }
}

double arrow_column::real(std::int64_t at) const {
    if (type_.kind == arrow_kind::float16) {
        return half_value(element<std::uint16_t>(array_->buffers[1], at));
    }
    return element<double>(array_->buffers[1], at);
}

template <class Number>
std::string_view arrow_column::number(Number value) {
    if constexpr (std::is_floating_point_v<Number>) {
        if (std::isnan(value)) return {};
    }
    char* const begin = scratch_.data();
    const auto end = std::to_chars(begin, begin + scratch_.size(), value).ptr;
    return {begin, static_cast<std::size_t>(end - begin)};
}

std::string_view arrow_column::rounded(double value) {
    constexpr double exact = 9'007'199'254'740'992.0;  // 2^53
    if (std::trunc(value) == value && std::abs(value) <= exact) {
        return number(static_cast<std::int64_t>(value));
    }
    return number(value);
}

// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
std::string_view arrow_column::date(std::int64_t day) {
    const std::int64_t shifted = day + 719'468;
    const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146'096) / 146'097;
    const std::int64_t of_era = shifted - era * 146'097;
    const std::int64_t year_of_era =
        (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
    const std::int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const std::int64_t shifted_month = (5 * of_year + 2) / 153;
    const std::int64_t of_month = of_year - (153 * shifted_month + 2) / 5 + 1;
    const std::int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    const std::int64_t year = year_of_era + era * 400 + (month <= 2 ? 1 : 0);

    char* out = scratch_.data();
    if (year < 0) *out++ = '-';
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), std::abs(year)).ptr;
    const auto count = static_cast<std::size_t>(end - digits.data());
    for (std::size_t i = count; i < 4; ++i) *out++ = '0';
    std::memcpy(out, digits.data(), count);
    out += count;
    for (const std::int64_t part : {month, of_month}) {
        *out++ = '-';
        *out++ = static_cast<char>('0' + part / 10);
        *out++ = static_cast<char>('0' + part % 10);
    }
    return {scratch_.data(), static_cast<std::size_t>(out - scratch_.data())};
}

}  // namespace allomatch::io
