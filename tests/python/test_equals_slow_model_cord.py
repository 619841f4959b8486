# SPDX-License-Identifier: Apache-2.0
"""The library against the slow model: cord units, single and double (section 6)."""

import random

import pytest
from clinical_worlds import Sides, people, worlds_of
from probability_worlds import Both
from slow_model import clinical, generate
from slow_model.cord import LOCI as CORD_LOCI
from slow_model.cord import read_match, search_cord_pairs, search_cords
from test_equals_slow_model_predicted_search import made_for_search
from worlds import ON, POLICIES

MATCHES = ("3/6", "4/6", "5/6", "6/6", "4/8", "5/8", "6/8", "7/8", "8/8")
LOCI = ("A", "B", "C", "DRB1")
KINDS = ("names", *range(6))


def made(world, folder, kind, seed=0, donors=70, nulls="ignore_inside_ambiguity", **donor_columns):
    """Half of the donors are units, some of the patients have no weight."""
    w = worlds_of(world, kind)
    rng = random.Random(f"cord {kind} {seed}")
    pool = {"loci": LOCI, "pool": 3}
    units = [{**row, **donor_columns} for row in people(rng, w, "D", donors, **pool)]
    return rng, Sides.of(folder, w, people(rng, w, "P", 4, **pool), units, nulls)


def thresholds(rng, patient, names):
    """Some of the doses; without a weight only an error."""
    values = (None, None, 0, 0.5, 1, 1.5, 2, 3)
    found = {name: rng.choice(values) for name in names}
    if not patient.get("weight_kg"):
        return dict.fromkeys(names)
    return found


# -- single units ------------------------------------------------


def units_of(sides, patient, match, **options):
    no_doses = dict.fromkeys(("min_tnc_per_kg", "min_cd34_per_kg"))
    return sides.registry.search_cords(patient, match=match, on=ON, **{**no_doses, **options})


def check_units(sides, match, about, patient, slow_patient, top=None, rank="cord", **options):
    hits = search_cords(slow_patient, sides.slow_donors, match, on=ON, rank_by=rank, **options)
    found = units_of(sides, patient, match, rank=rank, top=top, **options)
    about = (about, patient.id, match, options)
    assert [unit.donor_id for unit in found] == [hit.donor.id for hit in hits][:top], about
    assert [unit.mismatches for unit in found] == [hit.mismatches for hit in hits][:top], about
    assert [unit.rank for unit in found] == list(range(1, len(found) + 1))
    assert found.total == len(hits), about
    for unit, hit in zip(found, hits, strict=False):
        for name in ("tnc_per_kg", "cd34_per_kg"):
            value = getattr(clinical, name)(slow_patient, hit.donor)
            assert getattr(unit, name) == (None if value is None else pytest.approx(float(value))), about
    return hits


@pytest.mark.parametrize("nulls", POLICIES)
@pytest.mark.parametrize("kind", KINDS)
def test_units(world, tmp_path, kind, nulls):
    rng, sides = made(world, tmp_path, kind, nulls=nulls)
    listed = 0
    for patient, slow_patient in sides.pairs():
        for match in MATCHES:
            options = thresholds(rng, slow_patient, ("min_tnc_per_kg", "min_cd34_per_kg"))
            listed += len(check_units(sides, match, kind, patient, slow_patient, **options))
            check_units(sides, match, kind, patient, slow_patient, top=rng.randint(1, 5))
            rank = ["mismatches", {"by": "tnc_per_kg", "bands": [1, 2]}, "abo", "cd34_per_kg"]
            check_units(sides, match, kind, patient, slow_patient, rank=rank)
    assert listed > 20


def test_only_units(world, tmp_path):
    """Adults never come, with whatever match; `cord` and `C` are the same."""
    _, sides = made(world, tmp_path, "names", 1)
    units = {donor.id for donor in sides.slow_donors if donor.get("type") in ("cord", "C")}
    assert 10 < len(units) < len(sides.slow_donors)
    for patient, _ in sides.pairs():
        found = {unit.donor_id for unit in units_of(sides, patient, "3/6")}
        assert found and found <= units
        assert not any(pair.first == pair.second for pair in pairs_of(sides, patient, "3/6"))


def test_a_dose_needs_the_weight_of_the_patient(world, tmp_path):
    row = {"id": "P", "A_1": "01:01", "B_1": "07:02", "DRB1_1": "03:01"}
    donors = [{**row, "id": "D", "type": "cord", "tnc": "100", "cd34": "5"}]
    one = Sides.of(tmp_path / "one", worlds_of(world, "names"), [row], donors)
    patient = one.patients[0]
    assert [unit.donor_id for unit in units_of(one, patient, "6/6")] == ["D"]
    for option in ("min_tnc_per_kg", "min_cd34_per_kg"):
        with pytest.raises(ValueError, match="weight"):
            units_of(one, patient, "6/6", **{option: 1.0})
        with pytest.raises(ValueError, match="weight"):
            pairs_of(one, patient, "6/6", **{option: 1.0})
    with pytest.raises(ValueError, match="weight"):
        pairs_of(one, patient, "6/6", min_total_tnc_per_kg=1.0)


@pytest.mark.parametrize("match", ["10/10", "6", "7/6", "x/6", "9/8", "-1/6", ""])
def test_wrong_matches(world, tmp_path, match):
    _, sides = made(world, tmp_path, "names", 3, donors=10)
    with pytest.raises(ValueError):
        units_of(sides, sides.patients[0], match)
    with pytest.raises(ValueError):
        pairs_of(sides, sides.patients[0], match)


def test_units_with_frequencies(world, tmp_path):
    """The preset `cord` with the probabilities of the library."""
    w = world(1)
    material = made_for_search(w, 33)
    rng = random.Random(33)
    for row in material.donors:
        row |= {"type": rng.choice(["cord", "C", "cord", "adult"]), "tnc": rng.choice(["", "55", "110"])}
    both = Both.of(tmp_path, w, material)
    listed = 0
    for patient, slow_patient in zip(both.patients, both.slow_patients, strict=True):
        found = units_of(both, patient, "3/6", rank="cord", **both.options)
        told = {unit.donor_id: unit for unit in found}

        def predict(_, donor, told=told, found=found):
            unit = told[donor.id]
            return unit.p, found.patient_explained and unit.explained

        hits = search_cords(slow_patient, both.slow_donors, "3/6", on=ON, predict=predict)
        assert [unit.donor_id for unit in found] == [hit.donor.id for hit in hits]
        listed += len(hits)
    assert listed > 50


# -- two units ------------------------------------------------


def pairs_of(sides, patient, match, top=None, dose_band=1.0, **options):
    thresholds = dict.fromkeys(("min_tnc_per_kg", "min_cd34_per_kg", "min_total_tnc_per_kg"))
    return sides.registry.search_cord_pairs(
        patient, match=match, on=ON, top=top, dose_band=dose_band, **{**thresholds, **options}
    )


def check_pairs(sides, match, about, patient, slow_patient, top=None, dose_band=1.0, **options):
    expected, total = search_cord_pairs(
        slow_patient, sides.slow_donors, match, top=top, dose_band=dose_band, **options
    )
    found = pairs_of(sides, patient, match, top, dose_band, **options)
    about = (about, patient.id, match, dose_band, options)
    told = [(pair.first, pair.second, pair.mismatches) for pair in found]
    assert told == [(pair.first, pair.second, pair.mismatches) for pair in expected], about
    for mine, theirs in zip(found, expected, strict=True):
        assert mine.unit_mismatches == theirs.unit_mismatches, about
        assert mine.abo_not_identical == theirs.abo_not_identical, about
        if slow_patient.get("weight_kg"):
            assert mine.total_tnc_per_kg == pytest.approx(float(theirs.total_tnc_per_kg)), about
            assert mine.lowest_tnc_per_kg == pytest.approx(float(theirs.lowest_tnc_per_kg)), about
    assert found.total == total, about
    return total


DOSES = ("min_tnc_per_kg", "min_cd34_per_kg", "min_total_tnc_per_kg")


@pytest.mark.parametrize("nulls", POLICIES)
@pytest.mark.parametrize("kind", KINDS)
def test_pairs(world, tmp_path, kind, nulls):
    rng, sides = made(world, tmp_path, kind, 4, nulls=nulls, donors=40)
    listed = 0
    for patient, slow_patient in sides.pairs():
        for match in MATCHES:
            listed += check_pairs(sides, match, kind, patient, slow_patient)
            options = thresholds(rng, slow_patient, DOSES)
            band = rng.choice([0.25, 0.5, 1.0, 2.0])
            check_pairs(sides, match, kind, patient, slow_patient, rng.randint(1, 20), band, **options)
    assert listed > 30


@pytest.mark.parametrize("kind", ["names", 0])
def test_pairs_of_units_that_hardly_differ(world, tmp_path, kind):
    """All typed alike and of few doses: blood groups, totals and ids decide."""
    w = worlds_of(world, kind)
    rng = random.Random(21)
    rows = people(rng, w, "D", 30, LOCI, pool=1)
    for row in rows:
        row |= {"type": "cord", "tnc": rng.choice(["55", "55.5", "66"]), "abo": rng.choice(["A", "O", ""])}
    patients = [{**row, "weight_kg": "55", "abo": "A"} for row in people(rng, w, "P", 2, LOCI, pool=1)]
    sides = Sides.of(tmp_path, w, patients, rows)
    for patient, slow_patient in sides.pairs():
        for match in ("3/6", "4/8"):
            for band in (0.5, 1.0, 100.0):
                check_pairs(sides, match, kind, patient, slow_patient, None, band)


def test_pairs_and_the_order_of_donors(world, tmp_path):
    w = worlds_of(world, 2)
    rng = random.Random(4)
    patients, donors = people(rng, w, "P", 3, LOCI, pool=3), people(rng, w, "D", 50, LOCI, pool=3)
    answers = []
    for i in range(3):
        sides = Sides.of(tmp_path / str(i), w, patients, donors)
        found = [pairs_of(sides, patient, "3/6", top=40) for patient in sides.patients]
        answers.append([[(pair.first, pair.second) for pair in one] for one in found])
        rng.shuffle(donors)
    assert answers[0] == answers[1] == answers[2] and any(answers[0])


# -- a real release ------------------------------------------------


def test_real(real, tmp_path):
    """Antigens of a real release at A and B."""
    rng = random.Random(358)
    pools = {}
    for locus, families in (("A", "02 24 23"), ("B", "38 39 51 15"), ("C", "03 07"), ("DRB1", "03 15 14")):
        alleles = sorted(a.short for a in real.release.alleles.values() if a.locus == locus)
        near = [rng.choice([a for a in alleles if a.startswith(f"{f}:")]) for f in families.split() * 3]
        pools[locus] = [*near, "/".join(rng.sample(near, 2)), "NEW", ""]
        kinds = ("serology", "g_group", "p_group", "list")
        pools[locus] += [generate.readable_text(rng, real.release, locus, real.mac, kinds, "") for _ in "123"]

    def rows(prefix, count):
        return [
            {"id": f"{prefix}{i}", "type": "cord", "weight_kg": rng.choice(["20", "55"])}
            | {"tnc": rng.choice(["", "80", "110", "165"]), "abo": rng.choice("ABO")}
            | {f"{locus}_{k}": rng.choice(pools[locus]).strip() for locus in pools for k in (1, 2)}
            for i in range(count)
        ]

    sides = Sides.of(tmp_path, real, rows("P", 4), rows("D", 60))
    for patient, slow_patient in sides.pairs():
        for match in MATCHES:
            check_units(sides, match, "3.58.0", patient, slow_patient)
        check_pairs(sides, "3/6", "3.58.0", patient, slow_patient, top=50)
        check_pairs(sides, "5/8", "3.58.0", patient, slow_patient, top=50)


def test_the_matches_are_those_of_the_model():
    assert [read_match(match) for match in MATCHES[:4]] == [(3, "6"), (2, "6"), (1, "6"), (0, "6")]
    assert all(set(loci) <= set(LOCI) for loci in CORD_LOCI.values())
