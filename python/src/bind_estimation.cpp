// SPDX-License-Identifier: Apache-2.0
#include "binding.hpp"
#include "frequency_store.hpp"

#include <allomatch/analytics/hardy_weinberg.hpp>
#include <allomatch/haplotype/estimation.hpp>

#include <pybind11/numpy.h>

#include <optional>

namespace allomatch::python {

namespace {

template <class T>
py::array_t<T> array(const std::vector<T>& values) {
    return py::array_t<T>(static_cast<py::ssize_t>(values.size()), values.data());
}

std::vector<locus> loci_of(const std::vector<std::string>& texts) {
    std::vector<locus> loci;
    for (const std::string& text : texts) {
        const auto l = locus_from_name(text);
        if (!l) throw format_error(problem::with_value("loci", text, "not a locus"));
        loci.push_back(*l);
    }
    return loci;
}

using donor_numbers = py::array_t<std::uint32_t, py::array::c_style | py::array::forcecast>;

/// Borrows from the array.
std::span<const donor_index> some_of(const donor_numbers& people, const registry& donors) {
    const std::span some(people.data(), static_cast<std::size_t>(people.size()));
    for (const donor_index d : some)
        if (d >= donors.size()) throw py::index_error("no donor of this number");
    return some;
}

}  // namespace

void bind_estimation(py::module_& m) {
    py::class_<haplotype_estimate, std::shared_ptr<haplotype_estimate>>(m, "HaplotypeEstimate")
        .def("__len__", &haplotype_estimate::size)
        .def_property_readonly("loci", [](const haplotype_estimate& e) {
            std::vector<std::string> names;
            for (const locus l : e.loci) names.emplace_back(name(l));
            return names;
        })
        .def("haplotypes", [](const haplotype_estimate& e) {
            py::list out;
            for (std::size_t i = 0; i < e.size(); ++i) out.append(e.haplotype_text(i));
            return out;
        })
        .def("alleles", [](const haplotype_estimate& e, std::size_t at) {
            if (at >= e.loci.size()) throw py::index_error("no such locus");
            py::list out;
            for (std::size_t i = 0; i < e.size(); ++i) out.append(e.names[at][e.codes[i * e.loci.size() + at]]);
            return out;
        }, py::arg("at"))
        .def_property_readonly("frequencies", [](const haplotype_estimate& e) { return array(e.frequencies); })
        .def_property_readonly("copies", [](const haplotype_estimate& e) { return array(e.copies); })
        .def_property_readonly("standard_errors", [](const haplotype_estimate& e) { return array(e.standard_errors); })
        .def_property_readonly("low", [](const haplotype_estimate& e) { return array(e.low); })
        .def_property_readonly("high", [](const haplotype_estimate& e) { return array(e.high); })
        .def_property_readonly("trace", [](const haplotype_estimate& e) { return array(e.trace); })
        .def_property_readonly("log_probability", [](const haplotype_estimate& e) { return array(e.log_probability); })
        .def_readonly("log_likelihood_of_starts", &haplotype_estimate::log_likelihood_of_starts)
        .def_readonly("log_likelihood", &haplotype_estimate::log_likelihood)
        .def_readonly("converged", &haplotype_estimate::converged)
        .def_readonly("cut_haplotypes", &haplotype_estimate::cut_haplotypes)
        .def_readonly("cut_mass", &haplotype_estimate::cut_mass)
        .def_readonly("cut_people", &haplotype_estimate::cut_people)
        .def_readonly("people", &haplotype_estimate::people)
        .def_readonly("typings", &haplotype_estimate::typings)
        .def_readonly("haplotypes_possible", &haplotype_estimate::haplotypes)
        .def_readonly("pairs", &haplotype_estimate::pairs)
        .def_readonly("resolved_by_others", &haplotype_estimate::resolved_by_others)
        .def_readonly("untyped", &haplotype_estimate::untyped)
        .def_readonly("new_alleles", &haplotype_estimate::new_alleles)
        .def_readonly("too_ambiguous", &haplotype_estimate::too_ambiguous);

    m.def("frequency_store_of",
          [](const std::vector<std::pair<std::string, std::shared_ptr<haplotype_estimate>>>& estimates,
             const std::shared_ptr<nomenclature>& names) {
              const py::gil_scoped_release unlocked;
              io::frequency_sets all;
              for (const auto& [population, estimate] : estimates) {
                  all.sets.push_back(estimate->set(population, names));
                  all.report.rows_read += estimate->size();
              }
              all.report.rows_taken = all.report.rows_read;
              return frequency_store::of(std::move(all));
          }, py::arg("estimates"), py::arg("nomenclature"));

    m.def("estimate_frequencies",
          [](const std::shared_ptr<registry>& donors, const std::vector<std::string>& loci, const std::string& unit,
             const std::string& start, std::uint64_t seed, std::size_t starts, const std::shared_ptr<frequency_store>& prior,
             const std::string& prior_population, double prior_people, double stop, std::size_t most_iterations, std::optional<double> cut,
             std::size_t most_pairs, std::size_t bootstrap, double level, std::size_t threads,
             const std::optional<donor_numbers>& people,
             const py::object& progress) {
              const estimation_options options{
                  .loci = loci_of(loci), .unit = haplotype_unit_from_name(unit), .start = estimation_start_from_name(start),
                  .seed = seed, .starts = starts, .prior = prior ? prior->set(prior_population) : nullptr,
                  .prior_people = prior_people, .stop = stop, .most_iterations = most_iterations, .cut = cut,
                  .most_pairs = most_pairs, .bootstrap = bootstrap, .level = level, .threads = threads};
              const auto some = people ? std::optional(some_of(*people, *donors)) : std::nullopt;
              const auto report = [&progress](std::size_t iteration, double change, double log_likelihood) {
                  const py::gil_scoped_acquire locked;
                  if (PyErr_CheckSignals() != 0) throw py::error_already_set();
                  if (!progress.is_none()) progress(iteration, change, log_likelihood);
              };
              const py::gil_scoped_release unlocked;
              return std::make_shared<haplotype_estimate>(estimate_frequencies(*donors, options, some, report));
          },
          py::arg("registry"), py::arg("loci"), py::arg("unit"), py::arg("start"), py::arg("seed"), py::arg("starts"),
          py::arg("prior"), py::arg("prior_population"), py::arg("prior_people"), py::arg("stop"), py::arg("most_iterations"),
          py::arg("cut"), py::arg("most_pairs"), py::arg("bootstrap"), py::arg("level"), py::arg("threads"), py::arg("people"),
          py::arg("progress"));

    m.def("hardy_weinberg",
          [](const std::shared_ptr<registry>& donors, const std::string& at, const std::string& unit, std::size_t threads,
             const std::optional<donor_numbers>& people) {
              const locus l = loci_of({at}).front();
              hardy_weinberg found;
              const auto some = people ? std::optional(some_of(*people, *donors)) : std::nullopt;
              {
                  const py::gil_scoped_release unlocked;
                  found = test_hardy_weinberg(*donors, l, {.unit = haplotype_unit_from_name(unit), .threads = threads}, some);
              }
              py::dict out;
              out["people"] = found.people;
              out["certain"] = found.certain;
              out["alleles"] = found.alleles;
              out["homozygotes"] = found.homozygotes;
              out["expected_homozygotes"] = found.expected_homozygotes;
              out["inbreeding"] = found.inbreeding;
              out["z"] = found.z;
              out["p_value"] = found.p_value;
              return out;
          }, py::arg("registry"), py::arg("locus"), py::arg("unit"), py::arg("threads"), py::arg("people"));
}

}  // namespace allomatch::python
