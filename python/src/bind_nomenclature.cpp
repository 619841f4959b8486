// SPDX-License-Identifier: Apache-2.0
#include "binding.hpp"

#include <allomatch/nomenclature/mac_table.hpp>
#include <allomatch/nomenclature/nomenclature.hpp>

namespace allomatch::python {

void bind_nomenclature(py::module_& m) {
    // pybind11 holds classes by pointer to non-const; the bound methods are all const.
    py::class_<nomenclature, std::shared_ptr<nomenclature>>(m, "Nomenclature")
        .def_static(
            "load",
            [](const std::filesystem::path& folder) {
                const py::gil_scoped_release unlocked;
                return std::const_pointer_cast<nomenclature>(nomenclature::load(folder));
            },
            py::arg("folder"))
        .def_static("builtin", [] { return std::const_pointer_cast<nomenclature>(nomenclature::builtin()); })
        .def_static("names", [] { return std::const_pointer_cast<nomenclature>(nomenclature::names()); })
        .def_static(
            "open",
            [](const std::string& release) {
                const py::gil_scoped_release unlocked;
                return std::const_pointer_cast<nomenclature>(nomenclature::open(release));
            },
            py::arg("release"))
        .def_property_readonly("version", &nomenclature::version)
        .def_property_readonly("names_only", &nomenclature::names_only)
        .def_property_readonly("allele_count", &nomenclature::allele_count)
        .def_property_readonly("class_count", &nomenclature::class_count)
        .def_property_readonly("p_group_count", &nomenclature::p_group_count)
        .def_property_readonly("g_group_count", &nomenclature::g_group_count)
        .def_property_readonly("old_name_count", &nomenclature::old_name_count);

    py::class_<mac_table, std::shared_ptr<mac_table>>(m, "MacTable")
        .def_static(
            "load",
            [](const std::filesystem::path& file) {
                const py::gil_scoped_release unlocked;
                return std::const_pointer_cast<mac_table>(mac_table::load(file));
            },
            py::arg("file"))
        .def_static(
            "from_text",
            [](std::string content) { return std::const_pointer_cast<mac_table>(mac_table::from_text(std::move(content))); },
            py::arg("content"))
        .def("find", [](const mac_table& t, const std::string& code) -> std::optional<std::string> {
            const auto found = t.find(code);
            return found ? std::optional(std::string(*found)) : std::nullopt;
        }, py::arg("code"))
        .def("__len__", &mac_table::size);
}

}  // namespace allomatch::python
