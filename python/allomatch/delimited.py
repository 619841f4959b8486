# SPDX-License-Identifier: Apache-2.0
"""Delimited text that is read in Python, by the rules of every other text file of the library."""

from __future__ import annotations

import csv
import gzip
import io
import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .errors import FormatError

_DELIMITERS = ",;\t"
_OTHER_FILES = {
    b"\xff\xfe": "the text is UTF-16, save it as UTF-8",
    b"\xfe\xff": "the text is UTF-16, save it as UTF-8",
    b"PK\x03\x04": "this is a zip archive or a workbook, not a text file",
    b"PAR1": "this is a Parquet file, not a text file",
}


@dataclass(frozen=True)
class DelimitedText:
    """The rows of a file, each with the line it starts in."""

    place: str
    columns: list[str]
    lines: list[int]
    rows: list[list[str]]

    def cells(self, at: int) -> list[str]:
        """One column."""
        return [row[at] for row in self.rows]


def read_delimited(path: str | os.PathLike[str]) -> DelimitedText:
    """Read a file of UTF-8, plain or gzip: comma, semicolon or tab as the header has most of, RFC 4180
    quotes, LF or CRLF; a byte-order mark, ``#`` lines before the header and blank lines are skipped. Names
    and cells are trimmed.

    Raises:
        FormatError: naming file, row, text and reason; a row that does not fit the header refuses the file.
        OSError: it cannot be opened.
    """
    place = os.fspath(path)
    text = _decoded(_bytes(Path(path), place), place)
    lines = text.split("\n")
    start = next((n for n, line in enumerate(lines) if line.strip() and not line.startswith("#")), None)
    if start is None:
        raise _refused(place, "no header line" if text else "the file is empty")
    delimiter = max(_DELIMITERS, key=_outside_quotes(lines[start]).count)
    records = _records(place, lines, start, delimiter)
    _, header = next(records)
    columns = [name.strip() for name in header]
    while columns and not columns[-1]:
        columns.pop()
    if not columns:
        raise _refused(place, "the header names no column", start + 1)
    known = [name.casefold() for name in columns if name]
    for name in columns:
        if name and known.count(name.casefold()) > 1:
            raise _refused(place, "the header names this column twice", start + 1, name)
    numbers, rows = [], []
    for number, cells in records:
        if any(cells[len(columns) :]) or len(cells) < len(columns):
            raise _refused(place, f"expected {len(columns)} cells, found {len(cells)}", number)
        numbers.append(number)
        rows.append([cell.strip() for cell in cells[: len(columns)]])
    return DelimitedText(place, columns, numbers, rows)


def _bytes(path: Path, place: str) -> bytes:
    raw = path.read_bytes()
    if raw.startswith(b"\x1f\x8b"):
        try:
            raw = gzip.decompress(raw)
        except (EOFError, OSError, zlib.error) as error:
            raise _refused(place, f"truncated or corrupt gzip: {error}") from None
    for start, reason in _OTHER_FILES.items():
        if raw.startswith(start):
            raise _refused(place, reason)
    return raw.removeprefix(b"\xef\xbb\xbf")


def _decoded(raw: bytes, place: str) -> str:
    zero = raw.find(b"\0")
    if zero >= 0:
        raise _refused(place, "the row holds a NUL byte", raw.count(b"\n", 0, zero) + 1)
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        row = raw.count(b"\n", 0, error.start) + 1
        raise _refused(place, "the row is not valid UTF-8", row) from None


def _records(place: str, lines: list[str], start: int, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Rows from the header on, blank ones left out, with the line they start in."""
    reader = csv.reader(io.StringIO("\n".join(lines[start:]), newline="\n"), delimiter=delimiter, strict=True)
    while True:
        number = start + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise _refused(place, _REASONS.get(str(error).partition(" ")[0], str(error)), number) from None
        if cells and (len(cells) > 1 or cells[0].strip()):
            yield number, cells


# By the first word of what the module csv says.
_REASONS = {
    "unexpected": "a quote is not closed before the end of the file",
    f"'{_DELIMITERS[0]}'": "text after a closing quote",
    f"'{_DELIMITERS[1]}'": "text after a closing quote",
    "'\t'": "text after a closing quote",
    "new-line": "a carriage return outside quotes",
    "field": "a cell is longer than 131072 characters",
}


def _outside_quotes(line: str) -> str:
    return "".join(line.split('"')[::2])


def _refused(place: str, reason: str, row: int | None = None, text: str | None = None) -> FormatError:
    about = "" if text is None else f"'{text}': "
    where = f"{place}:{row or 1}"
    return FormatError(f"{where}: {about}{reason}", place=place, row=row, text=text, reason=reason)
