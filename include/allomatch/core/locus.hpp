// SPDX-License-Identifier: Apache-2.0
/// \file
/// Genes with alleles of their own, and the loci that are typed, stored and searched.
#pragma once

#include <allomatch/core/error.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace allomatch {

/// A gene of the classical HLA system.
enum class gene : std::uint8_t { A, B, C, DRB1, DRB3, DRB4, DRB5, DQA1, DQB1, DPA1, DPB1 };
inline constexpr std::size_t gene_count = 11;

/// A column of a registry. DRB3, DRB4 and DRB5 fold into one locus, of which a person carries 0-2.
enum class locus : std::uint8_t { A, B, C, DRB1, DRB345, DQA1, DQB1, DPA1, DPB1 };
inline constexpr std::size_t locus_count = 9;

inline constexpr std::array<std::string_view, gene_count> gene_names{
    "A", "B", "C", "DRB1", "DRB3", "DRB4", "DRB5", "DQA1", "DQB1", "DPA1", "DPB1"};
inline constexpr std::array<std::string_view, locus_count> locus_names{
    "A", "B", "C", "DRB1", "DRB345", "DQA1", "DQB1", "DPA1", "DPB1"};

[[nodiscard]] constexpr std::size_t index(gene g) noexcept { return static_cast<std::size_t>(g); }
[[nodiscard]] constexpr std::size_t index(locus l) noexcept { return static_cast<std::size_t>(l); }
[[nodiscard]] constexpr std::string_view name(gene g) noexcept { return gene_names[index(g)]; }
[[nodiscard]] constexpr std::string_view name(locus l) noexcept { return locus_names[index(l)]; }

[[nodiscard]] constexpr locus locus_of(gene g) noexcept {
    constexpr std::array<locus, gene_count> table{
        locus::A,      locus::B,    locus::C,    locus::DRB1, locus::DRB345, locus::DRB345,
        locus::DRB345, locus::DQA1, locus::DQB1, locus::DPA1, locus::DPB1};
    return table[index(g)];
}

/// The genes whose alleles a text may name, as a set of bits.
class gene_set {
public:
    constexpr gene_set() = default;
    constexpr explicit gene_set(gene g) : bits_(static_cast<std::uint16_t>(1U << index(g))) {}
    constexpr explicit gene_set(locus l) {
        for (std::size_t i = 0; i < gene_count; ++i)
            if (locus_of(static_cast<gene>(i)) == l) bits_ = static_cast<std::uint16_t>(bits_ | 1U << i);
    }
    static constexpr gene_set all() {
        gene_set s;
        s.bits_ = (1U << gene_count) - 1;
        return s;
    }
    [[nodiscard]] constexpr bool contains(gene g) const { return (bits_ >> index(g) & 1U) != 0; }
    /// The gene when there is exactly one.
    [[nodiscard]] constexpr std::optional<gene> only() const {
        for (std::size_t i = 0; i < gene_count; ++i)
            if (bits_ == 1U << i) return static_cast<gene>(i);
        return std::nullopt;
    }
    friend constexpr bool operator==(gene_set, gene_set) = default;

private:
    std::uint16_t bits_ = 0;
};

[[nodiscard]] std::optional<gene> gene_from_name(std::string_view text) noexcept;
[[nodiscard]] std::optional<locus> locus_from_name(std::string_view text) noexcept;

/// What a `--locus` option or a column stem may say: a locus or one of DRB3, DRB4, DRB5.
[[nodiscard]] std::optional<gene_set> gene_set_from_name(std::string_view text) noexcept;

/// Loci of a search from `6/6`, `8/8`, `10/10`, `12/12` (semantics.md section 1) or a list such as
/// `A,B,DRB1`; the order given is the order of the result columns.
/// \throws format_error for an unknown, doubled or missing locus.
[[nodiscard]] std::vector<locus> loci_from_text(std::string_view text);

}  // namespace allomatch
