// SPDX-License-Identifier: Apache-2.0
#include <allomatch/core/hash.hpp>
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

std::uint64_t locus_dictionary::hash_of(const position& p) noexcept {
    const auto bytes = [](const auto& values) { return std::span(values.data(), values.size()); };
    std::uint64_t hash = allomatch::hash_of(std::span<const class_id>(bytes(p.classes)), static_cast<std::uint64_t>(p.what));
    hash = allomatch::hash_of(std::span<const antigen_set>(bytes(p.antigens_of_one)), hash ^ p.traits.bits());
    hash = allomatch::hash_of(std::span<const antigen_set>(&p.antigens, 1), hash);
    return allomatch::hash_of(std::span<const std::uint16_t>(bytes(p.first_fields)), hash);
}

std::uint64_t locus_dictionary::hash_of(std::span<const stored_alternative> list) noexcept { return allomatch::hash_of(list); }

locus_dictionary::locus_dictionary() {
    begins_.push_back(0);
    class_begins_.push_back(0);
    intern(nothing_in_common);
    intern(genotype{{genotype_alternative{}}});
}

position_id locus_dictionary::intern(const position& p) {
    const std::uint64_t hash = hash_of(p);
    const std::size_t known = position_count();
    if (const auto found = position_index_.find(hash, known, [&](position_id id) { return at(id) == p; })) return *found;
    if (positions_.use_count() > 1) positions_ = std::make_shared<std::vector<position>>(*positions_);
    position_index_.push_back(hash, known, [this](position_id id) { return hash_of(at(id)); });
    positions_->push_back(p);
    return static_cast<position_id>(known);
}

genotype_code locus_dictionary::intern(const genotype& g) {
    std::vector<stored_alternative> list;
    list.reserve(g.alternatives.size());
    for (const genotype_alternative& a : g.alternatives)
        list.push_back({intern(a.first), intern(a.second), intern(common_part(a.first, a.second))});
    const std::uint64_t hash = hash_of(list);
    const std::size_t known = genotype_count();
    const auto is_it = [&](genotype_code code) { return std::ranges::equal(alternatives(code), list); };
    if (const auto found = genotype_index_.find(hash, known, is_it)) return *found;
    genotype_index_.push_back(hash, known, [this](genotype_code code) { return hash_of(alternatives(code)); });
    alternatives_.append(list);
    begins_.push_back(static_cast<std::uint32_t>(alternatives_.size()));
    return static_cast<genotype_code>(known);
}

void locus_dictionary::finish() {
    const auto first_new = static_cast<position_id>(stored_positions_.size());
    if (first_new == position_count()) return;
    std::vector<std::pair<class_id, position_id>> entries;
    for (position_id id = first_new; id < position_count(); ++id) {
        const position& p = at(id);
        if (p.what == position::kind::blank) blanks_.push_back(id);
        if (p.what == position::kind::no_product) no_products_.push_back(id);
        for (const class_id c : p.classes) entries.emplace_back(c, id);
        stored_positions_.push_back(p);
    }
    std::sort(entries.begin(), entries.end());
    list_by_class(entries);
    positions_->shrink_to_fit();
    each_array(*this, [](std::string_view, auto& array) { array.shrink_to_fit(); });
}

// New positions have higher numbers than those that are listed already.
void locus_dictionary::list_by_class(std::span<const std::pair<class_id, position_id>> added) {
    std::vector<class_id> classes;
    std::vector<std::uint32_t> begins;
    std::vector<position_id> listed;
    listed.reserve(class_positions_.size() + added.size());
    std::size_t known = 0;
    auto next = added.begin();
    while (known < classes_.size() || next != added.end()) {
        const bool has_known = known < classes_.size() && (next == added.end() || classes_[known] <= next->first);
        const class_id c = has_known ? classes_[known] : next->first;
        classes.push_back(c);
        begins.push_back(static_cast<std::uint32_t>(listed.size()));
        if (has_known) {
            const auto old = positions_with(c);
            listed.insert(listed.end(), old.begin(), old.end());
            ++known;
        }
        for (; next != added.end() && next->first == c; ++next) listed.push_back(next->second);
    }
    begins.push_back(static_cast<std::uint32_t>(listed.size()));
    classes_ = stored_array(std::move(classes));
    class_begins_ = stored_array(std::move(begins));
    class_positions_ = stored_array(std::move(listed));
}

void locus_dictionary::join_positions() {
    auto joined = std::make_shared<std::vector<position>>(stored_positions_.size());
    for (std::size_t i = 0; i < joined->size(); ++i) (*joined)[i] = stored_positions_[i];
    positions_ = std::move(joined);
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
    std::size_t bytes = positions_->capacity() * sizeof(position);
    each_array(*this, [&bytes](std::string_view, const auto& array) { bytes += array.memory(); });
    for (const position& p : *positions_) {
        if (p.classes.size() > 4) bytes += p.classes.capacity() * sizeof(class_id);
        if (p.first_fields.size() > 2) bytes += p.first_fields.capacity() * sizeof(std::uint16_t);
    }
    return bytes;
}

}  // namespace allomatch
