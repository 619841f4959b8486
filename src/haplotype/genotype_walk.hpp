// SPDX-License-Identifier: Apache-2.0
/// \file
/// Many genotypes of one person against all haplotype pairs of another, locus by locus.
#pragma once

#include "match_patterns.hpp"

#include <allomatch/haplotype/genotype_list.hpp>

#include <Eigen/Core>

#include <array>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace allomatch {

/// Matches genotypes of donors against the haplotypes of one patient by walking a trie.
///
/// The genotypes of a donor are sorted, so that those with the same contents at the first loci come together. At each locus
/// the patient's haplotypes take over what they match there and drop the locus; those that now agree in all that is left, and
/// in what they matched, are taken together. So the first loci are matched once for many genotypes, and few haplotypes are
/// left at the last. What is left after one and two loci is kept for the donors to come.
///
/// Classes that the patient cannot have are all the same to it, so genotypes of a donor that differ in them only are one.
/// At a locus where the two haplotypes of the patient never carry the same class, what they match adds up, and only its
/// number is carried on instead of a pattern.
class genotype_walk {
public:
    /// Both people may be of different populations; `at` are the loci in the one set and the other.
    void start(const haplotype_index& patients, const diplotypes& patient, std::span<const std::size_t> patient_at,
               const haplotype_index& donors, std::span<const std::size_t> donor_at);
    /// Whether genotypes can be numbered in 128 bits; when not, this way is not open.
    [[nodiscard]] bool possible() const noexcept { return possible_; }

    /// Sets the distribution of a donor with these haplotype pairs.
    void match(const diplotypes& donor);
    /// Sets that of a donor with one genotype.
    void match(std::span<const locus_content> donor);
    /// P(exactly k matched positions) over the loci.
    [[nodiscard]] std::span<const double> matched() const noexcept { return matched_; }
    /// P(0), P(1), P(2) mismatches at a locus.
    [[nodiscard]] const std::array<double, 3>& at(std::size_t l) const noexcept { return at_[l]; }

private:
    __extension__ typedef unsigned __int128 key;

    /// Patient haplotypes that agree in their group and at the loci not yet walked. Nodes of a level that lead to the
    /// same node of the next stand together.
    struct level {
        std::vector<std::uint32_t> next;    // node after this locus
        std::vector<outcome_code> code;     // outcome at this locus
        // Contents of this locus as donors have them, by number.
        std::size_t classes = 0;            // that the patient can have; then other, then null
        std::vector<std::uint32_t> number;  // of two class numbers
        std::vector<locus_content> content;
        std::vector<std::vector<match_pattern>> bits;  // content, patient's outcome; empty until asked for
        std::vector<pattern_rule> rule;
        std::vector<locus_resolution> resolutions;      ///< of the patient
        std::vector<std::array<double, 3>> mismatches;  ///< of a content with them: P(0), P(1), P(2); 0 until asked for
        bool adds_up = false;     ///< the patient's haplotypes never share a class
        std::size_t place = 0;    ///< of its bits in a pattern, among the loci that do not add up
        std::vector<std::uint16_t> class_of_code;      // class number of the outcomes of the donors' set
        std::vector<std::pair<class_id, std::uint16_t>> class_number;  // sorted
        unsigned shift = 0;
        std::uint32_t mask = 0;
    };
    /// Haplotypes of one node with the same pattern.
    struct entry {
        std::uint32_t node;
        match_pattern pattern;
        double weight;
    };
    struct state {
        std::vector<entry> entries;  // by node
        pattern_rule rule;
    };
    struct numbered {
        key genotype;
        double weight;
    };

    void number_classes(level& l, std::size_t at, const diplotypes& patient, std::size_t donor_at);
    static const std::array<double, 3>& mismatches(level& l, std::uint32_t content);
    [[nodiscard]] bool adds_up(std::size_t at, const diplotypes& patient) const;
    void number_nodes(const diplotypes& patient, std::span<const std::size_t> at);
    void reduce(const diplotypes& donor);
    void start_sums();
    /// Walks the genotypes at hand, in parts of any size, and forgets them.
    void walk_listed();
    void walk();
    void finish_sums();
    /// Matches the genotypes [begin, end), which are equal but for the last loci, one by one.
    void walk_all(std::size_t begin, std::size_t end, std::size_t depth);
    void pair_leaf(const state& last, double factor);
    void number_tails(const diplotypes& patient);
    /// The same when they are many: the patient's haplotypes are paired once, by the genotype that they make at the last
    /// loci and by what they matched before them.
    void pair_tails(std::size_t begin, std::size_t end, const state& before);
    [[nodiscard]] const std::uint8_t* tail_matches(std::uint64_t tail);
    void step(std::size_t depth, std::uint32_t content, const state& from, state& to);
    const state& after(std::size_t depth, key prefix, std::uint32_t content, const state& from);
    [[nodiscard]] std::uint32_t content_at(std::size_t depth, key genotype) const noexcept {
        return static_cast<std::uint32_t>(genotype >> levels_[depth].shift) & levels_[depth].mask;
    }

    bool possible_ = false;
    const haplotype_index* patients_ = nullptr;
    const haplotype_index* donors_ = nullptr;
    const diplotypes* patient_ = nullptr;
    std::vector<std::size_t> patient_at_;
    std::vector<std::size_t> donor_at_;
    std::vector<level> levels_;
    state start_;
    std::vector<state> path_;                          // one a locus
    std::vector<std::unordered_map<std::uint64_t, state>> kept_;  // after one and two loci
    std::size_t kept_entries_ = 0;
    std::vector<numbered> genotypes_;
    std::size_t pattern_loci_ = 0;         // that do not add up
    std::vector<std::uint32_t> place_of_;  // of a pattern within a node, from 1
    std::vector<std::uint8_t> positions_;  // matched by a pattern of both haplotypes
    std::vector<std::uint32_t> begins_;    // of the groups among the entries of a leaf
    std::vector<double> sums_;             // of the outcomes of pairs: matched pattern, and above it the number added up
    std::vector<const state*> at_depth_;
    std::size_t tail_ = 0;                             // the first of the last loci
    std::uint64_t tail_mask_ = 0;                      // of a genotype
    std::vector<std::uint32_t> group_of_node_;         // at the tail
    std::vector<std::uint32_t> tail_of_nodes_;         // genotype at the last loci, by two nodes
    std::vector<std::uint64_t> tails_;                 // the patient's genotypes there
    static constexpr int most_tail_matches = 4;
    /// Weight of the patient's haplotype pairs: genotype at the last loci x positions matched before.
    Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor> tail_sums_;
    /// Weight of the donor's genotypes: positions matched at the last loci x the patient's genotype there.
    Eigen::Matrix<double, most_tail_matches + 1, Eigen::Dynamic> tail_weights_;
    std::unordered_map<std::uint64_t, std::vector<std::uint8_t>> tail_matches_;  // of a donor's with each of them
    std::vector<double> matched_;
    std::vector<std::array<double, 3>> at_;

    // Haplotypes of a donor by their class numbers, group by group.
    std::vector<std::uint16_t> rows_;
    std::vector<double> row_weights_;
    std::vector<std::uint32_t> row_begins_;
    std::vector<std::uint32_t> order_;
};

}  // namespace allomatch
