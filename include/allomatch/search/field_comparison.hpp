// SPDX-License-Identifier: Apache-2.0
/// \file
/// What the fields of a donor mean for a patient: CMV, blood groups, age, weight, cell doses. Semantics.md section 8.
#pragma once

#include <allomatch/registry/registry.hpp>
#include <allomatch/search/donor_availability.hpp>
#include <allomatch/search/patient.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

namespace allomatch {

/// Whether antibodies against CMV were seen. N, O and "neg" are negative; G, M, B, P, H and "pos" positive (WMDA codes:
/// O and H have no IgM result).
enum class cmv_status : std::uint8_t { unknown, negative, positive };
[[nodiscard]] cmv_status cmv_status_of(std::string_view code) noexcept;

/// Best first, as the other comparisons below.
enum class cmv_match : std::uint8_t { equal, unknown, different };
[[nodiscard]] cmv_match compare_cmv(std::string_view patient, std::string_view donor) noexcept;
[[nodiscard]] std::string_view name(cmv_match m) noexcept;

/// Major: the donor's red cells carry an antigen that the patient lacks. Minor: the other way round. Bidirectional: both.
enum class abo_match : std::uint8_t { identical, minor, major, bidirectional, unknown };
[[nodiscard]] abo_match compare_abo(std::string_view patient, std::string_view donor) noexcept;
[[nodiscard]] std::string_view name(abo_match m) noexcept;

enum class rh_match : std::uint8_t { identical, unknown, different };
[[nodiscard]] rh_match compare_rh(std::string_view patient, std::string_view donor) noexcept;
[[nodiscard]] std::string_view name(rh_match m) noexcept;

/// Sex and pregnancies of a donor.
enum class sex_class : std::uint8_t { male, female_without_pregnancies, unknown, female_with_pregnancies };

/// Relative error that a dose may have: counts are kept in single precision.
inline constexpr double dose_error = 1e-6;
/// Whether a dose is at least as large as asked for; a unit of exactly that dose is. False for a dose that is not known.
[[nodiscard]] constexpr bool reaches(double dose, double least) noexcept { return dose >= least * (1 - dose_error); }

/// The donor fields of a registry, read for one patient. Borrows both. Immutable: any number of threads may ask. A number that
/// cannot be worked out is not a number.
class field_comparison {
public:
    field_comparison(const registry& donors, const patient& who, day_number on);

    [[nodiscard]] cmv_match cmv(donor_index d) const noexcept { return compare_cmv(patient_cmv_, word(cmv_, d)); }
    [[nodiscard]] abo_match abo(donor_index d) const noexcept { return compare_abo(patient_abo_, word(abo_, d)); }
    [[nodiscard]] rh_match rh(donor_index d) const noexcept { return compare_rh(patient_rh_, word(rh_, d)); }
    [[nodiscard]] sex_class sex(donor_index d) const noexcept;
    /// See `donor_availability`.
    [[nodiscard]] std::string_view status(donor_index d) const noexcept { return availability_.status(d); }
    /// Not deleted, reserved for another patient or temporarily not available.
    [[nodiscard]] bool can_be_asked(donor_index d) const noexcept {
        const std::string_view s = status(d);
        return s != "DE" && s != "OP" && s != "TU";
    }
    [[nodiscard]] bool is_cord_unit(donor_index d) const noexcept { return word(type_, d) == "cord"; }
    /// Whole years.
    [[nodiscard]] std::optional<int> age(donor_index d) const noexcept;
    [[nodiscard]] double age_in_days(donor_index d) const noexcept;
    [[nodiscard]] double weight(donor_index d) const noexcept { return number(weight_, d); }
    /// Donor to patient.
    [[nodiscard]] double weight_ratio(donor_index d) const noexcept { return number(weight_, d) / patient_weight_; }
    /// Nucleated cells of a cord unit for each kilogram of the patient, in 10^7.
    [[nodiscard]] double tnc_per_kg(donor_index d) const noexcept { return number(tnc_, d) / patient_weight_; }
    /// Of two units together; a count that is missing adds nothing.
    [[nodiscard]] double tnc_per_kg(donor_index a, donor_index b) const noexcept;
    /// CD34 positive cells, in 10^5.
    [[nodiscard]] double cd34_per_kg(donor_index d) const noexcept { return 10 * number(cd34_, d) / patient_weight_; }
    [[nodiscard]] bool patient_has_weight() const noexcept { return patient_weight_ > 0; }

private:
    [[nodiscard]] static std::string_view word(const field_column* column, donor_index d) noexcept {
        return column == nullptr ? std::string_view{} : column->word(column->code(d));
    }
    [[nodiscard]] static double number(const field_column* column, donor_index d) noexcept {
        return column == nullptr ? std::numeric_limits<double>::quiet_NaN() : double{column->value(d)};
    }

    std::string_view patient_cmv_;
    std::string_view patient_abo_;
    std::string_view patient_rh_;
    double patient_weight_ = std::numeric_limits<double>::quiet_NaN();
    day_number on_;
    const field_column* cmv_;
    const field_column* abo_;
    const field_column* rh_;
    const field_column* sex_;
    const field_column* pregnancies_;
    donor_availability availability_;
    const field_column* type_;
    const field_column* birth_date_;
    const field_column* weight_;
    const field_column* tnc_;
    const field_column* cd34_;
};

}  // namespace allomatch
