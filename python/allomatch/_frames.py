# SPDX-License-Identifier: Apache-2.0
"""Results as data frames and files."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Generic, TypeVar, overload

from ._unfinished import unfinished

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow


Row = TypeVar("Row")


class _Stream:
    """Only the Arrow stream of a result, for readers that would take a sequence apart instead."""

    def __init__(self, source: Frames) -> None:
        self._source = source

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._source.__arrow_c_stream__(requested_schema)


class Frames:
    """Conversion to data frames and files, with the same columns in both."""

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        raise NotImplementedError

    def _write_text(self, path: str | os.PathLike[str]) -> None:
        raise NotImplementedError

    def to_arrow(self) -> pyarrow.Table:
        """As a pyarrow table, without copying per row. Needs pyarrow."""
        import pyarrow

        return pyarrow.table(_Stream(self))

    def to_pandas(self) -> pandas.DataFrame:
        """As a pandas frame. Needs pandas and pyarrow."""
        return self.to_arrow().to_pandas()

    def to_polars(self) -> polars.DataFrame:
        """As a polars frame. Needs polars."""
        import polars

        return polars.DataFrame(_Stream(self))

    def write(self, path: str | os.PathLike[str]) -> None:
        """Write a file by its ending: .csv .tsv .json .jsonl (also .gz), or .parquet (needs pyarrow).

        Nothing is left behind when writing fails.

        Raises:
            FormatError: unknown ending, or the file cannot be written.
            OSError: a Parquet file cannot be written.
        """
        if Path(path).suffix == ".parquet":
            import pyarrow.parquet

            with unfinished(path) as part:
                pyarrow.parquet.write_table(self.to_arrow(), part)
        else:
            self._write_text(path)


class Rows(Frames, Sequence[Row], Generic[Row]):
    """A result as a sequence: indices from the end and slices too."""

    @abstractmethod
    def _row(self, index: int) -> Row:
        """The row of an index from 0 below ``len``."""

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, slice):
            return [self._row(i) for i in range(*index.indices(len(self)))]
        place = index + len(self) if index < 0 else index
        if not 0 <= place < len(self):
            raise IndexError(f"there is no row {index} of {len(self)}")
        return self._row(place)
