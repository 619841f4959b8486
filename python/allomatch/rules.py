# SPDX-License-Identifier: Apache-2.0
"""What the typings of a store are read with, and what changes with another release."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from . import _core, option_values
from ._actor import acting
from ._core import MacTable, Nomenclature
from .meaning import MeaningChanges
from .registry import Registry

if TYPE_CHECKING:
    from collections.abc import Callable


class SnapshotUpdate(NamedTuple):
    """What became of the snapshot of a store."""

    file: str
    donors: int
    version: int
    """Of the store."""
    how: str
    """``unchanged``: it was up to date; ``patched``: changes were laid over it; ``read``: made anew."""


class Rules:
    """Of :class:`Store`: snapshots, and the change to another release."""

    _core: _core.Store
    _names: Nomenclature | None
    _mac: MacTable | None
    _rules: Callable[[], tuple[Nomenclature, MacTable | None]]
    registry: Callable[[], Registry]

    def write_snapshot(self) -> SnapshotUpdate:
        """Bring the snapshot beside the store (``registry.amx`` of ``registry.db``) up to date, for processes
        that open the store: they read only what changed since.

        Raises:
            StoreError: another file lies there.
            FormatError: it cannot be written.
        """
        return SnapshotUpdate(*self._core.write_snapshot(*self._rules()))

    def compare_rules(
        self,
        nomenclature: Nomenclature,
        *,
        mac: MacTable | None = None,
        nulls: str | None = None,
        list_alleles_only: bool = False,
    ) -> MeaningChanges:
        """What the donors would mean under other rules, see :meth:`Registry.compare_meaning`.

        Nothing is changed.

        Args:
            nomenclature: the release to switch to.
            mac: table of NMDP codes to switch to; none when left out.
            nulls: rule for null alleles; as now when left out.
            list_alleles_only: see :meth:`Registry.compare_meaning`.

        Cost: reads all donors anew; some microseconds a donor.
        """
        before = self.registry()
        core, report = self._core.reread(nomenclature, mac, self._nulls(nulls))
        return before.compare_meaning(Registry(core, report), list_alleles_only=list_alleles_only)

    def switch_rules(
        self,
        nomenclature: Nomenclature,
        *,
        mac: MacTable | None = None,
        nulls: str | None = None,
        actor: str | None = None,
    ) -> None:
        """Read typings with other rules from now on, arguments as of :meth:`compare_rules`.

        Donors who cannot be read any more stay in the store and are not searched. Other processes that have
        the store open are refused until they open it with the new rules.
        """
        self._core.switch_rules(nomenclature, mac, self._nulls(nulls), acting(actor))
        self._names, self._mac = nomenclature, mac

    def _nulls(self, nulls: str | None) -> str:
        return str(self._core.info()["nulls"]) if nulls is None else option_values.text("nulls", nulls)
