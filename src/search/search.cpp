// SPDX-License-Identifier: Apache-2.0
#include "scan.hpp"

#include <allomatch/core/parallel.hpp>
#include <allomatch/search/search.hpp>

#include <algorithm>
#include <mutex>
#include <numeric>

namespace allomatch {

namespace {

/// Donors that are compared together.
constexpr std::size_t compare_block = 4096;
/// Donors of one parallel task within a single search.
constexpr std::size_t task_block = std::size_t{1} << 18;
/// Donors that are predicted together: few, as some take a thousand times longer than others.
constexpr std::size_t prediction_block = 16;

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
        if (std::count_if(request.limits.begin(), request.limits.end(), [l = l](const auto& other) { return other.first == l; }) > 1)
            refuse("limit", std::string(name(l)), "the locus is limited twice");
        if (limit > 2) refuse("limit", std::to_string(limit), "expected 0, 1 or 2 mismatches at a locus");
    }
}

void search_agent::start(const patient& who, const search_request& request) {
    validate(request);
    if (request.genotypes && &request.genotypes->donors() != donors_.get())
        refuse("frequencies", "", "they were prepared for another registry");
    for (std::size_t i = 0; i < request.loci.size(); ++i) {
        const locus l = request.loci[i];
        queries_[i].start(*donors_->names(), l, who.at(l), donors_->column(l).dictionary, request.rules);
    }
}

match_probabilities search_agent::predict(const patient& who, const search_request& request,
                                          std::span<const donor_index> donors,
                                          std::span<const packed_outcome> outcomes) {
    const std::size_t width = request.loci.size();
    match_probabilities all(request.genotypes, width);
    all.resize(donors.size());
    const person_typing typing = who.typing();
    const auto predict_some = [&](match_predictor& predictor, std::size_t begin, std::size_t end) {
        std::array<count_range, locus_count> counts;
        for (std::size_t i = begin; i < end; ++i) {
            for (std::size_t l = 0; l < width; ++l) {
                const locus_outcome o = unpack(outcomes[i * width + l]);
                counts[l] = {o.mismatches, o.mismatches_max};
            }
            all.set(i, predictor.predict(donors[i], std::span(counts).first(width)));
        }
    };
    if (predicting_ != request.genotypes || predicting_by_ != request.rules) {
        predicting_ = request.genotypes;
        predicting_by_ = request.rules;
        predictor_.emplace(predicting_, request.rules.homozygous_once);
    }
    predictor_->start(who.id, who.field("population"), typing, request.loci);
    all.patient_explained = predictor_->patient_explained();
    all.patient_set = predictor_->patient_set();
    const std::size_t threads = request.threads == 0 ? all_threads() : request.threads;
    if (threads == 1 || donors.size() <= prediction_block) {
        predict_some(*predictor_, 0, donors.size());
        return all;
    }
    // A predictor for every thread that is at work, each used for many blocks: it keeps what it worked out.
    std::mutex mutex;
    std::vector<std::unique_ptr<match_predictor>> idle;
    parallel_for_blocks(donors.size(), prediction_block, threads, [&](std::size_t begin, std::size_t end) {
        std::unique_ptr<match_predictor> predictor;
        {
            const std::lock_guard lock(mutex);
            if (!idle.empty()) {
                predictor = std::move(idle.back());
                idle.pop_back();
            }
        }
        if (!predictor) predictor = std::make_unique<match_predictor>(*predictor_);
        predict_some(*predictor, begin, end);
        const std::lock_guard lock(mutex);
        idle.push_back(std::move(predictor));
    });
    return all;
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

    scan_plan plan;
    plan.min_mismatches = request.min_mismatches;
    plan.max_mismatches = request.max_mismatches;
    plan.cluster_begins = donors_->cluster_begins();
    for (std::size_t i = 0; i < request.loci.size(); ++i) {
        const locus l = request.loci[i];
        const registry::locus_column& column = donors_->column(l);
        // Against an untyped patient, and at a locus where nobody is typed, nothing can mismatch.
        if (who->at(l).untyped() || column.typed == 0) continue;
        const auto counts = queries_[i].counts(request.count, limit_at(request, l));
        if (l == donors_->cluster_locus())
            plan.cluster_counts = counts;
        else
            plan.columns.push_back({&column.codes, counts.data(), column.passing});
    }
    std::sort(plan.columns.begin(), plan.columns.end(),
              [](const auto& a, const auto& b) { return a.passing < b.passing; });

    std::vector<std::uint32_t> found;  // places
    const std::size_t tasks = (donors_->size() + task_block - 1) / task_block;
    if (request.threads == 1 || tasks <= 1) {
        scan_places(plan, 0, donors_->size(), found);
    } else {
        std::vector<std::vector<std::uint32_t>> parts(tasks);
        parallel_for_blocks(donors_->size(), task_block, request.threads, [&](std::size_t begin, std::size_t end) {
            scan_places(plan, begin, end, parts[begin / task_block]);
        });
        for (const auto& part : parts) found.insert(found.end(), part.begin(), part.end());
    }
    const auto places = donors_->places();
    if (!filter.takes_all() && !filter.asks_probabilities())
        std::erase_if(found, [&](std::uint32_t place) { return !filter(places[place]); });

    const std::size_t width = request.loci.size();
    std::vector<packed_outcome> rows(found.size() * width);
    for (std::size_t l = 0; l < width; ++l) {
        locus_query& query = queries_[l];
        const registry::locus_column& column = donors_->column(request.loci[l]);
        if (column.typed == 0) {
            const packed_outcome untyped = query.outcome(untyped_code);
            for (std::size_t i = 0; i < found.size(); ++i) rows[i * width + l] = untyped;
            continue;
        }
        column.codes.visit([&](auto codes) {
            for (std::size_t i = 0; i < found.size(); ++i) rows[i * width + l] = query.outcome(codes[found[i]]);
        });
    }

    match_probabilities probabilities;
    if (request.genotypes) {
        std::vector<donor_index> donors(found.size());
        for (std::size_t i = 0; i < found.size(); ++i) donors[i] = places[found[i]];
        probabilities = predict(*who, request, donors, rows);
    }

    struct entry {
        rank_key key;
        std::uint32_t row;
        hit h;
    };
    const ranker rank(request.order, *donors_, *who, request.on, request.genotypes != nullptr);
    std::vector<entry> entries;
    entries.reserve(found.size());
    for (std::uint32_t i = 0; i < found.size(); ++i) {
        if (filter.asks_probabilities() && !filter(places[found[i]], probabilities.row(i))) continue;
        entry& e = entries.emplace_back();
        outcome_sums sums;
        for (std::size_t l = 0; l < width; ++l) sums += outcome_sums(rows[i * width + l]);
        e.h = make_hit(places[found[i]], sums);
        e.row = i;
        candidate c{e.h.donor, e.h.mismatches, e.h.antigen_mismatches};
        if (request.genotypes) {
            c.full_match = probabilities.full_match(i);
            c.explained = probabilities.patient_explained && probabilities.donor_explained(i);
        }
        e.key = rank.key(c);
    }
    out.total = entries.size();
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
    if (request.genotypes) {
        out.probabilities.emplace(request.genotypes, width);
        out.probabilities->resize(wanted);
        out.probabilities->patient_explained = probabilities.patient_explained;
        out.probabilities->patient_set = probabilities.patient_set;
        for (std::size_t i = 0; i < wanted; ++i) out.probabilities->copy(i, probabilities, entries[i].row);
    }
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
    const auto places = donors_->places();
    std::vector<packed_outcome> outcomes(compare_block * width);
    std::vector<outcome_sums> sums(compare_block);
    for (std::size_t at = 0; at < places.size(); at += compare_block) {
        const std::size_t block = std::min(compare_block, places.size() - at);
        std::fill_n(sums.begin(), block, outcome_sums());
        for (std::size_t l = 0; l < width; ++l) {
            const summed_outcome* table = tables[l].data();
            packed_outcome* here = outcomes.data() + l * block;
            const registry::locus_column& column = donors_->column(request.loci[l]);
            const auto add = [&](auto code_at) {
                for (std::size_t i = 0; i < block; ++i) {
                    const summed_outcome& o = table[code_at(i)];
                    sums[i] += o.sums;
                    here[i] = o.packed;
                }
            };
            if (column.typed == 0)
                add([](std::size_t) { return untyped_code; });
            else
                column.codes.visit([&](auto codes) { add([&](std::size_t i) { return codes[at + i]; }); });
        }
        visit(places.subspan(at, block), std::span(sums).first(block), std::span(outcomes).first(block * width));
    }
}

match_list search_agent::compare(std::shared_ptr<const patient> who, const search_request& request) {
    match_list out;
    out.donors = donors_;
    out.who = who;
    out.loci = request.loci;
    out.has_ranks = false;
    out.on = request.on;
    out.total = donors_->size();
    out.hits.resize(donors_->size());
    const std::size_t width = request.loci.size();
    out.outcomes.resize(donors_->size() * width);
    compare_blocks(*who, request, [&](std::span<const donor_index> donors, std::span<const outcome_sums> sums,
                                      std::span<const packed_outcome> outcomes) {
        for (std::size_t i = 0; i < sums.size(); ++i) {
            out.hits[donors[i]] = make_hit(donors[i], sums[i]);
            for (std::size_t l = 0; l < width; ++l)
                out.outcomes[donors[i] * width + l] = outcomes[l * sums.size() + i];
        }
    });
    if (request.genotypes) {
        std::vector<donor_index> everyone(donors_->size());
        std::iota(everyone.begin(), everyone.end(), donor_index{0});
        out.probabilities = predict(*out.who, request, everyone, out.outcomes);
    }
    return out;
}

match_list search_agent::compare_one(std::shared_ptr<const patient> who, donor_index donor,
                                     const search_request& request) {
    match_list out;
    out.donors = donors_;
    out.who = std::move(who);
    out.loci = request.loci;
    out.has_ranks = false;
    out.order = request.order;
    out.on = request.on;
    out.total = 1;
    start(*out.who, request);
    outcome_sums sums;
    for (std::size_t l = 0; l < request.loci.size(); ++l) {
        out.outcomes.push_back(queries_[l].outcome(donors_->code(request.loci[l], donor)));
        sums += outcome_sums(out.outcomes.back());
    }
    out.hits.push_back(make_hit(donor, sums));
    if (request.genotypes) out.probabilities = predict(*out.who, request, std::span(&donor, 1), out.outcomes);
    return out;
}

candidate match_list::ranked(std::size_t i) const {
    const hit& h = hits[i];
    candidate c{h.donor, h.mismatches, h.antigen_mismatches};
    if (probabilities) {
        c.full_match = probabilities->full_match(i);
        c.explained = probabilities->patient_explained && probabilities->donor_explained(i);
    }
    return c;
}

std::string match_list::place_reason(std::size_t i) const {
    if (i == 0 || !has_ranks) return {};
    const ranker rank(order, *donors, *who, on, probabilities.has_value());
    const candidate above = ranked(i - 1);
    const candidate here = ranked(i);
    for (const criterion c : rank.criteria()) {
        const auto better = rank.value(c, above);
        const auto own = rank.value(c, here);
        if (better != own) return ranker::words(c, own) + " after " + ranker::words(c, better);
    }
    return "donor id";
}

donor_filter request_filter(const search_request& request, const registry& donors) {
    return donor_filter(request.where, donors, request.on,
                        request.genotypes ? std::span<const locus>(request.loci) : std::span<const locus>{});
}

match_list search(std::shared_ptr<const registry> donors, std::shared_ptr<const patient> who,
                  const search_request& request) {
    validate(request);
    const donor_filter filter = request_filter(request, *donors);
    return search_agent(std::move(donors)).search(std::move(who), request, filter);
}

std::vector<match_list> search_many(std::shared_ptr<const registry> donors,
                                    std::span<const std::shared_ptr<const patient>> patients,
                                    const search_request& request, const std::function<void(std::size_t)>& done) {
    validate(request);
    const donor_filter filter = request_filter(request, *donors);
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
