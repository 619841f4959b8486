// SPDX-License-Identifier: Apache-2.0
#include <allomatch/core/text.hpp>
#include <allomatch/search/filter.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

namespace allomatch {

/// Unknown is the third truth value, as in SQL.
enum class truth : std::uint8_t { no, unknown, yes };

namespace {

/// Who is asked about.
struct subject {
    donor_index donor;
    std::span<const double> row;
};

}  // namespace

struct donor_filter::node {
    std::function<truth(const subject&)> ask;
};

namespace {

using test = std::function<truth(const subject&)>;

constexpr truth sure(bool b) { return b ? truth::yes : truth::no; }

enum class relation_sign : std::uint8_t { equal, unequal, less, less_equal, greater, greater_equal };

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

struct token {
    enum class kind : std::uint8_t { word, text, number, sign, end } what = kind::end;
    std::string text;
    double value = 0;
    std::size_t at = 0;
};

class reader {
public:
    reader(std::string_view text, const registry& donors, day_number on, std::span<const locus> predicted)
        : text_(text), donors_(donors), on_(on), predicted_(predicted) {
        advance();
    }
    [[nodiscard]] bool asks_probabilities() const { return asks_probabilities_; }

    test read_all() {
        test whole = read_or(0);
        if (now_.what != token::kind::end) fail("expected and, or, or the end");
        return whole;
    }

private:
    static constexpr int deepest = 200;

    struct field_access {
        std::function<bool(const subject&)> missing;
        std::function<test(relation_sign, const token&)> make;
    };

    [[noreturn]] void fail(std::string reason, std::string suggestion = {}) const {
        problem p;
        p.column = "where";
        p.text = shown(text_);
        p.reason = "at character " + std::to_string(now_.at + 1) + ": " + std::move(reason);
        p.suggestion = std::move(suggestion);
        throw format_error(std::move(p));
    }

    void advance() {
        while (at_ < text_.size() && is_space(text_[at_])) ++at_;
        now_ = {};
        now_.at = at_;
        if (at_ == text_.size()) return;
        const char c = text_[at_];
        const std::string_view rest = text_.substr(at_);
        if (c == '\'' || c == '"') {
            now_.what = token::kind::text;
            for (++at_;; ++at_) {
                if (at_ >= text_.size()) fail("the quote is not closed");
                if (text_[at_] == c && (at_ + 1 >= text_.size() || text_[at_ + 1] != c)) break;
                if (text_[at_] == c) ++at_;  // a doubled quote
                now_.text += text_[at_];
            }
            ++at_;
        } else if (is_digit(c) || c == '.' || c == '-') {
            now_.what = token::kind::number;
            const auto [end, code] = std::from_chars(rest.data(), rest.data() + rest.size(), now_.value);
            if (code != std::errc() || !std::isfinite(now_.value)) fail("not a number");
            now_.text.assign(rest.data(), end);
            at_ += now_.text.size();
        } else if (is_letter(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80) {
            now_.what = token::kind::word;
            const std::size_t length = leading(rest, [](char x) {
                return is_letter(x) || is_digit(x) || x == '_' || static_cast<unsigned char>(x) >= 0x80;
            });
            now_.text = rest.substr(0, length);
            at_ += length;
        } else {
            now_.what = token::kind::sign;
            for (const std::string_view sign : {"<=", ">=", "==", "!=", "<>", "<", ">", "=", "(", ")", ","}) {
                if (!rest.starts_with(sign)) continue;
                now_.text = sign;
                at_ += sign.size();
                return;
            }
            fail("'" + shown(rest.substr(0, 1)) + "' has no meaning here");
        }
    }

    bool is_word(std::string_view word) const {
        return now_.what == token::kind::word && same_ignoring_case(now_.text, word);
    }
    bool is_sign(std::string_view sign) const { return now_.what == token::kind::sign && now_.text == sign; }
    bool take_word(std::string_view word) {
        if (!is_word(word)) return false;
        advance();
        return true;
    }
    void need_sign(std::string_view sign) {
        if (!is_sign(sign)) fail("expected " + std::string(sign));
        advance();
    }

    test read_or(int depth) {
        std::vector<test> terms{read_and(depth)};
        while (take_word("or")) terms.push_back(read_and(depth));
        if (terms.size() == 1) return std::move(terms.front());
        return [terms = std::move(terms)](const subject& d) {
            truth best = truth::no;
            for (const test& t : terms) {
                best = std::max(best, t(d));
                if (best == truth::yes) break;
            }
            return best;
        };
    }

    test read_and(int depth) {
        std::vector<test> terms{read_not(depth)};
        while (take_word("and")) terms.push_back(read_not(depth));
        if (terms.size() == 1) return std::move(terms.front());
        return [terms = std::move(terms)](const subject& d) {
            truth worst = truth::yes;
            for (const test& t : terms) {
                worst = std::min(worst, t(d));
                if (worst == truth::no) break;
            }
            return worst;
        };
    }

    test read_not(int depth) {
        if (depth > deepest) fail("too deeply nested");
        if (take_word("not")) {
            return [inner = read_not(depth + 1)](const subject& d) {
                const truth x = inner(d);
                return x == truth::unknown ? x : sure(x == truth::no);
            };
        }
        if (is_sign("(")) {
            advance();
            test inner = read_or(depth + 1);
            need_sign(")");
            return inner;
        }
        return read_comparison();
    }

    test read_comparison() {
        if (now_.what != token::kind::word) fail("expected the name of a field");
        const field_access field = find(now_.text);
        advance();
        if (take_word("is")) {
            const bool wanted = !take_word("not");
            if (!take_word("missing") && !take_word("null")) fail("expected missing");
            return [missing = field.missing, wanted](const subject& d) { return sure(missing(d) == wanted); };
        }
        const bool negated = take_word("not");
        if (take_word("in")) return read_list(field, negated);
        if (negated) fail("expected in");
        constexpr std::pair<std::string_view, relation_sign> signs[] = {
            {"=", relation_sign::equal},       {"==", relation_sign::equal},
            {"!=", relation_sign::unequal},    {"<>", relation_sign::unequal},
            {"<=", relation_sign::less_equal}, {">=", relation_sign::greater_equal},
            {"<", relation_sign::less},        {">", relation_sign::greater}};
        for (const auto& [text, sign] : signs) {
            if (!is_sign(text)) continue;
            advance();
            return field.make(sign, take_value());
        }
        fail("expected a comparison such as =, <, in or is missing");
    }

    test read_list(const field_access& field, bool negated) {
        need_sign("(");
        std::vector<test> any{field.make(relation_sign::equal, take_value())};
        while (is_sign(",")) {
            advance();
            any.push_back(field.make(relation_sign::equal, take_value()));
        }
        need_sign(")");
        return [any = std::move(any), negated](const subject& d) {
            truth found = truth::no;
            for (const test& t : any) found = std::max(found, t(d));
            return negated && found != truth::unknown ? sure(found == truth::no) : found;
        };
    }

    token take_value() {
        if (now_.what != token::kind::text && now_.what != token::kind::number)
            fail("expected a number or a quoted text", now_.what == token::kind::word ? "'" + now_.text + "'" : "");
        token value = now_;
        advance();
        return value;
    }

    /// Fields are named without case.
    static std::optional<locus> locus_of_column(std::string_view name) {
        for (std::size_t l = 0; l < locus_count; ++l)
            if (same_ignoring_case(locus_names[l], name)) return static_cast<locus>(l);
        return std::nullopt;
    }

    /// `p0` or `A_p0`, whether or not there are such probabilities.
    static bool looks_like_probability(std::string_view name) {
        const std::size_t bar = name.rfind('_');
        const std::string_view last = bar == std::string_view::npos ? name : name.substr(bar + 1);
        if (bar != std::string_view::npos && !locus_of_column(name.substr(0, bar))) return false;
        return last.size() > 1 && (last[0] == 'p' || last[0] == 'P') && all_of(last.substr(1), is_digit);
    }

    /// Where the probability of this name is in a row, see `match_probabilities::row`.
    std::optional<std::size_t> probability_place(std::string_view name) const {
        if (predicted_.empty() || !looks_like_probability(name)) return std::nullopt;
        const std::size_t totals = 2 * predicted_.size() + 1;
        const std::size_t bar = name.rfind('_');
        const std::string_view digits = name.substr(bar == std::string_view::npos ? 1 : bar + 2);
        std::size_t k = totals;
        std::from_chars(digits.data(), digits.data() + digits.size(), k);
        if (bar == std::string_view::npos) return k < totals ? std::optional(k) : std::nullopt;
        const auto l = locus_of_column(name.substr(0, bar));
        const auto at = std::find(predicted_.begin(), predicted_.end(), *l);
        if (at == predicted_.end() || k > 2) return std::nullopt;
        return totals + 3 * static_cast<std::size_t>(at - predicted_.begin()) + k;
    }

    field_access find(const std::string& name) {
        if (same_ignoring_case(name, "id")) {
            return {[](const subject&) { return false; },
                    [this](relation_sign sign, const token& v) {
                        return [&donors = donors_, sign, text = v.text](const subject& s) {
                            return sure(compare_values<std::string_view>(sign, donors.id(s.donor), text));
                        };
                    }};
        }
        if (same_ignoring_case(name, "age")) {
            const field_column* birth = donors_.field("birth_date");
            if (birth == nullptr) fail("age needs birth_date, which the donors do not have");
            return {[birth](const subject& s) { return birth->is_missing(s.donor); },
                    [this, birth](relation_sign sign, const token& v) {
                        if (v.what != token::kind::number) fail("age is compared with a number of years");
                        return [birth, sign, on = on_, years = v.value](const subject& s) {
                            if (birth->is_missing(s.donor)) return truth::unknown;
                            return sure(compare_values<double>(sign, age_in_years(birth->day(s.donor), on), years));
                        };
                    }};
        }
        // Before a column of that name, which a donor file made of search results may have.
        if (const auto place = probability_place(name)) {
            asks_probabilities_ = true;
            return {[at = *place](const subject& s) { return std::isnan(s.row[at]); },
                    [this, name, at = *place](relation_sign sign, const token& v) {
                        if (v.what != token::kind::number) fail(name + " is compared with a number from 0 to 1");
                        return [sign, at, value = v.value](const subject& s) {
                            if (std::isnan(s.row[at])) return truth::unknown;
                            return sure(compare_values(sign, s.row[at], value));
                        };
                    }};
        }
        const field_definition* definition = find_field(name);
        const field_column* column = donors_.field(definition != nullptr ? definition->name : std::string_view(name));
        if (column == nullptr) {
            std::string known = "id";
            if (donors_.field("birth_date") != nullptr) known += ", age";
            for (const field_column& f : donors_.fields()) known += ", " + f.name();
            if (!predicted_.empty()) known += ", p0, p1 .., " + std::string(allomatch::name(predicted_[0])) + "_p0 ..";
            if (predicted_.empty() && looks_like_probability(name)) fail(shown(name) + " needs haplotype frequencies");
            fail("the donors have no field " + shown(name) + "; they have " + known);
        }
        return {[column](const subject& s) { return column->is_missing(s.donor); },
                [this, column](relation_sign sign, const token& v) { return make_test(*column, sign, v); }};
    }

    test make_test(const field_column& column, relation_sign sign, const token& v) const {
        switch (column.kind()) {
            case field_kind::date: {
                const auto day = read_date(v.text);
                if (!day) fail(column.name() + " is compared with a date 'YYYY-MM-DD'");
                return [&column, sign, day = *day](const subject& s) {
                    const donor_index d = s.donor;
                    return column.is_missing(d) ? truth::unknown : sure(compare_values(sign, column.day(d), day));
                };
            }
            case field_kind::number:
            case field_kind::count:
                if (v.what != token::kind::number) fail(column.name() + " is compared with a number");
                return [&column, sign, value = static_cast<float>(v.value)](const subject& s) {
                    const donor_index d = s.donor;
                    return column.is_missing(d) ? truth::unknown : sure(compare_values(sign, column.value(d), value));
                };
            case field_kind::category: {
                if (sign != relation_sign::equal && sign != relation_sign::unequal)
                    fail(column.name() + " can be equal or not, not smaller or larger");
                const auto code = column.find_word(v.text);
                if (!code) {
                    problem p = column.check(v.text).value_or(problem{});
                    fail("'" + shown(v.text) + "' is no value of " + column.name() + ": " + p.reason, p.suggestion);
                }
                return [&column, sign, code = *code](const subject& s) {
                    const donor_index d = s.donor;
                    return column.is_missing(d) ? truth::unknown : sure(compare_values(sign, column.code(d), code));
                };
            }
            case field_kind::text: break;
        }
        if (sign == relation_sign::equal || sign == relation_sign::unequal) {
            return [&column, sign, code = column.find_word(v.text)](const subject& s) {
                    const donor_index d = s.donor;
                if (column.is_missing(d)) return truth::unknown;
                return sure((code && column.code(d) == *code) == (sign == relation_sign::equal));
            };
        }
        // Columns that are only carried along hold texts; against a number they compare as numbers.
        return [&column, sign, v](const subject& s) {
                    const donor_index d = s.donor;
            if (column.is_missing(d)) return truth::unknown;
            const std::string_view word = column.word(column.code(d));
            if (v.what == token::kind::text) return sure(compare_values<std::string_view>(sign, word, v.text));
            double value = 0;
            const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), value);
            if (code != std::errc() || end != word.data() + word.size()) return truth::unknown;
            return sure(compare_values(sign, value, v.value));
        };
    }

    std::string_view text_;
    const registry& donors_;
    day_number on_;
    std::span<const locus> predicted_;
    bool asks_probabilities_ = false;
    std::size_t at_ = 0;
    token now_;
};

}  // namespace

donor_filter::donor_filter(std::string_view text, const registry& donors, day_number on,
                           std::span<const locus> predicted) {
    if (trim(text).empty()) return;
    reader read(text, donors, on, predicted);
    root_ = std::make_shared<const node>(node{read.read_all()});
    asks_probabilities_ = read.asks_probabilities();
}

bool donor_filter::holds(donor_index d, std::span<const double> row) const { return root_->ask({d, row}) == truth::yes; }

}  // namespace allomatch
