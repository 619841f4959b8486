# SPDX-License-Identifier: Apache-2.0
"""The registry of a store as it is now, whoever changes it."""

from __future__ import annotations

import os
from types import TracebackType

from . import _core, option_values
from .registry import Registry
from .store import Store


class LiveRegistry:
    """Follows a store: what any process commits to it is in :meth:`current` some moments later.

    Close it with :meth:`close` or ``with``. Threads may share it; do not take it into a forked process.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        nomenclature: _core.Nomenclature | None = None,
        mac: _core.MacTable | None = None,
        interval: float = 0.1,
    ) -> None:
        """Open the registry of a store.

        Args:
            path: the store.
            nomenclature: its release, see :meth:`Store.open`.
            mac: its table of NMDP codes.
            interval: seconds between looks for changes, which cost some microseconds when there are none;
                with 0 only :meth:`refresh` looks.

        Raises:
            StoreError: as :meth:`Store.open`.
        """
        seconds = option_values.real("interval", interval)
        if not 0 <= seconds <= 86400:
            raise option_values.refuse("interval", interval, "expected seconds from 0 to 86400")
        milliseconds = max(1, round(seconds * 1000)) if seconds > 0 else 0
        with Store.open(path, nomenclature, mac=mac) as store:
            names, mac = store._rules()
            self._core = _core.LiveRegistry(path, names, mac, store._nulls(None), milliseconds)
        self._latest: Registry | None = None

    def current(self) -> Registry:
        """The latest version that was picked up: the same object as long as there is no later one.

        Who holds an older one keeps it, complete and unchanged. Its ``report`` does not know of donors who
        cannot be read; that of :meth:`Store.registry` does. Microseconds.
        """
        core, report = self._core.current()
        latest = self._latest
        if latest is None or latest._core is not core:
            latest = self._latest = Registry(core, report)
        return latest

    def refresh(self) -> bool:
        """Pick up changes now; true when there were any.

        Raises:
            StoreError: they cannot be, for one because the store was switched to another release.
        """
        return self._core.refresh()

    @property
    def trouble(self) -> str | None:
        """Why changes are not picked up at present, ``None`` when they are."""
        return self._core.trouble()

    def close(self) -> None:
        """Follow no longer; registries that were given stay. May be called again."""
        self._latest = None
        self._core.close()

    def __enter__(self) -> LiveRegistry:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
