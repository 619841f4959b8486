# SPDX-License-Identifier: Apache-2.0
"""The slow model of section 7 against its bare definition on generated material, and the WMDA reference."""

import csv
import itertools
import random
from collections import Counter
from fractions import Fraction

import pytest
from slow_examples import SHARED
from slow_model import Release, generate, generate_probability
from slow_model.compare import count
from slow_model.frequency import FrequencySet, is_null
from slow_model.genotypes import accepts, conditions, expressed, genotypes
from slow_model.probability import distribution, impute, probability
from slow_model.search import person_from_row

# -- generated material ------------------------------------------------


def world(seed):
    """(release, mac, material, sets, patients, donors)"""
    rng = random.Random(seed)
    if seed % 5 == 4:
        release, mac = Release.names(), None
    else:
        _, release = generate.miniature(rng)
        mac = generate.mac_table(rng, release)
    loci = [("A", "B", "DRB1"), ("A", "B", "C", "DRB345")][seed % 2]
    made = generate_probability.material(rng, release, mac, loci)
    sets = {name: FrequencySet.from_rows(release, name, rows) for name, rows in made.sets.items()}
    patients, donors = (
        [person_from_row(release, row, mac) for row in rows] for rows in (made.patients, made.donors)
    )
    return release, mac, made, sets, patients, donors


@pytest.mark.parametrize("seed", range(15))
def test_against_the_bare_definition(seed):
    """Ordered pairs of haplotypes f1 f2, no shortcut; probabilities as plain sums over ordered pairs."""
    _, _, made, sets, patients, donors = world(seed)

    def ordered(someone, one):
        asked = conditions(someone, one)
        for x, y in itertools.product(one.haplotypes, repeat=2):
            sides = [dict(zip(one.loci, side, strict=True)) for side in (x, y)]
            if all(
                accepts(any_of, *([side[locus] for locus in loci] for side in sides))
                for loci, any_of in asked
            ):
                yield *sides, one.haplotypes[x] * one.haplotypes[y]

    for patient, donor in itertools.product(patients, donors[:3]):
        result = probability(patient, donor, sets, ("A", "B"), made.fallbacks)
        if result.total is None:
            assert not result.patient.explained or not result.donor.explained
            continue
        assert sum(result.total) == 1 and all(sum(part) == 1 for part in result.per_locus.values())
        if result.patient.certain or result.donor.certain:
            continue
        sums = Counter()
        theirs = list(ordered(donor, sets[result.donor.population]))
        for x, y, f in ordered(patient, sets[result.patient.population]):
            for u, v, g in theirs:
                loci = ("A", "B")
                sums[sum(count(expressed((x[at], y[at])), expressed((u[at], v[at]))) for at in loci)] += f * g
        assert [Fraction(sums[k], sum(sums.values())) for k in range(5)] == result.total


def test_material_is_seeded_and_has_every_case():
    found = Counter()
    for seed in range(25):
        release, mac, made, sets, patients, donors = world(seed)
        assert made == world(seed)[2]
        for one in sets.values():
            assert not one.refused and 0 < one.total <= 1
            found["skipped"] += one.skipped
            found["null rows"] += sum(any(map(is_null, haplotype)) for haplotype in one.haplotypes)
            found["merged rows"] += len(made.sets[one.name]) - one.skipped > len(one.haplotypes)
            found["tiny"] += any(frequency < 1e-100 for frequency in one.haplotypes.values())
        for someone in patients + donors:
            one = impute(someone, sets, None, made.fallbacks)
            for group in (one.haplotype_pairs, one.genotypes, *one.per_locus.values()):
                assert not group or sum(group.values()) == 1
            found["certain"] += one.certain
            found["certain and unknown"] += one.certain and not one.haplotype_pairs
            found["several genotypes"] += len(one.genotypes) > 1
            found["a locus missing"] += bool(one.missing)
            found["no pair"] += not one.explained and not one.missing
            found["fall-back"] += one.population != someone.get("population")
            found["phased"] += any(typing.phased for typing in someone.typing.values())
            found["alternatives"] += any(len(typing.pairs) > 1 for typing in someone.typing.values())
            found["null-only"] += any(
                side is not None and side.is_null
                for typing in someone.typing.values()
                for pair in typing.pairs
                for side in pair
            )
        results = [
            probability(patient, donor, sets, ("A", "B", "DQB1"), made.fallbacks)
            for patient, donor in itertools.product(patients, donors)
        ]
        found["blank total"] += sum(result.total is None for result in results)
        found["in between"] += sum(0 < result.total[0] < 1 for result in results if result.total)
        found["shifted"] += sum(result.total[0] == 0 for result in results if result.total)
        rng = random.Random(seed)
        rows = generate_probability.frequency_rows(rng, release, ("A", "B"), wrong=0.5)
        found["refused"] += len(FrequencySet.from_rows(release, "wrong", rows).refused)
    assert all(number >= 5 for number in found.values()), found


@pytest.mark.parametrize("layout", generate_probability.LAYOUTS)
def test_written_frequencies(tmp_path, layout):
    rows = [("B*07:02~A*01:01", "0.25"), ("A*02:05~B*08:01", "1e-5")]
    text = generate_probability.write_frequencies(tmp_path / "pop.csv", "pop", rows, layout).read_text()
    assert (
        text.splitlines()[-1]
        == {
            "a": "A*02:05~B*08:01,1e-5,pop",
            "b": "A*02:05~B*08:01,pop,1e-5",
            "c": "A*02:05~B*08:01,1,1e-5",
            "d": "A*02:05,B*08:01,1e-5",
            "e": '{"nomenclatureVersion": "0", "populationId": "pop", "frequencies": [{"b": "B*07:02",'
            ' "a": "A*01:01", "frequency": 0.25}, {"a": "A*02:05", "b": "B*08:01", "frequency": 1e-05}]}',
        }[layout]
    )


# -- the WMDA reference ------------------------------------------------


def test_wmda_reference():
    """Every seventh line of the reference that is quick to enumerate."""
    folder = SHARED / "data" / "wmda3"
    if not folder.is_dir():
        pytest.skip("wmda3 not found; set ALLOMATCH_SHARED to the folder with data/wmda3")
    release = Release.names()
    with (folder / "CAU.csv").open(encoding="utf-8") as file:
        one = FrequencySet.from_rows(release, "1", [(text, f) for text, _, f in csv.reader(file)])
    assert len(one.haplotypes) == 3380 and not one.refused
    people, known = {}, {}
    for name in ("pat.gl.txt", "don.gl.txt"):
        for line in (folder / name).read_text().splitlines():
            people[line.split("%")[0]] = line.split("%")[1]

    def of(name):
        if name not in known:
            known[name] = genotypes(person_from_row(release, {"id": name, "gl": people[name]}), one, "10/10")
        return known[name]

    checked = 0
    for line in (folder / "expected_P1-100_D1-1000_nonzero.txt").read_text().splitlines()[::7]:
        cells, chances = (part.split(";") for part in line.split("|"))
        mine, theirs = of(cells[0]), of(cells[1])
        if len(mine.weights) * len(theirs.weights) > 10000:
            continue
        total = distribution(mine.weights, theirs.weights)
        assert [float(chance) for chance in total[:3]] == pytest.approx([float(c) for c in chances], abs=1e-9)
        assert [round(100 * total[1]), round(100 * total[0])] == [int(cell) for cell in cells[12:14]]
        for locus, flag, percent in zip(
            ("A", "C", "B", "DRB1", "DQB1"), cells[2:12:2], cells[3:12:2], strict=True
        ):
            chance = distribution(mine.at((locus,)), theirs.at((locus,)))[0]
            assert (flag, int(percent)) == ({0: "M", 1: "A"}.get(chance, "P"), round(100 * chance)), line
        checked += 1
    assert checked > 70
