# SPDX-License-Identifier: Apache-2.0
"""The report of a pool: one self-contained page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ... import option_values
from ...errors import FormatError
from ...report import check_report, write_page
from .analysis import analyse
from .outcome import PoolAnalysis
from .page import pool_page
from .texts import LANGUAGES

__all__ = ["LANGUAGES", "PoolAnalysis", "analyse", "check_pictures", "write_pool_report"]

TOP = 15


def check_pictures() -> None:
    """Whether pictures can be drawn.

    Raises:
        ImportError: matplotlib is missing.
    """
    try:
        import matplotlib  # noqa: F401
    except ModuleNotFoundError:
        raise ImportError("pictures need the package matplotlib (pip install 'allomatch[plot]')") from None


def write_pool_report(
    donors: Any, path: str | os.PathLike[str], *, lang: str = "en", top: int = TOP, **options: Any
) -> PoolAnalysis:
    """Write what is known of a pool as one HTML page that needs no network: how it is typed, its frequencies,
    for how many patients it has a donor, typings to check, ages and use, with pictures.

    Args:
        donors: a registry, a data frame of donors, or a :class:`PoolAnalysis`.
        path: ``F.html``.
        lang: language of the page, ``en`` or ``zh``.
        top: rows of the tables that could be long, at least 1.
        options: those of :func:`analyse`, such as ``frequencies``, ``by``, ``on`` and ``store``.

    Returns what the page was made of. Parts that cannot be made are left out, and the page says why.

    Raises:
        FormatError: an option does not fit, unknown ending or language, or the folder does not exist.
        ImportError: pandas or matplotlib is missing (extras ``frames`` and ``plot``).
        OSError: the file cannot be written.

    Cost: about half a minute for 100,000 donors on two cores.
    """
    check_report(path, lang)
    check_pictures()
    if option_values.whole("top", top) < 1:
        raise option_values.refuse("top", top, "expected a whole number from 1")
    if isinstance(donors, PoolAnalysis):
        if options:
            raise FormatError(
                "column donors: options are those of the analysis; give them to analyse", column="donors"
            )
        analysis = donors
    else:
        analysis = analyse(donors, **options)
    write_page(Path(path), pool_page(analysis, lang, top))
    return analysis
