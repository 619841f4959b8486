# SPDX-License-Identifier: Apache-2.0
"""Completeness, genotypes and homozygosity against plain counting."""

from collections import Counter

import allomatch as am
import pytest
from pools import frequencies_of, registry_of, simulated

pytest.importorskip("pandas", reason="needs pandas: pip install 'allomatch[frames]'")
from allomatch import analytics  # noqa: E402

SETS = {"6/6": "A B DRB1", "8/8": "A B C DRB1", "10/10": "A B C DRB1 DQB1"}


def plain_level(registry, mac, locus, first, second):
    """By the library's own reader of single texts."""
    cells = [cell for cell in (first, second) if cell]
    if not cells:
        return 0
    if any(":" not in cell for cell in cells):
        return 1
    if any(cell.endswith(":XX") for cell in cells):
        return 2
    found = [am.read_typing(cell, registry.nomenclature, locus=locus, mac=mac)["classes"] for cell in cells]
    return 4 if all(len(classes) <= 1 for classes in found) and any(found) else 3


def plain_fields(cells):
    counts = []
    for cell in (cell for cell in cells if cell):
        fields = cell.split(":")
        name = len(fields) > 1 and "/" not in cell and fields[-1][0].isdigit() and fields[-1][-1] not in "GPg"
        counts.append(len(fields) if name else 0)
    return min(counts, default=0)


def test_completeness_is_what_counting_finds():
    rows, registry, mac = simulated()
    table = analytics.completeness(registry, by="registered_year")
    years = sorted({row["registered"][:4] for row in rows})
    assert list(dict.fromkeys(table["registered_year"])) == years
    for year in years:
        mine = [row for row in rows if row["registered"][:4] == year]
        for name in ("A", "C", "DQB1", "DPB1", *SETS, "12/12"):
            loci = SETS.get(name, "A B C DRB1 DQB1 DPB1" if name == "12/12" else name).split()
            levels, fields = Counter(), Counter()
            for row in mine:
                cells = {locus: (row.get(f"{locus}_1", ""), row.get(f"{locus}_2", "")) for locus in loci}
                levels[min(plain_level(registry, mac, locus, *cells[locus]) for locus in loci)] += 1
                fields[min(plain_fields(cells[locus]) for locus in loci)] += 1
            found = table[(table["registered_year"] == year) & (table["locus"] == name)].iloc[0]
            assert found["donors"] == len(mine)
            assert found["typed"] == pytest.approx(1 - levels[0] / len(mine))
            for at, column in enumerate(("serology", "first_field", "ambiguous", "one_class"), start=1):
                assert found[column] == pytest.approx(levels[at] / len(mine)), (year, name, column)
            for at, column in enumerate(("two_fields", "three_fields", "four_fields"), start=2):
                assert found[column] == pytest.approx(fields[at] / len(mine)), (year, name, column)


@pytest.mark.parametrize(
    ("first", "second", "level"),
    [
        ("A2", "", "serology"),
        ("A2", "24:02", "serology"),
        ("02:XX", "24:02", "first_field"),
        ("02:01/02:06", "24:02", "ambiguous"),
        ("NEW", "24:02", "ambiguous"),
        ("02:01:01G", "24:02", "one_class"),
        ("A*0201", "", "one_class"),
        ("02:01:01:01", "02:01", "one_class"),
    ],
)
def test_levels_of_single_texts(first, second, level):
    table = analytics.completeness(registry_of([{"id": "x", "A_1": first, "A_2": second}]))
    found = table.set_index("locus").loc["A"]
    assert found[level] == 1 and found["typed"] == 1


def test_gl_strings_have_levels_too():
    rows = [
        {"id": "certain", "A": "A*02:01+A*24:02|A*24:02+A*02:01"},
        {"id": "open", "A": "A*02:01+A*24:02|A*01:01+A*11:01"},
        {"id": "phased", "A": "A*02:01~B*46:01+A*24:02~B*40:01", "B": "A*02:01~B*46:01+A*24:02~B*40:01"},
    ]
    found = analytics.completeness(registry_of(rows)).set_index("locus")
    assert found.loc["A", "one_class"] == pytest.approx(2 / 3)
    assert found.loc["A", "ambiguous"] == pytest.approx(1 / 3)
    assert found.loc["A", "two_fields"] == pytest.approx(1 / 3)
    assert found.loc["B", "typed"] == pytest.approx(1 / 3)


def test_names_without_a_release():
    rows = [{"id": "a", "A_1": "02", "A_2": "24"}, {"id": "b", "A_1": "02:01", "A_2": "24:02"}]
    found = analytics.completeness(registry_of(rows, am.Nomenclature.names())).set_index("locus").loc["A"]
    assert found["first_field"] == 0.5 and found["one_class"] == 0.5


def plain_genotypes(rows, registry, locus):
    counted = Counter()
    for row in rows:
        cells = [row[f"{locus}_1"], row[f"{locus}_2"] or row[f"{locus}_1"]]
        found = [am.read_typing(cell, registry.nomenclature, locus=locus)["classes"] for cell in cells]
        found = [found[0] or found[1], found[1] or found[0]]  # null: homozygous for the other
        if all(len(classes) == 1 for classes in found):
            counted[tuple(sorted(classes[0] for classes in found))] += 1
    return counted


def test_genotypes_are_what_counting_finds():
    rows, registry, _ = simulated()
    rows = [row for row in rows if "SIM" not in row["B_1"] + row["B_2"]]
    registry = registry_of([{"id": row["id"], "B_1": row["B_1"], "B_2": row["B_2"]} for row in rows])
    plain = plain_genotypes(rows, registry, "B")
    table = analytics.genotype_frequencies(registry, "B", {"B*46:01": 0.2, "40:01": 0.1})
    found = {
        tuple(sorted((a, b))): n
        for a, b, n in zip(table["allele_1"], table["allele_2"], table["count"], strict=True)
    }
    assert found == dict(plain)
    total = sum(plain.values())
    assert table["share"].sum() == pytest.approx(1)
    assert ((table["low"] < table["share"]) & (table["share"] < table["high"])).all()
    expected = {
        tuple(sorted((a, b))): n
        for a, b, n in zip(table["allele_1"], table["allele_2"], table["expected"], strict=True)
    }
    assert expected["B*40:01P", "B*46:01P"] == pytest.approx(total * 2 * 0.2 * 0.1)
    assert expected["B*46:01P", "B*46:01P"] == pytest.approx(total * 0.04)
    assert list(table["count"]) == sorted(table["count"], reverse=True)


def test_homozygosity(tmp_path):
    rows = [
        {"id": "1", "A_1": "02:01", "A_2": "", "branch": "x"},
        {"id": "2", "A_1": "02:01", "A_2": "02:01:01:01", "branch": "x"},
        {"id": "3", "A_1": "02:01", "A_2": "24:02", "branch": "x"},
        {"id": "4", "A_1": "02:XX", "A_2": "24:02", "branch": "x"},
        {"id": "5", "A_1": "24:02", "A_2": "11:01", "branch": ""},
    ]
    hf = frequencies_of(tmp_path, {"A*02:01": 0.5, "A*24:02": 0.3, "A*11:01": 0.2})
    table = analytics.homozygosity(registry_of(rows), hf, by="branch").set_index(["branch", "locus"])
    assert table.loc[("x", "A"), ["donors", "homozygous"]].tolist() == [3, 2]
    assert table.loc[("", "A"), ["donors", "homozygous"]].tolist() == [1, 0]
    assert table["expected"].tolist() == pytest.approx([0.38, 0.38])


def test_hostile_input():
    _, registry, _ = simulated()
    with pytest.raises(am.FormatError, match="by: 'town': no such donor field"):
        analytics.completeness(registry, by="town")
    with pytest.raises(am.FormatError, match="'branch_year'"):
        analytics.completeness(registry, by="branch_year")
    with pytest.raises(am.FormatError, match="expected one locus"):
        analytics.genotype_frequencies(registry, "A,B")
    with pytest.raises(am.FormatError, match="not in"):
        analytics.genotype_frequencies(registry, "A", {"02:01": 1.5})
    with pytest.raises(am.FormatError, match="expected a Registry"):
        analytics.completeness("donors.csv")
    empty = registry_of([])
    assert (analytics.completeness(empty)["typed"] == 0).all()
    assert len(analytics.completeness(empty.update(empty.to_pandas()))) == 10
    assert len(analytics.genotype_frequencies(empty, "A")) == 0
    assert len(analytics.homozygosity(empty)) == 0
    blank = registry_of([{"id": "a", "branch": ""}, {"id": "b", "branch": ""}])
    table = analytics.completeness(blank, by="branch")
    assert set(table["branch"]) == {""} and (table["typed"] == 0).all()


def test_a_frame_will_do():
    _, registry, _ = simulated()
    frame = registry_of([{"id": "a", "A_1": "02:01"}]).to_pandas()
    assert analytics.completeness(frame).set_index("locus").loc["A", "one_class"] == 1
    with pytest.raises(am.FormatError, match="A_1"):
        analytics.completeness(frame.assign(A_1="99:99"))
