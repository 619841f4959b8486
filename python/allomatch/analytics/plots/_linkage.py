# SPDX-License-Identifier: Apache-2.0
"""Pictures of linkage disequilibrium."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ... import option_values
from ._style import COLOURS, GRID, INK, PALE, SEQUENTIAL, columns_of, drawing, with_numbers

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ._style import Lang

_MEASURES = {
    "w_n": ("Wn (Cramér's V)", "连锁不平衡 Wn（Cramér's V）"),
    "d_prime": ("D' (Hedrick)", "连锁不平衡 D'（Hedrick）"),
    "w_1_given_2": ("asymmetric LD, row given column", "非对称连锁不平衡（由列推断行）"),
    "w_2_given_1": ("asymmetric LD, column given row", "非对称连锁不平衡（由行推断列）"),
}
_PAIR_MEASURES = {"d_prime": "D'", "r2": "r²"}


def linkage(
    table: pandas.DataFrame,
    measure: str = "w_n",
    *,
    ax: Axes | None = None,
    title: str | None = None,
    lang: Lang = "en",
) -> Figure:
    """:func:`allomatch.analytics.linkage` as a triangle, loci in the order of the chromosome.

    Args:
        table: what the function returned.
        measure: ``w_n``, ``d_prime``, ``w_1_given_2`` or ``w_2_given_1``.
    """
    columns_of(table, "linkage", ("locus_1", "locus_2", *_MEASURES))
    if measure not in _MEASURES:
        raise option_values.refuse("measure", measure, f"expected one of {', '.join(_MEASURES)}")
    rows = list(dict.fromkeys(table["locus_1"]))
    columns = list(dict.fromkeys(table["locus_2"]))
    values = np.full((len(rows), len(columns)), np.nan)
    for a, b, value in zip(table["locus_1"], table["locus_2"], table[measure], strict=True):
        values[rows.index(a), columns.index(b)] = value
    with drawing((1.9 + 0.72 * len(columns), 0.9 + 0.62 * len(rows)), ax, title, lang) as (figure, axes, say):
        shown = axes.imshow(values, cmap=SEQUENTIAL, vmin=0, vmax=1, aspect="auto")
        for (y, x), value in np.ndenumerate(values):
            if np.isfinite(value):
                colour = "white" if value > 0.5 else INK
                axes.text(x, y, f"{value:.2f}", ha="center", va="center", color=colour)
        axes.set_xticks(range(len(columns)), columns)
        axes.set_yticks(range(len(rows)), rows)
        axes.xaxis.set_ticks_position("top")
        axes.spines[:].set_visible(False)
        axes.set_xticks(np.arange(len(columns) - 1) + 0.5, minor=True)
        axes.set_yticks(np.arange(len(rows) - 1) + 0.5, minor=True)
        axes.grid(which="minor", color="white", linewidth=2)
        bar = figure.colorbar(shown, ax=axes, fraction=0.045, pad=0.03)
        bar.outline.set_visible(False)
        bar.set_label(say(*_MEASURES[measure]))
    return figure


def linkage_pairs(
    table: pandas.DataFrame,
    top: int = 20,
    *,
    measure: str = "d_prime",
    ax: Axes | None = None,
    title: str | None = None,
    lang: Lang = "en",
) -> Figure:
    """The most frequent pairs of :func:`allomatch.analytics.linkage_pairs`: how frequent they are, how
    frequent they would be if the loci were independent, and how strongly the two hang together.

    Args:
        table: what the function returned.
        top: how many pairs.
        measure: ``d_prime`` or ``r2``.
    """
    drawn = ("frequency", "expected")
    columns_of(table, "linkage_pairs", ("allele_1", "allele_2", *drawn, *_PAIR_MEASURES), drawn)
    if measure not in _PAIR_MEASURES:
        raise option_values.refuse("measure", measure, f"expected one of {', '.join(_PAIR_MEASURES)}")
    rows = with_numbers(table, drawn).head(option_values.whole("top", top) or 1)
    labels = [
        f"{a.removesuffix('P')} ~ {b.removesuffix('P')}"
        for a, b in zip(rows["allele_1"], rows["allele_2"], strict=True)
    ]
    with drawing((5.8, 1.0 + 0.24 * len(rows)), ax, title, lang) as (figure, axes, say):
        places = np.arange(len(rows))
        axes.hlines(places, rows["expected"], rows["frequency"], color=GRID, linewidth=3)
        axes.plot(
            rows["expected"], places, "o", color=PALE, markersize=5, label=say("if independent", "若相互独立")
        )
        axes.plot(
            rows["frequency"], places, "o", color=COLOURS[0], markersize=6, label=say("frequency", "频率")
        )
        right = float(max(rows["frequency"].max(), rows["expected"].max()))
        axes.set_xlim(-0.02 * right, 1.2 * right)
        for place, value in enumerate(rows[measure]):
            if np.isfinite(value):
                axes.text(1.19 * right, place, f"{value:.2f}", ha="right", va="center", fontsize=8)
        name = _PAIR_MEASURES[measure]
        axes.text(1.19 * right, -1, name, ha="right", va="center", fontsize=8, fontweight="bold")
        axes.set_yticks(places, labels)
        axes.set_ylim(len(rows) - 0.4, -1.5)
        axes.grid(axis="x")
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(say("haplotype frequency", "单倍型频率"))
        axes.legend(loc="lower right", bbox_to_anchor=(0.9, 0.02), fontsize=8)
    return figure
