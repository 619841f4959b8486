// SPDX-License-Identifier: Apache-2.0
/// \file
/// Fields of simulated donors and patients.
#pragma once

#include "core/random.hpp"

#include <allomatch/analytics/simulate.hpp>

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace allomatch::analytics {

/// Names of the fields, in the order in which they are filled.
inline constexpr std::array<std::string_view, 15> donor_field_names{
    "type", "population", "birth_date", "sex",        "abo",          "rh",        "weight_kg",       "pregnancies",
    "cmv",  "status",     "branch",     "registered", "last_contact", "donations", "abroad_donations"};
inline constexpr std::array<std::string_view, 7> patient_field_names{"population", "birth_date", "sex", "abo",
                                                                "rh",         "cmv",        "weight_kg"};

/// Words with weights.
struct word_choice {
    std::vector<std::string> words;
    weighted_choice choice;
    std::string_view operator()(random_generator& random) const { return words[choice(random)]; }
};

/// Draws fields. All texts are made once; the views last as long as this. Thread-safe.
class field_dice {
public:
    explicit field_dice(const simulation_options& options, std::string population);

    /// `cells` has one entry for each of `donor_field_names`.
    void fill_donor(random_generator& random, const typing_profile& profile, std::span<std::string_view> cells) const;
    /// `cells` has one entry for each of `patient_field_names`.
    void fill_patient(random_generator& random, std::span<std::string_view> cells) const;

private:
    [[nodiscard]] std::string_view date(std::uint32_t days_ago) const {
        return std::string_view(dates_).substr(std::size_t{days_ago} * date_size, date_size);
    }
    [[nodiscard]] std::string_view number(std::uint32_t n) const { return numbers_[n]; }

    static constexpr std::size_t date_size = 10;
    std::string population_;
    std::string dates_;  // one after the other, by days before the reference date
    std::vector<std::string> numbers_;
    std::uint64_t female_;
    word_choice abo_;
    word_choice rh_;
    word_choice cmv_;
    std::uint64_t available_;
    word_choice other_status_;
    word_choice branches_;
    weighted_choice pregnancies_;
};

}  // namespace allomatch::analytics
