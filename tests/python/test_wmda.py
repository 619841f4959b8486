# SPDX-License-Identifier: Apache-2.0
"""The public WMDA validation: every reference probability, and what a real release changes."""

import functools

import allomatch as am
import numpy as np
import pytest
from conftest import SHARED

FOLDER = SHARED / "data" / "wmda3"
LOCI = ("A", "C", "B", "DRB1", "DQB1")
NULLS = ("A*01:16N", "C*05:07N")
PATIENTS, DONORS = 100, 1000  # the corner that the reference covers


@pytest.fixture(scope="module", autouse=True)
def data():
    if not FOLDER.is_dir():
        pytest.skip("wmda3 not found; set ALLOMATCH_SHARED to the folder with data/wmda3")


@pytest.fixture(scope="module")
def corner(tmp_path_factory):
    """The first donors of the file."""
    path = tmp_path_factory.mktemp("wmda") / "donors.gl.txt"
    lines = (FOLDER / "don.gl.txt").read_text().splitlines()[:DONORS]
    path.write_text("\n".join(lines) + "\n")
    return path


def predicted(names, donors, frequencies):
    """Arrow columns of every pair of the corner: patients x donors each."""
    registry = am.Registry.from_csv(donors, names)
    patients, _ = am.read_patients(FOLDER / "pat.gl.txt", names)
    assert len(registry) == DONORS and len(patients) == 1000
    sets = am.Frequencies.read(frequencies, names)
    columns = [f"p{k}" for k in range(11)] + [f"{locus}_p{k}" for locus in LOCI for k in range(3)]
    tables = [
        registry.compare(patient, loci=LOCI, frequencies=sets).to_arrow() for patient in patients[:PATIENTS]
    ]
    return {name: np.stack([table[name].to_numpy() for table in tables]) for name in columns}


@functools.cache
def reference():
    """(patient, donor) from 0 -> flags and per cents by locus, whole per cents of P(0), P(1), and P(0..2)."""
    rows = {}
    for line in (FOLDER / "expected_P1-100_D1-1000_nonzero.txt").read_text().splitlines():
        left, right = line.split("|")
        fields = left.split(";")
        pair = int(fields[0][1:]) - 1, int(fields[1][1:]) - 1
        flags, per_cent = fields[2:12:2], [int(text) for text in fields[3:12:2]]
        rows[pair] = flags, per_cent, [int(fields[13]), int(fields[12])], [float(p) for p in right.split(";")]
    assert len(rows) == 738
    return rows


@pytest.fixture(scope="module")
def by_names(corner):
    return predicted(am.Nomenclature.names(), corner, FOLDER / "CAU.csv")


def test_every_reference_probability_is_reproduced(by_names):
    for pair, (_, _, _, probabilities) in reference().items():
        found = [by_names[f"p{k}"][pair] for k in range(3)]
        assert found == pytest.approx(probabilities, abs=1e-9), pair


def test_pairs_that_are_not_listed_have_no_chance(by_names):
    listed = np.zeros((PATIENTS, DONORS), bool)
    for pair in reference():
        listed[pair] = True
    for k in range(3):
        assert not by_names[f"p{k}"][~listed].any()


def test_flags_and_per_cents_of_the_reference(by_names):
    """Flags tell of the full match of a locus: A always, M never. The reference rounds to whole per cents."""
    for pair, (flags, per_cent, totals, _) in reference().items():
        for locus, flag, whole in zip(["A", "C", "B", "DRB1", "DQB1"], flags, per_cent, strict=True):
            p = by_names[f"{locus}_p0"][pair]
            assert flag == ("A" if p == 1 else "M" if p == 0 else "P"), (pair, locus)
            assert abs(100 * p - whole) <= 0.5 + 1e-9, (pair, locus)
        for k, whole in enumerate(totals):
            assert abs(100 * by_names[f"p{k}"][pair] - whole) <= 0.5 + 1e-9, pair


def test_every_distribution_sums_to_one(by_names):
    assert np.abs(sum(by_names[f"p{k}"] for k in range(11)) - 1).max() < 1e-12
    for locus in LOCI:
        assert np.abs(sum(by_names[f"{locus}_p{k}"] for k in range(3)) - 1).max() < 1e-12


def test_a_release_changes_the_pairs_of_two_null_alleles_only(corner, by_names, real_release, tmp_path):
    """Under 3.58.0 two alleles of the set are null: a locus with one counts as homozygous. Without their two
    haplotypes, both ways of reading give the same bits for every pair."""
    rows = (FOLDER / "CAU.csv").read_text().splitlines()
    without = tmp_path / "without.csv"
    without.write_text("\n".join(row for row in rows if not any(null in row for null in NULLS)) + "\n")
    assert sum(any(null in row for null in NULLS) for row in rows) == 2

    same = predicted(am.Nomenclature.names(), corner, without)
    released = predicted(real_release, corner, without)
    assert all((same[name] == released[name]).all() for name in same)

    released = predicted(real_release, corner, FOLDER / "CAU.csv")
    change = np.max([np.abs(released[f"p{k}"] - by_names[f"p{k}"]) for k in range(3)], axis=0)
    assert 1e-4 < change.max() < 0.01
