// SPDX-License-Identifier: Apache-2.0
#include <allomatch/analytics/match_likelihood.hpp>

#include "chance_of_any.hpp"
#include "genotype_table.hpp"

#include <allomatch/core/parallel.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace allomatch {

namespace {

/// Genotypes whose sums are taken together, whatever the threads.
constexpr std::size_t block_size = std::size_t{1} << 14;
constexpr double largest_size = 1e15;
/// Stands for the rate of donors who all match: times any number of donors but 0 it is certainty.
constexpr double sure = 1e300;

[[noreturn]] void refuse(std::string_view option, double value, std::string reason) {
    throw format_error(problem::with_value(option, std::to_string(value), std::move(reason)));
}

void validate(std::span<const donor_population> donors, const likelihood_options& options) {
    if (donors.empty()) throw format_error(problem::with_value("donors", "", "at least one donor population is needed"));
    for (const donor_population& p : donors)
        if (!(p.reachable >= 0 && p.reachable <= 1)) refuse("reachable", p.reachable, "expected a number from 0 to 1");
    if (options.mismatches > 1)
        throw format_error(problem::with_value("mismatches", std::to_string(options.mismatches), "expected 0 or 1"));
}

/// Sum of products, block by block.
double product_sum(std::span<const double> a, std::span<const double> b) {
    double sum = 0;
    for (std::size_t begin = 0; begin < a.size(); begin += block_size) {
        const std::size_t n = std::min(block_size, a.size() - begin);
        sum += std::inner_product(a.begin() + static_cast<std::ptrdiff_t>(begin), a.begin() + static_cast<std::ptrdiff_t>(begin + n),
                                  b.begin() + static_cast<std::ptrdiff_t>(begin), 0.0);
    }
    return sum;
}

}  // namespace

match_likelihood::match_likelihood(const frequency_set& patients, std::span<const donor_population> donors, const likelihood_options& options) {
    validate(donors, options);
    std::vector<const frequency_set*> sets{&patients};
    std::vector<std::size_t> set_of;  // by donor population
    for (const donor_population& p : donors) {
        const auto known = std::find(sets.begin(), sets.end(), p.set);
        set_of.push_back(static_cast<std::size_t>(known - sets.begin()));
        if (known == sets.end()) sets.push_back(p.set);
    }
    std::vector<std::size_t> donor_sets = set_of;
    std::sort(donor_sets.begin(), donor_sets.end());
    donor_sets.erase(std::unique(donor_sets.begin(), donor_sets.end()), donor_sets.end());

    const genotype_coding coding(sets, options);
    genotype_table table;
    if (options.mismatches == 0) {
        table = make_shared_genotypes(coding, donor_sets, options.threads);
        weights_ = table.probabilities[0];
    } else {
        table = make_genotypes(coding, options.threads);
        weights_ = table.probabilities[0];
        add_one_mismatch(coding, table, donor_sets, options.threads);
        table.keys = {};
    }

    const auto& first = table.probabilities;
    std::size_t kept = 0;
    for (std::size_t g = 0; g < weights_.size(); ++g) {
        if (weights_[g] <= 0 || std::none_of(donor_sets.begin(), donor_sets.end(), [&](std::size_t s) { return first[s][g] > 0; })) continue;
        weights_[kept] = weights_[g];
        for (const std::size_t s : donor_sets) table.probabilities[s][kept] = table.probabilities[s][g];
        ++kept;
    }
    weights_.resize(kept);
    weights_.shrink_to_fit();
    for (const std::size_t s : donor_sets) table.probabilities[s].resize(kept);
    limit_ = 0;
    rates_.resize(kept * donors.size());
    std::vector<double> reached(kept, 0.0);
    for (std::size_t j = 0; j < donors.size(); ++j) {
        const auto& p = table.probabilities[set_of[j]];
        const double reachable = donors[j].reachable;
        match_rates_.push_back(reachable * product_sum(weights_, p));
        double* const rates = rates_.data() + j * kept;
        parallel_for_blocks(kept, block_size, options.threads, [&](std::size_t begin, std::size_t end) {
            for (std::size_t g = begin; g < end; ++g) {
                rates[g] = std::min(sure, -std::log1p(-std::min(1.0, reachable * p[g])));
                if (rates[g] > 0) reached[g] = 1;
            }
        });
    }
    limit_ = std::min(1.0, product_sum(weights_, reached));
}

std::vector<double> match_likelihood::probabilities(std::span<const double> sizes, std::size_t threads) const {
    const std::size_t populations = population_count();
    if (sizes.size() % populations != 0)
        throw format_error(problem::with_value("sizes", std::to_string(sizes.size()), "expected one number a donor population"));
    for (const double n : sizes)
        if (!(n >= 0 && n <= largest_size)) refuse("sizes", n, "expected a number of donors from 0");
    const std::size_t rows = sizes.size() / populations;
    const std::size_t genotypes = genotype_count();
    const std::size_t blocks = (genotypes + block_size - 1) / block_size;
    std::vector<double> sums(blocks * rows);
    parallel_for_blocks_with(genotypes, block_size, threads, [] { return std::vector<double>(block_size); },
                             [&](std::vector<double>& x, std::size_t begin, std::size_t end) {
        const std::size_t n = end - begin;
        for (std::size_t row = 0; row < rows; ++row) {
            for (std::size_t j = 0; j < populations; ++j) {
                const double donors = sizes[row * populations + j];
                const double* const rate = rates_.data() + j * genotypes + begin;
                if (j == 0)
                    for (std::size_t i = 0; i < n; ++i) x[i] = donors * rate[i];
                else
                    for (std::size_t i = 0; i < n; ++i) x[i] += donors * rate[i];
            }
            sums[begin / block_size * rows + row] = chance_of_any(std::span(weights_).subspan(begin, n), std::span(x).first(n));
        }
    });
    std::vector<double> out(rows, 0.0);
    for (std::size_t b = 0; b < blocks; ++b)
        for (std::size_t row = 0; row < rows; ++row) out[row] += sums[b * rows + row];
    for (double& p : out) p = std::min(p, 1.0);
    return out;
}

std::optional<double> match_likelihood::size_for(double probability, std::span<const double> shares, std::size_t threads) const {
    const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
    if (shares.size() != population_count() || !(sum > 0 && std::isfinite(sum)) || std::any_of(shares.begin(), shares.end(), [](double s) { return s < 0; }))
        throw format_error(problem::with_value("shares", std::to_string(shares.size()), "expected a share from 0 of each donor population"));
    const auto reaches = [&](double size) {
        std::vector<double> row;
        for (const double share : shares) row.push_back(size * share / sum);
        return probabilities(row, threads).front() >= probability;
    };
    if (probability <= 0) return 0.0;
    double high = 1;
    while (!reaches(high)) {
        if (high >= largest_size) return std::nullopt;
        high = std::min(largest_size, 4 * high);
    }
    double low = std::floor(high / 4);
    while (high - low > 1) {
        const double middle = std::floor((low + high) / 2);
        (reaches(middle) ? high : low) = middle;
    }
    return high;
}

}  // namespace allomatch
