// SPDX-License-Identifier: Apache-2.0
#include <allomatch/core/text.hpp>
#include <allomatch/registry/field.hpp>

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

namespace allomatch {

namespace {

using sv = std::string_view;
constexpr std::array<sv, 2> population_aliases{"HF_SET", "ethn"};
constexpr std::array<sv, 1> type_aliases{"DONOR_TYPE"};
constexpr std::array<sv, 2> types{"adult", "cord"};
constexpr std::array<sv, 2> type_synonyms{"D=adult", "C=cord"};
constexpr std::array<sv, 2> sexes{"F", "M"};
constexpr std::array<sv, 4> abo_groups{"A", "B", "AB", "O"};
constexpr std::array<sv, 2> rh_factors{"+", "-"};
constexpr std::array<sv, 2> rh_synonyms{"P=+", "N=-"};
constexpr std::array<sv, 9> cmv_codes{"N", "G", "M", "B", "P", "H", "O", "neg", "pos"};
constexpr std::array<sv, 5> statuses{"AV", "TU", "OP", "RS", "DE"};

constexpr std::array<field_definition, 21> all_fields{{
    {"type", field_kind::category, type_aliases, types, type_synonyms},
    {"population", field_kind::text, population_aliases, {}, {}},
    {"birth_date", field_kind::date, {}, {}, {}},
    {"sex", field_kind::category, {}, sexes, {}},
    {"abo", field_kind::category, {}, abo_groups, {}},
    {"rh", field_kind::category, {}, rh_factors, rh_synonyms},
    {"weight_kg", field_kind::number, {}, {}, {}},
    {"pregnancies", field_kind::count, {}, {}, {}},
    {"cmv", field_kind::category, {}, cmv_codes, {}},
    {"status", field_kind::category, {}, statuses, {}},
    {"status_until", field_kind::date, {}, {}, {}},
    {"reserved_for", field_kind::text, {}, {}, {}},
    {"reserved_until", field_kind::date, {}, {}, {}},
    {"branch", field_kind::text, {}, {}, {}},
    {"registered", field_kind::date, {}, {}, {}},
    {"last_contact", field_kind::date, {}, {}, {}},
    {"donations", field_kind::count, {}, {}, {}},
    {"abroad_donations", field_kind::count, {}, {}, {}},
    {"tnc", field_kind::number, {}, {}, {}},
    {"cd34", field_kind::number, {}, {}, {}},
    {"volume_ml", field_kind::number, {}, {}, {}},
}};

std::optional<float> read_number(std::string_view text) {
    float value = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
    if (!std::isfinite(value) || value < 0) return std::nullopt;
    return value + 0.0F;  // -0 is 0
}

}  // namespace

std::span<const field_definition> known_fields() noexcept { return all_fields; }

const field_definition* find_field(std::string_view column) noexcept {
    for (const field_definition& f : all_fields) {
        if (same_ignoring_case(f.name, column)) return &f;
        for (const std::string_view alias : f.aliases)
            if (same_ignoring_case(alias, column)) return &f;
    }
    return nullptr;
}

std::optional<day_number> read_date(std::string_view text) noexcept {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    const auto y = number(text.substr(0, 4));
    const auto m = number(text.substr(5, 2));
    const auto d = number(text.substr(8, 2));
    if (!y || !m || !d) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(*y)), std::chrono::month(*m),
                                           std::chrono::day(*d)};
    if (!date.ok()) return std::nullopt;
    return static_cast<day_number>(std::chrono::sys_days(date).time_since_epoch().count());
}

std::string date_text(day_number day) {
    const std::chrono::year_month_day date{std::chrono::sys_days(std::chrono::days(day))};
    const auto two = [](unsigned n) { return (n < 10 ? "0" : "") + std::to_string(n); };
    std::string year = std::to_string(static_cast<int>(date.year()));
    year.insert(0, year.size() < 4 ? 4 - year.size() : 0, '0');
    return year + '-' + two(static_cast<unsigned>(date.month())) + '-' + two(static_cast<unsigned>(date.day()));
}

int age_in_years(day_number birth, day_number on) noexcept {
    const std::chrono::year_month_day b{std::chrono::sys_days(std::chrono::days(birth))};
    const std::chrono::year_month_day o{std::chrono::sys_days(std::chrono::days(on))};
    int age = static_cast<int>(o.year()) - static_cast<int>(b.year());
    if (o.month() < b.month() || (o.month() == b.month() && o.day() < b.day())) --age;
    return age;
}

day_number today() noexcept {
    const auto now = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
    return static_cast<day_number>(now.time_since_epoch().count());
}

std::string number_text(float value) {
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
    return {buffer.data(), end};
}

field_column::field_column(std::string name, field_kind kind, const field_definition* definition)
    : name_(std::move(name)), kind_(kind), definition_(definition) {
    if (kind_ != field_kind::category || definition_ == nullptr) return;
    for (const std::string_view word : definition_->words) words_.push_back(word);
}

std::optional<std::uint32_t> field_column::category_code(std::string_view cell) const {
    for (const std::string_view synonym : definition_->synonyms) {
        const std::size_t equals = synonym.find('=');
        if (synonym.substr(0, equals) == cell) cell = synonym.substr(equals + 1);
    }
    for (std::uint32_t i = 0; i < definition_->words.size(); ++i)
        if (definition_->words[i] == cell) return i + 1;
    return std::nullopt;
}

std::optional<problem> field_column::check(std::string_view cell) const {
    cell = trim(cell);
    if (cell.empty()) return std::nullopt;
    std::string expected;
    switch (kind_) {
        case field_kind::text:
            if (words_.has_room_for(cell)) return std::nullopt;
            expected = "the registry is full: 4 GiB of words in this field";
            break;
        case field_kind::category:
            if (category_code(cell)) return std::nullopt;
            for (const std::string_view word : definition_->words)
                expected += (expected.empty() ? "expected one of " : ", ") + std::string(word);
            break;
        case field_kind::date:
            if (read_date(cell)) return std::nullopt;
            expected = "not a date YYYY-MM-DD";
            break;
        case field_kind::number:
            if (read_number(cell)) return std::nullopt;
            expected = "not a number from 0";
            break;
        case field_kind::count:
            if (const auto n = read_number(cell); n && *n == std::floor(*n) && *n < 1e6F) return std::nullopt;
            expected = "not a whole number from 0";
            break;
    }
    problem p;
    p.column = name_;
    p.text = shown(cell);
    p.reason = std::move(expected);
    if (kind_ == field_kind::category)
        for (const std::string_view word : definition_->words)
            if (same_ignoring_case(word, cell)) p.suggestion = word;
    return p;
}

void field_column::push_back(std::string_view cell) {
    cell = trim(cell);
    if (cell.empty()) return push_missing();
    switch (kind_) {
        case field_kind::text: {
            const auto known = words_.find(cell);
            codes_.push_back(known.value_or(word_count()));
            if (!known) words_.push_back(cell);
            break;
        }
        case field_kind::category: codes_.push_back(category_code(cell).value_or(0)); break;
        case field_kind::date: days_.push_back(read_date(cell).value_or(no_day)); break;
        case field_kind::number:
        case field_kind::count:
            numbers_.push_back(read_number(cell).value_or(std::numeric_limits<float>::quiet_NaN()));
            break;
    }
}

void field_column::push_missing(std::size_t n) {
    for (; n > 0; --n) {
        if (kind_ == field_kind::date)
            days_.push_back(no_day);
        else if (kind_ == field_kind::number || kind_ == field_kind::count)
            numbers_.push_back(std::numeric_limits<float>::quiet_NaN());
        else
            codes_.push_back(0);
    }
}

bool field_column::is_missing(std::size_t row) const noexcept {
    switch (kind_) {
        case field_kind::date: return days_[row] == no_day;
        case field_kind::number:
        case field_kind::count: return std::isnan(numbers_[row]);
        default: return codes_[row] == 0;
    }
}

std::optional<std::uint32_t> field_column::find_word(std::string_view text) const {
    if (kind_ == field_kind::category) return category_code(text);
    if (text.empty()) return std::nullopt;
    return words_.find(text);
}

std::string field_column::text(std::size_t row) const {
    if (is_missing(row)) return {};
    switch (kind_) {
        case field_kind::date: return date_text(days_[row]);
        case field_kind::number:
        case field_kind::count: return number_text(numbers_[row]);
        default: return std::string(words_[codes_[row]]);
    }
}

std::size_t field_column::memory() const noexcept {
    return days_.memory() + numbers_.memory() + codes_.memory();
}

void field_column::shrink_to_fit() {
    days_.shrink_to_fit();
    numbers_.shrink_to_fit();
    codes_.shrink_to_fit();
    words_.shrink_to_fit();
}

std::optional<int> age_of(const field_column& birth_date, std::size_t donor, day_number on) noexcept {
    if (birth_date.is_missing(donor) || birth_date.day(donor) > on) return std::nullopt;
    return age_in_years(birth_date.day(donor), on);
}

}  // namespace allomatch
