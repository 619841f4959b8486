# SPDX-License-Identifier: Apache-2.0
"""Probabilities asked for in wrong ways, with frequencies that are gone, and from many threads."""

import subprocess
import sys
import threading

import allomatch as am
import pytest
from probability_worlds import FOUR, PEOPLE, bits, compared, gl
from slow_model.probability import PopulationError
from worlds import World

STEPS = "A*01:01~B*07:02 0.9;A*01:01~B*08:01 1e-3;A*02:05~B*07:02 1e-5;A*02:05~B*08:01 1e-9"


@pytest.fixture(scope="module")
def names():
    return World.names_only()


# -- what is refused ------------------------------------------------


@pytest.mark.parametrize("population", ["", "elsewhere"])
def test_no_set_for_a_person(names, tmp_path, population):
    sets = {"north": FOUR, "south": "A*01:01~B*07:02 0.5"}
    both = gl(names, tmp_path, sets, ["A*01:01"], ["A*01:01"], population=population)
    fine = gl(names, tmp_path / "fine", sets, ["A*01:01"], ["A*01:01"], population="south")
    with pytest.raises(PopulationError, match="north, south"):
        both.expected(both.slow_patients[0], both.slow_donors[0], ("A",))
    patient, options = both.patients[0], {"loci": "A", "frequencies": both.fast}
    for registry, someone in (
        (both.registry, patient),
        (both.registry, fine.patients[0]),
        (fine.registry, patient),
    ):
        for ask in (
            registry.compare,
            registry.search,
            lambda p, r=registry, **o: r.compare_one(p, "D0", **o),
        ):
            with pytest.raises(am.FormatError, match="north, south") as error:
                ask(someone, **options)
            assert error.value.column == "population"
            assert ("D0" if registry is both.registry else "P0") in str(error.value)
            assert population in str(error.value)
        with pytest.raises(am.FormatError, match="north, south"):
            registry.search_many([fine.patients[0], someone], **options)
    with pytest.raises(am.FormatError, match="north, south"):
        both.registry.prepare(both.fast)
    for person in (patient, "D0"):
        with pytest.raises(am.FormatError, match="north, south"):
            both.fast.impute(person, both.registry)
    # With a fall-back, or just one set, there is one to use.
    assert both.registry.compare(patient, fallback=["south"], **options)[0].population == "south"
    single = gl(names, tmp_path / "one", {"north": FOUR}, ["A*01:01"], ["A*01:01"], population=population)
    assert {tuple(p) for p in compared(single).values()} and single.fast.populations == ["north"]


def test_unknown_fall_back(names, tmp_path):
    both = gl(names, tmp_path, {"north": FOUR, "south": FOUR}, ["A*01:01"], ["A*01:01"], ["south"])
    patient = both.patients[0]
    for ask in (
        lambda: both.registry.search(patient, frequencies=both.fast, fallback=["south", "west"]),
        lambda: both.registry.prepare(both.fast, fallback=["west"]),
        lambda: both.fast.impute(patient, fallback=["west"]),
    ):
        with pytest.raises(am.FormatError, match="north, south") as error:
            ask()
        assert error.value.column == "fallback" and "west" in str(error.value)
    for ask in (
        lambda: both.registry.search(patient, fallback=["south"]),
        lambda: both.registry.search(patient, frequencies=both.fast, fallback="south"),
        lambda: both.fast.impute(patient, fallback="south"),
    ):
        with pytest.raises(am.FormatError, match="needs frequencies|not a text") as error:
            ask()
        assert error.value.column == "fallback"


def test_frequencies_of_another_nomenclature(names, tmp_path):
    both = gl(names, tmp_path, {"pop": FOUR}, ["A*01:01"], ["A*01:01"])
    other = am.Frequencies.read(tmp_path / "pop.csv", am.Nomenclature.builtin())
    for ask in (both.registry.search, both.registry.compare):
        with pytest.raises(am.FormatError, match="another nomenclature"):
            ask(both.patients[0], frequencies=other)
    with pytest.raises(am.FormatError, match="another nomenclature"):
        both.registry.prepare(other)
    assert len(both.registry.compare(both.patients[0], **both.options)) == 1


CRASHES = {
    "no haplotype pair asked for": """
found = am.Frequencies.builtin().impute(am.Patient("P", {"A": ("02:01", "24:02")}), top=0)
assert found.haplotype_pairs == [] and found.genotypes == [] and found.haplotype_pair_count > 100
""",
    "no file": """
try:
    am.Frequencies.read([]).nomenclature
except am.FormatError:
    pass
""",
    "a patient of another nomenclature": """
patient = am.Patient("P", {"A": ("02:01", "24:02")}, am.Nomenclature.names())
try:
    found = am.Frequencies.builtin().impute(patient, top=2)
except am.FormatError as error:
    assert "nomenclature" in str(error)
else:
    raise SystemExit(f"no error: {found}")
""",
    "a donor of another nomenclature": """
pa = __import__("pyarrow")
table = pa.table({"id": ["D"], "A_1": ["02:01"], "A_2": ["24:02"]})
registry = am.Registry.from_frame(table, am.Nomenclature.names())
try:
    found = am.Frequencies.builtin().impute("D", registry)
except am.FormatError as error:
    assert "nomenclature" in str(error)
else:
    raise SystemExit(f"no error: {found}")
""",
    "no frequencies inside": """
pa = __import__("pyarrow")
registry = am.Registry.from_frame(pa.table({"id": ["D"], "A_1": ["02:01"], "A_2": ["24:02"]}))
try:
    registry.prepare(am.Frequencies(None))
except (am.FormatError, TypeError):
    pass
""",
}


@pytest.mark.parametrize("name", CRASHES)
def test_misuse_does_not_end_the_process(name):
    pytest.importorskip("pyarrow", reason="needs pyarrow: pip install 'allomatch[frames]'")
    code = "import allomatch as am\n" + CRASHES[name]
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, (done.returncode, done.stderr[-300:])


def test_a_probability_is_asked_for_beside_a_column_of_its_name(names, tmp_path):
    """`where` on p0 is about the prediction, or refuses to guess; it is not about a carried column."""
    both = gl(names, tmp_path, {"pop": FOUR}, ["A*01:01"], ["A*01:01", "A*02:05"], p0="0.25")
    try:
        found = both.registry.search(
            both.patients[0], loci="A", max_mismatches=2, where="p0 = 1", **both.options
        )
    except am.FormatError:
        return
    assert [match.donor_id for match in found] == ["D0"]


# -- lifetimes and threads ------------------------------------------------


def test_results_outlive_their_frequencies(names, tmp_path):
    both = gl(names, tmp_path, {"pop": FOUR}, PEOPLE, PEOPLE)
    patient = both.patients[2]
    frequencies = am.Frequencies.read(tmp_path / "pop.csv", names.names)
    both.registry.prepare(frequencies)
    found = both.registry.compare(patient, loci=("A", "B"), frequencies=frequencies)
    expected = [bits(match) for match in found]
    both.registry.prepare(both.fast)
    del frequencies
    assert [bits(match) for match in found] == expected
    assert [bits(m) for m in both.registry.compare(patient, loci=("A", "B"), **both.options)] == expected


def test_threads_of_the_caller(names, tmp_path):
    """Searches at once on one registry, each with its own frequencies."""
    both = gl(names, tmp_path, {"pop": FOUR}, PEOPLE, PEOPLE * 40)
    other = gl(names, tmp_path / "other", {"pop": STEPS}, PEOPLE[:1], PEOPLE[:1]).fast
    two = (both.fast, other)

    def ask(patient, frequencies, threads):
        found = both.registry.compare(patient, loci=("A", "B"), frequencies=frequencies, threads=threads)
        return [bits(match) for match in found]

    expected = {(p.id, i): ask(p, two[i], 1) for p in both.patients for i in (0, 1)}
    wrong = []

    def work(number):
        try:
            for turn in range(12):
                patient, i = both.patients[(number + turn) % len(PEOPLE)], (number + turn) % 2
                if ask(patient, two[i], turn % 3) != expected[patient.id, i]:
                    wrong.append((patient.id, i))
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
