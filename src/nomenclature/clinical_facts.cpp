// SPDX-License-Identifier: Apache-2.0
#include <allomatch/nomenclature/clinical_facts.hpp>

#include <algorithm>
#include <unordered_map>

namespace allomatch {

namespace dpb1_text {
extern const std::string_view facts;
}

namespace {

constexpr std::array<std::uint32_t, 10> families_with_m{7, 8, 14, 38, 39, 42, 48, 67, 73, 81};

struct b_protein {
    std::uint32_t first;
    std::uint32_t second;
    friend bool operator==(const b_protein&, const b_protein&) = default;
};
/// Alleles whose leader is not that of their family.
constexpr std::array<b_protein, 18> exceptions{{{7, 65}, {7, 271}, {7, 390}, {7, 489}, {8, 276}, {13, 117},
                                                {15, 68}, {18, 206}, {35, 516}, {35, 520}, {40, 416}, {44, 387},
                                                {49, 78}, {50, 21}, {51, 399}, {52, 90}, {56, 68}, {58, 112}}};

std::uint64_t protein_key(allele_name name) {
    name.fields[2] = name.fields[3] = 0;
    return name.key(gene::DPB1);
}

std::unordered_map<std::uint64_t, dpb1_facts> read_facts() {
    std::unordered_map<std::uint64_t, dpb1_facts> facts;
    for (const std::string_view line : split(dpb1_text::facts, '\n')) {
        if (!line.starts_with("DPB1*")) continue;
        splitter cells{line.substr(5), '\t'};
        const auto name = read_allele_name(cells.next());
        if (!name) continue;
        dpb1_facts& f = facts[protein_key(*name)];
        const std::string_view expression = cells.next();
        f.expression = expression == "low"     ? dpb1_expression::low
                       : expression == "high"  ? dpb1_expression::high
                       : expression == "mixed" ? dpb1_expression::mixed
                                               : dpb1_expression::unknown;
        const std::string_view core = cells.next();
        f.core = core == "core" ? tce3_core::core : core == "non-core" ? tce3_core::non_core : tce3_core::unknown;
    }
    return facts;
}

}  // namespace

b_leader leader_of(std::uint32_t first_field, std::uint32_t second_field) noexcept {
    const bool of_family = std::find(families_with_m.begin(), families_with_m.end(), first_field) != families_with_m.end();
    const b_protein own{first_field, second_field};
    const bool exception = std::find(exceptions.begin(), exceptions.end(), own) != exceptions.end();
    return of_family != exception ? b_leader::M : b_leader::T;
}

dpb1_facts facts_of_dpb1(const allele_name& name) {
    static const std::unordered_map<std::uint64_t, dpb1_facts> facts = read_facts();
    const auto found = facts.find(protein_key(name));
    return found == facts.end() ? dpb1_facts{} : found->second;
}

}  // namespace allomatch
