# SPDX-License-Identifier: Apache-2.0
"""``allomatch import``: what a donor file holds, which rows cannot be used; and donors into a store."""

from __future__ import annotations

import argparse
import collections
from typing import Any

from ..registry import Registry
from ._common import (
    DONOR_FILE,
    account,
    add_import_report,
    add_json,
    add_reading_options,
    check_report_path,
    load_release,
    read_donors,
    refused_by_strict,
    say_account,
    say_json,
    shortened,
    write_import_report,
)
from ._import_store import add_store_options, check_store_options, import_into_store
from ._tables import show_table, visible

HELP = "read a donor file and account for every row; with --store bring a registry store to it"

_SHOWN_REASONS = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--donors", required=True, metavar="F", help=DONOR_FILE)
    add_reading_options(parser)
    add_store_options(parser)
    add_import_report(parser, "--report")
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    check_report_path(args.import_report)
    check_store_options(args)
    if args.store is not None:
        return import_into_store(args)
    names, mac = load_release(args)
    donors = read_donors(args.donors, names, mac, args.nulls)
    report = donors.report
    if args.import_report:
        write_import_report(args.import_report, [report])
    if refused_by_strict(args.strict, [report], consequence="nothing was taken"):
        return 3
    reasons = collections.Counter((p["column"], p["reason"]) for p in report.problems)
    memory = donors.memory()
    summary: dict[str, Any] = {
        "command": "import",
        "release": names.version,
        "donors": account(report),
        "reasons": [
            {"column": column, "reason": reason, "count": count}
            for (column, reason), count in reasons.most_common()
        ],
        "loci": donors.loci(),
        "fields": donors.fields,
        "memory": memory,
        "bytes_per_donor": round(memory["total"] / len(donors), 1) if len(donors) else None,
        "report": args.import_report,
    }
    if args.json:
        say_json(summary)
    else:
        show(summary, donors)
    return 3 if report.rows_refused else 0


def show(summary: dict[str, Any], donors: Registry) -> None:
    say_account(f"{donors.report.source}", donors.report)
    print(f"release {summary['release']}")
    print()
    if summary["reasons"]:
        rows = [
            [f"{r['count']:,}", r["column"], shortened(r["reason"])]
            for r in summary["reasons"][:_SHOWN_REASONS]
        ]
        show_table("Why rows were refused", ["rows", "column", "reason"], rows, right=(0,))
        print()
    rows = [
        [locus, *(f"{found[name]:,}" for name in ("typed", "genotypes", "texts", "classes"))]
        for locus, found in summary["loci"].items()
    ]
    show_table("Typed loci", ["locus", "donors", "genotypes", "texts", "classes"], rows, right=(1, 2, 3, 4))
    print()
    if summary["fields"]:
        print(visible("fields: " + ", ".join(summary["fields"])))
    per_donor = (
        "" if summary["bytes_per_donor"] is None else f", {summary['bytes_per_donor']:,} bytes a donor"
    )
    print(f"memory: {summary['memory']['total']:,} bytes{per_donor}")
