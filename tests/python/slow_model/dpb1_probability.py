# SPDX-License-Identifier: Apache-2.0
"""Sections 5 and 7 together: the probability of each answer of the TCE decision of two people.

Plain sums over the genotypes of both at DPB1, as a search at the same loci and DPB1 resolves them.
"""

from __future__ import annotations

import functools
from fractions import Fraction
from itertools import product

from .compare import count
from .dpb1 import ANSWERS, lowest_group, tce_answer, tce_groups, typed
from .genotypes import expressed, keys
from .probability import genotypes_of
from .typing import expressed_alleles


def tce_probabilities(patient, donor, sets, loci, fallbacks=(), version=None):
    """{answer: Fraction}; None where the set of one of the two lacks DPB1, or does not explain the person."""
    loci = keys((*keys(loci), "DPB1"))
    mine, theirs = (genotypes_of(person, sets, loci, fallbacks) for person in (patient, donor))
    if not all(found.explained and "DPB1" in found.loci for found in (mine, theirs)):
        return None
    groups = tce_groups(sets[mine.population].release, version)
    lowest, their_lowest = (
        functools.cache(functools.partial(lowest_groups, person, sets[found.population], groups))
        for person, found in ((patient, mine), (donor, theirs))
    )
    weights = dict.fromkeys(ANSWERS, 0)
    for ((x,), weight), ((y,), other) in product(mine.at(("DPB1",)).items(), theirs.at(("DPB1",)).items()):
        x_classes, y_classes = expressed(x), expressed(y)
        if count(x_classes, y_classes) == 0:
            answer = "match"
        else:
            answer = answer_of(lowest(x_classes), their_lowest(y_classes))
        weights[answer] += weight * other
    whole = sum(weights.values())
    return {answer: Fraction(weight, whole) for answer, weight in weights.items()}


def answer_of(mine, theirs):
    """Section 5, "if they are one, that is the answer, else unknown"."""
    answers = {tce_answer(one, other) for one, other in product(mine, theirs)}
    return answers.pop() if len(answers) == 1 else "unknown"


def lowest_groups(person, frequencies, groups, classes):
    """All that the lowest group of a genotype may be: of the alleles listed for it, untyped of all."""
    release, (a, b) = frequencies.release, classes
    typing = person.typing.get("DPB1")
    if not typed(typing):
        names = expressed_of_dpb1(release)
        found = {
            lowest_group(pair) for pair in product(*(of_class(release, names, groups, c) for c in classes))
        }
        return found or {None}
    found = set()
    for first, second in typing.pairs:
        for one, other in ((first, second), (second, first)):
            ones = of_class(release, expressed_alleles(release, one), groups, a)
            others = of_class(release, expressed_alleles(release, other), groups, b)
            found |= {lowest_group(pair) for pair in product(ones, others)}
            if a == b and (one.is_null or frequencies.carries("DPB1", one.alleles)):
                found |= others  # "a null: homozygous"
    return found or {None}


def of_class(release, names, groups, wanted):
    return {groups.get(name) for name in names if release.class_of(name) == wanted}


@functools.cache
def expressed_of_dpb1(release):
    return [n for n, allele in release.alleles.items() if allele.locus == "DPB1" and not release.is_null(n)]
