// SPDX-License-Identifier: Apache-2.0
#include <allomatch/search/match_probabilities.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

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

void match_probabilities::suppose(std::size_t i, std::size_t l, bool matches) {
    const std::span<double> row = std::span(values_).subspan(i * width(), width());
    const std::span<double> totals = row.first(2 * loci_ + 1);
    const std::span<double> at = row.subspan(2 * loci_ + 1 + 3 * l, 3);
    const double full = matches ? std::min(1.0, totals[0] / at[0]) : 0;
    std::fill(totals.begin(), totals.end(), std::numeric_limits<double>::quiet_NaN());
    totals[0] = full;
    const double rest = at[1] + at[2];
    at[0] = matches ? 1 : 0;
    for (std::size_t k = 1; k < 3; ++k) at[k] = matches ? 0 : at[k] / rest;
}

void match_probabilities::suppose_dpb1(std::size_t i, bool matches) {
    const std::span<double> answers = std::span(values_).subspan(i * width(), width()).last(tce_answer_count);
    double& match = answers.front();
    if (std::isnan(match)) return;
    const double rest = std::accumulate(answers.begin() + 1, answers.end(), 0.0);
    match = matches ? 1 : 0;
    for (double& p : answers.subspan(1)) p = matches ? 0 : p / rest;
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
