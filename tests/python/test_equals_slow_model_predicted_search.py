# SPDX-License-Identifier: Apache-2.0
"""Searches with frequencies: the probabilities of comparisons, the ranking, filters, threads."""

import random

import allomatch as am
import pytest
from probability_worlds import LOCI_OF_WORLDS, Both, assert_prediction, bits, generated, several_sets
from slow_model import generate
from slow_model.ranking import Case, criteria_of, place
from slow_model.search import compare_people
from worlds import ON, World

LOCI = ("A", "B", "DRB1", "DQB1")


def made_for_search(w, seed, loci_of_sets=LOCI_OF_WORLDS[1], donors=70, copies=3):
    """Donors with fields; some share their typings, but not those of the loci outside the sets."""
    rng = random.Random(seed)
    made = several_sets(rng, w, loci_of_sets, people=(4, donors))
    made.donors = [dict(row) for row in made.donors for _ in range(rng.randint(1, copies))]
    for row in made.patients:  # relatives
        population = {"population": rng.choice([row["population"], *made.sets])}
        made.donors += [{**row, **rng.choice([population, {}])} for _ in range(donors // 8)]
    rng.shuffle(made.donors)
    for rows, prefix in ((made.donors, "D"), (made.patients, "P")):
        for row, fields in zip(
            rows, generate.people(rng, w.release, len(rows), (), prefix=prefix, on=ON), strict=True
        ):
            row.update(fields)
            if rng.random() < 0.3 and "DQB1_1" in row:
                row["DQB1_1"] = row["DQB1_2"] = ""
    return made


@pytest.fixture(scope="module")
def several(world, tmp_path_factory):
    """Material of several seeds, made once."""
    return [
        Both.of(tmp_path_factory.mktemp("searched"), w, made_for_search(w, 60 + seed, loci))
        for seed, (w, loci) in enumerate(
            [
                (world(1), LOCI_OF_WORLDS[1]),
                (World.names_only(), LOCI_OF_WORLDS[1]),
                (world(3), LOCI_OF_WORLDS[0]),
            ]
        )
    ]


def searched(both, patient, **options):
    options = {"loci": LOCI, "max_mismatches": 8, "on": ON, **both.options, **options}
    return both.registry.search(patient, **options)


def everyone(several):
    for both in several:
        for patient, slow in zip(both.patients, both.slow_patients, strict=True):
            yield both, patient, slow


# -- the same numbers ------------------------------------------------


def test_searches_have_the_probabilities_of_comparisons(several):
    for both, patient, slow_patient in everyone(several):
        donors = {donor.id: donor for donor in both.slow_donors}
        for once in (False, True):
            options = {"loci": LOCI, "homozygous_once": once, **both.options}
            compared = {m.donor_id: bits(m) for m in both.registry.compare(patient, **options)}
            found = searched(both, patient, homozygous_once=once)
            assert found.total == len(found) == len(compared)
            assert {match.donor_id: bits(match) for match in found} == compared
            for match in searched(both, patient, homozygous_once=once, max_mismatches=2)[:15]:
                assert bits(match) == compared[match.donor_id]
                one = both.registry.compare_one(patient, match.donor_id, **options)["probabilities"]
                assert (one["p"], one["loci"]) == (match.p, match.locus_p)
                slow = both.expected(slow_patient, donors[match.donor_id], LOCI, once)
                assert_prediction(one, slow, (patient.id, match.donor_id, once))


def test_unexplained_donors_are_counted(several):
    counts = []
    for both, patient, _ in everyone(several):
        for found in (searched(both, patient), searched(both, patient, top=5)):
            assert found.unexplained == sum(match.explained is False for match in found)
            counts.append(found.unexplained)
    assert max(counts) > 5


# -- the ranking ------------------------------------------------


WORDS = {  # what the reason says, where that is fixed
    "mismatches": "mismatch",
    "antigen_mismatches": "antigen mismatch",
    "age_band": "age",
    "cmv": "CMV",
    "abo": "ABO",
    "age": "age",
}


def sort_key(match, found, patient, donor, rank):
    """Section 8 with the probabilities of the library: [(word of the reason, place), ..]."""
    hit = compare_people(patient, donor, LOCI)
    hit.p, hit.explained = match.p, found.patient_explained and match.explained
    words = WORDS | {"probability": "probability" if hit.explained else "not explained"}
    places = [(c["by"], place(c, hit, Case(ON))) for c in criteria_of(rank)]
    return [(words.get(name, ""), value) for name, value in places] + [("donor id", donor.id.encode())]


@pytest.mark.parametrize("rank", ["default", "hla_only"])
def test_ranking(several, rank):
    bands = set()
    for both, patient, slow_patient in everyone(several):
        donors = {donor.id: donor for donor in both.slow_donors}
        found = searched(both, patient, rank=rank)
        keys = [sort_key(m, found, slow_patient, donors[m.donor_id], rank) for m in found]
        values = [[value for _, value in key] for key in keys]
        assert values == sorted(values)
        assert [match.rank for match in found] == list(range(1, len(found) + 1))
        bands |= {value[2][1] for value in values}
        for above, here, match in zip(keys, keys[1:], found[1:], strict=False):
            word, _ = next(b for a, b in zip(above, here, strict=True) if a[1] != b[1])
            assert word in match.reason, (above, here, match.reason)
        for top in (0, 1, 3, 17, 10**6, 2**63):
            few = searched(both, patient, rank=rank, top=top)
            assert [bits(match) for match in few] == [bits(match) for match in found[:top]]
            assert few.total == found.total
    assert len(bands) >= 6 and bands >= {0, 9, 10, 11}


# -- filters ------------------------------------------------


def known(value):
    return lambda match: value(match) is not None


CONDITIONS = {
    "p0 >= 0.5": lambda m: m.p0 is not None and m.p0 >= 0.5,
    "P0 < 0.5": lambda m: m.p0 is not None and m.p0 < 0.5,
    "not p0 >= 0.5": lambda m: m.p0 is not None and m.p0 < 0.5,
    "not (p0 >= 0.5 and p1 < 2)": lambda m: m.p0 is not None and m.p0 < 0.5,
    "p0 is missing": lambda m: m.p0 is None,
    "p0 is not null and B_p1 > 0": lambda m: m.p0 is not None and m.locus_p["B"][1] > 0,
    "p0 = 1": lambda m: m.p0 == 1,
    "p8 <> 0 or p7 > 0 or p6 > 0": lambda m: m.p is not None and any(m.p[6:]),
    "p0 in (0, 1)": lambda m: m.p0 in (0, 1),
    "p0 not in (0, 1)": lambda m: m.p0 not in (None, 0, 1),
    "A_p0 > 0.25": lambda m: m.locus_p["A"] is not None and m.locus_p["A"][0] > 0.25,
    "DQB1_p0 is missing": lambda m: m.locus_p["DQB1"] is None,
    "A_p0 is missing": lambda m: m.locus_p["A"] is None,
    "A_p2 >= 1e-3 or B_p2 >= 1e-3": lambda m: any(m.locus_p[x] and m.locus_p[x][2] >= 1e-3 for x in "AB"),
    "p0 >= 0": lambda m: m.p0 is not None,
    "p0 >= 0.1 and sex = 'M'": lambda m: m.p0 is not None and m.p0 >= 0.1 and m.donor().get("sex") == "M",
    "p0 > 1": lambda m: False,
    "p0 >= -1e300": lambda m: m.p0 is not None,
}


@pytest.mark.parametrize("where", CONDITIONS)
def test_conditions_on_probabilities(several, where):
    kept = 0
    for both, patient, _ in everyone(several):
        expected = [bits(match) for match in searched(both, patient) if CONDITIONS[where](match)]
        found = searched(both, patient, where=where)
        assert [bits(match) for match in found] == expected
        assert found.total == len(expected)
        assert [bits(m) for m in searched(both, patient, where=where, top=2)] == expected[:2]
        kept += len(expected)
    assert kept > 0 or where == "p0 > 1"


@pytest.mark.parametrize(
    ("where", "reason"),
    [
        ("p9 > 0", "no field"),
        ("C_p0 > 0", "no field"),
        ("A_p3 > 0", "no field"),
        ("p0 > 'a'", "number"),
        ("p0 >", "number"),
        ("p99999999999999999999 > 0", "no field"),
        ("p > 0", "no field"),
    ],
)
def test_wrong_conditions(several, where, reason):
    with pytest.raises(am.FormatError, match=reason) as error:
        searched(several[0], several[0].patients[0], where=where)
    assert error.value.column == "where"


@pytest.mark.parametrize("where", ["p0 >= 0.5", "A_p0 > 0", "p1 is missing"])
def test_conditions_on_probabilities_need_frequencies(several, where):
    with pytest.raises(am.FormatError, match="frequencies"):
        several[0].registry.search(several[0].patients[0], loci=LOCI, where=where)


# -- bit for bit ------------------------------------------------


def rows(lists):
    return [[(match.rank, bits(match), match.reason) for match in found] for found in lists]


def test_many_searches_threads_and_preparation(world, tmp_path):
    """One registry object prepared, others not; more donors than one thread takes."""
    w = world(1)
    made = made_for_search(w, 7, donors=230, copies=3)
    options = {"loci": LOCI, "max_mismatches": 8, "on": ON}
    results = []
    for threads in (1, 2, 8, 0):
        for prepared in (False, True):
            folder = tmp_path / f"{threads}{prepared}"
            both = Both.of(folder, w, made, slow_people=False)
            if prepared:
                done = both.registry.prepare(both.fast, fallback=both.fallback, threads=threads)
                assert 100 < done["typings"] < len(both.registry) and done["bytes"] > 0
            given = {**options, **both.options, "threads": threads}
            single = [both.registry.search(patient, **given) for patient in both.patients]
            results.append(rows(single))
            results.append(rows(both.registry.search_many(both.patients, **given)))
            results.append(rows(single))  # again, with everything worked out
            compared = [both.registry.compare(patient, **given) for patient in both.patients]
            assert [sorted(map(bits, found)) for found in compared] == [sorted(map(bits, f)) for f in single]
    assert all(other == results[0] for other in results[1:])
    assert max(map(len, results[0])) > 300


def test_insertion_order_does_not_matter(world, tmp_path):
    w = world(3)
    made = made_for_search(w, 8, LOCI_OF_WORLDS[0])
    found = []
    for i in range(3):
        both = Both.of(tmp_path / str(i), w, made, slow_people=False)
        found.append(rows(searched(both, patient, top=100) for patient in both.patients))
        random.Random(i).shuffle(made.donors)
    assert found[0] == found[1] == found[2]


def test_the_order_of_the_sets_and_their_rows_changes_next_to_nothing(world, tmp_path):
    """Another order of haplotypes is another order of sums."""
    w = world(1)
    made = made_for_search(w, 9)
    found = []
    for i in range(3):
        both = Both.of(tmp_path / str(i), w, made, slow_people=False)
        compared = [both.registry.compare(patient, loci=LOCI, **both.options) for patient in both.patients]
        found.append([(match.p, match.explained, match.population) for one in compared for match in one])
        made.sets = {name: random.Random(i).sample(rows, len(rows)) for name, rows in made.sets.items()}
        made.sets = dict(random.Random(i).sample(sorted(made.sets.items()), len(made.sets)))
    for other in found[1:]:
        for (p, *rest), (q, *others) in zip(found[0], other, strict=True):
            assert rest == others and (p is None) == (q is None)
            assert p is None or p == pytest.approx(q, abs=1e-13)


def test_frequencies_change_no_other_result(several):
    for both, patient, _ in everyone(several):
        plain = both.registry.search(patient, loci=LOCI, max_mismatches=8, on=ON)
        found = searched(both, patient)
        assert {(m.donor_id, m.mismatches, m.mismatches_max) for m in plain} == {
            (m.donor_id, m.mismatches, m.mismatches_max) for m in found
        }
        assert all(match.p is None and match.explained is None and match.locus_p == {} for match in plain)
        assert not plain.has_probabilities and not plain.patient_explained


def test_other_frequencies_on_the_same_registry(several, tmp_path, world):
    """What was prepared for one set or fall-back is not used for another."""
    both = several[0]
    other = generated(tmp_path, world(1), 71, LOCI_OF_WORLDS[1])
    patient = both.patients[0]
    first = rows([searched(both, patient)])
    elsewhere = rows([searched(both, patient, frequencies=other.fast, fallback=other.fallback)])
    reverse = rows([searched(both, patient, fallback=("pop1", "pop0"))])
    assert first != elsewhere
    assert rows([searched(both, patient)]) == first
    both.registry.prepare(other.fast, fallback=other.fallback)
    assert rows([searched(both, patient)]) == first
    assert rows([searched(both, patient, fallback=["pop1", "pop0"])]) == reverse
    assert rows([searched(both, patient, frequencies=other.fast, fallback=other.fallback)]) == elsewhere
