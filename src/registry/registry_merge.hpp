// SPDX-License-Identifier: Apache-2.0
// A registry and a small one of changed donors, made into the next version.
#pragma once

#include "splice.hpp"

#include <allomatch/registry/registry.hpp>

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace allomatch {

class registry_merge {
public:
    /// Donors of `changes` replace those of `base` with the same id; `removed` are numbers in `base`, in ascending order,
    /// of which those with such an id are not removed. Both are borrowed.
    registry_merge(const registry& base, const registry& changes, std::vector<donor_index> removed);

    /// \throws format_error when the texts do not fit together.
    [[nodiscard]] std::shared_ptr<registry> make() const;

private:
    /// Where a donor who is not at the old index, or not what it was, comes from.
    struct source {
        bool changed;    // else moved
        donor_index at;  // in `changes_`, or in `base_`
    };

    void plan(std::vector<std::pair<donor_index, source>> placed, std::size_t after);
    [[nodiscard]] std::string_view id_of(source from) const { return from.changed ? changes_.id(from.at) : base_.id(from.at); }
    void merge_ids(text_dictionary& next) const;
    /// Puts changed ids into the index. False where it must be made anew.
    [[nodiscard]] bool patch(slot_index& slots) const;
    [[nodiscard]] text_table spliced(const text_table& old, std::span<const std::string_view> texts) const;
    void merge_locus(locus l, registry::locus_column& next) const;
    void merge_field(field_column& next) const;
    void merge_places(registry& next) const;
    /// Where donors come and go in the order of the codes; nothing where the base is not in that order.
    struct place_changes {
        splice places;
        std::vector<donor_index> inserted;
        std::vector<std::uint32_t> cluster_begins;
    };
    [[nodiscard]] std::optional<place_changes> changed_places(const registry& next) const;

    const registry& base_;
    const registry& changes_;
    std::vector<donor_index> removed_;
    splice donors_;
    std::vector<source> sources_;     // of the singles of `donors_`
    std::vector<donor_index> leaving_;// old indices of which a single takes the place, or that there are no more
};

}  // namespace allomatch
