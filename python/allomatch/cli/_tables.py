# SPDX-License-Identifier: Apache-2.0
"""Tables for the eye: with rich on a terminal, plain text everywhere else."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Sequence
from typing import Any

_STYLES = {"A": "green", "P": "yellow", "L": "dark_orange", "M": "red", "-": "dim"}
_BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
LEGEND = "A certain, P potential, L allele mismatch, M antigen mismatch, - not typed"


def _console() -> Any | None:
    """A rich console when stdout is a terminal and rich is there."""
    if not sys.stdout.isatty():
        return None
    try:
        from rich.console import Console
    except ModuleNotFoundError:
        return None
    return Console(highlight=False, markup=False)


def visible(text: str) -> str:
    """Text that cannot steer a terminal: control characters, line ends and bidi controls as escapes."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_escaped(char) if _steers(char) else char for char in text)


def _steers(char: str) -> bool:
    return char in _BIDI or unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")


def _escaped(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _width(text: str) -> int:
    """Columns of a terminal: combining marks take none, wide characters two."""
    return sum(
        0
        if unicodedata.category(char) in ("Mn", "Me", "Cf")
        else 1 + (unicodedata.east_asian_width(char) in "WF")
        for char in text
    )


def _plain(title: str, head: Sequence[str], rows: Sequence[Sequence[str]], right: frozenset[int]) -> None:
    table = [head, *rows]
    widths = [max(_width(row[i]) for row in table) for i in range(len(head))]
    print(title)
    for row in table:
        cells = []
        for i, cell in enumerate(row):
            space = " " * (widths[i] - _width(cell))
            cells.append(space + cell if i in right else cell + space)
        print(("  " + "  ".join(cells)).rstrip())


def show_table(
    title: str,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Sequence[int] = (),
    letters: Sequence[int] = (),
) -> None:
    """Print a table. ``right``: columns set to the right; ``letters``: columns of match letters, coloured."""
    title, head = visible(title), [visible(name) for name in head]
    rows = [[visible(cell) for cell in row] for row in rows]
    console = _console()
    if console is None:
        _plain(title, head, rows, frozenset(right))
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title), title_justify="left", header_style="bold", pad_edge=False)
    for i, name in enumerate(head):
        table.add_column(name, justify="right" if i in right else "left", overflow="fold")
    for row in rows:
        cells = []
        for i, cell in enumerate(row):
            text = Text(cell)
            if i in letters:
                text = Text.assemble(*((letter, _STYLES.get(letter, "")) for letter in cell))
            cells.append(text)
        table.add_row(*cells)
    console.print(table)
