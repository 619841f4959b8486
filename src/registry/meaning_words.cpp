// SPDX-License-Identifier: Apache-2.0
#include "locus_meanings.hpp"

#include <algorithm>
#include <iterator>

namespace allomatch {

namespace {

constexpr std::size_t most_shown = 3;

/// "a/b/c ..and 12 more"
std::string shortened_list(const std::vector<std::string>& parts, std::string_view between, std::size_t most = most_shown) {
    std::string out;
    for (std::size_t i = 0; i < std::min(parts.size(), most); ++i) {
        if (i > 0) out += between;
        out += parts[i];
    }
    if (parts.size() > most) out += " ..and " + std::to_string(parts.size() - most) + " more";
    return out;
}

std::string text_of(const succession& names, meaning_symbol s) {
    if (s == blank_symbol) return "blank";
    if (s == new_allele_symbol) return "NEW";
    if (s == no_product_symbol) return "null";
    const auto id = static_cast<class_id>(s & (of_before_only - 1));
    return s >= of_before_only ? names.before().class_text(id) : names.after().class_text(id);
}

std::vector<std::string> texts_of(const succession& names, const std::vector<meaning_symbol>& symbols) {
    std::vector<std::string> out;
    for (const meaning_symbol s : symbols) out.push_back(text_of(names, s));
    return out;
}

std::string classes_text(const nomenclature& names, const position& p) {
    switch (p.what) {
        case position::kind::blank: return "blank";
        case position::kind::new_allele: return "NEW";
        case position::kind::no_product: return "null";
        case position::kind::classes: break;
    }
    std::vector<std::string> parts;
    for (const class_id c : p.classes) parts.push_back(names.class_text(c));
    return shortened_list(parts, "/");
}

/// Antigens and traits of a position: "A2, A203", "TCE group 3, core not known, low expression", "leader M".
std::string facts_text(const nomenclature& names, locus l, const position& p) {
    if (p.what != position::kind::classes) return classes_text(names, p);
    const position_facts facts = facts_of(names, l, p);
    std::vector<std::string> parts;
    if (const auto family = family_of(names.gene_of_class(p.classes.front())))
        for (const std::uint32_t n : facts.antigens) parts.push_back(std::string(name(*family)) + std::to_string(n));
    if (l != locus::DPB1 && parts.empty()) parts.emplace_back("no antigen");
    const auto add = [&](unsigned bits, std::initializer_list<const char*> words) {
        for (const char* word : words) {
            if ((bits & 1U) != 0) parts.emplace_back(word);
            bits >>= 1;
        }
    };
    if (l == locus::DPB1) {
        add(facts.traits.tce_groups(0), {"no TCE group", "TCE group 1", "TCE group 2", "TCE group 3"});
        add(facts.traits.cores(), {"core", "non-core", "core not known"});
        add(facts.traits.expressions(), {"low expression", "high expression", "expression not known"});
    }
    if (l == locus::B) add(facts.traits.leaders(), {"leader M", "leader T"});
    return shortened_list(parts, ", ", 2 * most_shown);
}

template <class Words>
std::string genotype_text(const registry::locus_column& column, std::uint32_t text, const Words& words) {
    std::vector<std::string> alternatives;
    for (const stored_alternative& a : column.dictionary.alternatives(column.code_of_text[text])) {
        if (alternatives.size() > most_shown) {
            alternatives.emplace_back();  // only counted
            continue;
        }
        alternatives.push_back(words(column.dictionary.at(a.first)) + " + " + words(column.dictionary.at(a.second)));
    }
    return shortened_list(alternatives, " | ");
}

std::string allele_counts_text(const registry::locus_column& column, std::uint32_t text) {
    std::vector<std::string> pairs;
    for (const reading_pair& pair : column.readings[text]) {
        std::string one;
        for (const reading& r : pair) {
            if (!one.empty()) one += " + ";
            one += r.what == reading::kind::blank        ? std::string("blank")
                   : r.what == reading::kind::new_allele ? std::string("NEW")
                                                         : std::to_string(r.alleles.size()) + (r.alleles.size() == 1 ? " allele" : " alleles");
        }
        pairs.push_back(std::move(one));
    }
    return shortened_list(pairs, " | ");
}

/// "A*02:99 is in A*02:01P now", "A*02:99 is null now (A*02:99N)".
std::string moved_text(const succession& names, const moved_allele& a) {
    const std::string was = names.before().allele_text(a.before);
    const std::string is = names.after().allele_text(a.after);
    std::string out = was;
    if (was != is && a.to != no_product_symbol) out += " (now " + is + ")";
    if (a.to == no_product_symbol) return out + " is null now" + (was == is ? "" : " (" + is + ")");
    if (a.from == no_product_symbol) return out + " was null and is in " + text_of(names, a.to);
    return out + " was in " + text_of(names, a.from) + " and is in " + text_of(names, a.to);
}

std::string reason_of(const locus_readings& m, std::uint32_t before, std::uint32_t after) {
    const auto old = m.symbols(reading_side::before, before);
    const auto now = m.symbols(reading_side::after, after);
    std::vector<meaning_symbol> gone;
    std::vector<meaning_symbol> added;
    std::set_difference(old.begin(), old.end(), now.begin(), now.end(), std::back_inserter(gone));
    std::set_difference(now.begin(), now.end(), old.begin(), old.end(), std::back_inserter(added));
    std::vector<std::string> parts;
    std::vector<std::string> moved;
    for (const moved_allele& a : moved_alleles(m, before, after)) moved.push_back(moved_text(m.names, a));
    if (!moved.empty()) parts.push_back(shortened_list(moved, ", "));
    if (!gone.empty()) parts.push_back("no longer " + shortened_list(texts_of(m.names, gone), ", "));
    if (!added.empty()) parts.push_back("new " + shortened_list(texts_of(m.names, added), ", "));
    if (gone.empty() && added.empty()) parts.emplace_back("other pairs of the same classes");
    return shortened_list(parts, "; ");
}

}  // namespace

meaning_words meaning_changes::words_of_missing(const change& c) const {
    meaning_words out;
    out.reason = c.from == origin::left ? "is not among the donors any more" : "was not among the donors before";
    if (c.before == 0) return out;
    const problem& p = problems_[c.before - 1];
    out.text = shown_pair_text(p.text);
    out.reason = (c.from == origin::left ? "" : "could not be read before: ") + p.reason;
    if (c.from == origin::left && !p.suggestion.empty()) out.reason += " (" + p.suggestion + "?)";
    return out;
}

meaning_words meaning_changes::words(const change& c) const {
    if (c.from != origin::texts) return words_of_missing(c);
    const locus l = *c.where;
    const auto& before = before_->column(l);
    const auto& after = after_->column(l);
    meaning_words out;
    out.text = shown_pair_text(before.texts[c.before].empty() ? after.texts[c.after] : before.texts[c.before]);
    const auto classes = [](const nomenclature& names) { return [&names](const position& p) { return classes_text(names, p); }; };
    const auto facts = [l](const nomenclature& names) { return [&names, l](const position& p) { return facts_text(names, l, p); }; };
    const nomenclature& old = names_->before();
    const nomenclature& now = names_->after();
    switch (c.kind) {
        case meaning_kind::lost:
            out.before = genotype_text(before, c.before, classes(old));
            out.reason = "is not typed any more";
            return out;
        case meaning_kind::gained:
            out.after = genotype_text(after, c.after, classes(now));
            out.reason = "was not typed before";
            return out;
        case meaning_kind::facts:
            out.before = genotype_text(before, c.before, facts(old));
            out.after = genotype_text(after, c.after, facts(now));
            out.reason = out.before == out.after ? "antigens of single alleles" : "the same classes";
            return out;
        case meaning_kind::alleles_only:
        case meaning_kind::same:
            out.before = allele_counts_text(before, c.before);
            out.after = allele_counts_text(after, c.after);
            out.reason = "the same classes";
            return out;
        case meaning_kind::moved:
        case meaning_kind::changed:
        case meaning_kind::widened:
        case meaning_kind::narrowed: break;
    }
    out.before = genotype_text(before, c.before, classes(old));
    out.after = genotype_text(after, c.after, classes(now));
    out.reason = reason_of({*names_, l, before, after}, c.before, c.after);
    return out;
}

}  // namespace allomatch
