# SPDX-License-Identifier: Apache-2.0
"""Rankings as TOML files: the same as the criteria written in Python, and errors that say where."""

import json
import random
import sys

import pytest
from allomatch import FormatError, Ranking
from test_equals_slow_model_ranking import DATES, LOCI, some_criteria


def written(value):
    """TOML for a criterion or a part of one."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {written(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",\n".join(written(one) for one in value) + "]"
    return value if value in sum(DATES.values(), []) else json.dumps(value, ensure_ascii=False)


@pytest.fixture
def read(tmp_path):
    def of(text, name="ours.toml"):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return Ranking.read(tmp_path / name)

    return of


def test_a_file_is_the_same_as_its_criteria(read):
    rng = random.Random(5)
    dated = [{"by": name, "bands": days, "missing": "first"} for name, days in DATES.items()]
    for weighted in (False, True) * 40:
        criteria = (
            some_criteria(rng, LOCI, weighted) + dated + [{"by": "站点", "order": ["宁波", 'a "b" \\']}]
        )
        in_a_list = read("criteria = " + written(criteria))
        tables = [{"by": one} if isinstance(one, str) else one for one in criteria]
        lines = (f"{key} = {written(value)}" for one in tables for key, value in one.items())
        in_tables = read(
            "\n".join(f"[[criteria]]\n{line}" if line.startswith("by") else line for line in lines)
        )
        assert in_a_list.criteria == in_tables.criteria == Ranking(criteria).criteria
        assert in_a_list == in_tables == Ranking(criteria)


def test_names_and_presets(read, tmp_path):
    assert read("preset = 'cord'").name == "ours"
    assert read("preset = 'cord'", "别名.v2.toml").name == "别名.v2"
    both = read("name = '年轻'\npreset = 'ptcy'\ncriteria = ['dpb1']")
    assert both.name == "年轻"
    assert both.criteria == [{"by": "dpb1"}, *Ranking.preset("ptcy").criteria]
    assert Ranking.of(str(tmp_path / "ours.toml")) == Ranking.of(tmp_path / "ours.toml") == both


def refused(job):
    with pytest.raises(FormatError) as caught:
        job()
    e = caught.value
    assert str(e).startswith(e.place or "?")
    return e.row, e.column, e.text, e.reason


def test_errors_have_file_line_key_and_reason(read):
    edge = "[[criteria]]\nby = 'age'\nbands = [30,\n'soon']"
    assert refused(lambda: read(edge)) == (4, "bands", "soon", "an edge of age is a number or a date")
    descending = "\n[[criteria]]\nby = 'age'\nbands = [2, 1]"
    assert refused(lambda: read(descending)) == (2, "rank", "age", "the edges of bands must ascend")
    damaged = "\n\nname = 'a"
    reason = "damaged TOML: string: encountered end-of-file"
    assert refused(lambda: read(damaged)) == (3, "10", None, reason)
    assert refused(lambda: read("")) == (None, "criteria", None, "no list of criteria")
    assert refused(lambda: read("criteria = " + "[" * 10**6))[0] == 1


def test_files_that_cannot_be_opened(tmp_path):
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(FormatError, match=str(path)):
            Ranking.read(path)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="tomllib is of 3.11")
@pytest.mark.parametrize(
    "text",
    ["a", "a = 1\na = 2", "[a", "[[a]", "a = 1__0", "a = 01", "a = 'b", "a = [1,,]", "a = {b = 1,}", "a\n= 1"]
    + ["a = 2020-02-30", "a = 1.", "a = .5", "é = 1", "a = 1 b = 2", 'a = "\\x"', 'a = "\\ud800"', "a = tru"],
)
def test_what_is_no_toml_for_python_is_none_here(read, text):
    import tomllib

    with pytest.raises(tomllib.TOMLDecodeError):
        tomllib.loads(text)
    assert "damaged TOML" in refused(lambda: read("preset = 'cord'\n" + text))[3]
