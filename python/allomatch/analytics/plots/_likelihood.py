# SPDX-License-Identifier: Apache-2.0
"""Pictures of match likelihood and of what donors add to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from ... import option_values
from ..._words import Number
from ._style import COLOURS, GRID, columns_of, drawing, label, legend_below, percent, room_for, with_numbers

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ._style import Lang

_LINES = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (6, 2, 1.5, 2)), "-", (0, (5, 2)))


def likelihood(
    curve: pandas.DataFrame | Mapping[str, pandas.DataFrame],
    observed: pandas.DataFrame | None = None,
    *,
    ax: Axes | None = None,
    title: str | None = None,
    lang: Lang = "en",
) -> Figure:
    """:func:`allomatch.analytics.match_likelihood`, and :func:`allomatch.analytics.observed_likelihood`
    beside it.

    The likelihood over the number of donors, on a logarithmic axis. ``curve`` is one table, or up to six by
    the words of the legend. What was observed is a band between certain and potential matches.
    """
    curves = dict(curve) if isinstance(curve, Mapping) else {"": curve}
    if not 1 <= len(curves) <= len(COLOURS):
        raise option_values.refuse("curve", len(curves), f"expected 1 to {len(COLOURS)} curves")
    for table in curves.values():
        columns_of(table, "match_likelihood", ("size", "probability"))
    if observed is not None:
        columns_of(observed, "observed_likelihood", ("size", "certain", "potential"))
    with drawing((6.2, 3.9), ax, title, lang) as (figure, axes, say):
        for (name, table), colour, line in zip(curves.items(), COLOURS, _LINES, strict=False):
            shown = table[table["size"] > 0].sort_values("size")
            words = name or say("from haplotype frequencies", "由单倍型频率计算")
            axes.plot(
                shown["size"], shown["probability"], color=colour, linestyle=line, linewidth=1.8, label=words
            )
        if observed is not None:
            shown = observed[observed["size"] > 0].sort_values("size")
            axes.fill_between(
                shown["size"], shown["certain"], shown["potential"], color=GRID, linewidth=0, zorder=1
            )
            for kind, words, mark in (
                ("potential", say("observed in the pool, potential matches", "库内实测（可能相合）"), "^"),
                ("certain", say("observed in the pool, certain matches", "库内实测（确定相合）"), "v"),
            ):
                axes.plot(
                    shown["size"],
                    shown[kind],
                    color="#66707c",
                    linewidth=0.9,
                    marker=mark,
                    markersize=3.5,
                    label=words,
                )
        axes.set_xscale("log")
        _whole_numbers(axes.xaxis)
        axes.set_ylim(0, 1)
        percent(axes.yaxis)
        axes.grid(axis="both")
        axes.set_xlabel(say("donors in the registry", "登记供者人数"))
        axes.set_ylabel(say("patients with a matched donor", "有相合供者的患者比例"))
        if len(curves) > 1 or observed is not None:
            legend_below(figure, axes, 2, ax is None)
    return figure


def recruitment(
    table: pandas.DataFrame, *, ax: Axes | None = None, title: str | None = None, lang: Lang = "en"
) -> Figure:
    """:func:`allomatch.analytics.recruitment`: the gain for each 1,000 more donors, the largest first."""
    columns_of(table, "recruitment", ("population", "donors", "gain_per_1000"), ("gain_per_1000",))
    rows = with_numbers(table, ("gain_per_1000",)).sort_values(
        "gain_per_1000", ascending=False, kind="stable"
    )
    size = (6.2 + room_for(rows["population"]), 1.1 + 0.32 * len(rows))
    with drawing(size, ax, title, lang) as (_, axes, say):
        now = say("{:donor} now", "现有 {} 人")
        _bars(
            axes,
            [label(name, say) for name in rows["population"]],
            100 * rows["gain_per_1000"].to_numpy(dtype=float),
            [now.format(Number(round(count))) for count in rows["donors"]],
        )
        axes.set_xlabel(
            say(
                "gain in match likelihood, percentage points for each 1,000 more donors",
                "每新增千名供者相合概率提高（百分点）",
            )
        )
    return axes.figure.figure


def branch_value(
    table: pandas.DataFrame, *, ax: Axes | None = None, title: str | None = None, lang: Lang = "en"
) -> Figure:
    """:func:`allomatch.analytics.branch_value`: patients whom only this branch serves for certain, for each
    1,000 donors of it, with the counts."""
    columns_of(table, "branch_value", ("donors", "served_certain", "certain_per_1000"), ("certain_per_1000",))
    rows = with_numbers(table, ("certain_per_1000",)).sort_values(
        "certain_per_1000", ascending=False, kind="stable"
    )
    size = (6.2 + room_for(rows.iloc[:, 0]), 1.1 + 0.32 * len(rows))
    with drawing(size, ax, title, lang) as (_, axes, say):
        counts = say("{:patient}, {:donor}", "{} 名患者，{} 名供者")
        _bars(
            axes,
            [label(name, say) for name in rows.iloc[:, 0]],
            rows["certain_per_1000"].to_numpy(dtype=float),
            [
                counts.format(Number(served), Number(donors))
                for served, donors in zip(rows["served_certain"], rows["donors"], strict=True)
            ],
        )
        axes.set_xlabel(
            say(
                "patients matched by this branch alone, for each 1,000 donors of it",
                "每千名供者独家满足的患者数",
            )
        )
    return axes.figure.figure


def _bars(axes: Any, names: list[str], values: Any, beside: list[str]) -> None:
    places = np.arange(len(names))
    right = float(np.max(values)) or 1.0
    axes.barh(places, values, 0.7, color=COLOURS[0])
    for place, value, words in zip(places, values, beside, strict=True):
        axes.text(float(value) + 0.015 * right, place, words, va="center", fontsize=8)
    axes.set_yticks(places, names)
    axes.invert_yaxis()
    axes.set_xlim(0, 1.42 * right)
    axes.grid(axis="x")
    axes.spines["left"].set_color(GRID)


def _whole_numbers(axis: Any) -> None:
    """Numbers of donors at powers of ten, and between them where there are few."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    low, high = axis.get_view_interval()
    steps = (1.0,) if high / low > 300 else (1.0, 2.0, 5.0)
    axis.set_major_locator(LogLocator(subs=steps))
    axis.set_minor_formatter(NullFormatter())
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
