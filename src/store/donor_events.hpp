// SPDX-License-Identifier: Apache-2.0
// The events of donors as they lie in the store, and what they add up to.
#pragma once

#include "database.hpp"

#include <allomatch/store/donor_life.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace allomatch {

/// Of one donor, or of all with an empty id; oldest first, `withdrawn` filled in.
[[nodiscard]] std::vector<donor_event> read_events(sqlite::database& in, std::string_view donor = {});

[[nodiscard]] std::string_view detail_of(const donor_event& e, std::string_view name) noexcept;

/// A reservation with all its extensions.
struct reservation {
    std::string patient_id;
    day_number since = no_day;
    day_number until = no_day;
};
/// The last one among the events of a donor that was neither released nor ended by a collection; it may be over.
[[nodiscard]] std::optional<reservation> last_reservation(const std::vector<donor_event>& events);

/// The steps of a donor towards a collection for one patient.
class collection_course {
public:
    collection_course(const std::vector<donor_event>& events, std::string_view patient);

    /// Whether the donor is on the way to a collection.
    [[nodiscard]] bool is_open() const noexcept { return !steps_.empty() && steps_.back().what != collection_step::collection; }
    /// What is planned to be collected.
    [[nodiscard]] std::optional<collection_product> planned() const noexcept;
    /// Why a step cannot come next; empty when it can.
    [[nodiscard]] std::string obstacle(collection_step next, day_number day, const step_detail& detail) const;

private:
    struct step {
        collection_step what;
        day_number day;
        bool cleared;
        std::optional<collection_product> product;
        std::string reason;
    };
    void take(const donor_event& e);
    [[nodiscard]] const step* find(collection_step what) const noexcept;
    [[nodiscard]] std::string missing_before(collection_step next) const;

    std::vector<step> steps_;                   // of the course that goes on, in order
    std::optional<day_number> first_collection_;
};

}  // namespace allomatch
