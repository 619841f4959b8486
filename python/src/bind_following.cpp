// SPDX-License-Identifier: Apache-2.0
#include "store_connection.hpp"

#include <allomatch/core/file.hpp>
#include <allomatch/store/alerts.hpp>
#include <allomatch/store/live_registry.hpp>

namespace allomatch::python {

namespace {

std::string name_of(derivation how) {
    switch (how) {
        case derivation::read: return "read";
        case derivation::patched: return "patched";
        case derivation::unchanged: break;
    }
    return "unchanged";
}

py::dict dict_of(const alert& a) {
    py::dict out;
    out["seq"] = a.seq;
    out["at"] = a.at;
    out["search"] = a.search;
    out["patient_id"] = a.patient_id;
    out["donor_id"] = a.donor_id;
    out["kind"] = a.kind;
    out["result"] = a.result;
    return out;
}

py::tuple with_report(derived_registry&& derived) {
    return py::make_tuple(std::const_pointer_cast<registry>(derived.donors), std::move(derived.unreadable));
}

/// A followed registry that can be closed.
class live {
public:
    live(const std::filesystem::path& path, const names_pointer& names, const mac_pointer& mac, const std::string& nulls,
         std::chrono::milliseconds interval)
        : path_(path_text(path)) {
        const reading_rules rules{names, mac, policy(nulls)};
        const py::gil_scoped_release unlocked;
        followed_ = std::make_shared<live_registry>(path, rules, interval);
    }
    /// Of the version and a report as of a file whose rows were all taken.
    py::tuple current() {
        derived_registry now{opened()->current(), {}, derivation::unchanged};
        now.unreadable.source = path_;
        now.unreadable.rows_read = now.unreadable.rows_taken = now.donors->size();
        return with_report(std::move(now));
    }
    bool refresh() {
        const auto followed = opened();
        const py::gil_scoped_release unlocked;
        return followed->refresh();
    }
    std::optional<std::string> trouble() {
        const auto now = opened()->trouble();
        return now ? std::optional(now->message()) : std::nullopt;
    }
    void close() {
        auto gone = std::exchange(followed_, nullptr);
        const py::gil_scoped_release unlocked;
        gone.reset();
    }

private:
    std::shared_ptr<live_registry> opened() {
        if (!followed_) throw store_error(problem::with_input(path_, "is not followed any more"));
        return followed_;
    }
    std::string path_;
    std::shared_ptr<live_registry> followed_;  // a refresh that is under way keeps it; under the GIL
};

}  // namespace

void bind_following(py::module_& m, store_class& store) {
    py::class_<live>(m, "LiveRegistry")
        .def(py::init([](const std::filesystem::path& path, const names_pointer& names, const mac_pointer& mac,
                         const std::string& nulls, std::int64_t milliseconds) {
            return std::make_unique<live>(path, names, mac, nulls, std::chrono::milliseconds(milliseconds));
        }), py::arg("path"), py::arg("nomenclature"), py::arg("mac"), py::arg("nulls"), py::arg("milliseconds"))
        .def("current", &live::current)
        .def("refresh", &live::refresh)
        .def("trouble", &live::trouble)
        .def("close", &live::close);

    store
        .def("write_snapshot", [](connection& c, const names_pointer& names, const mac_pointer& mac) {
            const reading_rules rules = c.rules(names, mac);
            // Opened, not followed: how tells what became of the file.
            const derived_registry now = c.with([&](const registry_store& s) { return open_registry(s, rules); });
            const std::filesystem::path path = c.with([&](const registry_store& s) {
                write_snapshot(s, *now.donors);
                return snapshot_path(s.path());
            });
            return py::make_tuple(path_text(path), now.donors->size(), now.donors->origin().version, name_of(now.how));
        }, py::arg("nomenclature"), py::arg("mac"))
        .def("reread", [](connection& c, const names_pointer& names, const mac_pointer& mac, const std::string& nulls) {
            const reading_rules rules{names, mac, policy(nulls)};
            return with_report(c.with([&](const registry_store& s) { return reread_donors(s, rules); }));
        }, py::arg("nomenclature"), py::arg("mac"), py::arg("nulls"))
        .def("switch_rules", [](connection& c, const names_pointer& names, const mac_pointer& mac, const std::string& nulls,
                                const std::string& actor) {
            c.switch_rules({names, mac, policy(nulls)}, actor);
        }, py::arg("nomenclature"), py::arg("mac"), py::arg("nulls"), py::arg("actor"))
        .def("alerts", [](connection& c, std::int64_t after, std::size_t most) {
            py::list out;
            for (const alert& a : c.with([&](const registry_store& s) { return alerts(s, after, most); })) out.append(dict_of(a));
            return out;
        }, py::arg("after"), py::arg("most"))
        .def("subscriber_position", [](connection& c, const std::string& subscriber) {
            return c.with([&](const registry_store& s) { return subscriber_position(s, subscriber); });
        }, py::arg("subscriber"))
        .def("acknowledge", [](connection& c, const std::string& subscriber, std::int64_t seq) {
            c.with([&](registry_store& s) { acknowledge(s, subscriber, seq); });
        }, py::arg("subscriber"), py::arg("seq"));
}

}  // namespace allomatch::python
