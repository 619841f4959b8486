# SPDX-License-Identifier: Apache-2.0
"""``allomatch reinterpret``: what the donors mean under another release, before it is used."""

from __future__ import annotations

import argparse
from typing import Any

from .. import _core
from .._words import counted
from ..donors import Donors
from ..errors import FormatError
from ..meaning import MeaningChanges
from ._common import (
    NULLS,
    SNAPSHOT_ENDING,
    account,
    add_json,
    add_release_options,
    load_release,
    positive_number,
    read_donors,
    say_json,
    shortened,
)
from ._tables import show_table, visible

HELP = "what donors mean under another release or table of codes, before it is used"

_SHOWN = 20
_LONGEST_CELL = 60


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--donors", required=True, metavar="F", help="donor file: CSV, TSV or GL lines, plain or .gz"
    )
    add_release_options(parser)
    parser.add_argument(
        "--nulls",
        choices=NULLS,
        default=NULLS[0],
        help="what becomes of null alleles beside expressed ones (default: %(default)s)",
    )
    add_other_reading(parser)
    add_changes(parser)
    add_json(parser)


def add_other_reading(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("the other reading, each as the first where it is left out")
    group.add_argument("--to-release", metavar="DIR", help="release folder, 'builtin' or 'names'")
    group.add_argument("--to-mac", metavar="F", help="table of NMDP codes")
    group.add_argument("--to-nulls", choices=NULLS, help="rule for null alleles")


def add_changes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--list-alleles", action="store_true", help="list typings of which only the alleles differ too"
    )
    parser.add_argument(
        "--most",
        type=positive_number,
        default=_SHOWN,
        metavar="N",
        help=f"changes to print (default: {_SHOWN})",
    )
    parser.add_argument(
        "--out", metavar="F", help="write all of them: .csv .tsv .json .jsonl (also .gz), .parquet"
    )


def check_other_reading(args: argparse.Namespace) -> None:
    """Something must be other.

    Raises:
        FormatError: no option says what.
    """
    if args.to_release is None and args.to_mac is None and args.to_nulls is None:
        raise FormatError(
            "what to compare with? give --to-release, --to-mac or --to-nulls", column="to-release"
        )


def run(args: argparse.Namespace) -> int:
    check_other_reading(args)
    if args.donors.endswith(SNAPSHOT_ENDING) or _core.is_snapshot(args.donors):
        raise FormatError(
            f"{args.donors}: a snapshot is bound to its release; give the donor file", place=args.donors
        )
    names, mac = load_release(args)
    to_names = names if args.to_release is None else _core.Nomenclature.open(args.to_release)
    to_mac = mac if args.to_mac is None else _core.MacTable.load(args.to_mac)
    before = read_donors(args.donors, names, mac, args.nulls)
    after = read_donors(args.donors, to_names, to_mac, args.to_nulls or args.nulls)
    changes = before.compare_meaning(after, list_alleles_only=args.list_alleles)
    if args.out:
        changes.write(args.out)
    if args.json:
        say_json({"command": "reinterpret"} | summary(args, changes))
    else:
        show(args, changes)
    return exit_code(changes)


def exit_code(changes: MeaningChanges) -> int:
    """3 when donors cannot be read in one of the readings."""
    return 3 if changes.before.report.rows_refused or changes.after.report.rows_refused else 0


def summary(args: argparse.Namespace, changes: MeaningChanges) -> dict[str, Any]:
    def reading(donors: Donors) -> dict[str, Any]:
        return {
            "release": donors.nomenclature.version,
            "nulls": donors.nulls,
            "donors": account(donors.report),
        }

    return {
        "before": reading(changes.before),
        "after": reading(changes.after),
        "donors": changes.donors,
        "loci": changes.loci,
        "changes": len(changes),
        "first": [change._asdict() for change in changes[: args.most]],
        "out": args.out,
    }


def show(args: argparse.Namespace, changes: MeaningChanges) -> None:
    for when, donors in (("before", changes.before), ("after ", changes.after)):
        report = donors.report
        rows = f"{report.rows_taken:,} of {counted(report.rows_read, 'row')} taken"
        print(visible(f"{when}: release {donors.nomenclature.version}, {rows}"))
    print()
    loci = changes.loci
    table = [
        [kind, f"{count:,}", *(f"{at[kind]:,}" if at[kind] else "" for at in loci.values())]
        for kind, count in changes.donors.items()
    ]
    show_table("Donors and loci by what changed", ["", "donors", *loci], table, right=range(1, 2 + len(loci)))
    print()
    shown = changes[: args.most]
    if shown:
        title = counted(len(changes), "change")
        title += f", the first {len(shown)}" if len(shown) < len(changes) else ""
        head = ["donor", "locus", "typing", "change", "before", "after", "reason"]
        rows_shown = [
            [
                change.donor_id,
                change.locus or "",
                _cut(change.text),
                change.change,
                _cut(change.before),
                _cut(change.after),
                shortened(change.reason),
            ]
            for change in shown
        ]
        show_table(title, head, rows_shown)
    if args.out:
        print(visible(f"written: {args.out}"))


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_CELL else text[:_LONGEST_CELL] + " .."
