// SPDX-License-Identifier: Apache-2.0
#include <allomatch/typing/genotype.hpp>

#include <algorithm>

namespace allomatch {

namespace {

template <class Vector>
void sort_unique(Vector& values) {
    if (!std::is_sorted(values.begin(), values.end())) std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
}

struct typed_position {
    position expressed;  // blank when nothing was typed
    const reading* from = nullptr;
    bool null_only = false;
    bool lists_null = false;
};

/// Adds what an expressed allele brings to a position.
void add_allele(const nomenclature& names, allele_id id, position& p) {
    const class_id c = names.class_of(id);
    if (p.classes.empty() || p.classes.back() != c) p.classes.push_back(c);
    const antigen_set antigens = names.matching_serology(id);
    p.antigens |= antigens;
    if (std::find(p.antigens_of_one.begin(), p.antigens_of_one.end(), antigens) == p.antigens_of_one.end())
        p.antigens_of_one.push_back(antigens);
    p.traits |= allele_traits(names, id);
    const auto first = static_cast<std::uint16_t>(index(names.gene_of(id)) << 12 | names.first_field(id));
    if (p.first_fields.empty() || p.first_fields.back() != first) p.first_fields.push_back(first);
}

/// The expressed alleles of a reading that a condition on their class takes.
template <class Condition>
position expressed_alleles(const nomenclature& names, const reading& r, const Condition& takes) {
    position p;
    p.what = position::kind::classes;
    r.alleles.for_each([&](allele_id id) {
        const class_id c = names.class_of(id);
        if (c != no_class && takes(c)) add_allele(names, id, p);
    });
    sort_unique(p.classes);
    sort_unique(p.first_fields);
    sort_unique(p.antigens_of_one);
    return p;
}

typed_position interpret(const nomenclature& names, const reading& r) {
    typed_position out;
    out.from = &r;
    if (r.what == reading::kind::blank) return out;
    if (r.what == reading::kind::new_allele) {
        out.expressed.what = position::kind::new_allele;
        return out;
    }
    out.expressed = expressed_alleles(names, r, [](class_id) { return true; });
    out.lists_null = r.alleles.any([&](allele_id id) { return names.is_null(id); });
    out.null_only = out.expressed.classes.empty();
    return out;
}

/// Both copies carry the same class: one alternative for each class, in the order of class names.
void add_homozygous(const nomenclature& names, const typed_position& other, genotype& out) {
    const position& p = other.expressed;
    if (p.what != position::kind::classes || p.classes.size() == 1) {
        out.alternatives.push_back({p, p});
        return;
    }
    std::vector<std::pair<std::string, class_id>> named;
    for (const class_id c : p.classes) named.emplace_back(names.class_text(c), c);
    std::sort(named.begin(), named.end());
    for (const auto& [text, c] : named) {
        const position one = expressed_alleles(names, *other.from, [wanted = c](class_id typed) { return typed == wanted; });
        out.alternatives.push_back({one, one});
    }
}

void add_no_product(genotype& out) {
    position none;
    none.what = position::kind::no_product;
    out.alternatives.push_back({none, none});
}

}  // namespace

bool genotype::untyped() const noexcept {
    return alternatives.size() == 1 && alternatives[0].first.what == position::kind::blank &&
           alternatives[0].second.what == position::kind::blank;
}

boost::container::small_vector<class_id, 4> classes_of(const nomenclature& names, const allele_set& alleles) {
    boost::container::small_vector<class_id, 4> classes;
    alleles.for_each([&](allele_id id) {
        const class_id c = names.class_of(id);
        if (c != no_class && (classes.empty() || classes.back() != c)) classes.push_back(c);
    });
    sort_unique(classes);
    return classes;
}

bool null_only(const nomenclature& names, const reading& r) {
    return r.what == reading::kind::alleles && !r.alleles.any([&](allele_id id) { return !names.is_null(id); });
}

genotype make_genotype(const nomenclature& names, locus l, std::span<const reading_pair> pairs, null_policy nulls) {
    genotype out;
    for (const reading_pair& pair : pairs) {
        typed_position first = interpret(names, pair[0]);
        typed_position second = interpret(names, pair[1]);
        const bool first_blank = pair[0].what == reading::kind::blank;
        const bool second_blank = pair[1].what == reading::kind::blank;
        if (first_blank != second_blank && l != locus::DRB345) (first_blank ? first : second) = first_blank ? second : first;

        if (first.null_only && second.null_only) {
            add_no_product(out);
        } else if (first.null_only || second.null_only) {
            const typed_position& other = first.null_only ? second : first;
            add_homozygous(names, other, out);
            if (nulls == null_policy::consider && other.lists_null) add_no_product(out);
        } else {
            out.alternatives.push_back({first.expressed, second.expressed});
            if (nulls == null_policy::ignore_inside_ambiguity) continue;
            if (first.lists_null) add_homozygous(names, second, out);
            if (second.lists_null) add_homozygous(names, first, out);
            if (first.lists_null && second.lists_null) add_no_product(out);
        }
    }
    // Equal alternatives say the same thing once.
    auto& all = out.alternatives;
    for (std::size_t i = 0; i < all.size(); ++i)
        all.erase(std::remove(all.begin() + static_cast<std::ptrdiff_t>(i) + 1, all.end(), all[i]), all.end());
    if (all.empty()) all.emplace_back();
    return out;
}

}  // namespace allomatch
