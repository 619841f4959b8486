# SPDX-License-Identifier: Apache-2.0
"""Progress: a line on terminals, a bar in notebooks, nothing elsewhere; and every callback of the library."""

import functools
import io
import sys
from types import SimpleNamespace

import allomatch as am
import pytest
from allomatch import progress as shown
from pools import DAY

ERASE = "\r\x1b[K"


class Terminal(io.StringIO):
    def isatty(self):
        return True

    @property
    def lines(self):
        return self.getvalue().split(ERASE)[1:]


@pytest.fixture
def terminal(monkeypatch):
    made = Terminal()
    monkeypatch.setattr(shown, "sys", SimpleNamespace(stderr=made, modules=sys.modules))
    monkeypatch.setattr(shown, "_PAUSE", 0)
    return made


@pytest.fixture
def notebook(monkeypatch):
    shell = SimpleNamespace(config={"IPKernelApp": {}})
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setattr(shown, "_PAUSE", 0)


@pytest.mark.parametrize(
    "total, call, line",
    [
        (None, (12_345,), "rows: 12,345"),
        (40_000, (10_000,), "rows [#####...............] 10,000 of 40,000"),
        (None, (10_000, 40_000), "rows [#####...............] 10,000 of 40,000"),
        (None, (10_000, None), "rows: 10,000"),
        (None, (7, 0), "rows: 7"),
        (None, (30, 20), "rows [####################] 30 of 20"),
        (None, (7, 0.00123, -1234.56), "rows: 7, change 1.2e-03, log-likelihood -1,234.6"),
    ],
)
def test_a_line_on_a_terminal(terminal, total, call, line):
    with am.Progress("rows", total) as progress:
        progress(*call)
        assert terminal.lines == [line]
    assert terminal.lines == [line, ""]


def test_the_line_goes_when_the_work_fails(terminal):
    with pytest.raises(KeyError), am.Progress("rows") as progress:
        progress(1)
        raise KeyError
    assert terminal.lines[-1] == ""


def test_it_is_drawn_ten_times_a_second(terminal, monkeypatch):
    now = [100.0]
    monkeypatch.setattr(shown, "_PAUSE", 0.1)
    monkeypatch.setattr(shown.time, "monotonic", lambda: now[0])
    with am.Progress("rows") as progress:
        for rows in range(1, 101):
            progress(rows)
            now[0] += 0.01
    assert terminal.lines[0] == "rows: 1"
    assert len(terminal.lines) in (10, 11)  # ten or so, as floats add up, and the end


def test_nothing_elsewhere(monkeypatch):
    log = io.StringIO()
    monkeypatch.setattr(sys, "stderr", log)
    with am.Progress("rows") as progress:
        progress(1)
    assert log.getvalue() == ""
    monkeypatch.setattr(sys, "stderr", None)
    with am.Progress("rows") as progress:
        progress(1)


def test_a_bar_in_a_notebook(notebook, monkeypatch):
    tqdm = pytest.importorskip("tqdm", reason="needs tqdm: pip install 'allomatch[notebooks]'")
    cell = io.StringIO()
    bar = functools.partial(tqdm.tqdm, file=cell, ascii=True, mininterval=0)
    monkeypatch.setitem(sys.modules, "tqdm.auto", SimpleNamespace(tqdm=bar))
    with am.Progress("rows") as progress:
        progress(10_000, 40_000)
        progress(30_000, 40_000)
        progress(7, 0.00123, -1234.56)
    text = cell.getvalue()
    assert "rows:  25%" in text and "10.0k/40.0k" in text and "rows:  75%" in text
    assert "change 1.2e-03, log-likelihood -1,234.6" in text
    assert text.endswith("\r")


def test_nothing_in_a_notebook_without_tqdm(notebook, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with am.Progress("rows") as progress:
        progress(1)
    assert capsys.readouterr() == ("", "")


def test_it_fits_every_callback(terminal, tmp_path):
    pytest.importorskip("pandas", reason="needs pandas: pip install 'allomatch[frames]'")
    from allomatch import analytics

    with am.Progress("simulating") as progress:
        files = am.simulate(tmp_path, donors=500, patients=2, seed=3, reference_date=DAY, progress=progress)
    mac = am.MacTable.load(files["mac"])
    patients, _ = am.read_patients(files["patients"])
    with am.Progress("reading") as progress:
        registry = am.Registry.from_csv(files["donors"], mac=mac, progress=progress)
    with am.Progress("importing") as progress, am.Store.create(tmp_path / "a.db", mac=mac) as store:
        store.import_file(files["donors"], progress=progress)
    with am.Progress("searching", len(patients)) as progress:
        registry.search_many(patients, progress=progress)
    with am.Progress("everyone") as progress:
        analytics.observed_matches(registry, progress=progress)
    with am.Progress("estimating") as progress:
        am.estimate(registry, "6/6", most_iterations=3, progress=progress)
    with am.Progress("predicting", 1) as progress:
        truth = [files["truth_donors"], files["truth_patients"]]
        am.calibrate(registry, patients[:1], *truth, am.Frequencies.builtin(), progress=progress)
    begun = {line.split(":")[0].split(" [")[0] for line in terminal.lines if line}
    assert begun == {
        "simulating",
        "reading",
        "importing",
        "searching",
        "everyone",
        "estimating",
        "predicting",
    }
