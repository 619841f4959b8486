# SPDX-License-Identifier: Apache-2.0
"""People, and a search over all donors (section 6); ranking.py puts them in order."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from .compare import compare_locus
from .ranking import Case, rank
from .release import DRB345_GENES
from .typing import fold_drb345, locus_of_comparison, read_gl, read_locus_pair

LOCI_SETS = {  # section 1
    "6/6": ("A", "B", "DRB1"),
    "8/8": ("A", "B", "DRB1", "C"),
    "10/10": ("A", "B", "DRB1", "C", "DQB1"),
    "12/12": ("A", "B", "DRB1", "C", "DQB1", "DPB1"),
}
COLUMN_LOCI = ("A", "B", "C", "DRB1", "DRB345", "DRB3", "DRB4", "DRB5", "DQA1", "DQB1", "DPA1", "DPB1")


@dataclass
class Person:
    id: str
    typing: dict = field(default_factory=dict)  # locus -> LocusTyping, DRB3/4/5 folded
    fields: dict = field(default_factory=dict)  # the other columns of formats.md, as text

    def get(self, name):
        return self.fields.get(name, "")


@dataclass
class Hit:
    donor: Person
    loci: dict  # locus -> result of compare_locus
    mismatches: int
    mismatches_max: int
    gvh: int
    hvg: int
    patient: Person = None
    p: list | None = None  # section 7: P(0), P(1), ..
    explained: bool = True  # both people
    rank: int = 0
    places: list = field(default_factory=list)  # (criterion, place)
    reason: str = ""  # the criterion that separates it from the one above

    @property
    def letters(self):
        return {locus: result["letters"] for locus, result in self.loci.items()}

    def typings(self, locus):
        """The patient's and the donor's, searched or not."""
        key = locus_of_comparison(locus)
        return self.patient.typing.get(key), self.donor.typing.get(key)


def person_from_row(release, row, mac=None, nulls="ignore_inside_ambiguity"):
    """A row of donors.csv or patients.csv (formats.md): X_1/X_2 columns, X columns, gl, X_ser_1/X_ser_2."""
    person = Person(row["id"], fields={name: value or "" for name, value in row.items()})
    drb345 = []
    for locus in COLUMN_LOCI:
        typing = None
        if row.get(locus):
            typing = read_gl(release, row[locus], mac, nulls, locus=locus).get(locus_of_comparison(locus))
        for first, second, serology in (("_1", "_2", False), ("_ser_1", "_ser_2", True)):
            if typing is None and (row.get(locus + first) or row.get(locus + second)):
                texts = row.get(locus + first), row.get(locus + second)
                typing = read_locus_pair(release, locus, *texts, mac, serology, nulls)
                typing = typing if typing.typed else None
        if typing is not None and locus in DRB345_GENES + ("DRB345",):
            drb345.append(typing)
        elif typing is not None:
            person.typing[locus] = typing
    if drb345:
        # A blank of the DRB345 columns stays in its place; columns of the single genes are put together.
        alone = row.get("DRB345") or row.get("DRB345_1") or row.get("DRB345_2") or row.get("DRB345_ser_1")
        alone = len(drb345) == 1 and (alone or row.get("DRB345_ser_2"))
        person.typing["DRB345"] = drb345[0] if alone else fold_drb345(release, drb345, nulls)
    if row.get("gl"):
        person.typing.update(read_gl(release, row["gl"], mac, nulls))
    return person


def compare_people(patient, donor, loci, *, homozygous_once=False):
    results = {}
    for locus in loci:
        key = locus_of_comparison(locus)
        results[locus] = compare_locus(
            patient.typing.get(key), donor.typing.get(key), homozygous_once=homozygous_once
        )
    totals = {
        name: sum(result[name] for result in results.values())
        for name in ("mismatches", "mismatches_max", "gvh", "hvg")
    }
    return Hit(donor, results, **totals, patient=patient)


def search(
    patients,
    donors,
    loci,
    max_mismatches=None,
    limits=None,
    direction="both",
    *,
    exactly=None,
    accept=None,
    homozygous_once=False,
    on=None,
    top=None,
    rank_by="default",
    predict=None,
    expression=None,
    tce_version=None,
):
    """[(patient, [Hit, ..]), ..]: section 6, every donor looked at, then section 8.

    `accept`: loci that may have the one mismatch of all. `predict(patient, donor)`: the probabilities
    P(0), P(1), .. or None, and whether both are explained.
    """
    loci = LOCI_SETS.get(loci, loci)
    if accept is not None:
        max_mismatches = 1
        limits = {locus: 0 for locus in loci if locus not in accept} | (limits or {})
    counted = {"both": "mismatches", "gvh": "gvh", "hvg": "hvg"}[direction]
    case = Case(on or datetime.date.today(), expression, tce_version)
    answers = []
    for patient in patients:
        hits = []
        for donor in donors:
            hit = compare_people(patient, donor, loci, homozygous_once=homozygous_once)
            total = getattr(hit, counted)
            if max_mismatches is not None and total > max_mismatches:
                continue
            if exactly is not None and total != exactly:
                continue
            if any(hit.loci[locus][counted] > limit for locus, limit in (limits or {}).items()):
                continue
            if predict is not None:
                hit.p, hit.explained = predict(patient, donor)
            hits.append(hit)
        hits = rank(hits, rank_by, case)
        answers.append((patient, hits if top is None else hits[:top]))
    return answers
