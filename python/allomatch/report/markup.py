# SPDX-License-Identifier: Apache-2.0
"""Data as HTML: escaped, isolated, missing values as a dash. All text of the data goes this way."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from html import escape

from .phrases import chinese

DASH = "–"
_LONG = 160


def safe(text: object) -> str:
    """Escaped for content and attributes. What cannot be seen, such as a character that turns the
    direction of writing, is shown by its number."""
    return _safe(str(text))


@functools.lru_cache(maxsize=4096)
def _safe(words: str) -> str:
    return escape(printable(words))


def printable(words: str) -> str:
    """The same with what cannot be seen shown by its number."""
    if words.isprintable():
        return words
    return "".join(char if char.isprintable() else _visible(char) for char in words)


def _visible(char: str) -> str:
    return " " if char.isspace() else f"[U+{ord(char):04X}]"


def data(text: object) -> str:
    """A value of the data: isolated from the direction of the text around it, a dash when it is missing."""
    return f"<bdi>{safe(text)}</bdi>" if text not in (None, "") else DASH


def folded(text: str) -> str:
    """A typing; a long one unfolds."""
    if len(text) <= _LONG:
        return data(text)
    first = safe(text[: _LONG // 2])
    return f"<details><summary><bdi>{first} …</bdi></summary><bdi>{safe(text)}</bdi></details>"


def sentence(words: str, lang: str) -> str:
    """A sentence of the library in the language of the page; English is marked as such."""
    if lang == "en":
        return safe(words)
    translated = chinese(words)
    return f'<span lang="en">{safe(words)}</span>' if translated is None else safe(translated)


def number(value: float) -> str:
    """A number with a few digits."""
    return f"{value:,.4g}" if isinstance(value, float) else f"{value:,}"


def chips(pair: str, t: dict[str, str]) -> str:
    """Match letters, each with its own colour and frame; the meaning on hover."""
    meaning = "; ".join(f"{letter}: {t[f'letter_{letter}']}" for letter in dict.fromkeys(pair))
    kind = {"-": "none"}
    marks = "".join(f'<b class="m m-{kind.get(letter, letter)}">{letter}</b>' for letter in pair)
    return f'<span class="pair" title="{safe(meaning)}">{marks}</span>'


def terms(pairs: Iterable[tuple[str, str]], kind: str = "") -> str:
    """A list of names and values, both HTML."""
    rows = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in pairs)
    return f'<dl class="{kind}">{rows}</dl>' if kind else f"<dl>{rows}</dl>"
