# SPDX-License-Identifier: Apache-2.0
"""`allomatch cord` as a user calls it: what it prints and writes, and its exit codes."""

import csv
import gzip
import json
import re

import pytest
from command import call, donors_of, refused, rows_of

UNITS = """\
id,type,A,B,C,DRB1,tnc,cd34,abo,branch,birth_date
U1,cord,02:01+24:02,07:02+46:01,01:02+07:02,09:01+15:01,80,5,A,宁波,2020-01-01
U2,C,02:07+24:02,07:02+46:01,01:02+07:02,09:01+15:01,120,6,O,宁波,2019-01-01
U3,cord,11:01+24:02,07:02+46:01,01:02+07:02,09:01+15:01,180,7.5,A,杭州,2018-01-01
U4,cord,11:01+24:02,07:02+46:01,01:02+07:02,09:01+15:02,95,4.8,A,杭州,2017-01-01
U5,cord,02:01+24:02,07:02+46:01,,09:01+15:01,60,6,B,杭州,2016-01-01
U6,cord,02:01+24:02,07:02+46:01,,09:01+15:01,,,A,杭州,2016-01-01
A1,adult,02:01+24:02,07:02+46:01,01:02+07:02,09:01+15:01,900,90,A,宁波,1999-01-01
"""
TYPED = "02:01+24:02,07:02+46:01,01:02+07:02,09:01+15:01"
PATIENTS = f"id,A,B,C,DRB1,weight_kg,abo\nP1,{TYPED},30,A\nP2,01:01+03:01,08:01+44:02,,04:01+07:01,20,O\n"
UNWEIGHED = f"id,A,B,C,DRB1\nP1,{TYPED}\nP2,{TYPED}\n"
PAIR_COLUMNS = [
    "patient_id",
    "rank",
    "first_id",
    "second_id",
    "first_mismatches",
    "second_mismatches",
    "unit_mismatches",
    "total_tnc_per_kg",
    "lowest_tnc_per_kg",
    "abo_not_identical",
    "first_mismatches_max",
    "second_mismatches_max",
    "unit_mismatches_max",
]


@pytest.fixture
def files(tmp_path):
    patients = donors_of(tmp_path, PATIENTS, "p.csv")
    return ["--donors", donors_of(tmp_path, UNITS), "--patients", patients, "--on", "2025-01-01"]


def cord(*arguments, **options):
    code, out, err = call("cord", *arguments, **options)
    assert (code, err) == (0, ""), (code, out, err)
    return out


def found_in(path, column="donor_id", patient="P1"):
    return [row[column] for row in rows_of(path) if row["patient_id"] == patient]


def listed(files, tmp_path, *options):
    cord(*files, *options, "--out", tmp_path / "m.csv")
    return found_in(tmp_path / "m.csv")


def listed_pairs(files, tmp_path, *options):
    cord(*files, "--double", *options, "--out", tmp_path / "m.csv")
    firsts, seconds = (found_in(tmp_path / "m.csv", f"{which}_id") for which in ("first", "second"))
    return [f"{first}+{second}" for first, second in zip(firsts, seconds, strict=True)]


# -- single units ------------------------------------------------


def test_single_units(files):
    out = cord(*files)
    lines = out.splitlines()
    assert lines[0] == "Patient P1: 4 cord units"
    head = lines[1].split("  ")
    assert [name.strip() for name in head if name.strip()][:8] == [
        "#", "unit", "mismatches", "A", "B", "DRB1", "TNC/kg", "CD34/kg",
    ]  # fmt: skip
    assert lines[2].split()[:9] == ["1", "U2", "0", "LA", "AA", "AA", "4.00", "2.00", "O"]
    assert [line.split()[1] for line in lines[2:6]] == ["U2", "U1", "U3", "U4"]
    assert "Patient P2: 0 cord units" in out and "birth" not in out and "donors found" not in out
    assert "at A and B antigens count: L is no mismatch there" in out
    assert "least dose of a unit: TNC 2.5 x 10^7/kg, CD34 1.5 x 10^5/kg" in out
    assert "4 cord units found for 2 patients at A B DRB1, 1 patient without one" in out


@pytest.mark.parametrize(
    "options, units",
    [
        ([], ["U2", "U1", "U3", "U4"]),
        (["--match", "6/6"], ["U2", "U1"]),
        (["--match", "5/6"], ["U2", "U1", "U3"]),
        (["--match", "8/8"], ["U1"]),
        (["--match", "7/8"], ["U1", "U3", "U2"]),
        (["--min-tnc", "2", "--match", "6/6"], ["U2", "U1", "U5"]),
        (["--min-tnc", "4"], ["U2", "U3"]),
        (["--min-tnc", "4.01"], ["U3"]),
        (["--min-cd34", "2"], ["U2", "U3"]),
        (["--min-tnc", "none", "--match", "6/6"], ["U2", "U1", "U5"]),
        (["--min-tnc", "none", "--min-cd34", "none", "--match", "6/6"], ["U2", "U1", "U5", "U6"]),
        (["--min-tnc", "0", "--min-cd34", "none", "--match", "6/6"], ["U2", "U1", "U5"]),
        (["--min-tnc", "guideline", "--min-cd34", "guideline"], ["U2", "U1", "U3", "U4"]),
        (["--where", "branch = '杭州' or abo = 'O'"], ["U2", "U3", "U4"]),
        (["--top", "2"], ["U2", "U1"]),
        (["--rank", "hla_only", "--match", "6/6"], ["U1", "U2"]),
        (["--threads", "2"], ["U2", "U1", "U3", "U4"]),
        (["--also", "none", "--tce-version", "V2"], ["U2", "U1", "U3", "U4"]),
    ],
)  # fmt: skip
def test_options_of_single_units(files, tmp_path, options, units):
    assert listed(files, tmp_path, *options) == units


def test_eight_count_by_class(files):
    out = cord(*files, "--match", "7/8", "--min-cd34", "none")
    assert "antigens count" not in out and "CD34 any\n" in out and "at A B C DRB1" in out


def test_other_loci_are_compared(files, tmp_path):
    cord(*files, "--out", tmp_path / "m.csv")
    assert found_in(tmp_path / "m.csv", "C") == ["AA"] * 4
    cord(*files, "--also", "none", "--out", tmp_path / "m.csv")
    assert "C" not in rows_of(tmp_path / "m.csv")[0]


def test_with_frequencies_and_report(files, tmp_path):
    report = tmp_path / "page.html"
    out = cord(*files, "--frequencies", "builtin", "--report", report, "--lang", "zh")
    assert "P(0)" in out and f"report written to {report}" in out
    assert "U2" in (tmp_path / "page-P1.html").read_text(encoding="utf-8") and report.exists()


def test_summary_of_single_units(files, tmp_path):
    summary = json.loads(cord(*files, "--json", "--min-cd34", "none", "--out", tmp_path / "m.csv"))
    assert summary["command"] == "cord" and summary["match"] == "4/6"
    assert summary["least_doses"] == {"min_tnc_per_kg": 2.5, "min_cd34_per_kg": None}
    assert summary["matches"] == {"patients": 2, "patients_without_donor": 1, "donors_found": 4, "rows": 4}


# -- two units ------------------------------------------------


def test_two_units(files):
    out = cord(*files, "--double")
    lines = out.splitlines()
    assert lines[0] == "Patient P1: 10 pairs of 5 cord units"
    assert lines[2].split() == ["1", "U2", "U1", "0", "and", "0", "0", "6.67", "2.67", "1"]
    assert "Patient P2: 0 pairs of 0 cord units" in out
    assert "least dose of a unit: TNC 1.5 x 10^7/kg, CD34 1 x 10^5/kg\n" in out
    assert "10 pairs of cord units found for 2 patients, 1 patient without one" in out


@pytest.mark.parametrize(
    "options, pairs",
    [
        (["--match", "6/6"], ["U2+U1", "U2+U5", "U1+U5"]),
        (["--match", "8/8"], ["U1+U5"]),
        (["--match", "6/6", "--min-tnc", "2.5"], ["U2+U1"]),
        (["--match", "6/6", "--min-cd34", "2"], ["U2+U5"]),
        (["--match", "6/6", "--min-total-tnc", "5"], ["U2+U1", "U2+U5"]),
        (["--match", "6/6", "--min-total-tnc", "6.01"], ["U2+U1"]),
        (["--match", "6/6", "--where", "abo in ('A', 'B')"], ["U1+U5"]),
        (["--match", "6/6", "--top", "2"], ["U2+U1", "U2+U5"]),
        (["--match", "6/6", "--threads", "2"], ["U2+U1", "U2+U5", "U1+U5"]),
        (
            ["--match", "6/6", "--min-tnc", "none", "--min-cd34", "none"],
            ["U2+U1", "U2+U5", "U1+U5", "U2+U6", "U1+U6", "U5+U6"],
        ),
        # Pairs with one mismatch, totals of 10, 8.67 and 8: in one band the lower dose decides.
        (["--match", "5/6", "--where", "branch = '杭州' or abo = 'A'"], ["U1+U5", "U1+U3", "U5+U3"]),
    ],
)
def test_options_of_two_units(files, tmp_path, options, pairs):
    assert listed_pairs(files, tmp_path, *options) == pairs


def test_dose_bands(tmp_path):
    rows = "".join(
        f"{id},cord,{TYPED},{tnc},{abo}\n"
        for id, tnc, abo in (("X", 99, "O"), ("Y", 90, "A"), ("Z", 96, "A"))
    )
    patients = donors_of(tmp_path, PATIENTS, "p.csv")
    files = ["--donors", donors_of(tmp_path, "id,type,A,B,C,DRB1,tnc,abo\n" + rows), "--patients", patients]
    assert listed_pairs(files, tmp_path, "--dose-band", "10") == ["Z+Y", "X+Z", "X+Y"]  # the blood group
    assert listed_pairs(files, tmp_path, "--dose-band", "0.01") == ["X+Z", "X+Y", "Z+Y"]  # the dose


@pytest.mark.parametrize(
    "ending", ["csv", "tsv", "json", "jsonl", "csv.gz", "tsv.gz", "json.gz", "jsonl.gz", "parquet"]
)
def test_files_of_pairs(files, tmp_path, ending):
    path = tmp_path / f"pairs.{ending}"
    out = cord(*files, "--double", "--match", "6/6", "--out", path)
    assert f"3 rows written to {path}" in out and "Patient P1" not in out
    rows = rows_in(path)
    assert list(rows[0]) == PAIR_COLUMNS
    assert [(row["first_id"], row["second_id"], int(row["rank"])) for row in rows] == [
        ("U2", "U1", 1), ("U2", "U5", 2), ("U1", "U5", 3),
    ]  # fmt: skip
    assert float(rows[1]["total_tnc_per_kg"]) == pytest.approx(6) and int(rows[1]["abo_not_identical"]) == 2


@pytest.mark.parametrize("ending", ["csv", "tsv", "json", "jsonl", "csv.gz", "parquet"])
@pytest.mark.parametrize("double", [[], ["--double"]])
def test_nobody(files, tmp_path, ending, double):
    patients = donors_of(tmp_path, "id,A,B,DRB1\n", "nobody.csv")
    path = tmp_path / f"pairs.{ending}"
    assert "for 0 patients" in cord(*files[:3], patients, *double, "--out", path)
    assert rows_in(path) == []
    assert "for 0 patients" in cord(*files[:3], patients, *double)


def rows_in(path):
    if path.suffix == ".parquet":
        import pyarrow.parquet

        return pyarrow.parquet.read_table(path).to_pylist()
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    if ".jsonl" in path.name:
        return [json.loads(line) for line in text.splitlines()]
    if ".json" in path.name:
        return json.loads(text)
    return list(csv.DictReader(text.splitlines(), delimiter="\t" if ".tsv" in path.name else ","))


def test_summary_of_two_units(files, tmp_path):
    summary = json.loads(cord(*files, "--double", "--min-total-tnc", "4", "--json"))
    assert summary["match"] == "4/6" and summary["out"] is None
    assert summary["least_doses"] == {
        "min_tnc_per_kg": 1.5, "min_cd34_per_kg": 1.0, "min_total_tnc_per_kg": 4.0,
    }  # fmt: skip
    assert summary["pairs"] == {"patients": 2, "patients_without_pair": 1, "pairs_found": 10, "rows": 0}
    assert {"search", "total"} <= set(summary["seconds"])


def test_the_best_ten_are_shown(files):
    out = cord(*files, "--double", "--min-tnc", "none", "--min-cd34", "none")
    assert "15 pairs of 6 cord units, the best 10 shown" in out
    out = cord(*files, "--double", "--min-tnc", "none", "--min-cd34", "none", "--top", "12")
    assert "the best 12 shown" in out and "TNC any, CD34 any\n" in out


# -- what does not fit ------------------------------------------------


@pytest.mark.parametrize(
    "options, told",
    [
        (["--match", "10/10"], "such as 4/6 or 7/8"),
        (["--match", "7/6"], "match"),
        (["--min-tnc", "x"], "expected a number, guideline or none"),
        (["--min-cd34", ""], "expected a number, guideline or none"),
        (["--min-tnc=-1"], "min_tnc_per_kg"),
        (["--min-cd34", "nan"], "min_cd34_per_kg"),
        (["--min-tnc", "inf"], "min_tnc_per_kg"),
        (["--min-total-tnc", "5"], "--min-total-tnc needs --double"),
        (["--dose-band", "2"], "--dose-band needs --double"),
        (["--lang", "zh"], "--report"),
        (["--fallback", "X"], "--frequencies"),
        (["--normalise"], "--normalise needs --frequencies"),
        (["--rank", "best"], "rank"),
        (["--where", "shoe_size = 3"], "shoe_size"),
        (["--top", "0"], "top"),
        (["--on", "yesterday"], "on"),
        (["--tce-version", "V9"], "V9"),
        (["--double", "--match", "9/8"], "match"),
        (["--double", "--rank", "hla_only"], "--rank cannot stand beside --double"),
        (["--double", "--report", "r.html"], "--report cannot stand beside --double"),
        (["--double", "--lang", "zh"], "--lang cannot stand beside --double"),
        (["--double", "--frequencies", "builtin"], "--frequencies cannot stand beside --double"),
        (["--double", "--fallback", "X"], "--fallback cannot stand beside --double"),
        (["--double", "--normalise"], "--normalise cannot stand beside --double"),
        (["--double", "--also", "C"], "--also cannot stand beside --double"),
        (["--double", "--tce-version", "V2"], "--tce-version cannot stand beside --double"),
        (["--double", "--dose-band", "0"], "--dose-band: "),
        (["--double", "--dose-band", "nan"], "--dose-band: "),
        (["--double", "--dose-band=-1"], "--dose-band: "),
        (["--double", "--min-total-tnc=-1"], "min_total_tnc_per_kg"),
        (["--double", "--min-total-tnc", "inf"], "min_total_tnc_per_kg"),
        (["--double", "--min-tnc=-1"], "min_tnc_per_kg"),
        (["--double", "--where", "sex ="], "where"),
        (["--double", "--on", "yesterday"], "on"),
        (["--out", "m.xls"], "m.xls"),
        (["--double", "--out", "m.xls"], "m.xls"),
        (["--double", "--out", "m.parquet.gz"], "m.parquet.gz"),
        (["--out", "no/such/m.csv"], "no/such/m.csv"),
        (["--double", "--out", "no/such/m.csv"], "no/such/m.csv"),
        (["--double", "--import-report", "r.xls"], "r.xls"),
        (["--max-mismatches", "1"], "max-mismatches"),
    ],
)
def test_options_that_do_not_fit(files, tmp_path, options, told):
    assert told in refused("cord", *files[:4], *options, cwd=tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["d.csv", "p.csv"]


@pytest.mark.parametrize("double", [[], ["--double"]])
def test_patients_without_weight(files, tmp_path, double):
    patients = donors_of(tmp_path, UNWEIGHED, "unweighed.csv")
    arguments = [*files[:3], patients, *double]
    told = refused("cord", *arguments)
    assert "unweighed.csv: no weight_kg of patient 'P1' and 1 more" in told
    assert "--min-tnc none --min-cd34 none" in told
    none = ["--min-tnc", "none", "--min-cd34", "none"]
    out = cord(*arguments, *none)
    assert "U6" in out and "TNC any, CD34 any\n" in out
    refused("cord", *arguments, *none[:2])
    if double:
        refused("cord", *arguments, *none, "--min-total-tnc", "1")
        cord(*arguments, *none, "--out", tmp_path / "m.csv")
        assert {row["total_tnc_per_kg"] for row in rows_of(tmp_path / "m.csv")} == {""}


@pytest.mark.parametrize("double", [[], ["--double"]])
def test_a_weight_of_nothing_is_no_weight(files, tmp_path, double):
    patients = donors_of(tmp_path, f"id,A,B,C,DRB1,weight_kg\nP1,{TYPED},0\n", "p0.csv")
    assert "weight_kg: no weight above 0 of patient 'P1', and" in refused(
        "cord", *files[:3], patients, *double
    )


def without(*columns):
    rows = [row.split(",") for row in UNITS.splitlines()]
    kept = [i for i, name in enumerate(rows[0]) if name not in columns]
    return "".join(",".join(row[i] for i in kept) + "\n" for row in rows)


@pytest.mark.parametrize("double", [[], ["--double"]])
def test_missing_columns(files, tmp_path, double):
    untyped = donors_of(tmp_path, without("type"), "untyped.csv")
    told = refused("cord", "--donors", untyped, *files[2:], *double)
    assert "no field type" in told and "cord (or C)" in told
    uncounted = ["--donors", donors_of(tmp_path, without("tnc", "cd34", "abo"), "uncounted.csv"), *files[2:]]
    out = cord(*uncounted, *double)
    assert "TNC any (no counts in the file), CD34 any (no counts in the file)" in out and "U6" in out
    assert "no field tnc" in refused("cord", *uncounted, *double, "--min-tnc", "2")
    assert "no field cd34" in refused("cord", *uncounted, *double, "--min-cd34", "2")
    only_tnc = ["--donors", donors_of(tmp_path, without("cd34"), "tnc.csv"), *files[2:]]
    assert "x 10^7/kg, CD34 any (no counts in the file)" in cord(*only_tnc, *double)


@pytest.mark.parametrize("double", [[], ["--double"]])
def test_no_cord_unit_at_all(files, tmp_path, double):
    said = "none of the donors is a cord unit (type cord)\n"
    adults = donors_of(tmp_path, re.sub(",(cord|C),", ",adult,", UNITS), "adults.csv")
    assert said in cord("--donors", adults, *files[2:], *double)
    assert said not in cord(*files, *double, "--where", "id = 'nobody'")


@pytest.mark.parametrize("double", [[], ["--double"]])
def test_refused_rows(files, tmp_path, double):
    bad = donors_of(tmp_path, UNITS + "U7,cord,02:0l+24:02,07:02+46:01,,09:01+15:01,100,6,A,,\n", "bad.csv")
    report = tmp_path / "r.csv"
    arguments = ["cord", "--donors", bad, *files[2:], *double, "--import-report", report]
    code, out, _ = call(*arguments)
    assert code == 3 and "8 rows read, 7 taken, 1 refused" in out and "U2" in out
    assert [row["id"] for row in rows_of(report)] == ["U7"]
    path = tmp_path / "m.csv"
    code, out, err = call(*arguments, "--strict", "--out", path)
    assert (code, out) == (3, "") and "nothing was done" in err and not path.exists()


def test_more_patients_than_are_shown(files, tmp_path):
    rows = "".join(f"P{i},{TYPED},30\n" for i in range(53))
    patients = donors_of(tmp_path, "id,A,B,C,DRB1,weight_kg\n" + rows, "many.csv")
    for double in ([], ["--double"]):
        out = cord(*files[:3], patients, *double)
        assert ".. and 3 more patients; --out F writes all" in out and "Patient P50" not in out


def test_help():
    out = " ".join(cord("--help").split())
    assert "2020;26:2190-2196" in out and "default: 2.5, with --double 1.5" in out
    assert "default: 1.5, with --double 1.0" in out
    assert "cord" in call("--help")[1]
