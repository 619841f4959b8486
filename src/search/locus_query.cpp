// SPDX-License-Identifier: Apache-2.0
#include <allomatch/search/locus_query.hpp>

#include <algorithm>
#include <array>

namespace allomatch {

namespace {

// What a donor position is to a patient pair, for counting only.
constexpr std::uint8_t mark_first = 1;
constexpr std::uint8_t mark_second = 2;
constexpr std::uint8_t mark_both = 4;
constexpr std::uint8_t mark_no_product = 8;
constexpr std::uint8_t mark_all = mark_first | mark_second | mark_both;
constexpr std::uint16_t no_relation = 0x8000;

/// Counts by the marks of the two donor positions and of their common part:
/// index = first (4 bits) | second (3 bits) << 4 | common (2 bits) << 7.
using count_table = std::array<std::uint8_t, 512>;

constexpr std::size_t slot(unsigned first, unsigned second, unsigned common) {
    return first | (second & 7U) << 4 | (common & 3U) << 7;
}

count_table make_counts(direction d, unsigned limit, bool patient_no_product) {
    count_table table{};
    for (unsigned first = 0; first < 16; ++first)
        for (unsigned second = 0; second < 8; ++second)
            for (unsigned common = 0; common < 4; ++common) {
                const bool direct = (first & mark_first) != 0 && (second & mark_second) != 0;
                const bool crossed = (first & mark_second) != 0 && (second & mark_first) != 0;
                const bool any = ((first | second) & (mark_first | mark_second)) != 0;
                unsigned n = direct || crossed ? 0 : any ? 1 : 2;
                if (d == direction::gvh && n == 1 && ((first | second) & mark_both) != 0) n = 0;
                if (d == direction::gvh && patient_no_product) n = 0;
                if (d == direction::hvg && n == 1 && common != 0) n = 0;
                if (d == direction::hvg && (first & mark_no_product) != 0) n = 0;
                table[slot(first, second, common)] = n > limit ? over_limit : static_cast<std::uint8_t>(n);
            }
    return table;
}

}  // namespace

packed_outcome pack(const locus_outcome& o) noexcept {
    return static_cast<packed_outcome>(o.mismatches | o.mismatches_max << 2 | o.gvh << 4 | o.hvg << 6 |
                                       static_cast<int>(o.letters[0]) << 8 | static_cast<int>(o.letters[1]) << 11 |
                                       (o.crossed ? 1 : 0) << 14);
}

locus_outcome unpack(packed_outcome bits) noexcept {
    locus_outcome o;
    o.mismatches = bits & 3;
    o.mismatches_max = bits >> 2 & 3;
    o.gvh = bits >> 4 & 3;
    o.hvg = bits >> 6 & 3;
    o.letters = {static_cast<letter>(bits >> 8 & 7), static_cast<letter>(bits >> 11 & 7)};
    o.crossed = (bits >> 14 & 1) != 0;
    return o;
}

void locus_query::start(const nomenclature& names, locus l, const genotype& patient, const locus_dictionary& dictionary,
                        const comparison_rules& rules) {
    names_ = &names;
    locus_ = l;
    patient_ = &patient;
    dictionary_ = &dictionary;
    rules_ = rules;
    antigen_level_ = rules.antigen_level.test(index(l));
    outcomes_started_ = false;
    pairs_.clear();
    pairs_.reserve(patient.alternatives.size());
    for (const genotype_alternative& a : patient.alternatives) pairs_.emplace_back(names, l, a);
}

void locus_query::mark_positions(const prepared_pair& pair) {
    if (marks_.size() < dictionary_->position_count()) marks_.assign(dictionary_->position_count(), 0);
    for (const position_id id : marked_) marks_[id] = 0;
    marked_.clear();
    const auto mark = [this](position_id id, std::uint8_t bits) {
        if (marks_[id] == 0) marked_.push_back(id);
        marks_[id] = static_cast<std::uint8_t>(marks_[id] | bits);
    };
    const auto mark_meeting = [&](const position& p, std::uint8_t bits) {
        if (p.what == position::kind::blank)
            for (position_id id = 1; id < dictionary_->position_count(); ++id) mark(id, bits);
        if (p.what == position::kind::no_product)
            for (const position_id id : dictionary_->no_product_positions()) mark(id, bits);
        for (const class_id c : p.classes)
            for (const position_id id : dictionary_->positions_with(c)) mark(id, bits);
    };
    mark_meeting(pair.first(), mark_first);
    mark_meeting(pair.second(), mark_second);
    mark_meeting(pair.common(), mark_both);
    for (const position_id id : dictionary_->blank_positions()) {
        const position& common = pair.common();
        const bool something = common.what != position::kind::classes || !common.classes.empty();
        mark(id, static_cast<std::uint8_t>(something ? mark_all : mark_first | mark_second));
    }
    for (const position_id id : dictionary_->no_product_positions()) mark(id, mark_no_product);
}

std::span<const std::uint8_t> locus_query::counts(direction d, unsigned limit) {
    const std::size_t n = dictionary_->genotype_count();
    counts_.resize(n);
    if ((rules_.homozygous_once || antigen_level_) && d == direction::both) {
        for (genotype_code code = 0; code < n; ++code) {
            const unsigned mismatches = unpack(outcome(code)).mismatches;
            counts_[code] = mismatches > limit ? over_limit : static_cast<std::uint8_t>(mismatches);
        }
        return counts_;
    }
    bool started = false;
    for (const prepared_pair& pair : pairs_) {
        mark_positions(pair);
        const count_table table = make_counts(d, limit, pair.first().what == position::kind::no_product);
        const std::uint8_t* marks = marks_.data();
        const auto count = [&](const stored_alternative& a) {
            return table[slot(marks[a.first], marks[a.second], d == direction::hvg ? marks[a.common] : 0U)];
        };
        if (dictionary_->all_single() && !started) {
            const auto all = dictionary_->pairs();
            for (std::size_t code = 0; code < n; ++code) counts_[code] = count(all[code]);
        } else {
            for (genotype_code code = 0; code < n; ++code) {
                std::uint8_t least = started ? counts_[code] : over_limit;
                for (const stored_alternative& a : dictionary_->alternatives(code)) least = std::min(least, count(a));
                counts_[code] = least;
            }
        }
        started = true;
    }
    return counts_;
}

std::uint16_t locus_query::relation_of(std::size_t pair, position_id id) {
    std::uint16_t& known = relations_[pair * dictionary_->position_count() + id];
    if (known == no_relation) known = pairs_[pair].relate(dictionary_->at(id));
    return known;
}

packed_outcome locus_query::work_out(genotype_code code, best_pair* best) {
    outcome_fold fold;
    for (std::size_t p = 0; p < pairs_.size(); ++p) {
        for (const stored_alternative& a : dictionary_->alternatives(code)) {
            const position& first = dictionary_->at(a.first);
            auto scored = pairs_[p].combine(relation_of(p, a.first), relation_of(p, a.second), relation_of(p, a.common),
                                            first.what == position::kind::no_product);
            if (antigen_level_) pairs_[p].count_antigens(scored.outcome, relation_of(p, a.first), relation_of(p, a.second));
            if (rules_.homozygous_once)
                count_homozygous_once(scored.outcome, patient_->alternatives[p], first, dictionary_->at(a.second));
            if (fold.add(scored) && best != nullptr) *best = {p, a, scored.outcome.letters, scored.outcome.crossed};
        }
    }
    return pack(fold.result());
}

void locus_query::start_outcomes() {
    if (outcomes_started_) return;
    outcomes_.assign(dictionary_->genotype_count(), unknown);
    relations_.assign(pairs_.size() * dictionary_->position_count(), no_relation);
    outcomes_started_ = true;
}

locus_query::best_pair locus_query::best(genotype_code code) {
    start_outcomes();
    best_pair found;
    outcomes_[code] = work_out(code, &found);
    return found;
}

packed_outcome locus_query::outcome(genotype_code code) {
    start_outcomes();
    packed_outcome& known = outcomes_[code];
    if (known == unknown) known = work_out(code);
    return known;
}

std::span<const summed_outcome> locus_query::outcomes() {
    all_outcomes_.resize(dictionary_->genotype_count());
    for (genotype_code code = 0; code < all_outcomes_.size(); ++code) {
        const packed_outcome o = outcome(code);
        all_outcomes_[code] = {outcome_sums(o), o};
    }
    return all_outcomes_;
}

}  // namespace allomatch
