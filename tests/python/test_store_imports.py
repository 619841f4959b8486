# SPDX-License-Identifier: Apache-2.0
"""Imports into a store, and what is derived from it."""

import allomatch as am
import pandas as pd
import polars as pl
import pytest
from conftest import DONORS, PATIENTS
from stores import ASKED, changed_file, counts, patient


def test_imports(store, tmp_path, donors_file):
    assert (store.info["version"], store.info["donors"]) == (4, 4)
    again = store.import_file(donors_file)
    assert counts(again) == (0, 0, 0, 4, 0) and again.version == 4 and again.number == 2
    assert str(again) == "new 0, changed 0, deleted 0, unchanged 4; rows refused 0"
    rows = [{**DONORS[0], "cmv": "P"}, *DONORS[1:], {**DONORS[3], "id": "D5"}]
    full = store.import_file(changed_file(tmp_path, *rows))
    assert counts(full) == (1, 1, 0, 3, 0) and full.version == 6
    diff = [
        {"id": "D5", "change": "deleted", "A_1": "", "A_2": ""},
        {"id": "D6", "change": "new", "A_1": "01:01", "A_2": "02:01"},
        {"id": "D7", "change": "", "A_1": "nonsense", "A_2": "02:01"},
    ]
    outcome = store.import_file(changed_file(tmp_path, *diff), "diff")
    assert counts(outcome) == (1, 0, 1, 0, 1) and outcome.mode == "diff"
    (problem,) = outcome.report.problems
    assert (problem["row"], problem["id"], problem["column"]) == (4, "D7", "A_1")
    donors = store.registry()
    assert len(donors) == 5 and "D6" in donors and "D5" not in donors and "D7" not in donors
    assert outcome.version == store.info["version"] == 8


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame, lambda rows: pl.DataFrame(rows).to_arrow()])
def test_frames(store, frame):
    assert counts(store.import_frame(frame(DONORS))) == (0, 0, 0, 4, 0)
    assert counts(store.import_frame(frame([{**DONORS[0], "id": "D9"}]), "diff")) == (1, 0, 0, 0, 0)
    with pytest.raises(am.FormatError, match="expected a data frame"):
        store.import_frame([DONORS])


def test_a_check_changes_nothing(store, tmp_path):
    rows = [{**DONORS[0], "cmv": "P", "sex": ""}, *DONORS[2:], {**DONORS[3], "id": "D5"}]
    before = store.info
    outcome = store.import_file(changed_file(tmp_path, *rows), "check")
    assert counts(outcome) == (1, 1, 1, 2, 0) and outcome.number == 0
    assert str(outcome).startswith("would be new 1")
    found = [(d.donor_id, d.change, d.column, d.before, d.after) for d in outcome.differences]
    assert found == [
        ("D1", "changed", "cmv", "N", "P"),
        ("D1", "changed", "sex", "M", ""),
        ("D5", "new", "", "", ""),
        ("D2", "deleted", "", "", ""),
    ]
    assert store.info == before
    frame = outcome.differences.to_pandas()
    assert list(frame) == ["donor_id", "change", "column", "before", "after"] and len(frame) == 4
    outcome.differences.write(tmp_path / "differences.csv")
    assert (tmp_path / "differences.csv").read_text().splitlines()[1] == "D1,changed,cmv,N,P"


def test_a_file_that_lacks_donors_is_refused(store, tmp_path):
    file = changed_file(tmp_path, *DONORS[:3])
    with pytest.raises(am.StoreError, match="lacks 1 of 4 donors, more than the share of 0.1") as caught:
        store.import_file(file)
    assert isinstance(caught.value, am.InputError) and caught.value.place == store.info["file"]
    assert store.info["version"] == 4 and "D4" in store.registry()
    assert counts(store.import_file(file, most_removed=0.25)) == (0, 0, 1, 3, 0)
    assert counts(store.import_file(changed_file(tmp_path, DONORS[0]), allow_shrink=True)) == (0, 0, 2, 1, 0)
    # New ones do not make up for those that are gone.
    others = [{**row, "id": f"X{i}"} for i in range(30) for row in DONORS]
    with pytest.raises(am.StoreError, match="lacks 1 of 1 donors"):
        store.import_file(changed_file(tmp_path, *others))


def test_strict_imports_change_nothing(store, tmp_path):
    file = changed_file(tmp_path, {**DONORS[0], "cmv": "P"}, {**DONORS[1], "A_1": "nonsense"})
    with pytest.raises(am.FormatError, match="strict: nothing was taken") as caught:
        store.import_file(file, "diff", strict=True)
    assert (caught.value.row, caught.value.id) == (3, "D2")
    assert store.info["version"] == 4 and len(store.audit()) == 2


def test_progress_may_stop_an_import(store, tmp_path):
    rows = [{**DONORS[0], "id": f"N{i}"} for i in range(20_000)]
    seen = []

    def stop(read):
        seen.append((read, store.info["donors"] > 4))  # may ask the store that it is called for
        raise InterruptedError("enough")

    with pytest.raises(InterruptedError, match="enough"):
        store.import_file(changed_file(tmp_path, *rows), "diff", progress=stop)
    assert len(seen) == 1
    assert store.info["version"] == 4 and len(store.audit()) == 2
    store.verify()


@pytest.mark.parametrize(
    "option, value", [("mode", "all"), ("mode", 1), ("strict", "no"), ("most_removed", "1"), ("actor", 5)]
)
def test_options_of_an_import(store, donors_file, option, value):
    with pytest.raises(am.FormatError) as caught:
        store.import_file(donors_file, **{option: value})
    assert caught.value.column == option
    assert store.info["version"] == 4


@pytest.mark.parametrize("share", [-0.1, 1.1, float("nan")])
def test_shares(store, donors_file, share):
    with pytest.raises(am.StoreError, match="expected a share from 0 to 1") as caught:
        store.import_file(donors_file, most_removed=share)
    assert caught.value.column == "most_removed"


def test_what_is_no_donor_file(store, tmp_path, donors_file):
    pool = tmp_path / "pool.amx"
    store.registry().save(pool)
    for path in (pool, store.info["file"]):
        with pytest.raises(am.FormatError, match="an import takes a donor file"):
            store.import_file(path)
    with pytest.raises(am.FormatError, match="none.csv"):
        store.import_file(tmp_path / "none.csv")
    assert store.info["version"] == 4


def test_derived_registries_are_like_the_file(store, donors_file):
    derived, direct = store.registry(), am.Registry.from_csv(donors_file)
    assert len(derived) == len(direct) == 4
    for row in DONORS:
        assert derived.donor(row["id"]) == direct.donor(row["id"])
    for row in PATIENTS:
        ours, theirs = (pool.search(patient(row), **ASKED) for pool in (derived, direct))
        assert [m.donor_id for m in ours] == [m.donor_id for m in theirs] and len(ours)
        assert ours.to_arrow() == theirs.to_arrow()


def test_a_registry_asked_again_has_the_changes(store, tmp_path):
    first, again = store.registry(), store.registry()
    assert first.store_id == again.store_id == store.info["id"]
    assert first.store_version == again.store_version == 4
    assert am.Registry.from_frame(pd.DataFrame(DONORS)).store_id is None
    rows = [
        {**DONORS[0], "cmv": "P"},
        {**DONORS[1], "id": "D5"},
        {"id": "D2", "change": "deleted", "A_1": ""},
    ]
    store.import_file(changed_file(tmp_path, *({"change": "", **row} for row in rows)), "diff")
    now = store.registry()
    assert now.store_version == store.info["version"] == 7 and len(now) == 4
    assert now.donor("D1")["cmv"] == "P" and "D5" in now and "D2" not in now
    assert first.donor("D1")["cmv"] == "N" and "D5" not in first and "D2" in first
    with am.Store.open(store.info["file"]) as other:
        anew = other.registry()
        found, found_anew = (pool.search(patient(), **ASKED) for pool in (now, anew))
        assert found.to_arrow() == found_anew.to_arrow() and len(found) > 1
    assert (now.report.rows_taken, anew.report.rows_taken) == (4, 4)


def test_donors_and_their_history(store, tmp_path):
    d1 = store.donor("D1")
    assert d1.there and d1.life == {}
    assert d1.record == {name: text for name, text in DONORS[0].items() if name != "id" and text}
    store.import_file(changed_file(tmp_path, {**DONORS[0], "sex": "", "branch": "杭州"}), "diff", actor="ben")
    store.import_file(changed_file(tmp_path, {"id": "D1", "change": "deleted", "A_1": ""}), "diff")
    new, changed, deleted = store.history("D1")
    assert (new.version, new.actor, new.action, new.donor) == (1, "anna", "import", d1)
    assert (changed.version, changed.actor) == (5, "ben") and changed.at >= new.at
    assert [str(one) for one in changed.changes] == ["branch 宁波 -> 杭州", "sex M -> none"]
    assert not deleted.donor.there and deleted.donor.record == {} and not store.donor("D1").there
    for ask in (store.donor, store.history):
        with pytest.raises(KeyError, match="D99"):
            ask("D99")
