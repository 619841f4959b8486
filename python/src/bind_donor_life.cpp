// SPDX-License-Identifier: Apache-2.0
#include "arrow_capsule.hpp"
#include "store_connection.hpp"

#include <allomatch/io/table_writers.hpp>
#include <allomatch/store/donor_life.hpp>
#include <allomatch/store/utilisation.hpp>

namespace allomatch::python {

namespace {

using text_or_none = std::optional<std::string>;

py::dict dict_of(const donor_event& event) {
    py::dict detail;
    for (const auto& [name, value] : event.detail) detail[py::str(name)] = value;
    py::dict out;
    out["number"] = event.number;
    out["donor_id"] = event.donor_id;
    out["day"] = date_text(event.day);
    out["kind"] = event.kind;
    out["patient_id"] = event.patient_id;
    out["detail"] = std::move(detail);
    out["at"] = event.at;
    out["actor"] = event.actor;
    out["withdrawn"] = event.withdrawn;
    return out;
}

py::dict dict_of(const branch_utilisation& branch) {
    py::dict out;
    out["branch"] = branch.branch;
    out["donors"] = branch.donors;
    out["available"] = branch.available;
    out["reserved"] = branch.reserved;
    out["unavailable"] = branch.unavailable;
    out["retired"] = branch.retired;
    out["repeat_donors"] = branch.repeat_donors;
    out["examined"] = branch.examined;
    out["collections"] = branch.collections;
    out["abroad_collections"] = branch.abroad_collections;
    out["collections_per_1000"] = branch.collections_per_1000;
    out["days_to_collection"] = branch.days_to_collection;
    out["retired_for"] = branch.retired_for;
    return out;
}

void bind_utilisation(py::module_& m) {
    py::class_<utilisation_report>(m, "UtilisationReport")
        .def_property_readonly("first", [](const utilisation_report& r) { return date_text(r.first); })
        .def_property_readonly("last", [](const utilisation_report& r) { return date_text(r.last); })
        .def("branches", [](const utilisation_report& r) {
            py::list out;
            for (const branch_utilisation& branch : r.branches) out.append(dict_of(branch));
            return out;
        })
        .def("whole", [](const utilisation_report& r) { return dict_of(r.whole); })
        .def("stream", [](const utilisation_report& r) { return to_capsule(r.to_table()); })
        .def("write", [](const utilisation_report& r, const std::filesystem::path& path) {
            const py::gil_scoped_release unlocked;
            io::write_table(r.to_table(), path);
        }, py::arg("path"))
        .def("retirements_stream", [](const utilisation_report& r) { return to_capsule(r.retirements()); })
        .def("write_retirements", [](const utilisation_report& r, const std::filesystem::path& path) {
            const py::gil_scoped_release unlocked;
            io::write_table(r.retirements(), path);
        }, py::arg("path"));
}

}  // namespace

void bind_donor_life(py::module_& m, store_class& store) {
    bind_utilisation(m);
    store
        .def("set_status", [](connection& c, const std::string& donor, const std::string& status, const text_or_none& day,
                              const std::string& reason, const text_or_none& until, const std::string& actor) {
            const day_number on = day_of("day", day, today());
            const auto last = until ? std::optional(day_of("until", until, no_day)) : std::nullopt;
            return c.with([&](registry_store& s) { return set_status(s, donor, status, on, reason, actor, last); });
        }, py::arg("donor"), py::arg("status"), py::arg("day"), py::arg("reason"), py::arg("until"), py::arg("actor"))
        .def("lift_status", [](connection& c, const std::string& donor, const text_or_none& day, const std::string& reason,
                               const std::string& actor) {
            const day_number on = day_of("day", day, today());
            return c.with([&](registry_store& s) { return lift_status(s, donor, on, reason, actor); });
        }, py::arg("donor"), py::arg("day"), py::arg("reason"), py::arg("actor"))
        .def("reserve", [](connection& c, const std::string& donor, const std::string& patient, const text_or_none& day,
                           const std::string& until, const std::string& reason, const std::string& actor) {
            const day_number on = day_of("day", day, today());
            const day_number last = day_of("until", until, no_day);
            return c.with([&](registry_store& s) { return reserve(s, donor, patient, on, last, reason, actor); });
        }, py::arg("donor"), py::arg("patient"), py::arg("day"), py::arg("until"), py::arg("reason"), py::arg("actor"))
        .def("release", [](connection& c, const std::string& donor, const std::string& patient, const text_or_none& day,
                           const std::string& reason, const std::string& actor) {
            const day_number on = day_of("day", day, today());
            return c.with([&](registry_store& s) { return release(s, donor, patient, on, reason, actor); });
        }, py::arg("donor"), py::arg("patient"), py::arg("day"), py::arg("reason"), py::arg("actor"))
        .def("record_step", [](connection& c, const std::string& donor, const std::string& patient, const std::string& step,
                               const text_or_none& day, const std::optional<bool>& cleared, const text_or_none& product, bool abroad,
                               const std::string& note, const std::string& reason, const std::string& actor) {
            step_detail detail{.cleared = cleared, .reason = reason, .abroad = abroad, .note = note};
            if (product) detail.product = collection_product_from(*product);
            const collection_step which = collection_step_from(step);
            const day_number on = day_of("day", day, today());
            return c.with([&](registry_store& s) { return record_step(s, donor, patient, which, on, detail, actor); });
        }, py::arg("donor"), py::arg("patient"), py::arg("step"), py::arg("day"), py::arg("cleared"), py::arg("product"),
             py::arg("abroad"), py::arg("note"), py::arg("reason"), py::arg("actor"))
        .def("withdraw_event", [](connection& c, std::int64_t event, const std::string& reason, const std::string& actor) {
            return c.with([&](registry_store& s) { return withdraw_event(s, event, reason, actor); });
        }, py::arg("event"), py::arg("reason"), py::arg("actor"))
        .def("donor_events", [](connection& c, const std::string& donor) {
            py::list out;
            for (const donor_event& event : c.with([&](const registry_store& s) { return donor_events(s, donor); }))
                out.append(dict_of(event));
            return out;
        }, py::arg("donor"))
        .def("utilisation", [](connection& c, const std::string& first, const std::string& last) {
            const day_number from = day_of("first", first, no_day);
            const day_number to = day_of("last", last, no_day);
            return c.with([&](const registry_store& s) { return utilisation(s, from, to); });
        }, py::arg("first"), py::arg("last"));
}

}  // namespace allomatch::python
