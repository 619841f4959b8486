# SPDX-License-Identifier: Apache-2.0
"""``allomatch patients``: the patients that a store keeps."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from ..errors import FormatError
from ..store import Store
from ._common import add_actor, add_json, add_store, say_json, shortened
from ._tables import show_table

HELP = "list the patients that a store keeps, or close one"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_store(parser)
    parser.add_argument("--close", metavar="ID", help="this patient does not wait any more")
    parser.add_argument("--reason", metavar="TEXT", help="why")
    add_actor(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    if (args.close is None) != (args.reason is None):
        raise FormatError("--close and --reason need each other", column="close")
    with Store.open(args.store) as store:
        if args.close is not None:
            store.close_patient(args.close, args.reason, actor=args.actor)
        patients = store.patients()
    if args.json:
        say_json([asdict(patient) for patient in patients])
        return 0
    rows = [
        [
            patient.id,
            "waiting" if patient.active else "closed",
            shortened(", ".join(f"{column} {value}" for column, value in patient.record.items())),
        ]
        for patient in patients
    ]
    show_table(args.store, ["patient", "state", "typing and fields"], rows)
    return 0
