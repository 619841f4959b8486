// SPDX-License-Identifier: Apache-2.0
/// \file
/// A simulated registry: people drawn from haplotype frequencies in Hardy-Weinberg proportion, with known truth,
/// typed as well as registries are.
///
/// The bytes are the same on every machine for the same options, set and nomenclature. Person i depends only on
/// the seed and i, so a longer stream starts with the shorter one, and donors and patients do not depend on
/// each other. The alleles of a person do not depend on the typing quality or the field options.
#pragma once

#include <allomatch/core/row_source.hpp>
#include <allomatch/haplotype/frequency_set.hpp>
#include <allomatch/nomenclature/mac_table.hpp>
#include <allomatch/registry/field.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace allomatch {

/// How a person's loci are written.
enum class typing_kind : std::uint8_t { serology, xx, mac, g_group, two_field, three_field };
inline constexpr std::size_t typing_kind_count = 6;

/// People typed in one way, and when they were recruited.
struct typing_profile {
    double share = 0;         ///< weight among the profiles; they need not sum to 1
    double untyped_c = 0;     ///< part of them without C
    double untyped_dqb1 = 0;  ///< part of them without DQB1
    double untyped_dpb1 = 0;  ///< part of them without DPB1
    int years_ago_from = 5;   ///< recruited at most so many years before the reference date, up to 37
    int years_ago_to = 0;     ///< and at least so many
};

/// How well people are typed. An allele that a kind cannot express (no antigen, no G group) is written in the next
/// better one: serology as XX, XX, MAC and G group in two fields. Null alleles are typed as such unless the kind
/// is XX or serology.
struct typing_quality {
    typing_profile serology{0.04, 1, 1, 1, 30, 22};
    typing_profile xx{0.06, 0.95, 0.95, 1, 26, 15};
    typing_profile mac{0.25, 0.7, 0.7, 1, 20, 9};
    typing_profile g_group{0.15, 0.15, 0.1, 0.9, 12, 4};
    typing_profile two_field{0.25, 0.1, 0.05, 0.8, 12, 2};
    typing_profile three_field{0.25, 0, 0, 0.1, 6, 0};
    /// Part of the typed loci that are in two fields whatever the person's kind: typed again later.
    double retyped = 0.03;
    /// Part of the loci with two equal texts whose second is left blank.
    double blank_homozygotes = 0.5;

    [[nodiscard]] const typing_profile& profile(typing_kind k) const noexcept;
};

/// Patients: mostly two and three fields, everyone with C and DQB1.
[[nodiscard]] typing_quality patient_typing_quality();

struct simulated_branch {
    std::string name;
    double weight = 1;
};

/// The eleven cities of Zhejiang with weights by their population (census of 2020).
[[nodiscard]] std::vector<simulated_branch> zhejiang_branches();

struct simulation_options {
    std::size_t donors = 10'000;
    std::size_t patients = 100;
    std::uint64_t seed = 1;
    typing_quality donor_typing = {};
    typing_quality patient_typing = patient_typing_quality();
    /// Part of the true alleles that are another member of the haplotype's name than its first.
    double other_members = 0.05;
    /// Part of the people in whom one allele is replaced by a null allele of the same first field, if there is one.
    double null_alleles = 0.001;

    std::string donor_prefix = "D";
    std::string patient_prefix = "P";
    /// Ages are as of this day: donors 18-55 years, patients 1-70. Default 2026-01-01.
    day_number reference_date = 20'454;
    double female_donors = 0.45;
    /// Part of the donors with status AV.
    double available = 0.93;
    std::vector<simulated_branch> branches = zhejiang_branches();
};

/// \throws format_error naming the option as column: a share outside [0, 1], weights without a positive sum,
/// years that do not fit, a prefix above 40 bytes or a reference date outside 1990-2199.
void validate(const simulation_options& options);

/// Everything that is drawn from, prepared once. Immutable: any number of simulators in any number of threads may
/// use it. Preparing takes a few milliseconds with the starter nomenclature and up to seconds for a set of
/// 10,000 names under a full release.
///
/// Only A, B, C, DRB1, DQB1 and DPB1 are simulated, as far as the set has them.
class simulation {
public:
    using pointer = std::shared_ptr<const simulation>;
    /// \throws format_error from `validate`, and when the set has none of the simulated loci.
    [[nodiscard]] static pointer prepare(simulation_options options, const frequency_set& set);
    ~simulation();

    [[nodiscard]] const simulation_options& options() const noexcept;
    [[nodiscard]] std::span<const locus> loci() const noexcept;
    /// The codes that typings use, as a MAC file in the published layout. The codes start with SIM and are
    /// not NMDP's. Empty when there are none (nomenclature `names`).
    [[nodiscard]] const std::string& mac_text() const noexcept;
    /// The same to read with; null when there are none.
    [[nodiscard]] const mac_table::pointer& mac() const noexcept;

    struct state;
    [[nodiscard]] const state& parts() const noexcept { return *state_; }

private:
    explicit simulation(std::unique_ptr<state> s);
    std::unique_ptr<state> state_;
};

/// Rows of one range of simulated people, numbered from 0. Not thread-safe; several may share a simulation.
class person_simulator : public row_source {
public:
    [[nodiscard]] std::string_view name() const override { return name_; }
    [[nodiscard]] std::span<const std::string> columns() const override { return columns_; }
    bool next(row_view& row) override;

protected:
    person_simulator(simulation::pointer plan, std::string name, std::size_t begin, std::size_t end);
    virtual void fill(std::size_t person) = 0;
    /// "D0000001" in the buffer of the row.
    std::string_view id_text(std::string_view prefix, std::size_t digits, std::size_t person);

    simulation::pointer plan_;
    std::vector<std::string> columns_;
    std::vector<std::string_view> cells_;

private:
    std::string name_;
    std::size_t person_;
    std::size_t end_;
    std::uint64_t number_ = 0;
    std::array<char, 64> id_{};
};

/// Donor rows (formats.md, section "Donors"): over a million a second.
class donor_simulator final : public person_simulator {
public:
    /// All donors of the options.
    explicit donor_simulator(simulation::pointer plan);
    /// Donors [begin, end), whatever the options say.
    donor_simulator(simulation::pointer plan, std::size_t begin, std::size_t end);

private:
    void fill(std::size_t person) override;
};

/// Patient rows.
class patient_simulator final : public person_simulator {
public:
    explicit patient_simulator(simulation::pointer plan);
    patient_simulator(simulation::pointer plan, std::size_t begin, std::size_t end);

private:
    void fill(std::size_t person) override;
};

enum class simulated_people : std::uint8_t { donors, patients };

/// The truth behind them: id, the full names of the true alleles (`A_1` is on the first haplotype, `A_2` on
/// the second), and the two haplotypes as the set writes them (`haplotype_1`, `haplotype_2`).
class truth_simulator final : public person_simulator {
public:
    truth_simulator(simulation::pointer plan, simulated_people who);
    truth_simulator(simulation::pointer plan, simulated_people who, std::size_t begin, std::size_t end);

private:
    void fill(std::size_t person) override;
    simulated_people who_;
};

}  // namespace allomatch
