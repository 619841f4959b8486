# SPDX-License-Identifier: Apache-2.0
"""The library against the slow model: the order of search lists by presets and by the user's criteria."""

import random

import pytest
from clinical_worlds import LOCI, TABLE, Sides, case, people, worlds_of
from probability_worlds import Both
from slow_model.ranking import PRESETS, criteria_of, rank
from slow_model.search import LOCI_SETS, compare_people, search
from test_equals_slow_model_predicted_search import made_for_search
from worlds import ON

KINDS = ("names", *range(6))


def made(world, folder, kind, seed=0, donors=60):
    w = worlds_of(world, kind)
    rng = random.Random(f"{kind}-{seed}")
    return rng, Sides.of(folder, w, people(rng, w, "P", 3, pool=3), people(rng, w, "D", donors, pool=3))


def hits_of(sides, slow_patient, loci):
    """Every donor compared; kept, as many rankings put the same people in order."""
    known = sides.__dict__.setdefault("known", {})
    if (slow_patient.id, loci) not in known:
        known[slow_patient.id, loci] = [compare_people(slow_patient, d, loci) for d in sides.slow_donors]
    return known[slow_patient.id, loci]


def check(sides, loci, ranking, about, top=None, **options):
    """The ids in order, the places they have, and what the criteria and the reasons say of them."""
    fast = {"loci": list(loci), "max_mismatches": 2 * len(loci), "on": ON, "rank": ranking, **options}
    for patient, slow_patient in sides.pairs():
        hits = rank(hits_of(sides, slow_patient, loci), ranking, case(**options))
        for few in (None, top) if top else (None,):
            found = sides.registry.search(patient, **fast, **({"top": few} if few else {}))
            expected = [hit.donor.id for hit in hits[:few]]
            assert [match.donor_id for match in found] == expected, (about, patient.id, ranking, options)
            assert [match.rank for match in found] == list(range(1, len(expected) + 1))
            assert found.total == len(hits)
            check_words(found, ranking)


def check_words(found, ranking):
    """The criteria in their order, and a reason for every donor but the first."""
    names = list(dict.fromkeys(criterion["by"] for criterion in criteria_of(ranking)))
    for number, match in enumerate(found):
        told = list(match.criteria)
        assert [name for name in names if name in told] == [name for name in told if name in names]
        assert all(isinstance(word, str) for word in match.criteria.values())
        assert (match.reason == "") == (number == 0)


# -- presets ------------------------------------------------


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("kind", KINDS)
def test_presets(world, tmp_path, kind, preset):
    rng, sides = made(world, tmp_path, kind)
    for loci in (LOCI, LOCI_SETS["10/10"], ("A",)):
        check(sides, loci, preset, kind, top=rng.randint(1, 20))
        check(sides, loci, list(PRESETS[preset]), kind)  # the same, written out


def test_tce_version_in_the_ranking(world, tmp_path):
    for kind in range(4):
        w = worlds_of(world, kind)
        _, sides = made(world, tmp_path / str(kind), kind)
        for version in sorted(w.release.tce):
            check(sides, ("A", "B"), ["dpb1"], (kind, version), tce_version=version)


# -- criteria of the user ------------------------------------------------

ORDERS = {
    "branch": ["Wenzhou", "Ningbo", "Hangzhou", "Jiaxing", "Shaoxing"],
    "status": ["TU", "AV", "OP", "RS", "DE"],
}
CATEGORIES = ("dpb1", "availability", "age_band", "cmv", "sex", "abo", "leader", "rh")
COUNTS = ("mismatches", "antigen_mismatches", "mismatches_max", "gvh", "hvg", "low_expression")
NUMBERS = {  # with edges that are values and edges that are not
    "weight": [50, 55, 66, 68.75, 70, 80],
    "weight_kg": [50, 55, 66, 68.75, 70, 80],
    "weight_ratio": [0.75, 1, 1.25],
    "tnc_per_kg": [0, 0.5, 1, 1.5, 2.25, 3],
    "cd34_per_kg": [0, 0.5, 1, 1.25, 1.5],
    "tnc": [0, 30, 55, 110, 199.5],
    "donations": [0, 1, 5],
}
DATES = {"registered": ["2010-01-01", "2010-01-02", "2015-01-01", "2020-12-31"]}


def some_criterion(rng, loci):
    """One criterion of any kind that can be made without frequencies."""
    kind = rng.choice(["category", "category", "count", "number", "number", "text", "date"])
    if kind == "category":
        names = CATEGORIES + (("dpb1_expression",) if TABLE else ())
        return rng.choice([str, lambda name: {"by": name}])(rng.choice(names))
    if kind == "text":
        name = rng.choice(sorted(ORDERS))
        words = rng.sample(ORDERS[name], rng.randint(1, len(ORDERS[name])))
        return {"by": name, "order": words, **may_be_first(rng)}
    if kind == "count":
        name = rng.choice([*COUNTS, *(f"{locus}_mm" for locus in loci)])
        edges = [0, 1, 2, 4]
    elif kind == "number":
        name = rng.choice(sorted(NUMBERS))
        edges = NUMBERS[name]
    else:
        return {"by": rng.choice([*DATES, "birth_date", "age"]), **direction(rng), **may_be_first(rng)}
    criterion = {"by": name, **direction(rng), **may_be_first(rng)}
    if rng.random() < 0.6:
        criterion["bands"] = sorted(rng.sample(edges, rng.randint(1, min(3, len(edges)))))
    return criterion


def direction(rng):
    return rng.choice([{}, {}, {"direction": "ascending"}, {"direction": "descending"}])


def may_be_first(rng):
    return rng.choice([{}, {}, {}, {"missing": "first"}])


def some_criteria(rng, loci, weighted=False):
    """A list of criteria, each kind of thing once."""
    found = {}
    for _ in range(rng.randint(1, 6)):
        criterion = some_criterion(rng, loci)
        name = criterion if isinstance(criterion, str) else criterion["by"]
        if weighted and rng.random() < 0.6:
            criterion = {"by": name} if isinstance(criterion, str) else criterion
            banded = name in CATEGORIES or "order" in criterion or "bands" in criterion
            if banded or name in COUNTS:
                criterion = {key: value for key, value in criterion.items() if key != "missing"}
                criterion["weight"] = rng.choice([0.5, 1, 2, 3.25, 10])
                if name in COUNTS:
                    criterion.pop("direction", None)
        found[name] = criterion
    return list(found.values())


@pytest.mark.parametrize("kind", KINDS)
def test_criteria(world, tmp_path, kind):
    rng, sides = made(world, tmp_path, kind, 1)
    for _ in range(40):
        loci = rng.choice([LOCI, ("A", "B"), LOCI_SETS["8/8"]])
        check(sides, loci, some_criteria(rng, loci), kind, top=rng.randint(1, 10))


@pytest.mark.parametrize("kind", KINDS)
def test_weights(world, tmp_path, kind):
    rng, sides = made(world, tmp_path, kind, 2)
    for _ in range(30):
        loci = rng.choice([LOCI, ("A", "B"), LOCI_SETS["8/8"]])
        check(sides, loci, some_criteria(rng, loci, weighted=True), kind, top=rng.randint(1, 10))


@pytest.mark.parametrize("kind", ["names", 0])
def test_every_criterion_alone(world, tmp_path, kind):
    _, sides = made(world, tmp_path, kind, 3)
    names = [*CATEGORIES, *COUNTS, *NUMBERS, *DATES, "age", "birth_date", "A_mm", "DPB1_mm"]
    for name in (*names, "probability", "exact_probability"):
        check(sides, LOCI, [name], kind)
        check(sides, LOCI, [{"by": name}, "mismatches"], kind)
    if TABLE:
        check(sides, LOCI, ["dpb1_expression"], kind)


@pytest.mark.parametrize("name", NUMBERS)
def test_every_edge(world, tmp_path, name):
    _, sides = made(world, tmp_path, "names", 4)
    for edge in NUMBERS[name]:
        for way in ("ascending", "descending"):
            for missing in ("first", "last"):
                criterion = {"by": name, "bands": [edge], "direction": way, "missing": missing}
                check(sides, ("A",), [criterion], (name, edge))


def test_bands_of_dates(world, tmp_path):
    _, sides = made(world, tmp_path, "names", 5)
    for way in ("ascending", "descending"):
        bands = {"by": "registered", "bands": DATES["registered"], "direction": way}
        check(sides, ("A",), [bands], way)


def test_bands_of_ages_are_in_years(world, tmp_path):
    """The library reads bands of `age` in whole years, as those of `age_band`."""
    _, sides = made(world, tmp_path, "names", 6)
    for patient, slow_patient in sides.pairs():
        found = sides.registry.search(
            patient, loci=["A"], max_mismatches=2, on=ON, rank=[{"by": "age", "bands": [25, 30, 35, 40, 45]}]
        )
        hits = rank(hits_of(sides, slow_patient, ("A",)), ["age_band"], case())
        assert [match.donor_id for match in found] == [hit.donor.id for hit in hits]


def test_the_criterion_that_separates(world, tmp_path):
    """Where one criterion alone is asked for, the reason tells whether it or the id decided."""
    _, sides = made(world, tmp_path, "names", 7)
    for name in ("cmv", "abo", "age_band", "availability", "mismatches"):
        decided = {}
        for patient, slow_patient in sides.pairs():
            found = sides.registry.search(patient, loci=["A", "B"], max_mismatches=4, on=ON, rank=[name])
            hits = rank(hits_of(sides, slow_patient, ("A", "B")), [name], case())
            for hit, match in zip(hits[1:], found[1:], strict=True):
                decided.setdefault(hit.reason, set()).add(match.reason)
        assert set(decided) == {name, "donor_id"}
        assert not decided[name] & decided["donor_id"]
        assert all("donor id" in reason for reason in decided["donor_id"])


# -- searches ------------------------------------------------


@pytest.mark.parametrize("kind", ["names", 1, 4])
def test_accept(world, tmp_path, kind):
    """One mismatch in all, at one of these loci: section 6 by limits."""
    w = worlds_of(world, kind)
    rng, loci = random.Random(kind), LOCI_SETS["10/10"]
    patients, donors = people(rng, w, "P", 3, pool=3), []
    for row in people(rng, w, "D", 40, pool=3):  # a patient's typing with one locus changed
        other = rng.choice(loci)
        names = (other, f"{other}_1", f"{other}_2")
        relative = rng.choice(patients) | dict.fromkeys(names, "")
        donors.append(relative | {"id": row["id"]} | {name: row.get(name, "") for name in names})
    sides = Sides.of(tmp_path, w, patients, donors)
    listed = 0
    for accepted in (["A"], ["A", "B"], ["DQB1", "C"], list(loci), []):
        for patient, slow_patient in sides.pairs():
            ((_, hits),) = search([slow_patient], sides.slow_donors, loci, accept=accepted, on=ON)
            found = sides.registry.search(patient, loci=list(loci), accept=accepted, on=ON)
            assert [match.donor_id for match in found] == [hit.donor.id for hit in hits], (kind, accepted)
            limits = {locus: 0 for locus in loci if locus not in accepted}
            same = sides.registry.search(patient, loci=list(loci), max_mismatches=1, limits=limits, on=ON)
            assert [match.donor_id for match in same] == [match.donor_id for match in found]
            listed += len(hits)
    assert listed > 0


@pytest.mark.parametrize("kind", ["names", 2])
def test_many_searches_threads_and_orders_of_donors(world, tmp_path, kind):
    w = worlds_of(world, kind)
    rng = random.Random(11)
    patients, donors = people(rng, w, "P", 4, pool=3), people(rng, w, "D", 120, pool=3)
    rankings = ["default", "ptcy", some_criteria(rng, LOCI), some_criteria(rng, LOCI, weighted=True)]
    answers = []
    for i in range(3):
        sides = Sides.of(tmp_path / str(i), w, patients, donors)
        for threads in (1, 2):
            options = {"loci": list(LOCI), "max_mismatches": 14, "on": ON, "threads": threads, "top": 50}
            for ranking in rankings:
                tables = sides.registry.search_many(sides.patients, rank=ranking, **options)
                answers.append([[(m.donor_id, m.reason, m.criteria) for m in found] for found in tables])
        rng.shuffle(donors)
    for number in range(len(rankings)):
        same = answers[number :: len(rankings)]
        assert len(same) == 6 and all(other == same[0] for other in same)


@pytest.mark.parametrize("kind", ["names", 3])
def test_summary_counts_everyone(world, tmp_path, kind):
    """Also those that `top` cuts."""
    _, sides = made(world, tmp_path, kind, 12)
    for patient in sides.patients:
        for most in (0, 1, 2, 10):
            options = {"loci": "10/10", "max_mismatches": most, "on": ON}
            found = sides.registry.search(patient, **options)
            few = sides.registry.search(patient, top=1, **options)
            assert sum(row["donors"] for row in found.summary()) == found.total
            assert few.summary() == found.summary()


# -- with frequencies ------------------------------------------------


@pytest.fixture(scope="module")
def predicted(world, tmp_path_factory):
    w = world(1)
    return Both.of(tmp_path_factory.mktemp("predicted"), w, made_for_search(w, 90))


PREDICTED = {
    "default": "default",
    "ptcy": "ptcy",
    "cord": "cord",
    "hla_only": "hla_only",
    "band and class": ["probability", "mismatches"],
    "exact": ["exact_probability"],
    "p1": [{"by": "p1", "direction": "ascending"}],
    "p0 falling": [{"by": "p0", "direction": "descending"}],
    "p0 in bands": [{"by": "p0", "direction": "descending", "bands": [0.125, 0.5, 1]}, "age"],
    "p0 unknown first": [{"by": "p0", "direction": "descending", "missing": "first"}],
    "weighted": [{"by": "probability", "weight": 1}, {"by": "age_band", "weight": 2}, "exact_probability"],
}


@pytest.mark.parametrize("name", PREDICTED)
def test_probabilities(predicted, name):
    """With the probabilities of the library: they are compared with the model's elsewhere."""
    ranking, loci = PREDICTED[name], ("A", "B", "DRB1", "DQB1")
    options = {"loci": list(loci), "max_mismatches": 8, "on": ON, **predicted.options}
    for patient, slow_patient in zip(predicted.patients, predicted.slow_patients, strict=True):
        found = predicted.registry.search(patient, rank=ranking, **options)
        told = {match.donor_id: match for match in found}
        assert len(told) == len(predicted.slow_donors)
        hits = [compare_people(slow_patient, donor, loci) for donor in predicted.slow_donors]
        for hit in hits:
            match = told[hit.donor.id]
            hit.p, hit.explained = match.p, found.patient_explained and match.explained
        hits = rank(hits, ranking, case())
        assert [match.donor_id for match in found] == [hit.donor.id for hit in hits]
        check_words(found, ranking)
