# SPDX-License-Identifier: Apache-2.0
"""Lists of donations: read from files, and their days."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from ..delimited import read_delimited
from ..errors import FormatError
from ..option_values import Day
from ._pool import frame_of, frames, one_day

if TYPE_CHECKING:
    import pandas

_FIRST = date(1900, 1, 1)
_KNOWN = ("day", "branch")
_MISSING = "a donation has no day"
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def read_donations(path: str | os.PathLike[str], on: Day = None) -> pandas.DataFrame:
    """Read a list of donations, one row each, for :func:`donations_by_year`.

    Args:
        path: delimited text as donor files are (comma, semicolon or tab; also ``.gz``) with the column
            ``day`` (YYYY-MM-DD) and, where it is known, ``branch``. Letter case of names does not count;
            other columns are carried along.
        on: no donation is later; today when left out.

    Returns:
        One row a donation, in the order of the file: the columns as texts.

    Raises:
        FormatError: naming file, row, column, text and reason: no column ``day``, a row that does not fit the
            header, a day that is none, before 1900-01-01 or after ``on``. One such row refuses the list.
        OSError: the file cannot be opened.
        ImportError: pandas is missing (extra ``frames``).
    """
    last = one_day("on", on)
    text = read_delimited(path)
    names = [name.casefold() if name.casefold() in _KNOWN else name for name in text.columns]
    if "day" not in names:
        reason = f"a list of donations needs this column; there are {', '.join(text.columns)}"
        raise FormatError(
            f"{text.place}: column day: {reason}", place=text.place, column="day", reason=reason
        )
    table = frame_of({name: text.cells(at) for at, name in enumerate(names) if name})
    donation_days(table["day"], last, text.place, text.lines)
    return table


def donation_days(values: Any, last: date, place: str | None = None, rows: Sequence[int] = ()) -> Any:
    """Days as ``datetime64[D]``.

    Args:
        values: texts YYYY-MM-DD, dates or timestamps.
        last: no donation is later.
        place: the file, for messages.
        rows: line of each value in it; counted from 1 when left out.

    Raises:
        FormatError: naming row, text and reason.
    """
    known: dict[str, date] = {}
    found = np.empty(len(values), dtype="datetime64[D]")
    for at, value in enumerate(values):
        day = known.get(value) if isinstance(value, str) else None
        if day is None:
            day, reason = _day(value, last)
            if day is None:
                raise _refused(value, reason, place, rows[at] if len(rows) else at + 1)
            if isinstance(value, str):
                known[value] = day
        found[at] = day
    return found


def _day(value: Any, last: date) -> tuple[date | None, str]:
    if value is frames().NA or value is frames().NaT or str(value).strip() in ("", "None", "nan"):
        return None, _MISSING
    day = _date(value)
    if day is None:
        return None, "not a date YYYY-MM-DD"
    if day < _FIRST:
        return None, f"a donation before {_FIRST}"
    if day > last:
        return None, f"a donation after {last}, the day of the analysis"
    return day, ""


def _date(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = value.strip() if isinstance(value, str) else ""
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def _refused(value: Any, reason: str, place: str | None, row: int) -> FormatError:
    text = "" if reason is _MISSING else str(value)
    where = f"row {row}" if place is None else f"{place}:{row}"
    about = f"'{text}': " if text else ""
    return FormatError(
        f"{where}: column day: {about}{reason}", place=place, row=row, column="day", text=text, reason=reason
    )
