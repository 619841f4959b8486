# SPDX-License-Identifier: Apache-2.0
"""Registries that follow a store, in this and other processes."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import allomatch as am
import pytest
from command import call, refused
from conftest import DONORS, write_rows


@pytest.fixture
def path(tmp_path, donors_file):
    with am.Store.create(tmp_path / "registry.db") as store:
        store.import_file(donors_file)
    return tmp_path / "registry.db"


def add(path, name, **cells):
    with am.Store.open(path) as store:
        file = write_rows(path.parent / "more.csv", [{**DONORS[0], "id": name, **cells}])
        store.import_file(file, "diff")


def test_follows_what_others_commit(path):
    with am.LiveRegistry(path, interval=0) as live:
        first = live.current()
        assert live.current() is first and len(first) == 4 and first.store_version == 4
        assert not live.refresh() and live.current() is first
        add(path, "D5")
        assert live.refresh()
        second = live.current()
        assert len(second) == 5 and second.store_version == 5 and second.store_id == first.store_id
        assert (second.report.rows_read, second.report.rows_taken) == (5, 5)
        assert len(first) == 4 and "D5" not in first
    live.close()
    for asked in (live.current, live.refresh, lambda: live.trouble):
        with pytest.raises(am.StoreError, match="is not followed any more"):
            asked()
    assert len(second) == 5


def test_picks_changes_up_by_itself(path):
    with am.LiveRegistry(path, interval=0.001) as live:
        add(path, "D5")
        until = time.monotonic() + 30
        while len(live.current()) == 4 and time.monotonic() < until:
            time.sleep(0.001)
        assert "D5" in live.current()


def test_tells_why_it_does_not_follow(path):
    with am.LiveRegistry(path, interval=0) as live, am.Store.open(path) as store:
        assert live.trouble is None
        store.switch_rules(am.Nomenclature.names())
        with pytest.raises(am.StoreError, match="are read with release names"):
            live.refresh()
        assert "are read with release names" in live.trouble and len(live.current()) == 4
        store.switch_rules(am.Nomenclature.builtin())
        assert not live.refresh() and live.trouble is None


@pytest.mark.parametrize("interval", [-1, float("nan"), "1", True])
def test_intervals(path, interval):
    with pytest.raises(am.FormatError, match="column interval"):
        am.LiveRegistry(path, interval=interval)


def test_what_cannot_be_followed(tmp_path, path, donors_file):
    with pytest.raises(am.StoreError):
        am.LiveRegistry(donors_file)
    with pytest.raises(am.StoreError, match="are read with release"):
        am.LiveRegistry(path, am.Nomenclature.names())


def test_a_store_gives_the_same_registry_until_something_changes(path):
    with am.Store.open(path) as store:
        first = store.registry()
        assert store.registry() is first
        store.set_status("D1", "TU", "ill")
        second = store.registry()
        assert second is not first and second.donor("D1")["status"] == "TU"
        assert "status" not in first.donor("D1")
        assert (second.report.rows_read, second.report.rows_taken) == (4, 4)


# -- snapshots ------------------------------------------------


def test_the_snapshot_is_brought_up_to_date(path, tmp_path):
    with am.Store.open(path) as store:
        assert store.write_snapshot() == (str(tmp_path / "registry.amx"), 4, 4, "read")
        assert store.write_snapshot().how == "unchanged"
        add(path, "D5")
        assert store.write_snapshot()[1:] == (5, 5, "patched")
        version = am.Registry.open(tmp_path / "registry.amx")
        assert version.store_version == 5 and "D5" in version
        add(path, "D6")
        assert len(store.registry()) == 6  # opened from it, with what came since
    with am.Store.open(path) as store:
        assert len(store.registry()) == 6 and store.registry().report.rows_read == 6


def test_index_update(path, tmp_path):
    snapshot = tmp_path / "registry.amx"
    code, out, _ = call("index", "update", "--store", path)
    assert code == 0 and out.startswith(f"{snapshot}: made anew, 4 donors of version 4 (")
    assert call("index", "update", "--store", path)[1].startswith(f"{snapshot}: was up to date, 4 donors")
    add(path, "D5")
    code, out, _ = call("index", "update", "--store", path, "--json")
    assert code == 0 and '"how": "patched"' in out and '"version": 5' in out
    assert am.Registry.open(snapshot).store_version == 5
    snapshot.write_text("notes")
    assert "is no snapshot and is left as it is" in refused("index", "update", "--store", path)
    assert snapshot.read_text() == "notes"


def test_imports_leave_a_snapshot(tmp_path, donors_file):
    store, snapshot = tmp_path / "pool.db", tmp_path / "pool.amx"
    what = ("import", "--donors", donors_file, "--store", store)
    assert call(*what, "--no-snapshot")[0] == 0 and not snapshot.exists()
    assert call(*what, "--mode", "check")[0] == 0 and not snapshot.exists()
    assert call(*what)[0] == 0 and am.Registry.open(snapshot).store_version == 4
    snapshot.write_text("notes")  # somebody's own file
    code, out, err = call(*what)
    assert code == 0 and "unchanged 4" in out
    assert (
        err
        == f"allomatch: the snapshot was not written: {snapshot}: is no snapshot and is left as it is;"
        + (" the snapshot of the store belongs there\n")
    )
    assert snapshot.read_text() == "notes"
    assert "--no-snapshot needs --store" in refused("import", "--donors", donors_file, "--no-snapshot")
    assert "would overwrite" in refused(
        "import", "--donors", donors_file, "--store", store, "--report", snapshot
    )


def test_a_file_says_whether_it_lists_changes_only(path, tmp_path):
    file = tmp_path / "changes.json"
    file.write_text(
        '{"updateMode": "Differential", "donors": [{"recordId": "D9", "changeType": "N", "donorType": "D",'
        ' "hla": {"a": {"dna": {"field1": "*01:01", "field2": "*02:01"}},'
        ' "b": {"dna": {"field1": "*07:02", "field2": "*08:01"}},'
        ' "drb1": {"dna": {"field1": "*03:01", "field2": "*15:01"}}}}]}'
    )
    with am.Store.open(path) as store:
        with pytest.raises(am.StoreError, match="lists changes only"):
            store.import_file(file, "full")
        outcome = store.import_file(file)
        assert (outcome.mode, outcome.added, outcome.deleted) == ("diff", 1, 0)
    code, out, err = call("import", "--donors", file, "--store", path)
    assert (code, err) == (0, "") and "deleted 0, unchanged 1" in out


# -- processes ------------------------------------------------

VERSIONS, SIZE = 60, 40

# Imports a stream of versions: in each all donors carry its number, and every other one lacks some donors.
_WRITER = """
import sys
import allomatch as am

path, folder, versions, size = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
with am.Store.open(path) as store:
    for k in range(1, versions + 1):
        with open(f"{folder}/version.csv", "w") as file:
            file.write("id,A_1,A_2,B_1,B_2,note\\n")
            for d in range(size):
                if k % 2 == 0 or d % 4:
                    file.write(f"N{d},{'01:01' if (d + k) % 3 else '02:01'},02:01,07:02,08:01,n{k}\\n")
        store.import_file(f"{folder}/version.csv", allow_shrink=True)
        if k % 10 == 0:
            store.write_snapshot()
"""

# Reads at full speed what the note of the donors is, and says so whenever there is another one.
_READER = """
import sys
import allomatch as am

sys.path.insert(0, sys.argv[2])
from test_live_registry import VERSIONS, note_of

last = 0
with am.LiveRegistry(sys.argv[1], interval=0.001) as live:
    print("ready", flush=True)
    while last < VERSIONS:
        note = note_of(live.current())
        assert note >= last, (note, last)
        if note != last:
            print(note, flush=True)
        last = note
"""


def note_of(pool):
    """The number that all donors of a version carry, who are as many as it has."""
    (note,) = {pool.donor(f"N{d}")["note"] for d in range(SIZE) if f"N{d}" in pool}
    number = int(note.removeprefix("n"))
    assert len(pool) == (SIZE if number % 2 == 0 else SIZE - SIZE // 4), (number, len(pool))
    return number


def test_readers_of_other_processes_see_complete_versions(tmp_path):
    path = tmp_path / "registry.db"
    with am.Store.create(path) as store:
        rows = [
            {"id": f"N{d}", "A_1": "01:01", "A_2": "02:01", "B_1": "07:02", "B_2": "08:01", "note": "n0"}
            for d in range(SIZE)
        ]
        store.import_file(write_rows(tmp_path / "first.csv", rows))
    command = [sys.executable, "-c", _READER, path, Path(__file__).parent]
    reader = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert reader.stdout.readline() == "ready\n"
    seen = {"live": [], "asked": []}
    faults = []
    done = threading.Event()

    def read(kind, current):
        try:
            while True:
                over = done.is_set()
                note = note_of(current())
                if not seen[kind] or seen[kind][-1] != note:
                    seen[kind].append(note)
                if over:
                    return
        except BaseException as error:
            faults.append(error)

    with am.LiveRegistry(path, interval=0.001) as live, am.Store.open(path) as store:
        readers = [
            threading.Thread(target=read, args=("live", live.current)),
            threading.Thread(target=read, args=("asked", store.registry)),
        ]
        for one in readers:
            one.start()
        writer = subprocess.run(
            [sys.executable, "-c", _WRITER, path, tmp_path, str(VERSIONS), str(SIZE)], timeout=120
        )
        live.refresh()
        done.set()
        for one in readers:
            one.join(60)
    out, _ = reader.communicate(timeout=60)
    assert writer.returncode == reader.returncode == 0 and faults == []
    other = [int(line) for line in out.split()]
    for notes in (*seen.values(), other):
        assert notes == sorted(set(notes)) and notes[-1] == VERSIONS and len(notes) > 2


def test_searches_go_on_while_versions_come(path):
    patient = am.Patient("P1", A="01:01+02:01", B="07:02+08:01")
    with am.LiveRegistry(path, interval=0.001) as live:
        found = []

        def search():
            for _ in range(300):
                pool = live.current()
                matches = pool.search(patient, loci="A,B")
                found.append(all(match.donor_id in pool for match in matches))

        threads = [threading.Thread(target=search) for _ in range(2)]
        for one in threads:
            one.start()
        for i in range(10):
            add(path, f"D{10 + i}")
        for one in threads:
            one.join()
        live.refresh()
        assert len(found) == 600 and all(found)
        assert len(live.current().search(patient, loci="A,B", top=None)) == 11
