// SPDX-License-Identifier: Apache-2.0
#include "registry_merge.hpp"

#include <allomatch/core/hash.hpp>
#include <allomatch/registry/registry_update.hpp>

#include <algorithm>
#include <functional>
#include <limits>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace allomatch {

namespace {

[[noreturn]] void refuse_full(std::string_view column, const std::string& what) {
    throw format_error(problem::with_value(std::string(column), {}, "the registry is full: 4 GiB of " + what));
}

/// Numbers of the texts, of which 0 is the empty one, of a small dictionary in a large one, which takes those that it lacks. `added` is called for these.
template <class Added>
std::vector<std::uint32_t> united(text_dictionary& all, const text_dictionary& some, const Added& added) {
    std::vector<std::uint32_t> numbers(some.size());
    for (std::uint32_t i = 1; i < some.size(); ++i) {
        const auto known = all.find(some[i]);
        numbers[i] = known.value_or(static_cast<std::uint32_t>(all.size()));
        if (known) continue;
        added(i);
        all.push_back(some[i]);
    }
    return numbers;
}

}  // namespace

registry_merge::registry_merge(const registry& base, const registry& changes, std::vector<donor_index> removed)
    : base_(base), changes_(changes), removed_(std::move(removed)), donors_(base.size()) {
    std::unordered_map<donor_index, donor_index> changed;  // by number in the base
    std::vector<donor_index> added;
    for (donor_index row = 0; row < changes.size(); ++row) {
        if (const auto old = base.find(changes.id(row)))
            changed.emplace(*old, row);
        else
            added.push_back(row);
    }
    std::erase_if(removed_, [&](donor_index d) { return changed.contains(d); });

    const std::size_t before = base.size();
    const std::size_t after = before - removed_.size() + added.size();
    std::vector<std::pair<donor_index, source>> placed;
    const std::size_t filled = std::min(removed_.size(), added.size());
    for (std::size_t i = 0; i < added.size(); ++i)
        placed.emplace_back(i < filled ? removed_[i] : static_cast<donor_index>(before + i - filled), source{true, added[i]});
    auto hole = removed_.begin() + static_cast<std::ptrdiff_t>(filled);
    for (std::size_t last = after; last < before; ++last) {
        const auto d = static_cast<donor_index>(last);
        if (std::binary_search(removed_.begin(), removed_.end(), d)) continue;
        const auto row = changed.find(d);
        placed.emplace_back(*hole++, row == changed.end() ? source{false, d} : source{true, row->second});
    }
    for (const auto& [d, row] : changed)
        if (d < after) placed.emplace_back(d, source{true, row});
    plan(std::move(placed), after);
}

void registry_merge::plan(std::vector<std::pair<donor_index, source>> placed, std::size_t after) {
    std::ranges::sort(placed, {}, &std::pair<donor_index, source>::first);
    const std::size_t before = base_.size();
    std::size_t at = 0;
    for (const auto& [to, from] : placed) {
        donors_.keep(at, to - at);
        donors_.put();
        sources_.push_back(from);
        if (to < before) leaving_.push_back(to);
        at = to + std::size_t{1};
    }
    if (at < after) donors_.keep(at, after - at);
    for (std::size_t d = after; d < before; ++d) leaving_.push_back(static_cast<donor_index>(d));
}

std::shared_ptr<registry> registry_merge::make() const {
    const auto next = std::make_shared<registry>(base_);
    for (const field_column& f : changes_.fields())
        if (base_.field(f.name()) == nullptr) next->fields_.emplace_back(f.name(), f.kind(), find_field(f.name()));
    const std::size_t parts = 1 + locus_count + next->fields_.size();
    parallel_for_blocks(parts, 1, 0, [&](std::size_t part, std::size_t) {
        if (part == 0)
            merge_ids(next->ids_);
        else if (part <= locus_count)
            merge_locus(static_cast<locus>(part - 1), next->loci_[part - 1]);
        else
            merge_field(next->fields_[part - 1 - locus_count]);
    });
    merge_places(*next);
    return next;
}

void registry_merge::merge_ids(text_dictionary& next) const {
    std::vector<std::string_view> ids;
    bool same = donors_.in_place();
    for (std::size_t i = 0; i < sources_.size(); ++i) {
        ids.push_back(id_of(sources_[i]));
        same = same && ids.back() == base_.id(static_cast<donor_index>(donors_.singles()[i]));
    }
    if (same) return;
    slot_index slots = base_.ids_.slots();
    const bool patched = patch(slots);
    text_table texts = spliced(base_.ids_.texts(), ids);
    if (!patched) slots.rebuild(texts.size(), [&](std::uint32_t i) { return hash_of(texts[i]); });
    next = {std::move(texts), std::move(slots)};
}

bool registry_merge::patch(slot_index& slots) const {
    if (slots.is_small_for(donors_.size())) return false;
    const auto old_hash = [this](donor_index d) { return hash_of(base_.id(d)); };
    for (const donor_index d : removed_)
        if (!slots.erase(old_hash(d), d, base_.size(), old_hash)) return false;
    const std::size_t bound = std::max(base_.size(), donors_.size());
    for (std::size_t i = 0; i < sources_.size(); ++i) {
        const auto to = static_cast<donor_index>(donors_.singles()[i]);
        const std::string_view id = id_of(sources_[i]);
        const auto old = base_.find(id);
        if (old == to) continue;
        if (!(old ? slots.renumber(hash_of(id), *old, to) : slots.put(hash_of(id), to, bound))) return false;
    }
    return true;
}

text_table registry_merge::spliced(const text_table& old, std::span<const std::string_view> texts) const {
    const auto runs = donors_.runs();
    const auto singles = donors_.singles();
    const auto begin_of = [&](std::size_t i) { return i == 0 ? 0 : old.ends()[i - 1]; };
    const auto bytes_of = [&](const splice::run& r) { return std::size_t{old.ends()[r.from + r.count - 1]} - begin_of(r.from); };
    std::vector<std::size_t> run_begins;
    std::vector<std::size_t> single_begins;
    std::size_t size = 0;
    while (run_begins.size() + single_begins.size() < runs.size() + singles.size()) {
        const std::size_t r = run_begins.size();
        const std::size_t s = single_begins.size();
        const bool at_run = s == singles.size() || (r < runs.size() && runs[r].to < singles[s]);
        (at_run ? run_begins : single_begins).push_back(size);
        size += at_run ? bytes_of(runs[r]) : texts[s].size();
    }
    if (size > std::numeric_limits<std::uint32_t>::max()) refuse_full("id", "ids");

    const auto bytes = unwritten<char>(size);
    const auto ends = unwritten<std::uint32_t>(donors_.size());
    donors_.for_each_run([&](const splice::run& r) {
        const std::size_t to = run_begins[static_cast<std::size_t>(&r - runs.data())];
        const std::size_t from = begin_of(r.from);
        std::copy_n(old.bytes().data() + from, bytes_of(r), bytes.get() + to);
        for (std::size_t i = 0; i < r.count; ++i) ends[r.to + i] = static_cast<std::uint32_t>(old.ends()[r.from + i] - from + to);
    });
    for (std::size_t s = 0; s < singles.size(); ++s) {
        std::ranges::copy(texts[s], bytes.get() + single_begins[s]);
        ends[singles[s]] = static_cast<std::uint32_t>(single_begins[s] + texts[s].size());
    }
    return {{std::span<const char>(bytes.get(), size), bytes}, {std::span<const std::uint32_t>(ends.get(), donors_.size()), ends}};
}

void registry_merge::merge_locus(locus l, registry::locus_column& next) const {
    const registry::locus_column& base = base_.column(l);
    const registry::locus_column& changes = changes_.column(l);
    const auto added = [&](std::uint32_t text) {
        if (!next.texts.has_room_for(changes.texts[text])) refuse_full(name(l), "typings at this locus");
        next.code_of_text.push_back(next.dictionary.intern(changes.dictionary.genotype_at(changes.code_of_text[text])));
        next.readings.push_back(changes.readings[text]);
    };
    const std::vector<std::uint32_t> number = united(next.texts, changes.texts, added);
    next.dictionary.finish();

    const auto text_of = [](const registry::locus_column& c, donor_index d) { return c.typed == 0 ? 0 : c.text_codes[d]; };
    std::vector<std::uint32_t> texts;
    for (const source from : sources_) texts.push_back(from.changed ? number[text_of(changes, from.at)] : text_of(base, from.at));
    const auto lost = static_cast<std::size_t>(std::ranges::count_if(leaving_, [&](donor_index d) { return text_of(base, d) != 0; }));
    const auto typed = base.typed + texts.size() - static_cast<std::size_t>(std::ranges::count(texts, 0U));
    next.typed = typed - std::min(lost, typed);
    if (next.typed > 0) {
        next.text_codes = allomatch::spliced(base.text_codes, donors_, texts);
    } else {  // loci that nobody is typed at take no memory
        next = registry::locus_column();
        next.dictionary.finish();
    }
}

void registry_merge::merge_field(field_column& next) const {
    const field_column* const changes = changes_.field(next.name());
    // Of every single: the value of the changed donor, or of the one that moves.
    const auto values = [&](const auto& base, const auto* changed, auto missing, const auto& translated) {
        std::vector<decltype(missing)> out;
        for (const source from : sources_) {
            if (from.changed)
                out.push_back(changed == nullptr ? missing : translated((*changed)[from.at]));
            else
                out.push_back(base.size() == 0 ? missing : base[from.at]);
        }
        return out;
    };
    const auto patch = [&](auto& column, const auto* changed, auto missing) {
        const auto singles = values(column, changed, missing, std::identity());
        column = allomatch::spliced(column, missing, donors_, std::span(singles));
    };
    switch (next.kind()) {
        case field_kind::date: return patch(next.days_, changes != nullptr ? &changes->days_ : nullptr, no_day);
        case field_kind::number:
        case field_kind::count:
            return patch(next.numbers_, changes != nullptr ? &changes->numbers_ : nullptr, std::numeric_limits<float>::quiet_NaN());
        case field_kind::text:
        case field_kind::category: break;
    }
    std::vector<std::uint32_t> number;
    if (changes != nullptr)
        number = united(next.words_, changes->words_, [&](std::uint32_t word) {
            if (!next.words_.has_room_for(changes->words_[word])) refuse_full(next.name(), "words in this field");
        });
    const auto words = values(next.codes_, changes != nullptr ? &changes->codes_ : nullptr, std::uint32_t{0},
                              [&](std::uint32_t word) { return number[word]; });
    next.codes_ = allomatch::spliced(next.codes_, donors_, words);
}

void registry_merge::merge_places(registry& next) const {
    const std::size_t changed = sources_.size() + leaving_.size();
    if (changed == 0) return;
    const auto at = index(base_.cluster_locus());
    const bool clustered = base_.loci_[at].typed > 0 && next.loci_[at].typed > 0;
    const auto changes = clustered && changed < base_.size() / 8 ? changed_places(next) : std::nullopt;
    if (!changes) return next.order_places();
    next.places_ = allomatch::spliced(base_.places_, donor_index{0}, changes->places, std::span(changes->inserted));
    next.cluster_begins_ = stored_array(changes->cluster_begins);
    parallel_for_blocks(locus_count, 1, 0, [&](std::size_t l, std::size_t) {
        registry::locus_column& column = next.loci_[l];
        if (column.typed == 0) return;
        std::vector<std::uint32_t> codes;
        for (const donor_index d : changes->inserted) codes.push_back(next.code(static_cast<locus>(l), d));
        column.codes = allomatch::spliced(base_.loci_[l].codes, changes->places, codes);
    });
}

std::optional<registry_merge::place_changes> registry_merge::changed_places(const registry& next) const {
    const locus cluster = base_.cluster_locus();
    const auto begins = base_.cluster_begins();
    const auto begin_of = [&](genotype_code code) { return std::min<std::size_t>(code, begins.size() - 1); };
    // Donors of one genotype are in ascending order.
    const auto place_in = [&](genotype_code code, donor_index d) {
        const auto first = base_.places().begin() + begins[begin_of(code)];
        const auto last = base_.places().begin() + begins[begin_of(code + 1)];
        return static_cast<std::size_t>(std::lower_bound(first, last, d) - base_.places().begin());
    };
    struct event {
        std::size_t place;  // in the base; an insertion comes before who is there
        bool leaves;
        genotype_code code;
        donor_index donor;
    };
    std::vector<event> events;
    std::vector<std::int64_t> growth(std::max(begins.size(), next.column(cluster).dictionary.genotype_count() + 1));
    for (const donor_index d : leaving_) {
        const genotype_code code = base_.code(cluster, d);
        events.push_back({place_in(code, d), true, code, d});
        if (events.back().place >= base_.size() || base_.places()[events.back().place] != d) return std::nullopt;
        --growth[code];
    }
    for (const std::size_t to : donors_.singles()) {
        const auto d = static_cast<donor_index>(to);
        const genotype_code code = next.code(cluster, d);
        events.push_back({place_in(code, d), false, code, d});
        ++growth[code];
    }
    std::ranges::sort(events, {}, [](const event& e) { return std::tuple(e.place, e.leaves, e.code, e.donor); });

    place_changes out{splice(base_.size()), {}, {}};
    std::size_t at = 0;
    for (const event& e : events) {
        out.places.keep(at, e.place - at);
        at = e.place + (e.leaves ? 1 : 0);
        if (e.leaves) continue;
        out.places.put();
        out.inserted.push_back(e.donor);
    }
    out.places.keep(at, base_.size() - at);
    std::int64_t grown = 0;
    for (std::size_t code = 0; code < growth.size(); ++code) {
        out.cluster_begins.push_back(static_cast<std::uint32_t>(begins[begin_of(static_cast<genotype_code>(code))] + grown));
        grown += growth[code];
    }
    return out;
}

registry_update::registry_update(std::shared_ptr<const registry> base, mac_table::pointer mac)
    : base_(std::move(base)), changes_(base_->names(), std::move(mac), base_->nulls()) {}

bool registry_update::remove(std::string_view id) {
    const auto d = base_->find(id);
    if (d) removed_.insert(*d);
    return d.has_value();
}

std::shared_ptr<const registry> registry_update::finish(const registry_origin& origin) {
    std::vector<donor_index> removed(removed_.begin(), removed_.end());
    std::ranges::sort(removed);
    removed_.clear();
    const auto changes = changes_.finish();
    const auto next = registry_merge(*base_, *changes, std::move(removed)).make();
    next->origin_ = origin;
    if (changes->mac_fingerprint() != 0) next->mac_fingerprint_ = changes->mac_fingerprint();
    base_ = next;
    return next;
}

}  // namespace allomatch
