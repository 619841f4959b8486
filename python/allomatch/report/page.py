# SPDX-License-Identifier: Apache-2.0
"""The page of one patient, and the page that links several."""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .. import _core
from ..frequencies import percent_text
from ..matches import Matches
from .columns import Line, class_name
from .donors import DonorList
from .markup import DASH, chips, data, folded, number, safe, sentence, terms
from .pictures import probability_bands
from .searched import searched_html
from .texts import texts

STYLE = Path(__file__).with_name("style.css")
SCRIPT = Path(__file__).with_name("script.js")
_TAGS = {"en": "en", "zh": "zh-CN"}
_PATIENT_FIELDS = ("birth_date", "sex", "abo", "cmv", "weight_kg", "population")


@functools.cache
def _part(*files: Path) -> tuple[str, str]:
    """Style or script, and its hash: the page allows nothing else to run."""
    text = "\n".join(file.read_text(encoding="utf-8").strip() for file in files)
    digest = hashlib.sha256(text.encode()).digest()
    return text, f"'sha256-{base64.b64encode(digest).decode()}'"


def whole_page(
    title: str, body: str, lang: str, *, styles: Sequence[Path] = (STYLE,), script: Path | None = SCRIPT
) -> str:
    """A complete document that asks the network for nothing."""
    style, style_hash = _part(*styles)
    words, script_hash = _part(script) if script else ("", "'none'")
    element = f"<script>{words}</script>\n" if script else ""
    policy = (
        f"default-src 'none'; style-src {style_hash}; script-src {script_hash}; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{_TAGS[lang]}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n<link rel="icon" href="data:,">\n'
        f"<title>{safe(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n{body}\n"
        f"{element}</body>\n</html>\n"
    )


def patient_page(
    matches: Matches,
    *,
    most: int,
    lang: str,
    searched: Mapping[str, Any] | None,
    reports: Sequence[_core.ImportReport],
) -> str:
    """The report of one patient; at most ``most`` donors are listed."""
    t = texts(lang)
    lines = [Line(match) for match in matches[:most]]
    body = [
        f'<a class="skip" href="#list">{safe(t["skip"])}</a>',
        _top(matches, searched, lang, t),
        "<main>",
        _overview(matches, lines, lang, t),
        _list(matches, lines, lang, t),
        searched_html(matches, len(lines), searched, reports, lang, t),
        "</main>",
        _foot(matches, lang, t),
    ]
    return whole_page(f"{t['title']}: {matches.patient.id}", "\n".join(body), lang)


# -- the top ------------------------------------------------


def _top(matches: Matches, searched: Mapping[str, Any] | None, lang: str, t: dict[str, str]) -> str:
    patient = matches.patient
    release = matches.registry.nomenclature.version
    today = date.today()
    starter = f'<p class="alert">{safe(t["starter"])}</p>' if release.startswith("starter") else ""
    unexplained = ""
    if matches.has_probabilities and not matches.patient_explained:
        unexplained = f'<p class="alert">{safe(t["unexplained_patient"])}</p>'
    on = str((searched or {}).get("on") or today)
    return (
        f'<header><div class="name"><p class="kind">{safe(t["title"])}</p>'
        f"<h1>{safe(t['patient'])} {data(patient.id)}</h1></div>"
        f'<p class="made">{safe(t["written"].format(today.isoformat()))}<br>'
        f"{safe(t['made_by'].format(_core.__version__, release))}</p>"
        f"{terms(_patient_fields(patient.fields, on, t), 'facts')}"
        f"{_patient_typings(matches, lang, t)}{starter}{unexplained}</header>"
    )


def _patient_fields(fields: dict[str, str], on: str, t: dict[str, str]) -> list[tuple[str, str]]:
    shown = {name: fields.get(name, "") for name in _PATIENT_FIELDS} | fields
    rh = shown.pop("rh", "")
    shown["abo"] += rh
    if shown["sex"]:
        shown["sex"] = t.get(f"sex_{shown['sex']}", shown["sex"])
    pairs = [(safe(t.get(f"field_{name}", name)), data(value)) for name, value in shown.items()]
    if shown["birth_date"]:
        pairs.insert(1, (safe(t["age"]), str(_age(shown["birth_date"], on))))
    return pairs


def _age(birth_date: str, on: str) -> int:
    born, day = date.fromisoformat(birth_date), date.fromisoformat(on)
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _patient_typings(matches: Matches, lang: str, t: dict[str, str]) -> str:
    typings = matches.patient.typings
    rows = []
    for locus in [*matches.loci, *(locus for locus in typings if locus not in matches.loci)]:
        text = typings.get(locus)
        note = "" if locus in matches.loci else f" <small>{safe(t['shown_locus'])}</small>"
        rows.append((f"{safe(locus)}{note}", folded(text) if text else safe(t["not_typed"])))
    warnings = "".join(f"<li>{sentence(warning, lang)}</li>" for warning in matches.patient.warnings)
    if warnings:
        warnings = f"<h3>{safe(t['warnings'])}</h3><ul>{warnings}</ul>"
    return f"<h2>{safe(t['typings'])}</h2>{terms(rows, 'typings')}{warnings}"


# -- overview ------------------------------------------------


def _overview(matches: Matches, lines: Sequence[Line], lang: str, t: dict[str, str]) -> str:
    counts = ((len(matches.registry), "in_registry"), (matches.total, "within"), (len(lines), "listed"))
    figures = "".join(f"<div><dd>{number(n)}</dd><dt>{safe(t[key])}</dt></div>" for n, key in counts)
    return (
        f'<section class="card" id="overview"><h2>{safe(t["overview"])}</h2>'
        f'<dl class="figures">{figures}</dl>'
        f'<div class="sides">{_classes(matches, lang, t)}{_bands(matches, lines, t)}</div></section>'
    )


def _classes(matches: Matches, lang: str, t: dict[str, str]) -> str:
    summary = matches.summary()
    if not summary:
        return ""
    rows = "".join(
        f'<tr><th scope="row">{sentence(str(row["class"]), lang)}</th><td>{number(row["donors"])}</td></tr>'
        for row in summary
    )
    head = f'<th scope="col">{safe(t["class"])}</th><th scope="col">{safe(t["donors"])}</th>'
    return (
        f'<div><table class="summary"><caption>{safe(t["classes"])}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{rows}</tbody></table><p><small>{safe(t['all_within'])}</small></p></div>"
    )


def _bands(matches: Matches, lines: Sequence[Line], t: dict[str, str]) -> str:
    if not lines:
        return ""
    if not matches.has_probabilities:
        return f"<div><p>{safe(t['no_frequencies'])}</p></div>"
    p0 = [line.p[0] for line in lines if line.p is not None]
    without = len(lines) - len(p0)
    words = f"<p><small>{safe(t['bands_without'].format(number(without)))}</small></p>" if without else ""
    return f"<div><h3>{safe(t['bands'])}</h3>{probability_bands(p0, t)}{words}</div>"


# -- the list ------------------------------------------------


def _list(matches: Matches, lines: Sequence[Line], lang: str, t: dict[str, str]) -> str:
    start = f'<section class="card" id="list" tabindex="-1"><h2>{safe(t["list"])}</h2>'
    if not lines:
        words = t["none_listed"].format(number(matches.total)) if matches.total else t["none_found"]
        return f'{start}<p class="alert">{safe(words)}</p></section>'
    donors = DonorList(matches, lines, lang, t)
    left_out = ""
    if donors.left_out:
        comma = "、" if lang == "zh" else ", "
        left_out = f'<p class="hint">{safe(t["left_out"].format(comma.join(donors.left_out)))}</p>'
    shown = safe(t["shown"])
    return (
        f"{start}{_legend(t)}{_controls(donors.classes(), t)}"
        f'<p id="shown" role="status" data-words="{shown}">{shown.format(len(lines), len(lines))}</p>'
        f'<div class="scroll" id="scroll" role="region" tabindex="0" aria-label="{safe(t["scroll"])}">'
        f'{donors.html()}</div><p id="no-row" class="alert" hidden>{safe(t["no_row"])}</p>'
        f"{left_out}</section>"
    )


def _legend(t: dict[str, str]) -> str:
    letters = "".join(f"<li>{chips(letter, t)} {safe(t[f'letter_{letter}'])}</li>" for letter in "APLM-")
    more = ("legend_class", "legend_p", "legend_tce", "legend_leader", "legend_dash")
    items = "".join(f"<li>{safe(t[key])}</li>" for key in more)
    return (
        f'<div class="legend"><p>{safe(t["letters_head"])}</p><ul class="letters">{letters}</ul>'
        f"<details><summary>{safe(t['legend'])}</summary><ul>{items}</ul></details></div>"
    )


def _controls(classes: Sequence[str], t: dict[str, str]) -> str:
    options = "".join(f'<option value="{safe(name)}">{safe(name)}</option>' for name in classes)
    return (
        f'<div class="controls"><label>{safe(t["filter"])}<input id="text-filter" type="search"'
        f' autocomplete="off" placeholder="{safe(t["filter_hint"])}"></label>'
        f'<label>{safe(t["class"])}<select id="class-filter">'
        f'<option value="">{safe(t["every_class"])}</option>'
        f"{options}</select></label>"
        f'<button type="button" id="unfold">{safe(t["unfold"])}</button>'
        f'<button type="button" id="fold">{safe(t["fold"])}</button>'
        f'<p class="hint">{safe(t["print_note"])}</p></div>'
    )


def _foot(matches: Matches, lang: str, t: dict[str, str]) -> str:
    note = f"<p>{safe(t['english_note'])}</p>" if t["english_note"] else ""
    return f"<footer><p>{safe(t['care'])}</p>{note}</footer>"


# -- several patients ------------------------------------------------


@dataclass(frozen=True)
class Written:
    """What the page of links says of one patient."""

    file: str
    patient: str
    total: int
    best: str
    best_class: str
    best_p0: str

    @classmethod
    def of(cls, file: str, matches: Matches, lang: str) -> Written:
        if not len(matches):
            return cls(file, matches.patient.id, matches.total, "", "", "")
        best = matches[0]
        words = class_name(Line(best), len(matches.loci), texts(lang))
        p0 = percent_text(best.p0)
        return cls(file, matches.patient.id, matches.total, best.donor_id, words, f"{p0} %" if p0 else "")


def index_page(written: Sequence[Written], lang: str) -> str:
    """Links to the pages of several patients."""
    t = texts(lang)
    names = [t["patient"], t["donors"], t["best"], t["class"], "P(0)"]
    head = "".join(f'<th scope="col">{safe(name)}</th>' for name in names)
    rows = "".join(
        f'<tr><th scope="row"><a href="{safe(quote(one.file))}">{data(one.patient)}</a></th>'
        f"<td>{number(one.total)}</td><td>{data(one.best)}</td><td>{data(one.best_class)}</td>"
        f"<td>{safe(one.best_p0) or DASH}</td></tr>"
        for one in written
    )
    caption = safe(t["index_caption"].format(number(len(written))))
    body = (
        f'<header><div class="name"><h1>{safe(t["index_title"])}</h1></div>'
        f'<p class="made">{safe(t["written"].format(date.today().isoformat()))}<br>'
        f'allomatch {safe(_core.__version__)}</p></header><main><section class="card">'
        f'<div class="scroll" role="region" tabindex="0" aria-label="{caption}"><table class="patients">'
        f"<caption>{caption}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        f"</section></main><footer><p>{safe(t['care'])}</p></footer>"
    )
    return whole_page(t["index_title"], body, lang)
