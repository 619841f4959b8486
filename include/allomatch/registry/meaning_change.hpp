// SPDX-License-Identifier: Apache-2.0
/// \file
/// What the same typings of the same donors mean under another release, table of codes or rule for null alleles.
#pragma once

#include <allomatch/nomenclature/succession.hpp>
#include <allomatch/registry/registry.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace allomatch {

/// How the meaning of a typed locus changed, the gravest first. What a locus can be is the set of its outcomes: unordered
/// pairs of classes, NEW, blank or no product, over all alternatives, as matching sees them (semantics.md sections 3 and
/// 4). Classes and alleles of the two readings are told to be the same by `succession`.
enum class meaning_kind : std::uint8_t {
    /// The donor cannot be read any more, or a locus that was typed is not.
    lost,
    /// Outcomes are gone and others new, and an allele that both readings list went from a class that no outcome has any
    /// more to one that none had before; null counts where a position lists nothing else in one reading only. The texts say
    /// the same, matches may be others.
    moved,
    /// Outcomes are gone and others new for another reason: the text stands for other alleles than before.
    changed,
    /// All outcomes of before and more.
    widened,
    /// Some of the outcomes of before.
    narrowed,
    /// The same outcomes; but antigens, first fields, TCE groups (newest version), core groups, expression or leaders of the
    /// positions differ, so that antigen matches and permissiveness may be others.
    facts,
    /// The donor can be read now and could not be before, or a locus is typed that was not.
    gained,
    /// The same for matching, but other alleles, null ones included: a group, an XX or a code has more members. Probabilities
    /// may be others.
    alleles_only,
    same,
};
inline constexpr std::size_t meaning_kind_count = 9;
inline constexpr std::array<std::string_view, meaning_kind_count> meaning_kind_names{
    "lost", "moved", "changed", "widened", "narrowed", "facts", "gained", "alleles_only", "same"};
[[nodiscard]] constexpr std::string_view name(meaning_kind k) noexcept { return meaning_kind_names[static_cast<std::size_t>(k)]; }

using meaning_counts = std::array<std::size_t, meaning_kind_count>;

/// Two readings of the same donors. Donors are the same by id.
struct meaning_inputs {
    std::shared_ptr<const registry> before;
    std::shared_ptr<const registry> after;
    /// Why donors are missing in either, as an import reports it; looked up by id.
    std::span<const problem> refused_before{};
    std::span<const problem> refused_after{};
    /// List the loci whose alleles alone differ too.
    bool list_alleles_only = false;
    std::size_t threads = 0;  ///< 0: all
};

/// A change in words for a person to read; long lists are cut.
struct meaning_words {
    std::string text;    ///< the typing as received: of before, else of after; of a donor who cannot be read the refused cell
    std::string before;  ///< classes; antigens and such for `facts`, numbers of alleles for `alleles_only`
    std::string after;
    std::string reason;
};

/// How the meaning of each donor changed. Immutable: any number of threads may read it.
class meaning_changes {
public:
    /// A typed locus that changed, or a donor who is in one registry only.
    struct row {
        donor_index donor;     ///< in `before`, or in `after` for a donor who is only there
        std::uint32_t change;  ///< which of the distinct changes
    };

    /// Compares each distinct pair of texts at a locus once; about 0.5 s for 100,000 donors
    /// typed in all ways. Takes 8 bytes a row.
    [[nodiscard]] static meaning_changes compare(const meaning_inputs& inputs);

    /// Donors of either registry, each by the gravest of its loci.
    [[nodiscard]] const meaning_counts& donors() const noexcept { return donors_; }
    /// Donors who are typed at a locus in either, by what became of it. A donor who cannot be read is counted at the
    /// loci that are at fault.
    [[nodiscard]] const meaning_counts& at(locus l) const noexcept { return loci_[index(l)]; }

    /// The gravest first, then donors in the order of `before` and those of `after` alone, then by locus.
    [[nodiscard]] std::span<const row> rows() const noexcept { return rows_; }
    [[nodiscard]] std::string_view donor_id(const row& r) const;
    /// Nothing for a donor who is missing for an unknown reason, or of whom only the fact of being there is new.
    [[nodiscard]] std::optional<locus> where(const row& r) const noexcept { return changes_[r.change].where; }
    [[nodiscard]] meaning_kind kind(const row& r) const noexcept { return changes_[r.change].kind; }
    /// Some 10 us, more for typings of very many classes.
    [[nodiscard]] meaning_words words(const row& r) const { return words(changes_[r.change]); }

    [[nodiscard]] const std::shared_ptr<const registry>& before() const noexcept { return before_; }
    [[nodiscard]] const std::shared_ptr<const registry>& after() const noexcept { return after_; }

private:
    enum class origin : std::uint8_t { texts, left, came };
    struct change {
        meaning_kind kind = meaning_kind::same;
        origin from = origin::texts;
        std::optional<locus> where;
        std::uint32_t before = 0;  // numbers of texts; of a donor who left or came: problem + 1, or 0
        std::uint32_t after = 0;
    };
    friend class meaning_comparer;

    [[nodiscard]] meaning_words words(const change& c) const;
    [[nodiscard]] meaning_words words_of_missing(const change& c) const;

    std::shared_ptr<const registry> before_;
    std::shared_ptr<const registry> after_;
    std::shared_ptr<const succession> names_;
    std::vector<problem> problems_;
    std::vector<change> changes_;
    std::vector<row> rows_;
    meaning_counts donors_{};
    std::array<meaning_counts, locus_count> loci_{};
};

}  // namespace allomatch
