// SPDX-License-Identifier: Apache-2.0
#include "arrow_capsule.hpp"
#include "binding.hpp"
#include "problem_dict.hpp"
#include "store_connection.hpp"

#include <allomatch/io/donor_files.hpp>
#include <allomatch/io/people.hpp>
#include <allomatch/io/table_writers.hpp>
#include <allomatch/store/audit.hpp>
#include <allomatch/store/donor_import.hpp>
#include <allomatch/store/stored_searches.hpp>

namespace allomatch::python {

day_number day_of(const char* option, const std::optional<std::string>& text, day_number fallback) {
    if (!text) return fallback;
    const auto read = read_date(*text);
    if (!read) throw format_error(problem::with_value(option, *text, "not a date YYYY-MM-DD"));
    return *read;
}

null_policy policy(const std::string& nulls) {
    if (nulls == "ignore_inside_ambiguity") return null_policy::ignore_inside_ambiguity;
    if (nulls == "consider") return null_policy::consider;
    throw format_error(problem::with_value("nulls", nulls, "expected ignore_inside_ambiguity or consider"));
}

namespace {

std::string name_of(null_policy nulls) { return nulls == null_policy::consider ? "consider" : "ignore_inside_ambiguity"; }

donor_import how_to_import(const std::string& mode, const std::string& actor, bool strict, double most_removed, bool allow_shrink,
                           const py::object& progress) {
    donor_import how{.actor = actor, .strict = strict, .most_removed = most_removed, .allow_shrink = allow_shrink};
    if (mode == "diff")
        how.mode = import_mode::diff;
    else if (mode == "check")
        how.mode = import_mode::check;
    else if (mode != "full")
        throw format_error(problem::with_value("mode", mode, "expected full, diff or check"));
    if (!progress.is_none())
        how.progress = [&progress](std::uint64_t rows) {
            const py::gil_scoped_acquire locked;
            if (PyErr_CheckSignals() != 0) throw py::error_already_set();
            progress(rows);
        };
    return how;
}

py::dict dict_of(const std::vector<std::pair<std::string, std::string>>& cells) {
    py::dict out;
    for (const auto& [column, value] : cells) out[py::str(column)] = value;
    return out;
}

py::dict dict_of(const store_info& info) {
    const auto fingerprint = [](std::uint64_t value) { return py::str("{:016x}").format(value); };
    py::dict out;
    out["file"] = info.path;
    out["id"] = info.id;
    out["version"] = info.version;
    out["release"] = info.release;
    out["release_fingerprint"] = fingerprint(info.release_fingerprint);
    out["mac_fingerprint"] = info.mac_fingerprint != 0 ? py::object(fingerprint(info.mac_fingerprint)) : py::object(py::none());
    out["nulls"] = name_of(info.nulls);
    out["donors"] = info.donors;
    out["patients"] = info.patients;
    out["searches"] = info.searches;
    out["changes"] = info.changes;
    return out;
}

py::dict dict_of(const stored_donor& donor) {
    py::dict out;
    out["id"] = donor.id;
    out["there"] = donor.there;
    out["record"] = dict_of(donor.record);
    out["life"] = dict_of(donor.life);
    return out;
}

py::dict dict_of(const stored_search& search) {
    py::dict out;
    out["id"] = search.id;
    out["patient_id"] = search.patient_id;
    out["request"] = search.request;
    out["standing"] = search.standing;
    out["ended"] = search.ended;
    out["at"] = search.at;
    out["actor"] = search.actor;
    out["runs"] = search.runs;
    out["last_run"] = search.last_run;
    out["total"] = search.total;
    return out;
}

py::dict dict_of(const audit_entry& entry) {
    py::dict out;
    out["seq"] = entry.seq;
    out["at"] = entry.at;
    out["actor"] = entry.actor;
    out["action"] = entry.action;
    out["detail"] = entry.detail;
    out["version"] = entry.version;
    out["hash"] = entry.hash;
    return out;
}

std::vector<std::tuple<std::string, std::string, std::string>> tuples_of(const std::vector<result_change::difference>& all) {
    std::vector<std::tuple<std::string, std::string, std::string>> out;
    for (const auto& d : all) out.emplace_back(d.column, d.before, d.after);
    return out;
}

py::dict dict_of(const result_change& change) {
    const auto rank = [](std::size_t place) { return place != 0 ? py::object(py::int_(place)) : py::object(py::none()); };
    py::dict out;
    out["change"] = std::string(name(change.what));
    out["donor_id"] = change.donor_id;
    out["rank_before"] = rank(change.rank_before);
    out["rank_after"] = rank(change.rank_after);
    out["reason"] = change.reason;
    out["words"] = change.words;
    out["result"] = tuples_of(change.result);
    out["donor"] = tuples_of(change.donor);
    return out;
}

template <class T>
py::list dicts_of(const std::vector<T>& all) {
    py::list out;
    for (const T& one : all) out.append(dict_of(one));
    return out;
}

void bind_outcomes(py::module_& m) {
    py::class_<import_outcome>(m, "ImportOutcome")
        .def_readonly("number", &import_outcome::import)
        .def_readonly("report", &import_outcome::rows)
        .def_readonly("added", &import_outcome::added)
        .def_readonly("changed", &import_outcome::changed)
        .def_readonly("deleted", &import_outcome::deleted)
        .def_readonly("unchanged", &import_outcome::unchanged)
        .def_readonly("version", &import_outcome::version)
        .def_readonly("alerts", &import_outcome::alerts)
        .def_property_readonly("unasked", [](const import_outcome& o) {
            py::list all;
            for (const problem& p : o.unasked) all.append(problem_dict(p));
            return all;
        })
        .def("differences", [](const import_outcome& o) {
            py::list all;
            for (const donor_difference& d : o.differences) all.append(py::make_tuple(d.id, std::string(name(d.what)), d.column, d.before, d.after));
            return all;
        })
        .def("differences_stream", [](const import_outcome& o) { return to_capsule(o.to_table()); })
        .def("write_differences", [](const import_outcome& o, const std::filesystem::path& path) {
            const py::gil_scoped_release unlocked;
            io::write_table(o.to_table(), path);
        }, py::arg("path"));

    py::class_<repeated_search>(m, "RepeatedSearch")
        .def_readonly("search", &repeated_search::search)
        .def_readonly("run", &repeated_search::run)
        .def_readonly("before", &repeated_search::before)
        .def_readonly("unchanged", &repeated_search::unchanged)
        .def_readonly("conditions", &repeated_search::conditions)
        .def_property_readonly("found", [](const repeated_search& r) { return std::make_shared<match_list>(r.found); })
        .def("changes", [](const repeated_search& r) { return dicts_of(r.changes); })
        .def("changes_stream", [](const repeated_search& r) { return to_capsule(r.to_table()); })
        .def("write_changes", [](const repeated_search& r, const std::filesystem::path& path) {
            const py::gil_scoped_release unlocked;
            io::write_table(r.to_table(), path);
        }, py::arg("path"));
}

}  // namespace

void bind_store(py::module_& m) {
    bind_outcomes(m);
    m.def("is_store", &is_store, py::arg("path"));
    m.def("mode_of_donors", [](const std::filesystem::path& path) {
        const py::gil_scoped_release unlocked;
        return mode_of(path) == import_mode::diff ? "diff" : "full";
    }, py::arg("path"));
    m.def("check_donor_columns", [](const std::filesystem::path& path) {
        const py::gil_scoped_release unlocked;
        (void)io::canonical_columns(*io::open_donors(path).rows);
    }, py::arg("path"));

    store_class store(m, "Store");
    store.def_static("create", [](const std::filesystem::path& path, const names_pointer& names, const mac_pointer& mac,
                                 const std::string& nulls, const std::string& actor) {
            const reading_rules rules{names, mac, policy(nulls)};
            const py::gil_scoped_release unlocked;
            return std::make_unique<connection>(registry_store::create(path, rules, actor));
        }, py::arg("path"), py::arg("nomenclature"), py::arg("mac"), py::arg("nulls"), py::arg("actor"))
        .def_static("open", [](const std::filesystem::path& path) {
            const py::gil_scoped_release unlocked;
            return std::make_unique<connection>(registry_store(path));
        }, py::arg("path"))
        .def("close", &connection::close)
        .def("info", [](connection& c) { return dict_of(c.with([](const registry_store& s) { return s.info(); })); })
        .def_property_readonly("id", [](connection& c) { return c.with([](const registry_store& s) { return s.id(); }); })
        .def("known_nomenclature", [](connection& c) {
            const std::uint64_t wanted = c.with([](const registry_store& s) { return s.release_fingerprint(); });
            for (const auto& names : {nomenclature::builtin(), nomenclature::names()})
                if (names->fingerprint() == wanted) return std::const_pointer_cast<nomenclature>(names);
            return names_pointer{};
        })
        .def("check", [](connection& c, const names_pointer& names, const mac_pointer& mac) {
            c.with([&](const registry_store& s) { s.check(c.rules(names, mac)); });
        }, py::arg("nomenclature"), py::arg("mac"))
        .def("import_file", [](connection& c, const std::filesystem::path& path, const names_pointer& names, const mac_pointer& mac,
                               const std::string& mode, const std::string& actor, bool strict, double most_removed,
                               bool allow_shrink, const py::object& progress) {
            const donor_import how = how_to_import(mode, actor, strict, most_removed, allow_shrink, progress);
            return c.with([&](registry_store& s) { return import_donors(s, path, c.rules(names, mac), how); });
        }, py::arg("path"), py::arg("nomenclature"), py::arg("mac"), py::arg("mode"), py::arg("actor"), py::arg("strict"),
             py::arg("most_removed"), py::arg("allow_shrink"), py::arg("progress"))
        .def("import_frame", [](connection& c, const py::object& frame, const names_pointer& names, const mac_pointer& mac,
                                const std::string& mode, const std::string& actor, bool strict, double most_removed,
                                bool allow_shrink, const py::object& progress) {
            const donor_import how = how_to_import(mode, actor, strict, most_removed, allow_shrink, progress);
            const auto rows = from_frame(frame);
            return c.with_gil([&](registry_store& s) { return import_donors(s, *rows, c.rules(names, mac), how); });
        }, py::arg("frame"), py::arg("nomenclature"), py::arg("mac"), py::arg("mode"), py::arg("actor"), py::arg("strict"),
             py::arg("most_removed"), py::arg("allow_shrink"), py::arg("progress"))
        .def("registry", [](connection& c, const names_pointer& names, const mac_pointer& mac) {
            derived_registry derived = c.latest(c.rules(names, mac));
            return py::make_tuple(std::const_pointer_cast<registry>(derived.donors), std::move(derived.unreadable));
        }, py::arg("nomenclature"), py::arg("mac"))
        .def("donor", [](connection& c, const std::string& id) -> py::object {
            const auto found = c.with([&](const registry_store& s) { return find_donor(s, id); });
            return found ? py::object(dict_of(*found)) : py::object(py::none());
        }, py::arg("id"))
        .def("history", [](connection& c, const std::string& id) {
            py::list out;
            for (const donor_state& state : c.with([&](const registry_store& s) { return donor_history(s, id); })) {
                py::dict one = dict_of(state.donor);
                one["version"] = state.version;
                one["at"] = state.at;
                one["actor"] = state.actor;
                one["action"] = state.action;
                out.append(std::move(one));
            }
            return out;
        }, py::arg("id"))
        .def("keep_patient", [](connection& c, const std::shared_ptr<patient>& who, const std::string& actor) {
            c.with([&](registry_store& s) { keep_patient(s, *who, actor); });
        }, py::arg("patient"), py::arg("actor"))
        .def("close_patient", [](connection& c, const std::string& id, const std::string& reason, const std::string& actor) {
            c.with([&](registry_store& s) { close_patient(s, id, reason, actor); });
        }, py::arg("id"), py::arg("reason"), py::arg("actor"))
        .def("patients", [](connection& c) {
            py::list out;
            for (stored_patient& p : c.with([](const registry_store& s) { return stored_patients(s); })) {
                for (auto& [column, value] : p.record)
                    if (locus_from_name(column)) value = shown_pair_text(value);
                out.append(py::make_tuple(p.id, p.active, dict_of(p.record)));
            }
            return out;
        })
        .def("patient", [](connection& c, const std::string& id, const names_pointer& names, const mac_pointer& mac) {
            return std::const_pointer_cast<patient>(
                c.with([&](const registry_store& s) { return read_patient(s, id, c.rules(names, mac)); }));
        }, py::arg("id"), py::arg("nomenclature"), py::arg("mac"))
        .def("keep_search", [](connection& c, const match_list& found, const search_request& request, bool standing,
                               const std::string& frequencies, const std::string& actor) {
            return c.with([&](registry_store& s) { return keep_search(s, found, request, standing, {frequencies, actor}); });
        }, py::arg("found"), py::arg("request"), py::arg("standing"), py::arg("frequencies"), py::arg("actor"))
        .def("searches", [](connection& c) { return dicts_of(c.with([](const registry_store& s) { return stored_searches(s); })); })
        .def("end_search", [](connection& c, std::int64_t search, const std::string& reason, const std::string& actor) {
            c.with([&](registry_store& s) { end_search(s, search, reason, actor); });
        }, py::arg("search"), py::arg("reason"), py::arg("actor"))
        .def("repeat_search", [](connection& c, std::int64_t search, const std::shared_ptr<registry>& donors, const names_pointer& names,
                                 const mac_pointer& mac, const std::shared_ptr<donor_genotypes>& genotypes,
                                 const std::optional<std::string>& on, const std::string& frequencies, const std::string& actor) {
            const day_number day = day_of("on", on, today());
            return c.with([&](registry_store& s) {
                return repeat_search(s, search, donors, c.rules(names, mac), genotypes, day, {frequencies, actor});
            });
        }, py::arg("search"), py::arg("registry"), py::arg("nomenclature"), py::arg("mac"), py::arg("genotypes"), py::arg("on"),
             py::arg("frequencies"), py::arg("actor"))
        .def("audit", [](connection& c, std::int64_t after, std::size_t most) {
            return dicts_of(c.with([&](const registry_store& s) { return audit_entries(s, after, most); }));
        }, py::arg("after"), py::arg("most"))
        .def("verify", [](connection& c) { return c.with([](const registry_store& s) { return verify_store(s); }); });
    bind_donor_life(m, store);
    bind_following(m, store);
}

}  // namespace allomatch::python
