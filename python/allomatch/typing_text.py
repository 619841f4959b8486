# SPDX-License-Identifier: Apache-2.0
"""What a typing text means."""

from __future__ import annotations

from typing import Any

from . import _core
from .errors import TypingError


def read_typing(
    text: str,
    nomenclature: _core.Nomenclature | None = None,
    *,
    locus: str | None = None,
    mac: _core.MacTable | None = None,
    serology: bool = False,
) -> dict[str, Any]:
    """Read one typed position, or a GL String.

    Args:
        text: ``A*02:01``, ``02:01/02:06``, ``A2``, ``A*02:AB``, ``A*01:01+A*24:02`` ..
        nomenclature: the release to read it with; the built-in starter table when left out.
        locus: locus of the column that the text stands in, so that ``02:01`` needs no prefix.
        mac: table of NMDP codes.
        serology: whether a plain number is an antigen, as in a serology column.

    Returns:
        ``text, locus, alleles, classes, g_groups, serology, null, warnings``; for a GL String
        ``alternatives`` instead: locus -> alternatives -> two positions -> classes.

    Raises:
        TypingError: the text has no meaning; carries ``reason`` and perhaps ``suggestion``.
        FormatError: ``locus`` is no locus.

    About a microsecond for a usual text. Source of the rules: WHO nomenclature for factors of the HLA
    system; the project's page on how typings are read.
    """
    found: dict[str, Any] = _core.describe_typing(
        nomenclature or _core.Nomenclature.builtin(), text, locus, mac, serology
    )
    error = found.pop("error")
    suggestion = found.pop("suggestion")
    if found.pop("status") == "error":
        hint = f" (did you mean '{suggestion}'?)" if suggestion else ""
        raise TypingError(f"'{text}': {error}{hint}", text=text, reason=error, suggestion=suggestion)
    return found
