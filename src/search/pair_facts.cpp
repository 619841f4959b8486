// SPDX-License-Identifier: Apache-2.0
#include <allomatch/search/pair_facts.hpp>

#include <bit>

namespace allomatch {

namespace {

constexpr std::uint16_t not_known_yet = 0xFFFF;

unsigned bit(tce_answer a) { return 1U << static_cast<unsigned>(a); }

/// Visits the pairs of positions of a stored genotype.
template <class Visit>
void for_each_pair(const locus_dictionary& dictionary, genotype_code code, Visit visit) {
    for (const stored_alternative& a : dictionary.alternatives(code)) visit(dictionary.at(a.first), dictionary.at(a.second));
}
template <class Visit>
void for_each_pair(const genotype& g, Visit visit) {
    for (const genotype_alternative& a : g.alternatives) visit(a.first, a.second);
}

/// The groups that a position may have; bit 0 stands for none, and for everything that is no named allele.
unsigned groups_at(const position& p, std::size_t version) {
    const unsigned groups = p.what == position::kind::classes ? p.traits.tce_groups(version) : 0;
    return groups == 0 ? 1U : groups;
}

unsigned lowest_groups(const position& first, const position& second, std::size_t version) {
    return lowest_tce_groups(groups_at(first, version), groups_at(second, version));
}

constexpr unsigned leader_mm = 1;
constexpr unsigned leader_mt = 2;
constexpr unsigned leader_tt = 4;
constexpr unsigned leader_unknown = 8;

/// Leader genotypes that a pair may have.
unsigned leader_pairs(const position& first, const position& second) {
    const unsigned a = first.traits.leaders();
    const unsigned b = second.traits.leaders();
    if (first.what != position::kind::classes || second.what != position::kind::classes) return leader_unknown;
    unsigned pairs = 0;
    if ((a & b & 1U) != 0) pairs |= leader_mm;
    if ((a & b & 2U) != 0) pairs |= leader_tt;
    if ((a & 1U & b >> 1) != 0 || (b & 1U & a >> 1) != 0) pairs |= leader_mt;
    return pairs;
}

leader_genotype certain_leaders(unsigned pairs) {
    switch (pairs) {
        case leader_mm: return leader_genotype::MM;
        case leader_mt: return leader_genotype::MT;
        case leader_tt: return leader_genotype::TT;
        default: return leader_genotype::uncertain;
    }
}

bool is_match(letter l) { return l == letter::certain || l == letter::potential; }
bool is_mismatch(letter l) { return l == letter::allele || l == letter::antigen; }
/// Positions that do not match, whatever the options of counting.
int mismatched_positions(const locus_outcome& o) { return (is_mismatch(o.letters[0]) ? 1 : 0) + (is_mismatch(o.letters[1]) ? 1 : 0); }

/// Positions of patient and donor that stand against each other in the best pair of alternatives and do not match.
template <class Visit>
void for_each_mismatch(const genotype& patient, const locus_dictionary& dictionary, const locus_query::best_pair& best,
                       Visit visit) {
    const genotype_alternative& own = patient.alternatives[best.patient];
    const std::array<const position*, 2> donor{&dictionary.at(best.donor.first), &dictionary.at(best.donor.second)};
    for (std::size_t i = 0; i < 2; ++i)
        if (is_mismatch(best.letters[i])) visit((i == 1) != best.crossed ? own.second : own.first, *donor[i]);
}

expression_match expression_of(unsigned expressions) {
    if (expressions == 1) return expression_match::favourable;
    return expressions == 2 ? expression_match::unfavourable : expression_match::unknown;
}

/// Bit 2 where a position is no named allele.
unsigned leaders_at(const position& p) { return p.what == position::kind::classes ? p.traits.leaders() : 4U; }

leader_match compare_leaders(unsigned patient, unsigned donor) {
    if (!std::has_single_bit(patient) || !std::has_single_bit(donor) || ((patient | donor) & 4U) != 0)
        return leader_match::unknown;
    return patient == donor ? leader_match::match : leader_match::mismatch;
}

}  // namespace

std::string_view name(tce_answer a) noexcept {
    constexpr std::array<std::string_view, tce_answer_count> names{"match", "permissive", "unknown", "nonpermissive_hvg",
                                                                   "nonpermissive_gvh"};
    return names[static_cast<std::size_t>(a)];
}
std::string_view name(expression_match e) noexcept {
    constexpr std::array<std::string_view, 5> names{"", "matched", "favourable", "unknown", "unfavourable"};
    return names[static_cast<std::size_t>(e)];
}
std::string_view name(leader_genotype g) noexcept {
    constexpr std::array<std::string_view, 5> names{"", "MM", "MT", "TT", "?"};
    return names[static_cast<std::size_t>(g)];
}
std::string_view name(leader_match m) noexcept {
    constexpr std::array<std::string_view, 4> names{"", "match", "unknown", "mismatch"};
    return names[static_cast<std::size_t>(m)];
}

tce_answer pair_facts::tce() const noexcept {
    return std::has_single_bit(tce_possible) ? static_cast<tce_answer>(std::countr_zero(tce_possible)) : tce_answer::unknown;
}

std::string pair_facts::leaders() const {
    if (patient_leader == leader_genotype::none || donor_leader == leader_genotype::none) return {};
    return std::string(name(patient_leader)) + '/' + std::string(name(donor_leader));
}

unsigned lowest_tce_groups(const genotype& dpb1, std::size_t version) {
    unsigned lowest = 0;
    for_each_pair(dpb1, [&](const position& a, const position& b) { lowest |= lowest_groups(a, b, version); });
    return lowest;
}

unsigned lowest_tce_groups(unsigned first, unsigned second) noexcept {
    unsigned lowest = (first | second) & 1U;
    for (unsigned i = 1; i <= 3; ++i)
        for (unsigned j = 1; j <= 3; ++j)
            if ((first >> i & second >> j & 1U) != 0) lowest |= 1U << std::min(i, j);
    return lowest;
}

leader_genotype leaders_of(const genotype& b) {
    if (b.untyped()) return leader_genotype::none;
    unsigned pairs = 0;
    for_each_pair(b, [&](const position& first, const position& second) { pairs |= leader_pairs(first, second); });
    return certain_leaders(pairs);
}

std::uint8_t tce_answers(unsigned patient, unsigned donor) noexcept {
    unsigned answers = ((patient | donor) & 1U) != 0 ? bit(tce_answer::unknown) : 0;
    for (unsigned p = 1; p <= 3; ++p)
        for (unsigned d = 1; d <= 3; ++d)
            if ((patient >> p & donor >> d & 1U) != 0)
                answers |= bit(p == d  ? tce_answer::permissive
                               : p < d ? tce_answer::nonpermissive_gvh
                                       : tce_answer::nonpermissive_hvg);
    return static_cast<std::uint8_t>(answers);
}

void pair_facts_query::start(const genotype& patient_b, const locus_dictionary& b, locus_query& b_query,
                             const genotype& patient_dpb1, const locus_dictionary& dpb1, locus_query& dpb1_query,
                             std::size_t tce_version) {
    const auto take = [](locus_side& side, const genotype& patient, const locus_dictionary& dictionary, locus_query& query) {
        side.patient = &patient;
        side.dictionary = &dictionary;
        side.query = &query;
        side.known.assign(dictionary.genotype_count(), not_known_yet);
    };
    take(b_, patient_b, b, b_query);
    take(dpb1_, patient_dpb1, dpb1, dpb1_query);
    tce_version_ = tce_version;
    patient_tce_ = lowest_tce_groups(patient_dpb1, tce_version);
    patient_leader_ = leaders_of(patient_b);
}

std::uint16_t pair_facts_query::work_out_b(genotype_code code) {
    unsigned pairs = 0;
    for_each_pair(*b_.dictionary, code, [&](const position& first, const position& second) { pairs |= leader_pairs(first, second); });
    const leader_genotype donor = code == untyped_code ? leader_genotype::none : certain_leaders(pairs);
    leader_match match = leader_match::none;
    if (donor != leader_genotype::none && patient_leader_ != leader_genotype::none &&
        mismatched_positions(unpack(b_.query->outcome(code))) == 1) {
        unsigned own = 0;
        unsigned other = 0;
        for_each_mismatch(*b_.patient, *b_.dictionary, b_.query->best(code), [&](const position& p, const position& d) {
            own |= leaders_at(p);
            other |= leaders_at(d);
        });
        match = compare_leaders(own, other);
    }
    return static_cast<std::uint16_t>(static_cast<unsigned>(donor) | static_cast<unsigned>(match) << 4);
}

std::uint16_t pair_facts_query::work_out_dpb1(genotype_code code) {
    if (code == untyped_code || dpb1_.patient->untyped()) return 0;
    const locus_outcome outcome = unpack(dpb1_.query->outcome(code));
    unsigned answers = bit(tce_answer::match);
    if (!is_match(outcome.letters[0]) || !is_match(outcome.letters[1])) {
        unsigned donor = 0;
        for_each_pair(*dpb1_.dictionary, code,
                      [&](const position& a, const position& b) { donor |= lowest_groups(a, b, tce_version_); });
        answers = tce_answers(patient_tce_, donor);
    }
    const int mismatched = mismatched_positions(outcome);
    expression_match expression = mismatched == 0 ? expression_match::matched : expression_match::none;
    if (mismatched == 1) {
        unsigned expressions = 0;
        for_each_mismatch(*dpb1_.patient, *dpb1_.dictionary, dpb1_.query->best(code), [&](const position& p, const position&) {
            expressions |= p.what == position::kind::classes ? p.traits.expressions() : 4U;
        });
        expression = expression_of(expressions);
    }
    return static_cast<std::uint16_t>(answers | static_cast<unsigned>(expression) << 8);
}

pair_facts pair_facts_query::facts(genotype_code b, genotype_code dpb1) {
    std::uint16_t& known_b = b_.known[b];
    if (known_b == not_known_yet) known_b = work_out_b(b);
    std::uint16_t& known_dpb1 = dpb1_.known[dpb1];
    if (known_dpb1 == not_known_yet) known_dpb1 = work_out_dpb1(dpb1);
    pair_facts f;
    f.patient_leader = patient_leader_;
    f.donor_leader = static_cast<leader_genotype>(known_b & 15U);
    f.mismatched_leaders = static_cast<leader_match>(known_b >> 4);
    f.tce_possible = static_cast<std::uint8_t>(known_dpb1 & 255U);
    f.expression = static_cast<expression_match>(known_dpb1 >> 8);
    return f;
}

}  // namespace allomatch
