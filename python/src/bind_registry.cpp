// SPDX-License-Identifier: Apache-2.0
#include "arrow_capsule.hpp"
#include "binding.hpp"

#include <allomatch/core/file.hpp>
#include <allomatch/io/people.hpp>
#include <allomatch/registry/snapshot.hpp>
#include <allomatch/search/patient.hpp>

#include <chrono>

namespace allomatch::python {

namespace {

using names_pointer = std::shared_ptr<nomenclature>;
using mac_pointer = std::shared_ptr<mac_table>;

null_policy policy(const std::string& text) {
    if (text == "ignore_inside_ambiguity") return null_policy::ignore_inside_ambiguity;
    if (text == "consider") return null_policy::consider;
    throw format_error(problem::with_value("nulls", text, "expected ignore_inside_ambiguity or consider"));
}

std::string name_of(null_policy nulls) { return nulls == null_policy::consider ? "consider" : "ignore_inside_ambiguity"; }

/// A snapshot, and a report as of a file whose rows were all taken.
py::tuple open_registry(const std::filesystem::path& path, const names_pointer& names) {
    io::import_report report;
    std::shared_ptr<const registry> donors;
    {
        const py::gil_scoped_release unlocked;
        const auto start = std::chrono::steady_clock::now();
        donors = open_snapshot(path, names);
        report.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    }
    report.source = path_text(path);
    report.rows_read = report.rows_taken = donors->size();
    return py::make_tuple(std::const_pointer_cast<registry>(donors), std::move(report));
}

/// Hexadecimal; None without a store.
py::object store_id(const registry_origin& origin) {
    if (origin.store == registry_origin{}.store) return py::none();
    return py::bytes(reinterpret_cast<const char*>(origin.store.data()), origin.store.size()).attr("hex")();
}

py::dict info_dict(const snapshot_info& info) {
    const auto fingerprint = [](std::uint64_t value) { return py::str("{:016x}").format(value); };
    py::list sections;
    for (const snapshot_info::section& s : info.sections) {
        py::dict one;
        one["name"] = s.name;
        one["bytes"] = s.bytes;
        one["checksum"] = fingerprint(s.checksum);
        sections.append(std::move(one));
    }
    py::dict out;
    out["file"] = info.path;
    out["format_version"] = info.version;
    out["written_by"] = info.written_by;
    out["bytes"] = info.bytes;
    out["donors"] = info.donors;
    out["release"] = info.release;
    out["release_fingerprint"] = fingerprint(info.release_fingerprint);
    out["mac_fingerprint"] = info.mac_fingerprint != 0 ? py::object(fingerprint(info.mac_fingerprint)) : py::object(py::none());
    out["nulls"] = name_of(info.nulls);
    out["store"] = store_id(info.origin);
    out["store_version"] = info.origin.version;
    out["sections"] = std::move(sections);
    return out;
}

io::import_options options(const std::string& nulls, bool strict, const py::object& progress) {
    io::import_options o;
    o.nulls = policy(nulls);
    o.strict = strict;
    if (!progress.is_none())
        o.progress = [progress](std::uint64_t rows) {
            const py::gil_scoped_acquire locked;
            if (PyErr_CheckSignals() != 0) throw py::error_already_set();
            progress(rows);
        };
    return o;
}

/// Calls `read(report)`, without the lock where the rows do not come from Python.
template <class Read>
py::tuple reported(bool unlock, Read read) {
    io::import_report report;
    std::shared_ptr<const registry> donors;
    if (unlock) {
        const py::gil_scoped_release unlocked;
        donors = read(report);
    } else {
        donors = read(report);
    }
    return py::make_tuple(std::const_pointer_cast<registry>(donors), std::move(report));
}

py::tuple read_donors(row_source& rows, const names_pointer& names, const mac_pointer& mac,
                      const io::import_options& how, bool unlock) {
    return reported(unlock, [&](io::import_report& report) { return io::import_donors(rows, names, mac, how, report); });
}

py::tuple update_donors(const std::shared_ptr<registry>& base, row_source& rows, const std::vector<std::string>& removed,
                        const mac_pointer& mac, const io::import_options& how, bool unlock) {
    return reported(unlock, [&](io::import_report& report) { return io::update_donors(rows, removed, base, mac, how, report); });
}

py::tuple read_patients(row_source& rows, const names_pointer& names, const mac_pointer& mac,
                        const io::import_options& how) {
    io::import_report report;
    std::vector<std::shared_ptr<patient>> out;
    for (const auto& p : io::import_patients(rows, names, mac, how, report))
        out.push_back(std::const_pointer_cast<patient>(p));
    return py::make_tuple(std::move(out), std::move(report));
}

}  // namespace

void bind_registry(py::module_& m) {
    py::class_<registry, std::shared_ptr<registry>>(m, "Registry")
        .def("__len__", &registry::size)
        .def("id", [](const registry& r, std::size_t d) {
            if (d >= r.size()) throw py::index_error("no donor of this number");
            return std::string(r.id(static_cast<donor_index>(d)));
        }, py::arg("donor"))
        .def("find", &registry::find, py::arg("id"))
        .def_property_readonly("nomenclature", [](const registry& r) { return std::const_pointer_cast<nomenclature>(r.names()); })
        .def_property_readonly("nulls", [](const registry& r) { return name_of(r.nulls()); })
        .def_property_readonly("store_id", [](const registry& r) { return store_id(r.origin()); })
        .def_property_readonly("store_version", [](const registry& r) { return r.origin().version; })
        .def("save", [](const registry& r, const std::filesystem::path& path) {
            const py::gil_scoped_release unlocked;
            save_snapshot(r, path);
        }, py::arg("path"))
        .def_property_readonly("fields", [](const registry& r) {
            std::vector<std::string> names;
            for (const field_column& f : r.fields()) names.push_back(f.name());
            return names;
        })
        .def("typings", [](const registry& r, std::size_t d) {
            if (d >= r.size()) throw py::index_error("no donor of this number");
            py::dict out;
            for (std::size_t l = 0; l < locus_count; ++l) {
                const auto text = r.typing_text(static_cast<locus>(l), static_cast<donor_index>(d));
                if (!text.empty()) out[py::str(locus_names[l].data(), locus_names[l].size())] = shown_pair_text(text);
            }
            return out;
        }, py::arg("donor"))
        .def("field_values", [](const registry& r, std::size_t d) {
            if (d >= r.size()) throw py::index_error("no donor of this number");
            py::dict out;
            for (const field_column& f : r.fields())
                if (!f.is_missing(d)) out[py::str(f.name())] = f.text(d);
            return out;
        }, py::arg("donor"))
        .def("memory", [](const registry& r) {
            const registry_memory b = r.memory();
            py::dict out;
            out["typings"] = b.typings;
            out["typing_texts"] = b.typing_texts;
            out["fields"] = b.fields;
            out["ids"] = b.ids;
            out["dictionaries"] = b.dictionaries;
            out["total"] = b.total();
            return out;
        })
        .def("loci", [](const registry& r) {
            py::dict out;
            for (std::size_t l = 0; l < locus_count; ++l) {
                const auto& c = r.column(static_cast<locus>(l));
                if (c.typed == 0) continue;
                py::dict one;
                one["typed"] = c.typed;
                one["genotypes"] = c.dictionary.genotype_count() - 1;
                one["texts"] = c.texts.size() - 1;
                one["classes"] = c.dictionary.classes().size();
                out[py::str(locus_names[l].data(), locus_names[l].size())] = std::move(one);
            }
            return out;
        });

    m.def("registry_from_file",
          [](const std::filesystem::path& path, const names_pointer& names, const mac_pointer& mac,
             const std::string& nulls, bool strict, const py::object& progress) {
              const auto how = options(nulls, strict, progress);
              const auto rows = io::open_people(path);
              return read_donors(*rows, names, mac, how, true);
          },
          py::arg("path"), py::arg("nomenclature"), py::arg("mac"), py::arg("nulls"), py::arg("strict"),
          py::arg("progress"));
    m.def("registry_from_frame",
          [](const py::object& frame, const names_pointer& names, const mac_pointer& mac, const std::string& nulls,
             bool strict, const py::object& progress) {
              const auto how = options(nulls, strict, progress);
              const auto rows = from_frame(frame);
              return read_donors(*rows, names, mac, how, false);
          },
          py::arg("frame"), py::arg("nomenclature"), py::arg("mac"), py::arg("nulls"), py::arg("strict"),
          py::arg("progress"));

    m.def("update_from_file",
          [](const std::shared_ptr<registry>& base, const std::filesystem::path& path, const std::vector<std::string>& removed,
             const mac_pointer& mac, bool strict, const py::object& progress) {
              const auto rows = io::open_people(path);
              return update_donors(base, *rows, removed, mac, options(name_of(base->nulls()), strict, progress), true);
          },
          py::arg("base"), py::arg("path"), py::arg("removed"), py::arg("mac"), py::arg("strict"), py::arg("progress"));
    m.def("update_from_frame",
          [](const std::shared_ptr<registry>& base, const py::object& frame, const std::vector<std::string>& removed,
             const mac_pointer& mac, bool strict, const py::object& progress) {
              const auto rows = from_frame(frame);
              return update_donors(base, *rows, removed, mac, options(name_of(base->nulls()), strict, progress), false);
          },
          py::arg("base"), py::arg("frame"), py::arg("removed"), py::arg("mac"), py::arg("strict"), py::arg("progress"));

    m.def("open_registry", &open_registry, py::arg("path"), py::arg("nomenclature"));
    m.def("is_snapshot", &is_snapshot, py::arg("path"));
    m.def("snapshot_info", [](const std::filesystem::path& path) { return info_dict(read_snapshot_info(path)); }, py::arg("path"));
    m.def("verify_snapshot", [](const std::filesystem::path& path) {
        snapshot_info info;
        {
            const py::gil_scoped_release unlocked;
            info = verify_snapshot(path);
        }
        return info_dict(info);
    }, py::arg("path"));

    py::class_<patient, std::shared_ptr<patient>>(m, "PatientCore")
        .def_readonly("id", &patient::id)
        .def_readonly("warnings", &patient::warnings)
        .def_property_readonly("fields", [](const patient& p) {
            py::dict out;
            for (const auto& [name, text] : p.fields) out[py::str(name)] = text;
            return out;
        })
        .def_property_readonly("typings", [](const patient& p) {
            py::dict out;
            for (std::size_t l = 0; l < locus_count; ++l)
                if (!p.texts[l].empty())
                    out[py::str(locus_names[l].data(), locus_names[l].size())] = shown_pair_text(p.texts[l]);
            return out;
        });
    m.def("make_patient",
          [](const std::string& id, const py::dict& typings, const std::vector<std::pair<std::string, std::string>>& fields,
             const names_pointer& names, const mac_pointer& mac, const std::string& nulls) {
              const typing_context context{names.get(), mac.get(), gene_set::all(), column_kind::dna};
              for (const auto& [field, text] : fields) {
                  if (find_field(field) != nullptr) continue;
                  problem p;
                  p.column = field;
                  p.text = shown(text);
                  p.reason = "not a patient field:";
                  for (const field_definition& known : known_fields()) p.reason += ' ' + std::string(known.name);
                  throw format_error(std::move(p));
              }
              auto one = std::make_shared<patient>();
              const auto problems = read_patient(context, policy(nulls), id, locus_texts(typings), fields, *one);
              if (!problems.empty()) {
                  if (locus_from_name(problems.front().column.substr(0, problems.front().column.find('_'))))
                      throw typing_error(problems.front());
                  throw format_error(problems.front());
              }
              return one;
          },
          py::arg("id"), py::arg("typings"), py::arg("fields"), py::arg("nomenclature"), py::arg("mac"),
          py::arg("nulls"));
    m.def("patients_from_file",
          [](const std::filesystem::path& path, const names_pointer& names, const mac_pointer& mac,
             const std::string& nulls, bool strict) {
              const auto rows = io::open_people(path);
              return read_patients(*rows, names, mac, options(nulls, strict, py::none()));
          },
          py::arg("path"), py::arg("nomenclature"), py::arg("mac"), py::arg("nulls"), py::arg("strict"));
    m.def("patients_from_frame",
          [](const py::object& frame, const names_pointer& names, const mac_pointer& mac, const std::string& nulls,
             bool strict) {
              const auto rows = from_frame(frame);
              return read_patients(*rows, names, mac, options(nulls, strict, py::none()));
          },
          py::arg("frame"), py::arg("nomenclature"), py::arg("mac"), py::arg("nulls"), py::arg("strict"));
}

}  // namespace allomatch::python
