# SPDX-License-Identifier: Apache-2.0
"""Options of the pool analytics that have no sense: refused with the name of the option, the text and why."""

import allomatch as am
import numpy as np
import pandas as pd
import pools
import pytest
from allomatch import analytics
from allomatch.donor_fields import group_values

NAN, INF = float("nan"), float("inf")
FREQUENCIES = am.Frequencies.builtin()
(POPULATION,) = FREQUENCIES.populations
NUMBER = "expected a number"
LIST = "expected a list of numbers"
PAIRS = "expected pairs of loci"
AGES = "expected the first and the last age"


def of_pool(function, *arguments, **options):
    return function(pools.simulated()[1], *arguments, **options)


def likelihood(**options):
    return analytics.match_likelihood(FREQUENCIES, **{"sizes": [10], **options})


CASES = {
    analytics.branch_haplotypes: [
        *(({"loci": "A", "copies": copies}, "copies", "above 0") for copies in (NAN, -1, 0, INF)),
        ({"loci": "A", "copies": np.array([1, 2])}, "copies", NUMBER),
    ],
    analytics.allele_frequencies: [({"loci": ""}, "loci", "at least one locus")],
    analytics.haplotype_frequencies: [({"loci": []}, "loci", "at least one locus")],
    analytics.hardy_weinberg: [({"loci": []}, "loci", "at least one locus")],
    analytics.duplicates: [({"loci": loci}, "loci", "at least one locus") for loci in ("", [])],
    analytics.homozygosity: [({"population": -1}, "population", "none are given")],
    analytics.age_structure: [
        *(({"bands": bands}, "bands", "expected a list of ages") for bands in (None, 5, b"x", {18: 1})),
        ({"bands": np.array(5)}, "bands", "expected a list of ages"),
        ({"bands": [30, 20]}, "bands", "expected rising ages"),
    ],
    analytics.attrition: [
        *(({"recruit_ages": ages}, "recruit_ages", AGES) for ages in (None, 5, "ab", b"ab", (18,))),
        ({"recruit_ages": (45, 18)}, "recruit_ages", "the first age is above the last"),
        ({"recruit_ages": (70, 80)}, "recruit_ages", "expected ages below 60"),
        ({"recruit_ages": {}}, "recruit_ages", "no age has a weight"),
    ],
}


@pytest.mark.parametrize(
    "function, options, option, reason",
    [pytest.param(f, *case, id=f"{f.__name__}-{case[0]}") for f, cases in CASES.items() for case in cases],
)
def test_options_of_a_pool(function, options, option, reason):
    refused(option, reason, lambda: of_pool(function, **options))


@pytest.mark.parametrize("least", [NAN, INF, -1, np.array([1])], ids=str)
def test_likelihood_ratios(least):
    refused("least_ratio", NUMBER, lambda: of_pool(analytics.relatives, FREQUENCIES, least_ratio=least))


@pytest.mark.parametrize(
    "neighbours, reason",
    [
        *((value, PAIRS) for value in ("A,B", 5, [5], ["AB"], [("A",)], [("A", "B", "C")], {"A": "B"})),
        ([("X", "Y")], "not a locus"),
        ([("C", "C")], "named twice"),
        ([("C", "DPB1")], "typed and in the frequencies"),
    ],
    ids=str,
)
def test_neighbours(neighbours, reason):
    call = analytics.suspicious_typings
    refused("neighbours", reason, lambda: of_pool(call, FREQUENCIES, neighbours=neighbours))


def test_usual_neighbours_are_left_out_where_they_are_not_typed():
    registry = pools.registry_of([{"id": "D", "A_1": "02:01", "A_2": "11:01"}])
    found = analytics.suspicious_typings(registry, FREQUENCIES, lowest_share=1)
    assert list(found["donor_id"]) == ["D"] and np.isnan(found["association"][0])


@pytest.mark.parametrize(
    "given, reason",
    [
        ({}, "one allele or more"),
        (pd.DataFrame({"allele": [], "frequency": []}), "one allele or more"),
        ({5: 0.1}, "one field is no allele"),
        ({"B*07:02": 0.1}, "names locus B"),
        ({"A*02:01": np.array([0.1])}, NUMBER),
        ({"A*02:01": 0.9, "A*11:01": 0.8}, "sum to 1.7"),
    ],
    ids=str,
)
def test_allele_frequencies(given, reason):
    refused("allele_frequencies", reason, lambda: of_pool(analytics.genotype_frequencies, "A", given))


@pytest.mark.parametrize(
    "options, reason",
    [
        *(({"sizes": sizes}, LIST) for sizes in (b"x", "5", 5, {5: 1}, np.array(5), np.eye(2))),
        *(({"sizes": [size]}, NUMBER) for size in (None, b"5", True, np.True_, np.array([1]), np.array("3"))),
        ({"sizes": [NAN]}, NUMBER),
        *(({"sizes": [10**digits]}, "too large") for digits in (400, 5000)),
        ({"dpb1": ""}, "expected match or permissive"),
        ({"dpb1": np.array(["match", "permissive"])}, "expected match or permissive"),
        *(({"tce_version": "V2", "dpb1": rule}, "dpb1 to be permissive") for rule in (None, "match")),
        ({"tce_version": "", "dpb1": "permissive"}, "expected V1, V2"),
    ],
)
def test_likelihoods(options, reason):
    refused(next(iter(options)), reason, lambda: likelihood(**options))


def test_numbers_of_numpy_and_columns_are_taken():
    wanted = likelihood(sizes=[10, 20])
    for sizes in (np.array([10, 20]), pd.Series([10.0, 20.0]), (np.float32(10), np.array(20))):
        assert likelihood(sizes=sizes).equals(wanted)


@pytest.mark.parametrize(
    "call",
    [
        lambda done, folder: am.Registry.from_frame(pd.DataFrame({"id": ["D"]}), progress=done),
        lambda done, folder: am.Registry.from_csv(folder / "none.csv", progress=done),
        lambda done, folder: of_pool(am.Registry.update, pd.DataFrame({"id": ["D"]}), progress=done),
        lambda done, folder: of_pool(am.Registry.search_many, [], progress=done),
        lambda done, folder: am.simulate(folder, donors=1, patients=1, progress=done),
    ],
)
def test_progress_is_a_function(call, tmp_path):
    refused("progress", "expected a function to call", lambda: call(5, tmp_path))


def refused(option, reason, call):
    with pytest.raises(am.FormatError) as caught:
        call()
    assert caught.value.column == option and reason in caught.value.reason
    assert f"column {option}: '{caught.value.text}': " in str(caught.value)


@pytest.mark.parametrize(
    "field, reason",
    [
        ("weight_kg", "a field of numbers makes no groups"),
        ("donations", "a field of numbers makes no groups"),
        ("birth_date", "days make no groups; birth_date_year takes the year"),
        ("branch_year", "no such donor field"),
        ("weight_kg_year", "no such donor field"),
        (["branch"], "expected the name of a donor field"),
    ],
    ids=str,
)
def test_fields_that_make_no_groups(field, reason):
    for call in (analytics.completeness, analytics.age_structure, analytics.branch_value, analytics.analyse):
        refused("by", reason, lambda call=call: of_pool(call, by=field))


def test_groups_equal_those_of_the_file():
    rows, registry, _ = pools.simulated()
    for field in ("branch", "registered_year", "status"):
        texts = [row[field.removesuffix("_year")] for row in rows]
        texts = [text[:4] if field.endswith("_year") else text for text in texts]
        numbers, labels = group_values(registry, field)
        assert labels == sorted(set(texts)) and [labels[number] for number in numbers] == texts


def test_donors_without_a_value_are_a_group():
    registry = pools.registry_of([{"id": "a", "registered": ""}, {"id": "b", "registered": "2020-03-01"}])
    numbers, labels = group_values(registry, "registered_year")
    assert (numbers.tolist(), labels) == ([0, 1], ["", "2020"])


def test_a_frame_that_the_starter_rules_do_not_read_says_how():
    registry = pools.simulated()[1]
    with pytest.raises(
        am.FormatError, match=r"needs a MAC table.*allomatch\.Registry\.from_frame\("
    ) as caught:
        analytics.completeness(registry.to_pandas())
    assert (caught.value.place, caught.value.column) == ("frame", "A_1") and caught.value.id
    with pytest.raises(
        am.FormatError, match="donors: expected a Registry or a data frame of donors, not dict"
    ):
        analytics.completeness({})
