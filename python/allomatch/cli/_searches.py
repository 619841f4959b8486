# SPDX-License-Identifier: Apache-2.0
"""``allomatch searches``: the searches that a store keeps."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from ..errors import FormatError
from ..store import Store
from ._common import add_actor, add_json, add_store, positive_number, say_json
from ._tables import show_table

HELP = "list the searches that a store keeps, or end a standing one"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_store(parser)
    parser.add_argument("--end", type=positive_number, metavar="ID", help="do not ask this one any more")
    parser.add_argument("--reason", metavar="TEXT", help="why it ends")
    add_actor(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    if (args.end is None) != (args.reason is None):
        raise FormatError("--end and --reason need each other", column="end")
    with Store.open(args.store) as store:
        if args.end is not None:
            store.end_search(args.end, args.reason, actor=args.actor)
        searches = store.searches()
    if args.json:
        say_json([asdict(search) for search in searches])
        return 0
    rows = [
        [
            str(search.id),
            search.patient_id,
            search.at,
            search.actor,
            ("ended" if search.ended else "standing") if search.standing else "",
            f"{search.runs:,}",
            search.last_run,
            f"{search.total:,}",
        ]
        for search in searches
    ]
    head = ["#", "patient", "kept", "by", "standing", "runs", "last asked", "donors"]
    show_table(args.store, head, rows, right=(0, 5, 7))
    return 0
