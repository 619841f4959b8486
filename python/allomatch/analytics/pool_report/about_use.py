# SPDX-License-Identifier: Apache-2.0
"""Ages of the donors, and donations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .blocks import DASH, Kind, Part, Section, count, one_decimal, share, table_of, text, whole_text
from .figures import latest
from .parts import YEARLY
from .writer import Writer

if TYPE_CHECKING:
    import pandas


def ages(w: Writer) -> Section:
    limit = str(w.analysis.age_limit)

    def structure(heading: str, table: pandas.DataFrame) -> Part:
        how = [w.say("ages_how", w.analysis.on.isoformat())]
        rows = table[table["donors"] > 0]
        if not len(rows):
            return Part(heading, [w.t["why_no_donors"]], how)
        words = [w.t["unknown"] if age == "unknown" else age for age in rows["age"]]
        columns = w.columns(("age", text), ("donors", count), ("share", share))
        picture = w.picture("ages", w.t["picture_ages"], table, function="age_structure")
        return Part(
            heading, how=how, blocks=[picture, table_of(rows.assign(age=words), columns, w.t["ages"])]
        )

    def leaving(heading: str, table: pandas.DataFrame, by_age: pandas.DataFrame) -> Part:
        known = by_age.groupby("age")["donors"].sum()
        unknown = int(known.get("unknown", 0))
        if unknown == known.sum():
            return Part(heading, [w.say("ages_nobody", limit)] if unknown else [])
        now, gone = int(table["donors"].iloc[0]), int(table["leaving"].sum())
        says = [w.say("ages_says", now, limit, gone, len(table))]
        if unknown:
            says.append(w.say("ages_unknown", unknown))
        columns = w.columns(("first_day", text), ("donors", count), ("leaving", count), ("share", share))
        picture = w.picture("ageing_out", w.t["picture_ageing_out"], table)
        return Part(heading, says, blocks=[picture, table_of(table, columns, heading, short=True)])

    def scenario(heading: str, table: pandas.DataFrame) -> Part:
        now, left = (round(table[name].iloc[at]) for name, at in (("donors", 0), ("donors_at_end", -1)))
        if not now:
            return Part()
        says = [w.say("attrition_says", limit, share(YEARLY), left, now, len(table))]
        picture = w.picture("attrition", w.t["picture_attrition"], table)
        return Part(heading, says, [w.t["attrition_how"]], [picture])

    parts = [
        w.part("", ("ages",), structure),
        w.part(w.say("ageing_out", limit), ("ageing_out", "ages"), leaving),
        w.part(w.t["attrition"], ("attrition",), scenario, silent=True),
    ]
    return Section("ages", w.t["ages"], parts)


def use(w: Writer) -> Section:
    def groups(heading: str, table: pandas.DataFrame) -> Part:
        donors, donations = int(table["donors"].sum()), int(table["donations"].sum())
        rate = one_decimal(1000 * donations / donors)
        rows = table.sort_values("per_1000", ascending=False, kind="stable")
        pairs = zip(rows["low"], rows["high"], strict=True)
        rows = rows.assign(interval=[f"{share(low)} – {share(high)}" for low, high in pairs])
        abroad: list[tuple[str, Kind]] = [("abroad_donations", count)] if "abroad_donations" in table else []
        columns = [
            w.by(),
            *w.columns(
                ("donors", count),
                ("donations", count),
                *abroad,
                ("per_1000", one_decimal),
                ("donors_with_donations", count),
                ("interval", whole_text),
            ),
        ]
        made = table_of(rows, columns, w.t["utilisation"], top=w.top, note=w.listed(rows), short=True)
        picture = w.picture("utilisation", w.t["picture_utilisation"], table, group=w.analysis.by)
        says = [w.say("use_says", donations, donors, rate)]
        return Part(heading, says, [w.t["use_how"]], [picture, made])

    def years(heading: str, table: pandas.DataFrame) -> Part:
        if not len(table):
            return Part(heading, [w.t["why_no_collection"]])
        whole = table.groupby("year", as_index=False)[["donations"]].sum()
        total = int(whole["donations"].sum())
        first, last = str(whole["year"].iloc[0]), str(whole["year"].iloc[-1])
        says = [w.say("by_year_says", total, first, last, int(whole["donations"].iloc[-1]))]
        if first == last:
            says = [w.say("by_year_one", total, first)]
        drawn, whole = latest(table, "year"), latest(whole, "year")
        earlier = total - int(whole["donations"].sum())
        if earlier:
            says.append(w.say("by_year_earlier", earlier, str(whole["year"].iloc[0])))
        picture = w.picture("by_year", w.t["picture_by_year"], drawn, function="donations_by_year")
        columns = w.columns(("year", text), ("donations", count))
        return Part(heading, says, blocks=[picture, table_of(whole, columns, heading)])

    def took(heading: str, table: pandas.DataFrame) -> Part:
        known = table["days"].dropna()
        middle = f"{known.median():g}" if len(known) else DASH
        latest = table.iloc[::-1]
        columns = w.columns(
            ("donor_id", text), ("branch", text), ("reserved", text), ("collected", text), ("days", count)
        )
        made = table_of(latest, columns, heading, top=w.top, note=w.listed(latest))
        picture = w.picture("days", w.t["picture_days"], table, function="days_to_collection")
        return Part(heading, [w.say("days_says", len(table), middle)], blocks=[picture, made])

    parts = [
        w.part("", ("utilisation",), groups),
        w.part(w.t["by_year"], ("donations_by_year",), years),
        w.part(w.t["days"], ("days_to_collection",), took),
    ]
    return Section("use", w.t["use"], parts)
