# SPDX-License-Identifier: Apache-2.0
"""Donor fields as arrays, and the groups that they make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from . import _core, option_values

if TYPE_CHECKING:
    from .donors import Donors

Days = npt.NDArray[np.datetime64]

_NO_DAY = -(2**31)
_YEAR = "_year"


def field_values(donors: Donors, name: str, option: str) -> tuple[str, npt.NDArray[Any], list[str]]:
    """A field of all donors: its kind, and by kind ``text`` numbers into the words that are third, ``date``
    days (NaT where missing), ``number`` numbers (NaN).

    Raises:
        FormatError: there is no such field.
    """
    found = _core.field_values(donors._core, name)
    if found is None:
        known = ", ".join(donors.fields) or "none"
        raise option_values.refuse(option, name, f"no such donor field; the registry has {known}")
    kind, values, words = found
    return kind, _days(values) if kind == "date" else values, words or []


def group_values(donors: Donors, by: object, option: str = "by") -> tuple[npt.NDArray[np.int64], list[str]]:
    """Which donor belongs to which group.

    Args:
        donors: a registry.
        by: a field of texts such as ``branch``, or the year of a date such as ``registered_year``.
        option: what errors name.

    Returns:
        The number of each donor's group, and the names of the groups, sorted; the empty one is that of donors
        without a value.

    Raises:
        FormatError: there is no such field, or it is one of numbers or days.
    """
    name = option_values.text(option, by, "the name of a donor field")
    stem = name.removesuffix(_YEAR)
    if name not in donors.fields and stem in donors.fields:
        kind, days, _ = field_values(donors, stem, option)
        if kind == "date":
            return _numbered(day_texts(days, "Y"))
    kind, values, words = field_values(donors, name, option)
    if kind == "date":
        raise option_values.refuse(option, name, f"days make no groups; {name}{_YEAR} takes the year")
    if kind != "text":
        raise option_values.refuse(option, name, "a field of numbers makes no groups")
    used, numbers = np.unique(values, return_inverse=True)
    places, labels = _numbered([words[code] for code in used])
    return places[numbers], labels


def day_texts(days: Days, unit: str) -> list[str]:
    """Days (unit ``D``) or their years (``Y``) as texts, empty where the day is missing."""
    whole = days.astype(f"datetime64[{unit}]")
    return ["" if missing else str(one) for one, missing in zip(whole, np.isnat(days), strict=True)]


def _numbered(texts: list[str]) -> tuple[npt.NDArray[np.int64], list[str]]:
    labels = sorted(set(texts))
    place = {label: at for at, label in enumerate(labels)}
    return np.array([place[one] for one in texts], dtype=np.int64), labels


def _days(numbers: npt.NDArray[Any]) -> Days:
    wide = numbers.astype(np.int64)
    days = wide.astype("datetime64[D]")
    days[wide == _NO_DAY] = np.datetime64("NaT")
    return days
