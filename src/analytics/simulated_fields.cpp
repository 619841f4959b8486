// SPDX-License-Identifier: Apache-2.0
#include "simulated_fields.hpp"

#include <algorithm>

namespace allomatch::analytics {

namespace {

// Days that hold for every calendar: at least 18 years old, at most 55, at most 70.
constexpr std::uint32_t days_18_years = 6'575;
constexpr std::uint32_t days_55_years = 20'453;
constexpr std::uint32_t days_70_years = 25'931;
constexpr std::uint32_t days_1_year = 366;
/// Donors are recruited up to this age: 45 years.
constexpr std::uint32_t oldest_recruit = 16'436;

constexpr std::uint32_t days_in(int years) { return static_cast<std::uint32_t>(years) * 1'461 / 4; }

struct weighted_word {
    std::string_view word;
    double weight;
};

word_choice choice_of(std::span<const weighted_word> words) {
    word_choice made;
    std::vector<double> weights;
    for (const auto& [word, weight] : words) {
        made.words.emplace_back(word);
        weights.push_back(weight);
    }
    made.choice = weighted_choice(weights);
    return made;
}

word_choice branch_choice(const std::vector<simulated_branch>& branches) {
    std::vector<weighted_word> words;
    for (const simulated_branch& b : branches) words.push_back({b.name, b.weight});
    if (words.empty()) words.push_back({"", 1});
    return choice_of(words);
}

// Plausible proportions in eastern China, rounded.
constexpr std::array<weighted_word, 4> abo_words{{{"O", 34}, {"A", 31}, {"B", 26}, {"AB", 9}}};
constexpr std::array<weighted_word, 2> rh_words{{{"+", 996}, {"-", 4}}};
/// Of those who are not available; nobody is reserved for the searching patient.
constexpr std::array<weighted_word, 3> other_status_words{{{"TU", 80}, {"DE", 15}, {"OP", 5}}};
/// Blank: not tested.
constexpr std::array<weighted_word, 5> cmv_words{{{"", 30}, {"G", 58}, {"N", 10}, {"B", 1}, {"M", 1}}};
constexpr std::array<double, 5> pregnancy_weights{38, 34, 20, 6, 2};

}  // namespace

field_dice::field_dice(const simulation_options& options, std::string population)
    : population_(std::move(population)),
      female_(parts_of(options.female_donors)),
      abo_(choice_of(abo_words)),
      rh_(choice_of(rh_words)),
      cmv_(choice_of(cmv_words)),
      available_(parts_of(options.available)),
      other_status_(choice_of(other_status_words)),
      branches_(branch_choice(options.branches)),
      pregnancies_(pregnancy_weights) {
    dates_.reserve((days_70_years + 1) * date_size);
    for (std::uint32_t ago = 0; ago <= days_70_years; ++ago)
        dates_ += date_text(options.reference_date - static_cast<day_number>(ago));
    constexpr std::uint32_t largest_number = 150;
    for (std::uint32_t n = 0; n <= largest_number; ++n) numbers_.push_back(std::to_string(n));
}

void field_dice::fill_donor(random_generator& random, const typing_profile& profile,
                            std::span<std::string_view> cells) const {
    constexpr std::uint64_t tenth = share_one / 10;
    const std::uint32_t latest = days_in(profile.years_ago_to);
    const std::uint32_t registered = latest + random.below(days_in(profile.years_ago_from) - latest + 1);
    // The young are recruited more: the lower of two.
    const std::uint32_t span = std::min(oldest_recruit, days_55_years - registered) - days_18_years + 1;
    const std::uint32_t first = random.below(span);
    const std::uint32_t age = registered + days_18_years + std::min(first, random.below(span));
    const bool female = random.chance(female_);

    std::size_t at = 0;
    cells[at++] = "adult";
    cells[at++] = population_;
    cells[at++] = date(age);
    cells[at++] = female ? "F" : "M";
    cells[at++] = abo_(random);
    cells[at++] = rh_(random);

    // Four throws come near a bell.
    std::uint32_t weight = female ? 45 : 48;
    for (int i = 0; i < 4; ++i) weight += random.below(female ? 8 : 12);
    cells[at++] = random.chance(tenth) ? std::string_view() : number(weight);

    constexpr std::uint32_t days_25_years = 9'131;
    std::string_view pregnancies;
    if (female && !random.chance(tenth)) {
        const std::uint32_t n = pregnancies_(random);
        const bool too_young = age < days_25_years && random.chance(share_one / 4 * 3);
        pregnancies = number(too_young ? 0 : n);
    }
    cells[at++] = pregnancies;
    cells[at++] = cmv_(random);
    cells[at++] = random.chance(available_) ? std::string_view("AV") : other_status_(random);
    cells[at++] = branches_(random);
    cells[at++] = date(registered);
    const bool never_again = random.chance(share_one / 5 * 2);
    const std::uint32_t contact = random.below(registered + 1);
    cells[at++] = date(never_again ? registered : contact);

    std::uint32_t donations = random.chance(share_one / 250) ? 1 : 0;
    if (donations != 0 && random.chance(share_one / 30)) ++donations;
    const std::uint32_t abroad = donations != 0 && random.chance(tenth) ? 1 : 0;
    cells[at++] = number(donations);
    cells[at++] = number(abroad);
}

void field_dice::fill_patient(random_generator& random, std::span<std::string_view> cells) const {
    const std::uint32_t age = days_1_year + random.below(days_70_years - days_1_year + 1);
    const bool female = random.chance(share_one / 2);
    std::size_t at = 0;
    cells[at++] = population_;
    cells[at++] = date(age);
    cells[at++] = female ? "F" : "M";
    cells[at++] = abo_(random);
    cells[at++] = rh_(random);
    cells[at++] = cmv_(random);
    // Children by their years, from 18 on as donors.
    const std::uint32_t years = std::min<std::uint32_t>(age * 4 / 1'461, 18);
    std::uint32_t weight = 0;
    for (int i = 0; i < 4; ++i) weight += random.below(female ? 8 : 12);
    const std::uint32_t base = 6 + years * (female ? 39U : 42U) / 18;
    cells[at++] = number(base + weight * (years + 2) / 20);
}

}  // namespace allomatch::analytics
