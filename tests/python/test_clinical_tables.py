# SPDX-License-Identifier: Apache-2.0
"""Tables written out by hand: what the slow model and the library must both say, cell by cell.

Every table names its source; nothing here is computed by the model. Section numbers are those of the
specification's page on meaning.
"""

import datetime
import itertools
from types import SimpleNamespace

import pytest
from clinical_worlds import EXPRESSION, Sides, case, details, small_world
from slow_model.cord import search_cords
from slow_model.search import person_from_row, search
from worlds import ON, World

# -- both sides ------------------------------------------------


class Model:
    """The answers of the slow model in the shape of the library's."""

    def __init__(self, folder):
        self.folder = folder

    def searches(self, w, patients, donors, rank="hla_only", on=ON, loci=("B",), **options):
        """For each patient the donors in order."""
        patients, donors = ([person_from_row(w.release, row) for row in rows] for rows in (patients, donors))
        there = case(on=on, expression=EXPRESSION, **options)
        answers = search(
            patients, donors, loci, on=on, rank_by=rank, expression=EXPRESSION, tce_version=there.tce_version
        )
        return [
            [SimpleNamespace(donor_id=hit.donor.id, **details(hit, there)) for hit in hits]
            for _, hits in answers
        ]

    def cords(self, w, patient, donors, match):
        patient, *donors = (person_from_row(w.release, row) for row in (patient, *donors))
        return [(hit.donor.id, hit.mismatches) for hit in search_cords(patient, donors, match, on=ON)]


class Library:
    def __init__(self, folder):
        self.folder = folder

    def searches(self, w, patients, donors, rank="hla_only", on=ON, loci=("B",), **options):
        sides = Sides.of(self.folder, w, patients, donors)
        options = {"loci": list(loci), "max_mismatches": 2 * len(loci), "rank": rank, "on": on, **options}
        return [list(sides.registry.search(patient, **options)) for patient in sides.patients]

    def cords(self, w, patient, donors, match):
        sides = Sides.of(self.folder, w, [patient], donors)
        found = sides.registry.search_cords(sides.patients[0], match=match, rank="cord", on=ON)
        return [(unit.donor_id, unit.mismatches) for unit in found]


@pytest.fixture(params=[Model, Library], ids=["model", "library"])
def side(request, tmp_path):
    return request.param(tmp_path)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return small_world(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="module", params=["small", "3.58.0"])
def typed_world(request, small):
    return small if request.param == "small" else request.getfixturevalue("real")


@pytest.fixture(scope="module")
def names():
    return World.names_only()


def people(prefix, column, values, **others):
    """One person for each value, all with the same other columns."""
    return [{"id": f"{prefix}{i:03d}", **others, column: value} for i, value in enumerate(values)]


def table(text):
    """{(row, column): word} of a table with a header; the words are separated by blanks."""
    header, *lines = text.strip().splitlines()
    columns = header.split()
    return {
        (row, column): word
        for row, *words in (line.split() for line in lines)
        for column, word in zip(columns, words, strict=True)
    }


def check_table(side, w, column, expected, attribute, spell=lambda word: word):
    """All pairs of a patient's and a donor's value of one column."""
    mine = list(dict.fromkeys(row for row, _ in expected))
    theirs = list(dict.fromkeys(column for _, column in expected))
    patients = people("P", column, ["" if value == "blank" else value for value in mine], B_1="07:02")
    donors = people("D", column, ["" if value == "blank" else value for value in theirs], B_1="07:02")
    assert len(mine) * len(theirs) == len(expected)
    for value, found in zip(mine, side.searches(w, patients, donors), strict=True):
        assert len(found) == len(theirs)
        for match in found:
            other = theirs[int(match.donor_id[1:])]
            assert getattr(match, attribute) == spell(expected[value, other]), (value, other)


# -- DPB1 ------------------------------------------------

# Zino et al., Blood 2004, and Crivello et al., Biol Blood Marrow Transplant 2015 (section 5): what counts is
# the lowest TCE group of each side. Rows: groups of the patient's two alleles; columns: of the donor's.
# pm permissive, gvh and hvg non-permissive in that direction.
TCE = """
     1,1  1,2  1,3  2,2  2,3  3,3
1,1  pm   pm   pm   gvh  gvh  gvh
1,2  pm   pm   pm   gvh  gvh  gvh
1,3  pm   pm   pm   gvh  gvh  gvh
2,2  hvg  hvg  hvg  pm   pm   gvh
2,3  hvg  hvg  hvg  pm   pm   gvh
3,3  hvg  hvg  hvg  hvg  hvg  pm
"""
LOWEST = """
   1    2    3
1  pm   gvh  gvh
2  hvg  pm   gvh
3  hvg  hvg  pm
"""
WORDS = {"pm": "permissive", "gvh": "nonpermissive_gvh", "hvg": "nonpermissive_hvg"}
# Alleles of these groups (V2) in every release: no allele of the patients is one of the donors'.
PATIENT_ALLELES = {"1": ["09:01", "10:01"], "2": ["03:01", "14:01"], "3": ["04:01", "04:02"]}
DONOR_ALLELES = {"1": ["17:01", "30:01"], "2": ["45:01", "45:01"], "3": ["01:01", "02:01"]}


def typed_dpb1(prefix, alleles, groups):
    rows = []
    for i, pair in enumerate(groups):
        first, second = pair.split(",")
        names = [alleles[first][0], alleles[second][1 if first == second else 0]]
        rows.append({"id": f"{prefix}{i:03d}", "DPB1_1": names[0], "DPB1_2": names[1]})
    return rows


def test_tce(side, typed_world):
    expected, lowest = table(TCE), table(LOWEST)
    pairs = ["1,1", "1,2", "1,3", "2,2", "2,3", "3,3"]
    patients, donors = typed_dpb1("P", PATIENT_ALLELES, pairs), typed_dpb1("D", DONOR_ALLELES, pairs)
    answers = side.searches(typed_world, patients, donors, tce_version="V2", loci=("DPB1",))
    for mine, found in zip(pairs, answers, strict=True):
        for match in found:
            theirs = pairs[int(match.donor_id[1:])]
            word = expected[mine, theirs]
            assert word == lowest[mine[0], theirs[0]]
            assert match.dpb1_tce == WORDS[word], (mine, theirs)
            assert match.dpb1_tce_possible == (WORDS[word],), (mine, theirs)


# Section 5: the patient's allele at the one mismatched position, and its expression.
# Known low and high alleles of rs9277534: Petersdorf et al., N Engl J Med 2015.
EXPRESSED = {  # the patient's and the donor's alleles
    ("02:01 04:01", "04:01 02:01"): "matched",
    ("04:01 02:01", "09:01 02:01"): "favourable",
    ("04:02 02:01", "02:01 09:01"): "favourable",
    ("01:01 02:01", "02:01 09:01"): "unfavourable",
    ("09:01 02:01", "02:01 04:01"): "unfavourable",
    ("14:01 04:01", "04:01 09:01"): "unfavourable",
    ("10:01 02:01", "02:01 04:01"): "unknown",
    ("NEW 02:01", "02:01 04:01"): "unknown",
    ("04:01/14:01 02:01", "02:01 09:01"): "unknown",
    ("04:01/04:02 02:01", "02:01 09:01"): "favourable",
    ("04:01 04:02", "02:01 09:01"): None,
    (" ", "02:01 09:01"): None,
    ("02:01 09:01", " "): None,
}


def test_expression(side, small):
    for (mine, theirs), word in EXPRESSED.items():
        patient, donor = (
            {"id": "x", **dict(zip(("DPB1_1", "DPB1_2"), pair.split(" "), strict=True))}
            for pair in (mine, theirs)
        )
        ((match,),) = side.searches(small, [patient], [donor], loci=("DPB1",))
        assert match.dpb1_expression == word, (mine, theirs)


# -- leader ------------------------------------------------

# Section 5 (Petersdorf et al., Lancet Haematol 2020): the leader of every HLA-B family ..
LEADERS = {
    **{"07": "M", "08": "M", "13": "T", "14": "M", "15": "T", "18": "T", "27": "T", "35": "T", "37": "T"},
    **{"38": "M", "39": "M", "40": "T", "41": "T", "42": "M", "44": "T", "45": "T", "46": "T", "47": "T"},
    **{"48": "M", "49": "T", "50": "T", "51": "T", "52": "T", "53": "T", "54": "T", "55": "T", "56": "T"},
    **{"57": "T", "58": "T", "59": "T", "67": "M", "73": "M", "78": "T", "81": "M", "82": "T", "83": "T"},
}
# .. and every allele that differs from its family.
LEADER_EXCEPTIONS = {
    **{"07:65": "T", "07:271": "T", "07:390": "T", "07:489": "T", "08:276": "T"},
    **{"13:117": "M", "15:68": "M", "18:206": "M", "35:516": "M", "35:520": "M", "40:416": "M"},
    **{"44:387": "M", "49:78": "M", "50:21": "M", "51:399": "M", "52:90": "M", "56:68": "M", "58:112": "M"},
}
# Patient and donor with certain alleles; rows: the patient's pair, columns: the donor's.
LEADER_GENOTYPES = """
             07:02,08:01  07:02,44:02  44:02,08:01  44:02,15:01  NEW,15:01
07:02,08:01  MM/MM        MM/MT        MM/MT        MM/TT        MM/?
07:02,44:02  MT/MM        MT/MT        MT/MT        MT/TT        MT/?
51:01,44:02  TT/MM        TT/MT        TT/MT        TT/TT        TT/?
07:65,15:68  MT/MM        MT/MT        MT/MT        MT/TT        MT/?
NEW,44:02    ?/MM         ?/MT         ?/MT         ?/TT         ?/?
"""
# One B mismatch; the allele that both have, the patient's other one, the donor's: section 5.
LEADER_MISMATCHES = {
    ("07:02", "08:01", "39:01"): ("MM/MM", "match"),
    ("07:02", "08:01", "44:02"): ("MM/MT", "mismatch"),
    ("07:02", "44:02", "08:01"): ("MT/MM", "mismatch"),
    ("07:02", "44:02", "15:01"): ("MT/MT", "match"),
    ("51:01", "08:01", "39:01"): ("MT/MT", "match"),
    ("51:01", "08:01", "44:02"): ("MT/TT", "mismatch"),
    ("51:01", "44:02", "08:01"): ("TT/MT", "mismatch"),
    ("51:01", "44:02", "15:01"): ("TT/TT", "match"),
    ("51:01", "07:65", "15:01"): ("TT/TT", "match"),
    ("51:01", "07:65", "07:02"): ("TT/MT", "mismatch"),
    ("51:01", "44:02/08:01", "39:01"): ("?/MT", "unknown"),
    ("51:01", "44:02/15:01", "39:01"): ("TT/MT", "mismatch"),
    ("51:01", "44:02", "NEW"): ("TT/?", "unknown"),
    ("51:01", "44:02", "44:02"): ("TT/TT", None),
}


@pytest.fixture(scope="module", params=["names", "3.58.0"])
def leader_world(request, names):
    return names if request.param == "names" else request.getfixturevalue("real")


def first_protein(w, family):
    """A protein of a family that the world has, and that is no exception."""
    if w.release.names_only:
        return f"{family}:01"
    alleles = w.release.families["B", family]
    proteins = [":".join(a.fields[:2]) for a in alleles if not a.suffix]
    return next(protein for protein in proteins if protein not in LEADER_EXCEPTIONS)


def test_leader_of_every_family_and_exception(side, leader_world):
    known = {first_protein(leader_world, family): letter for family, letter in LEADERS.items()}
    assert len(LEADERS) == 36 and len(LEADER_EXCEPTIONS) == 18
    known.update(LEADER_EXCEPTIONS)
    donors = [{"id": "D", "B_1": "15:01", "B_2": "44:02"}]
    patients = people("P", "B_1", [*known, *(f"{name}N" for name in LEADER_EXCEPTIONS)], B_2="")
    if not leader_world.release.names_only:
        patients = patients[: len(known)]
    answers = side.searches(leader_world, patients, donors)
    for (name, letter), (match,) in zip(known.items(), answers, strict=False):
        assert match.b_leader == f"{letter}{letter}/TT", name
    # without nomenclature the suffix makes another allele, of the same leader
    for letter, (match,) in zip(LEADER_EXCEPTIONS.values(), answers[len(known) :], strict=False):
        assert match.b_leader == f"{letter}{letter}/TT"


def test_every_family_of_a_release_is_in_the_table(real):
    assert {first for gene, first in real.release.families if gene == "B"} == set(LEADERS)


def test_leader_genotypes(side, leader_world):
    expected = table(LEADER_GENOTYPES)
    mine, theirs = ([*dict.fromkeys(pair[i] for pair in expected)] for i in (0, 1))
    patients, donors = (
        [{"id": f"{prefix}{i}", **dict(zip(("B_1", "B_2"), pair.split(","), strict=True))}
         for i, pair in enumerate(pairs)]
        for prefix, pairs in (("P", mine), ("D", theirs))
    )  # fmt: skip
    for pair, found in zip(mine, side.searches(leader_world, patients, donors), strict=True):
        for match in found:
            other = theirs[int(match.donor_id[1:])]
            assert match.b_leader == expected[pair, other], (pair, other)


def test_leader_of_one_mismatch(side, leader_world):
    for (both, mine, theirs), (genotypes, word) in LEADER_MISMATCHES.items():
        for order in ((0, 1), (1, 0)):
            pair = [(both, theirs)[i] for i in order]
            patient, donor = {"B_1": both, "B_2": mine}, {"B_1": pair[0], "B_2": pair[1]}
            ((match,),) = side.searches(leader_world, [{"id": "P", **patient}], [{"id": "D", **donor}])
            assert (match.b_leader, match.b_leader_mismatch) == (genotypes, word), (both, mine, theirs)


@pytest.mark.parametrize(
    "mine, theirs", [("07:02 08:01", "44:02 15:01"), ("07:02 08:01", " "), (" ", "07:02 ")]
)
def test_no_leader_of_a_mismatch(side, names, mine, theirs):
    """Two mismatches, or untyped."""
    mine, theirs = (dict(zip(("B_1", "B_2"), text.split(" "), strict=True)) for text in (mine, theirs))
    ((match,),) = side.searches(names, [{"id": "P", **mine}], [{"id": "D", **theirs}])
    assert match.b_leader == ("MM/TT" if theirs["B_2"] and mine["B_2"] else None)
    assert match.b_leader_mismatch is None


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
    opposite = {"gvh": "hvg", "hvg": "gvh", "pm": "pm"}
    tce = table(TCE)
    assert all(
        tce[b, a] == opposite[tce[a, b]] for a, b in itertools.product(["1,1", "2,3", "3,3"], repeat=2)
    )
