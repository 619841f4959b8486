// SPDX-License-Identifier: Apache-2.0
// One position: the first line says where (`A`, `DRB345`, `DRB3`, `A serology`; anything else: no locus known), the
// rest is the text. Read with and without a MAC table, and without a nomenclature.
#pragma once

#include "require.hpp"

#include <allomatch/typing/genotype.hpp>
#include <allomatch/typing/reading.hpp>

#include <string>

namespace allomatch::fuzz {

inline mac_table::pointer fuzz_mac() {
    static const mac_table::pointer table =
        mac_table::from_text("AB\t01/02\nAC\t01/8001\nGFJM\t02:01/02:06/24:02\nNUL\t09N\nOLD\t01:34N/01:01\nZERO\t8001/8002\n");
    return table;
}

inline void read_one(const typing_context& context, std::string_view text) {
    const auto read = read_position(context, text);
    const auto spaced = read_position(context, " \t\r\n\v\f" + std::string(text) + "\f \n");
    require(read.ok() == spaced.ok());
    if (!read) {
        const problem& p = read.error();
        require(!p.reason.empty());
        require(!p.text.empty());
        require(p.suggestion == spaced.error().suggestion && p.reason == spaced.error().reason);
        if (!p.suggestion.empty()) require(read_position(context, p.suggestion).ok());
        return;
    }
    require(read->what == spaced->what && read->alleles == spaced->alleles && read->warnings == spaced->warnings);
    require((read->what == reading::kind::alleles) == !read->alleles.empty());
    require((read->what == reading::kind::blank) == trim(text).empty());
    allele_id past = 0;
    bool first = true;
    for (const auto& range : read->alleles.ranges()) {
        require(range.begin < range.end && (first || past < range.begin));
        past = range.end;
        first = false;
    }
    read->alleles.for_each([&](allele_id id) { require(context.genes.contains(context.names->gene_of(id))); });
    // Each allele that was read is known by its own name, and means itself.
    std::size_t looked = 0;
    read->alleles.for_each([&](allele_id id) {
        if (++looked > 5) return;
        const auto again = read_position(context, context.names->allele_text(id));
        require(again.ok() && again->alleles == allele_set(id) && again->warnings.empty());
    });
}

inline int typing(const std::uint8_t* data, std::size_t size) {
    const headed input(text_of(data, size));
    std::string_view where = input.head;
    column_kind column = column_kind::dna;
    constexpr std::string_view serology = " serology";
    if (where.ends_with(serology)) {
        where.remove_suffix(serology.size());
        column = column_kind::serology;
    }
    const gene_set genes = gene_set_from_name(where).value_or(gene_set::all());
    read_one({nomenclature::builtin().get(), fuzz_mac().get(), genes, column}, input.rest);
    read_one({nomenclature::builtin().get(), nullptr, genes, column}, input.rest);
    read_one({nomenclature::names().get(), nullptr, genes, column}, input.rest);
    return 0;
}

}  // namespace allomatch::fuzz
