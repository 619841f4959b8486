// SPDX-License-Identifier: Apache-2.0
/// \file
/// One locus of a patient compiled against the dictionary of a registry: a table with one entry per
/// distinct genotype, so that a donor is only looked up.
#pragma once

#include <allomatch/search/comparison.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace allomatch {

/// Which mismatches count against the limits.
enum class direction : std::uint8_t {
    both,  ///< 2 minus matched positions
    gvh,   ///< patient positions that the donor lacks
    hvg,   ///< donor positions that the patient lacks
};

/// An outcome in 16 bits.
using packed_outcome = std::uint16_t;
[[nodiscard]] packed_outcome pack(const locus_outcome& o) noexcept;
[[nodiscard]] locus_outcome unpack(packed_outcome bits) noexcept;

/// Sums of outcomes over loci, in one word that adds up like a number.
class outcome_sums {
public:
    constexpr outcome_sums() = default;
    explicit constexpr outcome_sums(packed_outcome o)
        : bits_((o & 3U) + ((o >> 2 & 3U) << 6) + ((o >> 4 & 3U) << 12) + ((o >> 6 & 3U) << 18) +
                ((o >> 8 & 7U) == antigen_code ? antigen_lane : 0U) +
                ((o >> 11 & 7U) == antigen_code ? antigen_lane : 0U)) {}
    constexpr outcome_sums& operator+=(outcome_sums o) noexcept {
        bits_ += o.bits_;
        return *this;
    }
    [[nodiscard]] constexpr unsigned mismatches() const noexcept { return bits_ & 63U; }
    [[nodiscard]] constexpr unsigned mismatches_max() const noexcept { return bits_ >> 6 & 63U; }
    [[nodiscard]] constexpr unsigned gvh() const noexcept { return bits_ >> 12 & 63U; }
    [[nodiscard]] constexpr unsigned hvg() const noexcept { return bits_ >> 18 & 63U; }
    /// Positions with letter M.
    [[nodiscard]] constexpr unsigned antigen_mismatches() const noexcept { return bits_ >> 24; }

private:
    static constexpr unsigned antigen_code = static_cast<unsigned>(letter::antigen);
    static constexpr std::uint32_t antigen_lane = 1U << 24;
    std::uint32_t bits_ = 0;  // five lanes of six bits: 9 loci give at most 18
};

/// An outcome with its sums, as tables for comparing everybody hold it.
struct summed_outcome {
    outcome_sums sums;
    packed_outcome packed = 0;
};

/// Entry of a count table: over the limit of its locus.
inline constexpr std::uint8_t over_limit = 64;

/// Scratch memory is kept between queries; one instance a thread. Not thread-safe.
class locus_query {
public:
    /// Prepares a typed locus of a patient. The arguments are borrowed until the next `start`.
    void start(const nomenclature& names, locus l, const genotype& patient, const locus_dictionary& dictionary,
               const comparison_rules& rules);

    /// Potential mismatches of every genotype in the given direction, 0-2, or `over_limit` above `limit`. Cost: the
    /// positions that share a class with the patient, plus a look-up per genotype.
    [[nodiscard]] std::span<const std::uint8_t> counts(direction d, unsigned limit);

    /// Outcome of one genotype, worked out when first asked for.
    [[nodiscard]] packed_outcome outcome(genotype_code code);

    /// The pair of alternatives that gives orientation and letters.
    struct best_pair {
        std::size_t patient = 0;  ///< number of the patient's alternative
        stored_alternative donor;
        std::array<letter, 2> letters{};  ///< of this pair alone, in donor order
        bool crossed = false;
    };
    [[nodiscard]] best_pair best(genotype_code code);

    /// Outcomes of all genotypes.
    [[nodiscard]] std::span<const summed_outcome> outcomes();

private:
    static constexpr packed_outcome unknown = 0xFFFF;
    void start_outcomes();
    packed_outcome work_out(genotype_code code, best_pair* best = nullptr);
    [[nodiscard]] std::uint16_t relation_of(std::size_t pair, position_id id);
    void mark_positions(const prepared_pair& pair);

    const nomenclature* names_ = nullptr;
    locus locus_ = locus::A;
    const genotype* patient_ = nullptr;
    const locus_dictionary* dictionary_ = nullptr;
    comparison_rules rules_;
    std::vector<prepared_pair> pairs_;
    std::vector<std::uint8_t> marks_;            // per position, for counts
    std::vector<position_id> marked_;
    std::vector<std::uint8_t> counts_;           // per genotype
    std::vector<packed_outcome> outcomes_;       // per genotype
    std::vector<summed_outcome> all_outcomes_;   // per genotype
    std::vector<std::uint16_t> relations_;       // per pair and position
    bool outcomes_started_ = false;
    bool antigen_level_ = false;
};

}  // namespace allomatch
