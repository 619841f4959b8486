# SPDX-License-Identifier: Apache-2.0
"""``allomatch nomenclature``: what a release holds, and how to get one."""

from __future__ import annotations

import argparse
import os

from .. import _core
from ._common import add_json, add_release_options, load_release, say_json
from ._fetch import DEFAULT_BASE, fetch_release

HELP = "show or download a nomenclature release"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True, dest="action")
    info = actions.add_parser("info", help="what a release holds", allow_abbrev=False)
    add_release_options(info)
    add_json(info)
    fetch = actions.add_parser("fetch", help="download a release of IPD-IMGT/HLA", allow_abbrev=False)
    fetch.add_argument("--release", required=True, metavar="V", help="such as 3.58.0")
    fetch.add_argument("--dir", required=True, metavar="D", help="folder to make for it")
    fetch.add_argument(
        "--base",
        metavar="URL",
        help=f"address of the repository (default: ALLOMATCH_NOMENCLATURE_URL, else {DEFAULT_BASE})",
    )
    add_json(fetch)


def run(args: argparse.Namespace) -> int:
    if args.action == "fetch":
        base = args.base or os.environ.get("ALLOMATCH_NOMENCLATURE_URL") or DEFAULT_BASE
        names, files = fetch_release(args.release, args.dir, base)
        summary = _content(names) | {
            "dir": args.dir,
            "files": [file.path for file in files if file.status != "absent"],
            "verified": [file.path for file in files if file.status == "verified"],
            "absent": [file.path for file in files if file.status == "absent"],
        }
        if args.json:
            say_json(summary)
            return 0
        for file in files:
            print(
                f"  {file.path}: {file.bytes:,} bytes, {file.status}"
                if file.bytes
                else f"  {file.path}: absent"
            )
        _say(names)
        print(f"written to {args.dir}; use it with --release {args.dir}")
        print(
            "IPD-IMGT/HLA is licensed CC BY-ND 4.0: keep the folder unmodified and give credit (LICENCE.md)"
        )
        return 0
    names, mac = load_release(args)
    summary = _content(names) | ({"mac_codes": len(mac)} if mac is not None else {})
    if args.json:
        say_json(summary)
        return 0
    _say(names)
    if mac is not None:
        print(f"  {len(mac):,} NMDP codes in {args.mac}")
    return 0


def _content(names: _core.Nomenclature) -> dict[str, object]:
    return {
        "version": names.version,
        "names_only": names.names_only,
        "alleles": names.allele_count,
        "classes": names.class_count,
        "p_groups": names.p_group_count,
        "g_groups": names.g_group_count,
        "old_names": names.old_name_count,
    }


def _say(names: _core.Nomenclature) -> None:
    if names.names_only:
        print("no nomenclature: every allele name cut to two fields is its own class")
        return
    print(f"release {names.version}")
    print(f"  {names.allele_count:,} alleles in {names.class_count:,} classes")
    print(f"  {names.p_group_count:,} P groups, {names.g_group_count:,} G groups")
    print(f"  {names.old_name_count:,} renamed or deleted names")
