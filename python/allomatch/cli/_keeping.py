# SPDX-License-Identifier: Apache-2.0
"""Searches that are kept in the store that they were asked of."""

from __future__ import annotations

import argparse
from typing import Any

from .. import _core
from .._words import counted
from ..errors import FormatError
from ..matches import Matches
from ..store import Store
from ._common import add_actor
from ._tables import visible


def add_keeping(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("keeping, with a registry store as --donors")
    group.add_argument("--keep", action="store_true", help="keep each search, to be asked again with repeat")
    group.add_argument("--standing", action="store_true", help="ask them at every change of donors too")
    add_actor(group)  # type: ignore[arg-type]


class Keeping:
    """The searches of one command, kept one by one; only those of patients who were searched for."""

    def __init__(self, args: argparse.Namespace) -> None:
        self._store = Store.open(args.donors)
        self._path = args.donors
        self._how: dict[str, Any] = {"standing": args.standing, "actor": args.actor}
        self.kept: list[dict[str, Any]] = []

    def keep(self, matches: Matches) -> int:
        number = self._store.keep_search(matches, **self._how)
        self.kept.append({"patient_id": matches.patient.id, "search": number})
        return number

    def say(self) -> None:
        if self.kept:
            numbers = [str(one["search"]) for one in self.kept]
            shown = " ".join(numbers[:20]) + (" .." if len(numbers) > 20 else "")
            print(visible(f"{counted(len(numbers), 'search', 'searches')} kept in {self._path}: {shown}"))


def keeping(args: argparse.Namespace) -> Keeping | None:
    """What ``--keep`` asks for.

    Raises:
        FormatError: the donors are not in a store, or an option has no use.
    """
    if not args.keep:
        for option in ("standing", "actor"):
            if getattr(args, option):
                raise FormatError(f"--{option} needs --keep", column=option)
        return None
    if not _core.is_store(args.donors):
        raise FormatError(
            f"{args.donors}: is not a registry store; --keep needs one as --donors", place=args.donors
        )
    return Keeping(args)
