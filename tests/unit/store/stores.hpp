// SPDX-License-Identifier: Apache-2.0
// Stores for tests.
#pragma once

#include <allomatch/io/csv.hpp>
#include <allomatch/store/donor_import.hpp>

#include <fstream>
#include <string_view>

namespace allomatch::testing {

inline reading_rules starter() { return {nomenclature::builtin()}; }

inline import_outcome import_text(registry_store& into, std::string_view text, const donor_import& how) {
    io::csv_source rows(text, "donors.csv");
    return import_donors(into, rows, starter(), how);
}

}  // namespace allomatch::testing
