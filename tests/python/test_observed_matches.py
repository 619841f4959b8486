# SPDX-License-Identifier: Apache-2.0
"""The donors of a registry against each other: as searched donor by donor, and as plain counting has it."""

from itertools import combinations, product
from math import comb

import allomatch as am
import numpy as np
import pytest
from allomatch import analytics
from pools import frequencies_of

pd = pytest.importorskip("pandas", reason="needs pandas: pip install 'allomatch[frames]'")
pytest.importorskip("pyarrow", reason="needs pyarrow: pip install 'allomatch[frames]'")


@pytest.fixture(scope="module")
def pool(tmp_path_factory):
    """600 donors of mixed typing quality, and whom each of them finds as a patient, less the retired."""
    files = am.simulate(tmp_path_factory.mktemp("pool"), donors=600, patients=1, seed=5)
    names = am.Nomenclature.builtin()
    mac = am.MacTable.load(files["mac"])
    registry = am.Registry.from_csv(files["donors"], names, mac=mac)
    rows = pd.read_csv(files["donors"], dtype=str, keep_default_na=False)
    cells = [column for column in rows.columns if column.endswith(("_1", "_2"))]
    retired = set(rows["id"][rows["status"] == "DE"])
    assert retired
    found = []
    for donor in range(600):
        typing = {column: rows[column][donor] for column in cells}
        patient = am.Patient(f"patient {donor}", typing, names, mac=mac)
        hits = registry.search(patient, loci="10/10", max_mismatches=2).to_pandas()
        found.append((donor, hits[~hits["donor_id"].isin(retired | {rows["id"][donor]})]))
    return registry, found, np.asarray(~rows["id"].isin(retired))


def test_counts_equal_searches(pool):
    registry, found, standing = pool
    table = analytics.observed_matches(registry, mismatches=2)
    assert list(table["id"]) == [registry._core.id(donor) for donor in range(600)]
    assert (table["others"] == standing.sum() - standing).all()
    for donor, rows in found:
        for k in range(3):
            assert table[f"potential_{k}"][donor] == (rows["mismatches"] == k).sum()
            assert table[f"certain_{k}"][donor] == (rows["mismatches_max"] == k).sum()
    assert table["certain_0"].sum() > 0


def test_threads_and_progress(pool):
    registry, _, _ = pool
    seen = []
    one = analytics.observed_matches(
        registry, threads=1, progress=lambda done, total: seen.append((done, total))
    )
    assert seen and seen[-1][0] == seen[-1][1]
    assert one.equals(analytics.observed_matches(registry, threads=3))


def test_curve_equals_drawing_every_subset():
    """Eight donors: of all subsets of the others, the share with a match."""
    typings = ["02:01+24:02"] * 2 + ["11:01+11:01"] * 3 + ["02:01/02:06+24:02", "33:03+24:02", "30:01+01:01"]
    frame = pd.DataFrame(
        {"id": [f"D{i}" for i in range(8)], "A": [f"A*{t.replace('+', '+A*')}" for t in typings]}
    )
    registry = am.Registry.from_frame(frame, am.Nomenclature.names())
    curve = analytics.observed_likelihood(registry, [0, 1, 3, 7.0], loci="A")
    potential = [2, 2, 2, 2, 2, 2, 0, 0]
    certain = [1, 1, 2, 2, 2, 0, 0, 0]
    for kind, counts in (("potential", potential), ("certain", certain)):
        for size, share in zip(curve["size"], curve[kind], strict=True):
            subsets = list(combinations(range(7), size))
            plain = np.mean([np.mean([any(i < m for i in chosen) for chosen in subsets]) for m in counts])
            assert share == pytest.approx(plain, abs=1e-12)
            assert share == pytest.approx(
                np.mean([1 - comb(7 - m, size) / comb(7, size) for m in counts]), abs=1e-12
            )


@pytest.mark.parametrize("reachable", [0, 0.3, 0.999999])
def test_reachable_donors_are_counted_one_by_one(reachable):
    """Every subset of the others, and every subset of those as the ones who can be had."""
    typings = ["02:01+24:02"] * 3 + ["11:01+11:01"] * 2 + ["33:03+24:02"]
    rows = [(f"D{i}", *text.split("+"), "") for i, text in enumerate(typings)]
    curve = analytics.observed_likelihood(branches_of(*rows), [0, 2, 5], loci="A", reachable=reachable)
    for size, share in zip(curve["size"], curve["certain"], strict=True):
        plain = 0.0
        for m in [2, 2, 2, 1, 1, 0]:
            subsets = list(combinations(range(5), size))
            plain += np.mean([1 - (1 - reachable) ** sum(i < m for i in chosen) for chosen in subsets]) / 6
        assert share == pytest.approx(plain, abs=1e-12)


def test_reachable_donors_in_a_large_pool(pool):
    registry, _, _ = pool
    sizes = [100, 300, 500]
    curves = [
        analytics.observed_likelihood(registry, sizes, loci="6/6", mismatches=2, reachable=chance)
        for chance in (0.02, 0.5, 1 - 1e-9, 1)
    ]
    for fewer, more in zip(curves, curves[1:], strict=False):
        assert (fewer["potential"] <= more["potential"] + 1e-9).all()
    np.testing.assert_allclose(curves[2]["potential"], curves[3]["potential"], atol=1e-6)
    with pytest.raises(am.FormatError, match="reachable"):
        analytics.observed_likelihood(registry, loci="A", reachable=1.1)


def test_whole_pool_is_the_share_with_a_match(pool):
    registry, _, standing = pool
    table = analytics.observed_matches(registry)[standing]
    for mismatches, columns in ((0, ["_0"]), (1, ["_0", "_1"])):
        curve = analytics.observed_likelihood(registry, mismatches=mismatches)
        assert curve["size"].iloc[-1] == standing.sum() - 1
        for kind in ("certain", "potential"):
            matched = table[[kind + column for column in columns]].sum(axis=1) > 0
            assert curve[kind].iloc[-1] == pytest.approx(matched.mean(), abs=1e-12)
            assert curve[kind].is_monotonic_increasing


def test_formula_lies_in_the_observed_band(tmp_path):
    """Certain typings: what is observed is what the frequencies say, within the sampling error of 4,000
    donors."""
    files = am.simulate(tmp_path, donors=4000, patients=1, seed=9, quality={"three_field": 1}, null_alleles=0)
    registry = am.Registry.from_csv(files["donors"])
    sizes = [30, 300, 3000]
    curve = analytics.observed_likelihood(registry, sizes, loci="6/6", mismatches=1)
    exact = analytics.match_likelihood(am.Frequencies.builtin(), sizes=sizes, loci="6/6", mismatches=1)
    error = np.sqrt(exact["probability"] * (1 - exact["probability"]) / 4000)
    assert (curve["certain"] <= curve["potential"]).all()
    assert (curve["potential"] > exact["probability"] - 5 * error).all()
    assert (curve["potential"] < exact["probability"] + 0.03).all()


def test_dpb1_by_hand():
    """TCE groups: 09:01 and 10:01 are 1, 03:01 and 14:01 are 2, 04:01 and 02:01 are 3."""
    rows = [
        ("a", "09:01", "04:01"),
        ("b", "10:01", "02:01"),  # permissive with a
        ("c", "09:01", "04:01"),  # matches a
        ("d", "03:01", "04:01"),
        ("e", "03:01/09:01", "04:01"),  # may match d, or a and c
        ("f", "", ""),
        ("g", "14:01", "04:01"),  # retired
    ]
    frame = pd.DataFrame(rows, columns=["id", "DPB1_1", "DPB1_2"]).assign(A_1="02:01", A_2="24:02")
    frame["status"] = ["DE" if name == "g" else "AV" for name in frame["id"]]
    wanted = {
        "match": {"potential_0": [2, 0, 2, 1, 3, 0, 0], "certain_0": [1, 0, 1, 0, 0, 0, 0]},
        "permissive": {"potential_0": [3, 3, 3, 1, 4, 0, 2], "certain_0": [2, 2, 2, 0, 0, 0, 1]},
    }
    for rule, columns in wanted.items():
        table = analytics.observed_matches(frame, loci="A", mismatches=0, dpb1=rule)
        assert list(table["others"]) == [4, 4, 4, 4, 4, 5, 5]
        for name, counts in columns.items():
            assert list(table[name]) == counts, (rule, name)
        curve = analytics.observed_likelihood(frame, loci="A", dpb1=rule)
        shares = [np.mean([n > 0 for n in columns[f"{kind}_0"][:5]]) for kind in ("certain", "potential")]
        assert curve.iloc[-1].tolist() == pytest.approx([4, *shares])
    same = analytics.observed_matches(frame, loci="A", mismatches=0, dpb1="permissive", tce_version="V2")
    assert same.equals(table)
    for options, column in (
        ({"loci": "A,DPB1", "dpb1": "match"}, "dpb1"),
        ({"loci": "A", "dpb1": "equal"}, "dpb1"),
        ({"loci": "A", "dpb1": "match", "tce_version": "V2"}, "tce_version"),
        ({"loci": "A", "dpb1": "permissive", "tce_version": "V9"}, "tce_version"),
    ):
        for asked in (analytics.observed_matches, analytics.observed_likelihood):
            with pytest.raises(am.FormatError) as caught:
                asked(frame, **options)
            assert caught.value.column == column
    with pytest.raises(am.FormatError, match="typed at DPB1"):
        analytics.observed_likelihood(frame[frame["id"].isin(["a", "f", "g"])], loci="A", dpb1="match")


def test_dpb1_as_searched(tmp_path):
    """The potential matches are those that searches call matched, or permissive as one possibility."""
    alleles = product(("02:01", "24:02"), ("40:01", "46:01"), ("09:01", "03:01", "14:01", "04:01", "02:01"))
    frequencies_of(tmp_path, {"A*{}~B*{}~DPB1*{}".format(*each): 0.05 for each in alleles})
    files = am.simulate(tmp_path / "pool", donors=300, patients=1, seed=4, frequencies=[tmp_path / "set.csv"])
    mac = am.MacTable.load(files["mac"])
    registry = am.Registry.from_csv(files["donors"], mac=mac)
    rows = pd.read_csv(files["donors"], dtype=str, keep_default_na=False)
    retired = set(rows["id"][rows["status"] == "DE"])
    table = analytics.observed_matches(registry, loci="A,B", mismatches=1, dpb1="permissive")
    typed = set(rows["id"][rows["DPB1_1"] + rows.get("DPB1", "") != ""])
    assert len(typed) > 50
    cells = [column for column in rows.columns if column.split("_")[0] in ("A", "B", "DPB1")]
    checked = 0
    for donor in range(0, 300, 3):
        if rows["id"][donor] not in typed:
            assert table["potential_0"][donor] == table["certain_1"][donor] == 0
            continue
        patient = am.Patient("P", {column: rows[column][donor] for column in cells}, mac=mac)
        hits = [
            hit
            for hit in registry.search(patient, loci="A,B", max_mismatches=1)
            if hit.donor_id in typed - retired - {rows["id"][donor]}
        ]
        fitting = [hit for hit in hits if {"match", "permissive"} & set(hit.dpb1_tce_possible)]
        for k in (0, 1):
            assert table[f"potential_{k}"][donor] == sum(hit.mismatches == k for hit in fitting)
        checked += len(fitting)
    assert checked > 300
    assert (table["certain_0"] <= table["potential_0"]).all() and table["certain_0"].sum() > 0


def branches_of(*rows):
    rows = [(*row, "AV")[:5] for row in rows]
    frame = pd.DataFrame(rows, columns=["id", "A_1", "A_2", "branch", "status"])
    return am.Registry.from_frame(frame, am.Nomenclature.names())


def test_branch_value_by_hand():
    registry = branches_of(
        ("a", "02:01", "24:02", "宁波"),  # b and c match: two branches
        ("b", "02:01", "24:02", "宁波"),  # a, c
        ("c", "02:01", "24:02", "杭州"),  # a, b: 宁波 alone
        ("d", "11:01", "11:01", "杭州"),  # e: 杭州 alone
        ("e", "11:01", "11:01", "杭州"),  # d
        ("f", "01:01", "30:01", "杭州"),  # g alone, potentially h too
        ("g", "01:01", "30:01", ""),
        ("h", "01:01/01:02", "30:01", "温州"),
        ("retired", "02:01", "24:02", "温州", "DE"),
    )
    table = analytics.branch_value(registry, loci="A").set_index("branch")
    assert list(table.index) == ["", "宁波", "杭州", "温州"]
    assert list(table["donors"]) == [1, 2, 4, 1]
    assert list(table["genotypes"]) == [1, 1, 3, 0]
    assert list(table["own_genotypes"]) == [0, 0, 1, 0]
    assert list(table["served_certain"]) == [1, 1, 3, 0]
    assert list(table["served_potential"]) == [0, 1, 2, 0]
    assert table["certain_per_1000"]["杭州"] == 750


def test_branch_value_equals_searches(pool):
    registry, found, standing = pool
    table = analytics.branch_value(registry)
    branch = dict(zip(registry.to_pandas()["id"], registry.to_pandas()["branch"], strict=True))
    for column, kind in (("mismatches_max", "certain"), ("mismatches", "potential")):
        served = dict.fromkeys(table["branch"], 0)
        for donor, rows in found:
            if not standing[donor]:
                continue
            of_matches = {branch[donor] for donor in rows[rows[column] == 0]["donor_id"]}
            if len(of_matches) == 1:
                served[of_matches.pop()] += 1
        assert dict(zip(table["branch"], table[f"served_{kind}"], strict=True)) == served
        assert sum(served.values()) > 0


@pytest.mark.parametrize(
    ("options", "column"),
    [
        ({"sizes": [600]}, "sizes"),
        ({"sizes": [1.5]}, "sizes"),
        ({"sizes": "all"}, "sizes"),
        ({"mismatches": 3}, "mismatches"),
        ({"loci": "A,A"}, "loci"),
        ({"on": "yesterday"}, "on"),
    ],
)
def test_options_are_checked(pool, options, column):
    with pytest.raises(am.FormatError) as refused:
        analytics.observed_likelihood(pool[0], **options)
    assert refused.value.column == column


def test_pools_without_anybody_to_match():
    empty = branches_of()
    assert len(analytics.observed_matches(empty, loci="A")) == 0
    with pytest.raises(am.FormatError, match="two donors"):
        analytics.observed_likelihood(branches_of(("a", "02:01", "24:02", "")), loci="A")
    with pytest.raises(am.FormatError, match="no such donor field"):
        analytics.branch_value(branches_of(("a", "02:01", "24:02", "")), by="city", loci="A")
