# SPDX-License-Identifier: Apache-2.0
"""Section 8: criteria, presets, and criteria that the user makes.

A criterion is a name, or a dict with `by` and any of `bands`, `order`, `direction`, `weight`, `missing`.
For one donor it gives a place: the lower, the better.
"""

from __future__ import annotations

import datetime
import re
from fractions import Fraction
from itertools import pairwise

from . import clinical
from .compare import compare_locus
from .dpb1 import expression, tce
from .leader import b_leader_mismatch

DEFAULT = (  # "Default order"
    "mismatches",
    "antigen_mismatches",
    "probability",
    "dpb1",
    "availability",
    "age_band",
    "cmv",
    "sex",
    "abo",
    "weight",
    "leader",
    "exact_probability",
    "age",
)
PRESETS = {
    "default": DEFAULT,
    "ptcy": ({"by": "mismatches", "bands": [1]}, "age_band", *DEFAULT),  # 9/10 and 10/10 are one class
    "cord": ("mismatches", "probability", "tnc_per_kg", "cd34_per_kg", "exact_probability"),
    "hla_only": ("mismatches", "antigen_mismatches", "probability", "exact_probability"),
}


# -- the criteria that are categories, best first ------------------------------------------------


def probability_band(hit):
    """0: 90-100 %, .., 9: 0-10 %; then no probability; then unexplained."""
    if not hit.explained:
        return 11
    if hit.p is None:
        return 10
    return 9 - min(9, int(10 * hit.p[0]))


def dpb1_answer(hit, case):
    answer, _possible = tce(*hit.typings("DPB1"), case.tce_version)
    return answer or "unknown"


# name -> the words in order, the word of a hit
CATEGORIES = {
    "probability": (range(12), lambda hit, case: probability_band(hit)),
    "dpb1": (
        ("match", "permissive", "unknown", "nonpermissive_hvg", "nonpermissive_gvh"),
        dpb1_answer,
    ),
    "availability": (
        ("AV", "", "TU", "OP", "DE"),
        lambda hit, case: {"RS": "AV"}.get(hit.donor.get("status"), hit.donor.get("status")),
    ),
    "age_band": ((*clinical.AGE_BANDS, None), lambda hit, case: clinical.age_band(hit.donor, case.on)),
    "cmv": (("equal", "unknown", "different"), lambda hit, case: clinical.cmv(hit.patient, hit.donor)),
    "sex": (
        ("male", "female, no pregnancy", "unknown", "female, pregnancies"),
        lambda hit, case: clinical.sex(hit.donor),
    ),
    "abo": (
        ("identical", "minor", "major", "bidirectional", "unknown"),
        lambda hit, case: clinical.abo(hit.patient, hit.donor),
    ),
    "leader": (
        ("match", "unknown", "mismatch"),  # without exactly one B mismatch as if they matched
        lambda hit, case: b_leader_mismatch(*hit.typings("B")) or "match",
    ),
    "dpb1_expression": (
        ("matched", "favourable", "unknown", "unfavourable"),
        lambda hit, case: expression(*hit.typings("DPB1"), case.expression) or "unknown",
    ),
    "rh": (("identical", "unknown", "different"), lambda hit, case: clinical.rh(hit.patient, hit.donor)),
}


# -- the criteria that are numbers ------------------------------------------------


def antigen_mismatches(hit):
    return sum(letters.count("M") for letters in hit.letters.values())


def first_probability(hit):
    return None if hit.p is None else hit.p[0]


COUNTS = {
    "mismatches": lambda hit: hit.mismatches,
    "antigen_mismatches": antigen_mismatches,
    "mismatches_max": lambda hit: hit.mismatches_max,
    "gvh": lambda hit: hit.gvh,
    "hvg": lambda hit: hit.hvg,
    "low_expression": lambda hit: clinical.low_expression_gvh(hit.patient, hit.donor),
}
# name -> the direction unless another one is given, the number of a hit
NUMBERS = {
    "exact_probability": ("descending", lambda hit, case: first_probability(hit)),
    "weight": ("descending", lambda hit, case: clinical.number(hit.donor, "weight_kg")),
    "weight_ratio": ("descending", lambda hit, case: clinical.weight_ratio(hit.patient, hit.donor)),
    "tnc_per_kg": ("descending", lambda hit, case: clinical.tnc_per_kg(hit.patient, hit.donor)),
    "cd34_per_kg": ("descending", lambda hit, case: clinical.cd34_per_kg(hit.patient, hit.donor)),
    "age": ("ascending", lambda hit, case: clinical.age_in_days(hit.donor, case.on)),
}
NUMBER_COLUMNS = ("weight_kg", "pregnancies", "donations", "abroad_donations", "tnc", "cd34", "volume_ml")
DATE_COLUMNS = ("birth_date", "registered", "last_contact")


def number_of(name, hit, case):
    """(direction unless another one is given, value or None)."""
    if name in COUNTS:
        return "ascending", COUNTS[name](hit)
    if name in NUMBERS:
        direction, value = NUMBERS[name]
        return direction, value(hit, case)
    if match := re.fullmatch("(.+)_mm", name):
        return "ascending", compare_locus(*hit.typings(match[1]))["mismatches"]
    if match := re.fullmatch("p([0-9]+)", name):
        return "ascending", None if hit.p is None else hit.p[int(match[1])]
    if name in NUMBER_COLUMNS:
        return "ascending", clinical.number(hit.donor, name)
    if name in DATE_COLUMNS:
        return "ascending", clinical.date(hit.donor, name)
    raise ValueError(f"the criterion {name!r} is no number and has no order")


# -- places ------------------------------------------------


class Case:
    """What the places of all donors depend on."""

    def __init__(self, on, expression=None, tce_version=None):
        self.on, self.expression, self.tce_version = on, expression or {}, tce_version


def full(criterion):
    """A criterion with all its keys."""
    given = {"by": criterion} if isinstance(criterion, str) else dict(criterion)
    keys = ("by", "bands", "order", "direction", "weight", "missing")
    if unknown := set(given) - set(keys):
        raise ValueError(f"no such key {', '.join(sorted(unknown))}")
    criterion = {key: given.get(key) for key in keys}
    if criterion["direction"] not in (None, "ascending", "descending"):
        raise ValueError("a direction is ascending or descending")
    if criterion["missing"] not in (None, "first", "last"):
        raise ValueError("a missing value is first or last")
    edges = criterion["bands"]
    if edges is not None and (not edges or any(one >= other for one, other in pairwise(edges))):
        raise ValueError("the edges of bands ascend")
    return criterion


def place(criterion, hit, case):
    """(where a missing value is, the place): pairs to sort by."""
    name = criterion["by"]
    if name in CATEGORIES:
        if any(criterion[key] is not None for key in ("bands", "order", "direction", "missing")):
            raise ValueError(f"{name} is a category")
        words, word_of = CATEGORIES[name]
        return 0, list(words).index(word_of(hit, case))
    if criterion["order"] is not None:
        word, words = hit.donor.get(name), list(criterion["order"])
        if not word:
            return missing(criterion)
        # "a word that is not listed comes after those listed"
        return 0, words.index(word) if word in words else len(words)
    direction, value = number_of(name, hit, case)
    direction = criterion["direction"] or direction
    if value is None:
        return missing(criterion)
    if criterion["bands"] is not None:
        return 0, band(value, criterion["bands"], direction)
    if isinstance(value, datetime.date):
        value = value.toordinal()
    return 0, -value if direction == "descending" else value


def missing(criterion):
    """After everything, or before it."""
    return (-1, 0) if criterion["missing"] == "first" else (1, 0)


def band(value, edges, direction):
    """The number of the band. Ascending: an edge belongs to the band below it; else to the one above."""
    if isinstance(value, datetime.date):
        edges = [datetime.date.fromisoformat(str(edge)) for edge in edges]
    else:
        edges = [Fraction(edge) for edge in edges]
    if direction == "ascending":
        return sum(value > edge for edge in edges)
    return sum(value < edge for edge in edges)


def points(criterion, hit, case):
    """What a weighted criterion is worth without its weight: the number of the category or band."""
    where, number = place(criterion, hit, case)
    if where < 0:
        return -1
    name = criterion["by"]
    if name in CATEGORIES:
        return number
    if criterion["order"] is not None:
        return number if where == 0 else len(criterion["order"]) + 1
    if criterion["bands"] is not None:
        return number if where == 0 else len(criterion["bands"]) + 1  # one after the last band
    if name in COUNTS or name.endswith("_mm"):
        return number
    raise ValueError(f"the weighted criterion {name} needs bands")


# -- the order ------------------------------------------------


def criteria_of(ranking):
    """A preset's name or a list of criteria -> full criteria."""
    return [full(criterion) for criterion in (PRESETS[ranking] if isinstance(ranking, str) else ranking)]


def rank(hits, ranking, case):
    """The hits in order, with `rank`, `places` and `reason`, the name of what put one below the one above."""
    criteria = criteria_of(ranking)
    weighted = [criterion for criterion in criteria if criterion["weight"] is not None]
    others = [criterion for criterion in criteria if criterion["weight"] is None]
    for hit in hits:
        score = sum(Fraction(criterion["weight"]) * points(criterion, hit, case) for criterion in weighted)
        hit.places = [("score", score)] if weighted else []
        hit.places += [(criterion["by"], place(criterion, hit, case)) for criterion in others]
        hit.places.append(("donor_id", hit.donor.id.encode("utf-8")))  # "ties end with donor id"
    hits = sorted(hits, key=lambda hit: [value for _, value in hit.places])
    for number, hit in enumerate(hits, start=1):
        hit.rank = number
        hit.reason = "" if number == 1 else separating(hits[number - 2], hit)
    return hits


def separating(above, here):
    """The first criterion that separates two donors."""
    for (name, one), (_, other) in zip(above.places, here.places, strict=True):
        if one != other:
            return name
    return ""
