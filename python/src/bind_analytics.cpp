// SPDX-License-Identifier: Apache-2.0
#include "binding.hpp"


#include <allomatch/analytics/simulate.hpp>
#include <allomatch/haplotype/builtin_frequencies.hpp>
#include <allomatch/io/read_frequencies.hpp>
#include <allomatch/io/write_simulation.hpp>

#include <algorithm>
#include <map>

namespace allomatch::python {

namespace {

typing_quality quality_from(typing_quality quality, const std::map<std::string, double>& shares) {
    const std::array<std::pair<const char*, typing_profile*>, typing_kind_count> profiles{{
        {"serology", &quality.serology}, {"xx", &quality.xx}, {"mac", &quality.mac},
        {"g_group", &quality.g_group}, {"two_field", &quality.two_field}, {"three_field", &quality.three_field}}};
    if (shares.empty()) return quality;
    for (const auto& [name, profile] : profiles) profile->share = 0;
    for (const auto& [kind, share] : shares) {
        const auto it = std::find_if(profiles.begin(), profiles.end(), [&](const auto& p) { return kind == p.first; });
        if (it == profiles.end()) {
            throw format_error(problem::with_value("quality", kind,
                "expected serology, xx, mac, g_group, two_field or three_field"));
        }
        it->second->share = share;
    }
    return quality;
}

const frequency_set& one_set(const io::frequency_sets& sets, const std::string& population) {
    if (population.empty() && sets.sets.size() == 1) return sets.sets.front();
    if (const frequency_set* set = sets.find(population)) return *set;
    problem p;
    p.column = "population";
    p.text = shown(population);
    p.reason = "which population? the frequencies have";
    for (const frequency_set& s : sets.sets) p.reason += ' ' + s.name();
    throw format_error(std::move(p));
}

}  // namespace

void bind_analytics(py::module_& m) {
    m.def("simulate",
          [](const std::filesystem::path& folder, const std::vector<std::filesystem::path>& frequencies,
             const std::string& population, bool normalise, const std::shared_ptr<nomenclature>& names,
             std::size_t donors, std::size_t patients, std::uint64_t seed, const std::map<std::string, double>& quality,
             double null_alleles, const std::optional<std::string>& reference_date, const py::object& progress) {
              simulation_options options;
              options.donors = donors;
              options.patients = patients;
              options.seed = seed;
              options.donor_typing = quality_from(options.donor_typing, quality);
              options.null_alleles = null_alleles;
              if (reference_date) {
                  const auto day = read_date(*reference_date);
                  if (!day) {
                      throw format_error(problem::with_value("reference_date", *reference_date,
                          "not a date YYYY-MM-DD"));
                  }
                  options.reference_date = *day;
              }
              io::simulation_progress report;
              if (!progress.is_none())
                  report = [&progress](std::size_t done, std::size_t total) {
                      const py::gil_scoped_acquire locked;
                      if (PyErr_CheckSignals() != 0) throw py::error_already_set();
                      progress(done, total);
                  };
              const py::gil_scoped_release unlocked;
              if (frequencies.empty()) {
                  io::write_simulation(options, builtin_east_asian(names), folder, report);
              } else {
                  const io::frequency_sets sets = io::read_frequencies(frequencies, names, {.normalise = normalise});
                  io::write_simulation(options, one_set(sets, population), folder, report);
              }
          },
          py::arg("folder"), py::arg("frequencies"), py::arg("population"), py::arg("normalise"),
          py::arg("nomenclature"), py::arg("donors"), py::arg("patients"), py::arg("seed"), py::arg("quality"),
          py::arg("null_alleles"), py::arg("reference_date"), py::arg("progress"));
}

}  // namespace allomatch::python
