# SPDX-License-Identifier: Apache-2.0
"""Match likelihood from frequencies: against the definition in fractions, and against registries that are
drawn and searched."""

import random
from fractions import Fraction
from itertools import product

import allomatch as am
import numpy as np
import pytest
from allomatch import analytics

pd = pytest.importorskip("pandas", reason="needs pandas: pip install 'allomatch[frames]'")

ALLELES = {
    "A": ["02:01", "11:01", "24:02", "33:03", "02:15N", "01:01:01:02N"],
    "B": ["40:01", "46:01", "58:01", "15:01"],
    "DPB1": ["02:01", "03:01", "05:01", "09:01", "13:01"],
}
TCE = {"02:01": 3, "03:01": 2, "05:01": 3, "09:01": 1, "13:01": 3}
NAMES = am.Nomenclature.builtin()


def drawn_set(seed, haplotypes=10):
    """Haplotypes as tuples of A, B, DPB1, with their frequencies in thousandths."""
    draw = random.Random(seed)
    every = list(product(*ALLELES.values()))
    return {haplotype: draw.randrange(1, 60) for haplotype in draw.sample(every, haplotypes)}


def read(folder, **sets):
    rows = ["haplotype,frequency,population"]
    for name, haplotypes in sets.items():
        for haplotype, thousandths in haplotypes.items():
            text = "~".join(f"{locus}*{allele}" for locus, allele in zip(ALLELES, haplotype, strict=True))
            rows.append(f"{text},{thousandths / 1000},{name}")
    path = folder / "sets.csv"
    path.write_text("\n".join(rows))
    return am.Frequencies.read(path, NAMES)


# -- the definition ------------------------------------------------


def content(first, second):
    first, second = (None if allele.endswith("N") else allele for allele in (first, second))
    return tuple(sorted((first or second or "", second or first or "")))


def genotypes(haplotypes, loci):
    total = sum(haplotypes.values())
    found = {}
    for (one, f), (other, g) in product(haplotypes.items(), repeat=2):
        key = tuple(content(one[at], other[at]) for at in range(loci))
        found[key] = found.get(key, 0) + Fraction(f * g, total * total)
    return found


def mismatches(one, other):
    return 2 - max(sum(a == b for a, b in zip(one, turned, strict=True)) for turned in (other, other[::-1]))


def level(dpb1):
    return min(TCE[allele] for allele in dpb1)


def matches(patient, donor, most, dpb1):
    if sum(mismatches(*pair) for pair in list(zip(patient, donor, strict=True))[:2]) > most:
        return False
    if dpb1 is None or patient[2] == donor[2]:
        return True
    return dpb1 == "permissive" and level(patient[2]) == level(donor[2])


def expected(patients, donors, most=0, dpb1=None):
    """P(at least one) and the expected number, of donors as [(haplotypes, how many, reachable)]."""
    loci = 2 if dpb1 is None else 3
    listed = [(genotypes(haplotypes, loci), count, chance) for haplotypes, count, chance in donors]
    some, number = Fraction(0), Fraction(0)
    for own, weight in genotypes(patients, loci).items():
        none = Fraction(1)
        for everyone, count, chance in listed:
            p = chance * sum(q for other, q in everyone.items() if matches(own, other, most, dpb1))
            none *= (1 - p) ** count
            number += weight * count * p
        some += weight * (1 - none)
    return float(some), float(number)


CASES = [(most, dpb1) for most in (0, 1) for dpb1 in (None, "match", "permissive")]


@pytest.mark.parametrize(("most", "dpb1"), CASES)
@pytest.mark.parametrize("seed", [1, 2])
def test_equals_the_definition(tmp_path, seed, most, dpb1):
    own, other = drawn_set(seed), drawn_set(100 + seed)
    frequencies = read(tmp_path, own=own, other=other)
    options = {"loci": "A,B", "mismatches": most, "dpb1": dpb1, "population": "own"}

    table = analytics.match_likelihood(frequencies, sizes=[0, 1, 30], **options)
    assert list(table.columns) == ["size", "probability", "expected_donors"]
    for row in table.itertuples():
        chance, number = expected(own, [(own, int(row.size), 1)], most, dpb1)
        assert row.probability == pytest.approx(chance, rel=1e-13)
        assert row.expected_donors == pytest.approx(number, rel=1e-13)

    mixed = analytics.match_likelihood(
        frequencies,
        frequencies,
        [40],
        shares={"own": 1, "other": 3},
        reachable={"own": 0.5, "other": 0.75},
        **options,
    )
    chance, number = expected(own, [(own, 10, Fraction(1, 2)), (other, 30, Fraction(3, 4))], most, dpb1)
    assert mixed["probability"][0] == pytest.approx(chance, rel=1e-12)
    assert mixed["expected_donors"][0] == pytest.approx(number, rel=1e-12)


def test_threads_do_not_change_a_bit():
    frequencies = am.Frequencies.builtin()
    for most in (0, 1):
        tables = [
            analytics.match_likelihood(frequencies, mismatches=most, threads=threads) for threads in (1, 2, 7)
        ]
        assert tables[0].equals(tables[1]) and tables[0].equals(tables[2])


def test_size_for_is_the_first_that_reaches(tmp_path):
    frequencies = read(tmp_path, own=drawn_set(5), other=drawn_set(6))
    options = {"loci": "A,B", "population": "own", "shares": {"own": 2, "other": 1}, "reachable": 0.4}
    table = analytics.size_for(frequencies, frequencies, [0.2, 0.5, 1.0], **options)
    assert list(table.columns) == ["target", "size", "limit"]
    for target, size in zip(table["target"][:2], table["size"][:2], strict=True):
        around = analytics.match_likelihood(frequencies, frequencies, [size - 1, size], **options)
        assert around["probability"][0] < target <= around["probability"][1]
    rare = {("02:01", "40:01", "02:01"): 1}
    alone = read(tmp_path, own=drawn_set(5), other=rare)
    missing = analytics.size_for(alone, alone, [0.9], loci="A,B", population="own", shares={"other": 1})
    assert missing["size"].isna()[0] and missing["limit"][0] < 0.9


def test_recruitment_is_the_difference(tmp_path):
    own, other = drawn_set(7), drawn_set(8)
    frequencies = read(tmp_path, own=own, other=other)
    table = analytics.recruitment(
        frequencies, sizes={"own": 20, "other": 0}, more=5, population="own", loci="A,B", reachable=0.5
    )
    half = Fraction(1, 2)
    now, _ = expected(own, [(own, 20, half)])
    then = {
        "own": expected(own, [(own, 25, half)])[0],
        "other": expected(own, [(own, 20, half), (other, 5, half)])[0],
    }
    assert sorted(table["population"]) == ["other", "own"]
    assert list(table["gain"]) == sorted(table["gain"], reverse=True)
    for row in table.itertuples():
        assert row.probability == pytest.approx(then[row.population], rel=1e-12)
        assert row.gain == pytest.approx(then[row.population] - now, rel=1e-9)
        assert row.gain_per_1000 == pytest.approx(200 * row.gain, rel=1e-12)


# -- drawn registries, searched ------------------------------------------------


def people(haplotypes, count, rng, prefix):
    names = list(haplotypes)
    weights = np.array(list(haplotypes.values()), dtype=float)
    picks = rng.choice(len(names), size=(count, 2), p=weights / weights.sum())
    rows = {"id": [f"{prefix}{i}" for i in range(count)]}
    for at, locus in enumerate(ALLELES):
        for side in (0, 1):
            rows[f"{locus}_{side + 1}"] = [names[pick[side]][at] for pick in picks]
    return rows


def test_formula_against_drawn_registries(tmp_path):
    """Mean and standard error over 40 independent registries of 60 donors, each searched for 60 patients."""
    pytest.importorskip("pyarrow", reason="needs pyarrow: pip install 'allomatch[frames]'")
    own, other = drawn_set(11, 30), drawn_set(12, 30)
    frequencies = read(tmp_path, own=own, other=other)
    rng = np.random.default_rng(2026)
    cases = {("any", 0): [], ("any", 1): [], ("permissive", 0): [], ("match", 0): [], ("reachable", 0): []}
    for _ in range(40):
        mixed = {
            column: first + second
            for (column, first), second in zip(
                people(own, 20, rng, "S").items(), people(other, 40, rng, "O").values(), strict=True
            )
        }
        registry = am.Registry.from_frame(pd.DataFrame(mixed), NAMES)
        had = {donor for donor in mixed["id"] if rng.random() < 0.3}
        table = people(own, 60, rng, "P")
        found = {case: 0 for case in cases}
        for i in range(60):
            typing = {column: values[i] for column, values in table.items() if column != "id"}
            patient = am.Patient(table["id"][i], typing, NAMES)
            hits = registry.search(patient, loci="A,B", max_mismatches=1).to_pandas()
            full = hits[hits["mismatches"] == 0]
            found["any", 0] += len(full) > 0
            found["any", 1] += len(hits) > 0
            found["permissive", 0] += full["dpb1_tce"].isin(["match", "permissive"]).any()
            found["match", 0] += (full["dpb1_tce"] == "match").any()
            found["reachable", 0] += full["donor_id"].isin(had).any()
        for case, number in found.items():
            cases[case].append(number / 60)
    for (kind, most), shares in cases.items():
        chance = analytics.match_likelihood(
            frequencies,
            frequencies,
            [60],
            population="own",
            shares={"own": 1, "other": 2},
            loci="A,B",
            mismatches=most,
            dpb1=kind if kind in ("match", "permissive") else None,
            reachable=0.3 if kind == "reachable" else 1,
        )["probability"][0]
        error = np.std(shares, ddof=1) / np.sqrt(len(shares))
        assert 0.02 < chance < 0.99
        assert abs(np.mean(shares) - chance) < 4 * error, (kind, most, np.mean(shares), chance, error)


# -- misuse ------------------------------------------------


@pytest.mark.parametrize(
    ("options", "column"),
    [
        ({"population": "XX"}, "population"),
        ({"population": None}, "population"),
        ({"shares": {"XX": 1}}, "shares"),
        ({"shares": {"own": 0}}, "shares"),
        ({"shares": "own"}, "shares"),
        ({"loci": "10/10"}, "loci"),
        ({"mismatches": 2}, "mismatches"),
        ({"reachable": 1.1}, "reachable"),
        ({"reachable": float("nan")}, "reachable"),
        ({"reachable": {"other": 1}}, "reachable"),
        ({"dpb1": "nonpermissive"}, "dpb1"),
        ({"dpb1": "match", "loci": "A,DPB1"}, "dpb1"),
        ({"tce_version": "V9", "dpb1": "permissive"}, "tce_version"),
        ({"sizes": [-1]}, "sizes"),
        ({"sizes": [float("inf")]}, "sizes"),
        ({"sizes": ["many"]}, "sizes"),
        ({"sizes": 1000}, "sizes"),
        ({"threads": -1}, "threads"),
    ],
)
def test_options_are_checked(tmp_path, options, column):
    frequencies = read(tmp_path, own=drawn_set(1), other=drawn_set(2))
    with pytest.raises(am.FormatError) as refused:
        analytics.match_likelihood(frequencies, **{"population": "own", "loci": "A,B", **options})
    assert refused.value.column == column


def test_frequencies_are_checked():
    builtin = am.Frequencies.builtin()
    with pytest.raises(am.FormatError, match="expected Frequencies"):
        analytics.match_likelihood("CHN")
    with pytest.raises(am.FormatError, match="another nomenclature"):
        analytics.match_likelihood(builtin, am.Frequencies.builtin(am.Nomenclature.names()))
    with pytest.raises(am.FormatError, match="numbers of donors by population"):
        analytics.recruitment(builtin, sizes={})
    with pytest.raises(am.FormatError, match="the frequencies have east_asian") as refused:
        analytics.recruitment(builtin, sizes={"hills": 10})
    assert refused.value.column == "sizes"
    with pytest.raises(am.FormatError, match="above 0"):
        analytics.recruitment(builtin, sizes={"east_asian": 10}, more=0)
    assert len(analytics.match_likelihood(builtin, sizes=[])) == 0
