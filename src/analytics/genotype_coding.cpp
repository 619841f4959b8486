// SPDX-License-Identifier: Apache-2.0
#include "genotype_coding.hpp"

#include <allomatch/search/pair_facts.hpp>

#include <algorithm>
#include <bit>
#include <numeric>
#include <optional>
#include <unordered_map>

namespace allomatch {

namespace {

constexpr std::size_t most_classes = 4096;
constexpr unsigned word_bits = 64;

[[noreturn]] void refuse(std::string_view option, std::string_view text, std::string reason) {
    throw format_error(problem::with_value(option, text, std::move(reason)));
}

std::size_t position_of(const frequency_set& set, locus l) {
    const auto& loci = set.loci();
    const auto found = std::find(loci.begin(), loci.end(), l);
    if (found == loci.end())
        refuse("loci", name(l), "the frequency set " + set.name() + " does not have the locus");
    return static_cast<std::size_t>(found - loci.begin());
}

/// All contents of a locus with so many classes, null among them.
coded_locus locus_of(std::size_t classes) {
    coded_locus coded;
    coded.classes = classes;
    coded.contents.resize(classes * classes);
    coded.carried.push_back({0, 0});
    for (std::size_t a = 1; a < classes; ++a)
        for (std::size_t b = a; b < classes; ++b) {
            const auto content = static_cast<std::uint32_t>(coded.carried.size());
            coded.carried.push_back({static_cast<class_code>(a), static_cast<class_code>(b)});
            coded.contents[a * classes + b] = coded.contents[b * classes + a] = content;
            if (a == b) coded.contents[a] = coded.contents[a * classes] = content;
        }
    return coded;
}

/// The lowest TCE group that two classes give for certain, else 0.
unsigned level(unsigned first, unsigned second) {
    const unsigned lowest = lowest_tce_groups(first, second);
    return std::has_single_bit(lowest) ? static_cast<unsigned>(std::countr_zero(lowest)) : 0;
}

}  // namespace

genotype_coding::genotype_coding(std::span<const frequency_set* const> sets, const likelihood_options& options) : sets_(sets.size()) {
    if (options.loci.empty()) refuse("loci", "", "at least one locus is needed");
    for (const frequency_set* set : sets)
        if (set->names()->fingerprint() != sets.front()->names()->fingerprint())
            refuse("donors", set->name(), "read with another nomenclature than " + sets.front()->name());
    std::vector<locus> loci = options.loci;
    for (auto l = loci.begin(); l != loci.end(); ++l)
        if (std::find(loci.begin(), l, *l) != l) refuse("loci", name(*l), "the locus is named twice");
    const std::size_t version = tce_version_of(options.dpb1, loci, *sets.front()->names(), options.tce_version);
    if (options.dpb1 != dpb1_rule::any) loci.push_back(locus::DPB1);
    for (coded_haplotypes& set : sets_) set.codes.resize(loci.size());
    for (const locus l : loci) {
        std::unordered_map<class_id, class_code> codes{{no_class, 0}};
        std::vector<class_id> classes{no_class};
        for (std::size_t s = 0; s < sets.size(); ++s) {
            const std::size_t at = position_of(*sets[s], l);
            std::vector<class_code> of_outcome;
            for (const haplotype_outcome& o : sets[s]->outcomes(at)) {
                const auto [known, is_new] = codes.try_emplace(o.matched, static_cast<class_code>(classes.size()));
                if (is_new) classes.push_back(o.matched);
                if (classes.size() > most_classes)
                    refuse("loci", name(l), "the frequency sets have more than 4,095 classes there");
                of_outcome.push_back(known->second);
            }
            auto& column = sets_[s].codes[loci_.size()];
            const haplotype_table& rows = sets[s]->merged();
            column.reserve(rows.size());
            for (std::size_t h = 0; h < rows.size(); ++h) column.push_back(of_outcome[rows.codes(h)[at]]);
        }
        loci_.push_back(locus_of(classes.size()));
        if (l == locus::DPB1 && options.dpb1 != dpb1_rule::any) {
            loci_.back().counted = false;
            if (options.dpb1 == dpb1_rule::permissive) join_levels(sets, classes, version);
        }
    }
    place_fields();
    for (std::size_t s = 0; s < sets.size(); ++s) merge(*sets[s], s);
}

/// Gives contents of the same known level one number.
void genotype_coding::join_levels(std::span<const frequency_set* const> sets, std::span<const class_id> classes,
                                  std::size_t tce_version) {
    const nomenclature& names = *sets.front()->names();
    std::unordered_map<class_id, unsigned> groups;
    for (const frequency_set* set : sets)
        for (const haplotype_allele& a : set->alleles(position_of(*set, locus::DPB1)))
            a.alleles.for_each([&](allele_id id) {
                if (!a.is_null() && names.class_of(id) == a.matched) groups[a.matched] |= 1U << names.tce_group(id, tce_version);
            });
    coded_locus& dpb1 = loci_.back();
    std::array<std::optional<std::uint32_t>, 4> of_level;
    std::vector<std::uint32_t> joined(dpb1.carried.size());
    for (std::uint32_t content = 0; content < joined.size(); ++content) {
        const auto [a, b] = dpb1.carried[content];
        const unsigned known = a == 0 ? 0 : level(groups[classes[a]], groups[classes[b]]);
        joined[content] = known == 0 ? content : of_level[known].value_or(content);
        if (known != 0 && !of_level[known]) of_level[known] = content;
    }
    for (std::uint32_t& content : dpb1.contents) content = joined[content];
}

void genotype_coding::place_fields() {
    std::array<unsigned, 2> used{};
    for (coded_locus& l : loci_) {
        const auto bits = static_cast<unsigned>(std::bit_width(std::max(l.carried.size(), l.classes) - 1));
        l.word = used[0] + bits <= word_bits ? 0 : 1;
        if (used[l.word] + bits > word_bits)
            refuse("loci", std::to_string(loci_.size()), "the frequency sets have too many classes for so many loci at once");
        l.shift = bits == 0 ? 0 : used[l.word];
        l.mask = ((std::uint64_t{1} << bits) - 1) << l.shift;
        used[l.word] += bits;
    }
}

/// Joins haplotypes that are equal at the loci and divides by the sum.
void genotype_coding::merge(const frequency_set& set, std::size_t s) {
    coded_haplotypes& all = sets_[s];
    const auto given = set.merged().frequencies();
    std::vector<std::uint32_t> order(given.size());
    std::iota(order.begin(), order.end(), 0U);
    const auto compared = [&](std::uint32_t a, std::uint32_t b) {
        for (const auto& column : all.codes)
            if (column[a] != column[b]) return column[a] < column[b] ? -1 : 1;
        return 0;
    };
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
        const int c = compared(a, b);
        return c != 0 ? c < 0 : a < b;
    });
    const double sum = std::accumulate(given.begin(), given.end(), 0.0);
    std::vector<std::vector<class_code>> codes(all.codes.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
        if (i == 0 || compared(order[i - 1], order[i]) != 0) {
            for (std::size_t l = 0; l < codes.size(); ++l) codes[l].push_back(all.codes[l][order[i]]);
            all.frequencies.push_back(0);
        }
        all.frequencies.back() += given[order[i]] / sum;
    }
    all.codes = std::move(codes);
}

}  // namespace allomatch
