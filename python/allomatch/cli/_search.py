# SPDX-License-Identifier: Apache-2.0
"""``allomatch search``: the best donors for each patient."""

from __future__ import annotations

import argparse
import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from .. import _core
from .._words import counted
from ..errors import FormatError
from ..frequencies import percent_text
from ..matches import Match, Matches
from ..report import LANGUAGES, MOST_DONORS, ReportFiles, check_report
from ..request import Loci, search_options
from ._common import (
    Progress,
    add_import_report,
    add_json,
    add_reading_options,
    positive_number,
    say_json,
    whole_number,
)
from ._keeping import Keeping, add_keeping, keeping
from ._match_files import OpenMatchFile
from ._people import (
    People,
    add_frequencies,
    add_matching,
    add_output,
    add_people,
    add_ranking,
    read_people,
    stopped_by_strict,
)
from ._tables import LEGEND, show_table, visible

HELP = "find donors for patients"

_SHOWN_DONORS = 10
_SHOWN_PATIENTS = 50
_HITS_AT_ONCE = 4_000_000
_PATIENTS_AT_ONCE = 256
_TCE = {
    None: "-",
    "match": "match",
    "permissive": "permissive",
    "nonpermissive_gvh": "non-permissive GvH",
    "nonpermissive_hvg": "non-permissive HvG",
    "unknown": "unknown",
}


class Listed:
    """What a command calls those it lists, and what it shows and tells of them."""

    one = "donor"
    many = "donors"
    one_found = "donor"
    shows_dpb1 = True
    fields: tuple[str, ...] = ("birth_date", "age", "sex", "cmv", "abo", "status", "branch")
    numbers: tuple[str, ...] = ()

    def columns(self, known: Sequence[str]) -> list[str]:
        return [name for name in self.fields if name in known]

    def cell(self, match: Match, donor: dict[str, Any], column: str) -> str:
        return str(donor.get(column, ""))

    def facts(self, options: dict[str, Any]) -> dict[str, Any]:
        """What the summary says besides."""
        return {}

    def notes(self, people: People, options: dict[str, Any]) -> list[str]:
        """Lines between the legend and the accounts."""
        return []

    def none_found(self, people: People) -> list[str]:
        """Lines after the accounts of a search that found nobody."""
        return []


def locus_limit(text: str) -> tuple[str, int]:
    locus, equals, number = text.partition("=")
    if not locus or not equals or not number.isascii() or not number.isdigit() or len(number) > 3:
        raise argparse.ArgumentTypeError(f"expected LOCUS=N such as DRB1=0, not '{text}'")
    return locus, int(number)


def add_shown(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--also",
        default="auto",
        metavar="LOCI",
        help="loci to compare and show without searching on them, or none (default: all that are typed)",
    )
    parser.add_argument(
        "--tce-version",
        default="",
        metavar="V",
        help="assignment of DPB1 to TCE groups: V1, V2 .. (default: newest)",
    )


def add_where(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--where",
        metavar="EXPR",
        help="condition on donor fields, and with --frequencies on p0, A_p0, dpb1_p_match ..:"
        ' "age < 36 and p0 >= 0.5"',
    )


def add_request(parser: argparse.ArgumentParser) -> None:
    """What `request_options` takes, but for the threads."""
    group = parser.add_argument_group("what is searched")
    add_matching(group)  # type: ignore[arg-type]
    group.add_argument(
        "--max-mismatches",
        type=whole_number,
        metavar="N",
        help="most potential mismatches over the searched loci (default: 0)",
    )
    group.add_argument("--min-mismatches", type=whole_number, metavar="N", help="leave better donors out")
    group.add_argument("--exactly", type=whole_number, metavar="K", help="donors with exactly K mismatches")
    group.add_argument(
        "--limit",
        type=locus_limit,
        action="append",
        default=[],
        metavar="LOCUS=N",
        help="most mismatches at a locus",
    )
    group.add_argument(
        "--accept",
        metavar="LOCI",
        help="loci of which one may have one mismatch, the others none: A,B",
    )
    add_shown(group)  # type: ignore[arg-type]
    group.add_argument(
        "--direction",
        choices=("both", "gvh", "hvg"),
        default="both",
        help="which mismatches the limits count (default: both)",
    )
    add_where(group)  # type: ignore[arg-type]
    add_ranking(group)  # type: ignore[arg-type]
    group.add_argument("--top", type=positive_number, metavar="K", help="the best K donors of each patient")


def add_report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--report",
        metavar="F.html",
        help=f"a page to read and print: with several patients F-ID.html for each and F.html with links;"
        f" the best {MOST_DONORS} donors, or --top",
    )
    parser.add_argument("--lang", choices=LANGUAGES, help=f"language of the report (default: {LANGUAGES[0]})")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_people(parser)
    add_reading_options(parser)
    add_request(parser)
    add_frequencies(parser)
    add_output(parser)
    add_report(parser)
    add_keeping(parser)
    add_import_report(parser)
    add_json(parser)


def request_options(args: argparse.Namespace) -> dict[str, Any]:
    """The options as the library takes them, checked against each other."""
    if args.exactly is not None and (args.max_mismatches is not None or args.min_mismatches is not None):
        raise FormatError("--exactly stands for --min-mismatches and --max-mismatches; give one or the other")
    limits: dict[str, int] = {}
    for locus, number in args.limit:
        if locus in limits:
            raise FormatError(f"--limit: {locus} is limited twice", column="limit")
        limits[locus] = number
    options: dict[str, Any] = {
        "loci": args.loci,
        "max_mismatches": args.max_mismatches or 0,
        "min_mismatches": args.min_mismatches or 0,
        "exactly": args.exactly,
        "limits": limits,
        "direction": args.direction,
        "homozygous_once": args.homozygous_once,
        "where": args.where,
        "rank": args.rank,
        "accept": args.accept or "",
        "also": args.also,
        "tce_version": args.tce_version,
        "top": args.top,
        "on": args.on,
        "threads": args.threads,
    }
    search_options(**options)
    return options


def found(people: People, options: dict[str, Any]) -> Iterator[Matches]:
    """Results in the order of the patients, so many at a time that memory stays bounded."""
    options = options | people.predicting
    most = min(options["top"] or len(people.donors), len(people.donors))
    step = max(2, min(_PATIENTS_AT_ONCE, _HITS_AT_ONCE // max(1, most)))
    with Progress("searching", len(people.patients)) as progress:
        for start in range(0, len(people.patients), step):
            progress(start)
            yield from people.donors.search_many(people.patients[start : start + step], **options)


def open_report(args: argparse.Namespace, people: People, options: dict[str, Any]) -> ReportFiles | None:
    """The pages that `--report` asks for; they are written patient by patient."""
    if args.report is None:
        return None
    return ReportFiles(
        args.report,
        several=len(people.patients) != 1,
        lang=args.lang or LANGUAGES[0],
        searched=options | people.predicting,
        reports=people.reports,
        most=args.top or MOST_DONORS,
    )


def run(args: argparse.Namespace) -> int:
    options = request_options(args)
    return run_search(args, options["loci"], lambda _: options, kept=keeping(args))


def run_search(
    args: argparse.Namespace,
    searched: Loci,
    options_for: Callable[[People], dict[str, Any]],
    listed: Listed | None = None,
    kept: Keeping | None = None,
) -> int:
    """Search for all patients: table, match file, report, summary. The options may depend on the donors."""
    start = time.perf_counter()
    listed = listed or Listed()
    if args.report is not None:
        check_report(args.report)
    elif args.lang is not None:
        raise FormatError("--lang needs --report", column="lang")
    loci = _core.loci_from_text(searched if isinstance(searched, str) else ",".join(searched))
    # Told before the work if it cannot be written.
    out = None if args.out is None else OpenMatchFile(args.out, loci)
    donors_found = rows = without = unexplained_donors = unexplained_patients = 0
    try:
        people = read_people(args)
        if stopped_by_strict(args, people):
            return 3
        if out is not None:
            out.predicts(people.frequencies)
        options = options_for(people)
        searching = time.perf_counter()
        report = open_report(args, people, options)
        most = _SHOWN_DONORS if report is None else MOST_DONORS
        shown = options if out is not None or kept is not None else options | {"top": args.top or most}
        with out or contextlib.nullcontext() as file:
            for number, matches in enumerate(found(people, shown)):
                donors_found += matches.total
                rows += len(matches)
                without += matches.total == 0
                if matches.has_probabilities:
                    unexplained_donors += matches.unexplained
                    unexplained_patients += not matches.patient_explained
                if kept is not None:
                    kept.keep(matches)
                if report is not None:
                    report.add(matches)
                if file is not None:
                    file.add(matches)
                elif not args.json and number < _SHOWN_PATIENTS:
                    show_matches(matches, args.top or _SHOWN_DONORS, listed)
            if report is not None:
                report.finish()
    finally:
        if out is not None:
            out.abandon()
    people.seconds["search"] = round(time.perf_counter() - searching, 3)
    people.seconds["total"] = round(time.perf_counter() - start, 3)
    summary = {
        "command": args.command,
        **people.accounts(),
        "loci": loci,
        **listed.facts(options),
        "matches": {
            "patients": len(people.patients),
            "patients_without_donor": without,
            "donors_found": donors_found,
            "rows": rows if out is not None else 0,
        },
        "out": args.out,
        "report": args.report,
        "seconds": people.seconds,
    }
    if kept is not None:
        summary["kept"] = kept.kept
    if people.frequencies:
        summary["matches"]["patients_unexplained"] = unexplained_patients
        summary["matches"]["rows_with_unexplained_donor"] = unexplained_donors
    if args.json:
        say_json(summary)
    else:
        say_summary(people, summary, listed, listed.notes(people, options))
        if kept is not None:
            kept.say()
    return 3 if people.refused else 0


def show_matches(matches: Matches, shown: int, listed: Listed) -> None:
    """The best donors of one patient."""
    donors = matches[:shown]
    fields = listed.columns(matches.registry.fields)
    chances = ["P(0)", "P(1)"] if matches.has_probabilities else []
    dpb1 = listed.shows_dpb1 and any("DPB1" in m.also and m.dpb1_tce is not None for m in donors)
    decision = ["DPB1", "TCE"] if dpb1 else []
    head = ["#", listed.one, "mismatches", *chances, *matches.loci, *decision, *fields, "placed by"]
    rows = []
    for match in donors:
        donor = match.donor()
        most = f"-{match.mismatches_max}" if match.mismatches_max != match.mismatches else ""
        letters = match.letters
        rows.append(
            [
                str(match.rank),
                match.donor_id,
                f"{match.mismatches}{most}",
                *(percent(match, k) for k in range(len(chances))),
                *(letters[locus] for locus in matches.loci),
                *((match.also.get("DPB1", "--"), _TCE[match.dpb1_tce]) if dpb1 else ()),
                *(listed.cell(match, donor, name) for name in fields),
                match.reason,
            ]
        )
    best = f", the best {len(donors)} shown" if len(donors) < matches.total else ""
    total = counted(matches.total, listed.one_found, listed.many)
    title = f"Patient {matches.patient.id}: {total}{best}"
    if matches.has_probabilities and not matches.patient_explained:
        title += "; the frequencies do not explain the patient"
    if rows:
        first = 3 + len(chances)
        numbers = (i for i, name in enumerate(head) if name in listed.numbers)
        right = (0, 2, *range(3, first), *numbers)
        letters_end = first + len(matches.loci) + (1 if dpb1 else 0)
        show_table(title, head, rows, right=right, letters=range(first, letters_end))
    else:
        print(visible(title))
    print()


def percent(match: Match, mismatches: int) -> str:
    """Probability of a number of mismatches for the eye."""
    if match.p is None:
        return "unexplained" if mismatches == 0 and match.explained is False else "-"
    return percent_text(match.p[mismatches]) + "%"


def say_summary(people: People, summary: dict[str, Any], listed: Listed, notes: Sequence[str]) -> None:
    if summary["out"] is None:
        hidden = len(people.patients) - _SHOWN_PATIENTS
        if hidden > 0:
            print(f".. and {counted(hidden, 'more patient')}; --out F writes all\n")
        if people.patients:
            print(LEGEND)
    for note in notes:
        print(note)
    people.say()
    counts = summary["matches"]
    if not counts["donors_found"]:
        for note in listed.none_found(people):
            print(note)
    found = counted(counts["donors_found"], listed.one_found, listed.many)
    without = counted(counts["patients_without_donor"], "patient")
    print(
        f"{found} found for {counted(counts['patients'], 'patient')} at {' '.join(summary['loci'])},"
        f" {without} without one; release {summary['release']}"
    )
    if "patients_unexplained" in counts:
        print(
            f"not explained by the frequencies: patients {counts['patients_unexplained']:,},"
            f" rows with such a donor {counts['rows_with_unexplained_donor']:,}"
        )
    if summary["out"] is not None:
        print(f"{counted(counts['rows'], 'row')} written to {summary['out']}")
    if summary["report"] is not None:
        print(f"report written to {summary['report']}")
    seconds = summary["seconds"]
    print("seconds: " + ", ".join(f"{name} {value:.2f}" for name, value in seconds.items()))
