# SPDX-License-Identifier: Apache-2.0
"""Errors about input. All are ``ValueError`` and carry what is wrong as data."""

from __future__ import annotations


class InputError(ValueError):
    """Something in an input cannot be used.

    Attributes that do not apply are ``None``.

    Attributes:
        place: file, or name of the input.
        row: line of the file or row of the frame, from 1.
        column: column name.
        id: donor or patient concerned.
        text: the offending text.
        reason: why it was refused.
        suggestion: a text that would have been accepted.
    """

    def __init__(
        self,
        message: str,
        *,
        place: str | None = None,
        row: int | None = None,
        column: str | None = None,
        id: str | None = None,
        text: str | None = None,
        reason: str | None = None,
        suggestion: str | None = None,
    ) -> None:
        super().__init__(message)
        self.place = place
        self.row = row
        self.column = column
        self.id = id
        self.text = text
        self.reason = reason if reason is not None else message
        self.suggestion = suggestion


class TypingError(InputError):
    """A typing text that has no meaning under the nomenclature in use."""


class FormatError(InputError):
    """A file, frame, option or expression that cannot be read."""


class SnapshotError(InputError):
    """A snapshot that cannot be opened.

    It is foreign, cut off, damaged, of a newer format, or built with another nomenclature. ``place`` is the
    file, ``reason`` names the section and what to do.
    """


class StoreError(InputError):
    """A store of a registry that cannot be opened, read or written, or a change that it refuses.

    ``place`` is the file, ``column`` the argument that does not fit.
    """
