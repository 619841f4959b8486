# SPDX-License-Identifier: Apache-2.0
"""The probability of each answer at DPB1: tables by hand, against the slow model, and on real data."""

import json
import random
from fractions import Fraction

import allomatch as am
import pytest
from clinical_worlds import small_world
from command import call, donors_of, rows_of
from conftest import SHARED
from hypothesis import given
from hypothesis import strategies as st
from probability_worlds import TOLERANCE, Both, bits, generated, gl
from slow_model.dpb1 import ANSWERS
from slow_model.dpb1_probability import tce_probabilities
from slow_model.generate_probability import Material
from worlds import POLICIES, World, examples

GENES = ("A", "B", "DRB1", "DQB1", "DPB1")
LOCI_OF_SETS = (
    (("A", "B", "DPB1"), ("A", "DPB1")),
    (("DPB1", "DRB1", "A"), ("A", "B", "DRB1")),
    (("DPB1",), ("B", "DPB1")),
)
SEARCHED = (("A", "B"), ("A", "DPB1"), ("DPB1",), ("DRB1", "B", "DPB1", "A"), ("DRB1",))


def expected_of(both, patient, donor, loci, version=None):
    return tce_probabilities(patient, donor, both.slow, loci, both.fallback, version)


def assert_answers(fast, slow, about):
    """Equal within the tolerance, certain where the model is; sums to 1."""
    assert (fast is None) == (slow is None), (fast, slow, about)
    if slow is None:
        return
    assert set(fast) == set(ANSWERS), about
    for answer, p in slow.items():
        assert 0 <= fast[answer] <= 1 and abs(fast[answer] - float(p)) <= TOLERANCE, (fast, slow, about)
        assert (fast[answer] == 1) == (p == 1) and (p != 0 or fast[answer] == 0), (fast, slow, about)
        assert p < 1e-250 or fast[answer] > 0, (fast, slow, about)
    assert abs(sum(fast.values()) - 1) <= TOLERANCE, (fast, about)


def assert_possible(match):
    """Nothing else than what the typings allow, and a match as likely as no mismatch."""
    at = match.locus_p.get("DPB1")
    if at is not None and match.dpb1_p is not None:
        assert match.dpb1_p["match"] == pytest.approx(at[0], abs=TOLERANCE)
    if match.dpb1_p is None or match.dpb1_tce_possible in ((), ("match",)):
        return False  # typings that may match count as a match before all others
    if len(match.dpb1_tce_possible) == 1:
        assert match.dpb1_p[match.dpb1_tce_possible[0]] == 1
    likely = {answer for answer, p in match.dpb1_p.items() if p > 0} - {"unknown"}
    assert likely <= set(match.dpb1_tce_possible)
    return True


def check(both, loci, nulls, about, version=None):
    found = {"decided": 0, "several": 0, "none": 0}
    for patient, slow_patient in zip(both.patients, both.slow_patients, strict=True):
        matches = both.registry.compare(patient, loci=loci, tce_version=version, **both.options)
        for match, donor in zip(matches, both.slow_donors, strict=True):
            slow = expected_of(both, slow_patient, donor, loci, version)
            assert_answers(match.dpb1_p, slow, (about, loci, slow_patient.fields, donor.fields))
            # Positions that are null in part count with the null here, and not in matching.
            if nulls == "consider":
                found["decided"] += assert_possible(match)
            found["several"] += slow is not None and len([p for p in slow.values() if p]) > 2
            found["none"] += slow is None
    return found


# -- by hand ------------------------------------------------

# Groups of the small release: 04:01 and 02:01 3, 03:01 2, 09:01 1, 104:01 none; 61:01N is null.
LINKED = (
    "A*01:01~DPB1*04:01 0.3;A*01:01~DPB1*02:01 0.1;A*02:06~DPB1*03:01 0.2;A*24:02~DPB1*09:01 0.2;"
    "A*31:01~DPB1*104:01 0.1;A*02:07~DPB1*61:01N 0.1"
)
TABLE = [  # patient, donor, the probabilities that are not 0
    ("A*01:01", "A*01:01", {"match": "0.4609375", "permissive": "0.5390625"}),
    ("A*01:01", "A*01:01+A*24:02", {"nonpermissive_hvg": "1"}),
    ("A*01:01+A*24:02", "A*01:01", {"nonpermissive_gvh": "1"}),
    ("A*01:01+A*24:02", "A*01:01+A*24:02", {"match": "0.625", "permissive": "0.375"}),
    ("A*01:01", "A*01:01+A*31:01", {"unknown": "1"}),
    ("A*01:01+A*31:01", "A*01:01+A*31:01", {"match": "0.625", "unknown": "0.375"}),
    ("A*01:01", "A*01:01+A*02:07", {"match": "0.4375", "permissive": "0.5625"}),
    ("A*02:07", "A*02:07", {"match": "1"}),
    ("A*02:07", "A*01:01", {"unknown": "1"}),
    # Typed DPB1 leaves out what does not fit; where no haplotype fits, only who is fully typed is something.
    ("A*01:01^DPB1*04:01+DPB1*02:01", "A*01:01", {"match": "0.375", "permissive": "0.625"}),
    ("A*31:01^DPB1*04:01+DPB1*03:01", "A*01:01", {"nonpermissive_gvh": "1"}),
    ("A*31:01^DPB1*04:01/DPB1*03:01", "A*01:01", None),
    ("A*02:06+A*24:02^DPB1*03:01/DPB1*09:01", "A*01:01", {"nonpermissive_gvh": "1"}),
    # Either haplotype of 02:06 or 24:02: 2 0.2 0.3 against 2 0.2 0.3.
    (
        "A*02:06/A*24:02+A*01:01^DPB1*04:01+DPB1*03:01/DPB1*09:01",
        "A*02:06+A*02:06",
        {"permissive": "0.5", "nonpermissive_gvh": "0.5"},
    ),
]


@pytest.mark.parametrize("searched", [("A",), ("A", "DPB1")])
def test_table(tmp_path, searched):
    w = small_world(tmp_path)
    for i, (mine, theirs, answers) in enumerate(TABLE):
        both = gl(w, tmp_path / str(i), {"X": LINKED}, [mine], [theirs])
        slow = expected_of(both, both.slow_patients[0], both.slow_donors[0], searched)
        expected = answers and {answer: Fraction(answers.get(answer, 0)) for answer in ANSWERS}
        assert slow == expected, (mine, theirs)
        match = both.registry.compare(both.patients[0], loci=searched, **both.options)[0]
        assert_answers(match.dpb1_p, slow, (mine, theirs))


def test_versions_of_the_groups(tmp_path):
    """05:01 went from group 3 to 2 in V3."""
    both = gl(small_world(tmp_path), tmp_path, {"X": LINKED}, ["DPB1*05:01"], ["DPB1*04:01"])
    for version, answer in (("V2", "permissive"), ("V3", "nonpermissive_gvh"), (None, "nonpermissive_gvh")):
        match = both.registry.compare(both.patients[0], loci="DPB1", tce_version=version, **both.options)[0]
        assert match.dpb1_p[answer] == 1 and match.dpb1_tce == answer


def test_without_dpb1_in_the_sets(tmp_path):
    w = small_world(tmp_path)
    both = gl(w, tmp_path, {"X": "A*01:01 0.5;A*24:02 0.5"}, ["DPB1*04:01^A*01:01"], ["DPB1*04:01^A*01:01"])
    found = both.registry.compare(both.patients[0], loci="A", **both.options)
    assert found[0].dpb1_p is None and found[0].p0 == 1
    plain = both.registry.compare(both.patients[0], loci="A")
    assert plain[0].dpb1_p is None
    for one in (found, plain):
        one.write(tmp_path / "matches.csv")
        assert "dpb1_p_" not in (tmp_path / "matches.csv").read_text(encoding="utf-8")


# -- generated worlds ------------------------------------------------


@pytest.mark.parametrize("nulls", POLICIES)
@pytest.mark.parametrize("seed", range(24))
def test_pairs(world, tmp_path, seed, nulls):
    w = World.names_only() if seed % 8 == 7 else world(seed % 4, GENES)
    both = generated(tmp_path, w, seed, LOCI_OF_SETS[seed % 3], nulls)
    check(both, SEARCHED[seed % 5], nulls, seed, None if seed % 2 or w.release.names_only else "V1")


def test_pairs_are_of_every_kind(world, tmp_path):
    """The generated pairs are worth comparing."""
    counts = dict.fromkeys(("decided", "several", "none"), 0)
    for seed in range(12):
        both = generated(
            tmp_path / str(seed), world(seed % 4, GENES), seed, LOCI_OF_SETS[seed % 3], "consider"
        )
        for kind, count in check(both, SEARCHED[seed % 5], "consider", seed).items():
            counts[kind] += count
    assert min(counts.values()) >= 10, counts


@examples(15)
@given(seed=st.integers(0, 1_000_000))
def test_pairs_from_larger_sets(world, tmp_path_factory, seed):
    folder = tmp_path_factory.mktemp("large")
    both = generated(
        folder, world(seed % 4, GENES), seed, random.Random(seed).choice(LOCI_OF_SETS), people=(3, 4), rows=40
    )
    check(both, SEARCHED[seed % 5], "ignore_inside_ambiguity", seed)


# -- columns, conditions, rankings, threads ------------------------------------------------


def test_columns_conditions_and_rankings(world, tmp_path):
    both = generated(tmp_path, world(1, GENES), 3, LOCI_OF_SETS[0], people=(3, 40))
    options = {"loci": "A", "max_mismatches": 2, **both.options}
    columns = am._core.tce_columns()
    assert sorted(columns) == sorted(f"dpb1_p_{answer}" for answer in ANSWERS)
    known = 0
    for patient in both.patients:
        found = both.registry.search(patient, rank=["dpb1_p_permissive"], threads=1, **options)
        values = [match.dpb1_p and match.dpb1_p["permissive"] for match in found]
        known += len(numbers := [value for value in values if value is not None])
        assert values == sorted(numbers, reverse=True) + [None] * (len(values) - len(numbers))
        threaded = both.registry.search(patient, rank=["dpb1_p_permissive"], threads=2, **options)
        assert [(bits(m), m.dpb1_p) for m in threaded] == [(bits(m), m.dpb1_p) for m in found]
        if numbers:
            half = sorted(numbers)[len(numbers) // 2]
            taken = both.registry.search(patient, where=f"DPB1_p_permissive >= {half!r}", **options)
            assert {m.donor_id for m in taken} == {
                m.donor_id for m in found if m.dpb1_p and m.dpb1_p["permissive"] >= half
            }
        lost = both.registry.search(patient, where="dpb1_p_match is missing", **options)
        assert len(lost) == len(values) - len(numbers)
        found.write(tmp_path / "matches.jsonl")
        lines = (tmp_path / "matches.jsonl").read_text(encoding="utf-8").splitlines()
        written = [json.loads(line) for line in lines]
        assert [[row[column] for column in columns] for row in written] == [
            list(match.dpb1_p.values()) if match.dpb1_p else [None] * 5 for match in found
        ]
        names = list(written[0])
        assert names.index("donor_population") + 1 == names.index(columns[0]) < names.index("dpb1_tce")
    assert known > 30


@pytest.mark.parametrize(
    ("where", "reason"), [("dpb1_p_match > 0", "frequencies"), ("dpb1_p_perfect > 0", "no field")]
)
def test_wrong_conditions(world, tmp_path, where, reason):
    both = generated(tmp_path, world(1, GENES), 3, LOCI_OF_SETS[0])
    options = both.options if reason == "no field" else {}
    with pytest.raises(am.FormatError, match=reason):
        both.registry.search(both.patients[0], loci="A", where=where, **options)


# -- on the command line ------------------------------------------------


@pytest.mark.parametrize("command", ["search", "compare"])
@pytest.mark.parametrize("patients", ["id,A_1,A_2\nP,01:01,24:02\n", "id,A_1,A_2\n"])
def test_match_files_and_explain(tmp_path, command, patients):
    frequencies = tmp_path / "f.csv"
    frequencies.write_text(
        "haplotype,frequency\nA*01:01~DPB1*04:01,0.5\nA*24:02~DPB1*09:01,0.25\nA*24:02~DPB1*04:01,0.25\n",
        encoding="utf-8",
    )
    donors = donors_of(tmp_path, "id,A_1,A_2\nD,01:01,24:02\n")
    people = ["--donors", donors, "--patients", donors_of(tmp_path, patients, "p.csv"), "--loci", "A"]
    out = tmp_path / "m.csv"
    assert call(command, *people, "--frequencies", frequencies, "--out", out)[0] == 0
    head = out.read_text(encoding="utf-8").splitlines()[0].split(",")
    assert head[head.index("donor_population") + 1 :][:5] == am._core.tce_columns()
    if "P," in patients:  # 04:01 with 09:01 or twice, on both sides
        (row,) = rows_of(out)
        assert [float(row[column]) for column in am._core.tce_columns()] == [0.5, 0, 0, 0.25, 0.25]
        said = call("explain", *people, "--frequencies", frequencies, "--patient", "P", "--donor", "D")[1]
        assert "match 50%, nonpermissive_hvg 25%, nonpermissive_gvh 25%" in said
    else:
        assert rows_of(out) == []


# -- real data ------------------------------------------------


def test_real_frequencies(real, tmp_path):
    """Haplotypes of families with DPB1 (PLOS One 2018), people typed at five loci."""
    file = SHARED / "data" / "frequencies" / "family_Global_dpb1.csv"
    if not file.is_file():
        pytest.skip("the frequencies with DPB1 not found; set ALLOMATCH_SHARED to the folder with data")
    lines = file.read_text(encoding="utf-8").splitlines()[1:]
    cells = [line.split(",") for line in lines]
    rng = random.Random(5)
    rows = [(haplotype, frequency) for haplotype, _, frequency in cells[:60]]
    people = []
    for number in range(14):
        two = [rng.choice(rows[:40])[0].split("~") for _ in "12"]
        columns = {"id": f"X{number}", "population": ""}
        for parts in zip(*two, strict=True):
            gene = parts[0].split("*")[0]
            if gene == "DPB1" and number % 3:
                continue
            columns |= {f"{gene}_{i}": part.split("*")[1] for i, part in enumerate(parts, 1)}
        people.append(columns)
    both = Both.of(tmp_path, real, Material({"X": rows}, people[:4], people[4:]))
    kinds = set()
    for loci in ("10/10", "12/12"):
        for patient, slow_patient in zip(both.patients, both.slow_patients, strict=True):
            for match, donor in zip(
                both.registry.compare(patient, loci=loci, **both.options), both.slow_donors, strict=True
            ):
                slow = expected_of(both, slow_patient, donor, loci)
                assert_answers(match.dpb1_p, slow, (loci, patient.id, donor.id))
                kinds |= {answer for answer, p in slow.items() if 0 < p < 1}
    # Groups of all common alleles are known in 3.58.0.
    assert kinds == set(ANSWERS) - {"unknown"}
    frequencies = am.Frequencies.read(file, real.names)
    assert any("DPB1" in one["loci"] for one in frequencies.sets)
