# SPDX-License-Identifier: Apache-2.0
"""How tables written out by hand are put to the slow model and to the library alike."""

from types import SimpleNamespace

from clinical_worlds import EXPRESSION, Sides, case, details
from slow_model.cord import search_cords
from slow_model.search import person_from_row, search
from worlds import ON


class Model:
    """The answers of the slow model in the shape of the library's."""

    def __init__(self, folder):
        self.folder = folder

    def searches(self, w, patients, donors, rank="hla_only", on=ON, loci=("B",), **options):
        """For each patient the donors in order."""
        patients, donors = ([person_from_row(w.release, row) for row in rows] for rows in (patients, donors))
        there = case(on=on, expression=EXPRESSION, **options)
        answers = search(
            patients, donors, loci, on=on, rank_by=rank, expression=EXPRESSION, tce_version=there.tce_version
        )
        return [
            [SimpleNamespace(donor_id=hit.donor.id, **details(hit, there)) for hit in hits]
            for _, hits in answers
        ]

    def cords(self, w, patient, donors, match):
        patient, *donors = (person_from_row(w.release, row) for row in (patient, *donors))
        return [(hit.donor.id, hit.mismatches) for hit in search_cords(patient, donors, match, on=ON)]


class Library:
    def __init__(self, folder):
        self.folder = folder

    def searches(self, w, patients, donors, rank="hla_only", on=ON, loci=("B",), **options):
        sides = Sides.of(self.folder, w, patients, donors)
        options = {"loci": list(loci), "max_mismatches": 2 * len(loci), "rank": rank, "on": on, **options}
        return [list(sides.registry.search(patient, **options)) for patient in sides.patients]

    def cords(self, w, patient, donors, match):
        sides = Sides.of(self.folder, w, [patient], donors)
        found = sides.registry.search_cords(sides.patients[0], match=match, rank="cord", on=ON)
        return [(unit.donor_id, unit.mismatches) for unit in found]


def people(prefix, column, values, **others):
    """One person for each value, all with the same other columns."""
    return [{"id": f"{prefix}{i:03d}", **others, column: value} for i, value in enumerate(values)]


def table(text):
    """{(row, column): word} of a table with a header; the words are separated by blanks."""
    header, *lines = text.strip().splitlines()
    columns = header.split()
    return {
        (row, column): word
        for row, *words in (line.split() for line in lines)
        for column, word in zip(columns, words, strict=True)
    }


def check_table(side, w, column, expected, attribute, spell=lambda word: word):
    """All pairs of a patient's and a donor's value of one column."""
    mine = list(dict.fromkeys(row for row, _ in expected))
    theirs = list(dict.fromkeys(column for _, column in expected))
    patients = people("P", column, ["" if value == "blank" else value for value in mine], B_1="07:02")
    donors = people("D", column, ["" if value == "blank" else value for value in theirs], B_1="07:02")
    assert len(mine) * len(theirs) == len(expected)
    for value, found in zip(mine, side.searches(w, patients, donors), strict=True):
        assert len(found) == len(theirs)
        for match in found:
            other = theirs[int(match.donor_id[1:])]
            assert getattr(match, attribute) == spell(expected[value, other]), (value, other)
