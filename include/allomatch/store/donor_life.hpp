// SPDX-License-Identifier: Apache-2.0
/// \file
/// What a registry itself knows of its donors: status, reservations, the way to a collection, donations.
///
/// All of it lies over the donor's record, which files bring, and survives them: an import, a deletion and a return leave it as
/// it is. Each function is one change of the store with its entry in the audit trail, adds one event that stays for ever, and
/// returns the number of that event; one that throws has changed nothing. Days may be told late, but not of the future, except
/// the last day of a reservation or status. Where two sources differ, the donor is held back (see `donor_availability`, which
/// says what searches make of it).
///
/// Status codes are those of the WMDA. What follows from them here, the order of the steps and what ends a reservation are our
/// reading of how registries work; no standard puts them into rules.
#pragma once

#include <allomatch/registry/field.hpp>
#include <allomatch/store/registry_store.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace allomatch {

/// Sets the status: AV available, TU temporarily not, OP reserved for another patient (of elsewhere: see `reserve` for one's
/// own), RS for this one, DE retired. It stands, whatever the donor files say, until it is set again or lifted; only the DE of
/// a donor file stands above it. With `until`, of
/// TU only, the donor is available again after that day; such a status does not stand over a record with TU, OP or DE.
/// A retired donor stays reserved, and is not offered to that patient either.
/// \throws store_error for another word, no reason, a donor whose record says DE, a day before the last change of status or after today, or a donor who is
/// not there.
std::int64_t set_status(registry_store& in, const std::string& donor, std::string_view status, day_number day, const std::string& reason,
                        const std::string& actor, std::optional<day_number> until = std::nullopt);
/// Back to the status of the donor's record. \throws store_error as `set_status`, and when the registry has set none.
std::int64_t lift_status(registry_store& in, const std::string& donor, day_number day, const std::string& reason, const std::string& actor);

/// Reserves a donor from a day until another, which still counts; it ends without a further call. A reservation for the same
/// patient gets the new last day. The patient need not be one of the store. Searches hold the donor back from now on, also where the first day is still to come.
/// \throws store_error when the donor is retired or deleted, reserved for another patient on that day or later (the message
/// names patient and day), or `until` is before `day`.
std::int64_t reserve(registry_store& in, const std::string& donor, const std::string& patient, day_number day, day_number until,
                     const std::string& reason, const std::string& actor);
/// Ends a reservation, and the steps towards a collection that it was for: they begin anew with an examination.
/// \throws store_error when the donor is not reserved for the patient, no reason is given, the day is before that of the
/// reservation, or the reservation is one of the donor's record, which only a donor file can change.
std::int64_t release(registry_store& in, const std::string& donor, const std::string& patient, day_number day, const std::string& reason,
                     const std::string& actor);

/// The way of a donor to a collection for a patient.
enum class collection_step : std::uint8_t {
    physical_examination,
    assessment,       ///< of the donor's fitness, by who has the results
    collection_plan,
    mobilisation,     ///< of stem cells into the blood; for PBSC only
    collection,       ///< with the hand-over of the product
    follow_up,
};
[[nodiscard]] std::string_view name(collection_step step) noexcept;  ///< "physical_examination" ..
/// \throws store_error with the words that there are.
[[nodiscard]] collection_step collection_step_from(std::string_view word);

enum class collection_product : std::uint8_t { marrow, pbsc, lymphocytes };
[[nodiscard]] std::string_view name(collection_product product) noexcept;
/// \throws store_error with the words that there are.
[[nodiscard]] collection_product collection_product_from(std::string_view word);

/// What is recorded with a step.
struct step_detail {
    std::optional<bool> cleared{};                ///< of examination and assessment, which need it: the donor may go on
    std::string reason{};                         ///< of the two; needed where the donor is not cleared
    std::optional<collection_product> product{};  ///< of the plan, which needs it; a collection may repeat it
    bool abroad = false;                          ///< of a collection: the product leaves the country
    std::string note{};
};

/// Records a step. Each needs those before it, mobilisation only for PBSC, none is before the day of the last one, and after an
/// examination or assessment that did not clear the donor only a new examination may come. A step that is recorded again
/// stands instead of itself and those after it. Follow-ups come after a collection, any number of them. A further donation for
/// the same patient begins with an examination after the collection.
///
/// The donor must be reserved for the patient at the first examination, and not for another one at any step up to the
/// collection; a reservation for another patient in between ends the steps. The collection ends the reservation (one of the donor's record stays until a file changes it) and counts as a donation: one more than the registry or the record knew of.
/// \throws store_error naming the step that is missing or in the way, with its day; for a donor who is retired or deleted
/// (follow-ups aside), a detail that is missing or belongs to another step, or a day after today.
std::int64_t record_step(registry_store& in, const std::string& donor, const std::string& patient, collection_step step, day_number day,
                         const step_detail& detail, const std::string& actor);

/// Something that happened to a donor.
struct donor_event {
    std::int64_t number = 0;
    std::string donor_id;
    day_number day = no_day;  ///< of a withdrawal the day when it was recorded
    std::string kind;         ///< "status", "lift", "reservation", "release", "withdrawal" or the name of a step
    std::string patient_id;   ///< empty for those without
    /// By name, what there is of: status, until, reason, cleared (yes or no), product, abroad (yes), note; branch of an
    /// examination or collection, reserved_since of a collection; event of a withdrawal.
    std::vector<std::pair<std::string, std::string>> detail;
    std::string at, actor;    ///< when (UTC) and by whom it was recorded
    bool withdrawn = false;
};

/// Takes back an event that should not have been recorded: the donor is as before it. Both stay in the list of events.
/// \throws store_error when there is no such event, it is a withdrawal or withdrawn already, no reason is given, or a later
/// event of the donor stands, which is to be withdrawn first.
std::int64_t withdraw_event(registry_store& in, std::int64_t event, const std::string& reason, const std::string& actor);

/// Oldest first, as they were recorded. \throws store_error when the store never had such a donor.
[[nodiscard]] std::vector<donor_event> donor_events(const registry_store& in, std::string_view donor);

}  // namespace allomatch
