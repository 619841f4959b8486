# SPDX-License-Identifier: Apache-2.0
"""What the columns of donors.csv and patients.csv say about a donor for a patient (sections 5 and 8).

Numbers are `fractions.Fraction` of what is written; None is "not known".
"""

from __future__ import annotations

import datetime
from fractions import Fraction

from .compare import compare_locus

LOW_EXPRESSION_LOCI = ("DRB345", "DQB1", "DPB1")
AGE_BANDS = ("18-25", "26-30", "31-35", "36-40", "41-45", "46+")
CMV_NEGATIVE = ("N", "O", "neg")


def number(person, column):
    text = person.get(column)
    return Fraction(text) if text else None


def date(person, column):
    text = person.get(column)
    return datetime.date.fromisoformat(text) if text else None


# -- age ------------------------------------------------


def age_in_days(person, on):
    born = date(person, "birth_date")
    return None if born is None or born > on else (on - born).days


def age(person, on):
    """Whole years: one more on the birthday itself."""
    born = date(person, "birth_date")
    if born is None or born > on:
        return None
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def age_band(person, on):
    years = age(person, on)
    if years is None:
        return None
    for band, last in zip(AGE_BANDS, (25, 30, 35, 40, 45), strict=False):
        if years <= last:
            return band
    return AGE_BANDS[-1]


# -- of both people ------------------------------------------------


def cmv(patient, donor):
    codes = patient.get("cmv"), donor.get("cmv")
    if "" in codes:
        return "unknown"
    mine, theirs = (code in CMV_NEGATIVE for code in codes)
    return "equal" if mine == theirs else "different"


def abo(patient, donor):
    groups = patient.get("abo"), donor.get("abo")
    if "" in groups:
        return "unknown"
    mine, theirs = ({"A", "B"} & set(group) for group in groups)  # the antigens of the red cells
    minor, major = mine - theirs, theirs - mine
    if minor and major:
        return "bidirectional"
    return "minor" if minor else "major" if major else "identical"


def rh(patient, donor):
    signs = patient.get("rh"), donor.get("rh")
    if "" in signs:
        return "unknown"
    mine, theirs = (sign in ("+", "P") for sign in signs)
    return "identical" if mine == theirs else "different"


def sex(donor):
    """The categories of section 8, "sex and pregnancies"."""
    if donor.get("sex") == "M":
        return "male"
    if donor.get("sex") == "F" and donor.get("pregnancies"):
        return "female, pregnancies" if int(donor.get("pregnancies")) else "female, no pregnancy"
    return "unknown"


def weight_ratio(patient, donor):
    mine, theirs = number(patient, "weight_kg"), number(donor, "weight_kg")
    return None if mine is None or theirs is None else theirs / mine


def tnc_per_kg(patient, donor):
    """10^7 for each kg of the patient; `tnc` is in 10^7."""
    dose, weight = number(donor, "tnc"), number(patient, "weight_kg")
    return None if dose is None or weight is None else dose / weight


def cd34_per_kg(patient, donor):
    """10^5 for each kg of the patient; `cd34` is in 10^6."""
    dose, weight = number(donor, "cd34"), number(patient, "weight_kg")
    return None if dose is None or weight is None else 10 * dose / weight


def low_expression_gvh(patient, donor):
    """GvH mismatches at DRB3/4/5, DQB1 and DPB1 together; none where a side is untyped."""
    return sum(
        compare_locus(patient.typing.get(locus), donor.typing.get(locus))["gvh"]
        for locus in LOW_EXPRESSION_LOCI
    )
