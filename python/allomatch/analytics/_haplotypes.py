# SPDX-License-Identifier: Apache-2.0
"""The haplotypes of a frequency set as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import _core, option_values
from ..errors import FormatError
from ..frequencies import Frequencies, the_population
from ._pool import Floats


@dataclass(frozen=True)
class Haplotypes:
    """Haplotypes by class; the frequencies are divided by their sum."""

    loci: list[str]
    names: list[list[str]]
    """Classes of each locus, and null alleles by their names."""
    codes: list[Any]
    """Of each locus one number a haplotype, into its names."""
    frequencies: Floats

    @classmethod
    def of(cls, frequencies: object, population: str | None) -> Haplotypes:
        """One set.

        Raises:
            FormatError: no such population, or none is named and there are several.
        """
        if not isinstance(frequencies, Frequencies):
            raise FormatError(
                f"column frequencies: expected Frequencies, not {type(frequencies).__name__}",
                column="frequencies",
            )
        found = cls(**_core.haplotype_columns(frequencies._core, the_population(frequencies, population)))
        return cls(found.loci, found.names, found.codes, found.frequencies / found.frequencies.sum())

    def place(self, locus: str, option: str = "loci") -> int:
        """Where a locus is.

        Raises:
            FormatError: the set lacks it.
        """
        if locus not in self.loci:
            raise option_values.refuse(option, locus, f"the frequencies have {', '.join(self.loci)}")
        return self.loci.index(locus)

    def homozygous(self, loci: Sequence[str]) -> float:
        """Probability that two haplotypes are equal at all of these loci; NaN where the set lacks one."""
        if any(locus not in self.loci for locus in loci):
            return float("nan")
        key = np.zeros(len(self.frequencies), np.int64)
        for locus in loci:
            at = self.loci.index(locus)
            key = np.unique(key * len(self.names[at]) + self.codes[at], return_inverse=True)[1]
        return float(np.square(np.bincount(key, weights=self.frequencies)).sum())

    def table(self, first: str, second: str) -> Floats:
        """Frequencies of two loci, one row a name of the first."""
        a, b = self.place(first), self.place(second)
        shape = len(self.names[a]), len(self.names[b])
        cells = self.codes[a].astype(np.int64) * shape[1] + self.codes[b]
        flat = np.bincount(cells, weights=self.frequencies, minlength=shape[0] * shape[1])
        return flat.astype(np.float64).reshape(shape)
