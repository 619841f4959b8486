# SPDX-License-Identifier: Apache-2.0
"""The parts of an analysis, each a table."""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ...estimation import estimate, typed_everywhere
from ...frequencies import Frequencies
from ...registry import Registry
from ...store import Store
from .._ages import age_structure, ageing_out
from .._completeness import completeness
from .._frequencies import allele_frequencies, hardy_weinberg
from .._haplotypes import Haplotypes
from .._kinship import duplicates, relatives
from .._likelihood import DEFAULT_SIZES, match_likelihood, size_for
from .._linkage import linkage, linkage_pairs
from .._observed import branch_value, observed_likelihood
from .._pool import field as values_of
from .._pool import frame_of, groups_of, standing
from .._suspicious import suspicious_typings, typing_probabilities
from .._use import days_to_collection, donations_by_year, utilisation
from .outcome import LeftOut, PoolAnalysis

if TYPE_CHECKING:
    import pandas

LIKELIHOOD_HAPLOTYPES = 4_000
LIKELIHOOD_COPIES = 0.01
TARGETS = (0.5, 0.6, 0.7)
OWN = "pool"
_BRANCH = "branch"
_YEARS = 10


@dataclass
class Work:
    """Makes the parts one after the other, each by the function of its name; the estimate is made once."""

    registry: Registry
    analysis: PoolAnalysis
    store: Store | None
    donations: Any
    bootstrap: int
    threads: int
    frequencies: Frequencies | None
    _likely: Frequencies | None = None

    def part(self, name: str) -> pandas.DataFrame:
        if not len(self.registry) and name != "numbers":
            raise LeftOut("why_no_donors")
        made: pandas.DataFrame = getattr(self, name)()
        return made

    def need_field(self, name: str) -> None:
        stem = name.removesuffix("_year")
        if name not in self.registry.fields and stem not in self.registry.fields:
            raise LeftOut("why_no_field", name)

    def need_loci(self, least: int = 1) -> None:
        if len(self.analysis.loci) < least:
            raise LeftOut("why_no_loci" if least == 1 else "why_one_locus")

    def the_frequencies(self) -> Frequencies:
        """Those given, or the estimate."""
        self.need_loci()
        if self.frequencies is None:
            raise LeftOut("why_no_frequencies")
        return self.frequencies

    # -- how many, how typed ------------------------------------------------

    def numbers(self) -> pandas.DataFrame:
        registry, by = self.registry, self.analysis.by
        rows: list[tuple[str, int]] = [("donors", len(registry))]
        if "status" in registry.fields:
            status = values_of(registry, "status")
            rows.append(("standing", int(standing(registry).sum())))
            rows.append(("available", status.count("AV")))
        if by in registry.fields:
            rows.append(("groups", len([one for one in groups_of(registry, by).labels if one])))
        rows.append(("loci", len([one for one in registry.loci() if typed(registry, one)])))
        whole = self.analysis.tables.get("completeness")
        if whole is not None:
            full = whole[whole["locus"] == self.analysis.set_name]["one_class"]
            if len(full) and not self.analysis.untyped_loci:
                rows.append(("fully_typed", round(len(registry) * float(full.iloc[0]))))
        return frame_of({"measure": [name for name, _ in rows], "value": [value for _, value in rows]})

    def completeness(self) -> pandas.DataFrame:
        return completeness(self.registry)

    def completeness_by(self) -> pandas.DataFrame:
        self.need_field(self.analysis.by)
        return completeness(self.registry, by=self.analysis.by)

    # -- frequencies ------------------------------------------------

    def alleles(self) -> pandas.DataFrame:
        self.need_loci()
        return allele_frequencies(
            self.registry, self.analysis.loci, bootstrap=self.bootstrap, threads=self.threads
        )

    def haplotypes(self) -> pandas.DataFrame:
        self.need_loci()
        if self.frequencies is None:
            found = estimate(
                self.registry,
                self.analysis.loci,
                name=OWN,
                bootstrap=self.bootstrap,
                threads=self.threads,
            )
            self.frequencies = found.frequencies
            self.analysis.too_ambiguous = found.left_out["too_ambiguous"]
            table = found.to_pandas()
        else:
            names, values = _named(Haplotypes.of(self.frequencies, self.analysis.population))
            table = frame_of({"haplotype": names, "frequency": values})
        self.analysis.haplotypes = len(table)
        return table

    def hardy_weinberg(self) -> pandas.DataFrame:
        self.need_loci()
        return hardy_weinberg(self.registry, self.analysis.loci, threads=self.threads)

    def linkage(self) -> pandas.DataFrame:
        self.need_loci(2)
        return linkage(self.the_frequencies(), self.analysis.loci, population=self.analysis.population)

    def linkage_pairs(self) -> pandas.DataFrame:
        if not {"C", "B"} <= set(self.analysis.loci):
            raise LeftOut("why_not_both", "C", "B")
        return linkage_pairs(self.the_frequencies(), "C", "B", population=self.analysis.population)

    # -- match likelihood ------------------------------------------------

    def likely(self) -> dict[str, Any]:
        """Options of the match likelihood: the most frequent haplotypes at the loci."""
        if self._likely is None:
            whole, most = self.the_frequencies(), LIKELIHOOD_HAPLOTYPES
            if self.analysis.own:
                counts = self.analysis.tables["haplotypes"]["count"]
                most = min(most, int((counts >= LIKELIHOOD_COPIES).sum()))
            self._likely, mass = most_frequent(whole, self.analysis.population, most)
            self.analysis.likelihood_mass = mass
            self.analysis.likelihood_haplotypes = min(most, self.analysis.haplotypes)
        return {
            "patients": self._likely,
            "population": self.analysis.population,
            "loci": self.analysis.loci,
            "threads": self.threads,
        }

    def likelihood(self) -> pandas.DataFrame:
        now = int(standing(self.registry).sum())
        sizes = sorted({*DEFAULT_SIZES, now} - {0})
        options = self.likely()
        return _by_mismatches(lambda k: match_likelihood(sizes=sizes, mismatches=k, **options))

    def sizes(self) -> pandas.DataFrame:
        options = self.likely()
        return _by_mismatches(lambda k: size_for(targets=TARGETS, mismatches=k, **options))

    def observed(self) -> pandas.DataFrame:
        self.need_loci()
        if standing(self.registry).sum() < 2:
            raise LeftOut("why_one_donor")
        return _by_mismatches(
            lambda k: observed_likelihood(
                self.registry,
                loci=self.analysis.loci,
                mismatches=k,
                on=self.analysis.on,
                threads=self.threads,
            )
        )

    def branch_value(self) -> pandas.DataFrame:
        self.need_loci()
        self.need_field(self.analysis.by)
        return branch_value(
            self.registry,
            by=self.analysis.by,
            loci=self.analysis.loci,
            on=self.analysis.on,
            threads=self.threads,
        )

    # -- typings to look at ------------------------------------------------

    def typing_probabilities(self) -> pandas.DataFrame:
        return typing_probabilities(
            self.registry, self.the_frequencies(), fallback=self._fallback(), threads=self.threads
        )

    def suspicious(self) -> pandas.DataFrame:
        return suspicious_typings(
            self.registry, self.the_frequencies(), fallback=self._fallback(), threads=self.threads
        )

    def _fallback(self) -> list[str]:
        return [] if len(self.the_frequencies().populations) == 1 else [self.analysis.population]

    def duplicates(self) -> pandas.DataFrame:
        for name in ("birth_date", "sex"):
            self.need_field(name)
        return duplicates(self.registry)

    def relatives(self) -> pandas.DataFrame:
        return relatives(
            self.registry,
            self.the_frequencies(),
            self.analysis.loci,
            population=self.analysis.population,
        )

    # -- ages and use ------------------------------------------------

    def ages(self) -> pandas.DataFrame:
        self.need_field("birth_date")
        return age_structure(self.registry, on=self.analysis.on)

    def ageing_out(self) -> pandas.DataFrame:
        self.need_field("birth_date")
        return ageing_out(self.registry, limit=self.analysis.age_limit, years=_YEARS, on=self.analysis.on)

    def utilisation(self) -> pandas.DataFrame:
        self.need_field(self.analysis.by)
        self.need_field("donations")
        return utilisation(self.registry, by=self.analysis.by)

    def donations_by_year(self) -> pandas.DataFrame:
        if self.donations is not None:
            columns = getattr(self.donations, "columns", ())
            return donations_by_year(self.donations, by=_BRANCH if _BRANCH in columns else None)
        if self.store is None:
            raise LeftOut("why_no_list")
        return donations_by_year(self.store, last=self.analysis.on.year)

    def days_to_collection(self) -> pandas.DataFrame:
        if self.store is None:
            raise LeftOut("why_no_store")
        found = days_to_collection(self.store)
        if not len(found):
            raise LeftOut("why_no_collection")
        return found


PARTS = (
    *("completeness", "numbers", "completeness_by", "alleles", "haplotypes", "hardy_weinberg"),
    *("linkage", "linkage_pairs", "likelihood", "sizes", "observed", "branch_value"),
    *("typing_probabilities", "suspicious", "duplicates", "relatives"),
    *("ages", "ageing_out", "utilisation", "donations_by_year", "days_to_collection"),
)


def _by_mismatches(make: Callable[[int], pandas.DataFrame]) -> pandas.DataFrame:
    import pandas

    found = [make(k) for k in (0, 1)]
    for k, table in enumerate(found):
        table.insert(0, "mismatches", k)
    return pandas.concat(found, ignore_index=True)


def _named(haplotypes: Haplotypes) -> tuple[list[str], Any]:
    """Names and frequencies, the most frequent first."""
    order = np.argsort(-haplotypes.frequencies, kind="stable")
    columns = [
        np.asarray(names, dtype=object)[codes]
        for names, codes in zip(haplotypes.names, haplotypes.codes, strict=True)
    ]
    return ["~".join(column[at] for column in columns) for at in order], haplotypes.frequencies[order]


def most_frequent(frequencies: Frequencies, population: str, most: int) -> tuple[Frequencies, float]:
    """The most frequent haplotypes of a set as one of its own, and their part of the whole."""
    names, values = _named(Haplotypes.of(frequencies, population))
    if len(names) <= most:
        return frequencies, 1.0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "most_frequent.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["population", "haplotype", "frequency"])
            rows = zip(names[:most], values[:most], strict=True)
            writer.writerows([population, name, repr(float(value))] for name, value in rows)
        return Frequencies.read(path, frequencies.nomenclature), float(values[:most].sum())


def typed(registry: Registry, locus: str) -> bool:
    return typed_everywhere(registry, [locus], slice(None))
