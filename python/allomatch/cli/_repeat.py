# SPDX-License-Identifier: Apache-2.0
"""``allomatch repeat``: a search that was kept, asked again."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from .._words import counted
from ..errors import FormatError
from ..store import Store
from ..stored import RepeatedSearch, ResultChange
from ._common import (
    add_actor,
    add_json,
    add_release_options,
    add_store,
    load_release,
    positive_number,
    read_frequencies,
    say_json,
    shortened,
)
from ._match_files import check_match_path
from ._people import add_frequencies
from ._tables import show_table, visible

HELP = "ask a search that was kept again: who is new, changed or gone"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("search", type=positive_number, metavar="ID", help="number of the search")
    add_store(parser)
    parser.add_argument("--on", metavar="DATE", help="day that ages are counted at (default: today)")
    add_release_options(parser)
    add_frequencies(parser)
    parser.add_argument(
        "--out", metavar="F", help="write the changes: .csv .tsv .jsonl (also .gz), .json or .parquet"
    )
    add_actor(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    if not args.frequencies:
        for option in ("fallback", "normalise"):
            if getattr(args, option):
                raise FormatError(f"--{option} needs --frequencies", column=option)
    if args.out is not None:
        check_match_path(args.out)
    names, mac = load_release(args)
    frequencies = read_frequencies(args.frequencies, names, args.normalise) if args.frequencies else None
    with Store.open(args.store, names, mac=mac) as store:
        found = store.repeat(
            args.search, frequencies=frequencies, fallback=args.fallback, on=args.on, actor=args.actor
        )
    if args.out is not None:
        found.changes.write(args.out)
    if args.json:
        say_json(_summary(args, found))
    else:
        _show(args, found)
    return 0


def _summary(args: argparse.Namespace, found: RepeatedSearch) -> dict[str, object]:
    return {
        "command": "repeat",
        "search": found.search,
        "run": found.run,
        "patient_id": found.matches.patient.id,
        "before": found.before,
        "donors_found": found.matches.total,
        "unchanged": found.unchanged,
        "conditions": found.conditions,
        "changes": [asdict(change) for change in found.changes],
        "out": args.out,
    }


def _show(args: argparse.Namespace, found: RepeatedSearch) -> None:
    counts = ", ".join(f"{len(found.of(kind)):,} {kind}" for kind in ("new", "changed", "gone"))
    title = f"Search {found.search}, patient {found.matches.patient.id}, since {found.before}: {counts}"
    head = ["change", "donor", "before", "now", "what"]
    rows = [
        [change.change, change.donor_id, _rank(change.rank_before), _rank(change.rank_after), _what(change)]
        for change in found.changes
    ]
    if rows:
        show_table(title, head, rows, right=(2, 3))
    else:
        print(visible(title))
    for condition in found.conditions:
        print(shortened(f"not as before: {condition}"))
    total = counted(found.matches.total, "donor")
    print(f"{total} found, {found.unchanged:,} listed as before; kept as run {found.run}")
    if args.out is not None:
        print(f"{counted(len(found.changes), 'row')} written to {args.out}")


def _rank(rank: int | None) -> str:
    return "" if rank is None else f"{rank:,}"


def _what(change: ResultChange) -> str:
    return shortened(f"{change.reason}: {change.words}" if change.reason else change.words)
