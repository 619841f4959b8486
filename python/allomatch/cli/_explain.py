# SPDX-License-Identifier: Apache-2.0
"""``allomatch explain``: one pair, locus by locus."""

from __future__ import annotations

import argparse
from typing import Any

from ..frequencies import percent_text
from ..request import search_options
from ._common import add_json, add_reading_options, say_json
from ._people import (
    People,
    add_frequencies,
    add_matching,
    add_pair,
    add_ranking,
    patient_of_pair,
    read_people,
    say_refused_others,
    stopped_by_strict,
)
from ._tables import LEGEND, show_table, visible

HELP = "explain one pair, locus by locus"

_MOST_CLASSES = 6


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_pair(parser)
    add_reading_options(parser)
    add_matching(parser)
    add_frequencies(parser)
    add_ranking(parser)
    add_json(parser)


def explanation(people: People, args: argparse.Namespace) -> dict[str, Any]:
    patient = patient_of_pair(people, args)
    one = people.donors.compare_one(
        patient,
        args.donor,
        loci=args.loci,
        homozygous_once=args.homozygous_once,
        rank=args.rank,
        on=args.on,
        **people.predicting,
    )
    loci = one["explanation"]
    counts = ("mismatches", "mismatches_max", "gvh", "hvg")
    pair: dict[str, Any] = {
        "release": people.names.version,
        "patient": {"id": patient.id, "typings": patient.typings, **patient.fields},
        "donor": people.donors.donor(args.donor),
        **{name: one[name] for name in counts},
        "rank": one["criteria"],
        "loci": loci,
    }
    if people.frequencies:
        pair["probabilities"] = one["probabilities"]
        reasons = pair["probabilities"]["unexplained"] = {}
        for who, person in (("patient", patient), ("donor", args.donor)):
            if not one["probabilities"][f"{who}_explained"]:
                found = people.frequencies.impute(
                    person, people.donors, loci=args.loci, top=0, fallback=people.fallback
                )
                reasons[who] = found.reason
    return pair


def run(args: argparse.Namespace) -> int:
    search_options(loci=args.loci, rank=args.rank, on=args.on)
    people = read_people(args)
    if stopped_by_strict(args, people):
        return 3
    pair = explanation(people, args)
    if args.json:
        say_json(pair)
    else:
        show_pair(pair)
        say_refused_others(people)
    return 3 if people.refused else 0


def _listed(names: list[str]) -> str:
    more = f" +{len(names) - _MOST_CLASSES}" if len(names) > _MOST_CLASSES else ""
    return " ".join(names[:_MOST_CLASSES]) + more if names else "none"


def _described(position: dict[str, Any], who: str) -> str:
    traits = position[f"{who}_traits"]
    return _listed(position[f"{who}_classes"]) + (f" ({', '.join(traits)})" if traits else "")


def show_probabilities(pair: dict[str, Any]) -> None:
    chances = pair["probabilities"]
    sets = f"patient {chances['patient_population']}, donor {chances['donor_population']}"
    print(visible(f"  haplotype frequencies: {sets}"))
    for who, reason in chances["unexplained"].items():
        print(visible(f"  the {who} is not explained: {reason}"))
    if chances["p"] is not None:
        likely = [f"P({k}) {percent_text(p)}%" for k, p in enumerate(chances["p"]) if p > 0]
        print(f"  probability of so many mismatches: {', '.join(likely)}")
    elif not chances["unexplained"]:
        print("  no probability in all: a searched locus outside the frequencies is not certain")
    at = [
        f"{locus} {'/'.join(percent_text(p) for p in values)}%"
        for locus, values in chances["loci"].items()
        if values is not None
    ]
    if at:
        print(f"  by locus, of 0/1/2: {', '.join(at)}")
    if chances["dpb1"] is not None:
        likely = [f"{answer} {percent_text(p)}%" for answer, p in chances["dpb1"].items() if p > 0]
        print(f"  DPB1 by T-cell epitope groups: {', '.join(likely)}")


def show_pair(pair: dict[str, Any]) -> None:
    patient, donor = pair["patient"], pair["donor"]
    most = f" to {pair['mismatches_max']}" if pair["mismatches_max"] != pair["mismatches"] else ""
    print(visible(f"Patient {patient['id']} and donor {donor['id']}, release {pair['release']}"))
    print(f"  mismatches {pair['mismatches']}{most}, GvH {pair['gvh']}, HvG {pair['hvg']}")
    for who, person in (("patient", patient), ("donor", donor)):
        fields = [f"{name} {value}" for name, value in person.items() if name not in ("id", "typings")]
        if fields:
            print(visible(f"  {who}: {', '.join(fields)}"))
    if "probabilities" in pair:
        show_probabilities(pair)
    print()
    overview = [
        [
            locus["locus"] if locus["searched"] else f"{locus['locus']}, not searched",
            locus["letters"],
            locus["patient"] or "not typed",
            locus["donor"] or "not typed",
            str(locus["mismatches"]),
            str(locus["mismatches_max"]),
            str(locus["gvh"]),
            str(locus["hvg"]),
        ]
        for locus in pair["loci"]
    ]
    head = ["locus", "letters", "patient", "donor", "fewest", "most", "GvH", "HvG"]
    show_table("Typings as received", head, overview, right=(4, 5, 6, 7), letters=(1,))
    print()
    for locus in pair["loci"]:
        if not locus["searched"] and locus["letters"] == "--":
            continue
        title = f"{locus['locus']} ({locus['orientation']}{'' if locus['searched'] else ', not searched'})"
        rows = [
            [
                position["letter"],
                _described(position, "patient"),
                _described(position, "donor"),
                _listed(position["patient_antigens"]),
                _listed(position["donor_antigens"]),
                position["reason"],
            ]
            for position in locus["positions"]
        ]
        head = ["letter", "patient classes", "donor classes", "patient antigens", "donor antigens", "why"]
        if rows:
            show_table(title, head, rows, letters=(0,))
        else:
            print(title)
        for words in (locus["decision"], locus["note"]):
            if words:
                print(visible(f"  {words}"))
        print()
    rows = [[name.replace("_", " "), value] for name, value in pair["rank"].items()]
    show_table("What its place in a search depends on", ["criterion", "value"], rows)
    print()
    print(LEGEND)
