# SPDX-License-Identifier: Apache-2.0
"""For how many patients there is a donor, and what each group adds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import plots
from .blocks import (
    DASH,
    Part,
    Picture,
    Section,
    Table,
    count,
    missing,
    one_decimal,
    percent,
    share,
    table_of,
    text,
    whole_text,
)
from .writer import Writer

if TYPE_CHECKING:
    import pandas


def likelihood(w: Writer) -> Section:
    positions = 2 * len(w.analysis.loci)
    names = [w.analysis.set_name, w.say("at_least", f"{positions - 1}/{positions}")]
    observed = w.analysis.tables.get("observed")

    def curve(heading: str, table: pandas.DataFrame) -> Part:
        numbers = w.analysis.tables["numbers"].set_index("measure")["value"]
        size = int(numbers.get("standing", numbers["donors"]))
        here = table[table["size"] == size].set_index("mismatches")["probability"]
        rows = [
            [names[k], share(here[k]) if k in here else DASH, *_observed_now(observed, k)] for k in (0, 1)
        ]
        says = []
        if 0 in here:
            words = "likelihood_says_formula" if observed is None else "likelihood_says"
            says = [w.say(words, count(size), names[0], *rows[0][1:])]
        how = [w.t["likelihood_how"]]
        if w.analysis.likelihood_mass < 1:
            mass = share(w.analysis.likelihood_mass)
            how.append(w.say("likelihood_part", count(w.analysis.likelihood_haplotypes), mass))
        if "observed" in w.analysis.missing:
            how.append(w.analysis.missing["observed"].words(w.lang))
        heads = [w.t[f"col_{name}"] for name in ("match", "probability", "certain", "potential")]
        made = Table(w.t["now"], heads, rows, [1, 2, 3], short=True)
        return Part(heading, says, how, [_picture(w, names, table, observed), made])

    def sizes(heading: str, table: pandas.DataFrame) -> Part:
        written = [w.t["not_reached"] if missing(size) else count(size) for size in table["size"]]
        shown = table.assign(match=[names[k] for k in table["mismatches"]], size=written)
        columns = w.columns(("match", text), ("target", percent), ("size", whole_text))
        made = table_of(shown, columns, heading, short=True)
        return Part(heading, how=[w.t["sizes_how"]], blocks=[made])

    def value(heading: str, table: pandas.DataFrame) -> Part:
        rows = table.sort_values("served_certain", ascending=False, kind="stable")
        most = rows.iloc[0]
        says = []
        if most["served_certain"] > 0:
            says = [
                w.say("value_says", str(most[w.analysis.by]) or w.t["blank"], count(most["served_certain"]))
            ]
        columns = [
            w.by(),
            *w.columns(
                ("donors", count),
                ("genotypes", count),
                ("own_genotypes", count),
                ("served_certain", count),
                ("certain_per_1000", one_decimal),
            ),
        ]
        made = table_of(rows, columns, heading, top=w.top, note=w.listed(rows), short=True)
        picture = w.picture("branch_value", w.t["picture_value"], table, group=w.analysis.by)
        return Part(heading, says, [w.t["value_how"]], [picture, made])

    parts = [
        w.part("", ("likelihood",), curve),
        w.part(w.t["sizes"], ("sizes",), sizes),
        w.part(w.say("value", w.by_word.lower()), ("branch_value",), value),
    ]
    return Section("likelihood", w.t["likelihood"], parts)


def _observed_now(observed: pandas.DataFrame | None, mismatches: int) -> list[str]:
    """Certain and potential, with all donors that there are."""
    if observed is None:
        return [DASH, DASH]
    last = observed[observed["mismatches"] == mismatches].iloc[-1]
    return [share(last["certain"]), share(last["potential"])]


def _picture(
    w: Writer, names: list[str], table: pandas.DataFrame, observed: pandas.DataFrame | None
) -> Picture:
    curves = {name: table[table["mismatches"] == k] for k, name in enumerate(names)}
    shown = None if observed is None else observed[observed["mismatches"] == 0]
    lang: Any = w.lang
    return Picture(
        "likelihood", w.t["picture_likelihood"], lambda: plots.likelihood(curves, shown, lang=lang)
    )
