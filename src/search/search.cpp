// SPDX-License-Identifier: Apache-2.0
#include "scan.hpp"

#include <allomatch/core/parallel.hpp>
#include <allomatch/search/donor_availability.hpp>
#include <allomatch/search/field_comparison.hpp>
#include <allomatch/search/ranker.hpp>
#include <allomatch/search/search.hpp>

#include <algorithm>
#include <cmath>
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

[[noreturn]] void refuse(std::string_view option, std::string_view text, std::string reason) {
    throw format_error(problem::with_value(option, text, std::move(reason)));
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

/// Whether a donor is what cord searches ask for. A unit without a count has not enough.
bool is_wanted_unit(const field_comparison& fields, donor_index d, const search_request& request) {
    return (!request.cord_units || fields.is_cord_unit(d)) &&
           (!request.min_tnc_per_kg || reaches(fields.tnc_per_kg(d), *request.min_tnc_per_kg)) &&
           (!request.min_cd34_per_kg || reaches(fields.cd34_per_kg(d), *request.min_cd34_per_kg));
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
        if (std::count_if(request.limits.begin(), request.limits.end(), [searched = l](const auto& other) { return other.first == searched; }) > 1)
            refuse("limit", std::string(name(l)), "the locus is limited twice");
        if (limit > 2) refuse("limit", std::to_string(limit), "expected 0, 1 or 2 mismatches at a locus");
    }
    for (const auto& [option, least] : {std::pair("min_tnc_per_kg", request.min_tnc_per_kg), std::pair("min_cd34_per_kg", request.min_cd34_per_kg)})
        if (least && !(*least >= 0 && std::isfinite(*least))) refuse(option, number_text(static_cast<float>(*least)), "expected a number from 0");
    if (request.rules.antigen_level.any() && request.count != direction::both)
        refuse("direction", "", "mismatches of antigens are counted in both directions together");
    validate(request.order);
    if (!request.also) return;
    for (std::size_t i = 0; i < request.also->size(); ++i) {
        const locus l = (*request.also)[i];
        if (std::find(request.loci.begin(), request.loci.end(), l) != request.loci.end())
            refuse("also", std::string(name(l)), "the locus is among those searched");
        if (std::find(request.also->begin(), request.also->begin() + static_cast<std::ptrdiff_t>(i), l) !=
            request.also->begin() + static_cast<std::ptrdiff_t>(i))
            refuse("also", std::string(name(l)), "the locus is named twice");
    }
}

std::vector<locus> shown_loci(const search_request& request, const registry& donors) {
    if (request.also) return *request.also;
    std::vector<locus> shown;
    for (std::size_t i = 0; i < locus_count; ++i) {
        const auto l = static_cast<locus>(i);
        if (donors.column(l).typed > 0 && std::find(request.loci.begin(), request.loci.end(), l) == request.loci.end())
            shown.push_back(l);
    }
    return shown;
}

void search_agent::start(const patient& who, const search_request& request) {
    validate(request);
    if (request.genotypes && &request.genotypes->donors() != donors_.get())
        refuse("frequencies", "", "they were prepared for another registry");
    for (std::size_t i = 0; i < locus_count; ++i) {
        const auto l = static_cast<locus>(i);
        queries_[i].start(*donors_->names(), l, who.at(l), donors_->column(l).dictionary, request.rules);
    }
    check_units(who, request);
    facts_.start(who.at(locus::B), donors_->column(locus::B).dictionary, query(locus::B), who.at(locus::DPB1),
                 donors_->column(locus::DPB1).dictionary, query(locus::DPB1), donors_->names()->tce_version(request.tce_version));
}

void search_agent::check_units(const patient& who, const search_request& request) const {
    const auto check = [&](const char* option, const char* field) {
        if (donors_->field(field) == nullptr) refuse(option, "", std::string("the donors have no field ") + field);
        if (!field_comparison(*donors_, who, request.on).patient_has_weight())
            refuse(option, who.id, "the patient has no weight_kg, and doses are asked for each kilogram");
    };
    if (request.cord_units && donors_->field("type") == nullptr)
        refuse("type", "", "the donors have no field type, so none of them is known to be a cord unit: add a column type with cord "
                           "(or C) and adult (or D)");
    if (request.min_tnc_per_kg) check("min_tnc_per_kg", "tnc");
    if (request.min_cd34_per_kg) check("min_cd34_per_kg", "cd34");
}

match_list search_agent::new_list(std::shared_ptr<const patient> who, const search_request& request) const {
    match_list list;
    list.donors = donors_;
    list.who = std::move(who);
    list.loci = request.loci;
    list.also = shown_loci(request, *donors_);
    list.rules = request.rules;
    list.tce_version = donors_->names()->tce_version(request.tce_version);
    list.order = request.order;
    list.on = request.on;
    return list;
}

void search_agent::compare_at(match_list& list, std::size_t from) {
    const std::size_t width = list.width();
    list.outcomes.resize(list.hits.size() * width);
    for (std::size_t at = from; at < width; ++at) {
        const locus l = at < list.loci.size() ? list.loci[at] : list.also[at - list.loci.size()];
        locus_query& of = query(l);
        for (std::size_t i = 0; i < list.hits.size(); ++i)
            list.outcomes[i * width + at] = of.outcome(donors_->code(l, list.hits[i].donor));
    }
}

void search_agent::add_facts(match_list& list) {
    list.facts.resize(list.hits.size());
    for (std::size_t i = 0; i < list.hits.size(); ++i) {
        const donor_index d = list.hits[i].donor;
        list.facts[i] = facts_.facts(donors_->code(locus::B, d), donors_->code(locus::DPB1, d));
    }
    for (const locus l : {locus::DRB345, locus::DQB1, locus::DPB1}) {
        if (donors_->column(l).typed == 0 || list.who->at(l).untyped()) continue;
        for (std::size_t i = 0; i < list.hits.size(); ++i)
            list.facts[i].low_expression_gvh = static_cast<std::uint8_t>(
                list.facts[i].low_expression_gvh + unpack(query(l).outcome(donors_->code(l, list.hits[i].donor))).gvh);
    }
}

match_probabilities search_agent::predict(const match_list& list, const search_request& request) {
    const patient& who = *list.who;
    const std::size_t loci = list.loci.size();
    const std::size_t hits = list.hits.size();
    match_probabilities all(request.genotypes, loci);
    all.resize(hits);
    const person_typing typing = who.typing();
    const auto predict_some = [&](predictors& by, std::size_t begin, std::size_t end) {
        std::array<count_range, locus_count> counts;
        for (std::size_t i = begin; i < end; ++i) {
            for (std::size_t l = 0; l < loci; ++l) {
                const locus_outcome o = list.outcome(i, l);
                counts[l] = {o.mismatches, o.mismatches_max};
            }
            const donor_index d = list.hits[i].donor;
            all.set(i, by.mismatches.predict(d, std::span(counts).first(loci)), by.tce.predict(d));
        }
    };
    if (predicting_ != request.genotypes || predicting_by_ != request.rules || predicting_version_ != list.tce_version) {
        predicting_ = request.genotypes;
        predicting_by_ = request.rules;
        predicting_version_ = list.tce_version;
        predictors_.emplace(match_predictor(predicting_, request.rules.homozygous_once), tce_predictor(predicting_, list.tce_version));
    }
    auto& [mismatches, tce] = *predictors_;
    mismatches.start(who.id, who.field("population"), typing, request.loci);
    tce.start(who.id, who.field("population"), typing, request.loci);
    all.patient_explained = mismatches.patient_explained();
    all.patient_set = mismatches.patient_set();
    all.predicts_tce = tce.possible();
    const std::size_t threads = request.threads == 0 ? all_threads() : request.threads;
    if (threads == 1 || hits <= prediction_block) {
        predict_some(*predictors_, 0, hits);
        return all;
    }
    // A predictor keeps what it worked out for the next block.
    parallel_for_blocks_with(hits, prediction_block, threads, [&] { return predictors(*predictors_); }, predict_some);
    return all;
}

match_list search_agent::search(std::shared_ptr<const patient> who, const search_request& request,
                                const donor_filter& filter) {
    start(*who, request);
    match_list all = new_list(who, request);

    scan_plan plan;
    plan.min_mismatches = request.min_mismatches;
    plan.max_mismatches = request.max_mismatches;
    plan.cluster_begins = donors_->cluster_begins();
    for (std::size_t i = 0; i < request.loci.size(); ++i) {
        const locus l = request.loci[i];
        const registry::locus_column& column = donors_->column(l);
        // Against an untyped patient, and at a locus where nobody is typed, nothing can mismatch.
        if (who->at(l).untyped() || column.typed == 0) continue;
        const auto counts = query(l).counts(request.count, limit_at(request, l));
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
    if (const donor_availability can_be_had(*donors_, who->id, request.on); !can_be_had.offers_all())
        std::erase_if(found, [&](std::uint32_t place) { return can_be_had.refused(places[place]) != refused_offer::none; });
    if (!filter.takes_all() && !filter.asks_probabilities())
        std::erase_if(found, [&](std::uint32_t place) { return !filter(places[place]); });
    if (request.cord_units || request.min_tnc_per_kg || request.min_cd34_per_kg) {
        const field_comparison fields(*donors_, *who, request.on);
        std::erase_if(found, [&](std::uint32_t place) { return !is_wanted_unit(fields, places[place], request); });
    }

    const std::size_t width = all.width();
    all.hits.resize(found.size());
    all.outcomes.resize(found.size() * width);
    std::vector<outcome_sums> sums(found.size());
    for (std::size_t l = 0; l < request.loci.size(); ++l) {
        locus_query& of = query(request.loci[l]);
        const registry::locus_column& column = donors_->column(request.loci[l]);
        const auto take = [&](std::size_t i, packed_outcome o) {
            all.outcomes[i * width + l] = o;
            sums[i] += outcome_sums(o);
        };
        if (column.typed == 0) {
            const packed_outcome untyped = of.outcome(untyped_code);
            for (std::size_t i = 0; i < found.size(); ++i) take(i, untyped);
            continue;
        }
        column.codes.visit([&](auto codes) {
            for (std::size_t i = 0; i < found.size(); ++i) take(i, of.outcome(codes[found[i]]));
        });
    }
    for (std::size_t i = 0; i < found.size(); ++i) all.hits[i] = make_hit(places[found[i]], sums[i]);
    compare_at(all, request.loci.size());
    add_facts(all);
    if (request.genotypes) all.probabilities = predict(all, request);
    if (filter.asks_probabilities()) {
        std::vector<std::uint32_t> taken;
        for (std::uint32_t i = 0; i < all.hits.size(); ++i)
            if (filter(all.hits[i].donor, all.probabilities->row(i))) taken.push_back(i);
        all = rows_of(all, taken);
    }
    all.classes = count_classes(all);
    all.total = all.hits.size();
    return rows_of(all, ranker(all).best(request.top));
}

void search_agent::compare_blocks(const patient& who, const search_request& request, const block_visitor& visit) {
    start(who, request);
    const std::size_t width = request.loci.size();
    std::array<std::span<const summed_outcome>, locus_count> tables;
    for (std::size_t l = 0; l < width; ++l) tables[l] = query(request.loci[l]).outcomes();
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
    match_list list = new_list(std::move(who), request);
    list.has_ranks = false;
    list.total = donors_->size();
    list.hits.resize(donors_->size());
    const std::size_t width = list.width();
    list.outcomes.resize(donors_->size() * width);
    compare_blocks(*list.who, request, [&](std::span<const donor_index> donors, std::span<const outcome_sums> sums,
                                           std::span<const packed_outcome> outcomes) {
        for (std::size_t i = 0; i < sums.size(); ++i) {
            list.hits[donors[i]] = make_hit(donors[i], sums[i]);
            for (std::size_t l = 0; l < request.loci.size(); ++l)
                list.outcomes[donors[i] * width + l] = outcomes[l * sums.size() + i];
        }
    });
    compare_at(list, request.loci.size());
    add_facts(list);
    if (request.genotypes) list.probabilities = predict(list, request);
    list.classes = count_classes(list);
    return list;
}

match_list search_agent::compare_one(std::shared_ptr<const patient> who, donor_index donor,
                                     const search_request& request) {
    start(*who, request);
    match_list list = new_list(std::move(who), request);
    list.has_ranks = false;
    list.total = 1;
    list.hits.push_back({donor});
    compare_at(list, 0);
    outcome_sums sums;
    for (std::size_t l = 0; l < list.loci.size(); ++l) sums += outcome_sums(list.outcomes[l]);
    list.hits.front() = make_hit(donor, sums);
    add_facts(list);
    if (request.genotypes) list.probabilities = predict(list, request);
    list.classes = count_classes(list);
    return list;
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
