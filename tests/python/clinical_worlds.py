# SPDX-License-Identifier: Apache-2.0
"""What the tests of sections 5, 6 and 8 share: a small release by hand, and people on both sides."""

import os
from dataclasses import dataclass
from pathlib import Path

import allomatch as am
import pytest
from probability_worlds import write_rows
from slow_examples import SHARED
from slow_model import Release, clinical, dpb1, generate, leader
from slow_model.ranking import Case, antigen_mismatches
from slow_model.search import person_from_row
from worlds import ON, World

HIGH = 24  # as many mismatches as there can be
EXPRESSION_FILE = SHARED / "data" / "facts" / "dpb1_expression.tsv"

# -- a small release ------------------------------------------------

# locus -> alleles with their antigen, where they have one
ALLELES = {
    "A": "01:01=1 02:01:01:01=2 02:01:01:02=2 02:06=203 02:07=210 24:02=24 24:03=2403 24:09N 31:01=31",
    "B": "07:02=7 08:01=8 15:01=62 38:01=38 39:01=3901 39:02=39 44:02=44 44:03=44 51:01=51 07:65=7",
    "C": "06:02=6 07:01=7 07:02=7 12:03",
    "DRB1": "03:01=17 04:01=4 15:01=15 15:02=15",
    "DQB1": "02:01=2 03:01=7 05:01=5 06:02=6",
    "DPB1": "01:01 02:01 03:01 04:01 04:02 05:01 09:01 10:01 11:01 14:01 17:01 30:01 45:01 61:01N 64:01N"
    " 104:01 105:01 901:01",
}
TCE_GROUPS = {  # V1, V2, V3; three of them changed between the versions
    "01:01": ("3", "3", "3 (non-core)"),
    "02:01": ("3", "3", "3 (core)"),
    "03:01": ("2", "2", "2"),
    "04:01": ("3", "3", "3 (core)"),
    "04:02": ("3$", "3$", "3 (core)"),
    "05:01": ("3", "3", "2"),
    "09:01": ("1", "1", "1"),
    "10:01": ("1", "1$", "1"),
    "11:01": ("", "2a", "1$"),
    "14:01": ("2", "2a$", "2"),
    "17:01": ("1", "1", "1"),
    "30:01": ("1", "1", "1"),
    "45:01": ("2", "2", "2"),
    "61:01N": ("0", "0", "0"),
    "104:01": ("0", "0", ""),
    "105:01": ("", "", "0"),
}
EXPRESSION = {  # for the model alone; the library has the real table
    "DPB1*01:01": "high",
    "DPB1*02:01": "low",
    "DPB1*04:01": "low",
    "DPB1*04:02": "low",
    "DPB1*09:01": "high",
    "DPB1*10:01": "mixed",
    "DPB1*14:01": "high",
}


def small_rows():
    rows = {
        "nom": [],
        "g": [("A*", "02:01:01:01/02:01:01:02", "02:01:01G")],
        "p": [("A*", "02:01:01:01/02:01:01:02", "02:01P")],
        "dna_ser": [],
        "ser_ser": list(generate.SER_SER),
        "tce": [("Allele", "Protein", "V1_Assignment", "V2_Assignment", "V3_Assignment", "Comments")],
    }
    for gene, text in ALLELES.items():
        for allele in text.split():
            name, _, antigen = allele.partition("=")
            antigen = antigen or ("0" if name.endswith("N") else "?")
            rows["nom"].append((f"{gene}*", name, "20100401", "", "", ""))
            rows["dna_ser"].append((f"{gene}*", name, antigen, "", "", ""))
    for name, groups in TCE_GROUPS.items():
        rows["tce"].append((f"DPB1*{name}", f"DPB1*{name.rstrip('N')}", *groups, ""))
    return rows


def small_release():
    return Release.from_rows(**small_rows())


def small_world(folder):
    generate.write_release(folder / "small", small_rows())
    return World.of("small", small_release(), am.Nomenclature.load(folder / "small"))


def expression_table():
    """The table that the library has built in."""
    if not EXPRESSION_FILE.is_file():
        pytest.skip("the table of DPB1 expression not found; set ALLOMATCH_SHARED to the folder with data")
    return dpb1.load_expression(EXPRESSION_FILE)


def real_releases():
    """The folders of the releases that are there."""
    folder = Path(os.fspath(SHARED)) / "data" / "imgt"
    return sorted(folder.iterdir()) if folder.is_dir() else []


# -- people ------------------------------------------------


@dataclass
class Sides:
    """The same people on both sides."""

    registry: am.Registry
    patients: list
    slow_donors: list
    slow_patients: list

    @classmethod
    def of(cls, folder, w, patients, donors, nulls="ignore_inside_ambiguity"):
        options = {"mac": w.mac_table, "nulls": nulls}
        folder.mkdir(exist_ok=True)
        registry = am.Registry.from_csv(write_rows(folder / "donors.csv", donors), w.names, **options)
        people, report = am.read_patients(write_rows(folder / "patients.csv", patients), w.names, **options)
        assert registry.report.problems == [] and report.problems == []
        return cls(
            registry,
            people,
            [person_from_row(w.release, row, w.mac, nulls) for row in donors],
            [person_from_row(w.release, row, w.mac, nulls) for row in patients],
        )

    def pairs(self):
        return zip(self.patients, self.slow_patients, strict=True)

    def everyone(self, patient, **options):
        """{donor id: Match} of all donors."""
        found = self.registry.search(patient, **{"max_mismatches": HIGH, "on": ON, **options})
        assert found.total == len(found) == len(self.slow_donors)
        return {match.donor_id: match for match in found}


def details(hit, case):
    """What the model says for the attributes of a Match that belong to sections 5, 6 and 8."""
    patient, donor = hit.patient, hit.donor
    answer, possible = dpb1.tce(*hit.typings("DPB1"), case.tce_version)
    return {
        "dpb1_tce": answer,
        "dpb1_tce_possible": possible,
        "dpb1_expression": dpb1.expression(*hit.typings("DPB1"), case.expression),
        "b_leader": leader.b_leader(*hit.typings("B")),
        "b_leader_mismatch": leader.b_leader_mismatch(*hit.typings("B")),
        "low_expression_gvh": clinical.low_expression_gvh(patient, donor),
        "antigen_mismatches": antigen_mismatches(hit),
        "age": clinical.age(donor, case.on),
        "cmv": clinical.cmv(patient, donor),
        "abo": clinical.abo(patient, donor),
        "rh": clinical.rh(patient, donor),
        "weight_ratio": clinical.weight_ratio(patient, donor),
        "tnc_per_kg": clinical.tnc_per_kg(patient, donor),
        "cd34_per_kg": clinical.cd34_per_kg(patient, donor),
    }


def assert_details(match, hit, case, about):
    """All attributes of a Match; numbers with fractions within rounding."""
    for name, expected in details(hit, case).items():
        found = getattr(match, name)
        if name in ("weight_ratio", "tnc_per_kg", "cd34_per_kg") and expected is not None:
            assert found == pytest.approx(float(expected), rel=1e-12), (name, about)
        else:
            assert found == expected, (name, about)
            assert type(found) is type(expected), (name, about)


def case(**options):
    return Case(**{"on": ON, **options})
