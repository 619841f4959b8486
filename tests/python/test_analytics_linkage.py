# SPDX-License-Identifier: Apache-2.0
"""Linkage disequilibrium against the formulas written out cell by cell."""

import math
import random

import allomatch as am
import pytest
from pools import frequencies_of

pytest.importorskip("pandas", reason="needs pandas: pip install 'allomatch[frames]'")
from allomatch import analytics  # noqa: E402

ALLELES = {"C": ["C*01:02", "C*03:04", "C*07:02"], "B": ["B*46:01", "B*40:01", "B*13:01", "B*07:02"]}


@pytest.fixture(params=range(4))
def drawn(request, tmp_path):
    """A set of haplotypes at C and B, and its table of frequencies, which sum to less than 1."""
    rng = random.Random(request.param)
    cells = {(c, b): rng.random() ** 4 for c in ALLELES["C"] for b in ALLELES["B"] if rng.random() < 0.8}
    cells[ALLELES["C"][0], ALLELES["B"][0]] = 0.5
    cells[ALLELES["C"][1], ALLELES["B"][1]] = 0.2
    total = sum(cells.values())
    hf = frequencies_of(tmp_path, {f"{c}~{b}": 0.9 * f / total for (c, b), f in cells.items()})
    return hf, {(c + "P", b + "P"): f / total for (c, b), f in cells.items()}


def margins(table):
    p, q = {}, {}
    for (a, b), f in table.items():
        p[a] = p.get(a, 0) + f
        q[b] = q.get(b, 0) + f
    return p, q


def plain_d_prime(f, p, q):
    d = f - p * q
    most = min(p * q, (1 - p) * (1 - q)) if d < 0 else min(p * (1 - q), (1 - p) * q)
    return d / most


def test_two_loci(drawn):
    hf, table = drawn
    p, q = margins(table)
    hedrick = chi2 = 0
    told_c = told_b = 0
    for a in p:
        for b in q:
            f = table.get((a, b), 0)
            hedrick += p[a] * q[b] * abs(plain_d_prime(f, p[a], q[b]))
            chi2 += (f - p[a] * q[b]) ** 2 / (p[a] * q[b])
            told_c += f * f / q[b]
            told_b += f * f / p[a]
    alone_c, alone_b = (sum(x * x for x in one.values()) for one in (p, q))
    row = analytics.linkage(hf).iloc[0]
    assert (row["locus_1"], row["locus_2"]) == ("C", "B")
    assert (row["alleles_1"], row["alleles_2"], row["haplotypes"]) == (len(p), len(q), len(table))
    assert row["d_prime"] == pytest.approx(hedrick, rel=1e-12)
    assert row["w_n"] == pytest.approx(math.sqrt(chi2 / (min(len(p), len(q)) - 1)), rel=1e-12)
    assert row["w_1_given_2"] == pytest.approx(math.sqrt((told_c - alone_c) / (1 - alone_c)), rel=1e-9)
    assert row["w_2_given_1"] == pytest.approx(math.sqrt((told_b - alone_b) / (1 - alone_b)), rel=1e-9)


def test_pairs_of_alleles(drawn):
    hf, table = drawn
    p, q = margins(table)
    found = analytics.linkage_pairs(hf, "C", "B")
    assert len(found) == len(p) * len(q)
    for row in found.itertuples():
        f, pa, qb = table.get((row.allele_1, row.allele_2), 0), p[row.allele_1], q[row.allele_2]
        assert row.frequency == pytest.approx(f, abs=1e-15)
        assert row.d == pytest.approx(f - pa * qb, abs=1e-15)
        assert row.d_prime == pytest.approx(plain_d_prime(f, pa, qb), abs=1e-9)
        assert row.r2 == pytest.approx((f - pa * qb) ** 2 / (pa * (1 - pa) * qb * (1 - qb)), abs=1e-12)
    assert list(found["frequency"]) == sorted(found["frequency"], reverse=True)


def test_the_ends_of_the_scale(tmp_path):
    together = frequencies_of(tmp_path, {"C*01:02~B*46:01": 0.6, "C*03:04~B*40:01": 0.4}, "together")
    row = analytics.linkage(together).iloc[0]
    assert row[["d_prime", "w_n", "w_1_given_2", "w_2_given_1"]].tolist() == pytest.approx([1] * 4)
    apart = {
        f"{c}~{b}": p * q
        for c, p in (("C*01:02", 0.6), ("C*03:04", 0.4))
        for b, q in (("B*46:01", 0.3), ("B*40:01", 0.7))
    }
    row = analytics.linkage(frequencies_of(tmp_path, apart, "apart")).iloc[0]
    assert row[["d_prime", "w_n", "w_1_given_2", "w_2_given_1"]].tolist() == pytest.approx([0] * 4, abs=1e-7)
    single = {"C*01:02~B*46:01": 0.6, "C*01:02~B*40:01": 0.4}
    row = analytics.linkage(frequencies_of(tmp_path, single, "single")).iloc[0]
    assert row[["d_prime", "w_n", "w_1_given_2"]].isna().all()


def test_other_loci_are_summed_over():
    hf = am.Frequencies.builtin()
    table = analytics.linkage(hf)
    assert len(table) == 10 and list(table["locus_1"][:4]) == ["A"] * 4
    two = analytics.linkage(hf, "DQB1,DRB1")
    known = table.set_index(["locus_1", "locus_2"]).loc[("DRB1", "DQB1")]
    assert two.iloc[0].tolist() == ["DRB1", "DQB1", *known]


def test_hostile_input(tmp_path):
    hf = am.Frequencies.builtin()
    with pytest.raises(am.FormatError, match="'DPB1': the frequencies have"):
        analytics.linkage(hf, "12/12")
    with pytest.raises(am.FormatError, match="two loci or more"):
        analytics.linkage(hf, "A")
    with pytest.raises(am.FormatError, match="another locus"):
        analytics.linkage_pairs(hf, "B", "B")
    with pytest.raises(am.FormatError, match="expected Frequencies"):
        analytics.linkage({"A": 1})
    two = frequencies_of(tmp_path, {("x", "C*01:02~B*46:01"): 0.6, ("y", "C*01:02~B*46:01"): 0.4})
    with pytest.raises(am.FormatError, match="which one\\? The frequencies have x, y"):
        analytics.linkage(two)
    with pytest.raises(am.FormatError, match="column population: 'z': the frequencies have x, y"):
        analytics.linkage(two, population="z")
    assert analytics.linkage(two, population="y")["haplotypes"].tolist() == [1]
