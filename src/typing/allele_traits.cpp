// SPDX-License-Identifier: Apache-2.0
#include <allomatch/typing/allele_traits.hpp>

#include <algorithm>

namespace allomatch {

allele_traits::allele_traits(const nomenclature& names, allele_id id) {
    const gene g = names.gene_of(id);
    if (g == gene::B) bits_ = names.leader_of(id) == b_leader::M ? 1 : 2;
    if (g != gene::DPB1) return;
    const std::size_t versions = std::max<std::size_t>(names.tce_versions().size(), 1);
    for (std::size_t v = 0; v < versions; ++v) bits_ |= 1U << (4 * v + names.tce_group(id, v));
    const dpb1_facts facts = names.dpb1_facts_of(id);
    bits_ |= facts.expression == dpb1_expression::low ? 1U << 16 : facts.expression == dpb1_expression::high ? 2U << 16 : 4U << 16;
    if (names.tce_group(id) == 3)
        bits_ |= facts.core == tce3_core::core ? 1U << 19 : facts.core == tce3_core::non_core ? 2U << 19 : 4U << 19;
}

}  // namespace allomatch
