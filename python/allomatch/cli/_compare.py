# SPDX-License-Identifier: Apache-2.0
"""``allomatch compare``: every patient against every donor."""

from __future__ import annotations

import argparse
import os
import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

from .. import _core
from .._words import counted
from ..matches import Matches
from ..patient import Patient
from ..request import search_options
from ._common import Progress, add_import_report, add_json, add_reading_options, say_json
from ._match_files import OpenMatchFile
from ._people import (
    People,
    add_frequencies,
    add_matching,
    add_output,
    add_people,
    read_people,
    stopped_by_strict,
)
from ._search import percent
from ._tables import LEGEND, show_table

HELP = "every patient against every donor"

_SHOWN_DONORS = 10
_SHOWN_PATIENTS = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_people(parser)
    add_reading_options(parser)
    add_matching(parser)
    add_frequencies(parser)
    add_output(parser)
    add_import_report(parser)
    add_json(parser)


def compared(people: People, patients: list[Patient], args: argparse.Namespace) -> Iterator[Matches]:
    """Results in the order of the patients; a few patients are worked on at once."""
    threads = args.threads or os.cpu_count() or 1

    def one(patient: Patient) -> Matches:
        return people.donors.compare(
            patient, loci=args.loci, homozygous_once=args.homozygous_once, threads=1, **people.predicting
        )

    with Progress("comparing", len(patients)) as progress, ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[Matches]] = deque()
        try:
            for number, patient in enumerate(patients):
                waiting.append(pool.submit(one, patient))
                if len(waiting) > threads:
                    progress(number)
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def run(args: argparse.Namespace) -> int:
    start = time.perf_counter()
    loci = _core.loci_from_text(args.loci)
    search_options(loci=args.loci)
    out = None if args.out is None else OpenMatchFile(args.out, loci)
    try:
        people = read_people(args)
        if stopped_by_strict(args, people):
            return 3
        coverage = None
        if people.frequencies:
            coverage = people.donors.prepare(
                people.frequencies, fallback=people.fallback, threads=args.threads
            )
        comparing = time.perf_counter()
        if out is not None:
            out.predicts(people.frequencies)
            with out as file:
                for matches in compared(people, people.patients, args):
                    file.add(matches)
        elif not args.json:
            for matches in compared(people, people.patients[:_SHOWN_PATIENTS], args):
                show_pairs(matches)
    finally:
        if out is not None:
            out.abandon()
    people.seconds["compare"] = round(time.perf_counter() - comparing, 3)
    people.seconds["total"] = round(time.perf_counter() - start, 3)
    pairs = len(people.patients) * len(people.donors)
    if args.json:
        summary = {
            "command": "compare",
            **people.accounts(),
            "loci": loci,
            **({"donors_explained": coverage["explained"]} if coverage else {}),
            **({"donors_unexplained": coverage["unexplained"]} if coverage else {}),
            "pairs": pairs,
            "rows": pairs if out is not None else 0,
            "out": args.out,
            "seconds": people.seconds,
        }
        say_json(summary)
    else:
        if out is None:
            print(
                f"{LEGEND}\nshown: the first {_SHOWN_DONORS} donors of the first {_SHOWN_PATIENTS} patients"
            )
        people.say()
        if coverage:
            by_set = ", ".join(f"{name} {count:,}" for name, count in coverage["explained"].items())
            print(f"donors explained by {by_set}; not explained: {coverage['unexplained']:,}")
        written = f", written to {args.out}" if out is not None else "; --out F writes them"
        print(f"{counted(pairs, 'pair')} at {' '.join(loci)}{written}; release {people.names.version}")
        print("seconds: " + ", ".join(f"{name} {value:.2f}" for name, value in people.seconds.items()))
    return 3 if people.refused else 0


def show_pairs(matches: Matches) -> None:
    """The first pairs of one patient, in the order of the donors."""
    chances = ["P(0)", "P(1)"] if matches.has_probabilities else []
    head = ["donor", "mismatches", "gvh", "hvg", *chances, *matches.loci]
    rows = []
    for match in matches[:_SHOWN_DONORS]:
        letters = match.letters
        counts = f"{match.mismatches}-{match.mismatches_max}"
        row = [match.donor_id, counts, str(match.gvh), str(match.hvg)]
        row += [percent(match, k) for k in range(len(chances))]
        rows.append(row + [letters[locus] for locus in matches.loci])
    title = f"Patient {matches.patient.id}"
    if rows:
        first = 4 + len(chances)
        show_table(title, head, rows, right=range(1, first), letters=range(first, first + len(matches.loci)))
    print()
