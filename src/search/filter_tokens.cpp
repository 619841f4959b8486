// SPDX-License-Identifier: Apache-2.0
#include "filter_tokens.hpp"

#include <allomatch/core/error.hpp>
#include <allomatch/core/text.hpp>

#include <charconv>
#include <cmath>

namespace allomatch {

void filter_tokens::fail(std::string reason, std::string suggestion) const {
    problem p;
    p.column = "where";
    p.text = shown(text_);
    p.reason = "at character " + std::to_string(now_.at + 1) + ": " + std::move(reason);
    p.suggestion = std::move(suggestion);
    throw format_error(std::move(p));
}

void filter_tokens::advance() {
    end_ = at_;
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
    now_ = {};
    now_.at = at_;
    if (at_ == text_.size()) return;
    const char c = text_[at_];
    const std::string_view rest = text_.substr(at_);
    if (c == '\'' || c == '"') {
        now_.what = filter_token::kind::text;
        for (++at_;; ++at_) {
            if (at_ >= text_.size()) fail("the quote is not closed");
            if (text_[at_] == c && (at_ + 1 >= text_.size() || text_[at_ + 1] != c)) break;
            if (text_[at_] == c) ++at_;  // a doubled quote
            now_.text += text_[at_];
        }
        ++at_;
    } else if (is_digit(c) || c == '.' || c == '-') {
        now_.what = filter_token::kind::number;
        const auto [end, code] = std::from_chars(rest.data(), rest.data() + rest.size(), now_.value);
        if (code != std::errc() || !std::isfinite(now_.value)) fail("not a number");
        now_.text.assign(rest.data(), end);
        at_ += now_.text.size();
    } else if (is_letter(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80) {
        now_.what = filter_token::kind::word;
        const std::size_t length = leading(rest, [](char x) {
            return is_letter(x) || is_digit(x) || x == '_' || static_cast<unsigned char>(x) >= 0x80;
        });
        now_.text = rest.substr(0, length);
        at_ += length;
    } else {
        now_.what = filter_token::kind::sign;
        for (const std::string_view sign : {"<=", ">=", "==", "!=", "<>", "<", ">", "=", "(", ")", ","}) {
            if (!rest.starts_with(sign)) continue;
            now_.text = sign;
            at_ += sign.size();
            return;
        }
        fail("'" + shown(rest.substr(0, 1)) + "' has no meaning here");
    }
}

bool filter_tokens::is_word(std::string_view word) const {
    return now_.what == filter_token::kind::word && same_ignoring_case(now_.text, word);
}

bool filter_tokens::is_sign(std::string_view sign) const {
    return now_.what == filter_token::kind::sign && now_.text == sign;
}

bool filter_tokens::take_word(std::string_view word) {
    if (!is_word(word)) return false;
    advance();
    return true;
}

void filter_tokens::need_sign(std::string_view sign) {
    if (!is_sign(sign)) fail("expected " + std::string(sign));
    advance();
}

filter_token filter_tokens::take_value() {
    if (now_.what != filter_token::kind::text && now_.what != filter_token::kind::number)
        fail("expected a number or a quoted text", now_.what == filter_token::kind::word ? "'" + now_.text + "'" : "");
    filter_token value = now_;
    advance();
    return value;
}

}  // namespace allomatch
