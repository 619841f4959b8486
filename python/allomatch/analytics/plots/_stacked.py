# SPDX-License-Identifier: Apache-2.0
"""Bars of the largest groups on each other, the others together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ._style import COLOURS, PALE, Say, label

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes

_MOST = len(COLOURS)


def stacked_bars(
    axes: Axes,
    table: pandas.DataFrame,
    along: str,
    places: Sequence[Any],
    value: str,
    group: str | None,
    say: Say,
) -> tuple[Any, int]:
    """Draws them at 0, 1 .. for each place; returns their heights and the number of colours used."""
    labels = [""] if group is None else by_size(table, group, value)
    shown, rest = (labels, []) if len(labels) <= _MOST else (labels[: _MOST - 1], labels[_MOST - 1 :])
    bottom = np.zeros(len(places))
    for at, one in enumerate([*shown, None] if rest else shown):
        here = table
        if group is not None:
            here = table[table[group].isin(rest if one is None else [one])]
        values = here.groupby(along)[value].sum().reindex(places, fill_value=0).to_numpy(dtype=float)
        name = label(one, say) if one is not None else say("others ({})", "其他（{}）").format(len(rest))
        colour = PALE if one is None else COLOURS[at]
        axes.bar(range(len(places)), values, 0.78, bottom=bottom, color=colour, label=name)
        bottom += values
    return bottom, len(shown) + bool(rest)


def by_size(table: pandas.DataFrame, group: str, value: str) -> list[str]:
    """The groups, the largest first."""
    sums = table.groupby(group, sort=True)[value].sum()
    return [str(one) for one in sums.sort_values(ascending=False, kind="stable").index]
