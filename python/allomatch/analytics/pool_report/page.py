# SPDX-License-Identifier: Apache-2.0
"""The sections of a report as one page."""

from __future__ import annotations

import warnings
from datetime import date
from pathlib import Path

from ... import _core
from ...report.markup import data, safe
from ...report.page import STYLE, whole_page
from ..plots._style import MissingFont
from .blocks import Part, Picture, Section, Table
from .inline_svg import inline_svg
from .outcome import PoolAnalysis
from .sections import sections
from .texts import texts

_LONG = 64
_STYLES = (STYLE, Path(__file__).with_name("pool.css"))


def pool_page(analysis: PoolAnalysis, lang: str, top: int) -> str:
    """The whole document."""
    t = texts(lang)
    made = sections(analysis, lang, top)
    links = "".join(f'<li><a href="#{one.name}">{safe(one.title)}</a></li>' for one in made)
    starter = f'<p class="alert">{safe(t["starter"])}</p>' if analysis.release.startswith("starter") else ""
    body = (
        f'<a class="skip" href="#numbers">{safe(t["skip"])}</a>\n'
        f'<header><div class="name"><p class="kind">{safe(t["title"])}</p><h1>{safe(t["heading"])}</h1></div>'
        f'<p class="made">{safe(t["written"].format(date.today().isoformat()))}<br>'
        f"{safe(t['made_by'].format(_core.__version__, analysis.release))}</p>"
        f'<nav aria-label="{safe(t["contents"])}"><ul>{links}</ul></nav>{starter}</header>\n'
        f"<main>{''.join(_section(one, t) for one in made)}</main>\n"
        f"<footer><p>{safe(t['care'])}</p></footer>"
    )
    return whole_page(t["title"], body, lang, styles=_STYLES, script=None)


def _section(section: Section, t: dict[str, str]) -> str:
    figures = "".join(f"<div><dd>{safe(n)}</dd><dt>{safe(name)}</dt></div>" for n, name in section.figures)
    figures = f'<dl class="figures">{figures}</dl>' if figures else ""
    parts = "".join(_part(part, t) for part in section.parts)
    title = f"<h2>{safe(section.title)}</h2>"
    return f'<section class="card" id="{section.name}">{title}{figures}{parts}</section>\n'


def _part(part: Part, t: dict[str, str]) -> str:
    heading = f"<h3>{safe(part.heading)}</h3>" if part.heading else ""
    says = "".join(f'<p class="says">{safe(words)}</p>' for words in part.says)
    how = "".join(f'<p class="hint">{safe(words)}</p>' for words in part.how)
    blocks = "".join(
        _picture(one) if isinstance(one, Picture) else _table(one, part, t) for one in part.blocks
    )
    sides = f'<div class="sides">{blocks}</div>' if blocks else ""
    return f'<div class="part">{heading}{says}{how}{sides}</div>' if heading + says + how + sides else ""


def _picture(picture: Picture) -> str:
    note = f'<figcaption class="hint">{safe(picture.note)}</figcaption>' if picture.note else ""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", MissingFont)  # the reader's fonts are used
        drawn = inline_svg(picture.draw(), picture.name, picture.words)
    return f'<figure><div class="wide">{drawn}</div>{note}</figure>'


def _cell(text: str) -> str:
    """A value; a very long one goes over several lines."""
    return data(text) if len(text) <= _LONG else f'<span class="long">{data(text)}</span>'


def _table(table: Table, part: Part, t: dict[str, str]) -> str:
    def kind(at: int) -> str:
        return ' class="number"' if at in table.right else ""

    head = "".join(f'<th scope="col"{kind(at)}>{safe(name)}</th>' for at, name in enumerate(table.heads))
    rows = []
    for row in table.rows:
        cells = "".join(f"<td{kind(at)}>{_cell(cell)}</td>" for at, cell in enumerate(row) if at)
        rows.append(f'<tr><th scope="row"{kind(0)}>{_cell(row[0])}</th>{cells}</tr>')
    note = f'<p class="hint">{safe(table.note)}</p>' if table.note else ""
    seen = ' class="unseen"' if table.caption == part.heading else ""
    label = safe(t["table"].format(table.caption))
    return (
        f'<div class="listed"><div class="wide" role="region" tabindex="0" aria-label="{label}">'
        f"<table><caption{seen}>{safe(table.caption)}</caption><thead><tr>{head}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>{note}</div>"
    )
