// SPDX-License-Identifier: Apache-2.0
/// \file
/// What changed in the meaning of typings, as a table.
#pragma once

#include <allomatch/io/table.hpp>
#include <allomatch/registry/meaning_change.hpp>

#include <cstddef>

namespace allomatch::io {

/// Rows [first, first + count) of the changes: donor_id, locus (missing where none is to blame), text, change, before,
/// after, reason.
[[nodiscard]] table meaning_table(const meaning_changes& changes, std::size_t first = 0, std::size_t count = ~std::size_t{0});

}  // namespace allomatch::io
