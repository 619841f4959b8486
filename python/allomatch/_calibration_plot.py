# SPDX-License-Identifier: Apache-2.0
"""Reliability diagrams."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._unfinished import unfinished
from .errors import FormatError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from .calibration import Calibration

_ENDINGS = (".png", ".svg", ".pdf")
# Colours that people with colour-blindness tell apart (Okabe and Ito), each with its own mark.
_SERIES = (("#0072b2", "o"), ("#d55e00", "s"), ("#009e73", "^"), ("#cc79a7", "D"), ("#56b4e9", "v"))
_INK, _PALE = "#1f2d3d", "#9aa5b1"
_STYLE: Any = {
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.labelsize": 9,
    "axes.edgecolor": _PALE,
    "axes.labelcolor": _INK,
    "axes.titlecolor": _INK,
    "text.color": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "svg.fonttype": "none",
    "svg.hashsalt": "allomatch",
}
_PANEL_WIDTH, _HEIGHT = 3.5, 5.1  # inches


def check_plot(path: str | os.PathLike[str] | None) -> None:
    """Whether a picture can be made.

    Raises:
        FormatError: matplotlib is missing, or the ending is unknown.
    """
    place = None if path is None else os.fspath(path)
    if place is not None and Path(place).suffix not in _ENDINGS:
        raise FormatError(f"{place}: a picture ends with {' '.join(_ENDINGS)}", place=place, column="plot")
    try:
        import matplotlib  # noqa: F401
    except ModuleNotFoundError:
        raise FormatError(
            "plot: drawing needs the package matplotlib (pip install 'allomatch[plot]')",
            place=place,
            column="plot",
        ) from None


def plot_calibrations(
    calibrations: Mapping[str, Calibration],
    path: str | os.PathLike[str] | None = None,
    *,
    quantities: Sequence[str] = ("p0", "p1", "p2"),
) -> Figure:
    """Reliability diagrams side by side, one for each title.

    Args:
        calibrations: title -> calibration; at least one.
        path: where to write the picture: .png, .svg or .pdf. It appears when it is complete.
        quantities: what to show, at most five.

    Returns:
        The matplotlib figure.

    Raises:
        FormatError: matplotlib is missing, or the ending of ``path`` is unknown.
        KeyError: there is no such quantity.
        ValueError: no calibration, no quantity or more than five.
    """
    if not calibrations or not 1 <= len(quantities) <= len(_SERIES):
        raise ValueError(f"a picture shows at least one calibration and 1-{len(_SERIES)} quantities")
    check_plot(path)
    import matplotlib
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    with matplotlib.rc_context(_STYLE):
        layout = ConstrainedLayoutEngine(w_pad=0.08, h_pad=0.04, hspace=0.02, wspace=0.04)
        figure = Figure(figsize=(0.6 + _PANEL_WIDTH * len(calibrations), _HEIGHT), layout=layout)
        axes = figure.subplots(
            2, len(calibrations), squeeze=False, height_ratios=(3.4, 1), sharex=True, sharey="row"
        )
        for column, (title, calibration) in enumerate(calibrations.items()):
            _draw_rates(axes[0][column], calibration, quantities, title)
            _draw_pairs(axes[1][column], calibration, quantities)
        axes[0][0].set_ylabel("pairs in which it was true")
        axes[1][0].set_ylabel("pairs")
        handles, labels = axes[0][0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False, handletextpad=0.3)
        if path is not None:
            _save(figure, Path(path))
    return figure


def _name_of(quantity: str) -> str:
    """What a column of match files means."""
    locus, _, count = quantity.rpartition("_")
    number = int(count[1:])
    return f"{number} mismatch{'' if number == 1 else 'es'}" + (f" at {locus}" if locus else "")


def _draw_rates(axes: Any, calibration: Calibration, quantities: Sequence[str], title: str) -> None:
    axes.plot([0, 100], [0, 100], color=_PALE, linewidth=1, linestyle=(0, (4, 3)), zorder=1)
    drawn = False
    for (colour, mark), quantity in zip(_SERIES, quantities, strict=False):
        calibration.score(quantity)
        x, y, below, above = [], [], [], []
        for one in calibration.bins_of(quantity):
            if one.predicted is None or one.observed is None:
                continue
            assert one.observed_low is not None and one.observed_high is not None
            x.append(100 * one.predicted)
            y.append(100 * one.observed)
            below.append(100 * max(0.0, one.observed - one.observed_low))
            above.append(100 * max(0.0, one.observed_high - one.observed))
        drawn = drawn or bool(x)
        axes.plot(x, y, color=colour, linewidth=0.9, alpha=0.35, zorder=2)
        axes.errorbar(
            x,
            y,
            yerr=[below, above],
            label=_name_of(quantity),
            color=colour,
            linestyle="none",
            marker=mark,
            markersize=5,
            markeredgecolor="white",
            markeredgewidth=0.5,
            elinewidth=0.9,
            capsize=2,
            zorder=3,
        )
    if not drawn:
        axes.text(50, 50, "no uncertain pair", ha="center", va="center", backgroundcolor="white")
    axes.set(xlim=(-2, 102), ylim=(-2, 102), title=title)
    axes.set_yticks(range(0, 101, 20))
    axes.yaxis.set_major_formatter("{x:.0f} %")
    axes.grid(color="#e6eaef", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(length=0, labelleft=axes.get_subplotspec().is_first_col())


def _draw_pairs(axes: Any, calibration: Calibration, quantities: Sequence[str]) -> None:
    most = 1
    for at, quantity in enumerate(quantities):
        bins = calibration.bins_of(quantity)
        width = 100 * (bins[0].upper - bins[0].lower)
        bar = 0.84 * width / len(quantities)
        left = [100 * one.lower + 0.08 * width + at * bar for one in bins]
        pairs = [one.pairs for one in bins]
        axes.bar(left, pairs, width=bar, align="edge", color=_SERIES[at][0], linewidth=0, bottom=0)
        most = max(most, *pairs)
    axes.set_yscale("log")
    axes.set(ylim=(0.7, 2 * most), xlabel="predicted probability")
    axes.set_xticks(range(0, 101, 20))
    axes.xaxis.set_major_formatter("{x:.0f} %")
    decades = [10**k for k in range(1 + len(str(2 * most)) - 1)]
    step = 1 + (len(decades) - 1) // 4
    axes.set_yticks(decades[::step], labels=[f"{decade:,}" for decade in decades[::step]])
    axes.yaxis.set_minor_locator(_no_ticks())
    axes.grid(axis="y", color="#e6eaef", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(length=0)


def _no_ticks() -> Any:
    from matplotlib.ticker import NullLocator

    return NullLocator()


def _save(figure: Figure, path: Path) -> None:
    kind = path.suffix[1:]
    undated = {"svg": {"Date": None}, "pdf": {"CreationDate": None}, "png": {}}[kind]
    with unfinished(path) as part:
        figure.savefig(part, format=kind, dpi=200, metadata=undated)
