# SPDX-License-Identifier: Apache-2.0
"""A registry as a data frame and file."""

import allomatch as am
import pytest
from pools import registry_of, simulated

pytest.importorskip("pandas", reason="needs pandas: pip install 'allomatch[frames]'")
pytest.importorskip("pyarrow", reason="needs pyarrow: pip install 'allomatch[frames]'")


def whole(registry, ids):
    return [registry.donor(id) for id in ids]


def test_a_frame_has_what_the_file_had():
    rows, registry, _ = simulated()
    frame = registry.to_pandas()
    assert list(frame["id"]) == [row["id"] for row in rows]
    for column in ("A_1", "C_2", "DQB1_1", "birth_date", "branch", "status", "cmv"):
        assert list(frame[column].fillna("")) == [row[column] for row in rows], column
    for column in ("donations", "weight_kg", "pregnancies"):
        given = [float(row[column]) if row[column] else None for row in rows]
        assert [None if value != value else value for value in frame[column].astype(float)] == given


@pytest.mark.parametrize("name", ["donors.csv", "donors.tsv.gz", "donors.parquet"])
def test_a_file_reads_back_as_the_same_donors(tmp_path, name):
    rows, registry, mac = simulated()
    registry.write(tmp_path / name)
    if name.endswith(".parquet"):
        import pandas

        again = am.Registry.from_frame(pandas.read_parquet(tmp_path / name), mac=mac)
    else:
        again = am.Registry.from_csv(tmp_path / name, mac=mac)
    ids = [row["id"] for row in rows]
    assert again.report.rows_refused == 0
    assert whole(again, ids) == whole(registry, ids)


def test_gl_strings_stay_beside_pairs():
    block = "A*01:01~B*08:01+A*02:01~B*07:02"
    rows = [
        {"id": "pair", "A_1": "02:01"},
        {"id": "list", "A": "A*01:01+A*02:01|A*02:01+A*24:02"},
        {"id": "phased", "A": block, "B": block},
        {"id": "untyped"},
    ]
    registry = registry_of(rows)
    frame = registry.to_pandas()
    assert list(frame["A"].fillna("")) == ["", rows[1]["A"], block, ""]
    assert "B_1" not in frame and "C_1" not in frame
    ids = [row["id"] for row in rows]
    assert whole(am.Registry.from_frame(frame), ids) == whole(registry, ids)
    assert registry.to_polars().shape == frame.shape


def test_nobody():
    registry = registry_of([{"id": "one", "A_1": "02:01", "branch": "宁波"}])
    empty = registry.update(registry_of([]).to_pandas(), removed=["one"])
    assert len(empty) == 0 and len(empty.to_pandas()) == 0
