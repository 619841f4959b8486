# SPDX-License-Identifier: Apache-2.0
"""The slow model of section 7 against examples worked by hand."""

from fractions import Fraction

import pytest
from slow_examples import MAC, mini
from slow_model import Release
from slow_model.frequency import FrequencyError, FrequencySet
from slow_model.genotypes import genotypes, haplotype_pairs
from slow_model.probability import PopulationError, impute, percent_text, probability
from slow_model.search import person_from_row

# Four haplotypes of A and B; short names for their outcomes. A*01:01 is of the class A*01:01P.
FOUR = "A*01:01~B*07:02 0.4; A*01:01~B*08:01 0.2; A*02:05~B*07:02 0.1; A*02:05~B*08:01 0.3"
A1, A2, B7, B8 = "A*01:01P", "A*02:05", "B*07:02", "B*08:01"
H1, H2, H3, H4 = (A1, B7), (A1, B8), (A2, B7), (A2, B8)


def frequencies(text, name="pop", release=None, **options):
    rows = [tuple(row.split()) for row in text.split(";")]
    return FrequencySet.from_rows(release or mini(), name, rows, **options)


def person(gl, population="", release=None, **columns):
    row = {"id": "X", "gl": gl, "population": population, **columns}
    return person_from_row(release or mini(), row, MAC)


def pairs(gl, text=FOUR, **columns):
    """'h1 h2' probabilities of a person, as Fractions."""
    one = frequencies(text)
    return impute(person(gl, **columns), {"pop": one}).haplotype_pairs


def ratios(*parts):
    return [Fraction(part, sum(parts)) for part in parts]


def shares(names, *parts):
    return dict(zip(names, ratios(*parts), strict=True))


def P(patient, donor, loci=("A", "B"), text=FOUR, **options):
    return probability(person(patient), person(donor), {"pop": frequencies(text)}, loci, **options)


# -- the set ------------------------------------------------


def test_rows_of_equal_classes_are_merged():
    found = frequencies(
        "A*02:01:01:01~B*07:02 0.1; B*07:02~A*02:01P 0.02; A*02:01g~B*07:02 0.03;"
        "A*02:01:01G~B*07:02 0.04; A*02:01~B*07:02 0.05; A*02:01:01:02L~B*07:02 1e-3; A*02:05~B*07:02 0.2"
    )
    # 0.1 + 0.02 + 0.03 + 0.04 + 0.05 + 0.001
    assert found.haplotypes == {("A*02:01P", B7): Fraction("0.241"), (A2, B7): Fraction("0.2")}
    assert found.loci == ("A", "B") and found.total == Fraction("0.441")


def test_a_null_stays_an_outcome_of_its_own():
    found = frequencies(
        "A*24:09N~B*07:02 0.1; A*24:09~B*07:02 0.1; A*11:02N~B*07:02 0.1; A*24:02~B*07:02 0.1"
    )
    tenth = Fraction(1, 10)
    assert found.haplotypes == {
        (frozenset({"A*24:09N"}), B7): 2 * tenth,
        (frozenset({"A*11:02N"}), B7): tenth,
        ("A*24:02", B7): tenth,
    }


def test_a_name_of_several_classes_takes_one():
    shorts = "05:01:01 05:01:02 05:01:03 05:07 05:09 06:01:01 06:01:02 06:01:03 06:02 06:03"
    shorts += " 07:01:99 07:01:101 07:08 07:09 08:01:01 08:01:02N"
    release = Release.from_rows(
        nom=[("A*", short, "2010", "", "", "") for short in shorts.split()],
        p=[
            ("A*", "05:01:01/05:07", "05:01P"),
            ("A*", "05:01:02/05:01:03/05:09", "05:09P"),
            ("A*", "06:01:01/06:02", "06:02P"),
            ("A*", "06:01:02/06:01:03/06:03", "06:03P"),
            ("A*", "07:01:99/07:09", "07:09P"),
            ("A*", "07:01:101/07:08", "07:08P"),
        ],
    )

    def outcome(name):
        ((found,),) = frequencies(f"{name} 0.5", release=release).haplotypes
        return found

    assert outcome("A*05:01") == "A*05:01P"  # one allele of three, but the P group has its name
    assert outcome("A*06:01") == "A*06:03P"  # there is no P group 06:01P; two alleles of three
    assert outcome("A*07:01") == "A*07:09P"  # one allele each: 07:01:99 is lower than 07:01:101
    assert outcome("A*08:01") == "A*08:01:01"  # the null plays no part
    assert outcome("A*08:01N") == frozenset({"A*08:01:02N"})


def test_refused_and_skipped_rows():
    found = frequencies(
        "A*01:01~B*07:02 0.4; A*99:99~B*07:02 0.1; A*02:05~B*07:02 0; A*02:05 0.1; A*02:05~B*07:02 -0.1;"
        "A*02:05~B*07:02 1.1; A*02:05~B*07:02 nan; A*02:05~A*02:05 0.1; A*02:XX~B*07:02 0.1; A2~B*07:02 0.1;"
        "A*01:01/A*02:05~B*07:02 0.1; A*NEW~B*07:02 0.1; A*77:77~B*07:02 0.0"
    )
    assert found.haplotypes == {(A1, B7): Fraction(2, 5)}
    assert found.skipped == 2 and [row for row, _, _ in found.refused] == [2, 4, 5, 6, 7, 8, 9, 10, 11, 12]


def test_sums():
    assert frequencies("A*01:01 0.6; A*02:05 0.400001").total == Fraction("1.000001")
    with pytest.raises(FrequencyError):
        frequencies("A*01:01 0.6; A*02:05 0.400002")
    found = frequencies("A*01:01 0.6; A*02:05 0.9", normalise=True)  # 0.6 / 1.5 and 0.9 / 1.5
    assert found.haplotypes == {(A1,): Fraction(2, 5), (A2,): Fraction(3, 5)}


# -- the genotypes of a person ------------------------------------------------


def test_weights():
    # Heterozygous twice: h1 h4 2 x .4 x .3 = .24, h2 h3 2 x .2 x .1 = .04; together .28.
    assert pairs("A*01:01+A*02:05^B*07:02+B*08:01") == shares([(H1, H4), (H2, H3)], 24, 4)
    # Homozygous: h1 h1 .4 x .4 = .16, h1 h2 2 x .4 x .2 = .16, h2 h2 .2 x .2 = .04; together .36.
    assert pairs("A*01:01") == shares([(H1, H1), (H1, H2), (H2, H2)], 16, 16, 4)
    # Untyped accepts all: ten pairs, and all frequencies sum to 1.
    everything = pairs("")
    assert len(everything) == 10 and everything[H1, H4] == Fraction("0.24")
    assert everything[H4, H4] == Fraction("0.09")
    # Columns: a blank is a copy, independent in what it resolves to.
    assert pairs("", A_1="01:01/02:05", A_2="", B_1="07:02", B_2="07:02") == shares(
        # h1 h1 .16, h1 h3 2 x .4 x .1 = .08, h3 h3 .01; together .25
        [(H1, H1), (H1, H3), (H3, H3)],
        16,
        8,
        1,
    )


def test_a_list_of_alternatives_accepts_only_its_pairs():
    # h1 h2 2 x .4 x .2 = .16 and h3 h4 2 x .1 x .3 = .06; h1 h4 and h2 h3 are no pair of the list.
    found = pairs("A*01:01+A*01:01|A*02:05+A*02:05^B*07:02+B*08:01")
    assert found == shares([(H1, H2), (H3, H4)], 16, 6)


def test_phase():
    assert pairs("A*01:01~B*07:02+A*02:05~B*08:01") == {(H1, H4): 1}
    assert pairs("A*02:05~B*07:02+A*01:01~B*08:01") == {(H2, H3): 1}
    # Alternatives go together over their loci: h2 h3 .04, h1 h2 .16.
    found = pairs("A*01:01~B*08:01+A*02:05~B*07:02|A*01:01~B*07:02+A*01:01~B*08:01")
    assert found == shares([(H1, H2), (H2, H3)], 16, 4)
    # One side alone is homozygous.
    assert pairs("A*01:01~B*08:01") == {(H2, H2): 1}
    # A phase with a locus that the set does not have holds for the others.
    assert pairs("A*01:01~C*07:01~B*07:02+A*02:05~C*07:02~B*08:01") == {(H1, H4): 1}


def test_imputation_by_genotype_and_by_locus():
    found = impute(person("A*01:01+A*02:05"), {"pop": frequencies(FOUR)}, ("B",))
    # h1 h3 .08; h1 h4 .24 and h2 h3 .04; h2 h4 .12; together .48
    expected = shares([(B7, B8), (B8, B8), (B7, B7)], 28, 12, 8)
    assert found.per_locus == {"B": expected} and found.haplotype_loci == ("A", "B")
    assert found.genotypes == {(pair,): chance for pair, chance in expected.items()}
    assert [float(chance) for chance in found.haplotype_pairs.values()] == [0.5, 0.25, 1 / 6, 1 / 12]
    assert found.explained and not found.certain and found.population == "pop"


def test_drb345_blank_fits_anything():
    text = "DRB1*03:01~DRB3*01:01 0.6; DRB1*03:01~DRB4*01:01 0.3; DRB1*03:01~DRB5*01:01 0.1"
    # DRB3 DRB3 .36, DRB3 DRB4 2 x .6 x .3 = .36, DRB3 DRB5 2 x .6 x .1 = .12
    found = impute(person("DRB3*01:01"), {"pop": frequencies(text)}).per_locus["DRB345"]
    assert list(found.values()) == ratios(36, 36, 12)
    # DRB4*01:03N is of no row: it copies the blank, and the locus is like two blanks (all six pairs).
    assert len(pairs("DRB4*01:03N", text)) == 6


# -- nulls ------------------------------------------------

NULLS = "A*24:09N~B*07:02 0.2; A*01:01~B*08:01 0.3; A*02:05~B*07:02 0.1; A*01:01~B*07:02 0.4"
NULL = frozenset({"A*24:09N"})


def test_a_null_row_fits_where_the_null_is_listed():
    # (null, B7) with (A1, B8): 2 x .2 x .3 = .12; no other pair lists 24:09N.
    found = impute(person("A*24:09N+A*01:01^B*07:02+B*08:01"), {"pop": frequencies(NULLS)})
    assert found.genotypes == {((A1, NULL), (B7, B8)): 1}
    # Nulls are not dropped from ambiguous positions: .12 as before, (A2, B7) with (A1, B8) 2 x .1 x .3 = .06.
    found = impute(person("A*02:05/A*24:09N+A*01:01^B*07:02+B*08:01"), {"pop": frequencies(NULLS)})
    assert found.genotypes == shares([((A1, NULL), (B7, B8)), ((A1, A2), (B7, B8))], 12, 6)
    assert not found.certain


def test_a_null_counts_as_homozygous_for_the_other_class():
    mine = "A*02:05/A*24:09N+A*01:01^B*07:02+B*08:01"  # A1 A1 with 2/3, A1 A2 with 1/3, as above
    assert P(mine, "A*01:01^B*07:02+B*08:01", text=NULLS).per_locus["A"] == [
        Fraction(2, 3),
        Fraction(1, 3),
        0,
    ]
    assert P(mine, "A*01:01+A*02:05", ("A",), text=NULLS).total == [Fraction(1, 3), Fraction(2, 3), 0]
    assert P(mine, "A*02:05+A*03:01", ("A",), text=NULLS).total == [0, Fraction(1, 3), Fraction(2, 3)]


def test_two_nulls():
    # Fully typed although no row has A*11:02N.
    found = P("A*11:02N+A*24:09N", "A*24:09N", ("A",), text=NULLS)
    assert found.patient.certain and found.donor.certain and found.total == [1, 0, 0]
    assert P("A*11:02N", "A*01:01+A*02:05", ("A",), text=NULLS).total == [0, 0, 1]
    # B is ambiguous: both (null, B7), .2 x .2; nobody has the other null.
    assert pairs("A*24:09N^B*07:02/B*08:01", NULLS) == {((NULL, B7), (NULL, B7)): 1}
    assert pairs("A*11:02N^B*07:02/B*08:01", NULLS) == {}


def test_a_null_only_position_that_no_row_carries():
    # As in section 3, the same class twice: A1 with B7 B8 2 x .4 x .3 = .24; A2 has no B8.
    assert pairs("A*11:02N+A*01:01/A*02:05^B*07:02+B*08:01", NULLS) == {((A1, B7), (A1, B8)): 1}
    # With B7 B7: A1 A1 .4 x .4 = .16, A2 A2 .1 x .1 = .01; A1 A2 is none, as the copy is of the same class.
    found = pairs("A*01:01/A*02:05+A*11:02N^B*07:02+B*07:02", NULLS)
    assert list(found.values()) == ratios(16, 1)
    # Beside one class it is fully typed, and A1 A1 whatever the set knows.
    found = genotypes(person("A*11:02N+A*03:01"), frequencies(NULLS), ("A",))
    assert found.certain and found.weights == {(("A*03:01", "A*03:01"),): 1}


def test_a_null_only_position_that_a_row_carries_is_no_class():
    # Not fully typed: the pairs of the set decide ..
    found = genotypes(person("A*24:09N+A*01:01"), frequencies(NULLS), ("A",))
    assert not found.certain and list(found.weights) == [((A1, NULL),)]
    # .. and there is none with B8 twice.
    found = genotypes(person("A*24:09N+A*01:01^B*08:01"), frequencies(NULLS), ("A", "B"))
    assert not found.explained and found.missing == ()


# -- fully typed ------------------------------------------------


def test_fully_typed():
    def certain(gl, loci=("A", "B"), text=FOUR):
        return genotypes(person(gl), frequencies(text), loci).certain

    assert certain("A*03:01+A*23:01^B*15:01+B*35:01")  # "whether or not the set knows it"
    assert certain("A*02:01:01:01+A*01:01/A*01:02^B*15:01")  # one class each
    assert not certain("A*03:01+A*23:01")  # B is not typed
    assert certain("A*03:01+A*23:01", ("A",))  # nor searched
    assert certain("A*03:01+A*23:01^B*15:01", ("A", "B", "C"))  # C is not in the set
    assert not certain("A*02:05/A*02:06+A*01:01^B*07:02")
    # A null listed beside the one class counts only if a row of the set carries it.
    assert certain("A*02:05/A*24:09N+A*01:01", ("A",))
    assert not certain("A*02:05/A*24:09N+A*01:01", ("A",), NULLS)
    assert certain("A*02:05/A*11:02N+A*01:01", ("A",), NULLS)
    assert not certain("A*NEW+A*01:01", ("A",))
    # Alternatives that come to the same.
    assert certain("A*02:05+A*01:01|A*01:02+A*02:05", ("A",))
    assert not certain("A*02:05+A*01:01|A*01:02+A*01:01", ("A",))


def test_new_fits_nothing():
    found = P("A*NEW+A*01:01", "A*01:01+A*01:01", ("A",))
    assert not found.patient.explained and found.patient.missing == ("A",)
    assert found.total is None and found.per_locus == {"A": None} and found.donor.explained


# -- two people ------------------------------------------------


def test_distribution():
    half_typed, full = "A*01:01+A*02:05", "A*01:01+A*02:05^B*07:02+B*08:01"
    # B7 B7 .08, B7 B8 .28, B8 B8 .12 of .48: 1/6, 7/12, 1/4. Against B7 B8: 1, 0 and 1 mismatches.
    found = P(half_typed, full)
    assert found.total == [Fraction(7, 12), Fraction(5, 12), 0, 0, 0] and found.donor.certain
    assert found.per_locus == {"A": [1, 0, 0], "B": [Fraction(7, 12), Fraction(5, 12), 0]}
    # Against another such: P(0) = (4 + 49 + 9) / 144; P(2) = 2 x 1/6 x 1/4 = 12 / 144; P(1) the rest.
    found = P(half_typed, half_typed)
    assert found.total == [Fraction(62, 144), Fraction(70, 144), Fraction(12, 144), 0, 0]
    # B7 B7 against B8 B8 counted once: P(2) goes to P(1).
    found = P(half_typed, half_typed, homozygous_once=True)
    assert found.total == [Fraction(62, 144), Fraction(82, 144), 0, 0, 0]


def test_loci_are_not_independent():
    # A1 homozygous or A2 homozygous: (h1 or h2)^2 .36, (h3 or h4)^2 .16, and B7 B8 of them .16 and .06.
    mine, other = "A*01:01+A*01:01|A*02:05+A*02:05", "A*01:01+A*01:01^B*07:02+B*08:01"
    # Of .52. Against A1 A1 B7 B8: A1 A1 with B7 B8 .16 none; A1 A1 with B7 B7 .16 or B8 B8 .04 one;
    # A2 A2 with B7 B8 .06 two; A2 A2 with B7 B7 .01 or B8 B8 .09 three.
    assert P(mine, other).total == [Fraction(part, 52) for part in (16, 20, 6, 10, 0)]
    assert P(mine, other).per_locus["A"] == [Fraction(36, 52), 0, Fraction(16, 52)]


def test_loci_outside_the_set():
    typed = "^C*07:01+C*07:02"
    ambiguous = "^C*07:01/C*07:02+C*07:02"
    half, full = "A*01:01+A*02:05", "A*01:01+A*02:05^B*07:02+B*08:01"
    loci = ("A", "B", "C")
    inside = [Fraction(7, 12), Fraction(5, 12)]
    found = P(half + typed, full + typed, loci)
    assert found.total == [*inside, 0, 0, 0, 0, 0] and found.per_locus["C"] is None
    assert P(half + typed, full + "^C*07:02", loci).total == [0, *inside, 0, 0, 0, 0]
    assert P(half + typed, full + "^C*12:02", loci).total == [0, 0, *inside, 0, 0, 0]
    for other in (ambiguous, ""):
        found = P(half + typed, full + other, loci)
        assert found.total is None and found.per_locus["B"] == [*inside, 0] and found.donor.explained
    # No searched locus is in the set.
    assert P(half + typed, full + typed, ("C",)).total == [1, 0, 0]


def test_tiny_frequencies():
    text = "A*01:01~B*07:02 1e-200; A*01:01~B*08:01 3e-200; A*02:05~B*07:02 0.5"
    # A1 A1 only: 1 x 1, 2 x 1 x 3, 3 x 3 (all times 1e-400)
    assert list(pairs("A*01:01", text).values()) == [Fraction(9, 16), Fraction(6, 16), Fraction(1, 16)]
    found = P("A*01:01", "A*01:01^B*07:02+B*08:01", text=text)
    assert found.total == [Fraction(6, 16), Fraction(10, 16), 0, 0, 0]


# -- populations, the unexplained ------------------------------------------------


def test_populations():
    one, other = frequencies(FOUR, "one"), frequencies("A*01:01~B*07:02 0.5; A*01:01~B*08:01 0.5", "other")
    sets = {"one": one, "other": other}

    def used(population, fallbacks=(), sets=sets, gl="A*01:01"):
        return impute(person(gl, population), sets, fallbacks=fallbacks).population

    assert used("other") == "other" and used("other", ("one",)) == "other"
    assert used("", ("other", "one")) == used("nowhere", ("other",)) == "other"
    assert used("", sets={"one": one}) == used("nowhere", sets={"one": one}) == "one"
    with pytest.raises(PopulationError, match="one, other"):
        used("")
    with pytest.raises(PopulationError, match="one, other"):
        used("one", ("nowhere",))
    assert used("other", ("one",), gl="A*02:05") == "one"  # unexplained by its own
    assert used("other", ("one",), gl="A*02:06^B*07:02/B*08:01") == "other"  # by none: the first
    # Each of two people by the own set: (A1 A1) B7 B7 1/4, B7 B8 1/2, B8 B8 1/4 in `other`,
    # B7 B7 4/9, B7 B8 4/9, B8 B8 1/9 in `one`: P(0) = (4 + 8 + 1) / 36, P(2) = (1 + 4) / 36.
    found = probability(person("A*01:01", "other"), person("A*01:01", "one"), sets, ("A", "B"))
    assert found.total == [Fraction(13, 36), Fraction(18, 36), Fraction(5, 36), 0, 0]
    assert (found.patient.population, found.donor.population) == ("other", "one")


def test_unexplained():
    found = genotypes(person("A*01:01+A*03:01^B*07:02/B*15:01+B*35:01"), frequencies(FOUR), ("A",))
    assert found.certain  # at A
    found = genotypes(person("A*01:01+A*03:01^B*07:02/B*15:01+B*35:01"), frequencies(FOUR), ("A", "B"))
    assert not found.explained and found.missing == ("A", "B")
    assert found.reason == "no haplotype fits at A, B"
    # Each locus has its haplotypes, but no pair: 02:05 only with B7 here, and B8 twice is wanted.
    text = "A*01:01~B*08:01 0.5; A*02:05~B*07:02 0.5"
    found = genotypes(person("A*02:05/A*02:06+A*01:01^B*08:01"), frequencies(text), ("A", "B"))
    assert not found.explained and found.missing == () and found.reason == "no pair fits together"
    # A locus of the set that is not searched has its say too.
    found = genotypes(person("A*01:01/A*02:05+A*01:01^B*15:01"), frequencies(FOUR), ("A",))
    assert not found.explained and found.missing == ("B",)


def test_release_names():
    release = Release.names()
    found = frequencies(
        "A*01:01:01~B*07:02 0.25; A*01:16N~B*07:02 0.5; A*01:01~B*07:02 0.25", release=release
    )
    assert found.haplotypes == {("A*01:01", B7): Fraction(1, 2), ("A*01:16N", B7): Fraction(1, 2)}
    # "N names too (no null rule)": 01:16N is a class like others.
    mine = person("A*01:01:02/A*01:16N+A*01:01", release=release)
    donor = person("A*01:01+A*01:16N", release=release)
    result = probability(mine, donor, {"pop": found}, ("A",))
    assert result.donor.certain and result.total == [Fraction(2, 3), Fraction(1, 3), 0]  # .5 and .25
    assert frequencies("A*01:01g 0.5; A*01:XX 0.5; A*01:01P 0.5", release=release).haplotypes == {}


def test_percent_text():
    texts = {"0": "0", "1": "100", "0.004": "<1", "0.996": ">99", "0.005": "<1", "0.995": ">99"}
    texts |= {"0.015": "2", "0.025": "2", "0.125": "12", "0.994": "99", "1e-300": "<1"}
    assert {value: percent_text(Fraction(value)) for value in texts} == texts


def test_haplotype_pairs_leave_the_set_alone():
    one = frequencies(FOUR)
    before = dict(one.haplotypes)
    haplotype_pairs(person("A*01:01"), one)
    assert one.haplotypes == before
