# SPDX-License-Identifier: Apache-2.0
"""The columns of the list of donors."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ..frequencies import percent_text
from ..matches import Match, Matches
from .markup import DASH, chips, data, safe

Sortable = str | float | None
Cell = tuple[str, Sortable]  # HTML, and what it is sorted by; ("", None) for a missing value

MISSING: Cell = ("", None)
_TCE_ORDER = ("match", "permissive", "unknown", "nonpermissive_hvg", "nonpermissive_gvh")
_EXPRESSION_ORDER = ("matched", "favourable", "unknown", "unfavourable")
_STATUS_ORDER = ("AV", "RS", "TU", "OP", "DE")
_LETTER_COSTS = {"A": 0, "P": 1, "-": 2, "L": 10, "M": 12}


class Line:
    """What is shown of one donor, each part asked for once."""

    def __init__(self, match: Match) -> None:
        self.match = match
        self.donor: dict[str, Any] = match.donor()
        self.letters = match.letters
        self.also: dict[str, str] = match.also
        self.p = match.p
        self.certain = match.mismatches == match.mismatches_max


@dataclass(frozen=True)
class Column:
    """A heading and how to fill it. ``name`` is also the class of its cells."""

    name: str
    heading: str
    cell: Callable[[Line], Cell]
    note: str = ""
    numeric: bool = False


def class_name(line: Line, loci: int, t: dict[str, str]) -> str:
    """``10/10``, ``9/10 potential``: for reading and for the filter."""
    words = f"{2 * loci - line.match.mismatches}/{2 * loci}"
    return words if line.certain else f"{words} {t['potential']}"


def _class_cell(loci: int, t: dict[str, str]) -> Callable[[Line], Cell]:
    def cell(line: Line) -> Cell:
        words, _, rest = class_name(line, loci, t).partition(" ")
        small = f"<small>{safe(rest)}</small>" if rest else ""
        return f"<b>{words}</b>{small}", line.match.mismatches + line.match.mismatches_max / 100

    return cell


def _letters_cell(locus: str, t: dict[str, str], also: bool = False) -> Callable[[Line], Cell]:
    made: dict[str, Cell] = {}

    def cell(line: Line) -> Cell:
        pair = (line.also if also else line.letters).get(locus)
        if pair is None:
            return MISSING
        if pair not in made:
            made[pair] = chips(pair, t), sum(_LETTER_COSTS[letter] for letter in pair)
        return made[pair]

    return cell


def _chance_cell(mismatches: int, t: dict[str, str]) -> Callable[[Line], Cell]:
    def cell(line: Line) -> Cell:
        if line.p is None:
            unexplained = mismatches == 0 and line.match.explained is False
            return (f"<small>{safe(t['unexplained'])}</small>", None) if unexplained else MISSING
        return f"{safe(percent_text(line.p[mismatches]))} %", round(line.p[mismatches], 9)

    return cell


def _word_cell(
    value: Callable[[Match], str | None], kind: str, order: Sequence[str], t: dict[str, str]
) -> Callable[[Line], Cell]:
    made = {word: (safe(t[f"{kind}_{word}"]), float(i)) for i, word in enumerate(order)}

    def cell(line: Line) -> Cell:
        word = value(line.match)
        return MISSING if word is None else made[word]

    return cell


def _leader_cell(t: dict[str, str]) -> Callable[[Line], Cell]:
    def cell(line: Line) -> Cell:
        leader, mismatch = line.match.b_leader, line.match.b_leader_mismatch
        if leader is None:
            return MISSING
        small = "" if mismatch is None else f"<small>{safe(t[f'leader_{mismatch}'])}</small>"
        return f"{safe(leader)}{small}", leader

    return cell


def _field_cell(name: str) -> Callable[[Line], Cell]:
    def cell(line: Line) -> Cell:
        value = line.donor.get(name)
        return (data(value), str(value)) if value else MISSING

    return cell


def _sex_cell(t: dict[str, str]) -> Callable[[Line], Cell]:
    def cell(line: Line) -> Cell:
        sex, pregnancies = line.donor.get("sex"), line.donor.get("pregnancies")
        if not sex:
            return MISSING
        small = ""
        if sex == "F" and pregnancies:
            small = f"<small>{safe(t['pregnancies_short'].format(pregnancies))}</small>"
        return f"{safe(t.get(f'sex_{sex}', sex))}{small}", f"{sex}{pregnancies or ''}"

    return cell


def _related_cell(
    name: str, relation: Callable[[Match], str], order: Sequence[str], t: dict[str, str]
) -> Callable[[Line], Cell]:
    """A field of the donor with how it relates to the patient's below."""

    def cell(line: Line) -> Cell:
        value, related = line.donor.get(name), relation(line.match)
        if not value:
            return MISSING
        if name == "abo":
            value += line.donor.get("rh") or ""
        words = t.get(f"{name}_{related}", "")
        small = f"<small>{safe(words)}</small>" if words else ""
        place = order.index(related) if related in order else len(order)
        return f"{data(value)}{small}", f"{place}{value}"

    return cell


def _weight_cell(line: Line) -> Cell:
    weight, ratio = line.donor.get("weight_kg"), line.match.weight_ratio
    if not weight:
        return MISSING
    small = "" if ratio is None else f"<small>× {ratio:.2g}</small>"
    return f"{safe(weight)}{small}", float(weight)


def _status_cell(t: dict[str, str]) -> Callable[[Line], Cell]:
    def cell(line: Line) -> Cell:
        status = line.donor.get("status")
        if not status:
            return MISSING
        words = t.get(f"status_{status}", "")
        place = _STATUS_ORDER.index(status) if status in _STATUS_ORDER else len(_STATUS_ORDER)
        return f"{data(status)}<small>{safe(words)}</small>", place

    return cell


def _age_cell(line: Line) -> Cell:
    age = line.match.age
    return MISSING if age is None else (str(age), age)


def _dose_cell(value: Callable[[Match], float | None]) -> Callable[[Line], Cell]:
    def cell(line: Line) -> Cell:
        dose = value(line.match)
        return MISSING if dose is None else (f"{dose:.3g}", dose)

    return cell


def every_column(matches: Matches, also: Sequence[str], t: dict[str, str]) -> list[Column]:
    """All columns behind rank and donor, in their order; ``also``: loci shown without being searched."""
    loci = matches.loci
    columns = [Column("class", t["class"], _class_cell(len(loci), t))]
    if matches.has_probabilities:
        columns += [Column(f"p{k}", f"P({k})", _chance_cell(k, t), numeric=True) for k in (0, 1)]
    columns += [Column("locus", locus, _letters_cell(locus, t)) for locus in loci]
    columns += [Column("locus", locus, _letters_cell(locus, t, True), t["shown_locus"]) for locus in also]
    fields = {name: t[f"field_{name}"] for name in ("sex", "cmv", "abo", "status", "branch")}
    abo = ("identical", "minor", "major", "bidirectional")
    return [
        *columns,
        Column("tce", t["tce"], _word_cell(lambda m: m.dpb1_tce, "tce", _TCE_ORDER, t)),
        Column(
            "expression",
            t["expression"],
            _word_cell(lambda m: m.dpb1_expression, "expression", _EXPRESSION_ORDER, t),
        ),
        Column("leader", t["leader"], _leader_cell(t)),
        Column("age", t["age"], _age_cell, numeric=True),
        Column("sex", fields["sex"], _sex_cell(t)),
        Column("cmv", fields["cmv"], _related_cell("cmv", lambda m: m.cmv, ("equal", "different"), t)),
        Column("abo", fields["abo"], _related_cell("abo", lambda m: m.abo, abo, t)),
        Column("weight", t["field_weight_kg"], _weight_cell, numeric=True),
        Column("tnc", t["field_tnc_per_kg"], _dose_cell(lambda m: m.tnc_per_kg), numeric=True),
        Column("cd34", t["field_cd34_per_kg"], _dose_cell(lambda m: m.cd34_per_kg), numeric=True),
        Column("status", fields["status"], _status_cell(t)),
        Column("branch", fields["branch"], _field_cell("branch")),
    ]


def cell_html(column: Column, cell: Cell) -> str:
    html, key = cell
    if not html:
        return f'<td class="{column.name} missing" data-v="">{DASH}</td>'
    return f'<td class="{column.name}" data-v="{"" if key is None else safe(key)}">{html}</td>'
