# SPDX-License-Identifier: Apache-2.0
"""Figures: what they show, in both languages, in own axes and given ones, without touching settings."""

import io

import allomatch as am
import pytest
from pools import DAY, registry_of, simulated

pytest.importorskip("pandas", reason="needs pandas: pip install 'allomatch[frames]'")
pytest.importorskip("matplotlib", reason="needs matplotlib: pip install 'allomatch[plot]'")
import matplotlib  # noqa: E402
import pandas  # noqa: E402
from allomatch import analytics  # noqa: E402
from allomatch.analytics import plots  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402

# Those of match likelihood have tests of their own.
NAMES = sorted(set(plots.__all__) - {"branch_value", "likelihood", "recruitment", "trace"})


def tables():
    _, registry, _ = simulated()
    hf = am.Frequencies.builtin()
    donations = pandas.DataFrame({"day": ["2020-03-01", "2022-01-01"], "branch": ["宁波", None]})
    collections = pandas.DataFrame({"days": [40.0, 60.0, float("nan")], "collected": ["2024-01-01"] * 3})
    return {
        "age_structure": analytics.age_structure(registry, on=DAY),
        "ageing_out": analytics.ageing_out(registry, limit=45, on=DAY, by="branch"),
        "allele_frequencies": analytics.allele_frequencies(registry, bootstrap=20),
        "attrition": analytics.attrition(registry, reachable=0.5, on=DAY),
        "completeness": analytics.completeness(registry, by="branch"),
        "days_to_collection": collections,
        "donations_by_year": analytics.donations_by_year(donations),
        "genotype_frequencies": analytics.genotype_frequencies(registry, "A", {"A*11:01": 0.3}),
        "haplotype_frequencies": analytics.haplotype_frequencies(registry, "A,B", bootstrap=20),
        "hardy_weinberg": analytics.hardy_weinberg(registry),
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
    with pytest.raises(am.FormatError, match="ax: '5': expected axes of matplotlib, not int"):
        getattr(plots, name)(made[name], ax=5)


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


def test_homozygosity_of_one_locus_has_its_groups_side_by_side(made):
    table = made["homozygosity"]
    axes = plots.homozygosity(table[table["locus"] == "A"]).axes[0]
    assert [label.get_text() for label in axes.get_xticklabels()] == list(dict.fromkeys(table["sex"]))
    both = plots.homozygosity(table).axes[0]
    assert [label.get_text() for label in both.get_xticklabels()] == list(dict.fromkeys(table["locus"]))


def test_shares_have_whole_per_cents_at_their_ticks():
    _, registry, _ = simulated()
    figure = plots.age_structure(analytics.age_structure(registry, on=DAY, by="sex"))
    ticks = 100 * figure.axes[0].get_yticks()
    assert len(ticks) > 2
    assert all(abs(tick - round(tick)) < 1e-9 for tick in ticks)


def test_ticks_of_many_years_do_not_touch():
    _, registry, _ = simulated()
    listed = pandas.DataFrame({"day": [f"{year}-01-01" for year in range(1990, 2024)]})
    for figure, years in (
        (plots.ageing_out(analytics.ageing_out(registry, years=30, on=DAY)), range(2026, 2056)),
        (plots.donations_by_year(analytics.donations_by_year(listed, by=None)), range(1990, 2024)),
        (plots.attrition(analytics.attrition(registry, years=40, on=DAY)), range(41)),
    ):
        drawn(figure)
        axes = figure.axes[0]
        boxes = [label.get_window_extent() for label in axes.get_xticklabels()]
        assert len(boxes) > 4
        assert all(a.x1 + 2 < b.x0 for a, b in zip(boxes, boxes[1:], strict=False))
        for place, label in zip(axes.get_xticks(), axes.get_xticklabels(), strict=True):
            assert label.get_text() == str(years[int(place)])


def test_nobody_leaves():
    _, registry, _ = simulated()
    figure = plots.ageing_out(analytics.ageing_out(registry, limit=150, on=DAY))
    drawn(figure)
    ticks = [label.get_text() for label in figure.axes[0].get_yticklabels()]
    assert ticks[:2] == ["0", "1"] and len(set(ticks)) == len(ticks)


def test_the_largest_groups_and_the_others():
    table = pandas.DataFrame(
        {
            "branch": [name for name in "abcdefgh" for _ in range(2)],
            "age": ["18-25", "26-30"] * 8,
            "donors": [n for size in range(1, 9) for n in (size, 3 * size)],
            "share": [0.25, 0.75] * 8,
        }
    )
    axes = plots.age_structure(table).axes[0]
    bars = {box.get_label(): [bar.get_height() for bar in box] for box in axes.containers}
    assert list(bars) == ["h", "g", "f", "e", "d", "others (3)"]
    assert all(heights == pytest.approx([0.25, 0.75]) for heights in bars.values())


def test_intervals_of_use():
    table = analytics.utilisation(simulated()[1])
    axes = plots.utilisation(table).axes[0]
    rows = table.sort_values("per_1000", ascending=False, kind="stable")
    lines = next(one for one in axes.collections if len(one.get_segments()) == len(rows))
    right = 3 * rows["per_1000"].max()
    for segment, low, high in zip(lines.get_segments(), rows["low"], rows["high"], strict=True):
        assert list(segment[:, 0]) == pytest.approx([min(1000 * low, right), min(1000 * high, right)])


@pytest.mark.parametrize(
    "name, columns",
    [
        ("attrition", ["donors_at_end"]),
        ("linkage_pairs", ["frequency"]),
        ("utilisation", ["per_1000", "low", "high"]),
        ("allele_frequencies", ["frequency"]),
        ("hardy_weinberg", ["homozygotes"]),
    ],
)
def test_a_table_without_numbers_is_refused(made, name, columns):
    empty = made[name].assign(**dict.fromkeys(columns, float("nan")))
    with pytest.raises(am.FormatError, match="no row has a number in"):
        getattr(plots, name)(empty)


def test_measures_of_pairs(made):
    table = made["linkage_pairs"].head(20)
    words = drawn(plots.linkage_pairs(table, measure="r2"))
    assert "r²" in words and all(f"{value:.2f}" in words for value in table["r2"])
    with pytest.raises(am.FormatError, match="measure: 'w_n': expected one of d_prime, r2"):
        plots.linkage_pairs(table, measure="w_n")


def test_names_in_pictures():
    rows = [
        {"id": f"D{i}", "branch": name, "donations": "1"}
        for i, name in enumerate(["a\nb", "\u202egnp", "$x^{", "长" * 300, ""])
    ]
    names = drawn(plots.utilisation(analytics.utilisation(registry_of(rows))))
    assert "a b" in names and "[U+202E]gnp" in names and r"\$x^{" in names and "(blank)" in names
    assert "长" * 11 + "…" in names and "长" * 12 not in names


def test_a_missing_chinese_font_is_told_once(made, monkeypatch):
    import warnings

    monkeypatch.setattr(plots._style, "_families", lambda: ("DejaVu Sans",))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        drawn(plots.age_structure(made["age_structure"], lang="zh"))
    assert [one.category for one in told] == [plots._style.MissingFont]
    assert "fonts-noto-cjk" in str(told[0].message) and told[0].filename == __file__
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        drawn(plots.age_structure(made["age_structure"]))
    assert told == []


def test_bars_of_frequencies(made):
    table = made["allele_frequencies"]
    axes = plots.allele_frequencies(table).axes[0]
    top = pandas.concat([rows.head(5) for _, rows in table.groupby("locus", sort=False)])
    assert [bar.get_width() for bar in axes.patches] == pytest.approx(list(top["frequency"]))
    names = [label.get_text() + "P" for label in axes.get_yticklabels()]
    assert names == list(top["allele"])
    segments = axes.collections[0].get_segments()
    assert [segment[1, 0] for segment in segments] == pytest.approx(list(top["high"]))
    one = plots.allele_frequencies(table, "B", top=7).axes[0]
    assert len(one.patches) == 7
    assert all(label.get_text().startswith("B*") for label in one.get_yticklabels())
    with pytest.raises(am.FormatError, match="locus: 'Z': the table has A, C, B, DRB1, DQB1"):
        plots.allele_frequencies(table, "Z")
    two = pandas.concat([table.assign(branch=name) for name in "xy"])
    two.insert(0, "branch", two.pop("branch"))
    with pytest.raises(am.FormatError, match="2 groups of branch; choose the rows of one"):
        plots.allele_frequencies(two)
    haplotypes = made["haplotype_frequencies"]
    bars = plots.haplotype_frequencies(haplotypes, 4).axes[0].patches
    assert [bar.get_width() for bar in bars] == pytest.approx(list(haplotypes["frequency"].head(4)))


def test_proportion_by_locus_and_group(made):
    _, registry, _ = simulated()
    table = made["hardy_weinberg"]
    axes = plots.hardy_weinberg(table).axes[0]
    seen = {line.get_label(): list(line.get_xdata()) for line in axes.lines}
    assert seen["observed"] == pytest.approx(list(table["homozygotes"] / table["people"]))
    by_sex = drawn(plots.hardy_weinberg(analytics.hardy_weinberg(registry, "A", by="sex")))
    assert "A  F" in by_sex and "A  M" in by_sex


def test_the_way_of_an_estimate():
    _, registry, _ = simulated()
    estimate = am.estimate(registry, "A,B")
    axes = plots.trace(estimate, title="EM").axes[0]
    (line,) = axes.lines
    distance = estimate.trace[-1] - estimate.trace[:-1]
    assert list(line.get_ydata()) == pytest.approx(list(distance[distance > 0]))
    assert axes.get_yscale() == "log" and axes.get_title(loc="left") == "EM"
    assert "x" in drawn(plots.trace({"x": estimate, "y": estimate}, lang="zh")).split()
    for wrong in ({}, [1.0, 2.0], {"x": 3}):
        with pytest.raises(am.FormatError, match="estimate: "):
            plots.trace(wrong)
