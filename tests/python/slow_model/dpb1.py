# SPDX-License-Identifier: Apache-2.0
"""Section 5 at DPB1: the TCE decision with all its possible answers, and expression."""

from __future__ import annotations

import csv
from itertools import product
from pathlib import Path

from .compare import best_pair
from .release import split_name
from .typing import NEW, expressed_alleles, may_be_null

# "with the possible answers listed", in this order
ANSWERS = ("match", "permissive", "nonpermissive_hvg", "nonpermissive_gvh", "unknown")


def typed(typing):
    return typing is not None and typing.typed


def resolved(typing, value=lambda name: name):
    """Every pair of alleles that a typing allows, as a value of each allele; (): no product.

    Nulls are dropped inside ambiguous positions (unless the policy is `consider`); a position that is
    null takes the allele of the other one; a blank copies the other position, independently of it.
    """
    pairs = set()
    for readings in typing.pairs:
        first, second = (
            {value(name) for name in expressed_alleles(typing.release, reading)} for reading in readings
        )
        first_null, second_null = (may_be_null(reading, typing.nulls) for reading in readings)
        pairs |= set(product(first, second))
        if first_null:
            pairs |= {(one, one) for one in second}
        if second_null:
            pairs |= {(one, one) for one in first}
        if first_null and second_null:
            pairs.add(())
    return pairs


# -- TCE ------------------------------------------------


def tce(patient, donor, version=None):
    """(answer, possible answers) of two LocusTyping of DPB1; (None, ()) where a side is untyped."""
    if not typed(patient) or not typed(donor):
        return None, ()
    if all(letter in "AP" for _, _, letter in best_pair(patient, donor)):
        return "match", ("match",)  # "A locus with letters A/P at both positions is an allele match first."
    groups = tce_groups(patient.release, version)
    found = {
        tce_answer(mine, theirs)
        for mine in map(lowest_group, resolved(patient, groups.get))
        for theirs in map(lowest_group, resolved(donor, groups.get))
    }
    possible = tuple(answer for answer in ANSWERS if answer in found)
    return (possible[0] if len(possible) == 1 else "unknown"), possible


def tce_groups(release, version=None):
    """{allele: group}: "newest version column by default"."""
    if not release.tce:
        return {}
    newest = max(release.tce, key=lambda name: int(name[1:]))
    return release.tce[version or newest]


def lowest_group(pair):
    """m, "lowest group number of a person's two alleles"; None where an allele has no group."""
    return None if not pair or None in pair else min(pair)


def tce_answer(mine, theirs):
    if mine is None or theirs is None:
        return "unknown"
    if mine == theirs:
        return "permissive"
    return "nonpermissive_gvh" if mine < theirs else "nonpermissive_hvg"


# -- expression ------------------------------------------------


def load_expression(path):
    """{'DPB1*04:01': 'low', ..} from a table with the columns allele and expression."""
    with Path(path).open(encoding="utf-8", newline="") as file:
        return {row["allele"]: row["expression"] for row in csv.DictReader(file, delimiter="\t")}


def expression(patient, donor, table):
    """None, 'matched', 'favourable', 'unfavourable' or 'unknown'."""
    opposite = best_pair(patient, donor)
    if opposite is None:
        return None
    mismatched = [mine for mine, _, letter in opposite if letter in "LM"]
    if len(mismatched) != 1:
        return None if mismatched else "matched"
    found = {table.get(two_fields(name)) for name in mismatched[0].alleles}
    if found == {"low"}:
        return "favourable"  # "when the patient's mismatched allele is low"
    return "unfavourable" if found == {"high"} else "unknown"


def two_fields(name):
    """'DPB1*04:01:01:24N' -> 'DPB1*04:01N': the suffix stays, as in the table."""
    if name == NEW:
        return name
    fields, suffix = split_name(name)
    return ":".join(fields[:2]) + suffix
