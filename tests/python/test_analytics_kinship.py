# SPDX-License-Identifier: Apache-2.0
"""Duplicates and relatives against plain counting, siblings against all parents."""

import random
from itertools import combinations, product

import allomatch as am
import pytest
from pools import frequencies_of, registry_of, simulated

pytest.importorskip("pandas", reason="needs pandas: pip install 'allomatch[frames]'")
from allomatch import analytics  # noqa: E402

HAPLOTYPES = {
    "A*02:01~B*46:01": 0.3,
    "A*02:01~B*40:01": 0.2,
    "A*24:02~B*46:01": 0.1,
    "A*24:02~B*40:01": 0.25,
    "A*11:01~B*13:01": 0.15,
}


def typed(a1, a2, b1, b2, **fields):
    return {"A_1": a1, "A_2": a2, "B_1": b1, "B_2": b2, **fields}


def numbered(rows):
    return registry_of([{"id": f"D{number}", **row} for number, row in enumerate(rows)])


def test_duplicates_mean_the_same_however_written():
    same = {"birth_date": "1990-01-02", "sex": "F"}
    rows = [
        typed("02:01", "24:02", "46:01", "40:01", **same, branch="x"),
        typed("24:02", "A*0201", "40:01", "46:01", **same, branch="y"),
        typed("02:01", "24:02", "46:01", "40:01", birth_date="1990-01-02", sex="M"),
        typed("02:01", "24:02", "46:01", "40:01", birth_date="", sex="F"),
        typed("02:01", "24:02", "46:01", "13:01", **same),
        typed("02:01", "24:02", "", "", **same),
        typed("02:XX", "24:02", "", "", **same),
        typed("24:02", "02:XX", "", "", **same),
        {**same},
        {**same},
    ]
    table = analytics.duplicates(numbered(rows))
    assert table["donor_id"].tolist() == ["D0", "D1", "D6", "D7"]
    assert table["group"].tolist() == [1, 1, 2, 2]
    assert table["fully_typed"].tolist() == [True, True, False, False]
    assert table["branch"].tolist() == ["x", "y", "", ""]
    wide = analytics.duplicates(numbered(rows), loci="A", fields=["sex"])
    assert [set(group["donor_id"]) for _, group in wide.groupby("group")] == [
        {"D0", "D1", "D3", "D4", "D5"},
        {"D6", "D7"},
    ]
    alone = analytics.duplicates(numbered(rows), fields=())
    assert set(alone[alone["group"] == 1]["donor_id"]) == {"D0", "D1", "D2", "D3"}


def test_duplicates_of_a_pool():
    rows, registry, mac = simulated()
    rng = random.Random(2)
    chosen = rng.sample(rows, 20)
    frame = registry.to_pandas()
    again = frame[frame["id"].isin([row["id"] for row in chosen])].assign(
        id=lambda one: "again-" + one["id"], branch="elsewhere"
    )
    both = registry.update(again, mac=mac)
    before = {tuple(sorted(g["donor_id"])) for _, g in analytics.duplicates(registry).groupby("group")}
    table = analytics.duplicates(both)
    groups = {tuple(sorted(g["donor_id"])) for _, g in table.groupby("group")}
    found = {(row["id"], f"again-{row['id']}") for row in chosen}
    assert groups - before == found


def sibling_probability(genotype):
    """Two children of two parents drawn from the set both have this genotype."""
    haplotypes = {tuple(h.split("~")): f for h, f in HAPLOTYPES.items()}

    def of(x, y):
        return tuple(tuple(sorted(pair)) for pair in zip(x, y, strict=True))

    together = 0.0
    for (a, fa), (b, fb), (c, fc), (d, fd) in product(haplotypes.items(), repeat=4):
        weight = fa * fb * fc * fd
        share = sum(of(x, y) == genotype for x, y in product((a, b), (c, d))) / 4
        together += weight * share**2
    alone = sum(f * g for (x, f), (y, g) in product(haplotypes.items(), repeat=2) if of(x, y) == genotype)
    return together, alone


def test_siblings_against_all_parents(tmp_path):
    rows = [
        typed("02:01", "24:02", "46:01", "40:01", birth_date="1990-01-01", branch="x"),
        typed("24:02", "02:01", "46:01", "40:01", birth_date="1992-01-01", branch="x"),
        typed("11:01", "11:01", "13:01", "13:01", birth_date="1990-01-01", branch="x"),
        typed("11:01", "", "13:01", "", branch="y"),
        typed("02:01", "02:01", "46:01", "40:01"),
        typed("02:01", "02:01", "40:01", "46:01"),
        typed("02:XX", "02:XX", "40:01", "46:01"),
        typed("02:01", "11:01", "46:01", "46:01"),
        typed("02:01", "11:01", "46:01", "46:01"),
    ]
    hf = frequencies_of(tmp_path, HAPLOTYPES)
    table = analytics.relatives(numbered(rows), hf, "A,B", least_ratio=0)
    pairs = list(zip(table["donor_1"], table["donor_2"], strict=True))
    assert set(pairs) == {("D0", "D1"), ("D2", "D3"), ("D4", "D5")}
    genotypes = {
        "D0": (("A*02:01", "A*24:02"), ("B*40:01", "B*46:01")),
        "D2": (("A*11:01", "A*11:01"), ("B*13:01", "B*13:01")),
        "D4": (("A*02:01", "A*02:01"), ("B*40:01", "B*46:01")),
    }
    for row in table.itertuples():
        together, alone = sibling_probability(genotypes[row.donor_1])
        assert row.genotype_probability == pytest.approx(alone)
        assert row.likelihood_ratio == pytest.approx(together / alone**2)
        assert row.unrelated_pairs == pytest.approx(8 * 7 / 2 * alone**2)
    by_id = table.set_index("donor_1")
    assert by_id.loc["D0", "age_difference"] == pytest.approx(2, abs=0.01) and by_id.loc["D0", "same_branch"]
    assert by_id["age_difference"].isna().tolist() == [one != "D0" for one in by_id.index]
    assert not by_id.loc["D2", "same_branch"]
    assert table["likelihood_ratio"].is_monotonic_decreasing
    least = by_id.loc["D0", "likelihood_ratio"]
    assert len(analytics.relatives(numbered(rows), hf, "A,B", least_ratio=least * 1.0001)) < 3


def test_pairs_of_a_pool():
    """Of donors whose texts are names of two or three fields; others are left out here."""
    rows, registry, _ = simulated()
    table = analytics.relatives(registry, am.Frequencies.builtin(), "6/6", least_ratio=0)
    found = set(zip(table["donor_1"], table["donor_2"], strict=True))
    names = {}
    for row in rows:
        cells = [(row[f"{locus}_1"], row[f"{locus}_2"]) for locus in ("A", "B", "DRB1")]
        if all(len(cell.split(":")) > 1 and cell[-1].isdigit() for pair in cells for cell in pair):
            key = tuple(tuple(sorted(":".join(cell.split(":")[:2]) for cell in pair)) for pair in cells)
            names.setdefault(key, []).append(row["id"])
    by_name = {pair for members in names.values() for pair in combinations(members, 2)}
    probable = analytics.typing_probabilities(registry, am.Frequencies.builtin()).set_index("donor_id")
    explained = {id for id, value in probable["log10_probability"].items() if value > -300}
    assert {pair for pair in by_name if set(pair) <= explained} <= found and by_name
    assert not table.duplicated(["donor_1", "donor_2"]).any()


def test_hostile_input():
    hf = am.Frequencies.builtin()
    assert len(analytics.duplicates(registry_of([]), fields=())) == 0
    assert len(analytics.relatives(registry_of([]), hf)) == 0
    blank = registry_of([{"id": "a", "sex": "", "birth_date": ""}, {"id": "b", "sex": "", "birth_date": ""}])
    assert len(analytics.duplicates(blank)) == 0
    assert len(analytics.duplicates(blank, fields=())) == 0
    with pytest.raises(am.FormatError, match="fields: 'sex': no such donor field; the registry has none"):
        analytics.duplicates(registry_of([{"id": "a"}]), fields=["sex"])
    with pytest.raises(am.FormatError, match="a list of donor fields"):
        analytics.duplicates(blank, fields="sex")
    with pytest.raises(am.FormatError, match="the frequencies have"):
        analytics.relatives(blank, hf, "DPB1")
