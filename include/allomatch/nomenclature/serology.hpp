// SPDX-License-Identifier: Apache-2.0
/// \file
/// Serological antigens, their families and lines of descent.
#pragma once

#include <allomatch/core/locus.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace allomatch {

/// Families of antigens that HLA alleles are named in, as in `rel_ser_ser.txt`.
enum class serology_family : std::uint8_t { A, B, Cw, DR, DQ };
inline constexpr std::size_t serology_family_count = 5;
inline constexpr std::array<std::string_view, serology_family_count> serology_family_names{
    "A", "B", "Cw", "DR", "DQ"};

[[nodiscard]] constexpr std::size_t index(serology_family f) noexcept { return static_cast<std::size_t>(f); }
[[nodiscard]] constexpr std::string_view name(serology_family f) noexcept {
    return serology_family_names[index(f)];
}
/// The family in which the products of a gene are typed; none for DQA1, DPA1 and DPB1.
[[nodiscard]] std::optional<serology_family> family_of(gene g) noexcept;
/// `A`, `B`, `Cw`, `C` (read as Cw), `DR`, `DQ`.
[[nodiscard]] std::optional<serology_family> family_from_name(std::string_view text) noexcept;

/// A set of antigens of one family, by their index in `antigen_table`.
struct antigen_set {
    static constexpr std::size_t capacity = 128;
    std::array<std::uint64_t, 2> words{};

    constexpr void insert(std::size_t i) { words[i / 64] |= std::uint64_t{1} << i % 64; }
    [[nodiscard]] constexpr bool contains(std::size_t i) const { return (words[i / 64] >> i % 64 & 1U) != 0; }
    [[nodiscard]] constexpr bool empty() const { return (words[0] | words[1]) == 0; }
    [[nodiscard]] constexpr bool contains_all(const antigen_set& o) const {
        return ((o.words[0] & ~words[0]) | (o.words[1] & ~words[1])) == 0;
    }
    [[nodiscard]] constexpr bool intersects(const antigen_set& o) const {
        return ((words[0] & o.words[0]) | (words[1] & o.words[1])) != 0;
    }
    constexpr antigen_set& operator|=(const antigen_set& o) {
        words[0] |= o.words[0];
        words[1] |= o.words[1];
        return *this;
    }
    template <class Visitor>
    constexpr void for_each(Visitor visit) const {
        for (std::size_t i = 0; i < capacity; ++i)
            if (contains(i)) visit(i);
    }
    friend constexpr auto operator<=>(const antigen_set&, const antigen_set&) = default;
};

/// The antigens of one family with, for each, its line: itself, all broads and parents above it, all
/// splits and associated antigens below it (semantics.md sections 2 and 4).
class antigen_table {
public:
    /// Index of an antigen number, added when new.
    /// \throws format_error beyond `antigen_set::capacity` antigens.
    std::size_t add(std::uint32_t number);
    void add_child(std::uint32_t parent, std::uint32_t child);
    /// Works out the lines after the last addition.
    void close();

    [[nodiscard]] std::optional<std::size_t> find(std::uint32_t number) const noexcept;
    [[nodiscard]] std::size_t size() const noexcept { return numbers_.size(); }
    [[nodiscard]] std::uint32_t number(std::size_t i) const { return numbers_[i]; }
    [[nodiscard]] const antigen_set& line(std::size_t i) const { return lines_[i]; }
    /// All antigens that match one of `set`: the union of their lines.
    [[nodiscard]] antigen_set lines_of(const antigen_set& set) const;
    /// Antigens from `from` to `to` through broads, splits or associated ones, both ends included;
    /// empty when they are not in one line.
    [[nodiscard]] std::vector<std::size_t> path(std::size_t from, std::size_t to) const;

private:
    std::vector<std::uint32_t> numbers_;
    std::vector<antigen_set> children_;
    std::vector<antigen_set> below_;
    std::vector<antigen_set> lines_;
};

}  // namespace allomatch
