# SPDX-License-Identifier: Apache-2.0
"""``allomatch simulate``: a registry with known truth and realistic typing quality."""

from __future__ import annotations

import argparse
import time
from pathlib import Path

from .._words import counted
from ..errors import FormatError
from ..simulation import simulate
from ._common import Progress, add_json, add_release_options, load_release, say_json, whole_number

HELP = "draw donors and patients from haplotype frequencies"

KINDS = ("serology", "xx", "mac", "g_group", "two_field", "three_field")


def share(text: str) -> tuple[str, float]:
    kind, _, weight = text.partition("=")
    try:
        return kind, float(weight)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected KIND=WEIGHT, not '{text}'") from None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--frequencies",
        nargs="+",
        default=[],
        metavar="F",
        help="haplotype frequency files (default: the built-in East Asian table)",
    )
    parser.add_argument("--population", default="", metavar="NAME", help="which set, when there are several")
    parser.add_argument("--normalise", action="store_true", help="divide a set by its sum")
    parser.add_argument(
        "--donors", type=whole_number, default=100_000, metavar="N", help="default %(default)s"
    )
    parser.add_argument("--patients", type=whole_number, default=20, metavar="N", help="default %(default)s")
    parser.add_argument("--seed", type=whole_number, default=1, metavar="S", help="default %(default)s")
    parser.add_argument("--out", default="simulated", metavar="DIR", help="folder (default: %(default)s)")
    parser.add_argument(
        "--quality",
        type=share,
        action="append",
        default=[],
        metavar="KIND=WEIGHT",
        help=f"how donors are typed; KIND is one of {', '.join(KINDS)}; kinds not named get none",
    )
    parser.add_argument(
        "--null-alleles",
        type=float,
        default=0.001,
        metavar="PART",
        help="part of the people with a null allele (default: %(default)s)",
    )
    parser.add_argument("--date", metavar="DATE", help="day of the registry, YYYY-MM-DD")
    add_release_options(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    if args.mac:
        raise FormatError("--mac: a simulation makes its own codes", column="mac")
    names, _ = load_release(args)
    start = time.perf_counter()
    with Progress("writing rows") as progress:
        files = simulate(
            Path(args.out),
            donors=args.donors,
            patients=args.patients,
            seed=args.seed,
            nomenclature=names,
            frequencies=args.frequencies,
            population=args.population,
            normalise=args.normalise,
            quality=dict(args.quality),
            null_alleles=args.null_alleles,
            reference_date=args.date,
            progress=progress,
        )
    seconds = time.perf_counter() - start
    if args.json:
        say_json(
            {
                "command": "simulate",
                "release": names.version,
                "donors": args.donors,
                "patients": args.patients,
                "seed": args.seed,
                "files": {stem: str(path) for stem, path in files.items()},
                "seconds": round(seconds, 3),
            }
        )
        return 0
    people = f"{counted(args.donors, 'donor')} and {counted(args.patients, 'patient')}"
    print(f"{people} in {seconds:.2f} s")
    for path in files.values():
        print(f"  {path}")
    codes = f" --mac {files['mac']}" if "mac" in files else ""
    print(
        f"search them with: allomatch search --donors {files['donors']} --patients {files['patients']}{codes}"
        f" --release {args.release} --max-mismatches 1"
    )
    return 0
