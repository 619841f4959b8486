# SPDX-License-Identifier: Apache-2.0
"""``allomatch why``: why a donor is on the list of a search, or is not."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from .._words import counted
from ..listing import Listing
from ._common import add_json, add_reading_options, say_json
from ._people import (
    add_frequencies,
    add_pair,
    add_threads,
    patient_of_pair,
    read_people,
    say_refused_others,
    stopped_by_strict,
)
from ._search import add_request, request_options
from ._tables import LEGEND, visible

HELP = "why a donor is not on the list of a search"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_pair(parser)
    add_reading_options(parser)
    add_request(parser)
    add_frequencies(parser)
    add_threads(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    options = request_options(args)
    people = read_people(args)
    if stopped_by_strict(args, people):
        return 3
    listing = people.donors.why(patient_of_pair(people, args), args.donor, **options, **people.predicting)
    if args.json:
        say_json({"release": people.names.version, **asdict(listing)})
    else:
        show_listing(listing, args.top)
        say_refused_others(people)
    return 3 if people.refused else 0


def show_listing(listing: Listing, top: int | None) -> None:
    """The answer, a line for each reason."""
    if listing.listed:
        print(visible(listing.words))
        return
    best = f", the best {top:,} listed" if top is not None and top < listing.total else ""
    donors = f"{counted(listing.total, 'donor')}{best}"
    print(visible(f"Patient {listing.patient_id}: {donors}; {listing.donor_id} is not among them:"))
    for reason in listing.reasons:
        print(visible(f"  - {reason['words']}"))
    if any("letters" in reason or reason.get("loci") for reason in listing.reasons):
        print(LEGEND)
