// SPDX-License-Identifier: Apache-2.0
#include <allomatch/search/comparison.hpp>

#include <algorithm>

namespace allomatch {

namespace {

using kind = position::kind;

/// Stands for "no expressed product" where classes are compared.
constexpr class_id product_free = no_class - 1;

bool intersect(const position& a, const position& b) {
    auto i = a.classes.begin();
    auto j = b.classes.begin();
    while (i != a.classes.end() && j != b.classes.end()) {
        if (*i == *j) return true;
        if (*i < *j)
            ++i;
        else
            ++j;
    }
    return false;
}

bool meets(const position& a, const position& b) {
    if (a.what == kind::blank || b.what == kind::blank) return true;
    if (a.what != b.what || a.what == kind::new_allele) return false;
    return a.what == kind::no_product || intersect(a, b);
}

bool equal_for_certain(const position& a, const position& b) {
    if (a.what != b.what) return false;
    if (a.what == kind::no_product) return true;
    return a.what == kind::classes && a.classes.size() == 1 && a.classes == b.classes;
}

bool has_anything(const position& p) { return p.what != kind::classes || !p.classes.empty(); }

/// A position that can always resolve to a class that two given others are not.
bool avoids_all(const position& p) {
    return p.what == kind::blank || p.what == kind::new_allele || (p.what == kind::classes && p.classes.size() > 2);
}

boost::container::small_vector<class_id, 2> small_classes(const position& p) {
    if (p.what == kind::no_product) return {product_free};
    return {p.classes.begin(), p.classes.end()};
}

}  // namespace

prepared_pair::prepared_pair(const nomenclature& names, locus l, const genotype_alternative& patient)
    : patient_(patient), common_(common_part(patient.first, patient.second)), dpb1_(l == locus::DPB1) {
    first_lines_ = matching(names, patient_.first);
    second_lines_ = matching(names, patient_.second);

    boost::container::small_vector<class_id, 2> first{no_class};
    boost::container::small_vector<class_id, 2> second{no_class};
    if (!avoids_all(patient_.first)) first = small_classes(patient_.first);
    if (!avoids_all(patient_.second)) second = small_classes(patient_.second);
    for (const class_id a : first)
        for (const class_id b : second) choices_.push_back({{a, b}});
    all_choices_ = static_cast<std::uint16_t>(((1U << choices_.size()) - 1) * relation::covered);
}

prepared_pair::matching_antigens prepared_pair::matching(const nomenclature& names, const position& p) const {
    matching_antigens lines;
    if (p.what != kind::classes || p.classes.empty() || p.antigens.empty()) return lines;
    const auto family = family_of(names.gene_of_class(p.classes.front()));
    if (!family) return lines;
    const antigen_table& table = names.antigens(*family);
    lines.any = table.lines_of(p.antigens);
    for (const antigen_set& one : p.antigens_of_one) lines.of_one.push_back(table.lines_of(one));
    return lines;
}

bool prepared_pair::antigen_match(const position& donor, const position& patient, const matching_antigens& lines) const {
    if (dpb1_ || donor.what != kind::classes || patient.what != kind::classes) return false;
    if (!donor.antigens.empty() && !patient.antigens.empty()) return donor.antigens.intersects(lines.any);
    return std::find_first_of(donor.first_fields.begin(), donor.first_fields.end(), patient.first_fields.begin(),
                              patient.first_fields.end()) != donor.first_fields.end();
}

bool prepared_pair::sure_antigen_match(const position& donor, const position& patient, const matching_antigens& lines) const {
    if (dpb1_ || donor.what != kind::classes || patient.what != kind::classes) return false;
    const bool same_first_field = donor.first_fields.size() == 1 && donor.first_fields == patient.first_fields;
    if (donor.antigens.empty() || patient.antigens.empty()) return same_first_field;
    for (const antigen_set& own : donor.antigens_of_one)
        for (const antigen_set& line : lines.of_one)
            if (own.empty() || line.empty() ? !same_first_field : !own.intersects(line)) return false;
    return true;
}

std::uint16_t prepared_pair::relate(const position& donor) const {
    unsigned bits = 0;
    if (donor.what == kind::blank) {
        bits = relation::blank | relation::meets_first | relation::meets_second;
        if (has_anything(common_)) bits |= relation::meets_both;
        return static_cast<std::uint16_t>(bits);
    }
    if (!has_anything(donor)) return 0;  // what two donor positions without a shared class have in common
    const position& p1 = patient_.first;
    const position& p2 = patient_.second;
    if (meets(p1, donor)) bits |= relation::meets_first;
    if (meets(p2, donor)) bits |= relation::meets_second;
    if (bits != 0 && has_anything(common_) && meets(common_, donor)) bits |= relation::meets_both;
    if (equal_for_certain(p1, donor)) bits |= relation::equals_first;
    if (equal_for_certain(p2, donor)) bits |= relation::equals_second;
    if ((bits & relation::meets_first) == 0 && antigen_match(donor, p1, first_lines_)) bits |= relation::antigen_first;
    if ((bits & relation::meets_second) == 0 && antigen_match(donor, p2, second_lines_))
        bits |= relation::antigen_second;
    if (sure_antigen_match(donor, p1, first_lines_)) bits |= relation::sure_antigen_first;
    if (sure_antigen_match(donor, p2, second_lines_)) bits |= relation::sure_antigen_second;
    if (!avoids_all(donor)) {
        const auto classes = small_classes(donor);
        for (std::size_t k = 0; k < choices_.size(); ++k) {
            const auto& c = choices_[k].classes;
            if (std::all_of(classes.begin(), classes.end(), [&](class_id x) { return x == c[0] || x == c[1]; }))
                bits |= static_cast<unsigned>(relation::covered) << k;
        }
    }
    return static_cast<std::uint16_t>(bits);
}

prepared_pair::scored prepared_pair::combine(std::uint16_t first, std::uint16_t second, std::uint16_t common,
                                             bool donor_no_product) const noexcept {
    const bool blank_first = patient_.first.what == kind::blank;
    const bool blank_second = patient_.second.what == kind::blank;
    const auto letter_of = [](unsigned relation_bits, bool to_second, bool patient_blank) {
        if (patient_blank || (relation_bits & relation::blank) != 0) return letter::untyped;
        const unsigned own = to_second ? relation_bits >> 1 : relation_bits;
        if ((own & relation::meets_first) != 0)
            return (own & relation::equals_first) != 0 ? letter::certain : letter::potential;
        return (own & relation::antigen_first) != 0 ? letter::allele : letter::antigen;
    };
    const auto preference = [](letter a, letter b) {
        int sum = 0;
        for (const letter x : {a, b}) {
            if (x == letter::certain) sum += 9 + 3;
            if (x == letter::potential || x == letter::untyped) sum += 9;
            if (x == letter::allele) sum += 1;
        }
        return sum;
    };
    std::array<letter, 2> direct{letter_of(first, false, blank_first), letter_of(second, true, blank_second)};
    const std::array<letter, 2> crossed{letter_of(first, true, blank_second), letter_of(second, false, blank_first)};
    int best = preference(direct[0], direct[1]);
    const int other = preference(crossed[0], crossed[1]);
    scored s{};
    if (other > best) {
        best = other;
        direct = crossed;
        s.outcome.crossed = true;
    }
    s.preference = static_cast<std::uint8_t>(best);
    s.outcome.letters = direct;
    s.outcome.mismatches = static_cast<std::uint8_t>(2 - best / 9);

    const unsigned uncovered = ~(unsigned{first} | unsigned{second}) & all_choices_;
    if (uncovered != 0)
        s.outcome.mismatches_max = 2;
    else
        s.outcome.mismatches_max = direct[0] == letter::certain && direct[1] == letter::certain ? 0 : 1;

    const unsigned f = first;
    const unsigned g = second;
    const bool both_apart = ((f & (g >> 1)) & relation::meets_first) != 0 || ((g & (f >> 1)) & relation::meets_first) != 0;
    const bool any = ((f | g) & (relation::meets_first | relation::meets_second)) != 0;
    const auto lacking = [any](bool both) { return static_cast<std::uint8_t>(both ? 0 : any ? 1 : 2); };
    const bool patient_no_product = patient_.first.what == kind::no_product;
    if (!patient_no_product) s.outcome.gvh = lacking(both_apart || ((f | g) & relation::meets_both) != 0);
    if (!donor_no_product)
        s.outcome.hvg = lacking(both_apart || (common & (relation::meets_first | relation::meets_second)) != 0);
    return s;
}

void prepared_pair::count_antigens(locus_outcome& o, std::uint16_t first, std::uint16_t second) const noexcept {
    constexpr unsigned agreeing = relation::meets_first | relation::antigen_first | relation::blank;
    constexpr unsigned always = relation::equals_first | relation::sure_antigen_first;
    constexpr unsigned to_second = relation::meets_second | relation::antigen_second | relation::blank;
    constexpr unsigned always_second = relation::equals_second | relation::sure_antigen_second;
    const auto lacking = [](bool a, bool b) { return static_cast<std::uint8_t>(2 - (a ? 1 : 0) - (b ? 1 : 0)); };
    o.mismatches = std::min(lacking((first & agreeing) != 0, (second & to_second) != 0),
                            lacking((first & to_second) != 0, (second & agreeing) != 0));
    const std::uint8_t not_sure = std::min(lacking((first & always) != 0, (second & always_second) != 0),
                                           lacking((first & always_second) != 0, (second & always) != 0));
    o.mismatches_max = std::max(o.mismatches, std::min(o.mismatches_max, not_sure));
}

bool outcome_fold::add(const prepared_pair::scored& pair) noexcept {
    const locus_outcome& o = pair.outcome;
    for (std::size_t i = 0; i < 2; ++i) always_certain_[i] = always_certain_[i] && o.letters[i] == letter::certain;
    if (empty_) {
        chosen_ = o;
        best_ = pair.preference;
        empty_ = false;
        return true;
    }
    const std::uint8_t low = std::min(chosen_.mismatches, o.mismatches);
    const std::uint8_t high = std::max(chosen_.mismatches_max, o.mismatches_max);
    const std::uint8_t gvh = std::min(chosen_.gvh, o.gvh);
    const std::uint8_t hvg = std::min(chosen_.hvg, o.hvg);
    const bool better = pair.preference > best_;
    if (better) {
        best_ = pair.preference;
        chosen_ = o;
    }
    chosen_.mismatches = low;
    chosen_.mismatches_max = high;
    chosen_.gvh = gvh;
    chosen_.hvg = hvg;
    return better;
}

locus_outcome outcome_fold::result() const noexcept {
    locus_outcome o = chosen_;
    for (std::size_t i = 0; i < 2; ++i)
        if (o.letters[i] == letter::certain && !always_certain_[i]) o.letters[i] = letter::potential;
    return o;
}

namespace {

/// Whether some resolution has two mismatches when A,A against B,B counts as one: no class shared, and
/// not both sides homozygous. Only asked where two mismatches are possible at all.
bool two_despite_homozygous_once(const position& p1, const position& p2, const position& d1, const position& d2) {
    const std::array<const position*, 4> all{&p1, &p2, &d1, &d2};
    for (const position* p : all)
        if (p->what != kind::classes || p->classes.size() > 3) return true;
    for (const class_id a : p1.classes)
        for (const class_id b : p2.classes)
            for (const class_id c : d1.classes)
                for (const class_id d : d2.classes)
                    if (a != c && a != d && b != c && b != d && (a != b || c != d)) return true;
    return false;
}

}  // namespace

void count_homozygous_once(locus_outcome& o, const genotype_alternative& patient, const position& first,
                           const position& second) {
    const auto may_be_homozygous = [](const position& a, const position& b) {
        return a.what == kind::classes && b.what == kind::classes && intersect(a, b);
    };
    if (o.mismatches == 2 && may_be_homozygous(patient.first, patient.second) && may_be_homozygous(first, second))
        o.mismatches = 1;
    if (o.mismatches_max == 2 && !two_despite_homozygous_once(patient.first, patient.second, first, second))
        o.mismatches_max = 1;
}

locus_outcome compare(const nomenclature& names, locus l, const genotype& patient, const genotype& donor,
                      const comparison_rules& rules) {
    return compare_alternatives(names, l, patient, donor, rules).outcome;
}

compared_locus compare_alternatives(const nomenclature& names, locus l, const genotype& patient, const genotype& donor,
                                    const comparison_rules& rules) {
    compared_locus found;
    outcome_fold fold;
    for (std::size_t i = 0; i < patient.alternatives.size(); ++i) {
        const genotype_alternative& p = patient.alternatives[i];
        const prepared_pair prepared(names, l, p);
        for (std::size_t j = 0; j < donor.alternatives.size(); ++j) {
            const genotype_alternative& d = donor.alternatives[j];
            auto scored = prepared.combine(prepared.relate(d.first), prepared.relate(d.second),
                                           prepared.relate(common_part(d.first, d.second)),
                                           d.first.what == kind::no_product);
            if (rules.antigen_level.test(index(l)))
                prepared.count_antigens(scored.outcome, prepared.relate(d.first), prepared.relate(d.second));
            if (rules.homozygous_once) count_homozygous_once(scored.outcome, p, d.first, d.second);
            if (!fold.add(scored)) continue;
            found.chosen = scored.outcome;
            found.patient = i;
            found.donor = j;
        }
    }
    found.outcome = fold.result();
    return found;
}

}  // namespace allomatch
