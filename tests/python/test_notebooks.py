# SPDX-License-Identifier: Apache-2.0
"""The notebooks of docs/notebooks, run from top to bottom in a kernel, and what they find."""

import ast
import json
import os
import re
import sys
import warnings
from pathlib import Path

import pytest

jupytext = pytest.importorskip("jupytext", reason="needs jupytext: pip install 'allomatch[test]'")
nbclient = pytest.importorskip("nbclient", reason="needs nbclient: pip install 'allomatch[test]'")
for package in ("ipykernel", "pandas", "pyarrow", "matplotlib"):
    pytest.importorskip(package, reason=f"needs {package}: pip install 'allomatch[frames,plot,test]'")

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "notebooks"
NOTEBOOKS = sorted(path.stem for path in FOLDER.glob("*.py"))
# What is asked of a notebook when it has run: expressions of its names. All data come from seeds.
ASKED = {
    "first_search": {
        "donors": "len(registry)",
        "refused": "report.rows_refused",
        "lists": "[len(table), len(full), len(certain)]",
        "agree": "bool((table['mismatches'] <= table['mismatches_max']).all())",
        "order": "[match.rank for match in matches[:4]]",
        "letters": "''.join(doubtful.letters.values())",
        "share": "float(share.sum())",
        "certain": "float(share['10/10 certain'])",
        "none": "float(share['no donor'])",
        "listed": "int(by_branch['on lists'].sum()) == len(ten)",
    },
    "probability_and_calibration": {
        "expected": "sum(predicted)",
        "listed": "len(predicted)",
        "true": "len(true_matches)",
        "brier": "[calibrations[one].score('A_p0').brier for one in calibrations]",
        "distance": "[calibrations[one].score('A_p0').calibration_error for one in calibrations]",
        "contradictions": "[one.contradictions for one in calibrations.values()]",
        "wrong": "[int(one) for one in unexplained['certain but wrong']]",
    },
    "know_your_pool": {
        "ningbo": "[int(ningbo['donors']), int(ningbo['donations'])]",
        "rate": "float(ningbo['per_1000'])",
        "worst": "list(proportion.iloc[0][['branch', 'locus']])",
        "p_value": "float(proportion['p_value'].iloc[0])",
        "slipped": "[len(listed), len(slipped)]",
        "suspicious": "len(suspicious)",
        "planted": "int(planted.sum())",
        "groups": "len(twice)",
        "donations": "[int(years['donations'].sum()), len(donations)]",
        "years": "sorted({int(year) for year in years['year']})",
        "days": "[len(days), int(days['days'].isna().sum())]",
        "since_2022": "int(((donations['branch'] == '宁波') & (donations['day'] >= '2022')).sum())",
    },
    "planning_recruitment": {
        "people": "{name: one.people for name, one in estimates.items()}",
        "today": "today['10/10'].to_dict()",
        "reachable": "today['10/10, 60 % reachable'].to_dict()",
        "sizes": "{name: [int(size) for size in column] for name, column in sizes.items()}",
        "gains": "table_of_gains.to_dict()",
        "observed": "[float(observed[kind].iloc[-1]) for kind in ('certain', 'potential')]",
        "now": "now",
        "branches": "int(value['donors'].sum())",
        "after": "[float(one) for one in after['likelihood coast']]",
    },
    "frequencies_of_your_registry": {
        "people": "estimate.people",
        "rising": "bool((np.diff(estimate.trace) > -1e-6).all())",
        "sum": "float(found.sum())",
        "variation": "compared['total variation'].to_dict()",
        "invented": "float(invented.sum())",
        "within": "float(((intervals['low'] <= intervals['true'])"
        " & (intervals['true'] <= intervals['high'])).head(40).mean())",
        "read_back": "ours.sets[0]['haplotypes']",
        "most": "str(found.idxmax())",
        "true": "str(true.idxmax())",
        "updated": "updated.people",
    },
}


def near(value, share):
    return pytest.approx(value, rel=share)


def check_first_search(found):
    assert (found["donors"], found["refused"]) == (95_000, 0)
    every, potential, certain = found["lists"]
    assert every > potential > certain > 100
    assert found["agree"] and found["listed"]
    assert found["order"] == [1, 2, 3, 4]
    assert "P" in found["letters"] or "-" in found["letters"]
    assert found["share"] == near(1, 1e-9)
    assert 0.4 < found["certain"] < 0.7 and found["none"] < 0.1


def check_probability_and_calibration(found):
    assert found["listed"] > found["true"] > 0
    assert abs(found["expected"] - found["true"]) < 3 * found["listed"] ** 0.5
    (right, level), (near_line, far_off) = found["brier"], found["distance"]
    assert right < 0.9 * level
    assert near_line < 0.5 * far_off
    assert found["contradictions"] == [0, 0]
    assert (
        found["wrong"] == sorted(found["wrong"], reverse=True) and found["wrong"][0] > 5 * found["wrong"][-1]
    )


def check_know_your_pool(found):
    assert found["ningbo"] == [13_884, 123]
    assert found["rate"] == near(1000 * 123 / 13_884, 1e-12)
    assert found["worst"] == ["舟山", "DRB1"] and found["p_value"] < 1e-6
    assert found["slipped"][1] == 12 and found["slipped"][0] >= 8
    assert found["suspicious"] < 950
    assert found["planted"] == 40 and found["groups"] >= 40
    assert found["donations"][0] == found["donations"][1]
    assert found["years"] == list(range(2016, 2026))
    assert found["days"] == [found["since_2022"], 0]


def check_planning_recruitment(found):
    assert 87_000 < found["people"]["coast"] <= 88_000 and 6_500 < found["people"]["hills"] <= 7_000
    for population in ("coast", "hills"):
        assert 0 < found["reachable"][population] < found["today"][population] < 1
        assert found["sizes"][population] == sorted(found["sizes"][population])
    assert found["today"]["hills"] < found["today"]["coast"]
    certain, potential = found["observed"]
    assert certain < found["today"]["coast"] < potential
    gains = found["gains"]
    assert gains["hills"]["hills"] > 10 * gains["hills"]["coast"] > 0
    assert gains["province"]["coast"] == near(
        0.9 * gains["coast"]["coast"] + 0.1 * gains["hills"]["coast"], 1e-9
    )
    assert 93_000 < found["branches"] == found["now"] < 95_000
    assert found["after"] == sorted(found["after"])


def check_frequencies_of_your_registry(found):
    assert found["people"] == 95_000 and found["updated"] == 2_000
    assert found["rising"]
    assert found["sum"] == near(1, 1e-4)
    variation = found["variation"]
    assert variation["all donors"] < 0.02 < variation["all well typed donors"] < 0.1
    assert variation["all well typed donors"] < variation["2,000 well typed donors"]
    assert found["invented"] < 0.001
    assert found["within"] > 0.8
    assert found["most"] == found["true"]
    assert found["read_back"] > 800


def executed(name, folder):
    """The notebook with its outputs, and the answers to what is asked of it."""
    from nbformat.v4 import new_code_cell

    notebook = jupytext.read(FOLDER / f"{name}.py")
    questions = ", ".join(f"{key!r}: {asked}" for key, asked in ASKED[name].items())
    notebook.cells.append(new_code_cell(f"import json\nprint(json.dumps({{{questions}}}))"))
    client = nbclient.NotebookClient(
        notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # those of Jupyter itself
        client.execute()
    return notebook, json.loads(notebook.cells[-1].outputs[-1].text)


@pytest.fixture
def own_kernel(monkeypatch, tmp_path):
    """A kernel of the Python that runs the tests, whatever else is installed for Jupyter."""
    kernel = tmp_path / "jupyter" / "kernels" / "python3"
    kernel.mkdir(parents=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (kernel / "kernel.json").write_text(
        json.dumps({"argv": argv, "display_name": "Python 3", "language": "python"})
    )
    monkeypatch.setenv(
        "JUPYTER_PATH", f"{tmp_path / 'jupyter'}{os.pathsep}{os.environ.get('JUPYTER_PATH', '')}"
    )
    monkeypatch.setenv("JUPYTER_PLATFORM_DIRS", "1")
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_notebook(name, own_kernel, tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    notebook, found = executed(name, folder)
    globals()[f"check_{name}"](found)
    outputs = [output for cell in notebook.cells if cell.cell_type == "code" for output in cell.outputs]
    drawn = sum("image/png" in output.get("data", {}) for output in outputs)
    assert drawn == sum(pictures(cell.source) for cell in notebook.cells if cell.cell_type == "code") > 0
    bars = [output.text for output in outputs if output.get("name") == "stderr"]
    assert not any("Warning" in text for text in bars), bars


def pictures(source):
    """1 for a cell that draws: it calls a function of plots, or makes axes."""
    makers = ("plots.", "am.plot_calibrations", "plt.subplots", ".plot.barh")
    lines = [line for line in source.splitlines() if not line.startswith("%")]
    calls = [
        ast.unparse(node.func) for node in ast.walk(ast.parse("\n".join(lines))) if isinstance(node, ast.Call)
    ]
    return int(any(maker in call for call in calls for maker in makers))


def test_every_notebook_is_asked_and_described():
    assert set(ASKED) == set(NOTEBOOKS)
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert all(f"({name}.py)" in page for name in NOTEBOOKS)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_links_lead_somewhere(name):
    text = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        assert target.startswith("http") or (FOLDER / target).exists(), target
