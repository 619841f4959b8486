# SPDX-License-Identifier: Apache-2.0
"""Typings that a set of frequencies hardly explains: candidates for typing again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import _core, option_values
from ..frequencies import Frequencies, fallback_list
from ._genotypes import chance_of_homozygous, homozygous_loci
from ._haplotypes import Haplotypes
from ._pool import Floats, LocusTexts, check_frequencies, field, frame_of, ids_of, registry_of

if TYPE_CHECKING:
    import pandas

    from ..registry import Registry

_NEIGHBOURS = (("C", "B"), ("DRB1", "DQB1"))


def typing_probabilities(
    donors: Any, frequencies: Frequencies, *, fallback: Sequence[str] = (), threads: int = 0
) -> pandas.DataFrame:
    """How probable each donor's typing is under haplotype frequencies.

    Args:
        donors: a registry, or a data frame of donors.
        frequencies: a donor uses the set of its population, as a search does; sets are divided by their sum.
        fallback: populations to try when the own set does not explain a typing.
        threads: 0 for all.

    Returns:
        One row a donor, in the order of the registry: ``donor_id``; ``loci`` of the sets that are typed, as
        text; ``log10_probability`` that a person drawn from the set has what was typed, -inf where no pair of
        haplotypes fits; ``lower_share``: the share, in (0, 1], of the donors typed at the same loci whose
        typing is no more probable than this one. An ambiguous typing is as probable as all that it allows.

    Raises:
        FormatError: a donor has no set to use.

    Cost: each distinct typing once, some 30 us.
    """
    registry = registry_of(donors)
    threads = option_values.whole("threads", threads, 1024)
    prepared = registry._genotypes(check_frequencies(frequencies), fallback_list(fallback))
    log10 = _log10(prepared, threads)
    loci = _typed_loci(registry, frequencies)
    return frame_of(
        {
            "donor_id": ids_of(registry),
            "loci": loci.texts(),
            "log10_probability": log10,
            "lower_share": _lower_shares(log10, loci.numbers),
        }
    )


def suspicious_typings(
    donors: Any,
    frequencies: Frequencies,
    *,
    fallback: Sequence[str] = (),
    lowest_share: float = 0.001,
    neighbours: Sequence[tuple[str, str]] | None = None,
    broken: float = 0.01,
    homozygous: float = 0.001,
    threads: int = 0,
) -> pandas.DataFrame:
    """Donors whose typing is unexplained, almost impossible, or out of the ordinary: a list for typing again.

    Args:
        donors, frequencies, fallback, threads: as for :func:`typing_probabilities`.
        lowest_share: a typing is improbable when no more than this share of the donors typed at the same
            loci has one that is no more probable.
        neighbours: pairs of loci that hang together closely; C with B and DRB1 with DQB1, where typed and
            in the sets, when left out. Their association is broken when no known haplotypes of the two fit,
            or the two are less probable together than if they were independent.
        broken: how much less: the ratio of the two probabilities up to which it counts.
        homozygous: a donor who is fully typed at all loci of the set is homozygous too often when no more
            than this share of people is at as many of them.

    Returns:
        One row a donor to look at, the least probable first, then by id: ``donor_id``, ``branch`` where the
        registry has it, ``log10_probability``, ``lower_share``, ``association`` (log10 of the lowest ratio
        of the neighbours; NaN where no two are typed), ``homozygous_loci`` (of the fully typed), and
        ``reasons`` in words.

    Raises:
        FormatError: an option does not fit, or a donor has no set to use.

    A reason is no proof: rare haplotypes exist, and a small set lacks many. Unusual homozygosity often is an
    allele that was missed.
    """
    registry = registry_of(donors)
    share = option_values.part("lowest_share", lowest_share)
    ratio, homozygous = option_values.part("broken", broken), option_values.part("homozygous", homozygous)
    pairs = _pairs(neighbours, registry, check_frequencies(frequencies))
    table = typing_probabilities(registry, frequencies, fallback=fallback, threads=threads)
    log10 = table["log10_probability"].to_numpy()
    lower = table["lower_share"].to_numpy()
    reasons: list[list[str]] = [[] for _ in range(len(registry))]

    prepared = registry._genotypes(frequencies, fallback_list(fallback))
    for donor in np.flatnonzero(np.isneginf(log10)):
        reasons[donor].append("no haplotypes fit: " + _core.unexplained_reason(prepared, int(donor)))
    for donor in np.flatnonzero(np.isfinite(log10) & (lower <= share)):
        reasons[donor].append(f"1 in {_fold(-log10[donor])} people has such a typing")

    association = np.full(len(registry), np.nan)
    for first, second in pairs:
        found = _association(registry, frequencies, fallback, first, second, threads)
        association = np.fmin(association, found)
        for donor in np.flatnonzero(found <= np.log10(ratio)):
            reasons[donor].append(
                f"{first} and {second}: no known haplotypes of the two fit"
                if np.isneginf(found[donor])
                else f"{first} and {second}: {_fold(-found[donor])} times rarer together than apart"
            )

    equal = homozygous_loci(registry, list(registry.loci()))[1]
    for population, chosen in _by_population(registry, frequencies, fallback):
        haplotypes = Haplotypes.of(frequencies, population)
        set_loci = [one for one in haplotypes.loci if one in registry.loci()]
        full, here = homozygous_loci(registry, set_loci)
        chances = chance_of_homozygous(haplotypes, set_loci)
        complete = chosen & (full == len(set_loci)) & (here > 0)
        for donor in np.flatnonzero(complete & (chances[here] <= homozygous)):
            one_in = _fold(-np.log10(max(chances[here[donor]], 1e-300)))
            reasons[donor].append(
                f"homozygous at {here[donor]} of {len(set_loci)} loci, as 1 in {one_in} people"
            )

    columns: dict[str, Any] = {"donor_id": table["donor_id"].to_numpy()}
    if "branch" in registry.fields:
        columns["branch"] = field(registry, "branch")
    columns |= {"log10_probability": log10, "lower_share": lower, "association": association}
    columns |= {"homozygous_loci": equal, "reasons": ["; ".join(one) for one in reasons]}
    found_all = frame_of(columns)
    listed = found_all[np.array([bool(one) for one in reasons], dtype=np.bool_)]
    return listed.sort_values(["log10_probability", "donor_id"], ignore_index=True)


@dataclass(frozen=True)
class _TypedLoci:
    loci: list[str]
    numbers: Any
    """One bit a locus."""

    def texts(self) -> list[str]:
        known = {
            int(number): " ".join(locus for at, locus in enumerate(self.loci) if number >> at & 1)
            for number in np.unique(self.numbers)
        }
        return [known[int(number)] for number in self.numbers]


def _typed_loci(registry: Registry, frequencies: Frequencies) -> _TypedLoci:
    of_sets = {locus for one in frequencies.sets for locus in one["loci"]}
    loci = [locus for locus in registry.loci() if locus in of_sets]
    numbers = np.zeros(len(registry), np.int64)
    for at, locus in enumerate(loci):
        numbers |= LocusTexts.of(registry, locus).typed.astype(np.int64) << at
    return _TypedLoci(loci, numbers)


def _log10(genotypes: _core.DonorGenotypes, threads: int) -> Floats:
    typing_of, found = _core.typing_probabilities(genotypes, threads)
    return np.asarray(found[typing_of])


def _lower_shares(log10: Floats, groups: Any) -> Floats:
    """By group the share of values that are not higher."""
    out = np.ones(len(log10))
    for group in np.unique(groups):
        here = groups == group
        values = log10[here]
        out[here] = np.searchsorted(np.sort(values), values, side="right") / len(values)
    return out


def _pairs(neighbours: Any, registry: Registry, frequencies: Frequencies) -> list[tuple[str, str]]:
    """Those given, or of the usual ones those that can be looked at."""
    everywhere = [locus for locus in registry.loci() if all(locus in one["loci"] for one in frequencies.sets)]
    if neighbours is None:
        return [pair for pair in _NEIGHBOURS if all(locus in everywhere for locus in pair)]
    expected = "pairs of loci such as [('C', 'B')]"
    pairs = []
    for pair in option_values.several("neighbours", neighbours, expected):
        loci = option_values.loci("neighbours", option_values.texts("neighbours", pair, expected))
        if len(loci) != 2:
            raise option_values.refuse("neighbours", pair, f"expected {expected}")
        for locus in loci:
            if locus not in everywhere:
                reason = f"expected loci that are typed and in the frequencies: {', '.join(everywhere)}"
                raise option_values.refuse("neighbours", locus, reason)
        pairs.append((loci[0], loci[1]))
    return pairs


def _association(
    registry: Registry,
    frequencies: Frequencies,
    fallback: Sequence[str],
    first: str,
    second: str,
    threads: int,
) -> Floats:
    """log10 of P(both typings) / (P(one) P(other)); NaN where one is not typed or fits no haplotype alone."""
    log10 = []
    for loci in (f"{first},{second}", first, second):
        store = _core.haplotypes_at(frequencies._core, loci)
        names = [one["population"] for one in store.sets]
        sets = _core.Populations([store], [name for name in fallback_list(fallback) if name in names])
        log10.append(_log10(_core.DonorGenotypes(registry._core, sets), threads))
    typed = LocusTexts.of(registry, first).typed & LocusTexts.of(registry, second).typed
    usable = typed & np.isfinite(log10[1]) & np.isfinite(log10[2])
    out = np.full(len(registry), np.nan)
    out[usable] = log10[0][usable] - log10[1][usable] - log10[2][usable]
    return out


def _by_population(
    registry: Registry, frequencies: Frequencies, fallback: Sequence[str]
) -> list[tuple[str, Any]]:
    """The donors of each set: that of their population, else the first fall-back."""
    known = frequencies.populations
    if len(known) == 1:
        return [(known[0], np.ones(len(registry), np.bool_))]
    own = np.full(len(registry), "", dtype=object)
    if "population" in registry.fields:
        own[:] = field(registry, "population")
    if fallback:
        own[~np.isin(own.astype(str), known)] = fallback[0]
    return [(name, own == name) for name in known]


def _fold(log10: float) -> str:
    """10 to this power with two digits that count."""
    if log10 >= 9:
        return f"10^{log10:.0f}"
    number = 10.0**log10
    return f"{number:.2g}" if number < 100 else f"{round(number, 2 - len(str(int(number)))):,.0f}"
