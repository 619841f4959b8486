# SPDX-License-Identifier: Apache-2.0
"""``allomatch cord``: cord units for patients, single or two together."""

from __future__ import annotations

import argparse
import time
from collections.abc import Sequence
from typing import Any

from .. import _core
from .._words import counted
from ..cord_units import CordPairs, CordPairTable, Dose, dose_options, dose_text
from ..errors import FormatError
from ..matches import Match
from ..patient import Patient
from ..request import cord_options, search_options
from ._common import Progress, add_import_report, add_json, add_reading_options, positive_number, say_json
from ._match_files import check_match_path
from ._people import (
    People,
    add_frequencies,
    add_output,
    add_people,
    add_ranking,
    read_people,
    stopped_by_strict,
)
from ._search import Listed, add_report, add_shown, add_where, run_search
from ._tables import show_table, visible

HELP = "find cord units for patients, single or two together"

_SHOWN_PAIRS = 10
_SHOWN_PATIENTS = 50
_DOSES = {"TNC/kg": "tnc", "CD34/kg": "cd34"}
_PAIR_LEGEND = (
    "mismatches of the first and of the second unit with the patient, and between them; TNC in 10^7;"
    " units whose ABO group is not known to be the patient's"
)


class Units(Listed):
    """Cord units that fit alone."""

    one = "unit"
    many = "cord units"
    one_found = "cord unit"
    shows_dpb1 = False
    fields = (*_DOSES, "abo", "sex", "status", "branch")
    numbers = tuple(_DOSES)

    def __init__(self, match: str) -> None:
        self._match = match

    def columns(self, known: Sequence[str]) -> list[str]:
        return [name for name in self.fields if _DOSES.get(name, name) in known]

    def cell(self, match: Match, donor: dict[str, Any], column: str) -> str:
        if column in _DOSES:
            return dose_text(match.tnc_per_kg if column == "TNC/kg" else match.cd34_per_kg)
        return super().cell(match, donor, column)

    def facts(self, options: dict[str, Any]) -> dict[str, Any]:
        return {"match": self._match, "least_doses": least_doses(options)}

    def notes(self, people: People, options: dict[str, Any]) -> list[str]:
        at = " and ".join(options["antigen_level"])
        level = [f"at {at} antigens count: L is no mismatch there"] if at else []
        return [*level, doses_text(people, options)]

    def none_found(self, people: People) -> list[str]:
        return no_cord_unit(people)


def no_cord_unit(people: People) -> list[str]:
    """Told when the file holds other donors only."""
    donors = people.donors
    if any(donors._core.field_values(i).get("type") == "cord" for i in range(len(donors))):
        return []
    return ["none of the donors is a cord unit (type cord)"]


def least_doses(options: dict[str, Any]) -> dict[str, float | None]:
    return {name: options[name] for name in ("min_tnc_per_kg", "min_cd34_per_kg")}


def doses_text(people: People, options: dict[str, Any]) -> str:
    """Which doses were asked for."""
    parts = []
    for field, cells, scale in (("tnc", "TNC", "10^7"), ("cd34", "CD34", "10^5")):
        least = options[f"min_{field}_per_kg"]
        if least is not None:
            parts.append(f"{cells} {least:g} x {scale}/kg")
        else:
            parts.append(
                f"{cells} any" + ("" if field in people.donors.fields else " (no counts in the file)")
            )
    return "least dose of a unit: " + ", ".join(parts)


def check_weights(people: People, asked: bool) -> None:
    """
    Raises:
        FormatError: doses are asked for, and a patient has no weight.
    """
    source = people.patients_report.source
    without = [patient.id for patient in people.patients if asked and not has_weight(patient)]
    if without:
        more = f" and {len(without) - 1:,} more" if len(without) > 1 else ""
        first = next(patient for patient in people.patients if patient.id == without[0])
        what = "weight_kg: no weight above 0" if first.fields.get("weight_kg") else "no weight_kg"
        raise FormatError(
            f"{source}: {what} of patient '{without[0]}'{more}, and doses are asked for each kilogram:"
            " add it, or ask for none with --min-tnc none --min-cd34 none",
            place=source,
            column="weight_kg",
            id=without[0],
        )


def has_weight(patient: Patient) -> bool:
    return float(patient.fields.get("weight_kg") or 0) > 0


def dose(text: str) -> Dose:
    if text in ("guideline", "none"):
        return "guideline" if text == "guideline" else None
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"expected a number, guideline or none, not '{text}'") from None


def add_arguments(parser: argparse.ArgumentParser) -> None:
    single, double = _core.single_unit_doses, _core.double_unit_doses
    add_people(parser)
    add_reading_options(parser)
    group = parser.add_argument_group(
        "what is searched",
        "Default doses are those of the ASTCT guideline (Biol Blood Marrow Transplant 2020;26:2190-2196).",
    )
    group.add_argument(
        "--match",
        default="4/6",
        metavar="N/M",
        help="least match: 4/6 (default) to 6/6, A and B by antigen; or 4/8 to 8/8, by class",
    )
    for name, cells, number, at in (("tnc", "nucleated", "7", 0), ("cd34", "CD34 positive", "5", 1)):
        group.add_argument(
            f"--min-{name}",
            type=dose,
            default="guideline",
            metavar="X",
            help=f"least {cells} cells of a unit, 10^{number} for each kg of the patient, or none"
            f" (default: {single[at]}, with --double {double[at]}, where units have such counts)",
        )
    group.add_argument("--double", action="store_true", help="two units together, the best pairs")
    group.add_argument(
        "--min-total-tnc", type=float, metavar="X", help="with --double: least dose of both together"
    )
    group.add_argument(
        "--dose-band",
        type=float,
        metavar="X",
        help="with --double: totals within a band of this width are equal (default: 1)",
    )
    add_where(group)  # type: ignore[arg-type]
    add_shown(group)  # type: ignore[arg-type]
    add_ranking(group, default="cord")  # type: ignore[arg-type]
    group.add_argument(
        "--top",
        type=positive_number,
        metavar="K",
        help="the best K units of each patient; with --double pairs (default: 100)",
    )
    add_frequencies(parser)
    add_output(parser)
    add_report(parser)
    add_import_report(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    if args.double:
        return run_double(args)
    for option in ("min_total_tnc", "dose_band"):
        if getattr(args, option) is not None:
            raise FormatError(f"--{option.replace('_', '-')} needs --double", column=option)
    units = cord_options(args.match) | {"where": args.where}
    options = {
        "rank": args.rank,
        "also": args.also,
        "tce_version": args.tce_version,
        "top": args.top,
        "on": args.on,
        "threads": args.threads,
    }
    search_options(**units, **options)

    def with_doses(people: People) -> dict[str, Any]:
        return {**units, **doses_of(args, people, _core.single_unit_doses), **options}

    return run_search(args, units["loci"], with_doses, Units(args.match))


def doses_of(
    args: argparse.Namespace, people: People, guideline: tuple[float, float], *others: float | None
) -> dict[str, Any]:
    """The least doses of a unit, checked against what the files have."""
    doses = dose_options(people.donors, args.min_tnc, args.min_cd34, guideline)
    check_weights(people, any(least is not None for least in (*doses.values(), *others)))
    return doses


def run_double(args: argparse.Namespace) -> int:
    start = time.perf_counter()
    for option in ("report", "lang", "frequencies", "fallback", "normalise", "tce_version"):
        if getattr(args, option):
            raise FormatError(f"--{option.replace('_', '-')} cannot stand beside --double", column=option)
    if args.also != "auto":
        raise FormatError("--also cannot stand beside --double", column="also")
    if args.rank != "cord":
        raise FormatError(
            "--rank cannot stand beside --double: pairs have an order of their own", column="rank"
        )
    options: dict[str, Any] = {
        "min_total_tnc_per_kg": args.min_total_tnc,
        "dose_band": 1.0 if args.dose_band is None else args.dose_band,
        "where": args.where,
        "top": args.top or 100,
        "on": args.on,
        "threads": args.threads,
    }
    cord_options(args.match)
    if args.out is not None:
        check_match_path(args.out)
    people = read_people(args)
    if stopped_by_strict(args, people):
        return 3
    doses = doses_of(args, people, _core.double_unit_doses, args.min_total_tnc)
    options |= doses
    searching = time.perf_counter()
    found = []
    with Progress("searching", len(people.patients)) as progress:
        for number, patient in enumerate(people.patients):
            progress(number)
            found.append(people.donors.search_cord_pairs(patient, args.match, **options))
    table = CordPairTable(found)
    if args.out is not None:
        table.write(args.out)
    people.seconds["search"] = round(time.perf_counter() - searching, 3)
    people.seconds["total"] = round(time.perf_counter() - start, 3)
    summary = {
        "command": "cord",
        **people.accounts(),
        "match": args.match,
        "least_doses": least_doses(options) | {"min_total_tnc_per_kg": args.min_total_tnc},
        "pairs": {
            "patients": len(found),
            "patients_without_pair": sum(pairs.total == 0 for pairs in found),
            "pairs_found": sum(pairs.total for pairs in found),
            "rows": sum(len(pairs) for pairs in found) if args.out is not None else 0,
        },
        "out": args.out,
        "seconds": people.seconds,
    }
    if args.json:
        say_json(summary)
    else:
        say_pairs(people, table, summary, args.top or _SHOWN_PAIRS, doses_text(people, options))
    return 3 if people.refused else 0


def say_pairs(people: People, table: CordPairTable, summary: dict[str, Any], shown: int, asked: str) -> None:
    if summary["out"] is None:
        for pairs in table[:_SHOWN_PATIENTS]:
            show_pairs(pairs, shown)
        hidden = len(table) - _SHOWN_PATIENTS
        if hidden > 0:
            print(f".. and {counted(hidden, 'more patient')}; --out F writes all\n")
        if len(table):
            print(_PAIR_LEGEND)
    least = summary["least_doses"]["min_total_tnc_per_kg"]
    print(asked + ("" if least is None else f"; of both together: TNC {least:g} x 10^7/kg"))
    people.say()
    counts = summary["pairs"]
    if not counts["pairs_found"]:
        for note in no_cord_unit(people):
            print(note)
    pairs_found = counted(counts["pairs_found"], "pair of cord units", "pairs of cord units")
    without = counted(counts["patients_without_pair"], "patient")
    print(
        f"{pairs_found} found for {counted(counts['patients'], 'patient')},"
        f" {without} without one; release {summary['release']}"
    )
    if summary["out"] is not None:
        print(f"{counted(counts['rows'], 'row')} written to {summary['out']}")
    print("seconds: " + ", ".join(f"{name} {value:.2f}" for name, value in summary["seconds"].items()))


def show_pairs(pairs: CordPairs, shown: int) -> None:
    """The best pairs for one patient."""
    head = [
        "#",
        "first",
        "second",
        "mismatches",
        "between them",
        "TNC/kg",
        "lower TNC/kg",
        "ABO not identical",
    ]
    rows = [
        [
            str(pair.rank),
            pair.first,
            pair.second,
            *pair.counts(),
            dose_text(pair.total_tnc_per_kg),
            dose_text(pair.lowest_tnc_per_kg),
            str(pair.abo_not_identical),
        ]
        for pair in pairs[:shown]
    ]
    best = f", the best {len(rows)} shown" if len(rows) < pairs.total else ""
    of_units = f"{counted(pairs.total, 'pair')} of {counted(pairs.units, 'cord unit')}"
    title = f"Patient {pairs.patient.id}: {of_units}{best}"
    if rows:
        show_table(title, head, rows, right=(0, 3, 4, 5, 6, 7))
    else:
        print(visible(title))
    print()
