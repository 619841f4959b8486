// SPDX-License-Identifier: Apache-2.0
// Two registries, asked everything that they can be asked.
#pragma once

#include <allomatch/registry/registry.hpp>

#include <algorithm>
#include <bit>
#include <string>
#include <tuple>
#include <vector>

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
    if (a.texts.texts() != b.texts.texts() || a.code_of_text != b.code_of_text) return "texts";
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
    if (a.size() != b.size() || a.names() != b.names() || a.nulls() != b.nulls() || a.mac_fingerprint() != b.mac_fingerprint() ||
        a.origin() != b.origin())
        return "scalars";
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

/// What two registries say differently of a donor, whatever the order of donors, genotypes and fields.
inline std::string content_difference(const registry& a, const registry& b) {
    if (a.size() != b.size() || a.names() != b.names() || a.nulls() != b.nulls()) return "scalars";
    for (std::size_t l = 0; l < locus_count; ++l)
        if (a.column(static_cast<locus>(l)).typed != b.column(static_cast<locus>(l)).typed) return "typed at " + std::string(locus_names[l]);
    for (donor_index d = 0; d < a.size(); ++d) {
        const std::string id(a.id(d));
        const auto other = b.find(id);
        if (!other) return id + " is not there";
        const person_typing of_a = a.typing(d);
        const person_typing of_b = b.typing(*other);
        for (std::size_t i = 0; i < locus_count; ++i) {
            const auto l = static_cast<locus>(i);
            if (a.typing_text(l, d) != b.typing_text(l, *other)) return "text of " + id;
            if (a.column(l).dictionary.genotype_at(a.code(l, d)) != b.column(l).dictionary.genotype_at(b.code(l, *other)))
                return "genotype of " + id;
            if (!same_readings(of_a.readings[i], of_b.readings[i])) return "readings of " + id;
        }
        for (const auto& [one, two, d1, d2] : {std::tuple(&a, &b, d, *other), std::tuple(&b, &a, *other, d)})
            for (const field_column& f : one->fields()) {
                const field_column* g = two->field(f.name());
                if (f.text(d1) != (g != nullptr ? g->text(d2) : "")) return f.name() + " of " + id;
            }
    }
    return {};
}

/// What is wrong inside of a registry; empty when it is in order.
inline std::string disorder(const registry& r) {
    std::vector<bool> seen(r.size());
    const auto& cluster = r.column(r.cluster_locus());
    const auto begins = r.cluster_begins();
    if (r.places().size() != r.size()) return "number of places";
    if (begins.size() != (cluster.typed == 0 ? 2 : cluster.dictionary.genotype_count() + 1) || begins[0] != 0 || begins.back() != r.size())
        return "begins of clusters";
    for (std::size_t c = 0; c + 1 < begins.size(); ++c)
        for (std::size_t place = begins[c]; place < begins[c + 1]; ++place) {
            const donor_index d = r.places()[place];
            if (d >= r.size() || seen[d]) return "places";
            seen[d] = true;
            if (r.code(r.cluster_locus(), d) != c) return "a donor in another cluster";
            if (place > begins[c] && r.places()[place - 1] >= d) return "the order in a cluster";
        }
    for (std::size_t l = 0; l < locus_count; ++l) {
        const auto& column = r.column(static_cast<locus>(l));
        if (column.typed == 0) {
            if (column.codes.size() + column.text_codes.size() != 0 || column.texts.size() != 1) return "a locus that nobody is typed at";
            continue;
        }
        if (column.codes.size() != r.size() || column.text_codes.size() != r.size()) return "length of codes";
        std::size_t typed = 0;
        for (donor_index place = 0; place < r.size(); ++place) {
            if (column.codes[place] != r.code(static_cast<locus>(l), r.places()[place])) return "codes by place";
            typed += column.text_codes[place] != 0 ? 1 : 0;
        }
        if (typed != column.typed) return "number of typed donors";
        if (column.texts.size() != column.code_of_text.size() || column.texts.size() != column.readings.size()) return "texts";
        for (std::uint32_t t = 0; t < column.texts.size(); ++t)
            if (column.texts.find(column.texts[t]) != t) return "index of texts";
        locus_dictionary again;  // every genotype once, in the order of the codes
        for (genotype_code code = 0; code < column.dictionary.genotype_count(); ++code)
            if (again.intern(column.dictionary.genotype_at(code)) != code) return "a genotype is there twice";
        again.finish();
        if (auto found = dictionary_difference(again, column.dictionary); !found.empty()) return found;
    }
    for (const field_column& f : r.fields())
        if (f.size() != r.size()) return "length of " + f.name();
    for (donor_index d = 0; d < r.size(); ++d)
        if (r.find(r.id(d)) != d) return "index of ids";
    return r.find("nobody of this name") ? "index of ids" : "";
}

}  // namespace allomatch::model
