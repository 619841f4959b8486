// SPDX-License-Identifier: Apache-2.0
#include <allomatch/search/ranking.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>

namespace allomatch {

namespace {

struct criterion_info {
    std::string_view name;
    unsigned bits;  // width of its values in a key
};
constexpr std::array<criterion_info, criterion_count> infos{{
    {"mismatches", 6},
    {"antigen_mismatches", 6},
    {"probability", 4},
    {"availability", 3},
    {"age_band", 3},
    {"cmv", 2},
    {"sex", 2},
    {"abo", 2},
    {"weight", 32},
    {"exact_probability", 64},
    {"age", 20},
}};
constexpr const criterion_info& info(criterion c) { return infos[static_cast<std::size_t>(c)]; }

constexpr std::uint32_t unknown_weight = 0xFFFF'FFFF;
constexpr std::uint32_t unknown_age = (1U << 20) - 1;
constexpr std::uint32_t unknown_band = 6;
constexpr std::uint64_t probability_bands = 10;
constexpr std::uint64_t unknown_probability = std::bit_cast<std::uint64_t>(1.0) + 1;

/// IgG or IgM seen. N and O (IgG negative, IgM not tested) count as negative.
enum class serostatus : std::uint8_t { unknown, negative, positive };
serostatus cmv_status(std::string_view code) {
    if (code.empty()) return serostatus::unknown;
    return code == "N" || code == "O" || code == "neg" ? serostatus::negative : serostatus::positive;
}

/// "39.62 years"
std::string years_text(std::int64_t days) {
    const auto hundredths = static_cast<std::int64_t>(static_cast<double>(days) / 3.652425 + 0.5);
    const std::string part = std::to_string(hundredths % 100);
    return std::to_string(hundredths / 100) + (part.size() < 2 ? ".0" : ".") + part + " years";
}

bool has_antigen(std::string_view group, char antigen) { return group.find(antigen) != std::string_view::npos; }

}  // namespace

std::string_view name(criterion c) noexcept { return info(c).name; }

ranking ranking::preset(std::string_view name) {
    using enum criterion;
    if (name == "default")
        return {{mismatches, antigen_mismatches, probability, availability, age_band, cmv, sex, abo, weight,
                 exact_probability, age}};
    if (name == "hla_only") return {{mismatches, antigen_mismatches, probability, exact_probability}};
    throw format_error(problem::with_value("rank", name, "no such ranking: default or hla_only"));
}

namespace {

std::uint32_t availability_of(std::string_view status) {
    if (status == "AV" || status == "RS") return 0;
    if (status.empty()) return 1;
    return status == "TU" ? 2 : status == "OP" ? 3 : 4;
}

std::uint32_t cmv_of(std::string_view donor, std::string_view patient_code) {
    const serostatus own = cmv_status(patient_code);
    const serostatus other = cmv_status(donor);
    if (own == serostatus::unknown || other == serostatus::unknown) return 1;
    return own == other ? 0 : 2;
}

std::uint32_t abo_of(std::string_view donor, std::string_view patient_group) {
    if (donor.empty() || patient_group.empty()) return 3;
    if (donor == patient_group) return 0;
    // Major: the donor's red cells carry an antigen that the patient lacks.
    for (const char antigen : {'A', 'B'})
        if (has_antigen(donor, antigen) && !has_antigen(patient_group, antigen)) return 2;
    return 1;
}

/// The latest birth date with which somebody is at least `years` old on a day.
day_number born_by(int years, day_number on) {
    day_number day = on - years * 365 - years / 4 - 2;
    while (age_in_years(day + 1, on) >= years) ++day;
    return day;
}

}  // namespace

/// A criterion that depends on the word of one field only, worked out for every word.
template <class Value>
ranker::by_word::by_word(const field_column* from, Value value) : column(from) {
    if (column == nullptr) {
        values.push_back(static_cast<std::uint8_t>(value(std::string_view{})));
        return;
    }
    for (std::uint32_t code = 0; code < column->word_count(); ++code)
        values.push_back(static_cast<std::uint8_t>(value(column->word(code))));
}

ranker::ranker(const ranking& order, const registry& donors, const patient& who, day_number on, bool predicted)
    : on_(on),
      availability_(donors.field("status"), availability_of),
      cmv_(donors.field("cmv"), [&](std::string_view donor) { return cmv_of(donor, who.field("cmv")); }),
      abo_(donors.field("abo"), [&](std::string_view donor) { return abo_of(donor, who.field("abo")); }),
      sex_(donors.field("sex"), [](std::string_view sex) { return sex == "M" ? 0 : sex == "F" ? 1 : 2; }),
      birth_date_(donors.field("birth_date")),
      pregnancies_(donors.field("pregnancies")),
      weight_(donors.field("weight_kg")) {
    // Named again, a criterion separates nobody; each once, all of them fit into a key.
    for (const criterion c : order.criteria) {
        if (!predicted && (c == criterion::probability || c == criterion::exact_probability)) continue;
        if (std::find(criteria_.begin(), criteria_.end(), c) == criteria_.end()) criteria_.push_back(c);
    }
    for (std::size_t i = 0; i < band_starts_.size(); ++i) band_starts_[i] = born_by(26 + 5 * static_cast<int>(i), on);
}

std::uint64_t ranker::value(criterion by, const candidate& c) const noexcept {
    const donor_index d = c.donor;
    switch (by) {
        case criterion::mismatches: return c.mismatches;
        case criterion::antigen_mismatches: return c.antigen_mismatches;
        case criterion::probability: {
            if (!c.explained) return probability_bands + 1;
            if (std::isnan(c.full_match)) return probability_bands;
            const auto tenth = static_cast<std::uint64_t>(c.full_match * probability_bands);
            return probability_bands - 1 - std::min(tenth, probability_bands - 1);
        }
        case criterion::exact_probability:
            // The bits of a double that is not negative sort like its value.
            if (std::isnan(c.full_match)) return unknown_probability;
            return unknown_probability - 1 - std::bit_cast<std::uint64_t>(c.full_match);
        case criterion::availability: return availability_[d];
        case criterion::age_band: {
            if (birth_date_ == nullptr || birth_date_->is_missing(d)) return unknown_band;
            const day_number birth = birth_date_->day(d);
            std::uint32_t band = 0;
            for (const day_number start : band_starts_) band += birth <= start ? 1 : 0;
            return band;
        }
        case criterion::cmv: return cmv_[d];
        case criterion::sex: {
            const std::uint32_t sex = sex_[d];
            if (sex != 1) return sex;
            if (pregnancies_ == nullptr || pregnancies_->is_missing(d)) return 2;
            return pregnancies_->value(d) > 0 ? 3 : 1;
        }
        case criterion::abo: return abo_[d];
        case criterion::weight: {
            if (weight_ == nullptr || weight_->is_missing(d)) return unknown_weight;
            // The bits of a float that is not negative sort like its value.
            return unknown_weight - 1 - std::bit_cast<std::uint32_t>(weight_->value(d));
        }
        case criterion::age: {
            if (birth_date_ == nullptr || birth_date_->is_missing(d)) return unknown_age;
            // Born after the day of the search sorts before everybody; older than 1,400 years cannot be.
            const std::int64_t days = std::int64_t{on_} - birth_date_->day(d) + 262'144;
            return static_cast<std::uint32_t>(std::clamp<std::int64_t>(days, 0, unknown_age - 1));
        }
    }
    return 0;
}

std::vector<std::pair<criterion, std::string>> ranker::describe(const candidate& c) const {
    std::vector<std::pair<criterion, std::string>> all;
    for (const criterion by : criteria_) all.emplace_back(by, words(by, value(by, c)));
    return all;
}

rank_key ranker::key(const candidate& c) const noexcept {
    rank_key k;
    unsigned used = 0;
    for (const criterion by : criteria_) {
        const unsigned bits = info(by).bits;
        const std::uint64_t v = value(by, c);
        const unsigned word = used / 64;
        if (used % 64 + bits <= 64) {
            k.words[word] |= v << (64 - used % 64 - bits);
        } else {
            const unsigned low = used % 64 + bits - 64;  // bits that go into the next word
            k.words[word] |= v >> low;
            k.words[word + 1] |= v << (64 - low);
        }
        used += bits;
    }
    return k;
}

std::string ranker::words(criterion by, std::uint64_t value) {
    const auto pick = [value](std::initializer_list<const char*> texts) {
        return std::string(value < texts.size() ? texts.begin()[value] : "not known");
    };
    switch (by) {
        case criterion::mismatches: return std::to_string(value) + (value == 1 ? " mismatch" : " mismatches");
        case criterion::antigen_mismatches:
            return std::to_string(value) + (value == 1 ? " antigen mismatch" : " antigen mismatches");
        case criterion::probability:
            return pick({"probability 90-100 %", "probability 80-90 %", "probability 70-80 %", "probability 60-70 %",
                         "probability 50-60 %", "probability 40-50 %", "probability 30-40 %", "probability 20-30 %",
                         "probability 10-20 %", "probability 0-10 %", "probability not known",
                         "not explained by the frequencies"});
        case criterion::exact_probability: {
            if (value == unknown_probability) return "probability not known";
            std::array<char, 32> text{};
            const double percent = 100 * std::bit_cast<double>(unknown_probability - 1 - value);
            const char* end = std::to_chars(text.data(), text.data() + text.size(), percent, std::chars_format::general, 6).ptr;
            return std::string(std::string_view(text.data(), end)) + " %";
        }
        case criterion::availability:
            return pick({"available", "availability not known", "temporarily not available",
                         "reserved for another patient", "deleted"});
        case criterion::age_band:
            return pick({"age up to 25", "age 26-30", "age 31-35", "age 36-40", "age 41-45", "age 46 or more",
                         "age not known"});
        case criterion::cmv: return pick({"CMV equal", "CMV not known", "CMV different"});
        case criterion::sex:
            return pick({"male", "female without pregnancies", "sex or pregnancies not known", "female with pregnancies"});
        case criterion::abo: return pick({"ABO identical", "ABO minor mismatch", "ABO major mismatch", "ABO not known"});
        case criterion::weight:
            if (value == unknown_weight) return "weight not known";
            return number_text(std::bit_cast<float>(unknown_weight - 1 - static_cast<std::uint32_t>(value))) + " kg";
        case criterion::age:
            if (value == unknown_age) return "age not known";
            return "age " + years_text(static_cast<std::int64_t>(value) - 262'144);
    }
    return {};
}

}  // namespace allomatch
