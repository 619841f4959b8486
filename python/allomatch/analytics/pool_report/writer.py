# SPDX-License-Identifier: Apache-2.0
"""What all sections of a report need: words of a language, columns, pictures."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..._words import Number
from ...report.phrases import chinese
from ...report.texts import texts as report_texts
from .. import plots
from .blocks import Kind, Part, Picture, Table, count, text
from .figures import MOST_GROUPS, largest
from .outcome import PoolAnalysis
from .texts import texts

if TYPE_CHECKING:
    import pandas


_YEAR = "_year"
_POWER = re.compile(r"\b10\^(\d{1,2})\b")


class Writer:
    """One analysis in one language.

    Args:
        top: rows of the tables that could be long.
    """

    def __init__(self, analysis: PoolAnalysis, lang: str, top: int) -> None:
        self.analysis = analysis
        self.lang = lang
        self.top = top
        self.t = texts(lang)
        self.by_word = self._field(analysis.by)

    def _field(self, name: str) -> str:
        known = report_texts(self.lang)
        stem = name.removesuffix(_YEAR)
        word = known.get(f"field_{name}") or known.get(f"field_{stem}") or stem.replace("_", " ")
        return word if stem == name else self.say("year_of", word)

    def say(self, key: str, *values: str | int) -> str:
        return self.t[key].format(*(Number(one) if isinstance(one, int) else one for one in values))

    def sentence(self, words: str) -> str:
        """A sentence of the library; its large numbers all with their digits."""
        words = _POWER.sub(lambda found: f"{10 ** int(found[1]):,}", words)
        return words if self.lang == "en" else chinese(words) or words

    def flag(self, value: Any) -> str:
        return self.t["yes"] if value else self.t["no"]

    def columns(self, *columns: tuple[str, Kind]) -> list[tuple[str, str, Kind]]:
        """Names, headings and how values are written."""
        return [(name, self.t[f"col_{name}"], write) for name, write in columns]

    def by(self) -> tuple[str, str, Kind]:
        return self.analysis.by, self.by_word, text

    def listed(self, frame: pandas.DataFrame) -> str:
        return self.say("first_rows", count(min(self.top, len(frame))), count(len(frame)))

    def with_note(self, table: Table, whole: pandas.DataFrame) -> Table:
        """A table of the first rows of a longer one."""
        return replace(table, note=self.listed(whole) if len(whole) > len(table.rows) else "")

    def part(
        self, heading: str, names: tuple[str, ...], make: Callable[..., Part], *, silent: bool = False
    ) -> Part:
        """A part that needs these tables, or why there are none; nothing when it is to be silent."""
        reasons = [self.analysis.missing[name] for name in names if name in self.analysis.missing]
        if reasons and silent:
            return Part()
        if reasons:
            return Part(heading, list(dict.fromkeys(one.words(self.lang) for one in reasons)))
        return make(heading, *(self.analysis.tables[name] for name in names))

    def picture(
        self, name: str, words: str, table: pandas.DataFrame, *, function: str = "", group: str = ""
    ) -> Picture:
        """A picture of the plots, of the name or the function; with ``group`` of the largest groups."""
        note = ""
        if group:
            groups = table[group].nunique()
            if groups > MOST_GROUPS:
                note = self.say("largest", count(MOST_GROUPS), count(groups))
            table = largest(table, group)
        draw = getattr(plots, function or name)
        return Picture(name, words, lambda: draw(table, lang=self.lang), note)
