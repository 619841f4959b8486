# SPDX-License-Identifier: Apache-2.0
"""The snapshot beside a store."""

from __future__ import annotations

import sys

from ..errors import InputError
from ..rules import SnapshotUpdate
from ..store import Store
from ._common import shortened
from ._tables import visible

HOW = {"unchanged": "was up to date", "patched": "brought up to date", "read": "made anew"}


def update_snapshot(store: Store) -> SnapshotUpdate | None:
    """After a change of the store, which stays done; says why there is no snapshot."""
    try:
        return store.write_snapshot()
    except InputError as error:
        print(f"allomatch: the snapshot was not written: {shortened(str(error))}", file=sys.stderr)
        return None


def say_snapshot(update: SnapshotUpdate | None) -> None:
    if update is not None:
        print(visible(f"{update.file}: {HOW[update.how]}, version {update.version:,}"))
