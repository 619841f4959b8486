// SPDX-License-Identifier: Apache-2.0
/// \file
/// A registry of donors as columns.
#pragma once

#include <allomatch/core/stored_array.hpp>
#include <allomatch/registry/field.hpp>
#include <allomatch/registry/locus_dictionary.hpp>
#include <allomatch/registry/packed_column.hpp>
#include <allomatch/registry/reading_table.hpp>
#include <allomatch/registry/text_table.hpp>
#include <allomatch/typing/locus_text.hpp>
#include <allomatch/typing/person_typing.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace allomatch {

/// Position of a donor in its registry, in the order of insertion.
using donor_index = std::uint32_t;

/// Which state of which store of donors a registry shows; all zeros where it is not from a store.
struct registry_origin {
    std::array<std::uint8_t, 16> store{};  ///< identity of the store
    std::uint64_t version = 0;             ///< of its contents
    /// Fingerprint of the history up to this version: a store that was put back to a backup and went on differently counts
    /// the same versions again.
    std::uint64_t change = 0;
    friend bool operator==(const registry_origin&, const registry_origin&) = default;
};

/// Bytes that a registry takes: of memory, or of the file that it was opened from.
struct registry_memory {
    std::size_t typings = 0;       ///< genotype codes, one a donor and locus
    std::size_t typing_texts = 0;  ///< codes of the texts as received
    std::size_t fields = 0;
    std::size_t ids = 0;
    std::size_t order = 0;         ///< which donor is at which place
    std::size_t dictionaries = 0;  ///< distinct genotypes, texts and words, shared by all donors
    [[nodiscard]] std::size_t total() const { return typings + typing_texts + fields + ids + order + dictionaries; }
};

/// Donors as columns: per locus a dictionary of distinct genotypes and one code a donor; fields; ids.
/// Immutable once built: any number of threads may read it. `registry_update` makes the next version of it.
class registry {
public:
    struct locus_column {
        locus_dictionary dictionary;
        packed_column codes;       ///< genotype_code at each place of `places()`: what scans read
        packed_column text_codes;  ///< number of the text in `texts` of each donor
        text_dictionary texts{""};
        stored_array<genotype_code> code_of_text{{untyped_code}};
        reading_table readings;    ///< of each text, nulls kept
        std::size_t typed = 0;     ///< donors that are typed at this locus
        double passing = 1;        ///< chance that two donors have the same code, or one is untyped
    };

    [[nodiscard]] std::size_t size() const noexcept { return ids_.size(); }
    [[nodiscard]] const nomenclature::pointer& names() const noexcept { return names_; }
    [[nodiscard]] null_policy nulls() const noexcept { return nulls_; }
    /// `mac_table::fingerprint` of the table that the typings were read with; 0 without.
    [[nodiscard]] std::uint64_t mac_fingerprint() const noexcept { return mac_fingerprint_; }
    [[nodiscard]] const registry_origin& origin() const noexcept { return origin_; }

    [[nodiscard]] const locus_column& column(locus l) const noexcept { return loci_[index(l)]; }
    /// Number of the genotype of a donor in the dictionary of a locus.
    [[nodiscard]] genotype_code code(locus l, donor_index d) const noexcept {
        const locus_column& c = column(l);
        return c.typed == 0 ? untyped_code : c.code_of_text[c.text_codes[d]];
    }
    /// Donors in the order of the code columns: sorted by their genotype at the locus that tells donors apart best, so
    /// that a search passes over those who cannot match there without looking at them.
    [[nodiscard]] std::span<const donor_index> places() const noexcept { return places_; }
    [[nodiscard]] locus cluster_locus() const noexcept { return cluster_locus_; }
    /// Places of the donors with genotype `c` at `cluster_locus`: [begin(c), begin(c + 1)).
    [[nodiscard]] std::span<const std::uint32_t> cluster_begins() const noexcept { return cluster_begins_; }

    /// The typing as received, see `pair_text`; empty when untyped.
    [[nodiscard]] std::string_view typing_text(locus l, donor_index d) const noexcept {
        const locus_column& c = column(l);
        return c.typed == 0 ? std::string_view{} : c.texts[c.text_codes[d]];
    }
    /// Everything that was typed, as probabilities need it.
    [[nodiscard]] person_typing typing(donor_index d) const;
    [[nodiscard]] std::string_view id(donor_index d) const noexcept { return ids_[d]; }
    /// The donor with this id. O(1).
    [[nodiscard]] std::optional<donor_index> find(std::string_view id) const noexcept { return ids_.find(id); }

    [[nodiscard]] const std::vector<field_column>& fields() const noexcept { return fields_; }
    /// A field by its name, without case; null when no donor file had it.
    [[nodiscard]] const field_column* field(std::string_view name) const noexcept;

    [[nodiscard]] registry_memory memory() const noexcept;

private:
    friend class registry_builder;
    friend class registry_update;
    friend class registry_merge;
    friend struct snapshot_parts;

    /// Chooses the cluster locus and makes the places and the codes in their order. 0.2 s for ten million donors.
    void order_places();

    nomenclature::pointer names_;
    std::uint64_t mac_fingerprint_ = 0;
    null_policy nulls_ = null_policy::ignore_inside_ambiguity;
    registry_origin origin_;
    std::array<locus_column, locus_count> loci_;
    std::vector<field_column> fields_;
    text_dictionary ids_;
    stored_array<donor_index> places_;
    locus cluster_locus_ = locus::A;
    stored_array<std::uint32_t> cluster_begins_;
};

/// Builds a registry donor by donor; a refused donor leaves no trace. Not thread-safe.
class registry_builder {
public:
    /// One donor as texts; the views are only read during `add`.
    struct donor_texts {
        std::string_view id;
        std::array<std::string_view, locus_count> typings;  ///< locus texts, see `pair_text`
        std::vector<std::string_view> fields;               ///< one for each declared field
    };

    /// `mac` may be null. Both are kept alive by the builder.
    registry_builder(nomenclature::pointer names, mac_table::pointer mac,
                     null_policy nulls = null_policy::ignore_inside_ambiguity);

    /// Declares the fields of the donors to come, before the first `add`. A name may be declared once.
    void declare_fields(const std::vector<std::string>& columns);

    /// Adds a donor, or refuses it and returns why: all that is wrong with it.
    [[nodiscard]] std::vector<problem> add(const donor_texts& donor);

    /// Warnings of one typed locus, empty for most. The text must have been part of an added donor.
    [[nodiscard]] const std::vector<std::string>& warnings(locus l, std::string_view text) const;
    /// Reads a locus text as `add` does, through the same memory of known texts.
    [[nodiscard]] const result<typed_locus>& read(locus l, std::string_view text);

    [[nodiscard]] std::size_t size() const noexcept { return building_.size(); }
    /// Number of the donor added with this id.
    [[nodiscard]] std::optional<donor_index> find(std::string_view id) const noexcept { return building_.find(id); }
    /// Hands the registry over. The builder is empty afterwards, as it was made: without donors, declared fields and
    /// known texts, ready for another registry with the same nomenclature.
    [[nodiscard]] std::shared_ptr<const registry> finish(const registry_origin& origin = {});

private:
    struct known_text {
        result<typed_locus> read;
        std::uint32_t text_code = 0;  // 0 until a donor has it
    };
    using known_texts = std::unordered_map<std::string, known_text, text_hash, std::equal_to<>>;

    known_text& look_up(locus l, std::string_view text);

    mac_table::pointer mac_;
    typing_context context_;
    registry building_;
    std::array<known_texts, locus_count> known_;
};

}  // namespace allomatch
