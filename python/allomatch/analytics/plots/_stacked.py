# SPDX-License-Identifier: Apache-2.0
"""Bars of the largest groups on each other, the others together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ._style import COLOURS, PALE, Say

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
    labels = [""] if group is None else _by_size(table, group, value)
    shown, rest = (labels, []) if len(labels) <= _MOST else (labels[: _MOST - 1], labels[_MOST - 1 :])
    bottom = np.zeros(len(places))
    for at, label in enumerate([*shown, None] if rest else shown):
        here = table
        if group is not None:
            here = table[table[group].isin(rest if label is None else [label])]
        values = here.groupby(along)[value].sum().reindex(places, fill_value=0).to_numpy(dtype=float)
        name = say("others", "其他") if label is None else label or say("(blank)", "（空）")
        colour = PALE if label is None else COLOURS[at]
        axes.bar(range(len(places)), values, 0.78, bottom=bottom, color=colour, label=name)
        bottom += values
    return bottom, len(shown) + bool(rest)


def _by_size(table: pandas.DataFrame, group: str, value: str) -> list[str]:
    return [str(label) for label in table.groupby(group)[value].sum().sort_values(ascending=False).index]
