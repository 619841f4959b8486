# SPDX-License-Identifier: Apache-2.0
"""Alleles, haplotypes and Hardy-Weinberg proportion of a pool."""

import allomatch as am
import numpy as np
import pandas as pd
import pytest
from allomatch import analytics

PEOPLE = [
    *[("01:01", "01:01", "08:01", "08:01", "宁波")] * 30,
    *[("01:01", "02:01", "08:01", "07:02", "宁波")] * 40,
    *[("02:01", "02:01", "07:02", "07:02", "杭州")] * 30,
    ("01:01/02:01", "02:01", "", "", "杭州"),
]


@pytest.fixture(scope="module")
def registry():
    columns = ("A_1", "A_2", "B_1", "B_2", "branch")
    rows = [{"id": f"D{i}", **dict(zip(columns, row, strict=True))} for i, row in enumerate(PEOPLE)]
    return am.Registry.from_frame(pd.DataFrame(rows), am.Nomenclature.names())


def test_alleles_of_each_locus(registry):
    table = analytics.allele_frequencies(registry, "A,B", bootstrap=20)
    assert list(table) == [
        *("locus", "allele", "frequency", "count", "people", "standard_error", "low", "high"),
    ]
    b = table[table["locus"] == "B"].set_index("allele")
    assert b["people"].tolist() == [100, 100]
    np.testing.assert_allclose(b.loc[["B*08:01", "B*07:02"], "frequency"], [0.5, 0.5])
    a = table[table["locus"] == "A"].set_index("allele")
    # The 101st person is 01:01+02:01 with 2 p q, or 02:01+02:01 with q q.
    p = a.loc["A*01:01", "frequency"]
    assert p == pytest.approx((100 + 2 * p / (1 + p)) / 202, abs=1e-6) and (a["people"] == 101).all()
    assert (table["low"] <= table["frequency"]).all() and (table["frequency"] <= table["high"]).all()
    plain = analytics.allele_frequencies(registry, ["B"], bootstrap=0)
    assert list(plain) == ["locus", "allele", "frequency", "count", "people"]


def test_groups(registry):
    table = analytics.allele_frequencies(registry, "B", by="branch", bootstrap=0)
    assert list(table)[0] == "branch"
    ningbo = table[table["branch"] == "宁波"].set_index("allele")["frequency"]
    assert ningbo["B*08:01"] == pytest.approx(100 / 140) and set(table["branch"]) == {"宁波", "杭州"}
    haplotypes = analytics.haplotype_frequencies(registry, "A,B", by="branch", bootstrap=0)
    assert haplotypes.groupby("branch")["people"].first().tolist() == [70, 31]
    whole = analytics.haplotype_frequencies(registry, "A,B", bootstrap=20)
    assert list(whole["haplotype"][:2]) == ["A*02:01~B*07:02", "A*01:01~B*08:01"] and "high" in whole


def test_hardy_weinberg(registry):
    table = analytics.hardy_weinberg(registry, "A,B,C").set_index("locus")
    assert list(table.index) == ["A", "B"]  # nobody is typed at C
    b = table.loc["B"]
    assert (b["people"], b["certain"], b["alleles"]) == (100, 100, 2)
    assert b["homozygotes"] == pytest.approx(60) and b["expected_homozygotes"] == pytest.approx(9900 / 199)
    assert b["inbreeding"] == pytest.approx(0.2, abs=0.01) and b["z"] == pytest.approx(2, abs=0.1)
    assert 0.03 < b["p_value"] < 0.06
    assert table.loc["A", "certain"] == 100 and table.loc["A", "people"] == 101
    by_branch = analytics.hardy_weinberg(registry, "B", by="branch").set_index("branch")
    assert by_branch.loc["杭州", "alleles"] == 1 and np.isnan(by_branch.loc["杭州", "p_value"])
    assert by_branch.loc["宁波", "homozygotes"] == pytest.approx(30)


def test_haplotypes_of_one_branch_only(registry):
    table = analytics.branch_haplotypes(registry, "A,B").set_index("branch")
    assert table.loc["宁波", ["people", "haplotypes", "only_here"]].tolist() == [70, 2, 1]
    assert table.loc["宁波", "copies_only_here"] == pytest.approx(100)
    assert table.loc["杭州", ["people", "haplotypes", "only_here"]].tolist() == [31, 1, 0]
    assert table.loc["宁波", "only_here_per_1000"] == pytest.approx(1000 / 70)
    with pytest.raises(am.FormatError, match="no such donor field"):
        analytics.branch_haplotypes(registry, "A", by="city")


def test_what_does_not_fit(registry):
    for call in (analytics.allele_frequencies, analytics.haplotype_frequencies, analytics.hardy_weinberg):
        with pytest.raises(am.FormatError, match="nobody is typed"):
            call(registry, "DPB1")
        with pytest.raises(am.FormatError, match="no such donor field"):
            call(registry, "A", by="city")
        with pytest.raises(am.FormatError, match="expected a Registry or a data frame"):
            call(5, "A")
        with pytest.raises(am.FormatError) as caught:
            call(registry, "A", unit="allele")
        assert caught.value.column == "unit"


def test_simulated_pools_keep_to_the_proportion(tmp_path):
    files = am.simulate(tmp_path, donors=3000, seed=3, reference_date="2026-01-01")
    pool = am.Registry.from_csv(files["donors"], mac=am.MacTable.load(files["mac"]))
    table = analytics.hardy_weinberg(pool)
    assert len(table) == 5 and (table["p_value"] > 1e-4).all() and (table["certain"] < table["people"]).all()
