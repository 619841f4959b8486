// SPDX-License-Identifier: Apache-2.0
#include <allomatch/search/ranking.hpp>

#include <algorithm>
#include <array>
#include <bit>

namespace allomatch {

namespace {

struct criterion_info {
    std::string_view name;
    unsigned bits;  // width of its values in a key
};
constexpr std::array<criterion_info, criterion_count> infos{{
    {"mismatches", 6},
    {"antigen_mismatches", 6},
    {"availability", 3},
    {"age_band", 3},
    {"cmv", 2},
    {"sex", 2},
    {"abo", 2},
    {"weight", 32},
    {"age", 20},
}};
constexpr const criterion_info& info(criterion c) { return infos[static_cast<std::size_t>(c)]; }

constexpr std::uint32_t unknown_weight = 0xFFFF'FFFF;
constexpr std::uint32_t unknown_age = (1U << 20) - 1;
constexpr std::uint32_t unknown_band = 6;

/// IgG or IgM seen. N and O (IgG negative, IgM not tested) count as negative.
enum class serostatus : std::uint8_t { unknown, negative, positive };
serostatus cmv_status(std::string_view code) {
    if (code.empty()) return serostatus::unknown;
    return code == "N" || code == "O" || code == "neg" ? serostatus::negative : serostatus::positive;
}

std::string_view word_of(const field_column* column, donor_index d) {
    return column == nullptr ? std::string_view{} : column->word(column->code(d));
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
        return {{mismatches, antigen_mismatches, availability, age_band, cmv, sex, abo, weight, age}};
    if (name == "hla_only") return {{mismatches, antigen_mismatches}};
    problem p;
    p.column = "rank";
    p.text = shown(name);
    p.reason = "no such ranking: default or hla_only";
    throw format_error(std::move(p));
}

ranker::ranker(const ranking& order, const registry& donors, const patient& who, day_number on)
    : criteria_(order.criteria),
      on_(on),
      status_(donors.field("status")),
      birth_date_(donors.field("birth_date")),
      cmv_(donors.field("cmv")),
      sex_(donors.field("sex")),
      pregnancies_(donors.field("pregnancies")),
      abo_(donors.field("abo")),
      weight_(donors.field("weight_kg")),
      patient_cmv_(who.field("cmv")),
      patient_abo_(who.field("abo")) {}

std::uint32_t ranker::cmv_value(donor_index d) const noexcept {
    const serostatus own = cmv_status(patient_cmv_);
    const serostatus donor = cmv_status(word_of(cmv_, d));
    if (own == serostatus::unknown || donor == serostatus::unknown) return 1;
    return own == donor ? 0 : 2;
}

std::uint32_t ranker::sex_value(donor_index d) const noexcept {
    const std::string_view sex = word_of(sex_, d);
    if (sex == "M") return 0;
    if (sex.empty() || pregnancies_ == nullptr || pregnancies_->is_missing(d)) return 2;
    return pregnancies_->value(d) > 0 ? 3 : 1;
}

std::uint32_t ranker::abo_value(donor_index d) const noexcept {
    const std::string_view donor = word_of(abo_, d);
    if (donor.empty() || patient_abo_.empty()) return 3;
    if (donor == patient_abo_) return 0;
    // Major: the donor's red cells carry an antigen that the patient lacks.
    for (const char antigen : {'A', 'B'})
        if (has_antigen(donor, antigen) && !has_antigen(patient_abo_, antigen)) return 2;
    return 1;
}

std::uint32_t ranker::value(criterion c, donor_index d, unsigned mismatches, unsigned antigen_mismatches) const noexcept {
    switch (c) {
        case criterion::mismatches: return mismatches;
        case criterion::antigen_mismatches: return antigen_mismatches;
        case criterion::availability: {
            const std::string_view status = word_of(status_, d);
            if (status == "AV" || status == "RS") return 0;
            if (status.empty()) return 1;
            return status == "TU" ? 2 : status == "OP" ? 3 : 4;
        }
        case criterion::age_band: {
            if (birth_date_ == nullptr || birth_date_->is_missing(d)) return unknown_band;
            const int age = age_in_years(birth_date_->day(d), on_);
            if (age <= 25) return 0;
            return age > 45 ? 5 : static_cast<std::uint32_t>((age - 26) / 5 + 1);
        }
        case criterion::cmv: return cmv_value(d);
        case criterion::sex: return sex_value(d);
        case criterion::abo: return abo_value(d);
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

std::vector<std::pair<criterion, std::string>> ranker::describe(donor_index d, unsigned mismatches,
                                                                unsigned antigen_mismatches) const {
    std::vector<std::pair<criterion, std::string>> all;
    for (const criterion c : criteria_) all.emplace_back(c, words(c, value(c, d, mismatches, antigen_mismatches)));
    return all;
}

rank_key ranker::key(donor_index d, unsigned mismatches, unsigned antigen_mismatches) const noexcept {
    rank_key k;
    unsigned used = 0;
    for (const criterion c : criteria_) {
        const unsigned bits = info(c).bits;
        const std::uint64_t v = value(c, d, mismatches, antigen_mismatches);
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

std::string ranker::words(criterion c, std::uint32_t value) {
    const auto pick = [value](std::initializer_list<const char*> texts) {
        return std::string(value < texts.size() ? texts.begin()[value] : "not known");
    };
    switch (c) {
        case criterion::mismatches: return std::to_string(value) + (value == 1 ? " mismatch" : " mismatches");
        case criterion::antigen_mismatches:
            return std::to_string(value) + (value == 1 ? " antigen mismatch" : " antigen mismatches");
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
            return number_text(std::bit_cast<float>(unknown_weight - 1 - value)) + " kg";
        case criterion::age:
            if (value == unknown_age) return "age not known";
            return "age " + years_text(static_cast<std::int64_t>(value) - 262'144);
    }
    return {};
}

}  // namespace allomatch
