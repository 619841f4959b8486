// SPDX-License-Identifier: Apache-2.0
/// \file
/// The frequency set inside the library.
#pragma once

#include <allomatch/haplotype/frequency_set.hpp>

namespace allomatch {

/// The built-in set `east_asian` (A~C~B~DRB1~DQB1), estimated from 382 people: for demonstration and tests, not
/// for clinical use. Every name in it is known to the starter nomenclature; with another one, rows
/// that cannot be read are left out.
/// \throws format_error when no row is left.
[[nodiscard]] frequency_set builtin_east_asian(const nomenclature::pointer& names);

}  // namespace allomatch
