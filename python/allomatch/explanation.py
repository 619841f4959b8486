# SPDX-License-Identifier: Apache-2.0
"""Explanations as data that also read as text."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any


class Explanation(list[dict[str, Any]]):
    """Why each locus of a pair came out as it did, the searched loci first.

    A list of one dictionary a locus: ``locus``, ``patient`` and ``donor`` (typings as received),
    ``searched``, ``letters``, ``mismatches``, ``mismatches_max``, ``gvh``, ``hvg``, ``orientation``
    (``direct`` or ``crossed``), ``decision`` (TCE groups and expression at DPB1, leaders at B), ``note``, and
    ``positions`` in donor order, each with ``letter``, the classes, antigens and traits of patient and
    donor, ``shared_classes``, ``serology_path`` and ``reason``. ``str()`` of it, and its ``words``, are the
    same for the eye.
    """

    def __init__(self, loci: Iterable[dict[str, Any]], title: str = "") -> None:
        super().__init__(loci)
        self.title = title

    @property
    def words(self) -> str:
        """The explanation as lines of text."""
        lines = [self.title] if self.title else []
        for locus in self:
            shown = "" if locus["searched"] else ", not searched"
            typings = " against ".join(locus[who] or "not typed" for who in ("patient", "donor"))
            lines.append(f"{locus['locus']} {locus['letters']}{shown}: {typings}")
            if set(locus["letters"]) == {"-"}:
                continue
            lines += [f"  {position['letter']} {position['reason']}" for position in locus["positions"]]
            lines += [f"  {words}" for words in (locus["decision"], locus["note"]) if words]
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.words

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.words)}</pre>"


class Placement(list[dict[str, Any]]):
    """Why each donor has its place: ``rank``, ``donor_id``, ``mismatches``, ``reason`` and all ``criteria``
    in words.

    ``str()`` of it, and its ``words``, are the same for the eye.
    """

    def __init__(self, places: Iterable[dict[str, Any]], title: str) -> None:
        super().__init__(places)
        self.title = title

    @property
    def words(self) -> str:
        """The places as lines of text."""
        lines = [self.title]
        for place in self:
            why = f"below the one above by: {place['reason']}" if place["reason"] else "the first: "
            if not place["reason"]:
                why += ", ".join(place["criteria"].values())
            lines.append(f"{place['rank']}. {place['donor_id']}, {why}")
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.words

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.words)}</pre>"
