// SPDX-License-Identifier: Apache-2.0
#include "genotype_walk.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

namespace allomatch {

namespace {

/// Entries that the kept states may have in all: 64 MB.
constexpr std::size_t most_kept_entries = std::size_t{1} << 22;
/// Genotypes that differ at the last loci only, from which on these are matched as a whole.
constexpr std::size_t fewest_tails = 4;
/// Genotypes of a donor that are held at a time: 128 MB.
constexpr std::size_t most_listed = std::size_t{1} << 22;

}  // namespace

/// Probabilities of the single locus, worked out when a donor has the content.
const std::array<double, 3>& genotype_walk::mismatches(level& l, std::uint32_t content) {
    auto& p = l.mismatches[content];
    if (p[0] == 0 && p[1] == 0 && p[2] == 0)
        for (const locus_resolution& r : l.resolutions) p[l.content[content].mismatches(r.content)] += r.probability;
    return p;
}

void genotype_walk::step(std::size_t depth, std::uint32_t content, const state& from, state& to) {
    level& l = levels_[depth];
    auto& bits = l.bits[content];
    if (bits.empty()) {
        bits.assign(patients_->outcome_count(patient_at_[depth]), 0);
        for_each_match(*patients_, patient_at_[depth], l.content[content], l.place, pattern_loci_,
                       [&](outcome_code code, match_pattern b) { bits[code] |= b; });
        l.rule[content] = pattern_rule::of(l.content[content], l.place, pattern_loci_);
        if (l.adds_up) {
            for (match_pattern& b : bits)
                if (b != 0) b = match_pattern{1} << (2 * pattern_loci_);
            l.rule[content] = {0, 0, 0, pattern_loci_};
        }
    }
    to.rule = from.rule;
    to.rule |= l.rule[content];
    auto& out = to.entries;
    out.clear();
    std::size_t begin = 0;  // of the node
    for (const entry& e : from.entries) {
        const std::uint32_t node = l.next[e.node];
        const match_pattern pattern = e.pattern + bits[l.code[e.node]];
        if (begin != out.size() && out[begin].node != node) {
            for (; begin != out.size(); ++begin) place_of_[out[begin].pattern] = 0;
        }
        std::uint32_t& place = place_of_[pattern];
        if (place == 0) {
            out.push_back({node, pattern, 0});
            place = static_cast<std::uint32_t>(out.size());
        }
        out[place - 1].weight += e.weight;
    }
    for (; begin != out.size(); ++begin) place_of_[out[begin].pattern] = 0;
}

const genotype_walk::state& genotype_walk::after(std::size_t depth, key prefix, std::uint32_t content, const state& from) {
    if (depth < kept_.size()) {
        const auto wanted = static_cast<std::uint64_t>(prefix >> levels_[depth].shift);
        const auto it = kept_[depth].find(wanted);
        if (it != kept_[depth].end()) return it->second;
        step(depth, content, from, path_[depth]);
        if (kept_entries_ + path_[depth].entries.size() > most_kept_entries) return path_[depth];
        kept_entries_ += path_[depth].entries.size();
        return kept_[depth].emplace(wanted, path_[depth]).first->second;
    }
    step(depth, content, from, path_[depth]);
    return path_[depth];
}

/// Positions matched at the last loci by a donor's genotype there and each of the patient's.
const std::uint8_t* genotype_walk::tail_matches(std::uint64_t tail) {
    auto& all = tail_matches_[tail];
    if (!all.empty()) return all.data();
    all.assign(tails_.size(), 0);
    for (std::size_t depth = tail_; depth < levels_.size(); ++depth) {
        const level& l = levels_[depth];
        const locus_content& donor = l.content[tail >> l.shift & l.mask];
        for (std::size_t t = 0; t < tails_.size(); ++t)
            all[t] = static_cast<std::uint8_t>(all[t] + 2 - donor.mismatches(l.content[tails_[t] >> l.shift & l.mask]));
    }
    return all.data();
}

void genotype_walk::pair_tails(std::size_t begin, std::size_t end, const state& before) {
    const match_pattern pattern_bits = (match_pattern{1} << (2 * pattern_loci_)) - 1;
    const std::size_t matched_before = 2 * tail_ + 1;
    const std::size_t nodes = group_of_node_.size();
    tail_sums_.setZero(static_cast<Eigen::Index>(tails_.size()), static_cast<Eigen::Index>(matched_before));
    double* const sums = tail_sums_.data();
    const entry* const all = before.entries.data();
    begins_.clear();
    for (std::uint32_t i = 0; i < before.entries.size(); ++i)
        while (begins_.size() <= group_of_node_[all[i].node]) begins_.push_back(i);
    begins_.push_back(static_cast<std::uint32_t>(before.entries.size()));
    const auto add = [&](const entry& x, const entry& y, double weight) {
        const match_pattern both = before.rule.both(x.pattern & pattern_bits, y.pattern & pattern_bits);
        const std::size_t matched = std::size_t{positions_[both]} + (x.pattern >> (2 * pattern_loci_)) +
                                    (y.pattern >> (2 * pattern_loci_));
        sums[tail_of_nodes_[x.node * nodes + y.node] * matched_before + matched] += weight;
    };
    for (const auto& [a, b] : patient_->pairs) {
        for (std::size_t i = begins_[a]; i < begins_[a + 1]; ++i) {
            if (a == b) add(all[i], all[i], all[i].weight * all[i].weight);
            for (std::size_t j = a == b ? i + 1 : begins_[b]; j < begins_[b + 1]; ++j)
                add(all[i], all[j], 2 * all[i].weight * all[j].weight);
        }
    }
    tail_weights_.setZero(Eigen::NoChange, static_cast<Eigen::Index>(tails_.size()));
    double* const weights = tail_weights_.data();
    for (std::size_t i = begin; i < end; ++i) {
        const std::uint8_t* const matches = tail_matches(static_cast<std::uint64_t>(genotypes_[i].genotype) & tail_mask_);
        const double weight = genotypes_[i].weight / patient_->total;
        for (std::size_t t = 0; t < tails_.size(); ++t) weights[t * (most_tail_matches + 1) + matches[t]] += weight;
    }
    const auto product = (tail_weights_ * tail_sums_).eval();
    for (Eigen::Index m = 0; m < product.rows(); ++m)
        for (Eigen::Index k = 0; k < product.cols(); ++k) matched_[static_cast<std::size_t>(m + k)] += product(m, k);
}

void genotype_walk::walk_all(std::size_t begin, std::size_t end, std::size_t depth) {
    const std::size_t width = levels_.size();
    for (std::size_t i = begin; i < end; ++i) {
        const auto& [genotype, weight] = genotypes_[i];
        if (i != begin) {
            depth = 0;
            while (content_at(depth, genotype) == content_at(depth, genotypes_[i - 1].genotype)) ++depth;
        }
        for (; depth < width; ++depth)
            at_depth_[depth + 1] = &after(depth, genotype, content_at(depth, genotype), *at_depth_[depth]);
        pair_leaf(*at_depth_[width], weight / patient_->total);
    }
}

void genotype_walk::start_sums() {
    at_.assign(levels_.size(), {});
    matched_.assign(2 * levels_.size() + 1, 0);
    genotypes_.clear();
}

void genotype_walk::walk_listed() {
    std::sort(genotypes_.begin(), genotypes_.end(), [](const numbered& a, const numbered& b) {
        return a.genotype != b.genotype ? a.genotype < b.genotype : a.weight < b.weight;
    });
    std::size_t kept = 0;
    for (std::size_t i = 1; i < genotypes_.size(); ++i) {
        if (genotypes_[i].genotype == genotypes_[kept].genotype)
            genotypes_[kept].weight += genotypes_[i].weight;
        else
            genotypes_[++kept] = genotypes_[i];
    }
    genotypes_.resize(std::min(kept + 1, genotypes_.size()));
    walk();
    genotypes_.clear();
}

void genotype_walk::finish_sums() {
    const match_pattern pattern_bits = (match_pattern{1} << (2 * pattern_loci_)) - 1;
    for (std::size_t i = 0; i < sums_.size(); ++i) {
        if (sums_[i] == 0) continue;
        matched_[positions_[i & pattern_bits] + (i >> (2 * pattern_loci_))] += sums_[i];
        sums_[i] = 0;
    }
}

void genotype_walk::walk() {
    const std::size_t width = levels_.size();
    for (const auto& [genotype, weight] : genotypes_) {
        for (std::size_t l = 0; l < width; ++l) {
            const auto& p = mismatches(levels_[l], content_at(l, genotype));
            for (std::size_t k = 0; k < 3; ++k) at_[l][k] += weight * p[k];
        }
    }
    at_depth_.assign(width + 1, &start_);
    for (std::size_t begin = 0, end = 0; begin < genotypes_.size(); begin = end) {
        // Genotypes that are equal before the last loci.
        const key before = genotypes_[begin].genotype >> levels_[tail_].shift >> std::bit_width(levels_[tail_].mask);
        for (end = begin + 1; end < genotypes_.size(); ++end)
            if (genotypes_[end].genotype >> levels_[tail_].shift >> std::bit_width(levels_[tail_].mask) != before) break;
        std::size_t depth = 0;
        if (begin != 0)
            while (content_at(depth, genotypes_[begin].genotype) == content_at(depth, genotypes_[begin - 1].genotype)) ++depth;
        if (tails_.empty() || end - begin < fewest_tails) {
            walk_all(begin, end, depth);
            continue;
        }
        for (; depth < tail_; ++depth)
            at_depth_[depth + 1] = &after(depth, genotypes_[begin].genotype, content_at(depth, genotypes_[begin].genotype), *at_depth_[depth]);
        pair_tails(begin, end, *at_depth_[tail_]);
    }
}

/// The nodes after the last locus are the groups.
void genotype_walk::pair_leaf(const state& last, double factor) {
    const match_pattern pattern_bits = (match_pattern{1} << (2 * pattern_loci_)) - 1;
    const entry* const all = last.entries.data();
    begins_.clear();
    for (std::uint32_t i = 0; i < last.entries.size(); ++i)
        while (begins_.size() <= all[i].node) begins_.push_back(i);
    begins_.push_back(static_cast<std::uint32_t>(last.entries.size()));
    const auto outcome = [&](match_pattern x, match_pattern y) {
        return last.rule.both(x & pattern_bits, y & pattern_bits) + (x & ~pattern_bits) + (y & ~pattern_bits);
    };
    double* const sums = sums_.data();
    for (const auto& [a, b] : patient_->pairs) {
        const entry* const end_a = all + begins_[a + 1];
        const entry* const begin_b = all + begins_[b];
        const entry* const end_b = all + begins_[b + 1];
        for (const entry* i = all + begins_[a]; i != end_a; ++i) {
            const match_pattern x = i->pattern;
            const double weight = 2 * factor * i->weight;
            if (a == b) sums[outcome(x, x)] += weight / 2 * i->weight;
            for (const entry* j = a == b ? i + 1 : begin_b; j != end_b; ++j) sums[outcome(x, j->pattern)] += weight * j->weight;
        }
    }
}

/// The donor's haplotypes by the patient's classes, equal ones taken together.
void genotype_walk::reduce(const diplotypes& donor) {
    const std::size_t width = levels_.size();
    rows_.clear();
    row_weights_.clear();
    row_begins_.assign(1, 0);
    std::vector<std::uint16_t> numbers;
    for (std::size_t g = 0; g < donor.group_count(); ++g) {
        const auto members = donor.group(g);
        numbers.resize(members.size() * width);
        for (std::size_t i = 0; i < members.size(); ++i)
            for (std::size_t l = 0; l < width; ++l)
                numbers[i * width + l] = levels_[l].class_of_code[donors_->codes(donor_at_[l])[members[i]]];
        order_.resize(members.size());
        std::iota(order_.begin(), order_.end(), 0U);
        const auto row = [&](std::uint32_t i) { return numbers.begin() + static_cast<std::ptrdiff_t>(i * width); };
        const auto before = [&](std::uint32_t a, std::uint32_t b) {
            const int order = std::lexicographical_compare(row(a), row(a + 1), row(b), row(b + 1)) ? 1 : 0;
            return order != 0;
        };
        std::stable_sort(order_.begin(), order_.end(), before);
        for (std::size_t i = 0; i < order_.size(); ++i) {
            if (i == 0 || !std::equal(row(order_[i]), row(order_[i] + 1), row(order_[i - 1]))) {
                rows_.insert(rows_.end(), row(order_[i]), row(order_[i] + 1));
                row_weights_.push_back(0);
            }
            row_weights_.back() += std::ldexp(donors_->frequencies()[members[order_[i]]], donor.scale);
        }
        row_begins_.push_back(static_cast<std::uint32_t>(row_weights_.size()));
    }
}

void genotype_walk::match(const diplotypes& donor) {
    const std::size_t width = levels_.size();
    reduce(donor);
    start_sums();
    for (const auto& [a, b] : donor.pairs) {
        for (std::uint32_t i = row_begins_[a]; i < row_begins_[a + 1]; ++i) {
            const std::uint16_t* const one = rows_.data() + i * width;
            for (std::uint32_t j = a == b ? i : row_begins_[b]; j < row_begins_[b + 1]; ++j) {
                const std::uint16_t* const two = rows_.data() + j * width;
                key genotype = 0;
                for (std::size_t l = 0; l < width; ++l) {
                    const level& here = levels_[l];
                    genotype |= key{here.number[one[l] * (here.classes + 2) + two[l]]} << here.shift;
                }
                const double both = row_weights_[i] * row_weights_[j] / donor.total;
                genotypes_.push_back({genotype, a == b && i == j ? both : 2 * both});
                if (genotypes_.size() == most_listed) walk_listed();
            }
        }
    }
    if (!genotypes_.empty()) walk_listed();
    finish_sums();
}

void genotype_walk::match(std::span<const locus_content> donor) {
    start_sums();
    key genotype = 0;
    for (std::size_t l = 0; l < levels_.size(); ++l) {
        const level& here = levels_[l];
        const auto number = [&](class_id c) -> std::size_t {
            if (c == no_class) return here.classes + 1;
            const auto it = std::lower_bound(here.class_number.begin(), here.class_number.end(),
                                             std::pair<class_id, std::uint16_t>(c, 0));
            return it != here.class_number.end() && it->first == c ? it->second : here.classes;
        };
        genotype |= key{here.number[number(donor[l].classes[0]) * (here.classes + 2) + number(donor[l].classes[1])]} << here.shift;
    }
    genotypes_.assign(1, {genotype, 1.0});
    walk();
    finish_sums();
}

}  // namespace allomatch
