// SPDX-License-Identifier: Apache-2.0
#include "binding.hpp"
#include "frequency_store.hpp"
#include "problem_dict.hpp"

#include <allomatch/haplotype/builtin_frequencies.hpp>
#include <allomatch/haplotype/imputation.hpp>
#include <allomatch/search/patient.hpp>

namespace allomatch::python {

namespace {

py::list set_list(const frequency_store& all) {
    py::list out;
    for (const auto& index : all.sets) {
        const frequency_set& set = index->set();
        py::dict d;
        d["population"] = set.name();
        std::vector<std::string> loci;
        for (const locus l : set.loci()) loci.emplace_back(name(l));
        d["loci"] = std::move(loci);
        d["rows"] = set.rows().size();
        d["haplotypes"] = index->size();
        d["sum"] = set.sum_as_read();
        d["names_of_several_classes"] = set.spanning_names();
        out.append(std::move(d));
    }
    return out;
}

py::dict report_dict(const io::frequency_report& r) {
    py::dict d;
    d["rows_read"] = r.rows_read;
    d["rows_taken"] = r.rows_taken;
    d["rows_zero"] = r.rows_zero;
    d["rows_refused"] = r.rows_refused;
    d["rows_merged"] = r.rows_merged;
    py::list problems;
    for (const problem& p : r.problems) problems.append(problem_dict(p));
    d["problems"] = std::move(problems);
    py::list warnings;
    for (const problem& p : r.warnings) warnings.append(problem_dict(p));
    d["warnings"] = std::move(warnings);
    return d;
}

py::dict imputation_dict(const populations& sets, const imputation& found) {
    const haplotype_index& index = sets[found.set];
    const nomenclature& names = *sets.names();
    py::dict d;
    d["explained"] = found.explained;
    d["certain"] = found.certain;
    d["population"] = sets.name(found.set);
    d["reason"] = found.reason;
    py::list pairs;
    for (const auto& p : found.haplotype_pairs)
        pairs.append(py::make_tuple(haplotype_text(index, p.first), haplotype_text(index, p.second), p.probability));
    d["haplotype_pairs"] = std::move(pairs);
    d["haplotype_pair_count"] = found.haplotype_pair_count;
    d["haplotype_pair_mass"] = found.haplotype_pair_mass;
    py::list genotypes;
    for (const auto& g : found.genotypes) {
        py::dict contents;
        for (std::size_t l = 0; l < found.loci.size(); ++l)
            contents[py::str(std::string(name(found.loci[l])))] = content_text(names, found.loci[l], g.contents[l]);
        genotypes.append(py::make_tuple(std::move(contents), g.probability));
    }
    d["genotypes"] = std::move(genotypes);
    d["genotype_count"] = found.genotype_count;
    d["genotype_mass"] = found.genotype_mass;
    py::dict at;
    for (std::size_t l = 0; l < found.at.size(); ++l) {
        py::list all;
        for (const auto& r : found.at[l])
            all.append(py::make_tuple(content_text(names, found.loci[l], r.content), r.probability));
        at[py::str(std::string(name(found.loci[l])))] = std::move(all);
    }
    d["loci"] = std::move(at);
    return d;
}

}  // namespace

void bind_haplotype(py::module_& m) {
    py::class_<frequency_store, std::shared_ptr<frequency_store>>(m, "FrequencyStore")
        .def_static("read", [](const std::vector<std::filesystem::path>& files, const std::shared_ptr<nomenclature>& names, bool normalise) {
            if (files.empty()) throw format_error(problem::with_value("files", "", "at least one frequency file is needed"));
            const py::gil_scoped_release unlocked;
            return store(io::read_frequencies(files, names, {.normalise = normalise}));
        }, py::arg("files"), py::arg("nomenclature"), py::arg("normalise"))
        .def_static("builtin", [](const std::shared_ptr<nomenclature>& names) {
            const py::gil_scoped_release unlocked;
            io::frequency_sets one;
            one.sets.push_back(builtin_east_asian(names));
            one.report.rows_read = one.report.rows_taken = one.sets.front().rows().size();
            return store(std::move(one));
        }, py::arg("nomenclature"))
        .def_property_readonly("sets", &set_list)
        .def_property_readonly("report", [](const frequency_store& s) { return report_dict(s.report); })
        .def_property_readonly("nomenclature", [](const frequency_store& s) {
            return std::const_pointer_cast<nomenclature>(s.sets.front()->set().names());
        });

    py::class_<populations, std::shared_ptr<populations>>(m, "Populations")
        .def(py::init([](const std::vector<std::shared_ptr<frequency_store>>& stores, const std::vector<std::string>& fallback) {
                 std::vector<populations::set_pointer> sets;
                 for (const auto& s : stores) {
                     if (!s) throw py::type_error("expected a FrequencyStore, not None");
                     sets.insert(sets.end(), s->sets.begin(), s->sets.end());
                 }
                 return std::make_shared<populations>(std::move(sets), fallback);
             }),
             py::arg("stores"), py::arg("fallback"))
        .def_property_readonly("names", [](const populations& p) {
            std::vector<std::string> names;
            for (std::size_t i = 0; i < p.size(); ++i) names.push_back(p.name(static_cast<population_number>(i)));
            return names;
        });

    py::class_<donor_genotypes, std::shared_ptr<donor_genotypes>>(m, "DonorGenotypes")
        .def(py::init([](const std::shared_ptr<registry>& donors, const std::shared_ptr<populations>& sets) {
                 const py::gil_scoped_release unlocked;
                 return std::make_shared<donor_genotypes>(donors, sets);
             }),
             py::arg("registry"), py::arg("populations"))
        .def("prepare", [](const donor_genotypes& g, std::size_t threads) {
            const py::gil_scoped_release unlocked;
            g.prepare(threads);
        }, py::arg("threads") = 0)
        .def("coverage", [](const donor_genotypes& g, std::size_t threads) {
            donor_genotypes::coverage counts;
            {
                const py::gil_scoped_release unlocked;
                counts = g.count_explained(threads);
            }
            py::dict explained;
            for (std::size_t s = 0; s < counts.explained.size(); ++s)
                explained[py::str(g.sets().name(static_cast<population_number>(s)))] = counts.explained[s];
            return py::make_tuple(std::move(explained), counts.unexplained);
        }, py::arg("threads") = 0)
        .def_property_readonly("typing_count", &donor_genotypes::typing_count)
        .def_property_readonly("memory", &donor_genotypes::memory);

    m.def("impute_patient", [](const populations& sets, const std::shared_ptr<patient>& who, const std::string& loci, std::size_t top) {
        imputation found;
        {
            const py::gil_scoped_release unlocked;
            found = impute(sets, sets.choose_for(who->id, who->field("population")), who->typing(), loci_from_text(loci), top);
        }
        return imputation_dict(sets, found);
    }, py::arg("populations"), py::arg("patient"), py::arg("loci"), py::arg("top"));
    m.def("impute_donor", [](const populations& sets, const std::shared_ptr<registry>& donors, std::size_t donor, const std::string& loci, std::size_t top) {
        if (donor >= donors->size()) throw py::index_error("no donor of this number");
        const auto d = static_cast<donor_index>(donor);
        const field_column* population = donors->field("population");
        imputation found;
        {
            const py::gil_scoped_release unlocked;
            found = impute(sets, sets.choose_for(donors->id(d), population == nullptr ? "" : population->text(d)),
                           donors->typing(d), loci_from_text(loci), top);
        }
        return imputation_dict(sets, found);
    }, py::arg("populations"), py::arg("registry"), py::arg("donor"), py::arg("loci"), py::arg("top"));
    m.def("percent_text", &percent_text, py::arg("probability"));
}

}  // namespace allomatch::python
