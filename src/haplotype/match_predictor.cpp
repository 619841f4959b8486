// SPDX-License-Identifier: Apache-2.0
#include "genotype_walk.hpp"
#include "settled.hpp"

#include <allomatch/haplotype/match_predictor.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <mutex>
#include <unordered_map>

namespace allomatch {

namespace {

/// Genotypes of a person that are listed at most; beyond it, they are gone through without a list.
constexpr double longest_list = 1'000'000;
/// Genotypes of a patient whose patterns are worked out for every haplotype of a set.
constexpr std::size_t most_ready_patterns = 64;

}  // namespace

/// What is worked out once for a patient; many threads may read it.
struct match_predictor::plan {
    /// Patient and donors of one population: the loci that both sets have.
    struct pairing {
        std::vector<std::size_t> request;  ///< positions of the shared loci among those searched
        std::vector<std::size_t> patient;  ///< in the patient's set
        std::vector<std::size_t> donor;    ///< in the donors' set
        std::vector<std::size_t> patient_content;  ///< in the contents of a certain patient
        std::vector<std::size_t> donor_content;
        std::size_t listing = 0;           ///< the one of these loci of the patient
    };
    /// The genotypes of the patient at the shared loci, listed when they are first needed.
    struct listing {
        std::once_flag once;
        std::vector<std::size_t> patient;
        genotype_list genotypes;
        bool listed = false;  ///< not when there are too many
    };
    std::vector<locus> loci;
    set_view who;
    std::vector<pairing> pairings;  ///< by the donors' set
    std::vector<std::unique_ptr<listing>> listings;
};

struct match_predictor::state {
    using pairing = plan::pairing;

    std::shared_ptr<const donor_genotypes> donors;
    bool homozygous_once = false;
    std::shared_ptr<const plan> patient;

    // Scratch.
    set_view donor;
    pattern_sums sums;
    pattern_table table;
    genotype_list donor_list;
    std::vector<locus_content> contents;
    prediction out;
    std::vector<genotype_walk> walks;  ///< by the donors' set
    std::vector<bool> walk_started;
    struct ready_genotype {
        pattern_table table;
        std::vector<match_pattern> patterns;  ///< of the donors' haplotypes
    };
    std::vector<std::vector<ready_genotype>> ready;  ///< donors' set, genotype of the patient
    std::unordered_map<std::uint32_t, prediction> remembered;       ///< of typings that several donors share

    [[nodiscard]] const haplotype_index& set(population_number i) const { return donors->sets()[i]; }
    [[nodiscard]] const set_view& who() const noexcept { return patient->who; }

    [[nodiscard]] pairing pair_with(const plan& with, population_number donor_set) const;
    /// Genotypes of the patient, or null when there are too many to list.
    [[nodiscard]] const genotype_list* patient_genotypes(const pairing& p) const;
    void distribute();
    void against_donor_genotypes(const pairing& p);
    void against_patient_genotypes(const pairing& p);
    template <class Pattern>
    void add(const haplotype_index& index, const diplotypes& pairs, const pattern_table& against, double weight,
             Pattern pattern) {
        if (homozygous_once)
            sums.add_once(index, pairs, against, weight);
        else
            sums.add(index, pairs, against, weight, pattern);
    }
    void collect(const pairing& p);
    void total(std::span<const count_range> counts, const pairing& p);
};

match_predictor::match_predictor(std::shared_ptr<const donor_genotypes> donors, bool homozygous_once)
    : state_(std::make_unique<state>()) {
    state_->donors = std::move(donors);
    state_->homozygous_once = homozygous_once;
}
match_predictor::match_predictor(const match_predictor& other) : state_(std::make_unique<state>()) {
    state_->donors = other.state_->donors;
    state_->homozygous_once = other.state_->homozygous_once;
    state_->patient = other.state_->patient;
    const std::size_t sets = state_->donors->sets().size();
    state_->ready.resize(sets);
    state_->walks.resize(sets);
    state_->walk_started.assign(sets, false);
}
match_predictor::~match_predictor() = default;
match_predictor::match_predictor(match_predictor&&) noexcept = default;
match_predictor& match_predictor::operator=(match_predictor&&) noexcept = default;

bool match_predictor::patient_explained() const noexcept { return state_->who().explained; }
population_number match_predictor::patient_set() const noexcept { return state_->who().set; }

void match_predictor::start(std::string_view patient_id, std::string_view population, const person_typing& typing,
                            std::span<const locus> loci) {
    state& s = *state_;
    const populations& sets = s.donors->sets();
    const populations::choice choice = sets.choose_for(patient_id, population);
    auto next = std::make_shared<plan>();
    next->loci.assign(loci.begin(), loci.end());
    next->who = view_person(sets, choice, typing, loci);
    if (next->who.explained)
        for (std::size_t i = 0; i < sets.size(); ++i) {
            auto& p = next->pairings.emplace_back(s.pair_with(*next, static_cast<population_number>(i)));
            auto& all = next->listings;
            const auto same = std::find_if(all.begin(), all.end(), [&](const auto& l) { return l->patient == p.patient; });
            p.listing = static_cast<std::size_t>(same - all.begin());
            if (same != all.end()) continue;
            all.push_back(std::make_unique<plan::listing>());
            all.back()->patient = p.patient;
        }
    s.patient = std::move(next);
    s.ready.assign(sets.size(), {});
    s.walks.resize(sets.size());
    s.walk_started.assign(sets.size(), false);
    s.remembered.clear();
}

match_predictor::state::pairing match_predictor::state::pair_with(const plan& with, population_number donor_set) const {
    pairing p;
    const haplotype_index& own = set(with.who.set);
    const haplotype_index& other = set(donor_set);
    std::size_t in_patient = 0;
    std::size_t in_donor = 0;
    for (std::size_t i = 0; i < with.loci.size(); ++i) {
        const auto at_patient = own.position_of(with.loci[i]);
        const auto at_donor = other.position_of(with.loci[i]);
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
    return p;
}

const genotype_list* match_predictor::state::patient_genotypes(const pairing& p) const {
    plan::listing& l = *patient->listings[p.listing];
    std::call_once(l.once, [&] {
        if (who().certain) {
            l.genotypes.clear(p.request.size());
            std::vector<locus_content> one;
            for (const std::size_t i : p.patient_content) one.push_back(who().contents[i]);
            l.genotypes.add(one, 1);
            l.listed = true;
        } else if (who().pairs->pair_count <= longest_list) {
            list_genotypes(set(who().set), *who().pairs, p.patient, l.genotypes);
            l.listed = true;
        }
    });
    return l.listed ? &l.genotypes : nullptr;
}

/// Every genotype of the donor against the patient's haplotypes.
void match_predictor::state::against_donor_genotypes(const pairing& p) {
    const haplotype_index& patients = set(who().set);
    if (!homozygous_once) {
        genotype_walk& walk = walks[donor.set];
        if (!walk_started[donor.set]) walk.start(patients, *who().pairs, p.patient, set(donor.set), p.donor);
        walk_started[donor.set] = true;
        if (walk.possible()) {
            if (donor.certain) {
                contents.clear();
                for (const std::size_t i : p.donor_content) contents.push_back(donor.contents[i]);
                walk.match(contents);
            } else {
                walk.match(*donor.pairs);
            }
            const auto matched = walk.matched();
            for (std::size_t k = 0; k < matched.size(); ++k) out.total[matched.size() - 1 - k] = matched[k];
            for (std::size_t l = 0; l < p.request.size(); ++l) out.at[p.request[l]] = walk.at(l);
            return;
        }
    }
    table.start(patients, p.patient);
    const auto take = [&](std::span<const locus_content> genotype, double weight) {
        table.take(genotype, homozygous_once);
        add(patients, *who().pairs, table, weight, [&](haplotype_id h) { return table.of(h); });
    };
    if (donor.certain) {
        contents.clear();
        for (const std::size_t i : p.donor_content) contents.push_back(donor.contents[i]);
        take(contents, 1);
    } else if (donor.pairs->pair_count <= longest_list) {
        list_genotypes(set(donor.set), *donor.pairs, p.donor, donor_list);
        for (std::size_t g = 0; g < donor_list.size(); ++g) take(donor_list.row(g), donor_list.weight(g));
    } else {
        for_each_genotype(set(donor.set), *donor.pairs, p.donor, take);
    }
}

/// Every genotype of the patient against the donor's haplotypes.
void match_predictor::state::against_patient_genotypes(const pairing& p) {
    const haplotype_index& index = set(donor.set);
    const genotype_list* const genotypes = patient_genotypes(p);
    if (genotypes != nullptr && genotypes->size() <= most_ready_patterns) {
        auto& of_genotypes = ready[donor.set];
        if (of_genotypes.empty()) {
            of_genotypes.resize(genotypes->size());
            for (std::size_t g = 0; g < genotypes->size(); ++g) {
                auto& [against, patterns] = of_genotypes[g];
                against.start(index, p.donor);
                against.take(genotypes->row(g), homozygous_once);
                patterns.resize(index.size());
                for (std::size_t h = 0; h < index.size(); ++h) patterns[h] = against.of(static_cast<haplotype_id>(h));
            }
        }
        for (std::size_t g = 0; g < genotypes->size(); ++g) {
            const match_pattern* const patterns = of_genotypes[g].patterns.data();
            add(index, *donor.pairs, of_genotypes[g].table, genotypes->weight(g), [&](haplotype_id h) { return patterns[h]; });
        }
        return;
    }
    table.start(index, p.donor);
    const auto take = [&](std::span<const locus_content> genotype, double weight) {
        table.take(genotype, homozygous_once);
        add(index, *donor.pairs, table, weight, [&](haplotype_id h) { return table.of(h); });
    };
    if (genotypes != nullptr) {
        for (std::size_t g = 0; g < genotypes->size(); ++g) take(genotypes->row(g), genotypes->weight(g));
    } else {
        for_each_genotype(set(who().set), *who().pairs, p.patient, take);
    }
}

void match_predictor::state::distribute() {
    const pairing& p = patient->pairings[donor.set];
    const std::size_t width = p.request.size();
    sums.start(width);
    if (who().certain && donor.certain) {
        match_pattern matched = 0;
        for (std::size_t l = 0; l < width; ++l) {
            const unsigned mismatches =
                who().contents[p.patient_content[l]].mismatches(donor.contents[p.donor_content[l]], homozygous_once);
            if (mismatches < 2) matched |= match_pattern{1} << l;
            if (mismatches < 1) matched |= match_pattern{1} << (l + width);
        }
        sums.add(matched, 1);
    } else if (donor.certain) {
        against_donor_genotypes(p);
    } else if (who().certain) {
        against_patient_genotypes(p);
    } else {
        // By what either way costs a genotype: walking the patient's haplotypes, mostly in their last few sorts, or
        // sorting all of the donor's.
        constexpr double walked = 150;
        const double sorted = 100 + 2 * static_cast<double>(donor.pairs->haplotypes.size());
        if (donor.pairs->pair_count * walked < who().pairs->pair_count * sorted)
            against_donor_genotypes(p);
        else
            against_patient_genotypes(p);
    }
    collect(p);
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
    for (std::size_t i = 0; i < patient->loci.size(); ++i) {
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
    const std::uint32_t typing = s.donors->typing_of(d);
    const bool shared = s.donors->shared_by(typing) > 1;
    const auto known = shared ? s.remembered.find(typing) : s.remembered.end();
    if (known != s.remembered.end()) {
        s.out = known->second;
    } else {
        s.out = {};
        s.donors->view(typing, s.patient->loci, s.donor);
        s.out.donor_explained = s.donor.explained;
        s.out.donor_set = s.donor.set;
        if (s.donor.explained && s.who().explained) s.distribute();
        if (shared) s.remembered.emplace(typing, s.out);
    }
    if (s.out.donor_explained && s.who().explained) s.total(counts, s.patient->pairings[s.out.donor_set]);
    return s.out;
}

}  // namespace allomatch
