// SPDX-License-Identifier: Apache-2.0
#include "arrow_capsule.hpp"
#include "binding.hpp"

#include <allomatch/io/match_table.hpp>
#include <allomatch/io/read_ranking.hpp>
#include <allomatch/io/table_writers.hpp>
#include <allomatch/search/cord_units.hpp>
#include <allomatch/search/field_comparison.hpp>
#include <allomatch/search/ranker.hpp>

#include <cmath>

namespace allomatch::python {

namespace {

using registry_pointer = std::shared_ptr<registry>;
using patient_pointer = std::shared_ptr<patient>;

[[noreturn]] void refuse(const char* option, const std::string& text, const char* reason) {
    throw format_error(problem::with_value(option, text, reason));
}

direction direction_from(const std::string& text) {
    if (text == "both") return direction::both;
    if (text == "gvh") return direction::gvh;
    if (text == "hvg") return direction::hvg;
    refuse("direction", text, "expected both, gvh or hvg");
}

locus locus_from(const std::string& text, const char* option = "limit") {
    const auto l = locus_from_name(text);
    if (!l) refuse(option, text, "not a locus");
    return *l;
}

std::vector<std::shared_ptr<const patient>> const_patients(const std::vector<patient_pointer>& patients) {
    return {patients.begin(), patients.end()};
}

template <class List>
std::vector<List> copies(const std::vector<std::shared_ptr<List>>& lists) {
    std::vector<List> all;
    for (const auto& l : lists) all.push_back(*l);
    return all;
}

std::vector<std::string> names_of(const std::vector<locus>& loci) {
    std::vector<std::string> names;
    for (const locus l : loci) names.emplace_back(name(l));
    return names;
}

/// Totals and single loci, None where there is no probability.
py::dict probability_dict(const match_list& list, std::size_t i) {
    const match_probabilities& all = *list.probabilities;
    const auto values = [](std::span<const double> p) -> py::object {
        if (std::isnan(p[0])) return py::none();
        return py::cast(std::vector<double>(p.begin(), p.end()));
    };
    py::dict d;
    d["p"] = values(all.total(i));
    py::dict loci;
    for (std::size_t l = 0; l < list.loci.size(); ++l) loci[py::str(std::string(name(list.loci[l])))] = values(all.at(i, l));
    d["loci"] = std::move(loci);
    const auto tce = all.tce(i);
    if (std::isnan(tce[0])) {
        d["dpb1"] = py::none();
    } else {
        py::dict answers;
        for (std::size_t a = 0; a < tce_answer_count; ++a) answers[py::str(std::string(name(static_cast<tce_answer>(a))))] = tce[a];
        d["dpb1"] = std::move(answers);
    }
    d["patient_explained"] = all.patient_explained;
    d["donor_explained"] = all.donor_explained(i);
    d["donor_reason"] = all.donor_explained(i) ? std::string() : all.genotypes()->unexplained_reason(list.hits[i].donor);
    d["patient_population"] = all.patient_population();
    d["donor_population"] = all.donor_population(i);
    return d;
}

/// By, bands, order of words, direction, weight, whether missing values come first.
using criterion_tuple = std::tuple<std::string, std::vector<double>, std::vector<std::string>, std::optional<std::string>,
                                   std::optional<double>, bool>;

ranking ranking_from(const std::vector<criterion_tuple>& criteria) {
    ranking order;
    for (const auto& [by, bands, words, direction, weight, missing_first] : criteria) {
        criterion& c = order.criteria.emplace_back(criterion{by, bands, words, std::nullopt, weight, missing_first});
        if (!direction) continue;
        if (*direction != "ascending" && *direction != "descending") refuse("rank", *direction, "expected ascending or descending");
        c.direction = *direction == "ascending" ? sort_direction::ascending : sort_direction::descending;
    }
    return order;
}

std::vector<criterion_tuple> tuples_of(const ranking& order) {
    std::vector<criterion_tuple> all;
    for (const criterion& c : order.criteria) {
        std::optional<std::string> direction;
        if (c.direction) direction = *c.direction == sort_direction::ascending ? "ascending" : "descending";
        all.emplace_back(c.by, c.bands, c.order, direction, c.weight, c.missing_first);
    }
    return all;
}

/// The criteria of a row in words; of a criterion that is named twice the first.
py::dict criteria_dict(const match_list& list, std::size_t i) {
    py::dict d;
    for (const auto& [name, words] : ranker(list).describe(i))
        if (!d.contains(name)) d[py::str(name)] = words;
    return d;
}

py::object number_or_none(double value) {
    return std::isnan(value) ? py::object(py::none()) : py::object(py::float_(value));
}

py::object text_or_none(std::string_view text) {
    return text.empty() ? py::object(py::none()) : py::object(py::str(std::string(text)));
}

/// What is known of a pair beyond mismatch counts.
void add_facts(const match_list& list, std::size_t i, py::dict& d) {
    const pair_facts& f = list.facts[i];
    d["antigen_mismatches"] = list.hits[i].antigen_mismatches;
    d["dpb1_tce"] = f.has_tce() ? py::object(py::str(std::string(name(f.tce())))) : py::object(py::none());
    py::list possible;
    constexpr std::array answers{tce_answer::match, tce_answer::permissive, tce_answer::nonpermissive_hvg,
                                 tce_answer::nonpermissive_gvh, tce_answer::unknown};
    for (const tce_answer a : answers)
        if (f.is_possible(a)) possible.append(std::string(name(a)));
    d["dpb1_tce_possible"] = py::tuple(possible);
    d["dpb1_expression"] = text_or_none(name(f.expression));
    d["b_leader"] = text_or_none(f.leaders());
    d["b_leader_mismatch"] = text_or_none(name(f.mismatched_leaders));
    d["low_expression_gvh"] = f.low_expression_gvh;
    py::dict also;
    for (std::size_t l = 0; l < list.also.size(); ++l)
        also[py::str(std::string(name(list.also[l])))] = text_of(list.outcome(i, list.loci.size() + l).letters);
    d["also"] = std::move(also);

    const field_comparison fields(*list.donors, *list.who, list.on);
    const donor_index donor = list.hits[i].donor;
    d["age"] = fields.age(donor);
    d["cmv"] = std::string(name(fields.cmv(donor)));
    d["abo"] = std::string(name(fields.abo(donor)));
    d["rh"] = std::string(name(fields.rh(donor)));
    d["weight_ratio"] = number_or_none(fields.weight_ratio(donor));
    d["tnc_per_kg"] = number_or_none(fields.tnc_per_kg(donor));
    d["cd34_per_kg"] = number_or_none(fields.cd34_per_kg(donor));
}

py::dict hit_dict(const match_list& list, std::size_t i) {
    const hit& h = list.hits[i];
    py::dict d;
    d["patient_id"] = list.who->id;
    d["donor_id"] = std::string(list.donors->id(h.donor));
    d["donor_index"] = h.donor;
    d["rank"] = list.has_ranks ? py::object(py::int_(i + 1)) : py::object(py::none());
    d["mismatches"] = h.mismatches;
    d["mismatches_max"] = h.mismatches_max;
    d["gvh"] = h.gvh;
    d["hvg"] = h.hvg;
    py::dict loci;
    for (std::size_t l = 0; l < list.loci.size(); ++l)
        loci[py::str(std::string(name(list.loci[l])))] = text_of(list.outcome(i, l).letters);
    d["letters"] = std::move(loci);
    d["reason"] = list.place_reason(i);
    add_facts(list, i, d);
    if (list.probabilities) d["probabilities"] = probability_dict(list, i);
    return d;
}

}  // namespace

void bind_search(py::module_& m) {
    py::class_<search_request>(m, "SearchRequest")
        .def(py::init([](const std::string& loci, unsigned max_mismatches, unsigned min_mismatches,
                         const std::vector<std::pair<std::string, unsigned>>& limits, const std::string& count,
                         bool homozygous_once, const std::string& where, const std::vector<criterion_tuple>& rank,
                         std::optional<std::size_t> top, const std::optional<std::string>& on, std::size_t threads,
                         const std::shared_ptr<donor_genotypes>& genotypes,
                         const std::optional<std::vector<std::string>>& also, const std::string& tce_version,
                         const std::vector<std::string>& antigen_level, bool cord_units, std::optional<double> min_tnc_per_kg,
                         std::optional<double> min_cd34_per_kg) {
                 search_request r;
                 r.loci = loci_from_text(loci);
                 r.max_mismatches = max_mismatches;
                 r.min_mismatches = min_mismatches;
                 for (const auto& [l, limit] : limits) r.limits.emplace_back(locus_from(l), limit);
                 r.count = direction_from(count);
                 r.rules.homozygous_once = homozygous_once;
                 r.where = where;
                 r.cord_units = cord_units;
                 r.min_tnc_per_kg = min_tnc_per_kg;
                 r.min_cd34_per_kg = min_cd34_per_kg;
                 r.order = ranking_from(rank);
                 if (also) {
                     r.also.emplace();
                     for (const std::string& l : *also) r.also->push_back(locus_from(l, "also"));
                 }
                 r.tce_version = tce_version;
                 for (const std::string& l : antigen_level) r.rules.antigen_level.set(index(locus_from(l, "antigen_level")));
                 r.top = top.value_or(search_request::all_hits);
                 if (on) {
                     const auto day = read_date(*on);
                     if (!day) refuse("on", *on, "not a date YYYY-MM-DD");
                     r.on = *day;
                 }
                 r.threads = threads;
                 r.genotypes = genotypes;
                 validate(r);
                 return r;
             }),
             py::kw_only(), py::arg("loci"), py::arg("max_mismatches"), py::arg("min_mismatches"), py::arg("limits"),
             py::arg("direction"), py::arg("homozygous_once"), py::arg("where"), py::arg("rank"), py::arg("top"),
             py::arg("on"), py::arg("threads"), py::arg("genotypes"), py::arg("also"), py::arg("tce_version"),
             py::arg("antigen_level"), py::arg("cord_units"), py::arg("min_tnc_per_kg"), py::arg("min_cd34_per_kg"))
        .def_property_readonly("on", [](const search_request& r) { return date_text(r.on); })
        .def_property_readonly("loci", [](const search_request& r) {
            return names_of(r.loci);
        });
    m.def("ranking_preset", [](const std::string& name) { return tuples_of(ranking::preset(name)); }, py::arg("name"));
    m.def("check_ranking", [](const std::vector<criterion_tuple>& criteria) { validate(ranking_from(criteria)); },
          py::arg("criteria"));
    m.def("tce_columns", [] {
        std::vector<std::string> all;
        for (std::size_t a = 0; a < tce_answer_count; ++a) all.push_back(tce_column(static_cast<tce_answer>(a)));
        return all;
    });
    m.def("read_ranking",
          [](const std::filesystem::path& file) {
              io::named_ranking read;
              {
                  const py::gil_scoped_release unlocked;
                  read = io::read_ranking(file);
              }
              return std::pair(read.name, tuples_of(read.order));
          },
          py::arg("file"));

    py::class_<match_list, std::shared_ptr<match_list>>(m, "MatchList")
        .def("__len__", [](const match_list& l) { return l.hits.size(); })
        .def_readonly("total", &match_list::total)
        .def_property_readonly("has_probabilities", [](const match_list& l) { return l.probabilities.has_value(); })
        .def_property_readonly("unexplained", [](const match_list& l) { return l.probabilities ? l.probabilities->unexplained() : 0; })
        .def_property_readonly("patient_explained", [](const match_list& l) { return l.probabilities && l.probabilities->patient_explained; })
        .def_property_readonly("patient", [](const match_list& l) { return std::const_pointer_cast<patient>(l.who); })
        .def_property_readonly("registry", [](const match_list& l) { return std::const_pointer_cast<registry>(l.donors); })
        .def_property_readonly("loci", [](const match_list& l) { return names_of(l.loci); })
        .def_property_readonly("also", [](const match_list& l) { return names_of(l.also); })
        .def("classes", [](const match_list& l) {
            py::list all;
            for (const match_class& c : l.classes) {
                py::dict at;
                for (const auto& [where, n] : c.at) at[py::str(std::string(name(where)))] = n;
                all.append(py::make_tuple(c.mismatches, c.certain, at, c.donors));
            }
            return all;
        })
        .def("criteria", [](const match_list& l, std::size_t i) {
            if (i >= l.hits.size()) throw py::index_error("no match of this number");
            return criteria_dict(l, i);
        }, py::arg("i"))
        .def("hit", [](const match_list& l, std::size_t i) {
            if (i >= l.hits.size()) throw py::index_error("no match of this number");
            return hit_dict(l, i);
        }, py::arg("i"));

    m.def("search",
          [](const registry_pointer& donors, const patient_pointer& who, const search_request& request) {
              const py::gil_scoped_release unlocked;
              return std::make_shared<match_list>(search(donors, who, request));
          },
          py::arg("registry"), py::arg("patient"), py::arg("request"));
    m.def("search_many",
          [](const registry_pointer& donors, const std::vector<patient_pointer>& patients, const search_request& request,
             const py::object& progress) {
              std::function<void(std::size_t)> done;
              if (!progress.is_none())
                  done = [&progress](std::size_t n) {
                      const py::gil_scoped_acquire locked;
                      progress(n);
                  };
              std::vector<std::shared_ptr<match_list>> lists;
              const py::gil_scoped_release unlocked;
              for (match_list& l : search_many(donors, const_patients(patients), request, done))
                  lists.push_back(std::make_shared<match_list>(std::move(l)));
              return lists;
          },
          py::arg("registry"), py::arg("patients"), py::arg("request"), py::arg("progress"));
    m.def("compare",
          [](const registry_pointer& donors, const patient_pointer& who, const search_request& request) {
              const py::gil_scoped_release unlocked;
              return std::make_shared<match_list>(search_agent(donors).compare(who, request));
          },
          py::arg("registry"), py::arg("patient"), py::arg("request"));
    m.def("compare_one",
          [](const registry_pointer& donors, std::size_t donor, const patient_pointer& who, const search_request& request) {
              if (donor >= donors->size()) throw py::index_error("no donor of this number");
              const py::gil_scoped_release unlocked;
              return std::make_shared<match_list>(
                  search_agent(donors).compare_one(who, static_cast<donor_index>(donor), request));
          },
          py::arg("registry"), py::arg("donor"), py::arg("patient"), py::arg("request"));

    m.def("cord_match", [](const std::string& match) {
        const search_request r = cord_request(match);
        std::vector<std::string> antigen_level;
        for (const locus l : r.loci)
            if (r.rules.antigen_level.test(index(l))) antigen_level.emplace_back(name(l));
        return std::tuple(names_of(r.loci), r.max_mismatches, antigen_level);
    }, py::arg("match"));
    m.attr("single_unit_doses") = std::tuple(single_unit_doses.tnc_per_kg, single_unit_doses.cd34_per_kg);
    m.attr("double_unit_doses") = std::tuple(double_unit_doses.tnc_per_kg, double_unit_doses.cd34_per_kg);
    py::class_<cord_pair_list, std::shared_ptr<cord_pair_list>>(m, "CordPairList")
        .def("__len__", [](const cord_pair_list& l) { return l.pairs.size(); })
        .def_readonly("total", &cord_pair_list::total)
        .def_property_readonly("units", [](const cord_pair_list& l) { return l.units.hits.size(); })
        .def("pair", [](const cord_pair_list& l, std::size_t i) {
            if (i >= l.pairs.size()) throw py::index_error("no pair of this number");
            const cord_pair& p = l.pairs[i];
            const hit& first = l.units.hits[p.first];
            const hit& second = l.units.hits[p.second];
            return py::make_tuple(l.units.donors->id(first.donor), l.units.donors->id(second.donor),
                                  py::make_tuple(first.mismatches, second.mismatches), p.unit_mismatches,
                                  number_or_none(p.total_tnc_per_kg), number_or_none(p.lowest_tnc_per_kg), p.abo_not_identical,
                                  py::make_tuple(first.mismatches_max, second.mismatches_max), p.unit_mismatches_max);
        }, py::arg("i"));
    m.def("search_cord_pairs",
          [](const registry_pointer& donors, const patient_pointer& who, const search_request& units,
             std::optional<double> min_total_tnc_per_kg, double dose_band, std::size_t top) {
              const py::gil_scoped_release unlocked;
              return std::make_shared<cord_pair_list>(
                  search_cord_pairs(donors, who, {units, min_total_tnc_per_kg, dose_band, top}));
          },
          py::arg("registry"), py::arg("patient"), py::arg("units"), py::arg("min_total_tnc_per_kg"),
          py::arg("dose_band"), py::arg("top"));
    m.def("cord_pairs_stream",
          [](const std::vector<std::shared_ptr<cord_pair_list>>& lists) { return to_capsule(io::cord_pair_table(copies(lists))); },
          py::arg("lists"));
    m.def("write_cord_pairs",
          [](const std::vector<std::shared_ptr<cord_pair_list>>& lists, const std::filesystem::path& path) {
              const py::gil_scoped_release unlocked;
              io::write_table(io::cord_pair_table(copies(lists)), path);
          },
          py::arg("lists"), py::arg("path"));

    m.def("matches_stream",
          [](const std::vector<std::shared_ptr<match_list>>& lists) {
              return to_capsule(io::match_table(copies(lists)));
          },
          py::arg("lists"));
    m.def("write_matches",
          [](const std::vector<std::shared_ptr<match_list>>& lists, const std::filesystem::path& path) {
              const py::gil_scoped_release unlocked;
              io::write_table(io::match_table(copies(lists)), path);
          },
          py::arg("lists"), py::arg("path"));
    py::class_<io::match_writer>(m, "MatchWriter")
        .def(py::init<const std::filesystem::path&>(), py::arg("path"))
        .def("add", [](io::match_writer& w, const match_list& list) {
            const py::gil_scoped_release unlocked;
            w.add(std::span(&list, 1));
        }, py::arg("matches"))
        .def("commit", &io::match_writer::commit);
}

}  // namespace allomatch::python
