// SPDX-License-Identifier: Apache-2.0
#include <allomatch/search/field_comparison.hpp>

#include <array>
#include <charconv>
#include <cmath>

namespace allomatch {

namespace {

bool lacks_some(std::string_view own, std::string_view other) {
    for (const char antigen : {'A', 'B'})
        if (other.find(antigen) != std::string_view::npos && own.find(antigen) == std::string_view::npos) return true;
    return false;
}

bool is_negative(std::string_view rh) { return rh == "-" || rh == "N"; }

}  // namespace

cmv_status cmv_status_of(std::string_view code) noexcept {
    if (code.empty()) return cmv_status::unknown;
    return code == "N" || code == "O" || code == "neg" ? cmv_status::negative : cmv_status::positive;
}

cmv_match compare_cmv(std::string_view patient, std::string_view donor) noexcept {
    const cmv_status own = cmv_status_of(patient);
    const cmv_status other = cmv_status_of(donor);
    if (own == cmv_status::unknown || other == cmv_status::unknown) return cmv_match::unknown;
    return own == other ? cmv_match::equal : cmv_match::different;
}

abo_match compare_abo(std::string_view patient, std::string_view donor) noexcept {
    if (patient.empty() || donor.empty()) return abo_match::unknown;
    const bool major = lacks_some(patient, donor);
    const bool minor = lacks_some(donor, patient);
    if (major) return minor ? abo_match::bidirectional : abo_match::major;
    return minor ? abo_match::minor : abo_match::identical;
}

rh_match compare_rh(std::string_view patient, std::string_view donor) noexcept {
    if (patient.empty() || donor.empty()) return rh_match::unknown;
    return is_negative(patient) == is_negative(donor) ? rh_match::identical : rh_match::different;
}

std::string_view name(cmv_match m) noexcept {
    return std::array<std::string_view, 3>{"equal", "unknown", "different"}[static_cast<std::size_t>(m)];
}
std::string_view name(abo_match m) noexcept {
    return std::array<std::string_view, 5>{"identical", "minor", "major", "bidirectional", "unknown"}[static_cast<std::size_t>(m)];
}
std::string_view name(rh_match m) noexcept {
    return std::array<std::string_view, 3>{"identical", "unknown", "different"}[static_cast<std::size_t>(m)];
}

field_comparison::field_comparison(const registry& donors, const patient& who, day_number on)
    : patient_cmv_(who.field("cmv")),
      patient_abo_(who.field("abo")),
      patient_rh_(who.field("rh")),
      on_(on),
      cmv_(donors.field("cmv")),
      abo_(donors.field("abo")),
      rh_(donors.field("rh")),
      sex_(donors.field("sex")),
      pregnancies_(donors.field("pregnancies")),
      availability_(donors, who.id, on),
      type_(donors.field("type")),
      birth_date_(donors.field("birth_date")),
      weight_(donors.field("weight_kg")),
      tnc_(donors.field("tnc")),
      cd34_(donors.field("cd34")) {
    const std::string_view weight = who.field("weight_kg");
    double value = 0;
    if (std::from_chars(weight.data(), weight.data() + weight.size(), value).ec == std::errc() && value > 0)
        patient_weight_ = value;
}

sex_class field_comparison::sex(donor_index d) const noexcept {
    const std::string_view sex = word(sex_, d);
    if (sex == "M") return sex_class::male;
    if (sex != "F" || pregnancies_ == nullptr || pregnancies_->is_missing(d)) return sex_class::unknown;
    return pregnancies_->value(d) > 0 ? sex_class::female_with_pregnancies : sex_class::female_without_pregnancies;
}

std::optional<int> field_comparison::age(donor_index d) const noexcept {
    return birth_date_ == nullptr ? std::nullopt : age_of(*birth_date_, d, on_);
}

double field_comparison::tnc_per_kg(donor_index a, donor_index b) const noexcept {
    const auto count = [&](donor_index d) {
        const double tnc = number(tnc_, d);
        return std::isnan(tnc) ? 0 : tnc;
    };
    return (count(a) + count(b)) / patient_weight_;
}

double field_comparison::age_in_days(donor_index d) const noexcept {
    if (!age(d)) return std::numeric_limits<double>::quiet_NaN();
    return static_cast<double>(std::int64_t{on_} - birth_date_->day(d));
}

}  // namespace allomatch
