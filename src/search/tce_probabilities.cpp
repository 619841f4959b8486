// SPDX-License-Identifier: Apache-2.0
#include "haplotype/settled.hpp"

#include <allomatch/search/tce_probabilities.hpp>

#include <allomatch/core/text.hpp>
#include <allomatch/haplotype/genotype_list.hpp>

#include <algorithm>
#include <bit>

namespace allomatch {

namespace {

constexpr std::string_view column_prefix = "dpb1_p_";
constexpr std::uint8_t no_group = 1;

/// TCE groups of some alleles by class, as bits; bit 0 when one has none.
using class_groups = std::unordered_map<class_id, std::uint8_t>;

class group_reader {
public:
    group_reader(const nomenclature& names, std::size_t version) : names_(names), version_(version) {}
    void add(allele_id id, class_groups& to) const {
        if (!names_.is_null(id)) to[names_.class_of(id)] |= static_cast<std::uint8_t>(1U << names_.tce_group(id, version_));
    }

private:
    const nomenclature& names_;
    std::size_t version_;
};

std::uint8_t groups_of(const class_groups& groups, class_id c) {
    const auto found = groups.find(c);
    return found == groups.end() ? std::uint8_t{0} : found->second;
}

/// What a typing says of the groups of a genotype.
class typed_groups {
public:
    typed_groups(const haplotype_index& set, std::size_t at, std::span<const reading_pair> readings, std::size_t version) {
        const nomenclature& names = *set.set().names();
        const group_reader reader(names, version);
        for (const reading_pair& pair : readings) {
            auto& sides = alternatives_.emplace_back();
            for (std::size_t i = 0; i < 2; ++i) {
                const reading& r = pair[pair[i].what == reading::kind::blank ? 1 - i : i];
                r.alleles.for_each([&](allele_id id) { reader.add(id, sides[i].groups); });
                sides[i].null = null_only(names, r) || std::ranges::any_of(outcomes_of(set, at, r), [&](outcome_code code) {
                    return set.class_of(at, code) == no_class;
                });
            }
        }
    }

    /// The lowest groups that the listed alleles of these classes may have.
    [[nodiscard]] unsigned lowest(const locus_content& content) const {
        const auto& [a, b] = content.classes;
        unsigned found = 0;
        for (const auto& sides : alternatives_)
            for (std::size_t i = 0; i < 2; ++i) {
                const unsigned first = groups_of(sides[i].groups, a);
                const unsigned second = groups_of(sides[1 - i].groups, b);
                if (first != 0 && second != 0) found |= lowest_tce_groups(first, second);
                if (a == b && sides[i].null) found |= second;
            }
        return found;
    }

private:
    struct side {
        class_groups groups;
        bool null = false;  ///< may have no product
    };
    std::vector<std::array<side, 2>> alternatives_;
};

bool by_content(const auto& a, const auto& b) { return a.content < b.content; }

}  // namespace

std::string tce_column(tce_answer a) { return std::string(column_prefix) + std::string(name(a)); }

std::optional<tce_answer> tce_answer_of_column(std::string_view column) noexcept {
    if (!same_ignoring_case(column.substr(0, column_prefix.size()), column_prefix)) return std::nullopt;
    for (std::size_t a = 0; a < tce_answer_count; ++a)
        if (same_ignoring_case(column.substr(column_prefix.size()), name(static_cast<tce_answer>(a)))) return static_cast<tce_answer>(a);
    return std::nullopt;
}

tce_predictor::tce_predictor(std::shared_ptr<const donor_genotypes> donors, std::size_t version)
    : donors_(std::move(donors)), version_(version) {
    const populations& sets = donors_->sets();
    for (std::size_t i = 0; i < sets.size(); ++i)
        possible_ = possible_ || sets[static_cast<population_number>(i)].position_of(locus::DPB1).has_value();
    if (!possible_) return;
    class_groups all;
    const nomenclature& names = *sets.names();
    const group_reader reader(names, version_);
    for (allele_id id = 0; id < names.allele_count(); ++id)
        if (names.gene_of(id) == gene::DPB1) reader.add(id, all);
    all_groups_ = std::make_shared<const class_groups>(std::move(all));
    for (unsigned patient = 0; patient < group_bits_count; ++patient)
        for (unsigned donor = 0; donor < group_bits_count; ++donor) {
            const unsigned answers = tce_answers(patient, donor);
            decisions_[patient][donor] =
                std::has_single_bit(answers) ? static_cast<tce_answer>(std::countr_zero(answers)) : tce_answer::unknown;
        }
}

void tce_predictor::start(std::string_view patient_id, std::string_view population, const person_typing& typing,
                          std::span<const locus> loci) {
    remembered_.clear();
    patient_.clear();
    if (!possible_) return;
    loci_.assign(loci.begin(), loci.end());
    if (std::find(loci_.begin(), loci_.end(), locus::DPB1) == loci_.end()) loci_.push_back(locus::DPB1);
    const populations& sets = donors_->sets();
    if (resolve(view_person(sets, sets.choose_for(patient_id, population), typing, loci_), typing.readings[index(locus::DPB1)]))
        take_patient();
}

/// Sums leave a genotype out instead of taking it off, so that what is impossible has exactly 0.
void tce_predictor::take_patient() {
    std::sort(resolved_.begin(), resolved_.end(), by_content<resolution, resolution>);
    patient_groups_.fill(0);
    for (const resolution& r : resolved_) {
        patient_.push_back({r.content, r.probability, r.groups, patient_groups_[r.groups]});
        patient_groups_[r.groups] += r.probability;
    }
    std::array<double, group_bits_count> behind{};
    for (auto g = patient_.rbegin(); g != patient_.rend(); ++g) {
        g->others += behind[g->groups];
        behind[g->groups] += g->probability;
    }
}

bool tce_predictor::resolve(const set_view& who, std::span<const reading_pair> readings) {
    resolved_.clear();
    if (!who.explained) return false;
    const haplotype_index& set = donors_->sets()[who.set];
    const auto at = set.position_of(locus::DPB1);
    if (!at) return false;
    if (who.certain) {
        const auto before = std::find(loci_.begin(), loci_.end(), locus::DPB1);
        const auto place = std::count_if(loci_.begin(), before, [&](locus l) { return set.position_of(l).has_value(); });
        resolved_.push_back({who.contents[static_cast<std::size_t>(place)], 1.0, no_group});
    } else {
        for (const locus_resolution& r : resolve_locus(set, *who.pairs, *at)) resolved_.push_back({r.content, r.probability, no_group});
    }
    const typed_groups typed(set, *at, readings, version_);
    for (resolution& r : resolved_) {
        const auto& [a, b] = r.content.classes;
        const unsigned lowest =
            readings.empty() ? lowest_tce_groups(groups_of(*all_groups_, a), groups_of(*all_groups_, b)) : typed.lowest(r.content);
        if (lowest != 0) r.groups = static_cast<group_bits>(lowest);
    }
    return true;
}

tce_distribution tce_predictor::work_out() {
    tce_distribution out{};
    for (const resolution& donor : resolved_) {
        const auto same = std::lower_bound(patient_.begin(), patient_.end(), donor, by_content<patient_genotype, resolution>);
        const bool shared = same != patient_.end() && same->content == donor.content;
        if (shared) out[static_cast<std::size_t>(tce_answer::match)] += donor.probability * same->probability;
        for (std::size_t groups = 0; groups < group_bits_count; ++groups) {
            const double mismatched = shared && same->groups == groups ? same->others : patient_groups_[groups];
            out[static_cast<std::size_t>(decisions_[groups][donor.groups])] += donor.probability * mismatched;
        }
    }
    settle(out);
    return out;
}

tce_distribution tce_predictor::predict(donor_index d) {
    if (patient_.empty()) return no_tce_distribution;
    const std::uint32_t typing = donors_->typing_of(d);
    const bool shared = donors_->shared_by(typing) > 1;
    if (const auto known = remembered_.find(typing); shared && known != remembered_.end()) return known->second;
    set_view donor;
    donors_->view(typing, loci_, donor);
    const registry::locus_column& column = donors_->donors().column(locus::DPB1);
    const auto readings = column.typed == 0 ? std::span<const reading_pair>() : std::span<const reading_pair>(column.readings[column.text_codes[d]]);
    const tce_distribution out = resolve(donor, readings) ? work_out() : no_tce_distribution;
    if (shared) remembered_.emplace(typing, out);
    return out;
}

}  // namespace allomatch
