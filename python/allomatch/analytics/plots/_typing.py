# SPDX-License-Identifier: Apache-2.0
"""Pictures of how donors are typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ... import option_values
from .._completeness import LEVELS, USUAL_SETS
from ._style import (
    COLOURS,
    GRID,
    INK,
    PALE,
    SEQUENTIAL,
    columns_of,
    drawing,
    group_of,
    label,
    legend_below,
    percent,
    room_for,
)

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ._style import Lang

_SHARES = {
    "typed": ("typed", "已分型"),
    "one_class": ("fully typed (one class)", "完全分型（单一类别）"),
    "ambiguous": ("ambiguous", "结果模糊"),
    "first_field": ("first field only", "仅第一区域"),
    "serology": ("serology only", "仅血清学"),
    "two_fields": ("two fields written", "两区域"),
    "three_fields": ("three fields written", "三区域"),
    "four_fields": ("four fields written", "四区域"),
}
_MARKS = "os^D"
_LEVEL_COLOURS = {
    "one_class": "#0072b2",
    "ambiguous": "#56b4e9",
    "first_field": "#e69f00",
    "serology": "#d55e00",
}


def completeness(
    table: pandas.DataFrame,
    share: str = "one_class",
    *,
    ax: Axes | None = None,
    title: str | None = None,
    lang: Lang = "en",
) -> Figure:
    """:func:`allomatch.analytics.completeness` as a heat map of loci by groups, or as bars of its levels
    where donors are not grouped.

    Args:
        table: what the function returned.
        share: the column that the heat map shows.
    """
    columns_of(table, "completeness", ("locus", "donors", *LEVELS[1:]))
    if share not in _SHARES:
        raise option_values.refuse("share", share, f"expected one of {', '.join(_SHARES)}")
    group = group_of(table, "locus")
    seen = table[(table["typed"].groupby(table["locus"]).transform("max") > 0)]
    if group is None:
        return _levels(seen, ax, title, lang)
    loci = list(dict.fromkeys(seen["locus"]))
    labels = list(dict.fromkeys(seen[group]))
    values = seen.pivot(index=group, columns="locus", values=share).loc[labels, loci].to_numpy()
    sizes = seen.drop_duplicates(group).set_index(group)["donors"]
    size = (1.9 + room_for(labels) + max(1.6, 0.62 * len(loci)), 1.3 + 0.29 * len(labels))
    with drawing(size, ax, title or "", lang) as (figure, axes, say):
        shown = axes.imshow(values, cmap=SEQUENTIAL, vmin=0, vmax=1, aspect="auto")
        _write_cells(axes, values)
        axes.set_xticks(range(len(loci)), loci)
        axes.set_yticks(
            range(len(labels)),
            [f"{label(one, say)}  ({sizes[one]:,})" for one in labels],
        )
        axes.xaxis.set_ticks_position("top")
        axes.spines[:].set_visible(False)
        _part_sets(axes, loci)
        bar = figure.colorbar(shown, ax=axes, fraction=0.04, pad=0.02, aspect=max(8, 1.2 * len(labels)))
        bar.outline.set_visible(False)
        percent(bar.ax.yaxis)
        bar.set_label(say("donors ", "供者：") + say(*_SHARES[share]))
    return figure


def _write_cells(axes: Axes, values: np.ndarray) -> None:
    for (y, x), value in np.ndenumerate(values):
        if np.isfinite(value):
            colour = "white" if value > 0.5 else INK
            text = (
                f"{100 * value:.0f}"
                if 0.01 <= value <= 0.99 or value in (0, 1)
                else ("<1" if value < 0.5 else ">99")
            )
            axes.text(x, y, text, ha="center", va="center", color=colour, fontsize=8)


def _part_sets(axes: Axes, loci: list[str]) -> None:
    """A gap between single loci and sets."""
    single = sum(locus not in USUAL_SETS for locus in loci)
    if 0 < single < len(loci):
        axes.axvline(single - 0.5, color="white", linewidth=4)


def _levels(table: pandas.DataFrame, ax: Axes | None, title: str | None, lang: str) -> Figure:
    loci = list(table["locus"])
    with drawing((6.2, 0.9 + 0.34 * len(loci)), ax, title, lang) as (figure, axes, say):
        left = np.zeros(len(loci))
        for level in ("one_class", "ambiguous", "first_field", "serology"):
            share = table[level].to_numpy()
            axes.barh(
                loci, share, left=left, height=0.72, color=_LEVEL_COLOURS[level], label=say(*_SHARES[level])
            )
            left += share
        axes.barh(loci, 1 - left, left=left, height=0.72, color=GRID, label=say("not typed", "未分型"))
        axes.invert_yaxis()
        axes.set_xlim(0, 1)
        percent(axes.xaxis)
        axes.set_xlabel(say("donors", "供者"))
        axes.spines[:].set_visible(False)
        legend_below(figure, axes, 3, ax is None)
    return figure


def genotype_frequencies(
    table: pandas.DataFrame,
    top: int = 20,
    *,
    ax: Axes | None = None,
    title: str | None = None,
    lang: Lang = "en",
) -> Figure:
    """The most frequent rows of :func:`allomatch.analytics.genotype_frequencies`, with what was expected
    where it is known."""
    columns_of(table, "genotype_frequencies", ("allele_1", "allele_2", "count", "share", "low", "high"))
    rows = table.head(option_values.whole("top", top) or 1)
    labels = [
        f"{a.removesuffix('P')} + {b.removesuffix('P')}"
        for a, b in zip(rows["allele_1"], rows["allele_2"], strict=True)
    ]
    with drawing((5.6, 0.9 + 0.23 * len(rows)), ax, title, lang) as (figure, axes, say):
        places = np.arange(len(rows))
        around = np.array([rows["share"] - rows["low"], rows["high"] - rows["share"]])
        axes.barh(
            places,
            rows["share"],
            height=0.68,
            color=COLOURS[4],
            label=say("observed, 95 % interval", "观察值（95% 区间）"),
        )
        axes.errorbar(rows["share"], places, xerr=around, fmt="none", ecolor=INK, elinewidth=0.8, capsize=1.5)
        if "expected" in rows.columns:
            total = table["count"].sum()
            axes.plot(
                rows["expected"] / total,
                places,
                "D",
                color=COLOURS[1],
                markersize=4,
                markeredgecolor="white",
                markeredgewidth=0.5,
                label=say("Hardy-Weinberg", "Hardy-Weinberg 期望"),
            )
        axes.set_yticks(places, labels)
        axes.invert_yaxis()
        axes.grid(axis="x")
        percent(axes.xaxis, 0 if rows["share"].max() > 0.03 else 1)
        axes.set_xlabel(say("fully typed donors", "完全分型的供者"))
        axes.set_xlim(left=0)
        legend_below(figure, axes, 2, ax is None)
    return figure


def homozygosity(
    table: pandas.DataFrame, *, ax: Axes | None = None, title: str | None = None, lang: Lang = "en"
) -> Figure:
    """:func:`allomatch.analytics.homozygosity`: observed with intervals against expected, a mark a group;
    of a single locus the groups are side by side."""
    columns_of(table, "homozygosity", ("locus", "donors", "share", "low", "high"))
    group = group_of(table, "locus")
    loci = list(dict.fromkeys(table["locus"]))
    labels = [""] if group is None else list(dict.fromkeys(table[group]))
    along, names, series = "locus", loci, labels
    if group is not None and len(loci) == 1:
        along, names, series = group, labels, [""]
    with drawing((max(4.6, 1.6 + max(0.95 * len(loci), 0.5 * len(names))), 3.3), ax, title, lang) as (
        figure,
        axes,
        say,
    ):
        step = 0.7 / max(1, len(series))
        for at, one in enumerate(series):
            rows = table if along == group or group is None else table[table[group] == one]
            rows = rows.set_index(along).loc[names]
            places = np.arange(len(names)) + (at - (len(series) - 1) / 2) * step
            around = np.array([rows["share"] - rows["low"], rows["high"] - rows["share"]])
            axes.errorbar(
                places,
                rows["share"],
                yerr=around,
                fmt=_MARKS[at // len(COLOURS) % len(_MARKS)],
                markersize=4,
                elinewidth=0.9,
                color=COLOURS[at % len(COLOURS)],
                label=say("observed, 95 % interval", "观察值（95% 区间）")
                if len(series) == 1
                else label(one, say),
            )
        if "expected" in table.columns:
            expected = table.drop_duplicates(along).set_index(along).loc[names, "expected"]
            axes.hlines(
                expected,
                np.arange(len(names)) - 0.42,
                np.arange(len(names)) + 0.42,
                color=PALE,
                linewidth=1.6,
                label=say("expected", "期望值"),
                zorder=1,
            )
        axes.set_xticks(range(len(names)), [label(name, say) for name in names])
        axes.set_ylim(bottom=0)
        axes.grid(axis="y")
        percent(axes.yaxis)
        axes.set_ylabel(say("homozygous, of fully typed donors", "纯合子占完全分型供者"))
        legend_below(figure, axes, min(6, len(series) + 1), ax is None)
    return figure
