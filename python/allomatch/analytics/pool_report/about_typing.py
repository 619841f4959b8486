# SPDX-License-Identifier: Apache-2.0
"""What there is, and how far it is typed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .blocks import Part, Section, count, share, table_of, text
from .figures import latest
from .writer import Writer

if TYPE_CHECKING:
    import pandas

_LEVELS = ("typed", "one_class", "ambiguous", "first_field", "serology")


def numbers(w: Writer) -> Section:
    table = w.analysis.tables["numbers"]
    figures = []
    for measure, value in zip(table["measure"], table["value"], strict=True):
        key = f"measure_{measure}"
        if measure == "groups" and w.analysis.by == "branch":
            key = "measure_groups_branch"
        fill = {"groups": w.by_word, "fully_typed": w.analysis.set_name}.get(measure, "")
        one = f"{key}_one"
        figures.append((count(value), w.say(one if value == 1 and one in w.t else key, fill)))
    says = []
    if w.analysis.untyped_loci and w.analysis.donors:
        says.append(w.say("untyped_loci", ("、" if w.lang == "zh" else ", ").join(w.analysis.untyped_loci)))
    return Section("numbers", w.t["numbers"], [Part(says=says)], figures)


def typing(w: Writer) -> Section:
    def levels(heading: str, table: pandas.DataFrame) -> Part:
        rows = table[table["typed"] > 0]
        if not len(rows):
            return Part(heading, [w.t["why_no_loci"]])
        names = list(rows["locus"])
        shown = w.analysis.set_name if w.analysis.set_name in names else names[0]
        row = rows[rows["locus"] == shown].iloc[0]
        says = w.say("typing_says", share(row["typed"]), share(row["one_class"]), shown)
        columns = w.columns(("locus", text), *((level, share) for level in _LEVELS))
        picture = w.picture("completeness", w.t["picture_completeness"], table)
        made = table_of(rows, columns, w.t["typing"], short=True)
        return Part(heading, [says], [w.t["typing_how"]], [picture, made])

    def by_group(heading: str, table: pandas.DataFrame) -> Part:
        if not (table["typed"] > 0).any():
            return Part()
        picture = w.picture("completeness_by", heading, table, function="completeness", group=w.analysis.by)
        return Part(heading, blocks=[picture])

    def by_year(heading: str, table: pandas.DataFrame) -> Part:
        known = table[(table["registered_year"] != "") & (table["typed"] > 0)]
        if not len(known) or w.analysis.by == "registered_year":
            return Part()
        shown = latest(table[table["registered_year"].isin(known["registered_year"])], "registered_year")
        years, of = shown["registered_year"].nunique(), known["registered_year"].nunique()
        picture = w.picture(
            "completeness_year", heading, shown, function="completeness", group="registered_year"
        )
        note = w.say("latest", years, of) if years < of else ""
        return Part(heading, blocks=[replace(picture, note=note)])

    parts = [
        w.part("", ("completeness",), levels),
        w.part(w.say("picture_completeness_by", w.by_word.lower()), ("completeness_by",), by_group),
        w.part(w.t["picture_completeness_year"], ("completeness_by_year",), by_year, silent=True),
    ]
    return Section("typing", w.t["typing"], parts)
