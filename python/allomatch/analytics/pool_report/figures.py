# SPDX-License-Identifier: Apache-2.0
"""Tables made ready for a picture: groups and years that are not too many."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas

MOST_GROUPS = 30
MOST_YEARS = 25


def largest(table: pandas.DataFrame, group: str, size: str = "donors") -> pandas.DataFrame:
    """The rows of the largest groups, by the column ``size``."""
    sizes = table.drop_duplicates(group).set_index(group)[size]
    kept = sizes.sort_values(ascending=False, kind="stable").index[:MOST_GROUPS]
    return table[table[group].isin(kept)]


def latest(table: pandas.DataFrame, year: str) -> pandas.DataFrame:
    """The rows of the last years, by the column ``year``."""
    kept = sorted(set(table[year]))[-MOST_YEARS:]
    return table[table[year].isin(kept)]
