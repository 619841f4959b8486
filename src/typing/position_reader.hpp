// SPDX-License-Identifier: Apache-2.0
/// \file
/// The grammar of one typed position, without the search for suggestions.
#pragma once

#include <allomatch/typing/reading.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace allomatch {

/// Reads one text once. Failure leaves `reason()` and perhaps `suggestion()`.
class position_reader {
public:
    explicit position_reader(const typing_context& context) : context_(context) {}

    /// `text` is trimmed and not empty.
    [[nodiscard]] bool read(std::string_view text);

    [[nodiscard]] reading take() { return std::move(reading_); }
    [[nodiscard]] const std::string& reason() const { return reason_; }
    [[nodiscard]] const std::string& suggestion() const { return suggestion_; }

private:
    /// First field that a short list member (`/06`) takes over from the member before it.
    struct list_state {
        std::optional<gene> g;
        std::uint16_t first_field = 0;  // 0: the member before was not a name of two fields
        bool after_old_name = false;    // the member before had no colons
    };

    bool fail(std::string reason, std::string suggestion = {});
    bool read_list(std::string_view text);
    bool read_member(std::string_view text, list_state& state);
    bool read_single(std::string_view text, list_state* state);
    bool read_behind_star(gene g, std::string_view body, list_state* state);
    bool read_code(gene g, std::uint16_t first, std::string_view code);
    bool read_xx(gene g, std::uint16_t first);
    bool read_mac(gene g, std::uint16_t first, std::string_view code);
    bool read_allele(gene g, const allele_name& name);
    bool read_group(gene g, const allele_name& name, char letter);
    bool read_old_digits(gene g, std::string_view body);
    bool read_serology(std::string_view text);
    bool read_antigen(serology_family family, std::uint32_t antigen);
    bool accepts(gene g, std::string_view text);
    bool take_resolved(resolved_name found, const std::string& what);
    void warn(std::string text) { reading_.warnings.push_back(std::move(text)); }

    const typing_context& context_;
    reading reading_;
    std::string reason_;
    std::string suggestion_;
};

}  // namespace allomatch
