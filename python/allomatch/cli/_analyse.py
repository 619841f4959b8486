# SPDX-License-Identifier: Apache-2.0
"""``allomatch analyse``: what a pool looks like, as a page or in the terminal."""

from __future__ import annotations

import argparse
import contextlib
import math
import time
from typing import TYPE_CHECKING, Any

from .. import _core
from ..errors import FormatError
from ..registry import Registry
from ..report import LANGUAGES, check_report
from ..store import Store
from ._common import (
    DONOR_FILE,
    Progress,
    account,
    add_import_report,
    add_json,
    add_reading_options,
    check_report_path,
    frequency_account,
    load_release,
    positive_number,
    read_donors,
    read_frequencies,
    refused_by_strict,
    say_account,
    say_frequencies,
    say_json,
    whole_number,
    with_nulls,
    write_import_report,
)
from ._people import add_threads
from ._tables import show_table, visible

if TYPE_CHECKING:
    from ..analytics import PoolAnalysis
    from ..frequencies import Frequencies

HELP = "what the pool looks like: typing, frequencies, match likelihood, ages, use"

_SHOWN = 5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--donors", required=True, metavar="F", help=DONOR_FILE)
    parser.add_argument("--out", metavar="F", help="write a report: .html, one page that needs no network")
    parser.add_argument("--lang", choices=LANGUAGES, default="en", help="of report and tables")
    parser.add_argument("--top", type=positive_number, metavar="N", help="rows of long tables")
    what = parser.add_argument_group("what to analyse")
    what.add_argument(
        "--frequencies",
        nargs="+",
        metavar="F",
        help="haplotype frequencies, or 'builtin' (default: estimated from the donors themselves)",
    )
    what.add_argument("--population", metavar="POP", help="which set of them")
    what.add_argument(
        "--loci", default="10/10", metavar="LOCI", help="6/6, 8/8, 10/10 (default), 12/12 or a list"
    )
    what.add_argument(
        "--by", default="branch", metavar="FIELD", help="field of groups (default: %(default)s)"
    )
    what.add_argument("--on", metavar="DAY", help="day of ages and reservations (default: today)")
    what.add_argument(
        "--age-limit",
        type=positive_number,
        default=60,
        metavar="N",
        help="donors leave on this birthday (default: %(default)s)",
    )
    what.add_argument(
        "--donations",
        metavar="F",
        help="list of donations: CSV, TSV, also .gz, with the columns day and, if known, branch",
    )
    what.add_argument(
        "--bootstrap",
        type=whole_number,
        default=50,
        metavar="N",
        help="samples of the donors for intervals of frequencies (default: %(default)s)",
    )
    add_threads(parser)
    add_reading_options(parser)
    add_import_report(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    from ..analytics import analyse, read_donations, write_pool_report
    from ..analytics.pool_report import check_pictures

    if args.out:
        check_report(args.out, args.lang)
        check_pictures()
    if args.population is not None and not args.frequencies:
        raise FormatError("--population: names a set of --frequencies", column="population")
    check_report_path(args.import_report)
    start = time.perf_counter()
    names, mac = load_release(args)
    sets = read_frequencies(args.frequencies, names, normalise=True) if args.frequencies else None
    donations = read_donations(args.donations, args.on) if args.donations else None
    with contextlib.ExitStack() as opened:
        store = None
        if _core.is_store(args.donors):
            store = opened.enter_context(Store.open(args.donors, names, mac=mac))
            donors = with_nulls(store.registry(), args.donors, args.nulls)
        else:
            donors = read_donors(args.donors, names, mac, args.nulls)
        if args.import_report:
            write_import_report(args.import_report, [donors.report], sets)
        if refused_by_strict(args.strict, [donors.report], sets):
            return 3
        with Progress("analysing") as progress:
            analysis = analyse(
                donors,
                frequencies=sets,
                population=args.population,
                loci=args.loci,
                by=args.by,
                on=args.on,
                store=store,
                donations=donations,
                age_limit=args.age_limit,
                bootstrap=args.bootstrap,
                threads=args.threads,
                progress=progress,
            )
    if args.out:
        more = {"top": args.top} if args.top else {}
        write_pool_report(analysis, args.out, lang=args.lang, **more)
    seconds = time.perf_counter() - start
    if args.json:
        say_json(summary(args, donors, sets, analysis, seconds))
    else:
        show(args, donors, sets, analysis, seconds)
    return 3 if donors.report.rows_refused or (sets and sets.report["rows_refused"]) else 0


def summary(
    args: argparse.Namespace,
    donors: Registry,
    sets: Frequencies | None,
    analysis: PoolAnalysis,
    seconds: float,
) -> dict[str, Any]:
    return {
        "command": "analyse",
        "release": analysis.release,
        "donors": account(donors.report),
        "frequencies": None if sets is None else frequency_account(sets),
        "population": analysis.population,
        "loci": analysis.loci,
        "on": analysis.on.isoformat(),
        "by": analysis.by,
        "likelihood_mass": analysis.likelihood_mass,
        "tables": {
            name: [
                {key: _plain(value) for key, value in row.items()} for row in table.to_dict(orient="records")
            ]
            for name, table in analysis.tables.items()
            if name != "typing_probabilities"  # one row a donor
        },
        "left_out": analysis.left_out,
        "out": args.out,
        "seconds": {"total": round(seconds, 3)},
    }


def _plain(value: Any) -> Any:
    """A value that JSON has: null for what is missing or infinite."""
    value = value.item() if hasattr(value, "item") else value
    if value is None or value != value or str(value) == "<NA>":
        return None
    return None if isinstance(value, float) and not math.isfinite(value) else value


def show(
    args: argparse.Namespace,
    donors: Registry,
    sets: Frequencies | None,
    analysis: PoolAnalysis,
    seconds: float,
) -> None:
    from ..analytics.pool_report.blocks import Table
    from ..analytics.pool_report.sections import sections

    say_account("donors", donors.report)
    if sets is not None:
        say_frequencies(sets)
    if args.out:
        for name, reason in analysis.left_out.items():
            print(visible(f"{name}: {reason}"))
        print(visible(f"report written to {args.out} ({seconds:.2f} s)"))
        return
    for section in sections(analysis, args.lang, args.top or _SHOWN):
        print(f"\n== {section.title} ==")
        for number, measure in section.figures:
            print(visible(f"{number} {measure}"))
        for part in section.parts:
            start = f"{part.heading}: " if part.heading and not part.blocks else ""
            for words in part.says:
                print(visible(start + words))
            for table in part.blocks:
                if isinstance(table, Table) and table.short:
                    show_table(table.caption, table.heads, table.rows, right=table.right)
                    if table.note:
                        print(f"  {table.note}")
