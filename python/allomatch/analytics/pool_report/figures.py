# SPDX-License-Identifier: Apache-2.0
"""Tables made ready for a picture: groups that are not too many, with names that can be drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas

MOST_GROUPS = 30
_LONGEST = 16


def drawable(table: pandas.DataFrame, group: str, size: str = "donors") -> pandas.DataFrame:
    """The rows of the largest groups, by the column ``size``, with names that can be drawn."""
    sizes = table.drop_duplicates(group).set_index(group)[size]
    kept = sizes.sort_values(ascending=False, kind="stable").index[:MOST_GROUPS]
    return named(table[table[group].isin(kept)], group)


def named(table: pandas.DataFrame, group: str) -> pandas.DataFrame:
    """The same with names that can be drawn."""
    shown = table.copy()
    names = drawable_names([str(name) for name in dict.fromkeys(shown[group])])
    shown[group] = [names[str(name)] for name in shown[group]]
    return shown


def drawable_names(names: list[str]) -> dict[str, str]:
    """Short, printable and different names; a dollar sign is no formula."""
    made: dict[str, str] = {}
    for name in names:
        short = name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…"
        short = "".join(char if char.isprintable() else "□" for char in short).replace("$", r"\$")
        stem, again = short, 1
        while short in made.values():
            again += 1
            short = f"{stem} ({again})"
        made[name] = short
    return made
