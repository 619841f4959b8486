# SPDX-License-Identifier: Apache-2.0
"""``allomatch utilisation``: how the donors of a registry are used, by branch."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from .._words import counted
from ..store import Store
from ..utilisation import BranchUtilisation, Utilisation
from ._common import add_json, add_store, say_json
from ._match_files import check_match_path
from ._tables import show_table, visible

HELP = "how the donors of a registry are used, by branch"

_DONORS = ("donors", "available", "reserved", "unavailable", "retired")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_store(parser)
    parser.add_argument(
        "--from", dest="first", metavar="DAY", help="first day (default: 1 January of the year of --to)"
    )
    parser.add_argument(
        "--to", dest="last", metavar="DAY", help="last day, which counts too (default: today)"
    )
    parser.add_argument(
        "--out", metavar="F", help="write the branches: .csv .tsv .json .jsonl (also .gz), .parquet"
    )
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    if args.out is not None:
        check_match_path(args.out)
    with Store.open(args.store) as store:
        found = store.utilisation(args.first, args.last)
    if args.out is not None:
        found.write(args.out)
    if args.json:
        branches = [asdict(branch) for branch in found]
        days = {"from": found.first, "to": found.last}
        say_json(days | {"branches": branches, "whole": asdict(found.whole), "out": args.out})
    else:
        _show(found)
        if args.out is not None:
            print(visible(f"{counted(len(found), 'row')} written to {args.out}"))
    return 0


def _show(found: Utilisation) -> None:
    rows = [(branch.branch or "(none)", branch) for branch in found] + [("all", found.whole)]
    table = [
        [name, *(f"{getattr(branch, count):,}" for count in _DONORS), f"{branch.repeat_donors:,}"]
        for name, branch in rows
    ]
    head = ["branch", *_DONORS, "gave twice or more"]
    show_table(f"Donors on {found.last}", head, table, right=range(1, len(head)))
    print()
    head = ["branch", "examined", "collections", "abroad", "per 1,000 donors", "median days to collection"]
    table = [[name, *_collections(branch)] for name, branch in rows]
    show_table(f"From {found.first} to {found.last}", head, table, right=range(1, len(head)))
    if found.whole.retired:
        print()
        reasons = sorted(found.whole.retired_for.items(), key=lambda one: (-one[1], one[0]))
        table = [[reason or "(in the donor's record)", f"{donors:,}"] for reason, donors in reasons]
        show_table("Why donors are retired", ["reason", "donors"], table, right=(1,))


def _collections(branch: BranchUtilisation) -> list[str]:
    counts = (branch.examined, branch.collections, branch.abroad_collections)
    rate, days = branch.collections_per_1000, branch.days_to_collection
    return [
        *(f"{count:,}" for count in counts),
        "" if rate is None else f"{rate:,.2f}",
        "" if days is None else f"{days:,.4g}",
    ]
