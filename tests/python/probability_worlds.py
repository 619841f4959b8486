# SPDX-License-Identifier: Apache-2.0
"""Frequency sets and people as the library and the slow model see them, and the comparison of answers."""

import csv
import json
import random
import re
from dataclasses import dataclass

import allomatch as am
from slow_model import generate_probability
from slow_model.frequency import FrequencySet, is_null
from slow_model.genotypes import expressed
from slow_model.probability import probability
from slow_model.search import person_from_row

TOLERANCE = 1e-12
LOCI_OF_WORLDS = (
    (("A", "B", "DRB1"), ("A", "B", "DRB1")),
    (("A", "B", "C", "DRB1", "DQB1"), ("A", "B", "DRB1")),
    (("B", "A", "DRB345"), ("DRB345", "DRB1")),
    (("A", "B", "C", "DRB345"), ("A", "B", "C", "DRB345"), ("B", "DRB1")),
)
# Four haplotypes of A and B, and people who fit some of them in every way, read without nomenclature.
FOUR = "A*01:01~B*07:02 0.4;A*01:01~B*08:01 0.2;A*02:05~B*07:02 0.1;A*02:05~B*08:01 0.3"
PEOPLE = (
    "A*01:01+A*02:05^B*07:02+B*08:01",
    "A*01:01",
    "A*01:01+A*02:05",
    "A*01:01/A*02:05^B*07:02/B*08:01",
    "A*02:05",
    "B*07:02+B*08:01",
    "A*01:01~B*07:02+A*02:05~B*08:01",
    "A*01:01+A*01:01|A*02:05+A*02:05",
    "",
)
COLUMNS = ("A", "B", "C", "DRB1", "DQB1")


def write_rows(path, rows):
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def several_sets(rng, w, loci_of_sets, people=(4, 9), rows=12):
    """Sets of different loci, and people drawn from them who are typed at other loci too."""
    loci = tuple(dict.fromkeys(locus for one in loci_of_sets for locus in one))
    pool = generate_probability.name_pool(rng, w.release, loci)
    made = generate_probability.Material({})
    for i, of_set in enumerate(loci_of_sets):
        count = 1 if rng.random() < 0.1 else rows
        drawn = generate_probability.frequency_rows(rng, w.release, of_set, count, pool=pool)
        if not any(float(frequency) for _, frequency in drawn):
            drawn[0] = drawn[0][0], "0.25"
        made.sets[f"pop{i}"] = drawn
    made.fallbacks = tuple(rng.sample(sorted(made.sets), rng.randint(1, len(made.sets))))
    for prefix, count, rows_of in (("P", people[0], made.patients), ("D", people[1], made.donors)):
        for number in rng.sample(range(10 * count), count):
            name = rng.choice(sorted(made.sets))
            own = {part.split("*")[0] for part in made.sets[name][0][0].split("~")}
            own = {"DRB345" if gene.startswith("DRB") and gene != "DRB1" else gene for gene in own}
            outside = [locus for locus in (*loci, "DQB1") if locus not in own and rng.random() < 0.8]
            row = generate_probability.person_of(rng, w.release, made.sets[name], outside, w.mac)
            population = rng.choice([name, name, *made.sets, "", "elsewhere"])
            rows_of.append({"id": f"{prefix}{number}", "population": population, **rearranged(rng, row)})
    return made


def rearranged(rng, row):
    """The same in other columns: antigens in those for serology, single DRB genes, a GL String a locus."""
    drb345 = [row.get(f"DRB345_{i}", "") for i in "12"]
    if all(re.fullmatch(r"(DRB[345]\*[^/]+)?", text) for text in drb345) and rng.random() < 0.3:
        row = {column: text for column, text in row.items() if not column.startswith("DRB345")}
        for text in filter(None, drb345):
            row[f"{text[:4]}_{1 if f'{text[:4]}_1' not in row else 2}"] = text
    if "gl" in row and "~" not in row["gl"] and rng.random() < 0.3:
        blocks = row["gl"].split("^")
        genes = [block.split("*")[0].removeprefix("HLA-") for block in blocks]
        if all(gene in COLUMNS for gene in genes):
            return dict(zip(genes, blocks, strict=True))
    for locus in COLUMNS:
        pair = [row.get(f"{locus}_{i}", "") for i in "12"]
        if any(pair) and all(
            text[:1].isalpha() and "*" not in text and text != "NEW" for text in pair if text
        ):
            row = {**row, f"{locus}_1": "", f"{locus}_2": ""}
            row |= {f"{locus}_ser_{i}": text for i, text in zip("12", pair, strict=True)}
    return row


@dataclass
class Both:
    """The same material on both sides."""

    fast: am.Frequencies
    slow: dict
    registry: am.Registry
    patients: list
    slow_donors: list
    slow_patients: list
    fallback: tuple

    @classmethod
    def of(cls, folder, w, made, nulls="ignore_inside_ambiguity", *, slow_people=True):
        folder.mkdir(exist_ok=True)
        files = []
        for name, rows in made.sets.items():
            path = folder / f"{name}.csv"
            files.append(generate_probability.write_frequencies(path, name, rows, "abc"[len(files) % 3]))
        slow = {name: FrequencySet.from_rows(w.release, name, rows) for name, rows in made.sets.items()}
        options = {"mac": w.mac_table, "nulls": nulls}
        registry = am.Registry.from_csv(write_rows(folder / "donors.csv", made.donors), w.names, **options)
        people, report = am.read_patients(write_rows(folder / "p.csv", made.patients), w.names, **options)
        assert registry.report.problems == [] and report.problems == []
        sides = [
            [person_from_row(w.release, row, w.mac, nulls) for row in rows]
            for rows in (made.donors, made.patients)
            if slow_people
        ] or [[], []]
        return cls(am.Frequencies.read(files, w.names), slow, registry, people, *sides, made.fallbacks)

    @property
    def options(self):
        return {"frequencies": self.fast, "fallback": self.fallback}

    def expected(self, patient, donor, loci, once=False):
        return probability(patient, donor, self.slow, loci, self.fallback, homozygous_once=once)


def generated(folder, w, seed, loci_of_sets, nulls="ignore_inside_ambiguity", **sizes):
    return Both.of(folder, w, several_sets(random.Random(seed), w, loci_of_sets, **sizes), nulls)


def gl(w, folder, sets, patients, donors, fallback=(), **columns):
    """Small material by hand: `sets` {name: 'haplotype frequency; ..'}, people as GL Strings."""
    rows = {name: [tuple(row.split()) for row in text.split(";")] for name, text in sets.items()}
    made = generate_probability.Material(rows, fallbacks=tuple(fallback))
    for prefix, texts, people in (("P", patients, made.patients), ("D", donors, made.donors)):
        for i, text in enumerate(texts):
            people.append({"id": f"{prefix}{i}", "gl": text, "population": "", **columns})
    return Both.of(folder, w, made)


# -- equal answers ------------------------------------------------


def assert_distribution(fast, slow, about):
    """Within the tolerance, and what is certain exactly so."""
    assert (fast is None) == (slow is None), (fast, slow, about)
    if slow is None:
        return
    assert len(fast) == len(slow), (fast, slow, about)
    for mine, theirs in zip(fast, slow, strict=True):
        assert abs(mine - float(theirs)) <= TOLERANCE, (fast, [float(p) for p in slow], about)
        if theirs in (0, 1):
            assert mine == theirs, (fast, [float(p) for p in slow], about)
        elif theirs > 1e-250:  # below it, a product of frequencies is no double
            assert 0 < mine <= 1, (fast, [float(p) for p in slow], about)
    assert abs(sum(fast) - 1) <= TOLERANCE, (fast, about)


def assert_prediction(fast, slow, about):
    """`fast`: the dict of `compare_one`; `slow`: Probability."""
    flags = fast["patient_explained"], fast["donor_explained"]
    assert flags == (slow.patient.explained, slow.donor.explained), about
    used = fast["patient_population"], fast["donor_population"]
    assert used == (slow.patient.population, slow.donor.population), about
    assert_distribution(fast["p"], slow.total, about)
    assert sorted(fast["loci"]) == sorted(slow.loci), about
    for locus, expected in slow.per_locus.items():
        assert_distribution(fast["loci"][locus], expected, (locus, about))


def compared(both, loci=("A", "B")):
    """Every pair against the model; {(patient, donor): totals}."""
    found = {}
    for patient, slow_patient in zip(both.patients, both.slow_patients, strict=True):
        for donor in both.slow_donors:
            fast = both.registry.compare_one(patient, donor.id, loci=loci, **both.options)["probabilities"]
            assert_prediction(fast, both.expected(slow_patient, donor, loci), (patient.typings, donor.fields))
            found[patient.id, donor.id] = fast["p"]
    return found


def bits(match):
    """All that is predicted for one match, to compare bit for bit."""
    return json.dumps([match.donor_id, match.p, match.locus_p, match.explained, match.population])


# -- outcomes as text ------------------------------------------------


def numeric(allele):
    fields = allele.split("*")[1].rstrip("NLSCAQ").split(":")
    return tuple(int(part) for part in fields), allele


def haplotype_text(loci, haplotype):
    """{locus: text} of a haplotype of the model; a null by the alleles that it may be, as in the library."""
    return {
        locus: null_text(outcome) if is_null(outcome) else outcome
        for locus, outcome in zip(loci, haplotype, strict=True)
    }


def null_text(outcome, most=4):
    names = sorted(outcome, key=numeric)
    more = [f".. ({len(names)} alleles)"] if len(names) > most else []
    return "/".join(names[:most] + more)


def content_text(locus, pair):
    """`A*02:01P+A*24:02P`, classes sorted as text."""
    if all(map(is_null, pair)):
        return f"{locus}*null"
    return "+".join(sorted(expressed(pair)))


def sorted_content(text):
    return "+".join(sorted(text.split("+")))
