// SPDX-License-Identifier: Apache-2.0
#include "scan.hpp"

#include <allomatch/core/parallel.hpp>
#include <allomatch/search/search.hpp>

#include <algorithm>
#include <mutex>
#include <numeric>

namespace allomatch {

namespace {

/// Donors of one scan block: its scratch memory stays in the first-level cache.
constexpr std::size_t scan_block = 4096;
/// Donors of one parallel task within a single search.
constexpr std::size_t task_block = std::size_t{1} << 18;

[[noreturn]] void refuse(std::string option, std::string text, std::string reason) {
    problem p;
    p.column = std::move(option);
    p.text = std::move(text);
    p.reason = std::move(reason);
    throw format_error(std::move(p));
}

unsigned limit_at(const search_request& request, locus l) {
    for (const auto& [limited, limit] : request.limits)
        if (limited == l) return limit;
    return 2;
}

hit make_hit(donor_index d, outcome_sums sums) {
    return {d,
            static_cast<std::uint8_t>(sums.mismatches()),
            static_cast<std::uint8_t>(sums.mismatches_max()),
            static_cast<std::uint8_t>(sums.gvh()),
            static_cast<std::uint8_t>(sums.hvg()),
            static_cast<std::uint8_t>(sums.antigen_mismatches())};
}

}  // namespace

void validate(const search_request& request) {
    if (request.loci.empty()) refuse("loci", "", "at least one locus is needed");
    for (std::size_t i = 0; i < request.loci.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if (request.loci[i] == request.loci[j])
                refuse("loci", std::string(name(request.loci[i])), "the locus is named twice");
    if (request.max_mismatches > search_request::no_limit)
        refuse("max_mismatches", std::to_string(request.max_mismatches), "expected a number from 0 to 18");
    if (request.min_mismatches > request.max_mismatches)
        refuse("min_mismatches", std::to_string(request.min_mismatches), "is larger than max_mismatches");
    for (const auto& [l, limit] : request.limits) {
        if (std::find(request.loci.begin(), request.loci.end(), l) == request.loci.end())
            refuse("limit", std::string(name(l)), "the locus is not among those searched");
        if (limit > 2) refuse("limit", std::to_string(limit), "expected 0, 1 or 2 mismatches at a locus");
    }
}

void search_agent::start(const patient& who, const search_request& request) {
    for (std::size_t i = 0; i < request.loci.size(); ++i) {
        const locus l = request.loci[i];
        queries_[i].start(*donors_->names(), l, who.at(l), donors_->column(l).dictionary, request.rules);
    }
}

void search_agent::scan(const search_request& request, donor_index begin, donor_index end,
                        std::vector<donor_index>& found) {
    std::array<std::uint32_t, scan_block> kept{};
    std::array<std::uint8_t, scan_block> sums{};
    for (std::size_t at = begin; at < end; at += scan_block) {
        const std::size_t block = std::min<std::size_t>(scan_block, end - at);
        std::size_t n = 0;
        if (scanned_.empty()) {
            n = block;
            std::iota(kept.begin(), kept.begin() + static_cast<std::ptrdiff_t>(n), 0U);
            std::fill_n(sums.begin(), n, std::uint8_t{0});
        }
        for (std::size_t i = 0; i < scanned_.size(); ++i) {
            const scanned_locus& s = scanned_[i];
            n = s.codes->visit([&](auto codes) {
                const auto here = codes.subspan(at, block);
                return i == 0 ? scan_first(here, s.counts.data(), request.max_mismatches, kept.data(), sums.data())
                              : scan_next(here, s.counts.data(), request.max_mismatches, kept.data(), sums.data(), n);
            });
            if (n == 0) break;
        }
        for (std::size_t i = 0; i < n; ++i)
            if (sums[i] >= request.min_mismatches) found.push_back(static_cast<donor_index>(at + kept[i]));
    }
}

match_list search_agent::search(std::shared_ptr<const patient> who, const search_request& request,
                                const donor_filter& filter) {
    match_list out;
    out.donors = donors_;
    out.who = who;
    out.loci = request.loci;
    out.order = request.order;
    out.on = request.on;
    start(*who, request);

    scanned_.clear();
    for (std::size_t i = 0; i < request.loci.size(); ++i) {
        const locus l = request.loci[i];
        const registry::locus_column& column = donors_->column(l);
        // Against an untyped patient, and at a locus where nobody is typed, nothing can mismatch.
        if (who->at(l).untyped() || column.typed == 0) continue;
        scanned_.push_back({&column.codes, queries_[i].counts(request.count, limit_at(request, l)), column.passing});
    }
    std::sort(scanned_.begin(), scanned_.end(),
              [](const scanned_locus& a, const scanned_locus& b) { return a.passing < b.passing; });

    std::vector<donor_index> found;
    const std::size_t tasks = (donors_->size() + task_block - 1) / task_block;
    if (request.threads == 1 || tasks <= 1) {
        scan(request, 0, static_cast<donor_index>(donors_->size()), found);
    } else {
        std::vector<std::vector<donor_index>> parts(tasks);
        parallel_for_blocks(donors_->size(), task_block, request.threads, [&](std::size_t begin, std::size_t end) {
            scan(request, static_cast<donor_index>(begin), static_cast<donor_index>(end), parts[begin / task_block]);
        });
        for (const auto& part : parts) found.insert(found.end(), part.begin(), part.end());
    }
    if (!filter.takes_all()) std::erase_if(found, [&](donor_index d) { return !filter(d); });
    out.total = found.size();

    const std::size_t width = request.loci.size();
    std::vector<packed_outcome> rows(found.size() * width);
    for (std::size_t l = 0; l < width; ++l) {
        locus_query& query = queries_[l];
        donors_->column(request.loci[l]).codes.visit([&](auto codes) {
            for (std::size_t i = 0; i < found.size(); ++i) rows[i * width + l] = query.outcome(codes[found[i]]);
        });
    }

    struct entry {
        rank_key key;
        std::uint32_t row;
        hit h;
    };
    const ranker rank(request.order, *donors_, *who, request.on);
    std::vector<entry> entries(found.size());
    for (std::uint32_t i = 0; i < found.size(); ++i) {
        entry& e = entries[i];
        outcome_sums sums;
        for (std::size_t l = 0; l < width; ++l) sums += outcome_sums(rows[i * width + l]);
        e.h = make_hit(found[i], sums);
        e.row = i;
        e.key = rank.key(found[i], e.h.mismatches, e.h.antigen_mismatches);
    }
    const auto better = [this](const entry& a, const entry& b) {
        if (a.key != b.key) return a.key < b.key;
        return donors_->id(a.h.donor) < donors_->id(b.h.donor);
    };
    const std::size_t wanted = std::min(request.top, entries.size());
    const auto cut = entries.begin() + static_cast<std::ptrdiff_t>(wanted);
    if (wanted < entries.size()) std::nth_element(entries.begin(), cut, entries.end(), better);
    std::sort(entries.begin(), cut, better);

    out.hits.reserve(wanted);
    out.outcomes.resize(wanted * width);
    for (std::size_t i = 0; i < wanted; ++i) {
        out.hits.push_back(entries[i].h);
        std::copy_n(rows.begin() + static_cast<std::ptrdiff_t>(entries[i].row * width), width,
                    out.outcomes.begin() + static_cast<std::ptrdiff_t>(i * width));
    }
    return out;
}

void search_agent::compare_blocks(const patient& who, const search_request& request, const block_visitor& visit) {
    start(who, request);
    const std::size_t width = request.loci.size();
    std::array<std::span<const summed_outcome>, locus_count> tables;
    for (std::size_t l = 0; l < width; ++l) tables[l] = queries_[l].outcomes();
    std::vector<packed_outcome> outcomes(scan_block * width);
    std::vector<outcome_sums> sums(scan_block);
    for (std::size_t at = 0; at < donors_->size(); at += scan_block) {
        const std::size_t block = std::min(scan_block, donors_->size() - at);
        std::fill_n(sums.begin(), block, outcome_sums());
        for (std::size_t l = 0; l < width; ++l) {
            const summed_outcome* table = tables[l].data();
            packed_outcome* here = outcomes.data() + l * block;
            donors_->column(request.loci[l]).codes.visit([&](auto codes) {
                for (std::size_t i = 0; i < block; ++i) {
                    const summed_outcome& o = table[codes[at + i]];
                    sums[i] += o.sums;
                    here[i] = o.packed;
                }
            });
        }
        visit(static_cast<donor_index>(at), std::span(sums).first(block), std::span(outcomes).first(block * width));
    }
}

match_list search_agent::compare(std::shared_ptr<const patient> who, const search_request& request) {
    match_list out;
    out.donors = donors_;
    out.who = who;
    out.loci = request.loci;
    out.ranked = false;
    out.on = request.on;
    out.total = donors_->size();
    out.hits.reserve(donors_->size());
    const std::size_t width = request.loci.size();
    out.outcomes.resize(donors_->size() * width);
    compare_blocks(*who, request, [&](donor_index begin, std::span<const outcome_sums> sums,
                                      std::span<const packed_outcome> outcomes) {
        for (std::size_t i = 0; i < sums.size(); ++i) {
            out.hits.push_back(make_hit(static_cast<donor_index>(begin + i), sums[i]));
            for (std::size_t l = 0; l < width; ++l)
                out.outcomes[(begin + i) * width + l] = outcomes[l * sums.size() + i];
        }
    });
    return out;
}

std::string match_list::place_reason(std::size_t i) const {
    if (i == 0 || !ranked) return {};
    const ranker rank(order, *donors, *who, on);
    const hit& above = hits[i - 1];
    const hit& here = hits[i];
    for (const criterion c : order.criteria) {
        const auto better = rank.value(c, above.donor, above.mismatches, above.antigen_mismatches);
        const auto own = rank.value(c, here.donor, here.mismatches, here.antigen_mismatches);
        if (better != own) return ranker::words(c, own) + " after " + ranker::words(c, better);
    }
    return "donor id";
}

match_list search(std::shared_ptr<const registry> donors, std::shared_ptr<const patient> who,
                  const search_request& request) {
    validate(request);
    const donor_filter filter(request.where, *donors, request.on);
    return search_agent(std::move(donors)).search(std::move(who), request, filter);
}

std::vector<match_list> search_many(std::shared_ptr<const registry> donors,
                                    std::span<const std::shared_ptr<const patient>> patients,
                                    const search_request& request, const std::function<void(std::size_t)>& done) {
    validate(request);
    const donor_filter filter(request.where, *donors, request.on);
    std::vector<match_list> lists(patients.size());
    std::mutex mutex;
    std::size_t finished = 0;
    search_request one = request;
    one.threads = 1;
    const std::size_t threads = request.threads == 0 ? all_threads() : request.threads;
    const std::size_t block = std::clamp<std::size_t>(patients.size() / (threads * 8), 1, 64);
    parallel_for_blocks(patients.size(), block, request.threads, [&](std::size_t begin, std::size_t end) {
        search_agent agent(donors);
        for (std::size_t i = begin; i < end; ++i) lists[i] = agent.search(patients[i], one, filter);
        if (!done) return;
        const std::lock_guard lock(mutex);
        finished += end - begin;
        done(finished);
    });
    return lists;
}

}  // namespace allomatch
