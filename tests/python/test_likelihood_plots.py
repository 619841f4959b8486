# SPDX-License-Identifier: Apache-2.0
"""Pictures of match likelihood: what they show is what the tables say."""

import allomatch as am
import pytest
from allomatch.analytics import plots

pd = pytest.importorskip("pandas", reason="needs pandas: pip install 'allomatch[frames]'")
matplotlib = pytest.importorskip("matplotlib", reason="needs matplotlib: pip install 'allomatch[plot]'")

CURVE = pd.DataFrame({"size": [0.0, 1000.0, 100_000.0], "probability": [0.0, 0.2, 0.6]})
OBSERVED = pd.DataFrame({"size": [100, 1000], "certain": [0.01, 0.1], "potential": [0.02, 0.3]})
RECRUITMENT = pd.DataFrame(
    {"population": ["hills", "city"], "donors": [0.0, 5000.0], "gain_per_1000": [0.001, 0.02]}
)
BRANCHES = pd.DataFrame(
    {
        "branch": ["", "宁波"],
        "donors": [10, 2000],
        "served_certain": [1, 30],
        "certain_per_1000": [100.0, 15.0],
    }
)


def test_curve_and_what_was_observed():
    before = dict(matplotlib.rcParams)
    figure = plots.likelihood({"10/10": CURVE, "9/10": CURVE}, OBSERVED, title="Pool")
    assert dict(matplotlib.rcParams) == before
    (axes,) = figure.axes
    assert axes.get_title(loc="left") == "Pool" and axes.get_xscale() == "log"
    curves = {line.get_label(): line for line in axes.lines}
    assert list(curves["10/10"].get_xdata()) == [1000, 100_000]
    assert list(curves["9/10"].get_ydata()) == [0.2, 0.6]
    assert list(curves["observed in the pool, certain matches"].get_ydata()) == [0.01, 0.1]
    assert axes.get_ylim() == (0, 1)


def test_own_axes_and_chinese():
    axes = matplotlib.figure.Figure().add_subplot()
    assert plots.likelihood(CURVE, ax=axes, lang="zh") is axes.figure
    assert axes.get_xlabel() == "登记供者人数"


@pytest.mark.parametrize(
    ("draw", "table", "first", "lengths"),
    [
        (plots.recruitment, RECRUITMENT, "city", [2.0, 0.1]),
        (plots.branch_value, BRANCHES, "(blank)", [100.0, 15.0]),
    ],
)
def test_bars_from_the_largest(draw, table, first, lengths):
    (axes,) = draw(table).axes
    assert [bar.get_width() for bar in axes.patches] == pytest.approx(lengths)
    assert axes.get_yticklabels()[0].get_text() == first


def test_refuses_other_tables():
    for call in (
        lambda: plots.likelihood(OBSERVED),
        lambda: plots.likelihood(CURVE.head(0)),
        lambda: plots.likelihood({}),
        lambda: plots.likelihood(CURVE, CURVE),
        lambda: plots.likelihood(CURVE, lang="fr"),
        lambda: plots.recruitment(CURVE),
        lambda: plots.branch_value(CURVE),
        lambda: plots.recruitment(RECRUITMENT.assign(gain_per_1000=float("nan"))),
        lambda: plots.branch_value(BRANCHES.assign(certain_per_1000=float("nan"))),
        lambda: plots.recruitment(RECRUITMENT, ax=5),
    ):
        with pytest.raises(am.FormatError):
            call()
