# SPDX-License-Identifier: Apache-2.0
"""Registries with known truth."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from . import _core, option_values


def simulate(
    folder: str | os.PathLike[str],
    *,
    donors: int = 100_000,
    patients: int = 20,
    seed: int = 1,
    nomenclature: _core.Nomenclature | None = None,
    frequencies: Sequence[str | os.PathLike[str]] = (),
    population: str = "",
    normalise: bool = False,
    quality: Mapping[str, float] | None = None,
    null_alleles: float = 0.001,
    reference_date: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Path]:
    """Draw donors and patients from haplotype frequencies and type them as registries do.

    Haplotype pairs are drawn in Hardy-Weinberg proportion. The same seed gives the same bytes on every
    machine; a longer simulation starts with the shorter one.

    Args:
        folder: where ``donors.csv``, ``patients.csv``, ``truth_donors.csv``, ``truth_patients.csv`` and,
            for the codes used, ``mac.txt`` go; made when missing. They appear when all are complete.
        donors, patients: how many people.
        seed: from 0.
        nomenclature: the built-in starter table when left out.
        frequencies: haplotype frequency files; the built-in East Asian table when empty.
        population: which set of the files, when they have more than one.
        normalise: divide a set by its sum.
        quality: weights of typing kinds among the donors: ``serology, xx, mac, g_group, two_field,
            three_field``.
        null_alleles: part of the people in whom a null allele replaces an expressed one.
        reference_date: day of the registry, ``YYYY-MM-DD``.
        progress: called with rows written and their total.

    Returns:
        The files written, by their stem.

    Raises:
        FormatError: an option or a frequency file does not fit.

    Cost: about a second for a million rows.
    """
    _core.simulate(
        Path(folder),
        [Path(f) for f in frequencies],
        population,
        normalise,
        nomenclature or _core.Nomenclature.builtin(),
        donors,
        patients,
        seed,
        dict(quality or {}),
        null_alleles,
        reference_date,
        option_values.callback("progress", progress),
    )
    names = ("donors.csv", "patients.csv", "truth_donors.csv", "truth_patients.csv", "mac.txt")
    return {Path(name).stem: Path(folder) / name for name in names if (Path(folder) / name).exists()}
