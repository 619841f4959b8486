# SPDX-License-Identifier: Apache-2.0
"""Linkage disequilibrium from haplotype frequencies."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import option_values
from ._haplotypes import Haplotypes
from ._pool import Floats, frame_of

if TYPE_CHECKING:
    import pandas

    from ..frequencies import Frequencies

_STRENGTH = (
    "locus_1",
    "locus_2",
    "alleles_1",
    "alleles_2",
    "haplotypes",
    "d_prime",
    "w_n",
    "w_1_given_2",
    "w_2_given_1",
)
# In the order of the chromosome, telomere first.
_ORDER = ("A", "C", "B", "DRB345", "DRB1", "DQA1", "DQB1", "DPA1", "DPB1")


def linkage(frequencies: Frequencies, loci: Any = None, *, population: str | None = None) -> pandas.DataFrame:
    """How strongly each two loci are associated.

    Args:
        frequencies: haplotype frequencies; a set is divided by its sum.
        loci: ``10/10``, a list; all of the set when left out.
        population: the set to use, when there are several.

    Returns:
        One row a pair of loci, in the order of the chromosome: ``locus_1``, ``locus_2``, ``alleles_1``,
        ``alleles_2`` (distinct classes), ``haplotypes`` (distinct at the two), ``d_prime`` (Hedrick PW,
        Genetics 1987;117:331-341), ``w_n`` (Cramer V, Cohen's omega; 0 independent, 1 each allele has its
        own partner), ``w_1_given_2`` and ``w_2_given_1`` (conditional asymmetric LD, Thomson G and Single
        RM, Genetics 2014;198:321-331: how far the allele of one locus is told by that of the other). All are
        in [0, 1]; NaN where a locus has one allele.

    Raises:
        FormatError: the set lacks a locus, fewer than two, or which population is open.

    Small sets overstate all four: with few people, rare alleles have been seen with one partner only.
    """
    haplotypes = Haplotypes.of(frequencies, population)
    chosen = haplotypes.loci if loci is None else option_values.loci("loci", loci)
    for locus in chosen:
        haplotypes.place(locus)
    if len(chosen) < 2:
        raise option_values.refuse("loci", ",".join(chosen), "expected two loci or more")
    rows = [
        (a, b, *_strength(haplotypes.table(a, b)))
        for a, b in combinations(sorted(chosen, key=_ORDER.index), 2)
    ]
    return frame_of({name: [row[at] for row in rows] for at, name in enumerate(_STRENGTH)})


def linkage_pairs(
    frequencies: Frequencies, first: str, second: str, *, population: str | None = None
) -> pandas.DataFrame:
    """How strongly each two alleles of two loci are associated.

    Returns:
        One row a pair of classes, the most frequent first: ``allele_1``, ``allele_2``, ``frequency`` of the
        two on one haplotype, ``expected`` (product of the allele frequencies), ``d`` (difference of the two),
        ``d_prime`` (d divided by the most it can be with these alleles; in [-1, 1], Lewontin RC, Genetics
        1964;49:49-67) and ``r2`` (squared correlation, in [0, 1]). Pairs that never occur are there too,
        with frequency 0 and ``d_prime`` -1.

    Raises:
        FormatError: the set lacks a locus, or which population is open.
    """
    haplotypes = Haplotypes.of(frequencies, population)
    a, b = haplotypes.place(first, "first"), haplotypes.place(second, "second")
    if a == b:
        raise option_values.refuse("second", second, "expected another locus than the first")
    table = haplotypes.table(first, second)
    expected, d, d_prime = _disequilibrium(table)
    p, q = table.sum(axis=1)[:, np.newaxis], table.sum(axis=0)[np.newaxis, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        r2 = np.square(d) / (p * (1 - p) * q * (1 - q))
    columns = {
        "allele_1": np.repeat(haplotypes.names[a], table.shape[1]),
        "allele_2": np.tile(haplotypes.names[b], table.shape[0]),
        "frequency": table.ravel(),
        "expected": expected.ravel(),
        "d": d.ravel(),
        "d_prime": d_prime.ravel(),
        "r2": r2.ravel(),
    }
    found = frame_of(columns)
    order = ["frequency", "expected", "allele_1", "allele_2"]
    return found.sort_values(order, ascending=[False, False, True, True], ignore_index=True)


def _disequilibrium(table: Floats) -> tuple[Floats, Floats, Floats]:
    """Expected frequencies, D and D'. A locus with one allele has neither."""
    p, q = table.sum(axis=1)[:, np.newaxis], table.sum(axis=0)[np.newaxis, :]
    expected = p * q
    d = table - expected
    most = np.where(d < 0, np.minimum(expected, (1 - p) * (1 - q)), np.minimum(p * (1 - q), (1 - p) * q))
    with np.errstate(divide="ignore", invalid="ignore"):
        d_prime = np.where(most > 0, d / most, np.nan)
    return expected, d, np.clip(d_prime, -1, 1)


def _strength(table: Floats) -> tuple[float, ...]:
    p, q = table.sum(axis=1), table.sum(axis=0)
    found = int((p > 0).sum()), int((q > 0).sum()), int((table > 0).sum())
    if min(found[:2]) < 2:
        return (*found, *[float("nan")] * 4)
    expected, d, d_prime = _disequilibrium(table)
    chi2 = float((np.square(d) / expected).sum())
    homozygous = float(np.square(p).sum()), float(np.square(q).sum())
    given = (
        float((np.square(table) / q[np.newaxis, :]).sum()),
        float((np.square(table) / p[:, np.newaxis]).sum()),
    )
    asymmetric = [
        float(np.sqrt(max(0.0, told - alone) / (1 - alone)))
        for told, alone in zip(given, homozygous, strict=True)
    ]
    hedrick = float((expected * np.abs(d_prime)).sum())
    return (*found, hedrick, float(np.sqrt(chi2 / (min(found[:2]) - 1))), asymmetric[0], asymmetric[1])
