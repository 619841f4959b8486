# SPDX-License-Identifier: Apache-2.0
"""The sections of a report, in their order."""

from __future__ import annotations

from . import about_frequencies, about_matches, about_people, about_typing, about_use
from .blocks import Section
from .outcome import PoolAnalysis
from .writer import Writer


def sections(analysis: PoolAnalysis, lang: str, top: int) -> list[Section]:
    """What the tables of an analysis say. ``top``: rows of the tables that could be long."""
    writer = Writer(analysis, lang, top)
    return [
        about_typing.numbers(writer),
        about_typing.typing(writer),
        about_frequencies.frequencies(writer),
        about_matches.likelihood(writer),
        about_people.check(writer),
        about_use.ages(writer),
        about_use.use(writer),
    ]
