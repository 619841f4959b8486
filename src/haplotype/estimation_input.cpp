// SPDX-License-Identifier: Apache-2.0
#include "estimation_input.hpp"

#include "core/random.hpp"

#include <allomatch/core/parallel.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace allomatch::estimation {

namespace {

constexpr std::uint64_t start_stream = 1;
/// Part of the start that haplotypes get which an old estimate may not have.
constexpr double occurrence_beside_prior = 0.01;
/// Pairs of one person, beyond which the haplotypes of the others resolve the typing.
constexpr double most_pairs_of_one = 1 << 20;
/// The same for one whom the others' haplotypes do not explain on their own.
constexpr std::size_t most_completed_pairs = 1 << 12;
/// Expected copies that make a haplotype one of those that resolve people with too many pairs.
constexpr double copies_to_resolve = 0.01;
constexpr std::size_t iterations_before_resolving = 20;

frequency_vector occurrence(const estimation_input& in) {
    frequency_vector f = frequency_vector::Zero(in.size());
    for (std::size_t i = 0; i < in.lists.size(); ++i) {
        const double share = in.people_of_list[i] / static_cast<double>(in.lists.begins[i + 1] - in.lists.begins[i]);
        for (std::size_t k = in.lists.begins[i]; k < in.lists.begins[i + 1]; ++k)
            for (const haplotype_number h : in.lists.pairs[k]) f[h] += share;
    }
    return f / f.sum();
}

void add_prior(const typed_people& people, const estimation_options& options, estimation_input& in) {
    std::vector<double> frequencies;
    for (const auto& [key, frequency] : people.prior()) {
        const haplotype_number h = in.haplotypes.add(key);
        if (h == frequencies.size()) frequencies.push_back(0);
        frequencies[h] += frequency;
    }
    in.prior = Eigen::Map<const frequency_vector>(frequencies.data(), static_cast<Eigen::Index>(frequencies.size()));
    in.prior_people = options.prior_people;
}

/// Typings whose pairs are all gone through, and the others; both in their order.
std::array<std::vector<std::uint32_t>, 2> divided(const typed_people& people, std::size_t most_pairs) {
    std::vector<double> bounds;
    for (const auto& t : people.typings()) bounds.push_back(people.pair_bound(t));
    std::vector<std::uint32_t> order(bounds.size());
    std::iota(order.begin(), order.end(), 0U);
    std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return bounds[a] < bounds[b]; });
    double sum = 0;
    std::size_t few = 0;
    while (few < order.size() && bounds[order[few]] <= most_pairs_of_one &&
           sum + bounds[order[few]] <= static_cast<double>(most_pairs))
        sum += bounds[order[few++]];
    std::array<std::vector<std::uint32_t>, 2> parts{
        std::vector(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(few)),
        std::vector(order.begin() + static_cast<std::ptrdiff_t>(few), order.end())};
    for (auto& part : parts) std::sort(part.begin(), part.end());
    return parts;
}

/// Lists the pairs of typings in parallel and adds them in their order.
template <class List>
void add_all(const typed_people& people, std::span<const std::uint32_t> typings, std::size_t threads, estimation_input& in,
             const List& list) {
    constexpr std::size_t at_once = 1 << 14;
    constexpr std::size_t block = 64;
    std::vector<std::vector<std::array<haplotype_key, 2>>> found(std::min(at_once, typings.size()));
    for (std::size_t begin = 0; begin < typings.size(); begin += at_once) {
        const std::size_t count = std::min(at_once, typings.size() - begin);
        parallel_for_blocks(count, block, threads, [&](std::size_t from, std::size_t to) {
            for (std::size_t i = from; i < to; ++i) found[i] = list(people.typings()[typings[begin + i]]);
        });
        for (std::size_t i = 0; i < count; ++i) {
            const std::uint32_t typing = typings[begin + i];
            if (found[i].empty())
                in.too_ambiguous += people.typings()[typing].people;
            else
                in.add(people, typing, found[i]);
        }
    }
}

}  // namespace

void estimation_input::add(const typed_people& people, std::uint32_t typing,
                           std::span<const std::array<haplotype_key, 2>> pairs) {
    for (const auto& [a, b] : pairs) {
        const haplotype_number first = haplotypes.add(a);
        const haplotype_number second = haplotypes.add(b);
        lists.pairs.push_back({std::min(first, second), std::max(first, second)});
    }
    lists.end_list();
    typing_of_list.push_back(typing);
    people_of_list.push_back(people.typings()[typing].people);
}

frequency_vector estimation_input::prior_copies() const {
    frequency_vector copies = frequency_vector::Zero(size());
    copies.head(prior.size()) = 2 * prior_people * prior;
    return copies;
}

frequency_vector start_of(const estimation_input& in, estimation_start start, std::uint64_t seed, std::uint64_t number) {
    switch (start) {
        case estimation_start::uniform: return frequency_vector::Constant(in.size(), 1.0 / static_cast<double>(in.size()));
        case estimation_start::random: {
            random_generator random(seed, start_stream, number);
            frequency_vector f(in.size());
            for (double& x : f) x = -std::log1p(-static_cast<double>(random.part()) / static_cast<double>(share_one)) + 1e-12;
            return f / f.sum();
        }
        case estimation_start::prior: {
            frequency_vector f = occurrence_beside_prior * occurrence(in);
            f.head(in.prior.size()) += (1 - occurrence_beside_prior) * in.prior;
            f = f.max(f.sum() * 1e-12 / static_cast<double>(in.size()));
            return f / f.sum();
        }
        case estimation_start::occurrence: break;
    }
    // Haplotypes of an old estimate that nobody can have still need a beginning.
    frequency_vector f = occurrence(in);
    if (in.prior_people > 0) f.head(in.prior.size()) += in.prior * in.prior_people;
    return f / f.sum();
}

estimation_input gather(const typed_people& people, const estimation_options& options) {
    estimation_input in;
    add_prior(people, options, in);
    const auto [few, many] = divided(people, options.most_pairs);
    add_all(people, few, options.threads, in, [&](const typed_people::typing& t) { return every_pair(people, t); });
    if (many.empty()) return in;

    std::vector<haplotype_key> likely;
    if (in.lists.size() != 0) {
        const iteration_limits limits{options.stop, iterations_before_resolving, options.threads};
        const maximum first = maximise(in.likelihood(), start_of(in, estimation_start::occurrence), limits);
        const double least = copies_to_resolve / (2 * std::accumulate(in.people_of_list.begin(), in.people_of_list.end(), 0.0));
        for (Eigen::Index h = 0; h < first.frequencies.size(); ++h)
            if (first.frequencies[h] >= least || h < in.prior.size())
                likely.push_back(in.haplotypes.keys()[static_cast<std::size_t>(h)]);
    }
    add_all(people, many, options.threads, in, [&](const typed_people::typing& t) {
        return pairs_among(people, t, likely, most_completed_pairs);
    });
    for (const std::uint32_t typing : many) in.resolved_by_others += people.typings()[typing].people;
    in.resolved_by_others -= in.too_ambiguous;
    return in;
}

}  // namespace allomatch::estimation
