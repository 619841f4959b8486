// SPDX-License-Identifier: Apache-2.0
#include <allomatch/core/file.hpp>
#include <allomatch/core/output_file.hpp>
#include <allomatch/io/write_simulation.hpp>

#include <algorithm>
#include <system_error>

namespace allomatch::io {

namespace {

constexpr std::size_t piece_size = std::size_t{1} << 20;
constexpr std::size_t rows_between_calls = 65'536;

void append_cell(std::string& out, std::string_view cell) {
    const auto special = [](char c) { return c == ',' || c == '"' || c == '\r' || c == '\n'; };
    if (std::none_of(cell.begin(), cell.end(), special)) {
        out += cell;
        return;
    }
    out += '"';
    for (const char c : cell) {
        if (c == '"') out += '"';
        out += c;
    }
    out += '"';
}

/// Counts rows over all files.
struct row_counter {
    const simulation_progress& progress;
    std::size_t total;
    std::size_t done = 0;

    void add_row() {
        ++done;
        if (progress && (done % rows_between_calls == 0 || done == total)) progress(done, total);
    }
};

void write_rows(row_source& rows, output_file& file, row_counter& counter) {
    std::string out;
    const auto add = [&out](const auto& cells) {
        for (std::size_t i = 0; i < cells.size(); ++i) {
            if (i != 0) out += ',';
            append_cell(out, cells[i]);
        }
        out += '\n';
    };
    add(rows.columns());
    row_view row;
    while (rows.next(row)) {
        add(row.cells);
        if (out.size() >= piece_size) {
            file.write(out);
            out.clear();
        }
        counter.add_row();
    }
    file.write(out);
}

void make_folder(const std::filesystem::path& folder) {
    std::error_code error;
    std::filesystem::create_directories(folder, error);
    if (std::filesystem::is_directory(folder)) return;
    problem p;
    p.place = path_text(folder);
    p.reason = "the folder cannot be made";
    if (error) p.reason += ": " + error.message();
    throw format_error(std::move(p));
}

}  // namespace

void write_simulation(const simulation::pointer& plan, const std::filesystem::path& folder,
                      const simulation_progress& progress) {
    make_folder(folder);
    row_counter counter{progress, 2 * (plan->options().donors + plan->options().patients)};
    std::vector<output_file> files;
    const auto write = [&](const char* file, row_source&& rows) {
        write_rows(rows, files.emplace_back(folder / file), counter);
    };
    write("donors.csv", donor_simulator(plan));
    write("patients.csv", patient_simulator(plan));
    write("truth_donors.csv", truth_simulator(plan, simulated_people::donors));
    write("truth_patients.csv", truth_simulator(plan, simulated_people::patients));
    if (!plan->mac_text().empty()) files.emplace_back(folder / "mac.txt").write(plan->mac_text());
    for (output_file& file : files) file.commit();
}

void write_simulation(const simulation_options& options, const frequency_set& set,
                      const std::filesystem::path& folder, const simulation_progress& progress) {
    write_simulation(simulation::prepare(options, set), folder, progress);
}

}  // namespace allomatch::io
