// SPDX-License-Identifier: Apache-2.0
/// \file
/// Donor and patient fields: what each is called, what it may hold, and columns of them.
#pragma once

#include <allomatch/core/error.hpp>
#include <allomatch/core/stored_array.hpp>
#include <allomatch/registry/packed_column.hpp>
#include <allomatch/registry/text_table.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace allomatch {

/// Days since 1970-01-01.
using day_number = std::int32_t;
inline constexpr day_number no_day = std::numeric_limits<day_number>::min();

/// Reads `YYYY-MM-DD`; nothing for any other text or a day that does not exist.
[[nodiscard]] std::optional<day_number> read_date(std::string_view text) noexcept;
[[nodiscard]] std::string date_text(day_number day);
/// Whole years from `birth` to `on`, as birthdays count (29 February: on 1 March in common years).
[[nodiscard]] int age_in_years(day_number birth, day_number on) noexcept;
/// Today in UTC.
[[nodiscard]] day_number today() noexcept;

/// The shortest text that reads back as the same number.
[[nodiscard]] std::string number_text(float value);

/// What the values of a field are.
enum class field_kind : std::uint8_t {
    text,      ///< any text, kept in a dictionary
    category,  ///< one of a fixed list of words
    date,      ///< YYYY-MM-DD
    number,    ///< a decimal number, not negative
    count,     ///< a whole number from 0
};

/// One field of formats.md, section "Donors".
struct field_definition {
    std::string_view name;
    field_kind kind;
    std::span<const std::string_view> aliases;  ///< other column names
    std::span<const std::string_view> words;    ///< categories in their canonical spelling
    std::span<const std::string_view> synonyms; ///< "word=canonical"
};

/// All fields with a meaning of their own, in the order of formats.md.
[[nodiscard]] std::span<const field_definition> known_fields() noexcept;
/// By name or alias, without case; null for a column that is only carried along.
[[nodiscard]] const field_definition* find_field(std::string_view column) noexcept;

/// One field of all donors. A missing value is possible everywhere.
class field_column {
public:
    field_column(std::string name, field_kind kind, const field_definition* definition = nullptr);

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    [[nodiscard]] field_kind kind() const noexcept { return kind_; }
    [[nodiscard]] std::size_t size() const noexcept { return days_.size() + numbers_.size() + codes_.size(); }

    /// Checks a cell without adding it. An empty (or blank) cell is a missing value.
    [[nodiscard]] std::optional<problem> check(std::string_view cell) const;
    /// Adds a cell that `check` accepted.
    void push_back(std::string_view cell);
    /// Adds `n` missing values.
    void push_missing(std::size_t n = 1);

    [[nodiscard]] bool is_missing(std::size_t row) const noexcept;
    /// Date as day number; `no_day` when missing. Only for kind date.
    [[nodiscard]] day_number day(std::size_t row) const noexcept { return days_[row]; }
    /// NaN when missing. Only for kinds number and count.
    [[nodiscard]] float value(std::size_t row) const noexcept { return numbers_[row]; }
    /// Code of a text or category, 0 when missing; `word` gives the text of a code.
    [[nodiscard]] std::uint32_t code(std::size_t row) const noexcept { return codes_[row]; }
    [[nodiscard]] std::string_view word(std::uint32_t code) const noexcept { return words_[code]; }
    [[nodiscard]] std::uint32_t word_count() const noexcept { return static_cast<std::uint32_t>(words_.size()); }
    [[nodiscard]] const text_dictionary& words() const noexcept { return words_; }
    /// The code of a text, if it occurs.
    [[nodiscard]] std::optional<std::uint32_t> find_word(std::string_view text) const;

    /// The value as it is written to files; empty when missing.
    [[nodiscard]] std::string text(std::size_t row) const;
    /// Bytes of the values, one a donor.
    [[nodiscard]] std::size_t memory() const noexcept;
    /// Bytes of the distinct words.
    [[nodiscard]] std::size_t word_memory() const noexcept { return words_.memory(); }
    void shrink_to_fit();

    /// Calls `visit(name, array)` for everything it is made of.
    template <class Self, class Visit>
    static void each_array(Self& self, Visit&& visit) {
        switch (self.kind_) {
            case field_kind::date: return visit("days", self.days_);
            case field_kind::number:
            case field_kind::count: return visit("numbers", self.numbers_);
            case field_kind::text:
            case field_kind::category: break;
        }
        visit("codes", self.codes_);
        text_dictionary::each_array(self.words_, visit);
    }

private:
    friend class registry_merge;
    [[nodiscard]] std::optional<std::uint32_t> category_code(std::string_view cell) const;

    std::string name_;
    field_kind kind_;
    const field_definition* definition_;
    stored_array<day_number> days_;
    stored_array<float> numbers_;
    packed_column codes_;
    text_dictionary words_{""};
};

/// Whole years of a donor on a day; nothing where the birth date is missing or lies behind that day.
[[nodiscard]] std::optional<int> age_of(const field_column& birth_date, std::size_t donor, day_number on) noexcept;

}  // namespace allomatch
