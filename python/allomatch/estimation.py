# SPDX-License-Identifier: Apache-2.0
"""Haplotype frequencies of the people of a registry, by maximum likelihood."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from . import _core, option_values
from ._unfinished import unfinished
from ._words import counted
from .donor_fields import group_values
from .donors import Donors
from .errors import FormatError
from .frequencies import Frequencies
from .registry import registry_of

if TYPE_CHECKING:
    import numpy
    import pandas

IterationProgress = Callable[[int, float, float], None] | None

_LOCI = {
    "6/6": ["A", "B", "DRB1"],
    "8/8": ["A", "C", "B", "DRB1"],
    "10/10": ["A", "C", "B", "DRB1", "DQB1"],
    "12/12": ["A", "C", "B", "DRB1", "DQB1", "DPB1"],
}


class Estimate:
    """Haplotype frequencies that make the typings likeliest, the most frequent first; see :func:`estimate`.

    Attributes:
        name: what the set is called in files and searches.
        loci: in the order of the haplotypes.
        people: used.
        left_out: people who are not, by reason: ``untyped`` at all of the loci, ``new_alleles``,
            ``too_ambiguous``.
        resolved_by_others: people with so many haplotype pairs that only haplotypes of the others were
            looked at.
        typings: distinct ones of the people used.
        possible: haplotypes that some typing allows.
        pairs: haplotype pairs that the distinct typings allow.
        cut_haplotypes, cut_mass: haplotypes below ``cut``, and the sum of their frequencies.
        cut_people: people whose typing the haplotypes that are left do not explain.
        converged: whether the stop rule was met.
        log_likelihood: natural, of all people used.
        log_likelihood_of_starts: one a start; with ``prior_people`` of them too.
    """

    def __init__(self, core: _core.HaplotypeEstimate, name: str, nomenclature: _core.Nomenclature) -> None:
        self._core = core
        self._nomenclature = nomenclature
        self.name = name
        self.loci = core.loci
        self.people = core.people
        self.left_out = {
            "untyped": core.untyped,
            "new_alleles": core.new_alleles,
            "too_ambiguous": core.too_ambiguous,
        }
        self.resolved_by_others = core.resolved_by_others
        self.typings = core.typings
        self.possible = core.haplotypes_possible
        self.pairs = core.pairs
        self.cut_haplotypes = core.cut_haplotypes
        self.cut_mass = core.cut_mass
        self.cut_people = core.cut_people
        self.converged = core.converged
        self.log_likelihood = core.log_likelihood
        self.log_likelihood_of_starts = core.log_likelihood_of_starts

    def __len__(self) -> int:
        return len(self._core)

    @property
    def trace(self) -> numpy.ndarray[Any, Any]:
        """The log-likelihood before each iteration; it never falls. With ``prior_people``, of them too."""
        return self._core.trace

    @property
    def log_probability(self) -> numpy.ndarray[Any, Any]:
        """Natural logarithm of the probability of each person's typing, in the order of the registry, or of
        ``people``; NaN for those left out."""
        return self._core.log_probability

    @property
    def frequencies(self) -> Frequencies:
        """The same as a set to search with, named ``name``.

        Raises:
            FormatError: a unit of two fields that the nomenclature does not read back.
        """
        return joined([self])

    def columns(self) -> dict[str, Any]:
        """The table as columns: ``haplotype``, one a locus, ``frequency``, ``count`` of expected copies
        among the people used, with ``bootstrap`` also ``standard_error``, ``low``, ``high``."""
        core = self._core
        out: dict[str, Any] = {"haplotype": core.haplotypes()}
        for at, locus in enumerate(self.loci):
            out[locus] = core.alleles(at)
        out["frequency"] = core.frequencies
        out["count"] = core.copies
        if len(core.low) == len(core) and len(core):
            out |= {"standard_error": core.standard_errors, "low": core.low, "high": core.high}
        return out

    def to_pandas(self) -> pandas.DataFrame:
        """One row a haplotype, see :meth:`columns`. Needs pandas."""
        import pandas

        return pandas.DataFrame(self.columns())

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write a frequency file (CSV) that :meth:`allomatch.Frequencies.read` reads, whole or not at all.

        Raises:
            OSError: it cannot be written.
        """
        with unfinished(path) as part, part.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(table_rows([self]))

    def __repr__(self) -> str:
        return (
            f"Estimate({self.name!r}, {len(self):,} haplotypes of {self.people:,} people at "
            f"{' '.join(self.loci)}, log-likelihood {self.log_likelihood:,.2f})"
        )


class Estimates(dict[str, Estimate]):
    """Estimates by the value of a field, from :func:`estimate_by`.

    Attributes:
        left_out: why other values have none, by value.
    """

    def __init__(self) -> None:
        super().__init__()
        self.left_out: dict[str, str] = {}

    @property
    def frequencies(self) -> Frequencies:
        """All of them as the populations of one :class:`Frequencies`."""
        return joined(list(self.values()))


def joined(estimates: Sequence[Estimate]) -> Frequencies:
    """Several estimates as the populations of one :class:`Frequencies`.

    Raises:
        FormatError: there is none, or two have the same name.
    """
    names = [one.name for one in estimates]
    for name in names:
        if names.count(name) > 1:
            raise option_values.refuse("estimates", name, "two estimates have this name")
    if not estimates:
        raise FormatError("column estimates: expected at least one", column="estimates")
    pairs = [(one.name, one._core) for one in estimates]
    return Frequencies(_core.frequency_store_of(pairs, estimates[0]._nomenclature))


def table_rows(estimates: Sequence[Estimate]) -> Iterator[list[str]]:
    """Rows of a frequency file, the header first; numbers survive a round trip."""
    intervals = ["standard_error", "low", "high"] if "low" in estimates[0].columns() else []
    numeric = ["frequency", "count", *intervals]
    yield ["population", "haplotype", *numeric]
    for one in estimates:
        table = one.columns()
        cells = [[repr(float(x)) for x in table[name]] for name in numeric]
        for haplotype, *numbers in zip(table["haplotype"], *cells, strict=True):
            yield [one.name, haplotype, *numbers]


def loci_in_order(loci: str | Sequence[str] | None, registry: Donors) -> list[str]:
    """Loci of a set such as ``10/10``, of a list, or of a text with commas; of nothing those of 10/10 that
    some donor is typed at."""
    if loci is None:
        return [locus for locus in _LOCI["10/10"] if locus in registry.loci()] or _LOCI["10/10"]
    if isinstance(loci, str) and loci in _LOCI:
        return _LOCI[loci]
    return option_values.loci("loci", loci)


def typed_everywhere(registry: Donors, loci: Sequence[str], people: Any) -> bool:
    """Whether each locus has somebody among the donors of these numbers who is typed there."""
    return all((_core.locus_texts(registry._core, locus)["donors"][people] != 0).any() for locus in loci)


def estimate(
    registry: Any,
    loci: str | Sequence[str] | None = None,
    *,
    name: str = "pool",
    unit: str = "class",
    start: str | None = None,
    seed: int = 1,
    starts: int = 1,
    prior: Frequencies | None = None,
    prior_population: str = "",
    prior_people: float = 0,
    stop: float = 1e-8,
    most_iterations: int = 100_000,
    cut: float | None = None,
    most_pairs: int = 1 << 23,
    bootstrap: int = 0,
    level: float = 0.95,
    people: Sequence[int] | None = None,
    threads: int = 0,
    progress: IterationProgress = None,
) -> Estimate:
    """Estimate haplotype frequencies from typings of any quality, by expectation maximisation.

    One likelihood over every haplotype pair that each typing allows: lists, codes, genotype lists and phased
    blocks are alternatives within it, with no weights of their own. A locus that is not typed may be any
    allele that some typing names alone. People are taken to be in Hardy-Weinberg proportion (Excoffier and
    Slatkin 1995).

    Args:
        registry: the people; a data frame of donors is read as one.
        loci: ``6/6``, ``8/8``, ``10/10``, ``12/12``, or names in the order to write them; not DRB345. Left
            out: those of 10/10 that some donor is typed at.
        name: what the set is called.
        unit: ``class``, the unit of matching, or ``two_fields`` of the name.
        start: ``occurrence`` (each person's copies spread evenly over the pairs), ``uniform``, ``random``
            or ``prior``. Left out: ``prior`` where only that is given, else ``occurrence``.
        seed: of random starts and of the bootstrap.
        starts: how often to begin; the further ones are random, the likeliest end stands.
        prior: an old estimate, to begin with or to bring up to date; read with the registry's nomenclature.
            Its haplotypes also resolve people with too many pairs, and its alleles may be at untyped loci.
        prior_population: which set of it, where there are several.
        prior_people: as how many people the old estimate counts beside those of the registry, at most 1e9.
        stop: iterations end when none changes a frequency by more.
        most_iterations: and after so many in any case.
        cut: haplotypes below are left out of the result. Left out: those below 1e-8, less those without
            which somebody's typing has no explanation.
        most_pairs: haplotype pairs, 8 bytes each, that are gone through for all people together. People who
            would take more are resolved with haplotypes of the others.
        bootstrap: samples of the people, each estimated as the people are, for standard errors and
            intervals; 0 or at least 20.
        level: of the intervals, between 0 and 1.
        people: numbers of the donors to use, in the order of the registry; left out: all.
        threads: 0 for all. The result does not depend on it.
        progress: called after each iteration with its number, the largest change of a frequency, and the
            log-likelihood; during the bootstrap the samples count on.

    Raises:
        FormatError: an option that does not fit, or nobody is typed at the loci.

    Releases the GIL. Cost: under a second for 50,000 people at five loci, some seconds for 100,000 of mixed
    quality.
    """
    registry = registry_of(registry, "registry")
    if not isinstance(prior, Frequencies | None):
        raise option_values.refuse("prior", prior, "expected Frequencies")
    if prior is None and prior_population:
        raise option_values.refuse("prior_population", prior_population, "there is no prior")
    if prior is not None and prior.nomenclature is not registry.nomenclature:
        raise FormatError("column prior: was read with another nomenclature than the donors", column="prior")
    numbers = None
    if people is not None:
        import numpy

        numbers = numpy.asarray(people)
        if numbers.ndim != 1 or (numbers.size and numbers.dtype.kind not in "iu"):
            raise FormatError("column people: expected numbers of donors", column="people")
        if numbers.size and (numbers.min() < 0 or numbers.max() >= len(registry)):
            raise FormatError(
                f"column people: expected numbers from 0 to {len(registry) - 1}", column="people"
            )
        numbers = numbers.astype(numpy.uint32)
    if start is None:
        start = "prior" if prior is not None and prior_people == 0 else "occurrence"
    found = _core.estimate_frequencies(
        registry._core,
        loci_in_order(loci, registry),
        option_values.text("unit", unit),
        option_values.text("start", start),
        option_values.whole("seed", seed),
        option_values.whole("starts", starts, 10_000),
        None if prior is None else prior._core,
        option_values.text("prior_population", prior_population),
        option_values.real("prior_people", prior_people),
        option_values.real("stop", stop),
        option_values.whole("most_iterations", most_iterations),
        None if cut is None else option_values.real("cut", cut),
        option_values.whole("most_pairs", most_pairs),
        option_values.whole("bootstrap", bootstrap, 100_000),
        option_values.real("level", level),
        option_values.whole("threads", threads, 1024),
        numbers,
        option_values.callback("progress", progress),
    )
    return Estimate(found, option_values.text("name", name), registry.nomenclature)


def estimate_by(
    registry: Any,
    by: str,
    loci: str | Sequence[str] | None = None,
    *,
    least: int = 1,
    prior: Frequencies | None = None,
    prior_population: str = "",
    **options: Any,
) -> Estimates:
    """One estimate for each value of a donor field, such as ``branch`` or ``population``.

    Args:
        registry: the people; a data frame of donors is read as one.
        by: a field of texts, or the year of a date such as ``registered_year``; donors without a value
            are left out.
        loci: as in :func:`estimate`.
        least: leave out values that fewer donors have.
        prior: old estimates. Each value takes the set of its own name, others that of ``prior_population``,
            or the only one there is; where there is none of these, the value is estimated without.
        prior_population: see ``prior``.
        options: of :func:`estimate`, without ``name`` and ``people``.

    Returns:
        Estimates by value, the values in their order as texts; each is named by its value. ``left_out`` has
        the other values with the reason: too few donors, or typings that allow no estimate.

    Raises:
        FormatError: the donors have no such field, it makes no groups, an option does not fit, or no value
            is left.
    """
    for name in {"name", "people"} & set(options):
        raise option_values.refuse(name, options[name], "follows from the values")
    registry = registry_of(registry, "registry")
    numbers, values = group_values(registry, by)
    least = max(option_values.whole("least", least), 1)
    wanted = loci_in_order(loci, registry)
    found = Estimates()
    for number, value in enumerate(values):
        people = (numbers == number).nonzero()[0]
        if not value:  # donors without one
            continue
        if len(people) < least:
            found.left_out[value] = f"{counted(len(people), 'donor')}, fewer than {least:,}"
            continue
        try:
            with_prior = options | _prior_of(value, prior, prior_population, options)
            found[value] = estimate(registry, wanted, name=value, people=people, **with_prior)
        except FormatError as error:
            if error.column not in ("loci", "most_pairs"):  # an option, whatever the donors are
                raise
            found.left_out[value] = error.reason
    if not found:
        first = next((f"{value}: {reason}" for value, reason in found.left_out.items()), "no donor has one")
        raise option_values.refuse("by", by, f"no value of it can be estimated ({first})")
    return found


def _prior_of(
    value: str, prior: Frequencies | None, population: str, options: dict[str, Any]
) -> dict[str, Any]:
    """What :func:`estimate` is told of the old estimates for one value."""
    if not isinstance(prior, Frequencies):
        return {"prior": prior, "prior_population": population}
    if value in prior.populations:
        return {"prior": prior, "prior_population": value}
    if population or len(prior.populations) == 1:
        return {"prior": prior, "prior_population": population}
    start = options.get("start")
    return {"start": None if start == "prior" else start, "prior_people": 0}
