// SPDX-License-Identifier: Apache-2.0
/// \file
/// The person that donors are searched for.
#pragma once

#include <allomatch/registry/field.hpp>
#include <allomatch/typing/locus_text.hpp>
#include <allomatch/typing/person_typing.hpp>

#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace allomatch {

/// A patient: typings, what they mean, and fields.
struct patient {
    std::string id;
    std::array<std::string, locus_count> texts;       ///< as received, see `pair_text`
    std::array<genotype, locus_count> genotypes;      ///< untyped loci: two blanks
    std::array<std::vector<reading_pair>, locus_count> readings;  ///< what the texts say, nulls kept
    std::vector<std::pair<std::string, std::string>> fields;  ///< name and text, missing values left out
    std::vector<std::string> warnings;

    /// A patient without typings.
    patient();
    [[nodiscard]] const genotype& at(locus l) const noexcept { return genotypes[index(l)]; }
    /// Everything that was typed, as probabilities need it. Borrows.
    [[nodiscard]] person_typing typing() const;
    /// Text of a field, empty when it is missing.
    [[nodiscard]] std::string_view field(std::string_view name) const noexcept;
};

/// Reads a patient from locus texts and fields (column name and text; known fields are checked).
/// Returns what is wrong, empty when nothing is.
[[nodiscard]] std::vector<problem> read_patient(const typing_context& context, null_policy nulls, std::string_view id,
                                                const std::array<std::string, locus_count>& texts,
                                                const std::vector<std::pair<std::string, std::string>>& fields,
                                                patient& out);

}  // namespace allomatch
