// SPDX-License-Identifier: Apache-2.0
/// \file
/// What is known of single alleles beyond matching: HLA-B leader, DPB1 expression and core groups. Semantics.md
/// section 5.
#pragma once

#include <allomatch/nomenclature/allele.hpp>

#include <cstddef>
#include <cstdint>

namespace allomatch {

/// Amino acid at position -21 of the leader peptide of an HLA-B allele: methionine or threonine.
enum class b_leader : std::uint8_t { M, T };

/// The leader of a B allele by its first two fields: by family, with the exceptions of semantics.md section 5
/// (Petersdorf EW et al. HLA-B leader. Lancet Haematol 2020).
[[nodiscard]] b_leader leader_of(std::uint32_t first_field, std::uint32_t second_field) noexcept;

/// Expression of a DPB1 allele as far as rs9277534 tells it.
enum class dpb1_expression : std::uint8_t { unknown, low, high, mixed };

/// Division of the DPB1 alleles of T-cell epitope group 3.
enum class tce3_core : std::uint8_t { unknown, core, non_core };

/// Versions of the TCE assignment that a nomenclature keeps, the newest ones.
inline constexpr std::size_t most_tce_versions = 4;

struct dpb1_facts {
    dpb1_expression expression = dpb1_expression::unknown;
    tce3_core core = tce3_core::unknown;
};

/// Facts of a DPB1 allele by its first two fields and suffix, from the built-in table (see
/// src/nomenclature/data/README.md). Unknown for alleles that it lacks.
[[nodiscard]] dpb1_facts facts_of_dpb1(const allele_name& name);

}  // namespace allomatch
