// SPDX-License-Identifier: Apache-2.0
#include <allomatch/analytics/dpb1_rule.hpp>

#include <algorithm>

namespace allomatch {

std::size_t tce_version_of(dpb1_rule rule, std::span<const locus> loci, const nomenclature& names, std::string_view version) {
    if (rule == dpb1_rule::any) return 0;
    const bool permissive = rule == dpb1_rule::permissive;
    const auto refuse = [&](const char* reason) { throw format_error(problem::with_value("dpb1", permissive ? "permissive" : "match", reason)); };
    if (std::find(loci.begin(), loci.end(), locus::DPB1) != loci.end()) refuse("DPB1 is among the searched loci");
    if (!permissive) return 0;
    const std::size_t number = names.tce_version(version);
    if (names.tce_versions().empty()) refuse("the release has no TCE groups");
    return number;
}

}  // namespace allomatch
