// SPDX-License-Identifier: Apache-2.0
/// \file
/// A simulated registry as files.
#pragma once

#include <allomatch/analytics/simulate.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>

namespace allomatch::io {

/// Called now and then with the rows written and their total.
using simulation_progress = std::function<void(std::size_t done, std::size_t total)>;

/// Writes donors.csv, patients.csv, truth_donors.csv, truth_patients.csv and mac.txt (when there are codes) into
/// a folder, which is made when missing. The files get their names once all of them are complete; an exception
/// before, also one of the callback, leaves none of them. Existing files are replaced.
/// \throws format_error when a file cannot be written.
void write_simulation(const simulation::pointer& plan, const std::filesystem::path& folder,
                      const simulation_progress& progress = {});
/// The same from options.
void write_simulation(const simulation_options& options, const frequency_set& set,
                      const std::filesystem::path& folder, const simulation_progress& progress = {});

}  // namespace allomatch::io
