// SPDX-License-Identifier: Apache-2.0
#include "match_patterns.hpp"

#include <allomatch/haplotype/match_predictor.hpp>

#include <algorithm>
#include <bit>
#include <cmath>

namespace allomatch {

namespace {

/// Genotypes of a person that are listed at most; beyond it, they are gone through without a list.
constexpr double longest_list = 1'000'000;
/// Genotypes of a patient whose patterns are worked out for every haplotype of a set.
constexpr std::size_t most_ready_patterns = 64;

/// Makes what is certain exactly so.
template <class Values>
void settle(Values& values) {
    std::size_t possible = 0;
    for (double& v : values) {
        v = std::min(v, 1.0);
        if (v != 0) ++possible;
    }
    if (possible != 1) return;
    for (double& v : values)
        if (v != 0) v = 1;
}

}  // namespace

struct match_predictor::state {
    /// Patient and donors of one population: the loci that both sets have.
    struct pairing {
        bool ready = false;
        std::vector<std::size_t> request;  ///< positions of the shared loci among those searched
        std::vector<std::size_t> patient;  ///< in the patient's set
        std::vector<std::size_t> donor;    ///< in the donors' set
        std::vector<std::size_t> patient_content;  ///< in the contents of a certain patient
        std::vector<std::size_t> donor_content;
        genotype_list genotypes;  ///< of the patient, at the shared loci; empty when there are too many
        bool listed = false;
        std::vector<std::vector<match_pattern>> patterns;  ///< of the donors' haplotypes against each genotype
        std::vector<pattern_table> tables;
        pattern_table of_patient;  ///< for genotypes of donors
    };

    std::shared_ptr<const donor_genotypes> donors;
    std::vector<locus> loci;
    set_view who;
    std::vector<pairing> pairings;  ///< by the donors' set
    set_view donor;
    pattern_sums sums;
    pattern_table table;
    genotype_list donor_list;
    std::vector<locus_content> contents;
    prediction out;

    // Predictions of typings that several donors share.
    std::vector<std::uint32_t> remembered_at;  // per typing, from 1
    std::vector<std::uint32_t> asked;
    std::vector<prediction> remembered;

    [[nodiscard]] const haplotype_index& set(population_number i) const { return donors->sets()[i]; }

    pairing& paired_with(population_number donor_set);
    void distribute(pairing& p);
    void against_donor_genotypes(pairing& p);
    void collect(const pairing& p);
    void total(std::span<const count_range> counts, const pairing& p);
};

match_predictor::match_predictor(std::shared_ptr<const donor_genotypes> donors) : state_(std::make_unique<state>()) {
    state_->remembered_at.assign(donors->typing_count(), 0);
    state_->donors = std::move(donors);
}
match_predictor::~match_predictor() = default;
match_predictor::match_predictor(match_predictor&&) noexcept = default;
match_predictor& match_predictor::operator=(match_predictor&&) noexcept = default;

bool match_predictor::patient_explained() const noexcept { return state_->who.explained; }
population_number match_predictor::patient_set() const noexcept { return state_->who.set; }

void match_predictor::start(std::string_view patient_id, std::string_view population, const person_typing& typing,
                            std::span<const locus> loci) {
    state& s = *state_;
    const populations& sets = s.donors->sets();
    const populations::choice choice = sets.choose(population);
    if (choice.empty()) {
        problem p;
        p.column = "population";
        p.id = std::string(patient_id);
        p.text = shown(population);
        p.reason = "no frequency set for this patient's population, and no fall-back is named; there are " + sets.listed();
        throw format_error(std::move(p));
    }
    s.loci.assign(loci.begin(), loci.end());
    s.who = view_person(sets, choice, typing, loci);
    s.pairings.resize(sets.size());
    for (auto& p : s.pairings) p.ready = false;
    for (const std::uint32_t typed : s.asked) s.remembered_at[typed] = 0;
    s.asked.clear();
    s.remembered.clear();
}

match_predictor::state::pairing& match_predictor::state::paired_with(population_number donor_set) {
    pairing& p = pairings[donor_set];
    if (p.ready) return p;
    p.ready = true;
    p.request.clear();
    p.patient.clear();
    p.donor.clear();
    p.patient_content.clear();
    p.donor_content.clear();
    p.patterns.clear();
    p.tables.clear();
    p.listed = false;
    std::size_t in_patient = 0;
    std::size_t in_donor = 0;
    for (std::size_t i = 0; i < loci.size(); ++i) {
        const auto at_patient = set(who.set).position_of(loci[i]);
        const auto at_donor = set(donor_set).position_of(loci[i]);
        if (at_patient && at_donor) {
            p.request.push_back(i);
            p.patient.push_back(*at_patient);
            p.donor.push_back(*at_donor);
            p.patient_content.push_back(in_patient);
            p.donor_content.push_back(in_donor);
        }
        in_patient += at_patient ? 1 : 0;
        in_donor += at_donor ? 1 : 0;
    }
    if (who.certain) {
        p.genotypes.clear(p.request.size());
        contents.clear();
        for (const std::size_t i : p.patient_content) contents.push_back(who.contents[i]);
        p.genotypes.add(contents, 1);
        p.listed = true;
    } else {
        p.of_patient.start(set(who.set), p.patient);
        if (who.pairs->pair_count <= longest_list) {
            list_genotypes(set(who.set), *who.pairs, p.patient, p.genotypes);
            p.listed = true;
        }
    }
    if (p.listed && p.genotypes.size() <= most_ready_patterns) {
        p.tables.resize(p.genotypes.size());
        p.patterns.resize(p.genotypes.size());
        for (std::size_t g = 0; g < p.genotypes.size(); ++g) {
            p.tables[g].start(set(donor_set), p.donor);
            p.tables[g].take(p.genotypes.row(g));
        }
    }
    return p;
}

/// Against every genotype of the donor, taken one by one, the patient's haplotypes in sorts.
void match_predictor::state::against_donor_genotypes(pairing& p) {
    const haplotype_index& patients = set(who.set);
    const auto add = [&](std::span<const locus_content> genotype, double weight) {
        p.of_patient.take(genotype);
        sums.add(patients, *who.pairs, p.of_patient, weight, [&](haplotype_id h) { return p.of_patient.of(h); });
    };
    if (donor.certain) {
        contents.clear();
        for (const std::size_t i : p.donor_content) contents.push_back(donor.contents[i]);
        add(contents, 1);
    } else if (donor.pairs->pair_count <= longest_list) {
        list_genotypes(set(donor.set), *donor.pairs, p.donor, donor_list);
        for (std::size_t g = 0; g < donor_list.size(); ++g) add(donor_list.row(g), donor_list.weight(g));
    } else {
        for_each_genotype(set(donor.set), *donor.pairs, p.donor, add);
    }
}

void match_predictor::state::distribute(pairing& p) {
    const std::size_t width = p.request.size();
    sums.start(width);
    if (who.certain && donor.certain) {
        match_pattern matched = 0;
        for (std::size_t l = 0; l < width; ++l) {
            const unsigned mismatches = p.genotypes.row(0)[l].mismatches(donor.contents[p.donor_content[l]]);
            if (mismatches < 2) matched |= match_pattern{1} << l;
            if (mismatches < 1) matched |= match_pattern{1} << (l + width);
        }
        sums.add(matched, 1);
        return;
    }
    const bool by_donor = donor.certain || (!who.certain && donor.pairs->pair_count * static_cast<double>(who.pairs->haplotypes.size()) <
                                            who.pairs->pair_count * static_cast<double>(donor.pairs->haplotypes.size()));
    if (by_donor) {
        against_donor_genotypes(p);
        return;
    }
    const haplotype_index& index = set(donor.set);
    const diplotypes& pairs = *donor.pairs;
    if (!p.tables.empty()) {
        for (std::size_t g = 0; g < p.tables.size(); ++g) {
            auto& patterns = p.patterns[g];
            const pattern_table& against = p.tables[g];
            if (patterns.empty()) {
                patterns.resize(index.size());
                for (std::size_t h = 0; h < index.size(); ++h) patterns[h] = against.of(static_cast<haplotype_id>(h));
            }
            sums.add(index, pairs, against, p.genotypes.weight(g), [&](haplotype_id h) { return patterns[h]; });
        }
        return;
    }
    table.start(index, p.donor);
    const auto add = [&](std::span<const locus_content> genotype, double weight) {
        table.take(genotype);
        sums.add(index, pairs, table, weight, [&](haplotype_id h) { return table.of(h); });
    };
    if (p.listed) {
        for (std::size_t g = 0; g < p.genotypes.size(); ++g) add(p.genotypes.row(g), p.genotypes.weight(g));
    } else {
        for_each_genotype(set(who.set), *who.pairs, p.patient, add);
    }
}

void match_predictor::state::collect(const pairing& p) {
    const std::size_t width = p.request.size();
    for (const std::size_t i : p.request) out.has_locus[i] = true;
    sums.finish([&](match_pattern matched, double weight) {
        out.total[2 * width - static_cast<unsigned>(std::popcount(matched))] += weight;
        for (std::size_t l = 0; l < width; ++l) {
            const unsigned at_locus = (matched >> l & 1U) + (matched >> (l + width) & 1U);
            out.at[p.request[l]][2 - at_locus] += weight;
        }
    });
    settle(out.total);
    for (const std::size_t i : p.request) settle(out.at[i]);
}

/// Loci outside the sets shift the total when their count is certain, and leave none when it is not.
void match_predictor::state::total(std::span<const count_range> counts, const pairing& p) {
    std::size_t shift = 0;
    out.has_total = true;
    for (std::size_t i = 0; i < loci.size(); ++i) {
        if (std::find(p.request.begin(), p.request.end(), i) != p.request.end()) continue;
        out.has_total = out.has_total && counts[i].lowest == counts[i].highest;
        shift += counts[i].lowest;
    }
    if (!out.has_total || shift == 0) return;
    const std::size_t most = 2 * p.request.size();
    std::move_backward(out.total.begin(), out.total.begin() + static_cast<std::ptrdiff_t>(most + 1),
                       out.total.begin() + static_cast<std::ptrdiff_t>(most + 1 + shift));
    std::fill_n(out.total.begin(), shift, 0.0);
}

const prediction& match_predictor::predict(donor_index d, std::span<const count_range> counts) {
    state& s = *state_;
    s.out = {};
    const std::uint32_t typing = s.donors->typing_of(d);
    if (const std::uint32_t at = s.remembered_at[typing]; at != 0) {
        s.out = s.remembered[at - 1];
    } else {
        s.donors->view(typing, s.loci, s.donor);
        s.out.donor_explained = s.donor.explained;
        s.out.donor_set = s.donor.set;
        if (s.donor.explained && s.who.explained) {
            state::pairing& p = s.paired_with(s.donor.set);
            s.distribute(p);
            s.collect(p);
        }
        if (s.donors->shared_by(typing) > 1 && s.donor.explained && !s.donor.certain) {
            s.remembered.push_back(s.out);
            s.remembered_at[typing] = static_cast<std::uint32_t>(s.remembered.size());
            s.asked.push_back(typing);
        }
    }
    if (s.out.donor_explained && s.who.explained) s.total(counts, s.paired_with(s.out.donor_set));
    return s.out;
}

}  // namespace allomatch
