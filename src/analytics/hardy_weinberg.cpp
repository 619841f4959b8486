// SPDX-License-Identifier: Apache-2.0
#include "haplotype/estimation_input.hpp"

#include <allomatch/analytics/hardy_weinberg.hpp>

#include <Eigen/Dense>

#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <vector>

namespace allomatch {

namespace {

using namespace estimation;

/// What one typing adds: the probability that it is homozygous, and expected copies of each allele that may be there.
struct posterior {
    double homozygous = 0;
    std::vector<std::pair<Eigen::Index, double>> copies;
};

posterior posterior_of(const pair_lists& lists, std::size_t list, const frequency_vector& f,
                       const std::vector<Eigen::Index>& number) {
    posterior out;
    double total = 0;
    for (std::size_t k = lists.begins[list]; k < lists.begins[list + 1]; ++k) {
        const auto [a, b] = lists.pairs[k];
        const double weight = f[a] * f[b] * (a == b ? 1 : 2);
        if (weight == 0) continue;
        total += weight;
        if (a == b) out.homozygous += weight;
        out.copies.emplace_back(number[a], weight);
        out.copies.emplace_back(number[b], weight);
    }
    out.homozygous /= total;
    for (auto& [allele, copies] : out.copies) copies /= total;
    return out;
}

}  // namespace

hardy_weinberg test_hardy_weinberg(const registry& donors, locus at, const estimation_options& options,
                                   std::optional<std::span<const donor_index>> people) {
    constexpr double least_frequency = 1e-3 / 2;
    estimation_options one = options;
    one.loci = {at};
    validate(one);
    std::vector<donor_index> everyone;
    if (!people) {
        everyone.resize(donors.size());
        std::iota(everyone.begin(), everyone.end(), donor_index{0});
        people = everyone;
    }
    const typed_people typed(donors, one, *people);
    if (typed.people() == 0) throw format_error(problem::with_value("loci", name(at), "nobody is typed at these loci"));
    const estimation_input in = gather(typed, one);
    const maximum best = maximise(in.likelihood(), start_of(in, one.start, one.seed), {one.stop, one.most_iterations, one.threads});
    const frequency_vector& f = best.frequencies;

    hardy_weinberg out;
    const double expected = f.square().sum();
    std::vector<Eigen::Index> number(static_cast<std::size_t>(f.size()));  // among alleles that are there
    std::vector<double> there;
    for (std::size_t a = 0; a < number.size(); ++a) {
        number[a] = static_cast<Eigen::Index>(there.size());
        if (f[static_cast<Eigen::Index>(a)] > 0) there.push_back(f[static_cast<Eigen::Index>(a)]);
    }
    const auto count = static_cast<Eigen::Index>(there.size());
    out.alleles = static_cast<std::size_t>((f >= least_frequency).count());
    double squares = 0;                                      // of the people's terms
    Eigen::VectorXd with_scores = Eigen::VectorXd::Zero(count);  // terms times scores of the frequencies
    Eigen::MatrixXd scores = Eigen::MatrixXd::Zero(count, count);
    double terms = 0;
    for (std::size_t i = 0; i < in.lists.size(); ++i) {
        const double n = in.people_of_list[i];
        const posterior p = posterior_of(in.lists, i, f, number);
        const double term = p.homozygous - expected;
        out.people += static_cast<std::size_t>(n);
        if (in.lists.begins[i + 1] - in.lists.begins[i] == 1) out.certain += static_cast<std::size_t>(n);
        out.homozygotes += n * p.homozygous;
        terms += n * term;
        squares += n * term * term;
        // The score of the logarithm of a frequency is copies - 2 f; the constant part is added for all people at once below.
        for (const auto& [a, copies] : p.copies) with_scores[a] += n * term * copies;
        for (const auto& [a, copies] : p.copies)
            for (const auto& [b, others] : p.copies) scores(a, b) += n * copies * others;
    }
    const auto total = static_cast<double>(out.people);
    out.expected_homozygotes = total * expected;
    const Eigen::VectorXd mean = 2 * Eigen::Map<const Eigen::VectorXd>(there.data(), count);
    with_scores -= terms * mean;
    // Copies sum to 2 f people at the maximum, so the products with the constant part fall together.
    scores -= total * mean * mean.transpose();
    const Eigen::VectorXd part = scores.completeOrthogonalDecomposition().solve(with_scores);
    const double variance = squares - with_scores.dot(part);
    const double excess = out.homozygotes - out.expected_homozygotes;
    out.inbreeding = expected < 1 ? excess / (total - out.expected_homozygotes) : std::numeric_limits<double>::quiet_NaN();
    const bool decided = out.alleles > 1 && variance > 1e-9 * squares && squares > 0;
    out.z = decided ? excess / std::sqrt(variance) : std::numeric_limits<double>::quiet_NaN();
    out.p_value = decided ? std::erfc(std::abs(out.z) / std::numbers::sqrt2) : std::numeric_limits<double>::quiet_NaN();
    return out;
}

}  // namespace allomatch
