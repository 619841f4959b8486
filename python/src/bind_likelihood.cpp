// SPDX-License-Identifier: Apache-2.0
#include "binding.hpp"
#include "frequency_store.hpp"

#include <allomatch/analytics/match_likelihood.hpp>
#include <allomatch/analytics/pool_matches.hpp>

#include <pybind11/numpy.h>

#include <algorithm>

namespace allomatch::python {

namespace {

template <class Value>
using in_array = py::array_t<Value, py::array::c_style | py::array::forcecast>;

template <class Value>
std::vector<Value> taken(const in_array<Value>& values) {
    return {values.data(), values.data() + values.size()};
}

const frequency_set& set_of(const frequency_store& all, const std::string& population, const char* option) {
    const auto it = std::find_if(all.sets.begin(), all.sets.end(), [&](const auto& one) { return one->set().name() == population; });
    if (it == all.sets.end()) throw format_error(problem::with_value(option, population, "the frequencies have no such population"));
    return (*it)->set();
}

dpb1_rule rule_of(const std::string& name) {
    if (name.empty()) return dpb1_rule::any;
    if (name == "match") return dpb1_rule::match;
    if (name == "permissive") return dpb1_rule::permissive;
    throw format_error(problem::with_value("dpb1", name, "expected match or permissive"));
}

using store_pointer = std::shared_ptr<frequency_store>;
using donor_list = std::vector<std::tuple<store_pointer, std::string, double>>;

std::unique_ptr<match_likelihood> make_likelihood(const frequency_store& patients, const std::string& population, const donor_list& donors,
                                                  const std::string& loci, unsigned mismatches, const std::string& dpb1,
                                                  const std::string& tce_version, std::size_t threads) {
    std::vector<donor_population> populations;
    for (const auto& [all, name, reachable] : donors) {
        if (!all) throw py::type_error("expected a FrequencyStore, not None");
        populations.push_back({&set_of(*all, name, "donors"), reachable});
    }
    const frequency_set& own = set_of(patients, population, "population");
    const likelihood_options options{loci_from_text(loci), mismatches, rule_of(dpb1), tce_version, threads};
    const py::gil_scoped_release unlocked;
    return std::make_unique<match_likelihood>(own, populations, options);
}

py::array_t<std::uint32_t> counts_of(const match_counts& counts, std::size_t donors) {
    py::array_t<std::uint32_t> out({donors, counts.width()});
    for (std::size_t d = 0; d < donors; ++d)
        for (unsigned k = 0; k < counts.width(); ++k) out.mutable_at(d, k) = counts.count(static_cast<donor_index>(d), k);
    return out;
}

/// -1: nobody; -2: several groups.
py::array_t<std::int64_t> groups_of(const match_counts& counts, std::size_t donors) {
    py::array_t<std::int64_t> out(static_cast<py::ssize_t>(donors));
    for (std::size_t d = 0; d < donors; ++d) {
        const std::uint32_t group = counts.group(static_cast<donor_index>(d));
        out.mutable_at(d) = group == match_counts::no_group ? -1 : group == match_counts::several_groups ? -2 : std::int64_t{group};
    }
    return out;
}

py::dict count_matches(const registry& donors, const std::string& loci, unsigned max_mismatches, const std::optional<std::string>& on,
                       const in_array<std::uint32_t>& groups, const std::string& dpb1, const std::string& tce_version, std::size_t threads,
                       const py::object& progress) {
    pool_match_options options{loci_from_text(loci), max_mismatches, threads};
    options.dpb1 = rule_of(dpb1);
    options.tce_version = tce_version;
    if (on) {
        const auto day = read_date(*on);
        if (!day) throw format_error(problem::with_value("on", *on, "not a date YYYY-MM-DD"));
        options.on = *day;
    }
    if (!progress.is_none())
        options.progress = [&progress](std::size_t done, std::size_t all) {
            const py::gil_scoped_acquire locked;
            if (PyErr_CheckSignals() != 0) throw py::error_already_set();
            progress(done, all);
        };
    const std::vector<std::uint32_t> group_of = taken(groups);
    const auto found = [&] {
        const py::gil_scoped_release unlocked;
        return count_pool_matches(donors, options, group_of);
    }();
    py::dict out;
    out["potential"] = counts_of(found.potential, donors.size());
    out["certain"] = counts_of(found.certain, donors.size());
    out["potential_group"] = groups_of(found.potential, donors.size());
    out["certain_group"] = groups_of(found.certain, donors.size());
    out["others"] = py::array_t<std::uint32_t>(static_cast<py::ssize_t>(found.others.size()), found.others.data());
    return out;
}

}  // namespace

void bind_likelihood(py::module_& m) {
    py::class_<match_likelihood>(m, "MatchLikelihood")
        .def(py::init(&make_likelihood), py::arg("patients"), py::arg("population"), py::arg("donors"), py::arg("loci"),
             py::arg("mismatches"), py::arg("dpb1"), py::arg("tce_version"), py::arg("threads"))
        .def("probabilities", [](const match_likelihood& likelihood, const in_array<double>& sizes, std::size_t threads) {
            const std::vector<double> rows = taken(sizes);
            const auto found = [&] {
                const py::gil_scoped_release unlocked;
                return likelihood.probabilities(rows, threads);
            }();
            return py::array_t<double>(static_cast<py::ssize_t>(found.size()), found.data());
        }, py::arg("sizes"), py::arg("threads"))
        .def("size_for", [](const match_likelihood& likelihood, double probability, const std::vector<double>& shares, std::size_t threads) {
            const py::gil_scoped_release unlocked;
            return likelihood.size_for(probability, shares, threads);
        }, py::arg("probability"), py::arg("shares"), py::arg("threads"))
        .def_property_readonly("match_rates", [](const match_likelihood& likelihood) {
            const auto rates = likelihood.match_rates();
            return std::vector<double>(rates.begin(), rates.end());
        })
        .def_property_readonly("limit", &match_likelihood::limit)
        .def_property_readonly("genotype_count", &match_likelihood::genotype_count);
    m.def("count_pool_matches", &count_matches, py::arg("registry"), py::arg("loci"), py::arg("max_mismatches"), py::arg("on"),
          py::arg("groups"), py::arg("dpb1"), py::arg("tce_version"), py::arg("threads"), py::arg("progress"));
}

}  // namespace allomatch::python
