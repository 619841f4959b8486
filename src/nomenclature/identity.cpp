// SPDX-License-Identifier: Apache-2.0
// What makes a nomenclature this one and no other.
#include <allomatch/core/hash.hpp>
#include <allomatch/nomenclature/nomenclature.hpp>

namespace allomatch {

namespace {

/// Hashes one part after the other, each with its length.
class combined_hash {
public:
    template <class List>
    void add(const List& list) {
        const std::uint64_t size = list.size();
        value_ = hash_of(std::span(list.data(), list.size()), hash_of(std::span<const std::uint64_t>(&size, 1), value_));
    }
    void add(std::uint64_t number) { value_ = hash_of(std::span<const std::uint64_t>(&number, 1), value_); }

    [[nodiscard]] std::uint64_t value() const noexcept { return value_; }

private:
    std::uint64_t value_ = 0;
};

}  // namespace

void nomenclature::take_fingerprint() {
    combined_hash all;
    all.add(version_);
    all.add(std::uint64_t{names_only_});
    all.add(keys_);
    all.add(class_of_);
    for (const auto* groups : {&p_groups_, &g_groups_})
        for (const named_group& g : *groups) {
            all.add(g.key);
            all.add(g.members.ranges());
        }
    all.add(serology_of_);
    all.add(matching_serology_of_);
    all.add(antigen_sets_);
    for (const antigen_table& table : antigens_)
        for (std::size_t i = 0; i < table.size(); ++i) {
            all.add(std::uint64_t{table.number(i)});
            all.add(table.line(i).words);
        }
    for (const std::string& version : tce_versions_) all.add(version);
    all.add(tce_);
    for (allele_id id = 0; id < keys_.size(); ++id) {
        if (gene_of(id) == gene::B) all.add(static_cast<std::uint64_t>(leader_of(id)));
        if (gene_of(id) != gene::DPB1) continue;
        const dpb1_facts facts = dpb1_facts_of(id);
        all.add(static_cast<std::uint64_t>(facts.expression) << 8 | static_cast<std::uint64_t>(facts.core));
    }
    for (const auto& [text, old] : old_by_text_) {
        all.add(text);
        all.add(old.current);
    }
    fingerprint_ = all.value();
}

bool nomenclature::has_alleles(locus l, allele_id begin, allele_id end) const noexcept {
    const auto at_locus = [&](allele_id id) { return locus_of(gene_of(id)) == l; };
    if (begin >= end) return false;
    if (!names_only_) return end <= keys_.size() && at_locus(begin) && at_locus(end - 1);
    // Names next to each other differ in nothing but their suffix.
    const auto is_name = [](allele_id id) { return id >> 28 < gene_count && (id & 7U) <= allele_name::suffixes.size(); };
    return begin >> 3 == (end - 1) >> 3 && is_name(begin) && is_name(end - 1) && at_locus(begin);
}

bool nomenclature::has_class(locus l, class_id id) const noexcept {
    if (names_only_) return id != no_class && has_alleles(l, id, id + 1);
    return id < classes_.size() && locus_of(gene_of_class(id)) == l;
}

}  // namespace allomatch
