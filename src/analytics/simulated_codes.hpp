// SPDX-License-Identifier: Apache-2.0
/// \file
/// Multiple allele codes of a simulation.
#pragma once

#include <allomatch/nomenclature/nomenclature.hpp>

#include <map>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace allomatch::analytics {

/// Makes codes for the ambiguity of a laboratory that told an allele from most but not from all others. Codes start
/// with SIM and have six letters or more. Not thread-safe.
class simulated_codes {
public:
    explicit simulated_codes(const nomenclature& names) : names_(names) {}

    /// Up to three codes whose lists hold the two-field name of an expressed allele: two second fields, up to
    /// four second fields, and a list of alleles (those of its G group at best).
    std::vector<std::string> codes_for(allele_id id);

    /// The table in the published layout; empty without codes.
    [[nodiscard]] std::string text() const;

private:
    /// A two-field name behind its first field: "01", "09N".
    struct second_field {
        std::uint16_t number;
        std::string text;
    };
    const std::vector<second_field>& second_fields(gene g, std::uint32_t first);
    [[nodiscard]] std::string allele_list(allele_id id);
    std::string code_of(const std::string& expansion);

    const nomenclature& names_;
    std::map<std::pair<gene, std::uint32_t>, std::vector<second_field>> second_fields_;
    std::unordered_map<std::string, std::string> code_of_;
    std::vector<std::pair<std::string, std::string>> codes_;  // code, expansion
};

}  // namespace allomatch::analytics
