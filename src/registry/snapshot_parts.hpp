// SPDX-License-Identifier: Apache-2.0
// What a snapshot holds of a registry: one list for writing, opening and checking.
#pragma once

#include "snapshot_layout.hpp"

#include <allomatch/core/parallel.hpp>
#include <allomatch/registry/registry.hpp>

#include <string>

namespace allomatch {

/// The scalars of the loci, and the fields by name, which say what else there is.
struct snapshot_frame {
    stored_array<snapshot_layout::locus_summary> loci;
    text_table field_names;
    stored_array<std::uint8_t> field_kinds;

    template <class Self, class Visit>
    static void each_array(Self& self, Visit&& visit) {
        visit("loci", self.loci);
        text_table::each_array(self.field_names, [&](const std::string& name, auto& array) { visit("field_names." + name, array); });
        visit("field_kinds", self.field_kinds);
    }
};

struct snapshot_parts {
    /// Calls `visit(name, array)` for every array of a registry whose loci and fields are known; an array is a
    /// `stored_array` or a `packed_column`.
    template <class Registry, class Visit>
    static void each_array(Registry& r, Visit&& visit) {
        visit("places", r.places_);
        visit("cluster_begins", r.cluster_begins_);
        text_dictionary::each_array(r.ids_, below("ids", visit));
        for (std::size_t l = 0; l < locus_count; ++l) {
            auto& column = r.loci_[l];
            if (column.typed == 0) continue;
            const std::string name(locus_names[l]);
            locus_dictionary::each_array(column.dictionary, below(name, visit));
            visit(name + ".codes", column.codes);
            visit(name + ".text_codes", column.text_codes);
            text_dictionary::each_array(column.texts, below(name + ".texts", visit));
            visit(name + ".code_of_text", column.code_of_text);
            reading_table::each_array(column.readings, below(name + ".readings", visit));
        }
        for (std::size_t f = 0; f < r.fields_.size(); ++f)
            field_column::each_array(r.fields_[f], below("field" + std::to_string(f + 1), visit));
    }

    [[nodiscard]] static snapshot_frame frame_of(const registry& r) {
        snapshot_frame frame;
        for (const auto& column : r.loci_) frame.loci.push_back({column.typed, column.passing});
        for (const field_column& f : r.fields_) {
            frame.field_names.push_back(f.name());
            frame.field_kinds.push_back(static_cast<std::uint8_t>(f.kind()));
        }
        return frame;
    }

    /// A registry with the scalars of a file and no arrays yet.
    [[nodiscard]] static std::shared_ptr<registry> begin(const snapshot_layout::header& h, const snapshot_frame& frame,
                                                         nomenclature::pointer names) {
        auto r = std::make_shared<registry>();
        r->names_ = std::move(names);
        r->nulls_ = static_cast<null_policy>(h.nulls);
        r->mac_fingerprint_ = h.mac_fingerprint;
        r->origin_ = {h.origin_store, h.origin_version, h.origin_change};
        r->cluster_locus_ = static_cast<locus>(h.cluster_locus);
        for (std::size_t l = 0; l < locus_count; ++l) {
            r->loci_[l].typed = frame.loci[l].typed;
            r->loci_[l].passing = frame.loci[l].passing;
        }
        for (std::size_t f = 0; f < frame.field_names.size(); ++f)
            r->fields_.emplace_back(std::string(frame.field_names[f]), static_cast<field_kind>(frame.field_kinds[f]),
                                    find_field(frame.field_names[f]));
        return r;
    }
    /// Makes what is not kept in the file.
    static void complete(registry& r) {
        parallel_for_blocks(locus_count, 1, 0, [&r](std::size_t l, std::size_t) {
            registry::locus_column& column = r.loci_[l];
            if (column.typed == 0)
                column.dictionary.finish();
            else
                column.dictionary.join_positions();
        });
    }

private:
    /// `visit` with names put below another.
    template <class Visit>
    [[nodiscard]] static auto below(std::string prefix, Visit& visit) {
        return [prefix = std::move(prefix), &visit](std::string_view name, auto& array) {
            visit(prefix + '.' + std::string(name), array);
        };
    }
};

}  // namespace allomatch
