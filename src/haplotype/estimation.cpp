// SPDX-License-Identifier: Apache-2.0
#include "core/random.hpp"
#include "estimation_input.hpp"

#include <allomatch/core/parallel.hpp>
#include <allomatch/haplotype/estimation.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

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

/// Haplotypes that are not cut, the most frequent first.
std::vector<haplotype_number> chosen(const typed_people& people, const estimation_input& in, const frequency_vector& f, double cut) {
    std::vector<haplotype_number> kept;
    for (Eigen::Index h = 0; h < f.size(); ++h)
        if (f[h] > 0 && f[h] >= cut) kept.push_back(static_cast<haplotype_number>(h));
    std::vector<std::string> texts(static_cast<std::size_t>(f.size()));
    for (const haplotype_number h : kept) texts[h] = text_of(people, in.haplotypes.keys()[h]);
    std::sort(kept.begin(), kept.end(), [&](haplotype_number a, haplotype_number b) {
        return f[a] != f[b] ? f[a] > f[b] : texts[a] < texts[b];
    });
    return kept;
}

void write_haplotypes(const typed_people& people, const estimation_input& in, const frequency_vector& f,
                      std::span<const haplotype_number> kept, haplotype_estimate& out) {
    for (std::size_t at = 0; at < people.width(); ++at) out.names.push_back(people.allele_texts(at));
    for (const haplotype_number h : kept) {
        for (std::size_t at = 0; at < people.width(); ++at) out.codes.push_back(people.allele(at, in.haplotypes.keys()[h]));
        out.frequencies.push_back(f[h]);
    }
    out.cut_haplotypes = static_cast<std::size_t>((f > 0).count()) - kept.size();
    out.cut_mass = std::max(0.0, f.sum() - std::accumulate(out.frequencies.begin(), out.frequencies.end(), 0.0));
    if (out.cut_haplotypes == 0) out.cut_mass = 0;
}

void write_probabilities(const typed_people& people, const estimation_input& in, const frequency_vector& f, haplotype_estimate& out) {
    std::vector<double> of_typing(people.typings().size(), std::numeric_limits<double>::quiet_NaN());
    for (std::size_t i = 0; i < in.lists.size(); ++i) {
        double total = 0;
        for (std::size_t k = in.lists.begins[i]; k < in.lists.begins[i + 1]; ++k) {
            const auto [a, b] = in.lists.pairs[k];
            total += f[a] * f[b] * (a == b ? 1 : 2);
        }
        of_typing[in.typing_of_list[i]] = std::log(total);
        out.log_likelihood += in.people_of_list[i] * std::log(total);
    }
    for (const std::uint32_t typing : people.typing_of())
        out.log_probability.push_back(typing == typed_people::left_out ? std::numeric_limits<double>::quiet_NaN()
                                                                       : of_typing[typing]);
}

/// Only the pairs of haplotypes that the estimate has.
pair_lists among(const pair_lists& lists, const frequency_vector& f) {
    pair_lists out;
    for (std::size_t i = 0; i < lists.size(); ++i) {
        for (std::size_t k = lists.begins[i]; k < lists.begins[i + 1]; ++k) {
            const auto [a, b] = lists.pairs[k];
            if (f[a] > 0 && f[b] > 0) out.pairs.push_back({a, b});
        }
        out.end_list();
    }
    return out;
}

void write_intervals(const estimation_input& in, const frequency_vector& f, std::span<const haplotype_number> kept,
                     const estimation_options& options, haplotype_estimate& out) {
    const pair_lists possible = among(in.lists, f);
    const weighted_choice draw(in.people_of_list);
    const auto people = static_cast<std::size_t>(std::accumulate(in.people_of_list.begin(), in.people_of_list.end(), 0.0));
    std::vector<std::vector<double>> samples(options.bootstrap);
    parallel_for_blocks(options.bootstrap, 1, options.threads, [&](std::size_t begin, std::size_t end) {
        for (std::size_t b = begin; b < end; ++b) {
            random_generator random(options.seed, bootstrap_stream, b);
            std::vector<double> drawn(in.people_of_list.size());
            for (std::size_t i = 0; i < people; ++i) ++drawn[draw(random)];
            pair_lists lists;
            std::vector<double> counts;
            for (std::size_t i = 0; i < drawn.size(); ++i) {
                if (drawn[i] == 0) continue;
                lists.pairs.insert(lists.pairs.end(), possible.pairs.begin() + static_cast<std::ptrdiff_t>(possible.begins[i]),
                                   possible.pairs.begin() + static_cast<std::ptrdiff_t>(possible.begins[i + 1]));
                lists.end_list();
                counts.push_back(drawn[i]);
            }
            const maximum found = maximise({std::move(lists), counts, in.prior_copies()}, f, {options.stop, options.most_iterations, 1});
            for (const haplotype_number h : kept) samples[b].push_back(found.frequencies[h]);
        }
    });
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
    if (!(options.cut >= 0 && options.cut < 1)) refuse("cut", number(options.cut), "expected 0 or a small number below 1");
    if (!(options.level > 0 && options.level < 1)) refuse("level", number(options.level), "expected a number between 0 and 1");
    if (!(options.prior_people >= 0 && std::isfinite(options.prior_people)))
        refuse("prior_people", number(options.prior_people), "expected 0 or a number of people");
    if (options.starts == 0) refuse("starts", "0", "expected at least one start");
    if (options.most_iterations == 0) refuse("most_iterations", "0", "expected at least one iteration");
    if (options.bootstrap == 1) refuse("bootstrap", "1", "expected 0, or at least 2 samples");
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
    if (in.lists.size() == 0) refuse("most_pairs", std::to_string(options.most_pairs), "everybody has more haplotype pairs; the unit class has the fewest");

    haplotype_estimate out;
    const iteration_limits limits{options.stop, options.most_iterations, options.threads};
    maximum best;
    for (std::size_t s = 0; s < options.starts; ++s) {
        const estimation_start start = s == 0 ? options.start : estimation_start::random;
        maximum found = maximise(in.likelihood(), start_of(in, start, options.seed, s), limits, progress);
        out.log_likelihood_of_starts.push_back(found.log_likelihood);
        if (s == 0 || found.log_likelihood > best.log_likelihood) best = std::move(found);
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
    const auto kept = chosen(typed, in, best.frequencies, options.cut);
    write_haplotypes(typed, in, best.frequencies, kept, out);
    write_probabilities(typed, in, best.frequencies, out);
    if (options.bootstrap != 0) write_intervals(in, best.frequencies, kept, options, out);
    return out;
}

}  // namespace allomatch
