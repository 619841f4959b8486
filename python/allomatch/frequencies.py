# SPDX-License-Identifier: Apache-2.0
"""Haplotype frequencies of populations, and what a typing resolves to under them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import _core, option_values
from .errors import FormatError
from .patient import Patient

if TYPE_CHECKING:
    import pandas

    from .registry import Registry

Paths = str | os.PathLike[str] | Iterable[str | os.PathLike[str]]


class Frequencies:
    """Frequency sets of one or more populations. Immutable; any number of threads may use it.

    Make one with :meth:`read` or :meth:`builtin`, and give it to ``registry.search(.., frequencies=..)``.
    """

    def __init__(self, core: _core.FrequencyStore) -> None:
        self._core = core

    @classmethod
    def read(
        cls, files: Paths, nomenclature: _core.Nomenclature | None = None, *, normalise: bool = False
    ) -> Frequencies:
        """Read frequency files, plain or ``.gz``, in any of the known layouts.

        Rows that cannot be read are left out and accounted for in ``report``. Rows whose alleles fall into
        the same matching classes are merged.

        Args:
            files: one file or several; a file may hold several populations.
            nomenclature: the release to read names with; the built-in starter table when left out. It must
                be the one of the registry.
            normalise: divide each set by its sum.

        Raises:
            FormatError: a file cannot be read, a set has no row or sums to more than 1.000001 (without
                ``normalise``), or a population is in two files.

        Cost: about a second for a million rows.
        """
        several = [files] if isinstance(files, (str, os.PathLike)) else list(files)
        names = nomenclature or _core.Nomenclature.builtin()
        return cls(_core.FrequencyStore.read(several, names, normalise))

    @classmethod
    def builtin(cls, nomenclature: _core.Nomenclature | None = None) -> Frequencies:
        """The built-in East Asian set, estimated from 382 people: for demonstration, not for clinical use."""
        return cls(_core.FrequencyStore.builtin(nomenclature or _core.Nomenclature.builtin()))

    @property
    def sets(self) -> list[dict[str, Any]]:
        """Of each set ``population``, ``loci``, ``rows`` taken, ``haplotypes`` after merging by class, the
        ``sum`` of its frequencies before any normalising, and ``names_of_several_classes``."""
        return self._core.sets

    @property
    def populations(self) -> list[str]:
        return [one["population"] for one in self.sets]

    @property
    def report(self) -> dict[str, Any]:
        """``rows_read``, ``rows_taken``, ``rows_zero``, ``rows_refused``, ``rows_merged``; ``problems`` and
        ``warnings`` as dicts with place, row, column, text, reason, suggestion and message."""
        return self._core.report

    @property
    def nomenclature(self) -> _core.Nomenclature:
        return self._core.nomenclature

    def columns(self, population: str | None = None) -> dict[str, Any]:
        """The haplotypes of one set as columns, the most frequent first: ``haplotype``, one a locus (``A``,
        ``B``, ..: the name of the class, null alleles by their own), and ``frequency``, as :meth:`read` took
        or normalised it. A file with ``haplotype`` and ``frequency`` can be read again.

        Args:
            population: which set; may be left out where there is only one.

        Raises:
            FormatError: no such population, or none is named and there are several.
        """
        found = _core.haplotype_columns(self._core, the_population(self, population))
        order = (-found["frequencies"]).argsort(kind="stable")
        loci = {
            locus: [names[codes[row]] for row in order]
            for locus, names, codes in zip(found["loci"], found["names"], found["codes"], strict=True)
        }
        haplotypes = ["~".join(alleles) for alleles in zip(*loci.values(), strict=True)]
        return {"haplotype": haplotypes, **loci, "frequency": found["frequencies"][order]}

    def to_pandas(self, population: str | None = None) -> pandas.DataFrame:
        """One row a haplotype, see :meth:`columns`. Needs pandas."""
        import pandas

        return pandas.DataFrame(self.columns(population))

    def impute(
        self,
        person: Patient | str,
        registry: Registry | None = None,
        *,
        loci: str | Sequence[str] = "10/10",
        top: int = 10,
        fallback: Sequence[str] = (),
    ) -> Imputation:
        """What a person's typing resolves to: haplotype pairs, genotypes and single loci.

        Args:
            person: a patient, or with ``registry`` the id of a donor.
            loci: loci of the genotypes; those that the set lacks are left out.
            top: how many haplotype pairs and genotypes to give. The probability that they hold is given too.
            fallback: populations to try when the person's own does not explain the typing.

        Raises:
            KeyError: there is no such donor.
            FormatError: no set for the person's population.

        Exact: nothing is cut before ``top``. A millisecond for usual typings, seconds for people with
        millions of haplotype pairs.
        """
        sets = _core.Populations([self._core], fallback_list(fallback))
        wanted = loci if isinstance(loci, str) else ",".join(loci)
        reader = person if isinstance(person, Patient) else registry
        if reader is not None and reader.nomenclature is not self.nomenclature:
            raise FormatError(
                "the frequencies were read with another nomenclature than the person; "
                "read both with the same Nomenclature object",
                column="frequencies",
            )
        if not 0 <= top < 2**63:
            raise FormatError(f"column top: expected a number from 0, not {top}", column="top")
        if isinstance(person, Patient):
            return Imputation(person.id, **_core.impute_patient(sets, person._core, wanted, top))
        if registry is None:
            raise TypeError("impute a donor with its registry: impute(id, registry)")
        index = registry._core.find(person)
        if index is None:
            raise KeyError(person)
        return Imputation(person, **_core.impute_donor(sets, registry._core, index, wanted, top))

    def __repr__(self) -> str:
        parts = [f"{one['population']}: {one['haplotypes']:,} haplotypes" for one in self.sets]
        return f"Frequencies({', '.join(parts)})"


def the_population(frequencies: Frequencies, name: str | None, option: str = "population") -> str:
    """The name of a set; where none is given, of the only one.

    Raises:
        FormatError: naming the option: no such population, or none is given and there are several.
    """
    known = frequencies.populations
    if name is None:
        if len(known) == 1:
            return known[0]
        reason = f"which one? The frequencies have {', '.join(known) or 'none'}"
        raise FormatError(f"column {option}: {reason}", column=option, reason=reason)
    if option_values.text(option, name, "the name of a population") not in known:
        raise option_values.refuse(option, name, f"the frequencies have {', '.join(known)}")
    return name


def fallback_list(fallback: Sequence[str]) -> list[str]:
    """Names of populations; a single text is most likely one name by mistake.

    Raises:
        FormatError: not a list of texts.
    """
    return option_values.texts("fallback", fallback, "a list of populations, not a text")


@dataclass(frozen=True)
class Imputation:
    """The resolutions of one typing, the likeliest first. Probabilities are in [0, 1].

    Attributes:
        id: the person.
        explained: whether any haplotype pair of the sets fits.
        certain: fully typed at the loci asked for: one genotype, whatever the set knows.
        population: the set used; of unexplained people the first that was tried.
        reason: why nothing fits, when unexplained.
        haplotype_pairs: ``(haplotype, haplotype, probability)``, haplotypes as ``A*02:01P~C*..``.
        haplotype_pair_count: all there are.
        haplotype_pair_mass: probability of those given.
        genotypes: ``({locus: "A*02:01P+A*24:02P"}, probability)``.
        genotype_count, genotype_mass: the same for genotypes.
        loci: of each locus all resolutions, ``(text, probability)``.
    """

    id: str
    explained: bool
    certain: bool
    population: str
    reason: str
    haplotype_pairs: list[tuple[str, str, float]]
    haplotype_pair_count: float
    haplotype_pair_mass: float
    genotypes: list[tuple[dict[str, str], float]]
    genotype_count: int
    genotype_mass: float
    loci: dict[str, list[tuple[str, float]]]


def percent_text(probability: float | None) -> str:
    """A probability in whole per cent, halves to even: ``0`` and ``100`` only when it is certain, else ``<1``
    and ``>99``; empty for ``None``."""
    return "" if probability is None else _core.percent_text(probability)


def in_words(frequencies: Frequencies | None, fallback: Sequence[str]) -> str:
    """What people are predicted with, so that other sets are noticed when a search is asked again."""
    if frequencies is None:
        return ""
    sets = [
        f"{one['population']} ({one['haplotypes']:,} haplotypes at {' '.join(one['loci'])},"
        f" sum {one['sum']:.9g})"
        for one in frequencies.sets
    ]
    return ", ".join(sets) + (f"; fallback {', '.join(fallback)}" if fallback else "")
