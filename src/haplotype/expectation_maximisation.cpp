// SPDX-License-Identifier: Apache-2.0
#include "expectation_maximisation.hpp"

#include <allomatch/core/parallel.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

namespace allomatch::estimation {

pair_likelihood::pair_likelihood(pair_lists lists, std::span<const double> people, const frequency_vector& extra)
    : ambiguous_(std::move(lists)), people_(people.begin(), people.end()), certain_(extra), copies_(extra.sum()) {
    for (const double n : people_) copies_ += 2 * n;
    settle();
}

/// Turns people with one pair into counts, and cuts the others into blocks.
void pair_likelihood::settle() {
    pair_lists rest;
    rest.pairs.reserve(ambiguous_.pairs.size());
    std::vector<double> people;
    for (std::size_t i = 0; i < ambiguous_.size(); ++i) {
        const std::size_t begin = ambiguous_.begins[i];
        const std::size_t end = ambiguous_.begins[i + 1];
        if (end - begin == 1) {
            const auto [a, b] = ambiguous_.pairs[begin];
            certain_[a] += people_[i];
            certain_[b] += people_[i];
            if (a != b) certain_logs_ += people_[i] * std::numbers::ln2;
            continue;
        }
        rest.pairs.insert(rest.pairs.end(), ambiguous_.pairs.begin() + static_cast<std::ptrdiff_t>(begin),
                          ambiguous_.pairs.begin() + static_cast<std::ptrdiff_t>(end));
        rest.end_list();
        people.push_back(people_[i]);
    }
    ambiguous_ = std::move(rest);
    people_ = std::move(people);

    const std::size_t blocks = std::clamp<std::size_t>(ambiguous_.pairs.size() / block_pairs, 1, most_blocks);
    blocks_.assign(1, 0);
    for (std::size_t b = 1; b <= blocks; ++b) {
        const std::size_t wanted = ambiguous_.pairs.size() * b / blocks;
        const auto end = std::lower_bound(ambiguous_.begins.begin(), ambiguous_.begins.end(), wanted);
        blocks_.push_back(b == blocks ? ambiguous_.size() : static_cast<std::size_t>(end - ambiguous_.begins.begin()));
    }
}

double pair_likelihood::add_block(std::size_t begin, std::size_t end, const frequency_vector& f,
                                  frequency_vector& sums) const {
    const double* const frequency = f.data();
    double* const sum = sums.data();
    std::vector<double> products;
    frequency_vector totals(static_cast<Eigen::Index>(end - begin));
    for (std::size_t i = begin; i < end; ++i) {
        const std::size_t first = ambiguous_.begins[i];
        const std::size_t count = ambiguous_.begins[i + 1] - first;
        const auto* const pairs = ambiguous_.pairs.data() + first;
        if (products.size() < count) products.resize(count);
        double total = 0;  // half the probability
        for (std::size_t k = 0; k < count; ++k) {
            const auto [a, b] = pairs[k];
            const double product = frequency[a] * frequency[b] * (a == b ? 0.5 : 1.0);
            products[k] = product;
            total += product;
        }
        totals[static_cast<Eigen::Index>(i - begin)] = total;
        const double share = people_[i] / total;
        for (std::size_t k = 0; k < count; ++k) {
            const double copies = products[k] * share;
            sum[pairs[k][0]] += copies;
            sum[pairs[k][1]] += copies;
        }
    }
    const Eigen::Map<const Eigen::ArrayXd> people(people_.data() + begin, static_cast<Eigen::Index>(end - begin));
    return (people * (2 * totals).log()).sum();
}

double pair_likelihood::step(const frequency_vector& f, frequency_vector& next, std::size_t threads) const {
    next = certain_;
    double logs = certain_logs_ + (certain_ > 0).select(certain_ * f.log(), 0.0).sum();
    const std::size_t blocks = blocks_.size() - 1;
    if (blocks == 1) {
        logs += add_block(0, ambiguous_.size(), f, next);
    } else {
        std::vector<frequency_vector> sums(blocks);
        std::vector<double> logs_of(blocks);
        parallel_for_blocks(blocks, 1, threads, [&](std::size_t begin, std::size_t end) {
            for (std::size_t b = begin; b < end; ++b) {
                sums[b] = frequency_vector::Zero(f.size());
                logs_of[b] = add_block(blocks_[b], blocks_[b + 1], f, sums[b]);
            }
        });
        for (std::size_t b = 0; b < blocks; ++b) {
            next += sums[b];
            logs += logs_of[b];
        }
    }
    next /= copies_;
    return logs;
}

std::vector<haplotype_number> pair_likelihood::drop(const frequency_vector& f) {
    constexpr haplotype_number gone = std::numeric_limits<haplotype_number>::max();
    const double least = fewest_copies / copies_;
    std::vector<haplotype_number> number(static_cast<std::size_t>(f.size()), gone);
    std::vector<haplotype_number> kept;
    for (std::size_t h = 0; h < number.size(); ++h) {
        if (f[static_cast<Eigen::Index>(h)] < least) continue;
        number[h] = static_cast<haplotype_number>(kept.size());
        kept.push_back(static_cast<haplotype_number>(h));
    }
    if (kept.size() == number.size()) return {};

    pair_lists rest;
    rest.begins.reserve(ambiguous_.begins.size());
    for (std::size_t i = 0; i < ambiguous_.size(); ++i) {
        for (std::size_t k = ambiguous_.begins[i]; k < ambiguous_.begins[i + 1]; ++k) {
            const auto [a, b] = ambiguous_.pairs[k];
            if (number[a] != gone && number[b] != gone) rest.pairs.push_back({number[a], number[b]});
        }
        if (rest.pairs.size() == rest.begins.back()) return {};  // somebody would be left without a pair
        rest.end_list();
    }
    frequency_vector certain(static_cast<Eigen::Index>(kept.size()));
    for (std::size_t h = 0; h < kept.size(); ++h) certain[static_cast<Eigen::Index>(h)] = certain_[kept[h]];
    ambiguous_ = std::move(rest);
    certain_ = std::move(certain);
    settle();
    return kept;
}

maximum maximise(pair_likelihood likelihood, frequency_vector start, const iteration_limits& limits,
                 const estimation_progress& progress) {
    // Pairs are gone through anew only when enough haplotypes have faded.
    constexpr double worth_dropping = 0.9;
    const Eigen::Index all = start.size();
    maximum found;
    frequency_vector f = std::move(start);
    frequency_vector next;
    std::vector<haplotype_number> numbers;  // of those that are left; empty: all
    for (std::size_t iteration = 1; iteration <= limits.most && !found.converged; ++iteration) {
        found.trace.push_back(likelihood.step(f, next, limits.threads));
        const double change = (next - f).abs().maxCoeff();
        std::swap(f, next);
        found.converged = change <= limits.stop;
        if (progress) progress(iteration, change, found.trace.back());
        const auto faded = (f < pair_likelihood::fewest_copies / likelihood.copies()).count();
        if (static_cast<double>(f.size() - faded) > worth_dropping * static_cast<double>(f.size())) continue;
        const std::vector<haplotype_number> kept = likelihood.drop(f);
        if (kept.empty()) continue;
        frequency_vector left(static_cast<Eigen::Index>(kept.size()));
        std::vector<haplotype_number> renumbered;
        for (const haplotype_number h : kept) {
            left[static_cast<Eigen::Index>(renumbered.size())] = f[h];
            renumbered.push_back(numbers.empty() ? h : numbers[h]);
        }
        f = std::move(left);
        numbers = std::move(renumbered);
    }
    found.log_likelihood = likelihood.step(f, next, limits.threads);
    found.frequencies = frequency_vector::Zero(all);
    for (Eigen::Index h = 0; h < f.size(); ++h)
        found.frequencies[numbers.empty() ? h : static_cast<Eigen::Index>(numbers[static_cast<std::size_t>(h)])] = f[h];
    return found;
}

}  // namespace allomatch::estimation
