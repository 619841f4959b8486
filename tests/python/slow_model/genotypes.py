# SPDX-License-Identifier: Apache-2.0
"""The genotypes of one person (section 7): every haplotype pair of a set that is consistent with the typing.

A genotype is a tuple of unordered pairs of outcomes (frequency.py), one pair per locus in question. Weights
are whole numbers, so nothing is rounded and nothing underflows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import combinations_with_replacement

from .compare import NOTHING
from .frequency import in_order, is_null
from .search import LOCI_SETS
from .typing import NEW, locus_of_comparison


@dataclass
class Genotypes:
    """The genotypes of one person from one set, at some of the loci of the set."""

    population: str
    loci: tuple  # the searched loci that the set has
    weights: dict = field(default_factory=dict)  # genotype -> whole number; empty: unexplained
    certain: bool = False  # fully typed
    missing: tuple = ()  # unexplained: loci that no haplotype of the set fits; () if only no pair fits

    @property
    def explained(self):
        return bool(self.weights)

    @property
    def reason(self):
        if self.explained:
            return None
        return f"no haplotype fits at {', '.join(self.missing)}" if self.missing else "no pair fits together"

    def at(self, loci):
        """The weights at fewer loci: genotypes that are equal there are one."""
        places = [self.loci.index(locus) for locus in loci]
        weights = {}
        for genotype, weight in self.weights.items():
            part = tuple(genotype[place] for place in places)
            weights[part] = weights.get(part, 0) + weight
        return weights


# -- one person and one set ------------------------------------------------


def genotypes(person, frequencies, loci):
    """The genotypes of a person from one set, at those of `loci` that the set has (None: all it has)."""
    loci = tuple(locus for locus in keys(loci or frequencies.loci) if locus in frequencies.loci)
    found = Genotypes(frequencies.name, loci)
    certain = certain_genotype(person, frequencies, loci)
    if certain is not None:
        found.weights, found.certain = {certain: 1}, True  # "whether or not the set knows it"
        return found
    places = [frequencies.loci.index(locus) for locus in loci]
    for (one, other), weight in haplotype_pairs(person, frequencies).items():
        # "Genotypes with equal unphased classes at the loci in question are one."
        genotype = tuple(unordered(one[place], other[place]) for place in places)
        found.weights[genotype] = found.weights.get(genotype, 0) + weight
    if not found.explained:
        found.missing = missing_loci(person, frequencies)
    return found


def keys(loci):
    """The searched loci as the keys of a typing: '8/8' written out, DRB3, DRB4 and DRB5 as DRB345."""
    return tuple(dict.fromkeys(locus_of_comparison(locus) for locus in LOCI_SETS.get(loci, loci)))


def expressed(pair):
    """Section 3: a null makes the locus homozygous for its other class; two nulls are no product."""
    one, other = pair
    if is_null(one) and is_null(other):
        return NOTHING, NOTHING
    return (other, other) if is_null(one) else (one, one) if is_null(other) else (one, other)


# -- which outcomes a typing accepts ------------------------------------------------


def unordered(one, other):
    return tuple(sorted((one, other), key=in_order))


def fits(reading, outcome):
    """Does an outcome fit a position? None is a blank of DRB345, which "fits anything"."""
    if reading is None:
        return True
    if is_null(outcome):
        return bool(outcome & reading.alleles)  # "it fits positions whose typing lists that null"
    return outcome in reading.classes and outcome != NEW  # NEW "matches nothing"


def is_lost(frequencies, locus, reading):
    """A null-only position whose nulls no row of the set carries."""
    return reading is not None and reading.is_null and not frequencies.carries(locus, reading.alleles)


def acceptor(frequencies, locus, pair):
    """The function (a, b): does the pair of readings accept a at its first and b at its second position?"""
    first, second = pair
    if is_lost(frequencies, locus, first):
        # "read as in section 3": homozygous for the other position, "the copy is the same class".
        return lambda a, b: second is None or (a == b and fits(second, b))
    if is_lost(frequencies, locus, second):
        return lambda a, b: first is None or (a == b and fits(first, a))
    return lambda a, b: fits(first, a) and fits(second, b)


def conditions(person, frequencies):
    """[(loci, alternatives)]: for each alternative one acceptor per locus of `loci`.

    A haplotype pair is consistent when, for every entry, some alternative accepts it at all the entry's
    loci, in the same orientation. More than one locus in an entry: phase known (`~`).
    """
    found, done = [], set()
    for locus in frequencies.loci:
        typing = person.typing.get(locus)
        if typing is None or not typing.typed or locus in done:
            continue  # "untyped accepts all"
        together = [
            other
            for other in typing.phased or (locus,)
            if other in frequencies.loci and person.typing[other].phased == typing.phased
        ]
        done.update(together)
        per_locus = [
            [acceptor(frequencies, other, pair) for pair in person.typing[other].pairs] for other in together
        ]
        found.append((together, list(zip(*per_locus, strict=True))))
    return found


def accepts(alternatives, one, other):
    """`one`, `other`: the outcomes of the two haplotypes at the loci of one entry of `conditions`."""
    return any(
        all(accept(a, b) for accept, a, b in zip(alternative, x, y, strict=True))
        for alternative in alternatives  # "a | list accepts only its pairs"
        for x, y in ((one, other), (other, one))
    )


def haplotype_pairs(person, frequencies):
    """{(h1, h2): weight}: "all unordered haplotype pairs consistent with T at every locus of the set"."""
    weights = frequencies.whole_numbers()
    haplotypes = sorted(weights, key=lambda haplotype: [in_order(outcome) for outcome in haplotype])
    entries = []
    for loci, alternatives in conditions(person, frequencies):
        places = [frequencies.loci.index(locus) for locus in loci]
        part = {haplotype: tuple(haplotype[place] for place in places) for haplotype in haplotypes}
        kinds = sorted(set(part.values()), key=lambda kind: [in_order(outcome) for outcome in kind])
        partners = {kind: set() for kind in kinds}
        for one, other in combinations_with_replacement(kinds, 2):
            if accepts(alternatives, one, other):
                partners[one].add(other)
                partners[other].add(one)
        entries.append((part, partners))
        # A haplotype without any partner at these loci is in no pair.
        haplotypes = [haplotype for haplotype in haplotypes if partners[part[haplotype]]]
    pairs = {}
    for one, other in combinations_with_replacement(haplotypes, 2):
        if all(part[other] in partners[part[one]] for part, partners in entries):
            # "weight 2 f1 f2, or f1 f1 when h1 = h2"
            pairs[one, other] = (1 if one == other else 2) * weights[one] * weights[other]
    return pairs


def missing_loci(person, frequencies):
    """Loci where, looked at alone, no two haplotypes of the set fit any pair that the typing lists."""
    found = []
    for locus in frequencies.loci:
        typing = person.typing.get(locus)
        if typing is None or not typing.typed:
            continue
        alternatives = [(acceptor(frequencies, locus, pair),) for pair in typing.pairs]
        outcomes = combinations_with_replacement(frequencies.outcomes(locus), 2)
        if not any(accepts(alternatives, (one,), (other,)) for one, other in outcomes):
            found.append(locus)
    return tuple(found)


# -- fully typed ------------------------------------------------


def certain_genotype(person, frequencies, loci):
    """What "a person whose every position is one class at every searched locus that the set has" is.

    None for everybody else.
    """
    genotype = []
    for locus in loci:
        typing = person.typing.get(locus)
        if typing is None or not typing.typed:
            return None
        pairs = [certain_pair(frequencies, locus, *pair) for pair in typing.pairs]
        # Several alternatives of a | list are certain when they all come to the same.
        if None in pairs or len({expressed(pair) for pair in pairs}) != 1:
            return None
        genotype.append(pairs[0])
    return tuple(genotype)


def certain_pair(frequencies, locus, first, second):
    """The one pair of outcomes of two positions, else None."""
    if first is None or second is None:
        return None  # a DRB345 blank
    if first.is_null and second.is_null:
        return unordered(frozenset(first.alleles), frozenset(second.alleles))  # "both positions null is"
    sides = []
    for reading, other in ((first, second), (second, first)):
        if is_lost(frequencies, locus, reading):
            reading = other  # "read as in section 3": the copy
        if reading.classes == {NEW} or len(reading.classes) != 1:
            return None  # "NEW is never fully typed"; nor is a null that a row carries: it is no class
        if frequencies.carries(locus, reading.alleles):
            return None  # "A null listed beside the one class counts only if a row of the set carries it"
        sides.append(next(iter(reading.classes)))
    return unordered(*sides)
