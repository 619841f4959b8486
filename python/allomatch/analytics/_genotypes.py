# SPDX-License-Identifier: Apache-2.0
"""Observed genotypes of one locus, and how many donors are homozygous."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from math import comb
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import option_values
from ..calibration import wilson_interval
from ..errors import FormatError, TypingError
from ..typing_text import read_typing
from ._haplotypes import Haplotypes
from ._pool import Floats, LocusTexts, frame_of, groups_of, registry_of

if TYPE_CHECKING:
    import pandas

    from ..frequencies import Frequencies
    from ..registry import Registry

_MOST_SUM = 1.01  # of frequencies that were rounded


def genotype_frequencies(
    donors: Any, locus: str, allele_frequencies: Mapping[str, float] | pandas.DataFrame | None = None
) -> pandas.DataFrame:
    """The genotypes of fully typed donors at one locus, by class.

    Args:
        donors: a registry, or a data frame of donors.
        locus: one locus.
        allele_frequencies: frequency by allele or class name, as a mapping or a frame with the columns
            ``allele`` and ``frequency``; names are read with the registry's nomenclature.

    Returns:
        One row a genotype, the most frequent first: ``allele_1``, ``allele_2`` (classes), ``count``,
        ``share`` of the donors who are fully typed here, ``low`` and ``high`` (Wilson 95 % interval of the
        share), and with allele frequencies ``expected``: the count in Hardy-Weinberg proportion, 2 p q or
        p p times the donors; 0 where an allele has no frequency.

    Raises:
        FormatError: not one locus, no frequency, one that is none, or a sum above 1.

    A null allele beside an expressed one makes two copies of that, as in matching; ``expected`` knows nothing
    of it. Donors with several classes are left out, and whether a typing has one class depends on its
    alleles: in a pool that is in proportion ``expected`` may lie far outside the interval. Whether it is,
    tells :func:`hardy_weinberg`, and a frequency to work with comes from an estimate; both take every typing
    in.
    """
    registry = registry_of(donors)
    place = _one_locus(locus)
    texts = LocusTexts.of(registry, place)
    counts = np.bincount(texts.genotype_of_donor, minlength=len(texts.classes))
    by_classes: dict[tuple[str, str], int] = {}
    for classes, count in zip(texts.classes, counts, strict=True):
        if classes is not None and count:
            by_classes[classes] = by_classes.get(classes, 0) + int(count)
    rows = sorted(by_classes.items(), key=lambda row: (-row[1], row[0]))
    total = sum(by_classes.values())
    intervals = [wilson_interval(count, total) for _, count in rows]
    columns: dict[str, Any] = {
        "allele_1": [classes[0] for classes, _ in rows],
        "allele_2": [classes[1] for classes, _ in rows],
        "count": [count for _, count in rows],
        "share": [count / total for _, count in rows],
        "low": [low for low, _ in intervals],
        "high": [high for _, high in intervals],
    }
    if allele_frequencies is not None:
        known = _by_class(registry, place, allele_frequencies)
        columns["expected"] = [
            total * (1 if a == b else 2) * known.get(a, 0.0) * known.get(b, 0.0) for (a, b), _ in rows
        ]
    return frame_of(columns)


def homozygosity(
    donors: Any,
    frequencies: Frequencies | None = None,
    *,
    population: str | None = None,
    by: str | None = None,
) -> pandas.DataFrame:
    """How many fully typed donors are homozygous at each locus, against how many should be.

    More than expected, in one branch or laboratory, is a sign of alleles that typing missed, or of blank
    second positions that were not homozygous. Only the fully typed count, and a homozygous person needs but
    one unambiguous text: where many are typed with codes or serology, compare groups with each other. A null
    allele beside an expressed one makes two copies of that, as in matching; :func:`hardy_weinberg` tells them
    apart.

    Args:
        donors: a registry, or a data frame of donors.
        frequencies: for the expected share; without them that column is missing.
        population: the set to use, when there are several.
        by: a donor field, as in :func:`completeness`.

    Returns:
        One row a group and locus: ``locus``, ``donors`` who are fully typed there, ``homozygous`` of them,
        ``share``, ``low`` and ``high`` (Wilson 95 % interval; NaN without donors), and ``expected``: the
        sum of the squared frequencies, NaN for loci that the set lacks.

    Raises:
        FormatError: no such field or population, or a population of no frequencies.
    """
    registry = registry_of(donors)
    if frequencies is None and population is not None:
        raise option_values.refuse("population", population, "names a set of frequencies, and none are given")
    groups = groups_of(registry, by)
    haplotypes = None if frequencies is None else Haplotypes.of(frequencies, population)
    loci = list(registry.loci())
    columns: dict[str, list[Any]] = {
        name: [] for name in ("locus", "donors", "homozygous", "share", "low", "high")
    }
    expected: list[float] = []
    found = {locus: _fully_typed(registry, locus) for locus in loci}
    for group in range(len(groups.labels)):
        here = groups.donors == group
        for locus in loci:
            full, homozygous = found[locus]
            total, equal = int(full[here].sum()), int(homozygous[here].sum())
            low, high = wilson_interval(equal, total) if total else (float("nan"), float("nan"))
            share = equal / total if total else float("nan")
            for name, value in zip(columns, (locus, total, equal, share, low, high), strict=True):
                columns[name].append(value)
            if haplotypes is not None:
                expected.append(haplotypes.homozygous((locus,)))
    if haplotypes is not None:
        columns["expected"] = expected
    return frame_of({**groups.column(len(loci)), **columns})


def homozygous_loci(registry: Registry, loci: list[str]) -> tuple[Any, Any]:
    """Of each donor at how many of the loci it is fully typed, and at how many of those homozygous."""
    full, homozygous = np.zeros(len(registry), np.int64), np.zeros(len(registry), np.int64)
    for locus in loci:
        typed, equal = _fully_typed(registry, locus)
        full += typed
        homozygous += equal
    return full, homozygous


def chance_of_homozygous(haplotypes: Haplotypes, loci: list[str]) -> Floats:
    """Probability that a person is homozygous at k or more of the loci, for k from 0 to all of them.

    By inclusion and exclusion over the sets of loci: two haplotypes are equal at a set with the sum of the
    squared frequencies there.
    """
    by_size = [1.0] + [0.0] * len(loci)
    for size in range(1, len(loci) + 1):
        by_size[size] = sum(haplotypes.homozygous(some) for some in combinations(loci, size))
    exactly = [
        sum((-1) ** (size - k) * comb(size, k) * by_size[size] for size in range(k, len(loci) + 1))
        for k in range(len(loci) + 1)
    ]
    return np.asarray(np.maximum(np.cumsum(exactly[::-1])[::-1], 0.0))


def _fully_typed(registry: Registry, locus: str) -> tuple[Any, Any]:
    texts = LocusTexts.of(registry, locus)
    full = np.array([classes is not None for classes in texts.classes])
    equal = np.array([classes is not None and classes[0] == classes[1] for classes in texts.classes])
    return full[texts.genotype_of_donor], equal[texts.genotype_of_donor]


def _one_locus(locus: object) -> str:
    loci = option_values.loci("locus", locus)
    if len(loci) != 1:
        raise option_values.refuse("locus", locus, "expected one locus")
    return loci[0]


def _by_class(registry: Registry, locus: str, given: Any) -> dict[str, float]:
    if not isinstance(given, Mapping):
        missing = [name for name in ("allele", "frequency") if name not in getattr(given, "columns", ())]
        if missing:
            raise FormatError(
                "column allele_frequencies: expected frequencies by allele, or a frame with columns allele"
                " and frequency",
                column="allele_frequencies",
            )
        given = dict(zip(given["allele"], given["frequency"], strict=True))
    if not given:
        raise option_values.refuse("allele_frequencies", "", "expected the frequency of one allele or more")
    found: dict[str, float] = {}
    for name, value in given.items():
        frequency = option_values.real("allele_frequencies", value)
        if not 0 <= frequency <= 1:
            raise option_values.refuse(
                "allele_frequencies", value, f"the frequency of {name} is not in [0, 1]"
            )
        try:
            read = read_typing(str(name), registry.nomenclature, locus=locus)
        except TypingError as error:
            raise option_values.refuse("allele_frequencies", name, error.reason) from None
        classes = read["classes"] or [f"{locus}*null"]
        if len(classes) > 1:
            classes = [
                c for c in classes if c.removesuffix("P").endswith(str(name).partition("*")[2] or str(name))
            ]
        if len(classes) != 1:
            raise option_values.refuse("allele_frequencies", name, "expected the name of one class")
        found[classes[0]] = found.get(classes[0], 0.0) + frequency
    if sum(found.values()) > _MOST_SUM:
        reason = f"the frequencies at {locus} sum to {sum(found.values()):.4g}, above 1"
        raise option_values.refuse("allele_frequencies", dict(given), reason)
    return found
