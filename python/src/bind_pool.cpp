// SPDX-License-Identifier: Apache-2.0
#include "arrow_capsule.hpp"
#include "binding.hpp"
#include "frequency_store.hpp"

#include <allomatch/haplotype/donor_genotypes.hpp>
#include <allomatch/haplotype/imputation.hpp>
#include <allomatch/io/registry_table.hpp>
#include <allomatch/io/table_writers.hpp>

#include <pybind11/numpy.h>

#include <algorithm>
#include <map>
#include <set>

namespace allomatch::python {

namespace {

template <class Value>
py::array_t<Value> array_of(const std::vector<Value>& values) {
    return py::array_t<Value>(static_cast<py::ssize_t>(values.size()), values.data());
}

py::array_t<std::uint32_t> array_of(const packed_column& codes, std::size_t donors) {
    std::vector<std::uint32_t> out(donors, 0);  // a locus without any typing has no codes
    for (std::size_t d = 0; d < std::min(donors, codes.size()); ++d) out[d] = codes[d];
    return array_of(out);
}

/// The two classes of a genotype whose every position is one class, None of any other. Semantics.md section 7.
py::object certain_classes(const nomenclature& names, locus l, const genotype& g) {
    std::optional<std::array<class_id, 2>> found;
    for (const genotype_alternative& a : g.alternatives) {
        std::array<class_id, 2> here{no_class, no_class};
        const std::array<const position*, 2> both{&a.first, &a.second};
        for (std::size_t side = 0; side < 2; ++side) {
            const position& p = *both[side];
            if (p.what == position::kind::no_product) continue;
            if (p.what != position::kind::classes || p.classes.size() != 1) return py::none();
            here[side] = p.classes.front();
        }
        if (here[0] > here[1]) std::swap(here[0], here[1]);
        if (found && *found != here) return py::none();
        found = here;
    }
    if (!found) return py::none();
    const auto text = [&](class_id c) { return c == no_class ? std::string(name(l)) + "*null" : names.class_text(c); };
    return py::make_tuple(text((*found)[0]), text((*found)[1]));
}

/// What a genotype means for matching, however it is written: neither the order of positions nor that of alternatives
/// counts.
using meaning = std::set<std::array<std::vector<class_id>, 2>>;

meaning meaning_of(const genotype& g) {
    meaning found;
    for (const genotype_alternative& a : g.alternatives) {
        std::array<std::vector<class_id>, 2> sides;
        for (std::size_t side = 0; side < 2; ++side) {
            const position& p = side == 0 ? a.first : a.second;
            sides[side].push_back(static_cast<class_id>(p.what));
            sides[side].insert(sides[side].end(), p.classes.begin(), p.classes.end());
        }
        if (sides[1] < sides[0]) std::swap(sides[0], sides[1]);
        found.insert(std::move(sides));
    }
    return found;
}

py::dict texts_at(const registry& donors, const std::string& at) {
    const std::vector<locus> loci = loci_from_text(at);
    if (loci.size() != 1) throw format_error(problem::with_value("locus", at, "expected one locus"));
    const registry::locus_column& column = donors.column(loci.front());
    std::vector<std::uint32_t> genotypes;
    py::list texts;
    for (std::size_t text = 0; text < column.texts.size(); ++text) {
        const std::string_view whole = column.texts[text];
        const std::size_t tab = whole.find('\t');
        if (whole.empty())
            texts.append(py::make_tuple());
        else if (tab == std::string_view::npos)
            texts.append(py::make_tuple(std::string(whole)));
        else
            texts.append(py::make_tuple(std::string(whole.substr(0, tab)), std::string(whole.substr(tab + 1))));
        genotypes.push_back(column.code_of_text[text]);
    }
    py::list classes;
    std::vector<std::uint32_t> meanings;
    std::map<meaning, std::uint32_t> number_of;
    for (std::size_t code = 0; code < column.dictionary.genotype_count(); ++code) {
        const genotype g = column.dictionary.genotype_at(static_cast<genotype_code>(code));
        classes.append(certain_classes(*donors.names(), loci.front(), g));
        meanings.push_back(number_of.try_emplace(meaning_of(g), static_cast<std::uint32_t>(number_of.size())).first->second);
    }
    py::dict out;
    out["donors"] = array_of(column.text_codes, donors.size());
    out["texts"] = std::move(texts);
    out["genotypes"] = array_of(genotypes);
    out["classes"] = std::move(classes);
    out["meanings"] = array_of(meanings);
    return out;
}

py::object field_values(const registry& donors, const std::string& name) {
    const field_column* field = donors.field(name);
    if (field == nullptr) return py::none();
    if (field->kind() == field_kind::date) {
        std::vector<day_number> days;
        for (std::size_t d = 0; d < donors.size(); ++d) days.push_back(field->day(d));
        return py::make_tuple("date", array_of(days), py::none());
    }
    if (field->kind() == field_kind::number || field->kind() == field_kind::count) {
        std::vector<float> numbers;
        for (std::size_t d = 0; d < donors.size(); ++d) numbers.push_back(field->value(d));
        return py::make_tuple("number", array_of(numbers), py::none());
    }
    std::vector<std::uint32_t> codes;
    for (std::size_t d = 0; d < donors.size(); ++d) codes.push_back(field->code(d));
    std::vector<std::string> words;
    for (std::uint32_t word = 0; word < field->word_count(); ++word) words.emplace_back(field->word(word));
    return py::make_tuple("text", array_of(codes), std::move(words));
}

/// The haplotypes of a set by class.
py::dict haplotype_columns(const frequency_store& all, const std::string& population) {
    const auto it = std::find_if(all.sets.begin(), all.sets.end(),
                                 [&](const auto& one) { return one->set().name() == population; });
    if (it == all.sets.end()) throw format_error(problem::with_value("population", population, "the frequencies have no such set"));
    const haplotype_index& index = **it;
    const nomenclature& names = *index.set().names();
    py::list loci;
    py::list outcomes;
    py::list codes;
    for (std::size_t at = 0; at < index.width(); ++at) {
        py::list here;
        for (const haplotype_outcome& o : index.set().outcomes(at)) {
            std::string text;
            if (o.is_null())
                o.nulls.for_each([&](allele_id id) { text += (text.empty() ? "" : "/") + names.allele_text(id); });
            else
                text = names.class_text(o.matched);
            here.append(std::move(text));
        }
        loci.append(std::string(name(index.locus_at(at))));
        outcomes.append(std::move(here));
        codes.append(py::array_t<outcome_code>(static_cast<py::ssize_t>(index.size()), index.codes(at).data()));
    }
    py::dict out;
    out["loci"] = std::move(loci);
    out["names"] = std::move(outcomes);
    out["codes"] = std::move(codes);
    out["frequencies"] = py::array_t<double>(static_cast<py::ssize_t>(index.size()), index.frequencies().data());
    return out;
}

/// The same populations at fewer loci; those that lack one are left out.
std::shared_ptr<frequency_store> haplotypes_at(const frequency_store& all, const std::string& at) {
    const std::vector<locus> loci = loci_from_text(at);
    io::frequency_sets found;
    for (const auto& index : all.sets) {
        std::vector<std::size_t> places;
        for (const locus l : loci)
            if (const auto place = index->position_of(l)) places.push_back(*place);
        if (places.size() != loci.size()) continue;
        const frequency_set& set = index->set();
        frequency_set_builder builder(set.name(), loci, set.names());
        std::vector<std::string_view> haplotype(loci.size());
        for (std::size_t row = 0; row < set.rows().size(); ++row) {
            for (std::size_t i = 0; i < places.size(); ++i)
                haplotype[i] = set.allele(places[i], set.rows().codes(row)[places[i]]).name;
            if (auto refused = builder.add(haplotype, std::min(1.0, set.rows().frequency(row)))) throw format_error(std::move(*refused));
        }
        found.sets.push_back(std::move(builder).build(false));
    }
    if (found.sets.empty()) throw format_error(problem::with_value("loci", at, "no set of the frequencies has all of these loci"));
    return store(std::move(found));
}

}  // namespace

void bind_pool(py::module_& m) {
    m.def("registry_stream", [](const registry& donors) {
        io::table rows;
        {
            const py::gil_scoped_release unlocked;
            rows = io::registry_table(donors);
        }
        return to_capsule(std::move(rows));
    }, py::arg("registry"));
    m.def("write_registry", [](const registry& donors, const std::filesystem::path& path) {
        const py::gil_scoped_release unlocked;
        io::write_table(io::registry_table(donors), path);
    }, py::arg("registry"), py::arg("path"));
    m.def("locus_texts", &texts_at, py::arg("registry"), py::arg("locus"));
    m.def("field_values", &field_values, py::arg("registry"), py::arg("name"));
    m.def("haplotype_columns", &haplotype_columns, py::arg("frequencies"), py::arg("population"));
    m.def("haplotypes_at", &haplotypes_at, py::arg("frequencies"), py::arg("loci"));
    m.def("typing_probabilities", [](const donor_genotypes& g, std::size_t threads) {
        std::vector<double> found;
        {
            const py::gil_scoped_release unlocked;
            found = g.log10_probabilities(threads);
        }
        std::vector<std::uint32_t> typing_of;
        for (std::size_t d = 0; d < g.donors().size(); ++d) typing_of.push_back(g.typing_of(static_cast<donor_index>(d)));
        return py::make_tuple(array_of(typing_of), array_of(found));
    }, py::arg("genotypes"), py::arg("threads"));
    m.def("unexplained_reason", [](const donor_genotypes& g, std::size_t donor) {
        if (donor >= g.donors().size()) throw py::index_error("no donor of this number");
        return g.unexplained_reason(static_cast<donor_index>(donor));
    }, py::arg("genotypes"), py::arg("donor"));
}

}  // namespace allomatch::python
