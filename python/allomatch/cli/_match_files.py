# SPDX-License-Identifier: Apache-2.0
"""Match files that grow patient by patient and appear when they are complete."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol

from .. import _core
from ..errors import FormatError
from ..frequencies import Frequencies
from ..matches import Matches, MatchTable
from ._common import complete_file

_ENDINGS = ".csv .tsv .json .jsonl (each also .gz) or .parquet"
_FIXED = ("patient_id", "donor_id", "rank", "mismatches", "mismatches_max", "gvh", "hvg")
_ROW_GROUP = 200_000


def match_columns(loci: list[str], frequencies: Frequencies | None = None) -> dict[str, type]:
    """Columns of a match file in their order, and what they hold."""
    columns: dict[str, type] = {name: str if name.endswith("_id") else int for name in _FIXED}
    columns |= dict.fromkeys(loci, str) | {f"{locus}_mm": int for locus in loci}
    if frequencies is not None:
        columns |= {f"p{k}": float for k in range(2 * len(loci) + 1)}
        columns |= {f"{locus}_p{k}": float for locus in loci for k in range(3)}
        columns |= {"patient_explained": bool, "donor_explained": bool}
        columns |= {"patient_population": str, "donor_population": str}
        if any("DPB1" in one["loci"] for one in frequencies.sets):
            columns |= dict.fromkeys(_core.tce_columns(), float)
    return columns


class MatchFile(Protocol):
    def add(self, matches: Matches) -> None: ...

    def commit(self) -> None: ...

    def close(self) -> None: ...


class _Text:
    """CSV, TSV, JSON Lines."""

    def __init__(self, path: str, columns: dict[str, type]) -> None:
        self._path = path
        self._columns = columns
        self._writer: _core.MatchWriter | None = _core.MatchWriter(path)
        self._empty = True

    def add(self, matches: Matches) -> None:
        assert self._writer is not None
        self._writer.add(matches._core)
        self._empty = False

    def commit(self) -> None:
        assert self._writer is not None
        if not self._empty:
            self._writer.commit()
            return
        with complete_file(self._path) as file:  # no patient at all: a header without rows
            plain = self._path.removesuffix(".gz")
            if not plain.endswith(".jsonl"):
                file.write(("\t" if plain.endswith(".tsv") else ",").join(self._columns) + "\n")

    def close(self) -> None:
        self._writer = None


class _Whole:
    """JSON: one array, written at the end."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._all: list[Matches] = []

    def add(self, matches: Matches) -> None:
        self._all.append(matches)

    def commit(self) -> None:
        MatchTable(self._all).write(self._path)

    def close(self) -> None:
        self._all.clear()


class _Parquet:
    """Parquet through pyarrow, a row group for some hundred thousand rows."""

    def __init__(self, path: str, columns: dict[str, type]) -> None:
        try:
            import pyarrow
            import pyarrow.parquet
        except ModuleNotFoundError:
            raise FormatError(
                f"{path}: writing Parquet needs the package pyarrow (pip install 'allomatch[frames]')",
                place=path,
            ) from None
        self._target = Path(os.path.realpath(path))
        self._unfinished = self._target.with_name(f".{self._target.name[:180]}.{os.getpid()}.part")
        self._arrow = pyarrow
        self._columns = columns
        self._parquet = pyarrow.parquet.ParquetWriter
        self._file: Any = None
        try:
            self._unfinished.touch()
        except OSError as error:
            raise OSError(error.errno, error.strerror or str(error), path) from None
        self._waiting: list[Matches] = []
        self._rows = 0

    def add(self, matches: Matches) -> None:
        self._waiting.append(matches)
        self._rows += len(matches)
        if self._rows >= _ROW_GROUP:
            self._write()

    def _write(self) -> None:
        table = MatchTable(self._waiting).to_arrow()
        if self._file is None:
            self._file = self._parquet(self._unfinished, table.schema, compression="zstd")
        self._file.write_table(table)
        self._waiting.clear()
        self._rows = 0

    def _schema(self) -> Any:
        pa = self._arrow
        kinds = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
        return pa.schema([(name, kinds[kind]) for name, kind in self._columns.items()])

    def commit(self) -> None:
        if self._waiting:
            self._write()
        if self._file is None:  # no patient at all
            self._file = self._parquet(self._unfinished, self._schema(), compression="zstd")
        self._file.close()
        self._unfinished.replace(self._target)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        self._unfinished.unlink(missing_ok=True)


def check_match_path(path: str) -> None:
    """Told before the work if a match file cannot be written.

    Raises:
        FormatError: unknown ending.
    """
    known = path.removesuffix(".gz").endswith((".csv", ".tsv", ".json", ".jsonl")) or path.endswith(
        ".parquet"
    )
    if not known:
        raise FormatError(f"{path}: a match file ends with {_ENDINGS}", place=path, column="out")


class OpenMatchFile:
    """A match file by its ending; as a context it is completed, or nothing is left behind.

    Raises:
        FormatError: unknown ending, pyarrow is missing, or the file cannot be created.
    """

    def __init__(self, path: str, loci: list[str]) -> None:
        self._loci = loci
        self._columns = columns = match_columns(loci)
        check_match_path(path)
        plain = path.removesuffix(".gz")
        self._file: MatchFile
        if path.endswith(".parquet"):
            self._file = _Parquet(path, columns)
        elif plain.endswith(".json"):
            self._file = _Whole(path)
        else:
            self._file = _Text(path, columns)

    def predicts(self, frequencies: Frequencies | None) -> None:
        """What the matches are predicted with: a file without any has the columns all the same."""
        self._columns |= match_columns(self._loci, frequencies)

    def __enter__(self) -> MatchFile:
        return self._file

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._file.commit()
        finally:
            self.abandon()

    def abandon(self) -> None:
        """Drop what was not completed; may be called again."""
        self._file.close()
