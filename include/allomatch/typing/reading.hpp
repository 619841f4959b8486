// SPDX-License-Identifier: Apache-2.0
/// \file
/// Reading one typed position: from text to a set of alleles.
#pragma once

#include <allomatch/nomenclature/mac_table.hpp>
#include <allomatch/nomenclature/nomenclature.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace allomatch {

/// What one position of one locus says (semantics.md section 2).
struct reading {
    enum class kind : std::uint8_t {
        blank,       ///< no text
        alleles,     ///< one of `alleles`
        new_allele,  ///< NEW: an unnamed allele that matches nothing
    };
    kind what = kind::blank;
    allele_set alleles;
    std::vector<std::string> warnings;
};

/// How plain numbers in a column are meant.
enum class column_kind : std::uint8_t {
    dna,       ///< `0201` is an old allele name
    serology,  ///< `2` is the antigen A2 in a column of locus A
};

/// What a text is read with. The pointers are borrowed; `mac` may be null.
struct typing_context {
    const nomenclature* names = nullptr;
    const mac_table* mac = nullptr;
    /// Genes whose alleles the text may name; with exactly one, the text may leave its prefix out.
    gene_set genes = gene_set::all();
    column_kind column = column_kind::dna;
};

/// Reads one position: alleles of 1-4 fields, G, P and g groups, XX, MAC, lists with `/`, serology,
/// old names, `NEW`, or blank. Linear in the text; about a microsecond for a usual one. Thread-safe.
/// The problem of a refused text carries text, reason and, where one is known, a suggestion.
[[nodiscard]] result<reading> read_position(const typing_context& context, std::string_view text);

}  // namespace allomatch
