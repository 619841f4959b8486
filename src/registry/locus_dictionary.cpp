// SPDX-License-Identifier: Apache-2.0
#include <allomatch/registry/locus_dictionary.hpp>

#include <algorithm>
#include <iterator>

namespace allomatch {

namespace {
const position nothing_in_common = [] {
    position p;
    p.what = position::kind::classes;
    return p;
}();
}

position common_part(const position& a, const position& b) {
    using enum position::kind;
    if (a.what == new_allele || b.what == new_allele) return nothing_in_common;
    if (a.what == blank) return b;
    if (b.what == blank) return a;
    if (a.what != b.what) return nothing_in_common;
    if (a == b) return a;
    position shared = nothing_in_common;
    std::set_intersection(a.classes.begin(), a.classes.end(), b.classes.begin(), b.classes.end(),
                          std::back_inserter(shared.classes));
    return shared;
}

std::size_t locus_dictionary::position_hash::operator()(const position& p) const noexcept {
    std::size_t seed = static_cast<std::size_t>(p.what);
    boost::hash_range(seed, p.classes.begin(), p.classes.end());
    boost::hash_range(seed, p.antigens.words.begin(), p.antigens.words.end());
    boost::hash_range(seed, p.first_fields.begin(), p.first_fields.end());
    return seed;
}

std::size_t locus_dictionary::pair_list_hash::operator()(const std::vector<stored_alternative>& list) const noexcept {
    std::size_t seed = list.size();
    for (const stored_alternative& a : list) {
        boost::hash_combine(seed, a.first);
        boost::hash_combine(seed, a.second);
    }
    return seed;
}

locus_dictionary::locus_dictionary() {
    begins_.push_back(0);
    intern(nothing_in_common);
    intern(genotype{{genotype_alternative{}}});
}

position_id locus_dictionary::intern(const position& p) {
    const auto [it, added] = known_positions_.try_emplace(p, static_cast<position_id>(positions_.size()));
    if (added) positions_.push_back(p);
    return it->second;
}

genotype_code locus_dictionary::intern(const genotype& g) {
    std::vector<stored_alternative> list;
    list.reserve(g.alternatives.size());
    for (const genotype_alternative& a : g.alternatives)
        list.push_back({intern(a.first), intern(a.second), intern(common_part(a.first, a.second))});
    const auto [it, added] = known_genotypes_.try_emplace(list, static_cast<genotype_code>(genotype_count()));
    if (added) {
        alternatives_.append(list);
        begins_.push_back(static_cast<std::uint32_t>(alternatives_.size()));
    }
    return it->second;
}

void locus_dictionary::finish() {
    std::vector<std::pair<class_id, position_id>> entries;
    for (position_id id = 0; id < positions_.size(); ++id) {
        if (positions_[id].what == position::kind::blank) blanks_.push_back(id);
        if (positions_[id].what == position::kind::no_product) no_products_.push_back(id);
        for (const class_id c : positions_[id].classes) entries.emplace_back(c, id);
    }
    std::sort(entries.begin(), entries.end());
    class_positions_.reserve(entries.size());
    for (const auto& [c, id] : entries) {
        if (classes_.empty() || classes_.back() != c) {
            classes_.push_back(c);
            class_begins_.push_back(static_cast<std::uint32_t>(class_positions_.size()));
        }
        class_positions_.push_back(id);
    }
    class_begins_.push_back(static_cast<std::uint32_t>(class_positions_.size()));
    known_positions_ = {};
    known_genotypes_ = {};
    positions_.shrink_to_fit();
    for (const position& p : positions_) stored_positions_.push_back(p);
    each_array(*this, [](std::string_view, auto& array) { array.shrink_to_fit(); });
}

void locus_dictionary::join_positions() {
    positions_.resize(stored_positions_.size());
    for (std::size_t i = 0; i < positions_.size(); ++i) positions_[i] = stored_positions_[i];
}

genotype locus_dictionary::genotype_at(genotype_code code) const {
    genotype g;
    for (const stored_alternative& a : alternatives(code)) g.alternatives.push_back({at(a.first), at(a.second)});
    return g;
}

std::span<const position_id> locus_dictionary::positions_with(class_id c) const noexcept {
    const auto it = std::lower_bound(classes_.begin(), classes_.end(), c);
    if (it == classes_.end() || *it != c) return {};
    const auto i = static_cast<std::size_t>(it - classes_.begin());
    return {class_positions_.data() + class_begins_[i], class_begins_[i + 1] - class_begins_[i]};
}

std::size_t locus_dictionary::memory() const noexcept {
    std::size_t bytes = positions_.capacity() * sizeof(position);
    each_array(*this, [&bytes](std::string_view, const auto& array) { bytes += array.memory(); });
    for (const position& p : positions_) {
        if (p.classes.size() > 4) bytes += p.classes.capacity() * sizeof(class_id);
        if (p.first_fields.size() > 2) bytes += p.first_fields.capacity() * sizeof(std::uint16_t);
    }
    return bytes;
}

}  // namespace allomatch
