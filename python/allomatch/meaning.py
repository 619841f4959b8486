# SPDX-License-Identifier: Apache-2.0
"""What the same typings mean under another release or table of codes."""

from __future__ import annotations

import os
from html import escape
from typing import TYPE_CHECKING, Any, NamedTuple

from . import _core
from ._frames import Rows
from ._words import counted

if TYPE_CHECKING:
    from .donors import Donors

_MOST_ROWS = 20


class MeaningChange(NamedTuple):
    """A typed locus of a donor that means something else, or a donor who is in one registry only."""

    donor_id: str
    locus: str | None
    """Where; ``None`` for a donor who is missing for an unknown reason."""
    text: str
    """The typing as received; of a donor who cannot be read, the refused cell."""
    change: str
    """The kind, see :class:`MeaningChanges`."""
    before: str
    after: str
    reason: str


class MeaningChanges(Rows[MeaningChange]):
    """How the meaning of each donor's typing changed: a sequence of what did, the gravest first.

    The kinds, the gravest first:

    ``lost``
        the donor cannot be read any more
    ``moved``
        an allele is in another class than before, or became null or expressed
    ``changed``
        classes are gone and others new: the text stands for other alleles
    ``widened``
        all that was possible is, and more
    ``narrowed``
        some of what was possible is not any more
    ``facts``
        the same classes; antigens, TCE groups, expression or leaders differ
    ``gained``
        the donor could not be read before
    ``alleles_only``
        the same for matching, more or fewer alleles of the same classes; listed only when asked for
    ``same``
        never listed
    """

    def __init__(self, core: _core.MeaningChanges, before: Donors, after: Donors) -> None:
        self._core = core
        self.before = before
        self.after = after

    @property
    def donors(self) -> dict[str, int]:
        """Donors by kind, each by the gravest of the loci."""
        return self._core.donors()

    @property
    def loci(self) -> dict[str, dict[str, int]]:
        """Typed donors by locus and kind; one who cannot be read counts at the loci that are at fault."""
        return self._core.loci()

    @property
    def summary(self) -> dict[str, Any]:
        """Both releases, ``donors``, ``loci``, and how many ``changes`` are listed."""
        return {
            "before": self.before.nomenclature.version,
            "after": self.after.nomenclature.version,
            "donors": self.donors,
            "loci": self.loci,
            "changes": len(self),
        }

    def __len__(self) -> int:
        return len(self._core)

    def _row(self, index: int) -> MeaningChange:
        return MeaningChange(*self._core.row(index))

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self._core.__arrow_c_stream__(requested_schema)

    def _write_text(self, path: str | os.PathLike[str]) -> None:
        self._core.write(path)

    def _title(self) -> str:
        donors = self.donors
        found = [f"{donors[kind]:,} {kind.replace('_', ' ')}" for kind in donors if donors[kind]]
        releases = f"from {self.before.nomenclature.version} to {self.after.nomenclature.version}"
        return f"{counted(sum(donors.values()), 'donor')} {releases}: {', '.join(found)}"

    def __repr__(self) -> str:
        return f"MeaningChanges({self._title()})"

    def _repr_html_(self) -> str:
        title = escape(self._title())
        rows = self[:_MOST_ROWS]
        if len(rows) < len(self):
            title += f"; the first {len(rows)} of {counted(len(self), 'change')} shown"
        lines = ["".join(f"<th>{name}</th>" for name in MeaningChange._fields)]
        lines += ["".join(f"<td>{escape(cell or '')}</td>" for cell in row) for row in rows]
        body = "".join(f"<tr>{line}</tr>" for line in lines)
        return f'<table><caption style="text-align:left">{title}</caption>{body}</table>'
