# SPDX-License-Identifier: Apache-2.0
"""The slow model's cord units, single and double, against worked examples, section 6."""

from fractions import Fraction

import pytest
from clinical_worlds import small_release
from slow_model.cord import CordError, antigen_level, search_cord_pairs, search_cords, unit_mismatches
from slow_model.search import person_from_row
from slow_model.typing import read_locus_pair
from worlds import ON

SMALL = small_release()
FULL = {
    **{"A_1": "01:01", "A_2": "02:01", "B_1": "07:02", "B_2": "08:01"},
    **{"C_1": "07:01", "C_2": "07:02", "DRB1_1": "03:01", "DRB1_2": "15:01"},
}
LESS = {
    "A-L": {"A_2": "02:06"},  # A203 under A2
    "A-M": {"A_2": "24:02"},
    "B-M": {"B_2": "38:01"},
    "C-M": {"C_1": "06:02"},
    "DR": {"DRB1_2": "15:02"},  # the same antigen, another class
}


def unit(name, *less, **columns):
    row = {"id": name, "type": "cord", **FULL, **columns}
    for key in less:
        row.update(LESS[key])
    return person_from_row(SMALL, row)


PATIENT = unit("P", weight_kg="20", abo="A")


def single(units, match="4/6", **options):
    return " ".join(hit.donor.id for hit in search_cords(PATIENT, units, match, on=ON, **options))


def test_antigen_level():
    def count(patient, donor):
        return antigen_level(*(read_locus_pair(SMALL, "A", *text.split("+")) for text in (patient, donor)))

    assert count("01:01+02:01", "02:06+01:01") == 0
    assert count("01:01+02:06", "02:07+01:01") == 1  # A203 and A210 are siblings
    assert count("01:01+24:02", "24:03+31:01") == 1
    assert count("01:01+", "24:03+31:01") == 2
    # By class 02:01 stands against 02:01, and then A203 against A210; crossed both positions agree.
    assert count("02:01+02:06", "02:01+02:07") == 0
    assert count("01:01+02:01/24:02", "01:01/31:01+24:02") == 0
    assert count("NEW+01:01", "NEW+01:01") == 1
    assert count("01:01+24:09N", "01:01+") == 0
    assert antigen_level(None, read_locus_pair(SMALL, "A", "01:01", "")) == 0


def test_counts():
    def counts(*less, of="6", **columns):
        return list(unit_mismatches(PATIENT, unit("u", *less, **columns), of).values())

    assert counts() == [0, 0, 0] and counts("A-L") == [0, 0, 0] and counts("DR") == [0, 0, 1]
    assert counts("A-M", "B-M", "DR", "C-M") == [1, 1, 1]
    assert counts("A-L", of="8") == [1, 0, 0, 0] and counts("C-M", "DR", of="8") == [0, 0, 1, 1]
    assert counts(A_1="", A_2="", DRB1_2="") == [0, 0, 1]


UNITS = [
    unit("c0", tnc="90", cd34="4"),
    unit("c1", "A-M", tnc="120"),
    unit("c2", "A-M", "B-M", tnc="40", cd34="9"),
    unit("c3", "A-M", "B-M", "DR", tnc="200", cd34="2"),
    unit("adult", tnc="500", cd34="50", type=""),
    unit("no_dose", "A-L"),
]


def test_single_units():
    assert single(UNITS, "6/6") == "c0 no_dose" and single(UNITS, "5/6") == "c0 no_dose c1"
    assert single(UNITS, "4/6") == "c0 no_dose c1 c2" and single(UNITS, "3/6") == "c0 no_dose c1 c2 c3"
    assert single(UNITS, "8/8") == "c0" and single(UNITS, "7/8") == "c0 c1 no_dose"
    assert single(UNITS, "5/8") == "c0 c1 no_dose c2 c3" and single(UNITS, "4/8") == single(UNITS, "5/8")
    assert single(UNITS, "3/6", min_tnc_per_kg=4.5) == "c0 c1 c3"  # 90 / 20
    assert single(UNITS, "3/6", min_tnc_per_kg=4.6) == "c1 c3"
    assert single(UNITS, "3/6", min_cd34_per_kg=2) == "c0 c2"
    assert single(UNITS, "3/6", min_tnc_per_kg=0) == "c0 c1 c2 c3"
    assert single(UNITS, "3/6", top=2) == "c0 no_dose"
    assert single([unit("x", type="C"), unit("y", type="adult")]) == "x"


def test_wrong_requests():
    for match in ("10/10", "6", "7/6", "x/6", "-1/8"):
        with pytest.raises(CordError):
            search_cords(PATIENT, UNITS, match)
    light = unit("P")
    for option in ("min_tnc_per_kg", "min_cd34_per_kg"):
        with pytest.raises(CordError, match="weight"):
            search_cords(light, UNITS, **{option: 1})
        with pytest.raises(CordError, match="weight"):
            search_cord_pairs(light, UNITS, **{option: 1})
    with pytest.raises(CordError, match="weight"):
        search_cord_pairs(light, UNITS, min_total_tnc_per_kg=1)
    assert search_cord_pairs(light, UNITS)[1] == 6
    with pytest.raises(CordError, match="band"):
        search_cord_pairs(PATIENT, UNITS, dose_band=0)


# -- two units ------------------------------------------------


def double(units, match="4/6", **options):
    found, total = search_cord_pairs(PATIENT, units, match, **options)
    assert total == len(found)
    return " ".join(f"{pair.first}+{pair.second}" for pair in found)


def test_two_units():
    pairs, total = search_cord_pairs(PATIENT, UNITS, "4/6", min_tnc_per_kg=2)
    assert total == 3
    first = pairs[0]
    assert (first.first, first.second, first.mismatches) == ("c0", "c1", (0, 1))
    assert (first.unit_mismatches, first.abo_not_identical) == (1, 2)
    assert (first.total_tnc_per_kg, first.lowest_tnc_per_kg) == (Fraction(21, 2), Fraction(9, 2))
    assert double(UNITS, min_tnc_per_kg=2) == "c0+c1 c0+c2 c1+c2"
    assert double(UNITS, min_tnc_per_kg=2, min_total_tnc_per_kg=6.5) == "c0+c1 c0+c2 c1+c2"
    assert double(UNITS, min_tnc_per_kg=2, min_total_tnc_per_kg=7) == "c0+c1 c1+c2"
    assert double(UNITS, "6/6") == "c0+no_dose"
    assert double(UNITS, "6/6", min_tnc_per_kg=0) == ""  # a dose is asked for, and not known
    assert double(UNITS, "6/6", min_tnc_per_kg=0.1) == ""
    assert double(UNITS, min_cd34_per_kg=0) == "c0+c2"
    assert double(UNITS[:1]) == ""
    found, total = search_cord_pairs(PATIENT, UNITS, "3/6", top=2)
    assert len(found) == 2 and total == 10


def test_order_of_two_units():
    # doses for each kg: 20 kg
    def dosed(name, per_kg, *less, **columns):
        return unit(name, *less, tnc=str(20 * per_kg), **columns)

    # the better unit is written first: fewer mismatches, more cells, id
    assert double([dosed("a", 9, "A-M"), dosed("b", 1)]) == "b+a"
    assert double([dosed("a", 1), dosed("b", 2)]) == "b+a" and double([dosed("b", 2), dosed("a", 2)]) == "a+b"
    # the worse match, then the better match
    some = [dosed("a", 2), dosed("b", 2, "A-M"), dosed("c", 2, "B-M"), dosed("d", 2, "A-M", "B-M")]
    assert double(some) == "a+b a+c b+c a+d b+d c+d"
    # bands of the total, then of the lower one
    assert double([dosed("a", 2), dosed("b", 2.75), dosed("c", 3)]) == "c+b c+a b+a"  # 5.75, 5, 4.75
    some = [dosed("a", 2), dosed("b", 3.5), dosed("c", 2.5), dosed("d", 3)]
    # bands: 6 b+d 6.5, b+c 6; 5 b+a 5.5 (lower 2), d+c 5.5 (2.5), d+a 5 (2); 4 c+a
    assert double(some) == "b+d b+c d+c b+a d+a c+a"
    assert double(some, dose_band=100) == "b+d b+c b+a d+c d+a c+a"
    # the units with each other: b and c are equal, a is another one
    some = [dosed("a", 2, "A-M"), dosed("b", 2, "B-M"), dosed("c", 2, "B-M")]
    assert double(some) == "b+c a+b a+c"
    # blood groups, then the exact total
    some = [dosed("a", 2, abo=""), dosed("b", 2, abo="A"), dosed("c", 2.25, abo="A"), dosed("d", 2, abo="O")]
    assert double(some) == "c+b c+a c+d a+b b+d a+d"
