# SPDX-License-Identifier: Apache-2.0
"""Cord units: doses, and two units for one patient."""

from __future__ import annotations

import os
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Literal

from . import _core
from ._frames import Rows
from ._words import counted

if TYPE_CHECKING:
    from .patient import Patient
    from .registry import Registry

Dose = float | None | Literal["guideline"]
_MOST_ROWS = 20


@dataclass(frozen=True)
class CordPair:
    """Two cord units for a patient; the first is the better one: fewer mismatches, then the larger dose."""

    patient_id: str
    rank: int
    first: str
    second: str
    mismatches: tuple[int, int]  #: of each with the patient
    unit_mismatches: int  #: of one unit with the other
    total_tnc_per_kg: float | None  #: nucleated cells, 10^7 for each kilogram of the patient
    lowest_tnc_per_kg: float | None
    abo_not_identical: int  #: units whose ABO group is not known to be the patient's
    mismatches_max: tuple[int, int]  #: the most that the typings allow
    unit_mismatches_max: int

    def counts(self) -> tuple[str, str]:
        """Mismatches with the patient and between the units for the eye: ``0 and 0-6``, ``1``."""
        first, second = map(count_text, self.mismatches, self.mismatches_max)
        return f"{first} and {second}", count_text(self.unit_mismatches, self.unit_mismatches_max)


class CordPairs(Rows[CordPair]):
    """Pairs of cord units for one patient, best first."""

    def __init__(self, core: _core.CordPairList, patient: Patient, match: str) -> None:
        self._core = core
        self.patient = patient
        self.match = match

    @property
    def total(self) -> int:
        """Pairs that fit; more than ``len`` where ``top`` cut the list."""
        return self._core.total

    @property
    def units(self) -> int:
        """Units that fit alone."""
        return self._core.units

    def __len__(self) -> int:
        return len(self._core)

    def _row(self, index: int) -> CordPair:
        return CordPair(self.patient.id, index + 1, *self._core.pair(index))

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return _core.cord_pairs_stream([self._core])

    def _write_text(self, path: str | os.PathLike[str]) -> None:
        _core.write_cord_pairs([self._core], path)

    def __repr__(self) -> str:
        found = f"{len(self)} of {self.total} pairs of {self.units} units"
        return f"CordPairs({self.patient.id}: {found}, {self.match})"

    def _repr_html_(self) -> str:
        head = ("#", "first unit", "second unit", "mismatches", "between them", "TNC/kg", "lower TNC/kg")
        rows = [head] + [
            (
                str(pair.rank),
                escape(pair.first),
                escape(pair.second),
                pair.counts()[0],
                pair.counts()[1],
                dose_text(pair.total_tnc_per_kg),
                dose_text(pair.lowest_tnc_per_kg),
            )
            for pair in self[:_MOST_ROWS]
        ]
        found = f"{counted(self.total, 'pair')} of {counted(self.units, 'cord unit')}"
        title = f"{escape(self.patient.id)}: {found}, {self.match}"
        title += f", the first {len(rows) - 1} shown" if len(rows) - 1 < self.total else ""
        lines = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows]
        return f'<table><caption style="text-align:left">{title}</caption>{"".join(lines)}</table>'


class CordPairTable(Rows[CordPairs]):
    """Pairs for many patients, in their order."""

    def __init__(self, lists: list[CordPairs]) -> None:
        self._all = lists

    def __len__(self) -> int:
        return len(self._all)

    def _row(self, index: int) -> CordPairs:
        return self._all[index]

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return _core.cord_pairs_stream([pairs._core for pairs in self._all])

    def _write_text(self, path: str | os.PathLike[str]) -> None:
        _core.write_cord_pairs([pairs._core for pairs in self._all], path)

    def __repr__(self) -> str:
        return f"CordPairTable({len(self)} patients, {sum(pairs.total for pairs in self._all)} pairs found)"


def count_text(fewest: int, most: int) -> str:
    return str(fewest) if fewest == most else f"{fewest}-{most}"


def dose_text(dose: float | None) -> str:
    return "-" if dose is None else f"{dose:.2f}"


def dose_options(registry: Registry, tnc: Dose, cd34: Dose, guideline: tuple[float, float]) -> dict[str, Any]:
    """The thresholds of each unit; those of the guideline where the units have such counts."""
    options = {}
    for field, dose, least in (("tnc", tnc, guideline[0]), ("cd34", cd34, guideline[1])):
        if dose == "guideline":
            dose = least if field in registry.fields else None
        options[f"min_{field}_per_kg"] = dose
    return options
