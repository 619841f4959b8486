// SPDX-License-Identifier: Apache-2.0
#include "binding.hpp"

#include <allomatch/search/explanation.hpp>
#include <allomatch/search/listing.hpp>
#include <allomatch/search/typing_gain.hpp>

#include <cmath>

namespace allomatch::python {

namespace {

using registry_pointer = std::shared_ptr<registry>;
using patient_pointer = std::shared_ptr<patient>;

py::list explanation_list(const std::vector<locus_explanation>& loci) {
    py::list all;
    for (const locus_explanation& e : loci) {
        py::dict d;
        d["locus"] = std::string(name(e.where));
        d["patient"] = e.patient_text;
        d["donor"] = e.donor_text;
        d["searched"] = e.searched;
        d["letters"] = text_of(e.outcome.letters);
        d["mismatches"] = e.outcome.mismatches;
        d["mismatches_max"] = e.outcome.mismatches_max;
        d["gvh"] = e.outcome.gvh;
        d["hvg"] = e.outcome.hvg;
        d["orientation"] = e.outcome.crossed ? "crossed" : "direct";
        py::list positions;
        for (const position_explanation& p : e.positions) {
            py::dict one;
            one["letter"] = std::string(1, text_of(p.outcome));
            one["patient_classes"] = p.patient_classes;
            one["donor_classes"] = p.donor_classes;
            one["shared_classes"] = p.shared_classes;
            one["patient_antigens"] = p.patient_antigens;
            one["donor_antigens"] = p.donor_antigens;
            one["serology_path"] = p.serology_path;
            one["patient_traits"] = p.patient_traits;
            one["donor_traits"] = p.donor_traits;
            one["reason"] = p.reason;
            positions.append(std::move(one));
        }
        d["positions"] = std::move(positions);
        d["note"] = e.note;
        d["decision"] = e.decision;
        all.append(std::move(d));
    }
    return all;
}

/// The fields that go with the kind of an obstacle; its kind and words in any case.
py::dict obstacle_dict(const obstacle& o, const listing& found) {
    py::dict d;
    d["kind"] = std::string(name(o.what));
    switch (o.what) {
        case obstacle_kind::where: {
            d["condition"] = o.condition.text;
            d["unknown"] = o.condition.unknown;
            py::dict values;
            for (const auto& [field, value] : o.condition.values)
                values[py::str(field)] = value.empty() ? py::object(py::none()) : py::object(py::str(value));
            d["values"] = std::move(values);
            break;
        }
        case obstacle_kind::max_mismatches:
        case obstacle_kind::min_mismatches: {
            d["count"] = o.count;
            d["limit"] = o.bound;
            py::dict loci;
            for (const mismatched_locus& l : o.loci) {
                py::dict at;
                at["count"] = l.mismatches;
                at["letters"] = text_of(l.letters);
                loci[py::str(std::string(name(l.where)))] = std::move(at);
            }
            d["loci"] = std::move(loci);
            break;
        }
        case obstacle_kind::limit:
            d["locus"] = std::string(name(o.loci.front().where));
            d["count"] = o.count;
            d["limit"] = o.bound;
            d["letters"] = text_of(o.loci.front().letters);
            break;
        case obstacle_kind::type:
        case obstacle_kind::retired:
        case obstacle_kind::reserved: break;
        case obstacle_kind::min_tnc_per_kg:
        case obstacle_kind::min_cd34_per_kg:
            d["dose"] = std::isnan(o.dose) ? py::object(py::none()) : py::object(py::float_(o.dose));
            d["limit"] = o.least_dose;
            break;
        case obstacle_kind::top:
            d["rank"] = o.count;
            d["total"] = found.total;
            d["limit"] = o.bound;
            break;
    }
    d["words"] = o.words;
    return d;
}

py::dict listing_dict(const listing& found) {
    py::dict d;
    d["listed"] = found.listed;
    d["rank"] = found.rank == 0 ? py::object(py::none()) : py::object(py::int_(found.rank));
    d["total"] = found.total;
    py::list reasons;
    for (const obstacle& o : found.obstacles) reasons.append(obstacle_dict(o, found));
    d["reasons"] = std::move(reasons);
    d["words"] = found.words;
    return d;
}

}  // namespace

void bind_explanation(py::module_& m) {
    m.def("explain",
          [](const match_list& matches, std::size_t i) {
              if (i >= matches.hits.size()) throw py::index_error("no match of this number");
              return explanation_list(explain(matches, i));
          },
          py::arg("matches"), py::arg("i"));
    m.def("typing_gains",
          [](const match_list& matches) {
              std::vector<typing_gain> gains;
              {
                  const py::gil_scoped_release unlocked;
                  gains = typing_gains(matches);
              }
              py::list all;
              for (const typing_gain& g : gains)
                  all.append(py::make_tuple(matches.donors->id(matches.hits[g.row].donor), name(g.where), g.full_match, g.locus_match,
                                            g.full_match_if_match, g.gain, g.rank, g.rank_if_match, g.rank_if_mismatch));
              return all;
          },
          py::arg("matches"));
    m.def("explain_listing",
          [](const registry_pointer& donors, std::size_t donor, const patient_pointer& who, const search_request& request) {
              if (donor >= donors->size()) throw py::index_error("no donor of this number");
              listing found;
              {
                  const py::gil_scoped_release unlocked;
                  found = explain_listing(donors, who, request, static_cast<donor_index>(donor));
              }
              return listing_dict(found);
          },
          py::arg("registry"), py::arg("donor"), py::arg("patient"), py::arg("request"));
}

}  // namespace allomatch::python
