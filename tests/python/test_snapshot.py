# SPDX-License-Identifier: Apache-2.0
"""Snapshots from Python and from the command line, and what becomes of them when writing is cut short."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

import allomatch as am
import pytest
from command import call, refused
from conftest import DONORS, write_rows


@pytest.fixture
def pool(donors_file):
    return am.Registry.from_csv(donors_file)


@pytest.fixture
def snapshot(pool, tmp_path):
    path = tmp_path / "pool.amx"
    pool.save(path)
    return path


def test_opened_registries_give_the_same_tables(pool, snapshot, patients_file):
    opened = am.Registry.open(snapshot)
    assert len(opened) == len(pool) == 4
    assert repr(opened) == repr(pool)
    assert opened.fields == pool.fields
    assert opened.loci() == pool.loci()
    assert opened.nulls == "ignore_inside_ambiguity"
    assert (opened.report.rows_read, opened.report.rows_taken, opened.report.rows_refused) == (4, 4, 0)
    assert opened.report.source == str(snapshot)
    patients, _ = am.read_patients(patients_file)
    hf = am.Frequencies.builtin(am.Nomenclature.builtin())
    options = {
        "loci": "A,B,DRB1",
        "max_mismatches": 6,
        "on": "2026-01-01",
        "frequencies": hf,
        "fallback": ["EAS"],
    }
    options["fallback"] = [hf.sets[0]["population"]]
    for patient in patients:
        assert opened.search(patient, **options).to_arrow() == pool.search(patient, **options).to_arrow()
    for row in DONORS:
        assert opened.donor(row["id"]) == pool.donor(row["id"])


def test_another_nomenclature_is_refused(snapshot, real_release):
    with pytest.raises(
        am.SnapshotError, match=r"pool\.amx: was built with release .*, not with 3\.58\.0"
    ) as caught:
        am.Registry.open(snapshot, real_release)
    assert caught.value.place == str(snapshot)
    assert isinstance(caught.value, ValueError)


def test_a_full_release_is_asked_for_and_fits(donors_file, tmp_path, real_release):
    path = tmp_path / "pool.amx"
    built = am.Registry.from_csv(donors_file, real_release)
    built.save(path)
    with pytest.raises(
        am.SnapshotError, match=r"was built with release 3\.58\.0, .*give that release \(Nomenclature\.load"
    ):
        am.Registry.open(path)
    opened = am.Registry.open(path, real_release)
    assert opened.nomenclature is real_release
    assert [opened.donor(row["id"]) for row in DONORS] == [built.donor(row["id"]) for row in DONORS]


@pytest.mark.parametrize(
    "damage, reason",
    [
        (lambda b: b[:-64], "bytes instead of"),
        (lambda b: b[:90], "cut off"),
        (lambda b: b"PK" + b, "not a snapshot"),
        (lambda b: b[:12] + b"\x07" + b[13:], "format version 7; this program reads up to 1"),
        (lambda b: b[:-64] + b"\x01" + b[-63:], "damaged"),
    ],
)
def test_damaged_files_are_refused(snapshot, damage, reason):
    snapshot.write_bytes(damage(snapshot.read_bytes()))
    with pytest.raises(am.SnapshotError, match=reason) as caught:
        am.Registry.open(snapshot)
    assert caught.value.place == str(snapshot)
    assert reason in refused("index", "verify", snapshot)
    assert reason in refused("search", "--donors", snapshot, "--patients", "p.csv")


# -- commands ------------------------------------------------


def test_index_build_info_verify(donors_file, patients_file, tmp_path):
    path = tmp_path / "pool.amx"
    code, out, err = call("index", "build", "--donors", donors_file, "--out", path)
    assert (code, err) == (0, "") and "4 taken" in out and str(path) in out
    code, out, err = call("index", "info", path)
    assert (code, err) == (0, "") and "4 donors" in out and "format version 1" in out
    code, out, err = call("index", "info", path, "--json")
    info = json.loads(out)
    assert info["donors"] == 4 and info["bytes"] == path.stat().st_size and info["mac_fingerprint"] is None
    assert sum(section["bytes"] for section in info["sections"]) < info["bytes"]
    code, out, err = call("index", "verify", path)
    assert (code, err) == (0, "") and "are right" in out and "the contents fit release" in out

    tables = []
    for donors in (donors_file, path):
        out_file = tmp_path / "m.csv"
        options = (
            "--patients",
            patients_file,
            "--loci",
            "A,B,DRB1",
            "--max-mismatches",
            "2",
            "--on",
            "2026-01-01",
        )
        assert call("search", "--donors", donors, *options, "--out", out_file)[0] == 0
        tables.append(out_file.read_bytes())
    assert tables[0] == tables[1] and tables[0].count(b"\n") > 2
    assert call("import", "--donors", path)[0] == 0


def test_refused_rows_are_told_and_strict_writes_nothing(tmp_path):
    donors = write_rows(tmp_path / "d.csv", [*DONORS, {**DONORS[0], "id": "D9", "A_1": "nonsense"}])
    path = tmp_path / "pool.amx"
    code, _, err = call("index", "build", "--donors", donors, "--out", path, "--strict")
    assert code == 3 and "nothing was written" in err and not path.exists()
    code, out, _ = call("index", "build", "--donors", donors, "--out", path, "--json")
    assert code == 3 and json.loads(out)["donors"]["refused"] == 1
    assert len(am.Registry.open(path)) == 4


def test_the_options_of_a_search_must_fit(donors_file, patients_file, tmp_path):
    path = tmp_path / "pool.amx"
    assert call("index", "build", "--donors", donors_file, "--out", path, "--nulls", "consider")[0] == 0
    search = ("search", "--donors", path, "--patients", patients_file, "--loci", "A,B,DRB1")
    assert "--nulls consider" in refused(*search)
    assert call(*search, "--nulls", "consider")[0] == 0
    assert "was built with release" in refused(*search, "--nulls", "consider", "--release", "names")


def test_names_are_found_without_being_told(donors_file, tmp_path):
    path = tmp_path / "pool.amx"
    donors = write_rows(tmp_path / "names.csv", [{**row, "DRB1_2": "15:01"} for row in DONORS])
    assert call("index", "build", "--donors", donors, "--out", path, "--release", "names")[0] == 0
    assert am.Registry.open(path).nomenclature.names_only
    assert "the contents fit release names" in call("index", "verify", path)[1]


# -- writing that ends early ------------------------------------------------

_KILLER = """
import os, random, signal, sys, time
from pathlib import Path
import allomatch as am

folder, rounds = Path(sys.argv[1]), int(sys.argv[2])
pools = [am.Registry.from_csv(folder / name) for name in ("a.csv", "b.csv")]
path = folder / "out" / "pool.amx"
whole, longest = [], 0
for pool in pools:
    start = time.perf_counter()
    pool.save(path)
    longest = max(longest, time.perf_counter() - start)
    whole.append(path.read_bytes())
assert whole[0] != whole[1]
dice, in_the_middle, seen = random.Random(1), 0, set()
for _ in range(rounds):
    child = os.fork()
    if child == 0:
        while True:
            for pool in pools:
                pool.save(path)
    time.sleep(dice.uniform(0, 3 * longest))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    seen.add(whole.index(path.read_bytes()))
    for left in path.parent.glob(".allomatch-*.tmp"):
        in_the_middle += 1
        left.unlink()
    assert os.listdir(path.parent) == ["pool.amx"]
print(in_the_middle, len(seen))
"""


def test_a_killed_writer_leaves_one_whole_file(tmp_path):
    write_rows(tmp_path / "a.csv", [{**row, "id": f"{row['id']}-{i}"} for i in range(500) for row in DONORS])
    write_rows(tmp_path / "b.csv", DONORS)
    (tmp_path / "out").mkdir()
    done = subprocess.run(
        [sys.executable, "-c", _KILLER, tmp_path, "400"], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    in_the_middle, versions = map(int, done.stdout.split())
    assert in_the_middle >= 20  # killed while a file was being written
    assert versions == 2


def failing_save(folder, before):
    """What a save in another process says that must fail, after ``before`` was run there."""
    program = f"""
        import os, resource, sys
        import allomatch as am
        pool = am.Registry.from_csv(sys.argv[1])
        {before}
        try:
            pool.save(sys.argv[2])
        except am.FormatError as error:
            print(error)
        else:
            sys.exit("it was written")
    """
    donors = write_rows(
        folder / "many.csv", [{**row, "id": f"{row['id']}-{i}"} for i in range(500) for row in DONORS]
    )
    target = folder / "out" / "pool.amx"
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program), donors, target],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def old_snapshot(pool):
    """A folder that everybody may enter, with a snapshot."""
    with tempfile.TemporaryDirectory(prefix="allomatch-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "out").mkdir()
        pool.save(folder / "out" / "pool.amx")
        yield folder
        (folder / "out").chmod(0o755)
        assert am.Registry.open(folder / "out" / "pool.amx").donor("D1") == pool.donor("D1")
        assert [path.name for path in (folder / "out").iterdir()] == ["pool.amx"]


def test_a_full_disk_loses_nothing(old_snapshot):
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    said = failing_save(old_snapshot, "resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))")
    assert "pool.amx: cannot be written: File too large" in said


def test_a_small_file_system_loses_nothing(pool, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root can mount a file system")
    (tmp_path / "out").mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(tmp_path / "out")]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        pytest.skip("a file system cannot be mounted here")
    try:
        path = tmp_path / "out" / "pool.amx"
        pool.save(path)
        before = path.read_bytes()
        assert "No space left on device" in failing_save(tmp_path, "")
        assert path.read_bytes() == before and list(path.parent.iterdir()) == [path]
    finally:
        subprocess.run(["umount", str(tmp_path / "out")], check=True)


def test_a_read_only_folder_loses_nothing(old_snapshot):
    (old_snapshot / "out").chmod(0o555)
    nobody = "os.setuid(65534)" if os.geteuid() == 0 else ""
    assert "pool.amx: cannot be written: Permission denied" in failing_save(old_snapshot, nobody)
