// SPDX-License-Identifier: Apache-2.0
#include <allomatch/search/field_comparison.hpp>
#include <allomatch/search/ranker.hpp>
#include <allomatch/search/typing_gain.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace allomatch {

namespace {

bool is_one_class(const position& p) {
    return p.what == position::kind::no_product || p.what == position::kind::new_allele ||
           (p.what == position::kind::classes && p.classes.size() == 1);
}

/// Nothing is left to find out by typing.
bool is_settled(const locus_dictionary& dictionary, genotype_code code) {
    const auto alternatives = dictionary.alternatives(code);
    return alternatives.size() == 1 && is_one_class(dictionary.at(alternatives.front().first)) &&
           is_one_class(dictionary.at(alternatives.front().second));
}

/// Turns a row into what it were if a locus that may match were known to match, or to have one mismatch.
void suppose(match_list& list, std::size_t row, std::size_t l, bool matches) {
    packed_outcome& packed = list.outcomes[row * list.width() + l];
    locus_outcome outcome = unpack(packed);
    hit& h = list.hits[row];
    pair_facts& facts = list.facts[row];
    const auto bit = [](tce_answer a) { return static_cast<std::uint8_t>(1U << static_cast<unsigned>(a)); };
    if (matches) {
        h.mismatches_max = static_cast<std::uint8_t>(h.mismatches_max - outcome.mismatches_max);
        outcome.mismatches_max = 0;
        outcome.letters = {letter::certain, letter::certain};
        if (list.loci[l] == locus::DPB1) {
            facts.tce_possible = bit(tce_answer::match);
            facts.expression = expression_match::matched;
        }
    } else {
        ++h.mismatches;
        outcome.mismatches = 1;
        if (list.loci[l] == locus::DPB1 && facts.tce_possible != bit(tce_answer::match))
            facts.tce_possible = static_cast<std::uint8_t>(facts.tce_possible & ~unsigned{bit(tce_answer::match)});
        if (list.loci[l] == locus::B) facts.mismatched_leaders = leader_match::unknown;
    }
    packed = pack(outcome);
    list.probabilities->suppose(row, l, matches);
    if (list.loci[l] == locus::DPB1) list.probabilities->suppose_dpb1(row, matches);
}

/// The two largest P(no mismatch) of the donors of a list who can be asked.
struct best_chances {
    double first = 0;
    double second = 0;
    best_chances(const match_list& list, const field_comparison& fields) {
        for (std::size_t i = 0; i < list.hits.size(); ++i) {
            const double p = list.probabilities->full_match(i);
            if (!(p > second) || !fields.can_be_asked(list.hits[i].donor)) continue;
            second = std::min(p, first);
            first = std::max(p, first);
        }
    }
    /// The best of the others than a row with chance `own`.
    [[nodiscard]] double beside(double own) const { return own == first ? second : first; }
};

}  // namespace

std::vector<typing_gain> typing_gains(const match_list& list) {
    if (!list.probabilities)
        throw format_error(problem::with_value("frequencies", "", "what typing would bring is told by probabilities"));
    const field_comparison fields(*list.donors, *list.who, list.on);
    const best_chances best(list, fields);
    std::vector<typing_gain> gains;
    for (std::uint32_t row = 0; row < list.hits.size(); ++row) {
        const double full = list.probabilities->full_match(row);
        if (!(full > 0)) continue;
        for (std::size_t l = 0; l < list.loci.size(); ++l) {
            const double at = list.probabilities->at(row, l)[0];
            const locus where = list.loci[l];
            const auto& column = list.donors->column(where);
            if (!(at > 0 && at < 1) || is_settled(column.dictionary, list.donors->code(where, list.hits[row].donor))) continue;
            typing_gain g{row, where, full, at, std::min(1.0, full / at)};
            const double others = best.beside(full);
            if (fields.can_be_asked(list.hits[row].donor))
                g.gain = std::max(0.0, at * std::max(g.full_match_if_match, others) + (1 - at) * others - std::max(full, others));
            gains.push_back(g);
        }
    }

    // Every supposition as a row of its own behind those of the list, all ranked together.
    const std::size_t rows = list.hits.size();
    std::vector<std::uint32_t> origin(rows);
    std::iota(origin.begin(), origin.end(), 0U);
    for (const typing_gain& g : gains) origin.insert(origin.end(), 2, g.row);
    match_list supposed = rows_of(list, origin);
    for (std::size_t i = 0; i < gains.size(); ++i) {
        const auto l = static_cast<std::size_t>(std::find(list.loci.begin(), list.loci.end(), gains[i].where) - list.loci.begin());
        suppose(supposed, rows + 2 * i, l, true);
        suppose(supposed, rows + 2 * i + 1, l, false);
    }
    std::vector<std::size_t> rank(rows);
    std::size_t real = 0;
    for (const std::uint32_t at : ranker(supposed).best(supposed.hits.size())) {
        if (at < rows) {
            rank[at] = ++real;
            continue;
        }
        typing_gain& g = gains[(at - rows) / 2];
        const std::size_t ahead = real - (rank[g.row] != 0 ? 1 : 0);  // the donor as things are does not count
        ((at - rows) % 2 == 0 ? g.rank_if_match : g.rank_if_mismatch) = ahead + 1;
    }
    for (typing_gain& g : gains) g.rank = rank[g.row];
    std::stable_sort(gains.begin(), gains.end(), [](const typing_gain& a, const typing_gain& b) {
        if (a.gain != b.gain) return a.gain > b.gain;
        return static_cast<std::ptrdiff_t>(a.rank - a.rank_if_match) > static_cast<std::ptrdiff_t>(b.rank - b.rank_if_match);
    });
    return gains;
}

}  // namespace allomatch
