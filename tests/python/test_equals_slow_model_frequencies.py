# SPDX-License-Identifier: Apache-2.0
"""Reading frequencies as the slow model does, their extremes, and what is refused."""

import gzip
import random

import allomatch as am
import pytest
from probability_worlds import FOUR, PEOPLE, TOLERANCE, compared, generated, gl, haplotype_text, write_rows
from slow_model import generate_probability
from slow_model.frequency import FrequencyError, FrequencySet
from slow_model.probability import impute
from slow_model.search import person_from_row
from worlds import World

SETS = (("A", "B"), ("A", "B", "C", "DRB1", "DQB1"), ("DRB345", "A"), ("DRB1",))


@pytest.fixture(scope="module")
def names():
    return World.names_only()


# -- reading ------------------------------------------------


def rows_for(rng, w, loci, layout, wrong):
    """Some rows are refused; the loci of the first row and of most rows are those of the set."""
    pool = generate_probability.name_pool(rng, w.release, loci)
    rows = generate_probability.frequency_rows(rng, w.release, loci, 5, pool=pool)
    rows = [(text, str(float(frequency) / 4 or 0.0625)) for text, frequency in rows]
    more = generate_probability.frequency_rows(rng, w.release, loci, 28, pool=pool, wrong=wrong)
    rows += more[:14]  # all rows sum to less than 1
    genes = [[part.split("*")[0] for part in text.split("~")] for text, _ in rows]
    if layout == "d":  # there, a locus cannot come twice
        rows = [row for row, found in zip(rows, genes, strict=True) if len(set(found)) == len(found)]
    return [row for row in rows if row[0]]


def written(folder, w, rows, layout):
    """The file and the number of the first row in reports."""
    path = folder / {"e": "pop.json"}.get(layout, "pop.csv")
    generate_probability.write_frequencies(path, "pop", rows, layout)
    return path, 1 if layout == "b" else 2


def assert_same_set(fast, slow, w):
    """The haplotypes after merging with their frequencies, seen through somebody who is not typed."""
    (one,) = fast.sets
    assert (one["population"], sorted(one["loci"])) == (slow.name, sorted(slow.loci))
    assert one["haplotypes"] == len(slow.haplotypes)
    assert one["sum"] == pytest.approx(float(slow.total), abs=TOLERANCE)
    person = person_from_row(w.release, {"id": "P"})
    expected = {}
    for pair, p in impute(person, {slow.name: slow}).haplotype_pairs.items():
        key = tuple(sorted("~".join(sorted(haplotype_text(slow.loci, h).values())) for h in pair))
        expected[key] = expected.get(key, 0) + float(p)
    found = {}
    for x, y, p in fast.impute(am.Patient("P", {}, w.names), top=10_000).haplotype_pairs:
        key = tuple(sorted("~".join(sorted(h.split("~"))) for h in (x, y)))
        found[key] = found.get(key, 0) + p
    assert found == pytest.approx(expected, abs=TOLERANCE)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("layout", ["a", "b", "c", "d"])
def test_layouts(world, names, tmp_path, layout, seed):
    rng = random.Random(300 + seed)
    w = names if seed % 5 == 4 else world(seed % 5)
    loci = SETS[seed % len(SETS)]
    if layout == "d" and "DRB345" in loci:
        loci = ("B", "A")
    rows = rows_for(rng, w, loci, layout, 0.5)
    slow = FrequencySet.from_rows(w.release, "pop", rows)
    path, first = written(tmp_path, w, rows, layout)
    if rng.random() < 0.5:
        content = path.read_bytes().replace(b"\n", b"\r\n")
        path = path.with_name("pop.csv.gz")
        path.write_bytes(gzip.compress(content))
    fast = am.Frequencies.read(path, w.names)
    report = fast.report
    assert [p["row"] - first + 1 for p in report["problems"]] == [row for row, _, _ in slow.refused]
    assert report["rows_read"] == len(rows)
    assert (report["rows_zero"], report["rows_refused"]) == (slow.skipped, len(slow.refused))
    assert report["rows_taken"] == len(rows) - slow.skipped - len(slow.refused) == fast.sets[0]["rows"]
    assert report["rows_merged"] == report["rows_taken"] - len(slow.haplotypes)
    assert all(problem["reason"] for problem in report["problems"])
    assert_same_set(fast, slow, w)


@pytest.mark.parametrize("seed", range(8))
def test_layout_e(world, tmp_path, seed):
    """JSON; a key comes once, so a locus does."""
    w = world(seed % 5)
    rows = rows_for(random.Random(seed), w, SETS[seed % len(SETS)], "d", 0.5)
    rows = [row for row in rows if row[1] not in ("", "often")]
    path, _ = written(tmp_path, w, rows, "e")
    slow = FrequencySet.from_rows(w.release, "pop", rows)
    fast = am.Frequencies.read(path, w.names)
    assert (fast.report["rows_zero"], fast.report["rows_refused"]) == (slow.skipped, len(slow.refused))
    assert_same_set(fast, slow, w)


def test_several_populations_in_one_file(world, tmp_path):
    w = world(0)
    rng = random.Random(3)
    sets = {f"pop{i}": rows_for(rng, w, loci, "a", 0) for i, loci in enumerate(SETS[:3])}
    rows = [
        {"Haplotype": text, "FREQUENCY": f, "Population": name} for name in sets for text, f in sets[name]
    ]
    rng.shuffle(rows)
    fast = am.Frequencies.read(write_rows(tmp_path / "all.csv", rows), w.names)
    assert sorted(fast.populations) == sorted(sets)
    for one in fast.sets:
        slow = FrequencySet.from_rows(w.release, one["population"], sets[one["population"]])
        assert (sorted(one["loci"]), one["haplotypes"]) == (sorted(slow.loci), len(slow.haplotypes))
        assert one["sum"] == pytest.approx(float(slow.total), abs=TOLERANCE)


def test_sums(names, tmp_path):
    for text, fine in (
        ("A*01:01 0.6;A*02:05 0.400001", True),
        ("A*01:01 0.6;A*02:05 0.400002", False),
        ("A*01:01 1;A*02:05 1", False),
    ):
        rows = [tuple(row.split()) for row in text.split(";")]
        path, _ = written(tmp_path, names, rows, "a")
        if fine:
            assert am.Frequencies.read(path, names.names).sets[0]["sum"] == pytest.approx(1.000001)
            continue
        with pytest.raises(FrequencyError):
            FrequencySet.from_rows(names.release, "pop", rows)
        with pytest.raises(am.FormatError, match="sum to more than 1") as error:
            am.Frequencies.read(path, names.names)
        assert "pop" in str(error.value)
        found = am.Frequencies.read(path, names.names, normalise=True)
        slow = FrequencySet.from_rows(names.release, "pop", rows, normalise=True)
        pairs = found.impute(am.Patient("P", {}, names.names), loci="A").loci["A"]
        expected = impute(person_from_row(names.release, {"id": "P"}), {"pop": slow}).per_locus["A"]
        assert {text: p for text, p in pairs} == pytest.approx(
            {"+".join(sorted(pair)): float(p) for pair, p in expected.items()}
        )


def test_a_population_of_bad_rows_does_not_sink_the_others(names, tmp_path):
    """ "A bad row does not sink the file: it is left out"."""
    rows = [("A*01:01", "0.5", "good"), ("A*999:99:99:99:99", "0.1", "bad")]
    path = write_rows(
        tmp_path / "f.csv",
        [dict(zip(("haplotype", "frequency", "population"), r, strict=True)) for r in rows],
    )
    found = am.Frequencies.read(path, names.names)
    assert found.populations == ["good"] and [p["row"] for p in found.report["problems"]] == [3]


def test_a_number_too_small_for_a_double_is_a_number(names, tmp_path):
    """Whether it is taken as 0 or refused: it is a number."""
    path, _ = written(tmp_path, names, [("A*01:01", "0.5"), ("A*02:05", "1e-400")], "a")
    assert all(
        "not a number" not in p["reason"] for p in am.Frequencies.read(path, names.names).report["problems"]
    )


# -- extremes ------------------------------------------------

EXTREMES = {
    "1e-200": "A*01:01~B*07:02 4e-200;A*01:01~B*08:01 2e-200;A*02:05~B*07:02 1e-200;A*02:05~B*08:01 3e-200",
    "1e-300": "A*01:01~B*07:02 4e-300;A*01:01~B*08:01 2e-300;A*02:05~B*07:02 1e-300;A*02:05~B*08:01 3e-300",
    "below": "A*01:01~B*07:02 4e-309;A*01:01~B*08:01 2e-309;A*02:05~B*07:02 1e-309;A*02:05~B*08:01 3e-309",
    "huge range": "A*01:01~B*07:02 0.5;A*01:01~B*08:01 2e-300;A*02:05~B*07:02 1e-290;A*02:05~B*08:01 3e-305",
    "two ends": "A*01:01~B*07:02 0.5;A*01:01~B*08:01 2e-300;A*02:05~B*07:02 1e-300;A*02:05~B*08:01 0.25",
    "steps": "A*01:01~B*07:02 1;A*01:01~B*08:01 1e-70;A*02:05~B*07:02 1e-140;A*02:05~B*08:01 1e-210",
    "one haplotype": "A*01:01~B*07:02 0.25",
    "one rare haplotype": "A*01:01~B*07:02 1e-300",
    "the smallest": "A*01:01~B*07:02 5e-324;A*02:05~B*08:01 5e-324;A*02:05~B*07:02 5e-324",
}


@pytest.mark.parametrize("name", EXTREMES)
def test_extreme_frequencies(names, tmp_path, name):
    text = EXTREMES[name]
    if name == "the smallest":  # the number nearest to 5e-324 is another one: exact in the model
        text = text.replace("5e-324", "4.9406564584124654e-324")
    both = gl(names, tmp_path, {"pop": text}, PEOPLE, PEOPLE)
    found = compared(both)
    assert sum(p is not None for p in found.values()) >= (len(found) - 60)
    for person, someone in zip(both.patients, both.slow_patients, strict=True):
        slow = impute(someone, both.slow)
        fast = both.fast.impute(person, loci=("A", "B"), top=100)
        assert (fast.explained, fast.haplotype_pair_count) == (slow.explained, len(slow.haplotype_pairs))
        chances = sorted((p for _, _, p in fast.haplotype_pairs), reverse=True)
        expected = sorted((float(p) for p in slow.haplotype_pairs.values()), reverse=True)
        assert chances == pytest.approx(expected, abs=TOLERANCE)


def test_normalising_tiny_frequencies(names, tmp_path):
    """Divided by 2, the smallest double is 0. The person may be explained or not, but not by NaN."""
    rows = [("A*01:01~B*07:02", "1"), ("A*01:01~B*08:01", "1")]
    rows += [("A*02:05~B*07:02", "5e-324"), ("A*02:05~B*08:01", "5e-324")]
    path, _ = written(tmp_path, names, rows, "a")
    fast = am.Frequencies.read(path, names.names, normalise=True)
    found = fast.impute(am.Patient("P", {"gl": "A*02:05"}, names.names), loci=("A", "B"))
    chances = [p for _, _, p in found.haplotype_pairs] + [p for _, p in found.genotypes]
    chances += [p for some in found.loci.values() for _, p in some] + [found.genotype_mass]
    assert all(0 <= p <= 1 for p in chances), found
    assert not found.explained or sum(p for _, p in found.genotypes) == pytest.approx(1)


def test_a_hundred_per_cent_only_when_it_is_certain(names, tmp_path):
    """P(1) is 2e-20, so that P(0) is below 1: "100 % or 0 % is only printed when it is certain"."""
    both = gl(names, tmp_path, {"pop": "A*01:01 0.9;A*02:05 1e-20"}, ["A*01:01"], ["A*01:01/A*02:05"])
    ((p0, p1, p2),) = compared(both, ("A",)).values()
    assert 0 < p1 < 1e-19 and p2 > 0
    assert am.percent_text(p0) == ">99"
    assert (
        both.registry.search(
            both.patients[0], loci="A", where="p0 = 1", max_mismatches=2, **both.options
        ).total
        == 0
    )


def test_a_person_whom_no_haplotype_explains(world, names, tmp_path):
    people = ["A*03:01+A*01:01^B*07:02/B*08:01", "A*01:01/A*02:05^B*35:01+B*15:01", "A*NEW+A*01:01^B*07:02"]
    both = gl(names, tmp_path, {"pop": FOUR}, people, PEOPLE)
    assert all(p is None for p in compared(both).values())
    reasons = [both.fast.impute(person, loci=("A", "B")).reason for person in both.patients[:3]]
    assert "A*03:01" in reasons[0] and "A*01:01" not in reasons[0] and "B*" not in reasons[0]
    assert "B*35:01" in reasons[1] and "B*15:01" in reasons[1] and "A*" not in reasons[1]
    assert "NEW" in reasons[2]
    assert all("pop" in reason for reason in reasons)
    # Every locus has its haplotypes, but no two go together.
    both = gl(
        names,
        tmp_path,
        {"pop": "A*01:01~B*08:01 0.5;A*02:05~B*07:02 0.5"},
        ["A*01:01+A*02:05/A*02:06^B*08:01"],
        PEOPLE,
    )
    assert all(p is None for p in compared(both).values())
    assert "together" in both.fast.impute(both.patients[0], loci=("A", "B")).reason


def test_reasons_name_the_loci(world, tmp_path):
    """Alone, no two haplotypes fit there."""
    seen = 0
    for seed in range(12):
        both = generated(tmp_path / str(seed), world(seed % 5), 700 + seed, (("A", "B", "DRB1"),))
        for someone in both.slow_donors:
            slow = impute(someone, both.slow, ("A", "B"), both.fallback)
            if slow.explained:
                continue
            reason = both.fast.impute(
                someone.id, both.registry, loci=("A", "B"), fallback=both.fallback
            ).reason
            own = reason.split("; ")
            if slow.missing:
                seen += 1
                assert len(own) == len(slow.missing), (reason, slow.missing)
                named = [locus for locus, part in zip(slow.missing, own, strict=False) if f"{locus}" in part]
                assert named == list(slow.missing) or "NEW" in reason, (reason, slow.missing)
            else:
                assert "together" in reason
    assert seen > 5
