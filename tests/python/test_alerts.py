# SPDX-License-Identifier: Apache-2.0
"""Alerts of standing searches: who gets which, and what a kill leaves behind."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import allomatch as am
import pytest
from command import call, refused
from conftest import DONORS, PATIENTS, write_rows

ASKED = {"loci": "A,B,DRB1", "max_mismatches": 1}


def patient(name="P1"):
    return am.Patient(name, **{column: text for column, text in PATIENTS[0].items() if column != "id"})


def fitting(*ids):
    return [{**DONORS[0], "id": name} for name in ids]


@pytest.fixture
def path(tmp_path):
    """A store of one donor who fits nobody, with a standing search."""
    path = tmp_path / "registry.db"
    with am.Store.create(path) as store:
        store.import_file(write_rows(tmp_path / "first.csv", [DONORS[3]]))
        store.keep_search(store.registry().search(patient(), **ASKED), standing=True)
    return path


@pytest.fixture
def store(path):
    with am.Store.open(path) as opened:
        yield opened


def add(store, folder, *rows):
    return store.import_file(write_rows(folder / "more.csv", list(rows)), "diff")


def test_new_and_retyped_donors(store, tmp_path):
    assert store.alerts() == []
    assert add(store, tmp_path, *fitting("N1", "N2")).alerts == 2
    outcome = add(store, tmp_path, {**DONORS[0], "id": "D4"}, {**DONORS[0], "id": "N1", "cmv": "P"})
    assert (outcome.alerts, outcome.unasked) == (1, [])
    found = store.alerts()
    assert [(one.seq, one.donor_id, one.kind) for one in found] == [
        (1, "N1", "new"),
        (2, "N2", "new"),
        (3, "D4", "retyped"),
    ]
    assert found[0].patient_id == "P1" and found[0].search == 1 and found[0].result["mismatches"] == 0
    assert [one.seq for one in store.alerts(after=1, most=1)] == [2]


def test_subscribers_get_what_they_did_not_acknowledge(store, tmp_path):
    add(store, tmp_path, *fitting("N1", "N2", "N3"))
    assert store.subscriber_position("centre") == 0
    store.acknowledge("centre", 2)
    store.acknowledge("centre", 1)  # not back
    assert store.subscriber_position("centre") == 2
    assert [one.donor_id for one in store.alerts("centre")] == ["N3"]
    assert [one.seq for one in store.alerts("centre", after=1)] == [3]
    assert len(store.alerts("another")) == 3
    with pytest.raises(am.StoreError, match="no such alert yet"):
        store.acknowledge("centre", 4)
    with pytest.raises(am.StoreError, match="expected a name"):
        store.acknowledge("", 1)
    for wrong in (
        lambda: store.alerts(7),
        lambda: store.alerts(after="1"),
        lambda: store.acknowledge("centre", -1),
    ):
        with pytest.raises(am.FormatError):
            wrong()


def test_a_patient_who_cannot_be_asked_is_told(tmp_path):
    with am.Store.create(tmp_path / "r.db") as store:
        store.import_file(write_rows(tmp_path / "first.csv", [DONORS[3]]))
        asked = am.Patient("P1", A="A203+A2", B="07:02+08:01")
        store.keep_search(store.registry().search(asked, loci="A,B", max_mismatches=4), standing=True)
        store.switch_rules(am.Nomenclature.names())
        outcome = add(store, tmp_path, *fitting("N1"))
        assert outcome.alerts == 0
        (problem,) = outcome.unasked
        assert problem["id"] == "P1" and "A203" in problem["message"]


def test_many_alerts_come_in_pages(path, tmp_path):
    with am.Store.open(path) as store:
        add(store, tmp_path, *fitting(*(f"N{i}" for i in range(2500))))
        assert len(store.alerts()) == 1000
    code, out, _ = call("alerts", "--store", path, "--json")
    assert code == 0 and [one["seq"] for one in json.loads(out)] == list(range(1, 2501))


# -- the command line ------------------------------------------------


def test_the_command_acknowledges_what_it_printed(path, store, tmp_path):
    add(store, tmp_path, *fitting("N1", "N2"))
    code, out, _ = call("alerts", "--store", path, "--subscriber", "centre")
    assert code == 0 and "N1" in out and "N2" in out and "0 mismatches, A AA B AA DRB1 AA" in out
    assert store.subscriber_position("centre") == 0
    again = call("alerts", "--store", path, "--subscriber", "centre", "--acknowledge")
    assert again == (0, out, "") and store.subscriber_position("centre") == 2
    code, out, _ = call("alerts", "--store", path, "--subscriber", "centre", "--acknowledge")
    assert (code, out) == (0, f"{path}: no alerts\n")
    assert call("alerts", "--store", path, "--subscriber", "centre", "--json")[1] == "[]\n"
    assert "N2" in call("alerts", "--store", path, "--after", 1)[1]
    assert "needs --subscriber" in refused("alerts", "--store", path, "--acknowledge")


@pytest.mark.parametrize("stdout", ["full", "closed", "gone"])
def test_what_was_not_written_is_not_acknowledged(path, store, tmp_path, stdout):
    add(store, tmp_path, *fitting("N1"))
    where = {"full": "> /dev/full", "closed": ">&-", "gone": "| true"}[stdout]
    command = (
        f'"{sys.executable}" -m allomatch alerts --store "{path}" --subscriber centre --acknowledge {where}'
    )
    if stdout == "gone":  # whoever reads is gone before anything is written
        command = f'(sleep 1; {command.removesuffix(" | true")}; echo $? > "{tmp_path}/code") | true'
    done = subprocess.run(["bash", "-c", command], capture_output=True, timeout=60)
    code = int((tmp_path / "code").read_text()) if stdout == "gone" else done.returncode
    assert code == (141 if stdout == "gone" else 2), done.stderr
    assert store.subscriber_position("centre") == 0


# -- killed processes ------------------------------------------------

# Takes alerts one page at a time: writes each to a file that is on the disk before it acknowledges.
_POLLER = """
import os, sys, time
import allomatch as am

path, taken = sys.argv[1:]
with am.Store.open(path) as store, open(taken, "a") as file:
    print("ready", flush=True)
    while True:
        for alert in store.alerts("centre", most=3):
            print(alert.seq, alert.donor_id, file=file, flush=True)
            os.fsync(file.fileno())
            store.acknowledge("centre", alert.seq)
        time.sleep(0.001)
"""

# Imports files of fifty donors each until it is killed; tells what it has finished.
_IMPORTER = """
import sys
import allomatch as am

path, folder, first = sys.argv[1], sys.argv[2], int(sys.argv[3])
with am.Store.open(path) as store:
    for i in range(first, 10_000):
        with open(f"{folder}/batch.csv", "w") as file:
            file.write("id,A_1,A_2,B_1,B_2,DRB1_1,DRB1_2\\n")
            for d in range(50):
                file.write(f"B{i}-{d},01:01,02:01,08:01,07:02,03:01,15:01\\n")
        store.import_file(f"{folder}/batch.csv", "diff")
        print(i, flush=True)
"""


def started(program, *arguments):
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)], stdout=subprocess.PIPE, text=True
    )


def kill(process):
    os.kill(process.pid, signal.SIGKILL)
    return process.communicate()[0]


def test_killed_pollers_and_importers(path, tmp_path):
    chance = random.Random(5)
    taken, finished = tmp_path / "taken", []
    for _ in range(6):
        poller = started(_POLLER, path, taken)
        importer = started(_IMPORTER, path, tmp_path, finished[-1] + 2 if finished else 0)
        assert poller.stdout.readline() == "ready\n"
        finished.append(int(importer.stdout.readline()))
        time.sleep(chance.uniform(0, 0.2))
        for process in chance.sample([poller, importer], 2):
            told = kill(process)
            if process is importer:
                finished += [int(line) for line in told.split()]
    with am.Store.open(path) as store:
        # One import may have been finished and killed before it told so.
        batches = {}
        for alert in store.alerts(most=1_000_000):
            batches.setdefault(int(alert.donor_id[1:].split("-")[0]), []).append(alert.donor_id)
        assert set(finished) <= set(batches)
        for number, donors in batches.items():
            assert sorted(donors) == sorted(f"B{number}-{d}" for d in range(50))
            assert all(store.donor(one).there for one in donors)
        assert store.info["donors"] == 1 + 50 * len(batches)
        while page := store.alerts("centre"):
            with taken.open("a") as file:
                for alert in page:
                    print(alert.seq, alert.donor_id, file=file)
            store.acknowledge("centre", page[-1].seq)
        everything = [f"{alert.seq} {alert.donor_id}" for alert in store.alerts(most=1_000_000)]
        store.verify()
    lines = taken.read_text().splitlines()
    once = list(dict.fromkeys(lines))
    assert once == everything  # each, in their order
    assert len(lines) - len(once) <= 6  # again only what a kill left unacknowledged
