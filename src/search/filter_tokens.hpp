// SPDX-License-Identifier: Apache-2.0
/// \file
/// The words, values and signs of a condition on donor fields.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace allomatch {

struct filter_token {
    enum class kind : std::uint8_t { word, text, number, sign, end } what = kind::end;
    std::string text;
    double value = 0;
    std::size_t at = 0;  ///< in the condition
};

/// A condition read token by token; the text is borrowed.
class filter_tokens {
public:
    explicit filter_tokens(std::string_view text) : text_(text) { advance(); }

    [[nodiscard]] const filter_token& now() const noexcept { return now_; }
    void advance();

    [[nodiscard]] bool is_word(std::string_view word) const;
    [[nodiscard]] bool is_sign(std::string_view sign) const;
    bool take_word(std::string_view word);
    void need_sign(std::string_view sign);
    filter_token take_value();

    /// The text from the token that stands at `begin` to the last one that was taken.
    [[nodiscard]] std::string_view since(std::size_t begin) const { return text_.substr(begin, end_ - begin); }

    /// \throws format_error that names the place of the token.
    [[noreturn]] void fail(std::string reason, std::string suggestion = {}) const;

private:
    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t end_ = 0;  // of the token before
    filter_token now_;
};

}  // namespace allomatch
