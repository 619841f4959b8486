# SPDX-License-Identifier: Apache-2.0
"""The person that donors are searched for."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from . import _core

Typing = str | Sequence[str | None] | None


class Patient:
    """A patient: typings at any loci, and fields.

    Args:
        id: not empty, at most 64 bytes.
        typings: locus -> two texts (``{"A": ("02:01", "24:02")}``), or one GL String per locus, or
            single positions (``{"A_1": .., "A_2": ..}``), or ``{"gl": "A*02:01+A*24:02^B*.."}``.
        nomenclature: the release that the typings are read with; the built-in starter table when left
            out. It must be the one of the registry that is searched.
        mac: table of NMDP codes.
        nulls: what becomes of a null allele beside expressed ones, ``ignore_inside_ambiguity`` or
            ``consider``.
        fields: ``birth_date, sex, abo, rh, cmv, weight_kg, population``.

    Raises:
        TypingError: a typing has no meaning; ``column`` names the position.
        FormatError: an id, locus or field is not as expected.
    """

    def __init__(
        self,
        id: str,
        typings: Mapping[str, Typing] | None = None,
        nomenclature: _core.Nomenclature | None = None,
        *,
        mac: _core.MacTable | None = None,
        nulls: str = "ignore_inside_ambiguity",
        **fields: Any,
    ) -> None:
        loci = {"A", "B", "C", "DRB1", "DRB345", "DQA1", "DQB1", "DPA1", "DPB1", "gl"}
        all_typings = dict(typings or {})
        for name in list(fields):
            if name in loci or name.endswith(("_1", "_2")):
                all_typings[name] = fields.pop(name)
        texts = [(name, "" if value is None else str(value)) for name, value in fields.items()]
        self._nomenclature = nomenclature or _core.Nomenclature.builtin()
        self._core = _core.make_patient(id, all_typings, texts, self._nomenclature, mac, nulls)

    @classmethod
    def _wrap(cls, core: _core.PatientCore, nomenclature: _core.Nomenclature) -> Patient:
        self = cls.__new__(cls)
        self._core = core
        self._nomenclature = nomenclature
        return self

    @property
    def id(self) -> str:
        return self._core.id

    @property
    def nomenclature(self) -> _core.Nomenclature:
        return self._nomenclature

    @property
    def typings(self) -> dict[str, str]:
        """Typings as received, by locus."""
        return self._core.typings

    @property
    def fields(self) -> dict[str, str]:
        """Fields that are known, as text."""
        return self._core.fields

    @property
    def warnings(self) -> list[str]:
        return self._core.warnings

    def __repr__(self) -> str:
        typed = ", ".join(f"{locus} {text}" for locus, text in self.typings.items())
        return f"Patient({self.id!r}: {typed})"


def read_patients(
    source: str | os.PathLike[str] | Any,
    nomenclature: _core.Nomenclature | None = None,
    *,
    mac: _core.MacTable | None = None,
    nulls: str = "ignore_inside_ambiguity",
    strict: bool = False,
) -> tuple[list[Patient], _core.ImportReport]:
    """Read patients from a file (CSV, GL lines) or a data frame that speaks Arrow.

    Returns the patients in the order of the rows, and the report of what was taken and refused.

    Raises:
        FormatError: the input cannot be read at all, or with ``strict`` a row was refused.
    """
    names = nomenclature or _core.Nomenclature.builtin()
    if isinstance(source, (str, os.PathLike)):
        cores, report = _core.patients_from_file(source, names, mac, nulls, strict)
    else:
        cores, report = _core.patients_from_frame(source, names, mac, nulls, strict)
    return [Patient._wrap(core, names) for core in cores], report
