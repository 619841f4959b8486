# SPDX-License-Identifier: Apache-2.0
"""The same person twice, and people who may be related."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, product
from typing import TYPE_CHECKING, Any

import numpy as np

from .. import option_values
from ._haplotypes import Haplotypes
from ._pool import LocusTexts, days, field, frame_of, ids_of, registry_of

if TYPE_CHECKING:
    import pandas

    from ..frequencies import Frequencies

_DAYS_A_YEAR = 365.2425


def duplicates(
    donors: Any, *, loci: Any = None, fields: Sequence[str] = ("birth_date", "sex")
) -> pandas.DataFrame:
    """Donors who may be one person registered twice: equal typing and equal fields.

    Args:
        donors: a registry, or a data frame of donors.
        loci: compare these, of donors who are typed at all of them; when left out, all that a donor is typed
            at, which must be the same loci.
        fields: donor fields that must be equal too; who lacks one is left out. ``()`` for none.

    Returns:
        One row a donor in a group of two or more, group by group in the order of the registry: ``group``
        (from 1), ``donor_id``, ``fully_typed`` (every position is one class), the fields, and ``branch``
        where the registry has it. Typings are equal when they mean the same for matching, however they are
        written: a null allele beside an expressed one is a second copy of that.

    Raises:
        FormatError: there is no such field or locus.

    Twins look the same, and so do unrelated people with common antigens alone: look at ``fully_typed``.
    """
    registry = registry_of(donors)
    wanted = option_values.texts("fields", fields, "a list of donor fields")
    chosen = list(registry.loci()) if loci is None else option_values.loci("loci", loci)
    if loci is not None and not chosen:
        raise option_values.refuse("loci", loci, "name at least one locus")
    keys: list[Any] = []
    typed = np.zeros(len(registry), np.int64)
    full = np.ones(len(registry), np.bool_)
    for locus in chosen:
        texts = LocusTexts.of(registry, locus)
        keys.append(texts.meanings[texts.genotype_of_donor])
        typed += texts.typed
        one_class = np.array([classes is not None for classes in texts.classes])
        full &= one_class[texts.genotype_of_donor] | ~texts.typed
    usable = (typed > 0) if loci is None else (typed == len(chosen))
    shown = {name: field(registry, name, option="fields") for name in wanted}
    if "branch" in registry.fields:
        shown.setdefault("branch", field(registry, "branch"))
    for name in wanted:
        values = np.asarray(shown[name], dtype=object)
        usable &= values != ""
        keys.append(np.unique(values.astype(str), return_inverse=True)[1])
    everyone = np.flatnonzero(usable)
    group_of: dict[tuple[int, ...], list[int]] = {}
    if keys:
        table = np.column_stack([np.asarray(key, np.int64)[everyone] for key in keys])
        for donor, row in zip(everyone, table, strict=True):
            group_of.setdefault(tuple(row.tolist()), []).append(int(donor))
    groups = [members for members in group_of.values() if len(members) > 1]
    rows = [(number, donor) for number, members in enumerate(groups, start=1) for donor in members]
    ids = registry._core
    return frame_of(
        {
            "group": [number for number, _ in rows],
            "donor_id": [ids.id(donor) for _, donor in rows],
            "fully_typed": [bool(full[donor]) for _, donor in rows],
            **{name: [values[donor] for _, donor in rows] for name, values in shown.items()},
        }
    )


def relatives(
    donors: Any,
    frequencies: Frequencies,
    loci: Any = "10/10",
    *,
    population: str | None = None,
    least_ratio: float = 1e6,
) -> pandas.DataFrame:
    """Pairs of fully typed donors with the same genotype, so rare that siblings are the better explanation.

    With p the probability of the genotype and s the sum of f g^2 over its haplotypes (f that of one, g that
    of the one that goes with it), two siblings both have it with p/4 + s/2 + p p/4 (both haplotypes, one or
    none in common), two unrelated people with p p: the ratio is 1/(4 p) + s/(2 p p) + 1/4. (Li CC and Sacks
    L, Biometrics 1954;10:347-360; identity by descent of 1/4, 1/2, 1/4; no recombination.)

    Args:
        donors: a registry, or a data frame of donors.
        frequencies: haplotype frequencies of the population that the donors come from.
        loci: those that must be equal; of these the ones that the set has.
        population: the set to use, when there are several.
        least_ratio: pairs below it are left out; 0 for none.

    Returns:
        One row a pair, the highest ratio first, then by ids: ``donor_1``, ``donor_2``, ``likelihood_ratio``
        of siblings against unrelated, ``genotype_probability``, ``unrelated_pairs`` (how many pairs of
        unrelated donors with this genotype chance alone makes among the fully typed), ``age_difference`` in
        years (NaN where a birth date is missing) and ``same_branch`` (missing without branches). Genotypes
        that no pair of haplotypes explains are left out, and haplotypes with a null allele do not count.

    Raises:
        FormatError: the set lacks all loci, which population is open, or an option does not fit.

    Half a million donors make 10^11 pairs: a ratio of a million is not much by itself. Read it beside
    ``unrelated_pairs``, the ages and the names. Cost: about 0.1 ms a genotype that occurs twice.
    """
    registry = registry_of(donors)
    least = option_values.real("least_ratio", least_ratio)
    if not 0 <= least < float("inf"):
        raise option_values.refuse("least_ratio", least_ratio, "expected a number from 0")
    haplotypes = Haplotypes.of(frequencies, population)
    chosen = [one for one in option_values.loci("loci", loci) if one in haplotypes.loci]
    if not chosen:
        raise option_values.refuse("loci", loci, f"the frequencies have {', '.join(haplotypes.loci)}")
    shared, complete = _shared_genotypes(registry, chosen)
    known = _by_names(haplotypes, chosen)
    rows = []
    for genotype, members in shared:
        p, s = _probabilities(genotype, known)
        if p == 0:
            continue
        ratio = 1 / (4 * p) + s / (2 * p * p) + 0.25
        if ratio < least:
            continue
        expected = complete * (complete - 1) / 2 * p * p
        rows += [(*pair, ratio, p, expected) for pair in combinations(members, 2)]
    ids = ids_of(registry) if rows else []
    rows.sort(key=lambda row: (-row[2], ids[row[0]], ids[row[1]]))
    first, second = [row[0] for row in rows], [row[1] for row in rows]
    columns: dict[str, Any] = {
        "donor_1": [ids[donor] for donor in first],
        "donor_2": [ids[donor] for donor in second],
        "likelihood_ratio": [row[2] for row in rows],
        "genotype_probability": [row[3] for row in rows],
        "unrelated_pairs": [row[4] for row in rows],
        "age_difference": np.full(len(rows), np.nan),
    }
    if "birth_date" in registry.fields:
        birth = days(registry, "birth_date", "donors")
        apart = np.abs(birth[first] - birth[second])
        columns["age_difference"] = apart / np.timedelta64(1, "D") / _DAYS_A_YEAR
    if "branch" in registry.fields:
        branch = field(registry, "branch")
        columns["same_branch"] = [branch[a] == branch[b] for a, b in zip(first, second, strict=True)]
    return frame_of(columns)


def _shared_genotypes(registry: Any, loci: list[str]) -> tuple[list[tuple[Any, list[int]]], int]:
    """Genotypes of two or more fully typed donors, and how many donors are fully typed."""
    full = np.ones(len(registry), np.bool_)
    names, keys = [], []
    for locus in loci:
        texts = LocusTexts.of(registry, locus)
        distinct = {classes: at for at, classes in enumerate(dict.fromkeys(texts.classes))}
        names.append(list(distinct))
        keys.append(np.array([distinct[classes] for classes in texts.classes])[texts.genotype_of_donor])
        if None in distinct:
            full &= keys[-1] != distinct[None]
    everyone = np.flatnonzero(full)
    if not len(everyone):
        return [], 0
    table = np.column_stack(keys)[everyone]
    rows, number, counts = np.unique(table, axis=0, return_inverse=True, return_counts=True)
    order = np.argsort(number.ravel(), kind="stable")
    ends = np.cumsum(counts)
    shared = []
    for row, end, count in zip(rows, ends, counts, strict=True):
        if count > 1:
            genotype = [of_locus[code] for of_locus, code in zip(names, row, strict=True)]
            shared.append((genotype, everyone[order[end - count : end]].tolist()))
    return shared, len(everyone)


def _by_names(haplotypes: Haplotypes, loci: list[str]) -> dict[tuple[str, ...], float]:
    places = [haplotypes.place(locus) for locus in loci]
    columns = [np.asarray(haplotypes.names[at], dtype=object)[haplotypes.codes[at]] for at in places]
    found: dict[tuple[str, ...], float] = {}
    for row in zip(*columns, haplotypes.frequencies, strict=True):
        found[row[:-1]] = found.get(row[:-1], 0.0) + float(row[-1])
    return found


def _probabilities(
    genotype: list[tuple[str, str]], known: dict[tuple[str, ...], float]
) -> tuple[float, float]:
    """Probability of a genotype, and the sum of f g^2 over the haplotypes in it."""
    open_loci = [at for at, (a, b) in enumerate(genotype) if a != b]
    p = s = 0.0
    for swaps in product((0, 1), repeat=max(0, len(open_loci) - 1)):
        side = dict(zip(open_loci, (0, *swaps), strict=False))
        first = known.get(tuple(pair[side.get(at, 0)] for at, pair in enumerate(genotype)), 0.0)
        second = known.get(tuple(pair[1 - side.get(at, 0)] for at, pair in enumerate(genotype)), 0.0)
        if open_loci:
            p += 2 * first * second
            s += first * second * (first + second)
        else:
            p, s = first * first, first**3
    return p, s
