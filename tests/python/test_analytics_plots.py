# SPDX-License-Identifier: Apache-2.0
"""Figures: what they show, in both languages, in own axes and given ones, without touching settings."""

import io

import allomatch as am
import pytest
from pools import DAY, registry_of, simulated

pytest.importorskip("pandas")
pytest.importorskip("matplotlib")
import matplotlib  # noqa: E402
import pandas  # noqa: E402
from allomatch import analytics  # noqa: E402
from allomatch.analytics import plots  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402

# Those of match likelihood have tests of their own.
NAMES = sorted(set(plots.__all__) - {"branch_value", "likelihood", "recruitment"})


def tables():
    _, registry, _ = simulated()
    hf = am.Frequencies.builtin()
    donations = pandas.DataFrame({"day": ["2020-03-01", "2022-01-01"], "branch": ["宁波", None]})
    collections = pandas.DataFrame({"days": [40.0, 60.0, float("nan")], "collected": ["2024-01-01"] * 3})
    return {
        "age_structure": analytics.age_structure(registry, on=DAY),
        "ageing_out": analytics.ageing_out(registry, limit=45, on=DAY, by="branch"),
        "attrition": analytics.attrition(registry, reachable=0.5, on=DAY),
        "completeness": analytics.completeness(registry, by="branch"),
        "days_to_collection": collections,
        "donations_by_year": analytics.donations_by_year(donations),
        "genotype_frequencies": analytics.genotype_frequencies(registry, "A", {"A*11:01": 0.3}),
        "homozygosity": analytics.homozygosity(registry, hf, by="sex"),
        "linkage": analytics.linkage(hf),
        "linkage_pairs": analytics.linkage_pairs(hf, "C", "B"),
        "typing_probabilities": analytics.typing_probabilities(registry, hf),
        "utilisation": analytics.utilisation(registry),
    }


@pytest.fixture(scope="module")
def made():
    return tables()


def drawn(figure):
    """All words of a figure, once it is drawn (with warnings as errors: no glyph is missing)."""
    from matplotlib.text import Text

    assert isinstance(figure, Figure)
    figure.savefig(io.BytesIO(), format="png", dpi=40)
    return " ".join(text.get_text() for text in figure.findobj(Text) if text.get_text())


def has_chinese_font():
    return len(plots._style._families()) > 1


def test_every_table_has_its_figure(made):
    assert sorted(made) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_figures(made, name):
    if not has_chinese_font():
        pytest.skip("no Chinese font on this system")
    before = dict(matplotlib.rcParams)
    english = drawn(getattr(plots, name)(made[name], title="A title"))
    chinese = drawn(getattr(plots, name)(made[name], lang="zh"))
    assert "A title" in english and english != chinese
    assert any("\u4e00" <= char <= "\u9fff" for char in chinese)
    given = Figure(figsize=(5, 4))
    axes = given.add_subplot()
    assert getattr(plots, name)(made[name], ax=axes, title="there") is given
    assert "there" in drawn(given)
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("name", NAMES)
def test_other_tables_are_refused(made, name):
    with pytest.raises(am.FormatError, match=f"the table that {name} returns"):
        getattr(plots, name)(pandas.DataFrame({"x": [1]}))
    with pytest.raises(am.FormatError, match="no row to draw"):
        getattr(plots, name)(made[name].head(0))
    with pytest.raises(am.FormatError, match="lang: 'de': expected en or zh"):
        getattr(plots, name)(made[name], lang="de")


def test_numbers_are_in_the_picture(made):
    table = made["utilisation"]
    words = drawn(plots.utilisation(table))
    for row in table.itertuples():
        assert f"{row.donations:,} of {row.donors:,} donors" in words and row.branch in words
    words = drawn(plots.linkage(made["linkage"], "d_prime"))
    assert all(f"{value:.2f}" in words for value in made["linkage"]["d_prime"])
    words = drawn(plots.age_structure(made["age_structure"]))
    assert all(f"{n:,}" in words for n in made["age_structure"]["donors"] if n)
    assert "median 50 days" in drawn(plots.days_to_collection(made["days_to_collection"]))


def test_without_groups(made):
    _, registry, _ = simulated()
    assert "fully typed" in drawn(plots.completeness(analytics.completeness(registry)))
    whole = analytics.donations_by_year(pandas.DataFrame({"day": ["2020-03-01"]}), by=None)
    assert "2020" in drawn(plots.donations_by_year(whole))
    assert "whole pool" in drawn(plots.utilisation(analytics.utilisation(registry, by=None)))
    by_sex = analytics.age_structure(registry, on=DAY, by="sex")
    assert "F" in drawn(plots.age_structure(by_sex)).split()
    plain = registry_of([{"id": "a", "A_1": "02:01", "birth_date": "1990-01-01"}])
    assert "2026" in drawn(plots.ageing_out(analytics.ageing_out(plain, on=DAY)))
    with pytest.raises(am.FormatError, match="share: 'all'"):
        plots.completeness(made["completeness"], "all")
    with pytest.raises(am.FormatError, match="measure: 'r2'"):
        plots.linkage(made["linkage"], "r2")


def test_the_package_needs_no_extras():
    import subprocess
    import sys

    extras = "pandas", "pyarrow", "matplotlib"
    code = f"import sys, allomatch.analytics; print([m for m in {extras} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_missing_extra_is_named(made, monkeypatch):
    import sys

    _, registry, _ = simulated()
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ImportError, match=r"allomatch\[plot\]"):
        plots.utilisation(made["utilisation"])
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match=r"allomatch\[frames\]"):
        analytics.completeness(registry)
