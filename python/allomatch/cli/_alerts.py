# SPDX-License-Identifier: Apache-2.0
"""``allomatch alerts``: waiting patients whom a new or retyped donor fits."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict

from .._words import counted
from ..alerts import Alert
from ..errors import FormatError
from ..store import Store
from ._common import add_json, add_store, say_json, whole_number
from ._tables import show_table, visible

HELP = "waiting patients whom new or retyped donors fit, from standing searches"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_store(parser)
    parser.add_argument("--subscriber", metavar="NAME", help="leave out what this one has acknowledged")
    parser.add_argument(
        "--acknowledge", action="store_true", help="the subscriber has them, once they are all printed"
    )
    parser.add_argument(
        "--after", type=whole_number, default=0, metavar="N", help="alerts with higher numbers only"
    )
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    if args.acknowledge and args.subscriber is None:
        raise FormatError("--acknowledge needs --subscriber", column="acknowledge")
    if args.acknowledge and sys.__stdout__ is None:
        raise FormatError("--acknowledge needs somewhere to print to: stdout is closed", column="acknowledge")
    with Store.open(args.store) as store:
        found = all_alerts(store, args.subscriber, args.after)
        if args.json:
            say_json([asdict(alert) for alert in found])
        else:
            _show(args, found)
        sys.stdout.flush()
        if args.acknowledge and found:
            store.acknowledge(args.subscriber, found[-1].seq)
    return 0


def all_alerts(store: Store, subscriber: str | None, after: int) -> list[Alert]:
    found: list[Alert] = []
    while page := store.alerts(subscriber, after=found[-1].seq if found else after):
        found += page
    return found


def _show(args: argparse.Namespace, found: list[Alert]) -> None:
    if not found:
        print(visible(f"{args.store}: no alerts"))
        return
    rows = [
        [
            str(alert.seq),
            alert.at,
            alert.patient_id,
            str(alert.search),
            alert.donor_id,
            alert.kind,
            match_words(alert),
        ]
        for alert in found
    ]
    show_table(args.store, ["#", "at", "patient", "search", "donor", "kind", "match"], rows, right=(0, 3))


def match_words(alert: Alert) -> str:
    """Mismatches, and the letters of the loci."""
    letters = [
        f"{locus} {value}"
        for locus, value in alert.result.items()
        if isinstance(value, str) and len(value) == 2 and set(value) <= set("APLM-")
    ]
    return ", ".join([counted(alert.result["mismatches"], "mismatch", "mismatches"), " ".join(letters)])
