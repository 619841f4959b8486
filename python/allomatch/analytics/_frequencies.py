# SPDX-License-Identifier: Apache-2.0
"""Alleles and haplotypes of the pool itself, and whether its genotypes are in Hardy-Weinberg proportion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core, option_values
from ..errors import FormatError
from ..estimation import Estimate, estimate, estimate_by, loci_in_order, typed_everywhere
from ._pool import frame_of, groups_of, registry_of

if TYPE_CHECKING:
    import pandas

    from ..registry import Registry

_PROPORTION = (
    "people",
    "certain",
    "alleles",
    "homozygotes",
    "expected_homozygotes",
    "inbreeding",
    "z",
    "p_value",
)


def allele_frequencies(
    donors: Any,
    loci: str | Sequence[str] | None = None,
    *,
    by: str | None = None,
    bootstrap: int = 200,
    **options: Any,
) -> pandas.DataFrame:
    """Allele frequencies of each locus on its own, by maximum likelihood.

    Args:
        donors: a registry, or a data frame of donors.
        loci: ``10/10``, or names; left out: those of 10/10 that some donor is typed at.
        by: a donor field: one table for each value, as in :func:`completeness`.
        bootstrap: samples of the people for the intervals; 0 for none.
        options: of :func:`allomatch.estimate`: ``unit``, ``level``, ``seed``, ``cut``, ``threads``.

    Returns:
        One row an allele, by locus, the most frequent first: ``locus``, ``allele``, ``frequency``, ``count``
        of expected copies, ``people`` typed at the locus, and with ``bootstrap`` ``standard_error``,
        ``low``, ``high``.

    Raises:
        FormatError: as :func:`allomatch.estimate`, or no such field.
    """
    rows = []
    for group, label in _people_by(donors, by):
        registry, people = group
        for locus in _some_loci(loci, registry):
            if not typed_everywhere(registry, [locus], people):
                continue
            found = estimate(registry, [locus], people=people, bootstrap=bootstrap, **options)
            table = found.to_pandas().drop(columns=locus).rename(columns={"haplotype": "allele"})
            table.insert(0, "locus", locus)
            table.insert(4, "people", found.people)
            rows.append(_labelled(table, by, label))
    return _together(rows)


def haplotype_frequencies(
    donors: Any,
    loci: str | Sequence[str] | None = None,
    *,
    by: str | None = None,
    bootstrap: int = 200,
    **options: Any,
) -> pandas.DataFrame:
    """Haplotype frequencies with intervals: :func:`allomatch.estimate` as a table, of each value of a field.

    Args:
        donors: a registry, or a data frame of donors.
        loci: ``10/10``, or names; left out: those of 10/10 that some donor is typed at.
        by: a donor field; groups with nobody typed at one of the loci are left out.
        bootstrap: samples of the people for the intervals; 0 for none.
        options: of :func:`allomatch.estimate`.

    Returns:
        The columns of :meth:`allomatch.Estimate.to_pandas`, with ``people`` used.

    Raises:
        FormatError: as :func:`allomatch.estimate`, or no such field.
    """
    rows = []
    for group, label in _people_by(donors, by):
        registry, people = group
        if not typed_everywhere(registry, _some_loci(loci, registry), people):
            continue
        found = estimate(registry, loci, people=people, bootstrap=bootstrap, **options)
        rows.append(_labelled(found.to_pandas().assign(people=found.people), by, label))
    return _together(rows)


def hardy_weinberg(
    donors: Any,
    loci: str | Sequence[str] | None = None,
    *,
    by: str | None = None,
    unit: str = "class",
    threads: int = 0,
) -> pandas.DataFrame:
    """Test each locus for an excess or a lack of homozygotes against Hardy-Weinberg proportion.

    A score test that takes every typing as it is: of an ambiguous one the probability that it is homozygous
    counts, and the variance is the information that clear genotypes would give, less what the typings leave
    open (Louis 1982). It keeps its level down to about two expected homozygotes. An excess comes from alleles
    that typing missed, from blanks that were not homozygous, or from a pool of several populations; a group
    that has one with ``by`` is where to look. Where many single positions are lists, a lack of homozygotes
    may be none: a list beside one of its alleles speaks for two of that allele.

    Args:
        donors: a registry, or a data frame of donors.
        loci: ``10/10``, or names. Loci where nobody is typed are left out.
        by: a donor field, as in :func:`completeness`.
        unit: ``class`` or ``two_fields``.
        threads: 0 for all.

    Returns:
        One row a group and locus: ``locus``; ``people`` typed there; ``certain`` of them with one genotype;
        ``alleles``; ``homozygotes`` (expected number, given the typings); ``expected_homozygotes`` (of as
        many people who share the same copies at random); ``inbreeding`` (1 - heterozygotes / expected ones,
        as it would be were all typings clear); ``z``; ``p_value`` (two-sided, normal). The last three are NaN
        with one allele, and where typings are too ambiguous to tell.

    Raises:
        FormatError: an option that does not fit, or no such field.

    With many loci or groups some small ``p_value`` are to be expected by chance alone.
    """
    rows = []
    for group, label in _people_by(donors, by):
        registry, people = group
        for locus in _some_loci(loci, registry):
            if not typed_everywhere(registry, [locus], people):
                continue
            found = _core.hardy_weinberg(
                registry._core,
                locus,
                option_values.text("unit", unit),
                option_values.whole("threads", threads, 1024),
                people,
            )
            table = frame_of({"locus": [locus], **{name: [found[name]] for name in _PROPORTION}})
            rows.append(_labelled(table, by, label))
    return _together(rows)


def branch_haplotypes(
    donors: Any,
    loci: str | Sequence[str] | None = None,
    *,
    by: str = "branch",
    copies: float = 1,
    **options: Any,
) -> pandas.DataFrame:
    """The haplotypes that each branch brings, and those that only it has.

    Each branch is estimated on its own. A haplotype is there with ``copies`` expected copies or more, and
    only there when all other branches together expect less than half as many.

    Args:
        donors: a registry, or a data frame of donors.
        loci: ``10/10``, or names; left out: those of 10/10 that some donor is typed at.
        by: the donor field of the branches; donors without a value are left out.
        copies: expected copies that count as being there; above 0.
        options: of :func:`allomatch.estimate`.

    Returns:
        One row a branch: its name, ``people`` used, ``haplotypes`` that are there, ``only_here`` of them,
        ``copies_only_here`` (expected copies of those), ``only_here_per_1000`` people.

    Raises:
        FormatError: as :func:`allomatch.estimate_by`.
    """
    least = option_values.real("copies", copies)
    if not 0 < least < float("inf"):
        raise option_values.refuse("copies", copies, "expected a number above 0")
    found = estimate_by(registry_of(donors), by, loci, **options)
    return haplotypes_of_branches(found, by, least)


def haplotypes_of_branches(found: Mapping[str, Estimate], by: str, least: float) -> pandas.DataFrame:
    """The table of :func:`branch_haplotypes` from the estimate of each branch."""
    tables = {
        name: dict(zip(one.columns()["haplotype"], one.columns()["count"], strict=True))
        for name, one in found.items()
    }
    total: dict[str, float] = {}
    for table in tables.values():
        for haplotype, count in table.items():
            total[haplotype] = total.get(haplotype, 0.0) + count
    rows = []
    for name, table in tables.items():
        there = [haplotype for haplotype, count in table.items() if count >= least]
        only = [haplotype for haplotype in there if total[haplotype] - table[haplotype] < least / 2]
        people = found[name].people
        expected = float(sum(table[haplotype] for haplotype in only))
        rows.append((name, people, len(there), len(only), expected, 1000 * len(only) / people))
    names = (by, "people", "haplotypes", "only_here", "copies_only_here", "only_here_per_1000")
    return frame_of({name: [row[at] for row in rows] for at, name in enumerate(names)})


def _some_loci(loci: str | Sequence[str] | None, registry: Registry) -> list[str]:
    found = loci_in_order(loci, registry)
    if not found:
        raise option_values.refuse("loci", loci, "name at least one locus")
    return found


def _people_by(donors: Any, by: str | None) -> list[tuple[tuple[Any, Any], str]]:
    registry = registry_of(donors)
    groups = groups_of(registry, by)
    numbers = [
        np.flatnonzero(groups.donors == group).astype(np.uint32) for group in range(len(groups.labels))
    ]
    return [((registry, people), label) for people, label in zip(numbers, groups.labels, strict=True)]


def _labelled(table: pandas.DataFrame, by: str | None, label: str) -> pandas.DataFrame:
    if by is not None:
        table.insert(0, by, label)
    return table


def _together(rows: list[pandas.DataFrame]) -> pandas.DataFrame:
    if not rows:
        raise FormatError("column loci: nobody is typed at these loci", column="loci")
    import pandas

    return pandas.concat(rows, ignore_index=True)
