// SPDX-License-Identifier: Apache-2.0
// Locus texts and GL Strings: the first line is a locus (anything else: A), the rest the text.
#pragma once

#include "typing_body.hpp"

#include <allomatch/search/comparison.hpp>
#include <allomatch/typing/locus_text.hpp>

namespace allomatch::fuzz {

inline void read_whole(const typing_context& context, std::string_view text) {
    const auto read = read_gl_string(context, text);
    const auto spaced = read_gl_string(context, " \n" + std::string(text) + "\t ");
    require(read.ok() == spaced.ok());
    if (!read) {
        require(!read.error().reason.empty());
        return;
    }
    for (std::size_t l = 0; l < locus_count; ++l) {
        const genotype g = make_genotype(*context.names, static_cast<locus>(l), read->loci[l]);
        require(g == make_genotype(*context.names, static_cast<locus>(l), spaced->loci[l]));
        require(!g.alternatives.empty());
        // A null beside a blank leaves nothing known at DRB345.
        require(g.untyped() ? read->loci[l].empty() || static_cast<locus>(l) == locus::DRB345 : !read->loci[l].empty());
    }
    // Cut into locus texts, each locus says the same.
    const auto texts = split_gl_string(text);
    if (!texts) return;
    for (std::size_t l = 0; l < locus_count; ++l) {
        const auto one = read_locus(context, static_cast<locus>(l), (*texts)[l]);
        require(one.ok());
        require(one->meaning == make_genotype(*context.names, static_cast<locus>(l), read->loci[l]));
    }
}

inline void read_one_locus(const typing_context& context, locus l, std::string_view text) {
    for (const null_policy nulls : {null_policy::ignore_inside_ambiguity, null_policy::consider}) {
        const auto read = read_locus(context, l, text, nulls);
        if (!read) {
            require(!read.error().reason.empty());
            require(read.error().column.starts_with(name(l)));
            return;
        }
        const genotype& g = read->meaning;
        require(!g.alternatives.empty());
        require(trim(text).empty() ? g.untyped() : true);
        if (g.alternatives.size() > 20) continue;
        const locus_outcome o = compare(*context.names, l, g, g);
        require(o.mismatches <= o.mismatches_max && o.gvh <= o.mismatches && o.hvg <= o.mismatches);
        bool has_new = false;
        for (const auto& a : g.alternatives)
            has_new = has_new || a.first.what == position::kind::new_allele || a.second.what == position::kind::new_allele;
        require(has_new || o.mismatches == 0);
    }
}

inline int gl_string(const std::uint8_t* data, std::size_t size) {
    const headed input(text_of(data, size));
    const locus l = locus_from_name(input.head).value_or(locus::A);
    for (const auto& names : {nomenclature::builtin(), nomenclature::names()}) {
        const typing_context context{names.get(), fuzz_mac().get(), gene_set::all(), column_kind::dna};
        read_whole(context, input.rest);
        read_one_locus(context, l, input.rest);
    }
    return 0;
}

}  // namespace allomatch::fuzz
