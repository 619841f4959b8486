// SPDX-License-Identifier: Apache-2.0
/// \file
/// The donors of a registry seen through frequency sets: equal typings are worked out once.
#pragma once

#include <allomatch/haplotype/diplotypes.hpp>
#include <allomatch/haplotype/populations.hpp>
#include <allomatch/registry/registry.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace allomatch {

/// What a frequency set says of one person at some loci.
struct set_view {
    bool explained = false;
    population_number set = 0;            ///< the set that explains, or the first that was tried
    bool certain = false;                 ///< fully typed: `contents` is the one genotype
    std::vector<locus_content> contents;  ///< at the loci asked for that the set has, in their order
    const diplotypes* pairs = nullptr;    ///< else the haplotype pairs
    std::unique_ptr<const diplotypes> own;  ///< keeps `pairs` alive where nobody else does
};

/// A person's certain genotype, or the haplotype pairs of the first set of `choice` that explains the typing.
/// `loci` are those of the search.
[[nodiscard]] set_view view_person(const populations& sets, const populations::choice& choice,
                                   const person_typing& typing, std::span<const locus> loci);

/// The haplotype pairs of donors, kept per distinct typing. Any number of threads may ask; what is asked for the
/// first time is worked out then, and kept up to `keep` bytes in all. Results do not depend on what is kept.
class donor_genotypes {
public:
    static constexpr std::size_t keep_by_default = std::size_t{1} << 30;

    /// Reads the distinct typings of all donors. Cost: every distinct text once, and a look-up a donor and locus.
    /// \throws format_error when a donor has no set to use, naming the donor and the populations, or when the sets were
    /// read with another nomenclature than the donors.
    donor_genotypes(std::shared_ptr<const registry> donors, std::shared_ptr<const populations> sets,
                    std::size_t threads = 0, std::size_t keep = keep_by_default);
    ~donor_genotypes();
    donor_genotypes(const donor_genotypes&) = delete;
    donor_genotypes& operator=(const donor_genotypes&) = delete;

    [[nodiscard]] const registry& donors() const noexcept { return *donors_; }
    [[nodiscard]] const populations& sets() const noexcept { return *sets_; }
    [[nodiscard]] std::size_t typing_count() const noexcept { return typings_.size(); }
    /// Number of the distinct typing of a donor.
    [[nodiscard]] std::uint32_t typing_of(donor_index d) const noexcept { return typing_of_[d]; }
    /// Donors with this typing.
    [[nodiscard]] std::uint32_t shared_by(std::uint32_t typing) const noexcept { return typings_[typing].donors; }

    /// See `view_person`; `out` is overwritten, to spare memory.
    void view(std::uint32_t typing, std::span<const locus> loci, set_view& out) const;

    /// Works out every typing that fits into memory, in parallel. `done` gets the number worked out so far.
    void prepare(std::size_t threads = 0, const std::function<void(std::size_t done, std::size_t all)>& progress = {}) const;
    /// How many donors each set explains, fully typed ones and fall-backs included. Works out every typing.
    struct coverage {
        std::vector<std::size_t> explained;  ///< by set
        std::size_t unexplained = 0;
    };
    [[nodiscard]] coverage count_explained(std::size_t threads = 0) const;
    /// log10 of the probability that a person drawn from the first set that explains a typing has it: the sum over
    /// its haplotype pairs in Hardy-Weinberg proportion, of the set divided by its sum. By number of the typing;
    /// minus infinity where no pair fits, fully typed or not. Works out every typing.
    [[nodiscard]] std::vector<double> log10_probabilities(std::size_t threads = 0) const;
    /// Why no set that the donor may use explains the typing: what no haplotype of it has.
    [[nodiscard]] std::string unexplained_reason(donor_index d) const;
    /// Bytes of what is kept.
    [[nodiscard]] std::size_t memory() const noexcept;

private:
    struct text_meaning {
        locus_relation relation;
        std::optional<locus_content> certain;
    };
    struct distinct_typing {
        std::uint32_t example = 0;  // a donor who has it
        std::uint32_t donors = 0;
        std::uint32_t choice = 0;
    };
    using cell = std::atomic<const diplotypes*>;  // owned

    [[nodiscard]] const text_meaning& meaning(population_number set, std::size_t at, donor_index d) const noexcept;
    /// The pairs of one typing by one set of its choice; `own` receives them when there was no room to keep them.
    const diplotypes& pairs(std::uint32_t typing, std::size_t tried, std::unique_ptr<const diplotypes>& own) const;

    std::shared_ptr<const registry> donors_;
    std::shared_ptr<const populations> sets_;
    std::vector<populations::choice> choices_;
    std::size_t longest_choice_ = 1;
    std::vector<distinct_typing> typings_;
    std::vector<std::uint32_t> typing_of_;
    std::vector<std::vector<std::vector<text_meaning>>> meanings_;  // set, locus of the set, text
    std::size_t keep_;
    mutable std::vector<cell> kept_;  // typing x place in the choice
    mutable std::atomic<std::size_t> bytes_ = 0;
};

}  // namespace allomatch
