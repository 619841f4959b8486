// SPDX-License-Identifier: Apache-2.0
#include "binding.hpp"

namespace allomatch::python {

void bind_analytics(py::module_&) {}

}  // namespace allomatch::python
