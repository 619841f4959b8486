// SPDX-License-Identifier: Apache-2.0
#include <allomatch/search/explanation.hpp>

#include <algorithm>
#include <iterator>

namespace allomatch {

namespace {

constexpr std::size_t most_listed = 8;

std::vector<std::string> class_names(const nomenclature& names, const position& p) {
    if (p.what == position::kind::new_allele) return {"NEW"};
    std::vector<std::string> out;
    for (const class_id c : p.classes) out.push_back(names.class_text(c));
    return out;
}

std::optional<serology_family> family_at(const nomenclature& names, const position& p) {
    if (p.classes.empty()) return std::nullopt;
    return family_of(names.gene_of_class(p.classes.front()));
}

std::string antigen_name(serology_family family, const antigen_table& table, std::size_t i) {
    return std::string(name(family)) + std::to_string(table.number(i));
}

std::vector<std::string> antigen_names(const nomenclature& names, const position& p) {
    std::vector<std::string> out;
    if (const auto family = family_at(names, p))
        p.antigens.for_each([&](std::size_t i) { out.push_back(antigen_name(*family, names.antigens(*family), i)); });
    return out;
}

std::string listed(const std::vector<std::string>& items) {
    std::string out;
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (i == most_listed) return out + " and " + std::to_string(items.size() - i) + " more";
        if (i != 0) out += ", ";
        out += items[i];
    }
    return out.empty() ? "none" : out;
}

/// "B39 through B16": how an antigen of the donor reaches one of the patient.
std::string serology_path(const nomenclature& names, const position& donor, const position& who) {
    const auto family = family_at(names, donor);
    if (!family || donor.antigens.empty() || who.antigens.empty()) return "the same first field";
    const antigen_table& table = names.antigens(*family);
    std::string words;
    donor.antigens.for_each([&](std::size_t d) {
        who.antigens.for_each([&](std::size_t p) {
            if (!words.empty()) return;
            const auto path = table.path(d, p);
            if (path.empty()) return;
            words = "the antigen " + antigen_name(*family, table, d);
            if (path.size() == 1)
                words += " of both";
            else
                words += " of the donor is in one line with " + antigen_name(*family, table, p) + " of the patient";
        });
    });
    return words;
}

position_explanation explain_position(const nomenclature& names, locus l, letter outcome, const position& donor,
                                      const position& who) {
    position_explanation e;
    e.outcome = outcome;
    e.patient_classes = class_names(names, who);
    e.donor_classes = class_names(names, donor);
    e.patient_antigens = antigen_names(names, who);
    e.donor_antigens = antigen_names(names, donor);
    for (const class_id c : common_part(donor, who).classes) e.shared_classes.push_back(names.class_text(c));
    switch (outcome) {
        case letter::untyped:
            e.reason = l == locus::DRB345 ? "not typed or not present on one side" : "not typed on one side";
            break;
        case letter::certain:
            e.reason = donor.what == position::kind::no_product ? "neither side has an expressed product"
                                                                : "both are " + listed(e.donor_classes);
            break;
        case letter::potential:
            e.reason = e.shared_classes.empty() ? "may be the same" : "both may be " + listed(e.shared_classes);
            break;
        case letter::allele:
            e.reason = "no class in common; antigens match by " + serology_path(names, donor, who);
            break;
        case letter::antigen:
            if (donor.what == position::kind::new_allele || who.what == position::kind::new_allele)
                e.reason = "a new allele matches nothing";
            else if (donor.what == position::kind::no_product || who.what == position::kind::no_product)
                e.reason = "one side has no expressed product";
            else if (l == locus::DPB1)
                e.reason = "no class in common; at DPB1 antigens are not compared";
            else if (!e.donor_antigens.empty() && !e.patient_antigens.empty())
                e.reason = "no class in common; antigens " + listed(e.donor_antigens) + " and " +
                           listed(e.patient_antigens) + " differ";
            else
                e.reason = "no class and no first field in common";
            break;
    }
    return e;
}

}  // namespace

genotype genotype_of(const locus_dictionary& dictionary, genotype_code code) {
    genotype g;
    for (const stored_alternative& a : dictionary.alternatives(code))
        g.alternatives.push_back({dictionary.at(a.first), dictionary.at(a.second)});
    return g;
}

locus_explanation explain_locus(const nomenclature& names, locus l, const genotype& who, const genotype& donor,
                                const comparison_rules& rules) {
    locus_explanation e;
    e.where = l;
    e.outcome = compare(names, l, who, donor, rules);
    const genotype_alternative* best_patient = nullptr;
    const genotype_alternative* best_donor = nullptr;
    int best = -1;
    bool crossed = false;
    std::array<letter, 2> letters{};
    for (const genotype_alternative& p : who.alternatives) {
        const prepared_pair prepared(names, l, p);
        for (const genotype_alternative& d : donor.alternatives) {
            const auto scored = prepared.combine(prepared.relate(d.first), prepared.relate(d.second), 0, false);
            if (scored.preference <= best) continue;
            best = scored.preference;
            best_patient = &p;
            best_donor = &d;
            crossed = scored.outcome.crossed;
            letters = scored.outcome.letters;
        }
    }
    const position& against_first = crossed ? best_patient->second : best_patient->first;
    const position& against_second = crossed ? best_patient->first : best_patient->second;
    e.positions[0] = explain_position(names, l, e.outcome.letters[0], best_donor->first, against_first);
    e.positions[1] = explain_position(names, l, e.outcome.letters[1], best_donor->second, against_second);
    for (std::size_t i = 0; i < 2; ++i)
        if (letters[i] == letter::certain && e.outcome.letters[i] == letter::potential)
            e.positions[i].reason += " in this alternative, not in every one";
    if (who.alternatives.size() > 1 || donor.alternatives.size() > 1)
        e.note = "the best of " + std::to_string(who.alternatives.size()) + " patient and " +
                 std::to_string(donor.alternatives.size()) + " donor alternatives is shown";
    return e;
}

std::vector<locus_explanation> explain(const registry& donors, donor_index d, const patient& who,
                                       std::span<const locus> loci, const comparison_rules& rules) {
    std::vector<locus_explanation> all;
    for (const locus l : loci) {
        const registry::locus_column& column = donors.column(l);
        const genotype donor = genotype_of(column.dictionary, donors.code(l, d));
        locus_explanation e = explain_locus(*donors.names(), l, who.at(l), donor, rules);
        e.patient_text = shown_pair_text(who.texts[index(l)]);
        e.donor_text = shown_pair_text(donors.typing_text(l, d));
        all.push_back(std::move(e));
    }
    return all;
}

}  // namespace allomatch
