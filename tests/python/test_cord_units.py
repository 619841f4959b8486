# SPDX-License-Identifier: Apache-2.0
"""Cord units in Python: what the results are and how they become frames, files and pages."""

import allomatch as am
import pandas as pd
import pytest
from allomatch.cord_units import CordPairTable

COLUMNS = ["patient_id", "rank", "first_id", "second_id", "first_mismatches", "second_mismatches"]
COLUMNS += ["unit_mismatches", "total_tnc_per_kg", "lowest_tnc_per_kg", "abo_not_identical"]
COLUMNS += ["first_mismatches_max", "second_mismatches_max", "unit_mismatches_max"]
TYPED = {"A": "02:01+24:02", "B": "07:02+46:01", "DRB1": "09:01+15:01"}


def registry(*units, **columns):
    rows = [{**TYPED, "type": "cord", **unit} for unit in units]
    return am.Registry.from_frame(pd.DataFrame(rows).assign(**columns))


@pytest.fixture
def units():
    return registry(
        {"id": "U1", "tnc": "80", "cd34": "5", "abo": "A"},
        {"id": "U<2>", "tnc": "120", "cd34": "6", "abo": "O", "A": "02:07+24:02"},
        {"id": "U3", "tnc": "180", "cd34": "7.5", "abo": "A", "A": "11:01+24:02"},
    )


def child(id="P1", **fields):
    return am.Patient(id, TYPED, **{"weight_kg": 30, "abo": "A", **fields})


# -- single units ------------------------------------------------


def test_explanation_counts_antigens(units):
    """02:07 for 02:01 is a letter L and no mismatch; by class it is one."""
    found = {unit.donor_id: unit for unit in units.search_cords(child())}
    unit = found["U<2>"]
    assert unit.letters["A"] == "LA" and unit.mismatches == unit.mismatches_max == 0
    explained = {locus["locus"]: locus for locus in unit.explain()}
    assert (explained["A"]["mismatches"], explained["A"]["mismatches_max"]) == (0, 0)
    assert (unit.gvh, unit.hvg) == (explained["A"]["gvh"], explained["A"]["hvg"]) == (1, 1)
    assert "A2 of the patient" in str(unit.explain())
    by_class = units.search(child(), loci="6/6", max_mismatches=1)
    assert {unit.donor_id: unit.mismatches for unit in by_class}["U<2>"] == 1


def test_doses(units):
    assert [unit.donor_id for unit in units.search_cords(child(), min_tnc_per_kg=4)] == ["U<2>", "U3"]
    assert [unit.donor_id for unit in units.search_cords(child(weight_kg=33))] == ["U<2>", "U3"]
    everyone = units.search_cords(child(weight_kg=""), min_tnc_per_kg=None, min_cd34_per_kg=None)
    assert len(everyone) == 3 and everyone[0].tnc_per_kg is None
    with pytest.raises(am.FormatError, match="weight_kg"):
        units.search_cords(child(weight_kg=""))


def test_why_names_the_dose(units):
    why = units.why(child(), "U1", loci="6/6", min_tnc_per_kg=3)
    assert [reason["kind"] for reason in why.reasons] == ["min_tnc_per_kg"]
    assert "TNC 2.6666667 x 10^7/kg, at least 3 x 10^7/kg asked for" in why.words


@pytest.mark.parametrize("search", ["search_cords", "search_cord_pairs"])
def test_donors_without_type(search):
    adults = am.Registry.from_frame(pd.DataFrame([{"id": "D", **TYPED}]))
    with pytest.raises(am.FormatError, match="no field type") as told:
        getattr(adults, search)(child())
    assert told.value.column == "type"


# -- two units ------------------------------------------------


def test_a_sequence(units):
    pairs = units.search_cord_pairs(child())
    assert [(pair.first, pair.second) for pair in pairs] == [("U<2>", "U1"), ("U<2>", "U3"), ("U1", "U3")]
    assert pairs[-1] == pairs[2] and pairs[1:] == [pairs[1], pairs[2]] and pairs[::-1][0] == pairs[-1]
    for outside in (3, -4):
        with pytest.raises(IndexError, match="no row"):
            pairs[outside]
    assert pairs[0] == am.CordPair("P1", 1, "U<2>", "U1", (0, 0), 0, 200 / 30, 80 / 30, 1, (0, 0), 0)
    assert (len(pairs), pairs.total, pairs.units) == (3, 3, 3)
    assert repr(pairs) == "CordPairs(P1: 3 of 3 pairs of 3 units, 4/6)"
    cut = units.search_cord_pairs(child(), top=1)
    assert repr(cut) == "CordPairs(P1: 1 of 3 pairs of 3 units, 4/6)"
    assert len(units.search_cord_pairs(child(), top=0)) == 0
    assert list(units.search_cord_pairs(child(), top=None)) == list(pairs)


@pytest.mark.parametrize("top", [-1, 2**64])
def test_top_out_of_range(units, top):
    with pytest.raises(am.FormatError) as told:
        units.search_cord_pairs(child(), top=top)
    assert told.value.column == "top"


def test_frames(units):
    pairs = units.search_cord_pairs(child())
    frame = pairs.to_pandas()
    assert list(frame.columns) == COLUMNS and list(frame["first_id"]) == ["U<2>", "U<2>", "U1"]
    assert list(frame["second_mismatches"]) == [0, 1, 1]
    assert frame["total_tnc_per_kg"].to_list() == [pair.total_tnc_per_kg for pair in pairs]
    polars = pytest.importorskip("polars", reason="needs polars: pip install 'allomatch[frames]'")
    assert pairs.to_polars().columns == COLUMNS and pairs.to_polars()["rank"].dtype == polars.Int64


def test_unknown_doses_are_missing_values(units):
    pairs = units.search_cord_pairs(child(weight_kg=""), min_tnc_per_kg=None, min_cd34_per_kg=None)
    assert pairs[0].total_tnc_per_kg is None and pairs[0].lowest_tnc_per_kg is None
    for name in ("total_tnc_per_kg", "lowest_tnc_per_kg"):
        assert pairs.to_arrow()[name].null_count == len(pairs) == 3
    assert "<td>-</td>" in pairs._repr_html_()


def test_pairs_of_many_patients(units, tmp_path):
    found = [units.search_cord_pairs(child(id)) for id in ("P1", "P2")]
    table = CordPairTable(found)
    assert len(table) == 2 and table[1] is found[1] and table[:1] == found[:1]
    assert repr(table) == "CordPairTable(2 patients, 6 pairs found)"
    assert list(table.to_pandas()["patient_id"]) == ["P1"] * 3 + ["P2"] * 3
    for name in ("m.csv", "m.jsonl.gz", "m.parquet"):
        table.write(tmp_path / name)
    assert list(pd.read_csv(tmp_path / "m.csv").columns) == COLUMNS
    assert len(pd.read_parquet(tmp_path / "m.parquet")) == 6
    assert len(pd.read_json(tmp_path / "m.jsonl.gz", lines=True)) == 6
    with pytest.raises(am.FormatError, match=r"m\.xls"):
        table.write(tmp_path / "m.xls")
    nobody = CordPairTable([])
    assert list(nobody.to_pandas().columns) == COLUMNS and len(nobody.to_pandas()) == 0


def test_as_html(units):
    page = units.search_cord_pairs(child("P<1>"))._repr_html_()
    assert "P&lt;1&gt;: 3 pairs of 3 cord units, 4/6</caption>" in page and "<td>U&lt;2&gt;</td>" in page
    assert "<1>" not in page and "<2>" not in page
    assert ", the first 1 shown" in units.search_cord_pairs(child(), top=1)._repr_html_()
    many = registry(*({"id": f"U{i}", "tnc": "100"} for i in range(8)))
    page = many.search_cord_pairs(child())._repr_html_()
    assert "28 pairs of 8 cord units, 4/6, the first 20 shown" in page and page.count("<tr>") == 21
