# SPDX-License-Identifier: Apache-2.0
"""``allomatch index``: snapshots of a registry, to be opened at once."""

from __future__ import annotations

import argparse
import sys
import time
from typing import Any

from .. import _core
from .._words import counted
from ..errors import SnapshotError
from ..registry import Registry
from ._common import (
    DONOR_FILE,
    account,
    add_import_report,
    add_json,
    add_reading_options,
    add_store,
    check_report_path,
    load_release,
    read_donors,
    say_account,
    say_json,
    shortened,
    write_import_report,
)
from ._snapshot import HOW
from ._switch import add_store_rules, open_with_rules
from ._tables import visible

HELP = "build, update, show or verify a snapshot of a registry"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True, dest="action")
    build = actions.add_parser("build", help="read donors and write a snapshot", allow_abbrev=False)
    build.add_argument("--donors", required=True, metavar="F", help=DONOR_FILE)
    build.add_argument("--out", required=True, metavar="F", help="snapshot to write, such as pool.amx")
    add_reading_options(build)
    add_import_report(build)
    info = actions.add_parser("info", help="what a snapshot is of, from its header", allow_abbrev=False)
    verify = actions.add_parser("verify", help="check all of a snapshot", allow_abbrev=False)
    for action in (info, verify):
        action.add_argument("file", metavar="FILE", help="snapshot")
    verify.add_argument(
        "--release",
        metavar="DIR",
        help="the release it was built with, to check the contents too; not needed for 'builtin' and 'names'",
    )
    update = actions.add_parser(
        "update", help="bring the snapshot beside a registry store up to date", allow_abbrev=False
    )
    add_store(update)
    add_store_rules(update)
    for action in (build, info, verify, update):
        add_json(action)


def run(args: argparse.Namespace) -> int:
    actions = {"build": _build, "info": _info, "verify": _verify, "update": _update}
    return actions[args.action](args)


def _build(args: argparse.Namespace) -> int:
    check_report_path(args.import_report)
    names, mac = load_release(args)
    donors = read_donors(args.donors, names, mac, args.nulls)
    report = donors.report
    if args.import_report:
        write_import_report(args.import_report, [report])
    if args.strict and report.rows_refused:
        first = shortened(report.problems[0]["message"])
        print(
            f"allomatch: nothing was written: {report.rows_refused:,} refused (--strict), the first: {first}",
            file=sys.stderr,
        )
        return 3
    start = time.perf_counter()
    donors.save(args.out)
    seconds = time.perf_counter() - start
    info = _core.snapshot_info(args.out)
    if args.json:
        summary = {"command": "index build", "donors": account(report), "seconds": round(seconds, 3)}
        say_json(summary | {"snapshot": _summary(info)})
    else:
        say_account("donors", report)
        print(f"written in {seconds:.2f} s: {args.out}, {info['bytes']:,} bytes, release {info['release']}")
    return 3 if report.rows_refused else 0


def _info(args: argparse.Namespace) -> int:
    info = _core.snapshot_info(args.file)
    if args.json:
        say_json({"command": "index info"} | info)
        return 0
    print(f"{args.file}: {info['donors']:,} donors, {info['bytes']:,} bytes")
    print(f"  format version {info['format_version']}, written by allomatch {info['written_by']}")
    print(f"  release {info['release']} (fingerprint {info['release_fingerprint']})")
    mac = info["mac_fingerprint"]
    print("  read without NMDP codes" if mac is None else f"  read with NMDP codes (fingerprint {mac})")
    print(f"  null alleles beside expressed ones: {info['nulls']}")
    if info["store"] is not None:
        print(f"  version {info['store_version']} of the store {info['store']}")
    largest = sorted(info["sections"], key=lambda section: -section["bytes"])[:5]
    print(f"  {len(info['sections'])} sections, the largest:")
    for section in largest:
        print(f"    {section['name']}: {section['bytes']:,} bytes")
    return 0


def _verify(args: argparse.Namespace) -> int:
    start = time.perf_counter()
    info = _core.verify_snapshot(args.file)
    names = _core.Nomenclature.open(args.release) if args.release else None
    try:
        Registry.open(args.file, names)
        contents = True
    except SnapshotError:
        if names is not None or info["release"] in _known_releases():
            raise
        contents = False
    seconds = time.perf_counter() - start
    if args.json:
        summary = {"command": "index verify", "checksums": True, "contents": contents}
        say_json(summary | {"seconds": round(seconds, 3), "snapshot": _summary(info)})
        return 0
    print(f"{args.file}: the checksums of {len(info['sections'])} sections are right ({seconds:.2f} s)")
    if contents:
        print(f"  the contents fit release {info['release']}")
    else:
        print(f"  the contents were not checked: give release {info['release']} with --release")
    return 0


def _update(args: argparse.Namespace) -> int:
    start = time.perf_counter()
    with open_with_rules(args.store, args) as store:
        done = store.write_snapshot()
    seconds = time.perf_counter() - start
    if args.json:
        say_json(
            {"command": "index update", "store": args.store} | done._asdict() | {"seconds": round(seconds, 3)}
        )
    else:
        print(
            visible(
                f"{done.file}: {HOW[done.how]}, {counted(done.donors, 'donor')} of version {done.version:,}"
                f" ({seconds:.2f} s)"
            )
        )
    return 0


def _known_releases() -> set[str]:
    return {_core.Nomenclature.builtin().version, _core.Nomenclature.names().version}


def _summary(info: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in info.items() if name != "sections"}
