// SPDX-License-Identifier: Apache-2.0
#include "arrow_capsule.hpp"
#include "binding.hpp"

#include <allomatch/io/meaning_table.hpp>
#include <allomatch/io/people.hpp>
#include <allomatch/io/table_writers.hpp>

namespace allomatch::python {

namespace {

py::dict counts_dict(const meaning_counts& counts) {
    py::dict out;
    for (std::size_t k = 0; k < meaning_kind_count; ++k) out[py::str(std::string(meaning_kind_names[k]))] = counts[k];
    return out;
}

std::size_t total(const meaning_counts& counts) {
    std::size_t sum = 0;
    for (const std::size_t n : counts) sum += n;
    return sum;
}

}  // namespace

void bind_meaning(py::module_& m) {
    py::class_<meaning_changes, std::shared_ptr<meaning_changes>>(m, "MeaningChanges")
        .def("__len__", [](const meaning_changes& c) { return c.rows().size(); })
        .def("donors", [](const meaning_changes& c) { return counts_dict(c.donors()); })
        .def("loci", [](const meaning_changes& c) {
            py::dict out;
            for (std::size_t l = 0; l < locus_count; ++l) {
                const meaning_counts& counts = c.at(static_cast<locus>(l));
                if (total(counts) != 0) out[py::str(std::string(locus_names[l]))] = counts_dict(counts);
            }
            return out;
        })
        .def("row", [](const meaning_changes& c, std::size_t i) {
            if (i >= c.rows().size()) throw py::index_error("no change of this number");
            const auto& row = c.rows()[i];
            const auto where = c.where(row);
            const meaning_words words = c.words(row);
            return py::make_tuple(std::string(c.donor_id(row)), where ? py::object(py::str(std::string(name(*where)))) : py::none(), words.text,
                                  std::string(name(c.kind(row))), words.before, words.after, words.reason);
        }, py::arg("index"))
        .def("write", [](const meaning_changes& c, const std::filesystem::path& path) {
            const py::gil_scoped_release unlocked;
            io::write_table(io::meaning_table(c), path);
        }, py::arg("path"))
        .def("__arrow_c_stream__", [](const meaning_changes& c, const py::object&) {
            io::table rows;
            {
                const py::gil_scoped_release unlocked;
                rows = io::meaning_table(c);
            }
            return to_capsule(std::move(rows));
        }, py::arg("requested_schema") = py::none());

    m.def("compare_meanings",
          [](const std::shared_ptr<registry>& before, const std::shared_ptr<registry>& after, const io::import_report& before_report,
             const io::import_report& after_report, bool list_alleles_only, std::size_t threads) {
              const py::gil_scoped_release unlocked;
              return std::make_shared<meaning_changes>(meaning_changes::compare({.before = before,
                                                                                 .after = after,
                                                                                 .refused_before = before_report.problems,
                                                                                 .refused_after = after_report.problems,
                                                                                 .list_alleles_only = list_alleles_only,
                                                                                 .threads = threads}));
          },
          py::arg("before"), py::arg("after"), py::arg("before_report"), py::arg("after_report"), py::arg("list_alleles_only"),
          py::arg("threads"));
}

}  // namespace allomatch::python
