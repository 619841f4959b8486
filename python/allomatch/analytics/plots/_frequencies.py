# SPDX-License-Identifier: Apache-2.0
"""Pictures of the frequencies of alleles and haplotypes, and of how they were estimated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ... import option_values
from ...errors import FormatError
from ...estimation import Estimate
from ._style import (
    COLOURS,
    GRID,
    INK,
    PALE,
    WARNING,
    columns_of,
    drawing,
    group_of,
    label,
    legend_below,
    percent,
    with_numbers,
)

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ._style import Lang, Say

_OF_EACH = 5
_OF_ONE = 15
_MOST_ROWS = 60
_DEVIATES = 0.01


def allele_frequencies(
    table: pandas.DataFrame,
    locus: str | None = None,
    *,
    top: int | None = None,
    ax: Axes | None = None,
    title: str | None = None,
    lang: Lang = "en",
) -> Figure:
    """:func:`allomatch.analytics.allele_frequencies`: the most frequent alleles with their intervals.

    Args:
        table: what the function returned; of one group, where it has groups.
        locus: one of its loci; all when left out.
        top: alleles of each locus; 15 of one, 5 of several when left out.
    """
    columns_of(table, "allele_frequencies", ("locus", "allele", "frequency"), ("frequency",))
    _one_group(table, "locus")
    loci = list(dict.fromkeys(table["locus"]))
    if locus is not None:
        if locus not in loci:
            raise option_values.refuse("locus", locus, f"the table has {', '.join(map(str, loci))}")
        loci = [locus]
    most = _rows_of(top, _OF_ONE if len(loci) == 1 else _OF_EACH)
    rows = with_numbers(table, ("frequency",))
    parts = [rows[rows["locus"] == one].nlargest(most, "frequency") for one in loci]
    places: list[float] = []
    colours: list[str] = []
    for at, part in enumerate(parts):  # half a bar between loci
        first = places[-1] + 1.6 if places else 0.0
        places += [first + row for row in range(len(part))]
        colours += [COLOURS[at % len(COLOURS)]] * len(part)
    import pandas

    with drawing((5.6, 0.9 + 0.2 * len(places)), ax, title, lang) as (_, axes, say):
        shown = pandas.concat(parts)
        _bars(axes, shown, np.asarray(places), colours, list(shown["allele"]), say)
        axes.set_xlabel(_with_interval(shown, say, say("allele frequency", "等位基因频率")))
    return axes.figure.figure


def haplotype_frequencies(
    table: pandas.DataFrame,
    top: int = _OF_ONE,
    *,
    ax: Axes | None = None,
    title: str | None = None,
    lang: Lang = "en",
) -> Figure:
    """The most frequent rows of :func:`allomatch.analytics.haplotype_frequencies`, of one group, with their
    intervals."""
    columns_of(table, "haplotype_frequencies", ("haplotype", "frequency"), ("frequency",))
    _one_group(table, "haplotype")
    shown = with_numbers(table, ("frequency",)).nlargest(_rows_of(top, _OF_ONE), "frequency")
    with drawing((7.0, 0.9 + 0.22 * len(shown)), ax, title, lang) as (_, axes, say):
        places = np.arange(len(shown))
        _bars(axes, shown, places, [COLOURS[0]] * len(shown), list(shown["haplotype"]), say)
        axes.set_xlabel(_with_interval(shown, say, say("haplotype frequency", "单倍型频率")))
    return axes.figure.figure


def hardy_weinberg(
    table: pandas.DataFrame, *, ax: Axes | None = None, title: str | None = None, lang: Lang = "en"
) -> Figure:
    """:func:`allomatch.analytics.hardy_weinberg`: homozygotes among the people typed at a locus beside those
    expected, and the p-value of the difference; 60 rows at most."""
    drawn = ("people", "homozygotes", "expected_homozygotes")
    columns_of(table, "hardy_weinberg", ("locus", *drawn, "p_value"), drawn)
    group = group_of(table, "locus")
    rows = with_numbers(table, drawn).head(_MOST_ROWS)
    with drawing((6.2, 1.3 + 0.3 * len(rows)), ax, title, lang) as (figure, axes, say):
        places = np.arange(len(rows))
        seen, expected = (
            (rows[name] / rows["people"].clip(lower=1)).to_numpy(dtype=float) for name in drawn[1:]
        )
        axes.hlines(places, expected, seen, color=GRID, linewidth=3)
        wanted = say("Hardy-Weinberg proportion", "Hardy-Weinberg 期望")
        axes.plot(expected, places, "D", color=PALE, markersize=5, label=wanted)
        axes.plot(seen, places, "o", color=COLOURS[0], markersize=6, label=say("observed", "观察值"))
        right = float(max(seen.max(), expected.max())) or 1.0
        axes.text(1.28 * right, -1, "p", ha="right", va="center", fontsize=8, fontweight="bold")
        for place, p in enumerate(rows["p_value"]):
            if np.isfinite(p):
                words = f"{p:.3f}" if p >= 0.001 else "<0.001"
                colour = WARNING if p < _DEVIATES else INK
                axes.text(1.28 * right, place, words, ha="right", va="center", fontsize=8, color=colour)
        axes.set_xlim(-0.02 * right, 1.3 * right)
        axes.set_ylim(len(rows) - 0.4, -1.5)
        names = [str(one) for one in rows["locus"]]
        if group is not None:
            names = [f"{a}  {label(b, say)}" for a, b in zip(names, rows[group], strict=True)]
        axes.set_yticks(places, names)
        percent(axes.xaxis)
        axes.grid(axis="x")
        axes.spines["left"].set_visible(False)
        axes.set_xlabel(say("homozygous, of those typed", "纯合子占已分型者"))
        legend_below(figure, axes, 2, ax is None)
    return figure


def trace(
    estimate: Estimate | Mapping[str, Estimate],
    *,
    ax: Axes | None = None,
    title: str | None = None,
    lang: Lang = "en",
) -> Figure:
    """How the log-likelihood of :func:`allomatch.estimate` rose: its distance to the last one by iteration,
    on a logarithmic axis. ``estimate`` is one, or up to six by the words of the legend."""
    several = dict(estimate) if isinstance(estimate, Mapping) else {"": estimate}
    if not 1 <= len(several) <= len(COLOURS):
        raise option_values.refuse("estimate", len(several), f"expected 1 to {len(COLOURS)} estimates")
    for one in several.values():
        if not isinstance(one, Estimate):
            raise option_values.refuse("estimate", one, f"expected an Estimate, not {type(one).__name__}")
    with drawing((6.2, 3.4), ax, title, lang) as (figure, axes, say):
        for at, (name, one) in enumerate(several.items()):
            way = np.asarray(one.trace, dtype=float)
            distance = way[-1] - way[:-1] if len(way) else way
            rising = distance > 0
            axes.plot(
                np.arange(1, len(distance) + 1)[rising],
                distance[rising],
                color=COLOURS[at],
                linewidth=1.6,
                marker="o" if rising.sum() < 30 else "",
                markersize=3.5,
                label=label(name, say),
            )
        axes.set_yscale("log")
        if max(len(one.trace) for one in several.values()) > 100:
            axes.set_xscale("log")
            axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        axes.grid(axis="y")
        axes.set_xlabel(say("iteration", "迭代次数"))
        axes.set_ylabel(say("log-likelihood still to gain", "对数似然与终值之差"))
        if len(several) > 1:
            legend_below(figure, axes, 3, ax is None)
    return figure


def _rows_of(top: int | None, usual: int) -> int:
    return usual if top is None else max(option_values.whole("top", top, 1000), 1)


def _one_group(table: pandas.DataFrame, first: str) -> None:
    group = group_of(table, first)
    if group is not None and table[group].nunique() > 1:
        raise FormatError(
            f"column table: it has {table[group].nunique()} groups of {group}; choose the rows of one",
            column="table",
        )


def _bars(
    axes: Axes, rows: pandas.DataFrame, places: Any, colours: list[str], names: list[str], say: Say
) -> None:
    values = rows["frequency"].to_numpy(dtype=float)
    axes.barh(places, values, 0.7, color=colours, alpha=0.75)
    if "low" in rows:
        low, high = rows["low"].to_numpy(dtype=float), rows["high"].to_numpy(dtype=float)
        axes.hlines(places, low, high, color=INK, linewidth=1)
    short = ["~".join(part.removesuffix("P") for part in str(name).split("~")) for name in names]
    axes.set_yticks(places, [one.replace("$", r"\$") for one in short])
    axes.invert_yaxis()
    axes.set_ylim(float(places[-1]) + 0.6, -0.6)
    axes.set_xlim(left=0)
    percent(axes.xaxis, 0 if values.max() > 0.03 else 1)
    axes.grid(axis="x")
    axes.spines["left"].set_color(GRID)


def _with_interval(rows: pandas.DataFrame, say: Say, what: str) -> str:
    return what + say(", with intervals", "（含区间）") if "low" in rows else what
