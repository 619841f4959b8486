// SPDX-License-Identifier: Apache-2.0
#include "unit/io/scratch_folder.hpp"

#include <allomatch/haplotype/builtin_frequencies.hpp>
#include <allomatch/io/csv.hpp>
#include <allomatch/io/write_simulation.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace allomatch::io {
namespace {

using testing::bytes_of;
using testing::scratch_folder;

std::vector<std::vector<std::string>> rows_of(row_source& source) {
    std::vector<std::vector<std::string>> rows{{source.columns().begin(), source.columns().end()}};
    row_view row;
    while (source.next(row)) {
        EXPECT_TRUE(row.fault.empty()) << row.fault;
        rows.emplace_back(row.cells.begin(), row.cells.end());
    }
    return rows;
}

simulation_options small() {
    return {.donors = 300, .patients = 20, .branches = {{"a, \"quoted\" branch", 1}, {"杭州", 1}}};
}

TEST(write_simulation, files_hold_the_streams) {
    const scratch_folder folder;
    const frequency_set set = builtin_east_asian(nomenclature::builtin());
    std::size_t last = 0;
    write_simulation(small(), set, folder / "new" / "deeper", [&](std::size_t done, std::size_t total) {
        EXPECT_LE(done, total);
        last = total;
    });
    EXPECT_EQ(last, 640U);
    const auto plan = simulation::prepare(small(), set);
    const auto place = folder / "new" / "deeper";
    const auto same = [&](const char* file, row_source&& stream) {
        csv_source read(place / file);
        EXPECT_EQ(rows_of(read), rows_of(stream)) << file;
    };
    same("donors.csv", donor_simulator(plan));
    same("patients.csv", patient_simulator(plan));
    same("truth_donors.csv", truth_simulator(plan, simulated_people::donors));
    same("truth_patients.csv", truth_simulator(plan, simulated_people::patients));
    EXPECT_EQ(bytes_of(place / "mac.txt"), plan->mac_text());
    EXPECT_GT(mac_table::load(place / "mac.txt")->size(), 100U);
}

TEST(write_simulation, nothing_half_written) {
    const scratch_folder folder;
    const frequency_set set = builtin_east_asian(nomenclature::builtin());
    EXPECT_THROW(write_simulation(small(), set, folder.path(),
                                  [](std::size_t, std::size_t) { throw std::runtime_error("stopped"); }),
                 std::runtime_error);
    EXPECT_EQ(folder.entries(), 0U);
    folder.put("file", "");
    EXPECT_THROW(write_simulation(small(), set, folder / "file"), format_error);
}

TEST(write_simulation, without_codes) {
    const scratch_folder folder;
    const frequency_set set = builtin_east_asian(nomenclature::names());
    write_simulation({.donors = 5, .patients = 0}, set, folder.path());
    EXPECT_EQ(folder.entries(), 4U);
}

}  // namespace
}  // namespace allomatch::io
