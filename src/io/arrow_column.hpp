// SPDX-License-Identifier: Apache-2.0
// Cells of one Arrow column as text.
#pragma once

#include <allomatch/io/arrow.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace allomatch::io {

enum class arrow_kind : std::uint8_t {
    missing, boolean, int8, uint8, int16, uint16, int32, uint32, int64, uint64,
    float16, float32, float64, utf8, large_utf8, utf8_view, days, ticks,
};

/// The accepted types.
struct arrow_type {
    arrow_kind kind;
    std::int64_t ticks_per_day = 1;  ///< for days and ticks
};

/// Nothing when the format is not accepted.
[[nodiscard]] std::optional<arrow_type> parse_arrow_format(std::string_view format);

class arrow_column {
public:
    /// Returns nothing when the type is not accepted.
    [[nodiscard]] static std::optional<arrow_column> of(const ArrowSchema& field);

    /// Reads from `array` from now on, which must stay. Returns what is wrong with it, null when it fits
    /// the type and has at least `rows` rows.
    [[nodiscard]] const char* bind(const ArrowArray* array, std::int64_t rows);

    /// The text at `row`, valid until the next call. Sets `fault` when the row is broken.
    [[nodiscard]] std::string_view text(std::int64_t row, const char*& fault);

private:
    explicit arrow_column(arrow_type type) : type_(type) {}
    [[nodiscard]] std::string_view value(std::int64_t at, const char*& fault);
    template <class Offset>
    [[nodiscard]] std::string_view sliced(std::int64_t at, const char*& fault) const;
    [[nodiscard]] std::string_view viewed(std::int64_t at, const char*& fault) const;
    [[nodiscard]] std::int64_t integer(std::int64_t at) const;
    [[nodiscard]] double real(std::int64_t at) const;
    template <class Number>
    [[nodiscard]] std::string_view number(Number value);
    [[nodiscard]] std::string_view rounded(double value);
    [[nodiscard]] std::string_view date(std::int64_t day);

    arrow_type type_;
    std::unique_ptr<arrow_column> dictionary_;
    const ArrowArray* array_ = nullptr;
    std::array<char, 48> scratch_{};
};

}  // namespace allomatch::io
