# SPDX-License-Identifier: Apache-2.0
"""``allomatch typing-gain``: which donor to type at which locus."""

from __future__ import annotations

import argparse
from typing import Any

from .._words import counted
from ..errors import FormatError
from ..frequencies import percent_text
from ..matches import Matches
from ..typing_gain import TypingGain
from ._common import add_json, add_reading_options, positive_number, say_json
from ._people import (
    add_frequencies,
    add_people,
    add_threads,
    patient_called,
    read_people,
    stopped_by_strict,
)
from ._search import add_request, request_options
from ._tables import show_table, visible

HELP = "which donor to type at which locus: what the answer would change"

_SHOWN = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_people(parser)
    parser.add_argument("--patient", metavar="ID", help="one patient only")
    parser.add_argument(
        "--most",
        type=positive_number,
        default=_SHOWN,
        metavar="N",
        help=f"rows a patient (default: {_SHOWN})",
    )
    add_reading_options(parser)
    add_request(parser)
    add_frequencies(parser)
    add_threads(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    options = request_options(args)
    if not args.frequencies:
        raise FormatError(
            "--frequencies is needed: what typing would bring is told by probabilities", column="frequencies"
        )
    people = read_people(args)
    if stopped_by_strict(args, people):
        return 3
    patients = people.patients if args.patient is None else [patient_called(people, args.patient)]
    found: list[dict[str, Any]] = []
    for patient in patients:
        matches = people.donors.search(patient, **options, **people.predicting)
        gains = matches.typing_gain()[: args.most]
        if args.json:
            rows = [gain._asdict() for gain in gains]
            found.append({"patient_id": patient.id, "donors": matches.total, "typing_gain": rows})
        else:
            show_gains(matches, gains)
    if args.json:
        say_json({"command": "typing-gain", **people.accounts(), "patients": found})
    else:
        people.say()
    return 3 if people.refused else 0


def show_gains(matches: Matches, gains: list[TypingGain]) -> None:
    """The donors and loci of one patient that are worth most."""
    title = f"Patient {matches.patient.id}: {counted(matches.total, 'donor')}"
    if not gains:
        print(f"{visible(title)}; no typing of a donor would tell more\n")
        return
    head = [
        "donor",
        "locus",
        "gain",
        "P(0)",
        "P(locus matches)",
        "then P(0)",
        "#",
        "# if match",
        "# if mismatch",
    ]
    rows = [
        [
            gain.donor_id,
            gain.locus,
            percent_text(gain.gain) + "%",
            percent_text(gain.p0) + "%",
            percent_text(gain.locus_p0) + "%",
            percent_text(gain.p0_if_match) + "%",
            str(gain.rank),
            str(gain.rank_if_match),
            str(gain.rank_if_mismatch),
        ]
        for gain in gains
    ]
    show_table(title, head, rows, right=range(2, 9))
    print()
