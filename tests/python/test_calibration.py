# SPDX-License-Identifier: Apache-2.0
"""Calibration: the arithmetic by hand, and predictions that come true, or not with wrong frequencies."""

import json
import math
import sys

import allomatch as am
import pytest
from allomatch.calibration import wilson_interval
from command import call, refused, rows_of
from conftest import write_rows

pytest.importorskip("pyarrow", reason="needs pyarrow: pip install 'allomatch[frames]'")

# Three in four haplotypes are 01:01, so a person typed as either at both positions is 01+01 with 9/16, 01+02
# with 6/16 and 02+02 with 1/16.
EITHER = {"A_1": "01:01/02:01", "A_2": "01:01/02:01"}
TRUTH = [("01:01", "01:01"), ("01:01", "02:01"), ("02:01", "02:01"), ("01:01", "01:01")]


def rows(*typings):
    return [{"id": f"D{number}", **typing} for number, typing in enumerate(typings)]


def pair(first, second):
    return {"A_1": first, "A_2": second}


TRUE_DONORS = [pair(*one) for one in TRUTH]


@pytest.fixture
def tiny(tmp_path):
    """Four donors of whom nothing is known but that they are 01 or 02, and a patient who is 01+01."""
    names = am.Nomenclature.names()

    def read(haplotypes, donors=(EITHER,) * 4, truth=TRUE_DONORS, **options):
        frequencies = write_rows(
            tmp_path / "set.csv", [{"haplotype": h, "frequency": f} for h, f in haplotypes]
        )
        patients = write_rows(tmp_path / "patients.csv", [{"id": "P1", **pair("01:01", "01:01")}])
        return am.calibrate(
            write_rows(tmp_path / "donors.csv", rows(*donors)),
            patients,
            write_rows(tmp_path / "truth.csv", rows(*truth)),
            options.pop("truth_patients", patients),
            am.Frequencies.read(frequencies, names),
            nomenclature=names,
            loci=options.pop("loci", ["A"]),
            **options,
        )

    return read


KNOWN = [("A*01:01", 0.75), ("A*02:01", 0.25)]


def test_arithmetic_by_hand(tiny):
    found = tiny(KNOWN)
    assert (found.donors, found.patients, found.pairs, found.contradictions) == (4, 1, 4, 0)
    assert found.quantities == ["p0", "p1", "p2", "A_p0"] and len(found.bins) == 4 * 10
    full = [one for one in found.bins_of("p0") if one.pairs]
    assert len(full) == 1 and (full[0].lower, full[0].upper, full[0].pairs, full[0].matched) == (
        0.5,
        0.6,
        4,
        2,
    )
    assert full[0].predicted == pytest.approx(9 / 16) and full[0].observed == 0.5
    # Wilson for 2 of 4: 1/2 -+ 1.96 / (1 + 1.96^2 / 4) * sqrt(1/16 + 1.96^2 / 64).
    assert full[0].observed_low == pytest.approx(0.15004, abs=1e-5)
    assert full[0].observed_high == pytest.approx(0.84996, abs=1e-5)

    score = found.score("p0")
    assert (score.pairs, score.certain, score.contradictions, score.blank, score.matched) == (4, 0, 0, 0, 2)
    assert score.expected == pytest.approx(4 * 9 / 16)
    assert score.brier == pytest.approx((2 * (7 / 16) ** 2 + 2 * (9 / 16) ** 2) / 4)
    assert score.calibration_error == pytest.approx(1 / 16)
    assert score.log_loss == pytest.approx(-(math.log(9 / 16) + math.log(7 / 16)) / 2)
    one = found.score("p1")
    assert one.expected == pytest.approx(4 * 6 / 16) and one.matched == 1
    two = found.score("p2")
    assert two.expected == pytest.approx(4 * 1 / 16) and two.matched == 1
    # p1 and p2 are in different bins, so their distances do not cancel.
    assert two.calibration_error == pytest.approx(1 / 4 - 1 / 16)
    assert found.score("A_p0").brier == score.brier


def test_certain_pairs_are_left_out_and_checked(tiny):
    found = tiny(KNOWN, [EITHER, pair("01:01", "01:01"), pair("02:01", "02:01"), EITHER])
    # The truth of the second is 01+02 and that of the last but one 02+02: one contradiction.
    score = found.score("p0")
    assert (score.pairs, score.certain, score.contradictions) == (2, 2, 1)
    assert found.contradictions == 1 and found.score("p1").contradictions == 1

    found = tiny([("A*01:01", 1.0)])  # the set does not know 02:01: everyone is 01+01 for sure
    assert found.score("p0").pairs == 0 and found.score("p0").brier is None
    assert found.score("p0").contradictions == found.contradictions == 2
    assert found.score("p1").contradictions == found.score("p2").contradictions == 1


def test_unexplained_people_and_blank_predictions(tiny):
    found = tiny([("A*03:01", 1.0)])
    assert (found.unexplained_donors, found.unexplained_patients, found.unexplained_pairs) == (4, 0, 4)
    assert found.score("p0").blank == 4 and found.score("p0").pairs == found.score("p0").certain == 0
    assert found.contradictions == 0


def test_predictions_on_an_edge_belong_to_the_upper_bin(tiny):
    found = tiny([("A*01:01", 0.5), ("A*02:01", 0.5)], bins=4)  # 1/4, 1/2, 1/4
    assert [one.pairs for one in found.bins_of("p0")] == [0, 4, 0, 0]
    assert [one.pairs for one in found.bins_of("p1")] == [0, 0, 4, 0]


def test_truth_is_found_by_id_and_must_be_complete(tiny, tmp_path):
    with pytest.raises(am.FormatError, match="donor D3 has no truth"):
        tiny(KNOWN, truth=[pair("01:01", "01:01")] * 3)
    with pytest.raises(am.FormatError, match="patient P1 has no truth"):
        tiny(KNOWN, truth_patients=write_rows(tmp_path / "o.csv", [{"id": "P2", **pair("01:01", "01:01")}]))
    with pytest.raises(am.FormatError, match="donor D1 leaves open"):
        tiny(KNOWN, truth=[pair("01:01", "01:01"), EITHER, EITHER, EITHER])
    with pytest.raises(am.FormatError, match="leaves open"):
        tiny(KNOWN, loci=["A", "B"])
    for bins in (0, 1001):
        with pytest.raises(am.FormatError, match="bins"):
            tiny(KNOWN, bins=bins)


def test_wilson_interval():
    assert wilson_interval(0, 10) == pytest.approx((0, 0.27753), abs=1e-5)  # z^2 / (10 + z^2)
    assert wilson_interval(10, 10) == pytest.approx((1 - 0.27753, 1), abs=1e-5)
    low, high = wilson_interval(81, 263)  # Newcombe RG, Stat Med 1998;17:857-872, table I: 0.2553, 0.3662
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)


# -- simulated people ------------------------------------------------

QUALITY = {"xx": 1, "g_group": 1, "two_field": 1}


@pytest.fixture(scope="module")
def simulated(tmp_path_factory):
    folder = tmp_path_factory.mktemp("simulated")
    return am.simulate(folder, donors=8000, patients=200, seed=2, quality=QUALITY, null_alleles=0)


def calibrated(files, frequencies, **options):
    mac = am.MacTable.load(files["mac"])
    people = [files[name] for name in ("donors", "patients", "truth_donors", "truth_patients")]
    return am.calibrate(*people, frequencies, mac=mac, **options)


@pytest.fixture(scope="module")
def right(simulated):
    return calibrated(simulated, am.Frequencies.builtin())


@pytest.fixture(scope="module")
def level(simulated):
    """The haplotypes of these people, all equally frequent."""
    truth = [row for name in ("truth_donors", "truth_patients") for row in rows_of(simulated[name])]
    haplotypes = sorted({row[side] for row in truth for side in ("haplotype_1", "haplotype_2")})
    rows = [{"haplotype": one, "frequency": 1 / len(haplotypes)} for one in haplotypes]
    return write_rows(simulated["donors"].parent / "level.csv", rows)


def test_right_frequencies_are_calibrated(right):
    assert right.pairs == 8000 * 200 and right.contradictions == 0
    assert right.unexplained_donors == right.unexplained_patients == 0
    for quantity in ("p0", "p1", "p2"):
        score = right.score(quantity)
        assert score.pairs > 100 and score.blank == 0
        for one in right.bins_of(quantity):
            if one.pairs:
                error = math.sqrt(one.predicted * (1 - one.predicted) / one.pairs)
                assert abs(one.observed - one.predicted) < 4 * error, (quantity, one)
    for score in right.scores:
        # Pairs share people, so the sum over all spreads more than independent pairs would.
        assert abs(score.matched - score.expected) < 0.06 * score.expected + 4 * math.sqrt(score.expected), (
            score
        )


def test_wrong_frequencies_show(right, level, simulated):
    wrong = calibrated(simulated, level)
    for quantity in ("p0", "p2", "A_p0"):
        good, bad = right.score(quantity), wrong.score(quantity)
        assert bad.brier > 1.3 * good.brier and bad.calibration_error > 2 * good.calibration_error
        assert bad.log_loss > good.log_loss
    assert wrong.contradictions == 0  # every haplotype is known


def test_null_alleles_that_the_frequencies_do_not_foresee(tmp_path):
    files = am.simulate(tmp_path, donors=2000, patients=40, seed=3, quality={"xx": 1}, null_alleles=0.5)
    found = calibrated(files, am.Frequencies.builtin())
    assert found.contradictions > 0 and found.unexplained_patients > 0


def test_sources_of_people(simulated, right):
    pandas = pytest.importorskip("pandas", reason="needs pandas: pip install 'allomatch[frames]'")
    names, mac = am.Nomenclature.builtin(), am.MacTable.load(simulated["mac"])
    donors = am.Registry.from_csv(simulated["donors"], names, mac=mac)
    patients, _ = am.read_patients(simulated["patients"], names, mac=mac)
    truth = pandas.read_csv(simulated["truth_donors"], dtype=str).iloc[::-1]  # another order
    done = []
    found = am.calibrate(
        donors,
        patients[:20],
        truth,
        simulated["truth_patients"],
        am.Frequencies.builtin(names),
        progress=done.append,
    )
    assert found.pairs == 8000 * 20 and found.contradictions == 0 and done == list(range(1, 21))


def test_frames(right):
    pandas = pytest.importorskip("pandas", reason="needs pandas: pip install 'allomatch[frames]'")
    frame = right.to_pandas()
    assert isinstance(frame, pandas.DataFrame) and len(frame) == len(right.bins)
    assert list(frame.columns)[:4] == ["quantity", "lower", "upper", "pairs"]
    assert frame["pairs"].sum() == sum(score.pairs for score in right.scores)
    table = right.to_arrow()
    assert table.column_names == list(frame.columns) and table.num_rows == len(frame)
    empty = frame[frame["pairs"] == 0]
    assert empty["observed"].isna().all() and frame["predicted"].notna().sum() == len(frame) - len(empty)
    assert json.loads(json.dumps(right.to_dict()))["scores"][0]["quantity"] == "p0"
    with pytest.raises(KeyError):
        right.score("p7")
    assert "1,600,000 pairs" in repr(right)


# -- picture ------------------------------------------------


@pytest.mark.parametrize("ending, start", [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_plot(right, tmp_path, ending, start):
    pytest.importorskip("matplotlib", reason="needs matplotlib: pip install 'allomatch[plot]'")
    path = tmp_path / f"picture.{ending}"
    right.plot(path, title="right")
    assert path.read_bytes().startswith(start) and path.stat().st_size > 5000
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_plot_side_by_side(right, tiny, tmp_path):
    pytest.importorskip("matplotlib", reason="needs matplotlib: pip install 'allomatch[plot]'")
    nothing = tiny([("A*01:01", 1.0)])  # no uncertain pair
    path = tmp_path / "picture.svg"
    figure = am.plot_calibrations({"right": right, "certain": nothing}, path)
    assert len(figure.axes) == 4
    text = path.read_text(encoding="utf-8")
    assert all(
        part in text for part in ("right", "certain", "no uncertain pair", "predicted probability", "100 %")
    )
    again = tmp_path / "again.svg"
    am.plot_calibrations({"right": right, "certain": nothing}, again)
    assert again.read_bytes() == path.read_bytes()
    figure = right.plot(quantities=["A_p0", "B_p0"])
    assert "0 mismatches at A" in [one.get_text() for one in figure.legends[0].get_texts()]
    with pytest.raises(KeyError):
        right.plot(quantities=["p7"])
    with pytest.raises(ValueError):
        am.plot_calibrations({})
    with pytest.raises(am.FormatError, match="picture.gif"):
        right.plot("picture.gif")


def test_plot_without_matplotlib(right, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(am.FormatError, match="matplotlib.*allomatch\\[plot\\]"):
        right.plot()


# -- command ------------------------------------------------

SMALL = ["--donors", "1500", "--patients", "20", "--seed", "4"]


def test_command_prints_table_and_scores():
    code, out, err = call("calibrate", *SMALL, "--loci", "A,B,DRB1")
    assert (code, err) == (0, "")
    for part in ("Exactly 0 mismatches at A B DRB1", "predicted %", "95 % interval", "Brier", "DRB1_p0"):
        assert part in out
    assert "1,500 donors and 20 patients, 30,000 pairs" in out and "certain but wrong: 0 pairs" in out


def test_command_files(tmp_path, level):
    table, picture = tmp_path / "t.csv", tmp_path / "p.svg"
    pytest.importorskip("matplotlib", reason="needs matplotlib: pip install 'allomatch[plot]'")
    arguments = ["--predict-with", level, "--out", table, "--plot", picture, "--json", "--bins", "5"]
    code, out, err = call("calibrate", *SMALL, *arguments)
    assert (code, err) == (0, "")
    summary = json.loads(out)
    assert summary["command"] == "calibrate" and summary["pairs"] == 30_000
    assert summary["predicted_with"] == [str(level)] and summary["frequencies"] == ["builtin"]
    rows = rows_of(table)
    assert len(rows) == 8 * 5 and list(rows[0])[:4] == ["quantity", "lower", "upper", "pairs"]
    assert sum(int(row["pairs"]) for row in rows) == sum(score["pairs"] for score in summary["scores"])
    assert picture.stat().st_size > 5000 and "level.csv" in picture.read_text(encoding="utf-8")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["p.svg", "t.csv"]


def test_command_json_file_and_quality(tmp_path):
    out = tmp_path / "t.json"
    code, _, _ = call("calibrate", *SMALL, "--quality", "three_field=1", "--out", out)
    found = json.loads(out.read_text(encoding="utf-8"))
    assert code == 0 and found["contradictions"] == 0 and found["donors"] == 1500
    assert found["scores"][0]["certain"] >= 29_900  # only patients are ambiguous


@pytest.mark.parametrize(
    "arguments, told",
    [
        (["--out", "t.xls"], "t.xls"),
        (["--plot", "p.gif"], "p.gif"),
        (["--plot", "no/such/folder/p.png"], "no/such/folder"),
        (["--frequencies", "no.csv"], "no.csv"),
        (["--predict-with", "builtin", "no.csv"], "builtin"),
        (["--quality", "best=1"], "best"),
        (["--quality", "xx"], "KIND=WEIGHT"),
        (["--loci", "9/9"], "loci"),
        (["--loci", "12/12"], "leaves open"),
        (["--bins", "0"], "from 1"),
        (["--bins", "2000"], "bins"),
        (["--null-alleles", "2"], "--null-alleles"),
        (["--mac", "m.txt"], "mac"),
        (["--release", "no/such"], "no/such"),
    ],
)
def test_command_options_that_do_not_fit(tmp_path, arguments, told):
    assert told in refused("calibrate", "--donors", "50", "--patients", "2", *arguments, cwd=tmp_path)
    assert not list(tmp_path.iterdir())


def test_command_without_matplotlib(tmp_path):
    missing = tmp_path / "missing"
    missing.mkdir()
    (missing / "matplotlib.py").write_text("raise ModuleNotFoundError('no', name='matplotlib')\n")
    message = refused(
        "calibrate", *SMALL, "--plot", "p.png", environment={"PYTHONPATH": str(missing)}, cwd=tmp_path
    )
    assert "allomatch[plot]" in message
