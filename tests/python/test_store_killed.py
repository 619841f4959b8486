# SPDX-License-Identifier: Apache-2.0
"""What is left of a store when its writer is killed, or the disk does not take what is written."""

import os
import resource
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import allomatch as am
import pytest
from conftest import DONORS, PATIENTS, write_rows

# Each round a child changes a copy of one store, over and over, until it is killed at a random moment. By a
# pipe it tells when it begins a change and when it has finished it.
_KILLER = """
import os, random, shutil, signal, sqlite3, sys, time
from pathlib import Path
import allomatch as am

folder, rounds = Path(sys.argv[1]), int(sys.argv[2])
base, path, asked = folder / "base.db", folder / "out" / "registry.db", {"loci": "A,B", "max_mismatches": 2}
patient = am.Patient("P1", A="01:01+02:01", B="07:02+08:01")
donors = sum(1 for _ in (folder / "a.csv").open()) - 1


def notes(store):
    pool = store.registry()
    return [pool.donor(f"D{i}").get("note") for i in range(donors)] if len(pool) else []


def create(tell):
    for i in range(1_000_000):
        with tell:
            (folder / "out" / str(i)).mkdir()
            with am.Store.create(folder / "out" / str(i) / "registry.db") as store:
                store.import_file(folder / "a.csv")


def full(tell):
    with am.Store.open(path) as store:
        while True:
            for name in ("b.csv", "a.csv"):
                with tell:
                    store.import_file(folder / name)


def diff(tell):
    with am.Store.open(path) as store:
        while True:
            for name in ("half b.csv", "half a.csv"):
                with tell:
                    store.import_file(folder / name, "diff")


def searches(tell):
    with am.Store.open(path) as store:
        found = store.registry().search(patient, **asked)
        while True:
            with tell:
                number = store.keep_search(found)
            with tell:
                store.repeat(number)


def check_created(done):
    for made in (folder / "out").iterdir():
        store_file = made / "registry.db"
        if int(made.name) < done:
            assert store_file.exists()
        if store_file.exists():
            with am.Store.open(store_file) as store:
                store.verify()
                assert notes(store) in ([], ["a"] * donors)
                assert int(made.name) >= done or notes(store)


def check_notes(*allowed):
    def check(done):
        with am.Store.open(path) as store:
            store.verify()
            state, imports = notes(store), len(store.audit()) - before
            assert imports in (done, done + 1), (imports, done)
            assert state == allowed[imports % 2]
    return check


def check_searches(done):
    with am.Store.open(path) as store:
        store.verify()
        kept = sum(search.runs for search in store.searches())
        assert kept in (done, done + 1), (kept, done)
        assert all(search.total == donors for search in store.searches())
    with sqlite3.connect(path) as reader:
        lists = reader.execute("SELECT count(*) FROM results GROUP BY run").fetchall()
    reader.close()
    assert lists == [(donors,)] * kept


class Tell:
    def __init__(self, pipe):
        self.pipe = pipe

    def __enter__(self):
        os.write(self.pipe, b"(")

    def __exit__(self, *_):
        os.write(self.pipe, b")")


with am.Store.create(base) as store:
    store.import_file(folder / "a.csv")
    before = len(store.audit())
half = donors // 2
kinds = [
    (create, check_created),
    (full, check_notes(["a"] * donors, ["b"] * donors)),
    (diff, check_notes(["a"] * donors, ["b"] * half + ["a"] * (donors - half))),
    (searches, check_searches),
]
dice, counts = random.Random(1), []
for change, check in kinds:
    in_the_middle = between = 0
    for _ in range(rounds):
        shutil.rmtree(folder / "out", ignore_errors=True)
        (folder / "out").mkdir()
        if change is not create:
            shutil.copy(base, path)
        told, pipe = os.pipe()
        child = os.fork()
        if child == 0:
            change(Tell(pipe))
        os.close(pipe)
        os.read(told, 1)  # it has begun
        time.sleep(dice.uniform(0, 0.06))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        text = b"(" + os.read(told, 1_000_000)
        os.close(told)
        in_the_middle += text.endswith(b"(")
        between += text.count(b")") > 0
        check(text.count(b")"))
    counts += [in_the_middle, between]
print(*counts)
"""


def test_a_killed_writer_leaves_a_whole_store(tmp_path):
    rows = [{**DONORS[0], "id": f"D{i}"} for i in range(100)]
    for name, note, count in (("a", "a", 100), ("b", "b", 100), ("half b", "b", 50), ("half a", "a", 50)):
        write_rows(tmp_path / f"{name}.csv", [{**row, "note": note} for row in rows[:count]])
    rounds = 60
    done = subprocess.run(
        [sys.executable, "-c", _KILLER, tmp_path, str(rounds)], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    counts = list(map(int, done.stdout.split()))
    assert len(counts) == 8
    assert all(count >= rounds / 4 for count in counts[::2]), counts  # killed in the middle of a change
    assert sum(counts[1::2]) >= rounds / 4, counts  # after others were finished


# -- disks ------------------------------------------------


def failing_import(folder, before):
    """What an import in another process says that must fail, after ``before`` was run there."""
    program = f"""
        import os, resource, sys
        import allomatch as am
        {before}
        try:
            with am.Store.open(sys.argv[2]) as store:
                store.import_file(sys.argv[1], "diff", actor="x")
        except am.StoreError as error:
            print(error)
        else:
            sys.exit("it was written")
    """
    donors = write_rows(
        folder / "many.csv", [{**row, "id": f"{row['id']}-{i}"} for i in range(2000) for row in DONORS]
    )
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), donors, folder / "out" / "registry.db"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def old_store():
    """A folder that everybody may enter, with a store of four donors and a search."""
    with tempfile.TemporaryDirectory(prefix="allomatch-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "out").mkdir()
        path = folder / "out" / "registry.db"
        with am.Store.create(path) as store:
            store.import_file(write_rows(folder / "donors.csv", DONORS))
            who = am.Patient("P", **{name: text for name, text in PATIENTS[0].items() if name != "id"})
            store.keep_search(store.registry().search(who, loci="A,B,DRB1", max_mismatches=2))
            last = store.verify()
        yield folder
        (folder / "out").chmod(0o755)
        with am.Store.open(path) as store:
            assert store.verify() == last and store.info["donors"] == 4
            assert store.repeat(1).unchanged == 3


def test_a_full_disk_loses_nothing(old_store):
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    said = failing_import(old_store, "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))")
    assert "registry.db: " in said


def test_a_small_file_system_loses_nothing(old_store):
    if os.geteuid() != 0:
        pytest.skip("only root can mount a file system")
    path = old_store / "out" / "registry.db"
    content = path.read_bytes()
    mount = ["mount", "-t", "tmpfs", "-o", "size=600k", "tmpfs", str(path.parent)]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("a file system cannot be mounted here")
    try:
        path.write_bytes(content)
        assert "registry.db: the disk is full" in failing_import(old_store, "")
        with am.Store.open(path) as store:
            assert store.info["donors"] == 4 and store.verify()
    finally:
        subprocess.run(["umount", str(path.parent)], check=True)


def test_a_read_only_folder_loses_nothing(old_store):
    path = old_store / "out" / "registry.db"
    path.chmod(0o444)
    path.parent.chmod(0o555)
    nobody = "os.setuid(65534)" if os.geteuid() == 0 else ""
    assert "registry.db: it " in (said := failing_import(old_store, nobody)), said
    path.parent.chmod(0o755)
    path.chmod(0o644)
