// SPDX-License-Identifier: Apache-2.0
#include "binding.hpp"
#include "arrow_capsule.hpp"
#include "problem_dict.hpp"

#include <allomatch/io/match_table.hpp>
#include <allomatch/io/people.hpp>
#include <allomatch/io/table_writers.hpp>

namespace allomatch::python {

namespace {

constexpr const char* capsule_name = "arrow_array_stream";

void release_capsule(PyObject* capsule) {
    auto* stream = static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(capsule, capsule_name));
    if (stream == nullptr) {
        PyErr_Clear();
        return;
    }
    if (stream->release != nullptr) stream->release(stream);
    delete stream;
}

}  // namespace

py::dict problem_dict(const problem& p) {
    py::dict d;
    d["place"] = p.place;
    d["row"] = p.row;
    d["column"] = p.column;
    d["id"] = p.id;
    d["text"] = p.text;
    d["reason"] = p.reason;
    d["suggestion"] = p.suggestion;
    d["message"] = p.message();
    return d;
}

py::capsule to_capsule(io::table&& rows) {
    auto stream = std::make_unique<ArrowArrayStream>();
    io::export_stream(std::move(rows), stream.get());
    return py::capsule(stream.release(), capsule_name, &release_capsule);
}

std::unique_ptr<io::arrow_source> from_frame(const py::object& frame) {
    if (!py::hasattr(frame, "__arrow_c_stream__")) {
        throw format_error(problem::with_input("frame",
            "expected a data frame that speaks Arrow (pandas 2.2, polars, pyarrow ..: __arrow_c_stream__)"));
    }
    const py::capsule capsule = frame.attr("__arrow_c_stream__")();
    auto* stream = static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(capsule.ptr(), capsule_name));
    if (stream == nullptr) throw py::error_already_set();
    return std::make_unique<io::arrow_source>(stream);
}

void bind_io(py::module_& m) {
    py::class_<io::import_report>(m, "ImportReport")
        .def_readonly("source", &io::import_report::source)
        .def_readonly("rows_read", &io::import_report::rows_read)
        .def_readonly("rows_taken", &io::import_report::rows_taken)
        .def_readonly("rows_refused", &io::import_report::rows_refused)
        .def_readonly("seconds", &io::import_report::seconds)
        .def_property_readonly("problems", [](const io::import_report& r) {
            py::list all;
            for (const problem& p : r.problems) all.append(problem_dict(p));
            return all;
        })
        .def_property_readonly("warnings", [](const io::import_report& r) {
            py::list all;
            for (const io::import_warning& w : r.warnings) {
                py::dict d = problem_dict(w.first);
                d["count"] = w.count;
                all.append(std::move(d));
            }
            return all;
        })
        .def("write", [](const io::import_report& r, const std::filesystem::path& path) {
            const py::gil_scoped_release unlocked;
            io::write_table(r.to_table(), path);
        }, py::arg("path"))
        .def("__arrow_c_stream__", [](const io::import_report& r, const py::object&) { return to_capsule(r.to_table()); },
             py::arg("requested_schema") = py::none());
}

}  // namespace allomatch::python
