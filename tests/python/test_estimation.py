# SPDX-License-Identifier: Apache-2.0
"""Haplotype frequencies of a registry, from Python and from the command line."""

import csv
import gzip
import json
import math

import allomatch as am
import numpy as np
import pandas as pd
import pytest
from command import as_json, call, refused, rows_of, said
from conftest import SHARED, write_rows

PEOPLE = [
    *[{"A_1": "01:01", "A_2": "01:01", "B_1": "08:01", "B_2": "08:01", "branch": "宁波"}] * 10,
    *[{"A_1": "02:01", "A_2": "02:01", "B_1": "07:02", "B_2": "07:02", "branch": "杭州"}] * 5,
    {"A_1": "01:01", "A_2": "02:01", "B_1": "07:02", "B_2": "08:01", "branch": "杭州"},
]
ROWS = [{"id": f"D{i}", **row} for i, row in enumerate(PEOPLE)]


@pytest.fixture
def registry():
    return am.Registry.from_frame(pd.DataFrame(ROWS), am.Nomenclature.names())


@pytest.fixture
def people_file(tmp_path):
    return write_rows(tmp_path / "people.csv", ROWS)


def test_the_phase_is_found(registry):
    found = am.estimate(registry, "A,B", stop=1e-12)
    assert len(found) == 2 and found.converged and found.loci == ["A", "B"]
    table = found.to_pandas()
    assert list(table) == ["haplotype", "A", "B", "frequency", "count"]
    assert list(table["haplotype"]) == ["A*01:01~B*08:01", "A*02:01~B*07:02"]
    assert list(table["A"]) == ["A*01:01", "A*02:01"]
    np.testing.assert_allclose(table["frequency"], [21 / 32, 11 / 32], atol=1e-9)
    np.testing.assert_allclose(table["count"], [21, 11], atol=1e-6)
    p = 21 / 32
    wanted = 20 * math.log(p) + 10 * math.log(1 - p) + math.log(2 * p * (1 - p))
    assert found.log_likelihood == pytest.approx(wanted, abs=1e-6)
    assert found.log_probability.sum() == pytest.approx(found.log_likelihood)
    assert (np.diff(found.trace) >= -1e-9).all()
    assert (found.people, found.typings, found.possible, found.pairs) == (16, 3, 4, 4)
    assert found.left_out == {"untyped": 0, "new_alleles": 0, "too_ambiguous": 0}
    assert repr(found).startswith("Estimate('pool', 2 haplotypes of 16 people at A B, log-likelihood -")


def test_a_set_to_search_with(registry, tmp_path):
    found = am.estimate(registry, ["B", "A"], name="ours", stop=1e-12)
    assert found.loci == ["B", "A"]
    assert found.frequencies.populations == ["ours"]
    patient = am.Patient(
        "P", nomenclature=registry.nomenclature, A_1="01:01", A_2="02:01", B_1="08:01", B_2="07:02"
    )
    hits = registry.search(patient, loci="A,B", frequencies=found.frequencies)
    assert [match.donor_id for match in hits] == ["D15"] and hits[0].p[0] == 1
    found.write(tmp_path / "ours.csv")
    again = am.Frequencies.read(tmp_path / "ours.csv", registry.nomenclature)
    assert again.populations == ["ours"] and again.report["rows_taken"] == 2
    rows = rows_of(tmp_path / "ours.csv")
    assert [float(row["frequency"]) for row in rows] == list(found.to_pandas()["frequency"])
    with pytest.raises(OSError):
        found.write(tmp_path / "no folder" / "ours.csv")


def test_by_branch(registry):
    found = am.estimate_by(registry, "branch", "A,B")
    assert list(found) == ["宁波", "杭州"]
    assert found["宁波"].people == 10 and found["宁波"].to_pandas()["frequency"].tolist() == [1.0]
    assert list(am.estimate_by(registry, "branch", "A", least=7)) == ["宁波"]
    assert found.frequencies.populations == ["宁波", "杭州"]
    for estimates, reason in {(): "at least one", (found["宁波"],) * 2: "'宁波': two estimates"}.items():
        with pytest.raises(am.FormatError, match=reason):
            am.estimation.joined(estimates)
    for field, reason in {
        "city": "no such donor field; the registry has branch",
        "branch": "10 donors, fewer than 11",
    }.items():
        with pytest.raises(am.FormatError, match=reason) as caught:
            am.estimate_by(registry, field, "A", least=11 if field == "branch" else 1)
        assert caught.value.column == "by"


def test_values_that_cannot_be_estimated_are_told():
    rows = [
        *[{**row, "C_1": "01:02", "C_2": "03:04"} for row in ROWS],
        *[{"id": f"E{i}", "branch": "丽水", "A_1": "01:01", "A_2": "02:01"} for i in range(3)],
        {"id": "F", "branch": "舟山", "A_1": "01:01", "A_2": "02:01"},
        {"id": "G", "A_1": "01:01", "A_2": "02:01"},
    ]
    registry = am.Registry.from_frame(pd.DataFrame(rows), am.Nomenclature.names())
    found = am.estimate_by(registry, "branch", "A,C", least=2)
    assert list(found) == ["宁波", "杭州"]
    assert found.left_out == {"丽水": "nobody is typed at this locus", "舟山": "1 donor, fewer than 2"}
    with pytest.raises(
        am.FormatError, match="no value of it can be estimated .丽水: no typing is clear enough"
    ):
        am.estimate_by(registry, "branch", "A", most_pairs=0)
    for wrong in ({"stop": 2}, {"name": "x"}, {"people": [1]}, {"prior_population": "old"}):
        with pytest.raises(am.FormatError) as caught:
            am.estimate_by(registry, "branch", "A,C", **wrong)
        assert caught.value.column == next(iter(wrong))


def test_each_value_takes_its_own_old_set(registry):
    old = am.estimate_by(registry, "branch", "A,B", stop=1e-12)
    updated = am.estimate_by(registry, "branch", "A,B", prior=old.frequencies, prior_people=7, stop=1e-12)
    for branch, one in updated.items():
        before = old[branch].to_pandas().set_index("haplotype")
        after = one.to_pandas().set_index("haplotype")
        np.testing.assert_allclose(after["frequency"], before["frequency"], atol=1e-6)
        np.testing.assert_allclose(after["count"], 2 * one.people * after["frequency"], atol=1e-4)
    # Without a set of its name a value begins as ever.
    one = old["宁波"].frequencies
    other = am.estimation.joined([old["宁波"], am.estimate(registry, "A,B", name="other")])
    alone = am.estimate_by(registry, "branch", "A,B", prior=other, prior_people=7, stop=1e-12)
    assert alone["杭州"].log_likelihood == pytest.approx(old["杭州"].log_likelihood, abs=1e-9)
    all_from_one = am.estimate_by(registry, "branch", "A,B", prior=one, prior_people=7, stop=1e-12)
    assert all_from_one["杭州"].to_pandas()["frequency"][0] > old["杭州"].to_pandas()["frequency"].min()


def test_copies_are_those_of_the_people(registry):
    old = am.estimate(registry, "A,B", stop=1e-12)
    newcomers = am.Registry.from_frame(
        pd.DataFrame([{"id": "N", "A_1": "03:01", "A_2": "03:01", "B_1": "07:02", "B_2": "07:02"}]),
        registry.nomenclature,
    )
    table = am.estimate(newcomers, "A,B", prior=old.frequencies, prior_people=1000, stop=1e-12).to_pandas()
    copies = dict(zip(table["haplotype"], table["count"], strict=True))
    assert copies["A*03:01~B*07:02"] == pytest.approx(2, abs=1e-6)
    assert copies["A*01:01~B*08:01"] == pytest.approx(0, abs=1e-6)


def test_a_prior_is_where_to_begin(registry):
    prior = am.estimate(registry, "A,B", stop=1e-12).frequencies
    begun = am.estimate(registry, "A,B", prior=prior)
    assert list(begun.trace) == list(am.estimate(registry, "A,B", prior=prior, start="prior").trace)
    assert list(begun.trace) != list(am.estimate(registry, "A,B", prior=prior, start="occurrence").trace)


def test_a_cut_tells_whom_it_leaves_unexplained(registry):
    assert am.estimate(registry, "A,B").cut_people == 0
    cut = am.estimate(registry, "A,B", cut=0.5)
    assert (len(cut), cut.cut_haplotypes, cut.cut_people) == (1, 1, 6)


def test_a_frame_is_read_as_a_registry(tmp_path):
    found = am.estimate(pd.DataFrame(ROWS), "A")
    assert found.people == 16 and list(am.estimate_by(pd.DataFrame(ROWS), "branch", "A")) == ["宁波", "杭州"]
    for wrong in (5, "people.csv"):
        with pytest.raises(am.FormatError, match="column registry: expected a Registry or a data frame"):
            am.estimate(wrong)
    with pytest.raises(am.FormatError, match="column progress: '3': expected a function"):
        am.estimate(pd.DataFrame(ROWS), "A", progress=3)


def test_years_make_groups():
    rows = [{**row, "registered": f"20{10 + i % 2}-05-01"} for i, row in enumerate(ROWS)]
    found = am.estimate_by(pd.DataFrame(rows), "registered_year", "A")
    assert {year: one.people for year, one in found.items()} == {"2010": 8, "2011": 8}
    with pytest.raises(am.FormatError, match="registered_year takes the year"):
        am.estimate_by(pd.DataFrame(rows), "registered", "A")


def test_loci_left_out_are_those_typed(registry, people_file):
    assert am.estimate(registry).loci == ["A", "B"]
    with pytest.raises(am.FormatError, match="'C': nobody is typed at this locus"):
        am.estimate(registry, "10/10")
    summary = as_json("estimate", "--donors", people_file, "--release", "names")
    assert summary["sets"][0]["loci"] == ["A", "B"]
    assert summary["log_likelihood"] == pytest.approx(am.estimate(registry).log_likelihood, abs=1e-9)


def test_starts_prior_and_intervals(registry):
    plain = am.estimate(registry, "A,B", stop=1e-12)
    several = am.estimate(registry, "A,B", start="random", starts=4, seed=5, stop=1e-12)
    assert len(several.log_likelihood_of_starts) == 4
    np.testing.assert_allclose(several.to_pandas()["frequency"], plain.to_pandas()["frequency"], atol=1e-6)
    updated = am.estimate(registry, "A,B", prior=plain.frequencies, prior_people=16, stop=1e-12)
    np.testing.assert_allclose(updated.to_pandas()["frequency"], plain.to_pandas()["frequency"], atol=1e-6)
    sampled = am.estimate(registry, "A,B", bootstrap=50, level=0.9).to_pandas()
    assert (sampled["low"] < sampled["frequency"]).all() and (sampled["frequency"] < sampled["high"]).all()
    assert sampled["standard_error"].between(0.02, 0.2).all()


def test_progress_and_people(registry):
    seen = []
    found = am.estimate(registry, "A,B", people=[0, 11, 15], progress=lambda *all: seen.append(all))
    assert found.people == 3 and len(found.log_probability) == 3
    assert [iteration for iteration, _, _ in seen] == list(range(1, len(found.trace) + 1))
    assert [likelihood for _, _, likelihood in seen] == list(found.trace)

    def stop(*_):
        raise InterruptedError("enough")

    with pytest.raises(InterruptedError, match="enough"):
        am.estimate(registry, "A,B", progress=stop)
    seen.clear()
    found = am.estimate(registry, "A,B", bootstrap=40, progress=lambda *all: seen.append(all))
    iterations = len(found.trace)
    samples = [iteration - iterations for iteration, _, _ in seen[iterations:]]
    assert samples == sorted(set(samples)) and samples[-1] == 40


@pytest.mark.parametrize(
    "options, column",
    [
        ({"loci": "DRB345"}, "loci"),
        ({"loci": "DPB1"}, "loci"),
        ({"loci": "A,Z"}, "loci"),
        ({"unit": "allele"}, "unit"),
        ({"unit": 2}, "unit"),
        ({"start": "zero"}, "start"),
        ({"start": "prior"}, "prior"),
        ({"prior": "east_asian"}, "prior"),
        ({"prior_people": -1}, "prior"),
        ({"stop": float("nan")}, "stop"),
        ({"cut": 1}, "cut"),
        ({"bootstrap": 19}, "bootstrap"),
        ({"prior_population": "old"}, "prior_population"),
        ({"level": 1}, "level"),
        ({"starts": 0}, "starts"),
        ({"most_iterations": 0}, "most_iterations"),
        ({"most_iterations": True}, "most_iterations"),
        ({"people": [16]}, "people"),
        ({"people": [-1]}, "people"),
        ({"people": ["D1"]}, "people"),
        ({"people": []}, "loci"),
        ({"name": 5}, "name"),
    ],
)
def test_options_that_do_not_fit(registry, options, column):
    with pytest.raises(am.FormatError) as caught:
        am.estimate(registry, **{"loci": "A,B", **options})
    assert caught.value.column == ("prior_people" if options.get("prior_people") else column)


def test_a_prior_of_another_nomenclature(registry):
    with pytest.raises(am.FormatError, match="another nomenclature"):
        am.estimate(registry, "A,B", prior=am.Frequencies.builtin())


# -- from the command line ------------------------------------------------


def test_the_command_writes_a_set(people_file, tmp_path):
    out = tmp_path / "freqs.csv"
    words = said("estimate", "--donors", people_file, "--release", "names", "--loci", "A,B", "--out", out)
    assert "pool: 2 haplotypes at A B of 16 people" in words and "converged" in words
    rows = rows_of(out)
    assert list(rows[0]) == ["population", "haplotype", "frequency", "count"]
    assert [row["haplotype"] for row in rows] == ["A*01:01~B*08:01", "A*02:01~B*07:02"]
    assert float(rows[0]["frequency"]) == pytest.approx(21 / 32, abs=1e-6)
    table = said(
        "estimate", "--donors", people_file, "--release", "names", "--loci", "A,B", "--bootstrap", "20"
    )
    assert "A*01:01~B*08:01" in table and "interval" in table


def test_sets_by_branch_and_updates(people_file, tmp_path):
    out = tmp_path / "freqs.csv.gz"
    reading = ("--donors", people_file, "--release", "names", "--loci", "A,B")
    summary = as_json("estimate", *reading, "--by", "branch", "--out", out)
    assert [(one["population"], one["people"]) for one in summary["sets"]] == [("宁波", 10), ("杭州", 6)]
    with gzip.open(out, "rt", encoding="utf-8") as file:
        assert {row["population"] for row in csv.DictReader(file)} == {"宁波", "杭州"}
    prior = ("--prior", out, "--prior-population", "宁波", "--prior-people", "100")
    updated = as_json("estimate", *reading, *prior, "--trace", tmp_path / "trace.csv")
    trace = rows_of(tmp_path / "trace.csv")
    assert len(trace) == updated["sets"][0]["iterations"]
    code, _, err = call("estimate", *reading, "--prior", out)
    assert code == 2 and "which population?" in err


@pytest.mark.parametrize(
    "options, words",
    [
        (("--out", "f.txt"), "is written as .csv"),
        (("--loci", "A,Q"), "allomatch: --loci: 'Q': not a locus"),
        (("--start", "prior"), "old estimate is needed"),
        (("--by", "city"), "allomatch: --by: 'city': no such donor field"),
        (("--by", "branch", "--trace", "t.csv"), "not several"),
        (("--by", "branch", "--name", "x"), "named by the values"),
        (("--stop", "nan"), "expected a number"),
        (("--stop", "2"), "allomatch: --stop: "),
    ],
)
def test_wrong_options(people_file, options, words):
    code, out, err = call(
        "estimate", "--donors", people_file, "--release", "names", "--loci", "A,B", *options
    )
    assert code == 2 and words in err and err.count("\n") == 1 and out == ""


def test_refused_rows(tmp_path):
    file = write_rows(tmp_path / "people.csv", [*ROWS, {**ROWS[0], "id": "X", "A_1": "nonsense"}])
    code, out, _ = call("estimate", "--donors", file, "--release", "names", "--loci", "A,B")
    assert code == 3 and "1 refused" in out
    code, out, err = call("estimate", "--donors", file, "--release", "names", "--strict")
    assert code == 3 and "nothing was done" in err


def test_the_reason_where_no_donor_is_left(tmp_path):
    file = write_rows(tmp_path / "people.csv", [{**ROWS[0], "A_1": "1"}, {**ROWS[1], "A_1": "2"}])
    err = refused("estimate", "--donors", file, "--release", "names")
    assert "people.csv: no donor to estimate from: 2 rows refused, the first:" in err and "'1'" in err
    file = tmp_path / "nobody.csv"
    file.write_text("id,A_1\n")
    assert "no donor to estimate from" in refused("estimate", "--donors", file, "--release", "names")


def test_an_old_estimate_is_read_as_any_set(people_file, tmp_path):
    reading = ("--donors", people_file, "--release", "names", "--loci", "A,B")
    prior = tmp_path / "prior.csv"
    prior.write_text("haplotype,frequency\nA*01:01~B*08:01,0.9\nA*02:01~B*07:02,0.9\n")
    assert "1.8" in refused("estimate", *reading, "--prior", prior)
    words = said("estimate", *reading, "--prior", prior, "--normalise")
    assert "frequencies: 2 rows read, 2 taken, 0 refused" in words
    prior.write_text("haplotype,frequency\nA*01:01~B*08:01,0.5\nA*nonsense~B*07:02,0.4\n")
    code, out, _ = call("estimate", *reading, "--prior", prior)
    assert code == 3 and "prior.csv" in out and "nonsense" in out


def test_branches_left_out_are_told(people_file):
    reading = ("--donors", people_file, "--release", "names", "--loci", "A,B")
    words = said("estimate", *reading, "--by", "branch", "--least", "7")
    assert "杭州: left out: 6 donors, fewer than 7" in words
    summary = as_json("estimate", *reading, "--by", "branch", "--least", "7")
    assert summary["values_left_out"] == {"杭州": "6 donors, fewer than 7"}


@pytest.mark.skipif(
    not (SHARED / "data" / "em").is_dir(), reason="set ALLOMATCH_SHARED to the folder with data/em"
)
@pytest.mark.parametrize("name", ["kg_eas.glstring.txt", "cau10k_amb20.glstring.txt.gz"])
def test_known_estimates(name, tmp_path):
    """Made by an independent program: plain EM until no frequency changes by more than 1e-8."""
    folder = SHARED / "data" / "em"
    out = tmp_path / "freqs.csv"
    summary = as_json("estimate", "--donors", folder / name, "--release", "names", "--out", out)
    known = folder / name.replace("glstring.txt", "exact.tsv")
    content = known.read_bytes()
    lines = (gzip.decompress(content) if known.suffix == ".gz" else content).decode().split()
    wanted = dict(zip(lines[::2], map(float, lines[1::2]), strict=True))
    found = {row["haplotype"]: float(row["frequency"]) for row in rows_of(out)}
    assert found.keys() == wanted.keys()
    assert max(abs(found[name] - wanted[name]) for name in wanted) < 1e-9
    assert summary["sets"][0]["converged"] and json.dumps(summary)
