// SPDX-License-Identifier: Apache-2.0
#include "filter_field.hpp"

#include <allomatch/core/text.hpp>
#include <allomatch/search/filter.hpp>

#include <algorithm>
#include <functional>
#include <iterator>
#include <string>
#include <vector>

namespace allomatch {

namespace {

/// What can be told of a field that a clause names.
struct named_field {
    std::string name;
    std::function<bool(const filter_subject&)> missing;
    std::function<std::string(const filter_subject&)> text;
};

/// One of the conditions that an expression joins by `and`.
struct clause {
    filter_test ask;
    std::string_view text;
    std::vector<named_field> fields;  ///< each once
};
using clauses = std::vector<clause>;

/// The tests of some clauses as one, their fields added to `fields`.
filter_test joined(clauses all, std::vector<named_field>& fields) {
    std::vector<filter_test> terms;
    for (clause& c : all) {
        terms.push_back(std::move(c.ask));
        for (named_field& f : c.fields)
            if (std::none_of(fields.begin(), fields.end(), [&](const named_field& g) { return g.name == f.name; }))
                fields.push_back(std::move(f));
    }
    if (terms.size() == 1) return std::move(terms.front());
    return [terms = std::move(terms)](const filter_subject& s) {
        truth worst = truth::yes;
        for (const filter_test& t : terms) {
            worst = std::min(worst, t(s));
            if (worst == truth::no) break;
        }
        return worst;
    };
}

class reader {
public:
    /// Clauses keep views of `text`.
    reader(std::string_view text, const registry& donors, day_number on, std::span<const locus> predicted)
        : tokens_(text), donors_(donors), on_(on), predicted_(predicted) {}
    [[nodiscard]] bool asks_probabilities() const { return asks_probabilities_; }

    clauses read_all() {
        clauses whole = read_or(0);
        if (tokens_.now().what != filter_token::kind::end) tokens_.fail("expected and, or, or the end");
        return whole;
    }

private:
    static constexpr int deepest = 200;

    clauses read_or(int depth) {
        const std::size_t begin = tokens_.now().at;
        clauses first = read_and(depth);
        if (!tokens_.is_word("or")) return first;
        clause whole;
        std::vector<filter_test> terms{joined(std::move(first), whole.fields)};
        while (tokens_.take_word("or")) terms.push_back(joined(read_and(depth), whole.fields));
        whole.text = tokens_.since(begin);
        whole.ask = [terms = std::move(terms)](const filter_subject& s) {
            truth best = truth::no;
            for (const filter_test& t : terms) {
                best = std::max(best, t(s));
                if (best == truth::yes) break;
            }
            return best;
        };
        return only(std::move(whole));
    }

    clauses read_and(int depth) {
        clauses all = read_not(depth);
        while (tokens_.take_word("and")) {
            clauses more = read_not(depth);
            std::move(more.begin(), more.end(), std::back_inserter(all));
        }
        return all;
    }

    clauses read_not(int depth) {
        if (depth > deepest) tokens_.fail("too deeply nested");
        const std::size_t begin = tokens_.now().at;
        if (tokens_.take_word("not")) {
            clause whole;
            whole.ask = [inner = joined(read_not(depth + 1), whole.fields)](const filter_subject& s) {
                const truth x = inner(s);
                return x == truth::unknown ? x : sure(x == truth::no);
            };
            whole.text = tokens_.since(begin);
            return only(std::move(whole));
        }
        if (tokens_.is_sign("(")) {
            tokens_.advance();
            clauses inner = read_or(depth + 1);
            tokens_.need_sign(")");
            return inner;
        }
        return read_comparison();
    }

    clauses read_comparison() {
        if (tokens_.now().what != filter_token::kind::word) tokens_.fail("expected the name of a field");
        const std::size_t begin = tokens_.now().at;
        const filter_field field = find_filter_field(tokens_, donors_, on_, predicted_);
        asks_probabilities_ = asks_probabilities_ || field.predicted;
        tokens_.advance();
        clause one;
        one.fields.push_back({field.name, field.missing, field.text});
        one.ask = read_relation(field);
        one.text = tokens_.since(begin);
        return only(std::move(one));
    }

    filter_test read_relation(const filter_field& field) {
        if (tokens_.take_word("is")) {
            const bool wanted = !tokens_.take_word("not");
            if (!tokens_.take_word("missing") && !tokens_.take_word("null")) tokens_.fail("expected missing");
            return [missing = field.missing, wanted](const filter_subject& s) { return sure(missing(s) == wanted); };
        }
        const bool negated = tokens_.take_word("not");
        if (tokens_.take_word("in")) return read_list(field, negated);
        if (negated) tokens_.fail("expected in");
        constexpr std::pair<std::string_view, relation_sign> signs[] = {
            {"=", relation_sign::equal},       {"==", relation_sign::equal},
            {"!=", relation_sign::unequal},    {"<>", relation_sign::unequal},
            {"<=", relation_sign::less_equal}, {">=", relation_sign::greater_equal},
            {"<", relation_sign::less},        {">", relation_sign::greater}};
        for (const auto& [text, sign] : signs) {
            if (!tokens_.is_sign(text)) continue;
            tokens_.advance();
            return field.compare(sign, tokens_.take_value());
        }
        tokens_.fail("expected a comparison such as =, <, in or is missing");
    }

    filter_test read_list(const filter_field& field, bool negated) {
        tokens_.need_sign("(");
        std::vector<filter_test> any{field.compare(relation_sign::equal, tokens_.take_value())};
        while (tokens_.is_sign(",")) {
            tokens_.advance();
            any.push_back(field.compare(relation_sign::equal, tokens_.take_value()));
        }
        tokens_.need_sign(")");
        return [any = std::move(any), negated](const filter_subject& s) {
            truth found = truth::no;
            for (const filter_test& t : any) found = std::max(found, t(s));
            return negated && found != truth::unknown ? sure(found == truth::no) : found;
        };
    }

    static clauses only(clause&& c) {
        clauses one;
        one.push_back(std::move(c));
        return one;
    }

    filter_tokens tokens_;
    const registry& donors_;
    day_number on_;
    std::span<const locus> predicted_;
    bool asks_probabilities_ = false;
};

}  // namespace

struct donor_filter::node {
    std::string text;
    clauses all;  // with views of the text
};

donor_filter::donor_filter(std::string_view text, const registry& donors, day_number on,
                           std::span<const locus> predicted) {
    if (trim(text).empty()) return;
    const auto root = std::make_shared<node>();
    root->text = text;
    reader read(root->text, donors, on, predicted);
    root->all = read.read_all();
    root_ = root;
    asks_probabilities_ = read.asks_probabilities();
}

bool donor_filter::holds(donor_index d, std::span<const double> row) const {
    return std::all_of(root_->all.begin(), root_->all.end(),
                       [s = filter_subject{d, row}](const clause& c) { return c.ask(s) == truth::yes; });
}

std::vector<failed_condition> donor_filter::failed(donor_index d, std::span<const double> row) const {
    std::vector<failed_condition> failures;
    if (takes_all()) return failures;
    const filter_subject subject{d, row};
    for (const clause& c : root_->all) {
        const truth answer = c.ask(subject);
        if (answer == truth::yes) continue;
        failed_condition& f = failures.emplace_back(failed_condition{std::string(c.text), answer == truth::unknown, {}});
        for (const named_field& field : c.fields)
            f.values.emplace_back(field.name, field.missing(subject) ? std::string() : field.text(subject));
    }
    return failures;
}

}  // namespace allomatch
