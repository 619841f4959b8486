# SPDX-License-Identifier: Apache-2.0
"""The store of a registry from the command line."""

import getpass

import allomatch as am
import pytest
from command import as_json, call, donors_of, refused, rows_of, said
from conftest import DONORS, write_rows

NEXT = [{**DONORS[0], "cmv": "P"}, *DONORS[1:], {**DONORS[0], "id": "D5"}]
LOCI = ("--loci", "A,B,DRB1", "--max-mismatches", "2", "--on", "2026-01-01")


@pytest.fixture
def store(tmp_path, donors_file):
    path = tmp_path / "registry.db"
    code, out, err = call("import", "--donors", donors_file, "--store", path, "--actor", "anna")
    assert (code, err) == (0, ""), (out, err)
    assert out.splitlines()[-1] == (
        f"{path}: new 4, changed 0, deleted 0, unchanged 0, refused 0; version 4, release starter 3.58.0"
    )
    return path


@pytest.fixture
def next_file(tmp_path):
    return write_rows(tmp_path / "next.csv", NEXT)


# -- import ------------------------------------------------


def test_imports(store, donors_file, next_file):
    again = as_json("import", "--donors", donors_file, "--store", store)
    assert [again[name] for name in ("new", "changed", "deleted", "unchanged", "refused")] == [0, 0, 0, 4, 0]
    assert (again["command"], again["mode"], again["import"], again["version"]) == ("import", "full", 2, 4)
    assert again["donors"]["taken"] == 4 and "differences" not in again
    out = said("import", "--donors", next_file, "--store", store, "--mode", "full")
    assert "new 1, changed 1, deleted 0, unchanged 3, refused 0; version 6" in out
    rows = [{"id": "D5", "change": "deleted", "A_1": "", "A_2": ""}]
    diff = write_rows(next_file.with_name("diff.csv"), rows)
    assert "deleted 1," in said("import", "--donors", diff, "--store", store, "--mode", "diff")
    assert am.Store.open(store).info["donors"] == 4


def test_a_check_shows_and_writes_what_would_change(store, tmp_path):
    rows = [{**DONORS[0], "branch": "a\x1b[2J"}, *DONORS[2:]]
    file, out_file = write_rows(tmp_path / "next.csv", rows), tmp_path / "differences.csv"
    check = ("import", "--donors", file, "--store", store, "--mode", "check")
    out = said(*check, "--out", out_file)
    assert "changed  branch  宁波    a\\x1b[2J" in out and "2 rows written" in out
    assert "new 0, changed 1, deleted 1, unchanged 2, refused 0; nothing was changed" in out
    assert [(row["donor_id"], row["change"]) for row in rows_of(out_file)] == [
        ("D1", "changed"),
        ("D2", "deleted"),
    ]
    summary = as_json(*check)
    assert summary["differences"][1] == dict(donor_id="D2", change="deleted", column="", before="", after="")
    assert summary["import"] == 0 and am.Store.open(store).info["changes"] == 2
    many = [{**row, "id": f"{row['id']}-{i}"} for i in range(20) for row in DONORS]
    many_file = write_rows(tmp_path / "many.csv", many)
    assert ".. and 34 more rows; --out F writes all" in said(*check[:2], many_file, *check[3:])


def test_refused_rows(store, tmp_path):
    rows = [{**DONORS[0], "cmv": "P"}, {**DONORS[1], "A_1": "nonsense"}]
    file, report = write_rows(tmp_path / "bad.csv", rows), tmp_path / "report.csv"
    into = ("import", "--donors", file, "--store", store, "--mode", "diff", "--report", report)
    code, out, err = call(*into, "--strict")
    assert (code, out) == (3, "") and "nothing was changed: 1 row was refused (--strict), the first: " in err
    assert [row["id"] for row in rows_of(report)] == ["D2"] and am.Store.open(store).info["version"] == 4
    report.unlink()
    assert "new 0, changed 1, deleted 0, unchanged 0, refused 1" in said(*into, code=3)
    assert [row["id"] for row in rows_of(report)] == ["D2"]
    assert am.Store.open(store).donor("D2").record["A_1"] == "02:01"


def test_a_file_that_lacks_donors(store, tmp_path):
    file = write_rows(tmp_path / "few.csv", DONORS[:2])
    into = ("import", "--donors", file, "--store", store)
    assert "lacks 2 of 4 donors, more than the share of 0.1" in refused(*into)
    assert "lacks 2 of 4 donors, more than the share of 0.25" in refused(*into, "--max-removed", "0.25")
    assert "expected a share from 0 to 1" in refused(*into, "--max-removed", "2")
    assert "deleted 2," in said(*into, "--max-removed", "0.5")
    one = write_rows(tmp_path / "one.csv", DONORS[:1])
    assert "deleted 1," in said("import", "--donors", one, "--store", store, "--allow-shrink")


def test_options_of_an_import(store, donors_file, tmp_path):
    account = ("import", "--donors", donors_file)
    for option in (["--mode", "full"], ["--allow-shrink"], ["--max-removed", "0"], ["--actor", "x"]):
        assert f"{option[0]} needs --store" in refused(*account, *option)
    assert "--out needs --mode check" in refused(*account, "--store", store, "--out", tmp_path / "o.csv")
    check = (*account, "--store", store, "--mode", "check")
    assert "a match file ends with" in refused(*check, "--out", tmp_path / "o.txt")
    assert "there is no such file" in refused(*account, "--store", tmp_path / "none.db", "--mode", "check")
    assert not (tmp_path / "none.db").exists()
    assert "expected who makes the change" in refused(*account, "--store", store, "--actor", " ")
    assert "give that here too" in refused(*account, "--store", store, "--nulls", "consider")
    assert "are read with release starter" in refused(*account, "--store", store, "--release", "names")


def test_a_first_import_that_cannot_be_read_makes_nothing(tmp_path):
    path = tmp_path / "r.db"
    assert "none.csv" in refused("import", "--donors", tmp_path / "none.csv", "--store", path)
    no_id = donors_of(tmp_path, "name,A_1,A_2\nx,01:01,02:01\n")
    assert "id" in refused("import", "--donors", no_id, "--store", path)
    assert not path.exists()


def test_files_are_not_mistaken_for_stores(store, donors_file, patients_file, tmp_path):
    before = donors_file.read_bytes()
    search = ("search", "--donors", store, "--patients", patients_file, "--loci", "A")
    for command in (
        ("import", "--donors", donors_file, "--store", donors_file),
        ("import", "--donors", donors_file, "--store", patients_file),
        ("searches", "--store", donors_file),
        ("patients", "--store", donors_file),
        ("repeat", "1", "--store", donors_file),
        *(("store", action, donors_file) for action in ("info", "verify", "log")),
    ):
        assert "is not a registry store" in refused(*command)
    assert "is not a registry store; --keep needs one" in refused(
        "search", "--donors", donors_file, *search[3:], "--keep"
    )
    assert "an import takes a donor file" in refused("import", "--donors", store, "--store", store)
    for out in (store, f"{store}-wal", f"{store}-shm"):
        check = ("import", "--donors", donors_file, "--store", store, "--mode", "check", "--out", out)
        assert "would overwrite the file of --store" in refused(*check)
        assert "would overwrite the file of --donors" in refused(*search, "--out", out)
    assert donors_file.read_bytes() == before
    am.Store.open(store).verify()


# -- every command takes a store as donors ------------------------------------------------


def test_stores_as_donors(store, donors_file, patients_file, tmp_path):
    tables = []
    for donors in (donors_file, store):
        out = tmp_path / "m.csv"
        said("search", "--donors", donors, "--patients", patients_file, *LOCI, "--out", out)
        tables.append(out.read_bytes())
    assert tables[0] == tables[1] and tables[0].count(b"\n") == 5
    people = ("--donors", store, "--patients", patients_file, "--loci", "A,B,DRB1")
    pair = ("--patient", "P1", "--donor", "D1")
    assert "D1" in said("compare", *people) and "certain" in said("explain", *people, *pair)
    assert "D1" in said("why", *people, *pair)
    assert "4 taken" in said("import", "--donors", store)
    snapshot = tmp_path / "pool.amx"
    said("index", "build", "--donors", store, "--out", snapshot)
    assert len(am.Registry.open(snapshot)) == 4
    assert "are read with release starter" in refused("search", *people, "--release", "names")
    assert "give that here too" in refused("search", *people, "--nulls", "consider")


# -- searches ------------------------------------------------


def test_searches_are_kept_and_repeated(store, patients_file, next_file, tmp_path):
    search = ("search", "--donors", store, "--patients", patients_file, *LOCI)
    assert "2 searches kept in" in (out := said(*search, "--keep", "--standing", "--actor", "anna"))
    assert out.rstrip().endswith(": 1 2")
    assert as_json(*search, "--top", "1", "--keep")["kept"] == [
        {"patient_id": "P1", "search": 3},
        {"patient_id": "患者二", "search": 4},
    ]
    kept = as_json("searches", "--store", store)
    assert [(one["id"], one["standing"], one["total"]) for one in kept] == [
        (1, True, 3),
        (2, True, 1),
        (3, False, 3),
        (4, False, 1),
    ]
    assert (
        kept[0]["actor"] == "anna"
        and kept[2]["actor"] == getpass.getuser()
        and kept[2]["request"]["top"] == 1
    )
    table = said("searches", "--store", store)
    assert "standing" in table.splitlines()[2] and "standing" not in table.splitlines()[4]

    out_file = tmp_path / "changes.csv"
    repeat = ("repeat", "1", "--store", store, "--on", "2026-01-01")
    assert "0 new, 0 changed, 0 gone\n3 donors found, 3 listed as before; kept as run 5" in said(*repeat)
    assert "version 6, 1 alert for standing" in said("import", "--donors", next_file, "--store", store)
    said("import", "--donors", write_rows(tmp_path / "two.csv", NEXT[:2]), "--store", store, "--allow-shrink")
    out = said(*repeat, "--out", out_file, "--actor", "ben")
    assert "0 new, 1 changed, 1 gone" in out and "changed  D1" in out and "cmv N -> P" in out
    assert "deleted: was deleted from the registry" in out and "2 rows written" in out
    assert [(row["change"], row["donor_id"]) for row in rows_of(out_file)] == [
        ("changed", "D1"),
        ("gone", "捐献者三"),
    ]
    summary = as_json(*repeat)
    assert (summary["search"], summary["run"], summary["donors_found"]) == (1, 7, 2)
    assert summary["changes"] == [] and summary["unchanged"] == 2 and summary["patient_id"] == "P1"
    with_frequencies = as_json(*repeat, "--frequencies", "builtin", "--fallback", "east_asian")
    assert with_frequencies["conditions"][0].startswith("frequencies: none -> ")

    ended = as_json("searches", "--store", store, "--end", "1", "--reason", "found one")
    assert [one["ended"] for one in ended] == [True, False, False, False]
    assert "has ended already" in refused("searches", "--store", store, "--end", "1", "--reason", "x")
    assert "there is no such search" in refused("repeat", "9", "--store", store)
    assert "a match file ends with" in refused(*repeat, "--out", tmp_path / "o.txt")
    assert "--fallback needs --frequencies" in refused(*repeat, "--fallback", "X")
    assert "need each other" in refused("searches", "--store", store, "--end", "1")


def test_keeping_needs_a_store(store, people, donors_file):
    assert "needs one as --donors" in refused("search", *people, "--keep")
    for option in (["--standing"], ["--actor", "x"]):
        assert f"{option[0]} needs --keep" in refused("search", *people, *option)


def test_patients(store, patients_file):
    said("search", "--donors", store, "--patients", patients_file, *LOCI, "--keep")
    table = said("patients", "--store", store)
    assert "P1       waiting  A 01:01 + 02:01, B 07:02 + 08:01" in table
    closed = as_json(
        "patients", "--store", store, "--close", "P1", "--reason", "transplanted", "--actor", "ben"
    )
    assert [(one["id"], one["active"]) for one in closed] == [("P1", False), ("患者二", True)]
    assert "is closed already" in refused("patients", "--store", store, "--close", "P1", "--reason", "x")
    assert "need each other" in refused("patients", "--store", store, "--close", "P1")
    assert am.Store.open(store).audit()[-1].actor == "ben"


# -- what is in it ------------------------------------------------


def test_info_verify_log(store, donors_file, next_file):
    assert f"{store}: 4 donors, version 4" in said("store", "info", store)
    info = as_json("store", "info", store)
    assert info["donors"] == 4 and info["mac_fingerprint"] is None and len(info["id"]) == 32
    said("import", "--donors", next_file, "--store", store, "--actor", "b\x1b[2J")
    verified = as_json("store", "verify", store)
    assert verified["changes"] == 3
    out = said("store", "verify", store)
    assert "the audit trail of 3 entries fits" in out and f"last hash {verified['hash']}" in out
    log = as_json("store", "log", store)
    assert [(e["seq"], e["action"]) for e in log] == [(1, "create"), (2, "import"), (3, "import")]
    assert log[2]["hash"] == verified["hash"] and log[2]["detail"]["added"] == 1
    assert as_json("store", "log", store, "--after", "2") == log[2:]
    table = said("store", "log", store)
    assert "anna" in table and "b\\x1b[2J" in table and "\x1b" not in table and "added 1, changed 1" in table


def test_history(store, tmp_path):
    diff = write_rows(tmp_path / "d.csv", [{**DONORS[0], "cmv": "P", "sex": ""}])
    gone = write_rows(tmp_path / "g.csv", [{"id": "D1", "A_1": "", "change": "deleted"}])
    for file in (diff, gone, diff):
        said("import", "--donors", file, "--store", store, "--mode", "diff")
    lines = said("store", "history", store, "--donor", "D1").splitlines()
    assert [line.rsplit(": ", 1)[1] for line in lines if line.startswith("  version")] == [
        "new",
        "changed",
        "deleted",
        "new",
    ]
    assert "    cmv N -> P" in lines and "    sex M -> none" in lines
    states = as_json("store", "history", store, "--donor", "D1")
    assert [state["version"] for state in states] == [1, 5, 6, 7]
    assert states[1]["changes"] == [
        {"column": "cmv", "before": "N", "after": "P"},
        {"column": "sex", "before": "M", "after": ""},
    ]
    assert "no donor ever had the id 'D99'" in refused("store", "history", store, "--donor", "D99")


def test_tables_of_csv_readers(store, tmp_path):
    """What a spreadsheet does to a file: other delimiter, byte-order mark, CRLF, columns in other case."""
    text = ";".join(name.upper() for name in DONORS[0]) + "\r\n"
    for row in DONORS:
        text += ";".join('"' + cell.replace('"', '""') + '"' for cell in row.values()) + "\r\n"
    file = donors_of(tmp_path, ("\ufeff" + text).encode(), "excel.csv")
    assert "new 0, changed 0, deleted 0, unchanged 4" in said("import", "--donors", file, "--store", store)
