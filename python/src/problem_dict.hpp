// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "binding.hpp"

namespace allomatch::python {

/// A problem as data: place, row, column, id, text, reason, suggestion, message.
py::dict problem_dict(const problem& p);

}  // namespace allomatch::python
