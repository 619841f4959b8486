# SPDX-License-Identifier: Apache-2.0
"""Alleles, haplotypes, Hardy-Weinberg proportion and linkage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .blocks import (
    Kind,
    Part,
    Picture,
    Section,
    Table,
    count,
    frequency,
    missing,
    one_decimal,
    p_value,
    share,
    small,
    table_of,
    text,
    whole_text,
)
from .writer import Writer

if TYPE_CHECKING:
    import pandas

_DEVIATES = 0.01
_HALF_A_COPY = 0.5
_ALLELES = 5  # of each locus
_LEAST_LINKAGE = 0.0005


def frequencies(w: Writer) -> Section:
    def haplotypes(heading: str, table: pandas.DataFrame) -> Part:
        says = []
        if len(table):
            first = table.iloc[0]
            loci = " ".join(w.analysis.loci)
            name, value = str(first["haplotype"]), share(first["frequency"])
            if "count" in table:
                many = int((table["count"] >= _HALF_A_COPY).sum())
                says.append(w.say("frequencies_says_own", len(table), loci, name, value, many))
            else:
                says.append(w.say("frequencies_says", len(table), loci, name, value))
        how = w.t["frequencies_own"]
        if not w.analysis.own:
            how = w.say("frequencies_given", w.analysis.population)
        columns = w.columns(("haplotype", text), ("frequency", frequency))
        if "count" in table:
            columns += w.columns(("count", one_decimal))
        shown, columns = _with_interval(w, table, columns)
        made = table_of(shown, columns, w.t["haplotypes"], top=w.top, note=w.listed(table), short=True)
        picture = w.picture("haplotypes", w.t["picture_haplotypes"], table, function="haplotype_frequencies")
        return Part(heading, says, [how], [picture, made])

    def alleles(heading: str, table: pandas.DataFrame) -> Part:
        columns = w.columns(("allele", text), ("frequency", frequency))
        picture = w.picture("alleles", w.t["picture_alleles"], table, function="allele_frequencies")
        blocks: list[Table | Picture] = [picture]
        for locus, rows in table.groupby("locus", sort=False):
            shown, wanted = _with_interval(w, rows, columns)
            blocks.append(table_of(shown, wanted, str(locus), top=_ALLELES, note=_first(w, len(rows))))
        return Part(heading, blocks=blocks)

    def proportion(heading: str, table: pandas.DataFrame) -> Part:
        some = table[table["p_value"] < _DEVIATES]["locus"]
        says = []
        if table["people"].max() > 1 and table["p_value"].notna().any():
            says = [w.say("proportion_some", " ".join(some)) if len(some) else w.t["proportion_none"]]
        columns = w.columns(
            ("locus", text),
            ("people", count),
            ("homozygotes", one_decimal),
            ("expected_homozygotes", one_decimal),
            ("inbreeding", small),
            ("p_value", p_value),
        )
        picture = w.picture("proportion", w.t["picture_proportion"], table, function="hardy_weinberg")
        return Part(heading, says, [w.t["proportion_how"]], [picture, table_of(table, columns, heading)])

    def homozygous(heading: str, table: pandas.DataFrame) -> Part:
        if not len(table):
            return Part()
        picture = w.picture("homozygosity", w.t["picture_homozygosity"], table)
        shown = table.assign(expected_share=table["expected"])
        columns = w.columns(
            ("locus", text),
            ("donors", count),
            ("homozygous", count),
            ("share", share),
            ("expected_share", share),
        )
        made = table_of(shown, columns, heading)
        return Part(heading, how=[w.t["homozygosity_how"]], blocks=[picture, made])

    def linkage(heading: str, table: pandas.DataFrame) -> Part:
        says = []
        known = table.dropna(subset=["w_n"])
        if len(known) and known["w_n"].max() >= _LEAST_LINKAGE:
            most = known.loc[known["w_n"].idxmax()]
            says = [w.say("linkage_says", most["locus_1"], most["locus_2"], small(most["w_n"]))]
        picture = w.picture("linkage", w.t["picture_linkage"], table)
        return Part(heading, says, [w.t["linkage_how"]], [picture])

    def pairs(heading: str, table: pandas.DataFrame) -> Part:
        columns = w.columns(
            ("allele_1", text),
            ("allele_2", text),
            ("frequency", frequency),
            ("expected", frequency),
            ("d_prime", small),
            ("r2", small),
        )
        made = table_of(table, columns, heading, top=w.top, note=w.listed(table))
        return Part(heading, blocks=[made])

    parts = [
        w.part("", ("haplotypes",), haplotypes),
        w.part(w.t["alleles"], ("alleles",), alleles),
        w.part(w.t["proportion"], ("hardy_weinberg",), proportion),
        w.part(w.t["homozygosity"], ("homozygosity",), homozygous, silent=True),
        w.part(w.t["linkage"], ("linkage",), linkage),
        w.part(w.t["linkage_pairs"], ("linkage_pairs",), pairs),
    ]
    return Section("frequencies", w.t["frequencies"], parts)


def _first(w: Writer, rows: int) -> str:
    return w.say("first_rows", count(_ALLELES), count(rows))


def _with_interval(
    w: Writer, table: pandas.DataFrame, columns: list[tuple[str, str, Kind]]
) -> tuple[pandas.DataFrame, list[tuple[str, str, Kind]]]:
    if "low" not in table:
        return table, columns
    pairs = zip(table["low"], table["high"], strict=True)
    both = ["" if missing(low) else f"{frequency(low)} – {frequency(high)}" for low, high in pairs]
    return table.assign(interval=both), [*columns, *w.columns(("interval", whole_text))]
