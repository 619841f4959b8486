// SPDX-License-Identifier: Apache-2.0
#include <allomatch/search/donor_availability.hpp>

namespace allomatch {

donor_availability::donor_availability(const registry& donors, std::string_view patient_id, day_number on)
    : on_(on), status_(donors.field("status")), status_until_(donors.field("status_until")),
      reserved_for_(donors.field("reserved_for")), reserved_until_(donors.field("reserved_until")) {
    if (reserved_for_ != nullptr) patient_ = reserved_for_->find_word(patient_id);
}

std::string_view donor_availability::on_the_day(std::string_view code, donor_index d) const noexcept {
    if (code == "DE") return code;
    const bool is_reserved = !reserved_for_->is_missing(d);
    const bool in_force = is_reserved && !has_ended(reserved_until_, d);
    if (in_force && reserved_for_->code(d) != patient_) return "OP";
    if (code == "TU") return has_ended(status_until_, d) ? (in_force ? "RS" : "AV") : code;
    if (in_force) return "RS";
    return is_reserved && (code == "OP" || code == "RS") ? "AV" : code;
}

std::string_view donor_availability::reserved_for(donor_index d) const noexcept {
    if (reserved_for_ == nullptr || has_ended(reserved_until_, d)) return {};
    return reserved_for_->word(reserved_for_->code(d));
}

std::optional<day_number> donor_availability::reserved_until(donor_index d) const noexcept {
    if (reserved_until_ == nullptr || reserved_until_->is_missing(d)) return std::nullopt;
    return reserved_until_->day(d);
}

}  // namespace allomatch
