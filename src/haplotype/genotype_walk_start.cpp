// SPDX-License-Identifier: Apache-2.0
#include "genotype_walk.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace allomatch {

namespace {

/// Loci whose states are kept.
constexpr std::size_t kept_loci = 2;
/// Loci at the end whose genotypes are matched as a whole.
constexpr std::size_t tail_loci = 2;
/// Nodes that may be paired in a table.
constexpr std::size_t most_tail_nodes = 2048;

}  // namespace

void genotype_walk::start(const haplotype_index& patients, const diplotypes& patient,
                          std::span<const std::size_t> patient_at, const haplotype_index& donors,
                          std::span<const std::size_t> donor_at) {
    patients_ = &patients;
    donors_ = &donors;
    patient_ = &patient;
    patient_at_.assign(patient_at.begin(), patient_at.end());
    donor_at_.assign(donor_at.begin(), donor_at.end());
    const std::size_t width = patient_at.size();
    levels_.assign(width, {});
    pattern_loci_ = 0;
    for (std::size_t depth = 0; depth < width; ++depth) {
        levels_[depth].adds_up = adds_up(patient_at[depth], patient);
        if (!levels_[depth].adds_up) levels_[depth].place = pattern_loci_++;
    }
    unsigned bits = 0;
    for (std::size_t depth = width; depth-- > 0;) {
        level& l = levels_[depth];
        number_classes(l, patient_at[depth], patient, donor_at[depth]);
        const auto own = static_cast<unsigned>(std::bit_width(l.content.size() - 1));
        l.mask = (1U << own) - 1;
        l.shift = std::min(bits, 127U);
        bits += own;
    }
    possible_ = bits <= 128 && width > 0;
    if (!possible_) return;
    number_nodes(patient, patient_at);
    number_tails(patient);
    path_.resize(width);
    kept_.assign(std::min(kept_loci, width), {});
    kept_entries_ = 0;
    // A haplotype matches at most once at each locus that adds up, two of them twice.
    place_of_.assign((width - pattern_loci_ + 1) << (2 * pattern_loci_), 0);
    sums_.assign((2 * (width - pattern_loci_) + 1) << (2 * pattern_loci_), 0);
    positions_.resize(std::size_t{1} << (2 * pattern_loci_));
    for (std::size_t i = 0; i < positions_.size(); ++i) positions_[i] = static_cast<std::uint8_t>(std::popcount(i));
    for (std::size_t depth = 0; depth < width; ++depth) {
        levels_[depth].resolutions = resolve_locus(patients, patient, patient_at[depth]);
        levels_[depth].mismatches.assign(levels_[depth].content.size(), {});
    }
}

/// No class is in two groups that go together, and nothing is null.
bool genotype_walk::adds_up(std::size_t at, const diplotypes& patient) const {
    const auto codes = patients_->codes(at);
    std::vector<std::vector<bool>> has(patient.group_count(), std::vector<bool>(patients_->outcome_count(at), false));
    for (std::size_t g = 0; g < patient.group_count(); ++g) {
        for (const haplotype_id h : patient.group(g)) {
            if (patients_->class_of(at, codes[h]) == no_class) return false;
            has[g][codes[h]] = true;
        }
    }
    for (const auto& [a, b] : patient.pairs)
        for (std::size_t code = 0; code < has[a].size(); ++code)
            if (has[a][code] && has[b][code]) return false;
    return true;
}

void genotype_walk::number_classes(level& l, std::size_t at, const diplotypes& patient, std::size_t donor_at) {
    std::vector<class_id> classes;
    for (const haplotype_id h : patient.haplotypes) {
        const class_id c = patients_->class_of(at, patients_->codes(at)[h]);
        if (c != no_class) classes.push_back(c);
    }
    std::sort(classes.begin(), classes.end());
    classes.erase(std::unique(classes.begin(), classes.end()), classes.end());
    l.classes = classes.size();
    const std::size_t other = l.classes;
    const std::size_t null = l.classes + 1;
    for (std::size_t i = 0; i < classes.size(); ++i) l.class_number.emplace_back(classes[i], static_cast<std::uint16_t>(i));
    // One number a content: null beside a class is that class twice; `other` matches nothing, so 0xFFFFFFFE will do.
    constexpr class_id nobody = no_class - 1;
    l.number.assign((null + 1) * (null + 1), 0);
    for (std::size_t a = 0; a <= null; ++a) {
        for (std::size_t b = 0; b <= a; ++b) {
            if (a == null && b != null) {
                l.number[a * (null + 1) + b] = l.number[b * (null + 1) + a] = l.number[b * (null + 1) + b];
                continue;
            }
            l.number[a * (null + 1) + b] = l.number[b * (null + 1) + a] = static_cast<std::uint32_t>(l.content.size());
            const auto class_at = [&](std::size_t i) { return i == null ? no_class : i == other ? nobody : classes[i]; };
            l.content.push_back(locus_content::of(class_at(a), class_at(b)));
        }
    }
    l.bits.resize(l.content.size());
    l.rule.resize(l.content.size());
    l.class_of_code.resize(donors_->outcome_count(donor_at));
    for (std::size_t code = 0; code < l.class_of_code.size(); ++code) {
        const class_id c = donors_->class_of(donor_at, static_cast<outcome_code>(code));
        const auto it = std::lower_bound(classes.begin(), classes.end(), c);
        const std::size_t number = c == no_class                           ? null
                                   : it != classes.end() && *it == c ? static_cast<std::size_t>(it - classes.begin())
                                                                           : other;
        l.class_of_code[code] = static_cast<std::uint16_t>(number);
    }
}

/// Sorts the patient's haplotypes by group, then from the last locus to the first: a node of any level is a run of them.
void genotype_walk::number_nodes(const diplotypes& patient, std::span<const std::size_t> at) {
    const std::size_t width = at.size();
    struct placed {
        std::uint32_t group;
        haplotype_id haplotype;
    };
    std::vector<placed> order;
    for (std::uint32_t g = 0; g < patient.group_count(); ++g)
        for (const haplotype_id h : patient.group(g)) order.push_back({g, h});
    std::stable_sort(order.begin(), order.end(), [&](const placed& a, const placed& b) {
        if (a.group != b.group) return a.group < b.group;
        for (std::size_t l = width; l-- > 0;) {
            const auto codes = patients_->codes(at[l]);
            if (codes[a.haplotype] != codes[b.haplotype]) return codes[a.haplotype] < codes[b.haplotype];
        }
        return false;
    });
    start_.entries.clear();
    start_.rule = {0, 0, 0, pattern_loci_};
    std::vector<std::uint32_t> node(width + 1, 0);
    for (std::size_t i = 0; i < order.size(); ++i) {
        // The first level from the end at which this haplotype leaves the node of the one before.
        bool fresh = i == 0 || order[i].group != order[i - 1].group;
        if (fresh) node[width] = order[i].group;
        for (std::size_t depth = width; depth-- > 0;) {
            const auto codes = patients_->codes(at[depth]);
            fresh = fresh || codes[order[i].haplotype] != codes[order[i - 1].haplotype];
            if (!fresh) continue;
            node[depth] = static_cast<std::uint32_t>(levels_[depth].next.size());
            levels_[depth].next.push_back(node[depth + 1]);
            levels_[depth].code.push_back(codes[order[i].haplotype]);
        }
        const double weight = std::ldexp(patients_->frequencies()[order[i].haplotype], patient.scale);
        if (fresh)
            start_.entries.push_back({node[0], 0, weight});
        else
            start_.entries.back().weight += weight;
    }
}

void genotype_walk::number_tails(const diplotypes& patient) {
    const std::size_t width = levels_.size();
    tail_ = width - std::min(width, tail_loci);
    tails_.clear();
    tail_matches_.clear();
    const level& first = levels_[tail_];
    const unsigned bits = first.shift + static_cast<unsigned>(std::bit_width(first.mask));
    const std::size_t nodes = first.next.size();
    if (tail_ == 0 || bits > 64 || nodes > most_tail_nodes) return;
    tail_mask_ = bits == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
    std::vector<std::vector<std::size_t>> classes(nodes);  // class numbers at the last loci
    group_of_node_.assign(nodes, 0);
    for (std::size_t n = 0; n < nodes; ++n) {
        std::size_t node = n;
        for (std::size_t depth = tail_; depth < width; ++depth) {
            const level& l = levels_[depth];
            const class_id c = patients_->class_of(patient_at_[depth], l.code[node]);
            const auto it = std::lower_bound(l.class_number.begin(), l.class_number.end(), std::pair<class_id, std::uint16_t>(c, 0));
            classes[n].push_back(c == no_class ? l.classes + 1 : it->second);
            node = l.next[node];
        }
        group_of_node_[n] = static_cast<std::uint32_t>(node);
    }
    std::vector<std::vector<std::uint32_t>> of_group(patient.group_count());
    for (std::uint32_t n = 0; n < nodes; ++n) of_group[group_of_node_[n]].push_back(n);
    tail_of_nodes_.assign(nodes * nodes, 0);
    std::unordered_map<std::uint64_t, std::uint32_t> known;
    for (const auto& [a, b] : patient.pairs) {
        for (const std::uint32_t x : of_group[a]) {
            for (const std::uint32_t y : of_group[b]) {
                std::uint64_t tail = 0;
                for (std::size_t depth = tail_; depth < width; ++depth) {
                    const level& l = levels_[depth];
                    tail |= std::uint64_t{l.number[classes[x][depth - tail_] * (l.classes + 2) + classes[y][depth - tail_]]} << l.shift;
                }
                const auto [it, added] = known.try_emplace(tail, static_cast<std::uint32_t>(tails_.size()));
                if (added) tails_.push_back(tail);
                tail_of_nodes_[x * nodes + y] = tail_of_nodes_[y * nodes + x] = it->second;
            }
        }
    }
}

}  // namespace allomatch
