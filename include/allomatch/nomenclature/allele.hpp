// SPDX-License-Identifier: Apache-2.0
/// \file
/// Allele names as numbers, and sets of alleles.
#pragma once

#include <allomatch/core/locus.hpp>
#include <allomatch/core/text.hpp>

#include <boost/container/small_vector.hpp>

#include <algorithm>
#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace allomatch {

/// Position of an allele in its nomenclature, in the order gene, fields, suffix.
using allele_id = std::uint32_t;
/// The antigen-recognition-domain class of expressed alleles, semantics.md section 3.
using class_id = std::uint32_t;
/// The class of an allele that has none: it is null.
inline constexpr class_id no_class = 0xFFFF'FFFF;

/// Name of an allele without its gene: 1-4 numeric fields and an optional expression suffix.
struct allele_name {
    static constexpr std::string_view suffixes = "NLSCAQ";
    static constexpr std::array<std::uint32_t, 4> largest{4095, 8191, 4095, 4095};

    std::array<std::uint16_t, 4> fields{};  ///< 0 = field not given
    std::uint8_t count = 0;                 ///< number of fields given
    char suffix = 0;                        ///< 0 = none

    [[nodiscard]] bool is_null() const noexcept { return suffix == 'N'; }

    /// Sort key: fields, then suffix, below the gene. 4 + 12 + 13 + 12 + 12 + 3 bits.
    [[nodiscard]] std::uint64_t key(gene g) const noexcept {
        std::uint64_t k = index(g);
        k = k << 12 | fields[0];
        k = k << 13 | fields[1];
        k = k << 12 | fields[2];
        k = k << 12 | fields[3];
        return k << 3 | suffix_code(suffix);
    }
    /// One past the largest key of a name that starts with these fields.
    [[nodiscard]] std::uint64_t prefix_end(gene g) const noexcept {
        constexpr std::array<int, 5> free_bits{52, 40, 27, 15, 3};
        allele_name bare = *this;
        bare.suffix = 0;
        return bare.key(g) + (std::uint64_t{1} << free_bits[count]);
    }
    static allele_name from_key(std::uint64_t key) noexcept;
    static gene gene_of_key(std::uint64_t key) noexcept { return static_cast<gene>(key >> 52); }

    /// "02:01:01:02L"
    [[nodiscard]] std::string text() const;

    friend bool operator==(const allele_name&, const allele_name&) = default;

private:
    static std::uint64_t suffix_code(char suffix) noexcept {
        return suffix == 0 ? 0 : suffixes.find(suffix) + 1;
    }
};

/// Reads `02:01:01:02L`: 1-4 fields of at least two digits without superfluous zeros; nothing for
/// any other text. `tail` receives the letters after the last digit, for group names.
[[nodiscard]] std::optional<allele_name> read_allele_fields(std::string_view text, std::string_view& tail);
/// The same with an expression suffix or nothing as its tail.
[[nodiscard]] std::optional<allele_name> read_allele_name(std::string_view text);

/// Reads a name of before 2010, without colons, as pairs of digits: `0201`, `31012` (= 31:01:02), `2409N`;
/// the continued families `A*92xx` and `B*95xx` become `02:1xx` and `15:1xx`. Nothing for other texts.
[[nodiscard]] std::optional<allele_name> read_old_digits(gene g, std::string_view text);

/// A set of alleles as sorted, disjoint, non-adjacent ranges of ids.
class allele_set {
public:
    struct range {
        allele_id begin;
        allele_id end;
        friend bool operator==(const range&, const range&) = default;
    };

    allele_set() = default;
    explicit allele_set(allele_id one) { ranges_.push_back({one, one + 1}); }
    allele_set(allele_id begin, allele_id end) {
        if (begin < end) ranges_.push_back({begin, end});
    }

    /// Adds ids at or after all ids in the set: amortised O(1).
    void append(allele_id id) {
        if (!ranges_.empty() && ranges_.back().end == id)
            ++ranges_.back().end;
        else
            ranges_.push_back({id, id + 1});
    }
    /// Collects ranges in any order; call `normalise` before reading.
    void collect(const allele_set& other) {
        ranges_.insert(ranges_.end(), other.ranges_.begin(), other.ranges_.end());
    }
    void normalise();

    [[nodiscard]] bool empty() const noexcept { return ranges_.empty(); }
    [[nodiscard]] std::size_t size() const noexcept;
    [[nodiscard]] const auto& ranges() const noexcept { return ranges_; }

    template <class Visitor>
    void for_each(Visitor visit) const {
        for (const range& r : ranges_)
            for (allele_id id = r.begin; id != r.end; ++id) visit(id);
    }
    template <class Test>
    [[nodiscard]] bool any(Test test) const {
        for (const range& r : ranges_)
            for (allele_id id = r.begin; id != r.end; ++id)
                if (test(id)) return true;
        return false;
    }
    friend bool operator==(const allele_set&, const allele_set&) = default;

private:
    boost::container::small_vector<range, 4> ranges_;
};

}  // namespace allomatch
