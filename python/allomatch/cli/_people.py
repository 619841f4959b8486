# SPDX-License-Identifier: Apache-2.0
"""Reading donors and patients for the commands that match them."""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass, field
from typing import Any

from .. import _core
from ..patient import Patient, read_patients
from ..registry import Registry
from ._common import (
    Progress,
    account,
    check_report_path,
    load_release,
    say_account,
    shortened,
    whole_number,
    write_import_report,
)


def add_people(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--donors", required=True, metavar="F", help="donor file: CSV, TSV or GL lines, plain or .gz"
    )
    parser.add_argument("--patients", required=True, metavar="F", help="patient file, read in the same ways")


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


def add_output(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--threads", type=whole_number, default=0, metavar="N", help="0 (default) for all cores"
    )
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
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def reports(self) -> list[_core.ImportReport]:
        return [self.donors.report, self.patients_report]

    @property
    def refused(self) -> int:
        return sum(report.rows_refused for report in self.reports)

    def accounts(self) -> dict[str, Any]:
        return {
            "release": self.names.version,
            "donors": account(self.donors.report),
            "patients": account(self.patients_report),
        }

    def say(self) -> None:
        say_account("donors", self.donors.report)
        say_account("patients", self.patients_report)


def read_people(args: argparse.Namespace) -> People:
    """Release, donors and patients as the options say; the import report is written at once."""
    check_report_path(getattr(args, "import_report", None))
    start = time.perf_counter()
    names, mac = load_release(args)
    release_seconds = time.perf_counter() - start
    with Progress("reading donors") as progress:
        donors = Registry.from_csv(args.donors, names, mac=mac, nulls=args.nulls, progress=progress)
    patients, report = read_patients(args.patients, names, mac=mac, nulls=args.nulls)
    people = People(names, donors, patients, report)
    people.seconds = {
        "nomenclature": round(release_seconds, 3),
        "donors": round(donors.report.seconds, 3),
        "patients": round(report.seconds, 3),
    }
    if getattr(args, "import_report", None):
        write_import_report(args.import_report, people.reports)
    return people


def refused_by_strict(args: argparse.Namespace, people: People) -> bool:
    """Whether `--strict` forbids to go on; says so."""
    if not args.strict or not people.refused:
        return False
    first = next(problem for report in people.reports for problem in report.problems)
    rows = "row was" if people.refused == 1 else "rows were"
    print(
        f"allomatch: nothing was done: {people.refused:,} {rows} refused (--strict),"
        f" the first: {shortened(first['message'])}",
        file=sys.stderr,
    )
    return True
