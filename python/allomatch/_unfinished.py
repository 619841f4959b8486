# SPDX-License-Identifier: Apache-2.0
"""Files that are complete or not there."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

_LONGEST_NAME = 180  # bytes; most file systems take 255


@contextlib.contextmanager
def named(path: str | os.PathLike[str], part: Path | None = None) -> Iterator[None]:
    """Errors of the system that name no file, or ``part``, name ``path``.

    Raises:
        OSError: ``filename`` is ``path`` as it was given.
    """
    try:
        yield
    except OSError as error:
        if error.filename is None or str(error.filename) == str(part):
            raise OSError(error.errno, error.strerror or str(error), os.fspath(path)) from None
        raise


@contextlib.contextmanager
def unfinished(path: str | os.PathLike[str]) -> Iterator[Path]:
    """A file beside ``path`` to write to. It takes its place when the context ends, and goes when that fails.

    Raises:
        OSError: it cannot be written, see :func:`named`.
    """
    target = Path(os.path.realpath(path))
    name = os.fsdecode(os.fsencode(target.name)[:_LONGEST_NAME])
    part = target.with_name(f".{name}.{os.getpid()}.part")
    try:
        with named(path, part):
            yield part
            part.replace(target)
    finally:
        with contextlib.suppress(OSError):
            part.unlink()
