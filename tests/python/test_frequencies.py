# SPDX-License-Identifier: Apache-2.0
"""Frequency sets as columns and data frames."""

import allomatch as am
import pytest
from pools import frequencies_of

pd = pytest.importorskip("pandas", reason="needs pandas: pip install 'allomatch[frames]'")


def test_as_a_frame_the_most_frequent_first(tmp_path):
    rows = {
        ("south", "A*24:02~B*44:02"): 0.2,
        ("south", "A*02:01~B*07:02"): 0.5,
        ("south", "A*24:09N~B*07:02"): 0.3,
        ("north", "A*01:01~B*08:01"): 1,
    }
    sets = frequencies_of(tmp_path, rows)
    frame = sets.to_pandas("south")
    assert list(frame.columns) == ["haplotype", "A", "B", "frequency"]
    assert frame["frequency"].tolist() == [0.5, 0.3, 0.2]
    assert frame["haplotype"].tolist() == [
        "~".join(pair) for pair in zip(frame["A"], frame["B"], strict=True)
    ]
    assert frame["A"][1] == "A*24:09N" and frame["B"].tolist()[0] == frame["B"].tolist()[1]
    assert sets.columns("north")["frequency"].tolist() == [1]


def test_a_frame_written_and_read_is_the_same(tmp_path):
    frame = am.Frequencies.builtin().to_pandas()
    assert len(frame) == 908
    frame[["haplotype", "frequency"]].to_csv(tmp_path / "set.csv", index=False)
    assert am.Frequencies.read(tmp_path / "set.csv").to_pandas().equals(frame)


@pytest.mark.parametrize(
    "population, told", [(None, "which one.*north.*south"), ("east", "east"), (3, "population")]
)
def test_which_population(tmp_path, population, told):
    sets = frequencies_of(tmp_path, {("north", "A*01:01~B*08:01"): 1, ("south", "A*02:01~B*08:01"): 1})
    with pytest.raises(am.FormatError, match=told) as caught:
        sets.to_pandas(population)
    assert caught.value.column == "population"
