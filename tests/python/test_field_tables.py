# SPDX-License-Identifier: Apache-2.0
"""Tables written out by hand: donor fields and cord units, cell by cell, for the slow model and the library.

Every table names its source; nothing here is computed by the model. Section numbers are those of the
specification's page on meaning.
"""

import datetime

import pytest
from clinical_tables import check_table, people, table

# -- CMV, blood groups ------------------------------------------------

# WMDA donor CMV codes: N IgG and IgM negative, G only IgG positive, M only IgM positive, B both positive,
# P IgG or IgM positive, H IgG positive and IgM not tested, O IgG negative and IgM not tested.
CMV = """
       N  G  M  B  P  H  O  neg  pos  blank
N      =  x  x  x  x  x  =  =    x    ?
G      x  =  =  =  =  =  x  x    =    ?
M      x  =  =  =  =  =  x  x    =    ?
B      x  =  =  =  =  =  x  x    =    ?
P      x  =  =  =  =  =  x  x    =    ?
H      x  =  =  =  =  =  x  x    =    ?
O      =  x  x  x  x  x  =  =    x    ?
neg    =  x  x  x  x  x  =  =    x    ?
pos    x  =  =  =  =  =  x  x    =    ?
blank  ?  ?  ?  ?  ?  ?  ?  ?    ?    ?
"""
# Section 8. Rows: the patient, columns: the donor; major where the donor's red cells carry an antigen that
# the patient lacks, minor where the patient has one that the donor lacks.
ABO = """
       A              B              AB         O          blank
A      identical      bidirectional  major      minor      unknown
B      bidirectional  identical      major      minor      unknown
AB     minor          minor          identical  minor      unknown
O      major          major          major      identical  unknown
blank  unknown        unknown        unknown    unknown    unknown
"""
# formats.md: `+` or `P`, `-` or `N`.
RH = """
       +  P  -  N  blank
+      =  =  x  x  ?
P      =  =  x  x  ?
-      x  x  =  =  ?
N      x  x  =  =  ?
blank  ?  ?  ?  ?  ?
"""


def test_cmv(side, names):
    check_table(side, names, "cmv", table(CMV), "cmv", {"=": "equal", "x": "different", "?": "unknown"}.get)


def test_abo(side, names):
    check_table(side, names, "abo", table(ABO), "abo")


def test_rh(side, names):
    check_table(side, names, "rh", table(RH), "rh", {"=": "identical", "x": "different", "?": "unknown"}.get)


# Section 8: equal, unknown, different; identical, minor, major, bidirectional, unknown; each list of donors
# in the order in which a ranking by this criterion alone must put them.
ORDERS = {
    "cmv": [{"cmv": code} for code in ("N", "O", "neg", "", "G", "M", "B", "P", "H", "pos")],
    "abo": [{"abo": group} for group in ("A", "O", "AB", "B", "")],
    "rh": [{"rh": sign} for sign in ("+", "P", "", "-", "N")],
    "sex": [{"sex": sex, "pregnancies": number}
            for sex, number in (("M", ""), ("F", "0"), ("F", ""), ("", ""), ("F", "1"), ("F", "9"))],
    "availability": [{"status": status} for status in ("AV", "RS", "", "TU", "OP", "DE")],
    "weight": [{"weight_kg": weight} for weight in ("120", "82.5", "82", "40", "")],
    "tnc_per_kg": [{"tnc": dose} for dose in ("250.5", "250", "40", "0", "")],
    "cd34_per_kg": [{"cd34": dose} for dose in ("9", "8.75", "0.5", "")],
}  # fmt: skip


@pytest.mark.parametrize("criterion", ORDERS)
def test_orders(side, names, criterion):
    columns = dict.fromkeys(column for row in ORDERS[criterion] for column in row)
    donors = [{"id": f"D{i}", "B_1": "07:02", **dict.fromkeys(columns, ""), **row}
              for i, row in enumerate(ORDERS[criterion])]  # fmt: skip
    patient = {"id": "P", "B_1": "07:02", "cmv": "N", "abo": "A", "rh": "+", "weight_kg": "64"}
    (found,) = side.searches(names, [patient], donors[::-1], rank=[criterion])
    assert [match.donor_id for match in found] == [row["id"] for row in donors]


# -- age ------------------------------------------------

# Section 8: 18-25, 26-30, 31-35, 36-40, 41-45, 46+. Born .., how old on 2024-06-01, which band (0 the first;
# 6 not known): the last day before a birthday and the birthday itself.
AGES = {
    "2006-06-02": (17, 0),
    "2006-06-01": (18, 0),
    "1998-06-02": (25, 0),
    "1998-06-01": (26, 1),
    "1998-05-31": (26, 1),
    "1993-06-02": (30, 1),
    "1993-06-01": (31, 2),
    "1988-06-02": (35, 2),
    "1988-06-01": (36, 3),
    "1983-06-02": (40, 3),
    "1983-06-01": (41, 4),
    "1978-06-02": (45, 4),
    "1978-06-01": (46, 5),
    "1978-05-31": (46, 5),
    "1950-01-01": (74, 5),
    "": (None, 6),
}
# Born on a 29 February: a year older on 1 March of other years.
LEAP_DAYS = {
    ("1996-02-29", "2022-02-28"): 25,
    ("1996-02-29", "2022-03-01"): 26,
    ("1996-02-29", "2024-02-28"): 27,
    ("1996-02-29", "2024-02-29"): 28,
}


def test_ages(side, names):
    patient = [{"id": "P", "B_1": "07:02"}]
    donors = people("D", "birth_date", AGES, B_1="07:02")
    born = {row["id"]: row["birth_date"] for row in donors}
    (found,) = side.searches(names, patient, donors, rank=["age_band"])
    assert {born[match.donor_id]: match.age for match in found} == {day: AGES[day][0] for day in AGES}
    # within a band the id decides, and later bands have earlier ids
    order = {name: f"{9 - AGES[day][1]}{i:02d}" for i, (name, day) in enumerate(born.items())}
    donors = [{**row, "id": order[row["id"]]} for row in donors]
    (found,) = side.searches(names, patient, donors, rank=["age_band"])
    bands = {row["id"]: AGES[row["birth_date"]][1] for row in donors}
    assert [match.donor_id for match in found] == sorted(bands, key=lambda name: (bands[name], name))


def test_leap_days(side, names):
    for (born, on), years in LEAP_DAYS.items():
        donors = [{"id": "D", "B_1": "07:02", "birth_date": born}]
        day = datetime.date.fromisoformat(on)
        ((match,),) = side.searches(names, [{"id": "P", "B_1": "07:02"}], donors, on=day)
        assert match.age == years, (born, on)


# -- cord units ------------------------------------------------

FULL = {
    **{"A_1": "01:01", "A_2": "02:01", "B_1": "07:02", "B_2": "08:01"},
    **{"C_1": "07:01", "C_2": "07:02", "DRB1_1": "03:01", "DRB1_2": "15:01"},
}
# Section 6: what the unit has instead, its mismatches of 6 (A and B at antigen level, DRB1 by class), of 8.
# A*02:06 is A203 and under A2; A*24:02 is another antigen; DRB1*15:02 has the antigen of 15:01.
CORDS = {
    "full": ({}, 0, 0),
    "antigen": ({"A_2": "02:06"}, 0, 1),
    "other antigen": ({"A_2": "24:02"}, 1, 1),
    "class at DR": ({"DRB1_2": "15:02"}, 1, 1),
    "C": ({"C_1": "06:02"}, 0, 1),
    "A and B": ({"A_2": "24:02", "B_2": "38:01"}, 2, 2),
    "A, B and DR": ({"A_2": "24:02", "B_2": "38:01", "DRB1_2": "15:02"}, 3, 3),
    "A, A and B": ({"A_1": "31:01", "A_2": "24:02", "B_2": "38:01"}, 3, 3),
    "four": ({"A_1": "31:01", "A_2": "24:02", "B_2": "38:01", "DRB1_2": "15:02"}, 4, 4),
    "four and C": ({"A_1": "31:01", "A_2": "24:02", "B_2": "38:01", "DRB1_2": "15:02", "C_1": "06:02"}, 4, 5),
    "ambiguous": ({"A_2": "24:02/02:06", "DRB1_2": "15:01/15:02"}, 0, 1),
    "untyped": ({"A_1": "", "A_2": "", "C_1": "", "C_2": ""}, 0, 0),
    "blank": ({"B_1": "08:01", "B_2": ""}, 1, 1),
    "other splits": ({"B_1": "38:01", "B_2": "39:01"}, 2, 2),
}
ADULTS = {"adult": "adult", "D": "D", "no type": ""}


@pytest.mark.parametrize("match", ["3/6", "4/6", "5/6", "6/6", "4/8", "5/8", "6/8", "7/8", "8/8"])
def test_cord_classes(side, small, match):
    patient = {"id": "P", **FULL}
    units = [
        {"id": name, "type": "cord" if i % 2 else "C", **FULL, **CORDS[name][0]}
        for i, name in enumerate(CORDS)
    ]
    units += [{"id": name, "type": kind, **FULL} for name, kind in ADULTS.items()]
    of = 1 if match.endswith("6") else 2
    most = int(match[2]) - int(match[0])
    expected = {name: row[of] for name, row in CORDS.items() if row[of] <= most}
    assert dict(side.cords(small, patient, units, match)) == expected


def test_cord_orientation_of_the_antigen_level(side, small):
    """By class A*02:01 stands against A*02:01, and A203 against A210; crossed both positions agree."""
    patient = {"id": "P", **FULL, "A_1": "02:01", "A_2": "02:06"}
    units = [{"id": "U", "type": "cord", **FULL, "A_1": "02:01", "A_2": "02:07"}]
    assert side.cords(small, patient, units, "6/6") == [("U", 0)]
    assert side.cords(small, patient, units, "8/8") == []
    assert side.cords(small, patient, units, "7/8") == [("U", 1)]


def test_tables_are_whole():
    """The tables have all cells, and are as symmetric as what they tell."""
    cmv, abo, rh = table(CMV), table(ABO), table(RH)
    assert len(cmv) == 100 and all(cmv[b, a] == word for (a, b), word in cmv.items())
    assert len(rh) == 25 and all(rh[b, a] == word for (a, b), word in rh.items())
    other = {"major": "minor", "minor": "major"}
    assert len(abo) == 25 and all(abo[b, a] == other.get(word, word) for (a, b), word in abo.items())
