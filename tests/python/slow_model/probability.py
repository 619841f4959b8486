# SPDX-License-Identifier: Apache-2.0
"""Section 7, "Probability": the population of a person, imputation, P(k mismatches) of two people.

Probabilities are `fractions.Fraction`: sums over all pairs of genotypes (genotypes.py) in whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from .compare import compare_locus, count, count_once
from .genotypes import Genotypes, expressed, genotypes, haplotype_pairs, keys


class PopulationError(ValueError):
    """No set for a person: the message lists the populations there are."""


# -- one person ------------------------------------------------


def populations(person, sets, fallbacks=()):
    """The names of the sets to try, in order. `sets`: {population: FrequencySet}."""
    unknown = [name for name in fallbacks if name not in sets]
    own = person.get("population")
    if own in sets:
        names = [own, *fallbacks]  # "a person's own set"; the fall-backs if it does not explain the person
    elif fallbacks:
        names = list(fallbacks)  # "blank or without a set: the named fall-backs in order"
    elif len(sets) == 1:
        names = list(sets)  # "if only one set is loaded, that one"
    else:
        raise PopulationError(f"no set {own!r} for {person.id}; there are {', '.join(sorted(sets))}")
    if unknown:
        raise PopulationError(f"no set {', '.join(unknown)}; there are {', '.join(sorted(sets))}")
    return list(dict.fromkeys(names))


def genotypes_of(person, sets, loci, fallbacks=()):
    """The first population that explains the person; if none does, what the first one says."""
    tried = []
    for name in populations(person, sets, fallbacks):
        tried.append(genotypes(person, sets[name], loci))
        if tried[-1].explained:
            return tried[-1]
    return tried[0]


@dataclass
class Imputation:
    population: str
    explained: bool
    certain: bool
    reason: str | None
    missing: tuple
    haplotype_loci: tuple  # the loci of the set, in the order of the haplotypes
    haplotype_pairs: dict  # (h1, h2) -> Fraction; may be empty for a fully typed person
    loci: tuple
    genotypes: dict  # genotype at `loci` -> Fraction
    per_locus: dict  # locus -> {pair of outcomes: Fraction}


def impute(person, sets, loci=None, fallbacks=()):
    """What one person may be, with probabilities, likeliest first. `loci` None: all of the set used."""
    found = genotypes_of(person, sets, loci, fallbacks)
    frequencies = sets[found.population]
    pairs = haplotype_pairs(person, frequencies) if found.explained else {}
    return Imputation(
        population=found.population,
        explained=found.explained,
        certain=found.certain,
        reason=found.reason,
        missing=found.missing,
        haplotype_loci=frequencies.loci,
        haplotype_pairs=normalised(pairs),
        loci=found.loci,
        genotypes=normalised(found.weights),
        per_locus={
            locus: normalised({pair: weight for (pair,), weight in found.at((locus,)).items()})
            for locus in found.loci
        },
    )


def normalised(weights):
    total = sum(weights.values())
    likeliest = sorted(weights.items(), key=lambda item: -item[1])
    return {what: Fraction(weight, total) for what, weight in likeliest}


# -- two people ------------------------------------------------


@dataclass
class Probability:
    loci: tuple
    total: list | None  # P(0), .., P(2L); None: blank
    per_locus: dict  # locus -> [P(0), P(1), P(2)], None where a set does not have the locus
    patient: Genotypes
    donor: Genotypes


def probability(patient, donor, sets, loci, fallbacks=(), *, homozygous_once=False):
    """P(k mismatches) of two people, each with the own population."""
    loci = keys(loci)
    mine = genotypes_of(patient, sets, loci, fallbacks)
    theirs = genotypes_of(donor, sets, loci, fallbacks)
    result = Probability(loci, None, dict.fromkeys(loci), mine, theirs)
    if not mine.explained or not theirs.explained:
        return result
    counter = count_once if homozygous_once else count
    both = tuple(locus for locus in loci if locus in mine.loci and locus in theirs.loci)
    for locus in both:
        result.per_locus[locus] = distribution(mine.at((locus,)), theirs.at((locus,)), counter)

    shift = 0
    for locus in loci:
        if locus not in both:
            # "where such a locus has equal lowest and highest counts, that count shifts the total"
            compared = compare_locus(
                patient.typing.get(locus), donor.typing.get(locus), homozygous_once=homozygous_once
            )
            if compared["mismatches"] != compared["mismatches_max"]:
                return result  # "otherwise the total is blank"
            shift += compared["mismatches"]
    inside = distribution(mine.at(both), theirs.at(both), counter)
    outside = 2 * (len(loci) - len(both))
    result.total = [Fraction(0)] * shift + inside + [Fraction(0)] * (outside - shift)
    return result


def distribution(mine, theirs, counter=count):
    """[P(0), P(1), ..] of two people's weights: the sum over all pairs of their genotypes."""
    mine, theirs = merged_by_product(mine), merged_by_product(theirs)
    length = len(next(iter(mine)))
    sums = [0] * (2 * length + 1)
    known = [{} for _ in range(length)]  # (pair, pair) -> count, for each locus
    for x, weight in mine.items():
        row = [0] * (2 * length + 1)
        for y, other_weight in theirs.items():
            total = 0
            for table, pairs in zip(known, zip(x, y, strict=True), strict=True):
                if pairs not in table:
                    table[pairs] = counter(*pairs)
                total += table[pairs]
            row[total] += other_weight
        sums = [done + weight * more for done, more in zip(sums, row, strict=True)]
    whole = sum(mine.values()) * sum(theirs.values())
    return [Fraction(part, whole) for part in sums]


def merged_by_product(weights):
    merged = {}
    for genotype, weight in weights.items():
        key = tuple(expressed(pair) for pair in genotype)
        merged[key] = merged.get(key, 0) + weight
    return merged


def percent_text(value):
    """Whole percent "rounds half to even, and 100 % or 0 % is only printed when it is certain"."""
    whole = round(100 * Fraction(value))
    if whole in (0, 100) and value not in (0, 1):
        return "<1" if whole == 0 else ">99"
    return str(whole)
