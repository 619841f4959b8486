// SPDX-License-Identifier: Apache-2.0
#include "simulation_state.hpp"

#include <algorithm>
#include <cassert>
#include <charconv>
#include <cstring>
#include <utility>

namespace allomatch {

namespace {

using analytics::most_loci;
using analytics::stream;

constexpr std::array<locus, most_loci> simulated_loci{locus::A,    locus::B,    locus::C,
                                                      locus::DRB1, locus::DQB1, locus::DPB1};
constexpr std::size_t donor_digits = 7;
constexpr std::size_t patient_digits = 6;

random_generator generator_of(const simulation::state& state, stream s, std::size_t person) {
    return {state.options.seed, static_cast<std::uint64_t>(s), person};
}

std::vector<locus> loci_of(const frequency_set& set) {
    std::vector<locus> loci;
    for (const locus l : simulated_loci)
        if (std::find(set.loci().begin(), set.loci().end(), l) != set.loci().end()) loci.push_back(l);
    if (loci.empty()) {
        throw format_error(problem::with_input(set.name(),
            "the frequency set has none of the loci A, B, C, DRB1, DQB1, DPB1"));
    }
    return loci;
}

simulation_options validated(simulation_options options) {
    validate(options);
    return options;
}

template <class Names>
std::vector<std::string> columns_of(const simulation::pointer& plan, const Names& behind) {
    std::vector<std::string> columns{"id"};
    for (const locus l : plan->loci())
        for (const char* side : {"_1", "_2"}) columns.push_back(std::string(name(l)) + side);
    columns.insert(columns.end(), behind.begin(), behind.end());
    return columns;
}

constexpr std::array<std::string_view, 2> truth_fields{"haplotype_1", "haplotype_2"};

std::size_t people_of(const simulation& plan, simulated_people who) {
    return who == simulated_people::donors ? plan.options().donors : plan.options().patients;
}

}  // namespace

namespace analytics {

quality_dice::quality_dice(const typing_quality& quality, std::span<const locus> loci)
    : retyped(parts_of(quality.retyped)), blank(parts_of(quality.blank_homozygotes)) {
    std::array<double, typing_kind_count> shares{};
    for (std::size_t k = 0; k < typing_kind_count; ++k) {
        const typing_profile& profile = quality.profile(static_cast<typing_kind>(k));
        shares[k] = profile.share;
        for (std::size_t i = 0; i < loci.size(); ++i) {
            if (loci[i] == locus::C) untyped[k][i] = parts_of(profile.untyped_c);
            if (loci[i] == locus::DQB1) untyped[k][i] = parts_of(profile.untyped_dqb1);
            if (loci[i] == locus::DPB1) untyped[k][i] = parts_of(profile.untyped_dpb1);
        }
    }
    kinds = weighted_choice(shares);
}

}  // namespace analytics

simulation::state::state(simulation_options o, const frequency_set& set)
    : options(validated(std::move(o))),
      population(set.name()),
      loci(loci_of(set)),
      pools(analytics::make_pools(set, loci)),
      haplotypes(set.rows().frequencies()),
      other_members(parts_of(options.other_members)),
      null_alleles(parts_of(options.null_alleles)),
      donor_dice(options.donor_typing, loci),
      patient_dice(options.patient_typing, loci),
      fields(options, set.name()) {
    const std::size_t count = set.rows().size();
    haplotype_names.resize(count * most_loci);
    for (std::size_t row = 0; row < count; ++row) {
        haplotype_texts.push_back(set.haplotype_text(row));
        for (std::size_t i = 0; i < loci.size(); ++i)
            haplotype_names[row * most_loci + i] = set.rows().codes(row)[pools.loci[i].at];
    }
}

analytics::true_person simulation::state::draw(stream s, std::size_t person) const {
    random_generator random = generator_of(*this, s, person);
    analytics::true_person truth;
    for (std::size_t side = 0; side < 2; ++side) {
        const std::uint32_t row = haplotypes(random);
        truth.haplotypes[side] = row;
        for (std::size_t i = 0; i < loci.size(); ++i) {
            const analytics::allele_pool& pool = pools.loci[i];
            const auto [begin, members] = pool.of_name[haplotype_names[row * most_loci + i]];
            const bool other = members > 1 && random.chance(other_members);
            truth.alleles[i][side] = pool.members[begin + (other ? 1 + random.below(members - 1) : 0)];
        }
    }
    if (!random.chance(null_alleles)) return truth;
    // One allele, any of them, turns null; the next one where its first field has no null.
    const std::size_t copies = 2 * loci.size();
    const std::size_t start = random.below(copies);
    for (std::size_t k = 0; k < copies; ++k) {
        const std::size_t copy = (start + k) % copies;
        const analytics::allele_pool& pool = pools.loci[copy / 2];
        std::uint32_t& allele = truth.alleles[copy / 2][copy % 2];
        const analytics::true_allele& a = pool.alleles[allele];
        if (a.null_count == 0) continue;
        allele = pool.nulls[a.first_null + random.below(a.null_count)];
        break;
    }
    return truth;
}

typing_kind simulation::state::type(const analytics::true_person& truth, const analytics::quality_dice& dice, stream s,
                                    std::size_t person, std::span<std::string_view> cells) const {
    random_generator random = generator_of(*this, s, person);
    const std::size_t kind = dice.kinds(random);
    for (std::size_t i = 0; i < loci.size(); ++i) {
        std::string_view& first = cells[2 * i];
        std::string_view& second = cells[2 * i + 1];
        if (random.chance(dice.untyped[kind][i])) {
            first = second = {};
            continue;
        }
        const std::size_t written =
            random.chance(dice.retyped) ? std::max(kind, static_cast<std::size_t>(typing_kind::two_field)) : kind;
        const std::size_t variant = random.below(analytics::text_variants);
        // Laboratories write the lower allele first, so the order says nothing about phase.
        const auto& alleles = pools.loci[i].alleles;
        const analytics::true_allele* low = &alleles[truth.alleles[i][0]];
        const analytics::true_allele* high = &alleles[truth.alleles[i][1]];
        if (high->id < low->id) std::swap(low, high);
        first = low->texts[written][variant];
        second = high->texts[written][variant];
        if (first == second && random.chance(dice.blank)) second = {};
    }
    return static_cast<typing_kind>(kind);
}

simulation::simulation(std::unique_ptr<state> s) : state_(std::move(s)) {}
simulation::~simulation() = default;

simulation::pointer simulation::prepare(simulation_options options, const frequency_set& set) {
    return pointer(new simulation(std::make_unique<state>(std::move(options), set)));
}

const simulation_options& simulation::options() const noexcept { return state_->options; }
std::span<const locus> simulation::loci() const noexcept { return state_->loci; }
const std::string& simulation::mac_text() const noexcept { return state_->pools.mac_text; }
const mac_table::pointer& simulation::mac() const noexcept { return state_->pools.mac; }

person_simulator::person_simulator(simulation::pointer plan, std::string name, std::size_t begin, std::size_t end)
    : plan_(std::move(plan)), name_(std::move(name)), person_(begin), end_(end) {}

bool person_simulator::next(row_view& row) {
    if (person_ >= end_) return false;
    fill(person_++);
    row = {++number_, cells_, {}};
    return true;
}

std::string_view person_simulator::id_text(std::string_view prefix, std::size_t digits, std::size_t person) {
    std::array<char, 24> number{};
    const auto end = std::to_chars(number.data(), number.data() + number.size(), person + 1).ptr;
    const auto written = static_cast<std::size_t>(end - number.data());
    const std::size_t zeros = written < digits ? digits - written : 0;
    assert(prefix.size() + zeros + written <= id_.size());
    std::memcpy(id_.data(), prefix.data(), prefix.size());
    std::memset(id_.data() + prefix.size(), '0', zeros);
    std::memcpy(id_.data() + prefix.size() + zeros, number.data(), written);
    return {id_.data(), prefix.size() + zeros + written};
}

donor_simulator::donor_simulator(simulation::pointer plan) : donor_simulator(plan, 0, plan->options().donors) {}

donor_simulator::donor_simulator(simulation::pointer plan, std::size_t begin, std::size_t end)
    : person_simulator(std::move(plan), "simulated donors", begin, end) {
    columns_ = columns_of(plan_, analytics::donor_field_names);
    cells_.resize(columns_.size());
}

void donor_simulator::fill(std::size_t person) {
    const simulation::state& state = plan_->parts();
    const std::span cells(cells_);
    cells[0] = id_text(state.options.donor_prefix, donor_digits, person);
    const auto truth = state.draw(stream::donor_alleles, person);
    const typing_kind kind = state.type(truth, state.donor_dice, stream::donor_typing, person, cells.subspan(1));
    random_generator random = generator_of(state, stream::donor_fields, person);
    state.fields.fill_donor(random, state.options.donor_typing.profile(kind),
                            cells.subspan(1 + 2 * state.loci.size()));
}

patient_simulator::patient_simulator(simulation::pointer plan) : patient_simulator(plan, 0, plan->options().patients) {}

patient_simulator::patient_simulator(simulation::pointer plan, std::size_t begin, std::size_t end)
    : person_simulator(std::move(plan), "simulated patients", begin, end) {
    columns_ = columns_of(plan_, analytics::patient_field_names);
    cells_.resize(columns_.size());
}

void patient_simulator::fill(std::size_t person) {
    const simulation::state& state = plan_->parts();
    const std::span cells(cells_);
    cells[0] = id_text(state.options.patient_prefix, patient_digits, person);
    const auto truth = state.draw(stream::patient_alleles, person);
    state.type(truth, state.patient_dice, stream::patient_typing, person, cells.subspan(1));
    random_generator random = generator_of(state, stream::patient_fields, person);
    state.fields.fill_patient(random, cells.subspan(1 + 2 * state.loci.size()));
}

truth_simulator::truth_simulator(simulation::pointer plan, simulated_people who)
    : truth_simulator(plan, who, 0, people_of(*plan, who)) {}

truth_simulator::truth_simulator(simulation::pointer plan, simulated_people who, std::size_t begin, std::size_t end)
    : person_simulator(std::move(plan), "simulated truth", begin, end), who_(who) {
    columns_ = columns_of(plan_, truth_fields);
    cells_.resize(columns_.size());
}

void truth_simulator::fill(std::size_t person) {
    const simulation::state& state = plan_->parts();
    const bool donors = who_ == simulated_people::donors;
    cells_[0] = donors ? id_text(state.options.donor_prefix, donor_digits, person)
                       : id_text(state.options.patient_prefix, patient_digits, person);
    const auto truth = state.draw(donors ? stream::donor_alleles : stream::patient_alleles, person);
    std::size_t at = 1;
    for (std::size_t i = 0; i < state.loci.size(); ++i)
        for (const std::uint32_t allele : truth.alleles[i]) cells_[at++] = state.pools.loci[i].alleles[allele].full;
    for (const std::uint32_t haplotype : truth.haplotypes) cells_[at++] = state.haplotype_texts[haplotype];
}

}  // namespace allomatch
