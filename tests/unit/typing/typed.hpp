// SPDX-License-Identifier: Apache-2.0
// Texts read under a release, as sets of names.
#pragma once

#include "unit/shared_data.hpp"

#include <allomatch/typing/genotype.hpp>
#include <allomatch/typing/locus_text.hpp>
#include <allomatch/typing/reading.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

namespace allomatch::testing {

using name_set = std::set<std::string>;

/// A handmade MAC table: generic codes, allele-specific codes, old and unknown members.
inline mac_table::pointer small_mac() {
    static const mac_table::pointer table = mac_table::from_text(
        "CODE\tSUBTYPE\n"
        "AB\t01/02\n"
        "AC\t01/8001\n"            // no release has a second field this large
        "BAD\t01/x\n"
        "GFJM\t02:01/02:06/24:02\n"
        "NUL\t09N\n"
        "OLD\t01:34N/01:01\n"      // renamed to A*01:01:38L
        "ZERO\t8001/8002\n");
    return table;
}

class reader {
public:
    explicit reader(nomenclature::pointer names = best_release(), bool with_mac = true)
        : names_(std::move(names)), mac_(with_mac ? small_mac() : nullptr) {}

    [[nodiscard]] result<reading> read(gene_set genes, std::string_view text, column_kind column = column_kind::dna) const {
        return read_position({names_.get(), mac_.get(), genes, column}, text);
    }
    [[nodiscard]] result<reading> read(locus l, std::string_view text) const { return read(gene_set(l), text); }

    /// Names of the alleles of an accepted text.
    [[nodiscard]] name_set names(locus l, std::string_view text, column_kind column = column_kind::dna) const {
        return names_of(read(gene_set(l), text, column), text);
    }
    [[nodiscard]] name_set names_of(const result<reading>& r, std::string_view text) const {
        name_set out;
        if (!r) {
            ADD_FAILURE() << text << ": " << r.error().message();
            return out;
        }
        EXPECT_EQ(r->what, reading::kind::alleles) << text;
        r->alleles.for_each([&](allele_id id) { out.insert(names_->allele_text(id)); });
        return out;
    }
    [[nodiscard]] std::size_t warnings(locus l, std::string_view text) const {
        const auto r = read(l, text);
        EXPECT_TRUE(r.ok()) << text << (r ? "" : ": " + r.error().message());
        return r ? r->warnings.size() : 0;
    }
    [[nodiscard]] std::string warning(locus l, std::string_view text) const {
        const auto r = read(l, text);
        return r && !r->warnings.empty() ? r->warnings[0] : "";
    }
    /// The problem of a text that must be refused.
    [[nodiscard]] problem refusal(gene_set genes, std::string_view text, column_kind column = column_kind::dna) const {
        const auto r = read(genes, text, column);
        if (r) {
            ADD_FAILURE() << "'" << text << "' was accepted";
            return {};
        }
        EXPECT_FALSE(r.error().reason.empty()) << text;
        EXPECT_FALSE(r.error().text.empty()) << text;
        if (const std::string& s = r.error().suggestion; !s.empty()) {
            EXPECT_TRUE(read(genes, s, column).ok()) << "'" << text << "': its suggestion '" << s << "' is refused";
        }
        return r.error();
    }
    [[nodiscard]] problem refusal(locus l, std::string_view text) const { return refusal(gene_set(l), text); }

    /// All alleles of the release of which `test(name)` holds.
    template <class Test>
    [[nodiscard]] name_set all(Test test) const {
        name_set out;
        for (allele_id id = 0; id < names_->allele_count(); ++id)
            if (std::string text = names_->allele_text(id); test(text)) out.insert(std::move(text));
        return out;
    }
    /// All alleles of which one of the antigens is named by `rel_dna_ser`.
    [[nodiscard]] name_set with_antigens(gene g, const std::set<std::uint32_t>& antigens) const {
        const antigen_table& table = names_->antigens(family_of(g).value());
        name_set out;
        for (allele_id id = 0; id < names_->allele_count(); ++id) {
            bool has = false;
            if (names_->gene_of(id) == g)
                names_->serology(id).for_each([&](std::size_t i) { has = has || antigens.contains(table.number(i)); });
            if (has) out.insert(names_->allele_text(id));
        }
        return out;
    }
    [[nodiscard]] const nomenclature& release() const { return *names_; }
    [[nodiscard]] const nomenclature::pointer& release_pointer() const { return names_; }
    [[nodiscard]] const mac_table* mac() const { return mac_.get(); }

private:
    nomenclature::pointer names_;
    mac_table::pointer mac_;
};

inline name_set united(name_set a, const name_set& b) {
    a.insert(b.begin(), b.end());
    return a;
}

/// Text of a position: class names joined by `/`, or NEW, -, 0 (no product).
inline std::string text_of(const nomenclature& names, const position& p) {
    switch (p.what) {
        case position::kind::blank: return "-";
        case position::kind::new_allele: return "NEW";
        case position::kind::no_product: return "0";
        case position::kind::classes: break;
    }
    std::string out;
    for (const class_id c : p.classes) out += (out.empty() ? "" : "/") + names.class_text(c);
    return out;
}

/// Text of a genotype: "A*01:01P+A*02:01P|..".
inline std::string text_of(const nomenclature& names, const genotype& g) {
    std::string out;
    for (const genotype_alternative& a : g.alternatives)
        out += (out.empty() ? "" : "|") + text_of(names, a.first) + "+" + text_of(names, a.second);
    return out;
}

}  // namespace allomatch::testing
