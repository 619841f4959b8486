// SPDX-License-Identifier: Apache-2.0
#include "binding.hpp"

namespace allomatch::python {

namespace {

void raise(const char* class_name, const problem& p) {
    const py::object type = py::module_::import("allomatch.errors").attr(class_name);
    const py::object row = p.row == 0 ? py::object(py::none()) : py::object(py::int_(p.row));
    const auto text = [](const std::string& s) {
        return s.empty() ? py::object(py::none()) : py::object(py::str(s));
    };
    const py::object error = type(p.message(), py::arg("place") = text(p.place), py::arg("row") = row,
                                  py::arg("column") = text(p.column), py::arg("id") = text(p.id),
                                  py::arg("text") = text(p.text), py::arg("reason") = text(p.reason),
                                  py::arg("suggestion") = text(p.suggestion));
    PyErr_SetObject(type.ptr(), error.ptr());
}

}  // namespace

void bind_core(py::module_& m) {
    py::register_exception_translator([](std::exception_ptr pointer) {
        try {
            if (pointer) std::rethrow_exception(pointer);
        } catch (const typing_error& e) {
            raise("TypingError", e.details());
        } catch (const snapshot_error& e) {
            raise("SnapshotError", e.details());
        } catch (const store_error& e) {
            raise("StoreError", e.details());
        } catch (const format_error& e) {
            raise("FormatError", e.details());
        }
    });
    m.def(
        "loci_from_text",
        [](const std::string& text) {
            std::vector<std::string> names;
            for (const locus l : loci_from_text(text)) names.emplace_back(name(l));
            return names;
        },
        py::arg("text"));
}

}  // namespace allomatch::python
