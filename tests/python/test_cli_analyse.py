# SPDX-License-Identifier: Apache-2.0
"""``allomatch analyse``."""

import pytest
from command import as_json, call, refused, said
from conftest import write_rows
from pools import DAY, simulated

pandas = pytest.importorskip("pandas", reason="needs pandas: pip install 'allomatch[frames]'")
pytest.importorskip("matplotlib", reason="needs matplotlib: pip install 'allomatch[plot]'")
html5lib = pytest.importorskip("html5lib", reason="needs html5lib: pip install 'allomatch[test]'")
from pool_pages import tree_of  # noqa: E402


@pytest.fixture
def pool_file(tmp_path):
    return write_rows(tmp_path / "donors.csv", simulated()[0][:300])


def test_the_command(pool_file, tmp_path):
    asked = ["analyse", "--donors", pool_file, "--on", DAY, "--bootstrap", "20"]
    code, out, err = call(*asked)
    assert code in (0, 3) and err == ""
    for told in (
        "== The pool in numbers ==",
        "donors in the pool",
        "Donors needed",
        "Left out: neither a store",
    ):
        assert told in out, told
    listed = tmp_path / "donations.csv"
    listed.write_text("day,branch\n2020-01-01,x\n2021-01-01,\n", encoding="utf-8")
    report = tmp_path / "r.html"
    code, out, err = call(*asked, "--out", report, "--lang", "zh", "--top", 4, "--donations", listed)
    assert code in (0, 3) and err == "" and f"report written to {report}" in out
    page = report.read_text(encoding="utf-8")
    assert "供者库分析报告" in page and "2020 至 2021 年共 2 例" in page
    assert all(len(table.findall("tbody/tr")) <= 10 for table in tree_of(page).findall(".//table"))


def test_the_command_as_json(tmp_path):
    rows = [
        {"id": f"D{i}", "A_1": "01:01", "A_2": "02:01", "B_1": "08:01", "B_2": "07:02", "branch": "x"}
        for i in range(3)
    ]
    donors = write_rows(tmp_path / "donors.csv", rows)
    found = as_json("analyse", "--donors", donors, "--loci", "A,B", "--frequencies", "builtin", "--on", DAY)
    assert found["loci"] == ["A", "B"] and found["population"] and found["on"] == DAY
    assert {"measure": "donors", "value": 3} in found["tables"]["numbers"]
    assert found["tables"]["branch_value"][0]["branch"] == "x"
    assert "typing_probabilities" not in found["tables"] and "ages" in found["left_out"]
    assert found["frequencies"]["sets"][0]["haplotypes"] == len(found["tables"]["haplotypes"])


def test_the_command_takes_a_store(store, tmp_path):
    told = said("analyse", "--donors", tmp_path / "registry.db", "--loci", "6/6", "--bootstrap", "0")
    assert "Days to collection: Left out: no collection is recorded." in told
    assert "4 donors in the pool" in told


@pytest.mark.parametrize(
    "arguments, told",
    [
        (["--out", "r.pdf"], "r.pdf"),
        (["--out", "no/r.html"], "no/r.html"),
        (["--by", "city"], "city"),
        (["--population", "x"], "--frequencies"),
        (["--lang", "fr"], "fr"),
        (["--top", "0"], "--top"),
        (["--donations", "donors.csv"], "column day"),
        (["--donations", "nothing.csv"], "nothing.csv"),
        (["--bootstrap", "1"], "bootstrap: '1'"),
        (["--on", "9999-12-31"], "on: '9999-12-31': the 10 years that follow end after the year 9999"),
        (["--donations", "d.html", "--out", "d.html"], "overwrite"),
    ],
)
def test_options_that_do_not_fit(donors_file, arguments, told):
    folder = donors_file.parent
    assert told in refused("analyse", "--donors", donors_file, *arguments, cwd=folder)
    assert [path.name for path in folder.iterdir()] == ["donors.csv"]
