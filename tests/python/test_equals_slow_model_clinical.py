# SPDX-License-Identifier: Apache-2.0
"""The library against the slow model: DPB1, leader and donor fields of every pair (section 5)."""

import random

import pytest
from clinical_worlds import (
    LOCI,
    NAMES,
    TABLE,
    Sides,
    assert_details,
    case,
    expression_table,
    people,
    small_world,
    worlds_of,
)
from hypothesis import given
from hypothesis import strategies as st
from slow_model import compare_locus, generate
from slow_model.dpb1 import expression, tce
from slow_model.search import compare_people
from worlds import POLICIES, World, examples


def check(sides, loci, about, tce_version=None, **options):
    """Every pair; what the model says is given back."""
    version = {} if tce_version is None else {"tce_version": tce_version}
    there = case(tce_version=tce_version)
    seen = []
    for patient, slow_patient in sides.pairs():
        found = sides.everyone(patient, loci, **version, **options)
        for donor in sides.slow_donors:
            hit = compare_people(slow_patient, donor, loci)
            where = {
                name: (slow_patient.fields.get(name), donor.fields.get(name))
                for locus in ("DPB1", "B")
                for name in (locus, f"{locus}_1", f"{locus}_2")
            }
            assert_details(found[donor.id], hit, there, (about, patient.id, donor.id, where))
            seen.append(hit)
    return seen


@pytest.mark.parametrize("nulls", POLICIES)
@pytest.mark.parametrize("kind", ["names", *range(8)])
def test_generated(world, tmp_path, kind, nulls):
    w = worlds_of(world, kind)
    rng = random.Random(f"{kind}{nulls}")
    sides = Sides.of(tmp_path, w, people(rng, w, "P", 8), people(rng, w, "D", 40), nulls)
    for version in (None, *sorted(w.release.tce)):
        check(sides, rng.choice([LOCI, ("A", "B", "DRB1"), ("DPB1",), ("A",)]), (kind, nulls), version)
    check(sides, LOCI, (kind, nulls), homozygous_once=True)


@examples(100)
@given(seed=st.integers(0, 1_000_000))
def test_one_locus(world, tmp_path_factory, seed):
    """DPB1 or B alone, where every person of a small pool meets every other."""
    rng = random.Random(seed)
    w = worlds_of(world, rng.choice(["names", *range(8)]))
    nulls, locus = rng.choice(POLICIES), rng.choice(["DPB1", "DPB1", "B"])
    rows = [row for row in people(rng, w, "D", 14, (locus,), pool=4) if any(locus in name for name in row)]
    columns = {f"{locus}_1": "", f"{locus}_2": "", locus: ""}
    sides = Sides.of(tmp_path_factory.mktemp("one"), w, [columns | row for row in rows[:7]], rows, nulls)
    version = rng.choice([None, *w.release.tce])
    check(sides, (locus,), (seed, nulls, locus), version)


def test_the_answers_are_of_all_kinds(world, tmp_path):
    """What the generated people make: every answer, alone and among several."""
    answers, expressions = set(), set()
    for kind in range(8):
        w = worlds_of(world, kind)
        rng = random.Random(f"{kind}ignore_inside_ambiguity")
        sides = Sides.of(tmp_path / str(kind), w, people(rng, w, "P", 8), people(rng, w, "D", 40))
        for patient in sides.slow_patients:
            for donor in sides.slow_donors:
                both = patient.typing.get("DPB1"), donor.typing.get("DPB1")
                answers.add(tce(*both)[1])
                expressions.add(expression(*both, TABLE or {}))
    words = ("match", "permissive", "nonpermissive_hvg", "nonpermissive_gvh", "unknown")
    assert {(), *((word,) for word in words)} <= answers and len(answers) > 12
    assert len(expressions) == 5 or TABLE is None


@pytest.mark.parametrize("nulls", POLICIES)
def test_a_small_release(tmp_path, nulls):
    """DPB1 alleles that are known by heart, with nulls in every place."""
    w = small_world(tmp_path)
    rng = random.Random(5)
    names = ["04:01", "14:01", "09:01", "11:01", "61:01N", "105:01", "NEW", "04:01/61:01N", "09:01/02:01"]
    names += ["10:01/14:01/64:01N", "61:01N/64:01N", ""]
    pairs = [(a, b) for a in names for b in names if a or b]
    rows = [{"id": f"D{i}", "DPB1_1": a, "DPB1_2": b} for i, (a, b) in enumerate(pairs)]
    sides = Sides.of(tmp_path / "people", w, rng.sample(rows, 25), rng.sample(rows, 60), nulls)
    for version in (None, "V1", "V2", "V3"):
        check(sides, ("DPB1",), nulls, version)


# -- real releases ------------------------------------------------


def real_pool(rng, w, locus, near):
    """Names of a real release: of these families, with nulls, groups and lists."""
    alleles = sorted(a.short for a in w.release.alleles.values() if a.locus == locus)
    picked = [a for a in alleles if any(a.startswith(name) for name in near)]
    picked = rng.sample(picked, min(8, len(picked)))
    picked += [":".join(a.split(":")[:2]) for a in picked if a[-1].isdigit()][:4]
    picked += rng.sample([a for a in alleles if a.endswith("N")], 2) + rng.sample(alleles, 3)
    picked += ["/".join(rng.sample([a for a in picked if ":" in a], 2)) for _ in range(4)] + ["NEW"]
    kinds = ("g_group", "p_group", "small_g", "list", "short_null")
    picked += [generate.readable_text(rng, w.release, locus, w.mac, kinds, prefix="") for _ in range(4)]
    return [text.strip() for text in picked]


@pytest.mark.parametrize("version", ["3.33.0", "3.51.0", "3.58.0"])
def test_real(tmp_path, version):
    from slow_examples import SHARED

    folder = SHARED / "data" / "imgt" / version
    if not folder.is_dir():
        pytest.skip(f"release {version} not found; set ALLOMATCH_SHARED to the folder with data/imgt")
    w = World.real(folder)
    rng = random.Random(version)
    pools = {
        "DPB1": real_pool(rng, w, "DPB1", ["04:01", "02:01", "09:01", "03:01", "14:01", "05:01", "13:01"]),
        "B": real_pool(rng, w, "B", [*NAMES["B"].split(), "35:5", "40:41"]),
    }

    def rows(prefix, count):
        return [
            {"id": f"{prefix}{i}"}
            | {f"{locus}_{k}": rng.choice([*pools[locus], ""]) for locus in pools for k in (1, 2)}
            for i in range(count)
        ]

    for nulls in POLICIES:
        sides = Sides.of(tmp_path / nulls, w, rows("P", 15), rows("D", 40), nulls)
        for tce_version in (None, "V1", "V2"):
            check(sides, ("B",), (version, nulls), tce_version)


def test_expression_of_every_protein(tmp_path, names_world):
    """The table that is built in, name by name."""
    table = expression_table()
    names = (f"DPB1*{number}:99" for number in range(900, 1000))
    both, other, absent = [name for name in names if name not in table][:3]
    proteins = [*sorted(table), absent]
    patients = [{"id": f"P{i}", "DPB1_1": name, "DPB1_2": both} for i, name in enumerate(proteins)]
    donors = [{"id": "D", "DPB1_1": other, "DPB1_2": both}]
    sides = Sides.of(tmp_path, names_world, patients, donors)
    words = {"low": "favourable", "high": "unfavourable"}
    for name, found in zip(
        proteins, sides.registry.search_many(sides.patients, loci=["DPB1"], max_mismatches=2), strict=True
    ):
        assert [match.dpb1_expression for match in found] == [words.get(table.get(name), "unknown")], name


@pytest.fixture(scope="module")
def names_world():
    return World.names_only()


# -- loci that are shown without being searched ------------------------------------------------


@pytest.mark.parametrize("kind", ["names", 1, 2])
def test_also(world, tmp_path, kind):
    w = worlds_of(world, kind)
    rng = random.Random(kind)
    patients, donors = people(rng, w, "P", 4), people(rng, w, "D", 20, LOCI[:6])
    sides = Sides.of(tmp_path, w, patients, donors)
    searched = ("A", "B", "DRB1")
    typed = {locus for donor in sides.slow_donors for locus, typing in donor.typing.items() if typing.typed}
    for also, shown in (
        ({}, typed - set(searched)),  # "every locus that is not searched and that some donor is typed at"
        ({"also": "auto"}, typed - set(searched)),
        ({"also": "none"}, set()),
        ({"also": ["C", "DPB1"]}, {"C", "DPB1"}),
    ):
        for patient, slow_patient in sides.pairs():
            found = sides.everyone(patient, searched, **also)
            for donor in sides.slow_donors:
                expected = {
                    locus: compare_locus(slow_patient.typing.get(locus), donor.typing.get(locus))["letters"]
                    for locus in shown
                }
                assert found[donor.id].also == expected, (kind, also, patient.id, donor.id)
                assert set(found[donor.id].letters) == set(searched)


def test_columns_of_tables(world, tmp_path):
    pytest.importorskip("pyarrow", reason="needs pyarrow: pip install 'allomatch[frames]'")
    w = worlds_of(world, 3)
    rng = random.Random(8)
    sides = Sides.of(tmp_path, w, people(rng, w, "P", 3), people(rng, w, "D", 25))
    for patient in sides.patients:
        found = sides.registry.search(patient, loci=["A", "B"], max_mismatches=4, also=["C", "DPB1"])
        table = found.to_arrow().to_pydict()
        for i, match in enumerate(found):
            for name in ("dpb1_tce", "dpb1_expression", "b_leader"):
                assert (table[name][i] or None) == getattr(match, name)
            for locus, letters in match.also.items():
                assert table[locus][i] == letters
                assert table[f"{locus}_mm"][i] == sum(letter in "LM" for letter in letters)
