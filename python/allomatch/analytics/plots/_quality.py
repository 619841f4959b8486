# SPDX-License-Identifier: Apache-2.0
"""Pictures of typings that look wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..._words import counted
from ._style import COLOURS, WARNING, columns_of, drawing, legend_below

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..._words import counted
from ._style import Lang

_MOST_KINDS = 5


def typing_probabilities(
    table: pandas.DataFrame, *, ax: Axes | None = None, title: str | None = None, lang: Lang = "en"
) -> Figure:
    """:func:`allomatch.analytics.typing_probabilities` as a histogram, by the loci that are typed; donors
    whom no haplotypes fit are counted in the corner."""
    columns_of(table, "typing_probabilities", ("loci", "log10_probability"))
    log10 = table["log10_probability"].to_numpy()
    explained = np.isfinite(log10)
    kinds = list(table["loci"][explained].value_counts().index[:_MOST_KINDS])
    with drawing((6.2, 3.5), ax, title, lang) as (figure, axes, say):
        if explained.any():
            low, high = np.floor(log10[explained].min()), np.ceil(log10[explained].max())
            edges = np.linspace(low, max(high, low + 1), 61)
            for at, kind in enumerate(kinds):
                here = log10[explained & (table["loci"] == kind).to_numpy()]
                axes.hist(
                    here,
                    bins=edges.tolist(),
                    histtype="step",
                    linewidth=1.4,
                    color=COLOURS[at % len(COLOURS)],
                    label=f"{kind or say('(none)', '（无）')}  ({len(here):,})",
                )
        axes.set_yscale("log")
        axes.grid(axis="y")
        axes.set_xlabel(say("log10 of the probability of the typing", "分型结果概率的 log10"))
        axes.set_ylabel(say("donors", "供者数"))
        axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        missing = int((~explained).sum())
        note = say(f"no haplotypes fit: {counted(missing, 'donor')}", f"无法由单倍型解释：{missing:,} 名供者")
        axes.text(0.02, 0.96, note, transform=axes.transAxes, va="top", color=WARNING)
        if kinds:
            legend_below(figure, axes, 2, ax is None)
    return figure
