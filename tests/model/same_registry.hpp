// SPDX-License-Identifier: Apache-2.0
// Two registries, asked everything that they can be asked.
#pragma once

#include <allomatch/registry/registry.hpp>

#include <algorithm>
#include <bit>
#include <string>

namespace allomatch::model {

inline bool same_readings(std::span<const reading_pair> a, std::span<const reading_pair> b) {
    return std::ranges::equal(a, b, [](const reading_pair& x, const reading_pair& y) {
        return std::ranges::equal(x, y, [](const reading& r, const reading& s) { return r.what == s.what && r.alleles == s.alleles; });
    });
}

inline std::string dictionary_difference(const locus_dictionary& a, const locus_dictionary& b) {
    if (a.position_count() != b.position_count() || a.genotype_count() != b.genotype_count()) return "dictionary sizes";
    for (position_id id = 0; id < a.position_count(); ++id)
        if (a.at(id) != b.at(id)) return "position " + std::to_string(id);
    for (genotype_code code = 0; code < a.genotype_count(); ++code)
        if (!std::ranges::equal(a.alternatives(code), b.alternatives(code))) return "genotype " + std::to_string(code);
    if (!std::ranges::equal(a.classes(), b.classes())) return "classes";
    for (const class_id c : a.classes())
        if (!std::ranges::equal(a.positions_with(c), b.positions_with(c))) return "positions with a class";
    if (!std::ranges::equal(a.blank_positions(), b.blank_positions())) return "blank positions";
    if (!std::ranges::equal(a.no_product_positions(), b.no_product_positions())) return "positions without product";
    return {};
}

inline std::string column_difference(const registry::locus_column& a, const registry::locus_column& b, std::size_t donors) {
    if (a.typed != b.typed || std::bit_cast<std::uint64_t>(a.passing) != std::bit_cast<std::uint64_t>(b.passing)) return "scalars";
    if (auto found = dictionary_difference(a.dictionary, b.dictionary); !found.empty()) return found;
    if (a.texts != b.texts || a.code_of_text != b.code_of_text) return "texts";
    for (std::size_t text = 0; text < a.texts.size(); ++text)
        if (!same_readings(a.readings[text], b.readings[text])) return "readings";
    for (std::size_t d = 0; a.typed != 0 && d < donors; ++d)
        if (a.codes[d] != b.codes[d] || a.text_codes[d] != b.text_codes[d]) return "codes";
    return {};
}

inline std::string field_difference(const field_column& a, const field_column& b) {
    if (a.name() != b.name() || a.kind() != b.kind() || a.size() != b.size() || a.words().texts() != b.words().texts()) return "field";
    for (std::size_t d = 0; d < a.size(); ++d)
        if (a.is_missing(d) != b.is_missing(d) || a.text(d) != b.text(d)) return "value of " + a.name();
    for (std::uint32_t w = 0; w < a.word_count(); ++w)
        if (a.find_word(a.word(w)) != b.find_word(a.word(w))) return "word of " + a.name();
    return {};
}

/// What differs first; empty when nothing does.
inline std::string difference(const registry& a, const registry& b) {
    if (a.size() != b.size() || a.names() != b.names() || a.nulls() != b.nulls() || a.mac_fingerprint() != b.mac_fingerprint()) return "scalars";
    if (!std::ranges::equal(a.places(), b.places()) || a.cluster_locus() != b.cluster_locus() ||
        !std::ranges::equal(a.cluster_begins(), b.cluster_begins()))
        return "order";
    for (std::size_t l = 0; l < locus_count; ++l) {
        const auto at = static_cast<locus>(l);
        if (auto found = column_difference(a.column(at), b.column(at), a.size()); !found.empty()) return std::string(name(at)) + ": " + found;
        for (donor_index d = 0; d < a.size(); ++d)
            if (a.code(at, d) != b.code(at, d) || a.typing_text(at, d) != b.typing_text(at, d)) return "typing";
    }
    if (a.fields().size() != b.fields().size()) return "fields";
    for (std::size_t f = 0; f < a.fields().size(); ++f)
        if (auto found = field_difference(a.fields()[f], b.fields()[f]); !found.empty()) return found;
    for (donor_index d = 0; d < a.size(); ++d)
        if (a.id(d) != b.id(d) || b.find(a.id(d)) != d) return "ids";
    return b.find("nobody of this name") ? "ids" : "";
}

}  // namespace allomatch::model
