// SPDX-License-Identifier: Apache-2.0
#include "core/random.hpp"
#include "estimation_input.hpp"

#include <allomatch/core/parallel.hpp>
#include <allomatch/haplotype/estimation.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <numeric>
#include <thread>

namespace allomatch {

namespace {

using namespace estimation;

constexpr std::uint64_t bootstrap_stream = 2;

[[noreturn]] void refuse(std::string_view option, const std::string& text, std::string reason) {
    throw format_error(problem::with_value(option, text, std::move(reason)));
}

std::string text_of(const typed_people& people, haplotype_key key) {
    std::string text;
    for (std::size_t at = 0; at < people.width(); ++at) {
        if (at != 0) text += '~';
        text += people.allele_texts(at)[people.allele(at, key)];
    }
    return text;
}

/// Whether some pair of a typing is of kept haplotypes only.
bool explained(const pair_lists& lists, std::size_t list, const std::vector<bool>& kept) {
    return std::any_of(lists.begin_of(list), lists.end_of(list), [&](const auto& pair) { return kept[pair[0]] && kept[pair[1]]; });
}

/// Haplotypes that are not cut, the most frequent first.
std::vector<haplotype_number> chosen(const typed_people& people, const estimation_input& in, const frequency_vector& f,
                                     const std::optional<double>& cut, haplotype_estimate& out) {
    std::vector<bool> keep(static_cast<std::size_t>(f.size()));
    for (std::size_t h = 0; h < keep.size(); ++h) {
        const double here = f[static_cast<Eigen::Index>(h)];
        keep[h] = here > 0 && here >= cut.value_or(estimation_options::as_good_as_none);
    }
    std::vector<std::size_t> unexplained;
    for (std::size_t i = 0; i < in.lists.size(); ++i)
        if (!explained(in.lists, i, keep)) unexplained.push_back(i);
    for (const std::size_t i : unexplained) {
        if (cut) {
            out.cut_people += static_cast<std::size_t>(in.people_of_list[i]);
            continue;
        }
        for (auto pair = in.lists.begin_of(i); pair != in.lists.end_of(i); ++pair)
            if (f[(*pair)[0]] > 0 && f[(*pair)[1]] > 0) keep[(*pair)[0]] = keep[(*pair)[1]] = true;
    }
    std::vector<haplotype_number> kept;
    std::vector<std::string> texts(keep.size());
    for (std::size_t h = 0; h < keep.size(); ++h) {
        if (!keep[h]) continue;
        kept.push_back(static_cast<haplotype_number>(h));
        texts[h] = text_of(people, in.haplotypes.keys()[h]);
    }
    std::sort(kept.begin(), kept.end(), [&](haplotype_number a, haplotype_number b) {
        return f[a] != f[b] ? f[a] > f[b] : texts[a] < texts[b];
    });
    return kept;
}

void write_haplotypes(const typed_people& people, const estimation_input& in, const frequency_vector& f,
                      std::span<const haplotype_number> kept, haplotype_estimate& out) {
    const frequency_vector prior = in.prior_copies();
    const double copies = 2 * static_cast<double>(out.people) + prior.sum();
    for (std::size_t at = 0; at < people.width(); ++at) out.names.push_back(people.allele_texts(at));
    for (const haplotype_number h : kept) {
        for (std::size_t at = 0; at < people.width(); ++at) out.codes.push_back(people.allele(at, in.haplotypes.keys()[h]));
        out.frequencies.push_back(f[h]);
        out.copies.push_back(std::max(0.0, f[h] * copies - prior[h]));
    }
    out.cut_haplotypes = static_cast<std::size_t>((f > 0).count()) - kept.size();
    out.cut_mass = std::max(0.0, f.sum() - std::accumulate(out.frequencies.begin(), out.frequencies.end(), 0.0));
    if (out.cut_haplotypes == 0) out.cut_mass = 0;
}

void write_probabilities(const typed_people& people, const estimation_input& in, const frequency_vector& f, haplotype_estimate& out) {
    std::vector<double> of_typing(people.typings().size(), std::numeric_limits<double>::quiet_NaN());
    for (std::size_t i = 0; i < in.lists.size(); ++i) {
        double total = 0;
        for (auto pair = in.lists.begin_of(i); pair != in.lists.end_of(i); ++pair) {
            const auto [a, b] = *pair;
            total += f[a] * f[b] * (a == b ? 1 : 2);
        }
        of_typing[in.typing_of_list[i]] = std::log(total);
        out.log_likelihood += in.people_of_list[i] * std::log(total);
    }
    for (const std::uint32_t typing : people.typing_of())
        out.log_probability.push_back(typing == typed_people::left_out ? std::numeric_limits<double>::quiet_NaN()
                                                                       : of_typing[typing]);
}

/// Estimates from people drawn with replacement, each begun as the estimate itself was.
void write_intervals(const estimation_input& in, const frequency_vector& start, std::span<const haplotype_number> kept,
                     const estimation_options& options, const estimation_progress& progress, haplotype_estimate& out) {
    const weighted_choice draw(in.people_of_list);
    std::vector<std::vector<double>> samples(options.bootstrap);
    const auto sample = [&](std::size_t b) {
        random_generator random(options.seed, bootstrap_stream, b);
        std::vector<double> drawn(in.people_of_list.size());
        for (std::size_t i = 0; i < out.people; ++i) ++drawn[draw(random)];
        pair_lists lists;
        std::vector<double> people;
        for (std::size_t i = 0; i < drawn.size(); ++i) {
            if (drawn[i] == 0) continue;
            lists.pairs.insert(lists.pairs.end(), in.lists.begin_of(i), in.lists.end_of(i));
            lists.end_list();
            people.push_back(drawn[i]);
        }
        const maximum found = maximise({std::move(lists), people, in.prior_copies()}, start, {options.stop, options.most_iterations, 1});
        for (const haplotype_number h : kept) samples[b].push_back(found.frequencies[h]);
    };
    const auto caller = std::this_thread::get_id();
    std::atomic<std::size_t> done = 0;
    std::size_t reported = 0;
    const auto report = [&](std::size_t count) {
        if (progress) progress(out.trace.size() + count, 0, out.log_likelihood);
        reported = count;
    };
    parallel_for_blocks(options.bootstrap, 1, options.threads, [&](std::size_t begin, std::size_t end) {
        for (std::size_t b = begin; b < end; ++b) {
            sample(b);
            const std::size_t count = ++done;
            if (std::this_thread::get_id() == caller) report(count);
        }
    });
    if (reported != options.bootstrap) report(options.bootstrap);
    const auto n = static_cast<double>(options.bootstrap);
    std::vector<double> values(options.bootstrap);
    for (std::size_t i = 0; i < kept.size(); ++i) {
        for (std::size_t b = 0; b < values.size(); ++b) values[b] = samples[b][i];
        std::sort(values.begin(), values.end());
        const double mean = std::accumulate(values.begin(), values.end(), 0.0) / n;
        double squares = 0;
        for (const double v : values) squares += (v - mean) * (v - mean);
        out.standard_errors.push_back(std::sqrt(squares / (n - 1)));
        const auto percentile = [&](double part) {
            const double at = part * (n - 1);
            const auto below = static_cast<std::size_t>(at);
            const std::size_t above = std::min(below + 1, values.size() - 1);
            return values[below] + (at - static_cast<double>(below)) * (values[above] - values[below]);
        };
        out.low.push_back(percentile((1 - options.level) / 2));
        out.high.push_back(percentile((1 + options.level) / 2));
    }
}

constexpr std::array<std::string_view, 2> unit_names{"class", "two_fields"};
constexpr std::array<std::string_view, 4> start_names{"occurrence", "uniform", "random", "prior"};

}  // namespace

std::string_view name(haplotype_unit unit) noexcept { return unit_names[static_cast<std::size_t>(unit)]; }
std::string_view name(estimation_start start) noexcept { return start_names[static_cast<std::size_t>(start)]; }

haplotype_unit haplotype_unit_from_name(std::string_view text) {
    const auto* const it = std::find(unit_names.begin(), unit_names.end(), text);
    if (it == unit_names.end()) refuse("unit", std::string(text), "expected class or two_fields");
    return static_cast<haplotype_unit>(it - unit_names.begin());
}

estimation_start estimation_start_from_name(std::string_view text) {
    const auto* const it = std::find(start_names.begin(), start_names.end(), text);
    if (it == start_names.end()) refuse("start", std::string(text), "expected occurrence, uniform, random or prior");
    return static_cast<estimation_start>(it - start_names.begin());
}

void validate(const estimation_options& options) {
    if (options.loci.empty()) refuse("loci", "", "name at least one locus");
    for (std::size_t i = 0; i < options.loci.size(); ++i) {
        const std::string text(name(options.loci[i]));
        if (options.loci[i] == locus::DRB345) refuse("loci", text, "a blank there may be an absent gene, which is not estimated");
        if (std::find(options.loci.begin(), options.loci.begin() + static_cast<std::ptrdiff_t>(i), options.loci[i]) !=
            options.loci.begin() + static_cast<std::ptrdiff_t>(i))
            refuse("loci", text, "the locus is named twice");
    }
    const auto number = [](double x) { return std::to_string(x); };
    if (!(options.stop >= 0 && options.stop < 1)) refuse("stop", number(options.stop), "expected 0 or a small number below 1");
    if (options.cut && !(*options.cut >= 0 && *options.cut < 1))
        refuse("cut", number(*options.cut), "expected 0 or a small number below 1");
    if (!(options.level > 0 && options.level < 1)) refuse("level", number(options.level), "expected a number between 0 and 1");
    if (!(options.prior_people >= 0 && options.prior_people <= estimation_options::most_prior_people))
        refuse("prior_people", number(options.prior_people), "expected 0 or a number of people, at most 1e9");
    if (options.starts == 0) refuse("starts", "0", "expected at least one start");
    if (options.most_iterations == 0) refuse("most_iterations", "0", "expected at least one iteration");
    if (options.bootstrap != 0 && options.bootstrap < estimation_options::fewest_samples)
        refuse("bootstrap", std::to_string(options.bootstrap), "expected 0, or at least 20 samples: fewer tell no interval");
    if (!options.prior && (options.start == estimation_start::prior || options.prior_people > 0))
        refuse("prior", "", "an old estimate is needed for that start, or for its people");
}

std::string haplotype_estimate::haplotype_text(std::size_t row) const {
    std::string text;
    for (std::size_t at = 0; at < loci.size(); ++at) {
        if (at != 0) text += '~';
        text += names[at][codes[row * loci.size() + at]];
    }
    return text;
}

frequency_set haplotype_estimate::set(std::string name, const nomenclature::pointer& nomenclature) const {
    frequency_set_builder builder(std::move(name), loci, nomenclature);
    std::vector<std::string_view> row(loci.size());
    for (std::size_t i = 0; i < size(); ++i) {
        for (std::size_t at = 0; at < loci.size(); ++at) row[at] = names[at][codes[i * loci.size() + at]];
        if (auto refused = builder.add(row, std::min(frequencies[i], 1.0))) throw format_error(*std::move(refused));
    }
    return std::move(builder).build(false);
}

haplotype_estimate estimate_frequencies(const registry& donors, const estimation_options& options,
                                        std::optional<std::span<const donor_index>> people,
                                        const estimation_progress& progress) {
    validate(options);
    if (options.prior && options.prior->set().names() != donors.names())
        refuse("prior", options.prior->set().name(), "the set was read with another nomenclature than the donors");
    std::vector<donor_index> everyone;
    if (!people) {
        everyone.resize(donors.size());
        std::iota(everyone.begin(), everyone.end(), donor_index{0});
        people = everyone;
    }
    const typed_people typed(donors, options, *people);
    if (typed.people() == 0) refuse("loci", "", "nobody is typed at these loci");
    const estimation_input in = gather(typed, options);
    if (in.lists.size() == 0) {
        const char* groups = options.unit == haplotype_unit::two_fields ? ", or classes as the unit: a G group has many names of two fields" : "";
        refuse("most_pairs", std::to_string(options.most_pairs),
               std::string("no typing is clear enough to begin with: all have more haplotype pairs; more of them or fewer loci may help") + groups);
    }

    haplotype_estimate out;
    const iteration_limits limits{options.stop, options.most_iterations, options.threads};
    maximum best;
    frequency_vector best_start;
    for (std::size_t s = 0; s < options.starts; ++s) {
        const estimation_start start = s == 0 ? options.start : estimation_start::random;
        frequency_vector from = start_of(in, start, options.seed, s);
        maximum found = maximise(in.likelihood(), from, limits, progress);
        out.log_likelihood_of_starts.push_back(found.log_likelihood);
        if (s != 0 && found.log_likelihood <= best.log_likelihood) continue;
        best = std::move(found);
        best_start = std::move(from);
    }

    out.loci = options.loci;
    out.converged = best.converged;
    out.trace = std::move(best.trace);
    out.typings = typed.typings().size();
    out.haplotypes = in.haplotypes.size();
    out.pairs = in.lists.pairs.size();
    out.resolved_by_others = in.resolved_by_others;
    out.too_ambiguous = in.too_ambiguous;
    out.people = typed.people() - in.too_ambiguous;
    out.untyped = typed.untyped();
    out.new_alleles = typed.new_alleles();
    const auto kept = chosen(typed, in, best.frequencies, options.cut, out);
    write_haplotypes(typed, in, best.frequencies, kept, out);
    write_probabilities(typed, in, best.frequencies, out);
    if (options.bootstrap != 0) write_intervals(in, best_start, kept, options, progress, out);
    return out;
}

}  // namespace allomatch
