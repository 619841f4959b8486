// SPDX-License-Identifier: Apache-2.0
/// \file
/// What a matched donor must have at DPB1 beside the searched loci.
#pragma once

#include <allomatch/nomenclature/nomenclature.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace allomatch {

enum class dpb1_rule : std::uint8_t {
    any,         ///< nothing
    match,       ///< the patient's genotype
    permissive,  ///< that, or the same lowest TCE group where it is known on both sides. Semantics.md section 5
};

/// The number of the version of the TCE groups that a rule goes by, see `nomenclature::tce_version`.
/// \throws format_error when DPB1 is among the searched `loci`, or the release has no TCE groups for `permissive`.
[[nodiscard]] std::size_t tce_version_of(dpb1_rule rule, std::span<const locus> loci, const nomenclature& names,
                                         std::string_view version);

}  // namespace allomatch
