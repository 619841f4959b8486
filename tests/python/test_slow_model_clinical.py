# SPDX-License-Identifier: Apache-2.0
"""The slow model's DPB1, leader and donor fields against worked examples, sections 5 and 8."""

import datetime
import random
from fractions import Fraction

import pytest
from clinical_worlds import ALLELES, EXPRESSION, TCE_GROUPS, expression_table, small_release
from slow_examples import real
from slow_model import Release, clinical, dpb1, generate, leader, read_gl, read_locus_pair
from slow_model.search import Person

SMALL = small_release()
NAMES = Release.names()


def pair(locus, text, release=SMALL, nulls="ignore_inside_ambiguity"):
    if "|" in text:
        return read_gl(release, text, None, nulls, locus=locus)[locus]
    return read_locus_pair(release, locus, *text.split("+"), nulls=nulls)


# -- TCE ------------------------------------------------


def tce(patient, donor, version="V2", nulls="ignore_inside_ambiguity"):
    answer, possible = dpb1.tce(pair("DPB1", patient, nulls=nulls), pair("DPB1", donor, nulls=nulls), version)
    return f"{answer}: {' '.join(possible)}"


PERMISSIVE, GVH, HVG = (f"{w}: {w}" for w in ("permissive", "nonpermissive_gvh", "nonpermissive_hvg"))
UNKNOWN, MATCH = "unknown: unknown", "match: match"


def test_groups_of_a_release():
    assert sorted(SMALL.tce) == ["V1", "V2", "V3"]
    assert SMALL.tce["V2"]["DPB1*10:01"] == 1 and SMALL.tce["V2"]["DPB1*14:01"] == 2
    assert "DPB1*104:01" not in SMALL.tce["V2"] and "DPB1*11:01" not in SMALL.tce["V1"]
    assert SMALL.tce["V3"]["DPB1*04:01"] == 3
    assert set(TCE_GROUPS) < set(ALLELES["DPB1"].split())
    assert dpb1.tce_groups(SMALL) is SMALL.tce["V3"] and dpb1.tce_groups(NAMES) == {}


def test_one_answer():
    assert tce("04:01+01:01", "02:01+04:02") == PERMISSIVE
    assert tce("09:01+04:01", "14:01+02:01") == GVH
    assert tce("04:01+04:02", "14:01+02:01") == HVG
    assert tce("09:01+04:01", "10:01+03:01") == PERMISSIVE
    assert tce("09:01+04:01", "09:01+14:01") == PERMISSIVE  # one allele is shared, the groups decide
    assert tce("04:01+", "04:01+14:01") == HVG
    assert tce("04:01+04:02", "+") == "None: "


def test_an_allele_match_comes_first():
    assert tce("104:01+901:01", "901:01+104:01") == MATCH
    assert tce("04:01/09:01+", "09:01/02:01+") == MATCH  # PP
    assert tce("NEW+04:01", "NEW+04:01") == UNKNOWN
    assert tce("61:01N+64:01N", "61:01N+") == MATCH  # neither has a product


def test_alleles_without_a_group():
    for name in ("104:01", "105:01", "901:01", "NEW"):
        assert tce(f"{name}+09:01", "04:01+02:01") == UNKNOWN
        assert tce("04:01+02:01", f"09:01+{name}") == UNKNOWN
    assert tce("11:01+04:01", "01:01+02:01", "V1") == UNKNOWN
    assert tce("11:01+04:01", "01:01+02:01", "V2") == GVH
    assert tce("05:01+04:01", "01:01+02:01", "V2") == PERMISSIVE
    assert tce("05:01+04:01", "01:01+02:01", None) == GVH  # V3


def test_all_possible_answers():
    assert tce("04:01/14:01+01:01", "02:01+02:01") == "unknown: permissive nonpermissive_gvh"
    assert tce("04:01/01:01+04:02", "02:01/30:01+14:01") == HVG  # 3 against 2 or 1
    assert tce("04:01/104:01+09:01", "02:01+02:01") == "unknown: nonpermissive_gvh unknown"
    every = "unknown: permissive nonpermissive_hvg nonpermissive_gvh unknown"
    assert tce("09:01/03:01/04:01/901:01+04:02", "02:01/45:01+05:01") == every
    # A list of pairs: 09:01 never stands beside 01:01.
    assert tce("09:01+03:01|04:01+01:01", "17:01+02:01") == "unknown: permissive nonpermissive_hvg"


def test_a_blank_is_an_independent_copy():
    # 04:01/14:01 twice: 3 and 3, 3 and 2, 2 and 2.
    assert tce("04:01/14:01+", "02:01+") == "unknown: permissive nonpermissive_gvh"
    assert dpb1.resolved(pair("DPB1", "04:01/14:01+")) == {
        ("DPB1*04:01", "DPB1*04:01"),
        ("DPB1*04:01", "DPB1*14:01"),
        ("DPB1*14:01", "DPB1*04:01"),
        ("DPB1*14:01", "DPB1*14:01"),
    }


def test_nulls():
    assert tce("61:01N+04:01", "02:01+") == PERMISSIVE
    assert tce("61:01N+09:01/04:01", "02:01+") == "unknown: permissive nonpermissive_gvh"
    assert dpb1.resolved(pair("DPB1", "61:01N+09:01/04:01")) == {
        ("DPB1*09:01", "DPB1*09:01"),
        ("DPB1*04:01", "DPB1*04:01"),
    }
    assert tce("61:01N+64:01N", "02:01+") == UNKNOWN
    assert tce("09:01/61:01N+04:01", "02:01+") == GVH  # dropped inside an ambiguous position
    assert tce("09:01/61:01N+04:01", "02:01+", nulls="consider") == "unknown: permissive nonpermissive_gvh"
    both = tce("09:01/61:01N+04:01/64:01N", "02:01+", nulls="consider")
    assert both == "unknown: permissive nonpermissive_gvh unknown"


def test_without_nomenclature_nobody_has_a_group():
    assert dpb1.tce(pair("DPB1", "04:01+", NAMES), pair("DPB1", "02:01+", NAMES)) == ("unknown", ("unknown",))
    assert dpb1.tce(pair("DPB1", "04:01+", NAMES), pair("DPB1", "04:01+", NAMES))[0] == "match"


@pytest.mark.parametrize("version", ["3.33.0", "3.51.0", "3.58.0"])
def test_groups_of_real_releases(version):
    release = real(version)
    assert sorted(release.tce) == ["V1", "V2"]
    for first, group in (("DPB1*09:01", 1), ("DPB1*03:01", 2), ("DPB1*04:01", 3)):
        alleles = [name for name in release.alleles if name.startswith(first + ":") and name[-1] != "N"]
        assert alleles and {release.tce["V1"][name] for name in alleles} == {group}
    assert release.tce["V1"]["DPB1*06:01:02"] == 3 and release.tce["V2"]["DPB1*06:01:02"] == 2  # 3,2a


# -- expression ------------------------------------------------


def expressed(patient, donor, release=SMALL, nulls="ignore_inside_ambiguity"):
    mine, theirs = pair("DPB1", patient, release, nulls), pair("DPB1", donor, release, nulls)
    return dpb1.expression(mine, theirs, EXPRESSION)


def test_expression():
    assert expressed("04:01+02:01", "02:01+04:01") == "matched"
    assert expressed("04:01+02:01", "02:01+09:01") == "favourable"  # the patient's 04:01
    assert expressed("09:01+02:01", "02:01+04:01") == "unfavourable"  # the patient's 09:01
    assert expressed("10:01+02:01", "02:01+04:01") == "unknown"  # mixed
    assert expressed("105:01+02:01", "02:01+04:01") == "unknown"  # not in this table
    assert expressed("NEW+02:01", "02:01+04:01") == "unknown"
    assert expressed("04:01+02:01", "09:01+14:01") is None
    assert expressed("04:01+02:01", "+") is None
    assert expressed("04:01/04:02+02:01", "02:01+09:01") == "favourable"
    assert expressed("04:01/14:01+02:01", "02:01+09:01") == "unknown"
    assert expressed("04:01/61:01N+02:01", "02:01+09:01", nulls="consider") == "favourable"
    # homozygous for the class that is chosen: 04:01, the first that leaves one mismatch
    assert expressed("61:01N+04:01/09:01", "02:01+04:01/09:01") == "favourable"
    assert expressed("61:01N+04:01/09:01", "02:01+09:01") == "unfavourable"
    assert expressed("04:01+02:01", "02:01+09:01", NAMES) == "favourable"


def test_names_in_the_table():
    assert dpb1.two_fields("DPB1*04:01:01:24N") == "DPB1*04:01N"
    assert dpb1.two_fields("DPB1*02:01:02:46Q") == "DPB1*02:01Q"
    assert dpb1.two_fields("DPB1*105:01") == "DPB1*105:01" and dpb1.two_fields("NEW") == "NEW"


def test_the_table_of_expression():
    table = expression_table()
    assert {name: table[name] for name in EXPRESSION} == EXPRESSION
    assert set(table.values()) == {"low", "high", "mixed", "unknown"}


# -- leader ------------------------------------------------


def genotype(text, release=NAMES, nulls="ignore_inside_ambiguity"):
    return leader.leader_genotype(pair("B", text, release, nulls))


def test_leader_of_people():
    assert leader.leader("B*07:02:01") == "M" and leader.leader("B*07:65") == "T"
    assert leader.leader("B*07:65N") == "T" and leader.leader("B*15:68") == "M"
    assert genotype("07:02+44:02") == "MT" and genotype("44:02+07:02") == "MT"
    assert genotype("07:02+08:01") == "MM" and genotype("15:01+") == "TT"
    assert genotype("07:02/08:01+15:01/51:01") == "MT"
    assert genotype("07:02/07:65+15:01") == "?" and genotype("NEW+07:02") == "?"
    assert genotype("07:02/44:02+") == "?"
    lists = "B*07:02+B*44:02|B*08:01+B*15:01"
    assert genotype(lists) == "MT" and genotype(lists.replace("15:01", "39:01")) == "?"


def test_leader_and_nulls():
    _, release = generate.miniature(random.Random(1), loci=("A", "B"))
    nulls = sorted(name.split("*")[1] for name in release.alleles if name[:2] == "B*" and name[-1] == "N")
    rest = sorted(name.split("*")[1] for name in release.alleles if name[:2] == "B*" and name[-1] != "N")
    assert nulls and rest
    one = genotype(f"{nulls[0]}+{rest[0]}", release)
    assert one == 2 * leader.leader(f"B*{rest[0]}")
    assert genotype(f"{nulls[0]}+", release) == "?"


def test_leader_of_one_mismatch():
    def compared(patient, donor):
        mine, theirs = pair("B", patient, NAMES), pair("B", donor, NAMES)
        return leader.b_leader(mine, theirs), leader.b_leader_mismatch(mine, theirs)

    assert compared("07:02+44:02", "07:02+08:01") == ("MT/MM", "mismatch")
    assert compared("07:02+44:02", "51:01+07:02") == ("MT/MT", "match")
    assert compared("07:02+44:02", "44:02+08:01") == ("MT/MT", "match")
    assert compared("07:02+44:02", "07:02+44:02") == ("MT/MT", None)
    assert compared("07:02+44:02", "15:01+08:01") == ("MT/MT", None)
    assert compared("07:02+44:02", "07:02+08:01/51:01") == ("MT/?", "unknown")
    assert compared("07:02+44:02/08:02", "07:02+51:01") == ("?/MT", "unknown")
    assert compared("07:02+NEW", "07:02+51:01") == ("?/MT", "unknown")
    assert compared("07:02+44:02/15:01", "07:02+08:01/39:01") == ("MT/MM", "mismatch")
    assert compared("07:02+44:02", "+") == (None, None)


# -- donor fields ------------------------------------------------


def person(**fields):
    return Person("x", fields=fields)


def test_ages():
    def at(born, on):
        donor = person(birth_date=born)
        return clinical.age(donor, datetime.date.fromisoformat(on)), clinical.age_band(
            donor, datetime.date.fromisoformat(on)
        )

    assert at("1998-06-01", "2024-05-31") == (25, "18-25")
    assert at("1998-06-01", "2024-06-01") == (26, "26-30")
    assert at("1996-02-29", "2022-02-28") == (25, "18-25")
    assert at("1996-02-29", "2022-03-01") == (26, "26-30")
    assert at("2010-01-01", "2024-06-01") == (14, "18-25")
    assert clinical.age(person(), datetime.date(2024, 1, 1)) is None
    assert clinical.age_band(person(), datetime.date(2024, 1, 1)) is None
    assert clinical.age_in_days(person(birth_date="2000-02-28"), datetime.date(2000, 3, 1)) == 2


def test_doses_and_weights():
    donor, patient = person(tnc="150", cd34="6", weight_kg="66"), person(weight_kg="60")
    assert clinical.tnc_per_kg(patient, donor) == Fraction(5, 2)  # 150e7 / 60
    assert clinical.cd34_per_kg(patient, donor) == 1  # 6e6 / 60 = 1e5
    assert clinical.weight_ratio(patient, donor) == Fraction(11, 10)
    for mine, theirs in ((person(), donor), (patient, person())):
        assert clinical.tnc_per_kg(mine, theirs) is None and clinical.cd34_per_kg(mine, theirs) is None
        assert clinical.weight_ratio(mine, theirs) is None


def test_low_expression():
    def typed(*loci):
        texts = {"DPB1": "04:01+02:01", "DQB1": "02:01+03:01", "DRB345": "DRB3*01:01+DRB4*01:01"}
        return Person("x", {locus: pair(locus, texts[locus], NAMES) for locus in loci})

    other = Person("y", {"DPB1": pair("DPB1", "09:01+04:01", NAMES), "DQB1": pair("DQB1", "05:01+", NAMES)})
    assert clinical.low_expression_gvh(typed("DPB1"), other) == 1
    assert clinical.low_expression_gvh(typed("DPB1", "DQB1", "DRB345"), other) == 3
    assert clinical.low_expression_gvh(typed(), other) == 0
    assert clinical.low_expression_gvh(other, typed("DQB1")) == 2
