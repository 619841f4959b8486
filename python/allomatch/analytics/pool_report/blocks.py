# SPDX-License-Identifier: Apache-2.0
"""What a report is made of: sections of sentences, tables of texts and pictures."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas
    from matplotlib.figure import Figure

DASH = "–"


@dataclass(frozen=True)
class Table:
    """Cells are texts as they are read. ``short`` tables are those of a summary in the terminal."""

    caption: str
    heads: list[str]
    rows: list[list[str]]
    right: list[int]
    note: str = ""
    short: bool = False


@dataclass(frozen=True)
class Picture:
    """Drawn when it is needed. ``words`` say what it shows."""

    name: str
    words: str
    draw: Callable[[], Figure]
    note: str = ""


@dataclass(frozen=True)
class Part:
    """Under a heading (none for the first of a section): what the numbers say, how to read them, the rest."""

    heading: str = ""
    says: list[str] = field(default_factory=list)
    how: list[str] = field(default_factory=list)
    blocks: list[Table | Picture] = field(default_factory=list)


@dataclass(frozen=True)
class Section:
    name: str
    title: str
    parts: list[Part]
    figures: list[tuple[str, str]] = field(default_factory=list)
    """Numbers in large type, with their names."""


# -- values as texts ------------------------------------------------

Kind = Callable[[Any], str]


def missing(value: Any) -> bool:
    """None, NaN, pandas' NA, an empty text."""
    return value is None or value != value or str(value) in ("", "<NA>", "nan")


def text(value: Any) -> str:
    return str(value)


def whole_text(value: Any) -> str:
    """A text that is set to the right, as an interval."""
    return str(value)


def percent(value: Any) -> str:
    return f"{100 * value:.0f} %"


def count(value: Any) -> str:
    return f"{value:,.0f}"


def share(value: Any) -> str:
    """Per cent with one decimal; 0 and 100 only when it is exact."""
    per_cent = 100 * float(value)
    if 0 < per_cent < 0.05:
        return "<0.1 %"
    if 99.95 <= per_cent < 100:
        return ">99.9 %"
    return f"{per_cent:.1f} %"


def frequency(value: Any) -> str:
    return f"{value:.5f}" if value >= 5e-5 or value == 0 else f"{value:.1e}"


def small(value: Any) -> str:
    return f"{round(value, 3) + 0.0:.3f}"


def one_decimal(value: Any) -> str:
    return f"{value:,.1f}" if math.isfinite(value) else ("-∞" if value < 0 else "∞")


def p_value(value: Any) -> str:
    return f"{value:.3f}" if value >= 0.001 else "<0.001"


def large(value: Any) -> str:
    return f"{value:,.0f}" if value < 1e9 else f"{value:.1e}"


def table_of(
    frame: pandas.DataFrame,
    columns: Sequence[tuple[str, str, Kind]],
    caption: str,
    *,
    top: int | None = None,
    note: str = "",
    short: bool = False,
) -> Table:
    """The first rows of a frame. Of each column its name, heading, and how values are written."""
    shown = frame if top is None else frame.head(top)
    values = [shown[name].tolist() for name, _, _ in columns]
    rows = [
        [DASH if missing(value) else write(value) for value, (_, _, write) in zip(row, columns, strict=True)]
        for row in zip(*values, strict=True)
    ]
    heads = [head for _, head, _ in columns]
    right = [at for at, (_, _, write) in enumerate(columns) if write is not text]
    return Table(caption, heads, rows, right, note if len(frame) > len(shown) else "", short)
