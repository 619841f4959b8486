# SPDX-License-Identifier: Apache-2.0
"""Analysed pools and the pages of their reports, for the tests of these."""

import functools

import pytest
from pools import DAY, simulated

pandas = pytest.importorskip("pandas", reason="needs pandas: pip install 'allomatch[frames]'")
pytest.importorskip("matplotlib", reason="needs matplotlib: pip install 'allomatch[plot]'")
html5lib = pytest.importorskip("html5lib", reason="needs html5lib: pip install 'allomatch[test]'")
from allomatch import analytics  # noqa: E402

HOSTILE = ("<script>alert(1)</script>", "$x^{", "\u202egnp", "W" * 64, "a\nb", "مريض", "宁波", "")


@functools.cache
def analysed():
    return analytics.analyse(simulated()[1], on=DAY, bootstrap=20)


def tree_of(page):
    """Parsed strictly: an error of the HTML raises."""
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(page)


def words_of(element):
    return " ".join("".join(element.itertext()).split())


def tables_of(page):
    """Rows of cells of each table, by section and caption."""
    found = {}
    for section in tree_of(page).findall(".//section"):
        for table in section.findall(".//table"):
            rows = [[words_of(cell) for cell in row] for row in table.findall(".//tr")]
            found[section.get("id"), words_of(table.find("caption"))] = rows
    return found


def written(registry, folder, lang="en", **options):
    path = folder / "pool.html"
    made = analytics.write_pool_report(registry, path, lang=lang, **{"on": DAY, "bootstrap": 20} | options)
    return made, path.read_text(encoding="utf-8")
