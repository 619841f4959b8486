// SPDX-License-Identifier: Apache-2.0
#include "filter_field.hpp"

#include <allomatch/core/text.hpp>
#include <allomatch/search/match_probabilities.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>

namespace allomatch {

namespace {

template <class T>
bool compare_values(relation_sign sign, const T& a, const T& b) {
    switch (sign) {
        case relation_sign::equal: return a == b;
        case relation_sign::unequal: return a != b;
        case relation_sign::less: return a < b;
        case relation_sign::less_equal: return a <= b;
        case relation_sign::greater: return a > b;
        case relation_sign::greater_equal: return a >= b;
    }
    return false;
}

/// Fields are named without case.
std::optional<locus> locus_of_column(std::string_view name) {
    for (std::size_t l = 0; l < locus_count; ++l)
        if (same_ignoring_case(locus_names[l], name)) return static_cast<locus>(l);
    return std::nullopt;
}

/// `p0`, `A_p0` or `dpb1_p_match`, whether or not there are such probabilities.
bool looks_like_probability(std::string_view name) {
    if (tce_answer_of_column(name)) return true;
    const std::size_t bar = name.rfind('_');
    const std::string_view last = bar == std::string_view::npos ? name : name.substr(bar + 1);
    if (bar != std::string_view::npos && !locus_of_column(name.substr(0, bar))) return false;
    return last.size() > 1 && (last[0] == 'p' || last[0] == 'P') && all_of(last.substr(1), is_digit);
}

struct probability_column {
    std::string name;
    std::size_t at;  ///< in a row, see `match_probabilities::row`
};

std::optional<probability_column> find_probability(std::string_view name, std::span<const locus> predicted) {
    if (predicted.empty() || !looks_like_probability(name)) return std::nullopt;
    if (const auto answer = tce_answer_of_column(name))
        return probability_column{tce_column(*answer), match_probabilities::place_of(*answer, predicted.size())};
    const std::size_t totals = 2 * predicted.size() + 1;
    const std::size_t bar = name.rfind('_');
    const std::string_view digits = name.substr(bar == std::string_view::npos ? 1 : bar + 2);
    std::size_t k = totals;
    std::from_chars(digits.data(), digits.data() + digits.size(), k);
    const std::string count = "p" + std::to_string(k);
    if (bar == std::string_view::npos) return k < totals ? std::optional(probability_column{count, k}) : std::nullopt;
    const auto l = locus_of_column(name.substr(0, bar));
    const auto at = std::find(predicted.begin(), predicted.end(), *l);
    if (at == predicted.end() || k > 2) return std::nullopt;
    return probability_column{std::string(allomatch::name(*l)) + "_" + count,
                              totals + 3 * static_cast<std::size_t>(at - predicted.begin()) + k};
}

std::string shortest_text(double value) {
    std::array<char, 32> buffer{};
    return {buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr};
}

filter_test compare_column(const filter_tokens& tokens, const field_column& column, relation_sign sign,
                           const filter_token& v) {
    switch (column.kind()) {
        case field_kind::date: {
            const auto day = read_date(v.text);
            if (!day) tokens.fail(column.name() + " is compared with a date 'YYYY-MM-DD'");
            return [&column, sign, day = *day](const filter_subject& s) {
                return column.is_missing(s.donor) ? truth::unknown : sure(compare_values(sign, column.day(s.donor), day));
            };
        }
        case field_kind::number:
        case field_kind::count:
            if (v.what != filter_token::kind::number) tokens.fail(column.name() + " is compared with a number");
            return [&column, sign, value = static_cast<float>(v.value)](const filter_subject& s) {
                return column.is_missing(s.donor) ? truth::unknown
                                                  : sure(compare_values(sign, column.value(s.donor), value));
            };
        case field_kind::category: {
            if (sign != relation_sign::equal && sign != relation_sign::unequal)
                tokens.fail(column.name() + " can be equal or not, not smaller or larger");
            const auto code = column.find_word(v.text);
            if (!code) {
                problem p = column.check(v.text).value_or(problem{});
                tokens.fail("'" + shown(v.text) + "' is no value of " + column.name() + ": " + p.reason, p.suggestion);
            }
            return [&column, sign, code = *code](const filter_subject& s) {
                return column.is_missing(s.donor) ? truth::unknown : sure(compare_values(sign, column.code(s.donor), code));
            };
        }
        case field_kind::text: break;
    }
    if (sign == relation_sign::equal || sign == relation_sign::unequal) {
        return [&column, sign, code = column.find_word(v.text)](const filter_subject& s) {
            if (column.is_missing(s.donor)) return truth::unknown;
            return sure((code && column.code(s.donor) == *code) == (sign == relation_sign::equal));
        };
    }
    // Columns that are only carried along hold texts; against a number they compare as numbers.
    return [&column, sign, v](const filter_subject& s) {
        if (column.is_missing(s.donor)) return truth::unknown;
        const std::string_view word = column.word(column.code(s.donor));
        if (v.what == filter_token::kind::text) return sure(compare_values<std::string_view>(sign, word, v.text));
        double value = 0;
        const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), value);
        if (code != std::errc() || end != word.data() + word.size()) return truth::unknown;
        return sure(compare_values(sign, value, v.value));
    };
}

filter_field id_field(const registry& donors) {
    filter_field f;
    f.name = "id";
    f.missing = [](const filter_subject&) { return false; };
    f.text = [&donors](const filter_subject& s) { return std::string(donors.id(s.donor)); };
    f.compare = [&donors](relation_sign sign, const filter_token& v) {
        return [&donors, sign, text = v.text](const filter_subject& s) {
            return sure(compare_values<std::string_view>(sign, donors.id(s.donor), text));
        };
    };
    return f;
}

filter_field age_field(const filter_tokens& tokens, const field_column& birth, day_number on) {
    filter_field f;
    f.name = "age";
    f.missing = [&birth, on](const filter_subject& s) { return !age_of(birth, s.donor, on); };
    f.text = [&birth, on](const filter_subject& s) { return std::to_string(age_of(birth, s.donor, on).value_or(0)); };
    f.compare = [&tokens, &birth, on](relation_sign sign, const filter_token& v) {
        if (v.what != filter_token::kind::number) tokens.fail("age is compared with a number of years");
        return [&birth, sign, on, years = v.value](const filter_subject& s) {
            const auto age = age_of(birth, s.donor, on);
            return age ? sure(compare_values<double>(sign, *age, years)) : truth::unknown;
        };
    };
    return f;
}

filter_field probability_field(const filter_tokens& tokens, probability_column column) {
    const std::size_t at = column.at;
    filter_field f;
    f.name = std::move(column.name);
    f.predicted = true;
    f.missing = [at](const filter_subject& s) { return std::isnan(s.row[at]); };
    f.text = [at](const filter_subject& s) { return shortest_text(s.row[at]); };
    f.compare = [&tokens, name = f.name, at](relation_sign sign, const filter_token& v) {
        if (v.what != filter_token::kind::number) tokens.fail(name + " is compared with a number from 0 to 1");
        return [sign, at, value = v.value](const filter_subject& s) {
            if (std::isnan(s.row[at])) return truth::unknown;
            return sure(compare_values(sign, s.row[at], value));
        };
    };
    return f;
}

filter_field donor_field(const filter_tokens& tokens, const field_column& column) {
    filter_field f;
    f.name = column.name();
    f.missing = [&column](const filter_subject& s) { return column.is_missing(s.donor); };
    f.text = [&column](const filter_subject& s) { return column.text(s.donor); };
    f.compare = [&tokens, &column](relation_sign sign, const filter_token& v) {
        return compare_column(tokens, column, sign, v);
    };
    return f;
}

}  // namespace

filter_field find_filter_field(const filter_tokens& tokens, const registry& donors, day_number on,
                               std::span<const locus> predicted) {
    const std::string& name = tokens.now().text;
    if (same_ignoring_case(name, "id")) return id_field(donors);
    if (same_ignoring_case(name, "age")) {
        const field_column* birth = donors.field("birth_date");
        if (birth == nullptr) tokens.fail("age needs birth_date, which the donors do not have");
        return age_field(tokens, *birth, on);
    }
    // Before a column of that name, which a donor file made of search results may have.
    if (auto column = find_probability(name, predicted)) return probability_field(tokens, std::move(*column));
    const field_definition* definition = find_field(name);
    const field_column* column = donors.field(definition != nullptr ? definition->name : std::string_view(name));
    if (column != nullptr) return donor_field(tokens, *column);
    if (predicted.empty() && looks_like_probability(name)) tokens.fail(shown(name) + " needs haplotype frequencies");
    std::string known = "id";
    if (donors.field("birth_date") != nullptr) known += ", age";
    for (const field_column& f : donors.fields()) known += ", " + f.name();
    if (!predicted.empty()) known += ", p0, p1 .., " + std::string(allomatch::name(predicted[0])) + "_p0 .., " + tce_column(tce_answer::match) + " ..";
    tokens.fail("the donors have no field " + shown(name) + "; they have " + known);
}

}  // namespace allomatch
