// SPDX-License-Identifier: Apache-2.0
/// \file
/// Donors as a table with the columns of a donor file.
#pragma once

#include <allomatch/io/table.hpp>
#include <allomatch/registry/registry.hpp>

namespace allomatch::io {

/// One row a donor in registry order, in the columns of formats.md, section "Donors": `id`; per typed locus `L_1` and
/// `L_2` with the texts as received, or `L` where GL Strings were; the fields under their names. Texts and dates are
/// text, counts whole numbers; what is missing is missing. Where nobody is typed there are A_1 and A_2. Reads back as the same donors. O(cells).
[[nodiscard]] table registry_table(const registry& donors);

}  // namespace allomatch::io
