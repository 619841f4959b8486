# SPDX-License-Identifier: Apache-2.0
"""``allomatch calibrate``: whether predicted probabilities come true in simulated people."""

from __future__ import annotations

import argparse
import csv
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, fields
from pathlib import Path

from .. import _core
from .._calibration_plot import check_plot
from .._words import counted
from ..calibration import Bin, Calibration, calibrate
from ..errors import FormatError
from ..simulation import simulate
from ._common import (
    Progress,
    add_json,
    add_release_options,
    complete_file,
    load_release,
    positive_number,
    read_frequencies,
    say_json,
    whole_number,
)
from ._simulate import KINDS, share
from ._tables import show_table

HELP = "simulate people, predict their matches and compare with the truth"

# Kinds of which a text follows from the allele alone. See "How well it works" of docs/probability.md.
_QUALITY = {"xx": 1.0, "g_group": 1.0, "two_field": 1.0}
_OUT_ENDINGS = (".csv", ".json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("people")
    group.add_argument(
        "--frequencies",
        nargs="+",
        default=["builtin"],
        metavar="F",
        help="haplotype frequency files to draw people from, or 'builtin' (East Asian table, default)",
    )
    group.add_argument("--population", default="", metavar="NAME", help="which set, when there are several")
    group.add_argument("--normalise", action="store_true", help="divide every set by its sum")
    group.add_argument(
        "--donors", type=positive_number, default=10_000, metavar="N", help="default %(default)s"
    )
    group.add_argument(
        "--patients", type=positive_number, default=100, metavar="N", help="default %(default)s"
    )
    group.add_argument("--seed", type=whole_number, default=1, metavar="S", help="default %(default)s")
    group.add_argument(
        "--quality",
        type=share,
        action="append",
        default=[],
        metavar="KIND=WEIGHT",
        help=f"how donors are typed; KIND is one of {', '.join(KINDS)}; kinds not named get none"
        f" (default: {' '.join(f'{kind}={weight:g}' for kind, weight in _QUALITY.items())})",
    )
    group.add_argument(
        "--null-alleles",
        type=float,
        default=0.0,
        metavar="PART",
        help="part of the people with a null allele that the frequencies do not foresee (default: 0)",
    )
    group = parser.add_argument_group("prediction")
    group.add_argument(
        "--predict-with",
        nargs="+",
        metavar="F",
        help="other frequencies to predict with, to see what a wrong population does",
    )
    group.add_argument(
        "--loci", default="10/10", metavar="LOCI", help="6/6, 8/8, 10/10 (default), 12/12 or a list"
    )
    group.add_argument(
        "--bins", type=positive_number, default=10, metavar="N", help="bins of the table (default: 10)"
    )
    group.add_argument("--out", metavar="F", help="write the table: .csv, or .json with the scores")
    group.add_argument("--plot", metavar="F", help="draw the table: .png, .svg or .pdf (needs matplotlib)")
    add_release_options(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    start = time.perf_counter()
    _check(args)
    names, _ = load_release(args)
    drawn_from = read_frequencies(args.frequencies, names, args.normalise)
    predicting = (
        read_frequencies(args.predict_with, names, args.normalise, "predict-with")
        if args.predict_with
        else drawn_from
    )
    with tempfile.TemporaryDirectory(prefix="allomatch-") as folder:
        with Progress("simulating") as progress:
            files = simulate(
                folder,
                donors=args.donors,
                patients=args.patients,
                seed=args.seed,
                nomenclature=names,
                frequencies=[] if args.frequencies == ["builtin"] else args.frequencies,
                population=args.population,
                normalise=args.normalise,
                quality=dict(args.quality) or _QUALITY,
                null_alleles=args.null_alleles,
                progress=progress,
            )
        with Progress("predicting", args.patients) as progress:
            found = calibrate(
                files["donors"],
                files["patients"],
                files["truth_donors"],
                files["truth_patients"],
                predicting,
                nomenclature=names,
                mac=_core.MacTable.load(files["mac"]) if "mac" in files else None,
                loci=args.loci,
                bins=args.bins,
                progress=progress,
            )
    if args.out is not None:
        _write(found, args.out)
    if args.plot is not None:
        found.plot(args.plot, title=_title(args))
    seconds = round(time.perf_counter() - start, 3)
    if args.json:
        say_json(
            {
                "command": "calibrate",
                "release": names.version,
                "seed": args.seed,
                "frequencies": args.frequencies,
                "predicted_with": args.predict_with or args.frequencies,
                **{name: value for name, value in found.to_dict().items() if name != "bins"},
                "bins": [asdict(one) for one in found.bins if one.pairs],
                "out": args.out,
                "plot": args.plot,
                "seconds": seconds,
            }
        )
        return 0
    _say(found, args)
    print(f"seconds: total {seconds:.2f}")
    return 0


def _check(args: argparse.Namespace) -> None:
    """What would be found wrong only after the work."""
    if args.mac:
        raise FormatError("--mac: a simulation makes its own codes", column="mac")
    if args.out is not None and Path(args.out).suffix not in _OUT_ENDINGS:
        raise FormatError(
            f"{args.out}: a table ends with {' or '.join(_OUT_ENDINGS)}", place=args.out, column="out"
        )
    if args.plot is not None:
        check_plot(args.plot)
    _core.loci_from_text(args.loci)


def _title(args: argparse.Namespace) -> str:
    def called(sources: Sequence[str]) -> str:
        return ", ".join("built-in frequencies" if s == "builtin" else Path(s).name for s in sources)

    drawn, predicting = called(args.frequencies), called(args.predict_with or args.frequencies)
    return f"people of {drawn},\npredicted with {predicting}"


def _write(found: Calibration, path: str) -> None:
    import json

    with complete_file(path) as file:
        if Path(path).suffix == ".json":
            json.dump(found.to_dict(), file, indent=1)
            file.write("\n")
        else:
            writer = csv.DictWriter(file, [field.name for field in fields(Bin)], lineterminator="\n")
            writer.writeheader()
            writer.writerows(asdict(one) for one in found.bins)


def _percent(value: float | None) -> str:
    return "" if value is None else f"{100 * value:.1f}"


def _say(found: Calibration, args: argparse.Namespace) -> None:
    for quantity, title in (("p0", "0 mismatches"), ("p1", "1 mismatch"), ("p2", "2 mismatches")):
        rows = [
            [
                f"{100 * one.lower:g}-{100 * one.upper:g}",
                f"{one.pairs:,}",
                _percent(one.predicted),
                _percent(one.observed),
                f"{_percent(one.observed_low)}-{_percent(one.observed_high)}",
            ]
            for one in found.bins_of(quantity)
            if one.pairs
        ]
        if rows:
            head = ["bin %", "pairs", "predicted %", "true %", "95 % interval"]
            show_table(f"Exactly {title} at {' '.join(found.loci)}", head, rows, right=range(5))
            print()
    head = [
        "of",
        "uncertain",
        "certain",
        "wrong",
        "blank",
        "expected",
        "true",
        "Brier",
        "error %",
        "log-loss",
    ]
    rows = []
    for score in found.scores:
        numbers = (score.pairs, score.certain, score.contradictions, score.blank)
        row = [
            score.quantity,
            *(f"{number:,}" for number in numbers),
            f"{score.expected:,.1f}",
            f"{score.matched:,}",
        ]
        if score.brier is None or score.log_loss is None:
            row += ["", "", ""]
        else:
            row += [f"{score.brier:.4f}", _percent(score.calibration_error), f"{score.log_loss:.4f}"]
        rows.append(row)
    show_table("Scores of the uncertain predictions", head, rows, right=range(1, 10))
    print("certain: exactly 0 or 1; wrong: certain, and not so; error: mean distance from predicted to true")
    print(
        f"\n{counted(found.donors, 'donor')} and {counted(found.patients, 'patient')},"
        f" {counted(found.pairs, 'pair')};"
        f" p0 is uncertain in {found.score('p0').pairs:,} of them"
    )
    print(
        f"unexplained: {counted(found.unexplained_donors, 'donor')},"
        f" {counted(found.unexplained_patients, 'patient')}, {counted(found.unexplained_pairs, 'pair')};"
        f" certain but wrong: {counted(found.contradictions, 'pair')}"
    )
    for what, path in (("table", args.out), ("picture", args.plot)):
        if path is not None:
            print(f"{what} written to {path}")
