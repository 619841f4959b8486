# SPDX-License-Identifier: Apache-2.0
"""For how many patients a registry has a matched donor, from haplotype frequencies."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core, option_values
from ..errors import FormatError
from ..frequencies import Frequencies, the_population
from ._pool import frame_of, frames

if TYPE_CHECKING:
    import pandas

DEFAULT_SIZES = tuple(round(10 ** (3 + 3.5 * step / 35)) for step in range(36))
"""1,000 to about 3,000,000 donors, ten a decade."""
_DPB1_RULES = ("match", "permissive")


@dataclass(frozen=True)
class LikelihoodModel:
    """A likelihood, and the donor populations it is of."""

    core: _core.MatchLikelihood
    populations: list[str]
    shares: list[float]
    threads: int

    def probabilities(self, rows: Any) -> Any:
        return self.core.probabilities(np.asarray(rows, dtype=np.float64), self.threads)

    def curve(self, sizes: Sequence[float]) -> pandas.DataFrame:
        """The table of :func:`match_likelihood`."""
        numbers = np.asarray(
            [_count("sizes", size) for size in option_list("sizes", sizes)], dtype=np.float64
        )
        parts = np.asarray(self.shares)
        rate = float(np.dot(parts, self.core.match_rates))
        return frame_of(
            {
                "size": numbers,
                "probability": self.probabilities(np.outer(numbers, parts)),
                "expected_donors": numbers * rate,
            }
        )

    def sizes(self, targets: Sequence[float]) -> pandas.DataFrame:
        """The table of :func:`size_for`."""
        wanted = [option_values.part("targets", target) for target in option_list("targets", targets)]
        found = [self.core.size_for(target, self.shares, self.threads) for target in wanted]
        sizes = frames().array([None if size is None else int(size) for size in found], dtype="Int64")
        return frame_of(
            {"target": np.asarray(wanted, dtype=np.float64), "size": sizes, "limit": self.core.limit}
        )


def match_likelihood(
    patients: Frequencies,
    donors: Frequencies | None = None,
    sizes: Sequence[float] = DEFAULT_SIZES,
    *,
    population: str | None = None,
    shares: Mapping[str, float] | None = None,
    loci: str | Sequence[str] = "10/10",
    mismatches: int = 0,
    reachable: float | Mapping[str, float] = 1.0,
    dpb1: str | None = None,
    tce_version: str | None = None,
    threads: int = 0,
) -> pandas.DataFrame:
    """P(at least one matched donor) for a random patient, by the number of donors in the registry.

    Exact: the sum over all unphased genotypes g of patients of P(g) (1 - prod_j (1 - a_j p_j(g)) ** N_j),
    where p_j(g) is the chance that one donor of population j matches g, N_j how many there are and a_j that
    one can be had. Patients and donors are taken to be in Hardy-Weinberg proportion and unrelated.
    Frequencies are divided by their sum, and a null leaves its locus homozygous for the other class.

    Args:
        patients: frequencies of the patients.
        donors: frequencies of the donors; those of the patients when left out.
        sizes: numbers of donors, 0 or more.
        population: which population the patients are of, where ``patients`` has several.
        shares: which populations the donors are of, and their parts of every size (divided by their sum). May
            be left out where ``donors`` has one population; without ``donors`` they are of the patients'
            population.
        loci: ``6/6`` .. ``12/12`` or a list, all in the sets; haplotypes that are equal there are merged.
        mismatches: 0, or 1 for donors with at most one mismatch.
        reachable: chance that a donor can be had when asked, in [0, 1]; of all donors or by population.
        dpb1: ``match``: the donor's DPB1 genotype is the patient's; ``permissive``: or both have the same
            lowest TCE group, known on both sides (semantics.md section 5). The sets must have DPB1, ``loci``
            must not.
        tce_version: of the TCE groups, such as ``V2``; the newest when left out. With ``permissive`` only.
        threads: 0 for all cores. Results are the same bits for any number.

    Returns:
        A row for each size, in the order given: ``size``; ``probability`` in [0, 1]; ``expected_donors``, how
        many matched donors who can be had a patient has on average.

    Raises:
        FormatError: an option does not fit; ``column`` names it.
        ImportError: pandas is missing (extra ``frames``).

    Releases the GIL. Cost: 5,000 haplotypes and 50 sizes about a second on two cores, growing with the square
    of the haplotypes; one mismatch about ten times that. Memory: some 50 bytes a
    genotype, 70 with one mismatch.
    """
    model = likelihood_model(
        patients, donors, population, shares, loci, mismatches, reachable, dpb1, tce_version, threads
    )
    return model.curve(sizes)


def size_for(
    patients: Frequencies,
    donors: Frequencies | None = None,
    targets: Sequence[float] = (0.5, 0.6, 0.7),
    *,
    population: str | None = None,
    shares: Mapping[str, float] | None = None,
    loci: str | Sequence[str] = "10/10",
    mismatches: int = 0,
    reachable: float | Mapping[str, float] = 1.0,
    dpb1: str | None = None,
    tce_version: str | None = None,
    threads: int = 0,
) -> pandas.DataFrame:
    """The fewest donors that give a likelihood; see :func:`match_likelihood` for the other options.

    Args:
        targets: probabilities in [0, 1].

    Returns:
        A row for each target, in the order given: ``target``; ``size``, a whole number, missing where no
        number of donors is enough; ``limit``, the likelihood with donors without end.

    Cost: about 60 sizes of :func:`match_likelihood` for each target.
    """
    model = likelihood_model(
        patients, donors, population, shares, loci, mismatches, reachable, dpb1, tce_version, threads
    )
    return model.sizes(targets)


def recruitment(
    patients: Frequencies,
    donors: Frequencies | None = None,
    *,
    sizes: Mapping[str, float],
    more: float = 1000,
    population: str | None = None,
    loci: str | Sequence[str] = "10/10",
    mismatches: int = 0,
    reachable: float | Mapping[str, float] = 1.0,
    dpb1: str | None = None,
    tce_version: str | None = None,
    threads: int = 0,
) -> pandas.DataFrame:
    """What more donors of each population would add to the likelihood; see :func:`match_likelihood`.

    Args:
        donors: frequencies of all populations or branches that donors may come from.
        sizes: donors that the registry has by population or branch; 0 for one to be started.
        more: how many donors to add to one population at a time.

    Returns:
        A row for each name in ``sizes``, the largest gain first: ``population``; ``donors`` now;
        ``probability`` of a match with ``more`` donors of it; ``gain``, that less the probability now;
        ``gain_per_1000``, the gain for each 1,000 of them.

    The more donors of a population there are already, the less the next ones add, so gains are not to be
    multiplied.
    """
    if not isinstance(sizes, Mapping) or not sizes:
        raise option_values.refuse("sizes", sizes, "expected numbers of donors by population")
    added = _count("more", more)
    if added == 0:
        raise option_values.refuse("more", more, "expected a number above 0")
    everyone = _frequencies("patients", patients) if donors is None else _frequencies("donors", donors)
    now = {the_population(everyone, name, "sizes"): _count("sizes", count) for name, count in sizes.items()}
    model = likelihood_model(
        patients,
        everyone,
        population,
        {name: 1.0 for name in now},
        loci,
        mismatches,
        reachable,
        dpb1,
        tce_version,
        threads,
    )
    counts = np.asarray([now[name] for name in model.populations], dtype=np.float64)
    found = model.probabilities(np.vstack([counts, counts + added * np.eye(len(counts))]))
    gain = found[1:] - found[0]
    table = frame_of(
        {
            "population": model.populations,
            "donors": counts,
            "probability": found[1:],
            "gain": gain,
            "gain_per_1000": 1000 * gain / added,
        }
    )
    return table.sort_values(["gain", "population"], ascending=[False, True], ignore_index=True)


def option_list(option: str, values: Any) -> list[Any]:
    """Values of an option that takes several.

    Raises:
        FormatError: a single value or a text.
    """
    return option_values.several(option, values, "a list of numbers")


def dpb1_rule(dpb1: str | None, tce_version: str | None) -> tuple[str, str]:
    """The rule for DPB1 and the version of its groups, empty for none.

    Raises:
        FormatError: neither ``match`` nor ``permissive``, or a version without ``permissive``.
    """
    rules = " or ".join(_DPB1_RULES)
    if dpb1 is not None and option_values.text("dpb1", dpb1, rules) not in _DPB1_RULES:
        raise option_values.refuse("dpb1", dpb1, f"expected {rules}")
    if tce_version is not None:
        option_values.text("tce_version", tce_version, "V1, V2 ..")
        if dpb1 != "permissive" or not tce_version:
            reason = "expected V1, V2 .., and dpb1 to be permissive"
            raise option_values.refuse("tce_version", tce_version, reason)
    return dpb1 or "", tce_version or ""


def _count(option: str, value: Any) -> float:
    number = option_values.real(option, value)
    if not (math.isfinite(number) and number >= 0):
        raise option_values.refuse(option, value, "expected a number of donors from 0")
    return number


def _frequencies(option: str, value: Any) -> Frequencies:
    if not isinstance(value, Frequencies):
        raise FormatError(f"column {option}: expected Frequencies, not {type(value).__name__}", column=option)
    return value


def _donor_shares(donors: Frequencies, shares: Mapping[str, float] | None) -> dict[str, float]:
    if shares is None:
        return {the_population(donors, None, "shares"): 1.0}
    if not isinstance(shares, Mapping):
        raise option_values.refuse("shares", shares, "expected numbers by population")
    parts = {the_population(donors, name, "shares"): _count("shares", part) for name, part in shares.items()}
    total = sum(parts.values())
    if not total > 0:
        raise option_values.refuse("shares", dict(shares), "expected a sum above 0")
    return {name: part / total for name, part in parts.items()}


def likelihood_model(
    patients: Frequencies,
    donors: Frequencies | None = None,
    population: str | None = None,
    shares: Mapping[str, float] | None = None,
    loci: str | Sequence[str] = "10/10",
    mismatches: int = 0,
    reachable: float | Mapping[str, float] = 1.0,
    dpb1: str | None = None,
    tce_version: str | None = None,
    threads: int = 0,
) -> LikelihoodModel:
    """What :func:`match_likelihood` and :func:`size_for` ask, once for several questions."""
    own = the_population(_frequencies("patients", patients), population)
    if donors is None and shares is None:
        shares = {own: 1.0}
    others = patients if donors is None else _frequencies("donors", donors)
    if others.nomenclature is not patients.nomenclature:
        raise FormatError(
            "column donors: read with another nomenclature than the patients; "
            "read both with the same Nomenclature object",
            column="donors",
        )
    parts = _donor_shares(others, shares)
    if isinstance(reachable, Mapping):
        foreign = [name for name in reachable if name not in parts]
        if foreign or len(reachable) != len(parts):
            raise option_values.refuse(
                "reachable", dict(reachable), f"expected a number for each of {', '.join(parts)}"
            )
        chances = {name: option_values.part("reachable", reachable[name]) for name in parts}
    else:
        chances = dict.fromkeys(parts, option_values.part("reachable", reachable))
    rule, version = dpb1_rule(dpb1, tce_version)
    count = option_values.whole("threads", threads, 2**16)
    core = _core.MatchLikelihood(
        patients._core,
        own,
        [(others._core, name, chances[name]) for name in parts],
        ",".join(option_values.loci("loci", loci)),
        option_values.whole("mismatches", mismatches, 1),
        rule,
        version,
        count,
    )
    return LikelihoodModel(core, list(parts), list(parts.values()), count)
