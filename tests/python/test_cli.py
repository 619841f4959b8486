# SPDX-License-Identifier: Apache-2.0
"""The commands as a user calls them: what they print and write, and their exit codes."""

import csv
import gzip
import importlib.util
import json

import pytest
from command import call, donors_of, refused, rows_of
from conftest import DONORS, write_rows

FIXED = ["patient_id", "donor_id", "rank", "mismatches", "mismatches_max", "gvh", "hvg"]


# -- arguments ------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["serach"],
        ["search"],
        ["search", "--donors", "d.csv"],
        ["search", "--donors", "d.csv", "--patients", "p.csv", "--frequencies", "f.csv"],
        ["search", "--donors", "d.csv", "--patients", "p.csv", "--max-mismatches", "many"],
        ["search", "--donors", "d.csv", "--patients", "p.csv", "--limit", "DRB1"],
        ["search", "--donors", "d.csv", "--patients", "p.csv", "--top", "0"],
        ["search", "--donors", "d.csv", "--patients", "p.csv", "--direction", "up"],
        ["search", "--donors", "d.csv", "--patients", "p.csv", "--max", "1"],
        ["compare", "--donors", "d.csv", "--patients", "p.csv", "--max-mismatches", "1"],
        ["compare", "--donors", "d.csv", "--patients", "p.csv", "--top", "1"],
        ["typing"],
        ["typing", "A*02:01", "--in", "x.jsonl"],
        ["typing", "--in", "x.jsonl"],
        ["nomenclature"],
        ["nomenclature", "fetch", "--release", "3.58.0"],
    ],
)
def test_wrong_arguments(arguments):
    refused(*arguments)


@pytest.mark.parametrize(
    "arguments, told",
    [
        (["--loci", "9/9"], "loci"),
        (["--where", "sex ="], "where"),
        (["--where", "shoe_size = 3"], "shoe_size"),
        (["--rank", "best"], "rank"),
        (["--on", "yesterday"], "on"),
        (["--limit", "Q=1"], "Q"),
        (["--limit", "A=1", "--limit", "A=0"], "twice"),
        (["--exactly", "1", "--max-mismatches", "2"], "exactly"),
        (["--max-mismatches", "99"], "--max-mismatches: "),
        (["--release", "no/such/folder"], "no/such/folder"),
        (["--mac", "no-mac.txt"], "no-mac.txt"),
        (["--out", "matches.xls"], "matches.xls"),
        (["--out", "no/such/folder/m.csv"], "no/such/folder/m.csv"),
        (["--import-report", "r.xls"], "r.xls"),
        (["--fallback", "X"], "--fallback needs --frequencies"),
        (["--normalise"], "--normalise needs --frequencies"),
        (["--frequencies", "builtin", "builtin"], "--frequencies: 'builtin' is given twice"),
        (["--frequencies", "builtin", "f.csv"], "--frequencies: 'builtin' stands alone"),
        (["--accept", "ZZ"], "--accept: 'ZZ': not a locus"),
        (["--also", "ZZ"], "--also: 'ZZ': not a locus"),
        (["--max-mismatches", "-1"], "expected a whole number from 0 to 999999999, not '-1'"),
        (["--threads", "x"], "expected a whole number from 0 to 999999999, not 'x'"),
        (["--top", "-1"], "expected a whole number from 1 to 999999999, not '-1'"),
        (["--top", "0"], "expected a whole number from 1 to 999999999, not '0'"),
        (["--top", "9999999999"], "expected a whole number from 1 to 999999999, not '9999999999'"),
    ],
)
def test_options_that_do_not_fit(people, tmp_path, arguments, told):
    assert told in refused("search", *people, *arguments, cwd=tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["donors.csv", "patients.csv"]


def test_help_and_version():
    code, out, _ = call("--help")
    assert code == 0 and all(
        name in out for name in ("search", "compare", "explain", "why", "typing", "nomenclature")
    )
    for command in ("search", "compare", "explain", "why", "typing", "import", "nomenclature"):
        assert call(command, "--help")[0] == 0
    assert call("--version")[1].startswith("allomatch 0.")


# -- search and compare ------------------------------------------------


def test_search_table(people):
    code, out, err = call("search", *people, "--max-mismatches", "2", "--on", "2025-01-01")
    assert (code, err) == (0, "")
    assert "Patient P1: 3 donors" in out and "捐献者三" in out and "Patient 患者二: 1 donor" in out
    assert "宁波" in out and "4 rows read, 4 taken, 0 refused" in out and "seconds:" in out
    assert out.index("D1") < out.index("D2") < out.index("捐献者三")


def test_search_top_says_the_true_total(people):
    _, out, _ = call("search", *people, "--max-mismatches", "6", "--top", "2")
    assert "Patient P1: 4 donors, the best 2 shown" in out


def test_search_csv(people, tmp_path):
    out = tmp_path / "匹配.csv"
    code, printed, err = call(
        "search", *people, "--max-mismatches", "2", "--out", out, "--on", "2025-01-01", "--json"
    )
    assert (code, err) == (0, "")
    rows = rows_of(out)
    assert list(rows[0]) == [*FIXED, "A", "B", "DRB1", "A_mm", "B_mm", "DRB1_mm", "b_leader"]
    assert [(r["patient_id"], r["donor_id"], r["rank"]) for r in rows] == [
        ("P1", "D1", "1"),
        ("P1", "D2", "2"),
        ("P1", "捐献者三", "3"),
        ("患者二", "D4", "1"),
    ]
    assert rows[0]["A"] == "AA" and rows[1]["mismatches"] == "1"
    summary = json.loads(printed)
    assert summary["matches"] == {"patients": 2, "patients_without_donor": 0, "donors_found": 4, "rows": 4}
    assert summary["donors"]["taken"] == 4 and summary["donors"]["refused"] == 0
    assert summary["loci"] == ["A", "B", "DRB1"] and summary["out"] == str(out)


@pytest.mark.parametrize("command", ["search", "compare"])
def test_all_endings_hold_the_same(people, tmp_path, command):
    more = ["--max-mismatches", "6", "--on", "2025-01-01"] if command == "search" else []
    endings = ["csv", "tsv", "csv.gz", "json", "jsonl", "jsonl.gz", "json.gz"]
    if importlib.util.find_spec("pyarrow"):
        endings.append("parquet")
    expected = None
    for ending in endings:
        path = tmp_path / f"m.{ending}"
        assert call(command, *people, *more, "--out", path)[0] == 0
        if ending == "parquet":
            import pyarrow.parquet

            rows = pyarrow.parquet.read_table(path).to_pylist()
        else:
            text = (
                gzip.decompress(path.read_bytes()) if ending.endswith("gz") else path.read_bytes()
            ).decode()
            if "jsonl" in ending:
                rows = [json.loads(line) for line in text.splitlines()]
            elif "json" in ending:
                rows = json.loads(text)
            else:
                rows = list(csv.DictReader(text.splitlines(), delimiter="\t" if ending == "tsv" else ","))
        rows = [{name: "" if value is None else str(value) for name, value in row.items()} for row in rows]
        expected = expected or rows
        assert rows == expected, ending
    assert len(expected) == 8
    if command == "compare":
        assert [row["donor_id"] for row in expected] == [row["id"] for row in DONORS] * 2
        assert {row["rank"] for row in expected} == {""}
    assert not [path for path in tmp_path.iterdir() if ".part" in path.name or path.name.startswith(".")]


@pytest.mark.parametrize(
    "options, donors",
    [
        (["--exactly", "1"], ["D2", "捐献者三"]),
        (["--max-mismatches", "1", "--min-mismatches", "1"], ["D2", "捐献者三"]),
        (["--max-mismatches", "6", "--limit", "A=0"], ["D1"]),
        (["--max-mismatches", "6", "--limit", "A=1", "--limit", "B=0"], ["D1", "D2", "捐献者三"]),
        (["--max-mismatches", "0", "--direction", "hvg"], ["D1", "捐献者三"]),
        (["--max-mismatches", "6", "--where", "branch in ('杭州')"], ["D2"]),
        (["--max-mismatches", "6", "--where", "age < 30 and sex = 'M'"], ["D1", "D4"]),
        (["--max-mismatches", "6", "--top", "1"], ["D1"]),
        (["--max-mismatches", "1", "--rank", "hla_only"], ["D1", "D2", "捐献者三"]),
    ],
)
def test_search_options(people, tmp_path, options, donors):
    for threads in ("1", "2"):
        out = tmp_path / "m.csv"
        more = ["--out", out, "--on", "2025-01-01", "--threads", threads]
        assert call("search", *people, *options, *more)[0] == 0
        assert [row["donor_id"] for row in rows_of(out) if row["patient_id"] == "P1"] == donors


def test_nulls_and_homozygous_once(tmp_path):
    donors = donors_of(tmp_path, "id,A_1,A_2\nD,A*24:02,A*24:09N/24:02\nH,A*24:02,A*24:02\n")
    patients = donors_of(tmp_path, "id,A_1,A_2\nP,A*01:01,A*01:01\n", "p.csv")
    arguments = [
        "compare",
        "--donors",
        donors,
        "--patients",
        patients,
        "--loci",
        "A",
        "--out",
        tmp_path / "m.csv",
    ]
    assert call(*arguments)[0] == 0
    assert [row["mismatches"] for row in rows_of(tmp_path / "m.csv")] == ["2", "2"]
    assert call(*arguments, "--homozygous-once", "--nulls", "consider")[0] == 0
    assert [row["mismatches"] for row in rows_of(tmp_path / "m.csv")] == ["1", "1"]


def test_compare_without_out(people):
    code, out, _ = call("compare", *people)
    assert code == 0 and "8 pairs" in out and "捐献者三" in out


def test_no_patients_and_no_donors(tmp_path, people, donors_file):
    nobody = donors_of(tmp_path, "id,A_1,A_2\n", "nobody.csv")
    out = tmp_path / "m.csv"
    for command in ("search", "compare"):
        assert (
            call(command, "--donors", donors_file, "--patients", nobody, "--loci", "A", "--out", out)[0] == 0
        )
        assert out.read_text() == ",".join([*FIXED, "A", "A_mm"]) + "\n"
        assert call(command, "--donors", nobody, "--patients", people[3], "--loci", "A", "--out", out)[0] == 0
        assert out.read_text() == ",".join([*FIXED, "A", "A_mm"]) + "\n"


def test_refused_rows(tmp_path, patients_file):
    bad = [DONORS[0], DONORS[1] | {"B_1": "08:0l"}, DONORS[2] | {"sex": "?"}, DONORS[3]]
    donors = write_rows(tmp_path / "d.csv", bad)
    arguments = ["search", "--donors", donors, "--patients", patients_file, "--loci", "A,B,DRB1"]
    out = tmp_path / "m.csv"
    for name in ("r.csv", "r.jsonl"):
        code, printed, _ = call(*arguments, "--out", out, "--import-report", tmp_path / name)
        assert code == 3 and "4 rows read, 2 taken, 2 refused" in printed and "08:0l" in printed
    assert [row["donor_id"] for row in rows_of(out)] == ["D1", "D4"]
    report = rows_of(tmp_path / "r.csv")
    assert [(r["row"], r["column"], r["id"], r["text"]) for r in report] == [
        ("3", "B_1", "D2", "08:0l"),
        ("4", "sex", "捐献者三", "?"),
    ]
    assert report[0]["suggestion"] and report[0]["reason"] and report[0]["source"] == str(donors)
    lines = [json.loads(line) for line in (tmp_path / "r.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [line["text"] for line in lines] == ["08:0l", "?"]
    out.unlink()
    code, printed, err = call(*arguments, "--out", out, "--strict")
    assert code == 3 and not out.exists() and "08:0l" in err and err.count("\n") == 1


def test_wmda_layout_and_gl_lines(tmp_path):
    header = "ID;A_1;A_2;C_1;C_2;B_1;B_2;DRB1_1;DRB1_2;DQB1_1;DQB1_2;DONOR_TYPE;HF_SET\n"
    typing = "A*01:01;A*02:01;C*07:01;C*07:02;B*08:01;B*07:02;DRB1*03:01;DRB1*15:01;DQB1*02:01;DQB1*06:02"
    donors = donors_of(tmp_path, f"{header}D1;{typing};D;1\n")
    gl = "A*01:01+A*02:01^B*08:01+B*07:02^C*07:01+C*07:02^DRB1*03:01+DRB1*15:01^DQB1*02:01+DQB1*06:02"
    patients = donors_of(tmp_path, f"P1%{gl}\n", "p.gl.txt")
    out = tmp_path / "m.csv"
    for release in ("builtin", "names"):
        arguments = ["search", "--donors", donors, "--patients", patients, "--out", out, "--release", release]
        assert call(*arguments)[0] == 0
        assert [(r["donor_id"], r["mismatches_max"], r["C"]) for r in rows_of(out)] == [("D1", "0", "AA")]


def test_mac_file(tmp_path):
    donors = donors_of(tmp_path, "id,A_1,A_2\nD,A*02:AB,A*01:01\n")
    patients = donors_of(tmp_path, "id,A_1,A_2\nP,A*02:01,A*01:01\n", "p.csv")
    mac = donors_of(tmp_path, "CODE\tSUBTYPE\n\nAB\t01/06\n", "mac.txt")
    arguments = [
        "search",
        "--donors",
        donors,
        "--patients",
        patients,
        "--loci",
        "A",
        "--out",
        tmp_path / "m.csv",
    ]
    code, out, _ = call(*arguments)
    assert code == 3 and "A*02:AB" in out
    assert call(*arguments, "--mac", mac)[0] == 0
    assert rows_of(tmp_path / "m.csv")[0]["A"] in ("PA", "AP")


# -- explain, import, nomenclature ------------------------------------------------


def test_explain(people):
    code, out, _ = call("explain", *people, "--patient", "P1", "--donor", "捐献者三")
    assert code == 0 and "mismatches 1 to 2" in out and "01:01" in out and "DRB1*15:02P" in out
    code, out, _ = call("explain", *people, "--patient", "P1", "--donor", "捐献者三", "--json")
    pair = json.loads(out)
    assert pair["mismatches"] == 1 and [locus["locus"] for locus in pair["loci"]] == ["A", "B", "DRB1"]
    assert pair["rank"]["mismatches"] and list(pair["rank"])[0] == "mismatches"
    assert pair["donor"]["branch"] == DONORS[2]["branch"] and pair["loci"][0]["positions"][0]["reason"]
    assert "nobody" in refused("explain", *people, "--patient", "P1", "--donor", "nobody")
    assert "nobody" in refused("explain", *people, "--patient", "nobody", "--donor", "D1")


def test_import(donors_file, tmp_path):
    code, out, _ = call("import", "--donors", donors_file)
    assert code == 0 and "4 rows read, 4 taken" in out and "DRB1" in out and "bytes" in out
    bad = write_rows(tmp_path / "d.csv", [DONORS[0], DONORS[0]])
    code, out, _ = call("import", "--donors", bad, "--json", "--report", tmp_path / "r.csv")
    summary = json.loads(out)
    assert code == 3 and summary["donors"]["refused"] == 1 and summary["reasons"][0]["count"] == 1
    assert summary["loci"]["A"]["typed"] == 1 and rows_of(tmp_path / "r.csv")[0]["row"] == "3"


def test_nomenclature_info(tmp_path):
    code, out, _ = call("nomenclature", "info", "--json")
    assert code == 0 and json.loads(out)["alleles"] > 900
    assert call("nomenclature", "info", "--release", "names")[0] == 0
    assert "hla_nom.txt" in refused("nomenclature", "info", "--release", tmp_path)
