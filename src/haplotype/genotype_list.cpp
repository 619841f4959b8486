// SPDX-License-Identifier: Apache-2.0
#include "settled.hpp"

#include <allomatch/haplotype/genotype_list.hpp>

#include <algorithm>
#include <cmath>
#include <map>

namespace allomatch {

namespace {

std::uint64_t hash_of(std::span<const locus_content> contents) {
    constexpr std::uint64_t odd = 0x9E37'79B9'7F4A'7C15;
    std::uint64_t h = 0;
    for (const locus_content& c : contents) {
        h = (h ^ (std::uint64_t{c.classes[0]} << 32 | c.classes[1])) * odd;
        h ^= h >> 29;
    }
    return h;
}

/// The haplotypes of one group, cut to some loci, equal ones taken together.
struct cut_group {
    std::vector<class_id> classes;  // width a row
    std::vector<double> weights;
};

cut_group cut(const haplotype_index& index, const diplotypes& person, std::size_t g, std::span<const std::size_t> at) {
    cut_group out;
    std::vector<haplotype_id> order(person.group(g).begin(), person.group(g).end());
    const auto before = [&](haplotype_id a, haplotype_id b) {
        for (const std::size_t l : at)
            if (index.codes(l)[a] != index.codes(l)[b]) return index.codes(l)[a] < index.codes(l)[b];
        return false;
    };
    std::stable_sort(order.begin(), order.end(), before);
    for (std::size_t i = 0; i < order.size(); ++i) {
        if (i == 0 || before(order[i - 1], order[i])) {
            for (const std::size_t l : at) out.classes.push_back(index.class_of(l, index.codes(l)[order[i]]));
            out.weights.push_back(0);
        }
        out.weights.back() += std::ldexp(index.frequencies()[order[i]], person.scale);
    }
    return out;
}

}  // namespace

void genotype_list::clear(std::size_t width) {
    width_ = width;
    contents_.clear();
    weights_.clear();
    slots_.assign(slots_.size(), 0);
}

void genotype_list::grow() {
    slots_.assign(std::max<std::size_t>(16, slots_.size() * 2), 0);
    for (std::size_t i = 0; i < size(); ++i) {
        std::size_t slot = hash_of(row(i)) & (slots_.size() - 1);
        while (slots_[slot] != 0) slot = (slot + 1) & (slots_.size() - 1);
        slots_[slot] = static_cast<std::uint32_t>(i + 1);
    }
}

void genotype_list::add(std::span<const locus_content> contents, double weight) {
    if (2 * (size() + 1) > slots_.size()) grow();
    std::size_t slot = hash_of(contents) & (slots_.size() - 1);
    for (; slots_[slot] != 0; slot = (slot + 1) & (slots_.size() - 1)) {
        const std::size_t i = slots_[slot] - 1;
        if (!std::equal(contents.begin(), contents.end(), row(i).begin())) continue;
        weights_[i] += weight;
        return;
    }
    slots_[slot] = static_cast<std::uint32_t>(size() + 1);
    contents_.insert(contents_.end(), contents.begin(), contents.end());
    weights_.push_back(weight);
}

void genotype_list::multiply(double factor) {
    for (double& w : weights_) w *= factor;
}

std::vector<locus_resolution> resolve_locus(const haplotype_index& index, const diplotypes& person, std::size_t at) {
    using sums = std::map<outcome_code, double>;
    std::vector<sums> groups(person.group_count());
    for (std::size_t g = 0; g < person.group_count(); ++g)
        for (const haplotype_id h : person.group(g))
            groups[g][index.codes(at)[h]] += std::ldexp(index.frequencies()[h], person.scale);
    std::map<locus_content, double> found;
    for (const auto& [a, b] : person.pairs)
        for (const auto& [x, weight_x] : groups[a])
            for (const auto& [y, weight_y] : groups[b])
                found[locus_content::of(index.class_of(at, x), index.class_of(at, y))] +=
                    (a == b ? 1 : 2) * weight_x * weight_y / person.total;
    std::vector<locus_resolution> out;
    for (const auto& [content, probability] : found)
        out.push_back({content, found.size() == 1 ? 1.0 : std::min(probability, nearly_certain)});
    return out;
}

void for_each_genotype(const haplotype_index& index, const diplotypes& person, std::span<const std::size_t> at,
                       const std::function<void(std::span<const locus_content>, double)>& visit) {
    std::vector<cut_group> groups;
    groups.reserve(person.group_count());
    for (std::size_t g = 0; g < person.group_count(); ++g) groups.push_back(cut(index, person, g, at));
    std::vector<locus_content> contents(at.size());
    for (const auto& [a, b] : person.pairs) {
        const cut_group& first = groups[a];
        const cut_group& second = groups[b];
        for (std::size_t i = 0; i < first.weights.size(); ++i) {
            for (std::size_t j = a == b ? i : 0; j < second.weights.size(); ++j) {
                for (std::size_t l = 0; l < at.size(); ++l)
                    contents[l] = locus_content::of(first.classes[i * at.size() + l], second.classes[j * at.size() + l]);
                const double both = first.weights[i] * second.weights[j];
                visit(contents, (a == b && i == j ? both : 2 * both) / person.total);
            }
        }
    }
}

void list_genotypes(const haplotype_index& index, const diplotypes& person, std::span<const std::size_t> at,
                    genotype_list& out) {
    out.clear(at.size());
    for_each_genotype(index, person, at, [&](std::span<const locus_content> g, double w) { out.add(g, w); });
}

}  // namespace allomatch
