// SPDX-License-Identifier: Apache-2.0
#include "estimation_people.hpp"

#include <algorithm>
#include <bit>
#include <numeric>
#include <optional>

namespace allomatch::estimation {

namespace {

constexpr unsigned key_bits = 128;

std::vector<allele_number> sorted(std::vector<allele_number> numbers) {
    std::sort(numbers.begin(), numbers.end());
    numbers.erase(std::unique(numbers.begin(), numbers.end()), numbers.end());
    return numbers;
}

/// The alleles of a position; null ones beside expressed ones as the registry does it. Nothing for NEW.
std::optional<std::vector<allele_number>> alleles_of(const nomenclature& names, const reading& r, null_policy nulls,
                                                     allele_numbers& numbers) {
    if (r.what != reading::kind::alleles) return std::nullopt;
    const bool drop = nulls == null_policy::ignore_inside_ambiguity && !null_only(names, r);
    std::vector<allele_number> found;
    r.alleles.for_each([&](allele_id id) {
        if (!drop || !names.is_null(id)) found.push_back(numbers.of(id));
    });
    return sorted(std::move(found));
}

/// The first two fields of a name, and its suffix.
std::pair<std::string, std::string> two_fields_of(const std::string& text) {
    const bool has_suffix = allele_name::suffixes.find(text.back()) != std::string_view::npos;
    const std::string fields = text.substr(0, text.size() - (has_suffix ? 1 : 0));
    std::size_t end = fields.find(':');
    if (end != std::string::npos) end = fields.find(':', end + 1);
    return {fields.substr(0, end), text.substr(fields.size())};
}

std::size_t in_both(const alternative& a) {
    std::vector<allele_number> common;
    std::set_intersection(a.first.begin(), a.first.end(), a.second.begin(), a.second.end(), std::back_inserter(common));
    return common.size();
}

}  // namespace

allele_numbers::allele_numbers(locus l, haplotype_unit unit, const nomenclature& names) : locus_(l), unit_(unit), names_(&names) {
    if (unit == haplotype_unit::match_class || names.names_only()) return;
    for (allele_id id = 0; id < names.allele_count(); ++id) {
        if (locus_of(names.gene_of(id)) != l) continue;
        auto [stem, suffix] = two_fields_of(names.allele_text(id));
        const auto [it, added] = suffixes_.try_emplace(std::move(stem), suffix);
        if (!added && it->second != suffix) it->second.clear();
    }
}

std::string allele_numbers::text_of(allele_id id) const {
    if (unit_ == haplotype_unit::match_class && !names_->is_null(id)) return names_->class_text(names_->class_of(id));
    const auto [stem, suffix] = two_fields_of(names_->allele_text(id));
    const bool kept = names_->is_null(id) || names_->names_only() || suffixes_.at(stem) == suffix;
    return kept ? stem + suffix : stem;
}

allele_number allele_numbers::of(std::string text) {
    const auto [it, added] = by_text_.try_emplace(std::move(text), static_cast<allele_number>(texts_.size()));
    if (added) texts_.push_back(it->first);
    return it->second;
}

allele_number allele_numbers::of(allele_id id) {
    const auto [it, added] = by_allele_.try_emplace(id, 0);
    if (added) it->second = of(text_of(id));
    return it->second;
}

allele_number allele_numbers::of(const haplotype_allele& written) {
    if (unit_ == haplotype_unit::match_class && !written.is_null()) return of(names_->class_text(written.matched));
    std::optional<allele_id> first;
    written.alleles.for_each([&](allele_id id) {
        if (!first) first = id;
    });
    return of(*first);
}

typed_people::typed_people(const registry& donors, const estimation_options& options, std::span<const donor_index> people) {
    for (const locus l : options.loci) alleles_.emplace_back(l, options.unit, *donors.names());
    read_texts(donors, options);
    if (options.prior) read_prior(*options.prior, options);
    group(donors, options, people);
    open_untyped();
    place_keys();
}

void typed_people::read_texts(const registry& donors, const estimation_options& options) {
    const nomenclature& names = *donors.names();
    choices_.resize(options.loci.size());
    choice_of_text_.resize(options.loci.size());
    for (std::size_t at = 0; at < options.loci.size(); ++at) {
        const registry::locus_column& column = donors.column(options.loci[at]);
        std::map<locus_choice, std::uint32_t> known;
        choices_[at].push_back({});
        choice_of_text_[at].push_back(untyped_choice);
        for (std::size_t text = 1; text < column.texts.size(); ++text) {
            person_typing typed;
            typed.add(options.loci[at], column.readings[text], column.texts[text]);
            locus_choice choice;
            choice.phase = typed.phase[index(options.loci[at])];
            bool named = true;
            for (const reading_pair& pair : typed.readings[index(options.loci[at])]) {
                const bool blank_first = pair[0].what == reading::kind::blank;
                const bool blank_second = pair[1].what == reading::kind::blank;
                auto first = alleles_of(names, pair[blank_first ? 1 : 0], donors.nulls(), alleles_[at]);
                auto second = alleles_of(names, pair[blank_second ? 0 : 1], donors.nulls(), alleles_[at]);
                named = named && first && second;
                if (!named) break;
                if (choice.phase.empty() && *second < *first) std::swap(first, second);
                choice.alternatives.push_back({*std::move(first), *std::move(second)});
            }
            if (choice.phase.empty()) std::sort(choice.alternatives.begin(), choice.alternatives.end());
            if (!named) {
                choice_of_text_[at].push_back(new_allele_choice);
                continue;
            }
            const auto [it, added] = known.try_emplace(std::move(choice), static_cast<std::uint32_t>(choices_[at].size()));
            if (added) choices_[at].push_back(it->first);
            choice_of_text_[at].push_back(it->second);
        }
    }
}

void typed_people::read_prior(const haplotype_index& prior, const estimation_options& options) {
    std::vector<std::size_t> place;
    for (const locus l : options.loci) {
        const auto at = prior.position_of(l);
        if (!at)
            throw format_error(problem::with_value("prior", prior.set().name(), "the set has no locus " + std::string(name(l))));
        place.push_back(*at);
    }
    const haplotype_table& rows = prior.set().rows();
    const double sum = std::accumulate(rows.frequencies().begin(), rows.frequencies().end(), 0.0);
    for (std::size_t row = 0; row < rows.size(); ++row) {
        auto& numbers = prior_rows_.emplace_back();
        for (std::size_t at = 0; at < place.size(); ++at)
            numbers.push_back(alleles_[at].of(prior.set().allele(place[at], rows.codes(row)[place[at]])));
        prior_frequencies_.push_back(rows.frequency(row) / sum);
    }
}

void typed_people::group(const registry& donors, const estimation_options& options, std::span<const donor_index> people) {
    std::map<std::array<std::uint32_t, locus_count>, std::uint32_t> known;
    std::vector<const packed_column*> texts;
    for (const locus l : options.loci)
        texts.push_back(donors.column(l).typed == 0 ? nullptr : &donors.column(l).text_codes);
    typing_of_.reserve(people.size());
    for (const donor_index d : people) {
        std::array<std::uint32_t, locus_count> choices{};
        bool unnamed = false;
        bool typed = false;
        for (std::size_t at = 0; at < texts.size(); ++at) {
            if (texts[at] == nullptr) continue;
            choices[at] = choice_of_text_[at][(*texts[at])[d]];
            unnamed = unnamed || choices[at] == new_allele_choice;
            typed = typed || choices[at] != untyped_choice;
        }
        if (unnamed || !typed) {
            ++(unnamed ? new_alleles_ : untyped_);
            typing_of_.push_back(left_out);
            continue;
        }
        const auto [it, added] = known.try_emplace(choices, static_cast<std::uint32_t>(typings_.size()));
        if (added) typings_.push_back({choices, 0});
        ++typings_[it->second].people;
        ++people_;
        typing_of_.push_back(it->second);
    }
}

void typed_people::open_untyped() {
    for (std::size_t at = 0; at < width(); ++at) {
        std::vector<bool> used(choices_[at].size());
        for (const typing& t : typings_) used[t.choices[at]] = true;
        if (!used[untyped_choice]) continue;
        std::vector<allele_number> alone;
        std::vector<allele_number> listed;
        const auto see = [&](const std::vector<allele_number>& side) {
            if (side.size() == 1) alone.push_back(side.front());
            listed.insert(listed.end(), side.begin(), side.end());
        };
        for (std::size_t i = 1; i < choices_[at].size(); ++i) {
            if (!used[i]) continue;
            for (const alternative& a : choices_[at][i].alternatives) {
                see(a.first);
                see(a.second);
            }
        }
        for (const auto& row : prior_rows_) alone.push_back(row[at]);
        const auto open = sorted(std::move(alone.empty() ? listed : alone));
        if (open.empty() && people_ != 0)
            throw format_error(problem::with_value("loci", alleles_[at].where(), "nobody is typed at this locus"));
        choices_[at][untyped_choice].alternatives = {{open, open}};
    }
}

void typed_people::place_keys() {
    unsigned shift = 0;
    for (std::size_t at = 0; at < width(); ++at) {
        const std::size_t count = alleles_[at].texts().size();
        const auto bits = static_cast<unsigned>(std::bit_width(count));
        shifts_.push_back(shift);
        masks_.push_back(static_cast<allele_number>((std::uint64_t{1} << bits) - 1));
        shift += bits;
    }
    if (shift > key_bits)
        throw format_error(problem::with_value("loci", std::to_string(width()), "too many alleles at so many loci"));
    for (std::size_t row = 0; row < prior_rows_.size(); ++row) {
        haplotype_key whole = 0;
        for (std::size_t at = 0; at < width(); ++at) whole |= key(at, prior_rows_[row][at]);
        prior_.emplace_back(whole, prior_frequencies_[row]);
    }
}

double typed_people::pair_bound(const typing& t) const {
    double ordered = 1;
    double alike = 1;
    for (std::size_t at = 0; at < width(); ++at) {
        double here = 0;
        double same = 0;
        for (const alternative& a : choice(t, at).alternatives) {
            const auto common = static_cast<double>(in_both(a));
            here += 2 * static_cast<double>(a.first.size()) * static_cast<double>(a.second.size()) - common * common;
            same += common;
        }
        ordered *= here;
        alike *= same;
    }
    return (ordered + alike) / 2;
}

}  // namespace allomatch::estimation
