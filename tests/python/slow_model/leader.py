# SPDX-License-Identifier: Apache-2.0
"""Section 5, the HLA-B leader: M or T for an allele, two letters for a person, and the mismatched pair."""

from __future__ import annotations

from itertools import product

from .compare import best_pair
from .dpb1 import resolved, typed
from .release import split_name
from .typing import NEW

M_FAMILIES = ("07", "08", "14", "38", "39", "42", "48", "67", "73", "81")
T_INSTEAD = ("07:65", "07:271", "07:390", "07:489", "08:276")
M_INSTEAD = (
    *("13:117", "15:68", "18:206", "35:516", "35:520", "40:416", "44:387"),
    *("49:78", "50:21", "51:399", "52:90", "56:68", "58:112"),
)


def leader(name):
    """'M' or 'T' for an allele 'B*07:02:01'; None for NEW."""
    if name == NEW:
        return None
    fields, _suffix = split_name(name.split("*")[1])
    if ":".join(fields[:2]) in T_INSTEAD:
        return "T"
    if ":".join(fields[:2]) in M_INSTEAD:
        return "M"
    return "M" if fields[0] in M_FAMILIES else "T"


def leader_genotype(typing):
    """MM, MT, TT, or '?' "where it is not certain"."""
    found = {"?" if not pair or None in pair else "".join(sorted(pair)) for pair in resolved(typing, leader)}
    return found.pop() if len(found) == 1 else "?"


def b_leader(patient, donor):
    """'MT/TT', patient first; None where B is untyped on a side."""
    if not typed(patient) or not typed(donor):
        return None
    return f"{leader_genotype(patient)}/{leader_genotype(donor)}"


def b_leader_mismatch(patient, donor):
    """For one B mismatch "whether the leaders of the two mismatched alleles agree"."""
    opposite = best_pair(patient, donor)
    mismatched = [(mine, theirs) for mine, theirs, letter in opposite or () if letter in "LM"]
    if len(mismatched) != 1:
        return None
    mine, theirs = ({leader(name) for name in position.alleles} for position in mismatched[0])
    if None in mine or None in theirs:
        return "unknown"
    agree = {one == other for one, other in product(mine, theirs)}
    if len(agree) == 2:
        return "unknown"
    return "match" if agree == {True} else "mismatch"
