// SPDX-License-Identifier: Apache-2.0
/// \file
/// Haplotype frequencies of one population.
#pragma once

#include <allomatch/nomenclature/nomenclature.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace allomatch {

/// What a frequency set's name of an allele or group means for matching.
struct haplotype_allele {
    std::string name;              ///< as the set writes it, with its gene: "A*02:01"
    class_id matched = no_class;   ///< its class; `no_class` when it is null
    allele_set alleles;            ///< all alleles of the name
    [[nodiscard]] bool is_null() const noexcept { return matched == no_class; }
};

/// One possible content of a locus on a haplotype: a class, or null with the alleles that it can be.
struct haplotype_outcome {
    class_id matched = no_class;
    allele_set nulls;  ///< only when `matched` is `no_class`
    [[nodiscard]] bool is_null() const noexcept { return matched == no_class; }
    friend bool operator==(const haplotype_outcome&, const haplotype_outcome&) = default;
};

/// Haplotypes with one code a locus, and their frequencies.
class haplotype_table {
public:
    explicit haplotype_table(std::size_t width = 0) : width_(width) {}

    [[nodiscard]] std::size_t size() const noexcept { return frequencies_.size(); }
    /// One code for each locus of the set, in its order.
    [[nodiscard]] std::span<const std::uint32_t> codes(std::size_t row) const noexcept {
        return std::span(codes_).subspan(row * width_, width_);
    }
    [[nodiscard]] double frequency(std::size_t row) const noexcept { return frequencies_[row]; }
    [[nodiscard]] std::span<const double> frequencies() const noexcept { return frequencies_; }

private:
    friend class frequency_set_builder;
    std::size_t width_;
    std::vector<std::uint32_t> codes_;
    std::vector<double> frequencies_;
};

/// Haplotype frequencies of one population, as written and by class. Immutable: any number of threads may
/// read it.
class frequency_set {
public:
    /// The population.
    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    /// Loci in the order of the first row.
    [[nodiscard]] const std::vector<locus>& loci() const noexcept { return loci_; }
    [[nodiscard]] const nomenclature::pointer& names() const noexcept { return names_; }
    /// Sum of the frequencies taken, before any normalising.
    [[nodiscard]] double sum_as_read() const noexcept { return sum_; }
    /// Names that span several classes and were given one of them.
    [[nodiscard]] std::size_t spanning_names() const noexcept { return spanning_; }

    /// Haplotypes as written, in the order of the input; the codes are for `allele`.
    [[nodiscard]] const haplotype_table& rows() const noexcept { return rows_; }
    /// Haplotypes by class: rows with the same classes merged, in the order of first appearance; the codes are
    /// for `outcome`. Null alleles are kept apart from classes and from each other.
    [[nodiscard]] const haplotype_table& merged() const noexcept { return merged_; }

    /// Names used at the locus with position `at` in `loci()`.
    [[nodiscard]] const std::vector<haplotype_allele>& alleles(std::size_t at) const { return alleles_[at]; }
    [[nodiscard]] const haplotype_allele& allele(std::size_t at, std::uint32_t code) const {
        return alleles_[at][code];
    }
    /// Distinct contents of that locus.
    [[nodiscard]] const std::vector<haplotype_outcome>& outcomes(std::size_t at) const { return outcomes_[at]; }
    [[nodiscard]] const haplotype_outcome& outcome(std::size_t at, std::uint32_t code) const {
        return outcomes_[at][code];
    }
    /// "A*02:07~C*01:02~B*46:01" of a row as written.
    [[nodiscard]] std::string haplotype_text(std::size_t row) const;

private:
    friend class frequency_set_builder;
    std::string name_;
    std::vector<locus> loci_;
    nomenclature::pointer names_;
    double sum_ = 0;
    std::size_t spanning_ = 0;
    haplotype_table rows_;
    haplotype_table merged_;
    std::vector<std::vector<haplotype_allele>> alleles_;
    std::vector<std::vector<haplotype_outcome>> outcomes_;
};

/// Collects rows of a frequency set. Not thread-safe.
class frequency_set_builder {
public:
    /// Largest sum of frequencies that counts as 1.
    static constexpr double largest_sum = 1.000001;

    /// \throws format_error when `loci` is empty or holds a locus twice.
    frequency_set_builder(std::string name, std::vector<locus> loci, nomenclature::pointer names);

    /// Reads a name of an allele (two fields or more) or a G, P or g group. A name that spans several classes
    /// takes that of the P group with its first two fields when it has alleles of it, else the class with the
    /// most of its alleles, on ties the one with the lowest allele. A name with null alleles only is null.
    /// Lists, codes, XX, serology and NEW are refused.
    [[nodiscard]] static result<haplotype_allele> read_allele(const nomenclature& names, locus l,
                                                              std::string_view text,
                                                              std::vector<std::string>* warnings = nullptr,
                                                              bool* spans_classes = nullptr);

    /// Adds a haplotype with one name a locus, in the order of the loci, or refuses it: the problem has text
    /// and reason, and the locus as its column. A frequency is above 0 and at most 1.
    [[nodiscard]] std::optional<problem> add(std::span<const std::string_view> haplotype, double frequency);

    [[nodiscard]] std::size_t size() const noexcept { return set_.rows_.size(); }
    /// What the reader had to say about a name (such as an old one that was followed), once a name.
    [[nodiscard]] const std::vector<problem>& warnings() const noexcept { return warnings_; }

    /// The finished set; `normalise` divides by the sum.
    /// \throws format_error when there is no row, or the sum is above `largest_sum` and not normalised.
    [[nodiscard]] frequency_set build(bool normalise) &&;

private:
    [[nodiscard]] result<std::uint32_t> code_of(std::size_t at, std::string_view text);
    [[nodiscard]] std::uint32_t outcome_of(std::size_t at, const haplotype_allele& a);
    void merge();

    frequency_set set_;
    std::vector<std::unordered_map<std::string, std::uint32_t, text_hash, std::equal_to<>>> code_of_;
    std::vector<std::unordered_map<class_id, std::uint32_t>> outcome_of_class_;
    std::vector<problem> warnings_;
};

}  // namespace allomatch
