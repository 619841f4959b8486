# SPDX-License-Identifier: Apache-2.0
"""People for the tests of reports: donors of every kind, and ids that try to break a page."""

import allomatch as am
from conftest import write_rows

ON = "2026-01-01"
LOCI = ("A", "B", "C", "DRB1", "DQB1", "DPB1")
HOSTILE = (
    "<script>alert(1)</script>",
    '"onmouseover="alert(2)',
    "'>&amp;{0}",
    "\u202egnp.exe",
    "مريض-12",
    "W" * 64,
)
_PATIENT = {
    "A": ("02:01", "24:02"),
    "B": ("40:01", "46:01"),
    "C": ("01:02", "07:02"),
    "DRB1": ("09:01", "15:01"),
    "DQB1": ("03:03", "06:02"),
    "DPB1": ("02:01", "05:01"),
}
# What differs from the patient, one after the other.
_VARIANTS = (
    {},
    {"A": ("02:01/02:06/02:07", "24:02"), "DPB1": ("", "")},
    {"A": ("02:07", "24:02")},
    {"B": ("40:01", "58:01")},
    {"C": ("", ""), "DQB1": ("", "")},
    {"DRB1": ("DR9", "DR15"), "DQB1": ("", ""), "DPB1": ("02:01", "04:01")},
    {"A": ("11:01", "24:02")},
    {"A": ("02:01", "02:06"), "DPB1": ("05:01", "05:01")},
)
_SEXES = (("M", ""), ("F", "0"), ("F", "2"), ("M", ""), ("", ""))
_CMV = ("N", "G", "", "neg")
_ABO = ("A", "B", "O", "AB", "")
_STATUS = ("AV", "AV", "AV", "TU", "OP")
_BRANCHES = ("Hangzhou", "宁波", "</style><img src=x onerror=alert(3)>", "")


def _person(id, typings):
    row = {"id": id}
    for locus in LOCI:
        row[f"{locus}_1"], row[f"{locus}_2"] = typings[locus]
    return row


def donor_rows(count):
    rows = []
    for i in range(count):
        row = _person(f"D{i:04}", _PATIENT | _VARIANTS[i % len(_VARIANTS)])
        sex, pregnancies = _SEXES[i % len(_SEXES)]
        row |= {
            "birth_date": "" if i % 11 == 10 else f"{1970 + i % 35}-0{1 + i % 9}-15",
            "sex": sex,
            "pregnancies": pregnancies,
            "cmv": _CMV[i % len(_CMV)],
            "abo": _ABO[i % len(_ABO)],
            "weight_kg": "" if i % 7 == 6 else str(50 + i % 40),
            "status": _STATUS[i % len(_STATUS)],
            "branch": _BRANCHES[i % len(_BRANCHES)],
        }
        rows.append(row)
    for row, id in zip(rows, HOSTILE, strict=False):
        row["id"] = id
    return rows


def patient_row(id="P1", **typings):
    return _person(id, _PATIENT | typings) | {
        "birth_date": "2001-06-02",
        "sex": "F",
        "cmv": "N",
        "abo": "A",
        "weight_kg": "61",
    }


def read(folder, donors, patients):
    """(registry, patients, both import reports)"""
    registry = am.Registry.from_csv(write_rows(folder / "donors.csv", donors))
    people, report = am.read_patients(write_rows(folder / "patients.csv", patients))
    return registry, people, [registry.report, report]


def options(**more):
    return {"loci": "10/10", "max_mismatches": 2, "on": ON, **more}
