# SPDX-License-Identifier: Apache-2.0
"""``allomatch import --store``: donors into the store of a registry."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import Any

from .. import _core
from .._words import counted
from ..errors import FormatError
from ..store import Store
from ..stored import Difference, ImportOutcome
from ._common import (
    Progress,
    account,
    add_actor,
    load_release,
    refused_by_strict,
    say_account,
    say_json,
    shortened,
    write_import_report,
)
from ._match_files import check_match_path
from ._snapshot import update_snapshot
from ._tables import show_table, visible

_NEED_A_STORE = ("mode", "allow_shrink", "max_removed", "actor", "no_snapshot", "out")
_SHOWN_DIFFERENCES = 50


def add_store_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("into a store")
    group.add_argument("--store", metavar="F", help="registry store; made at the first import")
    group.add_argument(
        "--mode",
        choices=("full", "diff", "check"),
        help="full: the file has every donor, others are deleted; diff: it has what changed; check: what full"
        " would change (default: diff if the file says that it has changes only, else full)",
    )
    group.add_argument("--allow-shrink", action="store_true", help="let a full import delete any share")
    group.add_argument(
        "--max-removed",
        type=float,
        metavar="SHARE",
        help="most that a full import may delete, 0 to 1 (default: 0.1)",
    )
    group.add_argument(
        "--no-snapshot", action="store_true", help="leave the snapshot beside the store as it is"
    )
    group.add_argument("--out", metavar="F", help="with --mode check: write the differences, as a match file")
    add_actor(group)  # type: ignore[arg-type]


def check_store_options(args: argparse.Namespace) -> None:
    """Options of a store without one, and those that do not fit each other.

    Raises:
        FormatError: naming the option.
    """
    if args.store is None:
        for name in _NEED_A_STORE:
            value = getattr(args, name)
            if value is not None and value is not False:
                option = name.replace("_", "-")
                raise FormatError(f"--{option} needs --store", column=option)
    if args.out is not None:
        if args.mode != "check":
            raise FormatError("--out needs --mode check", column="out")
        check_match_path(args.out)


def import_into_store(args: argparse.Namespace) -> int:
    snapshot = None
    names, mac = load_release(args)
    how: dict[str, Any] = {"actor": args.actor, "allow_shrink": args.allow_shrink}
    if args.max_removed is not None:
        how["most_removed"] = args.max_removed
    with open_or_create(args, names, mac) as store, Progress("importing donors") as progress:
        if store.info["nulls"] != args.nulls:
            nulls = store.info["nulls"]
            raise FormatError(f"{args.store}: reads with --nulls {nulls}; give that here too", column="nulls")
        try:
            outcome = store.import_file(args.donors, args.mode, strict=args.strict, progress=progress, **how)
        except FormatError as error:
            if not args.strict or error.row is None or _core.mode_of_donors(args.donors) == "diff":
                raise
            report = store.import_file(args.donors, "check", progress=progress, **how).report
            if args.import_report:
                write_import_report(args.import_report, [report])
            refused_by_strict(True, [report], consequence="nothing was changed")
            return 3
        if outcome.mode != "check" and not args.no_snapshot:
            snapshot = update_snapshot(store)
    if args.import_report:
        write_import_report(args.import_report, [outcome.report])
    if args.out is not None:
        outcome.differences.write(args.out)
    if args.json:
        say_json(_summary(args, outcome, names) | {"snapshot": snapshot and snapshot.file})
    else:
        _show(args, outcome, names)
    return 3 if outcome.report.rows_refused else 0


def open_or_create(args: argparse.Namespace, names: _core.Nomenclature, mac: _core.MacTable | None) -> Store:
    """The store of ``--store``; an import makes it, if there is a donor file to import."""
    if args.mode == "check" or Path(args.store).exists():
        return Store.open(args.store, names, mac=mac)
    _core.check_donor_columns(args.donors)
    return Store.create(args.store, names, mac=mac, nulls=args.nulls, actor=args.actor)


def _counts(outcome: ImportOutcome) -> dict[str, int]:
    return {
        "new": outcome.added,
        "changed": outcome.changed,
        "deleted": outcome.deleted,
        "unchanged": outcome.unchanged,
        "refused": outcome.report.rows_refused,
    }


def _summary(args: argparse.Namespace, outcome: ImportOutcome, names: _core.Nomenclature) -> dict[str, Any]:
    summary: dict[str, Any] = {
        "command": "import",
        "release": names.version,
        "donors": account(outcome.report),
        "store": args.store,
        "mode": outcome.mode,
        "import": outcome.number,
        **_counts(outcome),
        "version": outcome.version,
        "alerts": outcome.alerts,
        "unasked": outcome.unasked,
        "report": args.import_report,
    }
    if outcome.mode == "check":
        summary["differences"] = [asdict(one) for one in outcome.differences]
        summary["out"] = args.out
    return summary


def _show(args: argparse.Namespace, outcome: ImportOutcome, names: _core.Nomenclature) -> None:
    say_account(outcome.report.source, outcome.report)
    if outcome.mode == "check":
        _show_differences(list(outcome.differences))
        if args.out is not None:
            print(visible(f"{counted(len(outcome.differences), 'row')} written to {args.out}"))
    counts = ", ".join(f"{name} {count:,}" for name, count in _counts(outcome).items())
    left = "nothing was changed" if outcome.mode == "check" else f"version {outcome.version:,}"
    if outcome.alerts:
        left += f", {counted(outcome.alerts, 'alert')} for standing searches"
    print(visible(f"{args.store}: {counts}; {left}, release {names.version}"))
    for problem in outcome.unasked:
        print(f"  not asked: {shortened(problem['message'])}")


def _show_differences(differences: list[Difference]) -> None:
    rows = [
        [one.donor_id, one.change, one.column, shortened(one.before), shortened(one.after)]
        for one in differences[:_SHOWN_DIFFERENCES]
    ]
    if rows:
        show_table("What would change", ["donor", "change", "column", "before", "after"], rows)
    if len(differences) > len(rows):
        print(f"  .. and {counted(len(differences) - len(rows), 'more row')}; --out F writes all")
