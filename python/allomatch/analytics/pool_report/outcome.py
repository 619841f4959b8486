# SPDX-License-Identifier: Apache-2.0
"""What an analysis of a pool found, and what is missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from .texts import texts

if TYPE_CHECKING:
    import pandas


class LeftOut(Exception):
    """Why a part cannot be made: the key of a text, and what fills it."""

    def __init__(self, key: str, *values: str) -> None:
        super().__init__(key, *values)
        self.key = key
        self.values = values

    def words(self, lang: str = "en") -> str:
        return texts(lang)[self.key].format(*self.values)


@dataclass
class PoolAnalysis:
    """What :func:`allomatch.analytics.analyse` found.

    Attributes:
        tables: data frames by the name of the part.
        missing: the parts that could not be made, and why.
        donors: how many there are.
        release: nomenclature that they were read with.
        on: the day of ages and reservations.
        by: the field of the groups.
        loci: of haplotypes and match likelihood; ``set_name`` is ``10/10`` or the like.
        untyped_loci: loci that were asked for and that nobody is typed at, or the frequencies lack.
        population: the set that was used; ``pool`` is the estimate from the donors themselves.
        own: whether it is.
        age_limit: donors leave on this birthday.
        too_ambiguous: donors whom the estimate could not take in; it may not explain their typings.
        not_estimated: of each donor whether the estimate left it out; nothing where frequencies were given.
        haplotypes: how many the set has.
        likelihood_haplotypes: how many of them the match likelihood was computed with: the most frequent,
            of an estimate those with a hundredth of an expected copy or more, at most 4,000.
        likelihood_mass: sum of their frequencies, in [0, 1].
    """

    donors: int
    release: str
    on: date
    by: str
    loci: list[str]
    untyped_loci: list[str]
    population: str
    own: bool
    age_limit: int
    too_ambiguous: int = 0
    not_estimated: Any = None
    haplotypes: int = 0
    likelihood_haplotypes: int = 0
    likelihood_mass: float = 1.0
    tables: dict[str, pandas.DataFrame] = field(default_factory=dict)
    missing: dict[str, LeftOut] = field(default_factory=dict)

    @property
    def set_name(self) -> str:
        return f"{2 * len(self.loci)}/{2 * len(self.loci)}"

    @property
    def left_out(self) -> dict[str, str]:
        """Why parts are missing, in English."""
        return {name: reason.words() for name, reason in self.missing.items()}
