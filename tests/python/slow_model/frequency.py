# SPDX-License-Identifier: Apache-2.0
"""Haplotype frequencies of one population (section 7; formats.md, "Haplotype frequencies").

An *outcome* is what one locus of a haplotype may be: a class (text, `A*02:01P`) or a null (the frozenset
of the null alleles that the row's name stands for). A haplotype is a tuple of outcomes, one per locus.
"""

from __future__ import annotations

import math
from fractions import Fraction

from .names import ALLELE, PAIRED, ReadingError, modern_name
from .release import DRB345_GENES, GENES, split_name
from .typing import ASCII_SPACE, GROUP, OLD, PREFIXED, locus_of_comparison, read_position

LOCUS_ORDER = (*(gene for gene in GENES if gene not in DRB345_GENES), "DRB345")


class FrequencyError(ValueError):
    """A set that cannot be used at all."""


class FrequencySet:
    def __init__(self, release, name):
        self.release, self.name = release, name
        self.loci = ()
        self.haplotypes = {}  # tuple of outcomes -> Fraction; rows of equal outcomes are merged
        self.skipped = 0  # rows with frequency 0
        self.refused = []  # (number of the row from 1, text, reason)

    @classmethod
    def from_rows(cls, release, name, rows, *, normalise=False):
        """Rows (haplotype text, frequency as text or number)."""
        self = cls(release, name)
        for number, (text, frequency) in enumerate(rows, start=1):
            try:
                frequency = read_frequency(frequency)
                if frequency == 0:
                    self.skipped += 1  # "Rows with frequency 0 are skipped and counted"
                    continue
                row = read_haplotype(release, text)
                loci = tuple(locus for locus in LOCUS_ORDER if locus in row)
                if self.haplotypes and loci != self.loci:
                    raise ReadingError(f"loci {', '.join(loci)} in a set of {', '.join(self.loci)}")
            except ReadingError as error:
                self.refused.append((number, text, error.reason))
                continue
            self.loci = loci
            haplotype = tuple(row[locus] for locus in loci)
            # "Rows whose alleles fall into the same classes are merged."
            self.haplotypes[haplotype] = self.haplotypes.get(haplotype, 0) + frequency
        if self.total > Fraction("1.000001"):
            if not normalise:
                raise FrequencyError(f"the frequencies of {name} sum to {float(self.total)}")
            total = self.total
            self.haplotypes = {haplotype: f / total for haplotype, f in self.haplotypes.items()}
        return self

    @property
    def total(self):
        return sum(self.haplotypes.values(), Fraction(0))

    def whole_numbers(self):
        """The frequencies times their common denominator: weights without any rounding."""
        scale = math.lcm(*(frequency.denominator for frequency in self.haplotypes.values()))
        return {haplotype: int(frequency * scale) for haplotype, frequency in self.haplotypes.items()}

    def outcomes(self, locus):
        """What the haplotypes of the set have at a locus."""
        place = self.loci.index(locus)
        return {haplotype[place] for haplotype in self.haplotypes}

    def carries(self, locus, alleles):
        """Does a row of the set have one of these alleles as a null?"""
        return any(is_null(outcome) and outcome & alleles for outcome in self.outcomes(locus))


def is_null(outcome):
    return isinstance(outcome, frozenset)


def in_order(outcome):
    """Sort key of outcomes: classes first."""
    return (1, *sorted(outcome)) if is_null(outcome) else (0, outcome)


def read_frequency(value):
    """A number from 0 to 1, exact; "negative, above 1 or not a number: refused rows"."""
    try:
        frequency = Fraction(value.strip() if isinstance(value, str) else value)
    except (ValueError, OverflowError, ZeroDivisionError):
        raise ReadingError("the frequency is not a number", str(value)) from None
    if not 0 <= frequency <= 1:
        raise ReadingError("the frequency is not in 0..1", str(value))
    return frequency


def read_haplotype(release, text):
    """`A*01:01~C*07:01~..`: {locus: outcome}."""
    row = {}
    for part in text.strip(ASCII_SPACE).split("~"):
        locus, outcome = outcome_of_name(release, part)
        if locus in row:
            raise ReadingError(f"locus {locus} comes twice in a haplotype", text)
        row[locus] = outcome
    return row


def outcome_of_name(release, text):
    """(locus, outcome) of a name of a frequency set: "2-field, P, G or g names"."""
    match = PREFIXED.fullmatch(text)
    if match is None or not any(kind.fullmatch(match[3]) for kind in (GROUP, ALLELE, PAIRED, OLD)):
        raise ReadingError("not the name of an allele or group", text)
    reading = read_position(release, None, text)
    locus = locus_of_comparison(reading.locus)
    if reading.is_null:
        return locus, frozenset(reading.alleles)  # "A row with a null allele is kept"
    return locus, one_class(release, reading, match[3])


def one_class(release, reading, short):
    """The one class of a name; the nulls among its alleles play no part."""
    if len(reading.classes) == 1:
        return next(iter(reading.classes))
    # The class of the P group with its first two fields, when it has alleles of it; ..
    if ":" not in short:
        short = modern_name(reading.locus, short) or short
    fields, _suffix = split_name(short.rstrip("GPg"))
    group = f"{reading.locus}*{':'.join(fields[:2])}P"
    if group in reading.classes:
        return group
    # .. else the class with the most of its alleles, on ties the one with the lowest allele.
    members = {name: [] for name in reading.classes}
    for allele in reading.alleles:
        if not release.is_null(allele):
            members[release.class_of(allele)].append(by_number(allele))
    return min(members, key=lambda name: (-len(members[name]), min(members[name])))


def by_number(allele):
    """Sort key of names: 02:9 before 02:10."""
    gene, short = allele.split("*")
    fields, suffix = split_name(short)
    return gene, tuple(int(part) for part in fields), suffix
