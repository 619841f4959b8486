# SPDX-License-Identifier: Apache-2.0
"""The parts of an analysis, each a table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ...errors import InputError
from ...estimation import Estimate, estimate, typed_everywhere
from ...frequencies import Frequencies
from ...registry import Registry
from ...store import Store
from .._ages import age_structure, ageing_out, attrition
from .._completeness import USUAL_SETS, completeness
from .._frequencies import allele_frequencies, haplotypes_of_branches, hardy_weinberg
from .._genotypes import homozygosity
from .._haplotypes import Haplotypes
from .._kinship import duplicates, relatives
from .._likelihood import DEFAULT_SIZES, LikelihoodModel, likelihood_model, match_likelihood, recruitment
from .._linkage import linkage, linkage_pairs
from .._observed import branch_value, observed_likelihood
from .._pool import Flags, LocusTexts, frame_of, groups_of, standing
from .._pool import field as values_of
from .._suspicious import suspicious_typings, typing_probabilities
from .._use import days_to_collection, donations_by_year, utilisation
from . import sets
from .outcome import LeftOut, PoolAnalysis

if TYPE_CHECKING:
    import pandas

TARGETS = (0.5, 0.6, 0.7)
OWN = "pool"
YEARS = 10
YEARLY = 0.03
"""Part of the donors who leave in a year for other reasons than age, in the scenario of the report."""
COPIES = 1.0
MOST_BRANCHES = 30
OF_BRANCHES: dict[str, Any] = {"stop": 1e-6, "most_pairs": 1 << 20}
"""Of the estimates of single branches: close enough for counts of copies, in a tenth of the time."""
LEAST_DPB1 = 0.2


@dataclass
class Work:
    """Makes the parts one after the other, each by the function of its name; the estimate is made once."""

    registry: Registry
    analysis: PoolAnalysis
    store: Store | None
    donations: pandas.DataFrame | None
    bootstrap: int
    threads: int
    frequencies: Frequencies | None
    _likely: Frequencies | None = None
    _models: dict[int, LikelihoodModel] = field(default_factory=dict)
    _branches: dict[str, Estimate] | None = None

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

    def completeness_by_year(self) -> pandas.DataFrame:
        self.need_field("registered")
        return completeness(self.registry, by="registered_year")

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
            self.analysis.not_estimated = np.isnan(found.log_probability)
            table = found.to_pandas()
        else:
            names, values = sets.named(Haplotypes.of(self.frequencies, self.analysis.population))
            table = frame_of({"haplotype": names, "frequency": values})
        self.analysis.haplotypes = len(table)
        return table

    def hardy_weinberg(self) -> pandas.DataFrame:
        self.need_loci()
        return hardy_weinberg(self.registry, self.analysis.loci, threads=self.threads)

    def homozygosity(self) -> pandas.DataFrame:
        found = homozygosity(self.registry, self.the_frequencies(), population=self.analysis.population)
        return found[found["donors"] > 0].reset_index(drop=True)

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
            whole, most = self.the_frequencies(), sets.LIKELIHOOD_HAPLOTYPES
            if self.analysis.own:
                counts = self.analysis.tables["haplotypes"]["count"]
                most = min(most, int((counts >= sets.LIKELIHOOD_COPIES).sum()))
            self._likely, mass = sets.most_frequent(whole, self.analysis.population, most)
            self.analysis.likelihood_mass = mass
            self.analysis.likelihood_haplotypes = min(most, self.analysis.haplotypes)
        return {
            "patients": self._likely,
            "population": self.analysis.population,
            "loci": self.analysis.loci,
            "threads": self.threads,
        }

    def model(self, mismatches: int) -> LikelihoodModel:
        """Of the match likelihood, made once for the parts that ask it."""
        if mismatches not in self._models:
            self._models[mismatches] = likelihood_model(mismatches=mismatches, **self.likely())
        return self._models[mismatches]

    def likelihood(self) -> pandas.DataFrame:
        return _by_mismatches(lambda k: self.model(k).curve(self.numbers_of_donors()))

    def numbers_of_donors(self) -> list[int]:
        now = int(standing(self.registry).sum())
        return sorted({*DEFAULT_SIZES, now} - {0})

    def likelihood_sets(self) -> pandas.DataFrame:
        options, own, sizes = self.likely(), self.analysis.loci, self.numbers_of_donors()
        found = {
            name: match_likelihood(sizes=sizes, **options | {"loci": list(members)})
            for name, members in USUAL_SETS.items()
            if set(members) < set(own)
        }
        return _stacked("loci", {**found, self.analysis.set_name: self.model(0).curve(sizes)})

    def likelihood_dpb1(self) -> pandas.DataFrame:
        """Of the donors typed at DPB1, on top of the other loci."""
        typed_there, others = self.need_dpb1()
        population = self.analysis.population
        if self.analysis.own and "DPB1" not in self.analysis.loci:
            people = np.flatnonzero(typed_there).tolist()
            found = estimate(self.registry, [*others, "DPB1"], people=people, threads=self.threads)
            population = OWN
            patients = sets.sets_of({OWN: sets.likeliest(found)}, self.registry.nomenclature)
        else:
            patients = self.likely()["patients"]
        options: dict[str, Any] = {"population": population, "loci": others, "threads": self.threads}
        found_by = {
            kind: match_likelihood(patients, sizes=self.numbers_of_donors(), dpb1=kind or None, **options)
            for kind in ("", "permissive", "match")
        }
        return _stacked("dpb1", found_by)

    def need_dpb1(self) -> tuple[Flags, list[str]]:
        """Who is typed at DPB1, and the loci beside it."""
        self.need_loci()
        typed_there = LocusTexts.of(self.registry, "DPB1").typed
        if typed_there.mean() < LEAST_DPB1:
            raise LeftOut("why_no_dpb1", f"{100 * LEAST_DPB1:.0f} %")
        others = [locus for locus in self.analysis.loci if locus != "DPB1"]
        if not others:
            raise LeftOut("why_one_locus")
        return typed_there, others

    def observed_dpb1(self) -> pandas.DataFrame:
        """With a permissive DPB1, among those typed there."""
        typed_there, others = self.need_dpb1()
        if (standing(self.registry) & typed_there).sum() < 2:
            raise LeftOut("why_one_donor")
        options: dict[str, Any] = {"loci": others, "on": self.analysis.on, "threads": self.threads}
        return observed_likelihood(self.registry, dpb1="permissive", **options)

    def sizes(self) -> pandas.DataFrame:
        return _by_mismatches(lambda k: self.model(k).sizes(TARGETS))

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

    def branches(self) -> dict[str, Estimate]:
        """An estimate of each branch."""
        if self._branches is None:
            self.need_loci()
            self.need_field(self.analysis.by)
            groups = groups_of(self.registry, self.analysis.by)
            named = [(at, name) for at, name in enumerate(groups.labels) if name]
            if len(named) > MOST_BRANCHES:
                raise LeftOut("why_many_groups", str(len(named)), str(MOST_BRANCHES))
            self._branches = {}
            for at, name in named:
                people = np.flatnonzero(groups.donors == at)
                if typed_everywhere(self.registry, self.analysis.loci, people):
                    self._branches |= self._estimated(name, people)
        if not self._branches:
            raise LeftOut("why_no_frequencies")
        return self._branches

    def _estimated(self, name: str, people: Any) -> dict[str, Estimate]:
        """Nothing where all of the people are too ambiguous."""
        options: dict[str, Any] = {"people": people, "threads": self.threads, **OF_BRANCHES}
        try:
            return {name: estimate(self.registry, self.analysis.loci, name=name, **options)}
        except InputError:
            return {}

    def branch_haplotypes(self) -> pandas.DataFrame:
        return haplotypes_of_branches(self.branches(), self.analysis.by, COPIES)

    def recruitment(self) -> pandas.DataFrame:
        options = self.likely()
        keep = standing(self.registry)
        if not keep.any():
            raise LeftOut("why_no_donors")
        try:
            estimates = self.branches()
        except LeftOut:  # the whole pool is one
            estimates = {}
        sizes = {"": int(keep.sum())}
        if estimates:
            groups = groups_of(self.registry, self.analysis.by, keep)
            sizes = dict(zip(groups.labels, groups.sizes.tolist(), strict=True))
        rest = sets.named(Haplotypes.of(options["patients"], self.analysis.population))
        everyone, branches, donors = sets.largest_branches(estimates, sizes, rest, self.registry.nomenclature)
        table = recruitment(donors=everyone, sizes=donors, **options)
        return table.assign(population=[branches[name] for name in table["population"]])

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
        return ageing_out(self.registry, limit=self.analysis.age_limit, years=YEARS, on=self.analysis.on)

    def attrition(self) -> pandas.DataFrame:
        self.need_field("birth_date")
        return attrition(
            self.registry,
            years=YEARS,
            yearly=YEARLY,
            limit=self.analysis.age_limit,
            on=self.analysis.on,
        )

    def utilisation(self) -> pandas.DataFrame:
        self.need_field(self.analysis.by)
        self.need_field("donations")
        return utilisation(self.registry, by=self.analysis.by)

    def donations_by_year(self) -> pandas.DataFrame:
        if self.donations is not None:
            return self.donations
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
    *("completeness", "numbers", "completeness_by", "completeness_by_year"),
    *("alleles", "haplotypes", "hardy_weinberg", "homozygosity", "linkage", "linkage_pairs"),
    *("likelihood", "likelihood_sets", "likelihood_dpb1", "sizes", "observed", "observed_dpb1"),
    *("branch_value", "branch_haplotypes", "recruitment"),
    *("typing_probabilities", "suspicious", "duplicates", "relatives"),
    *("ages", "ageing_out", "attrition", "utilisation", "donations_by_year", "days_to_collection"),
)


def _by_mismatches(make: Callable[[int], pandas.DataFrame]) -> pandas.DataFrame:
    return _stacked("mismatches", {k: make(k) for k in (0, 1)})


def _stacked(column: str, tables: dict[Any, pandas.DataFrame]) -> pandas.DataFrame:
    """Tables on each other, with what each is of in front."""
    import pandas

    for value, table in tables.items():
        table.insert(0, column, value)
    return pandas.concat(tables.values(), ignore_index=True)


def typed(registry: Registry, locus: str) -> bool:
    return typed_everywhere(registry, [locus], slice(None))
