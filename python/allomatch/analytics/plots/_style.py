# SPDX-License-Identifier: Apache-2.0
"""What all figures share: colours, fonts, grid, language."""

from __future__ import annotations

import functools
import unicodedata
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ... import option_values
from ...errors import FormatError
from ...report.markup import printable

if TYPE_CHECKING:
    import pandas
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Lang = Literal["en", "zh"]
Say = Callable[[str, str], str]
"""Chooses the English or the Chinese words."""

# Colours that people with colour-blindness tell apart (Okabe and Ito).
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00")
INK, PALE, GRID = "#1f2d3d", "#9aa5b1", "#e6eaef"
WARNING = "#a84300"  # of words: dark enough to be read
_MOST_TICKS = 13
_LONGEST = 24  # columns of a name; a Chinese character takes two
SEQUENTIAL = "YlGnBu"
_CHINESE = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Microsoft YaHei",
    "PingFang SC",
    "Noto Sans CJK JP",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
)
_STYLE: dict[str, Any] = {
    "font.size": 9,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 9,
    "axes.labelsize": 9,
    "axes.edgecolor": PALE,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.linewidth": 0.7,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.unicode_minus": False,
    "grid.color": GRID,
    "grid.linewidth": 0.7,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.minor.size": 0,
    "ytick.minor.size": 0,
    "legend.frameon": False,
    "figure.dpi": 110,
    "savefig.dpi": 200,
    "svg.fonttype": "none",
    "svg.hashsalt": "allomatch",
}


class MissingFont(UserWarning):
    """Chinese words are drawn as boxes."""


@contextmanager
def drawing(
    size: tuple[float, float], ax: Axes | None, title: str | None, lang: str
) -> Iterator[tuple[Figure, Axes, Say]]:
    """Axes to draw in, of their own figure or those given, in the style of the house.

    Global settings of matplotlib stay as they are.

    Raises:
        ImportError: matplotlib is missing.
        FormatError: another language than ``en`` or ``zh``, or ``ax`` is none.
    """
    say = words(lang)
    try:
        import matplotlib
        from cycler import cycler
        from matplotlib.axes import Axes
        from matplotlib.layout_engine import ConstrainedLayoutEngine
    except ModuleNotFoundError:
        raise ImportError("pictures need the package matplotlib (pip install 'allomatch[plot]')") from None
    if ax is not None and not isinstance(ax, Axes):
        raise option_values.refuse("ax", ax, f"expected axes of matplotlib, not {type(ax).__name__}")
    families = list(_families())
    style: Any = {**_STYLE, "font.family": families, "axes.prop_cycle": cycler(color=COLOURS)}
    with matplotlib.rc_context(style):
        if ax is None:
            figure = _figure_class()(figsize=size, layout=ConstrainedLayoutEngine(w_pad=0.09, h_pad=0.08))
            axes = figure.add_subplot()
        else:
            axes, figure = ax, ax.figure.figure
        yield figure, axes, say
        if title:
            axes.set_title(title)
        if len(families) == 1:
            _say_that_no_font_is_chinese(figure)
        # Ticks are made when the figure is drawn, in the settings of then.
        for one in figure.axes if ax is None else [axes]:
            one.tick_params(which="both", labelfontfamily=families, labelsize=_STYLE["font.size"], length=0)


def words(lang: str) -> Say:
    if lang not in ("en", "zh"):
        raise option_values.refuse("lang", lang, "expected en or zh")
    return (lambda english, chinese: chinese) if lang == "zh" else (lambda english, chinese: english)


def columns_of(table: pandas.DataFrame, maker: str, names: Sequence[str], drawn: Sequence[str] = ()) -> None:
    """That a table is one that a function made, with something in it.

    Raises:
        FormatError: a column is missing, there is no row, or no row has numbers in all of ``drawn``.
    """
    missing = [name for name in names if name not in getattr(table, "columns", ())]
    if missing:
        raise FormatError(
            f"column table: expected the table that {maker} returns; it lacks {', '.join(missing)}",
            column="table",
        )
    if not len(table):
        raise FormatError("column table: there is no row to draw", column="table")
    if drawn and not len(with_numbers(table, drawn)):
        raise FormatError(f"column table: no row has a number in {' and '.join(drawn)}", column="table")


def with_numbers(table: pandas.DataFrame, names: Sequence[str]) -> pandas.DataFrame:
    """The rows that have a number in each of the columns."""
    return table[np.isfinite(table[list(names)].to_numpy(dtype=float)).all(axis=1)]


def label(name: object, say: Say) -> str:
    """The name of a group as it is drawn: short, with nothing that cannot be seen; a dollar sign is no
    formula."""
    words = printable("" if name is None else str(name))
    if not words:
        return say("(blank)", "（空）")
    kept: list[str] = []
    left = _LONGEST
    for char in words:
        left -= 2 if unicodedata.east_asian_width(char) in "WF" else 1
        if left < 0:
            kept[-1:] = "…"
            break
        kept.append(char)
    return "".join(kept).replace("$", r"\$")


def group_of(table: pandas.DataFrame, first: str) -> str | None:
    """The column of the groups: the one before the first of the table's own, if any."""
    place = list(table.columns).index(first)
    return str(table.columns[0]) if place > 0 else None


def percent(axis: Any, decimals: int = 0) -> None:
    """Ticks of shares as per cent, at numbers that are not rounded."""
    from matplotlib.ticker import MaxNLocator, PercentFormatter

    axis.set_major_locator(MaxNLocator(nbins="auto", steps=[1, 2, 5, 10]))
    axis.set_major_formatter(PercentFormatter(1.0, decimals=decimals, symbol=" %"))


def thousands(axis: Any) -> None:
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    axis.set_major_locator(MaxNLocator(nbins="auto", integer=True, steps=[1, 2, 2.5, 5, 10]))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


def room_for(names: Sequence[object]) -> float:
    """Inches that names take beyond the usual."""
    longest = max(len(printable(str(name))) for name in names)
    return 0.11 * max(0, min(longest, _LONGEST) - 6)


def few_ticks(axes: Axes, words: Sequence[str], rotation: float = 0) -> None:
    """Words at 0, 1 .. of the x axis, as many as have room, at steps of 1, 2, 5, 10 .."""
    steps = (digit * 10**power for power in range(4) for digit in (1, 2, 5))
    step = next((one for one in steps if len(words) <= _MOST_TICKS * one), len(words))
    places = range(0, len(words), step)
    axes.set_xticks(places, [words[at] for at in places], rotation=rotation)


def legend_below(figure: Figure, axes: Axes, columns: int, own: bool) -> None:
    """A legend under the axes: of the whole figure when it is ours."""
    if own:
        handles, labels = axes.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=columns, frameon=False)
    else:
        axes.legend(fontsize=8)


def _say_that_no_font_is_chinese(figure: Figure) -> None:
    from matplotlib.text import Text

    written = "".join(text.get_text() for text in figure.findobj(Text))
    if any("\u2e80" <= char <= "\uffee" for char in written):
        reason = "Chinese words are drawn as boxes: no font here has them; install one (fonts-noto-cjk)"
        warnings.warn(reason, MissingFont, stacklevel=5)


@functools.cache
def _figure_class() -> type[Figure]:
    """A figure that does not warn of each character that no font has: once is enough."""
    from matplotlib.figure import Figure

    class PoolFigure(Figure):
        def draw(self, *arguments: Any, **options: Any) -> Any:
            with _quiet():
                return super().draw(*arguments, **options)

        def get_tightbbox(self, *arguments: Any, **options: Any) -> Any:
            with _quiet():
                return super().get_tightbbox(*arguments, **options)

    return PoolFigure


@contextmanager
def _quiet() -> Iterator[None]:
    with warnings.catch_warnings():
        if len(_families()) == 1:
            warnings.filterwarnings("ignore", message=r"(?s)Glyph .*missing from")
        yield


@functools.cache
def _families() -> tuple[str, ...]:
    """Latin first; the first Chinese font there is for what that lacks."""
    from matplotlib import font_manager

    known = {font.name for font in font_manager.fontManager.ttflist}
    return ("DejaVu Sans", *[name for name in _CHINESE if name in known][:1])
