# SPDX-License-Identifier: Apache-2.0
"""The library against the slow model, on generated releases, texts, people and requests.

Every miniature release is written to disk and loaded by both sides. Texts are drawn from all forms of
typing, right and wrong, and from plain noise; people come in every style of input. What must agree: whether
a text reads and what it means, every number and letter of every pair, and every search list with its order.
"""

import random

import allomatch as am
import pytest
from hypothesis import given
from hypothesis import strategies as st
from slow_model import generate, read_gl
from slow_model.release import DRB345_GENES
from worlds import GENES, LOCI, World, examples


@pytest.mark.parametrize("seed", range(40))
def test_texts(world, seed):
    w = world(seed, tuple(generate.FAMILIES) if seed % 4 == 0 else GENES)
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
    *(
        "01",
        "02",
        "07",
        "15",
        "24",
        "101",
        ":",
        ":",
        ":",
        "*",
        "/",
        "/",
        "A",
        "B",
        "C",
        "Cw",
        "DRB1",
        "DR",
        "HLA-",
    ),
    *(
        "N",
        "L",
        "Q",
        "G",
        "P",
        "g",
        "XX",
        "NEW",
        "AB",
        "GFAK",
        " ",
        "\t",
        "l",
        "O",
        "é",
        "-",
        ",",
        "D",
        "DQ",
        "DRB3",
    ),
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


def test_a_suggestion_reads(world):
    suggested = 0
    for seed in range(8):
        w = world(seed)
        rng = random.Random(seed)
        for _ in range(300):
            locus = rng.choice(LOCI)
            _, text = generate.wrong_text(rng, w.release, locus, w.mac)
            try:
                am.read_typing(text, w.names, locus=locus, mac=w.mac_table)
            except am.TypingError as error:
                if error.suggestion:
                    suggested += 1
                    am.read_typing(error.suggestion, w.names, locus=locus, mac=w.mac_table)
    assert suggested > 100


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


def test_phase_does_not_change_what_is_compared(world):
    w = world(2)
    rng = random.Random(6)
    for _ in range(60):
        a, b, c, d = (
            generate.readable_text(rng, w.release, g, w.mac, prefix=f"{g}*").strip() for g in "AABB"
        )
        phased = am.read_typing(f"{a}~{c}+{b}~{d}", w.names, mac=w.mac_table)["alternatives"]
        apart = am.read_typing(f"{a}+{b}^{c}+{d}", w.names, mac=w.mac_table)["alternatives"]
        assert phased == apart
        read = read_gl(w.release, f"{a}~{c}+{b}~{d}", w.mac)
        assert {k: [[sorted(r.classes) for r in pair] for pair in t.pairs] for k, t in read.items()} == {
            k: [[sorted(side) for side in pair] for pair in pairs] for k, pairs in phased.items()
        }


def test_names_only():
    w = World.names_only()
    rng = random.Random(5)
    for _ in range(4000):
        text = "".join(rng.choice(PIECES) for _ in range(rng.randint(1, 8)))
        w.check_text(rng.choice([None, "A", "C", "DRB1", "DRB345"]), text)
    for text in (
        "A*01:01:01:01",
        "A*01:16N",
        "A*0201",
        "A*02",
        "A*02:01/A*02:06",
        "A*02:01/06",
        "02:01P",
        "A2",
        "NEW",
    ):
        w.check_text("A", text)


# -- a real release ------------------------------------------------


def test_real_texts(real):
    rng = random.Random(358)
    genes = sorted({allele.locus for allele in real.release.alleles.values()})
    for gene in genes:
        alleles = [a.short for a in real.release.alleles.values() if a.locus == gene]
        old = sorted(real.release.old.get(gene, ()))
        groups = [
            g.split("*")[1]
            for g in (*real.release.g_members, *real.release.p_members)
            if g.split("*")[0] == gene
        ]
        picked = rng.sample(alleles, min(60, len(alleles)))
        picked += rng.sample(old, min(60, len(old))) + rng.sample(groups, min(40, len(groups)))
        for short in picked:
            fields = short.rstrip("NLSCAQGP").split(":")
            texts = [short, ":".join(fields[:2]), ":".join(fields[:2]) + "g", ":".join(fields[:2]) + "P"]
            texts += [":".join(fields[:2]) + rng.choice("NLQ"), "".join(fields), short.replace(":", "")]
            texts += [
                f"{short}/{rng.choice(alleles)}",
                f"{gene}*{fields[0][:2]}:{rng.choice(sorted(real.mac))}",
            ]
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
