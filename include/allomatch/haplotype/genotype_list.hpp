// SPDX-License-Identifier: Apache-2.0
/// \file
/// The unphased genotypes of a person at some loci, with their weights.
#pragma once

#include <allomatch/haplotype/diplotypes.hpp>

#include <functional>
#include <span>
#include <vector>

namespace allomatch {

/// Genotypes as rows of one content a locus. Rows are distinct, in the order of first appearance.
class genotype_list {
public:
    genotype_list() = default;
    explicit genotype_list(std::size_t width) : width_(width) {}

    [[nodiscard]] std::size_t size() const noexcept { return weights_.size(); }
    [[nodiscard]] std::size_t width() const noexcept { return width_; }
    [[nodiscard]] std::span<const locus_content> row(std::size_t i) const noexcept {
        return std::span(contents_).subspan(i * width_, width_);
    }
    /// Probability of a row: they sum to 1.
    [[nodiscard]] double weight(std::size_t i) const noexcept { return weights_[i]; }

    /// Adds to the row with these contents, or makes it.
    void add(std::span<const locus_content> contents, double weight);
    void multiply(double factor);
    void clear(std::size_t width);

private:
    void grow();
    std::size_t width_ = 0;
    std::vector<locus_content> contents_;
    std::vector<double> weights_;
    std::vector<std::uint32_t> slots_;  // open addressing, row + 1
};

/// One content of a locus and its probability.
struct locus_resolution {
    locus_content content;
    double probability = 0;
};

/// What the locus at position `at` of the set resolves to, by content. From sums over groups: no pair of haplotypes is
/// looked at.
[[nodiscard]] std::vector<locus_resolution> resolve_locus(const haplotype_index& index, const diplotypes& person,
                                                          std::size_t at);

/// Hands over every genotype at loci `at` (positions in the set), with normalised weights. Genotypes may come several
/// times; haplotypes that are equal at these loci are taken together. Constant memory beyond the haplotypes.
void for_each_genotype(const haplotype_index& index, const diplotypes& person, std::span<const std::size_t> at,
                       const std::function<void(std::span<const locus_content>, double)>& visit);

/// The same as a list of distinct genotypes.
void list_genotypes(const haplotype_index& index, const diplotypes& person, std::span<const std::size_t> at,
                    genotype_list& out);

}  // namespace allomatch
