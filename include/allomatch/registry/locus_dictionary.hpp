// SPDX-License-Identifier: Apache-2.0
/// \file
/// The distinct genotype typings of one locus in a registry.
#pragma once

#include <allomatch/core/stored_array.hpp>
#include <allomatch/registry/position_table.hpp>
#include <allomatch/registry/slot_index.hpp>
#include <allomatch/typing/genotype.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace allomatch {

using position_id = std::uint32_t;
/// Number of a distinct genotype typing at one locus; what a donor column holds.
using genotype_code = std::uint32_t;
/// The code of a locus that is not typed.
inline constexpr genotype_code untyped_code = 0;

/// A pair of stored positions, and what the two have in common as a position of its own.
struct stored_alternative {
    position_id first = 0;
    position_id second = 0;
    position_id common = 0;
    friend bool operator==(const stored_alternative&, const stored_alternative&) = default;
};

/// Distinct positions and genotypes of one locus. Filled by a builder, read-only afterwards. A copy shares everything
/// until it is filled further; numbers stay what they are.
///
/// Positions are told apart by what matching sees (kind, classes, antigens, first fields) and by traits.
/// `positions_with` lists, for a class, every position that has it, so that a query touches only what it may match.
class locus_dictionary {
public:
    /// Position 0 has no classes: the common part of two positions that share none.
    static constexpr position_id nothing = 0;

    locus_dictionary();

    genotype_code intern(const genotype& g);
    /// Brings the lists of positions by class up to date; call after the last `intern`. Costs nothing where all
    /// positions were there before.
    void finish();
    /// Puts the positions together after the arrays were filled from a file.
    void join_positions();

    [[nodiscard]] std::size_t genotype_count() const noexcept { return begins_.size() - 1; }
    [[nodiscard]] std::size_t position_count() const noexcept { return positions_->size(); }
    [[nodiscard]] std::span<const stored_alternative> alternatives(genotype_code code) const noexcept {
        return {alternatives_.data() + begins_[code], begins_[code + 1] - begins_[code]};
    }
    [[nodiscard]] const position& at(position_id id) const noexcept { return (*positions_)[id]; }
    /// The genotype that a code stands for, copied out.
    [[nodiscard]] genotype genotype_at(genotype_code code) const;
    /// Whether every genotype has exactly one alternative; then genotype `i` is `pairs()[i]`.
    [[nodiscard]] bool all_single() const noexcept { return alternatives_.size() == genotype_count(); }
    [[nodiscard]] std::span<const stored_alternative> pairs() const noexcept { return alternatives_; }

    /// Positions that have class `c`, ascending.
    [[nodiscard]] std::span<const position_id> positions_with(class_id c) const noexcept;
    [[nodiscard]] std::span<const position_id> blank_positions() const noexcept { return blanks_; }
    [[nodiscard]] std::span<const position_id> no_product_positions() const noexcept { return no_products_; }
    /// Distinct classes that occur, ascending.
    [[nodiscard]] std::span<const class_id> classes() const noexcept { return classes_; }

    [[nodiscard]] std::size_t memory() const noexcept;

    /// Calls `visit(name, array)` for everything it is made of once finished.
    template <class Self, class Visit>
    static void each_array(Self& self, Visit&& visit) {
        position_table::each_array(self.stored_positions_, visit);
        slot_index::each_array(self.position_index_, [&](std::string_view, auto& slots) { visit("position_slots", slots); });
        visit("alternatives", self.alternatives_);
        visit("begins", self.begins_);
        slot_index::each_array(self.genotype_index_, [&](std::string_view, auto& slots) { visit("genotype_slots", slots); });
        visit("class_list", self.classes_);
        visit("class_begins", self.class_begins_);
        visit("class_positions", self.class_positions_);
        visit("blanks", self.blanks_);
        visit("no_products", self.no_products_);
    }

private:
    [[nodiscard]] static std::uint64_t hash_of(const position& p) noexcept;
    [[nodiscard]] static std::uint64_t hash_of(std::span<const stored_alternative> list) noexcept;
    position_id intern(const position& p);
    /// Puts positions into the lists by class.
    void list_by_class(std::span<const std::pair<class_id, position_id>> added);

    std::shared_ptr<std::vector<position>> positions_ = std::make_shared<std::vector<position>>();
    position_table stored_positions_;  // the same, once finished
    slot_index position_index_;
    stored_array<stored_alternative> alternatives_;
    stored_array<std::uint32_t> begins_;
    slot_index genotype_index_;
    stored_array<class_id> classes_;
    stored_array<std::uint32_t> class_begins_;
    stored_array<position_id> class_positions_;
    stored_array<position_id> blanks_;
    stored_array<position_id> no_products_;
};

/// What two positions have in common: their shared classes; for a blank one the other; nothing for new
/// alleles.
[[nodiscard]] position common_part(const position& a, const position& b);

}  // namespace allomatch
