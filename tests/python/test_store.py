# SPDX-License-Identifier: Apache-2.0
"""The file of a store: rules, audit trail, damage, several users at once."""

import getpass
import sqlite3
import threading
import time

import allomatch as am
import pandas as pd
import pytest
from conftest import DONORS
from stores import changed_file, counts, patient


def test_a_new_store(tmp_path):
    with am.Store.create(tmp_path / "r.db") as store:
        assert (store.info["version"], store.info["donors"], store.info["changes"]) == (0, 0, 1)
        assert len(store.registry()) == 0
        assert store.patients() == store.searches() == []
        (entry,) = store.audit()
        assert entry.actor == getpass.getuser() and entry.hash == store.verify()


@pytest.mark.parametrize("actor", [" ", "x" * 201])
def test_actors(store, actor):
    for change in (
        lambda: store.add_patient(patient(), actor=actor),
        lambda: store.import_frame(pd.DataFrame(DONORS), actor=actor),
    ):
        with pytest.raises(am.StoreError, match="expected who makes the change"):
            change()


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
