# SPDX-License-Identifier: Apache-2.0
"""How the pool is used: donations by branch and year, and how long the way to them is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from .. import option_values
from ..calibration import wilson_interval
from ..errors import FormatError
from ..option_values import Day
from ..store import Store
from ._donations import donation_days
from ._pool import frame_of, frames, groups_of, numbers, one_day, registry_of

if TYPE_CHECKING:
    import pandas

_YEARS = 10
_COLLECTION = (
    "donor_id",
    "patient_id",
    "branch",
    "reserved",
    "collected",
    "days",
    "days_to_examination",
    "days_to_plan",
    "product",
    "abroad",
)


def utilisation(donors: Any, by: str | None = "branch") -> pandas.DataFrame:
    """How often donors have donated, by branch.

    Args:
        donors: a registry, a data frame of donors, or a store; counts are those of the field ``donations``,
            to which a store adds the collections that it recorded. Retired donors (status ``DE``) count too:
            most have donated.
        by: a donor field; ``None`` for the whole pool.

    Returns:
        One row a group, by name: the group (empty: donors without a value), ``donors``, ``donations``,
        ``abroad_donations`` where the registry has them, ``donors_with_donations``, ``per_1000`` (donations
        for each 1,000 donors; NaN without donors), ``share_of_donors`` and ``share_of_donations`` (of all
        groups, in [0, 1]), ``low`` and ``high`` (Wilson 95 % interval of the part of donors who have
        donated). A donor without a count has none.

    Raises:
        FormatError: there is no such field, or no field ``donations``.
    """
    registry = donors.registry() if isinstance(donors, Store) else registry_of(donors)
    groups = groups_of(registry, by)
    sizes = groups.sizes

    def total(name: str) -> Any:
        counts = np.nan_to_num(numbers(registry, name, "donors"))
        return np.bincount(groups.donors, weights=counts, minlength=len(sizes)).astype(np.int64)

    given = np.nan_to_num(numbers(registry, "donations", "donors"))
    donations = total("donations")
    giving = np.bincount(groups.donors, weights=given > 0, minlength=len(sizes)).astype(np.int64)
    nobody = (float("nan"), float("nan"))
    intervals = [
        wilson_interval(int(some), int(size)) if size else nobody
        for some, size in zip(giving, sizes, strict=True)
    ]
    columns: dict[str, Any] = {**groups.column(), "donors": sizes, "donations": donations}
    if "abroad_donations" in registry.fields:
        columns["abroad_donations"] = total("abroad_donations")
    with np.errstate(divide="ignore", invalid="ignore"):
        columns |= {
            "donors_with_donations": giving,
            "per_1000": np.where(sizes > 0, 1000 * donations / sizes, np.nan),
            "share_of_donors": sizes / max(1, int(sizes.sum())),
            "share_of_donations": donations / max(1, int(donations.sum())),
            "low": [low for low, _ in intervals],
            "high": [high for _, high in intervals],
        }
    return frame_of(columns)


def donations_by_year(
    source: Any,
    first: int | None = None,
    last: int | None = None,
    *,
    by: str | None = "branch",
    on: Day = None,
) -> pandas.DataFrame:
    """Collections by year, from a store or a list of donations.

    Args:
        source: a store, whose recorded collections count; or a data frame with one row a donation and the
            column ``day`` (dates, or texts ``YYYY-MM-DD``), as :func:`read_donations` gives one.
        first, last: years, which count too. Of a store the last ten when left out, of a frame all there are.
        by: ``branch`` or ``None``; of a frame any of its columns.
        on: no donation of a frame is later; today when left out.

    Returns:
        One row a year and group, rising; years without donations are there with 0: ``year``, the group
        (empty: without a value), ``donations``; of a store also ``abroad`` and ``days_to_collection``
        (median, from the first day of the reservation; NaN without any). A donation counts for the branch
        that the donor had then.

    Raises:
        FormatError: no such column, a day that is none, before 1900-01-01 or after ``on`` (with its row, text
            and reason), or years that do not rise.

    Cost: of a store one pass over donors and events for each year.
    """
    if isinstance(source, Store):
        return _of_store(source, first, last, by)
    return _of_frame(source, first, last, by, on)


def days_to_collection(store: Store, first: Day = None, last: Day = None) -> pandas.DataFrame:
    """How long each collection took, from the reservation through the recorded steps.

    Args:
        store: where the steps are recorded.
        first, last: days of the collections, which count too; all there are when left out.

    Returns:
        One row a collection, by day and donor: ``donor_id``, ``patient_id``, ``branch`` (of the donor then),
        ``reserved`` and ``collected`` (days), ``days`` between them, ``days_to_examination`` and
        ``days_to_plan`` from the reservation to the last of these steps (NaN where it is missing),
        ``product``, ``abroad``. Withdrawn steps, and donors who are no longer in the store, do not count.

    Raises:
        FormatError: ``store`` is none, or a day is none.
        StoreError: the store cannot be read.

    Cost: reads the events of every donor who has donated, some 50 us each.
    """
    if not isinstance(store, Store):
        raise FormatError(f"column store: expected a Store, not {type(store).__name__}", column="store")
    low = "" if first is None else one_day("first", first).isoformat()
    high = "9999-12-31" if last is None else one_day("last", last).isoformat()
    registry = store.registry()
    rows = []
    if "donations" in registry.fields:
        given = numbers(registry, "donations", "store")
        for donor in np.flatnonzero(given > 0):
            rows += [
                row
                for row in _collections(store, registry._core.id(int(donor)))
                if low <= row["collected"] <= high
            ]
    rows.sort(key=lambda row: (row["collected"], row["donor_id"]))
    return frame_of({name: [row[name] for row in rows] for name in _COLLECTION})


def _collections(store: Store, donor: str) -> list[dict[str, Any]]:
    found = []
    steps: dict[tuple[str, str], str] = {}  # last day by patient and step
    for event in store.donor_events(donor):
        if event.withdrawn:
            continue
        if event.kind != "collection":
            steps[event.patient_id, event.kind] = event.day
            continue
        reserved = event.detail.get("reserved_since", "")
        found.append(
            {
                "donor_id": donor,
                "patient_id": event.patient_id,
                "branch": event.detail.get("branch", ""),
                "reserved": reserved,
                "collected": event.day,
                "days": _days_between(reserved, event.day),
                "days_to_examination": _days_between(
                    reserved, steps.get((event.patient_id, "physical_examination"), "")
                ),
                "days_to_plan": _days_between(reserved, steps.get((event.patient_id, "collection_plan"), "")),
                "product": event.detail.get("product", ""),
                "abroad": event.detail.get("abroad", "") == "yes",
            }
        )
    return found


def _days_between(first: str, last: str) -> float:
    if not first or not last:
        return float("nan")
    return float((np.datetime64(last) - np.datetime64(first)).astype(int))


def _of_store(store: Store, first: int | None, last: int | None, by: str | None) -> pandas.DataFrame:
    if by not in (None, "branch"):
        raise option_values.refuse("by", by, "of a store expected branch or None")
    end = one_day("last", None).year if last is None else _year("last", last)
    start = end - _YEARS + 1 if first is None else _year("first", first)
    names = ["year", *([by] if by else []), "donations", "abroad", "days_to_collection"]
    columns: dict[str, list[Any]] = {name: [] for name in names}
    for year in _range(start, end):
        report = store.utilisation(f"{year:04}-01-01", f"{year:04}-12-31")
        for one in report.branches if by else [report.whole]:
            took = float("nan") if one.days_to_collection is None else one.days_to_collection
            row: tuple[Any, ...] = (one.collections, one.abroad_collections, took)
            for name, value in zip(names, (year, *([one.branch] if by else []), *row), strict=True):
                columns[name].append(value)
    return frame_of(columns)


def _of_frame(source: Any, first: int | None, last: int | None, by: str | None, on: Day) -> pandas.DataFrame:
    pandas = frames()
    table = source if isinstance(source, pandas.DataFrame) else _converted(source)
    wanted = ["day", *([by] if by else [])]
    for name in wanted:
        if name not in table.columns:
            raise option_values.refuse("source", name, "the donations have no such column")
    days = donation_days(table["day"], one_day("on", on))
    years = days.astype("datetime64[Y]").astype(np.int64) + 1970
    groups = table[by].fillna("").astype(str) if by else pandas.Series([""] * len(table))
    if len(years):
        first, last = int(years.min()) if first is None else first, int(years.max()) if last is None else last
    chosen: list[int] = []
    if first is not None and last is not None:
        chosen = _range(_year("first", first), _year("last", last))
    counts = pandas.crosstab(years, groups.to_numpy()) if len(years) else None
    labels = sorted(groups.unique())
    rows = [
        (year, label, int(counts.at[year, label]) if counts is not None and year in counts.index else 0)
        for year in chosen
        for label in labels
    ]
    columns: dict[str, Any] = {"year": [row[0] for row in rows]}
    if by:
        columns[by] = [row[1] for row in rows]
    return frame_of({**columns, "donations": [row[2] for row in rows]})


def _converted(source: Any) -> pandas.DataFrame:
    if not hasattr(source, "__arrow_c_stream__"):
        raise FormatError(
            f"column source: expected a Store or a data frame of donations, not {type(source).__name__}",
            column="source",
        )
    import pyarrow

    return pyarrow.table(source).to_pandas()


def _year(option: str, value: Any) -> int:
    return option_values.whole(option, value, 9999)


def _range(start: int, end: int) -> list[int]:
    if start > end:
        raise option_values.refuse("last", end, f"before the first year {start}")
    return list(range(start, end + 1))
