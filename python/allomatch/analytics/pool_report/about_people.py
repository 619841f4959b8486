# SPDX-License-Identifier: Apache-2.0
"""Typings to look at again, duplicates and relatives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from .blocks import Kind, Part, Section, count, large, one_decimal, small, table_of, text
from .writer import Writer

if TYPE_CHECKING:
    import pandas


def check(w: Writer) -> Section:
    def suspicious(heading: str, table: pandas.DataFrame, probabilities: pandas.DataFrame) -> Part:
        says = [w.say("check_says", count(len(table)), count(w.analysis.donors))]
        how = [w.t["check_how"], *([w.t["check_own"]] if w.analysis.own else [])]
        if w.analysis.too_ambiguous:
            how.append(w.say("check_ambiguous", w.analysis.too_ambiguous))
            unexplained = np.isneginf(probabilities["log10_probability"].to_numpy())
            ambiguous = int((unexplained & w.analysis.not_estimated).sum())
            if ambiguous:
                how.append(w.say("check_unexplained", int(unexplained.sum()), ambiguous))
        shown = table.head(w.top).assign(reasons=lambda rows: [w.sentence(one) for one in rows["reasons"]])
        columns = w.columns(
            ("donor_id", text), *_branch(table), ("log10_probability", one_decimal), ("reasons", text)
        )
        made = table_of(shown, columns, w.t["suspicious"])
        picture = w.picture("typing_probabilities", w.t["picture_probabilities"], probabilities)
        listed = [w.with_note(made, table)] if len(table) else []
        return Part(heading, says, how, [picture, *listed])

    def again(heading: str, table: pandas.DataFrame) -> Part:
        says = [w.say("duplicates_says", count(table["group"].nunique()))]
        columns = w.columns(
            ("group", count),
            ("donor_id", text),
            ("fully_typed", w.flag),
            ("birth_date", text),
            ("sex", text),
            *_branch(table),
        )
        made = table_of(table, columns, heading, top=w.top, note=w.listed(table))
        return Part(heading, says, blocks=[made] if len(table) else [])

    def related(heading: str, table: pandas.DataFrame) -> Part:
        says = [w.say("relatives_says", count(len(table)))]
        same: list[tuple[str, Kind]] = [("same_branch", w.flag)] if "same_branch" in table else []
        columns = w.columns(
            ("donor_1", text),
            ("donor_2", text),
            ("likelihood_ratio", large),
            ("unrelated_pairs", small),
            ("age_difference", one_decimal),
            *same,
        )
        made = table_of(table, columns, heading, top=w.top, note=w.listed(table))
        return Part(heading, says, [w.t["relatives_how"]], [made] if len(table) else [])

    parts = [
        w.part("", ("suspicious", "typing_probabilities"), suspicious),
        w.part(w.t["duplicates"], ("duplicates",), again),
        w.part(w.t["relatives"], ("relatives",), related),
    ]
    return Section("check", w.t["check"], parts)


def _branch(table: pandas.DataFrame) -> list[tuple[str, Kind]]:
    return [("branch", text)] if "branch" in table else []
