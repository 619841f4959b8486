# SPDX-License-Identifier: Apache-2.0
"""The Python package as its users call it."""

import datetime
import importlib.util
import json

import allomatch as am
import pytest
from conftest import DONORS, PATIENTS, write_rows

LOCI = ["A", "B", "DRB1"]
ON = datetime.date(2025, 1, 1)


def frame_of(kind, rows):
    module = pytest.importorskip(kind, reason=f"needs {kind}: pip install 'allomatch[frames]'")
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    if kind == "pyarrow":
        return module.table(columns)
    return module.DataFrame(columns)


@pytest.fixture
def registry(donors_file):
    return am.Registry.from_csv(donors_file)


@pytest.fixture
def patients(patients_file):
    return am.read_patients(patients_file)[0]


# -- nomenclature ------------------------------------------------


def test_builtin_and_names():
    builtin, names = am.Nomenclature.builtin(), am.Nomenclature.names()
    assert builtin.allele_count > 900 and builtin.class_count > 300 and not builtin.names_only
    assert names.names_only and am.Nomenclature.open("names").names_only
    assert am.Nomenclature.open("builtin").version == builtin.version


def test_loading_a_real_release(real_release):
    assert real_release.version == "3.58.0"
    assert real_release.allele_count > 38_000
    assert real_release.p_group_count > 1_000 and real_release.g_group_count > 600


def test_a_missing_release_is_named(tmp_path):
    with pytest.raises(am.FormatError, match="keiner-da"):
        am.Nomenclature.load(tmp_path / "keiner-da")


def test_mac_table():
    table = am.MacTable.from_text("CODE\tSUBTYPE\n\nAB\t01/02\nGFJM\t02:01/03:01\n")
    assert len(table) == 2 and table.find("AB") == "01/02" and table.find("XY") is None
    read = am.read_typing("A*01:AB", mac=table)
    assert "A*01:01P" in read["classes"] and len(read["classes"]) == 2
    with pytest.raises(am.FormatError):
        am.MacTable.from_text("nothing of the kind")


# -- typings ------------------------------------------------


def test_read_typing():
    read = am.read_typing("A*02:01")
    assert read["locus"] == "A" and read["classes"] == ["A*02:01P"] and read["serology"] == ["A2"]
    assert read["null"] is False and all(name.startswith("A*02:01") for name in read["alleles"])
    assert am.read_typing("24:09N", locus="A")["null"] is True
    assert am.read_typing("2", locus="A", serology=True)["serology"][0] == "A2"
    pair = am.read_typing("A*01:01+A*24:02|A*01:02+A*24:03")["alternatives"]["A"]
    assert len(pair) == 2 and pair[0] == [["A*01:01P"], ["A*24:02P"]]


@pytest.mark.parametrize("text, suggestion", [("A*02:0l", "A*02:01"), ("a*02:01", "A*02:01")])
def test_typing_errors_have_fields(text, suggestion):
    with pytest.raises(am.TypingError) as caught:
        am.read_typing(text)
    error = caught.value
    assert isinstance(error, ValueError) and isinstance(error, am.InputError)
    assert error.text == text and error.suggestion == suggestion and error.reason
    assert suggestion in str(error)


def test_unknown_locus():
    with pytest.raises(am.FormatError) as caught:
        am.read_typing("02:01", locus="E")
    assert caught.value.column == "locus" and caught.value.text == "E"


# -- people ------------------------------------------------


def test_from_csv(registry):
    assert len(registry) == 4 and "D1" in registry and "nobody" not in registry and 7 not in registry
    assert {"birth_date", "sex", "cmv", "branch"} <= set(registry.fields)
    assert list(registry.loci()) == LOCI
    assert registry.loci()["A"]["typed"] == 4
    donor = registry.donor("捐献者三")
    assert donor["branch"] == 'İzmir, "Ege"' and donor["typings"]["B"] == "08:01 + 07:02"
    with pytest.raises(KeyError):
        registry.donor("nobody")
    memory = registry.memory()
    assert memory["total"] >= memory["typings"] > 0
    assert "4 donors" in repr(registry)


@pytest.mark.parametrize("kind", ["pandas", "polars", "pyarrow"])
def test_from_frame_equals_from_csv(kind, registry, patients):
    frame = am.Registry.from_frame(frame_of(kind, DONORS))
    assert len(frame) == len(registry) and frame.report.rows_taken == 4
    assert [frame.donor(row["id"]) for row in DONORS] == [registry.donor(row["id"]) for row in DONORS]
    people, report = am.read_patients(frame_of(kind, PATIENTS))
    assert report.rows_taken == 2 and [p.id for p in people] == ["P1", "患者二"]
    for from_frame, from_file in zip(people, patients, strict=True):
        ours = frame.search(from_frame, loci=LOCI, max_mismatches=6, on=ON)
        theirs = registry.search(from_file, loci=LOCI, max_mismatches=6, on=ON)
        assert [m.donor_id for m in ours] == [m.donor_id for m in theirs] and len(ours) == 4


def test_frames_with_numbers_dates_and_missing_values():
    polars = pytest.importorskip("polars", reason="needs polars: pip install 'allomatch[frames]'")
    frame = polars.DataFrame(
        {
            "id": [11, 12],
            "A_1": ["01:01", None],
            "A_2": ["02:01", None],
            "birth_date": [datetime.date(1990, 5, 6), None],
            "weight_kg": [70.5, None],
        }
    )
    registry = am.Registry.from_frame(frame)
    assert registry.donor("11") == {
        "id": "11",
        "typings": {"A": "01:01 + 02:01"},
        "birth_date": "1990-05-06",
        "weight_kg": "70.5",
    }
    assert registry.donor("12") == {"id": "12", "typings": {}}


def test_what_is_no_frame():
    with pytest.raises(am.FormatError, match="__arrow_c_stream__"):
        am.Registry.from_frame([1, 2, 3])


def test_patient_in_all_ways():
    ways = [
        am.Patient("P", {"A": ("01:01", "02:01"), "B": ["08:01", None]}),
        am.Patient("P", {"A_1": "01:01", "A_2": "02:01", "B_1": "08:01"}),
        am.Patient("P", A=("01:01", "02:01"), B=("08:01",)),
        am.Patient("P", {"gl": "A*01:01+A*02:01^B*08:01"}),
        am.Patient("P", {"A": "A*01:01+A*02:01", "B": "B*08:01"}),
    ]
    registry = am.Registry.from_frame(frame_of("pyarrow", DONORS))
    found = [
        [(m.donor_id, m.letters) for m in registry.search(p, loci="A,B", max_mismatches=4, on=ON)]
        for p in ways
    ]
    assert all(one == found[0] for one in found) and len(found[0]) == 4
    patient = am.Patient("患", A=("01:01", "02:01"), sex="F", cmv="N", birth_date="1990-01-01")
    assert patient.fields == {"sex": "F", "cmv": "N", "birth_date": "1990-01-01"}
    assert "患" in repr(patient) and patient.warnings == []


def test_patient_errors():
    with pytest.raises(am.TypingError) as caught:
        am.Patient("P", A=("02:0l", "01:01"))
    assert caught.value.column == "A_1" and caught.value.text == "02:0l"
    with pytest.raises(am.FormatError):
        am.Patient("", A=("02:01", "01:01"))
    with pytest.raises(am.FormatError):
        am.Patient("P", {"Q": ("02:01", "01:01")})
    with pytest.raises(am.FormatError):
        am.Patient("P", A=("02:01", "01:01"), sex="X")
    with pytest.raises(am.FormatError):
        am.Patient("P", A=("02:01", "01:01"), nulls="sometimes")


def test_refused_rows_are_accounted_for(tmp_path):
    rows = [
        {"id": "1", "A_1": "01:01", "A_2": "02:0l", "sex": "F"},
        {"id": "2", "A_1": "01:01", "A_2": "02:01", "sex": "woman"},
        {"id": "3", "A_1": "01:01", "A_2": "02:01", "sex": "F"},
        {"id": "3", "A_1": "01:01", "A_2": "02:01", "sex": "F"},
        {"id": "", "A_1": "01:01", "A_2": "02:01", "sex": "F"},
        {"id": "x" * 65, "A_1": "01:01", "A_2": "02:01", "sex": "F"},
    ]
    path = write_rows(tmp_path / "d.csv", rows)
    report = am.Registry.from_csv(path).report
    assert (report.rows_read, report.rows_taken, report.rows_refused) == (6, 1, 5)
    assert {problem["row"] for problem in report.problems} >= {2, 3, 5, 6, 7}
    first = report.problems[0]
    assert first["row"] == 2 and first["column"] == "A_2" and first["id"] == "1" and first["text"] == "02:0l"
    assert first["suggestion"] and first["reason"] and "d.csv:2" in first["message"]
    duplicate = next(p for p in report.problems if p["row"] == 5)
    assert "4" in duplicate["message"]  # both places are named
    with pytest.raises(am.FormatError) as caught:
        am.Registry.from_csv(path, strict=True)
    assert caught.value.row == 2 and caught.value.column == "A_2"
    report.write(tmp_path / "report.jsonl")
    lines = (tmp_path / "report.jsonl").read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if json.loads(line)["kind"] == "refused"]) == len(report.problems)


def test_progress_and_what_it_raises(donors_file):
    calls = []
    am.Registry.from_csv(donors_file, progress=calls.append)
    assert calls == sorted(calls)

    registry = am.Registry.from_csv(donors_file)
    patients = [am.Patient("P", A=("01:01", "02:01"))] * 3
    done = []
    registry.search_many(patients, loci="A", progress=done.append)
    assert done[-1] == 3


# -- searching ------------------------------------------------


def test_search_and_matches(registry, patients):
    matches = registry.search(patients[0], loci=LOCI, max_mismatches=2, on=ON)
    assert [m.donor_id for m in matches] == ["D1", "D2", "捐献者三"]
    assert len(matches) == matches.total == 3 and matches.loci == LOCI
    best, last = matches[0], matches[-1]
    assert best.rank == 1 and best.mismatches == best.mismatches_max == 0
    assert best.letters == {"A": "AA", "B": "AA", "DRB1": "AA"} and best.reason == ""
    assert "mismatch" in matches[1].reason and (matches[1].gvh, matches[1].hvg) == (1, 1)
    assert (last.donor_id, last.mismatches, last.gvh, last.hvg) == ("捐献者三", 1, 1, 0)
    assert last.letters["DRB1"].count("P") == 1 and last.mismatches_max == 2
    assert [m.donor_id for m in matches[1:]] == ["D2", "捐献者三"]
    assert best.donor()["sex"] == "M" and best.patient_id == "P1"
    with pytest.raises(IndexError):
        matches[3]
    assert "D1" in repr(best) and "P1" in repr(matches)


def test_top_exactly_where_limits(registry, patients):
    def found(**options):
        return [m.donor_id for m in registry.search(patients[0], loci=LOCI, on=ON, **options)]

    top = registry.search(patients[0], loci=LOCI, max_mismatches=6, top=1, on=ON)
    assert len(top) == 1 and top.total == 4
    assert found(exactly=1) == ["D2", "捐献者三"]
    assert found(max_mismatches=1, where="sex = 'F'") == ["D2"]
    assert found(max_mismatches=6, where="branch in ('宁波')") == ["D1", "D4"]
    assert found(max_mismatches=6, limits={"A": 0}) == ["D1"]
    assert found(max_mismatches=0, direction="hvg") == ["D1", "捐献者三"]


@pytest.mark.parametrize(
    "options, column",
    [
        ({"loci": "9/9"}, "loci"),
        ({"loci": "A,A"}, "loci"),
        ({"max_mismatches": 19}, "max_mismatches"),
        ({"max_mismatches": -1}, "max_mismatches"),
        ({"direction": "up"}, "direction"),
        ({"rank": "best"}, "rank"),
        ({"where": "sex ="}, "where"),
        ({"on": "yesterday"}, "on"),
        ({"limits": {"Q": 1}}, "limit"),
    ],
)
def test_options_that_do_not_fit(registry, patients, options, column):
    with pytest.raises(am.FormatError) as caught:
        registry.search(patients[0], **options)
    assert caught.value.column == column


def test_another_nomenclature_is_refused(registry):
    patient = am.Patient("P", A=("02:01", "01:01"), nomenclature=am.Nomenclature.names())
    with pytest.raises(am.FormatError, match="another nomenclature"):
        registry.search(patient)


def test_frames_of_results(registry, patients, tmp_path):
    table = registry.search_many(patients, loci=LOCI, max_mismatches=6, on=ON)
    assert len(table) == 2 and table[1].patient.id == "患者二"
    pytest.importorskip("pyarrow", reason="needs pyarrow: pip install 'allomatch[frames]'")
    arrow = table.to_arrow()
    fixed = ["patient_id", "donor_id", "rank", "mismatches", "mismatches_max", "gvh", "hvg"]
    assert arrow.column_names == [*fixed, *LOCI, "A_mm", "B_mm", "DRB1_mm", "b_leader"]
    rows = arrow.to_pylist()
    assert [(r["patient_id"], r["donor_id"], r["rank"]) for r in rows] == [
        (m.patient_id, m.donor_id, m.rank) for matches in table for m in matches
    ]
    if importlib.util.find_spec("pandas"):
        assert table.to_pandas()["donor_id"].tolist() == [r["donor_id"] for r in rows]
    if importlib.util.find_spec("polars"):
        assert table.to_polars()["mismatches"].to_list() == [r["mismatches"] for r in rows]
    import pyarrow.parquet

    table.write(tmp_path / "m.parquet")
    assert pyarrow.parquet.read_table(tmp_path / "m.parquet").to_pylist() == rows
    table.write(tmp_path / "m.json")
    assert json.loads((tmp_path / "m.json").read_text(encoding="utf-8")) == rows
    with pytest.raises(am.FormatError):
        table.write(tmp_path / "m.xls")
    assert sorted(p.name for p in tmp_path.glob("m.*")) == ["m.json", "m.parquet"]


def test_compare_and_explain(registry, patients):
    every = registry.compare(patients[0], loci=LOCI)
    assert [m.donor_id for m in every] == [row["id"] for row in DONORS]
    assert all(m.rank is None for m in every)
    a = every[1].explain()[0]
    assert a["locus"] == "A" and a["letters"] == every[1].letters["A"] and a["mismatches"] == 1
    assert a["positions"][0]["reason"] and len(a["positions"]) == 2
    with pytest.raises(KeyError):
        registry.explain(patients[0], "nobody", loci=LOCI)


def test_explain_keeps_the_counting_of_the_search():
    registry = am.Registry.from_frame(frame_of("pyarrow", [DONORS[3]]))
    patient = am.Patient("P", A=("01:01", "01:01"))
    for once, expected in ((False, 2), (True, 1)):
        match = registry.compare(patient, loci="A", homozygous_once=once)[0]
        assert match.mismatches == expected == match.explain()[0]["mismatches"]


def test_html(registry, patients):
    matches = registry.search(patients[0], loci=LOCI, max_mismatches=2, on=ON)
    html = matches._repr_html_()
    assert "捐献者三" in html and "<table" in html and "İzmir, &quot;Ege&quot;" in html
    table = registry.search_many(patients, loci=LOCI, max_mismatches=2, on=ON)._repr_html_()
    assert "患者二" in table and table.count("<tr>") == 3
    nothing = am.Registry.from_frame(frame_of("pyarrow", [DONORS[0] | {"id": "<b>&"}]))
    assert "&lt;b&gt;&amp;" in nothing.search(patients[0], loci=LOCI, on=ON)._repr_html_()
