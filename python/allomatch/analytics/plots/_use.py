# SPDX-License-Identifier: Apache-2.0
"""Pictures of how the pool is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..._words import Number
from ._stacked import stacked_bars
from ._style import (
    COLOURS,
    GRID,
    INK,
    columns_of,
    drawing,
    few_ticks,
    group_of,
    label,
    legend_below,
    room_for,
    thousands,
    with_numbers,
)

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ._style import Lang


_ROOM = 72  # characters above the bars
_WIDEST = 3  # times the longest bar; intervals beyond are arrows


def utilisation(
    table: pandas.DataFrame, *, ax: Axes | None = None, title: str | None = None, lang: Lang = "en"
) -> Figure:
    """:func:`allomatch.analytics.utilisation`: donations for each 1,000 donors, the highest first, with
    counts and the intervals of donors who have donated; the dashed line is the whole pool."""
    drawn = ("per_1000", "low", "high")
    columns_of(table, "utilisation", ("donors", "donations", "donors_with_donations", *drawn), drawn)
    group = group_of(table, "donors")
    rows = with_numbers(table, drawn).sort_values("per_1000", ascending=False, kind="stable")
    wide = 6.2 if group is None else 6.2 + room_for(rows[group])
    with drawing((wide, 1.3 + 0.3 * len(rows)), ax, title, lang) as (figure, axes, say):
        places = np.arange(len(rows))
        names = [say("whole pool", "全库")] if group is None else [label(one, say) for one in rows[group]]
        axes.barh(places, rows["per_1000"], 0.7, color=COLOURS[4])
        most = float(rows["per_1000"].max()) or 1.0
        ends = 1000 * rows["high"].to_numpy(dtype=float)
        right = min(max(most, float(ends.max())), _WIDEST * most)
        starts = np.minimum(1000 * rows["low"].to_numpy(dtype=float), right)
        axes.hlines(places, starts, np.minimum(ends, right), color=INK, linewidth=1)
        beyond = ends > right
        axes.plot(np.full(beyond.sum(), right), places[beyond], ">", color=INK, markersize=3.5)
        giving = 1000 * (rows["donors_with_donations"] / rows["donors"]).to_numpy(dtype=float)
        axes.plot(giving, places, "|", color=INK, markersize=6)
        counts = say("{0} of {1:donor}", "{0} 例 / {1} 人")
        for place, row in enumerate(rows.itertuples()):
            text = counts.format(Number(row.donations), Number(row.donors))
            axes.text(1.5 * right, place, text, ha="right", va="center", fontsize=8)
        overall = 1000 * rows["donations"].sum() / rows["donors"].sum()
        axes.axvline(overall, color=COLOURS[1], linewidth=1.1, linestyle=(0, (4, 3)), zorder=0)
        axes.set_yticks(places, names)
        axes.invert_yaxis()
        axes.set_xlim(0, 1.52 * right)
        axes.grid(axis="x")
        axes.spines["left"].set_color(GRID)
        what = say(
            "donations for each 1,000 donors (dashed: pool {:,.1f})\nlines: donors who have donated, 95 %",
            "每千名供者捐献例数（虚线：全库 {:,.1f}）\n横线：已捐献者的 95 % 区间",
        )
        axes.set_xlabel(what.format(overall))
    return figure


def donations_by_year(
    table: pandas.DataFrame, *, ax: Axes | None = None, title: str | None = None, lang: Lang = "en"
) -> Figure:
    """:func:`allomatch.analytics.donations_by_year`: donations a year, the largest groups stacked."""
    columns_of(table, "donations_by_year", ("year", "donations"))
    group = str(table.columns[1]) if table.columns[1] != "donations" else None
    years = sorted(set(table["year"]))
    with drawing((6.2, 3.4), ax, title, lang) as (figure, axes, say):
        bottom, colours = stacked_bars(axes, table, "year", years, "donations", group, say)
        totals = [f"{total:,.0f}" for total in bottom]
        if sum(max(len(total), 2) for total in totals) <= _ROOM:
            for place, words in enumerate(totals):
                axes.text(place, bottom[place], words, ha="center", va="bottom", fontsize=8)
        few_ticks(axes, [str(year) for year in years])
        axes.grid(axis="y")
        thousands(axes.yaxis)
        axes.set_ylim(0, 1.1 * max(bottom.max(), 1))
        axes.set_xlabel(say("year", "年份"))
        axes.set_ylabel(say("donations", "捐献例数"))
        if group is not None:
            legend_below(figure, axes, min(4, colours), ax is None)
    return figure


def days_to_collection(
    table: pandas.DataFrame, *, ax: Axes | None = None, title: str | None = None, lang: Lang = "en"
) -> Figure:
    """:func:`allomatch.analytics.days_to_collection`: how many collections took how long, with the median."""
    columns_of(table, "days_to_collection", ("days", "collected"))
    days = table["days"].dropna().to_numpy(dtype=float)
    with drawing((6.2, 3.2), ax, title, lang) as (figure, axes, say):
        if len(days):
            week = 7
            last = int(days.max()) // week + 1
            axes.hist(
                days,
                bins=[week * at for at in range(last + 1)],
                color=COLOURS[0],
                edgecolor="white",
                linewidth=0.6,
            )
            median = float(np.median(days))
            axes.axvline(median, color=COLOURS[1], linewidth=1.2, linestyle=(0, (4, 3)))
            axes.set_xlim(0, week * last)
            axes.set_ylim(0, 1.16 * axes.get_ylim()[1])
            at_left = median > 0.6 * week * last
            axes.annotate(
                say(f"median {median:g} days", f"中位数 {median:g} 天"),
                (median, 1),
                xycoords=("data", "axes fraction"),
                xytext=(-4 if at_left else 4, -3),
                textcoords="offset points",
                ha="right" if at_left else "left",
                va="top",
                color=INK,
                fontsize=8,
            )
        axes.grid(axis="y")
        thousands(axes.yaxis)
        axes.set_xlabel(
            say("days from the reservation to the collection, by week", "从预留到采集的天数（按周）")
        )
        axes.set_ylabel(say("collections", "采集例数"))
    return figure
