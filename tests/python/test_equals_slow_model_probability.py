# SPDX-License-Identifier: Apache-2.0
"""The library's probabilities against the slow model: pairs of people, and imputation."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from probability_worlds import (
    LOCI_OF_WORLDS,
    TOLERANCE,
    Both,
    assert_prediction,
    bits,
    content_text,
    generated,
    haplotype_text,
    several_sets,
    sorted_content,
)
from slow_model.probability import impute
from worlds import POLICIES, World, examples

LOCI = (("A", "B", "DRB1"), ("A", "B", "C", "DRB1", "DQB1"), ("DRB345", "B", "A"), ("DQB1", "DRB345", "C"))


def some_loci(rng, loci_of_sets):
    """Loci to search, in any order: mostly of all sets, else also such that some or none has."""
    everywhere = [locus for locus in loci_of_sets[0] if all(locus in one for one in loci_of_sets)]
    anywhere = sorted({locus for one in loci_of_sets for locus in one} | {"DQB1"})
    loci = everywhere if rng.random() < 0.6 else anywhere
    return tuple(rng.sample(loci, rng.randint(1, len(loci))))


def check_pairs(both, loci, once, about):
    for patient, slow_patient in zip(both.patients, both.slow_patients, strict=True):
        found = both.registry.compare(patient, loci=loci, homozygous_once=once, **both.options)
        assert [match.donor_id for match in found] == [donor.id for donor in both.slow_donors]
        unexplained = 0
        for match, donor in zip(found, both.slow_donors, strict=True):
            slow = both.expected(slow_patient, donor, loci, once)
            fast = both.registry.compare_one(
                patient, donor.id, loci=loci, homozygous_once=once, **both.options
            )["probabilities"]
            assert_prediction(fast, slow, (about, loci, once, slow_patient.fields, donor.fields))
            assert (match.p, match.locus_p) == (fast["p"], fast["loci"])
            assert (match.explained, match.population) == (slow.donor.explained, slow.donor.population)
            assert match.p0 == (None if slow.total is None else fast["p"][0])
            assert found.patient_explained == slow.patient.explained
            unexplained += not slow.donor.explained
        assert found.has_probabilities and found.unexplained == unexplained


# -- pairs of people ------------------------------------------------


@pytest.mark.parametrize("nulls", POLICIES)
@pytest.mark.parametrize("seed", range(48))
def test_pairs(world, tmp_path, seed, nulls):
    loci_of_sets = LOCI_OF_WORLDS[seed % 4]
    w = World.names_only() if seed % 6 == 5 else world(seed % 5)
    both = generated(tmp_path, w, seed, loci_of_sets, nulls)
    for once in (False, True):
        check_pairs(both, some_loci(random.Random(seed), loci_of_sets), once, (seed, nulls))


@examples(40)
@given(seed=st.integers(0, 1_000_000))
def test_pairs_from_larger_sets(world, tmp_path_factory, seed):
    """Many haplotypes of few names: long lists of genotypes on both sides."""
    rng = random.Random(seed)
    loci_of_sets = rng.choice(LOCI_OF_WORLDS)
    folder = tmp_path_factory.mktemp("large")
    both = generated(folder, world(seed % 5), seed, loci_of_sets, people=(3, 4), rows=45)
    check_pairs(both, some_loci(rng, loci_of_sets), rng.random() < 0.3, seed)


@pytest.mark.parametrize("loci", ["6/6", "10/10"])
def test_named_loci(world, tmp_path, loci):
    both = generated(tmp_path, world(2), 5, LOCI_OF_WORLDS[1])
    check_pairs(both, loci, False, loci)


@pytest.mark.parametrize("seed", range(6))
def test_the_order_of_the_loci_does_not_matter(world, tmp_path, seed):
    both = generated(tmp_path, world(seed % 5), 900 + seed, LOCI_OF_WORLDS[seed % 4])
    loci = LOCI_OF_WORLDS[seed % 4][0]
    for patient in both.patients:
        by_order = []
        for order in itertools.islice(itertools.permutations(loci), 6):
            found = both.registry.compare(patient, loci=order, **both.options)
            by_order.append([(match.p, match.locus_p) for match in found])
        for other in by_order[1:]:
            for (p, at), (q, at_too) in zip(by_order[0], other, strict=True):
                assert (p is None) == (q is None)
                assert p is None or all(abs(x - y) <= TOLERANCE for x, y in zip(p, q, strict=True))
                for locus, values in at.items():
                    assert (values is None) == (at_too[locus] is None)
                    assert values is None or values == pytest.approx(at_too[locus], abs=TOLERANCE)


@pytest.mark.parametrize("seed", range(8))
def test_what_becomes_of_nulls_in_matching_changes_no_probability(world, tmp_path, seed):
    w = world(seed % 5)
    made = several_sets(random.Random(40 + seed), w, LOCI_OF_WORLDS[seed % 4])
    two = [Both.of(tmp_path / nulls, w, made, nulls) for nulls in POLICIES]
    # Loci of no set shift the total by their counts, which do depend on it: only those of all sets.
    loci = [
        locus for locus in LOCI_OF_WORLDS[seed % 4][0] if all(locus in o for o in LOCI_OF_WORLDS[seed % 4])
    ]
    for patients in zip(*(both.patients for both in two), strict=True):
        found = [
            both.registry.compare(patient, loci=loci, **both.options)
            for both, patient in zip(two, patients, strict=True)
        ]
        assert [bits(match) for match in found[0]] == [bits(match) for match in found[1]]


def test_table_columns(world, tmp_path):
    pytest.importorskip("pyarrow", reason="needs pyarrow: pip install 'allomatch[frames]'")
    both = generated(tmp_path, world(1), 11, LOCI_OF_WORLDS[1])
    loci = ("DRB1", "A", "C")
    for patient in both.patients:
        found = both.registry.compare(patient, loci=loci, **both.options)
        rows = found.to_arrow().to_pylist()
        assert len(rows) == len(found) > 5
        for row, match in zip(rows, found, strict=True):
            expected = {f"p{k}": match.p[k] if match.p else None for k in range(7)}
            for locus in loci:
                values = match.locus_p[locus] or [None] * 3
                expected |= {f"{locus}_p{k}": value for k, value in enumerate(values)}
            one = both.registry.compare_one(patient, match.donor_id, loci=loci, **both.options)
            for name in ("patient_explained", "donor_explained", "patient_population", "donor_population"):
                expected[name] = one["probabilities"][name]
            assert {name: row[name] for name in expected} == expected
            assert [name for name in row if name in expected] == list(expected)


# -- imputation ------------------------------------------------


def assert_shares(fast, slow, about):
    """{what: probability} on both sides."""
    assert set(fast) == {what for what, p in slow.items() if p}, about
    for what, p in slow.items():
        assert abs(fast[what] - float(p)) <= TOLERANCE, (what, fast[what], float(p), about)


def added(items):
    total = {}
    for what, p in items:
        total[what] = total.get(what, 0) + p
    return total


def unordered(one, other):
    """Of two haplotypes, their loci in one order."""
    return tuple(sorted("~".join(sorted(haplotype.split("~"))) for haplotype in (one, other)))


def check_imputation(fast, slow, someone, about):
    assert (fast.id, fast.explained, fast.certain) == (someone.id, slow.explained, slow.certain), about
    assert fast.population == slow.population, about
    assert bool(fast.reason) == (not slow.explained), about
    pairs = [(unordered(one, other), p) for one, other, p in fast.haplotype_pairs]
    assert len(slow.haplotype_pairs) == fast.haplotype_pair_count == len(pairs), about
    # Different nulls of a set may have the same text.
    expected = added(
        (unordered(*("~".join(haplotype_text(slow.haplotype_loci, h).values()) for h in pair)), p)
        for pair, p in slow.haplotype_pairs.items()
    )
    assert_shares(added(pairs), expected, about)

    genotypes = [(tuple(map(sorted_content, g.values())), p) for g, p in fast.genotypes]
    assert all(tuple(g) == slow.loci for g, _ in fast.genotypes), about
    expected = added(
        (tuple(content_text(*at) for at in zip(slow.loci, genotype, strict=True)), p)
        for genotype, p in slow.genotypes.items()
    )
    assert len(expected) == fast.genotype_count == len(genotypes), about
    assert_shares(dict(genotypes), expected, about)

    assert tuple(fast.loci) == (slow.loci if slow.explained else ()), about
    for locus, found in fast.loci.items():
        at = slow.per_locus[locus].items()
        expected = added((content_text(locus, pair), p) for pair, p in at)
        assert len(expected) == len(found), about
        assert_shares({sorted_content(text): p for text, p in found}, expected, (locus, about))
    for listed in (
        [p for _, p in pairs],
        [p for _, p in genotypes],
        *([p for _, p in x] for x in fast.loci.values()),
    ):
        assert listed == sorted(listed, reverse=True), about
    for count, mass in (
        (fast.haplotype_pair_count, fast.haplotype_pair_mass),
        (fast.genotype_count, fast.genotype_mass),
    ):
        assert abs(mass - (count > 0)) <= TOLERANCE, (mass, about)


@pytest.mark.parametrize("seed", range(40))
def test_imputation(world, tmp_path, seed):
    loci_of_sets = LOCI_OF_WORLDS[seed % 4]
    w = World.names_only() if seed % 6 == 5 else world(seed % 5)
    both = generated(tmp_path, w, 500 + seed, loci_of_sets)
    loci = some_loci(random.Random(seed), loci_of_sets)
    options = {"loci": loci, "fallback": both.fallback}
    persons = [*both.patients, *(donor.id for donor in both.slow_donors)]
    for person, someone in zip(persons, both.slow_patients + both.slow_donors, strict=True):
        about = (seed, loci, someone.fields)
        slow = impute(someone, both.slow, loci, both.fallback)
        everything = both.fast.impute(person, both.registry, top=100_000, **options)
        check_imputation(everything, slow, someone, about)
        for top in (1, 3):
            few = both.fast.impute(person, both.registry, top=top, **options)
            assert few.haplotype_pairs == everything.haplotype_pairs[:top], about
            assert few.genotypes == everything.genotypes[:top], about
            assert few.loci == everything.loci and few.haplotype_pair_count == everything.haplotype_pair_count
            assert few.genotype_count == everything.genotype_count
            assert few.haplotype_pair_mass == pytest.approx(
                sum(p for _, _, p in few.haplotype_pairs), abs=1e-15
            )
            assert few.genotype_mass == pytest.approx(sum(p for _, p in few.genotypes), abs=1e-15)


def test_what_is_certain_in_imputation_is_exactly_so(world, tmp_path):
    """Probabilities are in [0, 1], and 1 where nothing else is possible: only then is 100 % printed."""
    wrong = []
    for seed in range(24):
        both = generated(tmp_path / str(seed), world(seed % 5), 500 + seed, LOCI_OF_WORLDS[seed % 4])
        for someone in both.slow_donors:
            found = both.fast.impute(
                someone.id, both.registry, loci=("A", "B"), top=100_000, fallback=both.fallback
            )
            pairs, genotypes = (
                [one[-1] for one in some] for some in (found.haplotype_pairs, found.genotypes)
            )
            for listed in (pairs, genotypes, *([p for _, p in some] for some in found.loci.values())):
                if len(listed) == 1 and listed != [1] or max(listed, default=0) > 1:
                    wrong.append((seed, someone.id, listed))
            if max(found.haplotype_pair_mass, found.genotype_mass) > 1:
                wrong.append((seed, someone.id, found.haplotype_pair_mass, found.genotype_mass))
    assert not wrong, (len(wrong), wrong[:4])
