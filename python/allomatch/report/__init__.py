# SPDX-License-Identifier: Apache-2.0
"""The report of a search: one self-contained HTML page for each patient."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import _core
from .._unfinished import unfinished
from ..errors import FormatError
from ..matches import Matches, MatchTable
from .page import Written, index_page, patient_page
from .texts import LANGUAGES

__all__ = ["LANGUAGES", "MOST_DONORS", "ReportFiles", "check_report", "write_report"]

MOST_DONORS = 500
_ENDINGS = (".html", ".htm")


def check_report(path: str | os.PathLike[str], lang: str = "en") -> None:
    """Whether a report can be written there.

    Raises:
        FormatError: unknown ending or language, or there is no such folder.
    """
    place = os.fspath(path)
    if Path(place).suffix.lower() not in _ENDINGS:
        raise FormatError(f"{place}: a report is written as .html", place=place, column="report")
    if lang not in LANGUAGES:
        raise FormatError(f"lang: expected {' or '.join(LANGUAGES)}, not '{lang}'", column="lang")
    if not Path(place).parent.is_dir() or Path(place).is_dir():
        raise FormatError(f"{place}: cannot be written there", place=place, column="report")


class ReportFiles:
    """Reports that are written patient by patient, so that no search has to be kept.

    With ``several`` every patient has a file ``F-<id>.html`` and :meth:`finish` writes ``F.html`` with links
    to them; else the one patient has ``F.html``.

    Raises:
        FormatError: see :func:`check_report`.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        several: bool,
        lang: str = "en",
        searched: Mapping[str, Any] | None = None,
        reports: Sequence[_core.ImportReport] | None = None,
        most: int = MOST_DONORS,
    ) -> None:
        check_report(path, lang)
        self._path = Path(path)
        self._several = several
        self._lang = lang
        self._searched = searched
        self._reports = reports
        self._most = most
        self._written: list[Written] = []
        self._names = {self._path.name.casefold()}

    def add(self, matches: Matches) -> Path:
        """Write the page of a patient and return where it is."""
        path = self._path
        if self._several:
            path = path.with_name(self._name_for(matches.patient.id))
        reports = [matches.registry.report] if self._reports is None else self._reports
        page = patient_page(
            matches, most=self._most, lang=self._lang, searched=self._searched, reports=reports
        )
        write_page(path, page)
        if self._several:
            self._written.append(Written.of(path.name, matches, self._lang))
        return path

    def finish(self) -> Path | None:
        """Write the page of links, of several patients, and return where it is."""
        if not self._several:
            return None
        write_page(self._path, index_page(self._written, self._lang))
        return self._path

    def _name_for(self, patient: str) -> str:
        """A file name nobody else has, also where capitals do not count."""
        start = f"{self._path.stem}-{safe_name(patient)}"
        name, again = f"{start}{self._path.suffix}", 1
        while name.casefold() in self._names:
            again += 1
            name = f"{start}-{again}{self._path.suffix}"
        self._names.add(name.casefold())
        return name


def safe_name(id: str) -> str:
    """An id as a part of a file name: letters, digits, ``_`` and ``-`` stay."""
    return "".join(char if char.isalnum() or char in "_-" else "_" for char in id)


def write_report(
    path: str | os.PathLike[str],
    results: Matches | MatchTable,
    *,
    lang: str = "en",
    searched: Mapping[str, Any] | None = None,
    reports: Sequence[_core.ImportReport] | None = None,
    most: int = MOST_DONORS,
) -> list[Path]:
    """Write the report of a search as HTML that needs no network: one page for each patient.

    Args:
        path: ``F.html``. Of several patients it has links to their pages, ``F-<patient id>.html``.
        results: what ``search``, ``search_many`` or ``compare`` found.
        lang: language of the report, ``en`` or ``zh``.
        searched: the options that were given to the search, for the account of what was searched.
        reports: the import reports of donors and patients; that of the donors when left out.
        most: how many donors a page lists. The page says how many there are in all.

    Returns the files, the page of links last.

    Raises:
        FormatError: unknown ending or language, or the folder does not exist.
        OSError: a file cannot be written.

    Cost: about a quarter of a second for 500 donors.
    """
    everyone = [results] if isinstance(results, Matches) else list(results)
    files = ReportFiles(
        path, several=len(everyone) != 1, lang=lang, searched=searched, reports=reports, most=most
    )
    written = [files.add(matches) for matches in everyone]
    links = files.finish()
    return written if links is None else [*written, links]


def write_page(path: Path, page: str) -> None:
    """A file that gets its name only when it is complete."""
    with unfinished(path) as part:
        part.write_text(page, encoding="utf-8", newline="\n")
