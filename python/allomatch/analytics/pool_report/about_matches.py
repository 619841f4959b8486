# SPDX-License-Identifier: Apache-2.0
"""For how many patients there is a donor, and what each group adds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .. import plots
from .blocks import (
    DASH,
    Kind,
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

_HAPLOTYPES = ("haplotypes", "only_here")


def likelihood(w: Writer) -> Section:
    positions = 2 * len(w.analysis.loci)
    names = [w.analysis.set_name, w.say("at_least", f"{positions - 1}/{positions}")]
    observed = w.analysis.tables.get("observed")

    now = w.analysis.tables["numbers"].set_index("measure")["value"]
    size = int(now.get("standing", now["donors"]))

    def curve(heading: str, table: pandas.DataFrame, by_set: pandas.DataFrame) -> Part:
        here = table[table["size"] == size].set_index("mismatches")["probability"]
        rows = [
            [names[k], share(here[k]) if k in here else DASH, *_observed_now(observed, k)] for k in (0, 1)
        ]
        fewer = by_set[(by_set["size"] == size) & (by_set["loci"] != names[0])]
        others = [
            [name, share(value), DASH, DASH]
            for name, value in zip(fewer["loci"], fewer["probability"], strict=True)
        ]
        says = []
        if 0 in here:
            words = "likelihood_says_formula" if observed is None else "likelihood_says"
            says = [w.say(words, size, names[0], *rows[0][1:])]
        how = [w.t["likelihood_how"]]
        if w.analysis.likelihood_mass < 1:
            mass = share(w.analysis.likelihood_mass)
            used, all_of = w.analysis.likelihood_haplotypes, w.analysis.haplotypes
            how.append(w.say("likelihood_part", used, mass, all_of))
        if "observed" in w.analysis.missing:
            how.append(w.analysis.missing["observed"].words(w.lang))
        heads = [w.t[f"col_{name}"] for name in ("match", "probability", "certain", "potential")]
        made = Table(w.t["now"], heads, [*rows, *others], [1, 2, 3], short=True)
        curves = {name: part for name, part in by_set.groupby("loci", sort=False) if name != names[0]}
        curves |= {name: table[table["mismatches"] == k] for k, name in enumerate(names)}
        shown = None if observed is None else observed[observed["mismatches"] == 0]
        picture = _curves(w, "likelihood", w.t["picture_likelihood"], curves, shown)
        return Part(heading, says, how, [picture, made])

    def dpb1(heading: str, table: pandas.DataFrame) -> Part:
        here = table[table["size"] == size].set_index("dpb1")["probability"]
        says = []
        if len(here):
            says = [w.say("dpb1_says", size, share(here["match"]), share(here["permissive"]))]
        base = 2 * len([locus for locus in w.analysis.loci if locus != "DPB1"])
        curves = {
            " ".join([f"{base}/{base}", *([w.t[f"dpb1_{kind}"]] if kind else [])]): part
            for kind, part in table.groupby("dpb1", sort=False)
        }
        observed = w.analysis.tables.get("observed_dpb1")
        how = [w.t["dpb1_how"]]
        if observed is not None:
            how.append(w.say("dpb1_observed", int(observed["size"].iloc[-1]) + 1))
        picture = _curves(w, "likelihood_dpb1", w.t["picture_dpb1"], curves, observed)
        return Part(heading, says, how, [picture])

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
        how = [w.t["value_how"]]
        own: list[tuple[str, Kind]] = []
        haplotypes = w.analysis.tables.get("branch_haplotypes")
        if haplotypes is not None:
            rows = rows.merge(haplotypes[[w.analysis.by, *_HAPLOTYPES]], how="left", on=w.analysis.by)
            own = [(name, count) for name in _HAPLOTYPES]
            how.append(w.t["only_here_how"])
        columns = [
            w.by(),
            *w.columns(
                ("donors", count),
                ("genotypes", count),
                ("own_genotypes", count),
                ("served_certain", count),
                ("certain_per_1000", one_decimal),
                *own,
            ),
        ]
        made = table_of(rows, columns, heading, top=w.top, note=w.listed(rows), short=True)
        picture = w.picture("branch_value", w.t["picture_value"], table, group=w.analysis.by)
        return Part(heading, says, how, [picture, made])

    def more(heading: str, table: pandas.DataFrame) -> Part:
        alone = len(table) == 1
        names_of = {"": w.t["whole_pool" if alone else "others"]}
        shown = table.assign(population=[names_of.get(name, name) for name in table["population"]])
        points = [f"{100 * gain:.2f}" for gain in table["gain_per_1000"]]
        if alone:
            return Part(heading, [w.say("recruitment_says", names[0], points[0])])
        most, least = (str(shown["population"].iloc[at]) for at in (0, -1))
        says = w.say("recruitment_says_by", names[0], points[0], most, points[-1], least)
        picture = w.picture("recruitment", w.t["picture_recruitment"], shown)
        return Part(heading, [says], [w.t["recruitment_how"]], [picture])

    parts = [
        w.part("", ("likelihood", "likelihood_sets"), curve),
        w.part(w.t["dpb1"], ("likelihood_dpb1",), dpb1, silent=True),
        w.part(w.t["sizes"], ("sizes",), sizes),
        w.part(w.say("value", w.by_word.lower()), ("branch_value",), value),
        w.part(w.t["recruitment"], ("recruitment",), more, silent=True),
    ]
    return Section("likelihood", w.t["likelihood"], parts)


def _observed_now(observed: pandas.DataFrame | None, mismatches: int) -> list[str]:
    """Certain and potential, with all donors that there are."""
    if observed is None:
        return [DASH, DASH]
    last = observed[observed["mismatches"] == mismatches].iloc[-1]
    return [share(last["certain"]), share(last["potential"])]


def _curves(
    w: Writer,
    name: str,
    words: str,
    curves: dict[Any, pandas.DataFrame],
    observed: pandas.DataFrame | None,
) -> Picture:
    lang: Any = w.lang
    return Picture(name, words, lambda: plots.likelihood(curves, observed, lang=lang))
