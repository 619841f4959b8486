# SPDX-License-Identifier: Apache-2.0
"""Probabilities of typings, broken associations and homozygosity against all pairs of haplotypes."""

import math
import random
from itertools import product

import allomatch as am
import numpy as np
import pytest
from pools import frequencies_of, registry_of, simulated

pytest.importorskip("pandas", reason="needs pandas: pip install 'allomatch[frames]'")
from allomatch import analytics  # noqa: E402
from allomatch.analytics._genotypes import chance_of_homozygous  # noqa: E402
from allomatch.analytics._haplotypes import Haplotypes  # noqa: E402

LOCI = ("A", "C", "B")
POOL = {
    "A": ["A*02:01", "A*24:02", "A*11:01"],
    "C": ["C*01:02", "C*03:04"],
    "B": ["B*46:01", "B*40:01", "B*13:01"],
}
SHORT = {"02:01": "A2", "24:02": "24:XX"}


def drawn_set(seed):
    rng = random.Random(seed)
    haplotypes = {h: rng.random() ** 3 + 1e-4 for h in product(*POOL.values()) if rng.random() < 0.6}
    total = sum(haplotypes.values())
    return {h: 0.8 * f / total for h, f in haplotypes.items()}


def fits(cells, a, b):
    """Texts of two positions, each an allele, a list, or one of the coarse ones above."""

    def one(cell, allele):
        name = allele.split("*")[1]
        return name in cell.split("/") or SHORT.get(name) == cell

    first, second = cells
    if not first:
        return True
    second = second or first
    return (one(first, a) and one(second, b)) or (one(first, b) and one(second, a))


def plain_probability(haplotypes, person, loci=LOCI):
    total = sum(haplotypes.values())
    places = [LOCI.index(locus) for locus in loci]
    return sum(
        f * g / total**2
        for (x, f), (y, g) in product(haplotypes.items(), repeat=2)
        if all(fits(person[LOCI[at]], x[at], y[at]) for at in places)
    )


def people(seed, count):
    rng = random.Random(seed)
    everyone = []
    for _ in range(count):
        person = {}
        for locus, names in POOL.items():
            cells = [rng.choice(names).split("*")[1] for _ in range(2)]
            cells = [SHORT.get(cell, cell) if rng.random() < 0.3 else cell for cell in cells]
            if rng.random() < 0.2:
                cells[0] = "/".join(name.split("*")[1] for name in names[:2])
            if rng.random() < 0.15:
                cells[1] = ""
            person[locus] = ("", "") if rng.random() < 0.1 else tuple(cells)
        everyone.append(person)
    return everyone


def registry_with(everyone, **fields):
    rows = []
    for number, person in enumerate(everyone):
        cells = {f"{locus}_{side + 1}": cell[side] for locus, cell in person.items() for side in (0, 1)}
        rows.append(
            {"id": f"D{number}", **cells, **{name: values[number] for name, values in fields.items()}}
        )
    return registry_of(rows)


def log10(value):
    return math.log10(value) if value > 0 else -math.inf


@pytest.mark.parametrize("seed", range(3))
def test_probabilities_are_those_of_all_pairs(tmp_path, seed):
    haplotypes, everyone = drawn_set(seed), people(seed, 60)
    hf = frequencies_of(tmp_path, {"~".join(h): f for h, f in haplotypes.items()})
    table = analytics.typing_probabilities(registry_with(everyone), hf)
    plain = [log10(plain_probability(haplotypes, person)) for person in everyone]
    assert table["log10_probability"].tolist() == pytest.approx(plain, abs=1e-9)
    for at, person in enumerate(everyone):
        loci = " ".join(locus for locus in ("A", "B", "C") if any(person[locus]))
        assert table["loci"][at] == loci
        alike = [b for b in range(len(everyone)) if table["loci"][b] == loci]
        lower = [b for b in alike if table["log10_probability"][b] <= table["log10_probability"][at]]
        assert table["lower_share"][at] == pytest.approx(len(lower) / len(alike))


def test_tiny_probabilities_do_not_vanish(tmp_path):
    hf = frequencies_of(tmp_path, {"A*02:01": 1e-200, "A*24:02": 0.5, "A*11:01": 0.5})
    registry = registry_of([{"id": "x", "A_1": "02:01", "A_2": "02:01"}])
    found = analytics.typing_probabilities(registry, hf)["log10_probability"][0]
    assert found == pytest.approx(-400)
    reasons = analytics.suspicious_typings(registry, hf, lowest_share=1)["reasons"][0]
    assert "1 in 10^400 people" in reasons


def test_threads_and_fallback(tmp_path):
    _, registry, _ = simulated()
    hf = am.Frequencies.builtin()
    one, two = (analytics.typing_probabilities(registry, hf, threads=n) for n in (1, 2))
    assert one.equals(two)
    both = frequencies_of(tmp_path, {("x", "A*02:01"): 1.0, ("y", "A*24:02"): 0.25, ("y", "A*02:01"): 0.75})
    donors = registry_with([{"A": ("24:02", "02:01")}], population=["x"])
    assert analytics.typing_probabilities(donors, both)["log10_probability"][0] == -math.inf
    found = analytics.typing_probabilities(donors, both, fallback=["y"])["log10_probability"][0]
    assert found == pytest.approx(math.log10(2 * 0.25 * 0.75))


def test_broken_associations(tmp_path):
    """C*01:02 goes with B*46:01 and hardly with B*40:01; C*03:04 never with B*46:01."""
    rows = {"C*01:02~B*46:01": 0.4989, "C*03:04~B*40:01": 0.5, "C*01:02~B*40:01": 0.0011}
    hf = frequencies_of(tmp_path, rows)
    usual, rare, never = ("01:02", "03:04"), ("01:02", "01:02"), ("03:04", "03:04")
    everyone = [{"C": usual, "B": ("46:01", "40:01")}] * 50
    everyone += [{"C": rare, "B": ("40:01", "40:01")}, {"C": never, "B": ("46:01", "40:01")}]
    table = analytics.suspicious_typings(registry_with(everyone), hf, lowest_share=0, homozygous=0)
    assert table["donor_id"].tolist() == ["D51", "D50"]
    assert "C and B: no known haplotypes of the two fit" in table["reasons"][0]
    ratio = 0.0011**2 / (0.5**2 * 0.5011**2)
    assert table["association"][1] == pytest.approx(math.log10(ratio))
    assert f"C and B: {round(1 / ratio, -3):,.0f} times rarer together than apart" in table["reasons"][1]
    assert table["association"][0] == -math.inf


def test_what_is_listed_has_its_reason(tmp_path):
    _, registry, _ = simulated()
    hf = am.Frequencies.builtin()
    table = analytics.suspicious_typings(registry, hf, lowest_share=0.01)
    all_of_them = analytics.typing_probabilities(registry, hf).set_index("donor_id")
    unexplained = all_of_them.index[np.isneginf(all_of_them["log10_probability"])]
    assert set(unexplained) <= set(table["donor_id"])
    low = np.isfinite(all_of_them["log10_probability"]) & (all_of_them["lower_share"] <= 0.01)
    assert set(all_of_them.index[low]) <= set(table["donor_id"])
    for row in table.itertuples():
        assert row.reasons
        assert ("no haplotypes fit" in row.reasons) == (row.donor_id in set(unexplained))
        assert row.log10_probability == all_of_them.loc[row.donor_id, "log10_probability"]
        assert row.branch == registry.donor(row.donor_id)["branch"]
    assert table["log10_probability"].is_monotonic_increasing


def test_homozygosity_in_excess(tmp_path):
    haplotypes = drawn_set(7)
    total = sum(haplotypes.values())
    hf = frequencies_of(tmp_path, {"~".join(h): f for h, f in haplotypes.items()})
    exactly = [0.0] * 4
    for (x, f), (y, g) in product(haplotypes.items(), repeat=2):
        exactly[sum(a == b for a, b in zip(x, y, strict=True))] += f * g / total**2
    plain = [sum(exactly[k:]) for k in range(4)]
    assert chance_of_homozygous(Haplotypes.of(hf, None), list(LOCI)).tolist() == pytest.approx(plain)
    first = next(iter(haplotypes))
    person = {locus: (first[at].split("*")[1], "") for at, locus in enumerate(LOCI)}
    registry = registry_with([person])
    listed = analytics.suspicious_typings(registry, hf, lowest_share=0, homozygous=plain[3] * 1.001)
    assert listed["homozygous_loci"].tolist() == [3] and "homozygous at 3 of 3 loci" in listed["reasons"][0]
    assert len(analytics.suspicious_typings(registry, hf, lowest_share=0, homozygous=plain[3] * 0.999)) == 0


def test_homozygosity_by_population(tmp_path):
    """Homozygous for a common allele of one population and a rare one of the other."""
    rows = {("x", "A*02:01"): 0.9, ("x", "A*24:02"): 0.1, ("y", "A*02:01"): 0.01, ("y", "A*24:02"): 0.02}
    rows |= {("y", f"A*{name}"): 0.97 / 10 for name in ("01:01", "02:03", "02:06", "02:07", "03:01")}
    rows |= {("y", f"A*{name}"): 0.97 / 10 for name in ("11:01", "26:01", "30:01", "31:01", "33:03")}
    hf = frequencies_of(tmp_path, rows)
    same = {"A": ("02:01", "02:01")}
    registry = registry_with([same] * 3, population=["x", "y", "z"])
    options = {"lowest_share": 0, "homozygous": 0.2}
    table = analytics.suspicious_typings(registry, hf, fallback=["x"], **options)
    assert table["donor_id"].tolist() == ["D1"] and table["homozygous_loci"].tolist() == [1]
    table = analytics.suspicious_typings(registry, hf, fallback=["y"], **options)
    assert table["donor_id"].tolist() == ["D1", "D2"]


def test_hostile_input(tmp_path):
    hf = am.Frequencies.builtin()
    assert len(analytics.suspicious_typings(registry_of([]), hf)) == 0
    assert len(analytics.typing_probabilities(registry_of([]), hf)) == 0
    blank = registry_of([{"id": "a"}])
    assert analytics.typing_probabilities(blank, hf)["log10_probability"][0] == pytest.approx(0, abs=1e-12)
    assert len(analytics.suspicious_typings(blank, hf)) == 0
    _, registry, _ = simulated()
    with pytest.raises(am.FormatError, match="lowest_share: '2': expected a number from 0 to 1"):
        analytics.suspicious_typings(registry, hf, lowest_share=2)
    with pytest.raises(am.FormatError, match="expected Frequencies"):
        analytics.suspicious_typings(registry, None)
    two = frequencies_of(tmp_path, {("x", "A*02:01"): 1.0, ("y", "A*02:01"): 1.0})
    with pytest.raises(am.FormatError, match="population"):
        analytics.typing_probabilities(registry_with([{"A": ("02:01", "")}], population=["z"]), two)
