// SPDX-License-Identifier: Apache-2.0
#include <allomatch/core/parallel.hpp>
#include <allomatch/haplotype/donor_genotypes.hpp>
#include <allomatch/haplotype/imputation.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>
#include <numeric>

namespace allomatch {

namespace {

constexpr std::size_t text_block = 64;
constexpr std::size_t typing_block = 256;

std::uint64_t mixed(std::uint64_t hash, std::uint64_t part) {
    hash = (hash ^ part) * 0x9E37'79B9'7F4A'7C15U;
    return hash ^ hash >> 32;
}

}  // namespace

set_view view_person(const populations& sets, const populations::choice& choice, const person_typing& typing,
                     std::span<const locus> loci) {
    set_view out;
    if (!choice.empty()) out.set = choice.front();
    for (const population_number number : choice) {
        const haplotype_index& index = sets[number];
        out.contents.clear();
        bool certain = true;
        for (const locus l : loci) {
            const auto at = index.position_of(l);
            if (!at) continue;
            const auto readings = typing.readings[allomatch::index(l)];
            const auto content = readings.empty() ? std::nullopt : certain_content(index, *at, readings);
            certain = certain && content.has_value();
            out.contents.push_back(content.value_or(locus_content{}));
        }
        if (!certain) {
            out.own = std::make_unique<const diplotypes>(find_diplotypes(index, typing));
            out.pairs = out.own.get();
            if (out.pairs->empty()) continue;
        }
        out.explained = true;
        out.certain = certain;
        out.set = number;
        return out;
    }
    out.pairs = nullptr;
    return out;
}

donor_genotypes::donor_genotypes(std::shared_ptr<const registry> donors, std::shared_ptr<const populations> sets,
                                 std::size_t threads, std::size_t keep)
    : donors_(std::move(donors)), sets_(std::move(sets)), keep_(keep) {
    if (donors_->names() != sets_->names())
        throw format_error(problem::with_value("frequencies", sets_->listed(),
                                               "the sets were read with another nomenclature than the donors"));
    // Populations, by their word.
    std::map<populations::choice, std::uint32_t> number_of;
    const auto number = [&](const populations::choice& c) {
        const auto [it, added] = number_of.try_emplace(c, static_cast<std::uint32_t>(choices_.size()));
        if (added) choices_.push_back(c);
        return it->second;
    };
    const field_column* population = donors_->field("population");
    std::vector<std::uint32_t> choice_of_word;
    if (population == nullptr) {
        choice_of_word.push_back(number(sets_->choose({})));
    } else {
        for (std::uint32_t word = 0; word < population->word_count(); ++word)
            choice_of_word.push_back(number(sets_->choose(population->word(word))));
    }

    std::array<bool, locus_count> wanted{};
    for (std::size_t s = 0; s < sets_->size(); ++s)
        for (const locus l : (*sets_)[static_cast<population_number>(s)].set().loci()) wanted[index(l)] = true;
    std::vector<const packed_column*> texts;
    for (std::size_t l = 0; l < locus_count; ++l) {
        const registry::locus_column& column = donors_->column(static_cast<locus>(l));
        if (wanted[l] && column.typed != 0) texts.push_back(&column.text_codes);
    }
    // Typings by their codes, in an open-addressing table that looks the codes up with a donor who has them.
    std::vector<std::uint32_t> table(std::bit_ceil(2 * donors_->size() + 1), 0);  // number of a typing, from 1
    typing_of_.reserve(donors_->size());
    for (donor_index d = 0; d < donors_->size(); ++d) {
        const std::uint32_t choice = choice_of_word[population == nullptr ? 0 : population->code(d)];
        if (choices_[choice].empty())  // says so
            static_cast<void>(sets_->choose_for(donors_->id(d), population == nullptr ? "" : population->word(population->code(d))));
        std::uint64_t hash = choice;
        for (const packed_column* column : texts) hash = mixed(hash, (*column)[d]);
        std::size_t slot = hash & (table.size() - 1);
        const auto same = [&](const distinct_typing& t) {
            return t.choice == choice &&
                   std::all_of(texts.begin(), texts.end(), [&](const auto* c) { return (*c)[d] == (*c)[t.example]; });
        };
        while (table[slot] != 0 && !same(typings_[table[slot] - 1])) slot = (slot + 1) & (table.size() - 1);
        if (table[slot] == 0) {
            typings_.push_back({d, 0, choice});
            table[slot] = static_cast<std::uint32_t>(typings_.size());
        }
        ++typings_[table[slot] - 1].donors;
        typing_of_.push_back(table[slot] - 1);
    }
    for (const auto& c : choices_) longest_choice_ = std::max(longest_choice_, c.size());

    meanings_.resize(sets_->size());
    for (std::size_t s = 0; s < sets_->size(); ++s) {
        const haplotype_index& set = (*sets_)[static_cast<population_number>(s)];
        meanings_[s].resize(set.width());
        for (std::size_t at = 0; at < set.width(); ++at) {
            const registry::locus_column& column = donors_->column(set.locus_at(at));
            auto& meanings = meanings_[s][at];
            meanings.assign(column.texts.size(), {locus_relation(set.outcome_count(at)), std::nullopt});
            parallel_for_blocks(column.texts.size(), text_block, threads, [&](std::size_t begin, std::size_t end) {
                for (std::size_t text = begin; text < end; ++text) {
                    if (column.readings[text].empty()) continue;
                    meanings[text] = {locus_relation(set, at, column.readings[text]),
                                      certain_content(set, at, column.readings[text])};
                }
            });
        }
    }
    kept_ = std::vector<cell>(typings_.size() * longest_choice_);
}

const donor_genotypes::text_meaning& donor_genotypes::meaning(population_number set, std::size_t at,
                                                              donor_index d) const noexcept {
    const registry::locus_column& column = donors_->column((*sets_)[set].locus_at(at));
    return meanings_[set][at][column.typed == 0 ? 0 : column.text_codes[d]];
}

donor_genotypes::~donor_genotypes() {
    for (cell& c : kept_) delete c.load(std::memory_order_relaxed);
}

const diplotypes& donor_genotypes::pairs(std::uint32_t typing, std::size_t tried,
                                         std::unique_ptr<const diplotypes>& own) const {
    cell& place = kept_[typing * longest_choice_ + tried];
    if (const diplotypes* kept = place.load(std::memory_order_acquire)) return *kept;
    const distinct_typing& t = typings_[typing];
    const population_number set = choices_[t.choice][tried];
    const haplotype_index& index = (*sets_)[set];
    typing_relations all;
    bool phased = false;
    for (std::size_t at = 0; at < index.width(); ++at) {
        all.at.push_back(&meaning(set, at, t.example).relation);
        phased = phased || donors_->typing_text(index.locus_at(at), t.example).find('~') != std::string_view::npos;
    }
    if (phased) all.blocks = phased_blocks(index, donors_->typing(t.example));
    auto found = std::make_unique<diplotypes>(find_diplotypes(index, all));
    found->haplotypes.shrink_to_fit();
    found->pairs.shrink_to_fit();
    const std::size_t size = found->memory();
    if (bytes_.fetch_add(size, std::memory_order_relaxed) + size <= keep_) {
        const diplotypes* nobody = nullptr;
        if (place.compare_exchange_strong(nobody, found.get(), std::memory_order_acq_rel)) return *found.release();
        bytes_.fetch_sub(size, std::memory_order_relaxed);
        return *nobody;  // another thread was first
    }
    bytes_.fetch_sub(size, std::memory_order_relaxed);
    own = std::move(found);
    return *own;
}

void donor_genotypes::view(std::uint32_t typing, std::span<const locus> loci, set_view& out) const {
    const distinct_typing& t = typings_[typing];
    const populations::choice& choice = choices_[t.choice];
    out.explained = false;
    out.set = choice.front();
    for (std::size_t tried = 0; tried < choice.size(); ++tried) {
        const haplotype_index& index = (*sets_)[choice[tried]];
        out.contents.clear();
        bool certain = true;
        for (const locus l : loci) {
            const auto at = index.position_of(l);
            if (!at) continue;
            const text_meaning& m = meaning(choice[tried], *at, t.example);
            certain = certain && m.certain.has_value();
            if (!certain) break;
            out.contents.push_back(*m.certain);
        }
        if (!certain) {
            out.pairs = &pairs(typing, tried, out.own);
            if (out.pairs->empty()) continue;
        }
        out.explained = true;
        out.certain = certain;
        out.set = choice[tried];
        return;
    }
}

void donor_genotypes::prepare(std::size_t threads, const std::function<void(std::size_t, std::size_t)>& progress) const {
    std::atomic<std::size_t> done = 0;
    parallel_for_blocks(typings_.size(), typing_block, threads, [&](std::size_t begin, std::size_t end) {
        std::unique_ptr<const diplotypes> unkept;
        for (std::size_t typing = begin; typing < end; ++typing)
            for (std::size_t tried = 0; tried < choices_[typings_[typing].choice].size(); ++tried)
                if (!pairs(static_cast<std::uint32_t>(typing), tried, unkept).empty()) break;
        if (progress) progress(done += end - begin, typings_.size());
    });
}

donor_genotypes::coverage donor_genotypes::count_explained(std::size_t threads) const {
    constexpr population_number nobody = std::numeric_limits<population_number>::max();
    std::vector<population_number> set_of(typings_.size(), nobody);
    parallel_for_blocks(typings_.size(), typing_block, threads, [&](std::size_t begin, std::size_t end) {
        set_view seen;
        for (std::size_t typing = begin; typing < end; ++typing) {
            const auto& first = (*sets_)[choices_[typings_[typing].choice].front()];
            view(static_cast<std::uint32_t>(typing), first.set().loci(), seen);
            if (seen.explained) set_of[typing] = seen.set;
        }
    });
    coverage counts{std::vector<std::size_t>(sets_->size(), 0), 0};
    for (std::size_t typing = 0; typing < typings_.size(); ++typing)
        (set_of[typing] == nobody ? counts.unexplained : counts.explained[set_of[typing]]) += typings_[typing].donors;
    return counts;
}

std::vector<double> donor_genotypes::log10_probabilities(std::size_t threads) const {
    std::vector<double> sums;
    for (std::size_t s = 0; s < sets_->size(); ++s) {
        const auto frequencies = (*sets_)[static_cast<population_number>(s)].frequencies();
        sums.push_back(std::accumulate(frequencies.begin(), frequencies.end(), 0.0));
    }
    std::vector<double> found(typings_.size(), -std::numeric_limits<double>::infinity());
    parallel_for_blocks(typings_.size(), typing_block, threads, [&](std::size_t begin, std::size_t end) {
        std::unique_ptr<const diplotypes> unkept;
        for (std::size_t typing = begin; typing < end; ++typing) {
            const populations::choice& choice = choices_[typings_[typing].choice];
            for (std::size_t tried = 0; tried < choice.size(); ++tried) {
                const diplotypes& person = pairs(static_cast<std::uint32_t>(typing), tried, unkept);
                if (person.empty()) continue;
                found[typing] = std::log10(person.total) - 2 * person.scale * std::numbers::ln2 / std::numbers::ln10 -
                                2 * std::log10(sums[choice[tried]]);
                break;
            }
        }
    });
    return found;
}

std::string donor_genotypes::unexplained_reason(donor_index d) const {
    std::string reason;
    for (const population_number set : choices_[typings_[typing_of_[d]].choice])
        reason += (reason.empty() ? "" : "; ") + allomatch::unexplained_reason((*sets_)[set], donors_->typing(d));
    return reason;
}

std::size_t donor_genotypes::memory() const noexcept { return bytes_.load(std::memory_order_relaxed); }

}  // namespace allomatch
