# SPDX-License-Identifier: Apache-2.0
"""A matplotlib figure as SVG inside a page that allows no inline styles."""

from __future__ import annotations

import io
import re
import warnings
import xml.etree.ElementTree as ET
from html import escape
from typing import TYPE_CHECKING, Any

from ...report.markup import safe

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SVG, _XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"
_SKIPPED = {"metadata", "style"}
_FONT = re.compile(r"(?P<before>.*?)(?P<size>[\d.]+)px")
_POINT = 96 / 72  # pixels of a page


def inline_svg(figure: Figure, name: str, words: str) -> str:
    """The figure as one element: text stays text in the font of the page, and ``words`` say what it is.

    Args:
        figure: drawn once.
        name: makes the ids unique in the page.
        words: for those who do not see it.
    """
    import matplotlib

    file = io.BytesIO()
    settings: Any = {"svg.fonttype": "none", "svg.hashsalt": name}
    with warnings.catch_warnings(), matplotlib.rc_context(settings):
        warnings.filterwarnings("ignore", message=".*missing from")  # the reader's fonts are used
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None})
    root = ET.fromstring(file.getvalue())
    inside = "".join(_element(child, name) for child in root)
    width, height = (float(root.attrib[side].removesuffix("pt")) * _POINT for side in ("width", "height"))
    return (
        f'<svg class="picture" role="img" aria-label="{safe(words)}" viewBox="{root.attrib["viewBox"]}"'
        f' width="{width:.0f}" height="{height:.0f}">{inside}</svg>'
    )


def _element(element: ET.Element, name: str) -> str:
    tag = element.tag.removeprefix(_SVG)
    if tag in _SKIPPED:
        return ""
    attributes: dict[str, str] = {}
    for key, value in element.attrib.items():
        value = " ".join(value.split())
        if key == "style":
            attributes |= _presentation(value)
        elif key == "id":
            attributes["id"] = f"{name}-{value}"
        elif key == _XLINK + "href":
            attributes["href"] = f"#{name}-{value[1:]}" if value.startswith("#") else value
        else:
            attributes[key] = value.replace("url(#", f"url(#{name}-")
    inside = "".join(_element(child, name) + safe(child.tail or "").strip() for child in element)
    words = " ".join(f'{key}="{escape(value)}"' for key, value in attributes.items())
    start = f"<{tag} {words}" if words else f"<{tag}"
    return f"{start}>{safe((element.text or '').strip())}{inside}</{tag}>"


def _presentation(style: str) -> dict[str, str]:
    """A style as attributes, which the policy of the page allows; the family is that of the page."""
    found = {}
    for part in style.split(";"):
        key, _, value = (piece.strip() for piece in part.partition(":"))
        if key == "font":
            font = _FONT.match(value)
            if font:
                found["font-size"] = font["size"]
                if "bold" in font["before"] or "700" in font["before"]:
                    found["font-weight"] = "700"
        elif key and key != "font-family":
            found[key] = value
    return found
