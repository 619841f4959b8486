# SPDX-License-Identifier: Apache-2.0
"""The library against the slow model: every pair of people, and every search list with its order."""

import random

import allomatch as am
import pytest
from hypothesis import given
from hypothesis import strategies as st
from slow_model import generate
from slow_model.release import DRB345_GENES
from slow_model.search import LOCI_SETS, compare_people, person_from_row, search
from slow_model.typing import locus_of_comparison
from worlds import COUNTS, LOCI, ON, POLICIES, examples

# -- pairs of people ------------------------------------------------


def written(folder, name, rows):
    generate.write_people(folder / name, rows)
    return folder / name


STYLES = ("columns", "gl_columns", "gl", "serology", "drb_columns", "mixed")


def material(rng, release, count, loci, mac, style, prefix):
    """Rows of people in one style; `serology` and `drb_columns` are made from `columns`."""
    basic = {"serology": "columns", "drb_columns": "columns", "mixed": "gl_columns"}.get(style, style)
    rows = generate.people(rng, release, count, loci, mac, basic, prefix, pool=6, on=ON)
    for row in rows:
        if style == "serology":
            for locus in ("A", "B", "C", "DRB1", "DQB1"):
                if locus in loci and rng.random() < 0.5:
                    row[f"{locus}_1"] = row[f"{locus}_2"] = ""
                    for i in "12":
                        kinds = ("serology",)
                        text = generate.readable_text(rng, release, locus, mac, kinds, prefix="").strip()
                        row[f"{locus}_ser_{i}"] = "" if rng.random() < 0.1 else text
        elif style == "drb_columns":
            pair = [row.pop("DRB345_1", ""), row.pop("DRB345_2", "")]
            columns = {}
            for text in pair:
                gene = next((g for g in DRB345_GENES if g in text), None)
                if gene is None or "/" in text and any(g in text for g in DRB345_GENES if g != gene):
                    continue
                columns[f"{gene}_{1 if f'{gene}_1' not in columns else 2}"] = text
            row.update(columns)
        elif style == "mixed" and row.get("A"):
            row["gl"] = row.pop("A")
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return [{name: row.get(name, "") for name in columns} for row in rows]


def both_sides(folder, w, rng, donors, patients, loci, nulls, styles):
    d_rows = material(rng, w.release, donors, loci, w.mac, styles[0], "D")
    p_rows = material(rng, w.release, patients, loci, w.mac, styles[1], "P")
    options = {"mac": w.mac_table, "nulls": nulls}
    registry = am.Registry.from_csv(written(folder, "donors.csv", d_rows), w.names, **options)
    people, report = am.read_patients(written(folder, "patients.csv", p_rows), w.names, **options)
    assert registry.report.problems == [] and report.problems == []
    assert len(registry) == len(d_rows) and len(people) == len(p_rows)
    slow_donors = [person_from_row(w.release, row, w.mac, nulls) for row in d_rows]
    slow_patients = [person_from_row(w.release, row, w.mac, nulls) for row in p_rows]
    return registry, people, slow_donors, slow_patients


def check_pairs(registry, people, slow_donors, slow_patients, loci, once, about):
    for person, slow_patient in zip(people, slow_patients, strict=True):
        found = registry.compare(person, loci=list(loci), homozygous_once=once)
        assert [match.donor_id for match in found] == [donor.id for donor in slow_donors]
        for match, donor in zip(found, slow_donors, strict=True):
            slow = compare_people(slow_patient, donor, loci, homozygous_once=once)
            fast = {name: getattr(match, name) for name in COUNTS}
            expected = {name: getattr(slow, name) for name in COUNTS}
            where = {
                "typings": {
                    locus: (person.typings.get(locus), registry.donor(donor.id)["typings"].get(locus))
                    for locus in loci
                    if match.letters[locus] != slow.letters[locus] or fast != expected
                },
                "about": about,
            }
            assert (fast, match.letters) == (expected, slow.letters), where


@pytest.mark.parametrize("nulls", POLICIES)
@pytest.mark.parametrize("once", [False, True])
@pytest.mark.parametrize("seed", range(9))
def test_pairs(world, tmp_path, seed, nulls, once):
    w = world(seed % 5)
    rng = random.Random(77 * seed + 2 * once + (nulls == "consider"))
    styles = STYLES[seed % 6], STYLES[(seed * 2 + seed // 6) % 6]
    sides = both_sides(tmp_path, w, rng, 9, 7, LOCI, nulls, styles)
    check_pairs(*sides, LOCI, once, (seed, nulls, once, styles))


@examples(100)
@given(seed=st.integers(0, 1_000_000))
def test_pairs_at_one_locus(world, seed):
    """Single loci, where every pair of a small pool meets every other."""
    rng = random.Random(seed)
    w = world(seed % 6, tuple(generate.FAMILIES))
    locus = rng.choice(["A", "B", "C", "DRB1", "DRB345", "DQB1", "DPB1"])
    nulls, once = rng.choice(POLICIES), rng.random() < 0.3
    pyarrow = pytest.importorskip("pyarrow", reason="needs pyarrow: pip install 'allomatch[frames]'")
    texts = [generate.gl_text(rng, w.release, locus, w.mac) for _ in range(5)]
    if locus == "DRB345":
        texts += [f"{generate.readable_text(rng, w.release, locus, w.mac)}".strip()]
    options = {"mac": w.mac_table, "nulls": nulls}
    people = [am.Patient(f"P{i}", {locus: text}, w.names, **options) for i, text in enumerate(texts)]
    frame = pyarrow.table({"id": [f"D{i}" for i in range(len(texts))], locus: texts})
    registry = am.Registry.from_frame(frame, w.names, **options)
    rows = [{"id": f"D{i}", locus: text} for i, text in enumerate(texts)]
    slow = [person_from_row(w.release, row, w.mac, nulls) for row in rows]
    check_pairs(registry, people, slow, slow, (locus,), once, (seed, nulls, once))


def test_real_pairs(real, tmp_path):
    rng = random.Random(12)
    loci = ("A", "B", "C", "DRB1", "DQB1", "DPB1")
    kinds = ("full", "truncated", "short_null", "g_group", "p_group", "small_g", "list", "short_list")
    pools = {}
    for locus in loci:
        alleles = sorted(a.short for a in real.release.alleles.values() if a.locus == locus)
        near = rng.sample(alleles, 5)
        near += [rng.choice([a for a in alleles if a.split(":")[0] == n.split(":")[0]]) for n in near]
        nulls = [a for a in alleles if a.endswith("N")]
        pools[locus] = near + [":".join(a.split(":")[:2]) for a in near[:4] if a[-1].isdigit()]
        pools[locus] += rng.sample(nulls, min(2, len(nulls))) + ["/".join(rng.sample(near, 3)), "NEW"]
        pools[locus] += [
            generate.readable_text(rng, real.release, locus, real.mac, kinds).strip() for _ in range(3)
        ]

    def rows(prefix, count):
        return [
            {"id": f"{prefix}{i}"}
            | {f"{locus}_{k}": rng.choice([*pools[locus], ""]) for locus in loci for k in (1, 2)}
            for i in range(count)
        ]

    d_rows, p_rows = rows("D", 25), rows("P", 12)
    registry = am.Registry.from_csv(written(tmp_path, "d.csv", d_rows), real.names)
    people, report = am.read_patients(written(tmp_path, "p.csv", p_rows), real.names)
    assert not registry.report.problems and not report.problems
    slow_d, slow_p = ([person_from_row(real.release, row) for row in rows] for rows in (d_rows, p_rows))
    check_pairs(registry, people, slow_d, slow_p, loci, False, "3.58.0")


# -- searches ------------------------------------------------


def requests(rng):
    loci = rng.choice([LOCI, LOCI_SETS["6/6"], LOCI_SETS["8/8"], LOCI_SETS["10/10"], ("A",), ("DRB345", "B")])
    most = rng.choice([0, 1, 2, 3, 2 * len(loci)])
    limits = {locus: rng.randint(0, 2) for locus in rng.sample(loci, rng.randint(0, min(2, len(loci))))}
    options = {"max_mismatches": most, "limits": limits, "direction": rng.choice(["both", "gvh", "hvg"])}
    if rng.random() < 0.25:
        options["exactly"] = rng.randint(0, 4)
        del options["max_mismatches"]
    if rng.random() < 0.3:
        options["top"] = rng.randint(1, 6)
    options["homozygous_once"] = rng.random() < 0.2
    return loci, options


@pytest.mark.parametrize("seed", range(16))
def test_searches(world, tmp_path, seed):
    w = world(seed % 4)
    rng = random.Random(4242 + seed)
    nulls = POLICIES[seed % 2]
    kinds = rng.choice(STYLES), rng.choice(STYLES)
    registry, people, slow_donors, slow_patients = both_sides(tmp_path, w, rng, 28, 3, LOCI, nulls, kinds)
    for _ in range(3):
        loci, options = requests(rng)
        slow = search(slow_patients, slow_donors, loci, on=ON, **options)
        slow_all = search(slow_patients, slow_donors, loci, on=ON, **{**options, "top": None})
        for threads in (1, 2):
            table = registry.search_many(people, loci=list(loci), on=ON, threads=threads, **options)
            single = [registry.search(p, loci=list(loci), on=ON, threads=threads, **options) for p in people]
            for found in (list(table), single):
                for matches, (patient, hits), (_, everyone) in zip(found, slow, slow_all, strict=True):
                    about = (seed, loci, options, patient.id, kinds)
                    assert [m.donor_id for m in matches] == [hit.donor.id for hit in hits], about
                    assert [m.rank for m in matches] == [hit.rank for hit in hits], about
                    assert matches.total == len(everyone), about
                    for match, hit in zip(matches, hits, strict=True):
                        assert [getattr(match, n) for n in COUNTS] == [getattr(hit, n) for n in COUNTS], about
                        assert match.letters == {locus_of_comparison(k): v for k, v in hit.letters.items()}


def test_insertion_order_does_not_matter(world, tmp_path):
    w = world(1)
    rng = random.Random(9)
    rows = material(rng, w.release, 60, LOCI, w.mac, "columns", "D")
    patients, _ = am.read_patients(
        written(tmp_path, "p.csv", material(rng, w.release, 4, LOCI, w.mac, "columns", "P")),
        w.names,
        mac=w.mac_table,
    )
    lists = []
    for _ in range(3):
        rng.shuffle(rows)
        registry = am.Registry.from_csv(written(tmp_path, "d.csv", rows), w.names, mac=w.mac_table)
        table = registry.search_many(patients, loci=list(LOCI), max_mismatches=12, on=ON)
        lists.append([[match.donor_id for match in matches] for matches in table])
    assert lists[0] == lists[1] == lists[2]
    assert all(len(found) > 5 for found in lists[0])
