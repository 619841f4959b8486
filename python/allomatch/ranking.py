# SPDX-License-Identifier: Apache-2.0
"""Rankings as data: criteria in an order, with bands, directions and weights."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from . import _core
from .errors import FormatError

_Criterion = tuple[str, list[float], list[str], str | None, float | None, bool]
_KEYS = ("by", "bands", "order", "direction", "weight", "missing")


def _refuse(what: object, reason: str) -> FormatError:
    return FormatError(f"column rank: '{what}': {reason}", column="rank", text=str(what), reason=reason)


def _edge(edge: object) -> float:
    """A number, or a date as the days that date fields count."""
    if isinstance(edge, str):
        edge = date.fromisoformat(edge)
    return float((edge - date(1970, 1, 1)).days if isinstance(edge, date) else edge)  # type: ignore[arg-type]


def _criterion(data: object) -> _Criterion:
    if isinstance(data, str):
        return (data, [], [], None, None, False)
    if not isinstance(data, Mapping):
        raise _refuse(data, "expected the name of a criterion or a table with `by`")
    unknown = [key for key in data if key not in _KEYS]
    if unknown:
        raise _refuse(unknown[0], f"no such key of a criterion; there are {', '.join(_KEYS)}")
    by = data.get("by")
    if not isinstance(by, str):
        raise _refuse(by, "a criterion needs a name in `by`")
    missing = data.get("missing", "last")
    if missing not in ("first", "last"):
        raise _refuse(missing, "missing values come first or last")
    try:
        bands = [_edge(edge) for edge in data.get("bands", [])]
        order = data.get("order", [])
        if isinstance(order, str) or not all(isinstance(word, str) for word in order):
            raise TypeError
        weight = data.get("weight")
        weight = None if weight is None else float(weight)
    except (TypeError, ValueError):
        raise _refuse(by, "bands are numbers, order is a list of words, weight a number") from None
    direction = data.get("direction")
    if direction not in (None, "ascending", "descending"):
        raise _refuse(direction, "expected ascending or descending")
    return (by, bands, list(order), direction, weight, missing == "first")


class Ranking:
    """Who first: an ordered list of criteria. Donors that are equal in all of them are ordered by id.

    A criterion is a name, or a mapping with ``by`` and what differs from its usual meaning: ``bands``
    (ascending edges; values within a band are equal, an edge belongs to the better band), ``order`` (for
    fields with words: best first), ``direction`` (``ascending``: small is better, or ``descending``),
    ``missing`` (``first`` or ``last``) and ``weight``. Criteria with weights come first, by the sum of
    weight times step of the category or band.

    Built in are mismatches, antigen_mismatches, mismatches_max, gvh, hvg, probability (of a full match,
    in bands), exact_probability, dpb1, dpb1_expression, leader, low_expression, availability, age_band,
    age, cmv, sex, abo, rh, weight, weight_ratio, tnc_per_kg, cd34_per_kg; ``A_mm`` .. for a compared
    locus, ``p0``, ``A_p0`` .. and ``dpb1_p_match`` .. with frequencies, and every donor field by its name.

    Raises:
        FormatError: a criterion that cannot be; ``text`` names it.
    """

    def __init__(self, criteria: Iterable[str | Mapping[str, Any]], name: str = "") -> None:
        if isinstance(criteria, (str, bytes, Mapping)) or not isinstance(criteria, Iterable):
            raise _refuse(criteria, "expected a list of criteria")
        self._criteria = [_criterion(one) for one in criteria]
        if not self._criteria:
            raise _refuse("", "no list of criteria")
        self.name = name
        _core.check_ranking(self._criteria)

    @classmethod
    def preset(cls, name: str) -> Ranking:
        """``default``, ``ptcy`` (age before a single mismatch), ``cord`` or ``hla_only``."""
        self = cls.__new__(cls)
        self.name, self._criteria = name, _core.ranking_preset(name)
        return self

    @classmethod
    def read(cls, path: str | os.PathLike[str]) -> Ranking:
        """Read a TOML file of at most 1 MiB: ``criteria`` is a list of names and tables, or ``[[criteria]]``
        tables; ``name`` (else the stem of the file) and ``preset`` (a preset to go on with after the criteria
        of the file) are optional. Edges of bands may be dates. C++ reads the same files
        (``io::read_ranking``).

        Raises:
            FormatError: the file cannot be read; ``place`` names it, ``row`` the line, ``column`` the key.
        """
        self = cls.__new__(cls)
        self.name, self._criteria = _core.read_ranking(path)
        return self

    @classmethod
    def of(cls, rank: object) -> Ranking:
        """A ranking from what the option ``rank`` takes: a preset, a path that ends in .toml, or criteria."""
        if isinstance(rank, Ranking):
            return rank
        if isinstance(rank, os.PathLike) or (isinstance(rank, str) and rank.endswith(".toml")):
            return cls.read(rank)
        if isinstance(rank, str):
            return cls.preset(rank)
        if isinstance(rank, Iterable) and not isinstance(rank, (bytes, Mapping)):
            return cls(rank)
        raise _refuse(rank, "expected the name of a ranking, a .toml file, or a list of criteria")

    @property
    def criteria(self) -> list[dict[str, Any]]:
        """The criteria in their order, as mappings."""
        all_criteria = []
        for by, bands, order, direction, weight, missing_first in self._criteria:
            one: dict[str, Any] = {"by": by}
            if bands:
                one["bands"] = bands
            if order:
                one["order"] = order
            if direction is not None:
                one["direction"] = direction
            if weight is not None:
                one["weight"] = weight
            if missing_first:
                one["missing"] = "first"
            all_criteria.append(one)
        return all_criteria

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ranking) and self._criteria == other._criteria

    def __hash__(self) -> int:
        return hash(tuple(by for by, *_ in self._criteria))

    def __repr__(self) -> str:
        return f"Ranking({self.name or 'of its own'}: {', '.join(by for by, *_ in self._criteria)})"
