// SPDX-License-Identifier: Apache-2.0
#include "binding.hpp"

#include <allomatch/typing/description.hpp>
#include <allomatch/typing/locus_text.hpp>

namespace allomatch::python {

namespace {

py::dict to_dict(const typing_description& d, const std::string& text) {
    py::dict out;
    out["text"] = text;
    out["status"] = d.ok ? "ok" : "error";
    out["locus"] = d.locus.empty() ? py::object(py::none()) : py::object(py::str(d.locus));
    if (d.ok && d.has_alternatives) {
        py::dict loci;
        for (const auto& [locus_name, pairs] : d.alternatives) {
            py::list all;
            for (const auto& pair : pairs) all.append(py::cast(std::vector(pair.begin(), pair.end())));
            loci[py::str(locus_name)] = std::move(all);
        }
        out["alternatives"] = std::move(loci);
    } else {
        out["alleles"] = d.alleles;
        out["classes"] = d.classes;
        out["g_groups"] = d.g_groups;
        out["serology"] = d.serology;
        out["null"] = d.is_null;
    }
    out["warnings"] = d.warnings;
    out["error"] = d.error.empty() ? py::object(py::none()) : py::object(py::str(d.error));
    out["suggestion"] = d.suggestion.empty() ? py::object(py::none()) : py::object(py::str(d.suggestion));
    return out;
}

}  // namespace

std::array<std::string, locus_count> locus_texts(const py::dict& typings) {
    std::array<std::string, locus_count> texts;
    std::array<std::array<std::string, 2>, locus_count> cells;
    const auto refuse = [](const std::string& column, const std::string& text, std::string reason) {
        throw format_error(problem::with_value(column, text, std::move(reason)));
    };
    for (const auto& [key, value] : typings) {
        const auto column = py::cast<std::string>(key);
        if (value.is_none()) continue;
        if (column == "gl") {
            auto split = split_gl_string(py::cast<std::string>(value));
            if (!split) throw typing_error(split.error());
            for (std::size_t l = 0; l < locus_count; ++l)
                if (!(*split)[l].empty()) texts[l] = std::move((*split)[l]);
            continue;
        }
        const bool positioned = column.ends_with("_1") || column.ends_with("_2");
        const auto l = locus_from_name(positioned ? column.substr(0, column.size() - 2) : column);
        if (!l) refuse(column, "", "not a locus: A, B, C, DRB1, DRB345, DQA1, DQB1, DPA1, DPB1, or gl");
        if (positioned) {
            cells[index(*l)][column.back() == '1' ? 0 : 1] = py::cast<std::string>(value);
        } else if (py::isinstance<py::str>(value)) {
            texts[index(*l)] = trim(py::cast<std::string>(value));
        } else {
            const auto pair = py::cast<std::vector<std::optional<std::string>>>(value);
            if (pair.empty() || pair.size() > 2) refuse(column, "", "expected one or two texts");
            for (std::size_t i = 0; i < pair.size(); ++i) cells[index(*l)][i] = pair[i].value_or("");
        }
    }
    for (std::size_t l = 0; l < locus_count; ++l) {
        std::string text = pair_text(cells[l][0], cells[l][1]);
        if (text.empty()) continue;
        if (!texts[l].empty()) refuse(std::string(locus_names[l]), text, "the locus is given twice");
        texts[l] = std::move(text);
    }
    return texts;
}

void bind_typing(py::module_& m) {
    m.def(
        "describe_typing",
        [](const std::shared_ptr<nomenclature>& names, const std::string& text, const std::optional<std::string>& locus_name,
           const std::shared_ptr<mac_table>& mac, bool serology) {
            typing_context context{names.get(), mac.get(), gene_set::all(),
                                   serology ? column_kind::serology : column_kind::dna};
            if (locus_name && !locus_name->empty()) {
                const auto genes = gene_set_from_name(*locus_name);
                if (!genes) {
                    throw format_error(problem::with_value("locus", *locus_name,
                        "not a locus: A, B, C, DRB1, DRB3, DRB4, DRB5, DRB345, DQA1, DQB1, DPA1, DPB1"));
                }
                context.genes = *genes;
            }
            typing_description d;
            {
                const py::gil_scoped_release unlocked;
                d = describe(context, locus_name.value_or(""), text);
            }
            return to_dict(d, text);
        },
        py::arg("nomenclature"), py::arg("text"), py::arg("locus") = py::none(), py::arg("mac") = py::none(),
        py::arg("serology") = false);
}

}  // namespace allomatch::python
