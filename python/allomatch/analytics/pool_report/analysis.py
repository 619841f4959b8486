# SPDX-License-Identifier: Apache-2.0
"""All tables of a pool at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ... import option_values
from ...errors import FormatError, InputError
from ...estimation import loci_in_order
from ...frequencies import Frequencies, the_population
from ...option_values import Day
from ...registry import Registry
from ...store import Store
from .._ages import first_day
from .._pool import check_frequencies, groups_of, registry_of
from .._use import donations_by_year
from .outcome import LeftOut, PoolAnalysis
from .parts import OWN, PARTS, YEARS, Work, typed

Progress = Callable[[int, int], None] | None
_BY = "branch"
_OPTIONS = ("bootstrap", "threads")
"""Checked where they are used; a wrong one is no property of the donors."""


def analyse(
    donors: Any,
    *,
    frequencies: Frequencies | None = None,
    population: str | None = None,
    loci: str | Sequence[str] = "10/10",
    by: str = _BY,
    on: Day = None,
    store: Store | None = None,
    donations: Any = None,
    age_limit: int = 60,
    bootstrap: int = 50,
    threads: int = 0,
    progress: Progress = None,
) -> PoolAnalysis:
    """All tables that a pool report shows, each by the function of :mod:`allomatch.analytics`.

    Args:
        donors: a registry, or a data frame of donors.
        frequencies: haplotype frequencies for linkage, match likelihood, suspicious typings and relatives;
            estimated from the donors themselves when left out.
        population: which set of them, where there are several. It is the fall-back of donors without one.
        loci: of haplotypes and match likelihood. Those that nobody is typed at are left out.
        by: the donor field of the groups.
        on: day of ages and reservations; today when left out. No donation is later.
        store: where steps and collections are recorded, for donations by year and days to collection.
        donations: a data frame of donations, as :func:`read_donations` gives one, in place of those of the
            store.
        age_limit: donors leave on this birthday.
        bootstrap: samples of the people for intervals of the frequencies; 0 for none.
        threads: 0 for all.
        progress: called with the number of parts done and of all.

    Returns:
        ``tables`` by name: ``numbers`` (columns ``measure``, ``value``), ``completeness``,
        ``completeness_by``, ``completeness_by_year`` (of registration), ``alleles``, ``haplotypes``,
        ``hardy_weinberg``, ``homozygosity``, ``linkage``, ``linkage_pairs`` (C and B), ``likelihood``,
        ``sizes`` and ``observed`` (each with the column ``mismatches``, 0 or 1, in front),
        ``likelihood_sets`` (column ``loci``: each usual set that is typed), ``likelihood_dpb1`` (column
        ``dpb1``: empty, ``permissive``, ``match``; where a fifth of the donors is typed there) and
        ``observed_dpb1`` (permissive, among these),
        ``branch_value``, ``branch_haplotypes``, ``recruitment`` (the largest branches with estimates of
        their own; all other donors are one population without a name), ``typing_probabilities``,
        ``suspicious``, ``duplicates``, ``relatives``, ``ages``, ``ageing_out``, ``attrition`` (nobody
        joins, 3 % leave a year), ``utilisation``, ``donations_by_year``, ``days_to_collection``. What cannot
        be made, as ages without birth dates, is in ``left_out`` with a sentence that says why.

    Raises:
        FormatError: an option does not fit, there is no such field, or a donation has a day that is none.
        ImportError: pandas is missing.

    Cost: 100,000 donors about half a minute on two cores.
    """
    registry = registry_of(donors)
    if frequencies is not None:
        check_frequencies(frequencies)
        if frequencies.nomenclature is not registry.nomenclature:
            raise FormatError(
                "column frequencies: were read with another nomenclature than the donors",
                column="frequencies",
            )
    if store is not None and not isinstance(store, Store):
        raise FormatError(f"column store: expected a Store, not {type(store).__name__}", column="store")
    if by != _BY:
        groups_of(registry, by)
    chosen, untyped = _loci(registry, frequencies, _population(frequencies, population), loci)
    analysis = PoolAnalysis(
        donors=len(registry),
        release=registry.nomenclature.version,
        on=first_day(on, YEARS),
        by=option_values.text("by", by),
        loci=chosen,
        untyped_loci=untyped,
        population=_population(frequencies, population),
        own=frequencies is None,
        age_limit=option_values.whole("age_limit", age_limit, 150),
    )
    work = Work(
        registry,
        analysis,
        store=store,
        donations=None if donations is None else _by_year(donations, analysis),
        bootstrap=option_values.whole("bootstrap", bootstrap, 100_000),
        threads=option_values.whole("threads", threads, 1024),
        frequencies=frequencies,
    )
    for done, name in enumerate(PARTS):
        if progress is not None:
            progress(done, len(PARTS))
        try:
            analysis.tables[name] = work.part(name)
        except LeftOut as reason:
            analysis.missing[name] = reason
        except InputError as error:
            if error.column in _OPTIONS:
                raise
            analysis.missing[name] = _reason(name, error)
    if progress is not None:
        progress(len(PARTS), len(PARTS))
    return analysis


def _by_year(donations: Any, analysis: PoolAnalysis) -> Any:
    known = _BY in getattr(donations, "columns", ())
    return donations_by_year(donations, by=_BY if known else None, on=analysis.on)


def _reason(name: str, error: InputError) -> LeftOut:
    reason = error.reason.removeprefix(f"column {error.column}: ")
    if name == "haplotypes":
        return LeftOut("why_not_estimated", reason)
    return LeftOut("why_error", f"'{error.text}': {reason}" if error.text else reason)


def _population(frequencies: Frequencies | None, name: str | None) -> str:
    if frequencies is None:
        if name is not None:
            raise option_values.refuse("population", name, "no frequencies are given")
        return OWN
    return the_population(frequencies, name)


def _loci(
    registry: Registry, frequencies: Frequencies | None, population: str, loci: str | Sequence[str]
) -> tuple[list[str], list[str]]:
    asked = loci_in_order(loci, registry)
    usable = {locus for locus in registry.loci() if typed(registry, locus)}
    if frequencies is not None:
        usable &= {
            locus for one in frequencies.sets if one["population"] == population for locus in one["loci"]
        }
    return [one for one in asked if one in usable], [one for one in asked if one not in usable]
