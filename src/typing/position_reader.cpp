// SPDX-License-Identifier: Apache-2.0
#include "position_reader.hpp"

namespace allomatch {

namespace {

std::string full(gene g, std::string_view body) {
    std::string out(name(g));
    out += '*';
    out += body;
    return out;
}

/// A gene as typings write it: `A`, `DRB1`; `Cw` only in names of before 2010.
std::optional<gene> typed_gene(std::string_view text) {
    if (text == "Cw") return gene::C;
    return gene_from_name(text);
}

}  // namespace

bool position_reader::fail(std::string reason, std::string suggestion) {
    reason_ = std::move(reason);
    suggestion_ = std::move(suggestion);
    return false;
}

bool position_reader::read(std::string_view text) {
    reading_ = {};
    if (text.find_first_of("+|^~") != std::string_view::npos)
        return fail("a genotype (+ | ^ ~) is for a whole locus, not for one position");
    reading_.what = reading::kind::alleles;
    if (text.find('/') != std::string_view::npos) {
        if (!read_list(text)) return false;
    } else if (!read_single(text, nullptr)) {
        return false;
    }
    reading_.alleles.normalise();
    return true;
}

bool position_reader::read_list(std::string_view text) {
    list_state state;
    for (const std::string_view member : split(text, '/')) {
        if (member.empty()) return fail("an empty member in the list");
        if (!read_member(member, state)) return false;
    }
    return true;
}

bool position_reader::read_member(std::string_view text, list_state& state) {
    // A short member is a second field alone, perhaps with a suffix or group letter.
    const std::size_t digits = leading(text, is_digit);
    const bool short_member = digits >= 2 && text.size() - digits <= 1 && all_of(text.substr(digits), is_letter);
    if (!short_member || !state.g || state.after_old_name) return read_single(text, &state);
    if (state.first_field == 0)
        return fail("a short member '" + shown(text) + "' may only follow a name of two fields");
    std::string whole = state.first_field < 10 ? "0" : "";
    whole += std::to_string(state.first_field);
    whole += ':';
    whole += text;
    return read_behind_star(*state.g, whole, &state);
}

bool position_reader::accepts(gene g, std::string_view text) {
    if (context_.genes.contains(g)) return true;
    const auto wanted = context_.genes.only();
    return fail("'" + shown(text) + "' names locus " + std::string(name(g)) + " in a place for " +
                (wanted ? std::string(name(*wanted)) : std::string("DRB3, DRB4 or DRB5")));
}

bool position_reader::read_single(std::string_view text, list_state* state) {
    constexpr std::string_view hla = "HLA-";
    if (text.starts_with(hla)) {
        text.remove_prefix(hla.size());
        if (text.empty() || !is_letter(text[0]) || text == "NEW") return fail("HLA- stands before a locus", std::string(text));
    }
    if (text == "NEW" && state != nullptr) return fail("NEW stands alone, not in a list");
    const std::size_t star = text.find('*');
    const auto expected = context_.genes.only();
    if (star != std::string_view::npos && star != 0) {
        const std::string_view prefix = text.substr(0, star);
        const auto g = typed_gene(prefix);
        if (!g) return fail("'" + shown(prefix) + "' is not a locus");
        if (!accepts(*g, text)) return false;
        const std::string_view body = text.substr(star + 1);
        if (prefix == "Cw" && body.find(':') != std::string_view::npos)
            return fail("Cw* goes with names of before 2010, without colons", full(*g, body));
        return read_behind_star(*g, body, state);
    }
    if (star == std::string_view::npos && !text.empty() && is_letter(text[0]) && text != "NEW") {
        if (state != nullptr) return fail("'" + shown(text) + "': only alleles and groups go into a list");
        return read_serology(text);
    }
    const std::string_view body = text.substr(star == 0 ? 1 : 0);
    if (body == "NEW" && state == nullptr) {
        reading_.what = reading::kind::new_allele;
        return true;
    }
    if (star == std::string_view::npos && context_.column == column_kind::serology && all_of(body, is_digit)) {
        if (state != nullptr) return fail("'" + shown(text) + "': serology does not go into a list");
        const auto antigen = number(body, 9999);
        const auto family = expected ? family_of(*expected)
                                     : std::optional<serology_family>(serology_family::DR);
        if (context_.genes == gene_set::all()) return fail("which locus? write A2, B7, Cw7, DR4 or DQ3");
        if (!antigen || *antigen == 0 || body[0] == '0' || !family) return fail("not the number of a serological antigen");
        return read_antigen(*family, *antigen);
    }
    if (!expected) {
        // A member of a list goes on with the gene of the member before it.
        if (state != nullptr && state->g) return read_behind_star(*state->g, body, state);
        return fail("which locus? the text has no prefix such as A* or DRB1*");
    }
    return read_behind_star(*expected, body, state);
}

bool position_reader::read_behind_star(gene g, std::string_view body, list_state* state) {
    if (state != nullptr) {
        if (state->g && locus_of(*state->g) != locus_of(g)) return fail("a list stays within one locus");
        *state = {g, 0, false};
    }
    if (body == "NEW") {
        if (state != nullptr) return fail("NEW stands alone, not in a list");
        reading_.what = reading::kind::new_allele;
        return true;
    }
    const std::size_t digits = leading(body, is_digit);
    if (digits == 0) return fail("an allele name starts with digits");
    const std::string_view behind = body.substr(digits);
    if (behind.empty() || behind[0] != ':') {
        if (context_.names->names_only())
            if (const auto name = read_allele_name(body); name && digits < 4) return read_allele(g, *name);
        if (behind.empty() && digits < 4 && !context_.names->resolve_old(g, body)) {
            const auto first = number(body);
            return fail("one field is no allele",
                        digits == 2 && first && !context_.names->first_field_alleles(g, *first).empty()
                            ? full(g, body) + ":XX" : std::string{});
        }
        if (state != nullptr) state->after_old_name = true;
        return read_old_digits(g, body);
    }
    const std::string_view code = behind.substr(1);
    if (code.size() >= 2 && all_of(code, is_upper)) {
        if (state != nullptr) return fail("'" + shown(body) + "': a code does not go into a list");
        const auto first = number(body.substr(0, digits), allele_name::largest[0]);
        if (!first || *first == 0 || digits < 2 || (digits > 2 && body[0] == '0'))
            return fail("'" + shown(body.substr(0, digits)) + "' is not a first field");
        return read_code(g, static_cast<std::uint16_t>(*first), code);
    }
    std::string_view tail;
    auto name = read_allele_fields(body, tail);
    if (!name) return fail("'" + shown(body) + "' is not an allele name");
    if (tail.size() > 1) return fail("'" + shown(tail) + "' is neither an expression suffix nor a group letter");
    const char letter = tail.empty() ? char{0} : tail[0];
    if (state != nullptr && name->count == 2) state->first_field = name->fields[0];
    if (letter == 'G' || letter == 'P' || letter == 'g') return read_group(g, *name, letter);
    if (letter != 0 && allele_name::suffixes.find(letter) == std::string_view::npos)
        return fail(std::string("'") + letter + "' is neither an expression suffix (N L S C A Q) nor a group letter (G P g)");
    if (name->count < 2) return fail("one field is no allele");
    name->suffix = letter;
    return read_allele(g, *name);
}

bool position_reader::take_resolved(resolved_name found, const std::string& what) {
    if (found.alleles.empty()) return fail(what + ": " + found.reason);
    if (!found.renamed_to.empty()) warn(what + " is an old name of " + found.renamed_to);
    if (found.suffix_left_out) warn(what + " is only known with a suffix, which was left out");
    reading_.alleles.collect(found.alleles);
    return true;
}

bool position_reader::read_allele(gene g, const allele_name& name) {
    resolved_name found;
    if (context_.names->names_only()) {
        allele_name two = name;
        two.fields[2] = two.fields[3] = 0;
        two.count = std::min<std::uint8_t>(two.count, 2);
        found = context_.names->resolve(g, two);
    } else {
        found = context_.names->resolve(g, name);
    }
    if (!found.alleles.empty() && found.renamed_to.empty() && !found.suffix_left_out) {
        reading_.alleles.collect(found.alleles);
        return true;
    }
    return take_resolved(std::move(found), full(g, name.text()));
}

bool position_reader::read_group(gene g, const allele_name& name, char letter) {
    const std::string what = full(g, name.text()) + letter;
    if (context_.names->names_only()) return fail(what + ": groups need a nomenclature");
    if (name.count < 2) return fail("one field is no group");
    if (letter == 'g') return take_resolved(context_.names->small_g_group(g, name), what);
    const allele_set* members = letter == 'G' ? context_.names->g_group(g, name) : context_.names->p_group(g, name);
    if (members != nullptr) {
        reading_.alleles.collect(*members);
        return true;
    }
    const bool allele_exists = !context_.names->resolve(g, name).alleles.empty();
    return fail(what + ": no such " + letter + " group in release " + context_.names->version(),
                allele_exists ? full(g, name.text()) : std::string{});
}

bool position_reader::read_code(gene g, std::uint16_t first, std::string_view code) {
    if (context_.names->names_only()) return fail("codes need a nomenclature");
    return code == "XX" ? read_xx(g, first) : read_mac(g, first, code);
}

bool position_reader::read_xx(gene g, std::uint16_t first) {
    const allele_set alleles = context_.names->first_field_alleles(g, first);
    if (!alleles.empty()) {
        reading_.alleles.collect(alleles);
        return true;
    }
    std::string suggestion;
    const auto family = family_of(g);
    if (family && context_.names->antigens(*family).find(first))
        suggestion = std::string(name(*family)) + std::to_string(first);
    return fail("no allele of release " + context_.names->version() + " has this first field", suggestion);
}

bool position_reader::read_mac(gene g, std::uint16_t first, std::string_view code) {
    if (context_.mac == nullptr) return fail("the code " + shown(code, 16) + " needs a MAC table, and none is loaded");
    const auto expansion = context_.mac->find(code);
    if (!expansion) return fail("the code " + shown(code, 16) + " is not in the MAC table");
    std::size_t dropped = 0;
    bool has_first = false;
    bool allele_specific = false;
    bool any = false;
    for (const std::string_view part : split(*expansion, '/')) {
        std::string whole(trim(part));
        if (whole.find(':') == std::string::npos)
            whole = (first < 10 ? "0" : "") + std::to_string(first) + ":" + whole;
        else
            allele_specific = true;
        const auto member = read_allele_name(whole);
        if (!member || member->count < 2)
            return fail("the MAC table lists '" + shown(part) + "' under " + shown(code, 16) + ", which is no allele");
        has_first = has_first || member->fields[0] == first;
        const resolved_name found = context_.names->resolve(g, *member);
        if (found.alleles.empty()) {
            ++dropped;
            continue;
        }
        any = true;
        reading_.alleles.collect(found.alleles);
    }
    if (!any) return fail("the release has none of the alleles that " + shown(code, 16) + " stands for");
    if (dropped != 0)
        warn(std::to_string(dropped) + " allele(s) of the code " + std::string(code) + " are not in release " +
             context_.names->version());
    if (allele_specific && !has_first)
        warn("no allele of the code " + std::string(code) + " has the first field that was typed");
    return true;
}

bool position_reader::read_old_digits(gene g, std::string_view body) {
    const std::size_t digits = leading(body, is_digit);
    const std::string_view tail = body.substr(digits);
    if (tail.size() >= 2 && all_of(tail, is_upper))
        return fail("a code stands behind a colon", full(g, body.substr(0, digits)) + ":" + std::string(tail));
    if (!tail.empty() && (tail.size() > 1 || allele_name::suffixes.find(tail[0]) == std::string_view::npos))
        return fail("'" + shown(body) + "' is not an allele name");
    return take_resolved(context_.names->resolve_digits(g, body), full(g, shown(body, 32)));
}

bool position_reader::read_serology(std::string_view text) {
    const std::size_t letters = leading(text, is_letter);
    const std::string_view prefix = text.substr(0, letters);
    const std::string_view digits = text.substr(letters);
    const auto family = family_from_name(prefix);
    if (digits.empty() || !all_of(digits, is_digit) || digits.size() > 4)
        return fail("'" + shown(text) + "' is neither an allele name nor a serological antigen");
    if (!family) return fail("'" + shown(prefix) + "' is not a serological family with alleles of its own");
    const auto antigen = number(digits);
    if (digits[0] == '0')
        return fail("an antigen number has no leading zero",
                    std::string(prefix) + std::string(digits.substr(leading(digits, [](char c) { return c == '0'; }))));
    if (context_.names->names_only()) return fail("serology needs a nomenclature");
    bool fits = false;
    for (std::size_t i = 0; i < gene_count; ++i) {
        const auto g = static_cast<gene>(i);
        fits = fits || (context_.genes.contains(g) && family_of(g) == family);
    }
    if (!fits) return fail("'" + shown(text) + "' is an antigen of another locus");
    return read_antigen(*family, *antigen);
}

bool position_reader::read_antigen(serology_family family, std::uint32_t antigen) {
    const std::string what = std::string(name(family)) + std::to_string(antigen);
    if (context_.names->names_only()) return fail("serology needs a nomenclature");
    bool any = false;
    for (std::size_t i = 0; i < gene_count; ++i) {
        const auto g = static_cast<gene>(i);
        if (!context_.genes.contains(g) || family_of(g) != family) continue;
        const allele_set alleles = context_.names->antigen_alleles(g, antigen);
        any = any || !alleles.empty();
        reading_.alleles.collect(alleles);
    }
    if (any) return true;
    std::string suggestion;
    if (const auto g = context_.genes.only(); g && !context_.names->first_field_alleles(*g, antigen).empty())
        suggestion = full(*g, (antigen < 10 ? "0" : "") + std::to_string(antigen)) + ":XX";
    return fail("no allele of this locus in release " + context_.names->version() + " has the antigen " + what,
                suggestion);
}

}  // namespace allomatch
