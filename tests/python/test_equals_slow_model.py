# SPDX-License-Identifier: Apache-2.0
"""The library against the slow model, on generated releases, texts, people and requests.

Every miniature release is written to disk and loaded by both sides. Texts are drawn from all forms of typing, right
and wrong, and from plain noise; people come in every style of input. What must agree: whether a text reads
and what it means, every number and letter of every pair, and every search list with its order.
"""

import datetime
import functools
import os
import random
from pathlib import Path

import allomatch as am
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slow_model import ReadingError, Release, generate, read_gl, read_position
from slow_model.release import DRB345_GENES
from slow_model.search import LOCI_SETS, compare_people, person_from_row, search
from slow_model.typing import locus_of_comparison

SHARED = Path(os.environ.get("ALLOMATCH_SHARED", Path(__file__).resolve().parents[2].parent / "shared"))
ON = datetime.date(2024, 6, 1)
LOCI = ("A", "B", "C", "DRB1", "DRB345", "DQB1")
COUNTS = ("mismatches", "mismatches_max", "gvh", "hvg")
POLICIES = ("ignore_inside_ambiguity", "consider")


def examples(count):
    unhurried = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
    return settings(max_examples=count, deadline=None, derandomize=True, suppress_health_check=unhurried)


class World:
    """One release and one table of codes, as both sides see them."""

    def __init__(self, folder, seed, loci=(*LOCI[:4], "DRB3", "DRB4", "DQB1")):
        rng = random.Random(seed)
        rows, self.release = generate.miniature(rng, loci=loci)
        self.mac = generate.mac_table(rng, self.release)
        generate.write_release(
            folder / "release",
            rows,
            newline=rng.choice(["\n", "\r\n"]),
            last_newline=rng.random() < 0.5,
        )
        generate.write_mac(folder / "mac.txt", self.mac, rng.choice(["star", "plain"]))
        self.names = am.Nomenclature.load(folder / "release")
        self.mac_table = am.MacTable.load(folder / "mac.txt")
        self.seed = seed

    def slow(self, locus, text, serology=False):
        try:
            reading = read_position(self.release, locus, text, self.mac, serology)
        except ReadingError:
            return None
        return {
            "alleles": sorted(reading.alleles),
            "classes": sorted(reading.classes),
            "g_groups": sorted(reading.g_groups),
            "serology": sorted(reading.serology),
            "null": reading.is_null,
            "locus": reading.locus,
        }

    def fast(self, locus, text, serology=False):
        try:
            found = am.read_typing(
                text, self.names, locus=locus, mac=self.mac_table, serology=serology
            )
        except am.TypingError as error:
            assert error.reason and error.text == text
            if error.suggestion:
                self.slow_reads_suggestion(locus, error.suggestion, serology)
            return None
        out = {key: sorted(found[key]) for key in ("alleles", "classes", "g_groups", "serology")}
        assert all(len(set(out[key])) == len(out[key]) for key in out)
        return {**out, "null": found["null"], "locus": found["locus"]}

    def slow_reads_suggestion(self, locus, suggestion, serology):
        assert self.slow(locus, suggestion, serology) is not None, suggestion

    def check_text(self, locus, text, serology=False):
        if any(operator in text for operator in "+^|~"):
            return  # the command takes these for GL Strings; see check_gl
        slow, fast = self.slow(locus, text, serology), self.fast(locus, text, serology)
        assert fast == slow, (self.seed, locus, text, serology)

    def check_gl(self, locus, text):
        try:
            read = read_gl(self.release, text, self.mac, locus=locus)
        except ReadingError:
            read = None
        try:
            found = am.read_typing(text, self.names, locus=locus, mac=self.mac_table)
        except am.TypingError:
            found = None
        assert (found is None) == (read is None), (self.seed, locus, text)
        if found is None:
            return
        slow = {
            key: [[sorted(r.classes) if r else [] for r in pair] for pair in typing.pairs]
            for key, typing in read.items()
        }
        fast = {
            key: [[sorted(side) for side in pair] for pair in pairs]
            for key, pairs in found["alternatives"].items()
        }
        assert fast == slow, (self.seed, locus, text)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    @functools.cache
    def make(seed, loci=(*LOCI[:4], "DRB3", "DRB4", "DQB1")):
        return World(tmp_path_factory.mktemp(f"world{seed}"), seed, loci)

    return make


# -- texts ------------------------------------------------


@pytest.mark.parametrize("seed", range(40))
def test_texts(world, seed):
    w = world(seed, tuple(generate.FAMILIES) if seed % 4 == 0 else LOCI[:4] + ("DRB3", "DRB4", "DQB1"))
    rng = random.Random(1000 + seed)
    genes = sorted({allele.locus for allele in w.release.alleles.values()})
    loci = [gene for gene in genes if gene not in DRB345_GENES] + ["DRB345", "DRB345"]
    for _ in range(250):
        locus = rng.choice(loci)
        make = generate.wrong_text if rng.random() < 0.3 else generate.typing_text
        _, text = make(rng, w.release, locus, w.mac)
        w.check_text(locus, text, serology=rng.random() < 0.1)
        w.check_text(rng.choice([None, locus, rng.choice(genes)]), text)


def test_every_allele_and_group_name(world):
    w = world(3)
    names = [*w.release.alleles, *w.release.g_members, *w.release.p_members]
    for name in names:
        w.check_text(None, name)
        w.check_text(name.split("*")[0], name.split("*")[1])


PIECES = (
    *"0123456789",
    *("01", "02", "07", "15", "24", "101", ":", ":", ":", "*", "/", "/", "A", "B", "C", "Cw", "DRB1", "DR", "HLA-"),
    *("N", "L", "Q", "G", "P", "g", "XX", "NEW", "AB", "GFAK", " ", "\t", "l", "O", "é", "-", ",", "D", "DQ", "DRB3"),
)


@examples(3000)
@given(
    seed=st.integers(0, 7),
    locus=st.sampled_from([None, "A", "B", "C", "DRB1", "DRB3", "DRB345", "DQB1"]),
    pieces=st.lists(st.sampled_from(PIECES), max_size=9),
    serology=st.booleans(),
)
def test_noise(world, seed, locus, pieces, serology):
    world(seed).check_text(locus, "".join(pieces), serology)


@examples(600)
@given(seed=st.integers(0, 10_000))
def test_texts_with_a_slip(world, seed):
    """A text that reads, with one character left out, doubled, swapped or replaced."""
    rng = random.Random(seed)
    w = world(seed % 8)
    locus = rng.choice(LOCI)
    text = generate.readable_text(rng, w.release, locus, w.mac)
    i = rng.randrange(len(text))
    other = rng.choice("0123456789:*/NLGPgX ")
    for wrong in (text[:i] + text[i + 1 :], text[:i] + text[i] + text[i:], text[:i] + other + text[i + 1 :]):
        w.check_text(locus, wrong)


@examples(500)
@given(seed=st.integers(0, 10_000))
def test_gl_strings(world, seed):
    rng = random.Random(seed)
    w = world(seed % 8)
    loci = rng.sample(LOCI, rng.randint(1, 3))
    texts = [generate.gl_text(rng, w.release, locus, w.mac) for locus in loci]
    text = "^".join(texts)
    if not any(operator in text for operator in "+^|~"):
        return
    w.check_gl(None, text)
    w.check_gl(loci[0], text)
    i = rng.randrange(len(text))
    w.check_gl(None, text[:i] + rng.choice("+|^~/ ") + text[i + 1 :])
    w.check_gl(None, text.replace("^", "~").replace("|", "+"))


def test_names_only():
    w = World.__new__(World)
    w.release, w.mac, w.names, w.mac_table, w.seed = Release.names(), None, am.Nomenclature.names(), None, "names"
    rng = random.Random(5)
    for _ in range(4000):
        text = "".join(rng.choice(PIECES) for _ in range(rng.randint(1, 8)))
        w.check_text(rng.choice([None, "A", "C", "DRB1", "DRB345"]), text)
    for text in ("A*01:01:01:01", "A*01:16N", "A*0201", "A*02", "A*02:01/A*02:06", "A*02:01/06", "02:01P", "A2", "NEW"):
        w.check_text("A", text)


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
        elif style == "mixed":
            if row.get("A"):
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
    texts = [generate.gl_text(rng, w.release, locus, w.mac) for _ in range(5)]
    if locus == "DRB345":
        texts += [f"{generate.readable_text(rng, w.release, locus, w.mac)}".strip()]
    options = {"mac": w.mac_table, "nulls": nulls}
    people = [am.Patient(f"P{i}", {locus: text}, w.names, **options) for i, text in enumerate(texts)]
    frame = __import__("pyarrow").table({"id": [f"D{i}" for i in range(len(texts))], locus: texts})
    registry = am.Registry.from_frame(frame, w.names, **options)
    rows = [{"id": f"D{i}", locus: text} for i, text in enumerate(texts)]
    slow = [person_from_row(w.release, row, w.mac, nulls) for row in rows]
    check_pairs(registry, people, slow, slow, (locus,), once, (seed, nulls, once))


# -- searches ------------------------------------------------


def requests(rng):
    loci = rng.choice([LOCI, LOCI_SETS["6/6"], LOCI_SETS["8/8"], LOCI_SETS["10/10"], ("A",), ("DRB345", "B")])
    most = rng.choice([0, 1, 2, 3, 2 * len(loci)])
    limits = {locus: rng.randint(0, 2) for locus in rng.sample(loci, rng.randint(0, min(2, len(loci))))}
    options = {"max_mismatches": most, "limits": limits, "direction": rng.choice(["both", "gvh", "hvg"])}
    if rng.random() < 0.25:
        options["exactly"] = rng.randint(0, 4)
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
        written(tmp_path, "p.csv", material(rng, w.release, 4, LOCI, w.mac, "columns", "P")), w.names, mac=w.mac_table
    )
    lists = []
    for _ in range(3):
        rng.shuffle(rows)
        registry = am.Registry.from_csv(written(tmp_path, "d.csv", rows), w.names, mac=w.mac_table)
        table = registry.search_many(patients, loci=list(LOCI), max_mismatches=12, on=ON)
        lists.append([[match.donor_id for match in matches] for matches in table])
    assert lists[0] == lists[1] == lists[2]
    assert all(len(found) > 5 for found in lists[0])


# -- a real release ------------------------------------------------


@pytest.fixture(scope="module")
def real():
    folder = SHARED / "data" / "imgt" / "3.58.0"
    if not folder.is_dir():
        pytest.skip("release 3.58.0 not found; set ALLOMATCH_SHARED to the folder with data/imgt")
    w = World.__new__(World)
    w.release, w.names, w.seed = Release.load(folder), am.Nomenclature.load(folder), "3.58.0"
    w.mac = {
        "AB": "01/02", "AD": "01/04", "GFJM": "02:01/03:01", "ZZ": "998/999", "FYKG": "07:02/07:61",
        "OLDC": "02:01/01:34N/02:100/998:01", "BDVU": "01/02/03/05/09N",
    }  # fmt: skip
    w.mac_table = am.MacTable.from_text("CODE\tSUBTYPE\n" + "".join(f"{c}\t{s}\n" for c, s in w.mac.items()))
    return w


def test_real_texts(real):
    rng = random.Random(358)
    genes = sorted({allele.locus for allele in real.release.alleles.values()})
    for gene in genes:
        alleles = [a.short for a in real.release.alleles.values() if a.locus == gene]
        old = sorted(real.release.old.get(gene, ()))
        groups = [g.split("*")[1] for g in (*real.release.g_members, *real.release.p_members) if g.split("*")[0] == gene]
        picked = rng.sample(alleles, min(60, len(alleles)))
        picked += rng.sample(old, min(60, len(old))) + rng.sample(groups, min(40, len(groups)))
        for short in picked:
            fields = short.rstrip("NLSCAQGP").split(":")
            texts = [short, ":".join(fields[:2]), ":".join(fields[:2]) + "g", ":".join(fields[:2]) + "P"]
            texts += [":".join(fields[:2]) + rng.choice("NLQ"), "".join(fields), short.replace(":", "")]
            texts += [f"{short}/{rng.choice(alleles)}", f"{gene}*{fields[0]}:{rng.choice(sorted(real.mac))}"]
            for text in texts:
                real.check_text(gene, text)
        for first in {short.split(":")[0] for short in alleles}:
            real.check_text(gene, f"{first}:XX")


def test_real_antigens(real):
    for antigen in sorted(set(real.release.children) | set().union(*real.release.antigens.values())):
        real.check_text(None, antigen)
        for gene in ("A", "C", "DRB1", "DRB345"):
            real.check_text(gene, antigen)
    for number in range(1, 120):
        real.check_text("B", str(number), serology=True)
        real.check_text("A", f"{number:02d}:XX")


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
        pools[locus] += [generate.readable_text(rng, real.release, locus, real.mac, kinds).strip() for _ in range(3)]

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
