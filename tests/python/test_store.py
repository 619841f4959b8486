# SPDX-License-Identifier: Apache-2.0
"""The store of a registry from Python."""

import getpass
import sqlite3
import threading
import time

import allomatch as am
import pandas as pd
import polars as pl
import pytest
from conftest import DONORS, PATIENTS, write_rows

ASKED = {"loci": "A,B,DRB1", "max_mismatches": 2, "on": "2026-01-01"}


@pytest.fixture
def store(tmp_path, donors_file):
    with am.Store.create(tmp_path / "registry.db", actor="setup") as made:
        made.import_file(donors_file, actor="anna")
        yield made


def changed_file(folder, *rows, name="next.csv"):
    return write_rows(folder / name, list(rows))


def without(row, *columns):
    return {name: text for name, text in row.items() if name not in columns}


def counts(outcome):
    return outcome.added, outcome.changed, outcome.deleted, outcome.unchanged, outcome.report.rows_refused


def patient(row=PATIENTS[0]):
    return am.Patient(row["id"], **without(row, "id"))


# -- donors ------------------------------------------------


def test_a_new_store(tmp_path):
    with am.Store.create(tmp_path / "r.db") as store:
        assert (store.info["version"], store.info["donors"], store.info["changes"]) == (0, 0, 1)
        assert len(store.registry()) == 0
        assert store.patients() == store.searches() == []
        (entry,) = store.audit()
        assert entry.actor == getpass.getuser() and entry.hash == store.verify()


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


def test_standing_searches_are_asked_at_imports(store):
    pool = store.registry()
    standing = store.keep_search(pool.search(patient(), loci="A,B,DRB1"), standing=True)
    store.keep_search(pool.search(patient(), loci="A,B,DRB1"))
    assert store.import_frame(pd.DataFrame([{**DONORS[0], "id": "D8"}]), "diff").alerts == 1
    assert store.import_frame(pd.DataFrame([{**DONORS[3], "id": "D9"}]), "diff").alerts == 0
    store.end_search(standing, "enough")
    outcome = store.import_frame(pd.DataFrame([{**DONORS[0], "id": "D10"}]), "diff")
    assert outcome.alerts == 0 and outcome.unasked == []


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


# -- patients and searches ------------------------------------------------


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


@pytest.mark.parametrize("actor", [" ", "x" * 201])
def test_actors(store, actor):
    for change in (
        lambda: store.add_patient(patient(), actor=actor),
        lambda: store.import_frame(pd.DataFrame(DONORS), actor=actor),
    ):
        with pytest.raises(am.StoreError, match="expected who makes the change"):
            change()


# -- the file ------------------------------------------------


def test_the_audit_trail(store, donors_file):
    for _ in range(3):
        store.import_file(donors_file, actor="ben")
    entries = store.audit()
    assert [entry.seq for entry in entries] == [1, 2, 3, 4, 5]
    assert [entry.action for entry in entries[:2]] == ["create", "import"]
    assert entries[1].detail["added"] == 4 and entries[1].version == 4 and entries[1].actor == "anna"
    assert store.audit(after=3) == entries[3:] and store.audit(after=5) == []
    assert store.verify() == entries[-1].hash


def test_tampering_is_found(store):
    path = store.info["file"]
    with sqlite3.connect(path) as behind:
        with pytest.raises(sqlite3.Error, match="only ever added to"):
            behind.execute("UPDATE log SET record = '{}'")
        behind.execute("DROP TRIGGER log_no_UPDATE")
        behind.execute("UPDATE log SET record = replace(record, '01:01', '01:02') WHERE id = 'D1'")
    behind.close()
    with pytest.raises(am.StoreError, match="the rows that entry 2 of the audit trail .import") as caught:
        store.verify()
    assert caught.value.place == path


def test_other_rules_are_refused(store, real_release, donors_file):
    path = store.info["file"]
    for names in (real_release, am.Nomenclature.names()):
        with pytest.raises(am.StoreError, match="are read with release starter 3.58.0, not with"):
            am.Store.open(path, names)
    mac = am.MacTable.from_text("*\tCODE\tSUBTYPE\n\n\tAB\t01/02\n")
    with pytest.raises(am.StoreError, match="another table of NMDP codes, or none"):
        am.Store.open(path, mac=mac)
    with am.Store.open(path, am.Nomenclature.builtin()) as same:
        assert len(same.registry()) == 4


def test_a_full_release_is_asked_for(tmp_path, real_release, donors_file):
    path = tmp_path / "real.db"
    with am.Store.create(path, real_release, nulls="consider") as store:
        store.import_file(donors_file)
        assert store.registry().nulls == "consider" and store.registry().nomenclature is real_release
    with am.Store.open(path) as store:  # all that reads no typings
        assert store.info["donors"] == 4 and len(store.history("D1")) == 1 and store.verify()
        for ask in (store.registry, lambda: store.import_file(donors_file), lambda: store.repeat(1)):
            with pytest.raises(
                am.StoreError, match=r"release 3\.58\.0; give that release \(Nomenclature.load"
            ):
                ask()


def test_names_are_found_without_being_told(tmp_path):
    path = tmp_path / "names.db"
    rows = [{**row, "DRB1_2": "15:01"} for row in DONORS]
    with am.Store.create(path, am.Nomenclature.names()) as store:
        store.import_frame(pd.DataFrame(rows))
    with am.Store.open(path) as store:
        assert store.registry().nomenclature.names_only


def test_a_table_of_codes_belongs_to_the_store(tmp_path):
    mac = am.MacTable.from_text("*\tCODE\tSUBTYPE\n\n\tAB\t01/02\n")
    path = tmp_path / "mac.db"
    with am.Store.create(path, mac=mac) as store:
        store.import_frame(pd.DataFrame([{"id": "D1", "A_1": "01:AB", "A_2": "02:01"}]))
    with am.Store.open(path) as store, pytest.raises(am.StoreError, match="with a table of NMDP codes"):
        store.registry()
    with am.Store.open(path, mac=mac) as store:
        assert len(store.registry()) == 1


def test_what_is_no_store(tmp_path, donors_file):
    sqlite3.connect(tmp_path / "other.db").execute("CREATE TABLE x(y)").connection.close()
    (tmp_path / "empty.db").touch()
    for name, reason in {
        donors_file: "is not a registry store",
        tmp_path / "other.db": "is not a registry store",
        tmp_path / "empty.db": "is not a registry store",
        tmp_path / "none.db": "there is no such file",
        tmp_path: "is a folder",
    }.items():
        with pytest.raises(am.StoreError, match=reason) as caught:
            am.Store.open(name)
        assert caught.value.place == str(name)
    assert not (tmp_path / "none.db").exists()
    with pytest.raises(am.StoreError, match="is there already"):
        am.Store.create(donors_file)
    with pytest.raises(am.StoreError, match="the folder is not there"):
        am.Store.create(tmp_path / "no folder" / "r.db")
    with pytest.raises(am.FormatError, match="expected ignore_inside_ambiguity or consider"):
        am.Store.create(tmp_path / "r.db", nulls="drop")
    assert not (tmp_path / "r.db").exists()


def test_damage_is_told(store, tmp_path):
    path = tmp_path / "copy.db"
    store.import_frame(pd.DataFrame([{**DONORS[0], "id": f"N{i}"} for i in range(2000)]), "diff")
    with sqlite3.connect(store.info["file"]) as whole, sqlite3.connect(path) as copy:
        whole.backup(copy)
    whole.close(), copy.close()
    content = bytearray(path.read_bytes())
    for at in range(4096 * 40, 4096 * 60):
        content[at] ^= 0x55
    path.write_bytes(content)
    with am.Store.open(path) as damaged, pytest.raises(am.StoreError, match="copy.db: .*damaged") as caught:
        damaged.verify()
    assert caught.value.place == str(path)


def test_a_closed_store_is_told(store):
    store.close()
    store.close()
    for ask in (lambda: store.info, store.registry, store.verify, lambda: store.donor("D1")):
        with pytest.raises(am.StoreError, match="is closed"):
            ask()


# -- at once ------------------------------------------------


def test_readers_keep_what_they_have(store, tmp_path):
    before = store.registry()
    with am.Store.open(store.info["file"]) as reader:
        held = reader.registry()
        store.import_file(changed_file(tmp_path, *DONORS[:1]), allow_shrink=True)
        assert len(before) == len(held) == 4
        assert len(reader.registry()) == len(store.registry()) == 1


def test_a_writer_waits_for_another(store, donors_file):
    """And lets other threads of Python run meanwhile."""
    other = sqlite3.connect(store.info["file"], isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    assert len(store.registry()) == 4  # reading goes on

    def let_go():
        time.sleep(0.3)
        other.execute("ROLLBACK")

    releasing = threading.Thread(target=let_go)
    releasing.start()
    assert counts(store.import_file(donors_file)) == (0, 0, 0, 4, 0)
    releasing.join()
    other.close()


def test_a_writer_who_does_not_finish_is_told(store, donors_file):
    other = sqlite3.connect(store.info["file"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(am.StoreError, match="another process is writing to it and has not finished"):
        store.import_file(donors_file)
    other.execute("ROLLBACK")
    other.close()
    assert counts(store.import_file(donors_file)) == (0, 0, 0, 4, 0)


def test_threads_take_turns(store):
    errors = []

    def work(n):
        try:
            for i in range(10):
                store.import_frame(pd.DataFrame([{**DONORS[0], "id": f"T{n}-{i}"}]), "diff", actor=f"t{n}")
                store.registry()
                store.donor(f"T{n}-{i}")
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == [] and store.info["donors"] == 44
    store.verify()
