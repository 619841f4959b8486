// SPDX-License-Identifier: Apache-2.0
#include <allomatch/haplotype/haplotype_index.hpp>

#include <algorithm>
#include <numeric>

namespace allomatch {

haplotype_index::haplotype_index(frequency_set set) : set_(std::move(set)), columns_(set_.loci().size()) {
    const haplotype_table& rows = set_.merged();
    for (std::size_t at = 0; at < columns_.size(); ++at) {
        column& c = columns_[at];
        const auto& outcomes = set_.outcomes(at);
        if (outcomes.size() > most_outcomes)
            throw format_error(problem::with_value(std::string(name(set_.loci()[at])), set_.name(),
                                                   "a frequency set may have 16,384 distinct alleles at a locus"));
        c.codes.resize(rows.size());
        c.begins.assign(outcomes.size() + 1, 0);
        for (std::size_t h = 0; h < rows.size(); ++h) {
            c.codes[h] = static_cast<outcome_code>(rows.codes(h)[at]);
            ++c.begins[c.codes[h] + 1U];
        }
        std::partial_sum(c.begins.begin(), c.begins.end(), c.begins.begin());
        c.carriers.resize(rows.size());
        std::vector<std::uint32_t> next(c.begins.begin(), c.begins.end() - 1);
        for (std::size_t h = 0; h < rows.size(); ++h) c.carriers[next[c.codes[h]]++] = static_cast<haplotype_id>(h);
        for (std::size_t code = 0; code < outcomes.size(); ++code) {
            if (outcomes[code].is_null())
                c.nulls.push_back(static_cast<outcome_code>(code));
            else
                c.by_class.emplace_back(outcomes[code].matched, static_cast<outcome_code>(code));
        }
        std::sort(c.by_class.begin(), c.by_class.end());
    }
}

std::optional<std::size_t> haplotype_index::position_of(locus l) const noexcept {
    const auto& loci = set_.loci();
    const auto it = std::find(loci.begin(), loci.end(), l);
    if (it == loci.end()) return std::nullopt;
    return static_cast<std::size_t>(it - loci.begin());
}

outcome_code haplotype_index::code_of(std::size_t at, class_id wanted) const noexcept {
    const auto& all = columns_[at].by_class;
    const auto it = std::lower_bound(all.begin(), all.end(), std::pair<class_id, outcome_code>(wanted, 0));
    return it != all.end() && it->first == wanted ? it->second : no_outcome;
}

bool haplotype_index::can_be(std::size_t at, outcome_code null, allele_id allele) const noexcept {
    const auto& ranges = set_.outcomes(at)[null].nulls.ranges();
    return std::any_of(ranges.begin(), ranges.end(),
                       [&](const auto& r) { return r.begin <= allele && allele < r.end; });
}

}  // namespace allomatch
