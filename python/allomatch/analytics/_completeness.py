# SPDX-License-Identifier: Apache-2.0
"""How far donors are typed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ._pool import LocusTexts, frame_of, groups_of, registry_of

if TYPE_CHECKING:
    import pandas

    from ..registry import Registry

LEVELS = ("untyped", "serology", "first_field", "ambiguous", "one_class")
USUAL_SETS = {
    "6/6": ("A", "B", "DRB1"),
    "8/8": ("A", "B", "C", "DRB1"),
    "10/10": ("A", "B", "C", "DRB1", "DQB1"),
    "12/12": ("A", "B", "C", "DRB1", "DQB1", "DPB1"),
}
_LOCI = ("A", "B", "C", "DRB1", "DQB1", "DPB1", "DRB345", "DQA1", "DPA1")
_SEROLOGY, _FIRST_FIELD, _SEVERAL, _GROUP, _TWO, _FOUR = range(1, 7)
_WRITTEN = ("two_fields", "three_fields", "four_fields")
_OLD_NAME = 4  # digits


def completeness(donors: Any, by: str | None = None) -> pandas.DataFrame:
    """How many donors are typed at each locus and at the usual sets of loci, and how far.

    Args:
        donors: a registry, or a data frame of donors.
        by: a donor field of texts, or ``registered_year`` for the year of a date; all donors together when
            left out.

    Returns:
        One row a group and locus, with the column of the group first where there is one (empty: donors
        without a value): ``locus`` (``A``, .. or ``10/10``), ``donors`` of the group, and shares of them in
        [0, 1]. ``typed`` is the sum of ``serology`` (antigens only), ``first_field`` (one field, as
        ``02:XX``), ``ambiguous`` (several classes, or a new allele) and ``one_class`` (every position is one
        antigen recognition domain: fully typed, semantics.md section 7). ``two_fields``, ``three_fields``
        and ``four_fields`` count allele names by what is written, apart from groups, codes and lists. The
        lower position counts for a locus, the lowest locus for a set; a blank beside a typed position is a
        copy of it.

    Raises:
        FormatError: there is no such field, or it is one of numbers or days.

    Cost: every distinct text once and some nanoseconds a donor and locus.
    """
    registry = registry_of(donors)
    groups = groups_of(registry, by)
    typed = set(registry.loci())
    loci = [locus for locus in _LOCI if locus in typed or locus in USUAL_SETS["12/12"]]
    levels = {locus: _levels(registry, locus) for locus in loci}
    rows: dict[str, list[Any]] = {name: [] for name in ("locus", "donors", "typed", *LEVELS[1:], *_WRITTEN)}
    names = [*loci, *USUAL_SETS]
    by_name = {}
    for name in names:
        members = USUAL_SETS.get(name, (name,))
        level = np.minimum.reduce([levels[locus][0] for locus in members])
        written = np.minimum.reduce([levels[locus][1] for locus in members])
        by_name[name] = (
            _shares(groups.donors, groups.sizes, level, len(LEVELS)),
            _shares(groups.donors, groups.sizes, written, 5),
        )
    for group, size in enumerate(groups.sizes):
        for name in names:
            level, written = by_name[name]
            rows["locus"].append(name)
            rows["donors"].append(int(size))
            rows["typed"].append(float(level[group, 1:].sum()))
            for at, column in enumerate(LEVELS[1:], start=1):
                rows[column].append(float(level[group, at]))
            for at, column in enumerate(_WRITTEN, start=2):
                rows[column].append(float(written[group, at]))
    return frame_of({**groups.column(len(names)), **rows})


def _shares(groups: Any, sizes: Any, values: Any, kinds: int) -> npt.NDArray[np.float64]:
    """Share of each value by group; 0 in a group without donors."""
    counts = np.bincount(groups * kinds + values, minlength=len(sizes) * kinds).reshape(len(sizes), kinds)
    return np.asarray(counts / np.maximum(sizes, 1)[:, np.newaxis])


def _levels(registry: Registry, locus: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Of each donor the number of the level, and how many fields are written (0 where none count)."""
    texts = LocusTexts.of(registry, locus)
    names_only = registry.nomenclature.names_only
    level, written = [0], [0]
    for text, genotype in zip(texts.texts[1:], texts.genotypes[1:], strict=True):
        form = _lowest_form(text, locus, names_only)
        if form in (_SEROLOGY, _FIRST_FIELD):
            level.append(form)
        else:
            level.append(3 if texts.classes[genotype] is None else 4)
        written.append(form - _TWO + 2 if form >= _TWO else 0)
    return np.array(level)[texts.donors], np.array(written)[texts.donors]


def _lowest_form(text: tuple[str, ...], locus: str, names_only: bool) -> int:
    if len(text) == 2:
        return min(_form(cell, names_only) for cell in text if cell)
    alleles = [part for part in re.split(r"[+|~^]", text[0]) if part]
    genes = ("DRB3", "DRB4", "DRB5") if locus == "DRB345" else (locus,)
    here = [one for one in alleles if one.removeprefix("HLA-").partition("*")[0] in genes] or alleles
    form = min(_form(one, names_only) for one in here)
    return min(form, _SEVERAL) if "|" in text[0] else form


def _form(text: str, names_only: bool) -> int:
    """How one position is written: serology, first field, code or list, group, or a name by its fields."""
    if "/" in text:
        return _SEVERAL
    gene, star, body = text.strip().rpartition("*")
    fields = body.split(":")
    if len(fields) > 1:
        if fields[-1] == "XX":
            return _FIRST_FIELD
        if fields[-1].isalpha():
            return _SEVERAL
        return _GROUP if fields[-1][-1] in "GPg" else min(len(fields), 4) - 2 + _TWO
    if "NEW" in body:
        return _SEVERAL
    digits = len(body.rstrip("NLSCAQ"))
    if not body[:1].isdigit() or (digits < _OLD_NAME and not star and not names_only):
        return _SEROLOGY
    return _FIRST_FIELD if digits < _OLD_NAME else min(digits // 2, 4) - 2 + _TWO
