# SPDX-License-Identifier: Apache-2.0
"""Values of options: each is what it should be, or a FormatError names the option, the value and what is
expected."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from . import _core
from .errors import FormatError

Day = str | date | None


def refuse(option: str, value: object, reason: str) -> FormatError:
    text = str(value)
    return FormatError(f"column {option}: '{text}': {reason}", column=option, text=text, reason=reason)


def whole(option: str, value: Any, most: int | None = None) -> int:
    """A whole number from 0; true and false are none."""
    upto = "" if most is None else f" to {most}"
    reason = f"expected a whole number from 0{upto}"
    try:
        number = operator.index(value)
    except TypeError:
        raise refuse(option, value, reason) from None
    if isinstance(value, bool) or not 0 <= number <= (2**64 - 1 if most is None else most):
        raise refuse(option, value, reason)
    return number


def real(option: str, value: Any) -> float:
    """A number; true and false are none."""
    if isinstance(value, (bool, str)) or not hasattr(value, "__float__"):
        raise refuse(option, value, "expected a number")
    return float(value)


def real_or_none(option: str, value: Any) -> float | None:
    return None if value is None else real(option, value)


def text(option: str, value: object, expected: str = "a text") -> str:
    if not isinstance(value, str):
        raise refuse(option, value, f"expected {expected}")
    return value


def flag(option: str, value: object) -> bool:
    if isinstance(value, str) or value not in (True, False):
        raise refuse(option, value, "expected True or False")
    return bool(value)


def day_text(option: str, value: object) -> str | None:
    """A day as ``2026-01-31``; texts are checked where they are read."""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    return None if value is None else text(option, value, "a date, or a text YYYY-MM-DD")


def texts(option: str, value: object, expected: str) -> list[str]:
    """A list of texts; a single text is not one."""
    if isinstance(value, (str, Mapping)) or not isinstance(value, Iterable):
        raise refuse(option, value, f"expected {expected}")
    return [text(option, one, expected) for one in value]


def loci(option: str, value: object) -> list[str]:
    """Loci by ``10/10``, ``A,B`` or a list; of nothing none."""
    expected = "a list of loci, or a text such as 10/10 or A,B,DRB1"
    names = value if isinstance(value, str) else ",".join(texts(option, value, expected))
    try:
        return _core.loci_from_text(names) if names else []
    except FormatError as error:
        raise refuse(option, error.text or "", error.reason) from None


def limits(option: str, value: object) -> list[tuple[str, int]]:
    """Most mismatches by locus."""
    if not isinstance(value, Mapping):
        raise refuse(option, value, 'expected numbers by locus such as {"DRB1": 0}')
    return [(text(option, locus, "a locus"), whole(option, number, 2)) for locus, number in value.items()]
