// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "binding.hpp"

#include <allomatch/io/arrow.hpp>

namespace allomatch::python {

/// A table as the capsule that `__arrow_c_stream__` returns.
py::capsule to_capsule(io::table&& rows);
/// Rows of any frame with `__arrow_c_stream__`.
std::unique_ptr<io::arrow_source> from_frame(const py::object& frame);

}  // namespace allomatch::python
