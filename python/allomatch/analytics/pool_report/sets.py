# SPDX-License-Identifier: Apache-2.0
"""Sets of the most frequent haplotypes, as the match likelihood takes them."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ... import _core
from ...estimation import Estimate
from ...frequencies import Frequencies
from .._haplotypes import Haplotypes

LIKELIHOOD_HAPLOTYPES = 4_000
LIKELIHOOD_COPIES = 0.01
LARGEST = 6
LEAST_PEOPLE = 500

Named = tuple[list[str], Any]
"""Names and frequencies of haplotypes."""


def named(haplotypes: Haplotypes) -> Named:
    """The most frequent first."""
    order = np.argsort(-haplotypes.frequencies, kind="stable")
    columns = [
        np.asarray(names, dtype=object)[codes]
        for names, codes in zip(haplotypes.names, haplotypes.codes, strict=True)
    ]
    return ["~".join(column[at] for column in columns) for at in order], haplotypes.frequencies[order]


def most_frequent(frequencies: Frequencies, population: str, most: int) -> tuple[Frequencies, float]:
    """The most frequent haplotypes of a set as one of its own, and their part of the whole."""
    names, values = named(Haplotypes.of(frequencies, population))
    if len(names) <= most:
        return frequencies, 1.0
    kept = {population: (names[:most], values[:most])}
    return sets_of(kept, frequencies.nomenclature), float(values[:most].sum())


def likeliest(estimate: Estimate) -> Named:
    """The haplotypes of an estimate that the match likelihood takes."""
    table = estimate.columns()
    most = min(LIKELIHOOD_HAPLOTYPES, int((table["count"] >= LIKELIHOOD_COPIES).sum()))
    return table["haplotype"][:most], table["frequency"][:most]


def sets_of(haplotypes: Mapping[str, Named], nomenclature: _core.Nomenclature) -> Frequencies:
    """Haplotypes by population as frequencies."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "most_frequent.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["population", "haplotype", "frequency"])
            for population, (names, values) in haplotypes.items():
                rows = zip(names, values, strict=True)
                writer.writerows([population, name, repr(float(value))] for name, value in rows)
        return Frequencies.read(path, nomenclature)


def largest_branches(
    estimates: Mapping[str, Estimate], sizes: Mapping[str, int], rest: Named, nomenclature: _core.Nomenclature
) -> tuple[Frequencies, dict[str, str], dict[str, int]]:
    """The sets of the largest branches whose estimates have enough people, and of all others one set.

    Args:
        estimates: by branch.
        sizes: donors by branch.
        rest: haplotypes of the others.

    Returns:
        Frequencies whose populations are numbered, the branch of each (empty: the others), and donors by
        population.
    """
    fit = [name for name, one in estimates.items() if one.people >= LEAST_PEOPLE]
    chosen = sorted(fit, key=lambda name: (-sizes[name], name))[:LARGEST]
    chosen = chosen if len(chosen) > 1 else []
    haplotypes = {str(at): likeliest(estimates[name]) for at, name in enumerate(chosen)}
    donors = {str(at): sizes[name] for at, name in enumerate(chosen)}
    branches = dict(zip(haplotypes, chosen, strict=True))
    others = sum(sizes.values()) - sum(donors.values())
    if others or not chosen:
        number = str(len(chosen))
        haplotypes[number], donors[number], branches[number] = rest, others, ""
    return sets_of(haplotypes, nomenclature), branches, donors
