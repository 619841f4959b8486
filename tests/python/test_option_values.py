# SPDX-License-Identifier: Apache-2.0
"""Options of the Python functions that are of the wrong kind or stand beside one another: named, with what is
expected."""

import datetime

import allomatch as am
import numpy as np
import pandas as pd
import pytest
from conftest import DONORS, PATIENTS

LOCI = ["A", "B", "DRB1"]


@pytest.fixture(scope="module")
def registry():
    units = [{**row, "type": "cord", "tnc": "100"} for row in DONORS[:2]]
    return am.Registry.from_frame(pd.DataFrame(units))


@pytest.fixture(scope="module")
def patient():
    return am.Patient("P", **{name: text for name, text in PATIENTS[0].items() if name != "id"}, weight_kg=20)


def refused(call, *arguments, **options):
    with pytest.raises(am.FormatError) as caught:
        call(*arguments, **options)
    assert caught.value.column in str(caught.value) and caught.value.reason in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    "option, value, expected",
    [
        ("max_mismatches", 1.0, "expected a whole number from 0 to 18"),
        ("max_mismatches", None, "expected a whole number from 0 to 18"),
        ("max_mismatches", True, "expected a whole number from 0 to 18"),
        ("max_mismatches", np.True_, "expected a whole number from 0 to 18"),
        ("min_mismatches", "1", "expected a whole number from 0 to 18"),
        ("exactly", 19, "expected a whole number from 0 to 18"),
        ("top", "5", "expected a whole number from 0"),
        ("top", -1, "expected a whole number from 0"),
        ("top", 2**64, "expected a whole number from 0"),
        ("threads", 1.5, "expected a whole number from 0 to 1024"),
        ("threads", 1025, "expected a whole number from 0 to 1024"),
        ("limits", [("A", 1)], 'expected numbers by locus such as {"DRB1": 0}'),
        ("limits", {"A": -1}, "expected a whole number from 0 to 2"),
        ("limits", {"A": 0.5}, "expected a whole number from 0 to 2"),
        ("limits", {1: 1}, "expected a locus"),
        ("direction", None, "expected both, gvh or hvg"),
        ("on", 20260101, "expected a date, or YYYY-MM-DD"),
        ("where", 3, "expected a condition"),
        ("tce_version", 2, "expected V1, V2 .."),
        ("homozygous_once", "yes", "expected True or False"),
        ("loci", None, "expected a list of loci"),
        ("loci", ["A", 5], "expected a list of loci"),
        ("loci", {"A": 1}, "expected a list of loci"),
        ("also", None, "expected a list of loci"),
        ("also", "ZZ", "not a locus"),
        ("accept", "ZZ", "not a locus"),
        ("accept", 5, "expected a list of loci"),
        ("antigen_level", ["ZZ"], "not a locus"),
        ("min_tnc_per_kg", "x", "expected a number"),
        ("min_tnc_per_kg", True, "expected a number"),
        ("min_cd34_per_kg", [1], "expected a number"),
        ("rank", None, "expected the name of a ranking"),
        ("rank", [], "no list of criteria"),
    ],
)
def test_wrong_kinds(registry, patient, option, value, expected):
    error = refused(registry.search, patient, **{option: value})
    assert error.column == option and expected in str(error)


def test_numbers_of_numpy_are_numbers(registry, patient):
    options = {"loci": tuple(LOCI), "on": datetime.date(2026, 1, 1), "homozygous_once": np.True_}
    options |= {"max_mismatches": np.int64(1), "top": np.int32(1), "min_tnc_per_kg": np.float32(1)}
    options |= {"limits": {"A": np.uint8(1)}, "accept": None, "where": None, "tce_version": None}
    found = registry.search(patient, **options)
    assert (len(found), found.total, found[0].mismatches) == (1, 2, 0)


def test_options_beside_one_another(registry, patient):
    assert "beside max_mismatches" in str(refused(registry.search, patient, exactly=1, max_mismatches=2))
    assert "beside min_mismatches" in str(refused(registry.search, patient, exactly=1, min_mismatches=1))
    for other in ({"exactly": 1}, {"max_mismatches": 1}, {"limits": {"A": 1}}):
        error = refused(registry.search, patient, accept=["A"], **other)
        assert error.column == "accept" and f"beside {next(iter(other))}" in str(error)
    assert "not among the searched loci" in str(refused(registry.search, patient, loci="A,B", accept="C"))


@pytest.mark.parametrize("fallback", ["X", 3, [3]])
def test_fall_backs_are_a_list(registry, patient, fallback):
    options = {"frequencies": am.Frequencies.builtin(registry.nomenclature), "fallback": fallback}
    error = refused(registry.search, patient, **options)
    assert error.column == "fallback" and "expected a list of populations, not a text" in str(error)


@pytest.mark.parametrize("criteria", [None, 5, "age", b"age", {"by": "age"}])
def test_a_ranking_is_a_list(criteria):
    error = refused(am.Ranking, criteria)
    assert error.column == "rank" and "expected a list of criteria" in str(error)


def test_a_ranking_of_nothing():
    assert refused(am.Ranking, []).column == "rank"
    assert am.Ranking(iter(["age"])).criteria == am.Ranking(["age"]).criteria == [{"by": "age"}]


# -- cord units ------------------------------------------------


def test_match_is_a_text(registry, patient):
    for search in (registry.search_cords, registry.search_cord_pairs):
        error = refused(search, patient, 6)
        assert error.column == "match" and "expected 4/6, 5/6, 6/6 or 4/8 to 8/8" in str(error)


@pytest.mark.parametrize(
    "option",
    [{"loci": "A"}, {"max_mismatches": 1}, {"exactly": 1}, {"accept": "A"}, {"antigen_level": "A"}],
    ids=str,
)
def test_what_the_match_sets(registry, patient, option):
    error = refused(registry.search_cords, patient, **option)
    assert [error.column] == list(option) and "the match of cord units sets it" in str(error)


@pytest.mark.parametrize(
    "option",
    [
        {"loci": "A"},
        {"max_mismatches": 1},
        {"exactly": 1},
        {"also": "none"},
        {"rank": "cord"},
        {"frequencies": None},
        {"no_option": 1},
    ],
    ids=str,
)
def test_what_pairs_do_not_take(registry, patient, option):
    error = refused(registry.search_cord_pairs, patient, **option)
    assert [error.column] == list(option) and "on, threads, homozygous_once, where" in str(error)


@pytest.mark.parametrize(
    "option", [{"top": 1.5}, {"dose_band": "x"}, {"dose_band": None}, {"min_total_tnc_per_kg": True}], ids=str
)
def test_wrong_kinds_of_pairs(registry, patient, option):
    assert [refused(registry.search_cord_pairs, patient, **option).column] == list(option)


def test_what_pairs_take(registry, patient):
    options = {"min_cd34_per_kg": None, "where": "tnc > 0", "on": "2026-01-01", "threads": 1}
    assert registry.search_cord_pairs(patient, homozygous_once=True, **options).total == 1
