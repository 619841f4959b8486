# SPDX-License-Identifier: Apache-2.0
"""How old the pool is, and what will be left of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import option_values
from ..option_values import Day
from ._pool import (
    ages_on,
    days,
    frame_of,
    groups_of,
    one_day,
    registry_of,
    standing,
    year_later,
)

if TYPE_CHECKING:
    import pandas

AGE_BANDS = (18, 26, 31, 36, 41, 46, 51, 56, 61)
"""First ages of the bands: those of the ranking (semantics.md section 8), carried on."""
_MOST_YEARS = 100
_OLDEST = 150


def age_structure(
    donors: Any, on: Day = None, by: str | None = None, *, bands: Sequence[int] = AGE_BANDS
) -> pandas.DataFrame:
    """Donors by age.

    Args:
        donors: a registry, or a data frame of donors; retired ones (status ``DE``) do not count.
        on: the day of the ages; today when left out.
        by: a donor field such as ``sex`` or ``branch``, as in :func:`completeness`.
        bands: first ages of the bands, rising.

    Returns:
        One row a group and band, in the order of the bands: the group where there is one, ``age`` (``<18``,
        ``18-25`` .. ``61+``, ``unknown`` last), ``donors``, ``share`` of the group in [0, 1].

    Raises:
        FormatError: there are no birth dates, no such field, or the bands do not rise.
    """
    registry = registry_of(donors)
    given = option_values.several("bands", bands, "a list of ages")
    edges = [option_values.whole("bands", one, _OLDEST) for one in given]
    if not edges or sorted(set(edges)) != edges:
        raise option_values.refuse("bands", given, "expected rising ages")
    keep = standing(registry)
    ages = ages_on(days(registry, "birth_date", "donors"), one_day("on", on))[keep]
    groups = groups_of(registry, by, keep)
    labels = [f"<{edges[0]}"]
    labels += [f"{a}-{b - 1}" if b > a + 1 else f"{a}" for a, b in zip(edges, edges[1:], strict=False)]
    labels += [f"{edges[-1]}+", "unknown"]
    band = np.where(ages < 0, len(labels) - 1, np.searchsorted(edges, ages, side="right"))
    width = len(labels)
    counts = np.bincount(groups.donors * width + band, minlength=len(groups.labels) * width)
    sizes = np.repeat(np.maximum(groups.sizes, 1), width)
    return frame_of(
        {
            **groups.column(width),
            "age": labels * len(groups.labels),
            "donors": counts,
            "share": counts / sizes,
        }
    )


def ageing_out(
    donors: Any, limit: int = 60, years: int = 10, on: Day = None, by: str | None = None
) -> pandas.DataFrame:
    """Who reaches an age limit, year by year.

    Args:
        donors: a registry, or a data frame of donors; retired ones (status ``DE``) do not count.
        limit: donors leave on this birthday: 60 ends most registrations, 45 most recruitment.
        years: how many.
        on: where the first year begins; today when left out.
        by: a donor field, as in :func:`completeness`.

    Returns:
        One row a group and year: the group where there is one, ``year`` (from 1), ``first_day`` of it,
        ``donors`` below the limit on that day, ``leaving`` in the year, ``share`` of the donors who leave.
        Who is past the limit on the first day, or has no birth date, is not counted.

    Raises:
        FormatError: there are no birth dates, no such field, or a number does not fit; the years end after
            9999.
    """
    registry = registry_of(donors)
    limit = option_values.whole("limit", limit, _OLDEST)
    years = option_values.whole("years", years, _MOST_YEARS)
    first = first_day(on, years)
    keep = standing(registry)
    births = days(registry, "birth_date", "donors")[keep]
    groups = groups_of(registry, by, keep)
    size = len(groups.labels)
    columns: dict[str, Any] = {name: [] for name in ("year", "first_day", "donors", "leaving", "share")}
    ages = ages_on(births, first)
    for year in range(years):
        below = (ages >= 0) & (ages < limit)
        ages = ages_on(births, year_later(first, year + 1))
        counts = np.bincount(groups.donors[below], minlength=size)
        leaving = np.bincount(groups.donors[below & (ages >= limit)], minlength=size)
        columns["year"].append([year + 1] * size)
        columns["first_day"].append([year_later(first, year).isoformat()] * size)
        columns["donors"].append(counts)
        columns["leaving"].append(leaving)
        columns["share"].append(leaving / np.maximum(counts, 1))
    by_group = {name: np.array(values).T.ravel() for name, values in columns.items()}
    return frame_of({**groups.column(years), **by_group})


def attrition(
    donors: Any,
    *,
    years: int = 10,
    yearly: float = 0.03,
    reachable: float = 1.0,
    recruits: float = 0,
    recruit_ages: tuple[int, int] | Mapping[int, float] = (18, 45),
    limit: int = 60,
    on: Day = None,
) -> pandas.DataFrame:
    """What becomes of the pool under a scenario; expected numbers, not whole people.

    Each year first those leave who reach the limit, then a part of the others, then recruits join, who stay
    for that year.

    Args:
        donors: a registry, or a data frame of donors; retired ones (status ``DE``) and those without a birth
            date or past the limit do not count.
        years: how many.
        yearly: part of the donors who leave in a year for other reasons than age, in [0, 1].
        reachable: part of the pool that can be reached and is willing when asked, in [0, 1].
        recruits: new donors a year.
        recruit_ages: first and last age of recruits, below the limit and all alike, or weights by age.
        limit: donors leave on this birthday.
        on: where the first year begins; today when left out.

    Returns:
        One row a year: ``year`` (from 1), ``first_day``, ``donors`` at its start, ``aged_out``, ``lost``,
        ``recruited``, ``donors_at_end`` and ``reachable`` of those.

    Raises:
        FormatError: there are no birth dates, or an option does not fit; the years end after 9999.
    """
    registry = registry_of(donors)
    limit = option_values.whole("limit", limit, _OLDEST)
    years = option_values.whole("years", years, _MOST_YEARS)
    lost_part, reached = _part("yearly", yearly), _part("reachable", reachable)
    joining = option_values.real("recruits", recruits)
    if not 0 <= joining < float("inf"):
        raise option_values.refuse("recruits", recruits, "expected a number from 0")
    new = joining * _recruit_weights(recruit_ages, limit)
    first = first_day(on, years)
    ages = ages_on(days(registry, "birth_date", "donors"), first)[standing(registry)]
    pool = np.bincount(ages[(ages >= 0) & (ages < limit)], minlength=limit).astype(float)
    columns: dict[str, list[Any]] = {
        name: []
        for name in (
            "year",
            "first_day",
            "donors",
            "aged_out",
            "lost",
            "recruited",
            "donors_at_end",
            "reachable",
        )
    }
    for year in range(years):
        start = float(pool.sum())
        aged_out = float(pool[limit - 1]) if limit else 0.0
        staying = np.concatenate([[0.0], pool[:-1]]) if limit else pool
        lost = lost_part * float(staying.sum())
        pool = (1 - lost_part) * staying + new
        end = float(pool.sum())
        row = (year + 1, year_later(first, year).isoformat(), start, aged_out, lost, float(new.sum()), end)
        for name, value in zip(columns, (*row, reached * end), strict=True):
            columns[name].append(value)
    return frame_of(columns)


def first_day(on: Day, years: int) -> date:
    """The first day of so many years that are to be counted.

    Raises:
        FormatError: no date, or one that so many years do not follow.
    """
    first = one_day("on", on)
    if first.year + years > date.max.year:
        reason = f"the {years} years that follow end after the year {date.max.year}"
        raise option_values.refuse("on", first, reason)
    return first


def _recruit_weights(ages: Any, limit: int) -> Any:
    if not isinstance(ages, Mapping):
        expected = "the first and the last age, or weights by age"
        given = option_values.several("recruit_ages", ages, expected)
        if len(given) != 2:
            raise option_values.refuse("recruit_ages", ages, f"expected {expected}")
        low, high = (option_values.whole("recruit_ages", age, _OLDEST) for age in given)
        if low > high:
            raise option_values.refuse("recruit_ages", ages, "the first age is above the last")
        if low >= limit:
            raise option_values.refuse("recruit_ages", ages, f"expected ages below {limit}")
        ages = dict.fromkeys(range(low, min(high + 1, limit)), 1.0)
    weights = np.zeros(limit)
    for age, weight in ages.items():
        place, value = (
            option_values.whole("recruit_ages", age, _OLDEST),
            option_values.real("recruit_ages", weight),
        )
        if place >= limit or not 0 <= value < float("inf"):
            raise option_values.refuse(
                "recruit_ages", f"{age}: {weight}", f"expected weights of ages below {limit}"
            )
        weights[place] = value
    if weights.sum() <= 0:
        raise option_values.refuse("recruit_ages", dict(ages), "no age has a weight")
    return weights / weights.sum()


def _part(option: str, value: Any) -> float:
    part = option_values.real(option, value)
    if not 0 <= part <= 1:
        raise option_values.refuse(option, value, "expected a number from 0 to 1")
    return part
