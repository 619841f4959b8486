// SPDX-License-Identifier: Apache-2.0
/// \file
/// What the people of an estimate may carry: equal typings once, alleles as numbers.
#pragma once

#include <allomatch/haplotype/estimation.hpp>

#include <array>
#include <cstdint>
#include <limits>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace allomatch::estimation {

__extension__ typedef unsigned __int128 haplotype_key;  // GCC and clang; allele numbers side by side

using allele_number = std::uint32_t;

/// The alleles of both sides, sorted.
struct alternative {
    std::vector<allele_number> first;
    std::vector<allele_number> second;
    friend auto operator<=>(const alternative&, const alternative&) = default;
};

/// What a text says at one locus.
struct locus_choice {
    std::vector<alternative> alternatives;
    std::string phase;  ///< of a block with `~`: alternatives and sides go with those of the other loci of the block
    friend auto operator<=>(const locus_choice&, const locus_choice&) = default;
};

/// Numbers for the alleles seen at one locus.
class allele_numbers {
public:
    allele_numbers(locus l, haplotype_unit unit, const nomenclature& names);

    /// The number of the unit that an allele belongs to, a new one where it was not seen before.
    allele_number of(allele_id id);
    /// Of a name in a frequency set.
    allele_number of(const haplotype_allele& written);
    [[nodiscard]] const std::vector<std::string>& texts() const noexcept { return texts_; }
    [[nodiscard]] std::string_view where() const noexcept { return name(locus_); }

private:
    [[nodiscard]] std::string text_of(allele_id id) const;
    allele_number of(std::string text);

    locus locus_;
    haplotype_unit unit_;
    const nomenclature* names_;
    std::unordered_map<std::string, std::string> suffixes_;  ///< by two fields, that of all such alleles
    std::unordered_map<allele_id, allele_number> by_allele_;
    std::unordered_map<std::string, allele_number> by_text_;
    std::vector<std::string> texts_;
};

/// People with their distinct typings at the loci of an estimate.
class typed_people {
public:
    static constexpr std::uint32_t left_out = std::numeric_limits<std::uint32_t>::max();
    static constexpr std::uint32_t untyped_choice = 0;

    typed_people(const registry& donors, const estimation_options& options, std::span<const donor_index> people);

    struct typing {
        std::array<std::uint32_t, locus_count> choices{};  ///< one a locus of the estimate, `untyped_choice` for none
        std::uint32_t people = 0;
    };
    [[nodiscard]] const std::vector<typing>& typings() const noexcept { return typings_; }
    /// Number of the typing of each person, or `left_out`.
    [[nodiscard]] const std::vector<std::uint32_t>& typing_of() const noexcept { return typing_of_; }
    [[nodiscard]] std::size_t width() const noexcept { return alleles_.size(); }
    [[nodiscard]] std::size_t people() const noexcept { return people_; }
    [[nodiscard]] std::size_t untyped() const noexcept { return untyped_; }
    [[nodiscard]] std::size_t new_alleles() const noexcept { return new_alleles_; }

    [[nodiscard]] const std::vector<std::string>& allele_texts(std::size_t at) const { return alleles_[at].texts(); }
    /// Haplotypes of the old estimate with their frequencies, by key.
    [[nodiscard]] const std::vector<std::pair<haplotype_key, double>>& prior() const noexcept { return prior_; }

    /// What a typing says at a locus; of an untyped one the alleles that may be there.
    [[nodiscard]] const locus_choice& choice(const typing& t, std::size_t at) const { return choices_[at][t.choices[at]]; }
    [[nodiscard]] haplotype_key key(std::size_t at, allele_number allele) const noexcept {
        return static_cast<haplotype_key>(allele) << shifts_[at];
    }
    /// Bits of a key that hold the allele of this locus.
    [[nodiscard]] haplotype_key key_mask(std::size_t at) const noexcept { return key(at, masks_[at]); }
    [[nodiscard]] allele_number allele(std::size_t at, haplotype_key key) const noexcept {
        return static_cast<allele_number>(key >> shifts_[at]) & masks_[at];
    }
    /// At least as many haplotype pairs as the typing allows.
    [[nodiscard]] double pair_bound(const typing& t) const;

private:
    void read_texts(const registry& donors, const estimation_options& options);
    void read_prior(const haplotype_index& prior, const estimation_options& options);
    void group(const registry& donors, const estimation_options& options, std::span<const donor_index> people);
    void open_untyped();
    void place_keys();

    static constexpr std::uint32_t new_allele_choice = std::numeric_limits<std::uint32_t>::max();
    std::vector<allele_numbers> alleles_;
    std::vector<std::vector<locus_choice>> choices_;             // of each locus; the first is the untyped one
    std::vector<std::vector<std::uint32_t>> choice_of_text_;     // of each locus
    std::vector<typing> typings_;
    std::vector<std::uint32_t> typing_of_;
    std::vector<std::vector<allele_number>> prior_rows_;
    std::vector<double> prior_frequencies_;
    std::vector<std::pair<haplotype_key, double>> prior_;
    std::vector<unsigned> shifts_;
    std::vector<allele_number> masks_;
    std::size_t people_ = 0;
    std::size_t untyped_ = 0;
    std::size_t new_alleles_ = 0;
};

}  // namespace allomatch::estimation
