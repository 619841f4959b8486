// SPDX-License-Identifier: Apache-2.0
// Two readings of the texts of one locus in common terms.
#pragma once

#include <allomatch/nomenclature/succession.hpp>
#include <allomatch/registry/meaning_change.hpp>

#include <array>
#include <cstdint>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

namespace allomatch {

/// A class that two readings have in common or only one has; or what a position is instead.
using meaning_symbol = std::uint64_t;
inline constexpr meaning_symbol of_before_only = std::uint64_t{1} << 32;
inline constexpr meaning_symbol no_product_symbol = std::uint64_t{1} << 33;
inline constexpr meaning_symbol blank_symbol = no_product_symbol + 1;
inline constexpr meaning_symbol new_allele_symbol = no_product_symbol + 2;

/// What is known of the alleles of a position beyond their classes, by names.
struct position_facts {
    using antigen_names = std::vector<std::uint32_t>;
    antigen_names antigens;
    std::vector<antigen_names> antigens_of_one;
    std::vector<std::uint16_t> first_fields;
    allele_traits traits;  // TCE groups as version 0, those of the newest
    friend bool operator==(const position_facts&, const position_facts&) = default;
    [[nodiscard]] auto key() const { return std::tuple(antigens, antigens_of_one, first_fields, traits.bits()); }
    friend bool operator<(const position_facts& a, const position_facts& b) { return a.key() < b.key(); }
};

/// The facts of a position in names instead of numbers of its nomenclature.
[[nodiscard]] position_facts facts_of(const nomenclature& names, locus l, const position& p);

enum class reading_side : std::uint8_t { before, after };

/// The class of an allele of either side as a symbol; null alleles are `no_product_symbol`.
[[nodiscard]] meaning_symbol symbol_of_allele(const succession& names, reading_side side, allele_id id);
[[nodiscard]] meaning_symbol symbol_of_class(const succession& names, reading_side side, class_id id);
/// What a position can be, sorted.
[[nodiscard]] std::vector<meaning_symbol> symbols_of(const succession& names, reading_side side, const position& p);

/// Both readings of the texts of a locus. Borrows.
struct locus_readings {
    const succession& names;
    locus where;
    const registry::locus_column& before;
    const registry::locus_column& after;

    [[nodiscard]] const registry::locus_column& column(reading_side side) const noexcept {
        return side == reading_side::before ? before : after;
    }
    [[nodiscard]] bool typed(reading_side side, std::uint32_t text) const noexcept {
        return column(side).code_of_text[text] != untyped_code;
    }
    /// What the positions of a text can be, sorted.
    [[nodiscard]] std::vector<meaning_symbol> symbols(reading_side side, std::uint32_t text) const;
};

/// An allele that both readings of a text list, in different classes.
struct moved_allele {
    allele_id before;
    allele_id after;
    meaning_symbol from;
    meaning_symbol to;
};
[[nodiscard]] std::vector<moved_allele> moved_alleles(const locus_readings& readings, std::uint32_t before, std::uint32_t after);

/// Whether both readings of a text list the same alleles in the same pairs.
[[nodiscard]] bool same_alleles(const locus_readings& readings, std::uint32_t before, std::uint32_t after);

/// The positions of a locus on both sides, numbered so that equal ones have equal numbers. Immutable.
class locus_meanings {
public:
    using number = std::uint32_t;
    using number_pair = std::pair<number, number>;
    using pair_set = std::vector<number_pair>;  // the lower number first; sorted, distinct

    explicit locus_meanings(const locus_readings& readings);

    [[nodiscard]] const locus_readings& readings() const noexcept { return readings_; }
    /// Pairs of sets of symbols.
    [[nodiscard]] pair_set outcomes(reading_side side, std::uint32_t text) const { return pairs(side, text, sets_of_); }
    /// Pairs of facts.
    [[nodiscard]] pair_set facts(reading_side side, std::uint32_t text) const { return pairs(side, text, facts_of_); }
    [[nodiscard]] const std::vector<meaning_symbol>& symbols(number set) const noexcept { return sets_[set]; }

private:
    using numbers_of_positions = std::array<std::vector<number>, 2>;
    [[nodiscard]] pair_set pairs(reading_side side, std::uint32_t text, const numbers_of_positions& of) const;

    const locus_readings& readings_;
    std::vector<std::vector<meaning_symbol>> sets_;
    numbers_of_positions sets_of_;
    numbers_of_positions facts_of_;
};

/// Compares the two readings of texts; one a thread.
class meaning_judge {
public:
    explicit meaning_judge(const locus_meanings& meanings) : meanings_(meanings) {}
    [[nodiscard]] meaning_kind operator()(std::uint32_t before, std::uint32_t after);

private:
    using number_pair = locus_meanings::number_pair;
    using pair_set = locus_meanings::pair_set;
    [[nodiscard]] bool within(locus_meanings::number inner, locus_meanings::number outer);
    [[nodiscard]] bool covered(const number_pair& one, const pair_set& by);
    [[nodiscard]] bool covered(const pair_set& all, const pair_set& by);

    const locus_meanings& meanings_;
    std::unordered_map<std::uint64_t, bool> within_;
};

}  // namespace allomatch
