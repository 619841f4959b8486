# SPDX-License-Identifier: Apache-2.0
"""What the tests of stores share."""

import allomatch as am
from conftest import PATIENTS, write_rows

ASKED = {"loci": "A,B,DRB1", "max_mismatches": 2, "on": "2026-01-01"}


def changed_file(folder, *rows, name="next.csv"):
    return write_rows(folder / name, list(rows))


def without(row, *columns):
    return {name: text for name, text in row.items() if name not in columns}


def counts(outcome):
    return outcome.added, outcome.changed, outcome.deleted, outcome.unchanged, outcome.report.rows_refused


def patient(row=PATIENTS[0]):
    return am.Patient(row["id"], **without(row, "id"))
