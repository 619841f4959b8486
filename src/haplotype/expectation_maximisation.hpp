// SPDX-License-Identifier: Apache-2.0
/// \file
/// The iterations of an estimate, on plain arrays.
#pragma once

#include "haplotype_pairs.hpp"

#include <Eigen/Core>

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace allomatch::estimation {

using frequency_vector = Eigen::ArrayXd;

/// The likelihood of people's haplotype pairs as a function of the frequencies. People with one pair are mere counts of
/// haplotypes. Immutable during iterations; `drop` takes haplotypes out that are as good as gone.
class pair_likelihood {
public:
    /// `people[i]` have the pairs of list `i`; `extra` are copies of each haplotype that are certain from elsewhere.
    pair_likelihood(pair_lists lists, std::span<const double> people, const frequency_vector& extra);

    /// One iteration: the expected share of each haplotype among all copies, given `f`.
    /// Returns the log-likelihood of `f`, with that of the extra copies.
    double step(const frequency_vector& f, frequency_vector& next, std::size_t threads) const;

    /// Takes out the haplotypes whose expected number of copies is below `fewest_copies`, and returns those that stay, by
    /// their numbers before; empty when all stay.
    std::vector<haplotype_number> drop(const frequency_vector& f);

    [[nodiscard]] double copies() const noexcept { return copies_; }

    static constexpr double fewest_copies = 1e-12;

private:
    static constexpr std::size_t block_pairs = std::size_t{1} << 14;
    static constexpr std::size_t most_blocks = 8;

    void settle();
    [[nodiscard]] double add_block(std::size_t begin, std::size_t end, const frequency_vector& f, frequency_vector& sums) const;

    pair_lists ambiguous_;
    std::vector<double> people_;       // of each list
    frequency_vector certain_;         // copies of each haplotype that are certain
    double certain_logs_ = 0;          // sum of log 2 over people with one pair of two haplotypes
    double copies_ = 0;
    std::vector<std::size_t> blocks_;  // ends of ranges of lists
};

/// What iterations end with.
struct maximum {
    frequency_vector frequencies;  ///< of all haplotypes; 0 of those that were dropped
    std::vector<double> trace;
    bool converged = false;
    double log_likelihood = 0;
};

struct iteration_limits {
    double stop = 0;
    std::size_t most = 0;
    std::size_t threads = 0;
};

/// Iterates from `start`, which is positive, until nothing changes by more than the limit.
[[nodiscard]] maximum maximise(pair_likelihood likelihood, frequency_vector start, const iteration_limits& limits,
                               const estimation_progress& progress = {});

}  // namespace allomatch::estimation
