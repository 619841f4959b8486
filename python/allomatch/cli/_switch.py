# SPDX-License-Identifier: Apache-2.0
"""``allomatch store switch``: another release for the typings of a store."""

from __future__ import annotations

import argparse

from .. import _core
from .._words import counted
from ..store import Store
from ._common import add_actor, say_json
from ._reinterpret import (
    add_changes,
    add_other_reading,
    check_other_reading,
    exit_code,
    show,
    summary,
)
from ._snapshot import say_snapshot, update_snapshot
from ._tables import visible


def add_switch_options(parser: argparse.ArgumentParser) -> None:
    add_other_reading(parser)
    add_store_rules(parser)
    parser.add_argument("--yes", action="store_true", help="switch; without it nothing is changed")
    add_changes(parser)
    add_actor(parser)


def add_store_rules(parser: argparse.ArgumentParser) -> None:
    """The release of a store, which it can name but does not hold."""
    group = parser.add_argument_group("nomenclature of the store")
    group.add_argument(
        "--release", metavar="DIR", help="its release folder; not needed for 'builtin' and 'names'"
    )
    group.add_argument("--mac", metavar="F", help="its table of NMDP codes")


def open_with_rules(path: str, args: argparse.Namespace) -> Store:
    names = _core.Nomenclature.open(args.release) if args.release else None
    return Store.open(path, names, mac=_core.MacTable.load(args.mac) if args.mac else None)


def switch_rules(args: argparse.Namespace) -> int:
    check_other_reading(args)
    with open_with_rules(args.file, args) as store:
        names, mac = store._rules()
        if args.to_release is not None:
            names = _core.Nomenclature.open(args.to_release)
        if args.to_mac is not None:
            mac = _core.MacTable.load(args.to_mac)
        rules = {"mac": mac, "nulls": args.to_nulls}
        changes = store.compare_rules(names, list_alleles_only=args.list_alleles, **rules)
        if args.out:
            changes.write(args.out)
        if not args.json:
            show(args, changes)
        snapshot = None
        if args.yes:
            store.switch_rules(names, actor=args.actor, **rules)
            snapshot = update_snapshot(store)
    if args.json:
        more = {"file": args.file, "switched": args.yes, "snapshot": snapshot and snapshot.file}
        say_json({"command": "store switch"} | summary(args, changes) | more)
    elif args.yes:
        after = changes.after
        print(visible(f"{args.file}: switched to release {after.nomenclature.version}, nulls {after.nulls}"))
        say_snapshot(snapshot)
    else:
        donors = counted(len(changes.before), "donor")
        print(visible(f"{args.file}: nothing was changed; --yes switches its {donors}"))
    return exit_code(changes)
