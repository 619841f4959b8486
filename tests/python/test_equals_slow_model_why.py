# SPDX-License-Identifier: Apache-2.0
"""The library against the slow model: whether a search lists a donor, and all that is against it."""

import random

import pytest
from clinical_worlds import Sides, people, worlds_of
from probability_worlds import Both
from slow_model import clinical
from slow_model.search import LOCI_SETS, compare_people
from test_equals_slow_model_predicted_search import made_for_search, searched
from worlds import ON

KINDS = ("names", *range(4))
COUNTED = {"both": "mismatches", "gvh": "gvh", "hvg": "hvg"}

# -- conditions ------------------------------------------------


def field(donor, name):
    return donor.get(name) or None


def age(donor):
    found = clinical.age(donor, ON)
    return None if found is None else str(found)


def kind_of(donor):
    return {"C": "cord", "D": "adult"}.get(donor.get("type"), field(donor, "type"))


def when(value, test):
    return None if value is None else test(value)


# text -> (truth of a donor with None for unknown, the values of the fields that it names)
ATOMS = {
    "status = 'AV'": (
        lambda d: when(field(d, "status"), lambda v: v == "AV"),
        lambda d: {"status": field(d, "status")},
    ),
    "Age < 40": (lambda d: when(age(d), lambda v: int(v) < 40), lambda d: {"age": age(d)}),
    "sex != 'F'": (
        lambda d: when(field(d, "sex"), lambda v: v != "F"),
        lambda d: {"sex": field(d, "sex")},
    ),
    "branch in ('Ningbo','Wenzhou')": (
        lambda d: when(field(d, "branch"), lambda v: v in ("Ningbo", "Wenzhou")),
        lambda d: {"branch": field(d, "branch")},
    ),
    "weight_kg>=66": (
        lambda d: when(field(d, "weight_kg"), lambda v: float(v) >= 66),
        lambda d: {"weight_kg": field(d, "weight_kg")},
    ),
    "cmv is missing": (lambda d: field(d, "cmv") is None, lambda d: {"cmv": field(d, "cmv")}),
    "not donor_type = 'cord'": (
        lambda d: when(kind_of(d), lambda v: v != "cord"),
        lambda d: {"type": kind_of(d)},
    ),
    "donations > 1 or registered is missing": (
        lambda d: (
            True if field(d, "registered") is None else when(field(d, "donations"), lambda v: int(v) > 1)
        ),
        lambda d: {"donations": field(d, "donations"), "registered": field(d, "registered")},
    ),
}


def condition(rng, atoms):
    """Some atoms joined by `and`, with parentheses that mean nothing."""
    texts = [f"({text})" if " or " in text or rng.random() < 0.3 else text for text in atoms]
    if len(texts) > 2 and rng.random() < 0.5:
        texts = [texts[0], f"({' AND '.join(texts[1:])})"]
    return " and ".join(texts)


# -- options ------------------------------------------------


def some_options(rng, loci):
    largest = rng.randint(0, 2 * len(loci))
    options = {
        "loci": list(loci),
        "max_mismatches": largest,
        "min_mismatches": rng.randint(0, largest) if rng.random() < 0.4 else 0,
        "limits": {locus: rng.randint(0, 2) for locus in loci if rng.random() < 0.3},
        "direction": rng.choice(["both", "both", "gvh", "hvg"]),
        "homozygous_once": rng.random() < 0.3,
        "rank": rng.choice(["default", "ptcy", "hla_only", "cord"]),
        "on": ON,
    }
    if rng.random() < 0.4:
        options["top"] = rng.randint(0, 8)
    return options


def expected_reasons(hit, options, atoms):
    """Without the rank, by the limits and conditions one after the other."""
    counted = COUNTED[options["direction"]]
    at = {locus: result for locus, result in hit.loci.items() if result[counted]}
    loci = {locus: {"count": one[counted], "letters": one["letters"]} for locus, one in at.items()}
    count = getattr(hit, counted)
    total = {"count": count, "loci": loci}
    found = []
    if count > options["max_mismatches"]:
        found.append({"kind": "max_mismatches", "limit": options["max_mismatches"], **total})
    if count < options["min_mismatches"]:
        found.append({"kind": "min_mismatches", "limit": options["min_mismatches"], **total})
    for locus, limit in options["limits"].items():
        if hit.loci[locus][counted] > limit:
            found.append({"kind": "limit", "locus": locus, "limit": limit, **loci[locus]})
    for text in atoms:
        true, values = ATOMS[text]
        if true(hit.donor) is not True:
            found.append(
                {
                    "kind": "where",
                    "condition": text,
                    "unknown": true(hit.donor) is None,
                    "values": values(hit.donor),
                }
            )
    return found


def without(reasons, options, atoms, rng):
    """Options that do not have what these reasons say."""
    options = {**options, "limits": dict(options["limits"])}
    failed = {reason["condition"] for reason in reasons if reason["kind"] == "where"}
    for reason in reasons:
        if reason["kind"] in ("max_mismatches", "min_mismatches"):
            options[reason["kind"]] = reason["count"]
        elif reason["kind"] == "limit":
            options["limits"][reason["locus"]] = reason["count"]
        elif reason["kind"] == "top":
            options["top"] = reason["rank"]
    return {**options, "where": condition(rng, [text for text in atoms if text not in failed])}


def ids(found):
    return [match.donor_id for match in found]


def order(reasons):
    return sorted(reasons, key=repr)


# -- the same as a search ------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_why(world, tmp_path, kind):
    rng = random.Random(f"why-{kind}")
    w = worlds_of(world, kind)
    sides = Sides.of(tmp_path, w, people(rng, w, "P", 3, pool=3), people(rng, w, "D", 30, pool=3))
    kinds = {}
    for _ in range(40):
        loci = rng.choice([("A",), ("B", "DRB345"), ("A", "B", "DRB1"), LOCI_SETS["10/10"]])
        options = some_options(rng, loci)
        atoms = rng.sample(sorted(ATOMS), rng.choice([0, 0, 1, 2, 4]))
        asked = {**options, "where": condition(rng, atoms)}
        for patient, slow_patient in sides.pairs():
            found = sides.registry.search(patient, **asked)
            listed = ids(found)
            within = ids(sides.registry.search(patient, **{**asked, "top": None}))
            for donor in sides.slow_donors:
                about = (kind, patient.id, donor.id, asked)
                why = sides.registry.why(patient, donor.id, **asked)
                assert (why.donor_id, why.patient_id) == (donor.id, patient.id)
                assert why.listed == (donor.id in listed), about
                assert why.total == found.total == len(within), about
                assert why.rank == (within.index(donor.id) + 1 if donor.id in within else None), about
                assert bool(why.reasons) == (not why.listed), about
                told = [{k: v for k, v in one.items() if k != "words"} for one in why.reasons]
                hit = compare_people(slow_patient, donor, loci, homozygous_once=options["homozygous_once"])
                expected = expected_reasons(hit, options, atoms)
                if why.rank and not why.listed:
                    cut = {"rank": why.rank, "total": len(within), "limit": options["top"]}
                    expected.append({"kind": "top", **cut})
                assert order(told) == order(expected), about
                assert all(one["words"] in why.words for one in why.reasons)
                kinds = {**kinds, **{one["kind"]: kinds.get(one["kind"], 0) + 1 for one in told}}
                if told and rng.random() < 0.2:
                    check_without(rng, sides, patient, donor.id, told, options, atoms)
    assert min(kinds.get(one, 0) for one in ("where", "max_mismatches", "min_mismatches", "limit", "top")) > 5


def check_without(rng, sides, patient, donor, reasons, options, atoms):
    """Without all the reasons the donor is listed; with one of them alone left, not, and for that one."""
    freed = without(reasons, options, atoms, rng)
    if reasons[0]["kind"] != "top":
        freed["top"] = None
    assert donor in ids(sides.registry.search(patient, **freed)), (donor, reasons, freed)
    kept = rng.choice(reasons)
    asked = without([one for one in reasons if one is not kept], options, atoms, rng)
    assert donor not in ids(sides.registry.search(patient, **asked))
    told = sides.registry.why(patient, donor, **asked).reasons
    assert [one["kind"] for one in told] == [kept["kind"]], (donor, reasons, asked)


# -- with probabilities ------------------------------------------------


def test_conditions_on_probabilities(world, tmp_path):
    """The values are the probabilities of a search, and unknown where there is none."""
    both = Both.of(tmp_path, world(1), made_for_search(world(1), 60), slow_people=False)
    conditions = {"p0 >= 0.5": "p0", "dqb1_P0 > 0.25": "DQB1_p0", "A_p2 = 0": "A_p2"}
    told = {True: 0, False: 0}
    for patient in both.patients:
        everyone = searched(both, patient)
        for text, name in conditions.items():
            options = {"where": f"{text} and sex = 'M'", "top": 5, "max_mismatches": 3}
            listed = ids(searched(both, patient, **options))
            within = ids(searched(both, patient, **{**options, "top": None}))
            for match in everyone[::7]:
                asked = {"loci": everyone.loci, "on": ON, **both.options, **options}
                why = both.registry.why(patient, match.donor_id, **asked)
                assert why.listed == (match.donor_id in listed) and why.total == len(within)
                assert why.rank == (within.index(match.donor_id) + 1 if match.donor_id in within else None)
                values = match.p if name == "p0" else match.locus_p[name.split("_")[0]]
                value = None if values is None else values[int(name[-1])]
                for reason in why.reasons:
                    if reason.get("condition") == text:
                        shown = reason["values"].pop(name)
                        assert reason["values"] == {}
                        assert (None if shown is None else float(shown)) == value
                        assert reason["unknown"] == (value is None)
                        told[reason["unknown"]] += 1
    assert min(told.values()) > 10
