# SPDX-License-Identifier: Apache-2.0
"""The next version of a registry from changed, new and removed donors."""

from __future__ import annotations

import allomatch as am
import pandas as pd
import pytest

DONORS = "id,A_1,A_2,sex\nD1,02:01,24:02,M\nD2,02:01,24:02,F\nD3,11:01,24:02,F\n"


@pytest.fixture
def donors(tmp_path):
    path = tmp_path / "donors.csv"
    path.write_text(DONORS)
    return am.Registry.from_csv(path)


def found(registry):
    patient = am.Patient("P", {"A": "A*02:01+A*24:02"})
    return sorted(m.donor_id for m in registry.search(patient, loci=["A"], max_mismatches=0))


def ids(registry):
    return sorted(id for id in ("D1", "D2", "D3", "D4", "D5", "D9") if id in registry)


def test_update_from_a_frame_leaves_the_old_version(donors):
    rows = pd.DataFrame(
        {
            "id": ["D3", "D4", "D5"],
            "A_1": ["02:01", "02:01", "99:99"],
            "A_2": ["24:02", "24:02", "24:02"],
            "branch": ["x", "y", ""],
        }
    )
    after = donors.update(rows, removed=["D1", "D4", "nobody"])
    assert found(donors) == ["D1", "D2"] and ids(donors) == ["D1", "D2", "D3"]
    assert found(after) == ["D2", "D3", "D4"] and ids(after) == ["D2", "D3", "D4"]
    assert after.report.rows_read == 3 and after.report.rows_refused == 1
    assert (
        after.donor("D3").get("branch") == "x"
        and "sex" not in after.donor("D3")
        and after.donor("D2")["sex"] == "F"
    )


def test_update_from_a_file_and_of_a_snapshot(donors, tmp_path):
    donors.save(tmp_path / "pool.amx")
    opened = am.Registry.open(tmp_path / "pool.amx")
    (tmp_path / "changes.csv").write_text("id,A_1,A_2,sex\nD9,02:01,24:02,M\n")
    after = opened.update(tmp_path / "changes.csv", ["D2"])
    assert found(after) == ["D1", "D9"] and found(opened) == ["D1", "D2"]
    after.save(tmp_path / "pool.amx")
    assert found(am.Registry.open(tmp_path / "pool.amx")) == ["D1", "D9"]
    assert found(opened) == ["D1", "D2"]


def test_strict_changes_nothing(donors, tmp_path):
    (tmp_path / "changes.csv").write_text("id,A_1,A_2,sex\nD1,99:99,24:02,M\n")
    with pytest.raises(am.FormatError, match="strict"):
        donors.update(tmp_path / "changes.csv", strict=True)
    assert found(donors) == ["D1", "D2"]
