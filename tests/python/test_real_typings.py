# SPDX-License-Identifier: Apache-2.0
"""Real people under a real release: 2,693 of the 1000 Genomes panel, quirks kept."""

import csv
import functools

import allomatch as am
import pytest
from conftest import SHARED

PEOPLE = SHARED / "data" / "typings" / "1000genomes.tsv"
LOCI = ("A", "B", "C", "DRB1", "DQB1")


@pytest.fixture(scope="module")
def rows():
    if not PEOPLE.exists():
        pytest.skip("1000genomes.tsv not found; set ALLOMATCH_SHARED to the folder with data/typings")
    with PEOPLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


@pytest.fixture(scope="module")
def registry(rows, real_release):
    return am.Registry.from_csv(PEOPLE, real_release)


@pytest.fixture(scope="module")
def patients(rows, real_release):
    return am.read_patients(PEOPLE, real_release)


def test_every_row_is_accounted_for(rows, registry, patients):
    for report, taken in ((registry.report, len(registry)), (patients[1], len(patients[0]))):
        assert report.rows_read == len(rows) == 2693
        assert report.rows_taken + report.rows_refused == report.rows_read and report.rows_taken == taken
        listed = {problem["row"] for problem in report.problems}
        assert len(listed) == report.rows_refused and 50 < len(listed) < 200
        for problem in report.problems:
            row = rows[problem["row"] - 2]  # line 1 is the header
            assert problem["id"] == row["sample"] and problem["reason"]
            assert problem["text"] == row[problem["column"]]
        for number, row in enumerate(rows, start=2):
            assert (row["sample"] in registry) == (number not in {p["row"] for p in registry.report.problems})


def test_what_is_refused_is_what_is_odd(rows, registry):
    """Marks for uncertain calls, words, blanks inside and figures are refused; everything else is taken."""
    for row in rows:
        cells = [row[f"{locus}_{i}"] for locus in LOCI for i in (1, 2)]
        odd = any(cell.endswith("*") or set(cell) & set("oe ,") for cell in cells)
        never_named = "A*24:01" in cells  # A*2401 was deleted as a sequence error
        assert (row["sample"] in registry) != (odd or never_named), row


def test_everyone_finds_themselves(registry, patients):
    table = registry.search_many(patients[0], loci=LOCI, max_mismatches=0, threads=1)
    again = registry.search_many(patients[0], loci=LOCI, max_mismatches=0, threads=2)
    for matches, other in zip(table, again, strict=True):
        found = [match.donor_id for match in matches]
        assert matches.patient.id in found
        assert found == [match.donor_id for match in other]


@functools.cache
def classes_of(release, locus, text):
    return frozenset(am.read_typing(text, release, locus=locus)["classes"])


def positions(release, locus, row):
    """The classes of both positions; a blank or null one is as the other."""
    texts = [row[f"{locus}_{i}"] for i in (1, 2)]
    sets = [classes_of(release, locus, text) if text else frozenset() for text in texts]
    assert sets[0] or sets[1]
    return [sets[0] or sets[1], sets[1] or sets[0]]


def fewest(release, locus, one, other):
    """Mismatches by plain sets: 2 minus the matched positions of the better orientation."""
    mine, theirs = positions(release, locus, one), positions(release, locus, other)
    straight = bool(mine[0] & theirs[0]) + bool(mine[1] & theirs[1])
    crossed = bool(mine[0] & theirs[1]) + bool(mine[1] & theirs[0])
    return 2 - max(straight, crossed)


@pytest.mark.parametrize("loci, most", [(("A", "B", "DRB1"), 1), (("A", "B", "C", "DRB1"), 2)])
def test_hits_equal_a_plain_look_at_the_data(rows, registry, patients, real_release, loci, most):
    by_id = {row["sample"]: row for row in rows if row["sample"] in registry}
    typed = {
        id: row for id, row in by_id.items() if all(row[f"{locus}_1"] or row[f"{locus}_2"] for locus in loci)
    }
    for patient in patients[0][::173]:
        if patient.id not in typed:
            continue
        expected = {}
        for id, row in typed.items():
            total = sum(fewest(real_release, locus, typed[patient.id], row) for locus in loci)
            if total <= most:
                expected[id] = total
        found = registry.search(patient, loci=loci, max_mismatches=most)
        assert {m.donor_id: m.mismatches for m in found if m.donor_id in typed} == expected
        assert patient.id in expected
