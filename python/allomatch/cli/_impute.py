# SPDX-License-Identifier: Apache-2.0
"""``allomatch impute``: what typings resolve to under haplotype frequencies."""

from __future__ import annotations

import argparse
import csv
import json
import time
from collections.abc import Iterator
from typing import Any

from .. import _core
from .._words import counted
from ..errors import FormatError
from ..frequencies import Frequencies, Imputation, percent_text
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
    write_import_report,
)
from ._people import add_frequencies
from ._tables import show_table, visible

HELP = "genotypes and haplotype pairs of typings, with their probabilities"

_SHOWN_PEOPLE = 10
_COLUMNS = ("id", "kind", "rank", "first", "second", "probability", "count", "mass", "population", "reason")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    people = parser.add_mutually_exclusive_group(required=True)
    people.add_argument("--donors", metavar="F", help=DONOR_FILE)
    people.add_argument("--patients", metavar="F", help="the same for a patient file")
    parser.add_argument("--id", action="append", default=[], metavar="ID", help="only this person")
    add_frequencies(parser)
    parser.add_argument(
        "--loci",
        default="10/10",
        metavar="LOCI",
        help="loci of the genotypes: 6/6, 8/8, 10/10 (default), 12/12 or a list",
    )
    parser.add_argument(
        "--top",
        type=positive_number,
        default=10,
        metavar="N",
        help="haplotype pairs and genotypes of each person (default: %(default)s)",
    )
    parser.add_argument("--out", metavar="F", help="write all: .csv or .jsonl, each also .gz")
    add_reading_options(parser)
    add_import_report(parser)
    add_json(parser)


def run(args: argparse.Namespace) -> int:
    if not args.frequencies:
        raise FormatError(
            "--frequencies: the files to resolve typings with, or 'builtin'", column="frequencies"
        )
    plain = (args.out or "").removesuffix(".gz")
    if args.out and not plain.endswith((".csv", ".jsonl")):
        raise FormatError(
            f"{args.out}: imputations are written as .csv or .jsonl", place=args.out, column="out"
        )
    check_report_path(args.import_report)
    _core.loci_from_text(args.loci)
    start = time.perf_counter()
    names, mac = load_release(args)
    frequencies = read_frequencies(args.frequencies, names, args.normalise)
    source = args.donors or args.patients
    people = read_donors(source, names, mac, args.nulls)
    if args.import_report:
        write_import_report(args.import_report, [people.report], frequencies)
    refused = people.report.rows_refused + frequencies.report["rows_refused"]
    if refused_by_strict(args.strict, [people.report], frequencies):
        return 3
    wanted = args.id or [people._core.id(i) for i in range(len(people))]
    for id in args.id:
        if id not in people:
            raise FormatError(f"{source}: nobody has the id '{id}'", place=source, id=id)
    explained = 0
    found = imputed(wanted, people, frequencies, args)
    if args.out:
        with complete_file(args.out) as file:
            writer = csv.DictWriter(file, _COLUMNS, lineterminator="\n")
            if plain.endswith(".csv"):
                writer.writeheader()
            for one in found:
                explained += one.explained
                if plain.endswith(".csv"):
                    writer.writerows(rows_of(one))
                else:
                    file.write(json.dumps(as_data(one), ensure_ascii=False) + "\n")
    else:
        shown = list(imputed(wanted[:_SHOWN_PEOPLE], people, frequencies, args))
        explained = sum(one.explained for one in shown)
        if args.json:
            say_json([as_data(one) for one in shown])
        else:
            for one in shown:
                show_person(one)
            if len(wanted) > len(shown):
                more = counted(len(wanted) - len(shown), "more person", "more people")
                print(f".. and {more}; --out F writes all\n")
    if args.json and args.out:
        say_json(
            {
                "command": "impute",
                "release": names.version,
                "people": account(people.report),
                "frequencies": frequency_account(frequencies),
                "imputed": len(wanted),
                "explained": explained,
                "out": args.out,
                "seconds": {"total": round(time.perf_counter() - start, 3)},
            }
        )
    elif not args.json:
        say_account("people", people.report)
        say_frequencies(frequencies)
        if args.out:
            people_words = counted(len(wanted), "person", "people")
            print(f"{people_words}, {explained:,} of them explained, written to {args.out}")
    return 3 if refused else 0


def imputed(
    wanted: list[str], people: Registry, frequencies: Frequencies, args: argparse.Namespace
) -> Iterator[Imputation]:
    with Progress("imputing", len(wanted)) as progress:
        for number, id in enumerate(wanted):
            progress(number)
            yield frequencies.impute(id, people, loci=args.loci, top=args.top, fallback=args.fallback)


def as_data(one: Imputation) -> dict[str, Any]:
    return {
        "id": one.id,
        "explained": one.explained,
        "certain": one.certain,
        "population": one.population,
        "reason": one.reason,
        "haplotype_pairs": [
            {"haplotypes": [first, second], "probability": p} for first, second, p in one.haplotype_pairs
        ],
        "haplotype_pair_count": one.haplotype_pair_count,
        "haplotype_pair_mass": one.haplotype_pair_mass,
        "genotypes": [{"loci": loci, "probability": p} for loci, p in one.genotypes],
        "genotype_count": one.genotype_count,
        "genotype_mass": one.genotype_mass,
        "loci": {
            locus: [{"genotype": text, "probability": p} for text, p in all]
            for locus, all in one.loci.items()
        },
    }


def rows_of(one: Imputation) -> Iterator[dict[str, Any]]:
    """One row for each haplotype pair, genotype and resolution of a single locus."""
    base = {"id": one.id, "population": one.population}
    if not one.explained:
        yield base | {"kind": "unexplained", "reason": one.reason}
    held = {"count": one.haplotype_pair_count, "mass": one.haplotype_pair_mass}
    for rank, (first, second, p) in enumerate(one.haplotype_pairs, 1):
        yield (
            base
            | held
            | {
                "kind": "haplotype_pair",
                "rank": rank,
                "first": first,
                "second": second,
                "probability": p,
            }
        )
    held = {"count": one.genotype_count, "mass": one.genotype_mass}
    for rank, (loci, p) in enumerate(one.genotypes, 1):
        yield (
            base
            | held
            | {
                "kind": "genotype",
                "rank": rank,
                "first": "^".join(loci.values()),
                "probability": p,
            }
        )
    for locus, resolutions in one.loci.items():
        for rank, (text, p) in enumerate(resolutions, 1):
            yield base | {
                "kind": locus,
                "rank": rank,
                "first": text,
                "probability": p,
                "count": len(resolutions),
                "mass": 1,
            }


def show_person(one: Imputation) -> None:
    if not one.explained:
        print(f"{visible(one.id)}: not explained by {visible(f'{one.population}: {one.reason}')}\n")
        return
    certain = ", fully typed" if one.certain else ""
    print(visible(f"{one.id}, {one.population}{certain}"))
    rows = [[first, second, percent_text(p) + "%"] for first, second, p in one.haplotype_pairs]
    if rows:
        held = percent_text(min(one.haplotype_pair_mass, 1))
        count = f"{one.haplotype_pair_count:,.0f}"
        show_table(
            f"haplotype pairs: {len(rows):,} of {count}, {held}% in all",
            ["first", "second", "P"],
            rows,
            right=(2,),
        )
    else:
        print("no haplotype pair of the set; the genotype is certain all the same")
    rows = [[*loci.values(), percent_text(p) + "%"] for loci, p in one.genotypes]
    if rows and rows[0][:-1]:
        held = percent_text(min(one.genotype_mass, 1))
        head = [*one.genotypes[0][0], "P"]
        title = f"genotypes: {len(rows):,} of {one.genotype_count:,}, {held}% in all"
        show_table(title, head, rows, right=(len(head) - 1,))
    for locus, resolutions in one.loci.items():
        likely = [f"{text} {percent_text(p)}%" for text, p in resolutions[:3]]
        more = f", {len(resolutions) - 3:,} more" if len(resolutions) > 3 else ""
        print(f"  {locus}: {', '.join(likely)}{more}")
    print()
