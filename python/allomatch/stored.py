# SPDX-License-Identifier: Apache-2.0
"""What a store of a registry gives back."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import _core
from ._frames import Rows
from ._words import counted

if TYPE_CHECKING:
    from .matches import Matches

Cells = dict[str, str]


@dataclass(frozen=True)
class CellChange:
    """A cell that is not as it was; texts are empty where there is none."""

    column: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.column} {self.before or 'none'} -> {self.after or 'none'}"


def cell_changes(before: Cells, after: Cells) -> tuple[CellChange, ...]:
    """The cells that differ, by column."""
    pairs = ((column, before.get(column, ""), after.get(column, "")) for column in sorted({*before, *after}))
    return tuple(CellChange(*pair) for pair in pairs if pair[1] != pair[2])


# -- donors ------------------------------------------------


@dataclass(frozen=True)
class StoredDonor:
    """A donor as the store keeps it."""

    id: str
    there: bool
    """False of a donor who was deleted."""
    record: Cells
    """Cells as received, by column; blank ones left out."""
    life: Cells
    """What the registry itself laid over the record, by column."""


@dataclass(frozen=True)
class DonorState:
    """What a donor became by one change."""

    version: int
    """Of the store, after the change."""
    at: str
    """When, UTC: ``2026-01-31T23:59:59Z``."""
    actor: str
    action: str
    """What was done: ``import`` .."""
    donor: StoredDonor
    changes: tuple[CellChange, ...]
    """Against the state before, of record and life."""


@dataclass(frozen=True)
class Difference:
    """How a donor of a file differs from the one in the store; several differ in several columns."""

    donor_id: str
    change: str
    """``new``, ``changed`` or ``deleted``."""
    column: str
    """Of a changed donor."""
    before: str
    after: str


class Differences(Rows[Difference]):
    """What an import would change, in the order of the file, those that it lacks at the end."""

    def __init__(self, core: _core.ImportOutcome) -> None:
        self._core = core
        self._all = [Difference(*one) for one in core.differences()]

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._core.differences_stream()

    def _write_text(self, path: str | os.PathLike[str]) -> None:
        self._core.write_differences(path)

    def __len__(self) -> int:
        return len(self._all)

    def _row(self, index: int) -> Difference:
        return self._all[index]

    def __repr__(self) -> str:
        return f"Differences({counted(len(self), 'row')})"


class ImportOutcome:
    """What an import did, or with mode ``check`` would do. ``print`` it to read it."""

    def __init__(self, core: _core.ImportOutcome, mode: str) -> None:
        self._core = core
        self.mode = mode
        """``full``, ``diff`` or ``check``."""

    @property
    def number(self) -> int:
        """Of the import, from 1; 0 of a check."""
        return self._core.number

    @property
    def added(self) -> int:
        return self._core.added

    @property
    def changed(self) -> int:
        return self._core.changed

    @property
    def deleted(self) -> int:
        return self._core.deleted

    @property
    def unchanged(self) -> int:
        return self._core.unchanged

    @property
    def version(self) -> int:
        """Of the store afterwards."""
        return self._core.version

    @property
    def alerts(self) -> int:
        """How many donors it made fit a standing search, see :meth:`Store.alerts`."""
        return self._core.alerts

    @property
    def unasked(self) -> list[dict[str, Any]]:
        """Patients whose standing searches could not be asked, and why; keys as of ``report.problems``."""
        return self._core.unasked

    @property
    def report(self) -> _core.ImportReport:
        """What came of the rows, as of :attr:`Registry.report`."""
        return self._core.report

    @property
    def differences(self) -> Differences:
        """Of a check; empty after an import, which :meth:`Store.history` tells of."""
        return Differences(self._core)

    def __str__(self) -> str:
        verb = "would be " if self.mode == "check" else ""
        return (
            f"{verb}new {self.added:,}, changed {self.changed:,}, deleted {self.deleted:,},"
            f" unchanged {self.unchanged:,}; rows refused {self.report.rows_refused:,}"
        )

    def __repr__(self) -> str:
        return f"ImportOutcome({self})"


# -- patients and searches ------------------------------------------------


@dataclass(frozen=True)
class StoredPatient:
    """A patient as the store keeps it."""

    id: str
    active: bool
    """Still waiting for a donor."""
    record: Cells
    """Typings and fields as received, by column."""


@dataclass(frozen=True)
class StoredSearch:
    """A search that was kept."""

    id: int
    patient_id: str
    request: dict[str, Any]
    """The options that are not the default."""
    standing: bool
    """To be asked at every change of donors, while it has not ended and the patient is active."""
    ended: bool
    at: str
    """When it was kept, UTC."""
    actor: str
    runs: int
    """How often it was asked, the first time included."""
    last_run: str
    total: int
    """Donors found in the last run."""


@dataclass(frozen=True)
class ResultChange:
    """How one donor of a result changed since the run before."""

    change: str
    """``new``, ``changed`` or ``gone``."""
    donor_id: str
    rank_before: int | None
    rank_after: int | None
    reason: str
    """Of a donor who is gone: ``deleted``, ``retyped``, ``unreadable``, ``not eligible``, ``mismatches`` or
    ``not among the best``."""
    words: str
    """One sentence."""
    result: tuple[CellChange, ...]
    """Columns of the match that differ, rank aside."""
    donor: tuple[CellChange, ...]
    """Cells of the donor that differ."""


class ResultChanges(Rows[ResultChange]):
    """New donors by rank, then changed ones by rank, then those gone by their old rank."""

    def __init__(self, core: _core.RepeatedSearch) -> None:
        self._core = core
        self._all = [
            ResultChange(
                **{
                    **one,
                    "result": tuple(CellChange(*cell) for cell in one["result"]),
                    "donor": tuple(CellChange(*cell) for cell in one["donor"]),
                }
            )
            for one in core.changes()
        ]

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._core.changes_stream()

    def _write_text(self, path: str | os.PathLike[str]) -> None:
        self._core.write_changes(path)

    def __len__(self) -> int:
        return len(self._all)

    def _row(self, index: int) -> ResultChange:
        return self._all[index]

    def __repr__(self) -> str:
        return f"ResultChanges({counted(len(self), 'row')})"


class RepeatedSearch:
    """A search that was asked again. ``print`` it to read it."""

    def __init__(self, core: _core.RepeatedSearch, matches: Matches) -> None:
        self._core = core
        self.matches = matches
        """What is found now."""
        self.changes = ResultChanges(core)
        """What is not as in the run before; also as data frame."""

    @property
    def search(self) -> int:
        return self._core.search

    @property
    def run(self) -> int:
        """Its number, over all searches of the store."""
        return self._core.run

    @property
    def before(self) -> str:
        """When the search was asked before, UTC."""
        return self._core.before

    @property
    def unchanged(self) -> int:
        """Donors who are listed as before; their ranks may differ."""
        return self._core.unchanged

    @property
    def conditions(self) -> list[str]:
        """What else is not as it was: release, frequencies, typings of the patient; in words."""
        return self._core.conditions

    def of(self, change: str) -> list[ResultChange]:
        """The changes of one kind: ``new``, ``changed`` or ``gone``."""
        return [one for one in self.changes if one.change == change]

    def __str__(self) -> str:
        counts = ", ".join(f"{len(self.of(kind))} {kind}" for kind in ("new", "changed", "gone"))
        lines = [
            f"Search {self.search}, patient {self.matches.patient.id}, since {self.before}:"
            f" {counts}, {self.unchanged:,} unchanged"
        ]
        lines += [f"  not as before: {condition}" for condition in self.conditions]
        for one in self.changes:
            ranks = [str(rank) for rank in (one.rank_before, one.rank_after) if rank is not None]
            place = " -> ".join(dict.fromkeys(ranks))
            reason = f"{one.reason}: " if one.reason else ""
            lines.append(f"  {one.change} {one.donor_id} (rank {place}): {reason}{one.words}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"RepeatedSearch({self.search}: {counted(len(self.changes), 'change')})"


# -- audit trail ------------------------------------------------


@dataclass(frozen=True)
class AuditEntry:
    """One change of a store."""

    seq: int
    at: str
    """When, UTC."""
    actor: str
    action: str
    detail: dict[str, Any]
    version: int
    """Of the store afterwards: number of the last change of a donor."""
    hash: str
    """SHA-256 of this entry, the rows that it added, and the hash before; hexadecimal."""
