# SPDX-License-Identifier: Apache-2.0
"""Reading donors and patients for the commands that match them."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass, field
from typing import Any

from .. import _core
from .._words import counted
from ..errors import FormatError
from ..frequencies import Frequencies
from ..patient import Patient, read_patients
from ..registry import Registry
from ._common import (
    DONOR_FILE,
    account,
    check_report_path,
    frequency_account,
    load_release,
    read_donors,
    read_frequencies,
    refused_by_strict,
    say_account,
    say_frequencies,
    whole_number,
    write_import_report,
)


def add_people(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--donors", required=True, metavar="F", help=DONOR_FILE)
    parser.add_argument(
        "--patients", required=True, metavar="F", help="patient file: CSV, TSV or GL lines, plain or .gz"
    )


def add_pair(parser: argparse.ArgumentParser) -> None:
    add_people(parser)
    parser.add_argument("--patient", required=True, metavar="ID", help="id of the patient")
    parser.add_argument("--donor", required=True, metavar="ID", help="id of the donor")


def add_matching(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--loci",
        default="10/10",
        metavar="LOCI",
        help="6/6, 8/8, 10/10 (default), 12/12 or a list such as A,B,DRB1",
    )
    parser.add_argument(
        "--homozygous-once", action="store_true", help="count A,A against B,B as one mismatch"
    )


def add_ranking(parser: argparse.ArgumentParser, default: str = "default") -> None:
    parser.add_argument(
        "--rank",
        default=default,
        metavar="PRESET",
        help=f"order: default, ptcy, cord, hla_only, or a .toml file (default: {default})",
    )
    parser.add_argument(
        "--on", metavar="DATE", help="day that ages are counted at, YYYY-MM-DD (default: today)"
    )


def add_frequencies(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("match probabilities")
    group.add_argument(
        "--frequencies",
        nargs="+",
        default=[],
        metavar="F",
        help="haplotype frequency files, or 'builtin' (East Asian, for demonstration): adds probabilities",
    )
    group.add_argument(
        "--fallback",
        nargs="+",
        default=[],
        metavar="POP",
        help="populations for people without a set of their own, or whom it does not explain",
    )
    group.add_argument("--normalise", action="store_true", help="divide each frequency set by its sum")


def add_threads(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--threads", type=whole_number, default=0, metavar="N", help="0 (default) for all cores"
    )


def add_output(parser: argparse.ArgumentParser) -> None:
    add_threads(parser)
    parser.add_argument(
        "--out", metavar="F", help="match file: .csv .tsv .jsonl (also .gz), .json or .parquet"
    )


@dataclass
class People:
    """What was read, and how long it took."""

    names: _core.Nomenclature
    donors: Registry
    patients: list[Patient]
    patients_report: _core.ImportReport
    frequencies: Frequencies | None = None
    fallback: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def reports(self) -> list[_core.ImportReport]:
        return [self.donors.report, self.patients_report]

    @property
    def refused(self) -> int:
        refused = sum(report.rows_refused for report in self.reports)
        return refused + (self.frequencies.report["rows_refused"] if self.frequencies else 0)

    @property
    def predicting(self) -> dict[str, Any]:
        """The options of a search that give it probabilities."""
        return {"frequencies": self.frequencies, "fallback": self.fallback} if self.frequencies else {}

    def accounts(self) -> dict[str, Any]:
        accounts = {
            "release": self.names.version,
            "donors": account(self.donors.report),
            "patients": account(self.patients_report),
        }
        if self.frequencies:
            accounts["frequencies"] = frequency_account(self.frequencies)
        return accounts

    def say(self) -> None:
        say_account("donors", self.donors.report)
        say_account("patients", self.patients_report)
        if self.frequencies:
            say_frequencies(self.frequencies)


def read_people(args: argparse.Namespace) -> People:
    """Release, donors and patients as the options say; the import report is written at once."""
    check_report_path(getattr(args, "import_report", None))
    if not args.frequencies:
        for option in ("fallback", "normalise"):
            if getattr(args, option):
                raise FormatError(f"--{option} needs --frequencies", column=option)
    start = time.perf_counter()
    names, mac = load_release(args)
    release_seconds = time.perf_counter() - start
    donors = read_donors(args.donors, names, mac, args.nulls)
    patients, report = read_patients(args.patients, names, mac=mac, nulls=args.nulls)
    people = People(names, donors, patients, report)
    if args.frequencies:
        started = time.perf_counter()
        people.frequencies = read_frequencies(args.frequencies, names, args.normalise)
        people.fallback = args.fallback
        frequency_seconds = round(time.perf_counter() - started, 3)
    people.seconds = {
        "nomenclature": round(release_seconds, 3),
        "donors": round(donors.report.seconds, 3),
        "patients": round(report.seconds, 3),
    }
    if people.frequencies:
        people.seconds["frequencies"] = frequency_seconds
    if getattr(args, "import_report", None):
        write_import_report(args.import_report, people.reports, people.frequencies)
    return people


def stopped_by_strict(args: argparse.Namespace, people: People) -> bool:
    """Whether `--strict` forbids to go on; says so."""
    return refused_by_strict(args.strict, people.reports, people.frequencies)


def patient_of_pair(people: People, args: argparse.Namespace) -> Patient:
    """The patient of `--patient`; the donor of `--donor` is there too.

    Raises:
        FormatError: one of them is not there, with the reason if the row was refused.
    """
    patient = patient_called(people, args.patient)
    if args.donor not in people.donors:
        raise _not_there("donor", args.donor, people.donors.report)
    return patient


def patient_called(people: People, id: str) -> Patient:
    """The patient with an id.

    Raises:
        FormatError: there is none, with the reason if the row was refused.
    """
    for patient in people.patients:
        if patient.id == id:
            return patient
    raise _not_there("patient", id, people.patients_report)


def _not_there(what: str, id: str, report: _core.ImportReport) -> FormatError:
    for problem in report.problems:
        if problem["id"] == id:
            return FormatError(
                f"the row of {what} '{id}' was refused: {problem['message']}", place=report.source, id=id
            )
    return FormatError(f"{report.source}: no {what} has the id '{id}'", place=report.source, id=id)


def say_refused_others(people: People) -> None:
    """That rows were refused, where one pair is told of."""
    if people.refused:
        rows = counted(people.refused, "row was", "rows were")
        print(f"allomatch: {rows} refused; this pair is not among them", file=sys.stderr)
