# SPDX-License-Identifier: Apache-2.0
"""Results as tables in a notebook."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from ._words import counted
from .frequencies import percent_text

if TYPE_CHECKING:
    from .matches import Match, Matches, MatchTable

_MOST_ROWS = 20
_COLOURS = {"A": "#1b7f4b", "P": "#9a6b00", "L": "#b4470e", "M": "#b3261e", "-": "#6b6b6b"}
_CELL = "padding:2px 10px;text-align:{align};white-space:nowrap"
_FIELDS = ("age", "sex", "cmv", "abo", "status", "branch")


def _letters(pair: str) -> str:
    return "".join(f'<b style="color:{_COLOURS[letter]}">{letter}</b>' for letter in pair)


def _percent(match: Match, mismatches: int) -> str:
    if match.p is None:
        return "not explained" if match.explained is False and mismatches == 0 else ""
    return escape(percent_text(match.p[mismatches])) + " %"


def _row(cells: list[str], tag: str, align: str = "left") -> str:
    style = _CELL.format(align=align)
    return "<tr>" + "".join(f'<{tag} style="{style}">{cell}</{tag}>' for cell in cells) + "</tr>"


def matches_html(matches: Matches) -> str:
    """One patient's donors: rank, id, mismatches, letters by locus, and what set the place."""
    fields = [name for name in _FIELDS if name in matches.registry.fields]
    chances = ["P(0)", "P(1)"] if matches.has_probabilities else []
    head = ["#", "donor", "mismatches", "most", *chances, *matches.loci, *fields, "placed by"]
    rows = []
    for match in matches[:_MOST_ROWS]:
        donor = match.donor()
        letters = match.letters
        rows.append(
            _row(
                [
                    str(match.rank or ""),
                    escape(match.donor_id),
                    str(match.mismatches),
                    str(match.mismatches_max),
                    *[_percent(match, k) for k in range(len(chances))],
                    *[_letters(letters[locus]) for locus in matches.loci],
                    *[escape(str(donor.get(name, ""))) for name in fields],
                    escape(match.reason),
                ],
                "td",
            )
        )
    shown = min(len(matches), _MOST_ROWS)
    title = f"{escape(matches.patient.id)}: {counted(matches.total, 'donor')} at {' '.join(matches.loci)}"
    more = f", the first {shown} shown" if shown < matches.total else ""
    legend = "A certain, P potential, L allele mismatch, M antigen mismatch, - not typed"
    return (
        f'<table style="border-collapse:collapse"><caption style="text-align:left">{title}{more}'
        f"<br><small>{legend}</small></caption><thead>{_row(head, 'th')}</thead>"
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def table_html(table: MatchTable) -> str:
    """Many patients: how many donors each has, and the best one."""
    rows = []
    for matches in table[:_MOST_ROWS]:
        best = matches[0] if len(matches) else None
        letters = "" if best is None else " ".join(_letters(pair) for pair in best.letters.values())
        cells = [escape(matches.patient.id), f"{matches.total:,}"]
        cells += ["", "", ""] if best is None else [escape(best.donor_id), str(best.mismatches), letters]
        rows.append(_row(cells, "td"))
    more = f", the first {_MOST_ROWS} shown" if len(table) > _MOST_ROWS else ""
    head = ["patient", "donors", "best donor", "mismatches", "letters"]
    title = counted(len(table), "patient") + more
    return (
        '<table style="border-collapse:collapse"><caption style="text-align:left">'
        f"{title}</caption><thead>{_row(head, 'th')}</thead><tbody>{''.join(rows)}</tbody></table>"
    )
