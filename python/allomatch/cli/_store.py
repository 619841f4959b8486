# SPDX-License-Identifier: Apache-2.0
"""``allomatch store``: what is in the store of a registry, whether it is whole, and what was done to it."""

from __future__ import annotations

import argparse
import time
from dataclasses import asdict
from typing import Any

from .._words import counted
from ..errors import FormatError
from ..store import Store
from ..stored import DonorState
from ._common import add_json, say_json, shortened, whole_number
from ._switch import add_switch_options, switch_rules
from ._tables import show_table, visible

HELP = "what is in the store of a registry, whether it is whole, what was done to it; another release"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True, dest="action")
    info = actions.add_parser("info", help="what is in it", allow_abbrev=False)
    verify = actions.add_parser("verify", help="check the file and its audit trail", allow_abbrev=False)
    log = actions.add_parser("log", help="who did what when", allow_abbrev=False)
    history = actions.add_parser("history", help="what a donor was", allow_abbrev=False)
    switch = actions.add_parser(
        "switch",
        help="what another release would change, and with --yes the change to it",
        allow_abbrev=False,
    )
    for action in (info, verify, log, history, switch):
        action.add_argument("file", metavar="FILE", help="registry store")
    log.add_argument(
        "--after", type=whole_number, default=0, metavar="N", help="entries with higher numbers only"
    )
    history.add_argument("--donor", required=True, metavar="ID", help="id of the donor")
    add_switch_options(switch)
    for action in (info, verify, log, history, switch):
        add_json(action)


def run(args: argparse.Namespace) -> int:
    if args.action == "switch":
        return switch_rules(args)
    actions = {"info": _info, "verify": _verify, "log": _log, "history": _history}
    with Store.open(args.file) as store:
        actions[args.action](args, store)
    return 0


def _info(args: argparse.Namespace, store: Store) -> None:
    info = store.info
    if args.json:
        say_json({"command": "store info"} | info)
        return
    print(visible(f"{args.file}: {counted(info['donors'], 'donor')}, version {info['version']:,}"))
    patients = counted(info["patients"], "patient")
    print(f"  {patients} waiting, {counted(info['searches'], 'search', 'searches')} kept")
    print(f"  {counted(info['changes'], 'entry', 'entries')} in the audit trail")
    print(f"  typings are read with release {info['release']} (fingerprint {info['release_fingerprint']})")
    mac = info["mac_fingerprint"]
    print("  read without NMDP codes" if mac is None else f"  read with NMDP codes (fingerprint {mac})")
    print(f"  null alleles beside expressed ones: {info['nulls']}")
    print(f"  id {info['id']}")


def _verify(args: argparse.Namespace, store: Store) -> None:
    start = time.perf_counter()
    last = store.verify()
    seconds = time.perf_counter() - start
    entries = store.info["changes"]
    if args.json:
        say_json({"command": "store verify", "hash": last, "changes": entries, "seconds": round(seconds, 3)})
        return
    all_entries = counted(entries, "entry", "entries")
    print(visible(f"{args.file}: is whole; the audit trail of {all_entries} fits ({seconds:.2f} s)"))
    print(f"  last hash {last}")


def _log(args: argparse.Namespace, store: Store) -> None:
    entries = store.audit(args.after)
    if args.json:
        say_json([asdict(entry) for entry in entries])
        return
    rows = [
        [str(entry.seq), entry.at, entry.actor, entry.action, shortened(in_words(entry.detail))]
        for entry in entries
    ]
    show_table(args.file, ["#", "at", "by", "did", "detail"], rows, right=(0,))


def in_words(detail: dict[str, Any]) -> str:
    """The detail of an entry on one line: fingerprints are for machines."""
    parts = [f"{name} {value}" for name, value in detail.items() if not name.endswith("_fingerprint")]
    return ", ".join(parts)


def _history(args: argparse.Namespace, store: Store) -> None:
    try:
        states = store.history(args.donor)
    except KeyError:
        raise FormatError(
            f"{args.file}: no donor ever had the id '{args.donor}'", place=args.file, id=args.donor
        ) from None
    if args.json:
        say_json([asdict(state) for state in states])
        return
    print(visible(f"{args.file}: donor {args.donor}"))
    there = False
    for state in states:
        when = f"version {state.version}, {state.at}, {state.actor}, {state.action}"
        print(visible(f"  {when}: {_became(state, there)}"))
        for change in state.changes if state.donor.there else ():
            print(shortened(f"    {change}"))
        there = state.donor.there


def _became(state: DonorState, there: bool) -> str:
    if not state.donor.there:
        return "deleted"
    return "changed" if there else "new"
