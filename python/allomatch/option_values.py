# SPDX-License-Identifier: Apache-2.0
"""Values of options: each is what it should be, or a FormatError names the option, the value and what is
expected."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, TypeVar

from . import _core
from .errors import FormatError

Day = str | date | None
_Callback = TypeVar("_Callback", bound=Callable[..., Any] | None)
_LONGEST_TEXT = 200


def refuse(option: str, value: object, reason: str) -> FormatError:
    text = _shown(value)
    return FormatError(f"column {option}: '{text}': {reason}", column=option, text=text, reason=reason)


def _shown(value: object) -> str:
    """As text, which of an array or a number of many digits is only its start."""
    try:
        text = str(value)
    except ValueError:  # Python writes no whole number of thousands of digits
        return type(value).__name__
    return text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + " .."


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
    """A number; true and false are none, nor is an array of one."""
    kind = getattr(getattr(value, "dtype", None), "kind", "f")  # of numpy
    one = not isinstance(value, (bool, str)) and kind in "iuf" and not getattr(value, "ndim", 0)
    if not one or not hasattr(value, "__float__"):
        raise refuse(option, value, "expected a number")
    try:
        return float(value)
    except OverflowError:
        raise refuse(option, value, "the number is too large") from None
    except (TypeError, ValueError):
        raise refuse(option, value, "expected a number") from None


def part(option: str, value: Any) -> float:
    """A number from 0 to 1."""
    number = real(option, value)
    if not 0 <= number <= 1:
        raise refuse(option, value, "expected a number from 0 to 1")
    return number


def real_or_none(option: str, value: Any) -> float | None:
    return None if value is None else real(option, value)


def text(option: str, value: object, expected: str = "a text") -> str:
    if not isinstance(value, str):
        raise refuse(option, value, f"expected {expected}")
    return value


def flag(option: str, value: object) -> bool:
    try:
        known = not isinstance(value, str) and value in (True, False)
    except ValueError:  # an array
        known = False
    if not known:
        raise refuse(option, value, "expected True or False")
    return bool(value)


def day_text(option: str, value: object) -> str | None:
    """A day as ``2026-01-31``; texts are checked where they are read."""
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value.isoformat()
    return None if value is None else text(option, value, "a date, or a text YYYY-MM-DD")


def several(option: str, value: object, expected: str) -> list[Any]:
    """A list, tuple, column or the like; a single value, a text or a mapping is none."""
    single = isinstance(value, (str, bytes, bytearray, Mapping)) or getattr(value, "ndim", 1) != 1
    if single or not isinstance(value, Iterable):
        raise refuse(option, value, f"expected {expected}")
    return list(value)


def texts(option: str, value: object, expected: str) -> list[str]:
    """A list of texts; a single text is not one."""
    return [text(option, one, expected) for one in several(option, value, expected)]


def callback(option: str, value: _Callback) -> _Callback:
    """A function to call, or nothing."""
    if value is not None and not callable(value):
        raise refuse(option, value, "expected a function to call")
    return value


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
