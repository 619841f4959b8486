// SPDX-License-Identifier: Apache-2.0
#include "haplotype/estimation_input.hpp"

#include <allomatch/analytics/hardy_weinberg.hpp>

#include <Eigen/Core>
#include <Eigen/Eigenvalues>

#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <vector>

namespace allomatch {

namespace {

using namespace estimation;

/// Information on the log odds of being homozygous and on the logarithms of the frequencies, each divided by the square root
/// of its frequency; what typings leave open is taken off (Louis 1982).
class information {
public:
    information(const frequency_vector& f, double people)
        : roots_(f.sqrt().matrix()), expected_(f.square().sum()),
          homozygous_(people * (expected_ - expected_ * expected_)),
          shared_((2 * people * (f * f.sqrt() - expected_ * f.sqrt())).matrix()),
          frequencies_(2 * people * (Eigen::MatrixXd::Identity(f.size(), f.size()) - roots_ * roots_.transpose())),
          people_(people), copies_(Eigen::VectorXd::Zero(f.size())) {}

    /// Takes off what `n` people with these genotypes of these weights leave open.
    void leave_open(std::span<const std::array<Eigen::Index, 2>> genotypes, std::span<const double> weights, double n) {
        double homozygous = 0;
        seen_.clear();
        const auto add = [&](Eigen::Index a, double weight) {
            if (copies_[a] == 0) seen_.push_back(a);
            copies_[a] += weight;
        };
        for (std::size_t k = 0; k < genotypes.size(); ++k) {
            const auto [a, b] = genotypes[k];
            const double w = weights[k];
            add(a, w);
            add(b, w);
            const double scaled = n * w / (roots_[a] * roots_[b]);
            frequencies_(a, a) -= n * w / (roots_[a] * roots_[a]);
            frequencies_(b, b) -= n * w / (roots_[b] * roots_[b]);
            frequencies_(a, b) -= scaled;
            frequencies_(b, a) -= scaled;
            if (a != b) continue;
            homozygous += w;
            shared_[a] -= n * 2 * w / roots_[a];
        }
        homozygous_ -= n * homozygous * (1 - homozygous);
        for (const Eigen::Index a : seen_) {
            shared_[a] += n * homozygous * copies_[a] / roots_[a];
            for (const Eigen::Index b : seen_) frequencies_(a, b) += n * copies_[a] * copies_[b] / (roots_[a] * roots_[b]);
        }
        for (const Eigen::Index a : seen_) copies_[a] = 0;
    }

    /// On being homozygous, when the frequencies are estimated from the same people. Frequencies that the typings do not tell
    /// apart are passed over.
    [[nodiscard]] double on_homozygotes() const {
        constexpr double told_apart = 1e-6;  // of what genotypes would tell
        const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> parts(frequencies_);
        const Eigen::VectorXd along = parts.eigenvectors().transpose() * shared_;
        double explained = 0;
        for (Eigen::Index i = 0; i < along.size(); ++i)
            if (parts.eigenvalues()[i] > told_apart * 2 * people_) explained += along[i] * along[i] / parts.eigenvalues()[i];
        return homozygous_ - explained;
    }

private:
    Eigen::VectorXd roots_;
    double expected_;
    double homozygous_;
    Eigen::VectorXd shared_;
    Eigen::MatrixXd frequencies_;
    double people_;
    Eigen::VectorXd copies_;           // of one typing, all 0 between calls
    std::vector<Eigen::Index> seen_;
};

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
    std::vector<Eigen::Index> number(static_cast<std::size_t>(f.size()));  // among alleles that are there
    std::vector<double> frequencies;
    for (std::size_t a = 0; a < number.size(); ++a) {
        number[a] = static_cast<Eigen::Index>(frequencies.size());
        if (f[static_cast<Eigen::Index>(a)] > 0) frequencies.push_back(f[static_cast<Eigen::Index>(a)]);
    }
    const frequency_vector there = Eigen::Map<const frequency_vector>(frequencies.data(), static_cast<Eigen::Index>(frequencies.size()));
    const double total = std::accumulate(in.people_of_list.begin(), in.people_of_list.end(), 0.0);
    out.people = static_cast<std::size_t>(total);
    out.alleles = static_cast<std::size_t>((f >= least_frequency).count());

    information told(there, total);
    std::vector<std::array<Eigen::Index, 2>> genotypes;
    std::vector<double> weights;
    for (std::size_t i = 0; i < in.lists.size(); ++i) {
        genotypes.clear();
        weights.clear();
        double sum = 0;
        for (std::size_t k = in.lists.begins[i]; k < in.lists.begins[i + 1]; ++k) {
            const auto [a, b] = in.lists.pairs[k];
            const double weight = f[a] * f[b] * (a == b ? 1 : 2);
            if (weight == 0) continue;
            genotypes.push_back({number[a], number[b]});
            weights.push_back(weight);
            sum += weight;
        }
        const double n = in.people_of_list[i];
        if (in.lists.begins[i + 1] - in.lists.begins[i] == 1) out.certain += static_cast<std::size_t>(n);
        for (std::size_t k = 0; k < weights.size(); ++k) {
            weights[k] /= sum;
            if (genotypes[k][0] == genotypes[k][1]) out.homozygotes += n * weights[k];
        }
        if (genotypes.size() > 1) told.leave_open(genotypes, weights, n);
    }
    // Of people drawn with these copies of the alleles: squares of estimated frequencies are too large by their variance.
    const double expected = there.square().sum();
    out.expected_homozygotes = total * std::max(0.0, 2 * total * expected - 1) / (2 * total - 1);
    const double excess = out.homozygotes - out.expected_homozygotes;
    const double variance = told.on_homozygotes();
    const double all_of_it = total * (expected + expected * expected - 2 * there.cube().sum());  // were all typings clear
    const bool decided = out.alleles > 1 && all_of_it > 1e-9 * total && variance > 1e-3 * all_of_it;
    const double unknown = std::numeric_limits<double>::quiet_NaN();
    out.inbreeding = decided ? excess * (all_of_it / variance) / (total - out.expected_homozygotes) : unknown;
    out.z = decided ? excess / std::sqrt(variance) : unknown;
    out.p_value = decided ? std::erfc(std::abs(out.z) / std::numbers::sqrt2) : unknown;
    return out;
}

}  // namespace allomatch
