// SPDX-License-Identifier: Apache-2.0
/// \file
/// Haplotype frequencies of the people of a registry: maximum likelihood from typings of any quality.
#pragma once

#include <allomatch/haplotype/haplotype_index.hpp>
#include <allomatch/registry/registry.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace allomatch {

/// What counts as one allele of a haplotype.
enum class haplotype_unit : std::uint8_t {
    match_class,  ///< the unit of matching, semantics.md section 3
    two_fields,   ///< the first two fields of the name, with N, or another suffix where all alleles of these fields have it
};
[[nodiscard]] std::string_view name(haplotype_unit unit) noexcept;
/// \throws format_error when there is no such unit.
[[nodiscard]] haplotype_unit haplotype_unit_from_name(std::string_view text);

/// Frequencies that the first iteration begins with.
enum class estimation_start : std::uint8_t {
    occurrence,  ///< each person's two haplotypes, spread evenly over the pairs that the typing allows
    uniform,     ///< all haplotypes alike
    random,      ///< exponential draws, by `seed`
    prior,       ///< those of `prior`, with a small part of `occurrence` for haplotypes that it does not have
};
[[nodiscard]] std::string_view name(estimation_start start) noexcept;
/// \throws format_error when there is no such start.
[[nodiscard]] estimation_start estimation_start_from_name(std::string_view text);

struct estimation_options {
    /// In the order of the names that are written.
    std::vector<locus> loci{locus::A, locus::C, locus::B, locus::DRB1, locus::DQB1};
    haplotype_unit unit = haplotype_unit::match_class;
    estimation_start start = estimation_start::occurrence;
    std::uint64_t seed = 1;
    /// How often to begin: once with `start`, then with random frequencies; the likeliest end stands.
    std::size_t starts = 1;
    /// An old estimate: where to begin, or what to bring up to date.
    std::shared_ptr<const haplotype_index> prior{};
    /// As how many people the old estimate counts beside those of the registry. 0: it is only a start. Either way its
    /// haplotypes resolve people with too many pairs, and its alleles may be at untyped loci.
    double prior_people = 0;
    static constexpr double most_prior_people = 1e9;
    /// Iterations end when none changes a frequency by more.
    double stop = 1e-8;
    std::size_t most_iterations = 100'000;
    /// Haplotypes below are left out of the result; without a value those below `as_good_as_none` that explain nobody's typing
    /// on their own.
    std::optional<double> cut{};
    static constexpr double as_good_as_none = 1e-8;
    /// Haplotype pairs of all people together, 8 bytes each, that are gone through. People who would take more are
    /// resolved with the haplotypes of the others.
    std::size_t most_pairs = std::size_t{1} << 23;
    /// Samples of the people, drawn with replacement and estimated from the same start, for standard errors and intervals;
    /// 0, or at least `fewest_samples`.
    std::size_t bootstrap = 0;
    static constexpr std::size_t fewest_samples = 20;
    double level = 0.95;  ///< of the intervals
    std::size_t threads = 0;
};

/// Checks options against themselves. \throws format_error naming the option.
void validate(const estimation_options& options);

/// Frequencies that make the typings likeliest, in Hardy-Weinberg proportion.
struct haplotype_estimate {
    std::vector<locus> loci;
    std::vector<std::vector<std::string>> names;  ///< of each locus
    std::vector<std::uint32_t> codes;             ///< a row of numbers in `names` for each haplotype
    std::vector<double> frequencies;              ///< descending, ties by name
    std::vector<double> copies;                   ///< expected ones among the people used
    std::vector<double> standard_errors;          ///< by bootstrap; else empty
    std::vector<double> low, high;                ///< percentiles of the bootstrap
    std::size_t cut_haplotypes = 0;               ///< left out as too rare
    double cut_mass = 0;                          ///< sum of their frequencies
    std::size_t cut_people = 0;                   ///< people whose typing no haplotypes that are left explain

    bool converged = false;
    double log_likelihood = 0;                    ///< natural, of the people used, at the last iteration
    std::vector<double> trace;                    ///< before each iteration, with the people of `prior`; never falls
    std::vector<double> log_likelihood_of_starts; ///< one a start, with the people of `prior`

    std::size_t people = 0;          ///< used
    std::size_t typings = 0;         ///< distinct ones of them
    std::size_t haplotypes = 0;      ///< possible ones
    std::size_t pairs = 0;           ///< possible haplotype pairs of the distinct typings
    std::size_t resolved_by_others = 0;  ///< people with too many pairs, given the haplotypes of the others
    std::size_t untyped = 0;         ///< people left out: nothing typed at these loci
    std::size_t new_alleles = 0;     ///< people left out: an unnamed allele
    std::size_t too_ambiguous = 0;   ///< people left out: too many pairs, none of them of haplotypes of the others
    /// Natural logarithm of the probability of each person's typing, in the order they were given; not a number for
    /// those left out.
    std::vector<double> log_probability;

    [[nodiscard]] std::size_t size() const noexcept { return frequencies.size(); }
    /// "A*02:07~C*01:02~B*46:01"
    [[nodiscard]] std::string haplotype_text(std::size_t row) const;
    /// The same as a frequency set, for searches.
    [[nodiscard]] frequency_set set(std::string name, const nomenclature::pointer& names) const;
};

/// Called now and then from the calling thread: iterations so far, the change of the last one, the log-likelihood. During the
/// bootstrap its samples count on.
using estimation_progress = std::function<void(std::size_t iteration, double change, double log_likelihood)>;

/// Expectation maximisation (Excoffier and Slatkin 1995; Dempster, Laird and Rubin 1977) over every haplotype pair that
/// each typing allows: lists, codes, genotype lists and phased blocks sit inside one likelihood, an untyped locus may be any
/// allele that some typing names alone. Null alleles beside expressed ones are dropped as the registry does it.
/// `people` are donors of the registry; left out: all. Results are the same for any number of threads and order of people
/// with equal typings.
/// Cost: pairs times iterations at worst; haplotypes that are as good as gone are dropped on the way, which leaves a tenth
/// after few iterations. Memory: about 16 bytes a pair.
/// \throws format_error for options that do not fit, for DRB345 (a blank there may be an absent gene), or when nobody is
/// typed at the loci.
[[nodiscard]] haplotype_estimate estimate_frequencies(const registry& donors, const estimation_options& options = {},
                                                      std::optional<std::span<const donor_index>> people = std::nullopt,
                                                      const estimation_progress& progress = {});

}  // namespace allomatch
