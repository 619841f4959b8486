// SPDX-License-Identifier: Apache-2.0
// A few donors of all sorts: every kind of position and of field, at few loci, so that its snapshot is small.
#pragma once

#include <allomatch/registry/registry.hpp>

#include <memory>
#include <stdexcept>

namespace allomatch::model {

inline std::shared_ptr<const registry> small_pool(null_policy nulls = null_policy::ignore_inside_ambiguity) {
    struct row {
        std::string_view id, a, b, drb345, dpb1;
        std::vector<std::string_view> fields;
    };
    const std::vector<row> rows{
        {"D1", "A*01:01+A*02:01", "B*07:02+B*08:01", "DRB3*01:01", "DPB1*04:01+DPB1*02:01", {"F", "1990-04-12", "62.5", "Ningbo", "EAS", "2"}},
        {"D2", "A*24:09N+A*02:01", "B*15:XX+B*07:02", "DRB4*01:03:01:02N", "", {"M", "2001-01-30", "", "Hangzhou", "", ""}},
        {"D3", "A*02:ABC+A*24:02", "B*46:01", "", "DPB1*05:01+NEW", {"", "", "80", "", "EAS", "0"}},
        {"D4", "", "B*07:02/B*08:01+B*40:01", "DRB3*02:02+DRB5*01:01", "DPB1*09:01", {"F", "1960-02-29", "55", "Ningbo", "other", ""}},
        {"\xE6\x9D\xAD\x35", "A*11:01+A*33:03|A*11:02+A*33:03", "B*07:02+B*46:01", "", "", {"", "", "", "x", "", ""}},
    };
    registry_builder builder(nomenclature::builtin(), mac_table::from_text("ABC\t01/03/06\n"), nulls);
    builder.declare_fields({"sex", "birth_date", "weight_kg", "branch", "population", "pregnancies"});
    for (const row& r : rows) {
        registry_builder::donor_texts donor;
        donor.id = r.id;
        donor.typings[index(locus::A)] = r.a;
        donor.typings[index(locus::B)] = r.b;
        donor.typings[index(locus::DRB345)] = r.drb345;
        donor.typings[index(locus::DPB1)] = r.dpb1;
        donor.fields = r.fields;
        for (const problem& p : builder.add(donor)) throw std::logic_error(p.message());
    }
    return builder.finish({{0x5A, 1, 0xFF}, 42});
}

}  // namespace allomatch::model
