# SPDX-License-Identifier: Apache-2.0
"""What the commands share: options, accounts of rows, progress, files that are complete or not there."""

from __future__ import annotations

import argparse
import contextlib
import csv
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from .. import _core
from .._unfinished import named, unfinished
from .._words import counted
from ..errors import FormatError
from ..frequencies import Frequencies
from ..progress import Progress as Progress
from ..registry import Registry
from ..store import Store
from ._tables import visible

NULLS = ("ignore_inside_ambiguity", "consider")
SNAPSHOT_ENDING = ".amx"
DONOR_FILE = "donor file: CSV, TSV, GL lines, Atlas JSON, WMDA XML, also .gz; a snapshot .amx; or a store"
_REPORT_COLUMNS = ("source", "kind", "row", "column", "id", "text", "reason", "suggestion", "count")
_SHOWN_PROBLEMS = 5
_LONGEST_MESSAGE = 500
_MOST_DIGITS = 9


# -- options ------------------------------------------------


def add_release_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("nomenclature")
    group.add_argument(
        "--release",
        default="builtin",
        metavar="DIR",
        help="release folder, 'builtin' (starter nomenclature, default) or 'names' (no release)",
    )
    group.add_argument("--mac", metavar="F", help="table of NMDP codes: plain text, gzip or zip")


def add_reading_options(parser: argparse.ArgumentParser) -> None:
    add_release_options(parser)
    group = parser.add_argument_group("reading")
    group.add_argument(
        "--nulls",
        choices=NULLS,
        default=NULLS[0],
        help="what becomes of null alleles beside expressed ones (default: %(default)s)",
    )
    group.add_argument("--strict", action="store_true", help="take nothing when a row is refused")


def add_import_report(parser: argparse.ArgumentParser, name: str = "--import-report") -> None:
    parser.add_argument(
        name, dest="import_report", metavar="F", help="write every refused row and warning: .csv or .jsonl"
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the summary as JSON")


def add_store(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--store", required=True, metavar="F", help="registry store")


def add_actor(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--actor", metavar="NAME", help="who makes the change, for the audit trail (default: the login name)"
    )


def whole_number(text: str) -> int:
    """An option that counts something."""
    return _counting(text, 0)


def positive_number(text: str) -> int:
    return _counting(text, 1)


def _counting(text: str, least: int) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > _MOST_DIGITS or int(text) < least:
        most = 10**_MOST_DIGITS - 1
        raise argparse.ArgumentTypeError(f"expected a whole number from {least} to {most}, not '{text}'")
    return int(text)


def load_release(args: argparse.Namespace) -> tuple[_core.Nomenclature, _core.MacTable | None]:
    names = _core.Nomenclature.open(args.release)
    return names, _core.MacTable.load(args.mac) if args.mac else None


def read_donors(path: str, names: _core.Nomenclature, mac: _core.MacTable | None, nulls: str) -> Registry:
    """A donor file, a snapshot, or the donors of a store.

    Raises:
        FormatError: it cannot be read, or is a snapshot or store with another rule for null alleles.
        SnapshotError: a snapshot that cannot be opened, for one because it needs another release.
        StoreError: a store that cannot be opened or needs another release or table of NMDP codes.
    """
    if _core.is_store(path):
        with Store.open(path, names, mac=mac) as store:
            return with_nulls(store.registry(), path, nulls)
    if not path.endswith(SNAPSHOT_ENDING) and not _core.is_snapshot(path):
        with Progress("reading donors") as progress:
            return Registry.from_csv(path, names, mac=mac, nulls=nulls, progress=progress)
    return with_nulls(Registry.open(path, names), path, nulls)


def with_nulls(donors: Registry, path: str, nulls: str) -> Registry:
    """The donors of a snapshot or store, if they were read with this rule.

    Raises:
        FormatError: they were not.
    """
    if donors.nulls != nulls:
        raise FormatError(
            f"{path}: was built with --nulls {donors.nulls}; give that here too", place=path, column="nulls"
        )
    return donors


# -- accounts of rows ------------------------------------------------


def shortened(message: str) -> str:
    """For the eye: a hostile cell must not flood the terminal, nor steer it."""
    message = visible(message)
    return message if len(message) <= _LONGEST_MESSAGE else message[:_LONGEST_MESSAGE] + " .."


def account(report: _core.ImportReport) -> dict[str, Any]:
    """An import in numbers, for a summary."""
    return {
        "source": report.source,
        "read": report.rows_read,
        "taken": report.rows_taken,
        "refused": report.rows_refused,
        "warnings": sum(warning["count"] for warning in report.warnings),
        "seconds": round(report.seconds, 3),
    }


def refused_by_strict(
    strict: bool,
    reports: Sequence[_core.ImportReport],
    frequencies: Frequencies | None = None,
    consequence: str = "nothing was done",
) -> bool:
    """Whether `--strict` forbids to go on; says so."""
    problems = [problem for report in reports for problem in report.problems]
    refused = sum(report.rows_refused for report in reports)
    if frequencies is not None:
        problems += frequencies.report["problems"]
        refused += frequencies.report["rows_refused"]
    if not strict or not refused:
        return False
    rows = counted(refused, "row was", "rows were")
    print(
        f"allomatch: {consequence}: {rows} refused (--strict),"
        f" the first: {shortened(problems[0]['message'])}",
        file=sys.stderr,
    )
    return True


def say_account(what: str, report: _core.ImportReport) -> None:
    """An import for the eye: how many rows, and the first reasons for refusing some."""
    print(
        f"{what}: {counted(report.rows_read, 'row')} read, {report.rows_taken:,} taken,"
        f" {report.rows_refused:,} refused ({report.seconds:.2f} s)"
    )
    for problem in report.problems[:_SHOWN_PROBLEMS]:
        print(f"  refused: {shortened(problem['message'])}")
    if len(report.problems) > _SHOWN_PROBLEMS:
        more = counted(len(report.problems) - _SHOWN_PROBLEMS, "more reason")
        print(f"  .. and {more}; the import report lists all")
    for warning in report.warnings[:_SHOWN_PROBLEMS]:
        times = f" ({warning['count']:,} rows)" if warning["count"] > 1 else ""
        print(f"  warning: {shortened(warning['message'])}{times}")
    if len(report.warnings) > _SHOWN_PROBLEMS:
        print(f"  .. and {counted(len(report.warnings) - _SHOWN_PROBLEMS, 'more warning')}")


def read_frequencies(
    files: Sequence[str], names: _core.Nomenclature, normalise: bool, option: str = "frequencies"
) -> Frequencies:
    """The files of ``--frequencies``, or the built-in set for the word ``builtin``.

    Raises:
        FormatError: a file cannot be read, or there is more than ``builtin``.
    """
    if list(files) == ["builtin"]:
        return Frequencies.builtin(names)
    if "builtin" in files:
        reason = "is given twice" if files.count("builtin") > 1 else "stands alone"
        raise FormatError(f"--{option}: 'builtin' {reason}", column=option)
    return Frequencies.read(files, names, normalise=normalise)


def frequency_account(frequencies: Frequencies) -> dict[str, Any]:
    """What was taken of frequency files, for a summary."""
    report = frequencies.report
    counts = {name: report[f"rows_{name}"] for name in ("read", "taken", "zero", "refused", "merged")}
    return counts | {"warnings": len(report["warnings"]), "sets": frequencies.sets}


def say_frequencies(frequencies: Frequencies) -> None:
    report = frequencies.report
    zero = f", {report['rows_zero']:,} of frequency 0" if report["rows_zero"] else ""
    print(
        f"frequencies: {counted(report['rows_read'], 'row')} read, {report['rows_taken']:,} taken{zero},"
        f" {report['rows_refused']:,} refused"
    )
    for one in frequencies.sets[:_SHOWN_PROBLEMS]:
        at = f"at {' '.join(one['loci'])}, sum {one['sum']:.6g}"
        print(f"  {one['population']}: {counted(one['haplotypes'], 'haplotype')} {at}")
    for problem in report["problems"][:_SHOWN_PROBLEMS]:
        print(f"  refused: {shortened(problem['message'])}")
    if len(report["problems"]) > _SHOWN_PROBLEMS:
        print(f"  .. and {counted(len(report['problems']) - _SHOWN_PROBLEMS, 'more refused row')}")
    for warning in report["warnings"][:_SHOWN_PROBLEMS]:
        print(f"  warning: {shortened(warning['message'])}")


def check_report_path(path: str | None) -> None:
    """Refuse an unknown ending before the work is done."""
    if path is not None and Path(path).suffix not in (".csv", ".jsonl"):
        raise FormatError(
            f"{path}: an import report is written as .csv or .jsonl", place=path, column="import-report"
        )


def write_import_report(
    path: str, reports: list[_core.ImportReport], frequencies: Frequencies | None = None
) -> None:
    """All refused rows and warnings of some inputs in one file."""
    rows = []
    for report in reports:
        entries = [("refused", entry) for entry in report.problems]
        entries += [("warning", entry) for entry in report.warnings]
        for kind, entry in entries:
            row = {name: entry.get(name, "") for name in _REPORT_COLUMNS}
            rows.append(row | {"source": report.source, "kind": kind, "count": entry.get("count", 1)})
    if frequencies:
        report_of_sets = frequencies.report
        for kind in ("problems", "warnings"):
            for entry in report_of_sets[kind]:
                row = {name: entry.get(name, "") for name in _REPORT_COLUMNS}
                kind_word = "refused" if kind == "problems" else "warning"
                rows.append(row | {"source": entry["place"], "kind": kind_word, "count": 1})
    with complete_file(path) as file:
        if Path(path).suffix == ".csv":
            writer = csv.DictWriter(file, _REPORT_COLUMNS, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        else:
            file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


# -- files and streams ------------------------------------------------


def check_outputs(inputs: Sequence[tuple[str, str]], outputs: Sequence[tuple[str, str]]) -> None:
    """Refuse to write over a file that is read, or two files in one place. Each is (option, path).

    Raises:
        FormatError: naming both options and the path.
    """
    for number, (option, path) in enumerate(outputs):
        for other, read in inputs:
            if _same_file(path, read):
                raise FormatError(
                    f"{path}: {option} would overwrite the file of {other}; name another file", place=path
                )
        for other, written in outputs[:number]:
            if _same_file(path, written):
                raise FormatError(f"{path}: {other} and {option} would write the same file", place=path)


def check_writable(option: str, path: str) -> None:
    """Refuse a file that cannot be written, before the work is done.

    Raises:
        FormatError: naming the option, the path and the reason.
    """
    here, folder = Path(path), Path(os.path.realpath(path)).parent
    reason = ""
    try:
        if here.is_dir():
            reason = "it is a folder"
        elif here.exists() and not here.is_file():  # a device or pipe
            return
        elif not folder.is_dir():
            reason = f"{folder.name} is no folder" if folder.exists() else "the folder is not there"
        else:
            with tempfile.TemporaryFile(dir=folder):
                return
    except OSError as error:
        reason = error.strerror or str(error)
    raise FormatError(f"{path}: {option} cannot be written: {reason}", place=path)


def _same_file(one: str, other: str) -> bool:
    """Also through links. What is no file, as a terminal or pipe, is never overwritten."""
    here, there = Path(one), Path(other)
    if here.exists() and not here.is_file():
        return False
    if os.path.realpath(here) == os.path.realpath(there):
        return True
    return here.exists() and there.exists() and here.samefile(there)


@contextlib.contextmanager
def complete_file(path: str) -> Iterator[IO[str]]:
    """A text file that gets its name only when it is complete; ``.gz`` is compressed."""
    import gzip

    target = Path(path)
    if target.exists() and not target.is_file() and not target.is_dir():  # a device or pipe
        with named(path), target.open("w", encoding="utf-8", newline="") as file:
            yield file
        return
    with unfinished(path) as part:
        if os.path.realpath(path).endswith(".gz"):
            with gzip.open(part, "wt", encoding="utf-8", newline="", compresslevel=5) as file:
                yield file
        else:
            with part.open("w", encoding="utf-8", newline="") as file:
                yield file


def say_json(value: Any, indent: int | None = 2) -> None:
    """JSON on stdout, in any encoding of the terminal."""
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    print(json.dumps(value, ensure_ascii=not utf8, indent=indent))
