# SPDX-License-Identifier: Apache-2.0
"""Patients and searches that a store keeps."""

import allomatch as am
import pandas as pd
import pytest
from conftest import DONORS, PATIENTS
from stores import ASKED, changed_file, patient, without


def test_patients(store):
    store.add_patient(patient(), actor="anna")
    store.add_patient(patient(), actor="anna")
    assert [entry.action for entry in store.audit(after=2)] == ["patient"]
    (kept,) = store.patients()
    assert (kept.id, kept.active) == ("P1", True)
    assert kept.record["A"] == "01:01 + 02:01" and kept.record["cmv"] == "N"
    again = store.patient("P1")
    assert again.typings == patient().typings and again.fields == patient().fields
    store.close_patient("P1", "transplanted")
    assert not store.patients()[0].active and store.info["patients"] == 0
    for reason, ask in {
        "is closed already": lambda: store.close_patient("P1", "again"),
        "there is no such patient": lambda: store.close_patient("P9", "x"),
    }.items():
        with pytest.raises(am.StoreError, match=reason) as caught:
            ask()
        assert caught.value.column == "patient"
    with pytest.raises(am.StoreError, match="there is no such patient"):
        store.patient("P9")


def test_a_search_is_kept_and_repeated(store, tmp_path):
    found = store.registry().search(patient(), **ASKED)
    assert [m.donor_id for m in found] == ["D1", "D2", "捐献者三"]
    number = store.keep_search(found, standing=True, actor="anna")
    (kept,) = store.searches()
    assert (kept.id, kept.patient_id, kept.actor, kept.total, kept.runs) == (number, "P1", "anna", 3, 1)
    assert kept.standing and not kept.ended
    assert kept.request["loci"] == ["A", "B", "DRB1"] and kept.request["max_mismatches"] == 2
    assert [one.id for one in store.patients()] == ["P1"]

    same = store.repeat(number, on="2026-01-01")
    assert len(same.changes) == 0 and same.unchanged == 3 and same.conditions == []
    assert same.matches.to_arrow() == found.to_arrow()

    rows = [
        {"id": "D1", "change": "changed", **without(DONORS[0], "id", "cmv"), "cmv": "P"},
        {"id": "D2", "change": "deleted", **dict.fromkeys(without(DONORS[0], "id"), "")},
        {"id": "捐献者三", "change": "changed", **without(DONORS[3], "id")},
        {"id": "D7", "change": "new", **without(DONORS[0], "id")},
    ]
    store.import_file(changed_file(tmp_path, *rows), "diff")
    repeated = store.repeat(number, on="2026-01-01", actor="ben")
    assert {m.donor_id for m in repeated.matches} == {"D1", "D7"} and repeated.matches[0].donor_id == "D7"
    assert [(c.change, c.donor_id, c.reason) for c in repeated.changes] == [
        ("new", "D7", ""),
        ("changed", "D1", ""),
        ("gone", "D2", "deleted"),
        ("gone", "捐献者三", "retyped"),
    ]
    new, changed, deleted, retyped = repeated.changes
    assert (new.rank_before, new.rank_after) == (None, 1)
    assert (changed.rank_before, changed.rank_after) == (1, 2)
    assert [str(cell) for cell in changed.donor] == ["cmv N -> P"]
    assert (deleted.rank_before, deleted.rank_after) == (2, None)
    assert "A_1 01:01 -> 24:02" in retyped.words
    text = str(repeated)
    assert (
        "1 new, 1 changed, 2 gone, 0 unchanged" in text and "gone D2 (rank 2): deleted: was deleted" in text
    )
    frame = repeated.changes.to_pandas()
    assert list(frame) == ["change", "donor_id", "rank_before", "rank_after", "reason", "words"]
    assert list(frame["change"]) == ["new", "changed", "gone", "gone"] and frame["rank_before"].isna()[0]
    repeated.changes.write(tmp_path / "changes.csv")
    assert (tmp_path / "changes.csv").read_text().splitlines()[1] == "new,D7,,1,,is new"
    assert store.searches()[0].runs == 3 and store.audit()[-1].actor == "ben"

    store.end_search(number, "found one")
    assert store.searches()[0].ended
    with pytest.raises(am.StoreError, match="has ended already"):
        store.end_search(number, "again")
    store.verify()


def test_other_frequencies_are_told(store):
    hf = am.Frequencies.builtin(am.Nomenclature.builtin())
    fallback = [hf.populations[0]]
    asked = {**ASKED, "where": "p0 >= 0", "frequencies": hf, "fallback": fallback}
    number = store.keep_search(store.registry().search(patient(), **asked))
    assert store.repeat(number, frequencies=hf, fallback=fallback).conditions == []
    with pytest.raises(am.FormatError, match="p0"):
        store.repeat(number)
    with pytest.raises(am.FormatError, match="needs frequencies"):
        store.repeat(number, fallback=fallback)
    plain = store.keep_search(store.registry().search(patient(), **ASKED))
    (condition,) = store.repeat(plain, frequencies=hf, fallback=fallback).conditions
    assert condition.startswith("frequencies: none -> ") and condition.endswith(f"fallback {fallback[0]}")


def test_cord_units_are_kept(tmp_path):
    units = [{**row, "type": "cord", "tnc": "100"} for row in DONORS]
    with am.Store.create(tmp_path / "cords.db") as store:
        store.import_frame(pd.DataFrame(units))
        child = am.Patient("P1", **without(PATIENTS[0], "id"), weight_kg=20)
        found = store.registry().search_cords(child, "4/6", on="2026-01-01")
        number = store.keep_search(found)
        again = store.repeat(number, on="2026-01-01")
        assert len(again.changes) == 0 and again.unchanged == len(found) > 0


def test_what_cannot_be_kept(store, donors_file, tmp_path):
    other = am.Registry.from_csv(donors_file)
    with pytest.raises(am.StoreError, match="not of this store"):
        store.keep_search(other.search(patient(), **ASKED))
    with am.Store.create(tmp_path / "other.db") as another:
        another.import_file(donors_file)
        with pytest.raises(am.StoreError, match="not of this store"):
            store.keep_search(another.registry().search(patient(), **ASKED))
    with pytest.raises(am.StoreError, match="comes from compare"):
        store.keep_search(store.registry().compare(patient(), loci="A"))
    assert store.searches() == []
    for ask in (store.repeat, lambda n: store.end_search(n, "x")):
        with pytest.raises(am.StoreError, match="there is no such search") as caught:
            ask(7)
        assert (caught.value.column, caught.value.text) == ("search", "7")
        with pytest.raises(am.FormatError, match="expected a whole number"):
            ask("7")


def test_standing_searches_are_asked_at_imports(store):
    pool = store.registry()
    standing = store.keep_search(pool.search(patient(), loci="A,B,DRB1"), standing=True)
    store.keep_search(pool.search(patient(), loci="A,B,DRB1"))
    assert store.import_frame(pd.DataFrame([{**DONORS[0], "id": "D8"}]), "diff").alerts == 1
    assert store.import_frame(pd.DataFrame([{**DONORS[3], "id": "D9"}]), "diff").alerts == 0
    store.end_search(standing, "enough")
    outcome = store.import_frame(pd.DataFrame([{**DONORS[0], "id": "D10"}]), "diff")
    assert outcome.alerts == 0 and outcome.unasked == []
