// SPDX-License-Identifier: Apache-2.0
#include <allomatch/search/match_probabilities.hpp>

#include <algorithm>
#include <limits>

namespace allomatch {

std::size_t match_probabilities::unexplained() const noexcept {
    return static_cast<std::size_t>(std::count(donor_explained_.begin(), donor_explained_.end(), 0));
}

void match_probabilities::resize(std::size_t hits) {
    values_.resize(hits * width());
    donor_sets_.resize(hits);
    donor_explained_.resize(hits);
}

void match_probabilities::set(std::size_t i, const prediction& p, const tce_distribution& tce) {
    constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
    double* out = values_.data() + i * width();
    for (std::size_t k = 0; k <= 2 * loci_; ++k) *out++ = p.has_total ? p.total[k] : unknown;
    for (std::size_t l = 0; l < loci_; ++l)
        for (std::size_t k = 0; k < 3; ++k) *out++ = p.has_locus[l] ? p.at[l][k] : unknown;
    std::copy(tce.begin(), tce.end(), out);
    donor_sets_[i] = p.donor_set;
    donor_explained_[i] = p.donor_explained ? 1 : 0;
}

match_probabilities match_probabilities::rows(std::span<const std::uint32_t> which) const {
    match_probabilities some(genotypes_, loci_);
    some.resize(which.size());
    some.patient_explained = patient_explained;
    some.predicts_tce = predicts_tce;
    some.patient_set = patient_set;
    for (std::size_t i = 0; i < which.size(); ++i) {
        const std::size_t from = which[i];
        std::copy_n(values_.data() + from * width(), width(), some.values_.data() + i * width());
        some.donor_sets_[i] = donor_sets_[from];
        some.donor_explained_[i] = donor_explained_[from];
    }
    return some;
}

}  // namespace allomatch
