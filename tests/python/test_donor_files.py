# SPDX-License-Identifier: Apache-2.0
"""Donor files of Atlas (JSON) and WMDA (XML) where a CSV could be: Registry.from_csv and --donors."""

import gzip
import json

import allomatch as am
import pytest
from command import call, donors_of, refused, rows_of

TYPED = {"a": ("01:01", "02:01"), "b": ("07:02", "08:01"), "drb1": ("15:01", "03:01")}
CSV = "id,A_1,A_2,B_1,B_2,DRB1_1,DRB1_2\n" + "".join(
    f"D{n}," + ",".join(f"{one},{two}" for one, two in TYPED.values()) + "\n" for n in (1, 2)
)


def atlas(*donors, mode="full"):
    return json.dumps({"updateMode": mode, "donors": donors}, indent=1)


def donor(name, change="N"):
    hla = {locus: {"dna": {"field1": one, "field2": two}} for locus, (one, two) in TYPED.items()}
    return {
        "recordId": name,
        "changeType": change,
        "donorType": "D",
        "donPool": "1",
        "ethn": None,
        "hla": hla,
    }


def wmda(*names):
    hla = "".join(
        f"<{locus.upper()}><DNA><FIELD1>{one}</FIELD1><FIELD2>{two}</FIELD2></DNA></{locus.upper()}>"
        for locus, (one, two) in TYPED.items()
    )
    donors = "".join(f"<DONOR><GRID>{name}</GRID><HLA>{hla}</HLA></DONOR>\n" for name in names)
    inventory = '<INVENTORY UPDATE_MODE="FULL" SCHEMA_VERSION="2.3">'
    return f"<INVENTORIES>{inventory}\n{donors}</INVENTORY></INVENTORIES>"


@pytest.mark.parametrize("text", [atlas(donor("D1"), donor("D2")), wmda("D1", "D2")], ids=["atlas", "wmda"])
@pytest.mark.parametrize("packed", [False, True])
def test_the_same_list_as_from_csv(tmp_path, patients_file, text, packed):
    other = gzip.compress(text.encode()) if packed else text.encode()
    options = ["--patients", patients_file, "--loci", "A,B,DRB1", "--max-mismatches", "6"]
    found = []
    for content in (CSV.encode(), other):
        donors = donors_of(tmp_path, content)
        code, _, err = call("search", "--donors", donors, *options, "--out", tmp_path / "m.csv")
        assert (code, err) == (0, "")
        found.append(rows_of(tmp_path / "m.csv"))
    assert found[0] == found[1] and {row["donor_id"] for row in found[0]} == {"D1", "D2"}


def test_deleted_donors_are_refused_rows(tmp_path, patients_file):
    donors = donors_of(tmp_path, atlas(donor("D1"), donor("D2", "D"), mode="diff"), "d.json")
    code, _, _ = call("search", "--donors", donors, "--patients", patients_file, "--out", tmp_path / "m.csv")
    assert code == 3
    pool = am.Registry.from_csv(donors)
    assert len(pool) == 1
    assert [problem["reason"] for problem in pool.report.problems] == [
        "the file deletes donor D2, a listing has nothing to delete it from"
    ]
    with pytest.raises(am.FormatError):
        am.Registry.from_csv(donors, strict=True)


@pytest.mark.parametrize(
    "text, told",
    [
        (atlas(donor("D1"))[:-9], "the file ends inside a value"),
        (atlas(donor("D1"), mode="check"), "updateMode is check"),
        ("[]", "an object with updateMode and donors"),
        (wmda("D1")[:-9], "ends too early"),
        (wmda("D1").replace("2.3", "2.4"), "SCHEMA_VERSION"),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><INVENTORIES/>", "document type definition"),
    ],
)
def test_files_that_cannot_be_read(tmp_path, patients_file, text, told):
    donors = donors_of(tmp_path, text, "donors.x")
    err = refused("search", "--donors", donors, "--patients", patients_file, "--out", tmp_path / "m.csv")
    assert "donors.x:" in err and told in err
    assert not (tmp_path / "m.csv").exists()
