# SPDX-License-Identifier: Apache-2.0
"""People, a search over all donors, and the ranking of section 8 that needs no probability."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from .compare import compare_locus
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
    rank: int = 0
    key: tuple = ()

    @property
    def letters(self):
        return {locus: result["letters"] for locus, result in self.loci.items()}


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
    return Hit(donor, results, **totals)


def search(
    patients,
    donors,
    loci,
    max_mismatches=None,
    limits=None,
    direction="both",
    *,
    exactly=None,
    homozygous_once=False,
    on=None,
    top=None,
):
    """[(patient, [Hit, ..]), ..]: section 6, every donor looked at, then section 8."""
    loci = LOCI_SETS.get(loci, loci)
    counted = {"both": "mismatches", "gvh": "gvh", "hvg": "hvg"}[direction]
    on = on or datetime.date.today()
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
            hit.key = rank_key(patient, hit, on)
            hits.append(hit)
        hits.sort(key=lambda hit: hit.key)
        for number, hit in enumerate(hits, start=1):
            hit.rank = number
        answers.append((patient, hits if top is None else hits[:top]))
    return answers


# -- section 8, default order ------------------------------------------------


def rank_key(patient, hit, on):
    donor = hit.donor
    days = age_in_days(donor, on)
    weight = donor.get("weight_kg")
    return (
        hit.mismatches,  # match class: fewer mismatches,
        sum(letters.count("M") for letters in hit.letters.values()),  # L before M
        {"AV": 0, "RS": 0, "": 1, "TU": 2, "OP": 3, "DE": 4}[donor.get("status")],
        age_band(donor, on),
        cmv_place(patient, donor),
        sex_place(donor),
        abo_place(patient, donor),
        -float(weight) if weight else float("inf"),  # heavier first, unknown last
        float("inf") if days is None else days,  # younger first, unknown last
        donor.id.encode("utf-8"),  # ties end with the donor id
    )


def age_in_days(person, on):
    text = person.get("birth_date")
    return (on - datetime.date.fromisoformat(text)).days if text else None


def age_band(person, on):
    text = person.get("birth_date")
    if not text:
        return 6
    born = datetime.date.fromisoformat(text)
    years = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
    for place, last in enumerate((25, 30, 35, 40, 45)):
        if years <= last:
            return place
    return 5


def cmv_place(patient, donor):
    negative = ("N", "O", "neg")
    signs = [None if not code else code in negative for code in (patient.get("cmv"), donor.get("cmv"))]
    if None in signs:
        return 1
    return 0 if signs[0] == signs[1] else 2


def sex_place(donor):
    if donor.get("sex") == "M":
        return 0
    if donor.get("sex") == "F" and donor.get("pregnancies"):
        return 1 if int(donor.get("pregnancies")) == 0 else 3
    return 2


def abo_place(patient, donor):
    groups = patient.get("abo"), donor.get("abo")
    if "" in groups:
        return 3
    mine, theirs = (set(group) - {"O"} for group in groups)
    if mine == theirs:
        return 0
    return 1 if theirs < mine else 2  # minor: the donor has nothing that the patient lacks
