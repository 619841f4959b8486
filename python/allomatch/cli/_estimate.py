# SPDX-License-Identifier: Apache-2.0
"""``allomatch estimate``: haplotype frequencies of the donors themselves."""

from __future__ import annotations

import argparse
import csv
import math
import time
from typing import Any

from .._words import counted
from ..errors import FormatError
from ..estimation import Estimate, Estimates, estimate, estimate_by, table_rows
from ..frequencies import Frequencies
from ..registry import Registry
from ._common import (
    DONOR_FILE,
    Progress,
    account,
    add_import_report,
    add_json,
    add_reading_options,
    check_report_path,
    complete_file,
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
    write_import_report,
)
from ._people import add_threads
from ._tables import show_table, visible

HELP = "haplotype frequencies of the donors, by maximum likelihood (EM)"

_SHOWN = 20
_OPTIONS = (
    *("unit", "start", "seed", "starts", "prior_population", "prior_people", "stop", "most_iterations"),
    *("cut", "most_pairs", "bootstrap", "level", "threads"),
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--donors", required=True, metavar="F", help=DONOR_FILE)
    parser.add_argument("--out", metavar="F", help="frequency file to write: .csv, also .gz")
    parser.add_argument("--trace", metavar="F", help="write the log-likelihood before each iteration: .csv")
    what = parser.add_argument_group("what to estimate")
    what.add_argument(
        "--loci",
        metavar="LOCI",
        help="6/6 .. 12/12, or a list in the order to write (default: of 10/10 those typed)",
    )
    what.add_argument(
        "--unit",
        choices=["class", "two_fields"],
        default="class",
        help="what is one allele: the class of matching (default), or two fields of the name",
    )
    what.add_argument("--by", metavar="FIELD", help="one set for each value, such as branch or population")
    what.add_argument(
        "--least",
        type=positive_number,
        default=1,
        metavar="N",
        help="with --by: only values of N donors or more",
    )
    what.add_argument("--name", default="pool", metavar="NAME", help="name of the set (default: %(default)s)")
    how = parser.add_argument_group("how")
    how.add_argument(
        "--start",
        choices=["occurrence", "uniform", "random", "prior"],
        help="frequencies to begin with (default: occurrence, or the prior where only that is given)",
    )
    how.add_argument("--seed", type=whole_number, default=1, metavar="S", help="of random starts and samples")
    how.add_argument(
        "--starts",
        type=positive_number,
        default=1,
        metavar="N",
        help="begin N times; the likeliest end stands",
    )
    how.add_argument("--prior", metavar="F", help="an old estimate: a frequency file, or 'builtin'")
    how.add_argument(
        "--prior-population",
        default="",
        metavar="POP",
        help="which set of it (with --by: for values that have none of their name)",
    )
    how.add_argument("--normalise", action="store_true", help="divide each set of it by its sum")
    how.add_argument(
        "--prior-people",
        type=_number,
        default=0.0,
        metavar="N",
        help="as how many people the old estimate counts (default: 0, it is only a start)",
    )
    how.add_argument(
        "--stop",
        type=_number,
        default=1e-8,
        metavar="X",
        help="end when no frequency changes by more (default: %(default)s)",
    )
    how.add_argument("--most-iterations", type=positive_number, default=100_000, metavar="N")
    how.add_argument(
        "--cut",
        type=_number,
        metavar="X",
        help="leave out haplotypes that are rarer (default: those below 1e-8 that nobody needs)",
    )
    how.add_argument(
        "--most-pairs",
        type=positive_number,
        default=1 << 23,
        metavar="N",
        help="haplotype pairs to go through; people with more are resolved with haplotypes of the others"
        " (default: %(default)s, 16 bytes each)",
    )
    how.add_argument(
        "--bootstrap",
        type=whole_number,
        default=0,
        metavar="N",
        help="standard errors and intervals from N samples, at least 20",
    )
    how.add_argument(
        "--level", type=_number, default=0.95, metavar="X", help="of intervals (default: %(default)s)"
    )
    add_threads(parser)
    add_reading_options(parser)
    add_import_report(parser)
    add_json(parser)


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"expected a number, not '{text}'")
    return value


def run(args: argparse.Namespace) -> int:
    for option in ("out", "trace"):
        path = getattr(args, option)
        if path and not path.removesuffix(".gz").endswith(".csv"):
            raise FormatError(f"{path}: is written as .csv, also .csv.gz", place=path, column=option)
    if args.trace and args.by:
        raise FormatError("--trace: one estimate has a trace, not several (--by)", column="trace")
    if args.by and args.name != "pool":
        raise FormatError("--name: with --by the sets are named by the values", column="name")
    check_report_path(args.import_report)
    start = time.perf_counter()
    names, mac = load_release(args)
    prior = read_frequencies([args.prior], names, args.normalise, "prior") if args.prior else None
    donors = read_donors(args.donors, names, mac, args.nulls)
    if args.import_report:
        write_import_report(args.import_report, [donors.report], prior)
    if refused_by_strict(args.strict, [donors.report], prior):
        return 3
    if not len(donors):
        raise FormatError(f"{args.donors}: no donor to estimate from{why_none(donors)}", place=args.donors)
    found = estimates(args, donors, prior)
    if args.out:
        with complete_file(args.out) as file:
            csv.writer(file, lineterminator="\n").writerows(table_rows(list(found.values())))
    if args.trace:
        with complete_file(args.trace) as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["iteration", "log_likelihood"])
            writer.writerows([number, repr(float(x))] for number, x in enumerate(found[args.name].trace, 1))
    seconds = time.perf_counter() - start
    if args.json:
        say_json(summary(args, donors, prior, found, seconds))
    else:
        show(args, donors, prior, found, seconds)
    return 3 if donors.report.rows_refused or (prior and prior.report["rows_refused"]) else 0


def estimates(args: argparse.Namespace, donors: Registry, prior: Frequencies | None) -> Estimates:
    options: dict[str, Any] = {name: getattr(args, name) for name in _OPTIONS}
    with Progress("iterations") as progress:
        options |= {"prior": prior, "progress": lambda iteration, change, likelihood: progress(iteration)}
        if args.by:
            return estimate_by(donors, args.by, args.loci, least=args.least, **options)
        found = Estimates()
        found[args.name] = estimate(donors, args.loci, name=args.name, **options)
        return found


def why_none(donors: Registry) -> str:
    """The first row that was refused, in words."""
    for problem in donors.report.problems:
        return f": {counted(donors.report.rows_refused, 'row')} refused, the first: {problem}"
    return ""


def summary(
    args: argparse.Namespace,
    donors: Registry,
    prior: Frequencies | None,
    found: Estimates,
    seconds: float,
) -> dict[str, Any]:
    return {
        "command": "estimate",
        "release": donors.nomenclature.version,
        "donors": account(donors.report),
        "prior": None if prior is None else frequency_account(prior),
        "unit": args.unit,
        "log_likelihood": sum(one.log_likelihood for one in found.values()),
        "sets": [
            {
                "population": one.name,
                "loci": one.loci,
                "haplotypes": len(one),
                "people": one.people,
                "left_out": one.left_out,
                "resolved_by_others": one.resolved_by_others,
                "typings": one.typings,
                "possible_haplotypes": one.possible,
                "haplotype_pairs": one.pairs,
                "cut_haplotypes": one.cut_haplotypes,
                "cut_mass": one.cut_mass,
                "cut_people": one.cut_people,
                "iterations": len(one.trace),
                "converged": one.converged,
                "log_likelihood": one.log_likelihood,
                "log_likelihood_of_starts": one.log_likelihood_of_starts,
            }
            for one in found.values()
        ],
        "values_left_out": found.left_out,
        "out": args.out,
        "seconds": {"total": round(seconds, 3)},
    }


def show(
    args: argparse.Namespace, donors: Registry, prior: Frequencies | None, found: Estimates, seconds: float
) -> None:
    say_account("donors", donors.report)
    if prior is not None:
        say_frequencies(prior)
    for value, reason in found.left_out.items():
        print(visible(f"{value}: left out: {reason}"))
    for one in found.values():
        state = "converged" if one.converged else "NOT converged"
        print(
            f"{visible(one.name)}: {counted(len(one), 'haplotype')} at {' '.join(one.loci)} of"
            f" {counted(one.people, 'person', 'people')}, log-likelihood {one.log_likelihood:,.4f},"
            f" {state} after {counted(len(one.trace), 'iteration')}"
        )
        reasons = {"untyped": "untyped", "new_alleles": "with a new allele", "too_ambiguous": "too ambiguous"}
        left = ", ".join(f"{number:,} {reasons[why]}" for why, number in one.left_out.items() if number)
        if left:
            print(f"  people left out: {left}")
        if one.resolved_by_others:
            many = counted(one.resolved_by_others, "person", "people")
            print(f"  {many} with too many haplotype pairs, resolved with haplotypes of the others")
        if one.cut_haplotypes:
            rarer = counted(one.cut_haplotypes, "haplotype")
            limit = "1e-08" if args.cut is None else f"{args.cut:g}"
            print(f"  {rarer} below {limit} left out, {one.cut_mass:.3g} of all copies together")
        if one.cut_people:
            print(f"  {counted(one.cut_people, 'person', 'people')} not explained without them")
    if args.out:
        print(f"written to {args.out} ({seconds:.2f} s)")
        return
    for one in found.values():
        show_most_frequent(one)


def show_most_frequent(one: Estimate) -> None:
    table = one.columns()
    with_intervals = "low" in table
    rows = []
    for at in range(min(_SHOWN, len(one))):
        row = [str(at + 1), table["haplotype"][at], f"{table['frequency'][at]:.6f}"]
        if with_intervals:
            row.append(f"{table['low'][at]:.6f} - {table['high'][at]:.6f}")
        rows.append([*row, f"{table['count'][at]:,.1f}"])
    heads = ["", "haplotype", "frequency", *(["interval"] if with_intervals else []), "copies"]
    show_table(one.name, heads, rows, right=[0, 2, len(heads) - 1])
    if len(one) > _SHOWN:
        print(f".. and {counted(len(one) - _SHOWN, 'more haplotype')}; --out F writes all")
