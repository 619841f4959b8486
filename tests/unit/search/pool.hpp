// SPDX-License-Identifier: Apache-2.0
// Small pools of donors and patients for tests of the search.
#pragma once

#include <allomatch/search/search.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace allomatch::testing {

using cell_pair = std::pair<std::string, std::string>;
using typed_loci = std::map<locus, cell_pair>;
using field_list = std::vector<std::pair<std::string, std::string>>;

/// A locus text from two cells, or a GL String whose second cell is "GL".
inline std::string locus_text(const std::string& first, const std::string& second) {
    return second == "GL" ? first : pair_text(first, second);
}

struct pool_donor {
    std::string id;
    typed_loci typings;
    field_list fields{};
};

/// A registry of these donors; the fields are those that any of them has.
inline std::shared_ptr<const registry> make_pool(const std::vector<pool_donor>& donors,
                                                 nomenclature::pointer names = nomenclature::builtin(),
                                                 null_policy nulls = null_policy::ignore_inside_ambiguity) {
    std::vector<std::string> columns;
    for (const pool_donor& d : donors)
        for (const auto& [column, text] : d.fields)
            if (std::find(columns.begin(), columns.end(), column) == columns.end()) columns.push_back(column);
    registry_builder builder(std::move(names), nullptr, nulls);
    builder.declare_fields(columns);
    for (const pool_donor& d : donors) {
        std::array<std::string, locus_count> texts;
        for (const auto& [l, cells] : d.typings) texts[index(l)] = locus_text(cells.first, cells.second);
        registry_builder::donor_texts row;
        row.id = d.id;
        for (std::size_t l = 0; l < locus_count; ++l) row.typings[l] = texts[l];
        row.fields.resize(columns.size());
        for (const auto& [column, text] : d.fields)
            row.fields[static_cast<std::size_t>(std::find(columns.begin(), columns.end(), column) - columns.begin())] = text;
        for (const problem& p : builder.add(row)) throw std::logic_error(d.id + ": " + p.message());
    }
    return builder.finish();
}

inline std::shared_ptr<const patient> make_patient(const typed_loci& typings, const field_list& fields = {},
                                                   const nomenclature::pointer& names = nomenclature::builtin(),
                                                   null_policy nulls = null_policy::ignore_inside_ambiguity) {
    std::array<std::string, locus_count> texts;
    for (const auto& [l, cells] : typings) texts[index(l)] = locus_text(cells.first, cells.second);
    auto who = std::make_shared<patient>();
    for (const problem& p : read_patient({names.get(), nullptr, gene_set::all(), column_kind::dna}, nulls, "P", texts, fields, *who))
        throw std::logic_error(p.message());
    return who;
}

/// Ids of what was found, best first, joined by blanks.
inline std::string ids(const match_list& found) {
    std::string out;
    for (const hit& h : found.hits) out += (out.empty() ? "" : " ") + std::string(found.donors->id(h.donor));
    return out;
}

/// An outcome in one line: letters, lowest and highest count, both directions: "AL 1-1 1/1".
inline std::string text_of(const locus_outcome& o) {
    return std::string{text_of(o.letters[0]), text_of(o.letters[1])} + " " + std::to_string(o.mismatches) + "-" +
           std::to_string(o.mismatches_max) + " " + std::to_string(o.gvh) + "/" + std::to_string(o.hvg);
}

struct compared {
    nomenclature::pointer names = nomenclature::builtin();
    null_policy nulls = null_policy::ignore_inside_ambiguity;
    comparison_rules rules{};

    [[nodiscard]] genotype read(locus l, const std::string& first, const std::string& second) const {
        auto read = read_locus({names.get(), nullptr, gene_set::all(), column_kind::dna}, l, locus_text(first, second), nulls);
        if (!read) throw std::logic_error(read.error().message());
        return std::move(read->meaning);
    }
    [[nodiscard]] locus_outcome outcome(locus l, const cell_pair& p, const cell_pair& d) const {
        return compare(*names, l, read(l, p.first, p.second), read(l, d.first, d.second), rules);
    }
    [[nodiscard]] std::string operator()(locus l, const cell_pair& p, const cell_pair& d) const { return text_of(outcome(l, p, d)); }
};

}  // namespace allomatch::testing
