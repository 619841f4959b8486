# SPDX-License-Identifier: Apache-2.0
"""How the donors of a registry are used, by branch."""

from __future__ import annotations

import os
from dataclasses import dataclass

from . import _core
from ._frames import Frames, Rows
from ._words import counted


@dataclass(frozen=True)
class BranchUtilisation:
    """The donors of one branch and what happened to them in a range of days.

    Donors are those that are there now, with statuses and reservations as of the last day. Events count for
    the branch that the donor had then; withdrawn ones do not count.
    """

    branch: str
    """Empty: donors without one."""
    donors: int
    available: int
    reserved: int
    unavailable: int
    """Temporarily (TU)."""
    retired: int
    repeat_donors: int
    """With two or more donations in all."""
    examined: int
    """Donors with a physical examination in the range."""
    collections: int
    """In the range."""
    abroad_collections: int
    collections_per_1000: float | None
    """Of the donors; ``None`` without any."""
    days_to_collection: float | None
    """Median of the collections in the range, from the first day of the reservation."""
    retired_for: dict[str, int]
    """Donors by reason; empty: the donor's record says so."""


class Retirements(Frames):
    """Retired donors by branch and reason, as data frame or file: ``branch``, ``reason``, ``donors``."""

    def __init__(self, core: _core.UtilisationReport) -> None:
        self._core = core

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._core.retirements_stream()

    def _write_text(self, path: str | os.PathLike[str]) -> None:
        self._core.write_retirements(path)


class Utilisation(Rows[BranchUtilisation]):
    """The branches by name, as sequence or data frame; :attr:`whole` is all of them."""

    def __init__(self, core: _core.UtilisationReport) -> None:
        self._core = core
        self.first = core.first
        """Day, as text."""
        self.last = core.last
        self.branches = [BranchUtilisation(**one) for one in core.branches()]
        self.whole = BranchUtilisation(**core.whole())
        self.retirements = Retirements(core)

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._core.stream()

    def _write_text(self, path: str | os.PathLike[str]) -> None:
        self._core.write(path)

    def __len__(self) -> int:
        return len(self.branches)

    def _row(self, index: int) -> BranchUtilisation:
        return self.branches[index]

    def __repr__(self) -> str:
        branches = counted(len(self), "branch", "branches")
        return f"Utilisation({self.first} to {self.last}: {self.whole.donors:,} donors in {branches})"
