// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <pybind11/pybind11.h>
#include <pybind11/functional.h>
#include <pybind11/stl.h>
#include <pybind11/stl/filesystem.h>

#include <allomatch/core/error.hpp>
#include <allomatch/core/locus.hpp>

#include <memory>
#include <string>

namespace py = pybind11;

namespace allomatch::python {

void bind_core(py::module_& m);
void bind_nomenclature(py::module_& m);
void bind_typing(py::module_& m);
void bind_io(py::module_& m);
void bind_registry(py::module_& m);
void bind_meaning(py::module_& m);
void bind_haplotype(py::module_& m);
void bind_estimation(py::module_& m);
void bind_search(py::module_& m);
void bind_explanation(py::module_& m);
void bind_analytics(py::module_& m);
void bind_likelihood(py::module_& m);
void bind_pool(py::module_& m);
void bind_store(py::module_& m);

/// Locus texts from a Python mapping of column names ("A_1", "DRB345_2", "B" for a GL String, "gl").
std::array<std::string, locus_count> locus_texts(const py::dict& typings);

}  // namespace allomatch::python
