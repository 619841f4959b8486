# SPDX-License-Identifier: Apache-2.0
"""Pictures of the pool in time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ._stacked import by_size, stacked_bars
from ._style import (
    COLOURS,
    PALE,
    columns_of,
    drawing,
    few_ticks,
    group_of,
    label,
    legend_below,
    percent,
    thousands,
)

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ._style import Lang

_MOST_GROUPS = 6


def age_structure(
    table: pandas.DataFrame, *, ax: Axes | None = None, title: str | None = None, lang: Lang = "en"
) -> Figure:
    """:func:`allomatch.analytics.age_structure` as bars; with groups the shares of each, side by side: of
    more than six the five with most donors, and the others together."""
    columns_of(table, "age_structure", ("age", "donors", "share"))
    group = group_of(table, "age")
    seen = table[table["donors"].groupby(table["age"]).transform("sum") > 0]
    ages = [age for age in dict.fromkeys(table["age"]) if age in set(seen["age"])]
    groups = [""] if group is None else by_size(seen, group, "donors")
    shown = groups if len(groups) <= _MOST_GROUPS else groups[: _MOST_GROUPS - 1]
    rest = groups[len(shown) :]
    with drawing((6.2, 3.4), ax, title, lang) as (figure, axes, say):
        series = [*([one] for one in shown), *([rest] if rest else [])]
        width = 0.8 / len(series)
        for at, together in enumerate(series):
            rows = seen if group is None else seen[seen[group].isin(together)]
            donors = rows.groupby("age")["donors"].sum().reindex(ages, fill_value=0)
            places = np.arange(len(ages)) + (at - (len(series) - 1) / 2) * width
            values = donors if group is None else donors / max(donors.sum(), 1)
            others = together is rest
            words = say("others ({})", "其他（{}）").format(len(rest)) if others else label(together[0], say)
            colour = PALE if others else COLOURS[at]
            bars = axes.bar(places, values, width * 0.94, color=colour, label=words)
            if group is None:
                axes.bar_label(bars, [f"{value:,.0f}" for value in values], fontsize=8, padding=2)
        axes.set_xticks(
            range(len(ages)), [say("unknown", "未知") if age == "unknown" else age for age in ages]
        )
        axes.grid(axis="y")
        axes.set_xlabel(say("age in years", "年龄（岁）"))
        if group is None:
            thousands(axes.yaxis)
            axes.set_ylabel(say("donors", "供者数"))
        else:
            percent(axes.yaxis)
            axes.set_ylabel(say("donors of the group", "组内供者占比"))
            legend_below(figure, axes, min(3, len(series)), ax is None)
    return figure


def ageing_out(
    table: pandas.DataFrame, *, ax: Axes | None = None, title: str | None = None, lang: Lang = "en"
) -> Figure:
    """:func:`allomatch.analytics.ageing_out`: who leaves each year, the largest groups stacked."""
    columns_of(table, "ageing_out", ("year", "first_day", "leaving"))
    group = group_of(table, "year")
    days = list(dict.fromkeys(table["first_day"]))
    ticks = [day[:4] for day in days] if all(day.endswith("-01-01") for day in days) else days
    with drawing((6.2, 3.4), ax, title, lang) as (figure, axes, say):
        heights, colours = stacked_bars(axes, table, "first_day", days, "leaving", group, say)
        few_ticks(axes, ticks, rotation=0 if len(ticks[0]) < 5 else 40)
        axes.grid(axis="y")
        axes.set_ylim(0, 1.05 * max(heights.max(), 1))
        thousands(axes.yaxis)
        axes.set_xlabel(say("year", "年份") if len(ticks[0]) < 5 else say("year from", "起始日"))
        axes.set_ylabel(say("donors who reach the age limit", "达到年龄上限的供者数"))
        if group is not None:
            legend_below(figure, axes, min(4, colours), ax is None)
    return figure


def attrition(
    table: pandas.DataFrame, *, ax: Axes | None = None, title: str | None = None, lang: Lang = "en"
) -> Figure:
    """:func:`allomatch.analytics.attrition`: the pool at the end of each year, and how much of it is
    reachable."""
    numbers = ("donors", "donors_at_end", "reachable")
    columns_of(table, "attrition", ("year", *numbers), numbers)
    with drawing((6.2, 3.4), ax, title, lang) as (figure, axes, say):
        years = np.concatenate([[0], table["year"]])
        pool = np.concatenate([table["donors"].head(1), table["donors_at_end"]])
        part = table["reachable"].iloc[0] / max(table["donors_at_end"].iloc[0], 1e-300)
        axes.plot(years, pool, "-o", color=COLOURS[0], markersize=4, label=say("in the pool", "库内供者"))
        if part < 1:
            axes.plot(
                years,
                pool * part,
                "-o",
                color=COLOURS[1],
                markersize=4,
                label=say("reachable", "可联系到的供者"),
            )
        axes.set_ylim(0, 1.08 * max(np.nanmax(pool), 1))
        few_ticks(axes, [f"{year:.0f}" for year in years])
        thousands(axes.yaxis)
        axes.grid(axis="y")
        axes.set_xlabel(say("years from now", "年数"))
        axes.set_ylabel(say("donors", "供者数"))
        legend_below(figure, axes, 2, ax is None)
    return figure
