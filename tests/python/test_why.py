# SPDX-License-Identifier: Apache-2.0
"""Why a donor is on a list or not: each kind of reason by hand, and the command."""

import json

import allomatch as am
import pytest
from command import call, donors_of, refused
from conftest import DONORS, PATIENTS, write_rows

ON = "2025-01-01"


@pytest.fixture
def registry(tmp_path):
    return am.Registry.from_csv(write_rows(tmp_path / "d.csv", DONORS))


@pytest.fixture
def asked(registry, tmp_path):
    """Of patient P1: D1 fits, D2 and 捐献者三 have a mismatch at A, D4 has two at every locus."""
    patients, _ = am.read_patients(write_rows(tmp_path / "p.csv", PATIENTS), registry.nomenclature)

    def ask(donor, **options):
        return registry.why(patients[0], donor, **{"loci": "6/6", "on": ON, **options})

    return ask


def at(count, letters):
    return {"count": count, "letters": letters}


def too_many(count, limit, **loci):
    return {"kind": "max_mismatches", "count": count, "limit": limit, "loci": loci}


def too_few(count, limit, **loci):
    return {"kind": "min_mismatches", "count": count, "limit": limit, "loci": loci}


def over(locus, limit, count, letters):
    return {"kind": "limit", "locus": locus, "limit": limit, **at(count, letters)}


def fails(condition, **values):
    return {"kind": "where", "condition": condition, "unknown": None in values.values(), "values": values}


# -- each kind of reason ------------------------------------------------


def test_listed(asked):
    found = asked("D2", max_mismatches=1)
    assert (found.listed, found.rank, found.total, found.reasons) == (True, 2, 3, ())
    assert found.words == "Donor D2 is listed for patient P1, rank 2 of 3."


REASONS = [
    ("D2", {}, [too_many(1, 0, A=at(1, "AM"))], ["1 mismatch, none allowed (A AM)"]),
    (
        "D4",
        {"max_mismatches": 2},
        [too_many(6, 2, A=at(2, "MM"), B=at(2, "MM"), DRB1=at(2, "MM"))],
        ["6 mismatches, at most 2 allowed (A MM, B MM, DRB1 MM)"],
    ),
    (
        "捐献者三",
        {"direction": "gvh"},
        [too_many(1, 0, A=at(1, "AM"))],
        ["1 GvH mismatch, none allowed (A AM)"],
    ),
    (
        "捐献者三",
        {"direction": "hvg", "exactly": 1},
        [too_few(0, 1)],
        ["no HvG mismatch, at least 1 asked for"],
    ),
    (
        "D2",
        {"max_mismatches": 4, "min_mismatches": 2},
        [too_few(1, 2, A=at(1, "AM"))],
        ["1 mismatch, at least 2 asked for (A AM)"],
    ),
    (
        "D4",
        {"max_mismatches": 6, "limits": {"DRB1": 1, "A": 0, "B": 2}},
        [over("A", 0, 2, "MM"), over("DRB1", 1, 2, "MM")],
        ["2 mismatches at A, none allowed there (MM)", "2 mismatches at DRB1, at most 1 allowed there (MM)"],
    ),
    (
        "D2",
        {"accept": ["B"]},
        [over("A", 0, 1, "AM")],
        ["1 mismatch at A, none allowed there (AM)"],
    ),
    (
        "D2",
        {"max_mismatches": 1, "where": "sex = 'M' and (age < 40 and branch = '杭州')"},
        [fails("sex = 'M'", sex="F"), fails("age < 40", age="44")],
        ["sex = 'M' does not hold (sex is F)", "age < 40 does not hold (age is 44)"],
    ),
    (
        "捐献者三",
        {"max_mismatches": 1, "where": "cmv='N' or sex='M' and id='D1'"},
        [fails("cmv='N' or sex='M' and id='D1'", cmv=None, sex=None, id="捐献者三")],
        ["cmv='N' or sex='M' and id='D1' is not known (cmv is missing, sex is missing, id is 捐献者三)"],
    ),
    (
        "D2",
        {"where": "sex = 'M'", "limits": {"A": 0}},
        [too_many(1, 0, A=at(1, "AM")), over("A", 0, 1, "AM"), fails("sex = 'M'", sex="F")],
        [
            "1 mismatch, none allowed (A AM)",
            "1 mismatch at A, none allowed there (AM)",
            "sex = 'M' does not hold (sex is F)",
        ],
    ),
]


@pytest.mark.parametrize(("donor", "options", "reasons", "words"), REASONS)
def test_not_listed(asked, donor, options, reasons, words):
    found = asked(donor, **options)
    told = [{name: value for name, value in one.items() if name != "words"} for one in found.reasons]
    assert (found.listed, found.rank, told) == (False, None, reasons)
    assert [one["words"] for one in found.reasons] == words
    assert found.words == f"Donor {donor} is not listed for patient P1: {'; '.join(words)}."


def test_cut_by_top(asked):
    found = asked("捐献者三", max_mismatches=1, top=2)
    assert (found.listed, found.rank, found.total) == (False, 3, 3)
    words = "rank 3 of 3, and the list ends at 2"
    assert found.reasons == ({"kind": "top", "rank": 3, "total": 3, "limit": 2, "words": words},)
    assert asked("D2", max_mismatches=1, top=2).listed
    assert not asked("D1", top=0).listed


def test_antigens_of_cord_units(asked):
    assert asked("D2", antigen_level=["A"]).reasons[0]["loci"] == {"A": at(1, "AM")}
    assert asked("D2", antigen_level=["A"], max_mismatches=1).listed


@pytest.mark.parametrize(
    ("options", "column"),
    [
        ({"where": "shoe_size = 43"}, "where"),
        ({"where": "p0 > 0.5"}, "where"),
        ({"min_mismatches": 1}, "min_mismatches"),
        ({"rank": ["shoe_size"]}, "rank"),
        ({"fallback": ["pop"]}, "fallback"),
    ],
)
def test_options_that_do_not_fit(asked, options, column):
    with pytest.raises(am.FormatError) as error:
        asked("D1", **options)
    assert error.value.column == column


def test_errors(registry, asked):
    with pytest.raises(KeyError, match="D9"):
        asked("D9")
    with pytest.raises(TypeError):
        asked("D1", shoe_size=43)
    stranger = am.Patient("P", {"A": ("01:01", "02:01")}, am.Nomenclature.names())
    with pytest.raises(am.FormatError, match="another nomenclature"):
        registry.why(stranger, "D1")


# -- the command ------------------------------------------------


def why(people, donor, *options, patient="P1"):
    return ["why", *people, "--donor", donor, "--patient", patient, "--on", ON, *options]


def test_command(people):
    code, out, err = call(*why(people, "D2", "--max-mismatches", "1"))
    assert (code, out, err) == (0, "Donor D2 is listed for patient P1, rank 2 of 3.\n", "")
    code, out, err = call(*why(people, "D2", "--limit", "A=0", "--where", "age < 40 and id != 'D4'"))
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "Patient P1: 1 donor; D2 is not among them:",
        "  - 1 mismatch, none allowed (A AM)",
        "  - 1 mismatch at A, none allowed there (AM)",
        "  - age < 40 does not hold (age is 44)",
        "A certain, P potential, L allele mismatch, M antigen mismatch, - not typed",
    ]
    code, out, err = call(*why(people, "捐献者三", "--max-mismatches", "1", "--top", "1"))
    assert out.splitlines() == [
        "Patient P1: 3 donors, the best 1 listed; 捐献者三 is not among them:",
        "  - rank 3 of 3, and the list ends at 1",
    ]


def test_command_as_json(people):
    code, out, err = call(*why(people, "捐献者三", "--where", "sex = 'M'", "--json"))
    found = json.loads(out)
    assert (code, err, found["listed"], found["rank"], found["total"]) == (0, "", False, None, 1)
    assert (found["donor_id"], found["patient_id"]) == ("捐献者三", "P1")
    assert [one["kind"] for one in found["reasons"]] == ["max_mismatches", "where"]
    assert found["reasons"][0]["loci"] == {"A": at(1, "AM")}
    assert found["reasons"][1]["values"] == {"sex": None} and found["words"].endswith("(sex is missing).")
    assert json.loads(call(*why(people, "D1", "--json"))[1])["rank"] == 1


def test_command_takes_the_options_of_search(people):
    """All that decides who is listed; not what only says where results go."""
    options = {line.split()[0] for line in call("search", "--help")[1].splitlines() if line[:4] == "  --"}
    own = {line.split()[0] for line in call("why", "--help")[1].splitlines() if line[:4] == "  --"}
    kept = {"--keep", "--standing", "--actor"}
    assert options - own == {"--out", "--report", "--lang", "--import-report"} | kept
    assert own - options == {"--patient", "--donor"}


def test_command_with_frequencies(people):
    options = ["--frequencies", "builtin", "--loci", "A,B,DRB1", "--where", "p0 > 0.5"]
    code, out, err = call(*why(people, "D4", *options))
    assert (code, err) == (0, "")
    assert "  - p0 > 0.5 does not hold (p0 is 0)" in out.splitlines()


def test_refused_rows_elsewhere(people, tmp_path):
    donors = donors_of(tmp_path, "id,A_1,A_2\nD1,01:01,02:01\nD2,1,02:01\nD2,01:01,02:01\nD2,01:01,02:01\n")
    people = ["--donors", donors, *people[2:], "--loci", "A"]
    code, out, err = call(*why(people, "D1"))
    assert code == 3 and "rank 1 of 2" in out
    assert err == "allomatch: 2 rows were refused; this pair is not among them\n"
    code, out, err = call(*why(people, "D1", "--json"))
    assert (code, err, json.loads(out)["rank"]) == (3, "", 1)
    code, out, err = call(*why(people, "D1", "--strict"))
    assert code == 3 and out == "" and "nothing was done" in err
    assert "rank 2 of 2" in call(*why(people, "D2"))[1]


@pytest.mark.parametrize("command", ["why", "explain"])
def test_rows_that_were_refused_or_are_not_there(people, tmp_path, command):
    donors = donors_of(tmp_path, "id,A_1,A_2\nD1,01:01,02:01\nD2,1:0l,02:01\n")
    patients = donors_of(tmp_path, "id,A_1,A_2\nP1,01:01,02:01\nP2,AA,02:01\n", "patients2.csv")
    files = [command, "--donors", donors, "--patients", patients, "--loci", "A"]
    err = refused(*files, "--donor", "D2", "--patient", "P1")
    assert "the row of donor 'D2' was refused" in err and "d.csv:3" in err and "1:0l" in err
    err = refused(*files, "--donor", "D1", "--patient", "P2")
    assert "the row of patient 'P2' was refused" in err and "patients2.csv:3" in err
    for donor, patient, told in (
        ("D3", "P1", "d.csv: no donor has the id 'D3'"),
        ("D1", "P3", "patients2.csv: no patient has the id 'P3'"),
        ("", "P1", "no donor has the id ''"),
        ("d1", "P1", "no donor has the id 'd1'"),
        ("D" * 100_000, "P1", "no donor has the id 'DDD"),
    ):
        assert told in refused(*files, "--donor", donor, "--patient", patient)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--where", "sex ="], "where"),
        (["--where", "shoe_size = 3"], "shoe_size"),
        (["--where", "p0 > 0.5"], "frequencies"),
        (["--exactly", "1", "--max-mismatches", "2"], "exactly"),
        (["--limit", "A=1", "--limit", "A=0"], "twice"),
        (["--limit", "C=1"], "limit"),
        (["--accept", "A", "--max-mismatches", "1"], "accept"),
        (["--rank", "best"], "rank"),
        (["--top", "0"], "top"),
        (["--direction", "up"], "direction"),
        (["--fallback", "pop"], "fallback"),
        (["--out", "x.csv"], "--out"),
    ],
)
def test_wrong_options(people, options, told):
    assert told in refused(*why(people, "D1", *options))


def test_hostile_values(people, tmp_path):
    """Fields with control characters, and endless conditions, end in short lines."""
    donors = donors_of(tmp_path, 'id,A_1,A_2,branch\nD1,01:01,02:01,"a\x1b[31m\nb"\n')
    people = ["--donors", donors, *people[2:], "--loci", "A"]
    code, out, _ = call(*why(people, "D1", "--where", "branch = 'x'"))
    assert code == 0 and "\x1b" not in out and out.count("\n") == 2
    long = " or ".join(["branch = 'x'"] * 5000)
    code, out, _ = call(*why(people, "D1", "--where", long))
    assert code == 0 and len(out) < 1000
    found = json.loads(call(*why(people, "D1", "--where", long, "--json"))[1])
    assert found["reasons"][0]["condition"] == long
