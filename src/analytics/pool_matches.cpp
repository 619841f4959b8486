// SPDX-License-Identifier: Apache-2.0
#include <allomatch/analytics/pool_matches.hpp>

#include "distinct_typings.hpp"
#include "dpb1_fit.hpp"

#include <allomatch/core/parallel.hpp>
#include <allomatch/search/search.hpp>

#include <algorithm>
#include <mutex>
#include <optional>

namespace allomatch {

namespace {

/// Typings that one task looks at, all with one code at the first locus.
constexpr std::uint32_t task_typings = 128;

/// Finds the typings near one after the other, with the scratch memory of one thread.
class near_typings {
public:
    near_typings(const registry& donors, const distinct_typings& typings, const pool_match_options& options)
        : pool_(donors), typings_(typings), limit_(options.max_mismatches),
          untyped_(2 * static_cast<unsigned>(options.loci.size() - typings.loci().size())), queries_(typings.loci().size()) {}

    /// Near `typing`, ascending, itself among them if it matches itself.
    [[nodiscard]] std::span<const std::uint32_t> find(std::uint32_t typing) {
        if (queries_.empty()) {
            near_.resize(typings_.size());
            for (std::uint32_t i = 0; i < near_.size(); ++i) near_[i] = i;
            sums_.assign(near_.size(), 0);
            return near_;
        }
        ask(0, typing);
        near_.assign(candidates_.begin(), candidates_.end());
        sums_.assign(candidate_sums_.begin(), candidate_sums_.end());
        for (std::size_t at = 1; at < queries_.size(); ++at) {
            ask(at, typing);
            keep(typings_.codes(at).data(), queries_[at].counts.data());
        }
        return near_;
    }
    /// Lowest mismatches of the i-th of them.
    [[nodiscard]] unsigned mismatches(std::size_t i) const noexcept { return sums_[i]; }
    /// Highest ones.
    [[nodiscard]] unsigned mismatches_max(std::uint32_t other) {
        unsigned sum = untyped_;
        for (std::size_t at = 0; at < queries_.size(); ++at)
            sum += outcome_sums(queries_[at].query.outcome(typings_.codes(at)[other])).mismatches_max();
        return sum;
    }

private:
    struct asked {
        locus_query query;
        genotype what;
        std::optional<genotype_code> code;
        std::vector<std::uint8_t> counts;
    };

    void ask(std::size_t at, std::uint32_t typing) {
        asked& a = queries_[at];
        const genotype_code code = typings_.codes(at)[typing];
        if (a.code == code) return;
        a.code = code;
        const locus l = typings_.loci()[at];
        const locus_dictionary& dictionary = pool_.column(l).dictionary;
        a.what = dictionary.genotype_at(code);
        a.query.start(*pool_.names(), l, a.what, dictionary, {});
        const auto counts = a.query.counts(direction::both, 2);
        a.counts.assign(counts.begin(), counts.end());
        if (at == 0) collect(a.counts);
    }

    /// All typings that the first locus lets pass.
    void collect(std::span<const std::uint8_t> counts) {
        candidates_.clear();
        candidate_sums_.clear();
        const auto begins = typings_.first_begins();
        for (std::size_t code = 0; code < counts.size(); ++code) {
            if (counts[code] > limit_) continue;
            for (std::uint32_t t = begins[code]; t < begins[code + 1]; ++t) candidates_.push_back(t);
            candidate_sums_.resize(candidates_.size(), counts[code]);
        }
    }

    void keep(const genotype_code* codes, const std::uint8_t* counts) noexcept {
        std::size_t n = 0;
        for (std::size_t i = 0; i < near_.size(); ++i) {
            const std::uint32_t typing = near_[i];
            const unsigned sum = unsigned{sums_[i]} + counts[codes[typing]];
            near_[n] = typing;
            sums_[n] = static_cast<std::uint8_t>(sum);
            n += sum <= limit_ ? 1 : 0;
        }
        near_.resize(n);
        sums_.resize(n);
    }

    const registry& pool_;
    const distinct_typings& typings_;
    unsigned limit_;
    unsigned untyped_;  // highest mismatches at the loci where nobody is typed
    std::vector<asked> queries_;  // by locus
    std::vector<std::uint32_t> candidates_;
    std::vector<std::uint8_t> candidate_sums_;
    std::vector<std::uint32_t> near_;
    std::vector<std::uint8_t> sums_;
};

/// What one typing has near it, as one kind of count.
struct near_counts {
    explicit near_counts(std::size_t width) : by_count(width) {}
    void start() {
        std::fill(by_count.begin(), by_count.end(), 0U);
        group = match_counts::no_group;
        own.reset();
    }
    /// Donors of one typing, the one in question if `itself`.
    void add(unsigned mismatches, std::uint32_t donors, std::uint32_t of_group, bool itself) {
        if (mismatches >= by_count.size()) return;
        by_count[mismatches] += donors;
        if (itself)
            own = mismatches;
        else
            group = joined_group(group, of_group);
    }

    std::vector<std::uint32_t> by_count;
    std::uint32_t group = match_counts::no_group;  ///< of the others
    std::optional<unsigned> own;                   ///< mismatches with itself
};

void validate(const pool_match_options& options) {
    search_request request;
    request.loci = options.loci;
    request.max_mismatches = options.max_mismatches;
    validate(request);
}

/// The one group of those donors of a typing who can be offered, without any one of them.
class own_group {
public:
    own_group(const distinct_typings& typings, std::uint32_t typing, std::span<const std::uint32_t> groups) : typings_(typings), groups_(groups) {
        for (const donor_index d : typings.donors(typing)) {
            if (!typings.can_be_offered(d)) continue;
            if (first_ == match_counts::no_group) first_ = groups[d];
            if (groups[d] == first_) {
                ++in_first_;
            } else {
                others_ = joined_group(others_, groups[d]);
                ++in_others_;
            }
        }
    }
    [[nodiscard]] std::uint32_t without(donor_index d) const noexcept {
        const bool counted = typings_.can_be_offered(d);
        const bool is_first = counted && groups_[d] == first_;
        const std::uint32_t first = in_first_ > (is_first ? 1U : 0U) ? first_ : match_counts::no_group;
        return in_others_ > (counted && !is_first ? 1U : 0U) ? joined_group(first, others_) : first;
    }

private:
    const distinct_typings& typings_;
    std::span<const std::uint32_t> groups_;
    std::uint32_t first_ = match_counts::no_group;
    std::uint32_t others_ = match_counts::no_group;
    std::size_t in_first_ = 0;
    std::size_t in_others_ = 0;
};

/// Writes what a typing has near it to its donors, each without itself.
void hand_out(const distinct_typings& typings, std::uint32_t typing, const near_counts& found, std::span<const std::uint32_t> groups, match_counts& to) {
    for (const donor_index d : typings.donors(typing)) {
        for (unsigned k = 0; k < to.width(); ++k) to.count(d, k) = found.by_count[k];
        if (found.own && typings.can_be_offered(d)) --to.count(d, *found.own);
    }
    if (groups.empty()) return;
    const own_group own(typings, typing, groups);
    for (const donor_index d : typings.donors(typing)) to.group(d) = found.own ? joined_group(found.group, own.without(d)) : found.group;
}

}  // namespace

pool_matches count_pool_matches(const registry& donors, const pool_match_options& options, std::span<const std::uint32_t> groups) {
    validate(options);
    if (!groups.empty() && groups.size() != donors.size())
        throw format_error(problem::with_value("groups", std::to_string(groups.size()), "expected one number a donor"));
    const distinct_typings typings(donors, options, groups);
    pool_matches out{match_counts(donors.size(), options.max_mismatches), match_counts(donors.size(), options.max_mismatches), {}, typings.size()};
    std::uint32_t offered = 0;
    for (std::uint32_t t = 0; t < typings.size(); ++t) offered += typings.offered(t);
    for (donor_index d = 0; d < donors.size(); ++d) out.others.push_back(offered - (typings.can_be_offered(d) ? 1U : 0U));
    std::vector<std::uint32_t> tasks;  // where each begins
    for (std::uint32_t t = 0; t < typings.size(); ++t)
        if (tasks.empty() || t - tasks.back() == task_typings ||
            (!typings.loci().empty() && typings.codes(0)[t] != typings.codes(0)[t - 1]))
            tasks.push_back(t);
    tasks.push_back(static_cast<std::uint32_t>(typings.size()));

    std::optional<dpb1_fit> dpb1;
    if (options.dpb1 != dpb1_rule::any) dpb1.emplace(donors, options);
    struct scratch {
        near_typings near;
        std::optional<dpb1_fit> dpb1;
        near_counts potential;
        near_counts certain;
    };
    std::mutex reporting;
    std::size_t done = 0;
    parallel_for_blocks_with(
        tasks.size() - 1, 1, options.threads,
        [&] { return scratch{near_typings(donors, typings, options), dpb1, near_counts(out.potential.width()), near_counts(out.potential.width())}; },
        [&](scratch& s, std::size_t begin, std::size_t) {
            for (std::uint32_t t = tasks[begin]; t < tasks[begin + 1]; ++t) {
                s.potential.start();
                s.certain.start();
                const bool any_may_fit = !s.dpb1 || s.dpb1->start(typings.dpb1()[t]);
                const auto near = any_may_fit ? s.near.find(t) : std::span<const std::uint32_t>{};
                for (std::size_t i = 0; i < near.size(); ++i) {
                    const std::uint32_t other = near[i];
                    const std::uint32_t group = typings.group(other);
                    const auto fit = s.dpb1 ? s.dpb1->of(typings.dpb1()[other]) : dpb1_fit::answer{true, true};
                    if (fit.possible) s.potential.add(s.near.mismatches(i), typings.offered(other), group, other == t);
                    if (fit.certain) s.certain.add(s.near.mismatches_max(other), typings.offered(other), group, other == t);
                }
                hand_out(typings, t, s.potential, groups, out.potential);
                hand_out(typings, t, s.certain, groups, out.certain);
            }
            if (!options.progress) return;
            const std::lock_guard lock(reporting);
            done += tasks[begin + 1] - tasks[begin];
            options.progress(done, typings.size());
        });
    return out;
}

}  // namespace allomatch
