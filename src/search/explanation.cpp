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

/// The first way from an antigen of the donor to one of the patient, up or down one line.
std::vector<std::string> serology_path(const nomenclature& names, const position& donor, const position& who) {
    std::vector<std::string> steps;
    const auto family = family_at(names, donor);
    if (!family || donor.antigens.empty() || who.antigens.empty()) return steps;
    const antigen_table& table = names.antigens(*family);
    donor.antigens.for_each([&](std::size_t d) {
        who.antigens.for_each([&](std::size_t p) {
            if (steps.empty())
                for (const std::size_t step : table.path(d, p)) steps.push_back(antigen_name(*family, table, step));
        });
    });
    return steps;
}

/// "B*38:09 has B39 of the patient through B16".
std::string path_words(const position_explanation& e) {
    if (e.serology_path.empty()) return "same first field";
    std::string words = e.donor_classes.size() == 1 ? e.donor_classes.front() : "the donor";
    words += " has " + e.serology_path.back() + " of the patient";
    if (e.serology_path.size() > 1)
        words += " through " + listed({e.serology_path.begin(), e.serology_path.end() - 1});
    return words;
}

/// What the alleles of a position are beyond matching; several where they differ.
std::vector<std::string> trait_words(const position& p, std::size_t tce_version) {
    if (p.what != position::kind::classes) return {};
    std::vector<std::string> words;
    const auto add = [&](unsigned bits, std::string_view before, std::initializer_list<std::string_view> names) {
        std::string possible;
        for (const std::string_view name : names) {
            if ((bits & 1U) != 0) {
                if (!possible.empty()) possible += " or ";
                possible += name;
            }
            bits >>= 1;
        }
        if (!possible.empty()) words.push_back(std::string(before) + possible);
    };
    add(p.traits.leaders(), "leader ", {"M", "T"});
    if (p.traits.expressions() == 0) return words;
    add(p.traits.tce_groups(tce_version), "TCE group ", {"unknown", "1", "2", "3"});
    if (p.traits.cores() != 4U) add(p.traits.cores(), "of group 3: ", {"core", "non-core", "not known"});
    add(p.traits.expressions(), "expression ", {"low", "high", "unknown"});
    return words;
}

/// What DPB1 groups and B leaders come to for a pair.
std::string decision_words(locus l, const pair_facts& f) {
    if (l == locus::B && f.mismatched_leaders != leader_match::none)
        return "leaders (patient/donor) " + f.leaders() + "; those of the mismatched alleles: " + std::string(name(f.mismatched_leaders));
    if (l != locus::DPB1 || !f.has_tce()) return {};
    std::string words = "TCE " + std::string(name(f.tce()));
    if (f.tce() == tce_answer::unknown) {
        std::vector<std::string> possible;
        for (std::size_t a = 0; a < tce_answer_count; ++a)
            if (f.is_possible(static_cast<tce_answer>(a))) possible.emplace_back(name(static_cast<tce_answer>(a)));
        words += ", possible: " + listed(possible);
    }
    if (f.expression != expression_match::none) words += "; expression " + std::string(name(f.expression));
    return words;
}

position_explanation explain_position(const nomenclature& names, locus l, letter outcome, const position& donor,
                                      const position& who, std::size_t tce_version) {
    position_explanation e;
    e.outcome = outcome;
    e.patient_classes = class_names(names, who);
    e.donor_classes = class_names(names, donor);
    e.patient_antigens = antigen_names(names, who);
    e.donor_antigens = antigen_names(names, donor);
    e.patient_traits = trait_words(who, tce_version);
    e.donor_traits = trait_words(donor, tce_version);
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
            e.serology_path = serology_path(names, donor, who);
            e.reason = "no class in common, but an antigen: " + path_words(e);
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

locus_explanation explain_locus(const nomenclature& names, locus l, const genotype& who, const genotype& donor,
                                const comparison_rules& rules, std::size_t tce_version) {
    const compared_locus compared = compare_alternatives(names, l, who, donor, rules);
    locus_explanation e;
    e.where = l;
    e.outcome = compared.outcome;
    const genotype_alternative& own = who.alternatives[compared.patient];
    const genotype_alternative& other = donor.alternatives[compared.donor];
    const std::array donor_positions{&other.first, &other.second};
    std::array patient_positions{&own.first, &own.second};
    if (e.outcome.crossed) std::swap(patient_positions[0], patient_positions[1]);
    for (std::size_t i = 0; i < 2; ++i) {
        e.positions[i] = explain_position(names, l, e.outcome.letters[i], *donor_positions[i], *patient_positions[i], tce_version);
        if (compared.chosen.letters[i] == letter::certain && e.outcome.letters[i] == letter::potential)
            e.positions[i].reason += " in this alternative, not in every one";
    }
    if (who.alternatives.size() > 1 || donor.alternatives.size() > 1)
        e.note = "the best of " + std::to_string(who.alternatives.size()) + " patient and " +
                 std::to_string(donor.alternatives.size()) + " donor alternatives is shown";
    return e;
}

std::vector<locus_explanation> explain(const match_list& list, std::size_t row) {
    const registry& donors = *list.donors;
    const donor_index d = list.hits[row].donor;
    std::vector<locus_explanation> all;
    for (std::size_t i = 0; i < list.width(); ++i) {
        const locus l = i < list.loci.size() ? list.loci[i] : list.also[i - list.loci.size()];
        const genotype donor = donors.column(l).dictionary.genotype_at(donors.code(l, d));
        locus_explanation e = explain_locus(*donors.names(), l, list.who->at(l), donor, list.rules, list.tce_version);
        e.patient_text = shown_pair_text(list.who->texts[index(l)]);
        e.donor_text = shown_pair_text(donors.typing_text(l, d));
        e.searched = i < list.loci.size();
        e.decision = decision_words(l, list.facts[row]);
        all.push_back(std::move(e));
    }
    return all;
}

}  // namespace allomatch
