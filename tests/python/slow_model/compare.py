# SPDX-License-Identifier: Apache-2.0
"""Comparing one locus of a patient and a donor (section 4), by plain enumeration of resolutions."""

from __future__ import annotations

from itertools import product

from .typing import NEW

NOTHING = "(no product)"


def compare_locus(patient, donor, *, homozygous_once=False):
    """`patient` and `donor`: LocusTyping of one locus, or None for a locus that is not typed."""
    if patient is None or donor is None or not patient.typed or not donor.typed:
        # "Untyped on either side: 0 mismatches at least, 2 at most, letters `-`."
        return {"mismatches": 0, "mismatches_max": 2, "gvh": 0, "hvg": 0, "letters": "--"}

    release, locus = patient.release, patient.locus
    best = None  # (matched, certain, antigen-matched), letters
    always_certain = [True, True]  # "A stays where every pair of alternatives has A at that position"
    lowest, highest, gvh, hvg = 2, 0, 2, 2
    for p in patient.alternatives:  # "on ties the first in the patient's order,
        for d in donor.alternatives:  # then the donor's"
            key, letters, _ = best_orientation(release, locus, p, d)
            if best is None or key > best[0]:
                best = (key, letters)
            for i in (0, 1):
                always_certain[i] = always_certain[i] and letters[i] == "A"
            lowest = min(lowest, 2 - key[0])
            counts = [(count_once if homozygous_once else count)(x, y) for x, y in resolutions(p, d)]
            highest = max(highest, max(counts))
            if homozygous_once and not has_blank(p, d):
                lowest = min(lowest, min(counts))
            gvh = min(gvh, lowest_lacked(p, d))
            hvg = min(hvg, lowest_lacked(d, p))

    letters = ""
    for i in (0, 1):
        letter = best[1][i]
        letters += "P" if letter == "A" and not always_certain[i] else letter
    return {"mismatches": lowest, "mismatches_max": highest, "gvh": gvh, "hvg": hvg, "letters": letters}


def best_pair(patient, donor):
    """What stands opposite each other in the best pair of alternatives and its orientation:
    [(patient's position, donor's position, letter), ..] in donor order; None where a side is untyped."""
    if patient is None or donor is None or not patient.typed or not donor.typed:
        return None
    best = None
    for p in patient.alternatives:
        for d in donor.alternatives:
            key, letters, order = best_orientation(patient.release, patient.locus, p, d)
            if best is None or key > best[0]:
                best = (key, [(p[order[i]], d[i], letters[i]) for i in (0, 1)])
    return best[1]


def best_orientation(release, locus, p, d):
    """(matched, certain, antigen-matched), letters in donor order, and the patient's positions in that
    order: the better orientation."""
    results = []
    for order in ((0, 1), (1, 0)):  # direct first: it stays on ties
        letters = "".join(letter_of(release, locus, p[order[i]], d[i]) for i in (0, 1))
        matched = sum(letter in "AP-" for letter in letters)  # a DRB345 blank fits anything
        results.append(((matched, letters.count("A"), letters.count("L")), letters, order))
    direct, crossed = results
    return crossed if crossed[0] > direct[0] else direct


def letter_of(release, locus, p, d):
    if p.kind == "blank" or d.kind == "blank":
        return "-"
    if p.kind == "absent" or d.kind == "absent":
        # Section 3: no product against no product is AA, against anything expressed MM.
        return "A" if p.kind == d.kind else "M"
    if (p.classes & d.classes) - {NEW}:
        return "A" if all(x == y for x, y in product(p.classes, d.classes)) else "P"
    return "L" if antigen_match(release, locus, p, d) else "M"


def antigen_match(release, locus, p, d):
    if locus == "DPB1":
        return False  # "Every DPB1 mismatch is M."
    if p.antigens and d.antigens:
        return any(release.in_line(x, y) for x, y in product(p.antigens, d.antigens))
    return bool(p.first_fields & d.first_fields)


# -- resolutions ------------------------------------------------


def has_blank(p, d):
    return any(position.kind == "blank" for position in p + d)


def outcomes(p, d):
    """For the four positions of two genotypes the list of what each may resolve to.

    NEW equals nothing, so each position has a NEW of its own; a blank resolves to nothing known here.
    Classes that occur in exactly the same positions are exchangeable, and a resolution takes at most
    four of them: more than four of a kind add no new pattern of equal and different and are left out.
    """
    positions = p + d
    kept = [[] for _ in positions]
    kinds = {}
    for name in sorted(set().union(*(position.classes for position in positions)) - {NEW}):
        where = tuple(i for i, position in enumerate(positions) if name in position.classes)
        kinds[where] = kinds.get(where, 0) + 1
        if kinds[where] <= 4:
            for i in where:
                kept[i].append(name)
    for i, position in enumerate(positions):
        if position.kind == "new":
            kept[i] = [f"NEW of position {i}"]
        elif position.kind == "absent":
            kept[i] = [NOTHING]
        elif position.kind == "blank":
            kept[i] = [f"blank of position {i}"]
    return kept


def resolutions(p, d):
    """Every ((patient's two), (donor's two)) that the two genotypes allow."""
    for a, b, c, e in product(*outcomes(p, d)):
        yield (a, b), (c, e)


def count(x, y):
    """Mismatches of one resolution: 2 minus the matched positions of the better orientation."""
    return 2 - max((x[0] == y[0]) + (x[1] == y[1]), (x[1] == y[0]) + (x[0] == y[1]))


def count_once(x, y):
    """The option of section 4: A,A against B,B counts as 1."""
    if x[0] == x[1] and y[0] == y[1] and x[0] != y[0] and NOTHING not in x + y:
        return 1
    return count(x, y)


def lowest_lacked(mine, theirs):
    """Positions of `mine` whose class `theirs` lacks, the lowest over the resolutions."""
    lowest = 2
    for x, y in resolutions(mine, theirs):
        # A blank of `mine` may be nothing at all; a blank of `theirs` may be any one class of mine.
        needed = [name for i, name in enumerate(x) if mine[i].kind not in ("blank", "absent")]
        choices = [(set(needed) | {NOTHING}) if theirs[i].kind == "blank" else {y[i]} for i in (0, 1)]
        for have in product(*choices):
            lowest = min(lowest, sum(name not in have for name in needed))
    return lowest
