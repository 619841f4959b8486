# SPDX-License-Identifier: Apache-2.0
"""The ranked list of donors and what unfolds below each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..frequencies import percent_text
from ..matches import Matches
from .columns import Column, Line, cell_html, class_name, every_column
from .markup import DASH, chips, data, folded, safe, sentence, terms
from .phrases import criterion_name
from .pictures import probability_bars

# Columns of cord units: without a value they say nothing about an adult donor.
_ONLY_WITH_VALUE = ("tnc", "cd34")


class DonorList:
    """The list of one patient; made once, then asked for its parts."""

    def __init__(self, matches: Matches, lines: Sequence[Line], lang: str, t: dict[str, str]) -> None:
        self._matches = matches
        self._lines = lines
        self._lang = lang
        self._t = t
        self._chips: dict[str, str] = {}
        self.also = list(dict.fromkeys(locus for line in lines for locus in line.also))
        # Cells of columns where any donor has a value.
        self._columns: list[Column] = []
        cells: list[list[str]] = []
        self.left_out: list[str] = []
        for column in every_column(matches, self.also, t):
            values = [column.cell(line) for line in lines]
            if any(html for html, _ in values):
                self._columns.append(column)
                cells.append([cell_html(column, value) for value in values])
            elif column.name not in _ONLY_WITH_VALUE:
                self.left_out.append(column.heading)
        self._cells = list(zip(*cells, strict=True))

    def classes(self) -> list[str]:
        """Match classes that occur, best first."""
        loci = len(self._matches.loci)
        best = sorted(self._lines, key=lambda line: (line.match.mismatches, not line.certain))
        return list(dict.fromkeys(class_name(line, loci, self._t) for line in best))

    def html(self) -> str:
        """The table."""
        t = self._t
        ranked = self._lines[0].match.rank is not None
        caption = safe(t["caption" if ranked else "caption_unranked"]).format(data(self._matches.patient.id))
        head = [_heading(t["rank"], "number", ranked), _heading(t["donor"], "text")]
        head += [
            _heading(column.heading, "number" if column.numeric else "text", note=column.note)
            for column in self._columns
        ]
        rows = [self._donor(i, line) for i, line in enumerate(self._lines)]
        # On paper the caption stands at the top of every page.
        running = f'<tr class="running"><th scope="colgroup" colspan="{len(head)}">{caption}</th></tr>'
        return (
            f'<table id="donors"><caption>{caption}</caption>'
            f'<thead>{running}<tr class="heads">{"".join(head)}</tr></thead>'
            f"{''.join(rows)}</table>"
        )

    def _donor(self, i: int, line: Line) -> str:
        t = self._t
        rank = line.match.rank
        place = (
            f'<td class="rank missing" data-v="">{DASH}</td>'
            if rank is None
            else f'<td class="rank">{rank}</td>'
        )
        kind = safe(class_name(line, len(self._matches.loci), t))
        return (
            f'<tbody class="donor" data-class="{kind}"><tr>{place}'
            f'<th scope="row" data-v="{safe(line.match.donor_id)}">'
            f'<button type="button" class="fold" aria-expanded="false" aria-controls="d{i}">'
            f'{data(line.match.donor_id)}<span class="unseen">, {safe(t["details"])}</span></button></th>'
            f"{''.join(self._cells[i])}</tr>"
            f'<tr class="detail" id="d{i}"><td colspan="{len(self._columns) + 2}"><div class="box">'
            f"{self._detail(line)}</div></td></tr></tbody>"
        )

    def _pair(self, letters: str) -> str:
        """The same few letters come again and again."""
        if letters not in self._chips:
            self._chips[letters] = chips(letters, self._t)
        return self._chips[letters]

    # -- what unfolds ------------------------------------------------

    def _detail(self, line: Line) -> str:
        t = self._t
        id = data(line.match.donor_id)  # a page break may part it from its row
        typings = self._side_by_side(line)
        parts = [f'<section class="wide"><h3>{id}: {safe(t["why_letters"])}</h3>{typings}</section>']
        if line.match.rank is not None:
            parts.append(f"<section><h3>{id}: {safe(t['place'])}</h3>{self._place(line)}</section>")
        if self._matches.has_probabilities:
            parts.append(f"<section><h3>{safe(t['chances'])}</h3>{self._chances(line)}</section>")
        parts.append(f"<section><h3>{safe(t['more_fields'])}</h3>{self._fields(line)}</section>")
        return "".join(parts)

    def _side_by_side(self, line: Line) -> str:
        t = self._t
        head = [t["locus"], t["letters"], t["patient"], t["donor"], t["why"], t["counts"]]
        chances = line.match.locus_p if self._matches.has_probabilities else {}
        if chances:
            head.append(t["locus_p"])
        explained = line.match.explain()
        rows = [self._locus(locus, chances) for locus in explained]
        columns = "".join(f'<th scope="col">{safe(name)}</th>' for name in head)
        return (
            f'<div class="sideways"><table class="loci"><thead><tr>{columns}</tr></thead>'
            f"<tbody>{''.join(rows)}</tbody></table></div>"
        )

    def _locus(self, locus: dict[str, Any], chances: dict[str, list[float] | None]) -> str:
        t = self._t
        why = "".join(
            f"<li>{self._pair(position['letter'])} {sentence(position['reason'], self._lang)}</li>"
            for position in locus["positions"]
        )
        notes = (locus["decision"], locus["note"])
        note = "".join(f"<p>{sentence(words, self._lang)}</p>" for words in notes if words)
        counts = str(locus["mismatches"])
        if locus["mismatches_max"] != locus["mismatches"]:
            counts = t["to"].format(counts, locus["mismatches_max"])
        counts = t["counts_words"].format(counts, locus["gvh"], locus["hvg"])
        chance = ""
        if chances:
            p = chances.get(locus["locus"])
            words = DASH if p is None else safe(" / ".join(percent_text(value) for value in p))
            chance = f'<td class="counts">{words}</td>'
        note_of_locus = "" if locus["searched"] else f"<small>{safe(t['shown_locus'])}</small>"
        return (
            f'<tr><th scope="row">{safe(locus["locus"])}{note_of_locus}</th>'
            f"<td>{self._pair(locus['letters'])}</td>"
            f"<td>{folded(locus['patient']) if locus['patient'] else safe(t['not_typed'])}</td>"
            f"<td>{folded(locus['donor']) if locus['donor'] else safe(t['not_typed'])}</td>"
            f'<td><ul class="why">{why}</ul>{note}</td>'
            f'<td class="counts">{safe(counts)}</td>{chance}</tr>'
        )

    def _place(self, line: Line) -> str:
        t = self._t
        match = line.match
        if match.reason:
            words = safe(t["place_after"]).format(match.rank, sentence(match.reason, self._lang))
        else:
            words = safe(t["place_first"])
        pairs = [
            (safe(criterion_name(name, self._lang)), sentence(value, self._lang))
            for name, value in match.criteria.items()
        ]
        return f"<p>{words}</p>{terms(pairs, 'criteria')}"

    def _chances(self, line: Line) -> str:
        t = self._t
        if line.p is None:
            why = line.match.unexplained_reason
            reason = f"<p>{sentence(why, self._lang)}</p>" if why else ""
            return f"<p>{safe(t['no_chances'])}</p>{reason}"
        population = line.match.population
        used = f"<p>{safe(t['donor_set']).format(data(population))}</p>" if population else ""
        return probability_bars(line.p, t) + used

    def _fields(self, line: Line) -> str:
        t = self._t
        match = line.match
        pairs = [
            (safe(t.get(f"field_{name}", name)), data(value))
            for name, value in line.donor.items()
            if name not in ("id", "typings")
        ]
        if match.dpb1_tce == "unknown":
            possible = ", ".join(t[f"tce_{one}"] for one in match.dpb1_tce_possible)
            pairs.append((safe(t["tce_possible"]), safe(possible) or DASH))
        if match.dpb1_p is not None:
            chances = ", ".join(f"{t[f'tce_{one}']} {percent_text(p)} %" for one, p in match.dpb1_p.items())
            pairs.append((safe(t["tce_chances"]), safe(chances)))
        pairs.append((safe(t["low_expression"]), str(match.low_expression_gvh)))
        if match.weight_ratio is not None:
            pairs.append((safe(t["weight_ratio"]), f"{match.weight_ratio:.2f}"))
        return terms(pairs, "fields")


def _heading(words: str, kind: str, sorted_by: bool = False, note: str = "") -> str:
    small = f"<small>{safe(note)}</small>" if note else ""
    order = "ascending" if sorted_by else "none"
    return (
        f'<th scope="col" aria-sort="{order}" data-kind="{kind}">'
        f'<button type="button" class="sort">{safe(words)}{small}</button></th>'
    )
