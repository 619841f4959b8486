# SPDX-License-Identifier: Apache-2.0
"""Section 6, cord units: match classes 3/6 to 6/6 and 4/8 to 8/8, doses, single and double units."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations, product
from math import floor

from . import clinical
from .compare import compare_locus, letter_of
from .ranking import Case, rank
from .search import compare_people

LOCI = {"6": ("A", "B", "DRB1"), "8": ("A", "B", "C", "DRB1")}


class CordError(ValueError):
    """A request that has no answer."""


# -- one unit ------------------------------------------------


def read_match(match):
    """'4/6' -> (2 mismatches, '6')."""
    least, slash, of = match.partition("/")
    if not slash or of not in LOCI or not least.isdigit() or int(least) > int(of):
        raise CordError(f"no such match {match!r}")
    return int(of) - int(least), of


def antigen_level(patient, donor):
    """Positions that are not A, P or L: the fewest over alternatives and orientations."""
    if patient is None or donor is None or not patient.typed or not donor.typed:
        return 0
    return min(
        sum(letter_of(patient.release, patient.locus, p[order[i]], d[i]) == "M" for i in (0, 1))
        for p, d in product(patient.alternatives, donor.alternatives)
        for order in ((0, 1), (1, 0))
    )


def unit_mismatches(one, other, of):
    """{locus: mismatches} of two people: "A and B at antigen level and DRB1 at class level"; of 8 all by
    class."""
    counts = {}
    for locus in LOCI[of]:
        typings = one.typing.get(locus), other.typing.get(locus)
        if of == "6" and locus in ("A", "B"):
            counts[locus] = antigen_level(*typings)
        else:
            counts[locus] = compare_locus(*typings)["mismatches"]
    return counts


def is_cord(donor):
    return donor.get("type") in ("cord", "C")


def enough(dose, least):
    """A unit without the value does not reach a threshold."""
    return least is None or (dose is not None and dose >= Fraction(least))


def check_weight(patient, *thresholds):
    if patient.get("weight_kg") == "" and any(least is not None for least in thresholds):
        raise CordError("a dose for each kg needs the patient's weight")


def search_cords(
    patient,
    donors,
    match="4/6",
    min_tnc_per_kg=None,
    min_cd34_per_kg=None,
    *,
    on=None,
    rank_by="cord",
    predict=None,
    expression=None,
    tce_version=None,
    top=None,
):
    """Hits whose `mismatches` is the count of the cord class."""
    check_weight(patient, min_tnc_per_kg, min_cd34_per_kg)
    most, of = read_match(match)
    hits = []
    for donor in filter(is_cord, donors):
        count = sum(unit_mismatches(patient, donor, of).values())
        if count > most:
            continue
        if not enough(clinical.tnc_per_kg(patient, donor), min_tnc_per_kg):
            continue
        if not enough(clinical.cd34_per_kg(patient, donor), min_cd34_per_kg):
            continue
        hit = replace(compare_people(patient, donor, LOCI[of]), mismatches=count)
        if predict is not None:
            hit.p, hit.explained = predict(patient, donor)
        hits.append(hit)
    return rank(hits, rank_by, Case(on, expression, tce_version))[:top]


# -- two units ------------------------------------------------


@dataclass
class UnitPair:
    first: str
    second: str
    mismatches: tuple  # of both with the patient, in the order of the units
    unit_mismatches: int  # of one unit with the other
    total_tnc_per_kg: Fraction
    lowest_tnc_per_kg: Fraction
    abo_not_identical: int
    key: tuple = ()


def search_cord_pairs(
    patient,
    donors,
    match="4/6",
    min_tnc_per_kg=None,
    min_cd34_per_kg=None,
    min_total_tnc_per_kg=None,
    *,
    dose_band=1,
    top=None,
):
    """(the best pairs, the number of all)."""
    check_weight(patient, min_tnc_per_kg, min_cd34_per_kg, min_total_tnc_per_kg)
    most, of = read_match(match)
    dose_band = Fraction(dose_band)
    if dose_band <= 0:
        raise CordError("a band of doses is wider than nothing")

    units = []  # each one: its place among two, its donor
    for donor in filter(is_cord, donors):
        count = sum(unit_mismatches(patient, donor, of).values())
        tnc = clinical.tnc_per_kg(patient, donor)
        cd34 = clinical.cd34_per_kg(patient, donor)
        if count <= most and enough(tnc, min_tnc_per_kg) and enough(cd34, min_cd34_per_kg):
            units.append((count, -(tnc or Fraction(0)), donor.id.encode("utf-8"), donor))

    pairs = []
    for one, other in combinations(units, 2):
        first, second = sorted((one, other), key=lambda unit: unit[:3])  # the better unit first
        total, lowest = -first[1] - second[1], min(-first[1], -second[1])
        if total < Fraction(min_total_tnc_per_kg or 0):
            continue
        between = sum(unit_mismatches(first[3], second[3], of).values())
        other_abo = sum(clinical.abo(patient, unit[3]) != "identical" for unit in (first, second))
        pair = UnitPair(first[3].id, second[3].id, (first[0], second[0]), between, total, lowest, other_abo)
        pair.key = (
            max(pair.mismatches),
            min(pair.mismatches),
            -floor(total / dose_band),
            -floor(lowest / (dose_band / 2)),
            between,
            other_abo,
            -total,
            first[2],
            second[2],
        )
        pairs.append(pair)
    pairs.sort(key=lambda pair: pair.key)
    return pairs[:top], len(pairs)
