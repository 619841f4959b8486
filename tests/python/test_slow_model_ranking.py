# SPDX-License-Identifier: Apache-2.0
"""The slow model's ranking against worked examples, section 8."""

import random

import pytest
from clinical_worlds import EXPRESSION, case, small_release
from slow_model import ranking
from slow_model.ranking import PRESETS, rank
from slow_model.search import compare_people, person_from_row, search
from worlds import ON

SMALL = small_release()
LOCI = ("A", "B", "DRB1")
FULL = {"A_1": "01:01", "A_2": "31:01", "B_1": "07:02", "B_2": "44:02", "DRB1_1": "03:01", "DRB1_2": "15:01"}
LESS = {  # what the donor has instead, for one mismatch
    "A": {"A_2": "24:02"},
    "B-M": {"B_2": "08:01"},  # leader M against the patient's T
    "B-T": {"B_2": "51:01"},
    "B-?": {"B_2": "08:01/51:01"},
    "L": {"B_2": "44:03"},  # B44 both
}


def donor(name, *less, **columns):
    row = {"id": name, **FULL, **columns}
    for key in less:
        row.update(LESS[key])
    return person_from_row(SMALL, row)


PATIENT = donor("P", cmv="N", abo="A", rh="+", weight_kg="60", DPB1_1="04:01", DPB1_2="02:01")


def ordered(donors, rank_by, probabilities=None, loci=LOCI):
    """The ids in order, however the donors come."""
    found = set()
    for seed in range(3):
        random.Random(seed).shuffle(donors)
        hits = [compare_people(PATIENT, one, loci) for one in donors]
        for hit in hits:
            if probabilities is not None:
                p0 = probabilities[hit.donor.id]
                hit.p = None if p0 is None or p0 == "unexplained" else [p0, 1 - p0]
                hit.explained = p0 != "unexplained"
        hits = rank(hits, rank_by, case(expression=EXPRESSION))
        assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
        found.add(" ".join(hit.donor.id for hit in hits))
    assert len(found) == 1
    return found.pop()


def down(*columns, **options):
    """Donors `z`, `y`, .. with these columns, in the order that is expected."""
    return [donor("zyxwvutsrqponm"[i], **{**options, **column}) for i, column in enumerate(columns)]


def check(expected, rank_by):
    names = " ".join(one.id for one in expected)
    assert ordered(list(expected), rank_by) == names


# -- categories ------------------------------------------------


def values(column, *texts):
    return [{column: text} for text in texts]


@pytest.mark.parametrize(
    "criterion, columns",
    [
        ("availability", values("status", "AV", "", "TU", "OP", "DE")),
        ("availability", values("status", "RS", "", "TU")),
        ("cmv", values("cmv", "O", "", "G")),
        (
            "sex",
            [{"sex": "M"}, {"sex": "F", "pregnancies": "0"}, {"sex": "F"}, {"sex": "F", "pregnancies": "1"}],
        ),
        ("abo", values("abo", "A", "O", "AB", "B", "")),
        ("rh", values("rh", "P", "", "N")),
        (
            "age_band",
            values(
                "birth_date",
                "1999-01-01",
                "1997-01-01",
                "1990-01-01",
                "1985-01-01",
                "1980-01-01",
                "1970-01-01",
                "",
            ),
        ),
        (
            "dpb1",
            [
                {"DPB1_1": "02:01", "DPB1_2": "04:01"},  # match
                {"DPB1_1": "04:02"},  # permissive
                {},  # untyped
                {"DPB1_1": "14:01"},  # HvG: the patient has 3
            ],
        ),
        (
            "dpb1_expression",
            [
                {"DPB1_1": "02:01", "DPB1_2": "04:01"},
                {"DPB1_1": "02:01", "DPB1_2": "09:01"},  # the patient's 04:01 is low
                {},
            ],
        ),
    ],
)
def test_categories(criterion, columns):
    check(down(*columns), [criterion])
    equal = [donor(name, **columns[0]) for name in "ab"]
    check([*equal, *down(*columns[1:])], [criterion])


def test_av_and_rs_are_one():
    check([donor("a", status="RS"), donor("b", status="AV")], ["availability"])


def test_leader():
    check([donor("z", "B-T"), donor("y", "B-?"), donor("x", "B-M")], ["leader"])
    check([donor("a", "B-T"), donor("b"), donor("c", "B-M", B_1="15:01"), donor("d", "B-M")], ["leader"])


def test_match_class():
    donors = [donor("z"), donor("y", "L"), donor("x", "A"), donor("w", "L", "A"), donor("v", "A", "B-T")]
    check(donors, ["mismatches", "antigen_mismatches"])
    falling = {"by": "mismatches", "direction": "descending"}
    check([donor("w", "L", "A"), donor("x", "L"), donor("y", "A"), donor("z")], [falling])
    check([donor("a"), donor("b"), donor("c", "L"), donor("z", "A")], ["antigen_mismatches", "mismatches"])
    check([donor("y", "A"), donor("a", "L")], ["B_mm", "A_mm"])
    check([donor("z", "L"), donor("a", "A")], ["A_mm", "B_mm"])


def test_directions_of_the_count():
    homozygous = donor("h", A_2="")  # 01:01 twice: GvH 1 (31:01), HvG 0
    ambiguous = donor("u", DRB1_1="03:01/04:01")
    assert ordered([homozygous, ambiguous, donor("z")], ["gvh"]) == "u z h"
    assert ordered([homozygous, ambiguous, donor("z")], ["hvg"]) == "h u z"
    assert ordered([homozygous, ambiguous, donor("z")], ["mismatches_max"]) == "z h u"


# -- probabilities ------------------------------------------------


def test_probabilities():
    p = {"j": 1, "i": 0.9, "h": 0.899, "g": 0.8, "f": 0.35, "e": 0.1, "d": 0.0999, "c": 0, "b": None}
    p["a"] = "unexplained"
    donors = [donor(name) for name in p]
    assert ordered(donors, ["probability"], p) == "i j g h f e c d b a"
    assert ordered(donors, ["exact_probability"], p) == "j i h g f e d c a b"
    assert ordered(donors, [{"by": "p0", "direction": "descending"}], p) == "j i h g f e d c a b"
    assert ordered(donors, ["p1"], p) == "j i h g f e d c a b"
    bands = {"by": "p0", "bands": [0.5, 0.9], "direction": "descending"}
    assert ordered(donors, [bands], p) == "i j g h c d e f a b"
    assert ordered(donors, [{"by": "exact_probability", "bands": [0.5, 0.9]}], p) == "i j g h c d e f a b"
    assert ordered(donors, ["probability", "exact_probability"]) == "a b c d e f g h i j"  # no frequencies


# -- numbers, dates and texts ------------------------------------------------


def test_numbers():
    weights = values("weight_kg", "90", "82.5", "70", "60", "")
    check(down(*weights), ["weight"])
    check(down(*weights), ["weight_ratio"])
    check(down(*weights[3::-1], weights[4]), ["weight_kg"])
    check(down(*weights), [{"by": "weight_kg", "direction": "descending"}])
    check(down(weights[4], *weights[:4]), [{"by": "weight", "missing": "first"}])
    check(down(*values("tnc", "200", "150", "30", "")), ["tnc_per_kg"])
    check(down(*values("cd34", "10", "9.5", "0", "")), ["cd34_per_kg"])
    check(down(*values("tnc", "30", "150", "200", "")), ["tnc"])
    check(down(*values("birth_date", "2001-01-02", "2001-01-01", "1960-01-01", "")), ["age"])
    check(down(*values("birth_date", "1960-01-01", "2001-01-01", "2001-01-02", "")), ["birth_date"])
    check(
        down(*values("registered", "2020-05-01", "2019-01-01", "")),
        [{"by": "registered", "direction": "descending"}],
    )


def test_bands():
    same = [donor("a", weight_kg="60"), donor("b", weight_kg="50"), donor("c", weight_kg="80")]
    check([*same, donor("A", weight_kg="80.5")], [{"by": "weight_kg", "bands": [80]}])
    check([same[1], same[0], same[2]], [{"by": "weight_kg", "bands": [55]}])
    edges = {"by": "weight_kg", "bands": [60, 80]}
    weights = values("weight_kg", "60", "60.5", "80.5", "")
    check(down(*weights), [edges])
    check([donor("a", weight_kg="60"), donor("b", weight_kg="1"), donor("A", weight_kg="80")], [edges])
    falling = {"by": "weight", "bands": [60, 80]}
    check(down(*values("weight_kg", "80", "79.5", "59.5", "")), [falling])
    check([donor("b", weight_kg="80"), donor("c", weight_kg="200"), donor("a", weight_kg="60")], [falling])
    check(down(*values("weight_kg", "60", "80", "81", "")), [{**falling, "direction": "ascending"}])
    check(down(*values("weight_kg", "", "80", "1")), [{**falling, "missing": "first"}])
    dates = {"by": "registered", "bands": ["2010-01-01", "2020-01-01"]}
    check([donor("a", registered="2010-01-01"), donor("b", registered="2000-01-01")], [dates])
    check(down(*values("registered", "2010-01-01", "2010-01-02", "2020-01-02", "")), [dates])
    check(down(*values("registered", "2020-01-01", "2019-12-31", "")), [{**dates, "direction": "descending"}])
    check([donor("a", "A"), donor("b"), donor("A", "A", "L")], [{"by": "mismatches", "bands": [1]}])


def test_text():
    order = {"by": "branch", "order": ["Wenzhou", "Ningbo"]}
    check(down(*values("branch", "Wenzhou", "Ningbo", "Hangzhou", "")), [order])
    check([donor("a", branch="x"), donor("b", branch="A"), donor("A")], [order])
    check(down(*values("branch", "", "Wenzhou", "Ningbo", "Hangzhou")), [{**order, "missing": "first"}])


def test_weights():
    donors = [
        donor("a", status="AV", cmv="G"),  # availability 0, CMV 2
        donor("b", status="TU", cmv="N"),  # 2, 0
        donor("c", status="OP", cmv="N"),  # 3, 0
        donor("d", status="", cmv=""),  # 1, 1
    ]
    both = [{"by": "availability", "weight": 1}, {"by": "cmv", "weight": 1}]
    assert ordered(donors, both) == "a b d c"  # 2, 2, 2, 3
    assert ordered(donors, [{**both[0], "weight": 2}, both[1]]) == "a d b c"  # 2, 3, 4, 6
    assert ordered(donors, ["availability", {"by": "cmv", "weight": 0.5}]) == "b c d a"
    assert ordered(donors, [{**both[0], "weight": -1}]) == "c b d a"
    # bands, words, counts; a missing one is after the last
    some = [{"by": "weight_kg", "bands": [60, 80], "weight": 1}]
    assert ordered(down(*values("weight_kg", "50", "70", "90", "")), [*some]) == "z y x w"
    far = [{**some[0], "weight": 1}, {"by": "branch", "order": ["N"], "weight": 1.5}]
    donors = [donor("a", weight_kg="90", branch="N"), donor("b", weight_kg="50", branch="x")]  # 2; 1.5
    donors += [donor("c", weight_kg="70"), donor("d", branch="N")]  # 1 + 3; 3
    assert ordered(donors, far) == "b a d c"
    counts = [{"by": "mismatches", "weight": 3}, {"by": "cmv", "weight": 1}]
    donors = [donor("a", "L", cmv="N"), donor("b", cmv="G"), donor("c", "L", "A", cmv="N")]  # 3, 2, 6
    assert ordered(donors, counts) == "b a c"


@pytest.mark.parametrize(
    "criterion",
    [
        "branch",
        {"by": "weight", "weight": 1},
        {"by": "cmv", "bands": [1]},
        {"by": "weight_kg", "direction": "up"},
        {"by": "weight_kg", "bands": [2, 1]},
        {"by": "weight_kg", "missing": 3},
        {"by": "weight_kg", "edges": [1]},
    ],
)
def test_wrong_criteria(criterion):
    with pytest.raises(ValueError):
        ordered(down({"weight_kg": "60"}), [criterion])


# -- presets and searches ------------------------------------------------


def test_presets_on_match_classes():
    expected = {"default": "z y x w", "hla_only": "z y x w", "ptcy": "z y x w", "cord": "z x y w"}
    donors = [donor("z"), donor("y", "L"), donor("x", "A"), donor("w", "L", "A")]
    assert {name: ordered(donors, name) for name in PRESETS} == expected


def test_ptcy():
    old, young = {"birth_date": "1970-01-01"}, {"birth_date": "2000-01-01"}
    donors = [
        donor("z", "L", **young),
        donor("y", **old),
        donor("x", "L", **old),
        donor("a", "L", "A", **young),
    ]
    check(donors, "ptcy")
    check([donors[1], donors[0], donors[2], donors[3]], "default")


def test_a_later_criterion_only_separates_equals():
    rng = random.Random(2)
    pools = {
        "birth_date": ["", "1999-01-01", "1985-01-01"],
        "cmv": ["", "N", "G"],
        "status": ["AV", "TU", ""],
        "sex": ["M", ""],
        "abo": ["A", "B", ""],
        "weight_kg": ["", "60", "80"],
    }
    donors = [
        donor(
            f"D{i}",
            *rng.sample(sorted(LESS), rng.randint(0, 1)),
            **{k: rng.choice(v) for k, v in pools.items()},
        )
        for i in range(60)
    ]
    hits = rank([compare_people(PATIENT, one, LOCI) for one in donors], "default", case())
    assert [name for name, _ in hits[0].places] == [*ranking.DEFAULT, "donor_id"]
    for above, here in zip(hits, hits[1:], strict=False):
        names = [name for name, _ in here.places]
        until = names.index(here.reason)
        assert above.places[:until] == here.places[:until] and above.places[until] < here.places[until]
    assert hits[0].reason == "" and len({hit.reason for hit in hits}) > 5


def test_accept():
    donors = [donor("z"), donor("a", "A"), donor("b", "L"), donor("c", "L", "A"), donor("d", DRB1_1="04:01")]

    def found(**options):
        ((_, hits),) = search([PATIENT], donors, LOCI, on=ON, **options)
        return " ".join(hit.donor.id for hit in hits)

    assert found(accept=["A"]) == "z a" and found(accept=["A", "B"]) == "z b a"
    assert found(accept=[]) == "z" and found(accept=["DRB1"]) == "z d"
    assert found(max_mismatches=1) == "z b a d"
