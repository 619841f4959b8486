// SPDX-License-Identifier: Apache-2.0
#include "locus_meanings.hpp"

#include <allomatch/core/parallel.hpp>

#include <boost/container_hash/hash.hpp>

#include <algorithm>

namespace allomatch {

namespace {

constexpr std::size_t pairs_in_block = 256;
constexpr std::uint32_t nothing = 0xFFFF'FFFF;
/// Ids in problems are shortened to this.
constexpr std::size_t shown_id_bytes = 64;

using text_pair = std::pair<std::uint32_t, std::uint32_t>;

/// The distinct pairs of texts of one locus. Nearly every text of one side has one partner.
class text_pairs {
public:
    explicit text_pairs(std::size_t texts) : first_(texts, {nothing, nothing}) {}

    std::uint32_t number(text_pair pair) {
        auto& [partner, number] = first_[pair.first];
        if (number == nothing) {
            partner = pair.second;
            return number = add(pair);
        }
        if (partner == pair.second) return number;
        const auto [it, added] = more_.try_emplace(pair, nothing);
        if (added) it->second = add(pair);
        return it->second;
    }
    [[nodiscard]] const std::vector<text_pair>& all() const noexcept { return all_; }

private:
    std::uint32_t add(text_pair pair) {
        all_.push_back(pair);
        return static_cast<std::uint32_t>(all_.size() - 1);
    }
    std::vector<std::pair<std::uint32_t, std::uint32_t>> first_;  // by text of before: partner, number
    std::unordered_map<text_pair, std::uint32_t, boost::hash<text_pair>> more_;
    std::vector<text_pair> all_;
};

std::uint32_t text_of(const registry::locus_column& c, donor_index d) { return c.typed == 0 ? 0 : c.text_codes[d]; }

/// The locus of a refused cell: by the name of its column, else the one whose text has it.
std::optional<locus> locus_of(const problem& p, const registry& donors, donor_index d) {
    std::string_view column = p.column;
    if (column.starts_with("HLA-")) column.remove_prefix(4);
    if (const auto l = locus_from_name(column.substr(0, column.find_first_of("_*-. ")))) return l;
    if (p.text.empty()) return std::nullopt;
    for (std::size_t l = 0; l < locus_count; ++l)
        if (donors.typing_text(static_cast<locus>(l), d).find(p.text) != std::string_view::npos) return static_cast<locus>(l);
    return std::nullopt;
}

}  // namespace

/// Makes `meaning_changes`.
class meaning_comparer {
public:
    explicit meaning_comparer(const meaning_inputs& inputs) : inputs_(inputs) {
        out_.before_ = inputs.before;
        out_.after_ = inputs.after;
        out_.names_ = std::make_shared<succession>(inputs.before->names(), inputs.after->names());
    }

    meaning_changes run() {
        pair_donors();
        for (std::size_t l = 0; l < locus_count; ++l) compare_locus(static_cast<locus>(l));
        take_missing();
        for (const meaning_kind k : gravest_) ++out_.donors_[static_cast<std::size_t>(k)];
        put_in_order();
        return std::move(out_);
    }

private:
    void pair_donors() {
        const registry& before = *inputs_.before;
        const registry& after = *inputs_.after;
        partner_.reserve(before.size());
        came_.assign(after.size(), true);
        donor_index next = 0;
        for (donor_index d = 0; d < before.size(); ++d) {
            std::optional<donor_index> there;
            if (next < after.size() && after.id(next) == before.id(d))
                there = next;
            else
                there = after.find(before.id(d));
            partner_.push_back(there.value_or(nothing));
            if (!there) continue;
            came_[*there] = false;
            next = *there + 1;
        }
        gravest_.assign(before.size(), meaning_kind::same);
    }

    void compare_locus(locus l) {
        const auto& before = inputs_.before->column(l);
        const auto& after = inputs_.after->column(l);
        if (before.typed == 0 && after.typed == 0) return;
        text_pairs pairs(before.texts.size());
        std::vector<std::uint32_t> pair_of(partner_.size(), nothing);
        for (donor_index d = 0; d < partner_.size(); ++d)
            if (partner_[d] != nothing) pair_of[d] = pairs.number({text_of(before, d), text_of(after, partner_[d])});

        const locus_readings readings{*out_.names_, l, before, after};
        const locus_meanings meanings(readings);
        std::vector<meaning_kind> kinds(pairs.all().size());
        parallel_for_blocks_with(
            kinds.size(), pairs_in_block, inputs_.threads, [&] { return meaning_judge(meanings); },
            [&](meaning_judge& judge, std::size_t begin, std::size_t end) {
                for (std::size_t i = begin; i < end; ++i) kinds[i] = judge(pairs.all()[i].first, pairs.all()[i].second);
            });

        std::vector<std::uint32_t> change_of(kinds.size(), nothing);
        for (std::size_t i = 0; i < kinds.size(); ++i)
            if (listed(kinds[i])) {
                change_of[i] = static_cast<std::uint32_t>(out_.changes_.size());
                out_.changes_.push_back({kinds[i], meaning_changes::origin::texts, l, pairs.all()[i].first, pairs.all()[i].second});
            }
        meaning_counts& counts = out_.loci_[index(l)];
        for (donor_index d = 0; d < pair_of.size(); ++d) {
            if (pair_of[d] == nothing || pairs.all()[pair_of[d]] == text_pair{0, 0}) continue;
            const meaning_kind k = kinds[pair_of[d]];
            ++counts[static_cast<std::size_t>(k)];
            gravest_[d] = std::min(gravest_[d], k);
            if (listed(k)) out_.rows_.push_back({d, change_of[pair_of[d]]});
        }
    }

    [[nodiscard]] bool listed(meaning_kind k) const {
        return k != meaning_kind::same && (k != meaning_kind::alleles_only || inputs_.list_alleles_only);
    }

    /// Donors who are in one registry only.
    void take_missing() {
        using origin = meaning_changes::origin;
        const auto left = problems_by_id(inputs_.refused_after);
        const auto came = problems_by_id(inputs_.refused_before);
        for (donor_index d = 0; d < partner_.size(); ++d)
            if (partner_[d] == nothing) {
                gravest_[d] = meaning_kind::lost;
                take_missing(*inputs_.before, d, meaning_kind::lost, origin::left, left);
            }
        for (donor_index d = 0; d < came_.size(); ++d)
            if (came_[d]) {
                gravest_.push_back(meaning_kind::gained);
                take_missing(*inputs_.after, d, meaning_kind::gained, origin::came, came);
            }
    }

    using problems_of_donors = std::unordered_map<std::string_view, std::vector<const problem*>>;
    static problems_of_donors problems_by_id(std::span<const problem> problems) {
        problems_of_donors by_id;
        for (const problem& p : problems) by_id[p.id].push_back(&p);
        return by_id;
    }

    void take_missing(const registry& donors, donor_index d, meaning_kind kind, meaning_changes::origin from,
                      const problems_of_donors& problems) {
        const auto add = [&](std::optional<locus> where, std::uint32_t number) {
            out_.rows_.push_back({d, static_cast<std::uint32_t>(out_.changes_.size())});
            out_.changes_.push_back({kind, from, where, number, 0});
        };
        const auto found = problems.find(shown(donors.id(d), shown_id_bytes));
        if (found == problems.end()) return add(std::nullopt, 0);
        std::array<bool, locus_count> counted{};
        for (const problem* p : found->second) {
            const auto where = locus_of(*p, donors, d);
            if (where && !std::exchange(counted[index(*where)], true)) ++out_.loci_[index(*where)][static_cast<std::size_t>(kind)];
            out_.problems_.push_back(*p);
            add(where, static_cast<std::uint32_t>(out_.problems_.size()));
        }
    }

    void put_in_order() {
        const auto key = [&](const meaning_changes::row& r) {
            const auto& c = out_.changes_[r.change];
            return std::tuple(c.kind, c.from == meaning_changes::origin::came, r.donor, c.where);
        };
        std::stable_sort(out_.rows_.begin(), out_.rows_.end(), [&](const auto& a, const auto& b) { return key(a) < key(b); });
    }

    const meaning_inputs& inputs_;
    meaning_changes out_;
    std::vector<donor_index> partner_;    // of each donor of before
    std::vector<bool> came_;              // donors of after who are not in before
    std::vector<meaning_kind> gravest_;   // donors of before, then those who came
};

meaning_changes meaning_changes::compare(const meaning_inputs& inputs) { return meaning_comparer(inputs).run(); }

std::string_view meaning_changes::donor_id(const row& r) const {
    return (changes_[r.change].from == origin::came ? *after_ : *before_).id(r.donor);
}

}  // namespace allomatch
