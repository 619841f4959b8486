// SPDX-License-Identifier: Apache-2.0
#include <allomatch/haplotype/locus_relation.hpp>

#include <algorithm>
#include <map>
#include <numeric>

namespace allomatch {

namespace {

bool blank(const reading& r) { return r.what == reading::kind::blank; }

std::vector<outcome_code> all_outcomes(std::size_t count) {
    std::vector<outcome_code> all(count);
    std::iota(all.begin(), all.end(), outcome_code{0});
    return all;
}

/// Null alleles only, none of which the set carries.
bool silent(const haplotype_index& index, const reading& r, const std::vector<outcome_code>& outcomes) {
    return outcomes.empty() && null_only(*index.set().names(), r);
}

/// A pair with its blanks filled: one blank is a copy of the other, at DRB345 it stays open.
reading_pair filled(const reading_pair& pair, locus l) {
    reading_pair out = pair;
    if (blank(pair[0]) != blank(pair[1]) && l != locus::DRB345) out[blank(pair[0]) ? 0 : 1] = pair[blank(pair[0]) ? 1 : 0];
    return out;
}

/// One class and no null that counts: the class.
std::optional<class_id> certain_class(const haplotype_index& index, std::size_t at, const reading& r) {
    if (r.what != reading::kind::alleles) return std::nullopt;
    const auto classes = classes_of(*index.set().names(), r.alleles);
    if (classes.size() != 1) return std::nullopt;
    const bool null_counts = r.alleles.any([&](allele_id id) {
        if (!index.set().names()->is_null(id)) return false;
        const auto nulls = index.null_codes(at);
        return std::any_of(nulls.begin(), nulls.end(), [&](outcome_code n) { return index.can_be(at, n, id); });
    });
    if (null_counts) return std::nullopt;
    return classes.front();
}

}  // namespace

unsigned locus_content::mismatches(const locus_content& other, bool homozygous_once) const noexcept {
    const auto& [a, b] = classes;
    const auto& [c, d] = other.classes;
    const unsigned direct = unsigned{a == c} + unsigned{b == d};
    const unsigned crossed = unsigned{a == d} + unsigned{b == c};
    const unsigned matched = std::max(direct, crossed);
    if (homozygous_once && matched == 0 && homozygous() && other.homozygous()) return 1;
    return 2 - matched;
}

std::vector<outcome_code> outcomes_of(const haplotype_index& index, std::size_t at, const reading& r) {
    if (blank(r)) return all_outcomes(index.outcome_count(at));
    std::vector<outcome_code> out;
    if (r.what == reading::kind::new_allele) return out;
    const nomenclature& names = *index.set().names();
    const auto nulls = index.null_codes(at);
    class_id last = no_class;
    r.alleles.for_each([&](allele_id id) {
        const class_id c = names.class_of(id);
        if (c == no_class) {
            for (const outcome_code n : nulls)
                if (index.can_be(at, n, id)) out.push_back(n);
        } else if (c != last) {
            last = c;
            if (const outcome_code code = index.code_of(at, c); code != haplotype_index::no_outcome) out.push_back(code);
        }
    });
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
}

std::vector<locus_relation::sides> sides_of(const haplotype_index& index, std::size_t at,
                                            std::span<const reading_pair> readings) {
    std::vector<locus_relation::sides> all;
    for (const reading_pair& typed : readings) {
        const reading_pair pair = filled(typed, index.locus_at(at));
        std::array<std::vector<outcome_code>, 2> fits{outcomes_of(index, at, pair[0]), outcomes_of(index, at, pair[1])};
        const bool first_silent = silent(index, pair[0], fits[0]);
        const bool second_silent = silent(index, pair[1], fits[1]);
        if (blank(pair[0]) || blank(pair[1])) {
            // DRB345: beside a blank, a null says nothing of the other gene.
            for (auto& side : fits)
                if (first_silent || second_silent) side = all_outcomes(index.outcome_count(at));
            all.push_back({std::move(fits[0]), std::move(fits[1])});
        } else if (first_silent != second_silent) {
            // The locus counts as homozygous for the other position, whatever that resolves to.
            for (const outcome_code code : fits[first_silent ? 1 : 0]) all.push_back({{code}, {code}});
        } else {
            all.push_back({std::move(fits[0]), std::move(fits[1])});
        }
    }
    return all;
}

std::optional<locus_content> certain_content(const haplotype_index& index, std::size_t at,
                                             std::span<const reading_pair> readings) {
    std::optional<locus_content> content;
    for (const reading_pair& typed : readings) {
        const reading_pair pair = filled(typed, index.locus_at(at));
        const nomenclature& names = *index.set().names();
        locus_content here;
        if (!null_only(names, pair[0]) || !null_only(names, pair[1])) {
            std::array<std::optional<class_id>, 2> classes{certain_class(index, at, pair[0]),
                                                           certain_class(index, at, pair[1])};
            for (std::size_t i = 0; i < 2; ++i)
                if (silent(index, pair[i], outcomes_of(index, at, pair[i]))) classes[i] = classes[1 - i];
            if (!classes[0] || !classes[1]) return std::nullopt;
            here = locus_content::of(*classes[0], *classes[1]);
        }
        if (content && *content != here) return std::nullopt;
        content = here;
    }
    return content;
}

locus_relation::locus_relation(std::size_t outcomes)
    : open_(true), kind_count_(2), kinds_(outcomes, 1), fits_{0, 0, 0, 1} {}

locus_relation::locus_relation(const haplotype_index& index, std::size_t at, std::span<const reading_pair> readings) {
    if (readings.empty()) {
        *this = locus_relation(index.outcome_count(at));
        return;
    }
    relate(index.outcome_count(at), sides_of(index, at, readings));
}

locus_relation::locus_relation(std::size_t outcomes, std::span<const sides> alternatives) {
    relate(outcomes, alternatives);
}

void locus_relation::relate(std::size_t outcomes, std::span<const sides> alternatives) {
    kinds_.assign(outcomes, 0);
    if (alternatives.size() == 1) {
        const auto& [first, second] = alternatives.front();
        if (first == second) {
            kind_count_ = 2;
            fits_ = {0, 0, 0, 1};
            for (const outcome_code code : first) kinds_[code] = 1;
            return;
        }
        if (first.empty() || second.empty()) {
            fits_ = {0};
            return;
        }
        // Kinds as bits: 1 fits the first position, 2 the second.
        kind_count_ = 4;
        for (const outcome_code code : first) kinds_[code] = 1;
        for (const outcome_code code : second) kinds_[code] |= 2;
        fits_.assign(16, 0);
        for (unsigned a = 1; a < 4; ++a)
            for (unsigned b = 1; b < 4; ++b) fits_[a * 4 + b] = ((a & 1 && b & 2) || (a & 2 && b & 1)) ? 1 : 0;
        return;
    }
    std::vector<std::string> partners(outcomes, std::string(outcomes, '\0'));
    for (const auto& [first, second] : alternatives)
        for (const outcome_code a : first)
            for (const outcome_code b : second) partners[a][b] = partners[b][a] = 1;
    std::map<std::string, kind> known{{std::string(outcomes, '\0'), 0}};
    std::vector<outcome_code> member{0};
    for (std::size_t code = 0; code < outcomes; ++code) {
        const auto [it, added] = known.try_emplace(partners[code], static_cast<kind>(known.size()));
        if (added) member.push_back(static_cast<outcome_code>(code));
        kinds_[code] = it->second;
    }
    kind_count_ = known.size();
    fits_.assign(kind_count_ * kind_count_, 0);
    for (std::size_t a = 1; a < kind_count_; ++a)
        for (std::size_t b = 1; b < kind_count_; ++b)
            fits_[a * kind_count_ + b] = static_cast<std::uint8_t>(partners[member[a]][member[b]]);
}

}  // namespace allomatch
